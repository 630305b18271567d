//! What the client makes of each kind of answer.

use bytes::Bytes;
use http::{Method, StatusCode};
use redress::api::compensation::{BillState, Query};
use redress::api::pay::{Close, Closed};
use redress::api::{ErrorCode, error, subsidy};
use redress::crypto::VerifyError;
use redress::{BODY_BYTES_MAX, Error, Fate};
use redress_trail::Seen as _;

use crate::fake::{
    PUBLIC_KEY_ID, Step, answer, bare, client_for, platform_key, serial, signed_by, unsigned,
};

/// The sample answer of the query's page: `SUCCESS` together with `close_info`.
pub(crate) const BILL: &str = r#"{
  "sp_mchid" : "1900001108",
  "receiver_detail" : { "receiver" : { "type" : "TRANSACTION_USER", "transaction_info" : {
    "transaction_id" : "1217752501201407033233368018", "type" : "WXPAY" } } },
  "out_bill_no" : "plfk2020042013",
  "amount" : 10000,
  "transfer_remark" : "直播违规扣罚",
  "bill_id" : "1330000071100999991182020050700019480001",
  "state" : "SUCCESS",
  "accept_time" : "2015-05-20T13:29:35+08:00",
  "success_time" : "2015-05-20T13:29:35+08:00",
  "close_info" : { "close_time" : "2015-05-20T13:29:35+08:00", "close_reason" : "NOT_ENOUGH" },
  "sponsor_mchid" : "1900001109"
}"#;

const PARAM_ERROR: &str =
    r#"{"code":"PARAM_ERROR","detail":{"location":"body","value":0},"message":"参数错误"}"#;

pub(crate) fn query() -> Query {
    Query { out_bill_no: "plfk2020042013".parse().expect("a number") }
}

pub(crate) async fn failure(step: Step) -> Error {
    client_for(step).send(&query()).await.seen().expect_err("a failure")
}

pub(crate) fn verify_error(error: &Error) -> &VerifyError {
    let Error::Verify { source, .. } = error else {
        panic!("{error:?} is not about the signature");
    };
    source
}

/// A step that signs well and then spoils a header.
pub(crate) fn spoiled(status: u16, name: &'static str, value: Option<&'static str>) -> Step {
    Box::new(move |request| {
        let serial = serial(PUBLIC_KEY_ID);
        let mut answer =
            signed_by(platform_key(), &serial, 0, request, unsigned(status, PARAM_ERROR));
        answer.headers_mut().remove(name);
        if let Some(value) = value {
            answer.headers_mut().insert(name, value.parse().expect("a header"));
        }
        Ok(answer)
    })
}
#[tokio::test]
async fn a_signed_success_is_read() {
    let answer = client_for(answer(200, BILL)).exchange(&query()).await.expect("an answer");
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.request_id.as_deref(), Some("08F0A1B2-0"));
    assert_eq!(answer.body.amount.get(), 10000);
}

#[tokio::test]
async fn success_together_with_close_info_is_read() {
    let bill = client_for(answer(200, BILL)).send(&query()).await.expect("a bill");
    assert_eq!(bill.state, BillState::Success);
    assert_eq!(bill.close_info.expect("close_info").close_reason, "NOT_ENOUGH");
}

#[tokio::test]
async fn words_and_fields_of_tomorrow_are_kept_or_ignored() {
    let body = r#"{"sub_mchid":"1900013401","transaction_id":"4208450740201411110007820472",
        "result":"PARTLY","description":"订单退款","since":2027}"#;
    let request = subsidy::Cancel {
        sub_mchid: "1900013401".parse().expect("a number"),
        transaction_id: "4208450740201411110007820472".parse().expect("a number"),
        description: "订单退款".parse().expect("a text"),
    };
    let cancelled = client_for(answer(200, body)).send(&request).await.expect("an answer");
    assert_eq!(cancelled.result.word(), "PARTLY");
    assert_eq!(cancelled.result.known(), None);
}
#[tokio::test]
async fn a_signed_refusal_is_not_done() {
    let error = failure(answer(400, PARAM_ERROR)).await;
    let api = error.api().expect("an answer");
    assert!(api.verified);
    assert_eq!((api.code.as_str(), api.message.as_str()), ("PARAM_ERROR", "参数错误"));
    assert_eq!(api.detail.as_ref().expect("detail")["location"], "body");
    assert!(error.is(error::PARAM_ERROR));
    assert!(!error.is(error::INVALID_REQUEST));
    assert!(!error.is(ErrorCode { status: 403, code: "PARAM_ERROR" }), "the status counts");
    assert_eq!(error.fate(), Fate::Rejected);
    assert_eq!(
        error.to_string(),
        "the service answered 400, PARAM_ERROR: 参数错误 (Request-ID 08F0A1B2-0)"
    );
}

