//! Giving a subsidy back, or part of it.

use redress_api::Open;
use redress_api::refund::{Account, Part};
use redress_api::subsidy::{OutOrderNo, Return as Request, ReturnResult, Returned};

use super::create::refund_of;
use super::{Payment, Return, ReturnContent, State, fresh_id, order_of};
use crate::chart;
use crate::command::{Broken, Operation, Stop};
use crate::context::{Context, Movement};
use crate::ledger::Reason;
use crate::merchant::Merchant;
use crate::number;
use crate::order::Order;
use crate::refund::{Pocket, Status};
use crate::refusal;

impl Operation for Request {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Returned, Stop> {
        let content = content(self);
        let id = Return::row_id(&caller.mchid, &self.out_order_no);
        match cx.get::<Return>(&id)? {
            Some(known) if known.content == content => Ok(shown(known)),
            Some(_) => Err(refusal::BILL_DIFFERS.plain().into()),
            None => {
                let order = order_of(cx, caller, &self.sub_mchid, &self.transaction_id)?;
                let payment = payment_of(cx, &order, &content)?;
                claim(cx, caller, &order, self)?;
                Ok(shown(give(cx, order, payment, self.out_order_no.clone(), content)?))
            }
        }
    }
}

fn content(request: &Request) -> ReturnContent {
    let from = request.from.as_deref().and_then(<[Part]>::first);
    ReturnContent {
        sub_mchid: request.sub_mchid.clone(),
        transaction_id: request.transaction_id.clone(),
        refund_id: request.refund_id.clone(),
        subsidy_id: request.subsidy_id.clone(),
        amount: request.amount,
        description: request.description.clone(),
        from: from.and_then(|part| part.account.known()).map(Pocket::of),
    }
}

/// The subsidy, if so much of it can be given back.
fn payment_of(
    cx: &mut Context<'_>,
    order: &Order,
    content: &ReturnContent,
) -> Result<Payment, Stop> {
    let paid = order.subsidy.as_ref().is_some_and(|subsidy| subsidy.state == State::Paid);
    if !paid {
        return Err(refusal::GIVE_BACK_UNPAID.plain().into());
    }
    let id = Payment::row_id(&order.mchid, &content.transaction_id);
    let payment: Payment = cx.get(&id)?.ok_or_else(|| Broken(format!("no subsidy of {id}")))?;
    if content.subsidy_id.as_ref().is_some_and(|id| *id != payment.subsidy_id) {
        return Err(refusal::GIVE_BACK_SUBSIDY_UNKNOWN.plain().into());
    }
    if !order.refunded.is_positive() {
        return Err(refusal::GIVE_BACK_NO_REFUND.plain().into());
    }
    let sum = payment.returned.plus(content.amount);
    if sum.is_none_or(|sum| sum > payment.amount) {
        return Err(refusal::GIVE_BACK_TOO_MUCH.plain().into());
    }
    Ok(payment)
}

/// Takes the refund that the return goes with: it has one return.
fn claim(
    cx: &mut Context<'_>,
    caller: &Merchant,
    order: &Order,
    request: &Request,
) -> Result<(), Stop> {
    let Some(refund_id) = &request.refund_id else { return Ok(()) };
    let mut refund = refund_of(cx, caller, order, refund_id)?;
    if refund.status == Status::Closed {
        return Err(refusal::SUBSIDY_REFUND_UNKNOWN.plain().into());
    }
    if refund.subsidy_return.is_some() {
        return Err(refusal::GIVE_BACK_REFUND_USED.plain().into());
    }
    refund.subsidy_return = Some(request.out_order_no.clone());
    cx.put(&refund)
}

fn give(
    cx: &mut Context<'_>,
    mut order: Order,
    mut payment: Payment,
    out_order_no: OutOrderNo,
    content: ReturnContent,
) -> Result<Return, Stop> {
    let frozen = if order.is_frozen() { Pocket::Frozen } else { Pocket::Available };
    let pocket = content.from.unwrap_or(frozen);
    let short = || refusal::GIVE_BACK_NOT_ENOUGH.plain();
    if pocket == Pocket::Frozen {
        // The account has the money of other orders too.
        order.take_unsplit(content.amount).ok_or_else(short)?;
        cx.put(&order)?;
    }
    let subsidy_refund_id = fresh_id(cx);
    let movement = Movement {
        debit: &pocket.account(&order.mchid, &content.sub_mchid),
        credit: &chart::operation(&order.mchid),
        amount: content.amount,
        reason: Reason::SubsidyReturn,
        reference: subsidy_refund_id.as_str(),
    };
    cx.transfer(&movement)?.map_err(|_short| short())?;
    let returned = payment.returned.plus(content.amount);
    payment.returned = returned.ok_or_else(|| Broken("a subsidy's returns overflow".to_owned()))?;
    cx.put(&payment)?;
    let given = Return {
        mchid: order.mchid,
        out_order_no,
        subsidy_refund_id,
        subsidy_id: payment.subsidy_id,
        content,
        pocket,
        success_time: cx.now(),
    };
    number::lead(cx, &given)?;
    cx.put(&given)?;
    Ok(given)
}

fn shown(given: Return) -> Returned {
    let ReturnContent { sub_mchid, transaction_id, refund_id, amount, description, from, .. } =
        given.content;
    let account = |pocket| match pocket {
        Pocket::Frozen => Account::Unavailable,
        Pocket::Available | Pocket::Operation => Account::Available,
    };
    let part = |pocket| vec![Part { account: Open::Known(account(pocket)), amount }];
    Returned {
        sub_mchid,
        transaction_id,
        subsidy_refund_id: given.subsidy_refund_id,
        refund_id,
        out_order_no: given.out_order_no,
        amount,
        description: description.to_string(),
        result: Open::Known(ReturnResult::Success),
        success_time: given.success_time,
        subsidy_id: Some(given.subsidy_id),
        from: from.map(part),
    }
}
