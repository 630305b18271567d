//! What the tests of profit sharing have in common: an order to share, and its receivers.

use std::time::{Duration, Instant};

use redress_server::{PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use crate::caller::Draft;
use crate::wire::exchange;
use crate::world::{PLATFORM_APPID, World};

pub(crate) const ORDERS: &str = "/v3/ecommerce/profitsharing/orders";
pub(crate) const RETURNS: &str = "/v3/ecommerce/profitsharing/returnorders";
pub(crate) const FINISH: &str = "/v3/ecommerce/profitsharing/finish-order";
pub(crate) const ADD: &str = "/v3/ecommerce/profitsharing/receivers/add";
pub(crate) const DELETE: &str = "/v3/ecommerce/profitsharing/receivers/delete";
pub(crate) const FRIEND: &str = "o_friend";

pub(crate) const DIFFERS: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "单号已存在但信息不一致,请查单后比较确认");
pub(crate) const UNKNOWN: (u16, &str, &str) = (404, "RESOURCE_NOT_EXISTS", "记录不存在");
pub(crate) const ORDER_UNKNOWN: (u16, &str, &str) = (400, "INVALID_REQUEST", "订单不存在");
pub(crate) const NOT_FOR_SHARING: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "非分账订单不支持分账");
pub(crate) const APPID_DIFFERS: (u16, &str, &str) = (400, "INVALID_REQUEST", "appid和mch_id不匹配");

fn kind(account: &str) -> &'static str {
    if account.starts_with('o') { "PERSONAL_OPENID" } else { "MERCHANT_ID" }
}

/// A receiver, as it is put on the list or taken off it.
pub(crate) fn receiver(account: &str) -> Json {
    json!({ "appid": PLATFORM_APPID, "type": kind(account), "account": account })
}

pub(crate) fn added(account: &str) -> Json {
    let mut body = receiver(account);
    body["name"] = "示例商户全称".into();
    body["relation_type"] = "SUPPLIER".into();
    body
}

/// A sharing order of the sub-merchant over 100 yuan, just paid; its provider's number.
pub(crate) async fn sold(world: &World, out_trade_no: &str) -> String {
    let order = json!({
        "mchid": PLATFORM, "sub_mchid": SUB_MERCHANT, "out_trade_no": out_trade_no,
        "trade_type": "JSAPI", "amount": 10_000, "profit_sharing": true,
    });
    world.order(order).await["transaction_id"].as_str().expect("a number").to_owned()
}

/// A world whose platform has the receivers on its list that the tests share with, and the number
/// of an order that can be shared.
pub(crate) async fn ready() -> (World, String) {
    let world = World::start().await;
    let id = sold(&world, "shared1").await;
    for account in [PLATFORM, SPONSOR, FRIEND] {
        world.ok(&world.platform.post(ADD, &added(account).to_string())).await;
    }
    world.step(60).await;
    (world, id)
}

pub(crate) fn share(id: &str, number: &str, receivers: &[(&str, i64)]) -> Json {
    let receiver = |(account, amount): &(&str, i64)| {
        json!({
            "type": kind(account), "receiver_account": account, "amount": amount,
            "description": "分给",
        })
    };
    json!({
        "appid": PLATFORM_APPID, "sub_mchid": SUB_MERCHANT, "transaction_id": id,
        "out_order_no": number, "finish": false,
        "receivers": receivers.iter().map(receiver).collect::<Vec<_>>(),
    })
}

pub(crate) fn finish(id: &str, number: &str) -> Json {
    json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": id, "out_order_no": number,
        "description": "分账完结",
    })
}

pub(crate) fn back(number: &str, share: &str, from: &str, amount: i64) -> Json {
    json!({
        "sub_mchid": SUB_MERCHANT, "out_order_no": share, "out_return_no": number,
        "return_mchid": from, "amount": amount, "description": "分账回退",
    })
}

/// The target of a query of a share.
pub(crate) fn query(id: &str, number: &str) -> String {
    format!("{ORDERS}?sub_mchid={SUB_MERCHANT}&transaction_id={id}&out_order_no={number}")
}

/// The target of a query of a return.
pub(crate) fn query_back(number: &str, share: &str) -> String {
    format!("{RETURNS}?sub_mchid={SUB_MERCHANT}&out_return_no={number}&out_order_no={share}")
}

/// Queries until the answer has this in a field.
pub(crate) async fn until(world: &World, target: &str, field: &str, value: &str) -> Json {
    let started = Instant::now();
    loop {
        let shown = world.ok(&world.platform.get(target)).await;
        if shown[field] == value {
            return shown;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{field} is not {value}: {shown}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Shares, and waits until it is done.
pub(crate) async fn shared(world: &World, body: &Json) -> Json {
    world.ok(&world.platform.post(ORDERS, &body.to_string())).await;
    let text = |name: &str| body[name].as_str().expect("a text");
    until(world, &query(text("transaction_id"), text("out_order_no")), "status", "FINISHED").await
}

pub(crate) async fn available(world: &World, mchid: &str) -> i64 {
    let account = world.account(&format!("merchant:{mchid}:available")).await;
    account["available"].as_i64().unwrap_or_default()
}

pub(crate) async fn left(world: &World, id: &str) -> Json {
    world.ok(&world.platform.get(&format!("{ORDERS}/{id}/amounts"))).await["unsplit_amount"].take()
}

/// Sixteen at once: all are answered alike. Gives the answer.
pub(crate) async fn sixteen(world: &World, draft: impl Fn() -> Draft, number: &str) -> Json {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (bytes, address) = (draft().bytes(), world.address());
        running.spawn(async move { exchange(address, &bytes).await.expect("an answer") });
    }
    let answers = running.join_all().await;
    let first = answers[0].json();
    for answer in &answers {
        assert_eq!((answer.status, &answer.json()[number]), (200, &first[number]));
    }
    first
}
