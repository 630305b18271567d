//! `GET /v3/ecommerce/profitsharing/returnorders`: query a return.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};

use super::{NO_AUTH, UNDEFINED};
use crate::sharing::{RETURNS, UNKNOWN, back, query_back, ready, share, shared, until};

#[tokio::test]
async fn answers_a_return_by_either_number_of_its_share() {
    let (world, id) = ready().await;
    let made = shared(&world, &share(&id, "P1", &[(PLATFORM, 1_000)])).await;
    world.ok(&world.platform.post(RETURNS, &back("R1", "P1", PLATFORM, 1).to_string())).await;
    let done = until(&world, &query_back("R1", "P1"), "result", "SUCCESS").await;
    let text = |name: &str| done[name].as_str().expect("a text").to_owned();
    let expected = format!(
        r#"{{"sub_mchid":"1900013401","order_id":"{}","out_order_no":"P1","out_return_no":"R1","return_mchid":"1900001108","amount":1,"return_no":"{}","result":"SUCCESS","finish_time":"{}","transaction_id":"{id}"}}"#,
        made["order_id"].as_str().unwrap(),
        text("return_no"),
        text("finish_time"),
    );
    let by_id = query_back("R1", "P1")
        .replace("out_order_no=P1", &format!("order_id={}", text("order_id")));
    for target in [query_back("R1", "P1"), format!("{}&out_order_no=P1", by_id), by_id] {
        let answer = world.send(&world.platform.get(&target)).await;
        assert_eq!((answer.status, answer.text()), (200, expected.as_str()));
    }

    let get = |target: &str| world.platform.get(target);
    world.refused(&get(&query_back("R2", "P1")), UNKNOWN).await;
    world.refused(&get(&query_back("R1", "P2")), UNKNOWN).await;
    world.refused(&get(&query_back("R1", "P1").replace(SUB_MERCHANT, DIRECT)), UNKNOWN).await;
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.get(&query_back("R1", "P1")), UNKNOWN).await;
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.get(&query_back("R1", "P1")), NO_AUTH).await;
    }
    let unnamed = format!("{RETURNS}?sub_mchid={SUB_MERCHANT}&out_return_no=R1");
    let words = "输入源“/query/order_id”映射到字段“微信分账单号”必填性规则校验失败，此字段为必填项";
    world.refused(&get(&unnamed), (400, "PARAM_ERROR", words)).await;
    let more = format!("{}&transaction_id={id}", query_back("R1", "P1"));
    world.refused(&get(&more), (400, "PARAM_ERROR", UNDEFINED)).await;
}
