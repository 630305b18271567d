//! Requests and answers between types and HTTP, where they are taken.

use redress_api::compensation::{self, BillState, Cancel, Create};
use redress_api::error::{self, ErrorBody, MESSAGE_CHARS_MAX};
use redress_api::{Endpoint, Open, ParamError, TransactionId, pay, subsidy, wire};
use serde_json::{Value as Json, json};

use crate::pages::{
    CANCEL, CREATE, CREATE_REQUEST, QUERY, REVERSE, REVERSE_REQUEST, SUBSIDY, SUBSIDY_REQUEST,
};

fn create(change: impl FnOnce(&mut Json)) -> Result<Create, ParamError> {
    let mut body: Json = serde_json::from_str(CREATE_REQUEST).expect("the example is JSON");
    change(&mut body);
    wire::decode(CREATE, body.to_string().as_bytes())
}

fn reverse(number: &str) -> Result<pay::Reverse, ParamError> {
    let target = format!("/v3/pay/transactions/out-trade-no/{number}/reverse");
    wire::decode(&target, REVERSE_REQUEST.as_bytes())
}

#[test]
fn a_star_in_a_path_is_read_plain_or_escaped_and_printed_escaped_once() {
    let plain = reverse("a*b_c-1").unwrap();
    let escaped = reverse("a%2Ab_c-1").unwrap();
    let lower = reverse("a%2ab%5fc%2D1").unwrap();
    assert_eq!(plain, escaped);
    assert_eq!(plain, lower);
    assert_eq!(plain.out_trade_no.as_str(), "a*b_c-1");
    let http = wire::encode(&plain);
    assert_eq!(http.uri().path(), "/v3/pay/transactions/out-trade-no/a%2Ab_c-1/reverse");
    assert!(reverse("a%252Ab_c-1").is_err(), "escaped twice");
}

/// What is not UTF-8 is not read as something else.
#[test]
fn a_target_that_is_not_utf8_is_refused() {
    for escaped in ["%ff", "%e4%b8", "%ED%A0%80", "%C0%AF", "%f8%88%80%80%80"] {
        let error = reverse(&format!("abcdef{escaped}")).unwrap_err();
        assert_eq!(error, ParamError::generic());
        for query in [format!("mchid={escaped}"), format!("a=%e4&{escaped}=%b8%ad")] {
            let target = format!("/v3/pay/transactions/out-trade-no/abcdef?{query}");
            let error = wire::decode::<pay::Query>(&target, b"").unwrap_err();
            assert_eq!(error, ParamError::generic(), "{query}");
        }
    }
    let target = "/v3/pay/transactions/out-trade-no/%61bcdef?mc%68id=%31900000109";
    assert!(wire::decode::<pay::Query>(target, b"").is_ok());
}

#[test]
fn a_path_is_case_sensitive() {
    let upper = reverse("ABCDEF").unwrap();
    let lower = reverse("abcdef").unwrap();
    assert_ne!(upper, lower);
}

