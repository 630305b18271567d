//! Orders: what a payer owes or has paid, and what its merchant does about it.

pub use redress_api::pay::{TradeState, TradeType};
use redress_api::{Appid, Fen, Mchid, NotifyUrl, OutTradeNo, Timestamp, TransactionId};
use serde::{Deserialize, Serialize};

use crate::books::{Entry, Standing, Tally};
use crate::chart;
use crate::combine::{self, Phase};
use crate::command::{Broken, Stop};
use crate::context::Context;
use crate::job::Job;
use crate::ledger::{AccountId, Reason};
use crate::number;
use crate::refund;
use crate::row::Row;
use crate::subsidy::{self, Subsidy};

mod actions;
mod codepay;
mod draft;
mod operations;
mod partner;
mod place;
mod placing;
pub mod prepay;
mod steps;

pub(crate) use actions::pay;
pub use actions::{FREEZE_SECONDS_MAX, REVERSE_SECONDS_MAX, SETTLE_SECONDS, unfreeze};
pub(crate) use draft::Draft;
pub(crate) use operations::same;
pub use place::{Outcome, Place};
pub(crate) use placing::announced;
pub use placing::{PAY_SECONDS, PAY_SECONDS_MIN, SUBSIDY_FEN_MAX};
pub(crate) use steps::who_pays;
pub use steps::{Act, PASSWORD_SECONDS_MAX, PayPrepay, PayerActs, Step};

/// What happens to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The payer pays.
    Pay,
    /// The payment fails.
    Fail,
    /// Money goes back.
    Refund,
    /// The merchant reverses it.
    Reverse,
    /// The merchant closes it.
    Close,
}

/// The state after an event, if the event can happen.
#[must_use]
pub const fn next(state: TradeState, event: Event) -> Option<TradeState> {
    use TradeState::{Closed, NotPay, PayError, Refund, Revoked, Success, UserPaying};
    match (state, event) {
        (NotPay | UserPaying, Event::Pay) => Some(Success),
        (UserPaying, Event::Fail) => Some(PayError),
        (NotPay | UserPaying | PayError | Success, Event::Reverse) => Some(Revoked),
        (NotPay, Event::Close) => Some(Closed),
        (Success | Refund, Event::Refund) => Some(Refund),
        _ => None,
    }
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 5] = [Self::Pay, Self::Fail, Self::Refund, Self::Reverse, Self::Close];
}

/// An order. It is printed without what is nothing: of many orders, most of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The merchant that placed it: a direct merchant, or a platform for a sub-merchant.
    pub mchid: Mchid,
    /// The sub-merchant that sells, for a platform's order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The application.
    pub appid: Appid,
    /// The sub-merchant's application, if the platform named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_appid: Option<Appid>,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// The provider's number; orders have one once they are paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<TransactionId>,
    /// How it is paid.
    pub trade_type: TradeType,
    /// Its state.
    pub state: TradeState,
    /// In fen.
    pub amount: Fen,
    /// What is bought.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub description: String,
    /// Who pays: an openid; none until somebody does, where the merchant did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// The payer's name under the sub-merchant's application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_openid: Option<String>,
    /// What the merchant attached to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach: Option<String>,
    /// Where its merchant is told of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<NotifyUrl>,
    /// The number of the combined order (合单) that it is part of. It cannot be looked up, closed
    /// or reversed by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combine: Option<String>,
    /// When it was placed.
    pub create_time: Timestamp,
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_time: Option<Timestamp>,
    /// Until when it can be paid, if the merchant said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_expire: Option<Timestamp>,
    /// How much of it has gone back or is on its way, in fen.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub refunded: Fen,
    /// How many refunds were taken on.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub refunds: u32,
    /// The subsidy that it was announced with, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsidy: Option<Subsidy>,
    /// Whether its money waits for profit sharing.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub profit_sharing: bool,
    /// What of its money waits for profit sharing, in fen: neither gone back nor shared, nor held
    /// for either.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub unsplit: Fen,
    /// What was shared of it or is on its way, less what came back, in fen.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub shared: Fen,
    /// How many times it was shared.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub shares: u32,
    /// Whether profit sharing has started.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub sharing_started: bool,
    /// Whether profit sharing is finished: what is left is its merchant's to spend.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub sharing_finished: bool,
    /// What became its merchant's to spend when profit sharing finished, in fen.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub unfrozen: Fen,
    /// When it was reversed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke_time: Option<Timestamp>,
}

fn is_nothing<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What every order is placed with.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// See [`Order::mchid`].
    pub mchid: &'a Mchid,
    /// See [`Order::sub_mchid`].
    pub sub_mchid: Option<&'a Mchid>,
    /// See [`Order::appid`].
    pub appid: &'a Appid,
    /// See [`Order::out_trade_no`].
    pub out_trade_no: &'a OutTradeNo,
    /// See [`Order::trade_type`].
    pub trade_type: TradeType,
    /// In fen.
    pub amount: Fen,
}

