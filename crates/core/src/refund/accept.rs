//! Taking a refund on: whether it may be, and where its money comes from.

use redress_api::refund::ecommerce::RefundAccount;
use redress_api::refund::{Source, Status};
use redress_api::{Fen, Mchid, NotifyUrl, OutRefundNo, OutTradeNo, RefundId, TransactionId};

use super::{Content, Event, Form, Pocket, Refund, SETTLE_SECONDS, Taken};
use crate::chart;
use crate::command::{Broken, Stop};
use crate::context::{Context, Movement};
use crate::ledger::Reason;
use crate::merchant::Merchant;
use crate::number;
use crate::order::{self, Order, TradeState};
use crate::payer::Payer;
use crate::refusal::{self, Entry};
use crate::row::Row as _;

/// How long after the payment an order can be refunded: a year, in seconds.
pub const REFUND_SECONDS_MAX: i64 = 365 * 24 * 3600;
/// How many refunds an order can have.
pub const REFUNDS_MAX: u32 = 50;

/// A request for a refund, whichever page it came by.
pub(super) struct Ask<'a> {
    pub(super) sub_mchid: Option<&'a Mchid>,
    pub(super) transaction_id: Option<&'a TransactionId>,
    pub(super) out_trade_no: Option<&'a OutTradeNo>,
    pub(super) out_refund_no: &'a OutRefundNo,
    pub(super) content: Content,
    pub(super) notify_url: Option<&'a NotifyUrl>,
}

impl Ask<'_> {
    fn is_of(&self, refund: &Refund) -> bool {
        self.sub_mchid == refund.sub_mchid.as_ref()
            && self.transaction_id.is_none_or(|id| *id == refund.transaction_id)
            && self.out_trade_no.is_none_or(|number| *number == refund.out_trade_no)
            && self.content == refund.content
    }

    /// Takes it on. The same number once more gives the same refund; one that went astray is tried
    /// again.
    pub(super) fn accept(self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Refund, Stop> {
        let id = Refund::row_id(&caller.mchid, self.out_refund_no);
        if let Some(refund) = cx.get::<Refund>(&id)? {
            return self.again(cx, refund);
        }
        related(cx, caller, self.sub_mchid)?;
        let mut order = self.order(cx, &caller.mchid)?;
        self.admit(cx, &order)?;
        let refund_id = fresh_id(cx);
        let mut taken = Vec::new();
        for (pocket, amount) in pockets(&self.content, &order)? {
            let hold = take(cx, &mut order, &refund_id, pocket, amount)?;
            taken.push(Taken { pocket, amount, hold: Some(hold) });
        }
        let refund = Refund {
            mchid: caller.mchid.clone(),
            sub_mchid: order.sub_mchid.clone(),
            out_refund_no: self.out_refund_no.clone(),
            refund_id,
            transaction_id: numbered(&order)?,
            out_trade_no: order.out_trade_no.clone(),
            status: Status::Processing,
            content: self.content,
            notify_url: self.notify_url.cloned(),
            payer: order.paid_by()?.to_owned(),
            taken,
            create_time: cx.now(),
            success_time: None,
            subsidy_return: None,
        };
        count(&mut order, refund.content.amount)?;
        cx.put(&order)?;
        number::lead(cx, &refund)?;
        cx.put(&refund)?;
        cx.schedule(cx.now().plus_seconds(SETTLE_SECONDS), refund.settling());
        Ok(refund)
    }

    fn again(&self, cx: &mut Context<'_>, mut refund: Refund) -> Result<Refund, Stop> {
        if !self.is_of(&refund) {
            return Err(refusal::REFUND_DIFFERS.plain().into());
        }
        if refund.status == Status::Abnormal {
            sound(cx, &refund.payer)?;
            refund.step(Event::Retry)?;
            cx.put(&refund)?;
            cx.schedule(cx.now().plus_seconds(SETTLE_SECONDS), refund.settling());
        }
        Ok(refund)
    }

    /// The order, if the caller placed it for this sub-merchant and somebody has paid it.
    fn order(&self, cx: &mut Context<'_>, mchid: &Mchid) -> Result<Order, Stop> {
        let found = match (self.transaction_id, self.out_trade_no) {
            (Some(id), _) => order::find_paid(cx, mchid, id)?,
            (None, Some(number)) => cx.get::<Order>(&Order::row_id(mchid, number))?,
            (None, None) => None,
        };
        found
            .filter(|order| order.sub_mchid.as_ref() == self.sub_mchid)
            .filter(|order| order.success_time.is_some())
            .ok_or_else(|| refusal::REFUND_ORDER_UNKNOWN.plain().into())
    }

    fn admit(&self, cx: &mut Context<'_>, order: &Order) -> Result<(), Stop> {
        let refuse = |entry: Entry| Err(entry.plain().into());
        let age = order.success_time.map_or(0, |paid| cx.now().seconds_since(paid));
        let sum = order.refunded.plus(self.content.amount);
        if order.state == TradeState::Revoked {
            refuse(refusal::REFUND_REVERSED)
        } else if self.content.total != order.amount {
            refuse(refusal::REFUND_TOTAL)
        } else if age > REFUND_SECONDS_MAX {
            refuse(refusal::REFUND_EXPIRED)
        } else if sum.is_none_or(|sum| sum > order.amount) {
            refuse(refusal::REFUND_TOO_MUCH)
        } else if order.refunds >= REFUNDS_MAX {
            refuse(refusal::REFUND_TOO_OFTEN)
        } else {
            sound(cx, order.paid_by()?)
        }
    }
}

