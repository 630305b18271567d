//! What time and the payer do to an order.

use redress_api::{Mchid, OutTradeNo};
use serde::{Deserialize, Serialize};

use super::{Event, Order, TradeState, actions, is_openid};
use crate::command::{Broken, Command, Stop};
use crate::context::Context;
use crate::job::Job;
use crate::refusal;
use crate::row::Row as _;

/// How long a code payment waits for its payer's password: 45 seconds.
pub const PASSWORD_SECONDS_MAX: i64 = 45;

/// What a job does to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Reverses a code payment whose payer has not entered the password in time.
    Revoke,
    /// Ends profit sharing that nobody has finished in 180 days.
    Unfreeze,
}

impl Step {
    /// The job that takes this step with an order.
    #[must_use]
    pub fn of(self, order: &Order) -> Job {
        let (mchid, out_trade_no) = (order.mchid.clone(), order.out_trade_no.clone());
        Job::Order { mchid, out_trade_no, step: self }
    }

    /// Takes it, if the order still waits.
    pub(crate) fn take(
        self,
        cx: &mut Context<'_>,
        mchid: &Mchid,
        out_trade_no: &OutTradeNo,
    ) -> Result<(), Stop> {
        let id = Order::row_id(mchid, out_trade_no);
        let mut order: Order = cx.get(&id)?.ok_or_else(|| Broken(format!("no order {id}")))?;
        match (self, order.state) {
            (Self::Revoke, TradeState::UserPaying | TradeState::PayError) => {
                actions::reverse(cx, &mut order)
            }
            (Self::Unfreeze, TradeState::Success | TradeState::Refund) if order.is_frozen() => {
                actions::unfreeze(cx, &mut order)?;
                cx.put(&order)
            }
            (Self::Revoke | Self::Unfreeze, _) => Ok(()),
        }
    }
}

/// What a payer does about an order that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Pays it: enters the password.
    Pay,
    /// Lets it fail: closes the dialog, enters a wrong password.
    Fail,
}

/// The payer acts, through the control API.
#[derive(Clone, Debug)]
pub struct PayerActs {
    /// The merchant that placed the order.
    pub mchid: Mchid,
    /// Its number of the order.
    pub out_trade_no: OutTradeNo,
    /// What the payer does.
    pub act: Act,
    /// Who acts, where the merchant has not said who is to pay.
    pub openid: Option<String>,
}

impl Command for PayerActs {
    type Outcome = Order;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Order, Stop> {
        let id = Order::row_id(&self.mchid, &self.out_trade_no);
        let Some(mut order) = cx.get::<Order>(&id)? else {
            return Err(refusal::control_unknown(format!("there is no order {id}")).into());
        };
        let event = match self.act {
            Act::Pay => Event::Pay,
            Act::Fail => Event::Fail,
        };
        if super::next(order.state, event).is_none() {
            let what = format!("order {} is {}", order.id(), order.state);
            return Err(refusal::control_conflict(what).into());
        }
        match (&order.payer, &self.openid) {
            (Some(payer), Some(openid)) if payer != openid => {
                let what = format!("order {} is for {payer} to pay", order.id());
                return Err(refusal::control_conflict(what).into());
            }
            (None, Some(openid)) if is_openid(openid) => order.payer = Some(openid.clone()),
            (None, _) => {
                let what = "say who pays: an openid of 1 to 128 letters, digits, _ and -";
                return Err(refusal::control_invalid(what).into());
            }
            (Some(_), _) => {}
        }
        match self.act {
            Act::Pay => actions::pay(cx, &mut order)?,
            Act::Fail => order.step(Event::Fail)?,
        }
        cx.put(&order)?;
        Ok(order)
    }
}
