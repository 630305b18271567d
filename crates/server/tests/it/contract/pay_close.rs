//! `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close`: close an unpaid order.

use redress_server::{DIRECT, SPONSOR};
use serde_json::json;

use super::{
    CODE_PAYMENT, MCHID_DIFFERS, NO_AUTH, ORDER_PAID, ORDER_UNKNOWN, UNDEFINED, check_closed,
    closed, numbered, pay_query,
};
use crate::wire::{Connection, exchange};
use crate::world::{APPID, ORDER, World, reverse};

const BODY: &str = r#"{"mchid":"1230000109"}"#;

fn close(out_trade_no: &str) -> String {
    format!("/v3/pay/transactions/out-trade-no/{out_trade_no}/close")
}

async fn unpaid(world: &World, number: &str, trade_type: &str) {
    let order = json!({ "out_trade_no": number, "trade_type": trade_type, "outcome": "unpaid" });
    assert_eq!(world.order(order).await["state"], "NOTPAY");
}

#[tokio::test]
async fn closes_an_order_that_nobody_has_paid() {
    let world = World::start().await;
    for (number, trade_type) in [("close1", "JSAPI"), ("close2", "NATIVE"), ("close3", "APP")] {
        unpaid(&world, number, trade_type).await;
        let before = world.state().await;
        let draft = world.direct.post(&close(number), BODY);
        closed(&world, &draft).await;
        let answer = world.send(&world.direct.get(&pay_query(number))).await;
        let expected = format!(
            r#"{{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"{number}","trade_type":"{trade_type}","trade_state":"CLOSED","trade_state_desc":"订单已关闭","amount":{{"total":5000,"currency":"CNY"}}}}"#
        );
        assert_eq!(answer.text(), expected);
        // No money has moved; asked again, the same answer, and nothing changes.
        let after = world.state().await;
        for list in ["transfers", "accounts", "jobs"] {
            assert_eq!(after[list], before[list]);
        }
        closed(&world, &draft).await;
        world.unchanged_since(&after).await;
    }
    let world = world.restart().await;
    closed(&world, &world.direct.post(&close("close1"), BODY)).await;
    // The number is used for ever.
    let again = json!({
        "mchid": DIRECT, "appid": APPID, "out_trade_no": "close1",
        "trade_type": "JSAPI", "amount": 1, "payer": "o1",
    });
    assert_eq!(world.control("POST", "/orders", &again.to_string()).await.0, 409);
    world.verify().await;
}