#[tokio::test]
async fn an_unsigned_refusal_proves_nothing() {
    let empty = spoiled(400, "Wechatpay-Signature", Some(""));
    for step in [bare(400, PARAM_ERROR), empty] {
        let error = failure(step).await;
        assert!(!error.api().expect("an answer").verified);
        assert!(!error.is(error::PARAM_ERROR));
        assert_eq!(error.fate(), Fate::Unknown);
        assert!(error.to_string().contains("not signed"), "{error}");
    }
}
#[tokio::test]
async fn a_limit_is_not_done_and_a_server_error_is_unknown() {
    let limited =
        failure(answer(429, r#"{"code":"FREQUENCY_LIMITED","message":"频率超限"}"#)).await;
    assert_eq!(limited.fate(), Fate::Rejected);
    assert!(limited.is(error::FREQUENCY_LIMITED));
    let failed = failure(answer(500, r#"{"code":"SYSTEM_ERROR","message":"系统异常"}"#)).await;
    assert_eq!(failed.fate(), Fate::Unknown);
    assert_eq!(failure(answer(302, "")).await.fate(), Fate::Unknown);
}

#[tokio::test]
async fn an_answer_of_a_gateway_has_no_code() {
    let error = failure(bare(502, "<html>Bad Gateway</html>")).await;
    assert_eq!(error.api().expect("an answer").code, "");
    assert_eq!(error.to_string(), "the service answered 502, not signed (Request-ID 08F0A1B2-0)");
}

#[tokio::test]
async fn a_signed_success_that_cannot_be_read_is_unknown() {
    for body in ["", "{}", "not JSON"] {
        let error = failure(answer(200, body)).await;
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
        assert_eq!(error.fate(), Fate::Unknown);
    }
}

pub(crate) fn close() -> Close {
    let number = "1217752501201407033233368018".parse().expect("a number");
    Close { out_trade_no: number, mchid: "1900001108".parse().expect("a number") }
}

#[tokio::test]
async fn a_signed_204_is_a_success_without_fields() {
    let answer = client_for(answer(204, "")).exchange(&close()).await.expect("an answer");
    assert_eq!((answer.status, answer.body), (StatusCode::NO_CONTENT, Closed {}));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let error = failure(Box::new(|request| {
        let mut answer = unsigned(200, "");
        *answer.body_mut() = vec![b' '; BODY_BYTES_MAX + 1].into();
        Ok(signed_by(platform_key(), &serial(PUBLIC_KEY_ID), 0, request, answer))
    }));
    let error = error.await;
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert_eq!(error.fate(), Fate::Unknown);
}

#[tokio::test]
async fn a_raw_call_gives_any_answer_that_may_be_trusted() {
    let call = async |step| client_for(step).call_raw(Method::POST, "/v3/any", Bytes::new()).await;

    let nothing = call(answer(204, "")).await.expect("an answer");
    assert_eq!((nothing.status, nothing.verified), (StatusCode::NO_CONTENT, true));
    assert!(nothing.body.is_empty());

    let refused = call(answer(404, r#"{"code":"NOT_FOUND"}"#)).await.expect("an answer");
    assert_eq!((refused.status, refused.verified), (StatusCode::NOT_FOUND, true));

    let unsigned = call(bare(404, "gone")).await.expect("an answer");
    assert_eq!((&*unsigned.body, unsigned.verified), (&b"gone"[..], false));

    let error = call(bare(204, "")).await.expect_err("a success must be signed");
    assert_eq!(*verify_error(&error), VerifyError::Missing("Wechatpay-Timestamp"));
    let error = call(spoiled(404, "Wechatpay-Nonce", Some("x"))).await.expect_err("is signed");
    assert_eq!(*verify_error(&error), VerifyError::BadSignature);
}
