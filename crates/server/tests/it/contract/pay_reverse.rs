//! `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/reverse`: reverse a code payment.

use redress_server::{DIRECT, PLATFORM, SPONSOR};
use serde_json::{Value as Json, json};

use super::{NO_AUTH, ORDER_UNKNOWN};
use crate::caller::Caller;
use crate::wire::exchange;
use crate::world::{APPID, BILLS, ORDER, PLATFORM_APPID, World, create, reverse};

const PAGE_BODY: &str = r#"{"appid":"wxd678efh567hg6787","mchid":"1230000109"}"#;

fn body(caller: &Caller) -> String {
    json!({ "appid": APPID, "mchid": caller.mchid }).to_string()
}

async fn shown(world: &World, mchid: &str, out_trade_no: &str) -> Json {
    world.show(&format!("/orders/{mchid}/{out_trade_no}")).await
}

#[tokio::test]
async fn reverses_the_order_of_the_page() {
    let world = World::start().await;
    let draft = world.direct.post(&reverse(ORDER), PAGE_BODY);
    let answer = world.send(&draft).await;
    assert_eq!(answer.status, 200);
    let expected = r#"{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"1217752501201407033233368018"}"#;
    assert_eq!(answer.text(), expected);
    let order = shown(&world, DIRECT, ORDER).await;
    assert_eq!((&order["state"], order["revoke_time"].is_string()), (&json!("REVOKED"), true));
    let account = world.account("merchant:1230000109:available").await;
    assert_eq!((&account["balance"], &account["credits"]["posted"]), (&json!(0), &json!(8_800)));

    let before = world.state().await;
    assert_eq!(world.send(&draft).await.text(), expected);
    world.unchanged_since(&before).await;
    world.verify().await;
}

