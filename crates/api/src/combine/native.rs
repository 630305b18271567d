//! `POST /v3/combine-transactions/native`: place a combined order that is paid by scanning a code.
//!
//! Page: 合单下单-NATIVE,
//! <https://pay.weixin.qq.com/docs/partner/apis/ecommerce-combine-payment/native-prepay.html>; for
//! direct merchants
//! <https://pay.weixin.qq.com/docs/merchant/products/combine-payment/apilist-native.html>.

use http::Method;

use super::{CombineOutTradeNo, SceneInfo, SubOrder, check_sub_orders};
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{
    APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, ORDER_CLOSED, OUT_TRADE_NO_USED, ParamError,
};
use crate::id::{Appid, Mchid, NotifyUrl};
use crate::pay::CodeUrl;
use crate::rate::Rate;
use crate::time::Timestamp;

request! {
    /// Place a combined order that whoever scans its code pays.
    pub struct Native {
        /// The application.
        pub combine_appid: Appid = "合单商户Appid",
        /// The merchant's number of it.
        pub combine_out_trade_no: CombineOutTradeNo = "合单商户订单号",
        /// The merchant that places it; the same that signs.
        pub combine_mchid: Mchid = "合单商户号",
        /// Where the payer is.
        pub scene_info: Option<SceneInfo> = "场景信息",
        /// The orders.
        pub sub_orders: Vec<SubOrder> = "子单信息",
        /// From when it can be paid. Checked and not used.
        pub time_start: Option<Timestamp> = "交易起始时间",
        /// Until when it can be paid.
        pub time_expire: Option<Timestamp> = "交易结束时间",
        /// Where the payment is told.
        pub notify_url: NotifyUrl = "通知地址",
    }
}

impl Endpoint for Native {
    type Response = CodeUrl;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/combine-transactions/native";
    const PAGE: Page = Page {
        title: "合单下单-NATIVE",
        url: "https://pay.weixin.qq.com/docs/partner/apis/ecommerce-combine-payment/native-prepay.html",
        updated: Some("2024-11-14"),
    };
    const SUPPORTED: Supported = Supported::All;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[APPID_MCHID_NOT_MATCH, ORDER_CLOSED, OUT_TRADE_NO_USED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];

    fn check(&self) -> Result<(), ParamError> {
        check_sub_orders(&self.sub_orders)
    }
}

impl Change for Native {
    type Query = Self;
}
