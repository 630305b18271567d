//! Profit sharing on the wire: fields, words of the errors, and names that are never shown.

use redress_api::sharing::{
    AddReceiver, Amounts, Create, CreateReturn, Created, DeleteReceiver, Finish, Query,
    QueryReturn, ReceiverType, Returned, Share, ShareResult, Unsplit,
};
use redress_api::{Endpoint, ErrorCode, Fen, ParamError, Rate, Supported, error, wire};
use serde_json::{Value as Json, json};

use crate::facts::{Facts, at};
use crate::fields::printed;

const ORDERS: &str = "/v3/ecommerce/profitsharing/orders";
const RETURNS: &str = "/v3/ecommerce/profitsharing/returnorders";
const FINISH: &str = "/v3/ecommerce/profitsharing/finish-order";
const AMOUNTS: &str = "/v3/ecommerce/profitsharing/orders/{transaction_id}/amounts";
const ADD: &str = "/v3/ecommerce/profitsharing/receivers/add";
const DELETE: &str = "/v3/ecommerce/profitsharing/receivers/delete";

const fn facts(
    method: &'static str,
    path: &'static str,
    title: &'static str,
    page: &'static str,
    updated: Option<&'static str>,
    errors: &'static [ErrorCode],
) -> Facts {
    let supported = Supported::Ecommerce;
    Facts { method, path, title, page, updated, supported, rates: &[], errors }
}

const ASKED: &[ErrorCode] = &[error::RESOURCE_NOT_EXISTS, error::FREQUENCY_LIMITED];
const MOVED: &[ErrorCode] = &[error::NO_AUTH, error::NOT_ENOUGH, error::FREQUENCY_LIMITED];
const LISTED: &[ErrorCode] = &[error::NO_AUTH, error::FREQUENCY_LIMITED];

/// What the pages say about their endpoints.
pub(crate) const FACTS: &[Facts] = &[
    Facts {
        rates: &[Rate::page(2000), Rate::page(300).per("sub_mchid")],
        ..facts(
            "POST",
            ORDERS,
            "请求分账",
            "doc/v3/partner/4012691594",
            Some("2025-09-29"),
            &[error::NO_AUTH, error::RULE_LIMIT, error::NOT_ENOUGH, error::FREQUENCY_LIMITED],
        )
    },
    facts("GET", ORDERS, "查询分账结果", "doc/v3/partner/4012477734", Some("2024-11-04"), ASKED),
    facts("POST", RETURNS, "请求分账回退", "doc/v3/partner/4012477737", None, MOVED),
    facts("GET", RETURNS, "查询分账回退结果", "doc/v3/partner/4012477740", None, ASKED),
    Facts {
        rates: &[Rate::page(60).per("sub_mchid")],
        ..facts("POST", FINISH, "完结分账", "doc/v3/partner/4012477745", Some("2023-09-25"), MOVED)
    },
    facts("GET", AMOUNTS, "查询订单剩余待分金额", "doc/v3/partner/4012477751", None, ASKED),
    facts("POST", ADD, "添加分账接收方", "doc/v3/partner/4012477758", Some("2025-09-29"), LISTED),
    facts("POST", DELETE, "删除分账接收方", "doc/v3/partner/4012477759", None, LISTED),
];

/// The example of the create's page.
const CREATE: &str = r#"{"appid":"wx8888888888888888","sub_mchid":"1900000109","transaction_id":"4208450740201411110007820472","out_order_no":"P20150806125346","receivers":[{"type":"MERCHANT_ID","receiver_account":"1900000109","amount":190,"description":"分给商户1900000109","receiver_name":"hu89ohu89ohu89o"}],"finish":true}"#;
const RETURN: &str = r#"{"sub_mchid":"1900000109","order_id":"3008450740201411110007820472","out_order_no":"P20150806125346","out_return_no":"R20190516001","return_mchid":"86693852","amount":10,"description":"分账回退"}"#;
const RECEIVER: &str = r#"{"appid":"wx8888888888888888","type":"MERCHANT_ID","account":"190001001","name":"示例商户全称","relation_type":"SUPPLIER"}"#;

fn travels<E: Endpoint>(target: &str, body: &str) -> E {
    let request: E = wire::decode(target, body.as_bytes()).expect("it reads");
    let http = wire::encode(&request);
    assert_eq!((http.method(), http.uri().to_string().as_str()), (&E::METHOD, target));
    assert_eq!(std::str::from_utf8(http.body()).expect("UTF-8"), body);
    request
}

