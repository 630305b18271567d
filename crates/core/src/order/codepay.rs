//! Paying by code.

use redress_api::pay::{Codepay, Paid};

use super::operations::{same, shown};
use super::{New, Order, PASSWORD_SECONDS_MAX, Step, TradeState, TradeType, actions};
use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::payer::{Code, PASSWORD_FREE_DAY_MAX, PASSWORD_FREE_FEN_MAX, Payer};
use crate::refusal;

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
            cx.schedule(deadline, Step::Revoke.of(&order));
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
    let new = New {
        mchid: &codepay.mchid,
        sub_mchid: None,
        appid: &codepay.appid,
        out_trade_no: &codepay.out_trade_no,
        trade_type: TradeType::Micropay,
        amount: codepay.amount.total,
    };
    Order {
        payer: Some(openid.to_owned()),
        description: codepay.description.to_string(),
        attach: codepay.attach.as_ref().map(ToString::to_string),
        profit_sharing: settle.unwrap_or(false),
        ..Order::placed(new, cx.now())
    }
}
