//! `POST /v3/ecommerce/profitsharing/receivers/delete`: take a receiver off the list.

use redress_server::SPONSOR;
use serde_json::Value as Json;

use super::{NO_AUTH, UNDEFINED};
use crate::sharing::{
    ADD, APPID_DIFFERS, DELETE, FRIEND, ORDERS, added, ready, receiver, share, sixteen,
};

#[tokio::test]
async fn takes_a_receiver_off_the_list() {
    let (world, id) = ready().await;
    let draft = || world.platform.post(DELETE, &receiver(SPONSOR).to_string());
    let share = share(&id, "P1", &[(SPONSOR, 1)]).to_string();
    let answer = world.send(&draft()).await;
    let expected = r#"{"type":"MERCHANT_ID","account":"1900001109"}"#;
    assert_eq!((answer.status, answer.text()), (200, expected));
    let unlisted = (400, "INVALID_REQUEST", "分账接收方关系不存在，请先添加分账接收方");
    world.refused(&world.platform.post(ORDERS, &share), unlisted).await;

    // Once more, and one that never was there.
    sixteen(&world, draft, "account").await;
    world.ok(&world.platform.post(DELETE, &receiver("o_nobody").to_string())).await;
    let world = world.restart().await;
    world.refused(&world.platform.post(ORDERS, &share), unlisted).await;
    world.ok(&world.platform.post(ADD, &added(SPONSOR).to_string())).await;
    world.ok(&world.platform.post(ORDERS, &share)).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let (world, _) = ready().await;
    let post = |body: &Json| world.platform.post(DELETE, &body.to_string());
    let mut other = receiver(SPONSOR);
    other["appid"] = "wxd678efh567hg6787".into();
    world.refused(&post(&other), APPID_DIFFERS).await;
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.post(DELETE, &receiver(SPONSOR).to_string()), NO_AUTH).await;
    }
    world.refused(&post(&added(SPONSOR)), (400, "PARAM_ERROR", UNDEFINED)).await;
    let mut person = receiver(FRIEND);
    person.as_object_mut().unwrap().remove("appid");
    let words = "输入源“/body/appid”映射到字段“公众账号ID”必填性规则校验失败，此字段为必填项";
    world.refused(&post(&person), (400, "PARAM_ERROR", words)).await;
}