/// That a caller acts for itself, or for a sub-merchant of its own.
pub(super) fn related(
    cx: &mut Context<'_>,
    caller: &Merchant,
    sub_mchid: Option<&Mchid>,
) -> Result<(), Stop> {
    match sub_mchid {
        None => Ok(()),
        Some(sub_mchid) if caller.sub_merchants.contains(sub_mchid) => Ok(()),
        Some(sub_mchid) => Err(match cx.get::<Merchant>(sub_mchid.as_str())? {
            Some(_) => refusal::NO_RELATION.plain().into(),
            None => refusal::MERCHANT_UNKNOWN.plain().into(),
        }),
    }
}

/// That a payer's account can take money.
fn sound(cx: &mut Context<'_>, openid: &str) -> Result<(), Stop> {
    match cx.get::<Payer>(openid)? {
        Some(payer) if payer.abnormal => Err(refusal::REFUND_PAYER_ABNORMAL.plain().into()),
        _ => Ok(()),
    }
}

fn fresh_id(cx: &mut Context<'_>) -> RefundId {
    cx.fresh_digits("50300", 16).parse().expect("29 digits are a refund's number")
}

fn numbered(order: &Order) -> Result<TransactionId, Stop> {
    let broken = || Broken(format!("order {} is paid without a number", order.id()));
    Ok(order.transaction_id.clone().ok_or_else(broken)?)
}

/// Where the money is to come from.
fn pockets(content: &Content, order: &Order) -> Result<Vec<(Pocket, Fen)>, Stop> {
    let amount = content.amount;
    if content.account == RefundAccount::PartnerAdvance {
        return Ok(vec![(Pocket::Operation, amount)]);
    }
    if let Some(parts) = &content.from {
        if !order.profit_sharing {
            return Err(refusal::REFUND_FROM.plain().into());
        }
        let pocket = |part: &redress_api::refund::Part| {
            part.account.known().map(|account| (Pocket::of(account), part.amount))
        };
        return Ok(parts.iter().filter_map(pocket).collect());
    }
    match content.source {
        Some(Source::Unsettled) => Err(refusal::REFUND_UNSETTLED.plain().into()),
        Some(Source::Available) => Ok(vec![(Pocket::Available, amount)]),
        None if order.is_frozen() => Ok(vec![(Pocket::Frozen, amount)]),
        None => Ok(vec![(Pocket::Available, amount)]),
    }
}

fn movement<'a>(
    [debit, credit]: &'a [crate::ledger::AccountId; 2],
    amount: Fen,
    refund_id: &'a RefundId,
) -> Movement<'a> {
    Movement { debit, credit, amount, reason: Reason::Refund, reference: refund_id.as_str() }
}

fn ends(order: &Order, pocket: Pocket) -> Result<[crate::ledger::AccountId; 2], Stop> {
    let payer = chart::payer(order.paid_by()?);
    Ok([pocket.account(&order.mchid, order.seller()), payer])
}

/// Holds money of one pocket. The frozen account has the money of other orders too.
fn take(
    cx: &mut Context<'_>,
    order: &mut Order,
    refund_id: &RefundId,
    pocket: Pocket,
    amount: Fen,
) -> Result<crate::ledger::TransferId, Stop> {
    if pocket == Pocket::Frozen {
        order.take_unsplit(amount).ok_or_else(|| refusal::REFUND_SHARED.plain())?;
    }
    let ends = ends(order, pocket)?;
    let short = if pocket == Pocket::Operation {
        refusal::OPERATION_NOT_ENOUGH
    } else {
        refusal::REFUND_NOT_ENOUGH
    };
    cx.hold(&movement(&ends, amount, refund_id))?.map_err(|_short| short.plain().into())
}

fn count(order: &mut Order, amount: Fen) -> Result<(), Stop> {
    order.step(order::Event::Refund)?;
    let sum = order.refunded.plus(amount);
    order.refunded = sum.ok_or_else(|| Broken("an order's refunds overflow".to_owned()))?;
    order.refunds += 1;
    Ok(())
}

/// A refund of an order that the control API places: it has reached its payer already.
///
/// # Errors
/// If the seller is short, or a row is not loaded. The order is changed, and for the caller to put.
pub(crate) fn place(cx: &mut Context<'_>, order: &mut Order, amount: Fen) -> Result<(), Stop> {
    let refund_id = fresh_id(cx);
    let pocket = if order.is_frozen() { Pocket::Frozen } else { Pocket::Available };
    if pocket == Pocket::Frozen {
        order.take_unsplit(amount).ok_or_else(|| Broken("more than was paid".to_owned()))?;
    }
    let ends = ends(order, pocket)?;
    if let Err(short) = cx.transfer(&movement(&ends, amount, &refund_id))? {
        return Err(refusal::control_conflict(short.to_string()).into());
    }
    let content = Content {
        form: Form::Domestic,
        amount,
        total: order.amount,
        from: None,
        source: None,
        account: RefundAccount::SubMerchant,
        reason: None,
        goods: None,
    };
    let refund = Refund {
        mchid: order.mchid.clone(),
        sub_mchid: order.sub_mchid.clone(),
        out_refund_no: refund_id.as_str().parse().expect("digits are a number"),
        refund_id,
        transaction_id: numbered(order)?,
        out_trade_no: order.out_trade_no.clone(),
        status: Status::Success,
        content,
        notify_url: None,
        payer: order.paid_by()?.to_owned(),
        taken: vec![Taken { pocket, amount, hold: None }],
        create_time: cx.now(),
        success_time: Some(cx.now()),
        subsidy_return: None,
    };
    count(order, amount)?;
    number::lead(cx, &refund)?;
    cx.put(&refund)
}
