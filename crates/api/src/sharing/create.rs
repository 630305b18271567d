//! `POST /v3/ecommerce/profitsharing/orders`: share an order's money out.
//!
//! Page: 请求分账, <https://pay.weixin.qq.com/doc/v3/partner/4012691594>, updated 2025-09-29.
//!
//! The answer says that the request was taken on; a query tells what came of it. `finish_time` is
//! required on the page, and a receiver that waits has none: left out until there is one.

use http::Method;
use serde_json::Value as Json;

use super::account::check_account;
use super::{
    Description, OrderId, OutOrderNo, ReceiverAccount, ReceiverType, SealedName, Share,
    ShareDetail, ShareStatus,
};
use crate::change::recorded;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, NOT_ENOUGH, ParamError, RULE_LIMIT};
use crate::field::message;
use crate::id::{Appid, Mchid, TransactionId};
use crate::money::Fen;
use crate::rate::Rate;
use crate::word::Open;

/// The most receivers of one request.
const RECEIVERS_MAX: usize = 50;

request! {
    /// Share money of an order out.
    pub struct Create {
        /// The platform's application; needed for a person's openid.
        pub appid: Option<Appid> = "公众账号ID",
        /// Whose money.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// The platform's number of this share.
        pub out_order_no: OutOrderNo = "商户分账单号",
        /// Who gets what; 1 to 50.
        pub receivers: Vec<ReceiverShare> = "分账接收方列表",
        /// Whether what is left of the order goes to the sub-merchant.
        pub finish: bool = "是否分账完成",
    }
}

request! {
    /// One receiver and its part.
    pub struct ReceiverShare {
        /// What the account is.
        pub r#type: Open<ReceiverType> = "分账接收方类型",
        /// Who gets it.
        pub receiver_account: ReceiverAccount = "分账接收方账号",
        /// In fen.
        pub amount: Fen = "分账金额",
        /// Why.
        pub description: Description = "分账描述",
        /// The receiver's name, encrypted; read and forgotten.
        pub receiver_name: Option<SealedName> = "分账个人接收方姓名",
    }
}

message! {
    /// The share, as the create answers it.
    pub struct Created {
        /// Whose money.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// The platform's number.
        pub out_order_no: OutOrderNo = "商户分账单号",
        /// The provider's number.
        pub order_id: OrderId = "微信分账单号",
        /// Who gets what.
        pub receivers: Vec<ShareDetail> = "分账接收方列表",
        /// Its state.
        pub status: Option<Open<ShareStatus>> = "分账单状态",
    }
}

impl From<Share> for Created {
    fn from(share: Share) -> Self {
        Self {
            sub_mchid: share.sub_mchid,
            transaction_id: share.transaction_id,
            out_order_no: share.out_order_no,
            order_id: share.order_id,
            receivers: share.receivers.unwrap_or_default(),
            status: Some(share.status),
        }
    }
}

impl Endpoint for Create {
    type Response = Created;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/ecommerce/profitsharing/orders";
    const PAGE: Page = Page {
        title: "请求分账",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012691594",
        updated: Some("2025-09-29"),
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[Rate::page(2000), Rate::page(300).per("sub_mchid")];
    const ERRORS: &'static [ErrorCode] = &[NO_AUTH, RULE_LIMIT, NOT_ENOUGH, FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];

    fn check(&self) -> Result<(), ParamError> {
        let count = self.receivers.len();
        let bound = match count {
            0 => Some("小于最小值 1".to_owned()),
            1..=RECEIVERS_MAX => None,
            _ => Some(format!("大于最大值 {RECEIVERS_MAX}")),
        };
        if let Some(bound) = bound {
            let message = format!(
                "输入源“/body/receivers”映射到值字段“分账接收方列表”数组规则校验失败，元素个数 {count}，{bound}"
            );
            return Err(ParamError::new(message, Some("body"), Json::from(count)));
        }
        for (n, receiver) in self.receivers.iter().enumerate() {
            let pointer = format!("/body/receivers/{n}/receiver_account");
            check_account(
                &receiver.r#type,
                &receiver.receiver_account,
                &pointer,
                "分账接收方账号",
            )?;
            if receiver.r#type == ReceiverType::Person && self.appid.is_none() {
                return Err(ParamError::missing("/body/appid", "公众账号ID"));
            }
        }
        Ok(())
    }
}

recorded!(Create => super::Query, sub_mchid, transaction_id, out_order_no);
