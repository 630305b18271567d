//! What merchants are told of the end of a refund.

use redress_api::refund::Told;
use redress_core::notice::Notice;
use serde_json::{Value as Json, json};

use super::{abnormal, apply, astray, close, create, of_mall, settle, shop, stall};
use crate::scene::{MALL, SHOP, STALL};
use crate::world::World;

const URL: &str = "https://shop.example/refunds";

/// Every notice, oldest first.
fn notices(world: &World) -> Vec<Notice> {
    let rows = world.rows.iter().filter(|(key, _)| key.starts_with("notice "));
    let mut notices: Vec<Notice> =
        rows.map(|(_, (_, _, row))| serde_json::from_str(row).expect("a notice reads")).collect();
    notices.sort_by_key(|notice| notice.create_time);
    notices
}

fn told(notice: &Notice) -> Json {
    let told: Told = serde_json::from_str(&notice.resource).expect("a resource reads");
    serde_json::to_value(told).expect("a resource prints")
}

#[test]
fn a_direct_merchant_is_told() {
    let mut world = shop();
    let mut request = create("refund-1", 4_000);
    request.notify_url = Some(URL.parse().unwrap());
    let answer = world.call(SHOP, &request).expect("a refund");
    assert!(notices(&world).is_empty(), "it has not ended yet");
    settle(&mut world);
    let [notice] = notices(&world).try_into().expect("one notice");
    assert_eq!((notice.mchid.as_str(), notice.url.as_str()), (SHOP, URL));
    assert_eq!(
        (notice.event_type.as_str(), notice.original_type.as_str()),
        ("REFUND.SUCCESS", "refund")
    );
    let expected = json!({
        "mchid": SHOP,
        "out_trade_no": answer.out_trade_no, "transaction_id": answer.transaction_id,
        "out_refund_no": "refund-1", "refund_id": answer.refund_id,
        "refund_status": "SUCCESS", "success_time": world.now(),
        "user_received_account": "支付用户零钱",
        "amount": { "total": 10_000, "refund": 4_000, "payer_total": 10_000, "payer_refund": 4_000 },
    });
    assert_eq!(told(&notice), expected);
    world.assert_clean();
}

#[test]
fn a_platform_is_told_about_its_sub_merchant() {
    for ecommerce in [false, true] {
        let mut world = stall();
        if ecommerce {
            let mut request = apply("refund-1", 4_000);
            request.notify_url = Some(URL.parse().unwrap());
            world.call(MALL, &request).expect("a refund");
        } else {
            let mut request = of_mall("refund-1", 4_000);
            request.notify_url = Some(URL.parse().unwrap());
            world.call(MALL, &request).expect("a refund");
        }
        settle(&mut world);
        let [notice] = notices(&world).try_into().expect("one notice");
        assert_eq!(notice.mchid.as_str(), MALL);
        let told = told(&notice);
        assert_eq!((&told["sp_mchid"], &told["sub_mchid"]), (&json!(MALL), &json!(STALL)));
        assert_eq!(told.get("mchid"), None);
        let account = ecommerce.then(|| json!("REFUND_SOURCE_SUB_MERCHANT"));
        assert_eq!(told.get("refund_account"), account.as_ref());
    }
}

/// Astray, tried again, astray again, given up: each end is told, to the console's address.
#[test]
fn every_end_is_told() {
    let mut world = astray();
    assert!(notices(&world).is_empty(), "nobody has said where");
    let mut shop: redress_core::merchant::Merchant = world.get(SHOP).expect("the shop");
    shop.notify_url = Some(URL.parse().unwrap());
    world.overwrite(&shop);
    for _ in 0..2 {
        abnormal(&mut world, false);
        world.call(SHOP, &create("refund-1", 4_000)).expect("another try");
        abnormal(&mut world, true);
        settle(&mut world);
    }
    world.step(1);
    world.run(&close(SHOP, "refund-1")).expect("a close");
    let notices = notices(&world);
    let kinds: Vec<_> = notices.iter().map(|notice| notice.event_type.as_str()).collect();
    assert_eq!(kinds, ["REFUND.ABNORMAL", "REFUND.ABNORMAL", "REFUND.CLOSED"]);
    let states: Vec<_> = notices.iter().map(|n| told(n)["refund_status"].clone()).collect();
    assert_eq!(states, ["ABNORMAL", "ABNORMAL", "CLOSED"]);
    assert!(notices.iter().all(|notice| told(notice).get("success_time").is_none()));
    world.assert_clean();
}
