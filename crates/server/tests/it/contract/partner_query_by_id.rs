//! `GET /v3/pay/partner/transactions/id/{transaction_id}`: query a sub-merchant's paid order.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::json;

use super::{
    MCHID_DIFFERS, NO_AUTH, NO_RELATION, ORDER_UNKNOWN, PARTNER, UNDEFINED, partner_order,
    partner_query, relate,
};
use crate::world::{ORDER, SUBSIDISED, TRANSACTION, World};

fn by_id(transaction_id: &str) -> String {
    format!("{PARTNER}/id/{transaction_id}?sp_mchid={PLATFORM}&sub_mchid={SUB_MERCHANT}")
}

#[tokio::test]
async fn says_what_the_query_by_number_says() {
    let world = World::start().await;
    let order = world.show(&format!("/orders/{PLATFORM}/demo20261121compensated")).await;
    let expected = format!(
        r#"{{"sp_appid":"wx8888888888888888","sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"demo20261121compensated","transaction_id":"1217752501201407033233368018","trade_type":"JSAPI","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","success_time":"{}","payer":{{"sp_openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}},"amount":{{"total":25800,"payer_total":25800,"currency":"CNY","payer_currency":"CNY"}}}}"#,
        order["success_time"].as_str().unwrap()
    );
    let draft = world.platform.get(&by_id(TRANSACTION));
    let before = world.state().await;
    for _ in 0..2 {
        let answer = world.send(&draft).await;
        assert_eq!((answer.status, answer.text()), (200, &*expected));
    }
    let by_number = world.platform.get(&partner_query("demo20261121compensated"));
    assert_eq!(world.send(&by_number).await.text(), expected);
    world.unchanged_since(&before).await;

    let shown = world.ok(&world.platform.get(&by_id(SUBSIDISED))).await;
    assert_eq!(shown["trade_state"], "REFUND");
    let placed = partner_order(&world, json!({ "out_trade_no": "fresh1" })).await;
    let fresh = placed["transaction_id"].as_str().unwrap();
    let shown = world.ok(&world.platform.get(&by_id(fresh))).await;
    assert_eq!(shown["out_trade_no"], "fresh1");
    let world = world.restart().await;
    assert_eq!(world.ok(&world.platform.get(&by_id(fresh))).await, shown);
}

#[tokio::test]
async fn refuses_what_is_not_the_callers() {
    let world = World::start().await;
    let platform = &world.platform;
    partner_order(&world, json!({ "out_trade_no": "wait01", "outcome": "unpaid" })).await;
    let direct = world.show(&format!("/orders/{DIRECT}/{ORDER}")).await;
    let nobodys = world.order(json!({ "mchid": PLATFORM, "out_trade_no": "nobody" })).await;
    let id = |order: &serde_json::Value| order["transaction_id"].as_str().unwrap().to_owned();
    // Unknown, unpaid, a direct merchant's, and the platform's own for no sub-merchant.
    for unknown in ["1", "wait01", &id(&direct), &id(&nobodys)] {
        world.refused(&platform.get(&by_id(unknown)), ORDER_UNKNOWN).await;
    }
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        let target = by_id(TRANSACTION).replace(PLATFORM, &caller.mchid);
        world.refused(&caller.get(&target), NO_AUTH).await;
    }
    for stranger in [DIRECT, "1900009999"] {
        let target = by_id(TRANSACTION).replace(SUB_MERCHANT, stranger);
        world.refused(&platform.get(&target), NO_RELATION).await;
    }

    let second = world.merchant("1900002000", &["platform"]).await;
    world.refused(&second.get(&by_id(TRANSACTION)), MCHID_DIFFERS).await;
    let own = second.get(&by_id(TRANSACTION).replace(PLATFORM, &second.mchid));
    world.refused(&own, NO_RELATION).await;
    relate(&world, &second.mchid, SUB_MERCHANT).await;
    world.refused(&own, ORDER_UNKNOWN).await;
    // Nor does one sub-merchant's name open another's orders.
    world.merchant("1900013402", &["sub_merchant"]).await;
    relate(&world, PLATFORM, "1900013402").await;
    let target = by_id(TRANSACTION).replace(SUB_MERCHANT, "1900013402");
    world.refused(&platform.get(&target), ORDER_UNKNOWN).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let path = format!("{PARTNER}/id/{TRANSACTION}");
    let cases = [
        (
            by_id(&"1".repeat(65)),
            "输入源“/uri_template/transaction_id”映射到值字段“微信支付订单号”字符串规则校验失败，字节数 65，大于最大值 64",
            json!({ "location": "uri_template", "value": 65 }),
        ),
        (
            by_id("1*2"),
            "输入源“/uri_template/transaction_id”映射到值字段“微信支付订单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9A-Za-z]+$”",
            json!({ "location": "uri_template", "value": "1*2" }),
        ),
        (
            format!("{path}?sub_mchid={SUB_MERCHANT}"),
            "输入源“/query/sp_mchid”映射到字段“服务商户号”必填性规则校验失败，此字段为必填项",
            json!({ "location": "query", "value": "" }),
        ),
        (
            format!("{path}?sp_mchid={PLATFORM}"),
            "输入源“/query/sub_mchid”映射到字段“子商户号”必填性规则校验失败，此字段为必填项",
            json!({ "location": "query", "value": "" }),
        ),
        (
            format!("{}&sp_appid=wx8888888888888888", by_id(TRANSACTION)),
            UNDEFINED,
            json!({ "location": null, "value": ["/query/sp_appid"] }),
        ),
        (format!("{}&sp_mchid={PLATFORM}", by_id(TRANSACTION)), "参数错误", json!(null)),
    ];
    for (target, message, detail) in cases {
        let draft = world.platform.get(&target);
        let body = world.refused(&draft, (400, "PARAM_ERROR", message)).await;
        assert_eq!(body["detail"], detail, "{target}");
    }
}
