//! `POST …/mch-transfer/compensate-bills/pre-transfer`: lay a compensation ready for its payer.
//!
//! Page: 请求赔付预下单, <https://pay.weixin.qq.com/doc/v3/partner/4013504176>, updated 2025-07-25.
//!
//! It locks the sponsor's money and answers with a package that leads the payer into WeChat; the
//! payer has 24 hours to confirm. Where the page is at odds with itself (`docs/pages.md`):
//! `user_recv_perception` demands a `transfer_scene_id` that the table lacks, and that is taken
//! all the same (X10); receiver and sponsor are read as on the create (X2, X8).

use http::Method;

use super::{Receiver, TransferRemark, TransferSceneId, UserRecvPerception, scene_of_perception};
use crate::change::recorded;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{
    APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, NOT_ENOUGH, ORDER_NOT_EXIST, ParamError,
};
use crate::field::message;
use crate::id::{Appid, BillId, Mchid, NotifyUrl, OutBillNo};
use crate::money::Fen;
use crate::rate::Rate;
use crate::time::Timestamp;

request! {
    /// Lock a compensation's money, and let the payer of an order confirm it.
    pub struct PreTransfer {
        /// The platform's application.
        pub sp_appid: Option<Appid> = "公众账号ID",
        /// Who is paid.
        pub receiver: Receiver = "收款方信息",
        /// The caller's own number of the bill; unique for the caller, for ever, among those of
        /// the create too.
        pub out_bill_no: OutBillNo = "商户单号",
        /// In fen, at least 1.
        pub amount: Fen = "金额",
        /// Why.
        pub transfer_remark: TransferRemark = "赔付原因",
        /// Whose money: the platform itself or an entity that it is authorised to debit.
        pub sponsor_mchid: Mchid = "出资商户号",
        /// The scene, applied for in the merchant console. The page's table lacks it.
        pub transfer_scene_id: Option<TransferSceneId> = "转账场景ID",
        /// What the payer sees; needs a scene.
        pub user_recv_perception: Option<UserRecvPerception> = "用户收款感知",
        /// Where the success or the close is told.
        pub notify_url: Option<NotifyUrl> = "商户回调地址",
    }
}

message! {
    /// The bill waits for its payer.
    pub struct PreTransferred {
        /// The caller's number.
        pub out_bill_no: OutBillNo = "商户单号",
        /// The provider's number.
        pub bill_id: BillId = "微信支付转账单号",
        /// When the request was taken on.
        pub accept_time: Timestamp = "受理时间",
        /// Leads the payer to the page that asks for the confirmation. Opaque.
        pub package_info: String = "跳转领取页面的package信息",
    }
}

impl Endpoint for PreTransfer {
    type Response = PreTransferred;
    const METHOD: Method = Method::POST;
    const PATH: &'static str =
        "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/pre-transfer";
    const PAGE: Page = Page {
        title: "请求赔付预下单",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4013504176",
        updated: Some("2025-07-25"),
    };
    const SUPPORTED: Supported = Supported::Platform;
    const RATES: &'static [Rate] = &[Rate::page(100)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] =
        &[APPID_MCHID_NOT_MATCH, NO_AUTH, NOT_ENOUGH, ORDER_NOT_EXIST];

    fn check(&self) -> Result<(), ParamError> {
        scene_of_perception(self.user_recv_perception.as_ref(), self.transfer_scene_id.as_ref())
    }
}

recorded!(PreTransfer => super::Query, out_bill_no);
