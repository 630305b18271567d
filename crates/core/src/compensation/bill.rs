//! The bill, its state table, and how answers show it.

use redress_api::compensation::{
    BillState, CloseInfo, Create, PreTransfer, Receiver, ReceiverDetail, TransactionInfo,
    TransactionType, TransferRemark, TransferSceneId, UserRecvPerception,
};
use redress_api::{Appid, BillId, Fen, Mchid, NotifyUrl, Open, OutBillNo, Timestamp, compensation};
use serde::{Deserialize, Serialize};

use super::CONFIRM_SECONDS_MAX;
use super::pre_transfer::Package;
use super::steps::Step;
use crate::books::{Entry, Standing, Tally};
use crate::chart;
use crate::command::{Broken, Stop};
use crate::job::Job;
use crate::ledger::{AccountId, Reason, TransferId};
use crate::merchant::Confirmation;
use crate::row::Row;

/// What happens to a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It is put before the payer.
    Ask,
    /// The payer is paid.
    Pay,
    /// It is closed: refused, out of time.
    Close,
    /// The platform cancels it.
    Cancel,
    /// The cancel is done.
    FinishCancel,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 5] =
        [Self::Ask, Self::Pay, Self::Close, Self::Cancel, Self::FinishCancel];
}

/// The state after an event, if the event can happen.
#[must_use]
pub const fn next(state: BillState, event: Event) -> Option<BillState> {
    use BillState::{Accepted, Canceling, Cancelled, Closed, Success, WaitUserConfirm};
    match (state, event) {
        (Accepted, Event::Ask) => Some(WaitUserConfirm),
        (Accepted | WaitUserConfirm, Event::Pay) => Some(Success),
        (Accepted | WaitUserConfirm, Event::Close) => Some(Closed),
        (Accepted | WaitUserConfirm, Event::Cancel) => Some(Canceling),
        (Canceling, Event::FinishCancel) => Some(Cancelled),
        _ => None,
    }
}

/// What a pre-transfer says besides what a create says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreOrder {
    /// The platform's application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sp_appid: Option<Appid>,
    /// Where the end is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<NotifyUrl>,
}

/// What the platform asked for: a second request of the same number must say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Who is paid.
    pub receiver: Receiver,
    /// In fen.
    pub amount: Fen,
    /// Why.
    pub transfer_remark: TransferRemark,
    /// Whose money.
    pub sponsor_mchid: Mchid,
    /// The scene.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_scene_id: Option<TransferSceneId>,
    /// What the payer sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_recv_perception: Option<UserRecvPerception>,
    /// Only of a pre-transfer: the two ways to make a bill are never the same content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre: Option<PreOrder>,
}

/// A receiver with the kind of transaction that is meant when none is named.
fn spelled_out(receiver: &Receiver) -> Receiver {
    let info = &receiver.transaction_info;
    let kind = info.r#type.clone().unwrap_or_else(|| TransactionType::Wxpay.into());
    let transaction_id = info.transaction_id.clone();
    Receiver {
        r#type: receiver.r#type.clone(),
        transaction_info: TransactionInfo { transaction_id, r#type: Some(kind) },
    }
}

impl From<&PreTransfer> for Content {
    fn from(pre: &PreTransfer) -> Self {
        let (sp_appid, notify_url) = (pre.sp_appid.clone(), pre.notify_url.clone());
        Self {
            receiver: spelled_out(&pre.receiver),
            amount: pre.amount,
            transfer_remark: pre.transfer_remark.clone(),
            sponsor_mchid: pre.sponsor_mchid.clone(),
            transfer_scene_id: pre.transfer_scene_id.clone(),
            user_recv_perception: pre.user_recv_perception.clone(),
            pre: Some(PreOrder { sp_appid, notify_url }),
        }
    }
}

impl From<&Create> for Content {
    fn from(create: &Create) -> Self {
        Self {
            receiver: spelled_out(&create.receiver),
            amount: create.amount,
            transfer_remark: create.transfer_remark.clone(),
            sponsor_mchid: create.sponsor_mchid.clone(),
            transfer_scene_id: create.transfer_scene_id.clone(),
            user_recv_perception: create.user_recv_perception.clone(),
            pre: None,
        }
    }
}

/// Why and when a bill was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Close {
    /// When.
    pub at: Timestamp,
    /// Why, in the API's word.
    pub reason: String,
}

