//! Query, close and reverse of orders, and the query of a bill by its number, on the wire.

use http::StatusCode;
use redress_api::compensation::QueryById as BillById;
use redress_api::pay::{Amount, Closed, TradeState, TradeType};
use redress_api::{Endpoint, Fen, Open, ParamError, partner, pay, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

const NUMBER: &str = "/v3/pay/transactions/out-trade-no/1217752501201407033233368018";
const ID: &str = "/v3/pay/transactions/id/1217752501201407033233368018";
const PARTNER_NUMBER: &str =
    "/v3/pay/partner/transactions/out-trade-no/1217752501201407033233368018";
const PARTNER_ID: &str = "/v3/pay/partner/transactions/id/1217752501201407033233368018";
const BILL: &str = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/bill-id/1330000071100999991182020050700019480001";

const MCHID: &str = "mchid=1230000109";
const PARTIES: &str = "sp_mchid=1230000109&sub_mchid=1900000109";

/// The request, after it was printed as it came.
fn travels<E: Endpoint>(target: &str, body: &str) -> E {
    let request: E = wire::decode(target, body.as_bytes()).expect("it reads");
    let http = wire::encode(&request);
    assert_eq!(http.method(), E::METHOD);
    assert_eq!(http.uri().to_string(), target);
    assert_eq!(std::str::from_utf8(http.body()).expect("UTF-8"), body);
    let says_json = http.headers().contains_key("content-type");
    assert_eq!(says_json, E::METHOD != http::Method::GET, "a GET has no content");
    request
}

fn error_of<E: Endpoint>(target: &str, body: &str) -> ParamError {
    let Err(error) = wire::decode::<E>(target, body.as_bytes()) else {
        panic!("{target} {body} is taken");
    };
    error
}

#[test]
fn queries_travel_in_path_and_query_string() {
    let query: pay::Query = travels(&format!("{NUMBER}?{MCHID}"), "");
    assert_eq!(query.out_trade_no.as_str(), "1217752501201407033233368018");
    assert_eq!(query.mchid.as_str(), "1230000109");
    let query: pay::QueryById = travels(&format!("{ID}?{MCHID}"), "");
    assert_eq!(query.transaction_id.as_str(), "1217752501201407033233368018");
    let query: partner::Query = travels(&format!("{PARTNER_NUMBER}?{PARTIES}"), "");
    assert_eq!(query.sp_mchid.as_str(), "1230000109");
    assert_eq!(query.sub_mchid.as_str(), "1900000109");
    travels::<partner::QueryById>(&format!("{PARTNER_ID}?{PARTIES}"), "");
    let query: BillById = travels(BILL, "");
    assert_eq!(query.bill_id.as_str().len(), 40);
}

#[test]
fn closes_and_reverses_travel_in_path_and_body() {
    let body = r#"{"mchid":"1230000109"}"#;
    let close: pay::Close = travels(&format!("{NUMBER}/close"), body);
    assert_eq!(close.mchid.as_str(), "1230000109");
    let body = r#"{"sp_mchid":"1230000109","sub_mchid":"1900000109"}"#;
    let close: partner::Close = travels(&format!("{PARTNER_NUMBER}/close"), body);
    assert_eq!(close.sub_mchid.as_str(), "1900000109");
    let target = format!("{PARTNER_NUMBER}/reverse");
    let reverse: partner::Reverse = travels(&target, body);
    assert_eq!((reverse.sp_appid, reverse.sub_appid), (None, None));
    let body = r#"{"sp_appid":"wx8888888888888888","sp_mchid":"1230000109","sub_appid":"wxd678efh567hg6999","sub_mchid":"1900000109"}"#;
    let reverse: partner::Reverse = travels(&target, body);
    assert_eq!(reverse.sub_appid, Some("wxd678efh567hg6999".parse().unwrap()));
}

#[test]
fn a_query_string_in_any_order_and_escaped() {
    let plain: partner::Query = travels(&format!("{PARTNER_NUMBER}?{PARTIES}"), "");
    for query in [
        "sub_mchid=1900000109&sp_mchid=1230000109",
        "sp_mchid=%31230000109&sub%5Fmchid=1900000109",
        "&sp_mchid=1230000109&&sub_mchid=1900000109&",
    ] {
        let target = format!("{PARTNER_NUMBER}?{query}");
        assert_eq!(wire::decode::<partner::Query>(&target, b""), Ok(plain.clone()));
    }
    let star: pay::Query =
        travels(&format!("/v3/pay/transactions/out-trade-no/a%2Ab-c_?{MCHID}"), "");
    assert_eq!(star.out_trade_no.as_str(), "a*b-c_");
}

#[test]
fn a_missing_merchant_is_looked_for_in_the_query_string() {
    let missing = |error: ParamError, name: &str, label: &str| {
        let words =
            format!("输入源“/query/{name}”映射到字段“{label}”必填性规则校验失败，此字段为必填项");
        assert_eq!(error.message, words);
        assert_eq!(error.detail(), Some(json!({ "location": "query", "value": "" })));
    };
    for query in ["", "?", "?&"] {
        let error = error_of::<pay::Query>(&format!("{NUMBER}{query}"), "");
        missing(error, "mchid", "直连商户号");
        let error = error_of::<pay::QueryById>(&format!("{ID}{query}"), "");
        missing(error, "mchid", "直连商户号");
        let error = error_of::<partner::QueryById>(&format!("{PARTNER_ID}{query}"), "");
        missing(error, "sp_mchid", "服务商户号");
    }
    let error = error_of::<partner::Query>(&format!("{PARTNER_NUMBER}?sub_mchid=1"), "");
    missing(error, "sp_mchid", "服务商户号");
    let error = error_of::<partner::Query>(&format!("{PARTNER_NUMBER}?sp_mchid=1"), "");
    missing(error, "sub_mchid", "子商户号");
}

#[test]
fn a_query_string_that_the_page_does_not_define() {
    for (query, pointers) in [
        ("mchid=1&appid=wx1", &["/query/appid"][..]),
        ("MCHID=1", &["/query/MCHID"]),
        ("mchid=1&out_trade_no=1217752501201407033233368018", &["/query/out_trade_no"]),
        ("b=1&a=2", &["/query/b", "/query/a"]),
    ] {
        let error = error_of::<pay::Query>(&format!("{NUMBER}?{query}"), "");
        assert!(error.is_undefined());
        assert_eq!(error.detail(), Some(json!({ "location": null, "value": pointers })), "{query}");
    }
    let error = error_of::<BillById>(&format!("{BILL}?business_type=INSURANCE_CLAIM"), "");
    assert!(error.is_undefined(), "the other query's alone");
    let body = r#"{"mchid":"1230000109"}"#;
    let error = error_of::<pay::Close>(&format!("{NUMBER}/close?{MCHID}"), body);
    assert_eq!(error.value, json!(["/query/mchid"]));
}

#[test]
fn a_merchant_twice_or_not_a_number() {
    let error = error_of::<pay::Query>(&format!("{NUMBER}?{MCHID}&{MCHID}"), "");
    assert_eq!(error, ParamError::generic());
    for (value, printed) in [("0123", "0123"), ("12a", "12a"), ("+1", " 1"), ("%EF%BC%91", "１")] {
        let error = error_of::<pay::Query>(&format!("{NUMBER}?mchid={value}"), "");
        assert_eq!(
            error.message,
            r"输入源“/query/mchid”映射到值字段“直连商户号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”"
        );
        assert_eq!(error.detail(), Some(json!({ "location": "query", "value": printed })));
    }
    let error = error_of::<pay::Query>(&format!("{NUMBER}?mchid="), "");
    assert_eq!(
        error.message,
        "输入源“/query/mchid”映射到值字段“直连商户号”字符串规则校验失败，字符数 0，小于最小值 1"
    );
}

/// The path is looked at before the query string.
#[test]
fn numbers_in_the_path() {
    let error = error_of::<pay::Query>("/v3/pay/transactions/out-trade-no/short", "");
    assert_eq!(
        error.message,
        "输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字节数 5，小于最小值 6"
    );
    let error = error_of::<pay::QueryById>("/v3/pay/transactions/id/1-1", "");
    assert!(error.message.starts_with("输入源“/uri_template/transaction_id”映射到值字段"));
    let error = error_of::<BillById>(&BILL.replace("1330", "1_30"), "");
    assert!(error.message.starts_with("输入源“/uri_template/bill_id”映射到值字段"));
}

#[test]
fn a_query_has_no_body() {
    let target = format!("{NUMBER}?{MCHID}");
    for body in ["{}", "null", "[]", " "] {
        assert!(wire::decode::<pay::Query>(&target, body.as_bytes()).is_ok(), "{body}");
    }
    assert_eq!(error_of::<pay::Query>(&target, "1"), ParamError::generic());
    // What belongs into the query string is no field of the body.
    for target in [NUMBER, &target] {
        let error = error_of::<pay::Query>(target, r#"{"mchid":"1230000109"}"#);
        assert_eq!(error.value, json!(["/body/mchid"]));
    }
    let body = r#"{"out_trade_no":"1217752501201407033233368018"}"#;
    let error = error_of::<pay::Query>(&target, body);
    assert_eq!(
        error.message,
        "无法将输入源“/body/out_trade_no”映射到目标字段“商户订单号”中，此字段并非多重字段但被输入源“/uri_template/out_trade_no”映射过了。"
    );
}

#[test]
fn a_close_needs_its_body() {
    let target = format!("{NUMBER}/close");
    for body in ["", "null", "[]"] {
        assert_eq!(error_of::<pay::Close>(&target, body), ParamError::generic());
    }
    let error = error_of::<pay::Close>(&target, "{}");
    assert_eq!(
        error.message,
        "输入源“/body/mchid”映射到字段“直连商户号”必填性规则校验失败，此字段为必填项"
    );
    let error = error_of::<pay::Close>(&target, r#"{"mchid":"1","reason":"x"}"#);
    assert_eq!(error.value, json!(["/body/reason"]));
    let target = format!("{PARTNER_NUMBER}/close");
    let error = error_of::<partner::Close>(&target, r#"{"sp_mchid":"1","sub_mchid":1}"#);
    assert_eq!(
        error.message,
        "无法将 JSON 输入源“/body/sub_mchid”映射到目标字段“子商户号”中，此字段需要一个 string 类型的 Json 值"
    );
    let target = format!("{PARTNER_NUMBER}/reverse");
    let body = r#"{"sp_appid":null,"sp_mchid":"1","sub_mchid":"1"}"#;
    assert_eq!(error_of::<partner::Reverse>(&target, body).value, json!(["/body/sp_appid"]));
}

/// 204: nothing comes back, and a client that has to read something reads `{}`.
#[test]
fn a_close_answers_with_nothing() {
    assert!(wire::encode_response::<pay::Close>(&Closed {}).is_empty());
    assert!(wire::encode_response::<partner::Close>(&Closed {}).is_empty());
    assert_eq!(pay::Close::status(&Closed {}), StatusCode::NO_CONTENT);
    assert_eq!(partner::Close::status(&Closed {}), StatusCode::NO_CONTENT);
    assert_eq!(wire::decode_response::<pay::Close>(b"{}").unwrap(), Closed {});
    assert_eq!(wire::decode_response::<pay::Close>(br#"{"new":[1]}"#).unwrap(), Closed {});
    assert!(wire::decode_response::<pay::Close>(b"").is_err());
}

fn compact(text: &str) -> String {
    serde_json::from_str::<Json>(text).expect("JSON").to_string()
}

fn reads_and_prints<T: Serialize + DeserializeOwned>(text: &str) -> T {
    let value: T = serde_json::from_str(text).expect("it reads");
    assert_eq!(serde_json::to_string(&value).expect("it prints"), compact(text));
    value
}

#[test]
fn an_order_prints_in_the_order_of_the_page() {
    let text = r#"{
        "appid": "wxd678efh567hg6787", "mchid": "1230000109",
        "out_trade_no": "1217752501201407033233368018",
        "transaction_id": "1217752501201407033233368018", "trade_type": "MICROPAY",
        "trade_state": "SUCCESS", "trade_state_desc": "支付成功", "bank_type": "OTHERS",
        "attach": "x", "success_time": "2018-06-08T10:34:56+08:00",
        "payer": { "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
        "amount": { "total": 100, "payer_total": 100, "currency": "CNY", "payer_currency": "CNY" }
    }"#;
    let order: pay::Order = reads_and_prints(text);
    assert_eq!(order.trade_state, TradeState::Success);
    assert_eq!(order.trade_type, Some(Open::Known(TradeType::Micropay)));
    assert_eq!(order.amount, Some(Amount::of(Fen::new(100), true)));
    assert_eq!(pay::Query::status(&order), StatusCode::OK);
    assert_eq!(wire::encode_response::<pay::QueryById>(&order), compact(text));
    let text = text
        .replace(r#""appid""#, r#""sp_appid""#)
        .replace(
            r#""mchid": "1230000109""#,
            r#""sp_mchid": "1230000109", "sub_appid": "wx1", "sub_mchid": "1900000109""#,
        )
        .replace(r#""openid""#, r#""sp_openid""#);
    let order: partner::Order = reads_and_prints(&text);
    assert_eq!(order.sub_mchid.as_str(), "1900000109");
    assert_eq!(order.payer.unwrap().sub_openid, None);
}

/// The service may add fields, states and ways to pay, and leaves out what is not there.
#[test]
fn an_order_of_the_live_service_is_read() {
    let short = r#"{"appid":"wx1","mchid":"1","out_trade_no":"abcdef","trade_state":"ACCEPT","trade_state_desc":"已接收"}"#;
    let order: pay::Order = reads_and_prints(short);
    assert_eq!(order.trade_state, Open::Unknown("ACCEPT".into()));
    assert_eq!((order.success_time, order.payer, order.amount), (None, None, None));
    let more =
        short.replacen('{', r#"{"promotion_detail":[],"scene_info":null,"trade_type":"VR","#, 1);
    let order = wire::decode_response::<pay::Query>(more.as_bytes()).unwrap();
    assert_eq!(order.trade_type, Some(Open::Unknown("VR".into())));
    assert!(wire::decode_response::<pay::Query>(b"{}").is_err());
}

#[test]
fn an_unpaid_amount_says_nothing_of_its_payer() {
    let amount = |paid| serde_json::to_string(&Amount::of(Fen::new(100), paid)).unwrap();
    assert_eq!(amount(false), r#"{"total":100,"currency":"CNY"}"#);
    assert_eq!(
        amount(true),
        r#"{"total":100,"payer_total":100,"currency":"CNY","payer_currency":"CNY"}"#
    );
}
