//! `POST /v3/pay/partner/transactions/codepay`: take a payment for a sub-merchant by the payer's code.

use std::time::Duration;

use redress_server::{PLATFORM, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{MCHID_DIFFERS, NO_AUTH, NO_RELATION, UNDEFINED, partner_query};
use crate::world::{PLATFORM_APPID, World};

const CODEPAY: &str = "/v3/pay/partner/transactions/codepay";

fn codepay(out_trade_no: &str, auth_code: &str, total: i64) -> Json {
    json!({
        "sp_appid": PLATFORM_APPID,
        "sp_mchid": PLATFORM,
        "sub_mchid": SUB_MERCHANT,
        "description": "Image形象店-深圳腾大-QQ公仔",
        "out_trade_no": out_trade_no,
        "attach": "自定义数据",
        "payer": { "auth_code": auth_code },
        "amount": { "total": total, "currency": "CNY" },
        "scene_info": { "store_info": { "id": "0001" } },
    })
}

#[tokio::test]
async fn is_paid_at_once_and_once() {
    let world = World::start().await;
    let code = world.code("o_small", false).await;
    let draft = world.platform.post(CODEPAY, &codepay("code01", &code, 8_800).to_string());
    let before = world.account("merchant:1900013401:available").await["balance"].as_i64();
    let answer = world.send(&draft).await;
    let paid = answer.json();
    let expected = format!(
        r#"{{"sp_appid":"{PLATFORM_APPID}","sp_mchid":"{PLATFORM}","sub_mchid":"{SUB_MERCHANT}","out_trade_no":"code01","transaction_id":{},"trade_type":"MICROPAY","bank_type":"OTHERS","success_time":{},"trade_state":"SUCCESS","trade_state_desc":"支付成功","attach":"自定义数据","payer":{{"sp_openid":"o_small"}},"amount":{{"total":8800,"payer_total":8800,"currency":"CNY","payer_currency":"CNY"}}}}"#,
        paid["transaction_id"], paid["success_time"]
    );
    assert_eq!((answer.status, answer.text()), (200, &*expected));
    let after = world.account("merchant:1900013401:available").await["balance"].as_i64();
    assert_eq!(after.unwrap() - before.unwrap_or_default(), 8_800);

    world.refused(&draft, (403, "OUT_TRADE_NO_USED", "201 商户订单号重复")).await;
    let used = (400, "INVALID_REQUEST", "101 每个二维码仅限使用一次，请刷新再试");
    let other = codepay("code02", &code, 1).to_string();
    world.refused(&world.platform.post(CODEPAY, &other), used).await;
    world.verify().await;
}

#[tokio::test]
async fn waits_for_a_password_and_is_reversed_by_itself() {
    let world = World::start().await;
    let code = world.code("o_asked", true).await;
    let mut body = codepay("code11", &code, 1);
    body["sub_appid"] = PLATFORM_APPID.into();
    let answer = world.send(&world.platform.post(CODEPAY, &body.to_string())).await;
    let waiting = answer.json();
    assert_eq!((answer.status, &waiting["trade_state"]), (202, &json!("USERPAYING")));
    assert_eq!(waiting["sub_appid"], PLATFORM_APPID);
    world.step(45).await;
    let query = world.platform.get(&partner_query("code11"));
    while world.ok(&query).await["trade_state"] != "REVOKED" {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let code = world.code("o_asked", false).await;
    let again = codepay("code11", &code, 1).to_string();
    let revoked = (403, "OUT_TRADE_NO_USED", "订单已撤销，请重新下单支付");
    world.refused(&world.platform.post(CODEPAY, &again), revoked).await;
    world.verify().await;
}

#[tokio::test]
async fn sixteen_tills_that_scan_one_code() {
    let world = World::start().await;
    let code = world.code("o_twins", false).await;
    let mut sent = tokio::task::JoinSet::new();
    for till in 0..16 {
        let body = codepay(&format!("till{till:02}"), &code, 5).to_string();
        let (bytes, address) = (world.platform.post(CODEPAY, &body).bytes(), world.address());
        sent.spawn(async move { crate::wire::exchange(address, &bytes).await.unwrap().status });
    }
    let answers = sent.join_all().await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 400).count(), 15, "{answers:?}");
    assert_eq!(world.account("payer:o_twins").await["balance"], -5);
    world.verify().await;
}

#[tokio::test]
async fn refuses_what_it_must() {
    let world = World::start().await;
    let code = world.code("o_1", false).await;
    let good = codepay("code41", &code, 1);
    for other in [&world.direct, &world.sub_merchant] {
        world.refused(&other.post(CODEPAY, &good.to_string()), NO_AUTH).await;
    }
    let differs = (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
    let param = |message| (400, "PARAM_ERROR", message);
    for (name, value, refusal) in [
        ("sp_mchid", json!("1900001109"), MCHID_DIFFERS),
        ("sub_mchid", json!("1230000109"), NO_RELATION),
        ("sp_appid", json!("wx0000000000000000"), differs),
        ("sub_appid", json!("wx0000000000000000"), differs),
        (
            "payer",
            json!({ "auth_code": "131234567890123456" }),
            (400, "INVALID_REQUEST", "101 付款码无效，请重新扫码"),
        ),
        (
            "payer",
            json!({ "auth_code": "991234567890123456" }),
            param(
                r"输入源“/body/payer/auth_code”映射到值字段“付款码”字符串规则校验失败，字符串必须匹配正则表达式“^1[0-5]\d{16}$”",
            ),
        ),
        (
            "scene_info",
            json!({ "store_info": {} }),
            param(
                "输入源“/body/scene_info/store_info/id”映射到字段“门店编号”必填性规则校验失败，此字段为必填项",
            ),
        ),
        ("notify_url", json!("https://www.example.com/"), param(UNDEFINED)),
    ] {
        let mut body = good.clone();
        body[name] = value;
        world.refused(&world.platform.post(CODEPAY, &body.to_string()), refusal).await;
    }
    let mut body = good.clone();
    body.as_object_mut().unwrap().remove("sp_appid");
    let missing =
        "输入源“/body/sp_appid”映射到字段“合作伙伴应用AppID”必填性规则校验失败，此字段为必填项";
    world.refused(&world.platform.post(CODEPAY, &body.to_string()), param(missing)).await;
    // None of these has used the code up.
    world.ok(&world.platform.post(CODEPAY, &good.to_string())).await;
    world.verify().await;
}
