//! `GET /v3/ecommerce/refunds/id/{refund_id}`: query a refund of a sub-merchant.

use redress_server::{PLATFORM, SPONSOR, SUB_MERCHANT};

use super::refund_ecommerce_query::refunded;
use super::{NO_AUTH, NO_RELATION, UNDEFINED};
use crate::refunds::{REFUND_UNKNOWN, REFUNDS, body, platform_query, settle};
use crate::world::{ORDER, World};

fn by_id(refund_id: &str) -> String {
    format!("/v3/ecommerce/refunds/id/{refund_id}?sub_mchid={SUB_MERCHANT}")
}

#[tokio::test]
async fn shows_what_the_other_query_shows() {
    let world = refunded("refund-1").await;
    for _ in 0..2 {
        let found = world.ok(&world.platform.get(&platform_query("refund-1"))).await;
        let id = found["refund_id"].as_str().unwrap();
        assert_eq!(world.ok(&world.platform.get(&by_id(id))).await, found);
        settle(&world).await;
    }
    let world = world.restart().await;
    let found = world.ok(&world.platform.get(&platform_query("refund-1"))).await;
    assert_eq!(found["status"], "SUCCESS");
    let id = found["refund_id"].as_str().unwrap();
    assert_eq!(world.ok(&world.platform.get(&by_id(id))).await, found);
}

#[tokio::test]
async fn refuses_what_is_not_there_or_not_the_callers() {
    let world = refunded("refund-1").await;
    let direct = body(ORDER, "refund-1", 1, 8_800).to_string();
    let direct = world.ok(&world.direct.post(REFUNDS, &direct)).await;
    settle(&world).await;
    world.refused(&world.platform.get(&by_id("42")), REFUND_UNKNOWN).await;
    let direct = direct["refund_id"].as_str().unwrap();
    world.refused(&world.platform.get(&by_id(direct)), REFUND_UNKNOWN).await;
    let found = world.ok(&world.platform.get(&platform_query("refund-1"))).await;
    let target = by_id(found["refund_id"].as_str().unwrap());
    let of = |sub: &str| target.replace(&format!("={SUB_MERCHANT}"), &format!("={sub}"));
    world.refused(&world.platform.get(&of(SPONSOR)), NO_RELATION).await;
    super::relate(&world, PLATFORM, SPONSOR).await;
    world.refused(&world.platform.get(&of(SPONSOR)), REFUND_UNKNOWN).await;
    for caller in [&world.direct, &world.sub_merchant, &world.sponsor] {
        world.refused(&caller.get(&target), NO_AUTH).await;
    }
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    super::relate(&world, "1900002001", SUB_MERCHANT).await;
    world.refused(&other.get(&target), REFUND_UNKNOWN).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let target = by_id("42");
    let (path, _) = target.split_once('?').unwrap();
    let missing =
        "输入源“/query/sub_mchid”映射到字段“二级商户号”必填性规则校验失败，此字段为必填项";
    let letters = "输入源“/uri_template/refund_id”映射到值字段“微信支付退款单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9A-Za-z]+$”";
    for (target, message) in
        [(path.to_owned(), missing), (format!("{target}&x=1"), UNDEFINED), (by_id("4-2"), letters)]
    {
        world.refused(&world.platform.get(&target), (400, "PARAM_ERROR", message)).await;
    }
}