/// A caller who keeps the connection finds the next answer right behind the empty one.
#[tokio::test]
async fn leaves_the_connection_to_the_next_request() {
    let world = World::start().await;
    unpaid(&world, "a_b-c*d", "NATIVE").await;
    let mut connection = Connection::open(world.address()).await;
    let drafts = [
        world.direct.post(&close("a_b-c*d"), BODY),
        world.direct.post(&close("a_b-c%2Ad"), BODY),
        world.direct.get(&pay_query("a_b-c*d")),
    ];
    for draft in &drafts {
        connection.send(&draft.bytes()).await;
    }
    for _ in 0..2 {
        let answer = connection.answer().await.unwrap();
        world.direct.verify(&answer);
        check_closed(&world, &answer);
    }
    let answer = connection.answer().await.unwrap();
    world.direct.verify(&answer);
    assert_eq!((answer.status, &answer.json()["trade_state"]), (200, &json!("CLOSED")));
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let post = |number: &str| world.direct.post(&close(number), BODY);
    world.refused(&post("nosuchorder"), ORDER_UNKNOWN).await;
    world.order(json!({ "out_trade_no": "paid01", "trade_type": "JSAPI" })).await;
    world.order(json!({ "out_trade_no": "back01", "trade_type": "APP", "refunded": 1 })).await;
    for number in ["paid01", "back01"] {
        world.refused(&post(number), ORDER_PAID).await;
        numbered(&world, &post(number), 268_449_538).await;
    }
    // A code payment is reversed, in whatever state it is.
    world.order(json!({ "out_trade_no": "wait01", "outcome": "unpaid" })).await;
    world.order(json!({ "out_trade_no": "fail01", "outcome": "failed" })).await;
    for number in [ORDER, "wait01", "fail01"] {
        world.refused(&post(number), CODE_PAYMENT).await;
        numbered(&world, &post(number), 268_449_641).await;
        let body = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
        world.ok(&world.direct.post(&reverse(number), &body)).await;
        world.refused(&post(number), CODE_PAYMENT).await;
    }
    // Nor can a closed order be reversed.
    unpaid(&world, "shut01", "NATIVE").await;
    closed(&world, &post("shut01")).await;
    let body = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    let not_a_code = (400, "INVALID_REQUEST", "非付款码支付订单，不支持撤销");
    world.refused(&world.direct.post(&reverse("shut01"), &body), not_a_code).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_direct_merchants_and_their_own_orders() {
    let world = World::start().await;
    unpaid(&world, "close1", "JSAPI").await;
    let own = |mchid: &str| json!({ "mchid": mchid }).to_string();
    for caller in [&world.platform, &world.sub_merchant] {
        world.refused(&caller.post(&close("close1"), &own(&caller.mchid)), NO_AUTH).await;
    }
    world.refused(&world.sponsor.post(&close("close1"), BODY), MCHID_DIFFERS).await;
    world.refused(&world.direct.post(&close("close1"), &own(SPONSOR)), MCHID_DIFFERS).await;
    let sponsors = world.sponsor.post(&close("close1"), &own(SPONSOR));
    world.refused(&sponsors, ORDER_UNKNOWN).await;
    let order = json!({
        "mchid": SPONSOR, "out_trade_no": "close1", "trade_type": "JSAPI", "outcome": "unpaid",
    });
    world.order(order).await;
    closed(&world, &sponsors).await;
    let shown = world.ok(&world.direct.get(&pay_query("close1"))).await;
    assert_eq!(shown["trade_state"], "NOTPAY");
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    unpaid(&world, "close1", "JSAPI").await;
    let cases = [
        (
            "short",
            BODY,
            "输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字节数 5，小于最小值 6",
        ),
        ("close1", "", "参数错误"),
        ("close1", "[]", "参数错误"),
        (
            "close1",
            "{}",
            "输入源“/body/mchid”映射到字段“直连商户号”必填性规则校验失败，此字段为必填项",
        ),
        (
            "close1",
            r#"{"mchid":1230000109}"#,
            "无法将 JSON 输入源“/body/mchid”映射到目标字段“直连商户号”中，此字段需要一个 string 类型的 Json 值",
        ),
        ("close1", r#"{"mchid":null}"#, UNDEFINED),
        ("close1", r#"{"mchid":"1230000109","appid":"wxd678efh567hg6787"}"#, UNDEFINED),
        (
            "close1",
            r#"{"mchid":"1230000109","out_trade_no":"close1"}"#,
            "无法将输入源“/body/out_trade_no”映射到目标字段“商户订单号”中，此字段并非多重字段但被输入源“/uri_template/out_trade_no”映射过了。",
        ),
    ];
    for (number, body, message) in cases {
        let draft = world.direct.post(&close(number), body);
        world.refused(&draft, (400, "PARAM_ERROR", message)).await;
    }
    let draft = world.direct.post(&format!("{}?mchid={DIRECT}", close("close1")), BODY);
    world.refused(&draft, (400, "PARAM_ERROR", UNDEFINED)).await;
}

#[tokio::test]
async fn twins_close_once() {
    let world = World::start().await;
    unpaid(&world, "close1", "NATIVE").await;
    let before = world.state().await;
    let mut running = tokio::task::JoinSet::new();
    for turn in 0..16 {
        let draft = if turn % 4 == 3 {
            world.direct.get(&pay_query("close1"))
        } else {
            world.direct.post(&close("close1"), BODY)
        };
        let address = world.address();
        running.spawn(async move { exchange(address, &draft.bytes()).await.unwrap() });
    }
    for answer in running.join_all().await {
        world.direct.verify(&answer);
        if answer.status == 200 {
            let state = answer.json()["trade_state"].take();
            assert!(state == "NOTPAY" || state == "CLOSED", "{state}");
        } else {
            check_closed(&world, &answer);
        }
    }
    let after = world.state().await;
    assert_eq!(after["transfers"], before["transfers"]);
    assert_eq!(world.ok(&world.direct.get(&pay_query("close1"))).await["trade_state"], "CLOSED");
    world.verify().await;
}