#[tokio::test]
async fn closes_an_order_that_was_not_paid() {
    let world = World::start().await;
    for (number, outcome, state) in
        [("wait01", "unpaid", "USERPAYING"), ("fail01", "failed", "PAYERROR")]
    {
        let order = world.order(json!({ "out_trade_no": number, "outcome": outcome })).await;
        assert_eq!(order["state"], state);
        let before = world.state().await;
        world.ok(&world.direct.post(&reverse(number), PAGE_BODY)).await;
        assert_eq!(shown(&world, DIRECT, number).await["state"], "REVOKED");
        let after = world.state().await;
        assert_eq!(
            (&after["transfers"], &after["accounts"]),
            (&before["transfers"], &before["accounts"])
        );
    }
    // The number may have every character of the page, encoded or not.
    let number = "a_b-c*d";
    world.order(json!({ "out_trade_no": number })).await;
    world.ok(&world.direct.post(&reverse(number), PAGE_BODY)).await;
    let answer = world.ok(&world.direct.post(&reverse("a_b-c%2Ad"), PAGE_BODY)).await;
    assert_eq!(answer["out_trade_no"], number);
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let post = |number: &str, body: &str| world.direct.post(&reverse(number), body);
    world.refused(&post("nosuchorder", PAGE_BODY), ORDER_UNKNOWN).await;
    let other = r#"{"appid":"wx0000000000000000","mchid":"1230000109"}"#;
    world.refused(&post(ORDER, other), (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")).await;
    let other = r#"{"appid":"wxd678efh567hg6787","mchid":"1900001109"}"#;
    let differs = "http header中的mchid与post payload中的mchid不匹配";
    world.refused(&post(ORDER, other), (400, "INVALID_REQUEST", differs)).await;

    world.order(json!({ "out_trade_no": "jsapi1", "trade_type": "JSAPI" })).await;
    let not_a_code = "非付款码支付订单，不支持撤销";
    world.refused(&post("jsapi1", PAGE_BODY), (400, "INVALID_REQUEST", not_a_code)).await;
    world.order(json!({ "out_trade_no": "back01", "refunded": 1 })).await;
    let refunded = "订单已转入退款，不能撤销";
    world.refused(&post("back01", PAGE_BODY), (400, "INVALID_REQUEST", refunded)).await;

    let cases = [
        (
            "short",
            PAGE_BODY,
            "输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字节数 5，小于最小值 6",
        ),
        (
            "with%20space",
            PAGE_BODY,
            r"输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*]+$”",
        ),
        (ORDER, "", "参数错误"),
        (ORDER, "{}", "输入源“/body/appid”映射到字段“应用AppID”必填性规则校验失败，此字段为必填项"),
        (
            ORDER,
            r#"{"appid":"wxd678efh567hg6787"}"#,
            "输入源“/body/mchid”映射到字段“直连商户号”必填性规则校验失败，此字段为必填项",
        ),
        (
            ORDER,
            r#"{"appid":"wxd678efh567hg6787","mchid":"0123"}"#,
            r"输入源“/body/mchid”映射到值字段“直连商户号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”",
        ),
        (
            ORDER,
            r#"{"appid":"wxd678efh567hg6787","mchid":1230000109}"#,
            "无法将 JSON 输入源“/body/mchid”映射到目标字段“直连商户号”中，此字段需要一个 string 类型的 Json 值",
        ),
        (
            ORDER,
            r#"{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"1217752501201407033233368018"}"#,
            "无法将输入源“/body/out_trade_no”映射到目标字段“商户订单号”中，此字段并非多重字段但被输入源“/uri_template/out_trade_no”映射过了。",
        ),
    ];
    for (number, body, message) in cases {
        world.refused(&post(number, body), (400, "PARAM_ERROR", message)).await;
    }
}

#[tokio::test]
async fn is_for_direct_merchants_and_their_own_orders() {
    let world = World::start().await;
    for caller in [&world.platform, &world.sub_merchant] {
        world.refused(&caller.post(&reverse(ORDER), &body(caller)), NO_AUTH).await;
    }
    // Another direct merchant has orders of its own.
    let sponsor = &world.sponsor;
    world.refused(&sponsor.post(&reverse(ORDER), &body(sponsor)), ORDER_UNKNOWN).await;
    world.order(json!({ "mchid": SPONSOR, "out_trade_no": ORDER })).await;
    let own = json!({ "appid": PLATFORM_APPID, "mchid": SPONSOR }).to_string();
    world.ok(&sponsor.post(&reverse(ORDER), &own)).await;
    assert_eq!(shown(&world, DIRECT, ORDER).await["state"], "SUCCESS");
    assert_eq!(shown(&world, SPONSOR, ORDER).await["state"], "REVOKED");
}

#[tokio::test]
async fn needs_the_money_that_it_gives_back() {
    let world = World::start().await;
    let poor = world.merchant("1900003000", &["direct"]).await;
    let relation = json!({ "platform": PLATFORM, "merchant": poor.mchid, "relation": "sponsor" });
    world.act("/relations", relation).await;
    world.order(json!({ "mchid": poor.mchid, "out_trade_no": "poor01", "amount": 5_000 })).await;
    let mut bill = create("takesone");
    bill["sponsor_mchid"] = poor.mchid.clone().into();
    bill["amount"] = 1.into();
    world.ok(&world.platform.post(BILLS, &bill.to_string())).await;
    world.until("takesone", "WAIT_USER_CONFIRM").await;

    // What is held for someone else cannot be given back.
    let draft = poor.post(&reverse("poor01"), &body(&poor));
    let short = (403, "NOT_ENOUGH", "可用余额不足，请充值后重新发起");
    world.refused(&draft, short).await;
    world.act("/credits", json!({ "mchid": poor.mchid, "amount": 1 })).await;
    world.ok(&draft).await;
    assert_eq!(world.account("merchant:1900003000:available").await["available"], 0);
    world.verify().await;
}

#[tokio::test]
async fn twins_give_the_money_back_once() {
    let world = World::start().await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let bytes = world.direct.post(&reverse(ORDER), PAGE_BODY).bytes();
        let address = world.address();
        running.spawn(async move { exchange(address, &bytes).await.unwrap() });
    }
    let answers = running.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    let transfers = world.show("/transfers?account=merchant:1230000109:available").await;
    assert_eq!(transfers["items"].as_array().unwrap().len(), 2, "{transfers}");
    world.verify().await;
}
