//! `POST /v3/refund/domestic/refunds`: pay back part of an order, or all of it.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{NO_AUTH, NO_RELATION, UNDEFINED, numbered, partner_order, partner_query, pay_query};
use crate::refunds::{AMOUNT_RULE, PART, REFUNDS, TOO_MUCH, body, query, settle, with};
use crate::wire::exchange;
use crate::world::{APPID, ORDER, TRANSACTION, World, reverse};

const UNKNOWN: (u16, &str, &str) = (404, "RESOURCE_NOT_EXISTS", "订单不存在");
const DIFFERS: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试");

#[tokio::test]
async fn pays_back_part_of_the_order() {
    let world = World::start().await;
    let mut body = body(ORDER, "refund-1", 800, 8_800);
    body["reason"] = "商品已售完".into();
    body["goods_detail"] = json!([{
        "merchant_goods_id": "1217752501201407033233368018", "goods_name": "iPhone6s 16G",
        "unit_price": 800, "refund_amount": 800, "refund_quantity": 1,
    }]);
    let answer = world.ok(&world.direct.post(REFUNDS, &body.to_string())).await;
    let order = world.ok(&world.direct.get(&pay_query(ORDER))).await;
    let expected = json!({
        "refund_id": answer["refund_id"], "out_refund_no": "refund-1",
        "transaction_id": order["transaction_id"], "out_trade_no": ORDER,
        "channel": "ORIGINAL", "user_received_account": "支付用户零钱",
        "create_time": answer["create_time"], "status": "PROCESSING",
        "funds_account": "AVAILABLE",
        "amount": {
            "total": 8_800, "refund": 800, "payer_total": 8_800, "payer_refund": 800,
            "settlement_refund": 800, "settlement_total": 8_800, "discount_refund": 0,
            "currency": "CNY",
        },
    });
    assert_eq!(answer, expected);
    assert_eq!(answer["refund_id"].as_str().unwrap().len(), 29);
    assert_eq!(order["trade_state"], "REFUND");
    let account = world.account("merchant:1230000109:available").await;
    assert_eq!((&account["balance"], &account["available"]), (&json!(8_800), &json!(8_000)));

    settle(&world).await;
    let account = world.account("merchant:1230000109:available").await;
    assert_eq!((&account["balance"], &account["available"]), (&json!(8_000), &json!(8_000)));
    let found = world.ok(&world.direct.get(&query("refund-1"))).await;
    assert_eq!((&found["status"], &found["refund_id"]), (&json!("SUCCESS"), &answer["refund_id"]));
    assert!(found["success_time"].is_string());
    world.verify().await;
}

