//! Refunds: taken on with their money, brought to their payers, gone astray, given up.

use redress_api::refund::ecommerce::{self, Apply, RefundAccount};
use redress_api::refund::{
    Account, AmountAsked, Create, FundsAccount, Part, Query, Source, Status,
};
use redress_api::{Fen, Open, refund as api};
use redress_core::ledger::{Phase, Reason};
use redress_core::order::{Order, Outcome, Place, TradeState, TradeType};
use redress_core::payer::Payer;
use redress_core::refund::{Close, REFUND_SECONDS_MAX, REFUNDS_MAX, Refund, SETTLE_SECONDS};
use redress_core::{Job, chart, refusal};

use crate::scene::{APPID, MALL, PAYER, SHOP, STALL, mchid, of_stall, place, reverse};
use crate::world::World;

pub(crate) mod money;
mod told;
mod who;

pub(crate) const ORDER: &str = "order-7";

/// A request of the shop, for so much of an order of 100 yuan.
pub(crate) fn create(number: &str, fen: i64) -> Create {
    Create {
        sub_mchid: None,
        transaction_id: None,
        out_trade_no: Some(ORDER.parse().expect("an order's number")),
        out_refund_no: number.parse().expect("a refund's number"),
        reason: None,
        notify_url: None,
        funds_account: None,
        amount: AmountAsked {
            refund: Fen::new(fen),
            from: None,
            total: Fen::new(10_000),
            currency: "CNY".parse().expect("a currency"),
        },
        goods_detail: None,
    }
}

/// A request of the mall for the stall.
pub(crate) fn of_mall(number: &str, fen: i64) -> Create {
    Create { sub_mchid: Some(mchid(STALL)), ..create(number, fen) }
}

/// The same on the page of e-commerce platforms.
pub(crate) fn apply(number: &str, fen: i64) -> Apply {
    let Create { out_trade_no, out_refund_no, amount, .. } = create(number, fen);
    Apply {
        sub_mchid: mchid(STALL),
        sp_appid: APPID.parse().expect("an appid"),
        sub_appid: None,
        transaction_id: None,
        out_trade_no,
        out_refund_no,
        reason: None,
        amount: ecommerce::AmountAsked {
            refund: amount.refund,
            from: None,
            total: amount.total,
            currency: None,
        },
        notify_url: None,
        refund_account: None,
        funds_account: None,
    }
}

pub(crate) fn part(account: Account, fen: i64) -> Part {
    Part { account: Open::Known(account), amount: Fen::new(fen) }
}

/// A world with a paid code payment of the shop.
pub(crate) fn shop() -> World {
    let mut world = World::set();
    world.place(&place(SHOP, ORDER));
    world
}

/// A world with a paid order of the stall, whose money waits for sharing.
pub(crate) fn stall() -> World {
    let mut world = World::set();
    world.place(&sharing(ORDER));
    world
}

pub(crate) fn sharing(number: &str) -> Place {
    Place { profit_sharing: true, trade_type: TradeType::Jsapi, ..of_stall(number) }
}

/// The payer's account takes no money, or takes it again.
pub(crate) fn abnormal(world: &mut World, abnormal: bool) {
    let openid = PAYER.to_owned();
    let day = world.now().day_digits();
    world.overwrite(&Payer { openid, day, password_free: 0, appid: None, abnormal });
}

pub(crate) fn kept(world: &World, by: &str, number: &str) -> Refund {
    world.get(&format!("{by}/{number}")).expect("a refund")
}

/// Lets time bring every refund to its payer. Who is to be told is not told here.
pub(crate) fn settle(world: &mut World) {
    world.step(SETTLE_SECONDS);
    for number in world.due() {
        if matches!(world.jobs[&number].1, Job::Refund { .. }) {
            world.work(number, false);
        }
    }
}

pub(crate) fn close(by: &str, number: &str) -> Close {
    Close { mchid: mchid(by), out_refund_no: number.parse().expect("a refund's number") }
}

/// A refund of the shop that went astray.
pub(crate) fn astray() -> World {
    let mut world = shop();
    world.call(SHOP, &create("refund-1", 4_000)).expect("a refund");
    abnormal(&mut world, true);
    settle(&mut world);
    assert_eq!(kept(&world, SHOP, "refund-1").status, Status::Abnormal);
    world
}

fn order(world: &World) -> Order {
    world.order(SHOP, ORDER)
}