impl Order {
    /// An order that nobody has paid. A code payment waits for its payer, any other for anyone.
    #[must_use]
    pub fn placed(new: New<'_>, now: Timestamp) -> Self {
        let is_code = new.trade_type == TradeType::Micropay;
        Self {
            mchid: new.mchid.clone(),
            sub_mchid: new.sub_mchid.cloned(),
            appid: new.appid.clone(),
            sub_appid: None,
            out_trade_no: new.out_trade_no.clone(),
            transaction_id: None,
            trade_type: new.trade_type,
            state: if is_code { TradeState::UserPaying } else { TradeState::NotPay },
            amount: new.amount,
            description: String::new(),
            payer: None,
            sub_openid: None,
            attach: None,
            notify_url: None,
            combine: None,
            create_time: now,
            success_time: None,
            time_expire: None,
            refunded: Fen::ZERO,
            refunds: 0,
            subsidy: None,
            profit_sharing: false,
            unsplit: Fen::ZERO,
            shared: Fen::ZERO,
            shares: 0,
            sharing_started: false,
            sharing_finished: false,
            unfrozen: Fen::ZERO,
            revoke_time: None,
        }
    }

    /// The number of an order's row.
    #[must_use]
    pub fn row_id(mchid: &Mchid, out_trade_no: &OutTradeNo) -> String {
        format!("{mchid}/{out_trade_no}")
    }

    /// Who sells: the sub-merchant, or the merchant itself.
    #[must_use]
    pub fn seller(&self) -> &Mchid {
        self.sub_mchid.as_ref().unwrap_or(&self.mchid)
    }

    /// The account that its payment went to.
    #[must_use]
    pub fn paid_into(&self) -> AccountId {
        let seller = self.seller();
        if self.profit_sharing { chart::frozen(seller) } else { chart::available(seller) }
    }

    /// Whether its money waits for profit sharing, apart from what went elsewhere.
    #[must_use]
    pub const fn is_frozen(&self) -> bool {
        self.profit_sharing && !self.sharing_finished
    }

    /// The account that gives its money back.
    #[must_use]
    pub fn account(&self) -> AccountId {
        let seller = self.seller();
        if self.is_frozen() { chart::frozen(seller) } else { chart::available(seller) }
    }

    /// Takes an amount from what waits for profit sharing; `None` if it is more than that.
    #[must_use]
    pub fn take_unsplit(&mut self, amount: Fen) -> Option<()> {
        self.unsplit = self.unsplit.minus(amount).filter(|left| *left >= Fen::ZERO)?;
        Some(())
    }

    /// Adds an amount to what waits for profit sharing.
    ///
    /// # Errors
    /// If the sum overflows.
    pub fn add_unsplit(&mut self, amount: Fen) -> Result<(), Broken> {
        let sum = self.unsplit.plus(amount);
        self.unsplit = sum.ok_or_else(|| Broken(format!("order {} overflows", self.id())))?;
        Ok(())
    }

    /// Until when it can be paid.
    #[must_use]
    pub fn payable_until(&self) -> Timestamp {
        self.time_expire.unwrap_or_else(|| self.create_time.plus_seconds(PAY_SECONDS))
    }

    /// Who has paid.
    ///
    /// # Errors
    /// If nobody has.
    pub fn paid_by(&self) -> Result<&str, Broken> {
        let payer = self.payer.as_deref();
        payer.ok_or_else(|| Broken(format!("order {} has no payer", self.id())))
    }

    /// What its transfers refer to: the provider's number, or the merchant's before there is one.
    #[must_use]
    pub fn reference(&self) -> &str {
        self.transaction_id.as_ref().map_or(self.out_trade_no.as_str(), TransactionId::as_str)
    }

    /// Whether its money may be shared: it is a sharing order, was paid, and no subsidy is
    /// outstanding.
    #[must_use]
    pub fn may_share(&self) -> bool {
        let paid = matches!(self.state, TradeState::Success | TradeState::Refund);
        self.profit_sharing && paid && self.subsidy.as_ref().is_none_or(Subsidy::is_settled)
    }

    /// Moves the order on.
    ///
    /// # Errors
    /// If the event cannot happen in its state.
    pub fn step(&mut self, event: Event) -> Result<(), Stop> {
        let broken = || Broken(format!("no {event:?} from {:?}", self.state));
        self.state = next(self.state, event).ok_or_else(broken)?;
        Ok(())
    }
}

impl Row for Order {
    const KIND: &'static str = "order";

    fn id(&self) -> String {
        Self::row_id(&self.mchid, &self.out_trade_no)
    }

