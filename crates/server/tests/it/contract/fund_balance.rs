//! `GET /v3/merchant/fund/balance/{account_type}`: what lies on one of the caller's accounts.

use redress_server::{PLATFORM, SPONSOR};
use serde_json::json;

use super::{
    ACCOUNT_NOT_OPEN, MERCHANT_BILLS, NO_AUTH, UNDEFINED, merchant_bill, until_merchant_bill,
};
use crate::world::{BILLS, World, create};

fn path(account_type: &str) -> String {
    format!("/v3/merchant/fund/balance/{account_type}")
}

#[tokio::test]
async fn shows_what_lies_there() {
    let world = World::start().await;
    let funds = async |kind: &str| world.send(&world.platform.get(&path(kind))).await;
    let answer = funds("BASIC").await;
    assert_eq!(
        (answer.status, answer.text()),
        (200, r#"{"available_amount":0,"pending_amount":0}"#)
    );
    world.act("/credits", json!({ "mchid": PLATFORM, "amount": 30_000 })).await;
    // Held for a payer who is asked: still there, and not to be paid with.
    let mut bill = create("held");
    bill["sponsor_mchid"] = PLATFORM.into();
    world.ok(&world.platform.post(BILLS, &bill.to_string())).await;
    world.until("held", "WAIT_USER_CONFIRM").await;
    let before = world.state().await;
    let held = r#"{"available_amount":20000,"pending_amount":10000}"#;
    assert_eq!(funds("BASIC").await.text(), held);
    world.unchanged_since(&before).await;

    let operation = funds("OPERATION").await.json();
    world.ok(&world.platform.post(MERCHANT_BILLS, &merchant_bill("sub").to_string())).await;
    until_merchant_bill(&world, "sub", "SUCCESS").await;
    let left = operation["available_amount"].as_i64().unwrap() - 10_000;
    assert_eq!(
        funds("OPERATION").await.json(),
        json!({ "available_amount": left, "pending_amount": 0 })
    );
    assert_eq!(funds("BASIC").await.text(), held);
    // Each account is the caller's own.
    let second = world.merchant("1900002000", &["platform"]).await;
    let nothing = json!({ "available_amount": 0, "pending_amount": 0 });
    assert_eq!(world.ok(&second.get(&path("BASIC"))).await, nothing);
    assert_eq!(world.ok(&second.get(&path("OPERATION"))).await, nothing);
    world.verify().await;
}

#[tokio::test]
async fn counts_what_waits_for_profit_sharing() {
    let world = World::start().await;
    let order = json!({
        "mchid": PLATFORM, "out_trade_no": "frozen001", "trade_type": "JSAPI", "amount": 700,
        "profit_sharing": true,
    });
    let frozen = world.ok(&world.platform.get(&path("BASIC"))).await;
    let order = world.order(order).await;
    assert_eq!(order["state"], "SUCCESS", "{order}");
    let after = world.ok(&world.platform.get(&path("BASIC"))).await;
    assert_eq!(after["available_amount"], frozen["available_amount"]);
    assert_eq!(after["pending_amount"], frozen["pending_amount"].as_i64().unwrap() + 700);
}

#[tokio::test]
async fn refuses() {
    let world = World::start().await;
    world.refused(&world.platform.get(&path("FEES")), ACCOUNT_NOT_OPEN).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.get(&path("BASIC")), NO_AUTH).await;
    }
    let words = "输入源“/uri_template/account_type”映射到值字段“账户类型”枚举规则校验失败，此字段的可选取值为“BASIC、OPERATION、FEES”";
    for kind in ["DEPOSIT", "basic", "x"] {
        world.refused(&world.platform.get(&path(kind)), (400, "PARAM_ERROR", words)).await;
    }
    let target = format!("{}?mchid={SPONSOR}", path("BASIC"));
    world.refused(&world.platform.get(&target), (400, "PARAM_ERROR", UNDEFINED)).await;
}
