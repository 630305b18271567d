//! Refunds: money of an order on its way back to its payer. A refund is taken on at once, with its
//! money held; time brings it to its payer.

pub use redress_api::refund::Status;
use redress_api::refund::ecommerce::RefundAccount;
use redress_api::refund::{Account, Goods, Part, Reason as Words, Source};
use redress_api::subsidy::OutOrderNo;
use redress_api::{
    Fen, Mchid, NotifyUrl, OutRefundNo, OutTradeNo, RefundId, Timestamp, TransactionId,
};
use serde::{Deserialize, Serialize};

use crate::books::{Entry, Standing, Tally};
use crate::chart;
use crate::command::{Broken, Stop};
use crate::job::Job;
use crate::ledger::{AccountId, Reason, TransferId};
use crate::order::Order;
use crate::row::Row;

mod accept;
mod operations;
mod shown;
mod steps;

pub(crate) use accept::place;
pub use accept::{REFUND_SECONDS_MAX, REFUNDS_MAX};
pub(crate) use steps::settle;
pub use steps::{Close, SETTLE_SECONDS};

/// What happens to a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The money reaches the payer.
    Settle,
    /// The payer's account takes no money.
    Fail,
    /// The merchant asks for it once more, with the same number.
    Retry,
    /// It is given up.
    Close,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 4] = [Self::Settle, Self::Fail, Self::Retry, Self::Close];
}

/// The state after an event, if the event can happen.
#[must_use]
pub const fn next(status: Status, event: Event) -> Option<Status> {
    match (status, event) {
        (Status::Processing, Event::Settle) => Some(Status::Success),
        (Status::Processing, Event::Fail) => Some(Status::Abnormal),
        (Status::Abnormal, Event::Retry) => Some(Status::Processing),
        (Status::Abnormal, Event::Close) => Some(Status::Closed),
        _ => None,
    }
}

/// Which page a refund was asked for by. They show it in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// 退款申请.
    Domestic,
    /// 申请退款 of e-commerce platforms.
    Ecommerce,
}

/// What the merchant asks for: what a repetition has to say again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// By which page.
    pub form: Form,
    /// How much is to go back, in fen.
    pub amount: Fen,
    /// What the order is said to cost, in fen.
    pub total: Fen,
    /// From which parts of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Vec<Part>>,
    /// From which money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Who pays.
    pub account: RefundAccount,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Words>,
    /// What is given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods: Option<Vec<Goods>>,
}

/// Where money of a refund is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pocket {
    /// What waits for profit sharing of this order.
    Frozen,
    /// What the seller can pay with.
    Available,
    /// What the platform pays in advance with.
    Operation,
}

impl Pocket {
    /// The part of the seller's account that a page means.
    #[must_use]
    pub const fn of(account: Account) -> Self {
        match account {
            Account::Available => Self::Available,
            Account::Unavailable => Self::Frozen,
        }
    }

    /// The account.
    #[must_use]
    pub fn account(self, platform: &Mchid, seller: &Mchid) -> AccountId {
        match self {
            Self::Frozen => chart::frozen(seller),
            Self::Available => chart::available(seller),
            Self::Operation => chart::operation(platform),
        }
    }
}

/// Money that was taken out of one pocket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// From where.
    pub pocket: Pocket,
    /// How much, in fen.
    pub amount: Fen,
    /// What holds it; nothing if it was moved at once, for an order that the control API placed
    /// with a refund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<TransferId>,
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The merchant that placed the order and asks for it.
    pub mchid: Mchid,
    /// The sub-merchant that sells, for a platform's order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The merchant's number.
    pub out_refund_no: OutRefundNo,
    /// The provider's number.
    pub refund_id: RefundId,
    /// The provider's number of the order.
    pub transaction_id: TransactionId,
    /// The merchant's number of the order.
    pub out_trade_no: OutTradeNo,
    /// Its state.
    pub status: Status,
    /// What was asked for.
    pub content: Content,
    /// Where its merchant is told of its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<NotifyUrl>,
    /// Who gets the money: an openid.
    pub payer: String,
    /// Where the money is taken from.
    pub taken: Vec<Taken>,
    /// When it was taken on.
    pub create_time: Timestamp,
    /// When the money reached its payer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// The return of a subsidy that goes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsidy_return: Option<OutOrderNo>,
}

impl Refund {
    /// The number of a refund's row.
    #[must_use]
    pub fn row_id(mchid: &Mchid, out_refund_no: &OutRefundNo) -> String {
        format!("{mchid}/{out_refund_no}")
    }

