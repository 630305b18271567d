//! Placing an order to be paid: in a page, by a code, in an app, in a browser; for a direct
//! merchant and for a service provider.

use redress_api::pay::{CodeUrl, H5Url, Openid, OrderPayer, Prepaid, SettleInfo};
use redress_api::{Appid, Endpoint, Fen, NotifyUrl, Timestamp, partner, pay};

use super::draft::Draft;
use super::prepay::{self, Prepay, Target};
use super::{New, Order, Step, TradeState, TradeType};
use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::payer;
use crate::refusal;
use crate::subsidy::Subsidy;

/// The shortest time that an order can be paid in: a minute, in seconds.
pub const PAY_SECONDS_MIN: i64 = 60;
/// How long an order can be paid when the merchant does not say: 7 days, in seconds. Unpaid orders
/// live as long.
pub const PAY_SECONDS: i64 = 7 * DAY;
/// The most that a subsidy adds to an order, in fen: 5000 yuan.
pub const SUBSIDY_FEN_MAX: i64 = 500_000;
const DAY: i64 = 24 * 3600;

/// An order that is asked for, to be paid later.
struct Asking<'a> {
    draft: Draft<'a>,
    time_expire: Option<Timestamp>,
    /// The longest time that it can be paid in, in seconds.
    pay_seconds_max: i64,
    notify_url: &'a NotifyUrl,
    /// Who is to pay, if the merchant says so.
    payer: Option<&'a Openid>,
    /// The payer's name under the sub-merchant's application.
    sub_payer: Option<&'a Openid>,
    subsidy_amount: Option<Fen>,
}

/// Places an order, or hands out the prepay id of the one that the same request has placed.
fn prepay<E: Endpoint>(
    cx: &mut Context<'_>,
    caller: &Merchant,
    request: &E,
    asking: &Asking<'_>,
) -> Result<Prepay, Stop> {
    asking.draft.admit(cx, caller)?;
    let New { mchid, out_trade_no, trade_type, .. } = asking.draft.new;
    let target = Target::Order { mchid: mchid.clone(), out_trade_no: out_trade_no.clone() };
    let known = cx.get::<Order>(&Order::row_id(mchid, out_trade_no))?;
    if let Some(order) = known {
        may_be_paid(cx, &order)?;
        return prepay::again(cx, target, trade_type, request);
    }
    asking.check_payers(cx)?;
    let order = asking.order(cx)?;
    cx.put(&order)?;
    let close = order.payable_until().max(cx.now().plus_seconds(PAY_SECONDS));
    cx.schedule(close, Step::Close.of(&order));
    prepay::open(cx, target, trade_type, request)
}

/// That a number which was used before may still lead to a payment.
fn may_be_paid(cx: &Context<'_>, order: &Order) -> Result<(), Stop> {
    if order.combine.is_some() {
        return Err(refusal::NUMBER_USED.plain().into());
    }
    let refused = match order.state {
        TradeState::NotPay if cx.now() >= order.payable_until() => &refusal::PREPAY_EXPIRED,
        TradeState::NotPay => return Ok(()),
        TradeState::Closed => &refusal::NUMBER_CLOSED,
        TradeState::Revoked => &refusal::NUMBER_REVOKED,
        TradeState::Success | TradeState::Refund => &refusal::NUMBER_USED,
        TradeState::UserPaying | TradeState::PayError => &refusal::NUMBER_USED,
    };
    Err(refused.plain().into())
}

impl Asking<'_> {
    /// That each name of the payer is one under the application that goes with it.
    fn check_payers(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        let pairs: [(Option<&Openid>, Option<&Appid>); 2] =
            [(self.payer, Some(self.draft.new.appid)), (self.sub_payer, self.draft.sub_appid)];
        for pair in pairs {
            if let (Some(openid), Some(appid)) = pair {
                payer::known_to(cx, openid.as_str(), appid)?;
            }
        }
        Ok(())
    }

    fn order(&self, cx: &Context<'_>) -> Result<Order, Stop> {
        let now = cx.now();
        // A time too early or too late is no error: it is moved to where it may be.
        let time_expire = self.time_expire.map(|time| {
            time.clamp(now.plus_seconds(PAY_SECONDS_MIN), now.plus_seconds(self.pay_seconds_max))
        });
        let payer = self.payer.or(self.sub_payer);
        let order = self.draft.order(cx);
        Ok(Order {
            payer: payer.map(ToString::to_string),
            sub_openid: self.sub_payer.map(ToString::to_string),
            notify_url: Some(self.notify_url.clone()),
            time_expire,
            subsidy: announced(&order, self.subsidy_amount)?,
            ..order
        })
    }
}

