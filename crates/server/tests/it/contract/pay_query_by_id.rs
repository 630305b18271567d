//! `GET /v3/pay/transactions/id/{transaction_id}`: query a paid order by the provider's number.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::json;

use super::{MCHID_DIFFERS, NO_AUTH, ORDER_UNKNOWN, UNDEFINED, pay_query, relate};
use crate::world::{APPID, ORDER, TRANSACTION, World, reverse};

fn by_id(transaction_id: &str) -> String {
    format!("/v3/pay/transactions/id/{transaction_id}?mchid={DIRECT}")
}

/// The provider's number of the reverse page's order.
async fn issued(world: &World) -> String {
    let order = world.show(&format!("/orders/{DIRECT}/{ORDER}")).await;
    order["transaction_id"].as_str().unwrap().to_owned()
}

/// The flow of the guide: pay, query, reverse, query.
#[tokio::test]
async fn says_what_the_query_by_number_says() {
    let world = World::start().await;
    let id = issued(&world).await;
    let order = world.show(&format!("/orders/{DIRECT}/{ORDER}")).await;
    let paid = |state: &str, description: &str| {
        format!(
            r#"{{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"1217752501201407033233368018","transaction_id":"{id}","trade_type":"MICROPAY","trade_state":"{state}","trade_state_desc":"{description}","bank_type":"OTHERS","success_time":"{}","payer":{{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}},"amount":{{"total":8800,"payer_total":8800,"currency":"CNY","payer_currency":"CNY"}}}}"#,
            order["success_time"].as_str().unwrap(),
        )
    };
    let draft = world.direct.get(&by_id(&id));
    let before = world.state().await;
    for _ in 0..2 {
        let answer = world.send(&draft).await;
        assert_eq!((answer.status, answer.text()), (200, &*paid("SUCCESS", "支付成功")));
    }
    world.unchanged_since(&before).await;
    let body = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    world.ok(&world.direct.post(&reverse(ORDER), &body)).await;
    let revoked = world.send(&draft).await;
    assert_eq!(revoked.text(), paid("REVOKED", "订单已撤销"));
    let by_number = world.send(&world.direct.get(&pay_query(ORDER))).await;
    assert_eq!(by_number.text(), revoked.text());

    // A number of the caller's choice, and an order that money went back from.
    let number = "4200000000000000000000000001";
    let back = json!({
        "out_trade_no": "back01", "trade_type": "NATIVE",
        "transaction_id": number, "refunded": 5_000,
    });
    world.order(back).await;
    let shown = world.ok(&world.direct.get(&by_id(number))).await;
    assert_eq!(
        (&shown["out_trade_no"], &shown["trade_state"]),
        (&json!("back01"), &json!("REFUND"))
    );
    world.verify().await;
}

#[tokio::test]
async fn refuses_what_is_not_the_callers() {
    let world = World::start().await;
    let id = issued(&world).await;
    // The last is the platform's order for its sub-merchant.
    for unknown in ["1", &"9".repeat(64), TRANSACTION] {
        world.refused(&world.direct.get(&by_id(unknown)), ORDER_UNKNOWN).await;
    }
    // An order has no such number before it is paid: the merchant's own is none.
    world.order(json!({ "out_trade_no": "wait01", "outcome": "unpaid" })).await;
    world.refused(&world.direct.get(&by_id("wait01")), ORDER_UNKNOWN).await;
    for caller in [&world.platform, &world.sub_merchant] {
        let target = by_id(&id).replace(DIRECT, &caller.mchid);
        world.refused(&caller.get(&target), NO_AUTH).await;
    }
    world.refused(&world.sponsor.get(&by_id(&id)), MCHID_DIFFERS).await;
    let target = by_id(&id).replace(DIRECT, SPONSOR);
    world.refused(&world.direct.get(&target), MCHID_DIFFERS).await;
    world.refused(&world.sponsor.get(&target), ORDER_UNKNOWN).await;

    // Who is a platform too queries its sub-merchants' orders elsewhere.
    let both = world.merchant("1900003000", &["direct", "platform"]).await;
    relate(&world, &both.mchid, SUB_MERCHANT).await;
    let sold = json!({
        "mchid": both.mchid, "sub_mchid": SUB_MERCHANT,
        "out_trade_no": "sold01", "transaction_id": "42001",
    });
    world.order(sold).await;
    let target = by_id("42001").replace(DIRECT, &both.mchid);
    world.refused(&both.get(&target), ORDER_UNKNOWN).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let id = issued(&world).await;
    let path = format!("/v3/pay/transactions/id/{id}");
    let cases = [
        (
            by_id(&"1".repeat(65)),
            "输入源“/uri_template/transaction_id”映射到值字段“微信支付订单号”字符串规则校验失败，字节数 65，大于最大值 64",
            json!({ "location": "uri_template", "value": 65 }),
        ),
        (
            by_id("1_2"),
            "输入源“/uri_template/transaction_id”映射到值字段“微信支付订单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9A-Za-z]+$”",
            json!({ "location": "uri_template", "value": "1_2" }),
        ),
        (
            path.clone(),
            "输入源“/query/mchid”映射到字段“直连商户号”必填性规则校验失败，此字段为必填项",
            json!({ "location": "query", "value": "" }),
        ),
        (
            format!("{path}?mchid=x"),
            r"输入源“/query/mchid”映射到值字段“直连商户号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”",
            json!({ "location": "query", "value": "x" }),
        ),
        (
            format!("{path}?mchid={DIRECT}&sub_mchid={PLATFORM}"),
            UNDEFINED,
            json!({ "location": null, "value": ["/query/sub_mchid"] }),
        ),
        (format!("{path}?mchid={DIRECT}&mchid={SPONSOR}"), "参数错误", json!(null)),
    ];
    for (target, message, detail) in cases {
        let draft = world.direct.get(&target);
        let body = world.refused(&draft, (400, "PARAM_ERROR", message)).await;
        assert_eq!(body["detail"], detail, "{target}");
    }
}
