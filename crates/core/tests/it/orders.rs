//! Query and close of a direct merchant's orders, state by state.

use redress_api::pay::{Amount, Close, Closed, Order, Payer, Query, QueryById};
use redress_api::{Fen, Open};
use redress_core::merchant::{Register, Relation, Role};
use redress_core::order::{Outcome, Place, REVERSE_SECONDS_MAX, TradeState, TradeType};
use redress_core::{Refusal, refusal};

use crate::scene::{
    APPID, MALL, PAID, PAYER, PLATFORM, SHOP, STALL, close, create, mchid, merchant, place,
    reverse, transaction,
};
use crate::world::World;

const NUMBER: &str = "order-7";
const ID: &str = "4200002611202404010000000001";
const NEIGHBOUR: &str = "1230000110";

/// How an order comes into a state, if it can under this type.
fn way(state: TradeState, trade_type: TradeType) -> Option<(Outcome, Option<Fen>)> {
    let code = trade_type == TradeType::Micropay;
    match state {
        TradeState::Success => Some((Outcome::Paid, None)),
        TradeState::Refund => Some((Outcome::Paid, Some(Fen::new(1)))),
        TradeState::NotPay | TradeState::Closed => (!code).then_some((Outcome::Unpaid, None)),
        TradeState::UserPaying => code.then_some((Outcome::Unpaid, None)),
        TradeState::PayError => code.then_some((Outcome::Failed, None)),
        TradeState::Revoked => code.then_some((Outcome::Paid, None)),
    }
}

/// A world with the shop's order in a state.
fn in_state(state: TradeState, trade_type: TradeType) -> Option<World> {
    let (outcome, refunded) = way(state, trade_type)?;
    let transaction_id = (outcome == Outcome::Paid).then(|| transaction(ID));
    let order = Place { trade_type, outcome, refunded, transaction_id, ..place(SHOP, NUMBER) };
    let mut world = World::set();
    world.place(&order);
    world.step(60);
    match state {
        TradeState::Closed => drop(world.call(SHOP, &close(NUMBER)).expect("a close")),
        TradeState::Revoked => drop(world.call(SHOP, &reverse(NUMBER)).expect("a reverse")),
        TradeState::Success
        | TradeState::Refund
        | TradeState::NotPay
        | TradeState::UserPaying
        | TradeState::PayError => {}
    }
    assert_eq!(world.order(SHOP, NUMBER).state, state);
    world.assert_clean();
    Some(world)
}

/// Every state under every type that can have it.
fn everywhere() -> impl Iterator<Item = (TradeState, TradeType, World)> {
    let pairs = TradeState::ALL
        .iter()
        .flat_map(|state| TradeType::ALL.iter().map(|trade_type| (*state, *trade_type)));
    pairs.filter_map(|(state, trade_type)| {
        in_state(state, trade_type).map(|world| (state, trade_type, world))
    })
}

fn query(number: &str) -> Query {
    Query { out_trade_no: number.parse().expect("an order's number"), mchid: mchid(SHOP) }
}

fn by_id(id: &str) -> QueryById {
    QueryById { transaction_id: transaction(id), mchid: mchid(SHOP) }
}

fn queried(world: &mut World) -> Order {
    let order = world.call(SHOP, &query(NUMBER)).expect("an order");
    assert!(world.wrote.is_empty(), "a query writes nothing");
    order
}

#[test]
fn a_query_shows_each_state() {
    let mut states = 0;
    for (state, trade_type, mut world) in everywhere() {
        let paid = matches!(state, TradeState::Success | TradeState::Refund | TradeState::Revoked);
        let paid_at = world.now().plus_seconds(-60);
        let expected = Order {
            appid: APPID.parse().unwrap(),
            mchid: mchid(SHOP),
            out_trade_no: NUMBER.parse().unwrap(),
            transaction_id: paid.then(|| transaction(ID)),
            trade_type: Some(Open::Known(trade_type)),
            trade_state: Open::Known(state),
            trade_state_desc: state.description().to_owned(),
            bank_type: paid.then(|| "OTHERS".to_owned()),
            attach: None,
            success_time: paid.then_some(paid_at),
            payer: paid.then(|| Payer { openid: Some(PAYER.to_owned()) }),
            amount: Some(Amount::of(Fen::new(10_000), paid)),
        };
        assert_eq!(queried(&mut world), expected, "{state:?} {trade_type:?}");
        world.step(2 * REVERSE_SECONDS_MAX);
        assert_eq!(queried(&mut world), expected, "time does nothing to it");
        states += 1;
    }
    // Two states under each type, two more under five of the six, three under the sixth.
    assert_eq!(states, 2 * 6 + 2 * 5 + 3);
}

