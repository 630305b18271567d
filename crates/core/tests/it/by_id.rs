//! The query of a bill by the provider's number.

use redress_api::compensation::{BillState, Create, Query, QueryById};
use redress_api::{BillId, Fen};
use redress_core::compensation::Bill;
use redress_core::number::Number;
use redress_core::order::Place;
use redress_core::refusal;
use redress_core::row::Row;

use crate::compensation::{NUMBER, in_state};
use crate::scene::{
    PAID, PLATFORM, SPONSOR, STRANGER, create, mchid, numbered, place, transaction,
};
use crate::world::World;

fn by_id(bill_id: &BillId) -> QueryById {
    QueryById { bill_id: bill_id.clone() }
}

#[test]
fn both_queries_answer_alike_in_every_state() {
    for state in BillState::ALL {
        let mut world = in_state(*state);
        let bill = world.queried(NUMBER);
        assert_eq!(world.call(PLATFORM, &by_id(&bill.bill_id)), Ok(bill));
        assert!(world.wrote.is_empty(), "a query writes nothing");
        world.assert_clean();
    }
}

#[test]
fn a_number_is_written_once_and_leads_to_its_bill() {
    let mut world = World::set();
    let created = world.created(&create());
    let id = Number::row_id(Bill::KIND, created.bill_id.as_str());
    let number: Number = world.get(&id).unwrap();
    assert_eq!(number.leads_to, Bill::row_id(&created.sp_mchid, &created.out_bill_no));
    assert_eq!(number.owner, created.sp_mchid);
    world.created(&create());
    assert!(world.wrote.is_empty(), "a repetition has no number of its own");
    let second = world.created(&numbered("second"));
    assert_ne!(second.bill_id, created.bill_id);
    let bill = world.call(PLATFORM, &by_id(&second.bill_id)).unwrap();
    assert_eq!(bill.out_bill_no.as_str(), "second");
}

#[test]
fn a_refused_create_leaves_no_number() {
    let mut world = World::set();
    let mut other = create();
    other.sponsor_mchid = mchid(STRANGER);
    world.refused(PLATFORM, &other);
    assert!(!world.rows.keys().any(|key| key.starts_with("bill_number ")));
}

#[test]
fn an_unknown_number() {
    let mut world = World::set();
    world.created(&create());
    let unknown = refusal::BILL_UNKNOWN.plain();
    // A number of nothing, the merchant's own, an order's.
    for other in ["42", NUMBER, PAID] {
        assert_eq!(world.refused(PLATFORM, &by_id(&other.parse().unwrap())), unknown, "{other}");
    }
}

/// Also if the other platform has a bill under the same number of its own.
#[test]
fn the_number_of_another_platforms_bill() {
    let mut world = World::set();
    let created = world.created(&create());
    let unknown = refusal::BILL_UNKNOWN.plain();
    assert_eq!(world.refused(STRANGER, &by_id(&created.bill_id)), unknown);

    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, ..place(STRANGER, "order-1") });
    let mut same = Create { sponsor_mchid: mchid(STRANGER), amount: Fen::new(1), ..create() };
    same.receiver.transaction_info.transaction_id = transaction("42");
    let other = world.call(STRANGER, &same).unwrap();
    assert_eq!(other.out_bill_no, created.out_bill_no);
    assert_eq!(world.refused(STRANGER, &by_id(&created.bill_id)), unknown);
    assert_eq!(world.refused(PLATFORM, &by_id(&other.bill_id)), unknown);
    let bill = world.call(STRANGER, &by_id(&other.bill_id)).unwrap();
    assert_eq!((bill.sp_mchid, bill.amount), (mchid(STRANGER), Fen::new(1)));
    let out_bill_no = create().out_bill_no;
    let bill = world.call(PLATFORM, &Query { out_bill_no }).unwrap();
    assert_eq!(bill.sponsor_mchid, Some(mchid(SPONSOR)));
    world.assert_clean();
}
