//! What time and the payer do to an order.

use redress_api::{Appid, Mchid, OutTradeNo};
use serde::{Deserialize, Serialize};

use super::prepay::{Handle, Target};
use super::{Event, Order, TradeState, TradeType, actions, is_openid, operations, partner};
use crate::combine;
use crate::command::{Broken, Command, Stop};
use crate::context::Context;
use crate::job::Job;
use crate::notice::{self, Tell};
use crate::payer;
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
    /// Closes an order that nobody has paid in its time.
    Close,
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
            (Self::Close, TradeState::NotPay) => {
                order.step(Event::Close)?;
                cx.put(&order)
            }
            (Self::Unfreeze, TradeState::Success | TradeState::Refund) if order.is_frozen() => {
                actions::unfreeze(cx, &mut order)?;
                cx.put(&order)
            }
            (Self::Revoke | Self::Close | Self::Unfreeze, _) => Ok(()),
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
        let Some(order) = cx.get::<Order>(&id)? else {
            return Err(refusal::control_unknown(format!("there is no order {id}")).into());
        };
        if let Some(combined) = &order.combine {
            let what = format!("order {id} is paid with all of combined order {combined}");
            return Err(refusal::control_conflict(what).into());
        }
        act(cx, order, self.act, self.openid.as_deref())
    }
}

/// The payer acts by what the merchant has handed out, through the control API.
#[derive(Clone, Debug)]
pub struct PayPrepay {
    /// What was handed out.
    pub handle: Handle,
    /// What the payer does.
    pub act: Act,
    /// Who acts, where the merchant has not said who is to pay.
    pub openid: Option<String>,
}

impl Command for PayPrepay {
    /// The orders behind it: one, or all that are combined.
    type Outcome = Vec<Order>;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Vec<Order>, Stop> {
        match self.handle.prepay(cx)?.target {
            Target::Order { mchid, out_trade_no } => {
                let Self { act, openid, .. } = self.clone();
                let acts = PayerActs { mchid, out_trade_no, act, openid };
                Ok(vec![acts.decide(cx)?])
            }
            Target::Combine { mchid, out_trade_no } => {
                combine::act(cx, &mchid, &out_trade_no, self.act, self.openid.as_deref())
            }
        }
    }
}

fn act(
    cx: &mut Context<'_>,
    mut order: Order,
    act: Act,
    openid: Option<&str>,
) -> Result<Order, Stop> {
    let conflict = |what: String| Stop::from(refusal::control_conflict(what));
    let event = match act {
        Act::Pay => Event::Pay,
        Act::Fail => Event::Fail,
    };
    if super::next(order.state, event).is_none() {
        return Err(conflict(format!("order {} is {}", order.id(), order.state)));
    }
    if act == Act::Pay && cx.now() >= order.payable_until() {
        let until = order.payable_until();
        return Err(conflict(format!("order {} could be paid until {until}", order.id())));
    }
    let what = format!("order {}", order.id());
    let payer = who_pays(cx, &what, order.payer.as_deref(), openid, &order.appid)?;
    order.payer = Some(payer);
    match act {
        Act::Pay => {
            actions::pay(cx, &mut order)?;
            tell(cx, &order)?;
        }
        Act::Fail => order.step(Event::Fail)?,
    }
    cx.put(&order)?;
    Ok(order)
}

/// Who pays: whom the merchant has named, or whoever comes.
///
/// # Errors
/// For the control API: somebody else is to pay, or nobody is named.
pub(crate) fn who_pays(
    cx: &mut Context<'_>,
    what: &str,
    named: Option<&str>,
    openid: Option<&str>,
    appid: &Appid,
) -> Result<String, Stop> {
    let conflict = |what: String| Stop::from(refusal::control_conflict(what));
    match (named, openid) {
        (Some(named), Some(openid)) if named != openid => {
            Err(conflict(format!("{what} is for {named} to pay")))
        }
        (Some(named), _) => Ok(named.to_owned()),
        (None, Some(openid)) if is_openid(openid) => {
            let payer = payer::meet(cx, openid)?;
            if payer.appid.is_some_and(|known| known != *appid) {
                return Err(conflict(format!("{openid} is nobody's name under {appid}")));
            }
            Ok(openid.to_owned())
        }
        (None, _) => {
            let what = "say who pays: an openid of 1 to 128 letters, digits, _ and -";
            Err(refusal::control_invalid(what).into())
        }
    }
}

/// Tells the merchant of a payment, in the form in which a query shows the order. A code payment
/// is told of by its own answer alone.
fn tell(cx: &mut Context<'_>, order: &Order) -> Result<(), Stop> {
    if order.trade_type == TradeType::Micropay {
        return Ok(());
    }
    let paid = Tell::event(notice::Event::PAID, &order.mchid, order.notify_url.as_ref());
    match &order.sub_mchid {
        None => cx.notify(&paid, &operations::shown(order))?,
        Some(sub_mchid) => cx.notify(&paid, &partner::shown(order, sub_mchid))?,
    };
    Ok(())
}