    /// The account that some of its money was taken from.
    fn debit(&self, taken: &Taken) -> AccountId {
        taken.pocket.account(&self.mchid, self.seller())
    }

    /// What holds its money, each with the account that it is held of.
    fn holds(&self) -> impl Iterator<Item = (AccountId, TransferId)> {
        self.taken.iter().filter_map(|taken| Some((self.debit(taken), taken.hold?)))
    }

    /// Who sells: the sub-merchant, or the merchant itself.
    #[must_use]
    pub fn seller(&self) -> &Mchid {
        self.sub_mchid.as_ref().unwrap_or(&self.mchid)
    }

    /// The job that brings it to its payer.
    #[must_use]
    pub fn settling(&self) -> Job {
        Job::Refund { mchid: self.mchid.clone(), out_refund_no: self.out_refund_no.clone() }
    }

    /// How much was taken out of a pocket, in fen.
    #[must_use]
    pub fn taken_from(&self, pocket: Pocket) -> Fen {
        let amounts = self.taken.iter().filter(|taken| taken.pocket == pocket);
        amounts.fold(Fen::ZERO, |sum, taken| sum.plus(taken.amount).unwrap_or(sum))
    }

    /// Moves it on.
    pub(crate) fn step(&mut self, event: Event) -> Result<(), Stop> {
        let broken = || Broken(format!("no {event:?} from {}", self.status));
        self.status = next(self.status, event).ok_or_else(broken)?;
        Ok(())
    }
}

/// The sum of an order's refunds, and how many they are, as the audit names them.
pub(crate) fn sums(order: &str) -> [String; 2] {
    [format!("refunds of {order}"), format!("number of refunds of {order}")]
}

impl Row for Refund {
    const KIND: &'static str = "refund";

    fn id(&self) -> String {
        Self::row_id(&self.mchid, &self.out_refund_no)
    }

    fn owner(&self) -> &str {
        self.mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        if self.success_time.is_some() != (self.status == Status::Success) {
            return Err(format!("its fields do not fit {}", self.status));
        }
        let taken = self.taken.iter().try_fold(Fen::ZERO, |sum, taken| sum.plus(taken.amount));
        let amount = self.content.amount;
        if !amount.is_positive() || amount > self.content.total || taken != Some(amount) {
            return Err("its amounts do not add up".to_owned());
        }
        let advance = self.content.account == RefundAccount::PartnerAdvance;
        if self.taken.iter().any(|taken| (taken.pocket == Pocket::Operation) != advance) {
            return Err("is taken from where it was not asked for".to_owned());
        }
        Ok(())
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        let same = self.refund_id == before.refund_id
            && self.sub_mchid == before.sub_mchid
            && self.transaction_id == before.transaction_id
            && self.out_trade_no == before.out_trade_no
            && self.content == before.content
            && self.notify_url == before.notify_url
            && self.payer == before.payer
            && self.taken == before.taken
            && self.create_time == before.create_time
            && (before.subsidy_return.is_none() || self.subsidy_return == before.subsidy_return);
        if !same {
            return Err("what never changes has changed".to_owned());
        }
        let reachable = self.status == before.status
            || Event::ALL.iter().any(|event| next(before.status, *event) == Some(self.status));
        if reachable {
            Ok(())
        } else {
            Err(format!("no way from {} to {}", before.status, self.status))
        }
    }

    fn books(&self) -> Vec<Entry> {
        let standing = match self.status {
            Status::Processing | Status::Abnormal => Standing::Held,
            Status::Success => Standing::Posted,
            Status::Closed => Standing::Voided,
        };
        let entry = |taken: &Taken| Entry {
            reference: self.refund_id.to_string(),
            reason: Reason::Refund,
            debit: self.debit(taken),
            credit: chart::payer(&self.payer),
            amount: taken.amount,
            standing: if taken.hold.is_some() { standing } else { Standing::Moved },
            hold: taken.hold,
        };
        self.taken.iter().map(entry).collect()
    }

    fn number(&self) -> Option<String> {
        Some(self.refund_id.to_string())
    }

    fn tallies(&self) -> Vec<Tally> {
        let [sum, number] = sums(&Order::row_id(&self.mchid, &self.out_trade_no));
        let open = if self.status == Status::Closed { 0 } else { self.content.amount.get() };
        vec![Tally::plus(sum, open), Tally::plus(number, 1)]
    }

    fn awaits(&self) -> Option<Job> {
        (self.status == Status::Processing).then(|| self.settling())
    }
}
