//! What a platform is told about shared money.

use redress_core::notice::Notice;
use serde_json::{Value as Json, json};

use super::{FRIEND, ORDER, back, finish, kept, set, share};
use crate::scene::{MALL, STALL};
use crate::world::World;

/// The mall's console has an address.
fn told() -> World {
    let mut world = set();
    let mut mall: redress_core::merchant::Merchant = world.get(MALL).expect("a merchant");
    mall.notify_url = Some("http://127.0.0.1:9/told".parse().expect("a URL"));
    world.overwrite(&mall);
    world
}

fn notices(world: &World) -> Vec<(String, Json)> {
    let rows = world.rows.iter().filter(|(key, _)| key.starts_with("notice "));
    let mut notices: Vec<Notice> = rows
        .map(|(_, (_, owner, body))| {
            assert_eq!(owner, MALL);
            serde_json::from_str(body).expect("a notice")
        })
        .collect();
    notices.sort_by_key(|notice| notice.resource.clone());
    notices
        .into_iter()
        .map(|notice| {
            assert_eq!(notice.original_type, "profitsharing");
            (notice.event_type, serde_json::from_str(&notice.resource).expect("JSON"))
        })
        .collect()
}

/// Does what is due, but for telling.
fn settle(world: &mut World) {
    let told = |world: &World, number: &u64| {
        matches!(world.jobs[number].1, redress_core::Job::Notify { .. })
    };
    while let Some(number) = world.due().into_iter().find(|number| !told(world, number)) {
        world.work(number, false);
    }
}

#[test]
fn one_for_each_receiver_and_each_return() {
    let mut world = told();
    world.call(MALL, &share("P1", &[(MALL, 1_000), (FRIEND, 500)])).expect("a share");
    assert!(notices(&world).is_empty(), "not before it is done");
    settle(&mut world);
    let order_id = kept(&world, "P1").order_id;
    let moved = |kind: &str, account: &str, amount: i64| {
        json!({
            "sp_mchid": MALL, "sub_mchid": STALL, "transaction_id": ORDER,
            "order_id": order_id.as_str(), "out_order_no": "P1",
            "receiver": {
                "type": kind, "account": account, "amount": amount, "description": "分给",
            },
            "success_time": world.now().to_string(),
        })
    };
    let success = |resource| ("PROFITSHARING.SUCCESS".to_owned(), resource);
    assert_eq!(
        notices(&world),
        [
            success(moved("MERCHANT_ID", MALL, 1_000)),
            success(moved("PERSONAL_OPENID", FRIEND, 500)),
        ]
    );
    let made = world.call(MALL, &back("R1", "P1", MALL, 10)).expect("a return");
    settle(&mut world);
    let returned = notices(&world).into_iter().find(|(kind, _)| kind == "PROFITSHARING.RETURN");
    let (_, returned) = returned.expect("a notice");
    assert_eq!(returned["order_id"], made.return_no);
    assert_eq!(returned["out_order_no"], "R1");
    assert_eq!(returned["receiver"]["account"], MALL);
    assert_eq!(returned["receiver"]["amount"], 10);
    assert_eq!(returned["receiver"]["description"], "分账回退");

    // A finish moves nothing to a receiver.
    world.call(MALL, &finish("F1")).expect("a finish");
    settle(&mut world);
    assert_eq!(notices(&world).len(), 3);
    world.assert_clean();
}

#[test]
fn nobody_without_an_address() {
    let mut world = set();
    world.call(MALL, &share("P1", &[(MALL, 1_000)])).expect("a share");
    world.settle();
    assert!(notices(&world).is_empty());
}