/// One that was never paid, and one that was: the answer tells them apart.
#[test]
fn a_reversed_order_shows_its_payment_if_there_was_one() {
    for outcome in [Outcome::Unpaid, Outcome::Failed, Outcome::Paid] {
        let mut world = World::set();
        world.place(&Place { outcome, ..place(SHOP, NUMBER) });
        world.call(SHOP, &reverse(NUMBER)).unwrap();
        let order = queried(&mut world);
        let paid = outcome == Outcome::Paid;
        assert_eq!(order.trade_state, TradeState::Revoked);
        assert_eq!(order.trade_state_desc, "订单已撤销");
        assert_eq!(order.success_time.is_some(), paid);
        assert_eq!(order.payer.is_some(), paid);
        assert_eq!(order.transaction_id.is_some(), paid);
    }
}

#[test]
fn by_the_providers_number_only_paid_orders_are_found() {
    for (state, _, mut world) in everywhere() {
        let order = queried(&mut world);
        if order.transaction_id.is_some() {
            assert_eq!(world.call(SHOP, &by_id(ID)), Ok(order));
            assert!(world.wrote.is_empty());
        } else {
            let unknown = refusal::ORDER_UNKNOWN.plain();
            assert_eq!(world.refused(SHOP, &by_id(ID)), unknown, "{state:?}");
            assert_eq!(world.refused(SHOP, &by_id("order7")), unknown);
        }
    }
}

/// The three refusals of a query, a query by number and a close.
fn all_refused(world: &mut World, caller: &str, party: &str, number: &str, id: &str) -> Refusal {
    let (out_trade_no, mchid) = (number.parse().expect("an order's number"), mchid(party));
    let query = Query { out_trade_no, mchid };
    let Query { out_trade_no, mchid } = query.clone();
    let refusal = world.refused(caller, &query);
    assert_eq!(refusal, world.refused(caller, &Close { out_trade_no, mchid: mchid.clone() }));
    let by_id = QueryById { transaction_id: transaction(id), mchid };
    assert_eq!(refusal, world.refused(caller, &by_id));
    refusal
}

#[test]
fn another_merchant_in_the_request_is_refused_before_the_order_is_looked_for() {
    let mut world = in_state(TradeState::Success, TradeType::Jsapi).unwrap();
    for number in [NUMBER, "unknown"] {
        for other in [MALL, STALL, "1"] {
            let refusal = all_refused(&mut world, SHOP, other, number, ID);
            assert_eq!(refusal, refusal::MCHID_DIFFERS.plain());
        }
    }
}

#[test]
fn an_unknown_order_or_another_merchants() {
    let mut world = in_state(TradeState::Success, TradeType::Jsapi).unwrap();
    world.run(&Register(merchant(NEIGHBOUR, &[Role::Direct]))).unwrap();
    let unknown = refusal::ORDER_UNKNOWN.plain();
    assert_eq!(all_refused(&mut world, SHOP, SHOP, "unknown", "42"), unknown);
    assert_eq!(all_refused(&mut world, SHOP, SHOP, "ORDER-7", "42"), unknown, "another case");
    assert_eq!(all_refused(&mut world, SHOP, SHOP, "order-1", PAID), unknown, "the platform's");
    assert_eq!(all_refused(&mut world, NEIGHBOUR, NEIGHBOUR, NUMBER, ID), unknown, "the shop's");
    // The neighbour's own order of the same number is another one.
    let (trade_type, outcome) = (TradeType::App, Outcome::Unpaid);
    world.place(&Place { trade_type, outcome, ..place(NEIGHBOUR, NUMBER) });
    let out_trade_no = query(NUMBER).out_trade_no;
    let theirs = Close { out_trade_no, mchid: mchid(NEIGHBOUR) };
    world.call(NEIGHBOUR, &theirs).unwrap();
    assert_eq!(queried(&mut world).trade_state, TradeState::Success);
    assert_eq!(world.order(NEIGHBOUR, NUMBER).state, TradeState::Closed);
}

