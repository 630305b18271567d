//! Paying by code, for a direct merchant and for a service provider: one rule, two forms.

use redress_api::pay::AuthCode;
use redress_api::{partner, pay};

use super::draft::Draft;
use super::{New, Order, PASSWORD_SECONDS_MAX, Step, TradeState, TradeType, actions};
use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::payer::{Code, PASSWORD_FREE_DAY_MAX, PASSWORD_FREE_FEN_MAX, Payer};
use crate::refusal;

impl Operation for pay::Codepay {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<pay::Paid, Stop> {
        let settle = self.settle_info.as_ref().and_then(|settle| settle.profit_sharing);
        let draft = Draft {
            new: New {
                mchid: &self.mchid,
                sub_mchid: None,
                appid: &self.appid,
                out_trade_no: &self.out_trade_no,
                trade_type: TradeType::Micropay,
                amount: self.amount.total,
            },
            sub_appid: None,
            description: &self.description,
            attach: self.attach.as_ref(),
            profit_sharing: settle.unwrap_or(false),
        };
        let order = take(cx, caller, &draft, &self.payer.auth_code)?;
        Ok(super::operations::shown(&order).into())
    }
}

impl Operation for partner::Codepay {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<partner::Paid, Stop> {
        let settle = self.settle_info.as_ref().and_then(|settle| settle.profit_sharing);
        let draft = Draft {
            new: New {
                mchid: &self.sp_mchid,
                sub_mchid: Some(&self.sub_mchid),
                appid: &self.sp_appid,
                out_trade_no: &self.out_trade_no,
                trade_type: TradeType::Micropay,
                amount: self.amount.total,
            },
            sub_appid: self.sub_appid.as_ref(),
            description: &self.description,
            attach: self.attach.as_ref(),
            profit_sharing: settle.unwrap_or(false),
        };
        let order = take(cx, caller, &draft, &self.payer.auth_code)?;
        Ok(super::partner::shown(&order, &self.sub_mchid).into())
    }
}

/// Takes a payment by a code: the order is paid, or waits for its payer's password.
fn take(
    cx: &mut Context<'_>,
    caller: &Merchant,
    draft: &Draft<'_>,
    auth_code: &AuthCode,
) -> Result<Order, Stop> {
    draft.admit(cx, caller)?;
    let id = Order::row_id(draft.new.mchid, draft.new.out_trade_no);
    match cx.get::<Order>(&id)?.map(|order| order.state) {
        None => {}
        Some(TradeState::Revoked) => return Err(refusal::NUMBER_REVOKED.plain().into()),
        Some(_) => return Err(refusal::NUMBER_USED.plain().into()),
    }
    let mut code = usable(cx, auth_code)?;
    code.used_by = Some(id);
    cx.put(&code)?;
    let mut order = draft.order(cx);
    order.payer = Some(code.openid.clone());
    order.sub_openid = draft.sub_appid.map(|_| code.openid.clone());
    if pays_freely(cx, draft, &code)? {
        actions::pay(cx, &mut order)?;
    } else {
        let deadline = cx.now().plus_seconds(PASSWORD_SECONDS_MAX);
        cx.schedule(deadline, Step::Revoke.of(&order));
    }
    cx.put(&order)?;
    Ok(order)
}

/// The code, if it can pay.
fn usable(cx: &mut Context<'_>, auth_code: &AuthCode) -> Result<Code, Stop> {
    let code = cx.get::<Code>(auth_code.as_str())?;
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
fn pays_freely(cx: &mut Context<'_>, draft: &Draft<'_>, code: &Code) -> Result<bool, Stop> {
    let mut payer = Payer::today(cx, &code.openid)?;
    let free = !code.password
        && draft.new.amount.get() <= PASSWORD_FREE_FEN_MAX
        && payer.password_free < PASSWORD_FREE_DAY_MAX;
    if free {
        payer.password_free += 1;
        cx.put(&payer)?;
    }
    Ok(free)
}
