//! Taking shared money back.

use redress_api::Fen;
use redress_api::sharing::{CreateReturn, ReturnResult};
use redress_core::merchant::Relation;
use redress_core::refusal;
use redress_core::sharing::RETURNS_MAX;

use super::{
    FRIEND, ORDER, available, back, finish, frozen, kept, last, left, order, query_back, set, share,
};
use crate::scene::{MALL, SHOP, SPONSOR, STALL, STRANGER, SUBSIDISED, mchid, transaction};
use crate::world::World;

/// 10 yuan to the mall, 5 to a shop, 1 to a friend; done.
fn shared() -> World {
    let mut world = set();
    let receivers = [(MALL, 1_000), (SHOP, 500), (FRIEND, 100)];
    world.call(MALL, &share("P1", &receivers)).expect("a share");
    world.settle();
    world
}

#[test]
fn a_return_before_the_finish_can_be_shared_again() {
    let mut world = shared();
    let made = world.call(MALL, &back("R1", "P1", MALL, 400)).expect("a return");
    assert_eq!((made.result, made.finish_time), (ReturnResult::Processing.into(), None));
    assert_eq!(made.return_no.len(), 28);
    world.assert_clean();
    // Held: gone from the one, not yet at the other.
    assert_eq!((available(&world, MALL), frozen(&world), left(&mut world)), (600, 8_400, 8_400));
    world.settle();
    world.assert_clean();
    assert_eq!((available(&world, MALL), frozen(&world), left(&mut world)), (600, 8_800, 8_800));
    let shown = world.call(MALL, &query_back("R1", "P1")).expect("a return");
    assert_eq!(shown.result, ReturnResult::Success);
    assert_eq!(shown.finish_time, Some(world.now()));
    assert_eq!(shown.transaction_id, transaction(ORDER));
    // What came back makes room in the ratio.
    assert_eq!(order(&world).shared.get(), 1_200);
    world.call(MALL, &share("P2", &[(SHOP, 1_800)])).expect("a share");
}

#[test]
fn a_return_after_the_finish_is_the_sellers() {
    let mut world = shared();
    world.call(MALL, &finish("F1")).expect("a finish");
    world.call(MALL, &back("R1", "P1", MALL, 400)).expect("a return");
    world.settle();
    world.assert_clean();
    assert_eq!((available(&world, STALL), frozen(&world), left(&mut world)), (8_800, 0, 0));
}

/// What is on its way to where money waits goes on when nothing waits there any more.
#[test]
fn a_finish_overtakes_a_return() {
    let mut world = shared();
    world.call(MALL, &back("R1", "P1", MALL, 400)).expect("a return");
    world.call(MALL, &last("P2", &[(SHOP, 1)])).expect("the last share");
    assert_eq!(available(&world, STALL), 8_399);
    world.assert_clean();
    world.settle();
    world.assert_clean();
    assert_eq!((available(&world, STALL), frozen(&world), left(&mut world)), (8_799, 0, 0));
    assert_eq!(order(&world).unfrozen.get(), 8_799);
}

#[test]
fn no_more_than_the_receiver_got() {
    let mut world = shared();
    let too_much = refusal::RETURN_TOO_MUCH.plain();
    assert_eq!(world.refused(MALL, &back("R1", "P1", SHOP, 501)), too_much);
    assert_eq!(world.refused(MALL, &back("R1", "P1", SHOP, i64::MAX)), too_much);
    world.call(MALL, &back("R1", "P1", SHOP, 300)).expect("a return");
    assert_eq!(world.refused(MALL, &back("R2", "P1", SHOP, 201)), too_much);
    world.call(MALL, &back("R2", "P1", SHOP, 200)).expect("the rest");
    world.settle();
    assert_eq!(world.refused(MALL, &back("R3", "P1", SHOP, 1)), too_much);
    assert_eq!(kept(&world, "P1").parts[1].returned, Fen::new(500));
    world.call(MALL, &back("R3", "P1", MALL, 1_000)).expect("another receiver's");
    world.assert_clean();
}

#[test]
fn no_more_than_the_receiver_has() {
    let mut world = shared();
    let bill = redress_api::compensation::Create {
        sponsor_mchid: mchid(SHOP),
        amount: Fen::new(400),
        ..crate::scene::create()
    };
    world.relate(crate::scene::PLATFORM, SHOP, Relation::Sponsor);
    world.call(crate::scene::PLATFORM, &bill).expect("a bill");
    let short = refusal::RETURN_NOT_ENOUGH.plain();
    assert_eq!(world.refused(MALL, &back("R1", "P1", SHOP, 101)), short);
    world.call(MALL, &back("R1", "P1", SHOP, 100)).expect("a return");
}

