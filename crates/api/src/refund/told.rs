//! The resource of a callback `REFUND.*`: what a merchant is told of the end of a refund.
//!
//! Page: 退款结果回调通知, <https://pay.weixin.qq.com/doc/v3/partner/4012085802>.

use super::Status;
use super::ecommerce::RefundAccount;
use crate::field::message;
use crate::id::{Mchid, OutRefundNo, OutTradeNo, RefundId, TransactionId};
use crate::money::Fen;
use crate::time::Timestamp;
use crate::word::Open;

message! {
    /// The end of a refund.
    pub struct Told {
        /// The direct merchant.
        pub mchid: Option<Mchid> = "直连商户号",
        /// The service provider.
        pub sp_mchid: Option<Mchid> = "服务商户号",
        /// The sub-merchant of a service provider.
        pub sub_mchid: Option<Mchid> = "子商户号",
        /// The merchant's number of the order.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// The provider's number of the order.
        pub transaction_id: TransactionId = "微信支付订单号",
        /// The merchant's number.
        pub out_refund_no: OutRefundNo = "商户退款单号",
        /// The provider's number.
        pub refund_id: RefundId = "微信支付退款单号",
        /// Its state.
        pub refund_status: Open<Status> = "退款状态",
        /// When the money arrived; with `SUCCESS`.
        pub success_time: Option<Timestamp> = "退款成功时间",
        /// Where it arrives, for people.
        pub user_received_account: String = "退款入账账户",
        /// How much.
        pub amount: AmountTold = "金额信息",
        /// Who pays; refunds of e-commerce platforms alone.
        pub refund_account: Option<Open<RefundAccount>> = "退款出资商户",
    }
}

message! {
    /// What goes back.
    pub struct AmountTold {
        /// Of the order, in fen.
        pub total: Fen = "订单金额",
        /// Of the refund, in fen.
        pub refund: Fen = "退款金额",
        /// What the payer paid, in fen.
        pub payer_total: Fen = "用户支付金额",
        /// What the payer gets back, in fen.
        pub payer_refund: Fen = "用户退款金额",
    }
}
