//! Paying subsidies and giving them back.

use redress_api::refund::Account;
use redress_api::subsidy::{Create, Created, Outcome, Return, ReturnResult};
use redress_api::{Fen, RefundId};
use redress_core::ledger::Reason;
use redress_core::merchant::Relation;
use redress_core::order::{self, Order, Place, SETTLE_SECONDS, TradeType};
use redress_core::subsidy::{AGAIN_SECONDS_MAX, State};
use redress_core::{Operation, chart, refusal};

use crate::refunds::money::{fund, pockets};
use crate::refunds::{abnormal, close, of_mall, part, settle};
use crate::scene::{
    MALL, PLATFORM, SHOP, STALL, STRANGER, SUBSIDISED, mchid, subsidised, subsidy_cancel,
    transaction,
};
use crate::world::World;

/// The first order of the scene: 100 yuan, 20 of them refunded, 5 announced.
pub(crate) fn create(fen: i64) -> Create {
    Create {
        sub_mchid: mchid(STALL),
        transaction_id: transaction(SUBSIDISED),
        amount: Fen::new(fen),
        description: "测试备注".parse().expect("a description"),
        refund_id: None,
        out_subsidy_no: None,
    }
}

pub(crate) fn give_back(number: &str, fen: i64) -> Return {
    Return {
        sub_mchid: mchid(STALL),
        out_order_no: number.parse().expect("a number"),
        transaction_id: transaction(SUBSIDISED),
        refund_id: None,
        amount: Fen::new(fen),
        description: "退还补差".parse().expect("a description"),
        subsidy_id: None,
        from: None,
    }
}

/// The scene when its orders are settled, and the mall has money to add.
pub(crate) fn settled() -> World {
    let mut world = World::set();
    world.step(SETTLE_SECONDS);
    fund(&mut world, MALL, 1_000);
    world
}

/// And its subsidy is paid.
pub(crate) fn paid() -> World {
    let mut world = settled();
    world.call(MALL, &create(500)).expect("a subsidy");
    world
}

fn order(world: &World) -> Order {
    world.order(MALL, "stall-1")
}

pub(crate) fn change(world: &mut World, change: impl FnOnce(&mut Order)) {
    let mut order = order(world);
    change(&mut order);
    world.overwrite(&order);
}

/// The number of the refund that the scene was made with.
fn first_refund(world: &World) -> RefundId {
    let refund = world.transfers.iter().find(|(transfer, _)| transfer.reason == Reason::Refund);
    refund.expect("a refund").0.reference.parse().expect("a number")
}

#[test]
fn a_subsidy_is_paid_from_the_operation_account_and_waits_for_sharing() {
    let mut world = settled();
    assert_eq!((pockets(&world, MALL)[2], pockets(&world, STALL)[1]), (1_000, 8_000));
    let created = world.call(MALL, &create(500)).expect("a subsidy");
    assert_eq!(
        (created.result.known(), created.amount),
        (Some(Outcome::Success), Some(Fen::new(500)))
    );
    assert_eq!((created.success_time, created.description.as_str()), (world.now(), "测试备注"));
    assert_eq!(created.subsidy_id.as_str().len(), 32);
    assert_eq!((pockets(&world, MALL)[2], pockets(&world, STALL)[1]), (500, 8_500));
    let order = order(&world);
    assert_eq!(
        (order.unsplit.get(), order.subsidy.as_ref().unwrap().state.clone()),
        (8_500, State::Paid)
    );
    assert!(order.may_share());
    world.assert_clean();
    // All that waits becomes the stall's.
    let job = order::Step::Unfreeze.of(&order);
    world.run(&job).expect("a job");
    assert_eq!(pockets(&world, STALL), [8_500, 0, 0]);
    world.assert_clean();
}

#[test]
fn the_same_parameters_for_half_a_year() {
    let mut world = settled();
    let mut request = create(500);
    request.out_subsidy_no = Some("subsidy-1".parse().unwrap());
    request.refund_id = Some(first_refund(&world));
    let first = world.call(MALL, &request).expect("a subsidy");
    assert_eq!(first.out_subsidy_no, request.out_subsidy_no);
    let again = |world: &mut World, request: &Create| -> Created {
        let again = world.call(MALL, request).expect("the same");
        assert!(world.wrote.is_empty());
        again
    };
    assert_eq!(again(&mut world, &request), first);
    let other: [fn(&mut Create); 4] = [
        |request| request.amount = Fen::new(499),
        |request| request.description = "x".parse().unwrap(),
        |request| request.out_subsidy_no = None,
        |request| request.refund_id = None,
    ];
    for change in other {
        let mut request = request.clone();
        change(&mut request);
        assert_eq!(world.refused(MALL, &request), refusal::SUBSIDISE_DIFFERS.plain());
    }
    world.step(AGAIN_SECONDS_MAX);
    assert_eq!(again(&mut world, &request), first);
    world.step(1);
    assert_eq!(world.refused(MALL, &request), refusal::SUBSIDISE_TOO_OLD.plain());
    assert_eq!(AGAIN_SECONDS_MAX, 15_552_000);
}

