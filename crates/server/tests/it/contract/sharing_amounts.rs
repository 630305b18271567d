//! `GET /v3/ecommerce/profitsharing/orders/{transaction_id}/amounts`: what is left of an order.

use redress_server::PLATFORM;

use super::{NO_AUTH, UNDEFINED};
use crate::sharing::{ORDERS, UNKNOWN, ready, share, shared};
use crate::world::TRANSACTION;

fn amounts(id: &str) -> String {
    format!("{ORDERS}/{id}/amounts")
}

#[tokio::test]
async fn says_what_is_left() {
    let (world, id) = ready().await;
    let draft = world.platform.get(&amounts(&id));
    let left = |fen: i64| format!(r#"{{"transaction_id":"{id}","unsplit_amount":{fen}}}"#);
    let answer = world.send(&draft).await;
    assert_eq!((answer.status, answer.text()), (200, left(10_000).as_str()));
    shared(&world, &share(&id, "P1", &[(PLATFORM, 1_234)])).await;
    assert_eq!(world.send(&draft).await.text(), left(8_766));
}

#[tokio::test]
async fn refuses_what_is_not_there_and_who_may_not_ask() {
    let (world, id) = ready().await;
    world.refused(&world.platform.get(&amounts("42")), UNKNOWN).await;
    let unmarked = (400, "INVALID_REQUEST", "非分账订单不支持此查询");
    world.refused(&world.platform.get(&amounts(TRANSACTION)), unmarked).await;
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.get(&amounts(&id)), UNKNOWN).await;
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.get(&amounts(&id)), NO_AUTH).await;
    }
    let draft = world.platform.get(&format!("{}?sub_mchid=1", amounts(&id)));
    world.refused(&draft, (400, "PARAM_ERROR", UNDEFINED)).await;
    let words = "输入源“/uri_template/transaction_id”映射到值字段“微信订单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9A-Za-z]+$”";
    world.refused(&world.platform.get(&amounts("1-1")), (400, "PARAM_ERROR", words)).await;
}
