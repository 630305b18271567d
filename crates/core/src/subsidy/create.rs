//! Paying the subsidy of an order.

use redress_api::subsidy::{Create, Created, Outcome};
use redress_api::{Fen, Open, RefundId};

use super::{Payment, PaymentNumber, State, Subsidy, fresh_id, order_of};
use crate::chart;
use crate::command::{Broken, Operation, Stop};
use crate::context::{Context, Movement};
use crate::ledger::Reason;
use crate::merchant::Merchant;
use crate::number;
use crate::order::{Order, SETTLE_SECONDS};
use crate::refund::Refund;
use crate::refusal::{self, Entry};

/// How long a subsidy can be asked for once more: 180 days, in seconds.
pub const AGAIN_SECONDS_MAX: i64 = 180 * 24 * 3600;

impl Operation for Create {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Created, Stop> {
        let mut order = order_of(cx, caller, &self.sub_mchid, &self.transaction_id)?;
        let Some(subsidy) = &mut order.subsidy else {
            return Err(refusal::SUBSIDISE_NO_MARK.plain().into());
        };
        match subsidy.state {
            State::Cancelled { .. } => Err(refusal::SUBSIDISE_CANCELLED.plain().into()),
            State::Paid => again(self, cx, caller),
            State::Announced => {
                let announced = subsidy.clone();
                subsidy.state = State::Paid;
                admit(self, cx, caller, &order, &announced)?;
                pay(self, cx, order)
            }
        }
    }
}

/// The same answer, for the same parameters.
fn again(create: &Create, cx: &mut Context<'_>, caller: &Merchant) -> Result<Created, Stop> {
    let id = Payment::row_id(&caller.mchid, &create.transaction_id);
    let payment: Payment = cx.get(&id)?.ok_or_else(|| Broken(format!("no subsidy of {id}")))?;
    let same = create.amount == payment.amount
        && create.description == payment.description
        && create.refund_id == payment.refund_id
        && create.out_subsidy_no == payment.out_subsidy_no;
    if !same {
        return Err(refusal::SUBSIDISE_DIFFERS.plain().into());
    }
    if cx.now().seconds_since(payment.success_time) > AGAIN_SECONDS_MAX {
        return Err(refusal::SUBSIDISE_TOO_OLD.plain().into());
    }
    Ok(shown(payment))
}

fn admit(
    create: &Create,
    cx: &mut Context<'_>,
    caller: &Merchant,
    order: &Order,
    announced: &Subsidy,
) -> Result<(), Stop> {
    let refuse = |entry: Entry| Err(entry.plain().into());
    let age = order.success_time.map_or(0, |paid| cx.now().seconds_since(paid));
    if order.sharing_started || order.sharing_finished {
        return refuse(refusal::SUBSIDISE_SHARING_STARTED);
    }
    if age < SETTLE_SECONDS {
        return refuse(refusal::SUBSIDISE_UNSETTLED);
    }
    if create.amount > announced.amount {
        return refuse(refusal::SUBSIDISE_TOO_MUCH);
    }
    if create.amount < announced.amount && !order.refunded.is_positive() {
        return refuse(refusal::SUBSIDISE_TOO_LITTLE);
    }
    if let Some(refund_id) = &create.refund_id {
        refund_of(cx, caller, order, refund_id)?;
    }
    let Some(out_subsidy_no) = &create.out_subsidy_no else { return Ok(()) };
    let id = PaymentNumber::row_id(&caller.mchid, out_subsidy_no);
    if cx.get::<PaymentNumber>(&id)?.is_some() {
        return refuse(refusal::BILL_DIFFERS);
    }
    cx.put(&PaymentNumber {
        mchid: caller.mchid.clone(),
        out_subsidy_no: out_subsidy_no.clone(),
        transaction_id: create.transaction_id.clone(),
    })
}

/// The refund of this number, if it is one of the order's.
pub(super) fn refund_of(
    cx: &mut Context<'_>,
    caller: &Merchant,
    order: &Order,
    refund_id: &RefundId,
) -> Result<Refund, Stop> {
    number::find::<Refund>(cx, &caller.mchid, refund_id.as_str())?
        .filter(|refund| refund.out_trade_no == order.out_trade_no)
        .ok_or_else(|| refusal::SUBSIDY_REFUND_UNKNOWN.plain().into())
}

fn pay(create: &Create, cx: &mut Context<'_>, mut order: Order) -> Result<Created, Stop> {
    let subsidy_id = fresh_id(cx);
    let movement = Movement {
        debit: &chart::operation(&order.mchid),
        credit: &chart::frozen(&create.sub_mchid),
        amount: create.amount,
        reason: Reason::Subsidy,
        reference: subsidy_id.as_str(),
    };
    if cx.transfer(&movement)?.is_err() {
        return Err(refusal::SUBSIDISE_NOT_ENOUGH.plain().into());
    }
    order.add_unsplit(create.amount)?;
    cx.put(&order)?;
    let payment = Payment {
        mchid: order.mchid,
        sub_mchid: create.sub_mchid.clone(),
        transaction_id: create.transaction_id.clone(),
        out_trade_no: order.out_trade_no,
        subsidy_id,
        out_subsidy_no: create.out_subsidy_no.clone(),
        refund_id: create.refund_id.clone(),
        amount: create.amount,
        description: create.description.clone(),
        success_time: cx.now(),
        returned: Fen::ZERO,
    };
    number::lead(cx, &payment)?;
    cx.put(&payment)?;
    Ok(shown(payment))
}

fn shown(payment: Payment) -> Created {
    let returned = payment.returned == payment.amount;
    let result = if returned { Outcome::Refund } else { Outcome::Success };
    Created {
        sub_mchid: payment.sub_mchid,
        transaction_id: payment.transaction_id,
        subsidy_id: payment.subsidy_id,
        description: payment.description.to_string(),
        amount: Some(payment.amount),
        result: Open::Known(result),
        success_time: payment.success_time,
        out_subsidy_no: payment.out_subsidy_no,
    }
}
