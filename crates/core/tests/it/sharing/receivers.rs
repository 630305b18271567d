//! The list of receivers: put on, taken off, and what is never kept of them.

use redress_api::sharing::{ReceiverType, Relation};
use redress_core::refusal;
use redress_core::sharing::Receiver;

use super::{FRIEND, add, added, deleted, share};
use crate::scene::{MALL, SHOP, STRANGER};
use crate::world::World;

fn listed(world: &World, by: &str, account: &str) -> Option<Receiver> {
    world.get(&format!("{by}/MERCHANT_ID/{account}"))
}

#[test]
fn a_receiver_is_put_on_the_list_and_taken_off() {
    let mut world = World::set();
    let shown = add(&mut world, SHOP).expect("a receiver");
    assert_eq!((shown.r#type, shown.account.as_str()), (ReceiverType::Merchant.into(), SHOP));
    assert!(listed(&world, MALL, SHOP).expect("a receiver").listed);
    add(&mut world, SHOP).expect("again");
    assert!(world.wrote.is_empty());
    let mut other = added(SHOP);
    other.relation_type = Relation::Supplier.into();
    world.call(MALL, &other).expect("another relation");
    assert_eq!(listed(&world, MALL, SHOP).expect("a receiver").relation, Relation::Supplier);

    let shown = world.call(MALL, &deleted(SHOP)).expect("deleted");
    assert_eq!(shown.account.as_str(), SHOP);
    assert!(!listed(&world, MALL, SHOP).expect("a row").listed);
    assert_eq!(world.call(MALL, &deleted(SHOP)).expect("again"), shown);
    assert!(world.wrote.is_empty());
    world.call(MALL, &deleted(FRIEND)).expect("one that never was there");
    assert!(world.wrote.is_empty());
    add(&mut world, SHOP).expect("back");
    assert!(listed(&world, MALL, SHOP).expect("a receiver").listed);
    world.assert_clean();
}

#[test]
fn each_platform_has_its_own_list() {
    let mut world = World::set();
    add(&mut world, SHOP).expect("a receiver");
    assert!(listed(&world, STRANGER, SHOP).is_none());
    world.call(STRANGER, &deleted(SHOP)).expect("off another list");
    assert!(listed(&world, MALL, SHOP).expect("a receiver").listed);
}

#[test]
fn a_merchant_exists_and_an_application_is_the_callers() {
    let mut world = World::set();
    assert_eq!(world.refused(MALL, &added("1")), refusal::RECEIVER_UNKNOWN.plain());
    let mut other = added(SHOP);
    other.appid = Some("wx0".parse().expect("an appid"));
    assert_eq!(world.refused(MALL, &other), refusal::SHARE_APPID_DIFFERS.plain());
    let mut other = deleted(SHOP);
    other.appid = Some("wx0".parse().expect("an appid"));
    assert_eq!(world.refused(MALL, &other), refusal::SHARE_APPID_DIFFERS.plain());
    add(&mut world, FRIEND).expect("anybody");
}

/// Names are read, and stand nowhere afterwards.
#[test]
fn names_are_not_kept() {
    let mut world = super::set();
    world.call(MALL, &share("P1", &[(MALL, 1)])).expect("a share");
    world.settle();
    let printed = serde_json::to_string(&world).expect("a world prints");
    assert!(printed.contains("分给") && printed.contains(FRIEND));
    assert!(!printed.contains("c2VjcmV0") && !printed.contains("示例商户全称"));
}
