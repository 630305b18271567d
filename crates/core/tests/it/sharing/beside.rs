//! Shares beside refunds and subsidies of the same order.

use redress_api::Fen;
use redress_api::refund::{AmountAsked, Create as Refund};
use redress_api::subsidy;
use redress_core::order::{Place, SETTLE_SECONDS};
use redress_core::refusal;

use super::{ORDER, add, available, back, finish, frozen, last, left, order, set, share, sold};
use crate::refunds::money::fund;
use crate::refunds::{abnormal, close, settle};
use crate::scene::{MALL, SHOP, STALL, mchid, transaction};
use crate::world::World;

/// So much of the order back to its payer.
pub(super) fn refund(number: &str, fen: i64) -> Refund {
    Refund {
        sub_mchid: Some(mchid(STALL)),
        transaction_id: Some(transaction(ORDER)),
        out_trade_no: None,
        out_refund_no: number.parse().expect("a number"),
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

/// What goes back cannot be shared; the ratio is of the whole order all the same.
#[test]
fn a_refund_leaves_less_to_share() {
    let mut world = set();
    world.call(MALL, &refund("r-1", 8_000)).expect("a refund");
    assert_eq!(left(&mut world), 2_000);
    assert_eq!(
        world.refused(MALL, &share("P1", &[(MALL, 2_001)])),
        refusal::SHARE_NOT_ENOUGH.plain()
    );
    world.call(MALL, &share("P1", &[(MALL, 2_000)])).expect("a share");
    settle(&mut world);
    world.settle();
    assert_eq!((left(&mut world), available(&world, MALL)), (0, 2_000));
    assert_eq!(world.refused(MALL, &finish("F1")), refusal::FINISH_NOTHING_LEFT.plain());
    world.assert_clean();
}

/// What was shared has to come back before it can go back.
#[test]
fn a_refund_of_what_was_shared_waits_for_its_return() {
    let mut world = set();
    world.call(MALL, &share("P1", &[(MALL, 3_000)])).expect("a share");
    world.settle();
    let shared = refusal::REFUND_SHARED.plain();
    assert_eq!(world.refused(MALL, &refund("r-1", 7_001)), shared);
    world.call(MALL, &back("R1", "P1", MALL, 3_000)).expect("a return");
    assert_eq!(world.refused(MALL, &refund("r-1", 7_001)), shared, "it is on its way");
    world.settle();
    world.call(MALL, &refund("r-1", 10_000)).expect("a refund");
    assert_eq!(world.refused(MALL, &share("P2", &[(MALL, 1)])), refusal::SHARE_REFUNDED.plain());
    settle(&mut world);
    world.assert_clean();
    assert_eq!((left(&mut world), frozen(&world), available(&world, MALL)), (0, 0, 0));
}

/// A refund that is given up after the finish does not freeze anything again.
#[test]
fn a_finish_overtakes_a_refund_that_goes_astray() {
    let mut world = set();
    world.call(MALL, &refund("r-1", 4_000)).expect("a refund");
    abnormal(&mut world, true);
    world.call(MALL, &last("P1", &[(SHOP, 1_000)])).expect("the last share");
    assert_eq!(available(&world, STALL), 5_000);
    settle(&mut world);
    world.run(&close(MALL, "r-1")).expect("given up");
    world.settle();
    world.assert_clean();
    assert_eq!((available(&world, STALL), frozen(&world), left(&mut world)), (9_000, 0, 0));
    assert_eq!(order(&world).unfrozen.get(), 9_000);
}

/// What a subsidy has added is shared with the rest, and counts for the ratio.
#[test]
fn a_subsidy_is_shared_too() {
    let mut world = World::set();
    fund(&mut world, MALL, 1_000);
    let subsidy_amount = Some(Fen::new(1_000));
    world.place(&Place { subsidy_amount, ..sold("sold-1", ORDER) });
    world.step(SETTLE_SECONDS);
    add(&mut world, MALL).expect("a receiver");
    let open = refusal::SHARE_SUBSIDY_OPEN.plain();
    assert_eq!(world.refused(MALL, &share("P1", &[(MALL, 1)])), open);
    assert_eq!(world.refused(MALL, &finish("F1")), open);
    let subsidy = subsidy::Create {
        sub_mchid: mchid(STALL),
        transaction_id: transaction(ORDER),
        amount: Fen::new(1_000),
        description: "补差".parse().expect("a description"),
        refund_id: None,
        out_subsidy_no: None,
    };
    world.call(MALL, &subsidy).expect("a subsidy");
    assert_eq!(left(&mut world), 11_000);
    let over = refusal::SHARE_OVER_RATIO.plain();
    assert_eq!(world.refused(MALL, &share("P1", &[(MALL, 3_301)])), over);
    world.call(MALL, &share("P1", &[(MALL, 3_300)])).expect("a share");
    world.call(MALL, &finish("F1")).expect("a finish");
    world.settle();
    assert_eq!((available(&world, MALL), available(&world, STALL)), (3_300, 7_700));
    world.assert_clean();
}

/// An order whose sharing has started gets no subsidy.
#[test]
fn a_cancelled_subsidy_lets_the_order_be_shared() {
    let mut world = World::set();
    let (subsidy_amount, refunded) = (Some(Fen::new(1_000)), Some(Fen::new(1)));
    world.place(&Place { subsidy_amount, refunded, ..sold("sold-1", ORDER) });
    world.step(SETTLE_SECONDS);
    add(&mut world, MALL).expect("a receiver");
    let cancel = subsidy::Cancel {
        sub_mchid: mchid(STALL),
        transaction_id: transaction(ORDER),
        description: "订单退款".parse().expect("a description"),
    };
    world.call(MALL, &cancel).expect("a cancel");
    let over = refusal::SHARE_OVER_RATIO.plain();
    assert_eq!(world.refused(MALL, &share("P1", &[(MALL, 3_001)])), over);
    world.call(MALL, &share("P1", &[(MALL, 3_000)])).expect("a share");
    world.settle();
    world.assert_clean();
}