#[tokio::test]
async fn pays_back_an_order_of_a_sub_merchant() {
    let world = World::start().await;
    let mut whole = with(&body("", "refund-1", 25_800, 25_800), "sub_mchid", SUB_MERCHANT.into());
    whole.as_object_mut().unwrap().remove("out_trade_no");
    whole["transaction_id"] = TRANSACTION.into();
    let answer = world.ok(&world.platform.post(REFUNDS, &whole.to_string())).await;
    assert_eq!(answer["status"], "PROCESSING");
    settle(&world).await;
    let order = world.ok(&world.platform.get(&partner_query("demo20261121compensated"))).await;
    assert_eq!(order["trade_state"], "REFUND");
    let target = format!("{}?sub_mchid={SUB_MERCHANT}", query("refund-1"));
    assert_eq!(world.ok(&world.platform.get(&target)).await["status"], "SUCCESS");

    // An order whose money waits for sharing pays from there, or from both parts.
    let order = json!({ "out_trade_no": "shared1", "trade_type": "JSAPI", "profit_sharing": true });
    partner_order(&world, order).await;
    world.act("/credits", json!({ "mchid": SUB_MERCHANT, "amount": 100 })).await;
    let of = |number: &str, fen: i64| {
        with(&body("shared1", number, fen, 5_000), "sub_mchid", SUB_MERCHANT.into())
    };
    let answer = world.ok(&world.platform.post(REFUNDS, &of("refund-2", 100).to_string())).await;
    assert_eq!(answer["funds_account"], "UNAVAILABLE");
    let mut both = of("refund-3", 300);
    let parts = json!([
        { "account": "UNAVAILABLE", "amount": 200 }, { "account": "AVAILABLE", "amount": 100 },
    ]);
    both["amount"]["from"] = parts.clone();
    let answer = world.ok(&world.platform.post(REFUNDS, &both.to_string())).await;
    assert_eq!((&answer["funds_account"], &answer["amount"]["from"]), (&json!("BASIC"), &parts));
    let order = world.show(&format!("/orders/{PLATFORM}/shared1")).await;
    assert_eq!((&order["unsplit"], &order["refunded"]), (&json!(4_700), &json!(400)));
    settle(&world).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let post = |body: &Json| world.direct.post(REFUNDS, &body.to_string());
    world.refused(&post(&body("nosuchorder", "refund-1", 1, 8_800)), UNKNOWN).await;
    for (number, kind, outcome) in [
        ("native1", "NATIVE", "unpaid"),
        ("paying1", "MICROPAY", "unpaid"),
        ("failed1", "MICROPAY", "failed"),
    ] {
        let order = json!({ "out_trade_no": number, "trade_type": kind, "outcome": outcome });
        world.order(order).await;
        world.refused(&post(&body(number, "refund-1", 1, 5_000)), UNKNOWN).await;
    }
    let invalid = |message| (400, "INVALID_REQUEST", message);
    let total = invalid("原订单金额与订单的实际金额不一致");
    world.refused(&post(&body(ORDER, "refund-1", 1, 8_801)), total).await;
    world.refused(&post(&body(ORDER, "refund-1", 8_801, 8_800)), TOO_MUCH).await;
    let unsettled = with(&body(ORDER, "refund-1", 1, 8_800), "funds_account", "UNSETTLED".into());
    world.refused(&post(&unsettled), invalid("订单不支持使用未结算资金退款")).await;
    let mut from = body(ORDER, "refund-1", 1, 8_800);
    from["amount"]["from"] = json!([{ "account": "AVAILABLE", "amount": 1 }]);
    world.refused(&post(&from), invalid("非分账订单不支持指定退款出资账户")).await;

    world.order(json!({ "out_trade_no": "back01" })).await;
    let draft = world
        .direct
        .post(&reverse("back01"), &json!({ "appid": APPID, "mchid": DIRECT }).to_string());
    world.ok(&draft).await;
    let reversed = invalid("订单已撤销，不能退款");
    world.refused(&post(&body("back01", "refund-1", 1, 5_000)), reversed).await;

    numbered(&world, &post(&body("nosuchorder", "refund-1", 1, 8_800)), 268_512_771).await;
    world.step(365 * 24 * 3600 + 3600).await;
    let expired = invalid("订单已超过可退款的最大期限");
    world.refused(&post(&body(ORDER, "refund-1", 1, 8_800)), expired).await;
    world.verify().await;
}

#[tokio::test]
async fn fifty_refunds_and_no_more_than_was_paid() {
    let world = World::start().await;
    let bodies: Vec<Json> =
        (0..50).map(|n| body(ORDER, &format!("refund-{n}"), 100, 8_800)).collect();
    for body in &bodies {
        world.ok(&world.direct.post(REFUNDS, &body.to_string())).await;
    }
    settle(&world).await;
    let next = |fen| world.direct.post(REFUNDS, &body(ORDER, "refund-50", fen, 8_800).to_string());
    world.refused(&next(3_801), TOO_MUCH).await;
    world.refused(&next(3_800), (400, "INVALID_REQUEST", "订单退款次数已达上限")).await;
    world.verify().await;
}

#[tokio::test]
async fn the_same_number_refunds_once() {
    let world = World::start().await;
    let body = body(ORDER, "Aa0_-|*@", 800, 8_800);
    let post = |body: &Json| world.direct.post(REFUNDS, &body.to_string());
    let first = world.ok(&post(&body)).await;
    settle(&world).await;
    let before = world.state().await;
    let again = world.ok(&post(&body)).await;
    assert_eq!((&again["status"], &again["refund_id"]), (&json!("SUCCESS"), &first["refund_id"]));
    world.unchanged_since(&before).await;
    world.refused(&post(&with(&body, "reason", "x".into())), DIFFERS).await;
    let mut other = body.clone();
    other["amount"]["refund"] = 801.into();
    world.refused(&post(&other), DIFFERS).await;
    let world = world.restart().await;
    let again = world.ok(&world.direct.post(REFUNDS, &body.to_string())).await;
    assert_eq!(again["refund_id"], first["refund_id"]);
    world.verify().await;
}

