//! `GET …/mch-transfer/compensate-bills/out-bill-no/{out_bill_no}`: query a compensation.
//!
//! Page: 查询赔付结果(按商户赔付单号), <https://pay.weixin.qq.com/doc/v3/partner/4013504178>,
//! updated 2025-07-25.
//!
//! Where the page is at odds with itself (`docs/pages.md`): the sample answer shows `SUCCESS`
//! together with `close_info` (X3), which no server of ours sends and every client of ours reads;
//! the Java class has a `businessType` that nothing uses (X5), which is checked and ignored.

use http::Method;

use super::{BillState, ReceiverDetail};
use crate::change::Progress;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, NOT_FOUND};
use crate::field::{Field, Rule, message};
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
    }
}

message! {
    /// The bill.
    pub struct Bill {
        /// The platform.
        pub sp_mchid: Mchid = "服务商商户号",
        /// Who is paid.
        pub receiver_detail: ReceiverDetail = "转账接收方信息",
        /// The caller's number.
        pub out_bill_no: OutBillNo = "商户单号",
        /// In fen.
        pub amount: Fen = "赔付金额",
        /// Why it is paid.
        pub transfer_remark: Option<String> = "赔付原因",
        /// The provider's number.
        pub bill_id: BillId = "微信支付转账单号",
        /// The state.
        pub state: Open<BillState> = "转账状态",
        /// When the request was taken on.
        pub accept_time: Timestamp = "受理时间",
        /// When the payer was paid; only with `SUCCESS`.
        pub success_time: Option<Timestamp> = "成功时间",
        /// Why and when it was closed; only with `CLOSED`.
        pub close_info: Option<CloseInfo> = "关单信息",
        /// Whose money.
        pub sponsor_mchid: Option<Mchid> = "出资商户号",
    }
}

message! {
    /// Why and when a bill was closed.
    pub struct CloseInfo {
        /// When.
        pub close_time: Timestamp = "关单时间",
        /// Why. The page shows one value, `NOT_ENOUGH`, and does not say which others exist.
        pub close_reason: String = "关单原因",
    }
}

impl Endpoint for Query {
    type Response = Bill;
    const METHOD: Method = Method::GET;
    const PATH: &'static str =
        "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/{out_bill_no}";
    const PAGE: Page = Page {
        title: "查询赔付结果(按商户赔付单号)",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4013504178",
        updated: Some("2025-07-25"),
    };
    const SUPPORTED: Supported = Supported::Platform;
    const RATES: &'static [Rate] = &[Rate::page(100)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, NOT_FOUND];
    const TOLERATED_QUERY: &'static [Field] = &[Field {
        name: "business_type",
        label: "业务类型",
        required: false,
        rule: Rule::OneOf(&[
            "DEPOSIT_COMPENSATION",
            "PLATFORM_AFTER_SALES_COMPENSATION",
            "INSURANCE_CLAIM",
            "DEPOSIT_AFTER_SALES_COMPENSATION",
        ]),
    }];
}

impl Progress for Bill {
    fn is_final(&self) -> bool {
        let ends = [BillState::Success, BillState::Closed, BillState::Cancelled];
        ends.iter().any(|end| self.state == *end)
    }
}