#[test]
fn a_refund_is_held_and_then_reaches_its_payer() {
    let mut world = shop();
    let answer = world.call(SHOP, &create("refund-1", 4_000)).expect("a refund");
    let start = world.now();
    assert_eq!(answer.status, Status::Processing);
    assert_eq!(answer.funds_account, FundsAccount::Available);
    assert_eq!((answer.create_time, answer.success_time), (start, None));
    assert_eq!(answer.refund_id.as_str().len(), 29);
    assert_eq!((answer.amount.total.get(), answer.amount.refund.get()), (10_000, 4_000));
    assert_eq!(
        (answer.amount.payer_total.get(), answer.amount.payer_refund.get()),
        (10_000, 4_000)
    );
    assert_eq!(world.money(&mchid(SHOP)), (6_000, 10_000), "held, not gone");
    let (hold, _) = world.transfers.last().unwrap();
    assert_eq!((hold.reason, hold.phase), (Reason::Refund, Phase::Pending));
    assert_eq!(hold.reference, answer.refund_id.as_str());
    assert_eq!((order(&world).state, order(&world).refunded.get()), (TradeState::Refund, 4_000));
    world.assert_clean();

    world.step(SETTLE_SECONDS - 1);
    world.settle();
    assert_eq!(kept(&world, SHOP, "refund-1").status, Status::Processing);
    world.step(1);
    world.settle();
    let query = Query { out_refund_no: answer.out_refund_no.clone(), sub_mchid: None };
    let found = world.call(SHOP, &query).expect("a refund");
    let now = Some(world.now());
    assert_eq!(found, api::Refund { status: Status::Success.into(), success_time: now, ..answer });
    assert_eq!(world.money(&mchid(SHOP)), (6_000, 6_000));
    world.assert_clean();
}

#[test]
fn an_order_is_refunded_piece_by_piece_and_no_further() {
    let mut world = shop();
    for (number, fen) in [("refund-1", 1), ("refund-2", 9_998)] {
        world.call(SHOP, &create(number, fen)).expect("a refund");
    }
    let too_much = refusal::REFUND_TOO_MUCH.plain();
    assert_eq!(world.refused(SHOP, &create("refund-3", 2)), too_much);
    world.call(SHOP, &create("refund-3", 1)).expect("the rest");
    assert_eq!(world.refused(SHOP, &create("refund-4", 1)), too_much);
    settle(&mut world);
    assert_eq!((order(&world).refunded.get(), order(&world).refunds), (10_000, 3));
    assert_eq!(world.money(&mchid(SHOP)), (0, 0));
    world.assert_clean();
}

#[test]
fn fifty_refunds_and_no_more() {
    let mut world = shop();
    for number in 0..REFUNDS_MAX {
        world.call(SHOP, &create(&format!("refund-{number}"), 1)).expect("a refund");
    }
    assert_eq!(world.refused(SHOP, &create("refund-50", 1)), refusal::REFUND_TOO_OFTEN.plain());
    assert_eq!(REFUNDS_MAX, 50);
    settle(&mut world);
    world.assert_clean();
}

#[test]
fn a_year_and_not_a_second_more() {
    let mut world = shop();
    world.step(REFUND_SECONDS_MAX);
    world.call(SHOP, &create("refund-1", 1)).expect("the last second");
    world.step(1);
    assert_eq!(world.refused(SHOP, &create("refund-2", 1)), refusal::REFUND_EXPIRED.plain());
    assert_eq!(REFUND_SECONDS_MAX, 31_536_000);
}

/// Each state of an order: whether it can be refunded, and what is said if not.
#[test]
fn each_state_of_an_order() {
    let unknown = Some(refusal::REFUND_ORDER_UNKNOWN);
    let table = [
        (TradeState::Success, None),
        (TradeState::Refund, None),
        (TradeState::NotPay, unknown),
        (TradeState::Closed, unknown),
        (TradeState::Revoked, Some(refusal::REFUND_REVERSED)),
        (TradeState::UserPaying, unknown),
        (TradeState::PayError, unknown),
    ];
    assert_eq!(table.map(|(state, _)| state), TradeState::ALL);
    for (state, refused) in table {
        let mut world = World::set();
        let code = place(SHOP, ORDER);
        let unpaid = Place { outcome: Outcome::Unpaid, ..code.clone() };
        let native = Place { trade_type: TradeType::Native, ..unpaid.clone() };
        let place = match state {
            TradeState::Success | TradeState::Revoked => code,
            TradeState::Refund => Place { refunded: Some(Fen::new(10)), ..code },
            TradeState::NotPay | TradeState::Closed => native,
            TradeState::UserPaying => unpaid,
            TradeState::PayError => Place { outcome: Outcome::Failed, ..unpaid },
        };
        world.place(&place);
        if state == TradeState::Revoked {
            world.call(SHOP, &reverse(ORDER)).expect("a reverse");
        }
        if state == TradeState::Closed {
            world.call(SHOP, &crate::scene::close(ORDER)).expect("a close");
        }
        assert_eq!(order(&world).state, state);
        match refused {
            None => drop(world.call(SHOP, &create("refund-1", 1)).expect("a refund")),
            Some(entry) => assert_eq!(world.refused(SHOP, &create("refund-1", 1)), entry.plain()),
        }
        settle(&mut world);
        world.assert_clean();
    }
    // Reversed before anybody had paid.
    let mut world = World::set();
    world.place(&Place { outcome: Outcome::Unpaid, ..place(SHOP, ORDER) });
    world.call(SHOP, &reverse(ORDER)).expect("a reverse");
    let unknown = refusal::REFUND_ORDER_UNKNOWN.plain();
    assert_eq!(world.refused(SHOP, &create("refund-1", 1)), unknown);
}

