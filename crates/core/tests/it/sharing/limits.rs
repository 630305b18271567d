//! How much may be shared, how often, and with whom.

use redress_api::Fen;
use redress_core::order::Place;
use redress_core::refusal;
use redress_core::sharing::SHARES_MAX;

use super::{FRIEND, ORDER, add, available, finish, last, left, order, set, share, sold};
use crate::scene::{MALL, PLATFORM, SHOP, SPONSOR, STALL, STRANGER, mchid};

#[test]
fn thirty_hundredths_over_all_shares() {
    let mut world = set();
    let over = refusal::SHARE_OVER_RATIO.plain();
    assert_eq!(world.refused(MALL, &share("P1", &[(MALL, 3_001)])), over);
    assert_eq!(world.refused(MALL, &share("P1", &[(MALL, 1_500), (SHOP, 1_501)])), over);
    world.call(MALL, &share("P1", &[(MALL, 2_000)])).expect("a share");
    assert_eq!(world.refused(MALL, &share("P2", &[(FRIEND, 1_001)])), over);
    world.call(MALL, &share("P2", &[(FRIEND, 1_000)])).expect("the last fen");
    assert_eq!(world.refused(MALL, &share("P3", &[(SHOP, 1)])), over);
    world.settle();
    world.assert_clean();
}

/// Rounded to nobody's favour: 30 of 101 are less than 30 hundredths, 31 are more.
#[test]
fn the_ratio_is_exact() {
    let mut world = set();
    world.place(&Place { amount: Fen::new(101), ..sold("sold-2", "42") });
    world.step(60);
    let of = |fen| {
        let mut share = share("P1", &[(MALL, fen)]);
        share.transaction_id = crate::scene::transaction("42");
        share
    };
    assert_eq!(world.refused(MALL, &of(31)), refusal::SHARE_OVER_RATIO.plain());
    assert_eq!(world.refused(MALL, &of(i64::MAX)), refusal::SHARE_OVER_RATIO.plain());
    world.call(MALL, &of(30)).expect("a share");
}

#[test]
fn no_more_than_is_left() {
    let mut world = set();
    let short = refusal::SHARE_NOT_ENOUGH.plain();
    assert_eq!(world.refused(MALL, &share("P1", &[(STALL, 10_001)])), short);
    world.call(MALL, &share("P1", &[(STALL, 9_000)])).expect("a share");
    assert_eq!(world.refused(MALL, &share("P2", &[(MALL, 1_001)])), short);
    assert_eq!(world.refused(MALL, &share("P2", &[(STALL, i64::MAX), (MALL, 1)])), short);
    world.call(MALL, &share("P2", &[(MALL, 1_000)])).expect("the rest");
    assert_eq!(left(&mut world), 0);
    assert_eq!(world.refused(MALL, &finish("F1")), refusal::FINISH_NOTHING_LEFT.plain());
    world.settle();
    world.assert_clean();
}

/// The money of the seller's other orders waits beside it and is not taken.
#[test]
fn the_money_of_other_orders_stays() {
    let mut world = set();
    world.place(&sold("sold-2", "42"));
    let short = refusal::SHARE_NOT_ENOUGH.plain();
    assert_eq!(world.refused(MALL, &share("P1", &[(STALL, 10_001)])), short);
    world.call(MALL, &finish("F1")).expect("a finish");
    assert_eq!(available(&world, STALL), 10_000);
    world.assert_clean();
}

#[test]
fn fifty_shares_of_an_order() {
    let mut world = set();
    for number in 0..SHARES_MAX {
        world.call(MALL, &share(&format!("P{number}"), &[(MALL, 1)])).expect("a share");
    }
    let often = refusal::SHARE_TOO_OFTEN.plain();
    assert_eq!(world.refused(MALL, &share("P50", &[(MALL, 1)])), often);
    assert_eq!(world.refused(MALL, &last("P50", &[(MALL, 1)])), often);
    world.call(MALL, &finish("F1")).expect("a finish is no share");
    world.settle();
    world.assert_clean();
    assert_eq!(order(&world).shares, SHARES_MAX);
}

#[test]
fn receivers_are_listed_and_stand_once() {
    let mut world = set();
    let unlisted = refusal::RECEIVER_NOT_LISTED.plain();
    assert_eq!(world.refused(MALL, &share("P1", &[(PLATFORM, 1)])), unlisted);
    assert_eq!(world.refused(MALL, &share("P1", &[(MALL, 1), ("o_other", 1)])), unlisted);
    // A person and a merchant are not the same, and another platform's list is its own.
    let twice = refusal::RECEIVER_TWICE.plain();
    assert_eq!(world.refused(MALL, &share("P1", &[(MALL, 1), (SHOP, 1), (MALL, 2)])), twice);
    world.call(MALL, &super::deleted(SHOP)).expect("deleted");
    assert_eq!(world.refused(MALL, &share("P1", &[(SHOP, 1)])), unlisted);
    add(&mut world, SHOP).expect("again");
    world.call(MALL, &share("P1", &[(SHOP, 1)])).expect("a share");

    let itself = refusal::RECEIVER_FINISHES.plain();
    assert_eq!(world.refused(MALL, &last("P2", &[(STALL, 1)])), itself);
    world.assert_clean();
}

#[test]
fn only_the_platform_of_the_seller() {
    let mut world = set();
    let unrelated = refusal::NO_RELATION.plain();
    assert_eq!(world.refused(STRANGER, &share("P1", &[(MALL, 1)])), unrelated);
    assert_eq!(world.refused(STRANGER, &finish("F1")), unrelated);
    let mut other = share("P1", &[(MALL, 1)]);
    other.sub_mchid = mchid(SPONSOR);
    assert_eq!(world.refused(MALL, &other), unrelated);
    let mut other = share("P1", &[(MALL, 1)]);
    other.appid = Some("wx0".parse().expect("an appid"));
    assert_eq!(world.refused(MALL, &other), refusal::SHARE_APPID_DIFFERS.plain());
    for caller in [PLATFORM, SHOP, SPONSOR, STALL] {
        let not_supported = refusal::NOT_SUPPORTED.plain();
        assert_eq!(world.refused(caller, &share("P1", &[(MALL, 1)])), not_supported);
        assert_eq!(world.refused(caller, &finish("F1")), not_supported);
        assert_eq!(world.refused(caller, &super::query("P1")), not_supported);
        assert_eq!(world.refused(caller, &super::added(MALL)), not_supported);
        assert_eq!(world.refused(caller, &super::deleted(MALL)), not_supported);
        assert_eq!(world.refused(caller, &super::back("R", "P1", MALL, 1)), not_supported);
        assert_eq!(world.refused(caller, &super::query_back("R", "P1")), not_supported);
        let amounts = redress_api::sharing::Amounts { transaction_id: ORDER.parse().expect("id") };
        assert_eq!(world.refused(caller, &amounts), not_supported);
    }
}
