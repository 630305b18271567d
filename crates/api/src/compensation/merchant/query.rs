//! `GET …/mch-transfer/sub-mch-compensation-bills/{out_bill_no}`: query a sub-merchant's
//! compensation.
//!
//! Page: 查询赔付商家的结果, <https://pay.weixin.qq.com/doc/v3/partner/4016777372>, updated
//! 2025-12-04.

use http::Method;

use super::{BillState, ReceiverDetail};
use crate::change::Progress;
use crate::compensation::CloseInfo;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, NOT_FOUND};
use crate::field::message;
use crate::id::{BillId, Mchid, OutBillNo};
use crate::money::Fen;
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Look a bill up by the caller's own number.
    pub struct Query {
        /// The caller's number.
        pub out_bill_no: OutBillNo = "商户单号",
        /// Whose money it is; looked at only when it is given.
        pub sponsor_mchid: Option<Mchid> = "出资商户号",
    }
}

message! {
    /// The bill.
    pub struct Bill {
        /// The platform.
        pub sp_mchid: Mchid = "服务商商户号",
        /// Who is paid.
        pub receiver_detail: ReceiverDetail = "赔付接收方信息",
        /// The caller's number.
        pub out_bill_no: OutBillNo = "商户单号",
        /// In fen.
        pub amount: Fen = "赔付金额",
        /// Why it is paid.
        pub transfer_remark: String = "赔付备注",
        /// The provider's number.
        pub bill_id: BillId = "微信支付转账单号",
        /// The state.
        pub state: Open<BillState> = "赔付状态",
        /// When the request was taken on.
        pub accept_time: Timestamp = "受理时间",
        /// When the sub-merchant was paid; only with `SUCCESS`.
        pub success_time: Option<Timestamp> = "成功时间",
        /// Why and when it was closed; only with `CLOSED`.
        pub close_info: Option<CloseInfo> = "关单信息",
        /// Whose money.
        pub sponsor_mchid: Option<Mchid> = "出资商户号",
    }
}

impl Endpoint for Query {
    type Response = Bill;
    const METHOD: Method = Method::GET;
    const PATH: &'static str =
        "/v3/platsolution/ecommerce/mch-transfer/sub-mch-compensation-bills/{out_bill_no}";
    const PAGE: Page = Page {
        title: "查询赔付商家的结果",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4016777372",
        updated: Some("2025-12-04"),
    };
    const SUPPORTED: Supported = Supported::Platform;
    const RATES: &'static [Rate] = &[Rate::page(100)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, NOT_FOUND];
}

impl Progress for Bill {
    fn is_final(&self) -> bool {
        self.state == BillState::Success || self.state == BillState::Closed
    }
}