/// The subsidy that an order is announced with. Without profit sharing the amount means nothing.
///
/// # Errors
/// If it is more than a subsidy may be.
pub(crate) fn announced(order: &Order, amount: Option<Fen>) -> Result<Option<Subsidy>, Stop> {
    let Some(amount) = amount.filter(|_| order.profit_sharing) else { return Ok(None) };
    if amount.get() > SUBSIDY_FEN_MAX || amount > order.amount {
        return Err(refusal::SUBSIDY_TOO_MUCH.plain().into());
    }
    Ok(Some(Subsidy::announced(amount)))
}

/// The parts of a direct merchant's request that all four kinds have.
macro_rules! direct {
    ($request:expr, $trade_type:ident, $payer:expr) => {
        Asking {
            draft: Draft {
                new: New {
                    mchid: &$request.mchid,
                    sub_mchid: None,
                    appid: &$request.appid,
                    out_trade_no: &$request.out_trade_no,
                    trade_type: TradeType::$trade_type,
                    amount: $request.amount.total,
                },
                sub_appid: None,
                description: &$request.description,
                attach: $request.attach.as_ref(),
                profit_sharing: shares($request.settle_info.as_ref()),
            },
            time_expire: $request.time_expire,
            pay_seconds_max: 90 * DAY,
            notify_url: &$request.notify_url,
            payer: $payer,
            sub_payer: None,
            subsidy_amount: None,
        }
    };
}

fn shares(settle: Option<&SettleInfo>) -> bool {
    settle.and_then(|settle| settle.profit_sharing).unwrap_or(false)
}

impl Operation for pay::Jsapi {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Prepaid, Stop> {
        let OrderPayer { openid } = &self.payer;
        let prepay = prepay(cx, caller, self, &direct!(self, Jsapi, Some(openid)))?;
        Ok(Prepaid { prepay_id: prepay.prepay_id })
    }
}

impl Operation for pay::Native {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<CodeUrl, Stop> {
        let prepay = prepay(cx, caller, self, &direct!(self, Native, None))?;
        Ok(CodeUrl { code_url: prepay.code_url() })
    }
}

impl Operation for pay::App {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Prepaid, Stop> {
        let prepay = prepay(cx, caller, self, &direct!(self, App, None))?;
        Ok(Prepaid { prepay_id: prepay.prepay_id })
    }
}

impl Operation for pay::H5 {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<H5Url, Stop> {
        let prepay = prepay(cx, caller, self, &direct!(self, Mweb, None))?;
        Ok(H5Url { h5_url: prepay.h5_url() })
    }
}

/// The parts of a service provider's request that both kinds have.
macro_rules! partner {
    ($request:expr, $trade_type:ident, $payer:expr, $sub_payer:expr) => {{
        let settle = $request.settle_info.as_ref();
        Asking {
            draft: Draft {
                new: New {
                    mchid: &$request.sp_mchid,
                    sub_mchid: Some(&$request.sub_mchid),
                    appid: &$request.sp_appid,
                    out_trade_no: &$request.out_trade_no,
                    trade_type: TradeType::$trade_type,
                    amount: $request.amount.total,
                },
                sub_appid: $request.sub_appid.as_ref(),
                description: &$request.description,
                attach: $request.attach.as_ref(),
                profit_sharing: settle.and_then(|settle| settle.profit_sharing).unwrap_or(false),
            },
            time_expire: $request.time_expire,
            pay_seconds_max: 15 * DAY,
            notify_url: &$request.notify_url,
            payer: $payer,
            sub_payer: $sub_payer,
            subsidy_amount: settle.and_then(|settle| settle.subsidy_amount),
        }
    }};
}

impl Operation for partner::Jsapi {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Prepaid, Stop> {
        let partner::JsapiPayer { sp_openid, sub_openid } = &self.payer;
        let asking = partner!(self, Jsapi, sp_openid.as_ref(), sub_openid.as_ref());
        let prepay = prepay(cx, caller, self, &asking)?;
        Ok(Prepaid { prepay_id: prepay.prepay_id })
    }
}

impl Operation for partner::Native {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<CodeUrl, Stop> {
        let prepay = prepay(cx, caller, self, &partner!(self, Native, None, None))?;
        Ok(CodeUrl { code_url: prepay.code_url() })
    }
}
