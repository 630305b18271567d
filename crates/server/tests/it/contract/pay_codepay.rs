//! `POST /v3/pay/transactions/codepay`: take a payment by the payer's code.

use std::time::Duration;

use redress_server::DIRECT;
use serde_json::{Value as Json, json};

use super::{MCHID_DIFFERS, NO_AUTH, UNDEFINED, pay_query};
use crate::world::{APPID, World, reverse};

pub(crate) const CODEPAY: &str = "/v3/pay/transactions/codepay";
const INVALID: (u16, &str, &str) = (400, "INVALID_REQUEST", "101 付款码无效，请重新扫码");
const USED: (u16, &str, &str) = (400, "INVALID_REQUEST", "101 每个二维码仅限使用一次，请刷新再试");

pub(crate) fn codepay(out_trade_no: &str, auth_code: &str, total: i64) -> Json {
    json!({
        "appid": APPID,
        "mchid": DIRECT,
        "description": "Image形象店-深圳腾大-QQ公仔",
        "out_trade_no": out_trade_no,
        "attach": "自定义数据",
        "payer": { "auth_code": auth_code },
        "amount": { "total": total, "currency": "CNY" },
        "scene_info": { "store_info": { "out_id": "0001" } },
        "detail": {
            "cost_price": 608_800,
            "goods_detail": [
                { "merchant_goods_id": "1246464644", "quantity": 1, "unit_price": 528_800 },
            ],
        },
    })
}

