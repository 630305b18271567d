//! `POST /v3/combine-transactions/jsapi`: place a combined order that is paid in a page or a mini
//! program.
//!
//! Page: 合单下单, <https://pay.weixin.qq.com/doc/v3/partner/4012760633>; for direct merchants a
//! sibling of <https://pay.weixin.qq.com/doc/v3/merchant/4012557006>.

use http::Method;

use super::{CombineOutTradeNo, SceneInfo, SubOrder, check_sub_orders};
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{
    APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, OPENID_MISMATCH, ORDER_CLOSED, OUT_TRADE_NO_USED,
    ParamError,
};
use crate::id::{Appid, Mchid, NotifyUrl};
use crate::pay::{Openid, Prepaid};
use crate::rate::Rate;
use crate::time::Timestamp;

request! {
    /// Place a combined order.
    pub struct Jsapi {
        /// The application.
        pub combine_appid: Appid = "合单商户Appid",
        /// The merchant that places it; the same that signs.
        pub combine_mchid: Mchid = "合单商户号",
        /// The merchant's number of it.
        pub combine_out_trade_no: CombineOutTradeNo = "合单商户订单号",
        /// Who pays.
        pub combine_payer_info: PayerInfo = "支付者",
        /// Where the payer is.
        pub scene_info: Option<SceneInfo> = "场景信息",
        /// The orders.
        pub sub_orders: Vec<SubOrder> = "子单信息",
        /// From when it can be paid. Checked and not used.
        pub time_start: Option<Timestamp> = "交易起始时间",
        /// Until when it can be paid.
        pub time_expire: Option<Timestamp> = "交易结束时间",
        /// Where the payment is told.
        pub notify_url: Option<NotifyUrl> = "通知地址",
    }
}

request! {
    /// Who pays: one of the two names is needed.
    pub struct PayerInfo {
        /// The payer's name under the application.
        pub openid: Option<Openid> = "用户标识",
        /// The payer's name under the sub-merchants' application.
        pub sub_openid: Option<Openid> = "用户子标识",
    }
}

impl Endpoint for Jsapi {
    type Response = Prepaid;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/combine-transactions/jsapi";
    const PAGE: Page = Page {
        title: "合单下单-JSAPI",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012760633",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::All;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] =
        &[APPID_MCHID_NOT_MATCH, OPENID_MISMATCH, ORDER_CLOSED, OUT_TRADE_NO_USED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];

    fn check(&self) -> Result<(), ParamError> {
        check_sub_orders(&self.sub_orders)?;
        let PayerInfo { openid, sub_openid } = &self.combine_payer_info;
        if openid.is_none() && sub_openid.is_none() {
            return Err(ParamError::missing("/body/combine_payer_info/openid", "用户标识"));
        }
        if sub_openid.is_some() && self.sub_orders.iter().all(|order| order.sub_appid.is_none()) {
            return Err(ParamError::missing("/body/sub_orders/0/sub_appid", "子商户应用ID"));
        }
        Ok(())
    }
}

impl Change for Jsapi {
    type Query = Self;
}
