//! `POST /v3/pay/partner/transactions/jsapi`: place an order of a sub-merchant that is paid in a page
//! or mini program (JSAPI支付).
//!
//! Page: JSAPI下单,
//! <https://pay.weixin.qq.com/docs/partner/apis/ecommerce-payment/jsapi-prepay.html>.
//!
//! The page starts the payment with the `prepay_id`. An order that waits for profit sharing may
//! announce a subsidy (补差).

use http::Method;

use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{
    APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, OPENID_MISMATCH, ORDER_CLOSED, OUT_TRADE_NO_USED,
    ParamError,
};
use crate::id::{Appid, Mchid, NotifyUrl, OutTradeNo};
use crate::money::Fen;
use crate::pay::{Attach, Description, Detail, GoodsTag, Openid, Prepaid, PrepayScene, Total};
use crate::rate::Rate;
use crate::time::Timestamp;

request! {
    /// Place an order of a sub-merchant that a page or mini program lets its user pay.
    pub struct Jsapi {
        /// The provider's application.
        pub sp_appid: Appid = "服务商APPID",
        /// The provider; the same that signs.
        pub sp_mchid: Mchid = "服务商户号",
        /// The sub-merchant's application; needed with `sub_openid`.
        pub sub_appid: Option<Appid> = "子商户/二级商户APPID",
        /// The sub-merchant.
        pub sub_mchid: Mchid = "子商户号/二级商户号",
        /// What is bought.
        pub description: Description = "商品描述",
        /// The merchant's number of the order.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// Until when it can be paid: from a minute to 15 days from now, or it is moved there.
        pub time_expire: Option<Timestamp> = "支付结束时间",
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
        /// Who pays, and nobody else can.
        pub payer: JsapiPayer = "支付者",
        /// What is bought, item by item. Checked and not used: there are no discounts here.
        pub detail: Option<Detail> = "优惠功能",
        /// Where.
        pub scene_info: Option<PrepayScene> = "场景信息",
    }
}

request! {
    /// Who pays: one of the two names is needed.
    pub struct JsapiPayer {
        /// The payer's name under the provider's application.
        pub sp_openid: Option<Openid> = "用户服务标识",
        /// The payer's name under the sub-merchant's application.
        pub sub_openid: Option<Openid> = "用户子标识",
    }
}

request! {
    /// What happens to the money.
    pub struct SubsidySettleInfo {
        /// Whether it waits for profit sharing.
        pub profit_sharing: Option<bool> = "分账标识",
        /// The subsidy that is announced, in fen. Without profit sharing it means nothing.
        pub subsidy_amount: Option<Fen> = "补差金额",
    }
}

impl Endpoint for Jsapi {
    type Response = Prepaid;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/partner/transactions/jsapi";
    const PAGE: Page = Page {
        title: "JSAPI下单",
        url: "https://pay.weixin.qq.com/docs/partner/apis/ecommerce-payment/jsapi-prepay.html",
        updated: Some("2024-10-24"),
    };
    const SUPPORTED: Supported = Supported::Partner;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] =
        &[APPID_MCHID_NOT_MATCH, OPENID_MISMATCH, ORDER_CLOSED, OUT_TRADE_NO_USED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];

    fn check(&self) -> Result<(), ParamError> {
        let JsapiPayer { sp_openid, sub_openid } = &self.payer;
        if sp_openid.is_none() && sub_openid.is_none() {
            return Err(ParamError::missing("/body/payer/sp_openid", "用户服务标识"));
        }
        if sub_openid.is_some() && self.sub_appid.is_none() {
            return Err(ParamError::missing("/body/sub_appid", "子商户/二级商户APPID"));
        }
        Ok(())
    }
}

impl Change for Jsapi {
    type Query = Self;
}
