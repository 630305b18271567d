//! What time does to a share and to a return: it gets done, and the platform is told.

use redress_api::Mchid;
use redress_api::sharing::{
    Moved, MovedReceiver, OutOrderNo, OutReturnNo, ReceiverAccount, ReceiverType, ReturnResult,
    ShareStatus,
};
use serde::{Deserialize, Serialize};

use super::share::{Event, Share};
use super::share_return::ShareReturn;
use crate::command::{Broken, Stop};
use crate::context::Context;
use crate::job::Job;
use crate::notice::{self, Tell};
use crate::order::{self, Order};

/// What a job does to a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareStep {
    /// Gives each receiver its part.
    Finish,
}

impl ShareStep {
    /// The job that takes this step with a share.
    #[must_use]
    pub fn of(self, share: &Share) -> Job {
        let (sp_mchid, out_order_no) = (share.sp_mchid.clone(), share.out_order_no.clone());
        Job::Share { sp_mchid, out_order_no, step: self }
    }

    /// Takes it, if the share still waits.
    pub(crate) fn take(
        self,
        cx: &mut Context<'_>,
        sp_mchid: &Mchid,
        out_order_no: &OutOrderNo,
    ) -> Result<(), Stop> {
        let id = Share::row_id(sp_mchid, out_order_no);
        let mut share: Share = cx.get(&id)?.ok_or_else(|| Broken(format!("no share {id}")))?;
        if share.status != ShareStatus::Processing {
            return Ok(());
        }
        share.step(Event::Finish)?;
        share.finish_time = Some(cx.now());
        for part in &share.parts {
            cx.post(&share.debit(), part.hold)?;
        }
        cx.put(&share)?;
        for (wanted, _) in share.receivers() {
            let moved = Moved {
                sp_mchid: share.sp_mchid.clone(),
                sub_mchid: share.content.sub_mchid.clone(),
                transaction_id: share.content.transaction_id.clone(),
                order_id: share.order_id.to_string(),
                out_order_no: share.out_order_no.to_string(),
                receiver: MovedReceiver {
                    r#type: wanted.kind.into(),
                    account: wanted.account.clone(),
                    amount: wanted.amount,
                    description: wanted.description.to_string(),
                },
                success_time: cx.now(),
            };
            cx.notify(&Tell::event(notice::Event::SHARED, &share.sp_mchid, None), &moved)?;
        }
        Ok(())
    }
}

/// What a job does to a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareReturnStep {
    /// Gives the money back.
    Finish,
}

impl ShareReturnStep {
    /// The job that takes this step with a return.
    #[must_use]
    pub fn of(self, share_return: &ShareReturn) -> Job {
        let ShareReturn { sp_mchid, out_return_no, .. } = share_return;
        let (sp_mchid, out_return_no) = (sp_mchid.clone(), out_return_no.clone());
        Job::ShareReturn { sp_mchid, out_return_no, step: self }
    }

    /// Takes it, if the return still waits. What comes back to where money waits for sharing goes
    /// on from there if the order was finished meanwhile.
    pub(crate) fn take(
        self,
        cx: &mut Context<'_>,
        sp_mchid: &Mchid,
        out_return_no: &OutReturnNo,
    ) -> Result<(), Stop> {
        let id = ShareReturn::row_id(sp_mchid, out_return_no);
        let mut back: ShareReturn =
            cx.get(&id)?.ok_or_else(|| Broken(format!("no return {id}")))?;
        if back.result != ReturnResult::Processing {
            return Ok(());
        }
        back.step(Event::Finish)?;
        back.finish_time = Some(cx.now());
        cx.post(&back.debit(), back.hold)?;
        let mut order: Order = order::find_paid(cx, sp_mchid, &back.transaction_id)?
            .ok_or_else(|| Broken(format!("return {id} is of no order")))?;
        let shared = order.shared.minus(back.amount);
        order.shared = shared.ok_or_else(|| Broken("amounts overflow".to_owned()))?;
        if back.to_frozen {
            order.add_unsplit(back.amount)?;
            if order.sharing_finished {
                order::unfreeze(cx, &mut order)?;
            }
        }
        cx.put(&order)?;
        cx.put(&back)?;
        let moved = Moved {
            sp_mchid: back.sp_mchid.clone(),
            sub_mchid: back.sub_mchid.clone(),
            transaction_id: back.transaction_id.clone(),
            order_id: back.return_no.clone(),
            out_order_no: back.out_return_no.to_string(),
            receiver: MovedReceiver {
                r#type: ReceiverType::Merchant.into(),
                account: ReceiverAccount::from(&back.return_mchid),
                amount: back.amount,
                description: back.description.to_string(),
            },
            success_time: cx.now(),
        };
        cx.notify(&Tell::event(notice::Event::SHARE_RETURNED, &back.sp_mchid, None), &moved)?;
        Ok(())
    }
}
