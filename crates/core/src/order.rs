//! Orders: what a payer owes or has paid, and what its merchant does about it.

pub use redress_api::pay::{TradeState, TradeType};
use redress_api::{Appid, Fen, Mchid, OutTradeNo, Timestamp, TransactionId};
use serde::{Deserialize, Serialize};

use crate::chart;
use crate::command::Stop;
use crate::context::{Context, Movement};
use crate::ledger::{AccountId, Reason};
use crate::row::Row;
use crate::subsidy::Subsidy;

mod actions;
mod codepay;
mod operations;
mod partner;
mod place;

pub use actions::REVERSE_SECONDS_MAX;
pub use codepay::{Act, PASSWORD_SECONDS_MAX, PayerActs, Step};
pub use place::{Outcome, Place};

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

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The merchant that placed it: a direct merchant, or a platform for a sub-merchant.
    pub mchid: Mchid,
    /// The sub-merchant that sells, for a platform's order.
    pub sub_mchid: Option<Mchid>,
    /// The application.
    pub appid: Appid,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// The provider's number; orders have one once they are paid.
    pub transaction_id: Option<TransactionId>,
    /// How it is paid.
    pub trade_type: TradeType,
    /// Its state.
    pub state: TradeState,
    /// In fen.
    pub amount: Fen,
    /// Who pays: an openid.
    pub payer: String,
    /// What the merchant attached to it.
    #[serde(default)]
    pub attach: Option<String>,
    /// When it was placed.
    pub create_time: Timestamp,
    /// When it was paid.
    pub success_time: Option<Timestamp>,
    /// How much of it has gone back, in fen.
    pub refunded: Fen,
    /// The subsidy that it was announced with, if any.
    pub subsidy: Option<Subsidy>,
    /// Whether its money waits for profit sharing.
    pub profit_sharing: bool,
    /// Whether profit sharing has started.
    pub sharing_started: bool,
    /// When it was reversed.
    pub revoke_time: Option<Timestamp>,
}

impl Order {
    /// The number of an order's row.
    #[must_use]
    pub fn row_id(mchid: &Mchid, out_trade_no: &OutTradeNo) -> String {
        format!("{mchid}/{out_trade_no}")
    }

    /// The account that its payment went to, and that gives money back.
    #[must_use]
    pub fn account(&self) -> AccountId {
        let seller = self.sub_mchid.as_ref().unwrap_or(&self.mchid);
        if self.profit_sharing { chart::frozen(seller) } else { chart::available(seller) }
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
    fn step(&mut self, event: Event) -> Result<(), Stop> {
        let broken = || crate::command::Broken(format!("no {event:?} from {:?}", self.state));
        self.state = next(self.state, event).ok_or_else(broken)?;
        Ok(())
    }

    fn pay_back<'a>(&'a self, ends: &'a [AccountId; 2], reason: Reason) -> Movement<'a> {
        Movement {
            debit: &ends[0],
            credit: &ends[1],
            amount: self.amount,
            reason,
            reference: self.reference(),
        }
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
            TradeState::Success => paid && self.refunded == Fen::ZERO,
            TradeState::Refund => paid && self.refunded.is_positive(),
            TradeState::Revoked => self.refunded == Fen::ZERO,
        } && self.revoke_time.is_some() == (self.state == TradeState::Revoked);
        if !fits || paid != self.transaction_id.is_some() {
            return Err(format!("its fields do not fit {:?}", self.state));
        }
        if !self.amount.is_positive() || self.refunded > self.amount {
            return Err("its amounts do not add up".to_owned());
        }
        if self.subsidy.is_some() && !self.profit_sharing {
            return Err("has a subsidy, yet no profit sharing".to_owned());
        }
        Ok(())
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        let same = self.amount == before.amount
            && self.payer == before.payer
            && self.attach == before.attach
            && self.appid == before.appid
            && self.sub_mchid == before.sub_mchid
            && self.trade_type == before.trade_type
            && self.profit_sharing == before.profit_sharing
            && (before.success_time.is_none() || self.success_time == before.success_time)
            && self.refunded >= before.refunded
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
}

/// Whether a text can name a payer: 1 to 128 letters, digits, `_` and `-`.
pub(crate) fn is_openid(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(fits)
}

/// Where the provider's number of an order leads: the order's own row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The provider's number.
    pub transaction_id: TransactionId,
    /// See [`Order::mchid`].
    pub mchid: Mchid,
    /// See [`Order::out_trade_no`].
    pub out_trade_no: OutTradeNo,
}

impl Row for Transaction {
    const KIND: &'static str = "transaction";

    fn id(&self) -> String {
        self.transaction_id.to_string()
    }

    fn owner(&self) -> &str {
        self.mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn follows(&self, _: &Self) -> Result<(), String> {
        Err("a transaction never changes".to_owned())
    }
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
    let Some(transaction) = cx.get::<Transaction>(transaction_id.as_str())? else {
        return Ok(None);
    };
    if transaction.mchid != *merchant {
        return Ok(None);
    }
    cx.get(&Order::row_id(&transaction.mchid, &transaction.out_trade_no))
}
