//! Cancelling subsidies: its four conditions, and asking again.

use redress_api::Fen;
use redress_api::subsidy::CancelResult;
use redress_core::order::{Order, Place};
use redress_core::refusal;
use redress_core::subsidy::State;

use crate::scene::{
    MALL, SHOP, SPONSOR, STALL, STRANGER, SUBSIDISED, mchid, place, subsidised, subsidy_cancel,
    transaction,
};
use crate::world::World;

fn order(world: &World) -> Order {
    world.order(MALL, "stall-1")
}

fn changed(change: impl FnOnce(&mut Order)) -> World {
    let mut world = World::set();
    let mut order = order(&world);
    change(&mut order);
    world.overwrite(&order);
    world
}

#[test]
fn a_subsidy_is_cancelled_without_money() {
    let mut world = World::set();
    assert!(!order(&world).may_share(), "an announced subsidy is outstanding");
    let cancelled = world.call(MALL, &subsidy_cancel()).expect("a cancel");
    assert_eq!(cancelled.result, CancelResult::Success);
    assert_eq!(cancelled.sub_mchid, mchid(STALL));
    assert_eq!(cancelled.transaction_id, transaction(SUBSIDISED));
    assert_eq!(cancelled.description.as_str(), "订单退款");
    assert!(world.wrote.transfers.is_empty(), "it was announced, never paid");
    let order = order(&world);
    assert!(order.may_share(), "what was not subsidised can be shared");
    let description = "订单退款".parse().unwrap();
    let at = world.now();
    assert_eq!(order.subsidy.unwrap().state, State::Cancelled { description, at });
    world.assert_clean();
}

/// The first description stays: it is "given back unchanged".
#[test]
fn a_repeated_cancel_answers_the_first_description() {
    let mut world = World::set();
    let first = world.call(MALL, &subsidy_cancel()).expect("a cancel");
    world.step(24 * 3600);
    let mut again = subsidy_cancel();
    again.description = "另一个说法".parse().unwrap();
    assert_eq!(world.call(MALL, &again).expect("the same"), first);
    assert!(world.wrote.is_empty());
}

#[test]
fn an_order_without_a_mark() {
    let mut world = World::set();
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, subsidy_amount: None, ..subsidised("stall-2") });
    let mut cancel = subsidy_cancel();
    cancel.transaction_id = transaction("42");
    assert_eq!(world.refused(MALL, &cancel), refusal::NO_SUBSIDY_MARK.plain());
}

#[test]
fn an_order_without_a_refund() {
    let mut world = World::set();
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, refunded: None, ..subsidised("stall-2") });
    let mut cancel = subsidy_cancel();
    cancel.transaction_id = transaction("42");
    assert_eq!(world.refused(MALL, &cancel), refusal::SUBSIDY_NO_REFUND.plain());
    world.place(&Place {
        transaction_id: Some(transaction("43")),
        refunded: Some(Fen::new(1)),
        ..subsidised("stall-3")
    });
    cancel.transaction_id = transaction("43");
    world.call(MALL, &cancel).expect("one fen is a refund");
}

#[test]
fn an_order_whose_sharing_has_started() {
    let mut world = changed(|order| order.sharing_started = true);
    assert_eq!(world.refused(MALL, &subsidy_cancel()), refusal::SUBSIDY_SHARING_STARTED.plain());
}

#[test]
fn a_cancelled_subsidy_stays_so_when_sharing_starts() {
    let mut world = World::set();
    let first = world.call(MALL, &subsidy_cancel()).expect("a cancel");
    let mut order = order(&world);
    order.sharing_started = true;
    world.overwrite(&order);
    assert_eq!(world.call(MALL, &subsidy_cancel()).expect("the same"), first);
}

#[test]
fn a_paid_subsidy() {
    let mut world = changed(|order| {
        order.subsidy.as_mut().expect("a subsidy").state = State::Paid;
    });
    assert!(order(&world).may_share());
    assert_eq!(world.refused(MALL, &subsidy_cancel()), refusal::SUBSIDY_PAID.plain());
}

#[test]
fn another_sub_merchant_or_none() {
    let mut world = World::set();
    let mut cancel = subsidy_cancel();
    for other in [SHOP, SPONSOR, MALL] {
        cancel.sub_mchid = mchid(other);
        assert_eq!(world.refused(MALL, &cancel), refusal::NO_RELATION.plain());
    }
    assert_eq!(world.refused(STRANGER, &subsidy_cancel()), refusal::NO_RELATION.plain());

    let merchant = mchid(SPONSOR);
    let relation = redress_core::merchant::Relation::SubMerchant;
    for platform in [MALL, STRANGER] {
        let platform = mchid(platform);
        let merchant = merchant.clone();
        world
            .run(&redress_core::merchant::Relate { platform, merchant, relation })
            .expect("a relation");
    }
    cancel.sub_mchid = merchant;
    let unknown = refusal::SUBSIDY_ORDER_UNKNOWN.plain();
    assert_eq!(world.refused(MALL, &cancel), unknown, "the order is the stall's");
    assert_eq!(world.refused(STRANGER, &cancel), unknown, "the order is the mall's");
}

#[test]
fn an_unknown_order_or_one_without_a_sub_merchant() {
    let mut world = World::set();
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, ..place(MALL, "mall-1") });
    for id in ["41", "42"] {
        let mut cancel = subsidy_cancel();
        cancel.transaction_id = transaction(id);
        assert_eq!(world.refused(MALL, &cancel), refusal::SUBSIDY_ORDER_UNKNOWN.plain());
    }
}
