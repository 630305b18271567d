//! Each state of an order with each thing that its merchant can ask for: what is allowed is done,
//! what is not is refused in the documented words and writes nothing.

use redress_api::Fen;
use redress_core::order::{Outcome, Place, TradeState, TradeType};
use redress_core::refusal::{self, Entry};

use crate::codepay::{codepay, shown};
use crate::refunds::{ORDER, create};
use crate::scene::{SHOP, close, place, reverse};
use crate::world::World;

/// A code payment or one of the others, in this state; `None` if there is no such order.
fn in_state(is_code: bool, state: TradeState) -> Option<World> {
    let mut world = World::set();
    let trade_type = if is_code { TradeType::Micropay } else { TradeType::Native };
    let paid = Place { trade_type, ..place(SHOP, ORDER) };
    let unpaid = Place { outcome: Outcome::Unpaid, ..paid.clone() };
    let placed = match (state, is_code) {
        (TradeState::Success, _) | (TradeState::Revoked, true) => paid,
        (TradeState::Refund, _) => Place { refunded: Some(Fen::new(10)), ..paid },
        (TradeState::UserPaying, true) | (TradeState::NotPay | TradeState::Closed, false) => unpaid,
        (TradeState::PayError, true) => Place { outcome: Outcome::Failed, ..unpaid },
        (TradeState::NotPay | TradeState::Closed, true)
        | (TradeState::UserPaying | TradeState::PayError | TradeState::Revoked, false) => {
            return None;
        }
    };
    world.place(&placed);
    if state == TradeState::Revoked {
        world.call(SHOP, &reverse(ORDER)).expect("a reverse");
    }
    if state == TradeState::Closed {
        world.call(SHOP, &close(ORDER)).expect("a close");
    }
    assert_eq!(world.order(SHOP, ORDER).state, state);
    Some(world)
}

/// What refuses a close, a reverse, a refund, and another payment under the number.
fn refusals(is_code: bool, state: TradeState) -> [Option<Entry>; 4] {
    let paid = matches!(state, TradeState::Success | TradeState::Refund);
    let close = if is_code {
        Some(refusal::CLOSE_CODE_PAYMENT)
    } else {
        paid.then_some(refusal::CLOSE_PAID)
    };
    let reverse = if is_code {
        (state == TradeState::Refund).then_some(refusal::REVERSE_REFUNDED)
    } else {
        Some(refusal::NOT_A_CODE_PAYMENT)
    };
    let revoked = state == TradeState::Revoked;
    let unpaid = if revoked { refusal::REFUND_REVERSED } else { refusal::REFUND_ORDER_UNKNOWN };
    let refund = (!paid).then_some(unpaid);
    let again = if revoked { refusal::NUMBER_REVOKED } else { refusal::NUMBER_USED };
    [close, reverse, refund, Some(again)]
}

#[test]
fn every_state_and_every_request() {
    let mut pairs = 0;
    let all = |is_code| TradeState::ALL.iter().map(move |state| (is_code, *state));
    for (is_code, state) in all(true).chain(all(false)) {
        for (request, refused) in refusals(is_code, state).into_iter().enumerate() {
            let Some(mut world) = in_state(is_code, state) else { continue };
            let code = shown(&mut world, false);
            pairs += 1;
            let paid = codepay(ORDER, &code, 1);
            match (request, refused.map(|entry| entry.plain())) {
                (0, None) => drop(world.call(SHOP, &close(ORDER)).expect("a close")),
                (1, None) => drop(world.call(SHOP, &reverse(ORDER)).expect("a reverse")),
                (2, None) => drop(world.call(SHOP, &create("refund-1", 1)).expect("a refund")),
                (0, Some(no)) => assert_eq!(world.refused(SHOP, &close(ORDER)), no),
                (1, Some(no)) => assert_eq!(world.refused(SHOP, &reverse(ORDER)), no),
                (2, Some(no)) => assert_eq!(world.refused(SHOP, &create("refund-1", 1)), no),
                (_, no) => assert_eq!(Some(world.refused(SHOP, &paid)), no),
            }
            world.assert_clean();
        }
    }
    assert_eq!(pairs, 4 * (5 + 4), "five states of code payments, four of the others");
}
