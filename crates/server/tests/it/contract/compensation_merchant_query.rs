//! `GET …/sub-mch-compensation-bills/{out_bill_no}`: query a sub-merchant's compensation.

use redress_server::{PLATFORM, SPONSOR};
use serde_json::json;

use super::{BILL_UNKNOWN, MERCHANT_BILLS, NO_AUTH, UNDEFINED, merchant_bill, until_merchant_bill};
use crate::world::{BILL, World};

#[tokio::test]
async fn shows_the_bill() {
    let world = World::start().await;
    let made = world.platform.post(MERCHANT_BILLS, &merchant_bill(BILL).to_string());
    let made = world.ok(&made).await;
    let paid = until_merchant_bill(&world, BILL, "SUCCESS").await;
    let field = |name: &str| paid[name].as_str().unwrap();
    let expected = format!(
        r#"{{"sp_mchid":"1900001108","receiver_detail":{{"receiver":{{"type":"MERCHANT","mch_info":{{"mchid":"1900013401"}}}}}},"out_bill_no":"plfk2020042013","amount":10000,"transfer_remark":"赔付金发放","bill_id":"{}","state":"SUCCESS","accept_time":"{}","success_time":"{}","sponsor_mchid":"1900001108"}}"#,
        made["bill_id"].as_str().unwrap(),
        field("accept_time"),
        field("success_time"),
    );
    // With the sponsor named and not, and after a restart.
    let world = world.restart().await;
    for query in [String::new(), format!("?sponsor_mchid={PLATFORM}")] {
        let target = format!("{MERCHANT_BILLS}/{BILL}{query}");
        assert_eq!(world.send(&world.platform.get(&target)).await.text(), expected);
    }
    let target = format!("{MERCHANT_BILLS}/{BILL}?sponsor_mchid={SPONSOR}");
    world.refused(&world.platform.get(&target), BILL_UNKNOWN).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_what_is_not_the_callers() {
    let world = World::start().await;
    let path = format!("{MERCHANT_BILLS}/{BILL}");
    world.refused(&world.platform.get(&path), BILL_UNKNOWN).await;
    // A compensation of a user is not one of a sub-merchant.
    world.waiting(BILL).await;
    world.refused(&world.platform.get(&path), BILL_UNKNOWN).await;
    world.ok(&world.platform.post(MERCHANT_BILLS, &merchant_bill(BILL).to_string())).await;
    until_merchant_bill(&world, BILL, "SUCCESS").await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.get(&path), NO_AUTH).await;
    }
    let second = world.merchant("1900002000", &["platform"]).await;
    world.refused(&second.get(&path), BILL_UNKNOWN).await;
    let draft = world.platform.get(&format!("{path}?sub_mchid=1"));
    let body = world.refused(&draft, (400, "PARAM_ERROR", UNDEFINED)).await;
    assert_eq!(body["detail"]["value"], json!(["/query/sub_mchid"]));
    let long = format!("{MERCHANT_BILLS}/{}", "a".repeat(33));
    let words = "输入源“/uri_template/out_bill_no”映射到值字段“商户单号”字符串规则校验失败，字节数 33，大于最大值 32";
    world.refused(&world.platform.get(&long), (400, "PARAM_ERROR", words)).await;
}
