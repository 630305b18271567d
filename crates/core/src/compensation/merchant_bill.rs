//! A sub-merchant's compensation, its state table, and how answers show it.

use redress_api::compensation::merchant::{Bill as Shown, BillState, Receiver, ReceiverDetail};
use redress_api::compensation::{CloseInfo, TransferRemark};
use redress_api::{BillId, Fen, Mchid, Open, OutBillNo, Timestamp};
use serde::{Deserialize, Serialize};

use super::bill::Close;
use crate::books::{Entry, Standing};
use crate::chart;
use crate::command::{Broken, Stop};
use crate::job::Job;
use crate::ledger::{AccountId, Reason, TransferId};
use crate::row::Row;

/// What happens to a sub-merchant's compensation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MerchantEvent {
    /// The sub-merchant is paid.
    Pay,
    /// It is closed for want of money.
    Close,
}

impl MerchantEvent {
    /// Every event.
    pub const ALL: [Self; 2] = [Self::Pay, Self::Close];
}

/// The state after an event, if the event can happen.
#[must_use]
pub const fn merchant_next(state: BillState, event: MerchantEvent) -> Option<BillState> {
    match (state, event) {
        (BillState::Accepted, MerchantEvent::Pay) => Some(BillState::Success),
        (BillState::Accepted, MerchantEvent::Close) => Some(BillState::Closed),
        (BillState::Success | BillState::Closed, _) => None,
    }
}

/// What the platform asked for: a second create of the same number must say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantContent {
    /// Who is paid.
    pub receiver: Receiver,
    /// In fen.
    pub amount: Fen,
    /// Why.
    pub transfer_remark: TransferRemark,
    /// Whose money: the platform's, if the request named nobody.
    pub sponsor_mchid: Mchid,
}

/// A sub-merchant's compensation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantBill {
    /// The platform.
    pub sp_mchid: Mchid,
    /// Its number.
    pub out_bill_no: OutBillNo,
    /// The provider's number.
    pub bill_id: BillId,
    /// What was asked for.
    pub content: MerchantContent,
    /// Its state.
    pub state: BillState,
    /// The transfer that holds the money; none if there was not enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<TransferId>,
    /// When it was taken on.
    pub accept_time: Timestamp,
    /// When the sub-merchant was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// Why and when it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close: Option<Close>,
}

impl MerchantBill {
    /// The number of a bill's row.
    #[must_use]
    pub fn row_id(sp_mchid: &Mchid, out_bill_no: &OutBillNo) -> String {
        format!("{sp_mchid}/{out_bill_no}")
    }

    /// The account that its money is held of.
    pub(super) fn debit(&self) -> AccountId {
        chart::operation(&self.content.sponsor_mchid)
    }

    pub(super) fn step(&mut self, event: MerchantEvent) -> Result<(), Stop> {
        let broken = || Broken(format!("no {event:?} from {:?}", self.state));
        self.state = merchant_next(self.state, event).ok_or_else(broken)?;
        Ok(())
    }

    /// The job that pays it.
    pub(super) fn job(&self) -> Job {
        let (sp_mchid, out_bill_no) = (self.sp_mchid.clone(), self.out_bill_no.clone());
        Job::MerchantBill { sp_mchid, out_bill_no }
    }

    /// As a query answers it.
    #[must_use]
    pub fn shown(&self) -> Shown {
        Shown {
            sp_mchid: self.sp_mchid.clone(),
            receiver_detail: ReceiverDetail {
                receiver: Some(self.content.receiver.clone().into()),
            },
            out_bill_no: self.out_bill_no.clone(),
            amount: self.content.amount,
            transfer_remark: self.content.transfer_remark.to_string(),
            bill_id: self.bill_id.clone(),
            state: Open::Known(self.state),
            accept_time: self.accept_time,
            success_time: self.success_time,
            close_info: self.close.as_ref().map(|close| CloseInfo {
                close_time: close.at,
                close_reason: close.reason.clone(),
            }),
            sponsor_mchid: Some(self.content.sponsor_mchid.clone()),
        }
    }
}

impl Row for MerchantBill {
    const KIND: &'static str = "merchant_bill";

    fn id(&self) -> String {
        Self::row_id(&self.sp_mchid, &self.out_bill_no)
    }

    fn owner(&self) -> &str {
        self.sp_mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        let fits = self.success_time.is_some() == (self.state == BillState::Success)
            && self.close.is_some() == (self.state == BillState::Closed)
            && self.hold.is_some() == (self.state != BillState::Closed);
        if fits && self.content.amount.is_positive() {
            Ok(())
        } else {
            Err(format!("its fields do not fit {}", self.state))
        }
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        let same = self.bill_id == before.bill_id
            && self.content == before.content
            && self.hold == before.hold
            && self.accept_time == before.accept_time;
        if !same {
            return Err("what never changes has changed".to_owned());
        }
        let mut steps = MerchantEvent::ALL.iter().map(|e| merchant_next(before.state, *e));
        if steps.any(|next| next == Some(self.state)) {
            Ok(())
        } else {
            Err(format!("no way from {} to {}", before.state, self.state))
        }
    }

    fn books(&self) -> Vec<Entry> {
        let standing = match self.state {
            BillState::Accepted => Standing::Held,
            BillState::Success => Standing::Posted,
            BillState::Closed => return Vec::new(),
        };
        vec![Entry {
            reference: self.bill_id.to_string(),
            reason: Reason::Compensation,
            debit: self.debit(),
            credit: chart::available(&self.content.receiver.mch_info.mchid),
            amount: self.content.amount,
            standing,
            hold: self.hold,
        }]
    }

    fn number(&self) -> Option<String> {
        Some(self.bill_id.to_string())
    }

    fn awaits(&self) -> Option<Job> {
        (self.state == BillState::Accepted).then(|| self.job())
    }
}
