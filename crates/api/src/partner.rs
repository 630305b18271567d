//! Payments of a service provider for its sub-merchants (服务商): take one by code or place an order
//! to be paid; query, close and reverse it.

mod close;
mod codepay;
mod jsapi;
mod native;
mod query;
mod query_by_id;
mod reverse;

pub use close::Close;
pub use codepay::{Codepay, Paid};
pub use jsapi::{Jsapi, JsapiPayer, SubsidySettleInfo};
pub use native::Native;
pub use query::Query;
pub use query_by_id::QueryById;
pub use reverse::{Reverse, Reversed};

use crate::field::message;
use crate::id::{Appid, Mchid, OutTradeNo, TransactionId};
use crate::pay::{Amount, TradeState, TradeType};
use crate::time::Timestamp;
use crate::word::Open;

message! {
    /// An order, as a query of its service provider answers it.
    pub struct Order {
        /// The provider's application.
        pub sp_appid: Appid = "服务商应用ID",
        /// The provider.
        pub sp_mchid: Mchid = "服务商户号",
        /// The sub-merchant's application.
        pub sub_appid: Option<Appid> = "子商户应用ID",
        /// The sub-merchant.
        pub sub_mchid: Mchid = "子商户号",
        /// The merchant's number.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// The provider's number; after the payment.
        pub transaction_id: Option<TransactionId> = "微信支付订单号",
        /// How it is paid.
        pub trade_type: Option<Open<TradeType>> = "交易类型",
        /// Its state.
        pub trade_state: Open<TradeState> = "交易状态",
        /// Its state, for people.
        pub trade_state_desc: String = "交易状态描述",
        /// Where the money came from: `OTHERS` when it is no bank card.
        pub bank_type: Option<String> = "银行类型",
        /// What the merchant attached to it.
        pub attach: Option<String> = "商户数据包",
        /// When it was paid.
        pub success_time: Option<Timestamp> = "支付完成时间",
        /// Who paid.
        pub payer: Option<Payer> = "支付者信息",
        /// How much.
        pub amount: Option<Amount> = "订单金额",
    }
}

message! {
    /// Who paid.
    pub struct Payer {
        /// The payer's name under the provider's application.
        pub sp_openid: Option<String> = "用户服务标识",
        /// The payer's name under the sub-merchant's application.
        pub sub_openid: Option<String> = "用户子标识",
    }
}