#[tokio::test]
async fn goes_on_after_a_restart() {
    let world = World::start().await;
    world.ok(&world.direct.post(REFUNDS, &body(ORDER, "refund-1", 800, 8_800).to_string())).await;
    let world = world.restart().await;
    settle(&world).await;
    assert_eq!(world.ok(&world.direct.get(&query("refund-1"))).await["status"], "SUCCESS");
    world.verify().await;
}

#[tokio::test]
async fn waits_for_money_with_the_same_number() {
    let world = World::start().await;
    let poor = world.merchant("1900003000", &["direct"]).await;
    world.order(json!({ "mchid": poor.mchid, "out_trade_no": "poor01" })).await;
    let relation = json!({ "platform": PLATFORM, "merchant": poor.mchid, "relation": "sponsor" });
    world.act("/relations", relation).await;
    let mut bill = crate::world::create("takesone");
    bill["sponsor_mchid"] = poor.mchid.clone().into();
    bill["amount"] = 1.into();
    world.ok(&world.platform.post(crate::world::BILLS, &bill.to_string())).await;
    world.until("takesone", "WAIT_USER_CONFIRM").await;
    let draft = poor.post(REFUNDS, &body("poor01", "refund-1", 5_000, 5_000).to_string());
    let short = (403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起");
    world.refused(&draft, short).await;
    world.act("/credits", json!({ "mchid": poor.mchid, "amount": 1 })).await;
    world.ok(&draft).await;
    settle(&world).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_direct_merchants_and_platforms() {
    let world = World::start().await;
    let own = body(ORDER, "refund-1", 1, 8_800);
    world.refused(&world.sub_merchant.post(REFUNDS, &own.to_string()), NO_AUTH).await;
    // Each has its own orders.
    for caller in [&world.sponsor, &world.platform] {
        world.refused(&caller.post(REFUNDS, &own.to_string()), UNKNOWN).await;
    }
    let sub = |mchid: &str| with(&own, "sub_mchid", mchid.into()).to_string();
    world.refused(&world.platform.post(REFUNDS, &sub(SUB_MERCHANT)), UNKNOWN).await;
    world.refused(&world.platform.post(REFUNDS, &sub(SPONSOR)), NO_RELATION).await;
    world.refused(&world.direct.post(REFUNDS, &sub(SUB_MERCHANT)), NO_RELATION).await;
    let nobody = (404, "MCH_NOT_EXISTS", "商户号不存在");
    world.refused(&world.platform.post(REFUNDS, &sub("1900099999")), nobody).await;
    let foreign = with(&own, "out_trade_no", "demo20261121compensated".into());
    world.refused(&world.platform.post(REFUNDS, &foreign.to_string()), UNKNOWN).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let plain = body(ORDER, "refund-1", 100, 8_800);
    let amount = |name: &str, value: Json| {
        let mut body = plain.clone();
        body["amount"][name] = value;
        body
    };
    let text = |name: &str, label: &str, rest: &str| {
        format!("输入源“/body/{name}”映射到值字段“{label}”字符串规则校验失败，{rest}")
    };
    let missing = |name: &str, label: &str| {
        format!("输入源“/body/{name}”映射到字段“{label}”必填性规则校验失败，此字段为必填项")
    };
    let without = |name: &str| {
        let mut body = plain.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let part = |account: &str, amount: i64| json!({ "account": account, "amount": amount });
    let cases = [
        (without("out_trade_no"), missing("transaction_id", "微信支付订单号")),
        (without("out_refund_no"), missing("out_refund_no", "商户退款单号")),
        (without("amount"), missing("amount", "金额信息")),
        (amount("currency", Json::Null), UNDEFINED.to_owned()),
        (with(&plain, "transaction_id", "42".into()), "输入源“/body/transaction_id”与“/body/out_trade_no”只能填写其中一个".to_owned()),
        (with(&plain, "out_refund_no", "a b".into()), text("out_refund_no", "商户退款单号", r"字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*@]+$”")),
        (with(&plain, "out_refund_no", "1".repeat(65).into()), text("out_refund_no", "商户退款单号", "字节数 65，大于最大值 64")),
        (with(&plain, "reason", "退".repeat(27).into()), text("reason", "退款原因", "字节数 81，大于最大值 80")),
        (with(&plain, "notify_url", "https://a.cn/?a=1".into()), text("notify_url", "退款结果回调url", r"字符串必须匹配正则表达式“^https?://([^\s/?#\[\]\@]+\@)?([^\s/?#\@:]+)(?::\d{2,5})?([^\s?#\[\]]*)$”")),
        (with(&plain, "funds_account", "BASIC".into()), "输入源“/body/funds_account”映射到值字段“退款资金来源”枚举规则校验失败，此字段的可选取值为“AVAILABLE、UNSETTLED”".to_owned()),
        (amount("refund", 0.into()), "输入源“/body/amount/refund”映射到数值字段“退款金额”规则校验失败，值低于最小值 1".to_owned()),
        (amount("refund", json!(0.01)), "无法将 JSON 输入源“/body/amount/refund”映射到目标字段“退款金额”中，此字段需要一个合法的 64 位有符号整数".to_owned()),
        (amount("currency", "USD".into()), text("amount/currency", "退款币种", "字符串必须匹配正则表达式“^CNY$”")),
        (amount("from", json!([part("AVAILABLE", 99)])), format!("{AMOUNT_RULE}出资金额之和必须等于退款金额")),
        (amount("from", json!([part("AVAILABLE", 99), part("AVAILABLE", 1)])), format!("{AMOUNT_RULE}出资账户类型不能重复")),
        (amount("from", json!([part("FROZEN", 100)])), format!("{PART}枚举规则校验失败，此字段的可选取值为“AVAILABLE、UNAVAILABLE”")),
        (with(&plain, "goods_detail", json!([{}])), missing("goods_detail/0/merchant_goods_id", "商户侧商品编码")),
        (with(&plain, "mchid", DIRECT.into()), UNDEFINED.to_owned()),
    ];
    for (body, message) in cases {
        let draft = world.direct.post(REFUNDS, &body.to_string());
        world.refused(&draft, (400, "PARAM_ERROR", &message)).await;
    }
}

#[tokio::test]
async fn twins_refund_once() {
    let world = World::start().await;
    let body = body(ORDER, "refund-1", 800, 8_800).to_string();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let bytes = world.direct.post(REFUNDS, &body).bytes();
        let address = world.address();
        running.spawn(async move { exchange(address, &bytes).await.unwrap() });
    }
    let answers = running.join_all().await;
    let ids: Vec<_> = answers.iter().map(|answer| answer.json()["refund_id"].clone()).collect();
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    settle(&world).await;
    let order = world.show(&format!("/orders/{DIRECT}/{ORDER}")).await;
    assert_eq!((&order["refunded"], &order["refunds"]), (&json!(800), &json!(1)));
    world.verify().await;
}

/// Exactly one of a refund and a reverse wins, whichever comes first.
#[tokio::test]
async fn races_a_reverse() {
    let world = World::start().await;
    for round in 0..8 {
        let number = format!("race-{round}");
        world.order(json!({ "out_trade_no": number })).await;
        let refund = world.direct.post(REFUNDS, &body(&number, &number, 1, 5_000).to_string());
        let pay = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
        let reverse = world.direct.post(&reverse(&number), &pay);
        let (refund, reverse) = if round % 2 == 0 {
            tokio::join!(world.send(&refund), world.send(&reverse))
        } else {
            let (reverse, refund) = tokio::join!(world.send(&reverse), world.send(&refund));
            (refund, reverse)
        };
        let order = world.show(&format!("/orders/{DIRECT}/{number}")).await;
        match (refund.status, reverse.status) {
            (200, 400) => assert_eq!(
                (&order["state"], &reverse.json()["message"]),
                (&json!("REFUND"), &json!("订单已转入退款，不能撤销"))
            ),
            (400, 200) => assert_eq!(
                (&order["state"], &refund.json()["message"]),
                (&json!("REVOKED"), &json!("订单已撤销，不能退款"))
            ),
            other => panic!("{other:?}"),
        }
    }
    settle(&world).await;
    world.verify().await;
}
