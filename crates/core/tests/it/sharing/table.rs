//! Each state of an order, a share and a return against each operation.

use redress_api::Fen;
use redress_api::sharing::{Amounts, ReturnResult, ShareStatus};
use redress_core::merchant::Relation;
use redress_core::order::{Outcome, Place, SETTLE_SECONDS, TradeType};
use redress_core::refusal::{self, Entry};
use redress_core::sharing::{Event, next, next_return};

use super::{FRIEND, ORDER, back, finish, last, query, query_back, set, share, sold};
use crate::scene::{MALL, SPONSOR, STALL, STRANGER, mchid, partner_reverse, transaction};
use crate::world::World;

#[test]
fn states_and_events() {
    let done = |from| next(from, Event::Finish);
    assert_eq!(ShareStatus::ALL.len(), 2);
    assert_eq!(done(ShareStatus::Processing), Some(ShareStatus::Finished));
    assert_eq!(done(ShareStatus::Finished), None);
    let done = |from| next_return(from, Event::Finish);
    assert_eq!(ReturnResult::ALL.len(), 3);
    assert_eq!(done(ReturnResult::Processing), Some(ReturnResult::Success));
    assert_eq!(done(ReturnResult::Success), None);
    assert_eq!(done(ReturnResult::Failed), None);
}

/// What an order must have gone through, and what a share, a finish and a look at it answer then;
/// `None` is yes.
struct Case {
    what: &'static str,
    world: fn() -> World,
    share: Option<Entry>,
    finish: Option<Entry>,
    amounts: Option<Entry>,
}

fn placed(place: &Place) -> World {
    let mut world = set();
    world.place(place);
    world.step(SETTLE_SECONDS);
    world
}

/// A second order, for the cases that the first one cannot be in.
const OTHER: &str = "4200000000000000000000000002";

fn cases() -> Vec<Case> {
    let only = |what, world, entry: Entry, amounts| Case {
        what,
        world,
        share: Some(entry),
        finish: Some(entry),
        amounts,
    };
    vec![
        Case {
            what: "paid",
            world: || placed(&sold("sold-2", OTHER)),
            share: None,
            finish: None,
            amounts: None,
        },
        only("unknown", set, refusal::SHARE_ORDER_UNKNOWN, Some(refusal::SHARE_UNKNOWN)),
        only(
            "another sub-merchant's",
            || {
                let mut world = set();
                world.relate(MALL, SPONSOR, Relation::SubMerchant);
                world.place(&Place { sub_mchid: Some(mchid(SPONSOR)), ..sold("sold-2", OTHER) });
                world.step(SETTLE_SECONDS);
                world
            },
            refusal::SHARE_ORDER_UNKNOWN,
            None,
        ),
        only(
            "another platform's",
            || {
                let mut world = set();
                world.relate(STRANGER, STALL, Relation::SubMerchant);
                world.place(&Place { mchid: mchid(STRANGER), ..sold("sold-2", OTHER) });
                world.step(SETTLE_SECONDS);
                world
            },
            refusal::SHARE_ORDER_UNKNOWN,
            Some(refusal::SHARE_UNKNOWN),
        ),
        only(
            "unpaid",
            || {
                let outcome = Outcome::Unpaid;
                placed(&Place { outcome, transaction_id: None, ..sold("sold-2", OTHER) })
            },
            refusal::SHARE_ORDER_UNKNOWN,
            Some(refusal::SHARE_UNKNOWN),
        ),
        only(
            "not for sharing",
            || placed(&Place { profit_sharing: false, ..sold("sold-2", OTHER) }),
            refusal::SHARE_NOT_MARKED,
            Some(refusal::AMOUNTS_NOT_MARKED),
        ),
        only(
            "reversed",
            || {
                let trade_type = TradeType::Micropay;
                let mut world = placed(&Place { trade_type, ..sold("sold-2", OTHER) });
                world.call(MALL, &partner_reverse("sold-2")).expect("a reverse");
                world
            },
            refusal::SHARE_REVOKED,
            None,
        ),
        Case {
            what: "refunded altogether",
            world: || placed(&Place { refunded: Some(Fen::new(10_000)), ..sold("sold-2", OTHER) }),
            share: Some(refusal::SHARE_REFUNDED),
            finish: Some(refusal::FINISH_NOTHING_LEFT),
            amounts: None,
        },
        Case {
            what: "refunded in part",
            world: || placed(&Place { refunded: Some(Fen::new(9_999)), ..sold("sold-2", OTHER) }),
            share: None,
            finish: None,
            amounts: None,
        },
        only(
            "not settled",
            || {
                let mut world = set();
                world.place(&sold("sold-2", OTHER));
                world.step(SETTLE_SECONDS - 1);
                world
            },
            refusal::SHARE_NOT_SETTLED,
            None,
        ),
        only(
            "with a subsidy to come",
            || placed(&Place { subsidy_amount: Some(Fen::new(1)), ..sold("sold-2", OTHER) }),
            refusal::SHARE_SUBSIDY_OPEN,
            None,
        ),
        Case {
            what: "finished",
            world: || {
                let mut world = placed(&sold("sold-2", OTHER));
                let mut end = finish("F0");
                end.transaction_id = transaction(OTHER);
                world.call(MALL, &end).expect("a finish");
                world
            },
            share: Some(refusal::SHARE_FINISHED),
            finish: Some(refusal::FINISH_NOTHING_LEFT),
            amounts: None,
        },
        Case {
            what: "free after 180 days",
            world: || {
                let mut world = placed(&sold("sold-2", OTHER));
                world.step(180 * 24 * 3600);
                world.settle();
                world
            },
            share: Some(refusal::SHARE_FINISHED),
            finish: Some(refusal::FINISH_NOTHING_LEFT),
            amounts: None,
        },
    ]
}

