//! Callbacks, as their receivers see them.

use std::time::{Duration, Instant};

use redress_crypto::{ApiV3Key, verify_response};
use redress_server::DIRECT;
use serde_json::{Value as Json, json};

use self::receiver::Got;
use crate::caller::now;
use crate::world::World;

mod address;
mod compensations;
mod crowd;
mod delivery;
pub(crate) mod receiver;
mod refunds;
mod retry;
mod shares;
mod stop;

/// How long receivers may take, in tests that wait for it to pass.
const LIMIT: Duration = Duration::from_millis(300);

/// Tells the direct merchant something made up. Gives the notice.
pub(crate) async fn told(world: &World, url: &str) -> Json {
    world.act("/notices", made_up(url)).await
}

fn made_up(url: &str) -> Json {
    json!({
        "mchid": DIRECT, "url": url, "event_type": "TRANSACTION.SUCCESS",
        "original_type": "transaction", "summary": "支付成功",
        "resource": { "out_trade_no": "1217752501201407033233368018", "amount": { "total": 1 } },
    })
}

/// Waits until so many attempts are kept.
pub(crate) async fn attempted(world: &World, notice: &Json, count: usize) -> Json {
    let path = format!("/notices/{}", notice["id"].as_str().unwrap());
    let started = Instant::now();
    loop {
        let shown = world.show(&path).await;
        if shown["attempts"].as_array().unwrap().len() >= count {
            return shown;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{shown}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Checks a callback's signature and opens what it tells, as its merchant does.
pub(crate) fn opened(world: &World, mchid: &str, got: &Got) -> Json {
    verify_response(&world.platform.ring, &got.headers(), &got.body, now()).unwrap();
    let envelope: Json = serde_json::from_slice(&got.body).unwrap();
    let resource = &envelope["resource"];
    let text = |name: &str| resource[name].as_str().unwrap();
    let file = std::fs::read(world.server.merchant(mchid).join("merchant.json")).unwrap();
    let file: Json = serde_json::from_slice(&file).unwrap();
    let key = ApiV3Key::new(file["apiv3_key"].as_str().unwrap()).unwrap();
    let (nonce, data) = (text("nonce").as_bytes(), text("associated_data").as_bytes());
    serde_json::from_slice(&key.open(nonce, data, text("ciphertext")).unwrap()).unwrap()
}
