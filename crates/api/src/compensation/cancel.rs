//! `POST …/compensate-bills/out-bill-no/{out_bill_no}/cancel`: request to cancel a compensation.
//!
//! Page: 请求撤销赔付, <https://pay.weixin.qq.com/doc/v3/partner/4013504177>, updated 2025-07-25.
//!
//! It has no body: the signature covers the empty string. Success means that the cancel was taken
//! on; the money returns later, and the query tells when. Where the page is at odds with itself
//! (`docs/pages.md`): the sample answer says `SUCCESS` where only `CANCELING` makes sense (X4);
//! the number is unique for the caller, whichever system the pages name (X7).

use http::Method;

use super::BillState;
use crate::change::{CameOf, Change};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, NOT_FOUND};
use crate::field::message;
use crate::id::{BillId, OutBillNo};
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Cancel a bill that the payer has not confirmed.
    pub struct Cancel {
        /// The caller's number.
        pub out_bill_no: OutBillNo = "商户单号",
    }
}

message! {
    /// The cancel was taken on.
    pub struct Cancelled {
        /// The caller's number.
        pub out_bill_no: OutBillNo = "商户单号",
        /// The provider's number.
        pub bill_id: BillId = "微信支付付款单号",
        /// `CANCELING`, or `CANCELLED` when asked again later.
        pub state: Open<BillState> = "付款状态",
        /// When the cancel was taken on; the same each time it is asked.
        pub cancel_accept_time: Timestamp = "撤销受理时间",
    }
}

impl Endpoint for Cancel {
    type Response = Cancelled;
    const METHOD: Method = Method::POST;
    const PATH: &'static str =
        "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/{out_bill_no}/cancel";
    const PAGE: Page = Page {
        title: "请求撤销赔付",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4013504177",
        updated: Some("2025-07-25"),
    };
    const SUPPORTED: Supported = Supported::Platform;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, NOT_FOUND];
}

impl Change for Cancel {
    type Query = super::Query;

    fn query(&self) -> Option<super::Query> {
        Some(super::Query { out_bill_no: self.out_bill_no.clone() })
    }

    fn came_of(&self, bill: &super::Bill) -> CameOf {
        match bill.state.known() {
            Some(BillState::Canceling | BillState::Cancelled) => CameOf::Done,
            Some(BillState::Success | BillState::Closed) => CameOf::Never,
            Some(BillState::Accepted | BillState::WaitUserConfirm) | None => CameOf::Open,
        }
    }
}
