//! `POST /v3/pay/transactions/jsapi`: place an order that is paid in a page or
//! mini program (JSAPI支付).
//!
//! Page: JSAPI/小程序下单, <https://pay.weixin.qq.com/doc/v3/merchant/4012791897>.
//!
//! The page starts the payment with the `prepay_id`. The callback tells of it; query to be sure.

use http::Method;

use super::codepay::{Attach, Description, Detail, GoodsTag, SettleInfo, Total};
use super::prepay::{OrderPayer, Prepaid, PrepayScene};
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{
    APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, OPENID_MISMATCH, ORDER_CLOSED, OUT_TRADE_NO_USED,
};
use crate::id::{Appid, Mchid, NotifyUrl, OutTradeNo};
use crate::rate::Rate;
use crate::time::Timestamp;

request! {
    /// Place an order that a page or mini program lets its user pay.
    pub struct Jsapi {
        /// The application.
        pub appid: Appid = "公众账号ID",
        /// The merchant; the same that signs.
        pub mchid: Mchid = "商户号",
        /// What is bought.
        pub description: Description = "商品描述",
        /// The merchant's number of the order.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// Until when it can be paid: from a minute to 90 days from now, or it is moved there.
        pub time_expire: Option<Timestamp> = "支付结束时间",
        /// Given back by queries and callbacks.
        pub attach: Option<Attach> = "商户数据包",
        /// Where the callback of the payment goes.
        pub notify_url: NotifyUrl = "商户回调地址",
        /// A mark of discounts.
        pub goods_tag: Option<GoodsTag> = "订单优惠标记",
        /// Whether the payer may ask for an electronic invoice.
        pub support_fapiao: Option<bool> = "电子发票入口开放标识",
        /// How much.
        pub amount: Total = "订单金额",
        /// Who pays, and nobody else can.
        pub payer: OrderPayer = "支付者信息",
        /// What is bought, item by item. Checked and not used: there are no discounts here.
        pub detail: Option<Detail> = "优惠功能",
        /// Where.
        pub scene_info: Option<PrepayScene> = "场景信息",
        /// Whether the money waits for profit sharing.
        pub settle_info: Option<SettleInfo> = "结算信息",
    }
}

impl Endpoint for Jsapi {
    type Response = Prepaid;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/transactions/jsapi";
    const PAGE: Page = Page {
        title: "JSAPI/小程序下单",
        url: "https://pay.weixin.qq.com/doc/v3/merchant/4012791897",
        updated: Some("2025-03-31"),
    };
    const SUPPORTED: Supported = Supported::Direct;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] =
        &[APPID_MCHID_NOT_MATCH, OPENID_MISMATCH, ORDER_CLOSED, OUT_TRADE_NO_USED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}

impl Change for Jsapi {
    type Query = Self;
}
