//! Bodies that break the page: what the caller hears, and that nothing happens.

use redress_server::PLATFORM;
use serde_json::{Value as Json, json};

use crate::world::{BILL, BILLS, World, create};

const GENERIC: &str = "参数错误";
const UNDEFINED: &str = "请求中含有未在API文档中定义的参数";

/// Sends a body, signed as it is; it must be refused as a parameter error with this detail.
async fn refused(world: &World, body: &str, message: &str, detail: Json) {
    let draft = world.platform.post(BILLS, body);
    let answer = world.refused(&draft, (400, "PARAM_ERROR", message)).await;
    assert_eq!(answer["detail"], detail, "{body}");
}

fn in_body(value: impl Into<Json>) -> Json {
    json!({ "location": "body", "value": value.into() })
}

/// The body of the page with another value at a pointer.
fn with(pointer: &str, value: impl Into<Json>) -> String {
    let mut body = create(BILL);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value.into();
    body.to_string()
}

fn without(pointer: &str) -> String {
    let mut body = create(BILL);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    body.to_string()
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let world = World::start().await;
    let good = create(BILL).to_string();
    let twice = good.replacen('{', r#"{"amount":1,"#, 1);
    let twice_inside =
        good.replacen(r#""transaction_id""#, r#""type":"WXPAY","transaction_id""#, 1);
    let deep = "[".repeat(10_000);
    let bodies = [
        "",
        " ",
        "{",
        "}",
        "null",
        "{}x",
        "[]",
        "1",
        "\"text\"",
        "true",
        "not json",
        "{'amount':1}",
        "amount=1&out_bill_no=2",
        "<xml/>",
        "\u{feff}{}",
        &good[1..],
        &good[..good.len() - 1],
        &twice,
        &twice_inside,
        &deep,
    ];
    for body in bodies {
        refused(&world, body, GENERIC, Json::Null).await;
    }
    // Bytes that are no UTF-8.
    let mut draft = world.platform.post(BILLS, "");
    draft.body = good.replace("直播", "\u{0}\u{0}").into_bytes();
    for byte in &mut draft.body {
        *byte = if *byte == 0 { 0xff } else { *byte };
    }
    let now = crate::caller::now().to_string();
    let signed = world.platform.sign("POST", BILLS, &draft.body, &now);
    let draft = draft.with("Authorization", &signed.to_string());
    world.refused(&draft, (400, "PARAM_ERROR", GENERIC)).await;
}

#[tokio::test]
async fn fields_that_the_page_does_not_define_are_refused() {
    let world = World::start().await;
    let listed = |pointers: &[&str]| json!({ "location": null, "value": pointers });
    for (body, pointers) in [
        (with("/notify_url", "https://x"), vec!["/body/notify_url"]),
        (with("/receiver/mch_info", json!({})), vec!["/body/receiver/mch_info"]),
        (with("/transfer_scene_id", Json::Null), vec!["/body/transfer_scene_id"]),
        (
            with("/receiver/transaction_info/type", Json::Null),
            vec!["/body/receiver/transaction_info/type"],
        ),
        (r#"{"b":1,"a":null}"#.to_owned(), vec!["/body/b", "/body/a"]),
    ] {
        refused(&world, &body, UNDEFINED, listed(&pointers)).await;
    }
    // It comes before what is missing or wrong, and it is cut short.
    let many: serde_json::Map<_, _> = (0..100).map(|n| (format!("f{n:02}"), json!(n))).collect();
    let draft = world.platform.post(BILLS, &Json::Object(many).to_string());
    let answer = world.refused(&draft, (400, "PARAM_ERROR", UNDEFINED)).await;
    let named = answer["detail"]["value"].as_array().unwrap();
    assert_eq!((named.len(), &named[0]), (16, &json!("/body/f00")));
    let draft = world.platform.post(&format!("{BILLS}?a=1&a=2"), "{}");
    world.refused(&draft, (400, "PARAM_ERROR", GENERIC)).await;
    let draft = world.platform.post(&format!("{BILLS}?a=1"), &create(BILL).to_string());
    world.refused(&draft, (400, "PARAM_ERROR", UNDEFINED)).await;
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let world = World::start().await;
    let fields = [
        ("/receiver", "收款方信息"),
        ("/receiver/type", "转账接收方类型"),
        ("/receiver/transaction_info", "转账接收方订单信息"),
        ("/receiver/transaction_info/transaction_id", "交易订单号"),
        ("/out_bill_no", "商户单号"),
        ("/amount", "赔付金额"),
        ("/transfer_remark", "赔付原因"),
        ("/sponsor_mchid", "出资商户号"),
        ("/transfer_scene_id", "转账场景ID"),
    ];
    for (pointer, label) in fields {
        let message =
            format!("输入源“/body{pointer}”映射到字段“{label}”必填性规则校验失败，此字段为必填项");
        refused(&world, &without(pointer), &message, in_body("")).await;
    }
}

#[tokio::test]
async fn what_has_the_wrong_type_is_named() {
    let world = World::start().await;
    let number = "无法将 JSON 输入源“/body/amount”映射到目标字段“赔付金额”中，此字段需要一个合法的 64 位有符号整数";
    for value in [
        json!("10000"),
        json!(0.01),
        json!(1.0),
        json!(true),
        json!([1]),
        json!({}),
        json!(1e30),
        json!(u64::MAX),
    ] {
        refused(&world, &with("/amount", value.clone()), number, in_body(value)).await;
    }
    let text = "无法将 JSON 输入源“/body/transfer_remark”映射到目标字段“赔付原因”中，此字段需要一个 string 类型的 Json 值";
    for value in [json!(1), json!(false), json!(["x"])] {
        refused(&world, &with("/transfer_remark", value.clone()), text, in_body(value)).await;
    }
    let object = "无法将 JSON 输入源“/body/receiver”映射到目标字段“收款方信息”中，此字段需要一个 object 类型的 Json 值";
    for value in [json!("x"), json!([])] {
        refused(&world, &with("/receiver", value.clone()), object, in_body(value)).await;
    }
}

#[tokio::test]
async fn values_out_of_their_range_are_refused() {
    let world = World::start().await;
    let low = "输入源“/body/amount”映射到数值字段“赔付金额”规则校验失败，值低于最小值 1";
    for value in [0, -1, i64::MIN] {
        refused(&world, &with("/amount", value), low, in_body(value)).await;
    }
    let rule = |field: &str, label: &str, rest: &str| {
        format!("输入源“/body/{field}”映射到值字段“{label}”字符串规则校验失败，{rest}")
    };
    let no_pattern = "字符串必须匹配正则表达式“^[0-9A-Za-z]+$”";
    let cases = [
        ("out_bill_no", "a".repeat(33), "商户单号", "字节数 33，大于最大值 32", in_body(33)),
        ("out_bill_no", String::new(), "商户单号", "字节数 0，小于最小值 1", in_body(0)),
        ("out_bill_no", "中".repeat(11), "商户单号", "字节数 33，大于最大值 32", in_body(33)),
        ("out_bill_no", "a_b".to_owned(), "商户单号", no_pattern, in_body("a_b")),
        ("out_bill_no", "a\nb".to_owned(), "商户单号", no_pattern, in_body("a\nb")),
        ("out_bill_no", "a/../b".to_owned(), "商户单号", no_pattern, in_body("a/../b")),
        ("transfer_remark", "扣".repeat(33), "赔付原因", "字符数 33，大于最大值 32", in_body(33)),
        (
            "transfer_remark",
            "扣😀".to_owned(),
            "赔付原因",
            "包含不支持的 4 字节 UTF-8 字符",
            in_body("扣😀"),
        ),
        (
            "user_recv_perception",
            "扣".repeat(11),
            "用户收款感知",
            "字符数 11，大于最大值 10",
            in_body(11),
        ),
        (
            "transfer_scene_id",
            "1".repeat(37),
            "转账场景ID",
            "字符数 37，大于最大值 36",
            in_body(37),
        ),
        (
            "sponsor_mchid",
            "01".to_owned(),
            "出资商户号",
            r"字符串必须匹配正则表达式“^[1-9]\d*$”",
            in_body("01"),
        ),
        ("sponsor_mchid", "1".repeat(33), "出资商户号", "字符数 33，大于最大值 32", in_body(33)),
    ];
    for (field, value, label, rest, detail) in cases {
        let body = with(&format!("/{field}"), value);
        refused(&world, &body, &rule(field, label, rest), detail).await;
    }
    let kind = "输入源“/body/receiver/type”映射到值字段“转账接收方类型”枚举规则校验失败，此字段的可选取值为“TRANSACTION_USER”";
    refused(&world, &with("/receiver/type", "MERCHANT"), kind, in_body("MERCHANT")).await;
    let kind = "输入源“/body/receiver/transaction_info/type”映射到值字段“转账接收方订单类型”枚举规则校验失败，此字段的可选取值为“WXPAY、WXVALUE”";
    refused(&world, &with("/receiver/transaction_info/type", "wxpay"), kind, in_body("wxpay"))
        .await;
    let id =
        rule("receiver/transaction_info/transaction_id", "交易订单号", "字节数 65，大于最大值 64");
    let long = with("/receiver/transaction_info/transaction_id", "1".repeat(65));
    refused(&world, &long, &id, in_body(65)).await;
}

/// What the page allows at its edges.
#[tokio::test]
async fn values_at_the_edge_of_their_range_are_taken() {
    let world = World::start().await;
    let edges = [
        with("/out_bill_no", "Z".repeat(32)),
        with("/transfer_remark", "扣".repeat(32)).replace(BILL, "edge2"),
        with("/user_recv_perception", "扣".repeat(10)).replace(BILL, "edge3"),
        with("/transfer_scene_id", "1".repeat(36)).replace(BILL, "edge4"),
        with("/amount", 1).replace(BILL, "edge5"),
        with("/transfer_remark", "a\"\\\n<b>").replace(BILL, "edge6"),
        // Escapes of several libraries, and the line feed that one adds.
        create("edge7").to_string().replace('直', r"\u76f4").replace("1001", r"1001\u003c") + "\n",
        create("edge8").to_string().replace("\":", "\" : "),
    ];
    for body in edges {
        let made = world.ok(&world.platform.post(BILLS, &body)).await;
        assert_eq!(made["state"], "ACCEPTED");
        assert_eq!(made["sp_mchid"], PLATFORM);
    }
    // As much as a number can say: the bill is closed for want of money.
    let body = with("/amount", i64::MAX).replace(BILL, "edge9");
    assert_eq!(world.ok(&world.platform.post(BILLS, &body)).await["state"], "CLOSED");
    world.verify().await;
}