/// A merchant's number pays once; another order needs another.
#[test]
fn a_number_is_used_for_one_order() {
    let mut world = World::set();
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, ..subsidised("stall-2") });
    world.step(SETTLE_SECONDS);
    fund(&mut world, MALL, 1_000);
    let number = Some("subsidy-1".parse().unwrap());
    let mut request = Create { out_subsidy_no: number, ..create(500) };
    world.call(MALL, &request).expect("a subsidy");
    request.transaction_id = transaction("42");
    assert_eq!(world.refused(MALL, &request), refusal::BILL_DIFFERS.plain());
    request.out_subsidy_no = Some("subsidy-2".parse().unwrap());
    world.call(MALL, &request).expect("another number");
    world.assert_clean();
}

/// Each state of a subsidy, and what can be done to it.
#[test]
fn each_state_of_a_subsidy() {
    type Make = fn() -> World;
    let announced: Make = settled;
    let cancelled: Make = || {
        let mut world = settled();
        world.call(MALL, &subsidy_cancel()).expect("a cancel");
        world
    };
    let given_back: Make = || {
        let mut world = paid();
        world.call(MALL, &give_back("return-1", 500)).expect("a return");
        world
    };
    let shared: Make = || {
        let mut world = settled();
        change(&mut world, |order| order.sharing_started = true);
        world
    };
    let thawed: Make = || {
        let mut world = settled();
        let job = order::Step::Unfreeze.of(&order(&world));
        world.run(&job).expect("a job");
        world
    };
    // Create, cancel, return: what is said, if it is refused.
    let table = [
        (announced, [None, None, Some(refusal::GIVE_BACK_UNPAID)]),
        (paid as Make, [None, Some(refusal::SUBSIDY_PAID), None]),
        (given_back, [None, Some(refusal::SUBSIDY_PAID), Some(refusal::GIVE_BACK_TOO_MUCH)]),
        (cancelled, [Some(refusal::SUBSIDISE_CANCELLED), None, Some(refusal::GIVE_BACK_UNPAID)]),
        (
            shared,
            [
                Some(refusal::SUBSIDISE_SHARING_STARTED),
                Some(refusal::SUBSIDY_SHARING_STARTED),
                Some(refusal::GIVE_BACK_UNPAID),
            ],
        ),
        (thawed, [Some(refusal::SUBSIDISE_SHARING_STARTED), None, Some(refusal::GIVE_BACK_UNPAID)]),
    ];
    for (number, (make, [creating, cancelling, returning])) in table.into_iter().enumerate() {
        says(&mut make(), &create(500), creating, &format!("create in {number}"));
        says(&mut make(), &subsidy_cancel(), cancelling, &format!("cancel in {number}"));
        says(&mut make(), &give_back("return-9", 1), returning, &format!("return in {number}"));
    }
}

/// The mall's call is refused so, or not at all.
fn says<E: Operation + Clone>(
    world: &mut World,
    request: &E,
    refused: Option<refusal::Entry>,
    what: &str,
) {
    match refused {
        Some(entry) => assert_eq!(world.refused(MALL, request), entry.plain(), "{what}"),
        None => assert!(world.call(MALL, request).is_ok(), "{what}"),
    }
}

