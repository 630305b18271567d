//! Place, query and close, as their pages define them.

use redress_api::combine::{
    self, Close, CombineOutTradeNo, Jsapi, Native, OrderAmount, OrderPayer, OrderScene, OrderSub,
    Query, SceneInfo, SubOrder,
};
use redress_api::pay::{Closed, CodeUrl, Prepaid};
use redress_api::{Endpoint, Mchid, Open, Supported};

use super::DIRECT_ORDERS;
use super::combined::{Combined, Content, Phase};
use super::steps::{self, Step};
use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::order::prepay::{self, Prepay, Target};
use crate::order::{self, Draft, New, Order, same};
use crate::payer;
use crate::refusal;

/// What a request asks for.
struct Asking<'a> {
    mchid: &'a Mchid,
    out_trade_no: &'a CombineOutTradeNo,
    scene: Option<&'a SceneInfo>,
    content: Content,
}

impl Operation for Jsapi {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Prepaid, Stop> {
        let asking = Asking {
            mchid: &self.combine_mchid,
            out_trade_no: &self.combine_out_trade_no,
            scene: self.scene_info.as_ref(),
            content: Content::from(self),
        };
        let prepay = place(cx, caller, self, asking)?;
        Ok(Prepaid { prepay_id: prepay.prepay_id })
    }
}

impl Operation for Native {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<CodeUrl, Stop> {
        let asking = Asking {
            mchid: &self.combine_mchid,
            out_trade_no: &self.combine_out_trade_no,
            scene: self.scene_info.as_ref(),
            content: Content::from(self),
        };
        let prepay = place(cx, caller, self, asking)?;
        Ok(CodeUrl { code_url: prepay.code_url() })
    }
}

/// Places a combined order, or hands out the prepay id of the one that the same request has
/// placed.
fn place<E: Endpoint>(
    cx: &mut Context<'_>,
    caller: &Merchant,
    request: &E,
    asking: Asking<'_>,
) -> Result<Prepay, Stop> {
    let Asking { mchid, out_trade_no, scene, content } = asking;
    same(caller, mchid)?;
    let trade_type = content.trade_type;
    let target = Target::Combine { mchid: mchid.clone(), out_trade_no: out_trade_no.to_string() };
    if let Some(known) = cx.get::<Combined>(&Combined::row_id(mchid, out_trade_no))? {
        may_be_paid(cx, &known)?;
        if known.content.differs_in_settlement_alone(&content) {
            return Err(refusal::COMBINED_SETTLES_OTHERWISE.plain().into());
        }
        return prepay::again(cx, target, trade_type, request);
    }
    let combined = Combined::placed(mchid, out_trade_no, content, scene, cx.now());
    admit(cx, caller, &combined)?;
    cx.put(&combined)?;
    cx.schedule(combined.time_expire, Step::Close.of(&combined));
    prepay::open(cx, target, trade_type, request)
}

/// That a number which was used before may still lead to a payment.
fn may_be_paid(cx: &Context<'_>, known: &Combined) -> Result<(), Stop> {
    let refused = match known.phase {
        Phase::Waiting if cx.now() >= known.time_expire => &refusal::PREPAY_EXPIRED,
        Phase::Waiting => return Ok(()),
        Phase::Closed => &refusal::NUMBER_CLOSED,
        Phase::Paid => &refusal::NUMBER_USED,
    };
    Err(refused.plain().into())
}

/// Checks who pays, who sells, and that the numbers are free. Puts the orders.
fn admit(cx: &mut Context<'_>, caller: &Merchant, combined: &Combined) -> Result<(), Stop> {
    let content = &combined.content;
    let sub_orders = &content.sub_orders;
    if !caller.supports(Supported::Partner) && !DIRECT_ORDERS.contains(&sub_orders.len()) {
        return Err(refusal::COMBINED_COUNT.plain().into());
    }
    for sub_order in sub_orders {
        let draft = draft(combined, sub_order);
        same(caller, &sub_order.mchid)?;
        draft.admit(cx, caller)?;
        if cx.get::<Order>(&Order::row_id(&caller.mchid, &sub_order.out_trade_no))?.is_some() {
            return Err(refusal::NUMBER_USED.plain().into());
        }
        if let (Some(openid), Some(appid)) = (&content.sub_openid, &sub_order.sub_appid) {
            payer::known_to(cx, openid, appid)?;
        }
        let order = draft.order(cx);
        let order = Order {
            payer: combined.payer.clone(),
            sub_openid: content.sub_openid.clone().filter(|_| sub_order.sub_appid.is_some()),
            combine: Some(combined.out_trade_no.to_string()),
            subsidy: order::announced(&order, sub_order.subsidy())?,
            ..order
        };
        cx.put(&order)?;
    }
    match &content.openid {
        Some(openid) => payer::known_to(cx, openid, &content.appid),
        None => Ok(()),
    }
}