/// A direct merchant that is a platform as well asks for its sub-merchant in the other form.
#[test]
fn an_order_of_a_sub_merchant_is_none_of_its_own() {
    let mut world = World::set();
    world.run(&Register(merchant(NEIGHBOUR, &[Role::Direct, Role::Platform]))).unwrap();
    world.relate(NEIGHBOUR, STALL, Relation::SubMerchant);
    let (sub_mchid, transaction_id) = (Some(mchid(STALL)), Some(transaction(ID)));
    world.place(&Place { sub_mchid, transaction_id, ..place(NEIGHBOUR, NUMBER) });
    let unknown = refusal::ORDER_UNKNOWN.plain();
    assert_eq!(all_refused(&mut world, NEIGHBOUR, NEIGHBOUR, NUMBER, ID), unknown);
    let mut request = reverse(NUMBER);
    request.mchid = mchid(NEIGHBOUR);
    assert_eq!(world.refused(NEIGHBOUR, &request), unknown);
    let out_trade_no = query(NUMBER).out_trade_no;
    let (sp_mchid, sub_mchid) = (mchid(NEIGHBOUR), mchid(STALL));
    let asked = redress_api::partner::Query { out_trade_no, sp_mchid, sub_mchid };
    assert!(world.call(NEIGHBOUR, &asked).is_ok());
}

#[test]
fn each_state_is_closed_or_not() {
    for (state, trade_type, mut world) in everywhere() {
        let money = world.money(&mchid(SHOP));
        if trade_type == TradeType::Micropay {
            let refusal = world.refused(SHOP, &close(NUMBER));
            assert_eq!(refusal, refusal::CLOSE_CODE_PAYMENT.plain(), "{state:?}");
        } else if matches!(state, TradeState::Success | TradeState::Refund) {
            assert_eq!(world.refused(SHOP, &close(NUMBER)), refusal::CLOSE_PAID.plain());
        } else {
            let before = world.order(SHOP, NUMBER);
            assert_eq!(world.call(SHOP, &close(NUMBER)), Ok(Closed {}));
            assert_eq!(world.wrote.is_empty(), state == TradeState::Closed);
            let after = world.order(SHOP, NUMBER);
            assert_eq!(after, redress_core::order::Order { state: TradeState::Closed, ..before });
        }
        assert_eq!(world.money(&mchid(SHOP)), money, "a close moves no money");
        world.assert_clean();
    }
}

#[test]
fn a_repeated_close_answers_the_same_for_ever() {
    let mut world = in_state(TradeState::NotPay, TradeType::Native).unwrap();
    assert_eq!(world.call(SHOP, &close(NUMBER)), Ok(Closed {}));
    assert!(world.wrote.transfers.is_empty() && world.wrote.puts.len() == 1);
    for seconds in [0, 60, 2 * REVERSE_SECONDS_MAX] {
        world.step(seconds);
        assert_eq!(world.call(SHOP, &close(NUMBER)), Ok(Closed {}));
        assert!(world.wrote.is_empty());
    }
    let order = queried(&mut world);
    assert_eq!(order.trade_state, TradeState::Closed);
    assert_eq!(order.trade_state_desc, "订单已关闭");
    assert_eq!(world.refusal(&place(SHOP, NUMBER)).code.status, 409, "its number is used");
}

/// Only code payments are reversed, and they are never closed: that it is closed is no answer to
/// a reverse.
#[test]
fn a_closed_order_is_not_reversed_for_being_no_code_payment() {
    for trade_type in TradeType::ALL {
        if let Some(mut world) = in_state(TradeState::Closed, *trade_type) {
            let refusal = world.refused(SHOP, &reverse(NUMBER));
            assert_eq!(refusal, refusal::NOT_A_CODE_PAYMENT.plain());
        }
    }
}

/// A reversed code payment is no closed order.
#[test]
fn a_reversed_order_is_not_closed() {
    let mut world = in_state(TradeState::Revoked, TradeType::Micropay).unwrap();
    assert_eq!(world.refused(SHOP, &close(NUMBER)), refusal::CLOSE_CODE_PAYMENT.plain());
    assert_eq!(queried(&mut world).trade_state, TradeState::Revoked);
}

/// A compensation goes to the payer of an order, and does nothing to the order.
#[test]
fn a_compensated_order_shows_nothing_of_it() {
    let mut world = World::set();
    let before = world.order(PLATFORM, "order-1");
    world.created(&create());
    world.settle();
    assert_eq!(world.order(PLATFORM, "order-1"), before);
}
