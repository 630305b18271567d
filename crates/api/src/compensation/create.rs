//! `POST /v3/platsolution/ecommerce/mch-transfer/compensate-bills`: request a compensation.
//!
//! Page: 请求赔付, <https://pay.weixin.qq.com/doc/v3/partner/4013504175>, updated 2025-07-25.
//!
//! Where the page is at odds with itself (`docs/pages.md`): the Java sample's `MERCHANT` receiver
//! and `mchInfo` do not exist (X1); `receiver`'s members are required though marked optional
//! (X2); the answer has no `close_info` although it may say `CLOSED` (X6); `sponsor_mchid` is
//! required, because there is no sub-merchant field that could stand for it (X8).

use http::Method;

use super::{
    Bill, BillState, Receiver, ReceiverDetail, TransferRemark, TransferSceneId, UserRecvPerception,
    scene_of_perception,
};
use crate::change::recorded;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, ORDER_NOT_EXIST, ParamError};
use crate::field::message;
use crate::id::{BillId, Mchid, OutBillNo};
use crate::money::Fen;
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Pay a compensation to the payer of an order.
    pub struct Create {
        /// Who is paid.
        pub receiver: Receiver = "收款方信息",
        /// The caller's own number of the bill; unique for the caller, for ever.
        pub out_bill_no: OutBillNo = "商户单号",
        /// In fen, at least 1.
        pub amount: Fen = "赔付金额",
        /// Why.
        pub transfer_remark: TransferRemark = "赔付原因",
        /// Whose money: the platform itself or an entity that it is authorised to debit.
        pub sponsor_mchid: Mchid = "出资商户号",
        /// The scene, applied for in the merchant console.
        pub transfer_scene_id: Option<TransferSceneId> = "转账场景ID",
        /// What the payer sees; needs a scene.
        pub user_recv_perception: Option<UserRecvPerception> = "用户收款感知",
    }
}

message! {
    /// The bill, as the create answers it.
    pub struct Created {
        /// The platform.
        pub sp_mchid: Mchid = "服务商商户号",
        /// Who is paid.
        pub receiver_detail: ReceiverDetail = "转账接收方信息",
        /// The caller's number.
        pub out_bill_no: OutBillNo = "商户单号",
        /// In fen.
        pub amount: Fen = "赔付金额",
        /// Why.
        pub transfer_remark: Option<String> = "赔付原因",
        /// The provider's number.
        pub bill_id: BillId = "微信支付转账单号",
        /// The state at the moment of the answer. After `CLOSED`, a query tells why.
        pub state: Open<BillState> = "赔付状态",
        /// When the request was taken on.
        pub accept_time: Timestamp = "受理时间",
        /// When the payer was paid; only with `SUCCESS`.
        pub success_time: Option<Timestamp> = "成功时间",
        /// Whose money.
        pub sponsor_mchid: Option<Mchid> = "出资商户号",
    }
}

/// The create's answer is the query's, without the reason of a close.
impl From<Bill> for Created {
    fn from(bill: Bill) -> Self {
        Self {
            sp_mchid: bill.sp_mchid,
            receiver_detail: bill.receiver_detail,
            out_bill_no: bill.out_bill_no,
            amount: bill.amount,
            transfer_remark: bill.transfer_remark,
            bill_id: bill.bill_id,
            state: bill.state,
            accept_time: bill.accept_time,
            success_time: bill.success_time,
            sponsor_mchid: bill.sponsor_mchid,
        }
    }
}

impl Endpoint for Create {
    type Response = Created;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills";
    const PAGE: Page = Page {
        title: "请求赔付",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4013504175",
        updated: Some("2025-07-25"),
    };
    const SUPPORTED: Supported = Supported::Platform;
    const RATES: &'static [Rate] = &[Rate::page(100)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, ORDER_NOT_EXIST];

    fn check(&self) -> Result<(), ParamError> {
        scene_of_perception(self.user_recv_perception.as_ref(), self.transfer_scene_id.as_ref())
    }
}

recorded!(Create => super::Query, out_bill_no);
