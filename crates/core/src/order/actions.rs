//! What a merchant does to an order, whoever asks in its name: find, close, reverse.

use redress_api::{Fen, Mchid, OutTradeNo, TransactionId};

use super::{Event, Order, Step, TradeState, TradeType, find_paid};
use crate::chart;
use crate::command::{Broken, Stop};
use crate::context::{Context, Movement};
use crate::ledger::Reason;
use crate::number;
use crate::refusal;

/// How long after the payment an order can be reversed: 7 days, in seconds.
pub const REVERSE_SECONDS_MAX: i64 = 7 * 24 * 3600;
/// How long a payment takes to settle, before it can be shared or subsidised: a minute, in seconds.
pub const SETTLE_SECONDS: i64 = 60;
/// How long money waits for profit sharing: 180 days, in seconds. Then it is its merchant's.
pub const FREEZE_SECONDS_MAX: i64 = 180 * 24 * 3600;

/// The order of this number that a merchant placed, for this sub-merchant or for itself.
pub(super) fn find(
    cx: &mut Context<'_>,
    mchid: &Mchid,
    sub_mchid: Option<&Mchid>,
    out_trade_no: &OutTradeNo,
) -> Result<Order, Stop> {
    cx.get::<Order>(&Order::row_id(mchid, out_trade_no))?
        .filter(|order| order.sub_mchid.as_ref() == sub_mchid && order.combine.is_none())
        .ok_or_else(|| refusal::ORDER_UNKNOWN.plain().into())
}

/// The paid order of this number that a merchant placed, for this sub-merchant or for itself.
pub(super) fn find_by_id(
    cx: &mut Context<'_>,
    mchid: &Mchid,
    sub_mchid: Option<&Mchid>,
    transaction_id: &TransactionId,
) -> Result<Order, Stop> {
    find_paid(cx, mchid, transaction_id)?
        .filter(|order| order.sub_mchid.as_ref() == sub_mchid && order.combine.is_none())
        .ok_or_else(|| refusal::ORDER_UNKNOWN.plain().into())
}

/// The payer pays.
pub(crate) fn pay(cx: &mut Context<'_>, order: &mut Order) -> Result<(), Stop> {
    let transaction_id = cx.fresh_transaction_id();
    pay_as(cx, order, transaction_id)
}

/// The payer pays, and the payment gets this number.
pub(super) fn pay_as(
    cx: &mut Context<'_>,
    order: &mut Order,
    transaction_id: TransactionId,
) -> Result<(), Stop> {
    order.step(Event::Pay)?;
    order.success_time = Some(cx.now());
    order.transaction_id = Some(transaction_id);
    number::lead(cx, order)?;
    let movement = Movement {
        debit: &chart::payer(order.paid_by()?),
        credit: &order.paid_into(),
        amount: order.amount,
        reason: Reason::Payment,
        reference: order.reference(),
    };
    if let Err(short) = cx.transfer(&movement)? {
        return Err(Broken(format!("a payer is never short: {short}")).into());
    }
    if order.profit_sharing {
        order.unsplit = order.amount;
        let thaw = cx.now().plus_seconds(FREEZE_SECONDS_MAX);
        cx.schedule(thaw, Step::Unfreeze.of(order));
    }
    Ok(())
}

/// Closes an order that nobody has paid. A closed one stays closed.
pub(super) fn close(cx: &mut Context<'_>, mut order: Order) -> Result<(), Stop> {
    if order.trade_type == TradeType::Micropay {
        return Err(refusal::CLOSE_CODE_PAYMENT.plain().into());
    }
    match order.state {
        TradeState::Closed => Ok(()),
        TradeState::NotPay => {
            order.step(Event::Close)?;
            cx.put(&order)
        }
        // The last three are states of code payments.
        TradeState::Success
        | TradeState::Refund
        | TradeState::UserPaying
        | TradeState::PayError
        | TradeState::Revoked => Err(refusal::CLOSE_PAID.plain().into()),
    }
}

/// Reverses a code payment: one that was not paid is closed for good, a paid one is paid back in
/// full. A reversed one stays reversed.
pub(super) fn reverse(cx: &mut Context<'_>, order: &mut Order) -> Result<(), Stop> {
    if order.trade_type != TradeType::Micropay {
        return Err(refusal::NOT_A_CODE_PAYMENT.plain().into());
    }
    match order.state {
        TradeState::Revoked => Ok(()),
        TradeState::Refund => Err(refusal::REVERSE_REFUNDED.plain().into()),
        TradeState::Closed => Err(refusal::REVERSE_CLOSED.plain().into()),
        TradeState::NotPay | TradeState::UserPaying | TradeState::PayError => revoke(cx, order),
        TradeState::Success => {
            give_back(cx, order)?;
            revoke(cx, order)
        }
    }
}

fn revoke(cx: &mut Context<'_>, order: &mut Order) -> Result<(), Stop> {
    order.step(Event::Reverse)?;
    order.revoke_time = Some(cx.now());
    cx.put(order)
}

fn give_back(cx: &mut Context<'_>, order: &mut Order) -> Result<(), Stop> {
    let age = order.success_time.map_or(0, |paid| cx.now().seconds_since(paid));
    if age > REVERSE_SECONDS_MAX {
        return Err(refusal::REVERSE_EXPIRED.plain().into());
    }
    let short = || refusal::REVERSE_NOT_ENOUGH.plain();
    let movement = Movement {
        debit: &order.account(),
        credit: &chart::payer(order.paid_by()?),
        amount: order.amount,
        reason: Reason::Reversal,
        reference: order.reference(),
    };
    let moved = cx.transfer(&movement)?;
    if order.is_frozen() {
        // The account has the money of other orders too.
        order.take_unsplit(order.amount).ok_or_else(short)?;
    }
    moved.map(drop).map_err(|_short| short().into())
}

/// Ends profit sharing: what still waits for it becomes its merchant's to spend. Money that comes
/// back to the frozen account later, from a hold that is voided, has to be unfrozen again.
///
/// # Errors
/// If a row is not loaded. The order is changed, and for the caller to put.
pub fn unfreeze(cx: &mut Context<'_>, order: &mut Order) -> Result<(), Stop> {
    let amount = order.unsplit;
    order.sharing_finished = true;
    if !amount.is_positive() {
        return Ok(());
    }
    let movement = Movement {
        debit: &chart::frozen(order.seller()),
        credit: &chart::available(order.seller()),
        amount,
        reason: Reason::Unfreeze,
        reference: order.reference(),
    };
    if let Err(short) = cx.transfer(&movement)? {
        return Err(Broken(format!("what waits for sharing is gone: {short}")).into());
    }
    order.unsplit = Fen::ZERO;
    let unfrozen = order.unfrozen.plus(amount);
    order.unfrozen = unfrozen.ok_or_else(|| Broken("an order's sum overflows".to_owned()))?;
    Ok(())
}
