//! `POST /v3/pay/transactions/h5`: place an order that is paid in a browser (H5支付).
//!
//! Page: H5下单, <https://pay.weixin.qq.com/docs/merchant/products/h5-payment/apilist.html>.
//!
//! The browser goes to the `h5_url`, which opens WeChat.

use http::Method;

use super::codepay::{Attach, Description, Detail, GoodsTag, SettleInfo, Total};
use super::prepay::{H5Scene, H5Url};
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, ORDER_CLOSED, OUT_TRADE_NO_USED};
use crate::id::{Appid, Mchid, NotifyUrl, OutTradeNo};
use crate::rate::Rate;
use crate::time::Timestamp;

request! {
    /// Place an order that is paid in a browser.
    pub struct H5 {
        /// The application.
        pub appid: Appid = "公众账号ID",
        /// The merchant; the same that signs.
        pub mchid: Mchid = "商户号",
        /// What is bought.
        pub description: Description = "商品描述",
        /// The merchant's number of the order.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// Until when it can be paid: from a minute to 90 days from now, or it is moved there.
        pub time_expire: Option<Timestamp> = "交易结束时间",
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
        /// What is bought, item by item. Checked and not used: there are no discounts here.
        pub detail: Option<Detail> = "优惠功能",
        /// Where.
        pub scene_info: H5Scene = "场景信息",
        /// Whether the money waits for profit sharing.
        pub settle_info: Option<SettleInfo> = "结算信息",
    }
}

impl Endpoint for H5 {
    type Response = H5Url;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/transactions/h5";
    const PAGE: Page = Page {
        title: "H5下单",
        url: "https://pay.weixin.qq.com/docs/merchant/products/h5-payment/apilist.html",
        updated: Some("2025-03-31"),
    };
    const SUPPORTED: Supported = Supported::Direct;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[APPID_MCHID_NOT_MATCH, ORDER_CLOSED, OUT_TRADE_NO_USED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}

impl Change for H5 {
    type Query = Self;
}