/// Each state of a refund, and what can be done about it.
#[test]
fn each_state_of_a_refund() {
    for status in Status::ALL.iter().copied() {
        let made = || {
            let mut world = if matches!(status, Status::Abnormal | Status::Closed) {
                astray()
            } else {
                let mut world = shop();
                world.call(SHOP, &create("refund-1", 4_000)).expect("a refund");
                world
            };
            match status {
                Status::Success => settle(&mut world),
                Status::Closed => drop(world.run(&close(SHOP, "refund-1")).expect("a close")),
                Status::Processing | Status::Abnormal => {}
            }
            abnormal(&mut world, false);
            assert_eq!(kept(&world, SHOP, "refund-1").status, status);
            world
        };
        // The same number once more: an abnormal one is tried again, any other stays.
        let mut world = made();
        let again = world.call(SHOP, &create("refund-1", 4_000)).expect("a refund");
        let tried = status == Status::Abnormal;
        assert_eq!(again.status, if tried { Status::Processing } else { status });
        assert_eq!(world.wrote.is_empty(), !tried);
        world.assert_clean();
        // Other content.
        let mut world = made();
        let differs = refusal::REFUND_DIFFERS.plain();
        assert_eq!(world.refused(SHOP, &create("refund-1", 4_001)), differs);
        // Time once more.
        let job = kept(&world, SHOP, "refund-1").settling();
        world.run(&job).expect("a job");
        assert_eq!(world.wrote.is_empty(), status != Status::Processing);
        // Giving up.
        let mut world = made();
        if status == Status::Abnormal {
            assert_eq!(world.run(&close(SHOP, "refund-1")).unwrap().status, Status::Closed);
        } else {
            assert_eq!(world.refusal(&close(SHOP, "refund-1")).code.status, 409);
        }
        // Reversing the order.
        assert_eq!(world.refused(SHOP, &reverse(ORDER)), refusal::REVERSE_REFUNDED.plain());
        world.assert_clean();
    }
    assert_eq!(shop().refusal(&close(SHOP, "refund-1")).code.status, 404);
}

#[test]
fn one_that_goes_astray_keeps_its_money_and_is_tried_again() {
    let mut world = astray();
    assert_eq!(world.money(&mchid(SHOP)), (6_000, 10_000));
    assert_eq!(order(&world).refunded.get(), 4_000);
    world.assert_clean();
    let sick = refusal::REFUND_PAYER_ABNORMAL.plain();
    assert_eq!(world.refused(SHOP, &create("refund-1", 4_000)), sick, "it still is");
    assert_eq!(world.refused(SHOP, &create("refund-2", 1)), sick);

    abnormal(&mut world, false);
    let transfers = world.transfers.len();
    world.call(SHOP, &create("refund-1", 4_000)).expect("another try");
    assert_eq!(world.transfers.len(), transfers, "the money is held already");
    world.assert_clean();
    settle(&mut world);
    assert_eq!(kept(&world, SHOP, "refund-1").status, Status::Success);
    assert_eq!(world.money(&mchid(SHOP)), (6_000, 6_000));
    world.assert_clean();
}

#[test]
fn one_that_is_given_up_leaves_its_money_to_another() {
    let mut world = astray();
    world.run(&close(SHOP, "refund-1")).expect("a close");
    assert_eq!(world.money(&mchid(SHOP)), (10_000, 10_000));
    let closed = order(&world);
    assert_eq!((closed.refunded, closed.refunds), (Fen::ZERO, 1));
    assert_eq!(closed.state, TradeState::Refund);
    world.assert_clean();
    abnormal(&mut world, false);
    world.call(SHOP, &create("refund-2", 10_000)).expect("all of it");
    settle(&mut world);
    assert_eq!(world.money(&mchid(SHOP)), (0, 0));
    world.assert_clean();
}