#[test]
fn what_cannot_be_subsidised() {
    let mut world = World::set();
    fund(&mut world, MALL, 1_000);
    let unsettled = refusal::SUBSIDISE_UNSETTLED.plain();
    assert_eq!(world.refused(MALL, &create(500)), unsettled);
    world.step(SETTLE_SECONDS - 1);
    assert_eq!(world.refused(MALL, &create(500)), unsettled);
    world.step(1);
    assert_eq!(world.refused(MALL, &create(501)), refusal::SUBSIDISE_TOO_MUCH.plain());
    let mut request = create(500);
    request.refund_id = Some("42".parse().unwrap());
    assert_eq!(world.refused(MALL, &request), refusal::SUBSIDY_REFUND_UNKNOWN.plain());
    world.call(MALL, &create(499)).expect("less, because of the refund");
    assert_eq!(order(&world).subsidy.unwrap().amount.get(), 500, "what was announced stays");
    world.assert_clean();

    // Without a refund it is what was announced.
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, refunded: None, ..subsidised("stall-2") });
    world.step(SETTLE_SECONDS);
    let of = |fen: i64, id: &str| Create { transaction_id: transaction(id), ..create(fen) };
    assert_eq!(world.refused(MALL, &of(499, "42")), refusal::SUBSIDISE_TOO_LITTLE.plain());
    let mut request = of(500, "42");
    request.refund_id = Some(first_refund(&world));
    let unknown = refusal::SUBSIDY_REFUND_UNKNOWN.plain();
    assert_eq!(world.refused(MALL, &request), unknown, "another order's");
    world.call(MALL, &of(500, "42")).expect("a subsidy");

    let transaction_id = Some(transaction("43"));
    let plain = Place { subsidy_amount: None, transaction_id, ..subsidised("stall-3") };
    world.place(&plain);
    assert_eq!(world.refused(MALL, &of(500, "43")), refusal::SUBSIDISE_NO_MARK.plain());
    // A code payment announces none.
    let trade_type = TradeType::Micropay;
    let by_code = Place { trade_type, refunded: None, ..subsidised("stall-4") };
    world.run(&by_code).expect_err("no such order");
}

/// Nothing is written, and the same request finds money later. (At the real service one order was
/// seen to fail for ever.)
#[test]
fn a_platform_without_money() {
    let mut world = World::set();
    world.step(SETTLE_SECONDS);
    world.top_up(MALL, 1_000);
    fund(&mut world, MALL, 499);
    assert_eq!(world.refused(MALL, &create(500)), refusal::SUBSIDISE_NOT_ENOUGH.plain());
    fund(&mut world, MALL, 1);
    world.call(MALL, &create(500)).expect("a subsidy");
    assert_eq!(pockets(&world, MALL), [1_000, 0, 0]);
}

#[test]
fn who_subsidises_which_order() {
    let mut world = paid();
    let relation = refusal::NO_RELATION.plain();
    let unknown = refusal::SUBSIDY_ORDER_UNKNOWN.plain();
    assert_eq!(world.refused(STRANGER, &create(500)), relation);
    assert_eq!(world.refused(STRANGER, &give_back("return-1", 1)), relation);
    world.relate(STRANGER, STALL, Relation::SubMerchant);
    assert_eq!(world.refused(STRANGER, &create(500)), unknown);
    assert_eq!(world.refused(STRANGER, &give_back("return-1", 1)), unknown);
    world.relate(MALL, SHOP, Relation::SubMerchant);
    let other = Create { sub_mchid: mchid(SHOP), ..create(500) };
    assert_eq!(world.refused(MALL, &other), unknown);
    let other = Return { sub_mchid: mchid(SHOP), ..give_back("return-1", 1) };
    assert_eq!(world.refused(MALL, &other), unknown);
    let other = Create { transaction_id: transaction("41"), ..create(500) };
    assert_eq!(world.refused(MALL, &other), unknown);
    for caller in [PLATFORM, SHOP, STALL] {
        let not_supported = refusal::NOT_SUPPORTED.plain();
        assert_eq!(world.refused(caller, &create(500)), not_supported);
        assert_eq!(world.refused(caller, &give_back("return-1", 1)), not_supported);
    }
}

#[test]
fn a_subsidy_is_given_back_piece_by_piece() {
    let mut world = paid();
    let first = world.call(MALL, &give_back("return-1", 200)).expect("a return");
    assert_eq!(first.result.known(), Some(ReturnResult::Success));
    assert_eq!((first.amount.get(), first.success_time), (200, world.now()));
    assert_eq!((pockets(&world, MALL)[2], pockets(&world, STALL)[1]), (700, 8_300));
    assert_eq!(order(&world).unsplit.get(), 8_300);
    world.assert_clean();
    let kept = world.call(MALL, &create(500)).expect("the subsidy");
    assert_eq!(kept.result.known(), Some(Outcome::Success), "part of it is there");
    let too_much = refusal::GIVE_BACK_TOO_MUCH.plain();
    assert_eq!(world.refused(MALL, &give_back("return-2", 301)), too_much);
    world.call(MALL, &give_back("return-2", 300)).expect("the rest");
    let kept = world.call(MALL, &create(500)).expect("the subsidy");
    assert_eq!(kept.result.known(), Some(Outcome::Refund), "all of it went back");
    assert_eq!(world.refused(MALL, &give_back("return-3", 1)), too_much);
    assert_eq!(pockets(&world, MALL)[2], 1_000);
    world.assert_clean();
}

