//! The combined order, its state table, and what was asked for.

use redress_api::combine::{CombineOutTradeNo, Jsapi, Native, SceneInfo, SubOrder};
use redress_api::pay::{TradeState, TradeType};
use redress_api::{Appid, Mchid, NotifyUrl, OutTradeNo, Timestamp};
use serde::{Deserialize, Serialize};

use super::steps::Step;
use crate::books::Tally;
use crate::command::{Broken, Stop};
use crate::job::Job;
use crate::order::Order;
use crate::row::Row;

/// Where a combined order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nobody has paid.
    Waiting,
    /// All of its orders are paid.
    Paid,
    /// All of its orders are closed.
    Closed,
}

impl Phase {
    /// Where a combined order stands whose orders are in this state.
    #[must_use]
    pub const fn of(state: TradeState) -> Self {
        match state {
            TradeState::Success | TradeState::Refund => Self::Paid,
            TradeState::Closed => Self::Closed,
            // The last three are states of code payments.
            TradeState::NotPay
            | TradeState::UserPaying
            | TradeState::PayError
            | TradeState::Revoked => Self::Waiting,
        }
    }
}

/// What says that an order is part of a combined one and stands where that stands: each says it
/// once, the one for it and the other against it.
#[must_use]
pub(crate) fn tally(combined: &str, order: &str, phase: Phase) -> String {
    format!("{order} of {combined}: {phase:?}")
}

/// What happens to a combined order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The payer pays.
    Pay,
    /// The merchant closes it, or its time is over.
    Close,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 2] = [Self::Pay, Self::Close];
}

/// The phase after an event, if the event can happen.
#[must_use]
pub const fn next(phase: Phase, event: Event) -> Option<Phase> {
    match (phase, event) {
        (Phase::Waiting, Event::Pay) => Some(Phase::Paid),
        (Phase::Waiting, Event::Close) => Some(Phase::Closed),
        (Phase::Paid | Phase::Closed, _) => None,
    }
}

/// What the merchant asked for: a second request of the same number must say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The application.
    pub appid: Appid,
    /// How it is paid.
    pub trade_type: TradeType,
    /// Who is to pay: the name under the application.
    pub openid: Option<String>,
    /// Who is to pay: the name under the sub-merchants' application.
    pub sub_openid: Option<String>,
    /// The orders.
    pub sub_orders: Vec<SubOrder>,
    /// Until when it can be paid, if the merchant said so.
    pub time_expire: Option<Timestamp>,
    /// Where the payment is told.
    pub notify_url: Option<NotifyUrl>,
}

impl From<&Jsapi> for Content {
    fn from(request: &Jsapi) -> Self {
        let payer = &request.combine_payer_info;
        Self {
            appid: request.combine_appid.clone(),
            trade_type: TradeType::Jsapi,
            openid: payer.openid.as_ref().map(ToString::to_string),
            sub_openid: payer.sub_openid.as_ref().map(ToString::to_string),
            sub_orders: request.sub_orders.clone(),
            time_expire: request.time_expire,
            notify_url: request.notify_url.clone(),
        }
    }
}

impl From<&Native> for Content {
    fn from(request: &Native) -> Self {
        Self {
            appid: request.combine_appid.clone(),
            trade_type: TradeType::Native,
            openid: None,
            sub_openid: None,
            sub_orders: request.sub_orders.clone(),
            time_expire: request.time_expire,
            notify_url: Some(request.notify_url.clone()),
        }
    }
}

impl Content {
    /// Who is to pay, if the merchant said so.
    #[must_use]
    pub fn payer(&self) -> Option<&str> {
        self.openid.as_deref().or(self.sub_openid.as_deref())
    }

    /// Whether nothing but the orders' settlement differs.
    #[must_use]
    pub fn differs_in_settlement_alone(&self, other: &Self) -> bool {
        let mut unsettled = self.clone();
        for (order, like) in unsettled.sub_orders.iter_mut().zip(&other.sub_orders) {
            order.settle_info.clone_from(&like.settle_info);
        }
        self != other && unsettled == *other
    }
}

/// A combined order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combined {
    /// The merchant that placed it.
    pub mchid: Mchid,
    /// Its number.
    pub out_trade_no: CombineOutTradeNo,
    /// What was asked for.
    pub content: Content,
    /// The merchant's device, if it said so.
    pub device_id: Option<String>,
    /// Where it stands.
    pub phase: Phase,
    /// Who pays: an openid; none until somebody does, where the merchant did not say.
    pub payer: Option<String>,
    /// When it was placed.
    pub create_time: Timestamp,
    /// Until when it can be paid; then it is closed.
    pub time_expire: Timestamp,
}

impl Combined {
    /// The number of a combined order's row.
    #[must_use]
    pub fn row_id(mchid: &Mchid, out_trade_no: &CombineOutTradeNo) -> String {
        format!("{mchid}/{out_trade_no}")
    }

    /// A combined order that nobody has paid.
    pub(super) fn placed(
        mchid: &Mchid,
        out_trade_no: &CombineOutTradeNo,
        content: Content,
        scene: Option<&SceneInfo>,
        now: Timestamp,
    ) -> Self {
        let time_expire = super::steps::deadline(content.time_expire, now);
        Self {
            mchid: mchid.clone(),
            out_trade_no: out_trade_no.clone(),
            device_id: scene.and_then(|scene| scene.device_id.as_ref()).map(ToString::to_string),
            phase: Phase::Waiting,
            payer: content.payer().map(str::to_owned),
            create_time: now,
            time_expire,
            content,
        }
    }

    /// The merchant's numbers of its orders.
    pub fn numbers(&self) -> impl Iterator<Item = &OutTradeNo> {
        self.content.sub_orders.iter().map(|order| &order.out_trade_no)
    }

    /// Moves it on. Its orders are for the caller to move.
    ///
    /// # Errors
    /// If the event cannot happen in its phase.
    pub(super) fn step(&mut self, event: Event) -> Result<(), Stop> {
        let broken = || Broken(format!("no {event:?} from {:?}", self.phase));
        self.phase = next(self.phase, event).ok_or_else(broken)?;
        Ok(())
    }
}

impl Row for Combined {
    const KIND: &'static str = "combined";

    fn id(&self) -> String {
        Self::row_id(&self.mchid, &self.out_trade_no)
    }

    fn owner(&self) -> &str {
        self.mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        if self.content.sub_orders.is_empty() {
            return Err("combines nothing".to_owned());
        }
        if self.phase == Phase::Paid && self.payer.is_none() {
            return Err("is paid, yet by nobody".to_owned());
        }
        Ok(())
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        let same = self.content == before.content
            && self.device_id == before.device_id
            && self.create_time == before.create_time
            && self.time_expire == before.time_expire
            && (before.payer.is_none() || self.payer == before.payer);
        if !same {
            return Err("what never changes has changed".to_owned());
        }
        let reachable = self.phase == before.phase
            || Event::ALL.iter().any(|event| next(before.phase, *event) == Some(self.phase));
        if reachable {
            Ok(())
        } else {
            Err(format!("no way from {:?} to {:?}", before.phase, self.phase))
        }
    }

    fn tallies(&self) -> Vec<Tally> {
        let numbers = self.numbers();
        let name = |number| tally(&self.id(), &Order::row_id(&self.mchid, number), self.phase);
        numbers.map(|number| Tally::minus(name(number), 1)).collect()
    }

    fn awaits(&self) -> Option<Job> {
        (self.phase == Phase::Waiting).then(|| Step::Close.of(self))
    }
}
