//! Reversing orders: each state, the seven days, who, and with which money.

use redress_api::Fen;
use redress_core::chart;
use redress_core::ledger::{Phase, Reason};
use redress_core::merchant::Relation;
use redress_core::order::{Order, Outcome, Place, REVERSE_SECONDS_MAX, TradeState, TradeType};
use redress_core::refusal;

use crate::scene::{APPID, PLATFORM, SHOP, STRANGER, mchid, place, reverse};
use crate::world::World;

const NUMBER: &str = "1217752501201407033233368018";

fn with(change: impl FnOnce(&mut Place)) -> World {
    let mut world = World::set();
    let mut order = place(SHOP, NUMBER);
    change(&mut order);
    world.place(&order);
    world
}

fn reversed(world: &mut World) -> Order {
    let answer = world.call(SHOP, &reverse(NUMBER)).expect("a reverse");
    assert_eq!(answer.appid, Some(APPID.parse().expect("an appid")));
    assert_eq!(answer.mchid, mchid(SHOP));
    assert_eq!(answer.out_trade_no.as_str(), NUMBER);
    world.order(SHOP, NUMBER)
}

#[test]
fn a_paid_order_is_paid_back_in_full() {
    let mut world = with(|_| {});
    assert_eq!(world.money(&mchid(SHOP)), (10_000, 10_000));
    let order = reversed(&mut world);
    assert_eq!(order.state, TradeState::Revoked);
    assert_eq!(order.revoke_time, Some(world.now()));
    assert_eq!(world.money(&mchid(SHOP)), (0, 0));
    let (back, _) = world.transfers.last().unwrap();
    assert_eq!((back.reason, back.phase), (Reason::Reversal, Phase::Posted));
    assert_eq!(back.credit, chart::payer(order.payer.as_deref().unwrap()));
    assert_eq!(back.reference, order.transaction_id.unwrap().as_str());
    world.assert_clean();
}

#[test]
fn an_unpaid_order_is_closed_for_good_without_money() {
    for (outcome, state) in
        [(Outcome::Unpaid, TradeState::UserPaying), (Outcome::Failed, TradeState::PayError)]
    {
        let mut world = with(|order| order.outcome = outcome);
        assert_eq!(world.order(SHOP, NUMBER).state, state);
        world.step(2 * REVERSE_SECONDS_MAX);
        let order = reversed(&mut world);
        assert_eq!(order.state, TradeState::Revoked);
        assert!(world.wrote.transfers.is_empty());
        world.assert_clean();
    }
    let mut world = with(|order| order.outcome = Outcome::Unpaid);
    let mut order = world.order(SHOP, NUMBER);
    order.state = TradeState::NotPay;
    world.overwrite(&order);
    assert_eq!(reversed(&mut world).state, TradeState::Revoked);
}

#[test]
fn a_repeated_reverse_answers_the_same_and_pays_once() {
    let mut world = with(|_| {});
    world.place(&place(SHOP, "another-order"));
    let first = reversed(&mut world);
    for seconds in [0, 60, 2 * REVERSE_SECONDS_MAX] {
        world.step(seconds);
        assert_eq!(reversed(&mut world), first);
        assert!(world.wrote.is_empty());
    }
    assert_eq!(world.money(&mchid(SHOP)), (10_000, 10_000));
}

#[test]
fn a_number_of_a_reversed_order_is_never_free_again() {
    let mut world = with(|_| {});
    reversed(&mut world);
    assert_eq!(world.refusal(&place(SHOP, NUMBER)).code.status, 409);
}

#[test]
fn seven_days_and_not_a_second_more() {
    let mut world = with(|_| {});
    world.step(REVERSE_SECONDS_MAX + 1);
    assert_eq!(world.refused(SHOP, &reverse(NUMBER)), refusal::REVERSE_EXPIRED.plain());
    let mut world = with(|_| {});
    world.step(REVERSE_SECONDS_MAX);
    assert_eq!(reversed(&mut world).state, TradeState::Revoked);
    assert_eq!(REVERSE_SECONDS_MAX, 604_800);
}

#[test]
fn another_application_or_merchant_is_refused() {
    let mut world = with(|_| {});
    let mut other = reverse(NUMBER);
    other.appid = "wx0000000000000000".parse().unwrap();
    assert_eq!(world.refused(SHOP, &other), refusal::APPID_DIFFERS.plain());
    let mut other = reverse(NUMBER);
    other.mchid = mchid(STRANGER);
    assert_eq!(world.refused(SHOP, &other), refusal::MCHID_DIFFERS.plain());
    assert_eq!(reversed(&mut world).state, TradeState::Revoked, "an error cost nothing");
}

#[test]
fn only_code_payments() {
    for trade_type in [TradeType::Jsapi, TradeType::Native, TradeType::App] {
        for outcome in [Outcome::Paid, Outcome::Unpaid] {
            let mut world = with(|order| {
                order.trade_type = trade_type;
                order.outcome = outcome;
            });
            let refused = world.refused(SHOP, &reverse(NUMBER));
            assert_eq!(refused, refusal::NOT_A_CODE_PAYMENT.plain());
        }
    }
}

#[test]
fn a_refunded_order_cannot_be_reversed() {
    for refunded in [1, 9_999, 10_000] {
        let mut world = with(|order| order.refunded = Some(Fen::new(refunded)));
        assert_eq!(world.money(&mchid(SHOP)).0, 10_000 - refunded);
        assert_eq!(world.refused(SHOP, &reverse(NUMBER)), refusal::REVERSE_REFUNDED.plain());
        world.assert_clean();
    }
}

#[test]
fn a_closed_order_cannot_be_reversed() {
    let mut world = with(|order| order.outcome = Outcome::Unpaid);
    let mut order = world.order(SHOP, NUMBER);
    order.state = TradeState::Closed;
    world.overwrite(&order);
    assert_eq!(world.refused(SHOP, &reverse(NUMBER)), refusal::REVERSE_CLOSED.plain());
}

/// The shop's money is held by a bill: a merchant can be a platform too.
#[test]
fn a_shop_that_is_short_changes_nothing() {
    let mut world = short();
    assert_eq!(world.refused(SHOP, &reverse(NUMBER)), refusal::REVERSE_NOT_ENOUGH.plain());
    assert_eq!(world.order(SHOP, NUMBER).state, TradeState::Success);
    world.top_up(SHOP, 1);
    assert_eq!(reversed(&mut world).state, TradeState::Revoked);
    assert_eq!(world.money(&mchid(SHOP)), (0, 1));
    world.assert_clean();
}

/// A world in which the shop lacks one fen: a bill of the platform holds it.
pub(crate) fn short() -> World {
    let mut world = with(|_| {});
    world.relate(PLATFORM, SHOP, Relation::Sponsor);
    let mut bill = crate::scene::create();
    bill.sponsor_mchid = mchid(SHOP);
    bill.amount = Fen::new(1);
    world.created(&bill);
    world
}

#[test]
fn numbers_belong_to_their_merchant_and_know_upper_and_lower_case() {
    let mut world = with(|order| order.out_trade_no = "order-abc".parse().unwrap());
    let unknown = refusal::ORDER_UNKNOWN.plain();
    assert_eq!(world.refused(SHOP, &reverse("order-ABC")), unknown);
    assert_eq!(world.refused(SHOP, &reverse("order-1")), unknown, "the platform's");
}
