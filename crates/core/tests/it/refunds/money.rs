//! Where the money of a refund comes from, and what happens when there is none.

use redress_api::Open;
use redress_api::refund::{Account, Create, FundsAccount, Source, Status};
use redress_core::merchant::AccountKind;
use redress_core::order::{Order, TradeState};
use redress_core::{chart, order, refusal};

use super::{ORDER, abnormal, close, create, kept, of_mall, part, settle, sharing, shop, stall};
use crate::scene::{MALL, SHOP, STALL, mchid, of_stall, reverse};
use crate::world::World;

/// What waits of the stall's first order, in fen.
const FIRST: i64 = 8_000;

/// What a merchant has in each of its accounts and is not held: available, frozen, operation.
pub(crate) fn pockets(world: &World, by: &str) -> [i64; 3] {
    let by = mchid(by);
    [chart::available(&by), chart::frozen(&by), chart::operation(&by)].map(|id| {
        let account = world.accounts.get(&id);
        account.and_then(redress_core::Account::available).map_or(0, |fen| fen.get())
    })
}

/// The order's sharing is finished: nothing waits any more.
fn finish(world: &mut World) {
    let job = order::Step::Unfreeze.of(&world.order(MALL, ORDER));
    world.run(&job).expect("a job");
    assert!(world.order(MALL, ORDER).sharing_finished);
}

/// Profit sharing has taken so much of the order, as its own transfers would.
fn share(world: &mut World, fen: i64) {
    let mut order: Order = world.order(MALL, ORDER);
    order.take_unsplit(redress_api::Fen::new(fen)).expect("so much waits");
    order.sharing_started = true;
    world.overwrite(&order);
}

/// Which pocket each request takes from: available, frozen, in fen, and what the answer says.
#[test]
fn where_the_money_comes_from() {
    type Change = fn(&mut Create);
    let plain: Change = |_| {};
    let available: Change = |r| r.funds_account = Some(Open::Known(Source::Available));
    let from_available: Change = |r| r.amount.from = Some(vec![part(Account::Available, 300)]);
    let from_frozen: Change = |r| r.amount.from = Some(vec![part(Account::Unavailable, 300)]);
    let both: Change = |r| {
        r.amount.from = Some(vec![part(Account::Unavailable, 200), part(Account::Available, 100)]);
    };
    // Whether the order is shared, and that is finished; the request; what it takes.
    let table = [
        (false, false, plain, [300, 0], FundsAccount::Available),
        (false, false, available, [300, 0], FundsAccount::Available),
        (true, false, plain, [0, 300], FundsAccount::Unavailable),
        (true, false, available, [300, 0], FundsAccount::Available),
        (true, false, from_available, [300, 0], FundsAccount::Available),
        (true, false, from_frozen, [0, 300], FundsAccount::Unavailable),
        (true, false, both, [100, 200], FundsAccount::Basic),
        (true, true, plain, [300, 0], FundsAccount::Available),
        (true, true, from_available, [300, 0], FundsAccount::Available),
    ];
    for (number, (shared, finished, change, taken, said)) in table.into_iter().enumerate() {
        let mut world = World::set();
        let mut place = sharing(ORDER);
        place.profit_sharing = shared;
        world.place(&place);
        world.top_up(STALL, 1_000);
        if finished {
            finish(&mut world);
        }
        let before = pockets(&world, STALL);
        let mut request = of_mall("refund-1", 300);
        change(&mut request);
        let answer = world.call(MALL, &request).unwrap_or_else(|no| panic!("{number}: {no:?}"));
        assert_eq!(answer.funds_account, said, "{number}");
        assert_eq!(answer.amount.from, request.amount.from);
        let after = pockets(&world, STALL);
        assert_eq!([before[0] - after[0], before[1] - after[1]], taken, "{number}");
        world.assert_clean();
        settle(&mut world);
        assert_eq!(pockets(&world, STALL), after, "what was held is gone, no more");
        world.assert_clean();
    }
}