#[test]
fn only_merchants_that_got_something() {
    let mut world = shared();
    let nothing = refusal::RETURN_NO_RECEIVER.plain();
    for other in [SPONSOR, STALL] {
        assert_eq!(world.refused(MALL, &back("R1", "P1", other, 1)), nothing);
    }
    world.call(MALL, &share("P2", &[(STALL, 100)])).expect("a share");
    world.settle();
    assert_eq!(world.refused(MALL, &back("R1", "P2", STALL, 1)), nothing, "to itself");
    // A person whose openid looks like a merchant's number stays a person.
    let mut person = share("P3", &[(FRIEND, 1)]);
    person.receivers[0].receiver_account = "123".parse().expect("an account");
    let mut listed = super::added(FRIEND);
    listed.account = "123".parse().expect("an account");
    world.call(MALL, &listed).expect("a receiver");
    world.call(MALL, &person).expect("a share");
    world.settle();
    assert_eq!(world.refused(MALL, &back("R1", "P3", "123", 1)), nothing);
}

#[test]
fn a_share_is_named_by_either_number() {
    let mut world = shared();
    let id = kept(&world, "P1").order_id;
    let unknown = refusal::RETURN_OF_NOTHING.plain();
    let named = |id: Option<&str>, number: Option<&str>| CreateReturn {
        order_id: id.map(|id| id.parse().expect("id")),
        out_order_no: number.map(|number| number.parse().expect("a number")),
        ..back("R1", "P1", MALL, 1)
    };
    assert_eq!(world.refused(MALL, &named(Some("1"), None)), unknown);
    assert_eq!(world.refused(MALL, &named(None, Some("P9"))), unknown);
    assert_eq!(world.refused(MALL, &named(Some(id.as_str()), Some("P9"))), unknown);
    let wrong =
        CreateReturn { transaction_id: Some(transaction(SUBSIDISED)), ..back("R1", "P1", MALL, 1) };
    assert_eq!(world.refused(MALL, &wrong), unknown);
    world.relate(MALL, SPONSOR, Relation::SubMerchant);
    let other = CreateReturn { sub_mchid: mchid(SPONSOR), ..back("R1", "P1", MALL, 1) };
    assert_eq!(world.refused(MALL, &other), unknown);
    assert_eq!(world.refused(STRANGER, &back("R1", "P1", MALL, 1)), refusal::NO_RELATION.plain());
    world.relate(STRANGER, STALL, Relation::SubMerchant);
    assert_eq!(world.refused(STRANGER, &back("R1", "P1", MALL, 1)), unknown);
    assert_eq!(world.refused(STRANGER, &named(Some(id.as_str()), None)), unknown);
    let made = world.call(MALL, &named(Some(id.as_str()), None)).expect("a return");
    assert_eq!((made.order_id, made.out_order_no.as_str()), (id.clone(), "P1"));

    let unknown = refusal::SHARE_UNKNOWN.plain();
    let mut query = query_back("R1", "P9");
    assert_eq!(world.refused(MALL, &query), unknown);
    query.out_order_no = None;
    query.order_id = Some(id);
    world.call(MALL, &query).expect("a return");
    query.sub_mchid = mchid(SPONSOR);
    assert_eq!(world.refused(MALL, &query), unknown);
    assert_eq!(world.refused(MALL, &query_back("R2", "P1")), unknown);
}

/// Up to 180 days after the share; and an order older than that has to be named.
#[test]
fn a_return_comes_in_time() {
    let mut world = shared();
    world.step(180 * 24 * 3600);
    world.settle();
    world
        .call(
            MALL,
            &CreateReturn { transaction_id: Some(transaction(ORDER)), ..back("R1", "P1", MALL, 1) },
        )
        .expect("the last second");
    // The order was paid a minute before it was shared.
    let unnamed = refusal::RETURN_NEEDS_ORDER.plain();
    assert_eq!(world.refused(MALL, &back("R2", "P1", MALL, 1)), unnamed);
    world.step(1);
    let named =
        CreateReturn { transaction_id: Some(transaction(ORDER)), ..back("R2", "P1", MALL, 1) };
    assert_eq!(world.refused(MALL, &named), refusal::RETURN_TOO_LATE.plain());
    world.settle();
    world.assert_clean();
}

#[test]
fn twenty_returns_of_a_part() {
    let mut world = shared();
    for number in 0..RETURNS_MAX {
        world.call(MALL, &back(&format!("R{number}"), "P1", MALL, 1)).expect("a return");
    }
    let often = refusal::RETURN_TOO_OFTEN.plain();
    assert_eq!(world.refused(MALL, &back("R20", "P1", MALL, 1)), often);
    world.call(MALL, &back("R20", "P1", SHOP, 1)).expect("another part's");
    world.settle();
    world.assert_clean();
}
