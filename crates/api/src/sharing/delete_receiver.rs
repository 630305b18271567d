//! `POST /v3/ecommerce/profitsharing/receivers/delete`: take a receiver off the list.
//!
//! Page: 删除分账接收方, <https://pay.weixin.qq.com/doc/v3/partner/4012477759>.

use http::Method;

use super::account::check_listed;
use super::{Receiver, ReceiverAccount, ReceiverType};
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, ParamError};
use crate::id::Appid;
use crate::rate::Rate;
use crate::word::Open;

request! {
    /// Take a receiver off the list.
    pub struct DeleteReceiver {
        /// The platform's application; needed for a person's openid.
        pub appid: Option<Appid> = "公众账号ID",
        /// What the account is.
        pub r#type: Open<ReceiverType> = "接收方类型",
        /// Who.
        pub account: ReceiverAccount = "接收方账号",
    }
}

impl Endpoint for DeleteReceiver {
    type Response = Receiver;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/ecommerce/profitsharing/receivers/delete";
    const PAGE: Page = Page {
        title: "删除分账接收方",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477759",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[NO_AUTH, FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];

    fn check(&self) -> Result<(), ParamError> {
        check_listed(self.appid.as_ref(), &self.r#type, &self.account)
    }
}

impl Change for DeleteReceiver {
    type Query = Self;
}
