//! `POST /v3/ecommerce/subsidies/create`: pay the subsidy of an order.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{NO_AUTH, NO_RELATION, UNDEFINED, partner_order, relate};
use crate::refunds::{PAY_SUBSIDY, RETURN_SUBSIDY, subsidy, with};
use crate::wire::exchange;
use crate::world::{SUBSIDIES, SUBSIDISED, TRANSACTION, World};

const UNKNOWN: (u16, &str, &str) = (400, "INVALID_REQUEST", "订单不存在");

const fn invalid(message: &str) -> (u16, &str, &str) {
    (400, "INVALID_REQUEST", message)
}

/// A world whose orders are settled.
async fn settled() -> World {
    let world = World::start().await;
    world.step(60).await;
    world
}

#[tokio::test]
async fn pays_the_subsidy_of_the_page() {
    let world = settled().await;
    let operation = format!("merchant:{PLATFORM}:operation");
    let before = world.account(&operation).await["available"].as_i64().unwrap();
    let mut body = subsidy(SUBSIDISED, 1_000);
    body["out_subsidy_no"] = "Aa0_-|*@".into();
    let draft = world.platform.post(PAY_SUBSIDY, &body.to_string());
    let answer = world.ok(&draft).await;
    let expected = json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": SUBSIDISED,
        "subsidy_id": answer["subsidy_id"], "description": "测试备注", "amount": 1_000,
        "result": "SUCCESS", "success_time": answer["success_time"],
        "out_subsidy_no": "Aa0_-|*@",
    });
    assert_eq!(answer, expected);
    assert_eq!(answer["subsidy_id"].as_str().unwrap().len(), 32);
    let order = world.show(&format!("/orders/{PLATFORM}/demo20261121subsidised")).await;
    assert_eq!((&order["unsplit"], &order["may_share"]), (&json!(9_000), &json!(true)));
    assert_eq!(world.account(&operation).await["balance"], before - 1_000);
    let frozen = world.account(&format!("merchant:{SUB_MERCHANT}:frozen")).await;
    assert_eq!(frozen["available"], 9_000);

    // Once more, also after a restart: it is paid once.
    let before = world.state().await;
    assert_eq!(world.ok(&draft).await, expected);
    world.unchanged_since(&before).await;
    let world = world.restart().await;
    assert_eq!(world.ok(&draft).await, expected);
    for other in [
        with(&body, "amount", 999.into()),
        with(&body, "description", "x".into()),
        with(&body, "out_subsidy_no", "x".into()),
        subsidy(SUBSIDISED, 1_000),
    ] {
        let draft = world.platform.post(PAY_SUBSIDY, &other.to_string());
        world.refused(&draft, invalid("请求重入时，参数与首次请求时不一致")).await;
    }
    world.step(180 * 24 * 3600 + 1).await;
    world.state().await;
    let old = invalid("对应单号已超出重试期,请查单确认后决定是否换单请求");
    world.refused(&draft, old).await;
    world.verify().await;
}

#[tokio::test]
async fn says_when_all_of_it_went_back() {
    let world = settled().await;
    let draft = world.platform.post(PAY_SUBSIDY, &subsidy(SUBSIDISED, 900).to_string());
    assert_eq!(world.ok(&draft).await["result"], "SUCCESS", "less, because of the refund");
    for (number, fen, result) in [("return-1", 400, "SUCCESS"), ("return-2", 500, "REFUND")] {
        let body = with(&subsidy(SUBSIDISED, fen), "out_order_no", number.into());
        world.ok(&world.platform.post(RETURN_SUBSIDY, &body.to_string())).await;
        assert_eq!(world.ok(&draft).await["result"], result);
    }
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let post = |body: &Json| world.platform.post(PAY_SUBSIDY, &body.to_string());
    let plain = subsidy(SUBSIDISED, 1_000);
    let order = |number: &str| {
        json!({
            "out_trade_no": number, "trade_type": "JSAPI", "profit_sharing": true,
            "subsidy_amount": 1_000,
        })
    };
    let fresh = partner_order(&world, order("fresh1")).await;
    let fresh = fresh["transaction_id"].as_str().unwrap();
    // The demo world's orders may have been paid a minute ago.
    let early = invalid("订单处理中，请稍后重试");
    world.refused(&post(&subsidy(fresh, 1_000)), early).await;
    world.step(60).await;
    world.refused(&post(&subsidy("4200", 1)), UNKNOWN).await;
    world.refused(&post(&subsidy(TRANSACTION, 1)), invalid("非补差订单，不支持补差")).await;
    world
        .refused(&post(&subsidy(SUBSIDISED, 1_001)), invalid("补差金额超过下单时的补差金额"))
        .await;
    let little = invalid("订单未发生退款，补差金额必须等于下单时的补差金额");
    world.refused(&post(&subsidy(fresh, 999)), little).await;
    let refund = with(&plain, "refund_id", "4200".into());
    world.refused(&post(&refund), invalid("退款单不存在")).await;
    // The number of another order's subsidy.
    let numbered = with(&plain, "out_subsidy_no", "subsidy-1".into());
    world.ok(&post(&numbered)).await;
    let taken = with(&subsidy(fresh, 1_000), "out_subsidy_no", "subsidy-1".into());
    let differs = invalid("单号已存在但信息不一致,请查单后比较确认");
    world.refused(&post(&taken), differs).await;
    // Called off.
    let refunded = partner_order(&world, with(&order("back01"), "refunded", 1.into())).await;
    let refunded = refunded["transaction_id"].as_str().unwrap();
    let cancel = json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": refunded, "description": "x",
    });
    world.ok(&world.platform.post(SUBSIDIES, &cancel.to_string())).await;
    world.step(60).await;
    let cancelled = invalid("订单已取消补差，不支持补差");
    world.refused(&post(&subsidy(refunded, 1_000)), cancelled).await;
    // After 180 days nothing waits for sharing any more.
    world.step(181 * 24 * 3600).await;
    world.state().await;
    let shared = invalid("订单已发起分账，不支持补差");
    world.refused(&post(&subsidy(fresh, 1_000)), shared).await;
    world.verify().await;
}

