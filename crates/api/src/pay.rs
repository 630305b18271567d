//! Payments (支付) of a direct merchant: take one by code or place an order to be paid; query, close
//! and reverse it.

mod app;
mod close;
mod codepay;
mod h5;
mod jsapi;
mod native;
mod prepay;
mod query;
mod query_by_id;
mod reverse;

pub use app::App;
pub use close::{Close, Closed};
pub use codepay::{
    Attach, AuthCode, CodePayer, CodePayment, Codepay, Currency, Description, Detail, DeviceId,
    DeviceIp, Goods, GoodsId, GoodsName, GoodsTag, InvoiceId, Paid, Quantity, SceneInfo,
    SettleInfo, StoreId, StoreInfo, StoreOutId, Total,
};
pub use h5::H5;
pub use jsapi::Jsapi;
pub use native::Native;
pub use prepay::{
    AppName, AppPlace, AreaCode, CodeUrl, H5Info, H5Scene, H5Url, Openid, OrderPayer,
    PayerClientIp, Prepaid, PrepayId, PrepayScene, PrepayStore, SceneType, StoreAddress, StoreName,
};
pub use query::Query;
pub use query_by_id::QueryById;
pub use reverse::{Reverse, Reversed};

use http::StatusCode;

use crate::change::CameOf;
use crate::field::message;
use crate::id::{Appid, Mchid, OutTradeNo, TransactionId};
use crate::money::Fen;
use crate::time::Timestamp;
use crate::word::{Open, words};

words! {
    /// State of an order (交易状态).
    pub enum TradeState {
        /// 支付成功: paid.
        Success = "SUCCESS",
        /// 转入退款: paid, and part of it or all went back.
        Refund = "REFUND",
        /// 未支付: not paid.
        NotPay = "NOTPAY",
        /// 已关闭: closed unpaid. Final.
        Closed = "CLOSED",
        /// 已撤销: reversed; code payments only. Final.
        Revoked = "REVOKED",
        /// 用户支付中: the payer is entering the password; code payments only.
        UserPaying = "USERPAYING",
        /// 支付失败: the payment failed; code payments only.
        PayError = "PAYERROR",
    }
}

impl TradeState {
    /// The status of a code payment's answer: 202 while the payer has yet to enter the password.
    pub(crate) fn status(self) -> StatusCode {
        if self == Self::UserPaying { StatusCode::ACCEPTED } else { StatusCode::OK }
    }

    /// What an order in this state says about a code payment that was asked for.
    pub(crate) const fn came_of_payment(self) -> CameOf {
        match self {
            Self::Success | Self::Refund => CameOf::Done,
            Self::NotPay | Self::UserPaying => CameOf::Pending,
            Self::Closed | Self::Revoked | Self::PayError => CameOf::Never,
        }
    }

    /// What an order in this state says about a reversal that was asked for.
    pub(crate) const fn came_of_reversal(self) -> CameOf {
        match self {
            Self::Closed | Self::Revoked => CameOf::Done,
            Self::Success | Self::NotPay | Self::UserPaying | Self::PayError => CameOf::Open,
            Self::Refund => CameOf::Never,
        }
    }

    /// What an order in this state says about a close that was asked for.
    pub(crate) const fn came_of_close(self) -> CameOf {
        match self {
            Self::Closed | Self::Revoked => CameOf::Done,
            Self::NotPay => CameOf::Open,
            Self::Success | Self::Refund | Self::UserPaying | Self::PayError => CameOf::Never,
        }
    }

    /// What `trade_state_desc` says.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Success => "支付成功",
            Self::Refund => "订单发生过退款，退款详情请查询退款单",
            Self::NotPay => "订单未支付",
            Self::Closed => "订单已关闭",
            Self::Revoked => "订单已撤销",
            Self::UserPaying => "需要用户输入支付密码",
            Self::PayError => "支付失败，请撤销订单",
        }
    }
}

words! {
    /// How a payer pays (交易类型).
    pub enum TradeType {
        /// In a page or mini program.
        Jsapi = "JSAPI",
        /// By scanning the merchant's code.
        Native = "NATIVE",
        /// In an app.
        App = "APP",
        /// By showing a code to the merchant (付款码支付).
        Micropay = "MICROPAY",
        /// In a browser.
        Mweb = "MWEB",
        /// By face.
        Facepay = "FACEPAY",
    }
}

message! {
    /// An order, as a query of its direct merchant answers it.
    pub struct Order {
        /// The application.
        pub appid: Appid = "公众账号ID",
        /// The merchant.
        pub mchid: Mchid = "商户号",
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
        /// The payer's name under the application.
        pub openid: Option<String> = "用户标识",
    }
}

message! {
    /// What an order costs.
    pub struct Amount {
        /// In fen.
        pub total: Option<Fen> = "总金额",
        /// What the payer paid, in fen.
        pub payer_total: Option<Fen> = "用户支付金额",
        /// `CNY`.
        pub currency: Option<String> = "货币类型",
        /// `CNY`.
        pub payer_currency: Option<String> = "用户支付币种",
    }
}

impl Amount {
    /// An order of so much, paid in full by its payer if it is paid.
    #[must_use]
    pub fn of(total: Fen, paid: bool) -> Self {
        let cny = || "CNY".to_owned();
        Self {
            total: Some(total),
            payer_total: paid.then_some(total),
            currency: Some(cny()),
            payer_currency: paid.then(cny),
        }
    }
}
