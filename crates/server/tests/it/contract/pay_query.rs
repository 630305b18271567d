//! `GET /v3/pay/transactions/out-trade-no/{out_trade_no}`: query an order by the merchant's number.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{MCHID_DIFFERS, NO_AUTH, ORDER_UNKNOWN, UNDEFINED, pay_query, relate};
use crate::world::{APPID, ORDER, World, reverse};

/// The answer for a paid order with the money of the reverse page's.
fn paid(order: &Json, state: &str, description: &str) -> String {
    format!(
        r#"{{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"1217752501201407033233368018","transaction_id":"{}","trade_type":"MICROPAY","trade_state":"{state}","trade_state_desc":"{description}","bank_type":"OTHERS","success_time":"{}","payer":{{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}},"amount":{{"total":8800,"payer_total":8800,"currency":"CNY","payer_currency":"CNY"}}}}"#,
        order["transaction_id"].as_str().unwrap(),
        order["success_time"].as_str().unwrap(),
    )
}

/// The flow of the guide: pay, query, reverse, query.
#[tokio::test]
async fn shows_an_order_that_is_paid_and_then_reversed() {
    let world = World::start().await;
    let order = world.show(&format!("/orders/{DIRECT}/{ORDER}")).await;
    let draft = world.direct.get(&pay_query(ORDER));
    let before = world.state().await;
    for _ in 0..2 {
        let answer = world.send(&draft).await;
        assert_eq!((answer.status, answer.text()), (200, &*paid(&order, "SUCCESS", "支付成功")));
    }
    world.unchanged_since(&before).await;

    let body = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    world.ok(&world.direct.post(&reverse(ORDER), &body)).await;
    let revoked = paid(&order, "REVOKED", "订单已撤销");
    assert_eq!(world.send(&draft).await.text(), revoked);
    let world = world.restart().await;
    assert_eq!(world.send(&draft).await.text(), revoked);
    world.verify().await;
}

#[tokio::test]
async fn shows_each_state() {
    let world = World::start().await;
    for (number, trade_type, outcome, state, description) in [
        ("state1", "MICROPAY", "paid", "SUCCESS", "支付成功"),
        ("state2", "MICROPAY", "unpaid", "USERPAYING", "需要用户输入支付密码"),
        ("state3", "MICROPAY", "failed", "PAYERROR", "支付失败，请撤销订单"),
        ("state4", "JSAPI", "paid", "SUCCESS", "支付成功"),
        ("state5", "NATIVE", "unpaid", "NOTPAY", "订单未支付"),
        ("state6", "APP", "unpaid", "NOTPAY", "订单未支付"),
    ] {
        let order = json!({ "out_trade_no": number, "trade_type": trade_type, "outcome": outcome });
        let placed = world.order(order).await;
        let answer = world.send(&world.direct.get(&pay_query(number))).await;
        let (shown, is_paid) = (answer.json(), outcome == "paid");
        assert_eq!(
            (&shown["trade_state"], &shown["trade_state_desc"], &shown["trade_type"]),
            (&json!(state), &json!(description), &json!(trade_type))
        );
        for field in ["transaction_id", "bank_type", "success_time", "payer"] {
            assert_eq!(shown.get(field).is_some(), is_paid, "{number}: {field}");
        }
        assert_eq!(shown["transaction_id"], placed["transaction_id"]);
        if !is_paid {
            let expected = format!(
                r#"{{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"{number}","trade_type":"{trade_type}","trade_state":"{state}","trade_state_desc":"{description}","amount":{{"total":5000,"currency":"CNY"}}}}"#
            );
            assert_eq!(answer.text(), expected);
        }
    }
    world.order(json!({ "out_trade_no": "back_1", "trade_type": "JSAPI", "refunded": 1 })).await;
    let shown = world.ok(&world.direct.get(&pay_query("back_1"))).await;
    assert_eq!(shown["trade_state"], "REFUND");
    assert_eq!(shown["trade_state_desc"], "订单发生过退款，退款详情请查询退款单");
    assert_eq!(shown["amount"]["payer_total"], 5_000);
    world.verify().await;
}