#[tokio::test]
async fn waits_for_money() {
    let world = World::start().await;
    let order = json!({
        "out_trade_no": "dear01", "trade_type": "JSAPI", "profit_sharing": true,
        "amount": 100_000_000, "subsidy_amount": 50_000_000,
    });
    let order = partner_order(&world, order).await;
    world.step(60).await;
    let body = subsidy(order["transaction_id"].as_str().unwrap(), 50_000_000);
    let draft = world.platform.post(PAY_SUBSIDY, &body.to_string());
    let short = (403, "NOT_ENOUGH", "可用余额不足，请充值后重新发起");
    world.refused(&draft, short).await;
    let credit = json!({ "mchid": PLATFORM, "amount": 50_000_000 });
    world.act("/credits", credit.clone()).await;
    world.refused(&draft, short).await;
    world.act("/credits", with(&credit, "account", "operation".into())).await;
    world.ok(&draft).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_ecommerce_platforms_alone() {
    let world = settled().await;
    let body = subsidy(SUBSIDISED, 1_000);
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.post(PAY_SUBSIDY, &body.to_string()), NO_AUTH).await;
    }
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.post(PAY_SUBSIDY, &body.to_string()), NO_RELATION).await;
    relate(&world, "1900002001", SUB_MERCHANT).await;
    world.refused(&other.post(PAY_SUBSIDY, &body.to_string()), UNKNOWN).await;
    let foreign = with(&body, "sub_mchid", SPONSOR.into());
    world.refused(&world.platform.post(PAY_SUBSIDY, &foreign.to_string()), NO_RELATION).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = settled().await;
    let plain = subsidy(SUBSIDISED, 1_000);
    let rule = |name: &str, label: &str, rest: &str| {
        format!("输入源“/body/{name}”映射到值字段“{label}”字符串规则校验失败，{rest}")
    };
    let cases = [
        (
            with(&plain, "description", "描".repeat(81).into()),
            rule("description", "补差描述", "字符数 81，大于最大值 80"),
        ),
        (
            with(&plain, "transaction_id", "1".repeat(65).into()),
            rule("transaction_id", "微信订单号", "字节数 65，大于最大值 64"),
        ),
        (
            with(&plain, "out_subsidy_no", "a b".into()),
            rule(
                "out_subsidy_no",
                "商户补差单号",
                r"字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*@]+$”",
            ),
        ),
        (
            with(&plain, "amount", 0.into()),
            "输入源“/body/amount”映射到数值字段“补差金额”规则校验失败，值低于最小值 1".to_owned(),
        ),
        (
            json!({ "transaction_id": SUBSIDISED, "amount": 1, "description": "x" }),
            "输入源“/body/sub_mchid”映射到字段“二级商户号”必填性规则校验失败，此字段为必填项"
                .to_owned(),
        ),
        (with(&plain, "mchid", DIRECT.into()), UNDEFINED.to_owned()),
    ];
    for (body, message) in cases {
        let draft = world.platform.post(PAY_SUBSIDY, &body.to_string());
        world.refused(&draft, (400, "PARAM_ERROR", &message)).await;
    }
}

#[tokio::test]
async fn twins_pay_once() {
    let world = settled().await;
    let body = subsidy(SUBSIDISED, 1_000).to_string();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let bytes = world.platform.post(PAY_SUBSIDY, &body).bytes();
        let address = world.address();
        running.spawn(async move { exchange(address, &bytes).await.unwrap() });
    }
    let answers = running.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    assert_eq!(world.show("/subsidies").await["items"].as_array().unwrap().len(), 1);
    world.verify().await;
}

/// Exactly one of a create and a cancel wins, whichever comes first.
#[tokio::test]
async fn races_a_cancel() {
    let world = World::start().await;
    let mut orders = Vec::new();
    for round in 0..6 {
        let order = json!({
            "out_trade_no": format!("race-{round}"), "trade_type": "JSAPI",
            "profit_sharing": true, "subsidy_amount": 100, "refunded": 1,
        });
        let order = partner_order(&world, order).await;
        orders.push(order["transaction_id"].as_str().unwrap().to_owned());
    }
    world.step(60).await;
    for order in &orders {
        let cancel = json!({
            "sub_mchid": SUB_MERCHANT, "transaction_id": order, "description": "x",
        });
        let create = world.platform.post(PAY_SUBSIDY, &subsidy(order, 100).to_string());
        let cancel = world.platform.post(SUBSIDIES, &cancel.to_string());
        let (create, cancel) = tokio::join!(world.send(&create), world.send(&cancel));
        match (create.status, cancel.status) {
            (200, 400) => assert_eq!(cancel.json()["message"], "订单已补差，不支持取消补差"),
            (400, 200) => assert_eq!(create.json()["message"], "订单已取消补差，不支持补差"),
            other => panic!("{other:?}"),
        }
    }
    world.verify().await;
}