impl World {
    /// A payer shows a code.
    pub(crate) async fn code(&self, openid: &str, password: bool) -> String {
        let code = json!({ "openid": openid, "password": password });
        self.act("/auth-codes", code).await["auth_code"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn act_as_payer(&self, out_trade_no: &str, act: &str) -> (u16, Json) {
        let path = format!("/orders/{DIRECT}/{out_trade_no}/payer");
        self.control("POST", &path, &json!({ "act": act }).to_string()).await
    }

    pub(crate) async fn trade_state(&self, out_trade_no: &str) -> Json {
        self.ok(&self.direct.get(&pay_query(out_trade_no))).await["trade_state"].clone()
    }
}

#[tokio::test]
async fn a_small_amount_is_paid_at_once() {
    let world = World::start().await;
    let code = world.code("o_small", false).await;
    let draft = world.direct.post(CODEPAY, &codepay("code01", &code, 8_800).to_string());
    let answer = world.send(&draft).await;
    let paid = answer.json();
    let expected = format!(
        r#"{{"appid":"{APPID}","mchid":"{DIRECT}","out_trade_no":"code01","transaction_id":{},"trade_type":"MICROPAY","bank_type":"OTHERS","success_time":{},"trade_state":"SUCCESS","trade_state_desc":"支付成功","attach":"自定义数据","payer":{{"openid":"o_small"}},"amount":{{"total":8800,"payer_total":8800,"currency":"CNY","payer_currency":"CNY"}}}}"#,
        paid["transaction_id"], paid["success_time"]
    );
    assert_eq!((answer.status, answer.text()), (200, &*expected));
    assert_eq!(world.trade_state("code01").await, "SUCCESS");
    assert_eq!(world.account("payer:o_small").await["balance"], -8_800);

    // The number is used for ever, the code once.
    let used = (403, "OUT_TRADE_NO_USED", "201 商户订单号重复");
    world.refused(&draft, used).await;
    let other = codepay("code02", &code, 1).to_string();
    world.refused(&world.direct.post(CODEPAY, &other), USED).await;
    world.verify().await;
}

/// The flow of the guide: 202, query, reverse, query; then the number is gone.
#[tokio::test]
async fn a_password_makes_it_202_and_a_reverse_ends_it() {
    let world = World::start().await;
    let code = world.code("o_large", false).await;
    let body = codepay("code11", &code, 100_001).to_string();
    let answer = world.send(&world.direct.post(CODEPAY, &body)).await;
    let waiting = answer.json();
    assert_eq!((answer.status, &waiting["trade_state"]), (202, &json!("USERPAYING")));
    assert_eq!(waiting.get("transaction_id"), None);
    assert_eq!(world.trade_state("code11").await, "USERPAYING");

    let parties = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    world.ok(&world.direct.post(&reverse("code11"), &parties)).await;
    assert_eq!(world.trade_state("code11").await, "REVOKED");
    assert_eq!(world.act_as_payer("code11", "pay").await.0, 409);
    let code = world.code("o_large", false).await;
    let again = codepay("code11", &code, 1).to_string();
    let revoked = (403, "OUT_TRADE_NO_USED", "订单已撤销，请重新下单支付");
    world.refused(&world.direct.post(CODEPAY, &again), revoked).await;
    assert_eq!(world.account("payer:o_large").await, Json::Null, "nothing was paid");
    world.verify().await;
}

#[tokio::test]
async fn the_payer_enters_the_password_or_fails_or_waits_too_long() {
    let world = World::start().await;
    for number in ["code21", "code22", "code23"] {
        let code = world.code("o_asked", true).await;
        let body = codepay(number, &code, 1).to_string();
        assert_eq!(world.send(&world.direct.post(CODEPAY, &body)).await.status, 202);
    }
    let (status, paid) = world.act_as_payer("code21", "pay").await;
    assert_eq!((status, &paid["state"]), (200, &json!("SUCCESS")));
    assert_eq!(world.act_as_payer("code22", "fail").await.1["state"], "PAYERROR");
    assert_eq!(world.act_as_payer("code22", "pay").await.0, 409);
    assert_eq!(world.act_as_payer("nobody1", "pay").await.0, 404);

    world.step(30).await;
    assert_eq!(world.trade_state("code23").await, "USERPAYING");
    world.step(20).await;
    for number in ["code22", "code23"] {
        while world.trade_state(number).await != "REVOKED" {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    assert_eq!(world.trade_state("code21").await, "SUCCESS");
    world.verify().await;
}

#[tokio::test]
async fn ten_payments_a_day_go_without_a_password() {
    let world = World::start().await;
    let pay = async |number: String| {
        let code = world.code("o_often", false).await;
        let body = codepay(&number, &code, 100_000).to_string();
        world.send(&world.direct.post(CODEPAY, &body)).await.status
    };
    for n in 0..10 {
        assert_eq!(pay(format!("often{n:02}")).await, 200);
    }
    assert_eq!(pay("often10".to_owned()).await, 202);
    world.step(24 * 3600).await;
    assert_eq!(pay("often11".to_owned()).await, 200, "another day");
    world.verify().await;
}

#[tokio::test]
async fn a_code_lives_a_minute_and_pays_once() {
    let world = World::start().await;
    let code = world.code("o_slow", false).await;
    world.step(60).await;
    let late = codepay("code31", &code, 1).to_string();
    world.refused(&world.direct.post(CODEPAY, &late), INVALID).await;
    let unknown = codepay("code32", "101234567890123456", 1).to_string();
    world.refused(&world.direct.post(CODEPAY, &unknown), INVALID).await;

    // Sixteen tills scan one code: one is paid.
    let code = world.code("o_twins", false).await;
    let tills = (0..16).map(|n| {
        let body = codepay(&format!("till{n:02}"), &code, 5).to_string();
        world.direct.post(CODEPAY, &body)
    });
    let tills: Vec<_> = tills.collect();
    let answers = all_at_once(&world, &tills).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 400).count(), 15, "{answers:?}");
    assert_eq!(world.account("payer:o_twins").await["balance"], -5);
    world.verify().await;
}

/// Sends all at once.
async fn all_at_once(world: &World, drafts: &[crate::caller::Draft]) -> Vec<u16> {
    let address = world.address();
    let mut sent = tokio::task::JoinSet::new();
    for draft in drafts {
        let bytes = draft.bytes();
        sent.spawn(async move { crate::wire::exchange(address, &bytes).await.unwrap().status });
    }
    sent.join_all().await
}

#[tokio::test]
async fn refuses_what_it_must() {
    let world = World::start().await;
    let code = world.code("o_1", false).await;
    let good = codepay("code41", &code, 1);
    let with = |change: &dyn Fn(&mut Json)| {
        let mut body = good.clone();
        change(&mut body);
        world.direct.post(CODEPAY, &body.to_string())
    };
    let refused = world.platform.post(CODEPAY, &good.to_string());
    world.refused(&refused, NO_AUTH).await;
    world.refused(&with(&|b| b["mchid"] = "1900001109".into()), MCHID_DIFFERS).await;
    let appid = (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
    world.refused(&with(&|b| b["appid"] = "wx0000000000000000".into()), appid).await;

    let param = |message| (400, "PARAM_ERROR", message);
    for (change, message) in [
        (
            json!({ "payer": { "auth_code": "991234567890123456" } }),
            r"输入源“/body/payer/auth_code”映射到值字段“付款码”字符串规则校验失败，字符串必须匹配正则表达式“^1[0-5]\d{16}$”",
        ),
        (
            json!({ "amount": { "total": 0 } }),
            "输入源“/body/amount/total”映射到数值字段“总金额”规则校验失败，值低于最小值 1",
        ),
        (
            json!({ "support_fapiao": "yes" }),
            "无法将 JSON 输入源“/body/support_fapiao”映射到目标字段“电子发票入口开放标识”中，此字段需要一个 bool 类型的 Json 值",
        ),
        (
            json!({ "scene_info": { "store_info": {} } }),
            "输入源“/body/scene_info/store_info/id”映射到字段“门店编号”必填性规则校验失败，此字段为必填项",
        ),
        (
            json!({ "detail": { "goods_detail": [{ "merchant_goods_id": "1", "quantity": 1 }] } }),
            "输入源“/body/detail/goods_detail/0/unit_price”映射到字段“商品单价”必填性规则校验失败，此字段为必填项",
        ),
        (
            json!({ "detail": { "goods_detail": {} } }),
            "无法将 JSON 输入源“/body/detail/goods_detail”映射到目标字段“单品列表”中，此字段需要一个 array 类型的 Json 值",
        ),
        (json!({ "notify_url": "https://www.example.com/" }), UNDEFINED),
        (json!({ "detail": { "goods_detail": [{ "sku": 1 }] } }), UNDEFINED),
    ] {
        let (name, value) = change.as_object().unwrap().iter().next().unwrap();
        let draft = with(&|body| body[name.as_str()] = value.clone());
        world.refused(&draft, param(message)).await;
    }
    // None of these has used the code up.
    world.ok(&world.direct.post(CODEPAY, &good.to_string())).await;
    world.verify().await;
}
