//! Paying by code, and what the payer and time do to an order that waits.

use redress_api::pay::{Codepay, Paid};
use redress_api::{Fen, Mchid, OutTradeNo};
use serde::{Deserialize, Serialize};

use super::operations::{same, shown};
use super::{Event, Order, TradeState, TradeType, actions};
use crate::command::{Broken, Command, Operation, Stop};
use crate::context::Context;
use crate::job::Job;
use crate::merchant::Merchant;
use crate::payer::{Code, PASSWORD_FREE_DAY_MAX, PASSWORD_FREE_FEN_MAX, Payer};
use crate::refusal;
use crate::row::Row as _;

/// How long a code payment waits for its payer's password: 45 seconds.
pub const PASSWORD_SECONDS_MAX: i64 = 45;

impl Operation for Codepay {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Paid, Stop> {
        same(caller, &self.mchid)?;
        if !caller.appids.contains(&self.appid) {
            return Err(refusal::APPID_DIFFERS.plain().into());
        }
        let id = Order::row_id(&self.mchid, &self.out_trade_no);
        match cx.get::<Order>(&id)?.map(|order| order.state) {
            None => {}
            Some(TradeState::Revoked) => return Err(refusal::NUMBER_REVOKED.plain().into()),
            Some(_) => return Err(refusal::NUMBER_USED.plain().into()),
        }
        let mut code = usable(cx, self)?;
        code.used_by = Some(id);
        cx.put(&code)?;
        let mut order = placed(cx, self, &code.openid);
        if pays_freely(cx, self, &code)? {
            actions::pay(cx, &mut order)?;
        } else {
            let deadline = cx.now().plus_seconds(PASSWORD_SECONDS_MAX);
            let (mchid, out_trade_no) = (order.mchid.clone(), order.out_trade_no.clone());
            cx.schedule(deadline, Job::Order { mchid, out_trade_no, step: Step::Revoke });
        }
        cx.put(&order)?;
        Ok(shown(&order).into())
    }
}

/// The code, if it can pay.
fn usable(cx: &mut Context<'_>, codepay: &Codepay) -> Result<Code, Stop> {
    let code = cx.get::<Code>(codepay.payer.auth_code.as_str())?;
    let code = code.ok_or_else(|| refusal::CODE_INVALID.plain())?;
    if code.used_by.is_some() {
        return Err(refusal::CODE_USED.plain().into());
    }
    if cx.now() >= code.expire_time {
        return Err(refusal::CODE_INVALID.plain().into());
    }
    Ok(code)
}

/// Whether the payer is spared the password. If so, it is counted.
fn pays_freely(cx: &mut Context<'_>, codepay: &Codepay, code: &Code) -> Result<bool, Stop> {
    let mut payer = Payer::today(cx, &code.openid)?;
    let free = !code.password
        && codepay.amount.total.get() <= PASSWORD_FREE_FEN_MAX
        && payer.password_free < PASSWORD_FREE_DAY_MAX;
    if free {
        payer.password_free += 1;
        cx.put(&payer)?;
    }
    Ok(free)
}

/// The order as it is before its payer has paid.
fn placed(cx: &Context<'_>, codepay: &Codepay, openid: &str) -> Order {
    let settle = codepay.settle_info.as_ref().and_then(|settle| settle.profit_sharing);
    Order {
        mchid: codepay.mchid.clone(),
        sub_mchid: None,
        appid: codepay.appid.clone(),
        out_trade_no: codepay.out_trade_no.clone(),
        transaction_id: None,
        trade_type: TradeType::Micropay,
        state: TradeState::UserPaying,
        amount: codepay.amount.total,
        payer: openid.to_owned(),
        attach: codepay.attach.as_ref().map(ToString::to_string),
        create_time: cx.now(),
        success_time: None,
        refunded: Fen::ZERO,
        subsidy: None,
        profit_sharing: settle.unwrap_or(false),
        sharing_started: false,
        revoke_time: None,
    }
}

/// What a job does to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Reverses a code payment whose payer has not entered the password in time.
    Revoke,
}

impl Step {
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
            (Self::Revoke, _) => Ok(()),
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
        match self.act {
            Act::Pay => actions::pay(cx, &mut order)?,
            Act::Fail => order.step(Event::Fail)?,
        }
        cx.put(&order)?;
        Ok(order)
    }
}
