//! `GET /v3/combine-transactions/out-trade-no/{combine_out_trade_no}`: query a combined order.
//!
//! Page: 合单查询订单, <https://pay.weixin.qq.com/doc/v3/partner/4015973142>; for direct merchants
//! 查询合单订单, <https://pay.weixin.qq.com/doc/v3/merchant/4012557006>.

use http::Method;

use super::CombineOutTradeNo;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, ORDERNOTEXIST};
use crate::field::message;
use crate::id::{Appid, Mchid, OutTradeNo, TransactionId};
use crate::money::Fen;
use crate::pay::{TradeState, TradeType};
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Look a combined order up by the merchant's own number.
    pub struct Query {
        /// The merchant's number of it.
        pub combine_out_trade_no: CombineOutTradeNo = "合单商户订单号",
    }
}

message! {
    /// A combined order. A callback about its payment carries the same.
    pub struct Order {
        /// The application.
        pub combine_appid: Appid = "合单商户Appid",
        /// The merchant that placed it.
        pub combine_mchid: Mchid = "合单商户号",
        /// Who paid; after the payment.
        pub combine_payer_info: Option<OrderPayer> = "合单支付者",
        /// The orders.
        pub sub_orders: Option<Vec<OrderSub>> = "子单信息列表",
        /// Where the payer was, when the merchant said it.
        pub scene_info: Option<OrderScene> = "场景信息",
        /// The merchant's number of it.
        pub combine_out_trade_no: CombineOutTradeNo = "合单商户订单号",
    }
}

message! {
    /// Who paid.
    pub struct OrderPayer {
        /// The payer's name under the application.
        pub openid: Option<String> = "用户标识",
    }
}

message! {
    /// Where the payer was.
    pub struct OrderScene {
        /// The merchant's device.
        pub device_id: Option<String> = "商户端设备号",
    }
}

message! {
    /// One of the orders.
    pub struct OrderSub {
        /// The merchant that placed it.
        pub mchid: Mchid = "子单商户号",
        /// How it is paid.
        pub trade_type: Option<Open<TradeType>> = "交易类型",
        /// Its state.
        pub trade_state: Open<TradeState> = "交易状态",
        /// Where the money came from: `OTHERS` when it is no bank card.
        pub bank_type: Option<String> = "付款银行",
        /// What the merchant attached to it.
        pub attach: Option<String> = "附加数据",
        /// When it was paid.
        pub success_time: Option<Timestamp> = "支付完成时间",
        /// How much.
        pub amount: OrderAmount = "订单金额",
        /// The provider's number of it; after the payment.
        pub transaction_id: Option<TransactionId> = "微信订单号",
        /// The merchant's number of it.
        pub out_trade_no: OutTradeNo = "子单商户订单号",
        /// The sub-merchant that sells.
        pub sub_mchid: Option<Mchid> = "二级商户号",
        /// The sub-merchant's application.
        pub sub_appid: Option<Appid> = "子商户应用ID",
        /// The payer's name under the sub-merchant's application.
        pub sub_openid: Option<String> = "用户子标识",
    }
}

message! {
    /// What one of the orders costs.
    pub struct OrderAmount {
        /// In fen.
        pub total_amount: Option<Fen> = "标价金额",
        /// `CNY`.
        pub currency: Option<String> = "标价币种",
        /// What the payer paid, in fen; after the payment.
        pub payer_amount: Option<Fen> = "现金支付金额",
        /// `CNY`; after the payment.
        pub payer_currency: Option<String> = "现金支付币种",
    }
}

impl OrderAmount {
    /// An order of so much, paid in full by its payer if it is paid.
    #[must_use]
    pub fn of(total: Fen, paid: bool) -> Self {
        let cny = || "CNY".to_owned();
        Self {
            total_amount: Some(total),
            currency: Some(cny()),
            payer_amount: paid.then_some(total),
            payer_currency: paid.then(cny),
        }
    }
}

impl Endpoint for Query {
    type Response = Order;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/combine-transactions/out-trade-no/{combine_out_trade_no}";
    const PAGE: Page = Page {
        title: "合单查询订单",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4015973142",
        updated: Some("2025-09-02"),
    };
    const SUPPORTED: Supported = Supported::All;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[ORDERNOTEXIST];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}