/// A repetition has to say all of it again, but the callback's address.
#[test]
fn a_repetition_says_the_same() {
    let full = |number: &str| Create {
        reason: Some("不想要了".parse().expect("a reason")),
        notify_url: Some("https://shop.example/a".parse().expect("an address")),
        funds_account: Some(Open::Known(Source::Available)),
        goods_detail: Some(Vec::new()),
        ..create(number, 100)
    };
    let mut world = shop();
    let first = world.call(SHOP, &full("refund-1")).expect("a refund");
    let id = order(&world).transaction_id;
    let same: [fn(&mut Create); 3] = [
        |_| {},
        |request| request.notify_url = None,
        |request| request.notify_url = Some("https://shop.example/b".parse().unwrap()),
    ];
    for change in same {
        let mut request = full("refund-1");
        change(&mut request);
        assert_eq!(world.call(SHOP, &request).expect("the same"), first);
        assert!(world.wrote.is_empty());
    }
    let by_id = Create { transaction_id: id, out_trade_no: None, ..full("refund-1") };
    assert_eq!(world.call(SHOP, &by_id).expect("the same order"), first);
    let other: [fn(&mut Create); 8] = [
        |request| request.amount.refund = Fen::new(101),
        |request| request.amount.total = Fen::new(10_001),
        |request| request.amount.from = Some(vec![part(Account::Available, 100)]),
        |request| request.reason = None,
        |request| request.funds_account = None,
        |request| request.goods_detail = None,
        |request| request.out_trade_no = Some("order-8".parse().unwrap()),
        |request| request.sub_mchid = Some(mchid(STALL)),
    ];
    for change in other {
        let mut request = full("refund-1");
        change(&mut request);
        assert_eq!(world.refused(SHOP, &request), refusal::REFUND_DIFFERS.plain());
    }
}

#[test]
fn a_placed_order_has_a_real_refund() {
    for profit_sharing in [false, true] {
        let mut world = World::set();
        let refunded = Some(Fen::new(2_000));
        let order = world.place(&Place { profit_sharing, refunded, ..sharing(ORDER) });
        assert_eq!((order.state, order.refunds), (TradeState::Refund, 1));
        let prefix = format!("refund {MALL}/");
        let (_, (_, _, row)) = world
            .rows
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix))
            .find(|(_, (_, _, row))| row.contains(ORDER))
            .expect("a refund");
        let row: Refund = serde_json::from_str(row).expect("a refund reads");
        let found = world
            .call(
                MALL,
                &Query { sub_mchid: Some(mchid(STALL)), ..query(row.out_refund_no.as_str()) },
            )
            .expect("a refund");
        assert_eq!(found.status, Status::Success);
        assert_eq!(found.amount.refund.get(), 2_000);
        let (account, other) = (chart::frozen(&mchid(STALL)), chart::available(&mchid(STALL)));
        let account = if profit_sharing { account } else { other };
        let refund = world.transfers.iter().find(|(t, _)| t.reference == row.refund_id.as_str());
        assert_eq!(refund.expect("a transfer").0.debit, account);
        world.assert_clean();
    }
}

#[test]
fn a_world_that_was_stopped_goes_on() {
    let mut world = shop();
    world.call(SHOP, &create("refund-1", 4_000)).expect("a refund");
    let mut world = world.restarted();
    settle(&mut world);
    assert_eq!(kept(&world, SHOP, "refund-1").status, Status::Success);
    world.assert_clean();
}

/// The page of e-commerce platforms says who pays, and has no state.
#[test]
fn a_platform_may_pay_in_advance() {
    let mut world = stall();
    let mut request = apply("refund-1", 4_000);
    request.refund_account = Some(Open::Known(RefundAccount::PartnerAdvance));
    assert_eq!(world.refused(MALL, &request), refusal::OPERATION_NOT_ENOUGH.plain());
    money::fund(&mut world, MALL, 5_000);
    let applied = world.call(MALL, &request).expect("the same number, with money");
    assert_eq!(applied.amount.advance, Some(Fen::new(4_000)));
    assert_eq!(applied.refund_account, request.refund_account);
    assert_eq!(world.order(MALL, ORDER).unsplit.get(), 10_000, "the stall's money stays");
    settle(&mut world);
    let query = ecommerce::Query { out_refund_no: request.out_refund_no, sub_mchid: mchid(STALL) };
    let found = world.call(MALL, &query).expect("a refund");
    assert_eq!(found.funds_account, Some(Open::Known(FundsAccount::Operation)));
    assert_eq!((found.status, found.amount), (Status::Success.into(), applied.amount));
    world.assert_clean();
}

pub(crate) fn query(number: &str) -> Query {
    Query { out_refund_no: number.parse().expect("a number"), sub_mchid: None }
}
