//! `GET …/compensate-bills/out-bill-no/{out_bill_no}`: query a compensation.

use redress_server::PLATFORM;
use serde_json::json;

use super::{BILL_UNKNOWN, NO_AUTH};
use crate::world::{BILL, World, bill};

#[tokio::test]
async fn shows_the_bill_of_the_page() {
    let world = World::start().await;
    let waiting = world.waiting(BILL).await;
    let (bill_id, at) = (waiting["bill_id"].as_str(), waiting["accept_time"].as_str());
    let show = |state: &str, times: &str| {
        format!(
            r#"{{"sp_mchid":"1900001108","receiver_detail":{{"receiver":{{"type":"TRANSACTION_USER","transaction_info":{{"transaction_id":"1217752501201407033233368018","type":"WXPAY"}}}}}},"out_bill_no":"plfk2020042013","amount":10000,"transfer_remark":"直播违规扣罚","bill_id":"{}","state":"{state}","accept_time":"{}"{times},"sponsor_mchid":"1900001109"}}"#,
            bill_id.unwrap(),
            at.unwrap()
        )
    };
    let answer = world.send(&world.platform.get(&bill(BILL))).await;
    assert_eq!(answer.text(), show("WAIT_USER_CONFIRM", ""));

    let path = format!("/bills/{PLATFORM}/{BILL}/payer");
    world.act(&path, json!({ "answer": "confirm" })).await;
    let answer = world.send(&world.platform.get(&bill(BILL))).await;
    let paid = answer.json();
    let times = format!(r#","success_time":"{}""#, paid["success_time"].as_str().unwrap());
    assert_eq!(answer.text(), show("SUCCESS", &times));

    // A query changes nothing, and the parameter that is in the class alone is ignored.
    let before = world.state().await;
    let target = format!("{}?business_type=PLATFORM_AFTER_SALES_COMPENSATION", bill(BILL));
    assert_eq!(world.ok(&world.platform.get(&target)).await, paid);
    world.unchanged_since(&before).await;
}

#[tokio::test]
async fn refuses_what_is_not_the_callers() {
    let world = World::start().await;
    world.waiting(BILL).await;
    world.refused(&world.platform.get(&bill("nosuchbill")), BILL_UNKNOWN).await;
    // Numbers are compared letter by letter.
    world.refused(&world.platform.get(&bill("PLFK2020042013")), BILL_UNKNOWN).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.get(&bill(BILL)), NO_AUTH).await;
    }
    let second = world.merchant("1900002000", &["platform"]).await;
    world.refused(&second.get(&bill(BILL)), BILL_UNKNOWN).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    world.waiting(BILL).await;
    let long = "a".repeat(33);
    let cases = [
        (
            bill(&long),
            "输入源“/uri_template/out_bill_no”映射到值字段“商户单号”字符串规则校验失败，字节数 33，大于最大值 32",
            json!({"location": "uri_template", "value": 33}),
        ),
        (
            bill("a-b"),
            "输入源“/uri_template/out_bill_no”映射到值字段“商户单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9A-Za-z]+$”",
            json!({"location": "uri_template", "value": "a-b"}),
        ),
        (
            bill("a%2Fb"),
            "输入源“/uri_template/out_bill_no”映射到值字段“商户单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9A-Za-z]+$”",
            json!({"location": "uri_template", "value": "a/b"}),
        ),
        (bill("%ff"), "参数错误", json!(null)),
        (
            format!("{}?bill=1", bill(BILL)),
            "请求中含有未在API文档中定义的参数",
            json!({"location": null, "value": ["/query/bill"]}),
        ),
        (
            format!("{}?business_type=X", bill(BILL)),
            "输入源“/query/business_type”映射到值字段“业务类型”枚举规则校验失败，此字段的可选取值为“DEPOSIT_COMPENSATION、PLATFORM_AFTER_SALES_COMPENSATION、INSURANCE_CLAIM、DEPOSIT_AFTER_SALES_COMPENSATION”",
            json!({"location": "query", "value": "X"}),
        ),
    ];
    for (target, message, detail) in cases {
        let draft = world.platform.get(&target);
        let body = world.refused(&draft, (400, "PARAM_ERROR", message)).await;
        assert_eq!(body["detail"], detail, "{target}");
    }
    // What percent-encoding says is what it means: the path is decoded once, and signed as sent.
    let shown = world.ok(&world.platform.get(&bill("plfk%32020042013"))).await;
    assert_eq!(shown["out_bill_no"], BILL);
}
