//! The callbacks about shared money, from the share to the platform's door.

use redress_server::{PLATFORM, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::opened;
use super::receiver::{Manner, Receiver};
use crate::sharing::{FRIEND, RETURNS, back, ready, share, shared};

#[tokio::test]
async fn the_platform_is_told_of_shares_and_returns() {
    let (world, id) = ready().await;
    let receiver = Receiver::start(Manner::answer(204, "")).await;
    let path = format!("/merchants/{PLATFORM}/notify-url");
    world.act(&path, json!({ "url": receiver.url() })).await;

    let done = shared(&world, &share(&id, "P1", &[(PLATFORM, 1_000), (FRIEND, 500)])).await;
    let got = receiver.until(2).await;
    let mut told: Vec<Json> = got.iter().map(|got| opened(&world, PLATFORM, got)).collect();
    told.sort_by_key(|told| told["receiver"]["amount"].as_i64());
    let moved = |kind: &str, account: &str, amount: i64| {
        json!({
            "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT, "transaction_id": id,
            "order_id": done["order_id"], "out_order_no": "P1",
            "receiver": {
                "type": kind, "account": account, "amount": amount, "description": "分给",
            },
            "success_time": done["receivers"][0]["finish_time"],
        })
    };
    assert_eq!(
        told,
        [moved("PERSONAL_OPENID", FRIEND, 500), moved("MERCHANT_ID", PLATFORM, 1_000)]
    );
    for got in &got {
        let envelope: Json = serde_json::from_slice(&got.body).unwrap();
        assert_eq!(envelope["event_type"], "PROFITSHARING.SUCCESS");
        assert_eq!(envelope["resource"]["original_type"], "profitsharing");
    }

    let made =
        world.ok(&world.platform.post(RETURNS, &back("R1", "P1", PLATFORM, 10).to_string())).await;
    let got = receiver.until(3).await.remove(2);
    let envelope: Json = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(envelope["event_type"], "PROFITSHARING.RETURN");
    let told = opened(&world, PLATFORM, &got);
    assert_eq!((&told["order_id"], &told["out_order_no"]), (&made["return_no"], &json!("R1")));
    assert_eq!(told["receiver"]["amount"], 10);
    world.verify().await;
}
