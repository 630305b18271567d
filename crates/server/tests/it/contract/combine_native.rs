//! `POST /v3/combine-transactions/native`: place a combined order that is paid by scanning a code.

use serde_json::json;

use super::{NO_AUTH, UNDEFINED, combine_query, combined, combined_states};
use crate::wire::exchange;
use crate::world::World;

const NATIVE: &str = "/v3/combine-transactions/native";

#[tokio::test]
async fn whoever_scans_the_code_pays_all_of_them() {
    let world = World::start().await;
    let draft = world.direct.post(NATIVE, &combined(&world.direct, "scan1", 10).to_string());
    let placed = world.ok(&draft).await;
    let code_url = placed["code_url"].as_str().unwrap();
    assert!(code_url.starts_with("weixin://wxpay/"), "{code_url}");
    assert_eq!(world.ok(&draft).await, placed, "the same again is the same");
    let world = world.restart().await;
    assert_eq!(combined_states(&world, &world.direct, "scan1").await, vec!["NOTPAY"; 10]);

    // Sixteen payers scan it: one pays.
    let pay = |n: usize| json!({ "code_url": code_url, "openid": format!("o_scan{n}") });
    let mut running = tokio::task::JoinSet::new();
    for n in 0..16 {
        let (body, address) = (pay(n).to_string(), world.address());
        let length = body.len();
        let request = format!(
            "POST /_control/pay HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        running.spawn(async move { exchange(address, request.as_bytes()).await.unwrap().status });
    }
    let statuses = running.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 15, "{statuses:?}");
    let shown = world.ok(&world.direct.get(&combine_query("scan1"))).await;
    let openid = shown["combine_payer_info"]["openid"].as_str().unwrap();
    assert_eq!(world.account(&format!("payer:{openid}")).await["balance"], -55_000);
    assert_eq!(shown["sub_orders"][9]["trade_type"], "NATIVE");
    assert_eq!(combined_states(&world, &world.direct, "scan1").await, vec!["SUCCESS"; 10]);
    world.verify().await;
}

#[tokio::test]
async fn nobody_pays_when_its_time_is_over() {
    let world = World::start().await;
    let mut body = combined(&world.platform, "late1", 50);
    body["time_expire"] = "2000-01-01T00:00:00+08:00".into();
    let code_url =
        world.ok(&world.platform.post(NATIVE, &body.to_string())).await["code_url"].clone();
    assert_eq!(combined_states(&world, &world.platform, "late1").await, vec!["NOTPAY"; 50]);
    world.step(60).await;
    let pay = json!({ "code_url": code_url, "openid": "o_late" });
    assert_eq!(world.control("POST", "/pay", &pay.to_string()).await.0, 409);
    world.state().await;
    assert_eq!(combined_states(&world, &world.platform, "late1").await, vec!["CLOSED"; 50]);
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let good = combined(&world.platform, "P51", 2);
    world.refused(&world.sub_merchant.post(NATIVE, &good.to_string()), NO_AUTH).await;
    let param = |message| (400, "PARAM_ERROR", message);
    for (name, value, message) in [
        ("combine_payer_info", Some(json!({ "openid": "o_1" })), UNDEFINED),
        (
            "notify_url",
            None,
            "输入源“/body/notify_url”映射到字段“通知地址”必填性规则校验失败，此字段为必填项",
        ),
        (
            "combine_out_trade_no",
            Some(json!("P")),
            "输入源“/body/combine_out_trade_no”映射到值字段“合单商户订单号”字符串规则校验失败，字节数 1，小于最小值 2",
        ),
        ("time_expire", Some(json!("tomorrow")), "参数错误"),
    ] {
        let mut body = good.clone();
        let fields = body.as_object_mut().unwrap();
        match value {
            Some(value) => drop(fields.insert(name.to_owned(), value)),
            None => drop(fields.remove(name)),
        }
        world.refused(&world.platform.post(NATIVE, &body.to_string()), param(message)).await;
    }
    world.verify().await;
}
