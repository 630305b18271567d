//! `POST /v3/ecommerce/profitsharing/orders`: share an order's money out.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{NO_AUTH, NO_RELATION, UNDEFINED};
use crate::sharing::{
    APPID_DIFFERS, DIFFERS, FRIEND, NOT_FOR_SHARING, ORDER_UNKNOWN, ORDERS, available, left, query,
    ready, share, shared, sixteen, sold, until,
};
use crate::world::{SUBSIDISED, TRANSACTION, World};

const OVER: (u16, &str, &str) = (403, "RULE_LIMIT", "分账金额超出最大分账比例");
const SHORT: (u16, &str, &str) = (403, "NOT_ENOUGH", "分账金额不足");
const FINISHED: (u16, &str, &str) = (400, "INVALID_REQUEST", "订单已完结分账，不支持分账");

#[tokio::test]
async fn shares_an_order_out() {
    let (world, id) = ready().await;
    let body = share(&id, "P20150806125346", &[(PLATFORM, 1_000), (FRIEND, 500)]);
    let draft = world.platform.post(ORDERS, &body.to_string());
    let answer = world.send(&draft).await;
    let made = answer.json();
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let detail = |n: usize, kind: &str, account: &str, amount: i64| {
        format!(
            r#"{{"amount":{amount},"description":"分给","result":"PENDING","type":"{kind}","receiver_account":"{account}","detail_id":"{}"}}"#,
            text(&made["receivers"][n]["detail_id"])
        )
    };
    let expected = format!(
        r#"{{"sub_mchid":"1900013401","transaction_id":"{id}","out_order_no":"P20150806125346","order_id":"{}","receivers":[{},{}],"status":"PROCESSING"}}"#,
        text(&made["order_id"]),
        detail(0, "MERCHANT_ID", PLATFORM, 1_000),
        detail(1, "PERSONAL_OPENID", FRIEND, 500),
    );
    assert_eq!((answer.status, answer.text()), (200, expected.as_str()));

    let done = until(&world, &query(&id, "P20150806125346"), "status", "FINISHED").await;
    assert_eq!(done["receivers"][1]["result"], "SUCCESS");
    assert_eq!(available(&world, PLATFORM).await, 1_000);
    assert_eq!(left(&world, &id).await, 8_500);
    let order = world.show(&format!("/orders/{PLATFORM}/shared1")).await;
    assert_eq!((&order["shared"], &order["shares"]), (&json!(1_500), &json!(1)));

    // Once more: what is there by now, and no more money.
    let before = world.state().await;
    let again = world.ok(&draft).await;
    assert_eq!((&again["order_id"], &again["status"]), (&made["order_id"], &json!("FINISHED")));
    world.unchanged_since(&before).await;
    world.verify().await;
}

