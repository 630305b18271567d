//! `POST /v3/pay/partner/transactions/native`: place an order of a sub-merchant that is paid by
//! scanning a code (Native支付).
//!
//! Page: Native下单, <https://pay.weixin.qq.com/doc/v3/partner/4012738659>.
//!
//! The merchant shows the `code_url` as a code, and whoever scans it pays.

use http::Method;

use super::SubsidySettleInfo;
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, ORDER_CLOSED, OUT_TRADE_NO_USED};
use crate::id::{Appid, Mchid, NotifyUrl, OutTradeNo};
use crate::pay::{Attach, CodeUrl, Description, Detail, GoodsTag, PrepayScene, Total};
use crate::rate::Rate;
use crate::time::Timestamp;

request! {
    /// Place an order of a sub-merchant that is paid by scanning a code.
    pub struct Native {
        /// The provider's application.
        pub sp_appid: Appid = "服务商公众号ID",
        /// The provider; the same that signs.
        pub sp_mchid: Mchid = "服务商户号",
        /// The sub-merchant's application.
        pub sub_appid: Option<Appid> = "子商户公众号ID",
        /// The sub-merchant.
        pub sub_mchid: Mchid = "子商户号",
        /// What is bought.
        pub description: Description = "商品描述",
        /// The merchant's number of the order.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// Until when it can be paid: from a minute to 15 days from now, or it is moved there.
        pub time_expire: Option<Timestamp> = "交易结束时间",
        /// Given back by queries and callbacks.
        pub attach: Option<Attach> = "附加数据",
        /// Where the callback of the payment goes.
        pub notify_url: NotifyUrl = "通知地址",
        /// A mark of discounts.
        pub goods_tag: Option<GoodsTag> = "订单优惠标记",
        /// What happens to the money.
        pub settle_info: Option<SubsidySettleInfo> = "结算信息",
        /// Whether the payer may ask for an electronic invoice.
        pub support_fapiao: Option<bool> = "电子发票入口开放标识",
        /// How much.
        pub amount: Total = "订单金额",
        /// What is bought, item by item. Checked and not used: there are no discounts here.
        pub detail: Option<Detail> = "优惠功能",
        /// Where.
        pub scene_info: Option<PrepayScene> = "场景信息",
    }
}

impl Endpoint for Native {
    type Response = CodeUrl;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/partner/transactions/native";
    const PAGE: Page = Page {
        title: "Native下单",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012738659",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Partner;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[APPID_MCHID_NOT_MATCH, ORDER_CLOSED, OUT_TRADE_NO_USED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}

impl Change for Native {
    type Query = Self;
}
