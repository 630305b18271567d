//! `POST /v3/ecommerce/profitsharing/receivers/add`: put a receiver on the list.

use redress_server::DIRECT;
use serde_json::Value as Json;

use super::{NO_AUTH, UNDEFINED};
use crate::sharing::{ADD, APPID_DIFFERS, FRIEND, added, sixteen};
use crate::world::World;

#[tokio::test]
async fn puts_a_receiver_on_the_list() {
    let world = World::start().await;
    let draft = |account: &str| world.platform.post(ADD, &added(account).to_string());
    for (account, kind) in [(DIRECT, "MERCHANT_ID"), (FRIEND, "PERSONAL_OPENID")] {
        let expected = format!(r#"{{"type":"{kind}","account":"{account}"}}"#);
        for _ in 0..2 {
            let answer = world.send(&draft(account)).await;
            assert_eq!((answer.status, answer.text()), (200, expected.as_str()));
        }
    }
    sixteen(&world, || draft("o_twin"), "account").await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let post = |body: &Json| world.platform.post(ADD, &body.to_string());
    let unknown = (400, "INVALID_REQUEST", "分账接收方不存在");
    world.refused(&post(&added("1900019999")), unknown).await;
    let mut other = added(DIRECT);
    other["appid"] = "wxd678efh567hg6787".into();
    world.refused(&post(&other), APPID_DIFFERS).await;
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.post(ADD, &added(FRIEND).to_string()), NO_AUTH).await;
    }
    let with = |change: fn(&mut Json)| {
        let mut body = added(DIRECT);
        change(&mut body);
        body
    };
    let missing = |name: &str, label: &str| {
        format!("输入源“/body/{name}”映射到字段“{label}”必填性规则校验失败，此字段为必填项")
    };
    let remove = |body: &mut Json, name: &str| drop(body.as_object_mut().unwrap().remove(name));
    let mut nameless = added(DIRECT);
    remove(&mut nameless, "name");
    let mut person = added(FRIEND);
    remove(&mut person, "appid");
    let cases = [
        (nameless, missing("name", "接收方名称")),
        (person, missing("appid", "公众账号ID")),
        (with(|b| b["account"] = "o_1".into()), r"输入源“/body/account”映射到值字段“接收方账号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”".to_owned()),
        (with(|b| b["relation_type"] = "STORE".into()), "输入源“/body/relation_type”映射到值字段“与分账方的关系类型”枚举规则校验失败，此字段的可选取值为“SUPPLIER、DISTRIBUTOR、SERVICE_PROVIDER、PLATFORM、OTHERS”".to_owned()),
        (with(|b| b["name"] = "名".repeat(257).into()), "输入源“/body/name”映射到值字段“接收方名称”字符串规则校验失败，字符数 257，大于最大值 256".to_owned()),
        (with(|b| b["encrypted_name"] = "x".into()), UNDEFINED.to_owned()),
    ];
    for (body, message) in cases {
        world.refused(&post(&body), (400, "PARAM_ERROR", &message)).await;
    }
}
