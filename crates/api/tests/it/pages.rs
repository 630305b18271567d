//! Every example of the five pages, as it stands there, read and printed again.

use redress_api::compensation::{self, BillState, Create};
use redress_api::{Endpoint, pay, subsidy, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

pub(crate) const CREATE_REQUEST: &str = include_str!("../pages/create.request.json");
const CREATE_RESPONSE: &str = include_str!("../pages/create.response.json");
const QUERY_RESPONSE: &str = include_str!("../pages/query.response.json");
const CANCEL_RESPONSE: &str = include_str!("../pages/cancel.response.json");
pub(crate) const REVERSE_REQUEST: &str = include_str!("../pages/reverse.request.json");
const REVERSE_RESPONSE: &str = include_str!("../pages/reverse.response.json");
pub(crate) const SUBSIDY_REQUEST: &str = include_str!("../pages/subsidy_cancel.request.json");
const SUBSIDY_RESPONSE: &str = include_str!("../pages/subsidy_cancel.response.json");

pub(crate) const CREATE: &str = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills";
pub(crate) const QUERY: &str =
    "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/plfk2020042013";
pub(crate) const CANCEL: &str =
    "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/plfk2020042013/cancel";
pub(crate) const REVERSE: &str =
    "/v3/pay/transactions/out-trade-no/1217752501201407033233368018/reverse";
pub(crate) const SUBSIDY: &str = "/v3/ecommerce/subsidies/cancel";

/// The page's JSON without its white space, its fields in their order.
fn compact(page: &str) -> String {
    serde_json::from_str::<Json>(page).expect("a page's example is JSON").to_string()
}

fn reads_and_prints<T: Serialize + DeserializeOwned>(page: &str) -> T {
    let value: T = serde_json::from_str(page).expect("the example reads");
    assert_eq!(serde_json::to_string(&value).expect("it prints"), compact(page));
    value
}

/// Through the wire: the page's target and body, decoded and encoded, are the same again.
pub(crate) fn travels<E: Endpoint>(target: &str, page: &str) -> E {
    let Ok(request) = wire::decode::<E>(target, page.as_bytes()) else {
        panic!("the example of {target} is refused");
    };
    let http = wire::encode(&request);
    let checked = wire::encode_checked(&request).expect("what was read obeys the rules");
    assert_eq!((checked.uri(), checked.body()), (http.uri(), http.body()));
    assert_eq!(http.method(), E::METHOD);
    assert_eq!(http.uri().to_string(), target);
    let expected = if page.is_empty() { String::new() } else { compact(page) };
    assert_eq!(std::str::from_utf8(http.body()).expect("UTF-8"), expected);
    request
}

pub(crate) fn answers<E: Endpoint>(page: &str) -> E::Response {
    let response = wire::decode_response::<E>(page.as_bytes()).expect("the example reads");
    assert_eq!(wire::encode_response::<E>(&response), compact(page).as_bytes());
    response
}

#[test]
fn the_create_request() {
    let create: Create = travels(CREATE, CREATE_REQUEST);
    assert_eq!(create, reads_and_prints(CREATE_REQUEST));
    assert_eq!(create.amount.get(), 10_000);
    assert_eq!(create.user_recv_perception.unwrap().as_str(), "退货运费补偿");
    let id = "1217752501201407033233368018".parse().unwrap();
    assert_eq!(create.receiver, compensation::Receiver::transaction_user(id));
}

#[test]
fn the_create_answer() {
    let created = answers::<Create>(CREATE_RESPONSE);
    assert_eq!(created.state, BillState::Success);
    assert_eq!(created.bill_id.as_str().len(), 40);
}

#[test]
fn the_query_travels_in_the_path_alone() {
    let query: compensation::Query = travels(QUERY, "");
    assert_eq!(query.out_bill_no.as_str(), "plfk2020042013");
    let http = wire::encode(&query);
    assert!(!http.headers().contains_key("content-type"), "there is no content");
    assert_eq!(http.headers()["accept"], "application/json");
}

/// X3: the page shows SUCCESS and the reason of a closing in one answer. It must be readable.
#[test]
fn the_query_answer_with_its_contradiction() {
    let bill = answers::<compensation::Query>(QUERY_RESPONSE);
    assert_eq!(bill.state, BillState::Success);
    let close = bill.close_info.unwrap();
    assert_eq!(close.close_reason, "NOT_ENOUGH");
    assert_eq!(Some(close.close_time), bill.success_time);
}

#[test]
fn the_cancel_has_no_body_and_says_that_it_would_be_json() {
    let cancel: compensation::Cancel = travels(CANCEL, "");
    let http = wire::encode(&cancel);
    assert!(http.body().is_empty());
    assert_eq!(http.headers()["content-type"], "application/json");
}

/// X4: the page shows SUCCESS where only CANCELING makes sense. It must be readable.
#[test]
fn the_cancel_answer_with_its_contradiction() {
    let cancelled = answers::<compensation::Cancel>(CANCEL_RESPONSE);
    assert_eq!(cancelled.state, BillState::Success);
    assert_eq!(cancelled.cancel_accept_time.to_string(), "2015-05-20T13:29:35+08:00");
}

#[test]
fn the_reverse_request_and_answer() {
    let reverse: pay::Reverse = travels(REVERSE, REVERSE_REQUEST);
    assert_eq!(reverse.out_trade_no.as_str(), "1217752501201407033233368018");
    let reversed = answers::<pay::Reverse>(REVERSE_RESPONSE);
    assert_eq!(reversed.appid, Some(reverse.appid));
}

/// X16: the answer's appid is optional.
#[test]
fn the_reverse_answer_without_an_appid() {
    let answer = r#"{"mchid":"1230000109","out_trade_no":"1217752501201407033233368018"}"#;
    assert_eq!(answers::<pay::Reverse>(answer).appid, None);
}

#[test]
fn the_subsidy_request_and_answer() {
    let cancel: subsidy::Cancel = travels(SUBSIDY, SUBSIDY_REQUEST);
    assert_eq!(cancel, reads_and_prints(SUBSIDY_REQUEST));
    let cancelled = answers::<subsidy::Cancel>(SUBSIDY_RESPONSE);
    assert_eq!(cancelled.result, subsidy::CancelResult::Success);
    assert_eq!(cancelled.description, cancel.description.as_str());
}

/// X1: the receiver of the Java sample is not one of the page's own types.
#[test]
fn the_receiver_of_the_java_sample_is_refused() {
    let sample = CREATE_REQUEST.replace("TRANSACTION_USER", "MERCHANT");
    let error = wire::decode::<Create>(CREATE, sample.as_bytes()).unwrap_err();
    assert_eq!(
        error.message,
        "输入源“/body/receiver/type”映射到值字段“转账接收方类型”枚举规则校验失败，此字段的可选取值为“TRANSACTION_USER”"
    );
    let sample = r#"{"receiver":{"type":"MERCHANT","mchInfo":{"mchid":"1900001108"}},
        "out_bill_no":"plfk2020042013","amount":10000,"transfer_remark":"直播违规扣罚",
        "sponsor_mchid":"1900001109","transfer_scene_id":"1001","user_recv_perception":"退货运费补偿"}"#;
    let error = wire::decode::<Create>(CREATE, sample.as_bytes()).unwrap_err();
    assert!(error.is_undefined());
    assert_eq!(error.value, serde_json::json!(["/body/receiver/mchInfo"]));
}

/// X2: the members of the receiver are marked optional, and nobody could be paid without them.
#[test]
fn a_receiver_without_its_members_is_refused() {
    for (cut, pointer, label) in [
        ("type", "/body/receiver/type", "转账接收方类型"),
        ("transaction_info", "/body/receiver/transaction_info", "转账接收方订单信息"),
    ] {
        let mut body: Json = serde_json::from_str(CREATE_REQUEST).unwrap();
        body["receiver"].as_object_mut().unwrap().remove(cut);
        let error = wire::decode::<Create>(CREATE, body.to_string().as_bytes()).unwrap_err();
        let words =
            format!("输入源“{pointer}”映射到字段“{label}”必填性规则校验失败，此字段为必填项");
        assert_eq!(error.message, words);
    }
}
