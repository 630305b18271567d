//! `POST /v3/pay/partner/transactions/codepay`: take a payment for a sub-merchant by the payer's code
//! (付款码支付).
//!
//! Page: 付款码支付,
//! <https://pay.weixin.qq.com/docs/partner/apis/partner-code-payment-v3/partner/partner-code-pay.html>.
//!
//! As the direct merchant's: 200 when it is paid, 202 when the payer has to enter the password, no
//! callback.

use http::{Method, StatusCode};

use super::{Order, Payer};
use crate::change::{CameOf, Change};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, OUT_TRADE_NO_USED, ParamError};
use crate::field::message;
use crate::id::{Appid, Mchid, OutTradeNo, TransactionId};
use crate::pay::{
    Amount, Attach, CodePayer, CodePayment, Description, Detail, GoodsTag, SceneInfo, SettleInfo,
    Total, TradeState, TradeType,
};
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Take a payment for a sub-merchant.
    pub struct Codepay {
        /// The provider's application.
        pub sp_appid: Appid = "合作伙伴应用AppID",
        /// The provider; the same that signs.
        pub sp_mchid: Mchid = "合作伙伴商户号",
        /// The sub-merchant's application.
        pub sub_appid: Option<Appid> = "特约商户应用AppID",
        /// The sub-merchant.
        pub sub_mchid: Mchid = "特约商户商户号",
        /// What is bought.
        pub description: Description = "商品描述",
        /// The merchant's number of the order: a new one for each try.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// Given back by queries.
        pub attach: Option<Attach> = "附加数据",
        /// A mark of discounts.
        pub goods_tag: Option<GoodsTag> = "订单优惠标记",
        /// Whether the payer may ask for an electronic invoice.
        pub support_fapiao: Option<bool> = "电子发票入口开放标识",
        /// Who pays.
        pub payer: CodePayer = "支付者",
        /// How much.
        pub amount: Total = "订单金额",
        /// Where.
        pub scene_info: SceneInfo = "场景信息",
        /// What is bought, item by item. Checked and not used: there are no discounts here.
        pub detail: Option<Detail> = "优惠功能",
        /// Whether the money waits for profit sharing.
        pub settle_info: Option<SettleInfo> = "结算信息",
    }
}

message! {
    /// What became of it. With 202, a caller may rely on `trade_state` alone.
    pub struct Paid {
        /// The provider's application.
        pub sp_appid: Option<Appid> = "合作伙伴应用AppID",
        /// The provider.
        pub sp_mchid: Option<Mchid> = "合作伙伴商户号",
        /// The sub-merchant's application.
        pub sub_appid: Option<Appid> = "特约商户应用AppID",
        /// The sub-merchant.
        pub sub_mchid: Option<Mchid> = "特约商户商户号",
        /// The merchant's number.
        pub out_trade_no: Option<OutTradeNo> = "商户订单号",
        /// The provider's number; after the payment.
        pub transaction_id: Option<TransactionId> = "微信支付订单号",
        /// `MICROPAY`.
        pub trade_type: Option<Open<TradeType>> = "交易类型",
        /// Where the money came from.
        pub bank_type: Option<String> = "银行类型",
        /// When it was paid.
        pub success_time: Option<Timestamp> = "支付完成时间",
        /// `SUCCESS`, or `USERPAYING` with 202.
        pub trade_state: Open<TradeState> = "交易状态",
        /// Its state, for people.
        pub trade_state_desc: Option<String> = "交易状态描述",
        /// As it was given.
        pub attach: Option<String> = "附加数据",
        /// Who paid.
        pub payer: Option<Payer> = "支付者",
        /// How much.
        pub amount: Option<Amount> = "订单金额",
    }
}

/// Our server answers with all that a query would say.
impl From<Order> for Paid {
    fn from(order: Order) -> Self {
        Self {
            sp_appid: Some(order.sp_appid),
            sp_mchid: Some(order.sp_mchid),
            sub_appid: order.sub_appid,
            sub_mchid: Some(order.sub_mchid),
            out_trade_no: Some(order.out_trade_no),
            transaction_id: order.transaction_id,
            trade_type: order.trade_type,
            bank_type: order.bank_type,
            success_time: order.success_time,
            trade_state: order.trade_state,
            trade_state_desc: Some(order.trade_state_desc),
            attach: order.attach,
            payer: order.payer,
            amount: order.amount,
        }
    }
}

impl Endpoint for Codepay {
    type Response = Paid;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/partner/transactions/codepay";
    const PAGE: Page = Page {
        title: "付款码支付",
        url: "https://pay.weixin.qq.com/docs/partner/apis/partner-code-payment-v3/partner/partner-code-pay.html",
        updated: Some("2025-02-17"),
    };
    const SUPPORTED: Supported = Supported::Partner;
    const RATES: &'static [Rate] = &[Rate::assumed(33)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] =
        &[APPID_MCHID_NOT_MATCH, NO_AUTH, OUT_TRADE_NO_USED];
    const REFUSAL_IS_PROOF: bool = false;

    fn check(&self) -> Result<(), ParamError> {
        self.scene_info.check()
    }

    fn status(answer: &Paid) -> StatusCode {
        answer.trade_state.known().map_or(StatusCode::OK, TradeState::status)
    }
}

impl Change for Codepay {
    type Query = super::Query;

    fn query(&self) -> Option<super::Query> {
        Some(super::Query {
            out_trade_no: self.out_trade_no.clone(),
            sp_mchid: self.sp_mchid.clone(),
            sub_mchid: self.sub_mchid.clone(),
        })
    }

    fn came_of(&self, order: &Order) -> CameOf {
        order.trade_state.known().map_or(CameOf::Pending, TradeState::came_of_payment)
    }
}

impl CodePayment for Codepay {
    type Reverse = super::Reverse;

    fn reversal(&self) -> super::Reverse {
        super::Reverse {
            out_trade_no: self.out_trade_no.clone(),
            sp_appid: Some(self.sp_appid.clone()),
            sp_mchid: self.sp_mchid.clone(),
            sub_appid: self.sub_appid.clone(),
            sub_mchid: self.sub_mchid.clone(),
        }
    }

    fn state_answered(answer: &Paid) -> &Open<TradeState> {
        &answer.trade_state
    }

    fn state_found(order: &Order) -> &Open<TradeState> {
        &order.trade_state
    }
}
