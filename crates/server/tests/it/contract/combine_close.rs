//! `POST /v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close`: close an unpaid
//! combined order.

use serde_json::{Value as Json, json};

use super::{
    COMBINED_UNKNOWN, NO_AUTH, UNDEFINED, check_closed, closed, combine_close, combine_closing,
    combined, combined_states, numbered,
};
use crate::wire::exchange;
use crate::world::World;

const NATIVE: &str = "/v3/combine-transactions/native";
const DIFFER: (u16, &str, &str) = (400, "INVALID_REQUEST", "子单信息与下单时不一致");

/// Places two orders of the platform; gives the body that closes them.
async fn placed(world: &World, number: &str) -> Json {
    let body = combined(&world.platform, number, 2);
    world.ok(&world.platform.post(NATIVE, &body.to_string())).await;
    combine_closing(&body)
}

#[tokio::test]
async fn closes_all_of_them_and_stays_closed() {
    let world = World::start().await;
    let body = placed(&world, "close1").await;
    let before = world.state().await;
    let draft = world.platform.post(&combine_close("close1"), &body.to_string());
    closed(&world, &draft).await;
    assert_eq!(combined_states(&world, &world.platform, "close1").await, ["CLOSED"; 2]);
    let after = world.state().await;
    for list in ["transfers", "accounts"] {
        assert_eq!(after[list], before[list], "no money has moved");
    }
    closed(&world, &draft).await;
    world.unchanged_since(&after).await;
    let world = world.restart().await;
    closed(&world, &draft).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let body = placed(&world, "close2").await;
    let post = |body: &Json| world.platform.post(&combine_close("close2"), &body.to_string());
    let with = |change: &dyn Fn(&mut Vec<Json>)| {
        let mut body = body.clone();
        change(body["sub_orders"].as_array_mut().unwrap());
        post(&body)
    };
    for draft in [
        with(&|orders| drop(orders.pop())),
        with(&|orders| orders.push(orders[0].clone())),
        with(&|orders| orders[1] = orders[0].clone()),
        with(&|orders| orders[0]["mchid"] = "1230000109".into()),
        with(&|orders| orders[0]["sub_mchid"] = "1230000109".into()),
        with(&|orders| orders[0]["out_trade_no"] = "close2-order3".into()),
    ] {
        world.refused(&draft, DIFFER).await;
        numbered(&world, &draft, 268_498_688).await;
    }
    let mut other = body.clone();
    other["combine_appid"] = "wx0000000000000000".into();
    world.refused(&post(&other), (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")).await;
    let of_another = world.direct.post(&combine_close("close2"), &body.to_string());
    world.refused(&of_another, COMBINED_UNKNOWN).await;
    let of_nobody = world.sub_merchant.post(&combine_close("close2"), &body.to_string());
    world.refused(&of_nobody, NO_AUTH).await;
    let unknown = world.platform.post(&combine_close("close3"), &body.to_string());
    world.refused(&unknown, COMBINED_UNKNOWN).await;

    let param = |message| (400, "PARAM_ERROR", message);
    for (body, message) in [
        (
            json!({ "combine_appid": body["combine_appid"] }),
            "输入源“/body/sub_orders”映射到字段“子单信息”必填性规则校验失败，此字段为必填项",
        ),
        (
            json!({ "combine_appid": body["combine_appid"], "sub_orders": [] }),
            "输入源“/body/sub_orders”映射到值字段“子单信息”数组规则校验失败，元素个数 0，小于最小值 1",
        ),
        (
            json!({ "combine_appid": body["combine_appid"], "sub_orders": {} }),
            "无法将 JSON 输入源“/body/sub_orders”映射到目标字段“子单信息”中，此字段需要一个 array 类型的 Json 值",
        ),
        (json!({ "combine_mchid": "1900001108" }), UNDEFINED),
    ] {
        world.refused(&post(&body), param(message)).await;
    }
    // In another order, and without what may be left out.
    let turned = with(&|orders| {
        orders.reverse();
        orders[0].as_object_mut().unwrap().remove("sub_mchid");
    });
    closed(&world, &turned).await;
    world.verify().await;
}

#[tokio::test]
async fn a_close_that_races_a_payment_wins_or_loses_whole() {
    let world = World::start().await;
    for round in 0..8 {
        let number = format!("race{round}");
        let body = combined(&world.platform, &number, 2);
        let draft = world.platform.post(NATIVE, &body.to_string());
        let code_url = world.ok(&draft).await["code_url"].clone();
        let draft =
            world.platform.post(&combine_close(&number), &combine_closing(&body).to_string());
        let (bytes, address) = (draft.bytes(), world.address());
        let closing = tokio::spawn(async move { exchange(address, &bytes).await.unwrap() });
        let pay = json!({ "code_url": code_url, "openid": "o_race" });
        let (paid, _) = world.control("POST", "/pay", &pay.to_string()).await;
        let closing = closing.await.unwrap();
        let expected = match (closing.status, paid) {
            (204, 409) => ["CLOSED"; 2],
            (400, 200) => ["SUCCESS"; 2],
            other => panic!("{other:?}"),
        };
        assert_eq!(combined_states(&world, &world.platform, &number).await, expected);
    }
    world.verify().await;
}

#[tokio::test]
async fn twins_close_once() {
    let world = World::start().await;
    let body = placed(&world, "close4").await;
    let draft = world.platform.post(&combine_close("close4"), &body.to_string());
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (bytes, address) = (draft.bytes(), world.address());
        running.spawn(async move { exchange(address, &bytes).await.unwrap() });
    }
    for answer in running.join_all().await {
        check_closed(&world, &answer);
    }
    world.verify().await;
}
