//! `GET /v3/ecommerce/refunds/out-refund-no/{out_refund_no}`: query a refund of a sub-merchant.

use redress_server::{SPONSOR, SUB_MERCHANT};
use serde_json::json;

use super::{NO_AUTH, NO_RELATION, UNDEFINED, partner_order};
use crate::refunds::{APPLY, REFUND_UNKNOWN, apply, platform_query, settle};
use crate::world::World;

/// A world with a refund by this number.
pub(super) async fn refunded(number: &str) -> World {
    let world = World::start().await;
    let order = json!({ "out_trade_no": "shared1", "trade_type": "JSAPI", "profit_sharing": true });
    partner_order(&world, order).await;
    world.ok(&world.platform.post(APPLY, &apply("shared1", number, 800, 5_000).to_string())).await;
    world
}

#[tokio::test]
async fn shows_the_refund_and_its_end() {
    let world = refunded("Aa0_-|*@").await;
    let target = platform_query("Aa0_-%7C*@");
    let found = world.ok(&world.platform.get(&target)).await;
    let order = world.ok(&world.platform.get(&super::partner_query("shared1"))).await;
    let mut expected = json!({
        "refund_id": found["refund_id"], "out_refund_no": "Aa0_-|*@",
        "transaction_id": order["transaction_id"], "out_trade_no": "shared1",
        "channel": "ORIGINAL", "user_received_account": "支付用户零钱",
        "create_time": found["create_time"], "status": "PROCESSING",
        "amount": { "refund": 800, "payer_refund": 800, "discount_refund": 0, "currency": "CNY" },
        "refund_account": "REFUND_SOURCE_SUB_MERCHANT", "funds_account": "UNAVAILABLE",
    });
    assert_eq!(found, expected);
    settle(&world).await;
    let found = world.ok(&world.platform.get(&target)).await;
    expected["status"] = "SUCCESS".into();
    expected["success_time"] = found["success_time"].clone();
    assert_eq!(found, expected);
    assert!(found["success_time"].is_string());
    let world = world.restart().await;
    assert_eq!(world.ok(&world.platform.get(&target)).await, expected);
}

#[tokio::test]
async fn refuses_what_is_not_there_or_not_the_callers() {
    let world = refunded("refund-1").await;
    settle(&world).await;
    world.refused(&world.platform.get(&platform_query("refund-2")), REFUND_UNKNOWN).await;
    let of = |sub: &str| platform_query("refund-1").replace(SUB_MERCHANT, sub);
    world.refused(&world.platform.get(&of(SPONSOR)), NO_RELATION).await;
    super::relate(&world, redress_server::PLATFORM, SPONSOR).await;
    world.refused(&world.platform.get(&of(SPONSOR)), REFUND_UNKNOWN).await;
    for caller in [&world.direct, &world.sub_merchant, &world.sponsor] {
        world.refused(&caller.get(&of(SUB_MERCHANT)), NO_AUTH).await;
    }
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.get(&of(SUB_MERCHANT)), NO_RELATION).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let target = platform_query("refund-1");
    let (path, _) = target.split_once('?').unwrap();
    let missing =
        "输入源“/query/sub_mchid”映射到字段“二级商户号”必填性规则校验失败，此字段为必填项";
    let long = "输入源“/uri_template/out_refund_no”映射到值字段“商户退款单号”字符串规则校验失败，字节数 65，大于最大值 64";
    for (target, message) in [
        (path.to_owned(), missing),
        (format!("{target}&x=1"), UNDEFINED),
        (platform_query(&"1".repeat(65)), long),
    ] {
        world.refused(&world.platform.get(&target), (400, "PARAM_ERROR", message)).await;
    }
}