#[test]
fn a_repeated_return_says_the_same() {
    let mut world = paid();
    let full = || {
        let mut request = give_back("return-1", 100);
        request.from = Some(vec![part(Account::Unavailable, 100)]);
        request
    };
    let mut request = full();
    request.refund_id = Some(first_refund(&world));
    let first = world.call(MALL, &request).expect("a return");
    assert_eq!((&first.refund_id, &first.from), (&request.refund_id, &request.from));
    world.step(AGAIN_SECONDS_MAX + 1);
    assert_eq!(world.call(MALL, &request).expect("the same"), first);
    assert!(world.wrote.is_empty());
    let other: [fn(&mut Return); 6] = [
        |request| request.amount = Fen::new(99),
        |request| request.description = "x".parse().unwrap(),
        |request| request.refund_id = None,
        |request| request.from = None,
        |request| request.transaction_id = transaction("42"),
        |request| request.subsidy_id = Some("42".parse().unwrap()),
    ];
    for change in other {
        let mut request = request.clone();
        change(&mut request);
        assert_eq!(world.refused(MALL, &request), refusal::BILL_DIFFERS.plain());
    }
}

#[test]
fn a_refund_has_one_return() {
    let mut world = paid();
    let refund_id = Some(first_refund(&world));
    let with = |number: &str| Return { refund_id: refund_id.clone(), ..give_back(number, 1) };
    world.call(MALL, &with("return-1")).expect("a return");
    assert_eq!(world.refused(MALL, &with("return-2")), refusal::GIVE_BACK_REFUND_USED.plain());
    world.call(MALL, &give_back("return-2", 1)).expect("a return of no refund");
    // One that was given up has none.
    let mut request = of_mall("refund-1", 1);
    request.out_trade_no = Some("stall-1".parse().unwrap());
    let refund = world.call(MALL, &request).expect("a refund");
    abnormal(&mut world, true);
    settle(&mut world);
    world.run(&close(MALL, "refund-1")).expect("a close");
    let closed = Return { refund_id: Some(refund.refund_id), ..give_back("return-3", 1) };
    assert_eq!(world.refused(MALL, &closed), refusal::SUBSIDY_REFUND_UNKNOWN.plain());
    world.assert_clean();
}

#[test]
fn what_cannot_be_given_back() {
    let mut world = paid();
    let mut other = give_back("return-1", 1);
    other.subsidy_id = Some("42".parse().unwrap());
    assert_eq!(world.refused(MALL, &other), refusal::GIVE_BACK_SUBSIDY_UNKNOWN.plain());
    // An order that has had no refund.
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, refunded: None, ..subsidised("stall-2") });
    world.step(SETTLE_SECONDS);
    let id = transaction("42");
    world.call(MALL, &Create { transaction_id: id.clone(), ..create(500) }).expect("a subsidy");
    let request = Return { transaction_id: id, ..give_back("return-2", 1) };
    assert_eq!(world.refused(MALL, &request), refusal::GIVE_BACK_NO_REFUND.plain());
}

/// Each account, and what it is short of.
#[test]
fn where_a_return_is_taken_from() {
    for (finished, account, pocket) in [
        (false, None, 1),
        (false, Some(Account::Unavailable), 1),
        (false, Some(Account::Available), 0),
        (true, None, 0),
        (true, Some(Account::Available), 0),
    ] {
        let mut world = paid();
        world.top_up(STALL, 500);
        if finished {
            let job = order::Step::Unfreeze.of(&order(&world));
            world.run(&job).expect("a job");
        }
        let before = pockets(&world, STALL);
        let mut request = give_back("return-1", 100);
        request.from = account.map(|account| vec![part(account, 100)]);
        world.call(MALL, &request).expect("a return");
        let after = pockets(&world, STALL);
        assert_eq!(before[pocket] - after[pocket], 100, "{finished} {account:?}");
        world.assert_clean();
    }
    let short = refusal::GIVE_BACK_NOT_ENOUGH.plain();
    let mut world = paid();
    let mut request = give_back("return-1", 100);
    request.from = Some(vec![part(Account::Available, 100)]);
    assert_eq!(world.refused(MALL, &request), short);
    // What waits of the order was shared; the account has more, of other orders.
    change(&mut world, |order| order.unsplit = Fen::new(99));
    assert_eq!(world.refused(MALL, &give_back("return-1", 100)), short);
    assert!(world.accounts[&chart::frozen(&mchid(STALL))].available().unwrap().get() > 100);
}
