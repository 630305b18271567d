//! `POST /v3/platsolution/ecommerce/mch-transfer/sub-mch-compensation-bills`: compensate a
//! sub-merchant.
//!
//! Page: 赔付商家, <https://pay.weixin.qq.com/doc/v3/partner/4016777363>, updated 2025-12-04.

use http::Method;

use super::{Bill, BillState, Receiver, ReceiverDetail};
use crate::change::recorded;
use crate::compensation::TransferRemark;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH};
use crate::field::message;
use crate::id::{BillId, Mchid, OutBillNo};
use crate::money::Fen;
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Pay a compensation to a sub-merchant.
    pub struct Create {
        /// Who is paid.
        pub receiver: Receiver = "赔付商户信息",
        /// The caller's own number of the bill; unique for the caller, for ever.
        pub out_bill_no: OutBillNo = "商户单号",
        /// In fen, at least 1.
        pub amount: Fen = "赔付金额",
        /// Why; bills of funds show it.
        pub transfer_remark: TransferRemark = "赔付备注",
        /// Whose operation account: the platform's when left out, or that of an entity that it is
        /// authorised to debit.
        pub sponsor_mchid: Option<Mchid> = "出资商户号",
    }
}

message! {
    /// The bill, as the create answers it.
    pub struct Created {
        /// The platform.
        pub sp_mchid: Mchid = "服务商商户号",
        /// Who is paid.
        pub receiver_detail: ReceiverDetail = "赔付接收方信息",
        /// The caller's number.
        pub out_bill_no: OutBillNo = "商户单号",
        /// In fen.
        pub amount: Fen = "赔付金额",
        /// Why.
        pub transfer_remark: String = "赔付备注",
        /// The provider's number.
        pub bill_id: BillId = "微信支付转账单号",
        /// The state at the moment of the answer. After `CLOSED`, a query tells why.
        pub state: Open<BillState> = "赔付状态",
        /// When the request was taken on.
        pub accept_time: Timestamp = "受理时间",
        /// When the sub-merchant was paid; only with `SUCCESS`.
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
    const PATH: &'static str = "/v3/platsolution/ecommerce/mch-transfer/sub-mch-compensation-bills";
    const PAGE: Page = Page {
        title: "赔付商家",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4016777363",
        updated: Some("2025-12-04"),
    };
    const SUPPORTED: Supported = Supported::Platform;
    const RATES: &'static [Rate] = &[Rate::page(50)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}

recorded!(Create => super::Query, out_bill_no, sponsor_mchid);
