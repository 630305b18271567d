//! `GET /v3/ecommerce/profitsharing/returnorders`: query a return.
//!
//! Page: 查询分账回退结果, <https://pay.weixin.qq.com/doc/v3/partner/4012477740>. Its answer has
//! the fields of the create's, in another order; one order is printed.

use http::Method;

use super::{OrderId, OutOrderNo, OutReturnNo, Returned};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, ParamError, RESOURCE_NOT_EXISTS};
use crate::id::Mchid;
use crate::rate::Rate;

request! {
    /// Look a return up by the platform's number of it, and its share's.
    pub struct QueryReturn {
        /// Who gets the money back. In the query string.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The platform's number of the return. In the query string.
        pub out_return_no: OutReturnNo = "商户回退单号",
        /// The share, by the provider's number. In the query string.
        pub order_id: Option<OrderId> = "微信分账单号",
        /// The share, by the platform's number. In the query string.
        pub out_order_no: Option<OutOrderNo> = "商户分账单号",
    }
}

impl Endpoint for QueryReturn {
    type Response = Returned;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/ecommerce/profitsharing/returnorders";
    const PAGE: Page = Page {
        title: "查询分账回退结果",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477740",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[RESOURCE_NOT_EXISTS, FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];

    fn check(&self) -> Result<(), ParamError> {
        if self.order_id.is_none() && self.out_order_no.is_none() {
            return Err(ParamError::missing("/query/order_id", "微信分账单号"));
        }
        Ok(())
    }
}
