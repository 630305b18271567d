//! What time and the payer do to a bill.

use redress_api::compensation::BillState;
use redress_api::{Mchid, OutBillNo, Timestamp, compensation};
use serde::{Deserialize, Serialize};

use super::bill::{Bill, Event};
use crate::command::{Broken, Command, Stop};
use crate::context::Context;
use crate::job::Job;
use crate::ledger::TransferId;
use crate::merchant::Confirmation;
use crate::notice::{self, Tell};
use crate::refusal;

/// What a job does to a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Puts an accepted bill before its payer, or pays it.
    Process,
    /// Closes a bill that its payer has left alone for 24 hours.
    Expire,
    /// Returns the money of a bill that is being cancelled.
    FinishCancel,
}

impl Step {
    /// Has this step taken at a moment.
    pub(super) fn schedule(self, cx: &mut Context<'_>, at: Timestamp, bill: &Bill) {
        cx.schedule(at, self.of(bill));
    }

    /// The job that takes this step with a bill.
    #[must_use]
    pub fn of(self, bill: &Bill) -> Job {
        let (sp_mchid, out_bill_no) = (bill.sp_mchid.clone(), bill.out_bill_no.clone());
        Job::Bill { sp_mchid, out_bill_no, step: self }
    }

    /// Takes it, if the bill is still in the state that it is meant for.
    pub(crate) fn take(
        self,
        cx: &mut Context<'_>,
        sp_mchid: &Mchid,
        out_bill_no: &OutBillNo,
    ) -> Result<(), Stop> {
        let id = Bill::row_id(sp_mchid, out_bill_no);
        let mut bill: Bill = cx.get(&id)?.ok_or_else(|| Broken(format!("no bill {id}")))?;
        match (self, bill.state, bill.confirmation) {
            (Self::Process, BillState::Accepted, Confirmation::None) => pay(cx, &mut bill),
            (Self::Process, BillState::Accepted, Confirmation::Required) => {
                bill.step(Event::Ask)?;
                Self::Expire.schedule(cx, bill.deadline(), &bill);
                cx.put(&bill)
            }
            (Self::Expire, BillState::WaitUserConfirm, _) => close(cx, &mut bill, "OVERDUE_CLOSE"),
            (Self::FinishCancel, BillState::Canceling, _) => {
                cx.void(&bill.debit(), hold(&bill)?)?;
                bill.step(Event::FinishCancel)?;
                cx.put(&bill)
            }
            _ => Ok(()),
        }
    }
}

/// What the payer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Takes the money.
    Confirm,
    /// Does not want it.
    Refuse,
}

/// The payer answers, through the control API.
#[derive(Clone, Debug)]
pub struct PayerAnswers {
    /// The platform.
    pub sp_mchid: Mchid,
    /// Its number of the bill.
    pub out_bill_no: OutBillNo,
    /// What the payer says.
    pub answer: Answer,
}

impl Command for PayerAnswers {
    type Outcome = compensation::Bill;

    fn decide(&self, cx: &mut Context<'_>) -> Result<compensation::Bill, Stop> {
        let id = Bill::row_id(&self.sp_mchid, &self.out_bill_no);
        let Some(mut bill) = cx.get::<Bill>(&id)? else {
            return Err(refusal::control_unknown(format!("there is no bill {id}")).into());
        };
        if bill.state != BillState::WaitUserConfirm {
            let what = format!("bill {id} is {}, not WAIT_USER_CONFIRM", bill.state);
            return Err(refusal::control_conflict(what).into());
        }
        // The job that closes it may be on its way.
        if cx.now() >= bill.deadline() {
            let what = format!("bill {id} waited for its payer until {}", bill.deadline());
            return Err(refusal::control_conflict(what).into());
        }
        match self.answer {
            Answer::Confirm => pay(cx, &mut bill)?,
            Answer::Refuse => close(cx, &mut bill, "USER_REFUSED")?,
        }
        Ok(bill.shown())
    }
}

fn hold(bill: &Bill) -> Result<TransferId, Broken> {
    bill.hold.ok_or_else(|| Broken(format!("bill {} holds no money", bill.bill_id)))
}

fn pay(cx: &mut Context<'_>, bill: &mut Bill) -> Result<(), Stop> {
    cx.post(&bill.debit(), hold(bill)?)?;
    bill.step(Event::Pay)?;
    bill.success_time = Some(cx.now());
    end(cx, bill)
}

fn close(cx: &mut Context<'_>, bill: &mut Bill, reason: &str) -> Result<(), Stop> {
    cx.void(&bill.debit(), hold(bill)?)?;
    bill.close(cx.now(), reason)?;
    end(cx, bill)
}

/// Writes a bill that was paid or closed, and tells of it where a pre-transfer was promised that.
fn end(cx: &mut Context<'_>, bill: &Bill) -> Result<(), Stop> {
    cx.put(bill)?;
    if let Some(pre) = &bill.content.pre {
        let tell = Tell::event(notice::Event::COMPENSATED, &bill.sp_mchid, pre.notify_url.as_ref());
        cx.notify(&tell, &bill.shown())?;
    }
    Ok(())
}