/// A compensation bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The platform.
    pub sp_mchid: Mchid,
    /// Its number.
    pub out_bill_no: OutBillNo,
    /// The provider's number.
    pub bill_id: BillId,
    /// What was asked for.
    pub content: Content,
    /// Its state.
    pub state: BillState,
    /// Whether the payer is asked.
    pub confirmation: Confirmation,
    /// Leads its payer to the question; only of a pre-transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Who is paid: the openid of the order's payer.
    pub payer: String,
    /// The transfer that holds the money; none if there was not enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<TransferId>,
    /// When it was taken on.
    pub accept_time: Timestamp,
    /// When the payer was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// Why and when it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close: Option<Close>,
    /// When its cancel was taken on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_accept_time: Option<Timestamp>,
}

impl Bill {
    /// The number of a bill's row.
    #[must_use]
    pub fn row_id(sp_mchid: &Mchid, out_bill_no: &OutBillNo) -> String {
        format!("{sp_mchid}/{out_bill_no}")
    }

    /// The account that its money is held of.
    pub(super) fn debit(&self) -> AccountId {
        chart::available(&self.content.sponsor_mchid)
    }

    /// Whether nothing can happen to it any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        Event::ALL.iter().all(|event| next(self.state, *event).is_none())
    }

    /// Until when it waits for its payer.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        self.accept_time.plus_seconds(CONFIRM_SECONDS_MAX)
    }

    /// Moves it on.
    pub(super) fn step(&mut self, event: Event) -> Result<(), Stop> {
        let broken = || Broken(format!("no {event:?} from {:?}", self.state));
        self.state = next(self.state, event).ok_or_else(broken)?;
        Ok(())
    }

    /// Closes it.
    pub(super) fn close(&mut self, at: Timestamp, reason: &str) -> Result<(), Stop> {
        self.step(Event::Close)?;
        self.close = Some(Close { at, reason: reason.to_owned() });
        Ok(())
    }

    /// As a query answers it.
    #[must_use]
    pub fn shown(&self) -> compensation::Bill {
        compensation::Bill {
            sp_mchid: self.sp_mchid.clone(),
            receiver_detail: ReceiverDetail {
                receiver: Some(self.content.receiver.clone().into()),
            },
            out_bill_no: self.out_bill_no.clone(),
            amount: self.content.amount,
            transfer_remark: Some(self.content.transfer_remark.to_string()),
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

impl Row for Bill {
    const KIND: &'static str = "bill";

    fn id(&self) -> String {
        Self::row_id(&self.sp_mchid, &self.out_bill_no)
    }

    fn owner(&self) -> &str {
        self.sp_mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        let cancelling = matches!(self.state, BillState::Canceling | BillState::Cancelled);
        let fits = self.success_time.is_some() == (self.state == BillState::Success)
            && self.close.is_some() == (self.state == BillState::Closed)
            && self.cancel_accept_time.is_some() == cancelling
            && (self.hold.is_some() || self.state == BillState::Closed)
            && self.package.is_some() == self.content.pre.is_some()
            && (self.package.is_none() || self.state != BillState::Accepted);
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
            && self.payer == before.payer
            && self.confirmation == before.confirmation
            && self.package == before.package
            && self.accept_time == before.accept_time
            && (before.cancel_accept_time.is_none()
                || self.cancel_accept_time == before.cancel_accept_time);
        if !same {
            return Err("what never changes has changed".to_owned());
        }
        let reachable = Event::ALL.iter().any(|e| next(before.state, *e) == Some(self.state));
        if reachable {
            Ok(())
        } else {
            Err(format!("no way from {} to {}", before.state, self.state))
        }
    }

    fn books(&self) -> Vec<Entry> {
        let standing = match self.state {
            BillState::Accepted | BillState::WaitUserConfirm | BillState::Canceling => {
                Standing::Held
            }
            BillState::Success => Standing::Posted,
            BillState::Cancelled | BillState::Closed => Standing::Voided,
        };
        let entry = |hold| Entry {
            reference: self.bill_id.to_string(),
            reason: Reason::Compensation,
            debit: self.debit(),
            credit: chart::payer(&self.payer),
            amount: self.content.amount,
            standing,
            hold: Some(hold),
        };
        self.hold.map(entry).into_iter().collect()
    }

    /// Its package leads to it, and to nothing else.
    fn tallies(&self) -> Vec<Tally> {
        let tally = |package: &String| Tally::plus(Package::leading(package, &self.id()), 1);
        self.package.iter().map(tally).collect()
    }

    fn number(&self) -> Option<String> {
        Some(self.bill_id.to_string())
    }

    fn awaits(&self) -> Option<Job> {
        let step = match self.state {
            BillState::Accepted => Step::Process,
            BillState::WaitUserConfirm => Step::Expire,
            BillState::Canceling => Step::FinishCancel,
            BillState::Success | BillState::Closed | BillState::Cancelled => return None,
        };
        Some(step.of(self))
    }
}