#[tokio::test]
async fn refuses_what_is_not_the_callers() {
    let world = World::start().await;
    world.refused(&world.direct.get(&pay_query("nosuchorder")), ORDER_UNKNOWN).await;
    world.order(json!({ "out_trade_no": "letters" })).await;
    world.refused(&world.direct.get(&pay_query("LETTERS")), ORDER_UNKNOWN).await;
    for caller in [&world.platform, &world.sub_merchant] {
        let target = pay_query(ORDER).replace(DIRECT, &caller.mchid);
        world.refused(&caller.get(&target), NO_AUTH).await;
        world.refused(&caller.get(&pay_query(ORDER)), NO_AUTH).await;
    }
    // Another direct merchant has orders of its own.
    world.refused(&world.sponsor.get(&pay_query(ORDER)), MCHID_DIFFERS).await;
    let target = pay_query(ORDER).replace(DIRECT, SPONSOR);
    world.refused(&world.direct.get(&target), MCHID_DIFFERS).await;
    world.refused(&world.sponsor.get(&target), ORDER_UNKNOWN).await;
    world.order(json!({ "mchid": SPONSOR, "out_trade_no": ORDER })).await;
    assert_eq!(world.ok(&world.sponsor.get(&target)).await["amount"]["total"], 5_000);
}

#[tokio::test]
async fn shows_no_order_that_was_placed_for_a_sub_merchant() {
    let world = World::start().await;
    let both = world.merchant("1900003000", &["direct", "platform"]).await;
    relate(&world, &both.mchid, SUB_MERCHANT).await;
    let sold = json!({ "mchid": both.mchid, "sub_mchid": SUB_MERCHANT, "out_trade_no": "sold01" });
    world.order(sold).await;
    world.order(json!({ "mchid": both.mchid, "out_trade_no": "own001" })).await;
    let own = |number: &str| both.get(&pay_query(number).replace(DIRECT, &both.mchid));
    world.refused(&own("sold01"), ORDER_UNKNOWN).await;
    world.ok(&own("own001")).await;
    let sold =
        |number: &str| both.get(&super::partner_query(number).replace(PLATFORM, &both.mchid));
    world.ok(&sold("sold01")).await;
    world.refused(&sold("own001"), ORDER_UNKNOWN).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let path = pay_query(ORDER).replace(&format!("?mchid={DIRECT}"), "");
    let cases = [
        (
            pay_query("short"),
            "输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字节数 5，小于最小值 6",
            json!({ "location": "uri_template", "value": 5 }),
        ),
        (
            pay_query("a%2Fb%2Fcd"),
            r"输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*]+$”",
            json!({ "location": "uri_template", "value": "a/b/cd" }),
        ),
        (
            path.clone(),
            "输入源“/query/mchid”映射到字段“直连商户号”必填性规则校验失败，此字段为必填项",
            json!({ "location": "query", "value": "" }),
        ),
        (
            format!("{path}?mchid=0123"),
            r"输入源“/query/mchid”映射到值字段“直连商户号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”",
            json!({ "location": "query", "value": "0123" }),
        ),
        (
            format!("{path}?mchid="),
            "输入源“/query/mchid”映射到值字段“直连商户号”字符串规则校验失败，字符数 0，小于最小值 1",
            json!({ "location": "query", "value": 0 }),
        ),
        (
            format!("{path}?mchid={DIRECT}&sp_mchid={PLATFORM}"),
            UNDEFINED,
            json!({ "location": null, "value": ["/query/sp_mchid"] }),
        ),
        (format!("{path}?mchid={DIRECT}&mchid={DIRECT}"), "参数错误", json!(null)),
    ];
    for (target, message, detail) in cases {
        let draft = world.direct.get(&target);
        let body = world.refused(&draft, (400, "PARAM_ERROR", message)).await;
        assert_eq!(body["detail"], detail, "{target}");
    }
    // Percent-encoding says what it means, in the path and in the query string.
    let target = format!("{}?mch%69d=%31230000109", path.replace("1217", "%31217"));
    assert_eq!(world.ok(&world.direct.get(&target)).await["out_trade_no"], ORDER);
    // The query string is signed like the rest.
    let draft = world.direct.get(&path);
    let unsigned = crate::caller::Draft { target: pay_query(ORDER), ..draft };
    assert_eq!(world.send(&unsigned).await.status, 401);
}