#[test]
fn what_no_request_may_take_from() {
    let mut world = World::set();
    world.place(&of_stall(ORDER));
    let mut request = of_mall("refund-1", 300);
    request.amount.from = Some(vec![part(Account::Available, 300)]);
    assert_eq!(world.refused(MALL, &request), refusal::REFUND_FROM.plain());
    request.amount.from = None;
    request.funds_account = Some(Open::Known(Source::Unsettled));
    assert_eq!(world.refused(MALL, &request), refusal::REFUND_UNSETTLED.plain());
    request.funds_account = None;
    request.amount.total = redress_api::Fen::new(9_999);
    assert_eq!(world.refused(MALL, &request), refusal::REFUND_TOTAL.plain());
    // Finished: nothing waits that could be taken.
    let mut world = stall();
    finish(&mut world);
    let mut request = of_mall("refund-1", 300);
    request.amount.from = Some(vec![part(Account::Unavailable, 300)]);
    assert_eq!(world.refused(MALL, &request), refusal::REFUND_SHARED.plain());
}

/// Nothing is written, so that the same number can ask again.
#[test]
fn a_merchant_without_money_asks_again_with_the_same_number() {
    let mut world = stall();
    let mut request = of_mall("refund-1", 300);
    request.amount.from = Some(vec![part(Account::Unavailable, 1), part(Account::Available, 299)]);
    assert_eq!(world.refused(MALL, &request), refusal::REFUND_NOT_ENOUGH.plain());
    assert_eq!(world.order(MALL, ORDER).state, TradeState::Success);
    world.top_up(STALL, 299);
    world.call(MALL, &request).expect("the same number");
    settle(&mut world);
    assert_eq!(pockets(&world, STALL), [0, FIRST + 9_999, 0]);
    world.assert_clean();
}

/// The frozen account has the money of other orders too, and they do not pay for this one.
#[test]
fn an_order_that_was_shared_pays_for_itself_alone() {
    let mut world = stall();
    world.place(&sharing("order-8"));
    share(&mut world, 9_701);
    let shared = refusal::REFUND_SHARED.plain();
    assert_eq!(world.refused(MALL, &of_mall("refund-1", 300)), shared);
    world.call(MALL, &of_mall("refund-1", 299)).expect("what is left");
    assert_eq!(world.order(MALL, ORDER).unsplit.get(), 0);
    // From other money it can be refunded all the same.
    world.top_up(STALL, 1);
    let mut request = of_mall("refund-2", 1);
    request.amount.from = Some(vec![part(Account::Available, 1)]);
    world.call(MALL, &request).expect("a refund");
}

/// One that is given up gives each pocket its own.
#[test]
fn one_that_is_given_up_fills_the_pockets_again() {
    for finished in [false, true] {
        let mut world = stall();
        world.top_up(STALL, 500);
        let mut request = of_mall("refund-1", 300);
        let parts = vec![part(Account::Unavailable, 200), part(Account::Available, 100)];
        request.amount.from = Some(parts);
        world.call(MALL, &request).expect("a refund");
        abnormal(&mut world, true);
        settle(&mut world);
        assert_eq!(pockets(&world, STALL), [400, FIRST + 9_800, 0]);
        if finished {
            finish(&mut world);
            assert_eq!(pockets(&world, STALL), [10_200, FIRST, 0]);
        }
        world.assert_clean();
        world.run(&close(MALL, "refund-1")).expect("a close");
        assert_eq!(kept(&world, MALL, "refund-1").status, Status::Closed);
        let expected = if finished { [10_500, FIRST, 0] } else { [500, FIRST + 10_000, 0] };
        assert_eq!(pockets(&world, STALL), expected);
        let order = world.order(MALL, ORDER);
        assert_eq!(order.unsplit.get(), if finished { 0 } else { 10_000 });
        world.assert_clean();
    }
}

pub(crate) fn fund(world: &mut World, by: &str, fen: i64) {
    world.fund(by, AccountKind::Operation, fen);
}

/// Whichever comes first, the other finds the order changed.
#[test]
fn a_refund_and_a_reverse_exclude_each_other() {
    let mut world = shop();
    world.call(SHOP, &create("refund-1", 1)).expect("a refund");
    assert_eq!(world.refused(SHOP, &reverse(ORDER)), refusal::REVERSE_REFUNDED.plain());
    let mut world = shop();
    world.call(SHOP, &reverse(ORDER)).expect("a reverse");
    assert_eq!(world.refused(SHOP, &create("refund-1", 1)), refusal::REFUND_REVERSED.plain());
    world.assert_clean();
}
