//! Create, query and cancel, as their pages define them.

use redress_api::compensation::{BillState, Cancel, Cancelled, Create, Created, Query, QueryById};
use redress_api::{BillId, Mchid, Open, OutBillNo, compensation};

use super::bill::{Bill, Content, Event};
use super::steps::Step;
use crate::chart;
use crate::command::{Operation, Stop};
use crate::context::{Context, Movement, NotEnough};
use crate::ledger::{Reason, TransferId};
use crate::merchant::{Confirmation, Merchant};
use crate::number::{self, Number};
use crate::order::{self, Order, TradeState};
use crate::refusal;
use crate::row::{Key, Row as _};

/// The bill of this number, or the refusal that there is none.
fn find(cx: &mut Context<'_>, caller: &Mchid, out_bill_no: &OutBillNo) -> Result<Bill, Stop> {
    cx.get(&Bill::row_id(caller, out_bill_no))?.ok_or_else(|| refusal::BILL_UNKNOWN.plain().into())
}

/// Who is paid by a new bill: the payer of its order. The platform must be allowed to debit the
/// sponsor, and the order must be its own.
pub(super) fn admit(
    cx: &mut Context<'_>,
    caller: &Merchant,
    content: &Content,
) -> Result<String, Stop> {
    if !caller.may_debit(&content.sponsor_mchid) {
        return Err(refusal::SPONSOR_NOT_AUTHORISED.plain().into());
    }
    let transaction_id = &content.receiver.transaction_info.transaction_id;
    let order = order::find_paid(cx, &caller.mchid, transaction_id)?
        .filter(|order| order.state != TradeState::Revoked)
        .ok_or_else(|| refusal::TRANSACTION_UNKNOWN.plain())?;
    Ok(order.paid_by()?.to_owned())
}

/// Holds a new bill's money, if the sponsor has enough.
pub(super) fn hold(
    cx: &mut Context<'_>,
    content: &Content,
    payer: &str,
    bill_id: &BillId,
) -> Result<Result<TransferId, NotEnough>, Stop> {
    cx.hold(&Movement {
        debit: &chart::available(&content.sponsor_mchid),
        credit: &chart::payer(payer),
        amount: content.amount,
        reason: Reason::Compensation,
        reference: bill_id.as_str(),
    })
}

/// Writes a new bill, and has its number lead to it.
pub(super) fn keep(cx: &mut Context<'_>, bill: &Bill) -> Result<(), Stop> {
    cx.put(bill)?;
    number::lead(cx, bill)
}

impl Operation for Create {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        let paid = self.receiver.transaction_info.transaction_id.as_str();
        vec![
            Key::of::<Bill>(Bill::row_id(caller, &self.out_bill_no)),
            Key::of::<Number>(Number::row_id(Order::KIND, paid)),
            Key::Account(chart::available(&self.sponsor_mchid)),
        ]
    }

    /// The same number with the same content is the same bill in its present state. Without
    /// enough money the bill is made all the same, and closed.
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Created, Stop> {
        let content = Content::from(self);
        if let Some(bill) = cx.get::<Bill>(&Bill::row_id(&caller.mchid, &self.out_bill_no))? {
            return if bill.content == content {
                Ok(bill.shown().into())
            } else {
                Err(refusal::BILL_DIFFERS.plain().into())
            };
        }
        let payer = admit(cx, caller, &content)?;
        let bill_id = cx.fresh_bill_id();
        let held = hold(cx, &content, &payer, &bill_id)?;
        let mut bill = Bill {
            sp_mchid: caller.mchid.clone(),
            out_bill_no: self.out_bill_no.clone(),
            bill_id,
            content,
            state: BillState::Accepted,
            confirmation: caller.confirmation,
            package: None,
            payer,
            hold: held.as_ref().ok().copied(),
            accept_time: cx.now(),
            success_time: None,
            close: None,
            cancel_accept_time: None,
        };
        match held {
            Ok(_) => Step::Process.schedule(cx, cx.now(), &bill),
            Err(_) => bill.close(cx.now(), "NOT_ENOUGH")?,
        }
        keep(cx, &bill)?;
        Ok(bill.shown().into())
    }
}

impl Operation for Query {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        vec![Key::of::<Bill>(Bill::row_id(caller, &self.out_bill_no))]
    }

    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<compensation::Bill, Stop> {
        find(cx, &caller.mchid, &self.out_bill_no).map(|bill| bill.shown())
    }
}

impl Operation for QueryById {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<compensation::Bill, Stop> {
        let bill: Option<Bill> = number::find(cx, &caller.mchid, self.bill_id.as_str())?;
        Ok(bill.ok_or_else(|| refusal::BILL_UNKNOWN.plain())?.shown())
    }
}

impl Operation for Cancel {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        vec![Key::of::<Bill>(Bill::row_id(caller, &self.out_bill_no))]
    }

    /// Allowed until the payer confirms. Asked again, the same answer in the present state.
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Cancelled, Stop> {
        let mut bill = find(cx, &caller.mchid, &self.out_bill_no)?;
        let awaits_payer = match bill.state {
            BillState::WaitUserConfirm => true,
            BillState::Accepted => bill.confirmation == Confirmation::Required,
            BillState::Canceling
            | BillState::Cancelled
            | BillState::Success
            | BillState::Closed => false,
        };
        if awaits_payer {
            bill.step(Event::Cancel)?;
            bill.cancel_accept_time = Some(cx.now());
            cx.put(&bill)?;
            Step::FinishCancel.schedule(cx, cx.now(), &bill);
        }
        let Some(cancel_accept_time) = bill.cancel_accept_time else {
            return Err(refusal::BILL_NOT_CANCELLABLE.plain().into());
        };
        Ok(Cancelled {
            out_bill_no: bill.out_bill_no,
            bill_id: bill.bill_id,
            state: Open::Known(bill.state),
            cancel_accept_time,
        })
    }
}