#[test]
fn optional_fields_may_be_left_out() {
    let taken = create(|body| {
        let body = body.as_object_mut().unwrap();
        body.remove("transfer_scene_id");
        body.remove("user_recv_perception");
        body["receiver"]["transaction_info"].as_object_mut().unwrap().remove("type");
    });
    let create = taken.unwrap();
    assert_eq!(create.transfer_scene_id, None);
    assert_eq!(create.receiver.transaction_info.r#type, None);
    let printed = String::from_utf8(wire::encode(&create).into_body().to_vec()).unwrap();
    assert!(!printed.contains("null"));
    assert!(!printed.contains("transfer_scene_id"));
}

#[test]
fn a_scene_needs_no_perception() {
    let without =
        |field: &'static str| create(move |body| drop(body.as_object_mut().unwrap().remove(field)));
    assert!(without("user_recv_perception").is_ok());
    assert!(without("transfer_scene_id").is_err());
}

#[test]
fn values_at_their_limits_are_taken() {
    let remark = "罚".repeat(32);
    let number = "Z".repeat(32);
    let transaction = "9".repeat(64);
    let sponsor = "1".repeat(32);
    let taken = create(|body| {
        body["transfer_remark"] = json!(remark);
        body["out_bill_no"] = json!(number);
        body["amount"] = json!(i64::MAX);
        body["sponsor_mchid"] = json!(sponsor);
        body["receiver"]["transaction_info"]["transaction_id"] = json!(transaction);
        body["transfer_scene_id"] = json!("场".repeat(36));
        body["user_recv_perception"] = json!("一二三四五六七八九十");
    });
    let create = taken.unwrap();
    assert_eq!(create.amount.get(), i64::MAX);
    assert_eq!(create.transfer_remark.as_str(), remark);
}

#[test]
fn one_fen_is_enough() {
    assert!(create(|body| body["amount"] = json!(1)).is_ok());
}

#[test]
fn the_order_of_fields_and_white_space_do_not_matter() {
    let page: Json = serde_json::from_str(CREATE_REQUEST).unwrap();
    let turned: serde_json::Map<String, Json> =
        page.as_object().unwrap().clone().into_iter().rev().collect();
    let turned = format!("\r\n\t {} \n", serde_json::to_string_pretty(&turned).unwrap());
    let turned: Create = wire::decode(CREATE, turned.as_bytes()).unwrap();
    let straight: Create = wire::decode(CREATE, CREATE_REQUEST.as_bytes()).unwrap();
    assert_eq!(turned, straight);
    assert_eq!(wire::encode(&turned).into_body(), page.to_string());
}

#[test]
fn escapes_in_json_are_read() {
    let escaped =
        CREATE_REQUEST.replace("\"amount\"", r#""\u0061mount""#).replace("直播", r"\u76f4\u64ad");
    let escaped: Create = wire::decode(CREATE, escaped.as_bytes()).unwrap();
    assert_eq!(escaped.transfer_remark.as_str(), "直播违规扣罚");
}

/// SDKs print "no body" in several ways and sign what they print.
#[test]
fn a_cancel_takes_every_spelling_of_no_body() {
    let bodies: [&[u8]; 10] =
        [b"", b"null", b"null\n", b"{}", b"[]", b"\"\"", b" {} ", b"\r\n", b"{ }", b"{\n}\n"];
    for body in bodies {
        let cancel: Cancel = wire::decode(CANCEL, body).unwrap();
        assert_eq!(cancel.out_bill_no.as_str(), "plfk2020042013");
    }
    let bodies: [&[u8]; 8] =
        [b"\"x\"", b"0", b"[{}]", b"{}{}", b"nul", b"false", b"\xef\xbb\xbf", b"\xff"];
    for body in bodies {
        let error = wire::decode::<Cancel>(CANCEL, body).unwrap_err();
        assert_eq!(error, ParamError::generic());
    }
}

#[test]
fn a_body_with_fields_cannot_be_empty() {
    for body in ["", "null", "[]"] {
        let error = wire::decode::<subsidy::Cancel>(SUBSIDY, body.as_bytes()).unwrap_err();
        assert_eq!(error, ParamError::generic());
    }
}

#[test]
fn the_query_takes_a_known_business_type_and_forgets_it() {
    let plain: compensation::Query = wire::decode(QUERY, b"").unwrap();
    for word in [
        "DEPOSIT_COMPENSATION",
        "PLATFORM_AFTER_SALES_COMPENSATION",
        "INSURANCE_CLAIM",
        "DEPOSIT_AFTER_SALES_COMPENSATION",
        "INSURANCE%5FCLAIM",
    ] {
        let target = format!("{QUERY}?business_type={word}");
        let query: compensation::Query = wire::decode(&target, b"").unwrap();
        assert_eq!(query, plain);
    }
    let query: compensation::Query = wire::decode(&format!("{QUERY}?"), b"").unwrap();
    assert_eq!(wire::encode(&query).uri().to_string(), QUERY);
    assert!(
        wire::decode::<Cancel>(&format!("{CANCEL}?business_type=INSURANCE_CLAIM"), b"").is_err()
    );
}

/// What an attacker sends is not sent back at length.
#[test]
fn huge_values_are_cut_short() {
    let text = "x".repeat(60_000);
    let error = create(|body| body["out_bill_no"] = json!(text.clone() + "-")).unwrap_err();
    assert_eq!(error.value, json!(60_001), "a length is short by itself");

    let error = create(|body| body["amount"] = json!(text)).unwrap_err();
    assert_eq!(error.value, json!("x".repeat(64)), "the beginning of the text, without its quote");
    let error = create(|body| body["amount"] = json!("名".repeat(86))).unwrap_err();
    assert_eq!(error.value, json!("名".repeat(64)), "258 bytes, cut between characters");
    let error = create(|body| body["amount"] = json!(["名".repeat(85)])).unwrap_err();
    assert_eq!(error.value, json!(format!("[\"{}", "名".repeat(62))));
    let error = create(|body| body["amount"] = json!(vec![1; 30_000])).unwrap_err();
    assert!(error.value.as_str().unwrap().starts_with("[1,1,"));
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!({ "deeper": deep });
    }
    let error = create(|body| body["amount"] = deep).unwrap_err();
    assert!(error.detail().unwrap().to_string().len() < 512);

    let many = create(|body| {
        for number in 0..1_000 {
            body[format!("{}{number}", "名".repeat(1_000))] = json!(number);
        }
    });
    let error = many.unwrap_err();
    assert!(error.is_undefined());
    let pointers = error.value.as_array().unwrap();
    assert_eq!(pointers.len(), 16);
    for pointer in pointers {
        let pointer = pointer.as_str().unwrap();
        assert!(pointer.starts_with("/body/名"));
        assert_eq!(pointer.chars().count(), 64);
    }
}

#[test]
fn a_short_value_is_shown_whole() {
    let text = "x".repeat(200);
    let error = create(|body| body["amount"] = json!(text)).unwrap_err();
    assert_eq!(error.value, json!(text));
}

#[test]
fn an_error_body_stands_in_alphabetical_order_within_its_limit() {
    let error = create(|body| body["amount"] = json!(0)).unwrap_err();
    let body = ErrorBody::new(error::PARAM_ERROR, &error.message, error.detail());
    assert_eq!(
        serde_json::to_string(&body).unwrap(),
        "{\"code\":\"PARAM_ERROR\",\"detail\":{\"location\":\"body\",\"value\":0},\"message\":\"输入源“/body/amount”映射到数值字段“赔付金额”规则校验失败，值低于最小值 1\"}"
    );
    let long = ErrorBody::new(error::SYSTEM_ERROR, &"忙".repeat(300), None);
    assert_eq!(long.message.chars().count(), MESSAGE_CHARS_MAX);
    assert!(!serde_json::to_string(&long).unwrap().contains("detail"));
}

/// Captured bodies: keys in any order, `detail` of any shape, `message` missing.
#[test]
fn error_bodies_of_the_live_service_are_read() {
    for captured in [
        r#"{"code":"PARAM_ERROR","message":"参数错误"}"#,
        r#"{"code":"PARAM_ERROR","detail":{"location":null,"value":["/body/payer/openid"]},"message":"请求中含有未在API文档中定义的参数"}"#,
        r#"{"code":"SIGN_ERROR","message":"错误的签名，验签失败","detail":{"detail":{"issue":"sign not match"},"field":"signature","location":"authorization","sign_information":{"method":"GET","sign_message_length":66,"truncated_sign_message":"GET\n/v3/certificates\n","url":"/v3/certificates"}}}"#,
        r#"{"code":"NEW_CODE"}"#,
        r#"{"message":"m","more":1,"code":"C"}"#,
    ] {
        let body: ErrorBody = serde_json::from_str(captured).unwrap();
        assert!(!body.code.is_empty());
    }
    assert!(serde_json::from_str::<ErrorBody>(r#"{"message":"m"}"#).is_err());
}

#[test]
fn an_answer_may_have_fields_and_words_that_no_page_lists() {
    let answer = r#"{"out_bill_no":"a1","bill_id":"1","state":"FROZEN","cancel_accept_time":
        "2015-05-20T05:29:35.999Z","trace":{"a":null}}"#;
    let cancelled = wire::decode_response::<Cancel>(answer.as_bytes()).unwrap();
    assert_eq!(cancelled.state, Open::Unknown("FROZEN".into()));
    assert_eq!(cancelled.state.word(), "FROZEN");
    assert_eq!(cancelled.state.known(), None);
    assert_ne!(cancelled.state, BillState::Closed);
    assert_eq!(cancelled.cancel_accept_time.to_string(), "2015-05-20T13:29:35+08:00");
    let printed = wire::encode_response::<Cancel>(&cancelled);
    assert!(printed.windows(8).any(|window| window == b"\"FROZEN\""));

    let fail = SUBSIDY_REQUEST.replacen('{', "{\"result\":\"FAIL\",", 1);
    let cancelled = wire::decode_response::<subsidy::Cancel>(fail.as_bytes()).unwrap();
    assert_eq!(cancelled.result, subsidy::CancelResult::Fail);
}

#[test]
fn an_answer_without_a_promised_field_is_refused() {
    let answers: [&[u8]; 4] = [b"", b"{}", b"null", b"{\"out_bill_no\":\"a1\"}"];
    for answer in answers {
        assert!(wire::decode_response::<Cancel>(answer).is_err());
    }
}

/// A client can be made to send a word that its version does not know; the server refuses it.
#[test]
fn a_request_with_an_unlisted_word_prints_and_is_refused() {
    let mut request: Create = wire::decode(CREATE, CREATE_REQUEST.as_bytes()).unwrap();
    request.receiver.r#type = Open::Unknown("MERCHANT".into());
    let http = wire::encode(&request);
    assert!(wire::decode::<Create>(CREATE, http.body()).is_err());
}

#[test]
fn every_request_survives_the_wire() {
    fn survives<E: Endpoint + PartialEq + std::fmt::Debug>(target: &str, body: &str) {
        let request: E = wire::decode(target, body.as_bytes()).expect("it reads");
        let http = wire::encode(&request);
        let again: E = wire::decode(&http.uri().to_string(), http.body()).expect("it reads again");
        assert_eq!(request, again);
    }
    survives::<Create>(CREATE, CREATE_REQUEST);
    survives::<compensation::Query>(QUERY, "");
    survives::<Cancel>(CANCEL, "");
    survives::<pay::Reverse>(REVERSE, REVERSE_REQUEST);
    survives::<subsidy::Cancel>(SUBSIDY, SUBSIDY_REQUEST);
    let id: TransactionId = "4200000000202411110007820472".parse().unwrap();
    let receiver = compensation::Receiver::transaction_user(id);
    let printed = serde_json::to_value(&receiver).unwrap();
    assert_eq!(printed["transaction_info"]["type"], "WXPAY");
}
