//! `POST /v3/refund/domestic/refunds`: pay back part of an order, or all of it (申请退款).
//!
//! Page: 退款申请, <https://pay.weixin.qq.com/doc/v3/partner/4012760121>.
//!
//! One page for service providers, who name the sub-merchant, and one for direct merchants, who
//! do not. An answer 200 says that the refund is accepted: its end comes by callback and query. A
//! refund that failed is tried again with the *same* number, else the payer is paid twice.

use http::Method;

use super::{Part, Reason, Refund, Source, check_from, check_order};
use crate::change::recorded;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{
    ErrorCode, FREQUENCY_LIMITED, MCH_NOT_EXISTS, NO_AUTH, NOT_ENOUGH, ParamError,
    RESOURCE_NOT_EXISTS, USER_ACCOUNT_ABNORMAL,
};
use crate::id::{Mchid, NotifyUrl, OutRefundNo, OutTradeNo, TransactionId};
use crate::money::Fen;
use crate::pay::{Currency, GoodsId, GoodsName, Quantity};
use crate::rate::Rate;
use crate::word::Open;

request! {
    /// Pay money back to the payer of an order.
    pub struct Create {
        /// The sub-merchant; a service provider names it, a direct merchant does not.
        pub sub_mchid: Option<Mchid> = "子商户号",
        /// The provider's number of the order; or else the merchant's.
        pub transaction_id: Option<TransactionId> = "微信支付订单号",
        /// The merchant's number of the order; or else the provider's.
        pub out_trade_no: Option<OutTradeNo> = "商户订单号",
        /// The merchant's number of the refund: the same number refunds once.
        pub out_refund_no: OutRefundNo = "商户退款单号",
        /// Why.
        pub reason: Option<Reason> = "退款原因",
        /// Where the callback goes, in place of where the merchant's settings say.
        pub notify_url: Option<NotifyUrl> = "退款结果回调url",
        /// Which money to take.
        pub funds_account: Option<Open<Source>> = "退款资金来源",
        /// How much.
        pub amount: AmountAsked = "金额信息",
        /// What is given back, item by item. Checked, kept and not used.
        pub goods_detail: Option<Vec<Goods>> = "退款商品",
    }
}

request! {
    /// How much is to go back.
    pub struct AmountAsked {
        /// In fen.
        pub refund: Fen = "退款金额",
        /// From which parts of the account; orders with profit sharing alone.
        pub from: Option<Vec<Part>> = "退款出资账户及金额",
        /// Of the order, in fen: as it was ordered.
        pub total: Fen = "原订单金额",
        /// `CNY`.
        pub currency: Currency = "退款币种",
    }
}

request! {
    /// An item that is given back.
    pub struct Goods {
        /// As the merchant knows it.
        pub merchant_goods_id: GoodsId = "商户侧商品编码",
        /// As WeChat Pay knows it.
        pub wechatpay_goods_id: Option<GoodsId> = "微信支付商品编码",
        /// Its name.
        pub goods_name: Option<GoodsName> = "商品名称",
        /// Of one, in fen.
        pub unit_price: Fen = "商品单价",
        /// What goes back for it, in fen.
        pub refund_amount: Fen = "商品退款金额",
        /// How many.
        pub refund_quantity: Quantity = "商品退货数量",
    }
}

impl Endpoint for Create {
    type Response = Refund;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/refund/domestic/refunds";
    const PAGE: Page = Page {
        title: "退款申请",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012760121",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::DirectOrPartner;
    const RATES: &'static [Rate] = &[Rate::page(150), Rate::page(6).of_failures()];
    const ERRORS: &'static [ErrorCode] = &[
        NOT_ENOUGH,
        USER_ACCOUNT_ABNORMAL,
        MCH_NOT_EXISTS,
        RESOURCE_NOT_EXISTS,
        FREQUENCY_LIMITED,
    ];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];

    fn check(&self) -> Result<(), ParamError> {
        check_order(self.transaction_id.as_ref(), self.out_trade_no.as_ref())?;
        if self.funds_account.is_some() && self.amount.from.is_some() {
            return Err(ParamError::either(["/body/funds_account", "/body/amount/from"]));
        }
        check_from(self.amount.from.as_deref(), self.amount.refund)
    }
}

recorded!(Create => super::Query, out_refund_no, sub_mchid);