/// One of the orders as it is asked for.
fn draft<'a>(combined: &'a Combined, sub_order: &'a SubOrder) -> Draft<'a> {
    let new = New {
        mchid: &combined.mchid,
        sub_mchid: sub_order.sub_mchid.as_ref(),
        appid: &combined.content.appid,
        out_trade_no: &sub_order.out_trade_no,
        trade_type: combined.content.trade_type,
        amount: sub_order.amount.total_amount,
    };
    Draft {
        new,
        sub_appid: sub_order.sub_appid.as_ref(),
        description: &sub_order.description,
        attach: Some(&sub_order.attach),
        profit_sharing: sub_order.shares_profit(),
    }
}

/// A combined order with its orders, as answers and callbacks show it.
pub(super) fn shown(combined: &Combined, orders: &[Order]) -> combine::Order {
    let content = &combined.content;
    let paid = combined.phase == Phase::Paid;
    let sub_order = |order: &Order| OrderSub {
        mchid: order.mchid.clone(),
        trade_type: Some(Open::Known(order.trade_type)),
        trade_state: Open::Known(order.state),
        bank_type: paid.then(|| "OTHERS".to_owned()),
        attach: order.attach.clone(),
        success_time: order.success_time,
        amount: OrderAmount::of(order.amount, paid),
        transaction_id: order.transaction_id.clone(),
        out_trade_no: order.out_trade_no.clone(),
        sub_mchid: order.sub_mchid.clone(),
        sub_appid: order.sub_appid.clone(),
        sub_openid: order.sub_openid.clone().filter(|_| paid),
    };
    // A payer whom the merchant knows by the other name alone is shown by that alone.
    let openid = match (&content.openid, &content.sub_openid) {
        (None, Some(_)) => None,
        _ => combined.payer.clone(),
    };
    combine::Order {
        combine_appid: content.appid.clone(),
        combine_mchid: combined.mchid.clone(),
        combine_payer_info: openid
            .filter(|_| paid)
            .map(|openid| OrderPayer { openid: Some(openid) }),
        sub_orders: Some(orders.iter().map(sub_order).collect()),
        scene_info: combined.device_id.clone().map(|id| OrderScene { device_id: Some(id) }),
        combine_out_trade_no: combined.out_trade_no.clone(),
    }
}

/// The merchant's combined order of this number.
fn find(
    cx: &mut Context<'_>,
    caller: &Merchant,
    out_trade_no: &CombineOutTradeNo,
) -> Result<Combined, Stop> {
    let found = cx.get(&Combined::row_id(&caller.mchid, out_trade_no))?;
    found.ok_or_else(|| refusal::COMBINED_UNKNOWN.plain().into())
}

impl Operation for Query {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<combine::Order, Stop> {
        let combined = find(cx, caller, &self.combine_out_trade_no)?;
        let orders = steps::orders(cx, &combined)?;
        Ok(shown(&combined, &orders))
    }
}

impl Operation for Close {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Closed, Stop> {
        let mut combined = find(cx, caller, &self.combine_out_trade_no)?;
        if combined.content.appid != self.combine_appid {
            return Err(refusal::APPID_DIFFERS.plain().into());
        }
        if !names_all(self, &combined) {
            return Err(refusal::COMBINED_ORDERS_DIFFER.plain().into());
        }
        match combined.phase {
            Phase::Closed => Ok(Closed {}),
            Phase::Paid => Err(refusal::CLOSE_PAID.plain().into()),
            Phase::Waiting => steps::close(cx, &mut combined).map(|()| Closed {}),
        }
    }
}

/// Whether a close names exactly the orders, in whatever order. What it says beyond their numbers
/// must be so.
fn names_all(close: &Close, combined: &Combined) -> bool {
    let orders = &combined.content.sub_orders;
    let is_named = |order: &SubOrder| {
        let mut named =
            close.sub_orders.iter().filter(|named| named.out_trade_no == order.out_trade_no);
        let fits = |named: &combine::ClosedSubOrder| {
            named.mchid == order.mchid
                && (named.sub_mchid.is_none() || named.sub_mchid == order.sub_mchid)
                && (named.sub_appid.is_none() || named.sub_appid == order.sub_appid)
        };
        named.next().is_some_and(fits)
    };
    close.sub_orders.len() == orders.len() && orders.iter().all(is_named)
}