#[test]
fn orders() {
    for Case { what, world, share: shared, finish: finished, amounts } in cases() {
        let mut create = share("P9", &[(MALL, 1)]);
        create.transaction_id = transaction(OTHER);
        let mut end = finish("F9");
        end.transaction_id = transaction(OTHER);
        let look = Amounts { transaction_id: transaction(OTHER) };
        match shared {
            Some(entry) => assert_eq!(world().refused(MALL, &create), entry.plain(), "{what}"),
            None => drop(world().call(MALL, &create).expect(what)),
        }
        match finished {
            Some(entry) => assert_eq!(world().refused(MALL, &end), entry.plain(), "{what}"),
            None => drop(world().call(MALL, &end).expect(what)),
        }
        match amounts {
            Some(entry) => assert_eq!(world().refused(MALL, &look), entry.plain(), "{what}"),
            None => drop(world().call(MALL, &look).expect(what)),
        }
    }
}

/// A share on its way, one that is done, and a finish: what may be asked of each.
#[test]
fn shares() {
    type Make = fn(&mut World);
    let states: [(&str, Make, Option<Entry>); 3] = [
        (
            "processing",
            |world| drop(world.call(MALL, &share("X", &[(MALL, 9)])).unwrap()),
            Some(refusal::RETURN_TOO_EARLY),
        ),
        (
            "finished",
            |world| {
                world.call(MALL, &share("X", &[(MALL, 9)])).unwrap();
                world.settle();
            },
            None,
        ),
        (
            "a finish",
            |world| {
                world.call(MALL, &finish("X")).unwrap();
                world.settle();
            },
            Some(refusal::RETURN_NO_RECEIVER),
        ),
    ];
    let differs = refusal::BILL_DIFFERS.plain();
    for (what, make, returned) in states {
        let mut world = set();
        make(&mut world);
        world.call(MALL, &query("X")).expect(what);
        let is_finish = what == "a finish";
        if is_finish {
            world.call(MALL, &finish("X")).expect("the same");
            assert_eq!(world.refused(MALL, &share("X", &[(MALL, 9)])), differs);
            let mut other = finish("X");
            other.description = "other".parse().expect("a description");
            assert_eq!(world.refused(MALL, &other), differs);
        } else {
            world.call(MALL, &share("X", &[(MALL, 9)])).expect("the same");
            assert_eq!(world.refused(MALL, &finish("X")), differs);
            for other in [
                share("X", &[(MALL, 8)]),
                share("X", &[(FRIEND, 9)]),
                share("X", &[(MALL, 9), (FRIEND, 1)]),
                last("X", &[(MALL, 9)]),
            ] {
                assert_eq!(world.refused(MALL, &other), differs, "{what}");
            }
            let mut other = share("X", &[(MALL, 9)]);
            other.receivers[0].description = "other".parse().expect("a description");
            assert_eq!(world.refused(MALL, &other), differs, "{what}");
            other = share("X", &[(MALL, 9)]);
            other.transaction_id = transaction(OTHER);
            assert_eq!(world.refused(MALL, &other), differs, "{what}");
        }
        let request = back("R", "X", MALL, 9);
        match returned {
            Some(entry) => assert_eq!(world.refused(MALL, &request), entry.plain(), "{what}"),
            None => drop(world.call(MALL, &request).expect(what)),
        }
        world.assert_clean();
    }
}

/// A return on its way and one that is done.
#[test]
fn returns() {
    for done in [false, true] {
        let mut world = set();
        let made = world.call(MALL, &share("X", &[(MALL, 9), (FRIEND, 9)])).expect("a share");
        world.settle();
        let request = back("R", "X", MALL, 5);
        let first = world.call(MALL, &request).expect("a return");
        if done {
            world.settle();
        }
        let now = world.call(MALL, &query_back("R", "X")).expect("a return");
        assert_eq!(now.result == ReturnResult::Success, done);
        let mut same = request.clone();
        same.order_id = Some(made.order_id);
        same.transaction_id = Some(transaction(ORDER));
        assert_eq!(world.call(MALL, &same).expect("the same"), now);
        assert!(world.wrote.is_empty());
        assert_eq!(first.return_no, now.return_no);
        let differs = refusal::BILL_DIFFERS.plain();
        let mut others = [request.clone(), request.clone(), request.clone(), request];
        others[0].amount = Fen::new(4);
        others[1].description = "other".parse().expect("a description");
        others[2].return_mchid = mchid(crate::scene::SHOP);
        others[3].out_order_no = Some("Y".parse().expect("a number"));
        for other in others {
            assert_eq!(world.refused(MALL, &other), differs);
        }
        world.assert_clean();
    }
}