    fn owner(&self) -> &str {
        self.mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        let paid = self.success_time.is_some();
        let fits = match self.state {
            TradeState::NotPay | TradeState::Closed => !paid,
            TradeState::UserPaying | TradeState::PayError => {
                !paid && self.trade_type == TradeType::Micropay
            }
            TradeState::Success => paid && self.refunds == 0,
            TradeState::Refund => paid && self.refunds > 0,
            TradeState::Revoked => self.refunded == Fen::ZERO,
        } && self.revoke_time.is_some() == (self.state == TradeState::Revoked);
        if !fits || paid != self.transaction_id.is_some() {
            return Err(format!("its fields do not fit {:?}", self.state));
        }
        let sums = [self.refunded, self.unsplit, self.shared, self.unfrozen];
        let subsidy = self.subsidy.as_ref().map_or(Fen::ZERO, |subsidy| subsidy.amount);
        if !self.amount.is_positive()
            || sums.iter().any(|sum| *sum < Fen::ZERO)
            || self.refunded > self.amount
            || self.amount.plus(subsidy).is_none_or(|most| self.unsplit > most)
        {
            return Err("its amounts do not add up".to_owned());
        }
        if self.unsplit.is_positive() && !self.is_frozen() {
            return Err("has money that waits for no sharing".to_owned());
        }
        if paid && self.payer.is_none() {
            return Err("is paid, yet by nobody".to_owned());
        }
        if self.subsidy.is_some() && !self.profit_sharing {
            return Err("has a subsidy, yet no profit sharing".to_owned());
        }
        // A code payment can announce none, and a reverse would leave it behind.
        if self.subsidy.is_some() && self.trade_type == TradeType::Micropay {
            return Err("has a subsidy, yet was paid by code".to_owned());
        }
        Ok(())
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        let same = self.amount == before.amount
            && (before.payer.is_none() || self.payer == before.payer)
            && self.combine == before.combine
            && self.attach == before.attach
            && self.appid == before.appid
            && self.sub_appid == before.sub_appid
            && self.sub_openid == before.sub_openid
            && self.time_expire == before.time_expire
            && self.sub_mchid == before.sub_mchid
            && self.trade_type == before.trade_type
            && self.profit_sharing == before.profit_sharing
            && (before.success_time.is_none() || self.success_time == before.success_time)
            && self.refunds >= before.refunds
            && (self.sharing_started || !before.sharing_started)
            && (self.sharing_finished || !before.sharing_finished)
            && (before.transaction_id.is_none() || self.transaction_id == before.transaction_id);
        if !same {
            return Err("what never changes has changed".to_owned());
        }
        let reachable = self.state == before.state
            || Event::ALL.iter().any(|event| next(before.state, *event) == Some(self.state));
        if reachable {
            Ok(())
        } else {
            Err(format!("no way from {:?} to {:?}", before.state, self.state))
        }
    }

    fn books(&self) -> Vec<Entry> {
        let (Some(id), Some(payer)) = (&self.transaction_id, &self.payer) else {
            return Vec::new();
        };
        let (payer, seller) = (chart::payer(payer), self.seller());
        let entry = |reason, debit: AccountId, credit: AccountId, amount| Entry {
            reference: id.to_string(),
            reason,
            debit,
            credit,
            amount,
            standing: Standing::Moved,
            hold: None,
        };
        let mut books = vec![entry(Reason::Payment, payer.clone(), self.paid_into(), self.amount)];
        if self.state == TradeState::Revoked {
            books.push(entry(Reason::Reversal, self.account(), payer, self.amount));
        }
        if self.unfrozen.is_positive() {
            let (frozen, available) = (chart::frozen(seller), chart::available(seller));
            books.push(entry(Reason::Unfreeze, frozen, available, self.unfrozen));
        }
        books
    }

    fn number(&self) -> Option<String> {
        self.transaction_id.as_ref().map(ToString::to_string)
    }

    fn tallies(&self) -> Vec<Tally> {
        let of = |what: &str| format!("{what} of {}", self.reference());
        let [refunds, number] = refund::sums(&self.id());
        let paid = self.subsidy.as_ref().is_some_and(Subsidy::is_paid);
        let mut tallies = vec![
            Tally::plus(chart::frozen(self.seller()).as_str(), self.unsplit.get()),
            Tally::minus(of("shared"), self.shared.get()),
            Tally::minus(of("shares"), self.shares.into()),
            Tally::minus(refunds, self.refunded.get()),
            Tally::minus(number, self.refunds.into()),
            Tally::minus(subsidy::sum(&self.id()), paid.into()),
        ];
        if let Some(combined) = &self.combine {
            let combined = format!("{}/{combined}", self.mchid);
            tallies
                .push(Tally::plus(combine::tally(&combined, &self.id(), Phase::of(self.state)), 1));
        }
        tallies
    }

    fn awaits(&self) -> Option<Job> {
        if self.state == TradeState::NotPay && self.combine.is_none() {
            return Some(Step::Close.of(self));
        }
        self.unsplit.is_positive().then(|| Step::Unfreeze.of(self))
    }
}

/// Whether a text can name a payer: 1 to 128 letters, digits, `_` and `-`.
pub(crate) fn is_openid(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(fits)
}

/// The paid order of this number, if the merchant placed it.
///
/// # Errors
/// If a row is not loaded.
pub fn find_paid(
    cx: &mut Context<'_>,
    merchant: &Mchid,
    transaction_id: &TransactionId,
) -> Result<Option<Order>, Stop> {
    number::find(cx, merchant, transaction_id.as_str())
}