#[tokio::test]
async fn gives_the_rest_to_the_seller() {
    let (world, id) = ready().await;
    let funds = available(&world, SUB_MERCHANT).await;
    let mut body = share(&id, "P1", &[(SPONSOR, 3_000)]);
    body["finish"] = true.into();
    shared(&world, &body).await;
    assert_eq!(available(&world, SUB_MERCHANT).await, funds + 7_000);
    assert_eq!(left(&world, &id).await, 0);
    let again = share(&id, "P2", &[(SPONSOR, 1)]).to_string();
    world.refused(&world.platform.post(ORDERS, &again), FINISHED).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let (world, id) = ready().await;
    let post = |body: &Json| world.platform.post(ORDERS, &body.to_string());
    let one = |id: &str| share(id, "P1", &[(PLATFORM, 1)]);
    world.refused(&post(&one("4200000000000000000000000000")), ORDER_UNKNOWN).await;
    world.refused(&post(&one(TRANSACTION)), NOT_FOR_SHARING).await;
    let open = (400, "INVALID_REQUEST", "订单补差未完成，请先补差或取消补差");
    world.refused(&post(&one(SUBSIDISED)), open).await;
    let young = sold(&world, "young1").await;
    world.refused(&post(&one(&young)), (400, "INVALID_REQUEST", "订单处理中")).await;
    let gone = json!({
        "mchid": PLATFORM, "sub_mchid": SUB_MERCHANT, "out_trade_no": "refunded1",
        "trade_type": "JSAPI", "profit_sharing": true, "refunded": 5_000,
    });
    let gone = world.order(gone).await["transaction_id"].as_str().unwrap().to_owned();
    world.step(60).await;
    let refunded = (400, "INVALID_REQUEST", "订单已全额退款，不支持分账");
    world.refused(&post(&one(&gone)), refunded).await;

    let mut other = one(&id);
    other["sub_mchid"] = DIRECT.into();
    world.refused(&post(&other), NO_RELATION).await;
    other = one(&id);
    other["appid"] = "wxd678efh567hg6787".into();
    world.refused(&post(&other), APPID_DIFFERS).await;

    let unlisted = (400, "INVALID_REQUEST", "分账接收方关系不存在，请先添加分账接收方");
    world.refused(&post(&share(&id, "P1", &[(DIRECT, 1)])), unlisted).await;
    let twice = (400, "INVALID_REQUEST", "分账接收方列表中存在重复的接收方");
    world.refused(&post(&share(&id, "P1", &[(FRIEND, 1), (FRIEND, 1)])), twice).await;
    let mut itself = share(&id, "P1", &[(SUB_MERCHANT, 1)]);
    itself["finish"] = true.into();
    let rest = (400, "INVALID_REQUEST", "分账完成时，出资商户不能作为分账接收方");
    world.refused(&post(&itself), rest).await;
    world.refused(&post(&share(&id, "P1", &[(PLATFORM, 3_001)])), OVER).await;
    world.refused(&post(&share(&id, "P1", &[(SUB_MERCHANT, 10_001)])), SHORT).await;

    shared(&world, &share(&id, "P1", &[(PLATFORM, 2_000)])).await;
    world.refused(&post(&share(&id, "P1", &[(PLATFORM, 2_001)])), DIFFERS).await;
    world.refused(&post(&share(&id, "P2", &[(FRIEND, 1_001)])), OVER).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_ecommerce_platforms_alone() {
    let (world, id) = ready().await;
    let body = share(&id, "P1", &[(PLATFORM, 1)]).to_string();
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.post(ORDERS, &body), NO_AUTH).await;
    }
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.post(ORDERS, &body), NO_RELATION).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let (world, id) = ready().await;
    let with = |change: fn(&mut Json)| {
        let mut body = share(&id, "P1", &[(PLATFORM, 1)]);
        change(&mut body);
        body.to_string()
    };
    let cases: [(String, &str); 8] = [
        (
            with(|b| b["receivers"] = json!([])),
            "输入源“/body/receivers”映射到值字段“分账接收方列表”数组规则校验失败，元素个数 0，小于最小值 1",
        ),
        (
            with(|b| b["receivers"] = vec![b["receivers"][0].clone(); 51].into()),
            "输入源“/body/receivers”映射到值字段“分账接收方列表”数组规则校验失败，元素个数 51，大于最大值 50",
        ),
        (
            with(|b| b["receivers"][0]["receiver_account"] = "o_1".into()),
            r"输入源“/body/receivers/0/receiver_account”映射到值字段“分账接收方账号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”",
        ),
        (
            with(|b| b["receivers"][0]["amount"] = 0.into()),
            "输入源“/body/receivers/0/amount”映射到数值字段“分账金额”规则校验失败，值低于最小值 1",
        ),
        (
            with(|b| b["receivers"][0]["description"] = "描".repeat(81).into()),
            "输入源“/body/receivers/0/description”映射到值字段“分账描述”字符串规则校验失败，字符数 81，大于最大值 80",
        ),
        (
            with(|b| b["out_order_no"] = "1".repeat(65).into()),
            "输入源“/body/out_order_no”映射到值字段“商户分账单号”字符串规则校验失败，字节数 65，大于最大值 64",
        ),
        (
            with(|b| b["finish"] = "true".into()),
            "无法将 JSON 输入源“/body/finish”映射到目标字段“是否分账完成”中，此字段需要一个 bool 类型的 Json 值",
        ),
        (with(|b| b["receivers"][0]["name"] = "x".into()), UNDEFINED),
    ];
    for (body, message) in cases {
        let draft = world.platform.post(ORDERS, &body);
        world.refused(&draft, (400, "PARAM_ERROR", message)).await;
    }
}

#[tokio::test]
async fn twins_share_once_and_the_share_stays() {
    let (world, id) = ready().await;
    let body = share(&id, "P1", &[(PLATFORM, 1_000)]).to_string();
    let made = sixteen(&world, || world.platform.post(ORDERS, &body), "order_id").await;
    let shown = until(&world, &query(&id, "P1"), "status", "FINISHED").await;
    assert_eq!(shown["order_id"], made["order_id"]);
    assert_eq!(left(&world, &id).await, 9_000);
    world.verify().await;

    let world: World = world.restart().await;
    assert_eq!(world.ok(&world.platform.get(&query(&id, "P1"))).await, shown);
    let again = world.ok(&world.platform.post(ORDERS, &body)).await;
    assert_eq!(again["order_id"], made["order_id"]);
    world.verify().await;
}
