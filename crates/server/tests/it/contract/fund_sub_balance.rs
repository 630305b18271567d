//! `GET /v3/ecommerce/fund/balance/{sub_mchid}`: what lies on one of a sub-merchant's accounts.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::json;

use super::{ACCOUNT_NOT_OPEN, NO_AUTH};
use crate::world::World;

const STRANGER: (u16, &str, &str) = (403, "NO_AUTH", "无权限查询该商户的账户余额");

fn path(sub_mchid: &str) -> String {
    format!("/v3/ecommerce/fund/balance/{sub_mchid}")
}

#[tokio::test]
async fn shows_what_lies_there() {
    let world = World::start().await;
    world.merchant("1900013402", &["sub_merchant"]).await;
    super::relate(&world, PLATFORM, "1900013402").await;
    let path = path("1900013402");
    let funds = async |query: &str| {
        let answer = world.send(&world.platform.get(&format!("{path}{query}"))).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text().to_owned()
    };
    let basic = |available: i64, pending: i64| {
        format!(
            r#"{{"sub_mchid":"1900013402","available_amount":{available},"pending_amount":{pending},"account_type":"BASIC"}}"#
        )
    };
    assert_eq!(funds("").await, basic(0, 0));
    for (number, profit_sharing) in [("paid0001", false), ("frozen01", true)] {
        let order = json!({
            "mchid": PLATFORM, "sub_mchid": "1900013402", "out_trade_no": number,
            "trade_type": "JSAPI", "amount": 700, "profit_sharing": profit_sharing,
        });
        world.order(order).await;
    }
    let before = world.state().await;
    assert_eq!(funds("").await, basic(700, 700));
    assert_eq!(funds("?account_type=BASIC").await, basic(700, 700));
    let credit = json!({ "mchid": "1900013402", "amount": 5, "account": "operation" });
    world.unchanged_since(&before).await;
    world.act("/credits", credit).await;
    assert_eq!(
        funds("?account_type=OPERATION").await,
        r#"{"sub_mchid":"1900013402","available_amount":5,"pending_amount":0,"account_type":"OPERATION"}"#
    );
    world.verify().await;
}

#[tokio::test]
async fn refuses() {
    let world = World::start().await;
    for kind in ["FEES", "DEPOSIT"] {
        let target = format!("{}?account_type={kind}", path(SUB_MERCHANT));
        world.refused(&world.platform.get(&target), ACCOUNT_NOT_OPEN).await;
    }
    // Strangers, the platform's sponsor, itself, and nobody.
    for other in [DIRECT, SPONSOR, PLATFORM, "42"] {
        world.refused(&world.platform.get(&path(other)), STRANGER).await;
    }
    let second = world.merchant("1900002000", &["platform"]).await;
    world.refused(&second.get(&path(SUB_MERCHANT)), STRANGER).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.get(&path(SUB_MERCHANT)), NO_AUTH).await;
    }
    let words = "输入源“/query/account_type”映射到值字段“二级商户账户类型”枚举规则校验失败，此字段的可选取值为“BASIC、FEES、OPERATION、DEPOSIT”";
    let target = format!("{}?account_type=basic", path(SUB_MERCHANT));
    world.refused(&world.platform.get(&target), (400, "PARAM_ERROR", words)).await;
}
