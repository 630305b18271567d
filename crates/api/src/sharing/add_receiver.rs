//! `POST /v3/ecommerce/profitsharing/receivers/add`: put a receiver on the list.
//!
//! Page: 添加分账接收方, <https://pay.weixin.qq.com/doc/v3/partner/4012477758>, updated 2025-09-29.
//!
//! The list is the platform's: each of its sub-merchants may share with all that are on it. The
//! page marks `name` as optional and demands it of merchants in its text: demanded of them.

use http::Method;

use super::account::check_listed;
use super::{AccountName, ReceiverAccount, ReceiverType, Relation};
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, ParamError};
use crate::field::message;
use crate::id::Appid;
use crate::rate::Rate;
use crate::word::Open;

request! {
    /// Put a receiver on the list.
    pub struct AddReceiver {
        /// The platform's application; needed for a person's openid.
        pub appid: Option<Appid> = "公众账号ID",
        /// What the account is.
        pub r#type: Open<ReceiverType> = "接收方类型",
        /// Who.
        pub account: ReceiverAccount = "接收方账号",
        /// The merchant's full name, or the person's; read and forgotten.
        pub name: Option<AccountName> = "接收方名称",
        /// What the receiver is to those that share.
        pub relation_type: Open<Relation> = "与分账方的关系类型",
    }
}

message! {
    /// The receiver.
    pub struct Receiver {
        /// What the account is.
        pub r#type: Open<ReceiverType> = "接收方类型",
        /// Who.
        pub account: ReceiverAccount = "接收方账号",
    }
}

impl Endpoint for AddReceiver {
    type Response = Receiver;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/ecommerce/profitsharing/receivers/add";
    const PAGE: Page = Page {
        title: "添加分账接收方",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477758",
        updated: Some("2025-09-29"),
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[NO_AUTH, FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];

    fn check(&self) -> Result<(), ParamError> {
        check_listed(self.appid.as_ref(), &self.r#type, &self.account)?;
        if self.r#type == ReceiverType::Merchant && self.name.is_none() {
            return Err(ParamError::missing("/body/name", "接收方名称"));
        }
        Ok(())
    }
}

impl Change for AddReceiver {
    type Query = Self;
}