fn error_of<E: Endpoint>(target: &str, body: &str) -> ParamError {
    let Err(error) = wire::decode::<E>(target, body.as_bytes()) else {
        panic!("{target} {body} is taken");
    };
    error
}

fn changed(body: &str, change: impl FnOnce(&mut Json)) -> String {
    let mut body = serde_json::from_str(body).expect("JSON");
    change(&mut body);
    body.to_string()
}

#[test]
fn requests_travel_in_body_path_and_query_string() {
    let create: Create = travels(ORDERS, CREATE);
    assert_eq!(create.receivers[0].r#type, ReceiverType::Merchant);
    let numbers = "sub_mchid=1900000109&transaction_id=4208450740201411110007820472&out_order_no=P20150806125346";
    travels::<Query>(&format!("{ORDERS}?{numbers}"), "");
    travels::<CreateReturn>(RETURNS, RETURN);
    let numbers = "sub_mchid=1900000109&out_return_no=R20190516001&out_order_no=P20150806125346";
    travels::<QueryReturn>(&format!("{RETURNS}?{numbers}"), "");
    travels::<Amounts>(&format!("{ORDERS}/4208450740201411110007820472/amounts"), "");
    travels::<Finish>(
        FINISH,
        r#"{"sub_mchid":"1900000109","transaction_id":"4208450740201411110007820472","out_order_no":"P20150806125346","description":"分账完结"}"#,
    );
    travels::<AddReceiver>(ADD, RECEIVER);
    travels::<DeleteReceiver>(DELETE, r#"{"type":"MERCHANT_ID","account":"190001001"}"#);
}

#[test]
fn answers_print_in_the_order_of_the_pages() {
    let detail = r#"{"amount":190,"description":"分给商户","result":"SUCCESS","finish_time":"2015-05-20T13:29:35+08:00","type":"MERCHANT_ID","receiver_account":"1900000109","detail_id":"36011111111111111111111"}"#;
    let head = r#""sub_mchid":"1900000109","transaction_id":"4208450740201411110007820472","out_order_no":"P20150806125346","order_id":"3008450740201411110007820472""#;
    let text = format!(r#"{{{head},"status":"FINISHED","receivers":[{detail}]}}"#);
    let share: Share = wire::decode_response::<Query>(text.as_bytes()).expect("it reads");
    assert_eq!(wire::encode_response::<Query>(&share), text);
    assert_eq!(share.receivers.as_ref().expect("receivers")[0].result, ShareResult::Success);
    let created = Created::from(share);
    let text = format!(r#"{{{head},"receivers":[{detail}],"status":"FINISHED"}}"#);
    assert_eq!(wire::encode_response::<Create>(&created), text);

    let finish = format!(
        r#"{{{head},"status":"FINISHED","finish_amount":100,"finish_description":"分账完结"}}"#
    );
    let share: Share = wire::decode_response::<Query>(finish.as_bytes()).expect("it reads");
    assert_eq!(wire::encode_response::<Query>(&share), finish);
    assert!(Created::from(share).receivers.is_empty());

    // The live service may close a receiver, and gain fields and words.
    let closed = text
        .replace("SUCCESS", "CLOSED")
        .replace(r#""type":"#, r#""fail_reason":"NEW_ONE","abnormal_status":"X","type":"#);
    let closed = wire::decode_response::<Create>(closed.as_bytes()).expect("it reads");
    assert_eq!(closed.receivers[0].fail_reason.as_ref().expect("a reason").word(), "NEW_ONE");

    let text = r#"{"sub_mchid":"1900000109","order_id":"1","out_order_no":"P","out_return_no":"R","return_mchid":"86693852","amount":10,"return_no":"3","result":"PROCESSING","transaction_id":"4"}"#;
    let returned: Returned = wire::decode_response::<CreateReturn>(text.as_bytes()).expect("reads");
    assert_eq!(wire::encode_response::<QueryReturn>(&returned), text);
    let left = Unsplit { transaction_id: "4".parse().expect("id"), unsplit_amount: Fen::ZERO };
    assert_eq!(
        wire::encode_response::<Amounts>(&left),
        r#"{"transaction_id":"4","unsplit_amount":0}"#
    );
}

#[test]
fn receivers_are_one_to_fifty_and_named_as_their_type_demands() {
    let words = |body: String| error_of::<Create>(ORDERS, &body).message;
    let many = |count: usize| {
        changed(CREATE, |body| {
            let receiver = body["receivers"][0].clone();
            body["receivers"] = vec![receiver; count].into();
        })
    };
    let rule = "输入源“/body/receivers”映射到值字段“分账接收方列表”数组规则校验失败，元素个数";
    assert_eq!(words(many(0)), format!("{rule} 0，小于最小值 1"));
    assert_eq!(words(many(51)), format!("{rule} 51，大于最大值 50"));
    assert!(wire::decode::<Create>(ORDERS, many(50).as_bytes()).is_ok());

    let account = |account: &str| {
        changed(CREATE, |body| body["receivers"][0]["receiver_account"] = account.into())
    };
    assert_eq!(
        words(account("o_person")),
        r"输入源“/body/receivers/0/receiver_account”映射到值字段“分账接收方账号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”"
    );
    let person = changed(CREATE, |body| body["receivers"][0]["type"] = "PERSONAL_OPENID".into());
    assert!(wire::decode::<Create>(ORDERS, person.as_bytes()).is_ok());
    let nameless = changed(&person, |body| drop(body.as_object_mut().unwrap().remove("appid")));
    assert_eq!(
        words(nameless),
        "输入源“/body/appid”映射到字段“公众账号ID”必填性规则校验失败，此字段为必填项"
    );
    let other = changed(CREATE, |body| body["receivers"][0]["type"] = "PERSONAL_SUB_OPENID".into());
    assert_eq!(
        words(other),
        "输入源“/body/receivers/0/type”映射到值字段“分账接收方类型”枚举规则校验失败，此字段的可选取值为“MERCHANT_ID、PERSONAL_OPENID”"
    );
    let zero = changed(CREATE, |body| body["receivers"][0]["amount"] = 0.into());
    assert_eq!(
        words(zero),
        "输入源“/body/receivers/0/amount”映射到数值字段“分账金额”规则校验失败，值低于最小值 1"
    );
    let number = changed(CREATE, |body| body["out_order_no"] = "P 1".into());
    assert_eq!(
        words(number),
        r"输入源“/body/out_order_no”映射到值字段“商户分账单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*@]+$”"
    );
}

#[test]
fn a_return_names_its_share() {
    let without = |names: &[&str]| {
        changed(RETURN, |body| {
            for name in names {
                body.as_object_mut().expect("an object").remove(*name);
            }
        })
    };
    for names in [&["order_id"][..], &["out_order_no"], &[]] {
        assert!(wire::decode::<CreateReturn>(RETURNS, without(names).as_bytes()).is_ok());
    }
    let missing = |source| {
        format!(
            "输入源“/{source}/order_id”映射到字段“微信分账单号”必填性规则校验失败，此字段为必填项"
        )
    };
    let error = error_of::<CreateReturn>(RETURNS, &without(&["order_id", "out_order_no"]));
    assert_eq!(error.message, missing("body"));
    let error =
        error_of::<QueryReturn>(&format!("{RETURNS}?sub_mchid=1900000109&out_return_no=R1"), "");
    assert_eq!(error.message, missing("query"));
    assert_eq!(error.detail(), Some(json!({ "location": "query", "value": "" })));
}

#[test]
fn a_merchant_on_the_list_has_a_name() {
    let nameless = changed(RECEIVER, |body| drop(body.as_object_mut().unwrap().remove("name")));
    assert_eq!(
        error_of::<AddReceiver>(ADD, &nameless).message,
        "输入源“/body/name”映射到字段“接收方名称”必填性规则校验失败，此字段为必填项"
    );
    let person = changed(&nameless, |body| body["type"] = "PERSONAL_OPENID".into());
    assert!(wire::decode::<AddReceiver>(ADD, person.as_bytes()).is_ok());
    let relation = changed(RECEIVER, |body| body["relation_type"] = "STORE".into());
    assert!(error_of::<AddReceiver>(ADD, &relation).message.contains("枚举规则校验失败"));
    let account = changed(RECEIVER, |body| body["account"] = "0123".into());
    assert_eq!(
        error_of::<AddReceiver>(ADD, &account).message,
        r"输入源“/body/account”映射到值字段“接收方账号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”"
    );
    let error = error_of::<DeleteReceiver>(DELETE, r#"{"type":"PERSONAL_OPENID","account":"o_1"}"#);
    assert!(error.message.contains("“公众账号ID”必填性"));
}

/// Names travel, and stand in no debug output.
#[test]
fn names_are_never_shown() {
    let create: Create = travels(ORDERS, CREATE);
    assert!(!format!("{create:?}").contains("hu89o"));
    let add: AddReceiver = travels(ADD, RECEIVER);
    assert!(!format!("{add:?}").contains("全称"));
    let long = |count: usize| {
        changed(CREATE, |body| body["receivers"][0]["receiver_name"] = "n".repeat(count).into())
    };
    assert!(wire::decode::<Create>(ORDERS, long(10_240).as_bytes()).is_ok());
    let error = error_of::<Create>(ORDERS, &long(10_241));
    assert_eq!(error.value, json!(10_241), "its length, not the name");
    let long = |count: usize| changed(RECEIVER, |body| body["name"] = "名".repeat(count).into());
    assert!(wire::decode::<AddReceiver>(ADD, long(256).as_bytes()).is_ok());
    assert_eq!(error_of::<AddReceiver>(ADD, &long(257)).value, json!(257));
}

#[test]
fn fields_are_those_of_the_pages() {
    let id = "transaction_id*【微信订单号】";
    let number = "out_order_no*【商户分账单号】";
    let numbers = format!("sub_mchid*【电商平台二级商户号】 {id} {number}");
    let create = at("POST", ORDERS);
    assert_eq!(
        printed(create.request),
        format!(
            "appid【公众账号ID】 {numbers} receivers*【分账接收方列表】[ type*【分账接收方类型】 receiver_account*【分账接收方账号】 amount*【分账金额】 description*【分账描述】 receiver_name【分账个人接收方姓名】 ] finish*【是否分账完成】"
        )
    );
    let detail = "【分账接收方列表】[ amount*【分账金额】 description*【分账描述】 result*【分账结果】 finish_time【完成时间】 fail_reason【分账失败原因】 type*【接收方类型】 receiver_account*【接收方账号】 detail_id*【分账明细单号】 ]";
    let order_id = "order_id*【微信分账单号】";
    assert_eq!(
        printed(create.response),
        format!("{numbers} {order_id} receivers*{detail} status【分账单状态】")
    );
    let query = at("GET", ORDERS);
    assert_eq!(printed(query.request), numbers);
    assert_eq!(
        printed(query.response),
        format!(
            "{numbers} {order_id} status*【分账单状态】 receivers{detail} finish_amount【分账完结金额】 finish_description【分账完结描述】"
        )
    );
    let finish = at("POST", FINISH);
    assert_eq!(printed(finish.request), format!("{numbers} description*【分账描述】"));
    assert_eq!(printed(finish.response), format!("{numbers} {order_id}"));
    let returns = at("POST", RETURNS);
    let seller = "sub_mchid*【电商平台二级商户号】";
    let out_return_no = "out_return_no*【商户回退单号】";
    let either = "order_id【微信分账单号】 out_order_no【商户分账单号】";
    let given = format!("{out_return_no} return_mchid*【回退商户号】 amount*【回退金额】");
    assert_eq!(
        printed(returns.request),
        format!("{seller} {either} {given} description*【回退描述】 transaction_id【微信订单号】")
    );
    assert_eq!(
        printed(returns.response),
        format!(
            "{seller} {order_id} {number} {given} return_no*【微信回退单号】 result*【回退结果】 fail_reason【失败原因】 finish_time【完成时间】 {id}"
        )
    );
    let query = at("GET", RETURNS);
    assert_eq!(printed(query.request), format!("{seller} {out_return_no} {either}"));
    assert_eq!(printed(query.response), printed(returns.response));
    let amounts = at("GET", AMOUNTS);
    assert_eq!(printed(amounts.request), id);
    assert_eq!(printed(amounts.response), format!("{id} unsplit_amount*【订单剩余待分金额】"));
    let (add, delete) = (at("POST", ADD), at("POST", DELETE));
    let account = "type*【接收方类型】 account*【接收方账号】";
    assert_eq!(
        printed(add.request),
        format!(
            "appid【公众账号ID】 {account} name【接收方名称】 relation_type*【与分账方的关系类型】"
        )
    );
    assert_eq!(printed(add.response), account);
    assert_eq!(printed(delete.request), format!("appid【公众账号ID】 {account}"));
    assert_eq!(printed(delete.response), account);
}
