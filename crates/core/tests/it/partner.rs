//! Query, close and reverse of a provider for its sub-merchants.

use redress_api::partner::{Close, Order, Payer, Query, QueryById, Reverse, Reversed};
use redress_api::pay::{Amount, Closed};
use redress_api::{Fen, Open};
use redress_core::ledger::{Phase, Reason};
use redress_core::merchant::{Register, Relation, Role};
use redress_core::order::{Outcome, Place, REVERSE_SECONDS_MAX, TradeState, TradeType};
use redress_core::{Refusal, chart, refusal};

use crate::scene::{
    APPID, MALL, PAYER, PLATFORM, SHOP, SPONSOR, STALL, STRANGER, create, mchid, merchant,
    of_stall, partner_reverse, place, transaction,
};
use crate::world::World;

const NUMBER: &str = "order-7";
const ID: &str = "4200002611202404010000000001";
/// Another sub-merchant of the mall.
const BOOTH: &str = "1900013402";

/// A world with an order that the mall placed for the stall.
fn with(change: impl FnOnce(&mut Place)) -> World {
    let mut world = World::set();
    world.run(&Register(merchant(BOOTH, &[Role::SubMerchant]))).expect("a merchant");
    world.relate(MALL, BOOTH, Relation::SubMerchant);
    let mut order = Place { transaction_id: Some(transaction(ID)), ..of_stall(NUMBER) };
    change(&mut order);
    world.place(&order);
    world
}

fn unpaid(trade_type: TradeType) -> World {
    with(|order| {
        order.trade_type = trade_type;
        order.outcome = Outcome::Unpaid;
        order.transaction_id = None;
    })
}

/// Whom a request names, for the stall's order.
#[derive(Clone, Copy)]
struct Party<'a>(&'a str, &'a str);

impl Party<'_> {
    fn query(self, number: &str) -> Query {
        let out_trade_no = number.parse().expect("an order's number");
        Query { out_trade_no, sp_mchid: mchid(self.0), sub_mchid: mchid(self.1) }
    }

    fn by_id(self, id: &str) -> QueryById {
        let transaction_id = transaction(id);
        QueryById { transaction_id, sp_mchid: mchid(self.0), sub_mchid: mchid(self.1) }
    }

    fn close(self, number: &str) -> Close {
        let Query { out_trade_no, sp_mchid, sub_mchid } = self.query(number);
        Close { out_trade_no, sp_mchid, sub_mchid }
    }

    fn reverse(self, number: &str) -> Reverse {
        let (sp_mchid, sub_mchid) = (mchid(self.0), mchid(self.1));
        Reverse { sp_mchid, sub_mchid, ..partner_reverse(number) }
    }
}

const STALLS: Party<'static> = Party(MALL, STALL);

/// All four are refused alike.
fn all_refused(world: &mut World, caller: &str, party: Party<'_>) -> Refusal {
    let refusal = world.refused(caller, &party.query(NUMBER));
    assert_eq!(refusal, world.refused(caller, &party.by_id(ID)));
    assert_eq!(refusal, world.refused(caller, &party.close(NUMBER)));
    assert_eq!(refusal, world.refused(caller, &party.reverse(NUMBER)));
    refusal
}

fn queried(world: &mut World) -> Order {
    let order = world.call(MALL, &STALLS.query(NUMBER)).expect("an order");
    assert!(world.wrote.is_empty(), "a query writes nothing");
    order
}

#[test]
fn both_queries_show_a_paid_order() {
    for trade_type in TradeType::ALL {
        let mut world = with(|order| order.trade_type = *trade_type);
        let order = queried(&mut world);
        let expected = Order {
            sp_appid: APPID.parse().unwrap(),
            sp_mchid: mchid(MALL),
            sub_appid: None,
            sub_mchid: mchid(STALL),
            out_trade_no: NUMBER.parse().unwrap(),
            transaction_id: Some(transaction(ID)),
            trade_type: Some(Open::Known(*trade_type)),
            trade_state: Open::Known(TradeState::Success),
            trade_state_desc: "支付成功".to_owned(),
            bank_type: Some("OTHERS".to_owned()),
            attach: None,
            success_time: Some(world.now()),
            payer: Some(Payer { sp_openid: Some(PAYER.to_owned()), sub_openid: None }),
            amount: Some(Amount::of(Fen::new(10_000), true)),
        };
        assert_eq!(order, expected);
        assert_eq!(world.call(MALL, &STALLS.by_id(ID)), Ok(expected));
        assert!(world.wrote.is_empty());
    }
}

#[test]
fn an_unpaid_order_shows_neither_payer_nor_number() {
    for (trade_type, outcome, state) in [
        (TradeType::Jsapi, Outcome::Unpaid, TradeState::NotPay),
        (TradeType::Micropay, Outcome::Unpaid, TradeState::UserPaying),
        (TradeType::Micropay, Outcome::Failed, TradeState::PayError),
    ] {
        let mut world = with(|order| {
            order.trade_type = trade_type;
            order.outcome = outcome;
            order.transaction_id = None;
        });
        let order = queried(&mut world);
        assert_eq!(order.trade_state, state);
        assert_eq!(order.trade_state_desc, state.description());
        assert_eq!((order.transaction_id, order.success_time, order.payer), (None, None, None));
        assert_eq!(order.bank_type, None);
        assert_eq!(order.amount, Some(Amount::of(Fen::new(10_000), false)));
        let refusal = world.refused(MALL, &STALLS.by_id(ID));
        assert_eq!(refusal, refusal::ORDER_UNKNOWN.plain());
    }
}

#[test]
fn who_may_call() {
    let mut world = with(|_| {});
    for other in [SHOP, SPONSOR, STALL, BOOTH] {
        let refusal = all_refused(&mut world, other, Party(other, STALL));
        assert_eq!(refusal, refusal::NOT_SUPPORTED.plain(), "{other}");
    }
    let refusal = all_refused(&mut world, "1", STALLS);
    assert_eq!(refusal, refusal::CALLER_UNKNOWN.plain());
    // A platform may, as an e-commerce platform may, for sub-merchants of its own.
    for platform in [PLATFORM, STRANGER] {
        world.relate(platform, STALL, Relation::SubMerchant);
        world.place(&Place { sub_mchid: Some(mchid(STALL)), ..place(platform, "order-9") });
        let party = Party(platform, STALL);
        assert!(world.call(platform, &party.query("order-9")).is_ok());
        assert!(world.call(platform, &party.reverse("order-9")).is_ok());
        assert_eq!(world.order(platform, "order-9").state, TradeState::Revoked);
    }
    world.assert_clean();
}

#[test]
fn another_provider_in_the_request() {
    let mut world = with(|_| {});
    for party in [Party(STRANGER, STALL), Party(STALL, MALL), Party("1", "2")] {
        let refusal = all_refused(&mut world, MALL, party);
        assert_eq!(refusal, refusal::MCHID_DIFFERS.plain(), "before the relation");
    }
    let refusal = all_refused(&mut world, STRANGER, STALLS);
    assert_eq!(refusal, refusal::MCHID_DIFFERS.plain());
}

#[test]
fn a_sub_merchant_without_a_relation() {
    let mut world = with(|_| {});
    let no_relation = refusal::NO_RELATION.plain();
    for other in [SHOP, SPONSOR, MALL, "1"] {
        assert_eq!(all_refused(&mut world, MALL, Party(MALL, other)), no_relation, "{other}");
    }
    for platform in [PLATFORM, STRANGER] {
        assert_eq!(all_refused(&mut world, platform, Party(platform, STALL)), no_relation);
    }
    // A sponsor is no sub-merchant.
    assert_eq!(all_refused(&mut world, PLATFORM, Party(PLATFORM, SPONSOR)), no_relation);
}

#[test]
fn an_order_of_another_sub_merchant_or_provider_or_of_none() {
    let mut world = with(|_| {});
    let unknown = refusal::ORDER_UNKNOWN.plain();
    assert_eq!(all_refused(&mut world, MALL, Party(MALL, BOOTH)), unknown, "the stall's");
    world.relate(STRANGER, STALL, Relation::SubMerchant);
    assert_eq!(all_refused(&mut world, STRANGER, Party(STRANGER, STALL)), unknown, "the mall's");
    let mut world = with(|order| order.sub_mchid = None);
    assert_eq!(all_refused(&mut world, MALL, STALLS), unknown, "the mall's own");
    let mut world = with(|order| order.out_trade_no = "ORDER-7".parse().unwrap());
    assert_eq!(world.refused(MALL, &STALLS.query(NUMBER)), unknown, "another case");
    assert_eq!(world.refused(MALL, &STALLS.by_id("42")), unknown);
}

#[test]
fn a_close_and_its_repetition() {
    for trade_type in TradeType::ALL.iter().filter(|kind| **kind != TradeType::Micropay) {
        let mut world = unpaid(*trade_type);
        assert_eq!(world.call(MALL, &STALLS.close(NUMBER)), Ok(Closed {}));
        assert!(world.wrote.transfers.is_empty() && world.wrote.puts.len() == 1);
        world.step(60);
        assert_eq!(world.call(MALL, &STALLS.close(NUMBER)), Ok(Closed {}));
        assert!(world.wrote.is_empty());
        assert_eq!(queried(&mut world).trade_state, TradeState::Closed);
        let refusal = world.refused(MALL, &STALLS.reverse(NUMBER));
        assert_eq!(refusal, refusal::NOT_A_CODE_PAYMENT.plain());
        world.assert_clean();
    }
}

#[test]
fn what_is_not_closed() {
    let paid = refusal::CLOSE_PAID.plain();
    for refunded in [None, Some(Fen::new(10_000))] {
        let mut world = with(|order| {
            order.trade_type = TradeType::Jsapi;
            order.refunded = refunded;
        });
        assert_eq!(world.refused(MALL, &STALLS.close(NUMBER)), paid);
    }
    let code = refusal::CLOSE_CODE_PAYMENT.plain();
    assert_eq!(unpaid(TradeType::Micropay).refused(MALL, &STALLS.close(NUMBER)), code);
    assert_eq!(with(|_| {}).refused(MALL, &STALLS.close(NUMBER)), code);
}

#[test]
fn a_reverse_gives_back_from_the_sub_merchants_account() {
    let mut world = with(|_| {});
    world.top_up(MALL, 5_000);
    assert_eq!(world.money(&mchid(STALL)), (10_000, 10_000));
    let answer = world.call(MALL, &STALLS.reverse(NUMBER)).unwrap();
    let expected = Reversed {
        sp_appid: None,
        sp_mchid: mchid(MALL),
        sub_appid: None,
        sub_mchid: mchid(STALL),
        out_trade_no: NUMBER.parse().unwrap(),
    };
    assert_eq!(answer, expected);
    assert_eq!(world.money(&mchid(STALL)), (0, 0));
    assert_eq!(world.money(&mchid(MALL)), (5_000, 5_000));
    let (back, _) = world.transfers.last().unwrap();
    assert_eq!((back.reason, back.phase), (Reason::Reversal, Phase::Posted));
    assert_eq!(back.debit, chart::available(&mchid(STALL)));
    assert_eq!((&back.credit, back.reference.as_str()), (&chart::payer(PAYER), ID));
    assert_eq!(queried(&mut world).trade_state, TradeState::Revoked);

    world.step(2 * REVERSE_SECONDS_MAX);
    assert_eq!(world.call(MALL, &STALLS.reverse(NUMBER)), Ok(expected));
    assert!(world.wrote.is_empty(), "a repetition pays nothing");
    world.assert_clean();
}

/// What waits for sharing is given back from where it waits.
#[test]
fn a_reverse_of_an_order_that_waits_for_sharing() {
    let mut world = with(|order| order.profit_sharing = true);
    let frozen = |world: &World| world.accounts[&chart::frozen(&mchid(STALL))].available();
    assert_eq!(frozen(&world), Some(Fen::new(18_000)), "with the 8000 of the scene");
    world.call(MALL, &STALLS.reverse(NUMBER)).unwrap();
    assert_eq!(frozen(&world), Some(Fen::new(8_000)));
    assert_eq!(world.money(&mchid(STALL)), (0, 0));
    world.assert_clean();
}

#[test]
fn an_unpaid_code_payment_is_reversed_without_money() {
    for outcome in [Outcome::Unpaid, Outcome::Failed] {
        let mut world = with(|order| {
            order.outcome = outcome;
            order.transaction_id = None;
        });
        world.step(2 * REVERSE_SECONDS_MAX);
        world.call(MALL, &STALLS.reverse(NUMBER)).unwrap();
        assert!(world.wrote.transfers.is_empty());
        assert_eq!(world.order(MALL, NUMBER).state, TradeState::Revoked);
        world.assert_clean();
    }
}

#[test]
fn what_is_not_reversed() {
    let refused = |mut world: World| world.refused(MALL, &STALLS.reverse(NUMBER));
    let jsapi = with(|order| order.trade_type = TradeType::Jsapi);
    assert_eq!(refused(jsapi), refusal::NOT_A_CODE_PAYMENT.plain());
    let refunded = with(|order| order.refunded = Some(Fen::new(1)));
    assert_eq!(refused(refunded), refusal::REVERSE_REFUNDED.plain());
    let mut old = with(|_| {});
    old.step(REVERSE_SECONDS_MAX + 1);
    assert_eq!(refused(old), refusal::REVERSE_EXPIRED.plain());
    let mut last = with(|_| {});
    last.step(REVERSE_SECONDS_MAX);
    assert!(last.call(MALL, &STALLS.reverse(NUMBER)).is_ok());
}

/// Neither the provider's money nor what waits for sharing stands in for the sub-merchant's.
#[test]
fn a_sub_merchant_that_is_short_changes_nothing() {
    let mut world = with(|_| {});
    world.top_up(MALL, 100_000);
    world.relate(PLATFORM, STALL, Relation::Sponsor);
    let mut bill = create();
    (bill.sponsor_mchid, bill.amount) = (mchid(STALL), Fen::new(1));
    world.created(&bill);
    let refusal = world.refused(MALL, &STALLS.reverse(NUMBER));
    assert_eq!(refusal, refusal::REVERSE_NOT_ENOUGH.plain());
    assert_eq!(queried(&mut world).trade_state, TradeState::Success);
    world.top_up(STALL, 1);
    assert!(world.call(MALL, &STALLS.reverse(NUMBER)).is_ok());
    assert_eq!(world.money(&mchid(STALL)), (0, 1));
    world.assert_clean();
}

#[test]
fn the_providers_application_is_the_orders_or_left_out() {
    let mut world = with(|_| {});
    let wrong = Reverse { sp_appid: Some("wx0".parse().unwrap()), ..STALLS.reverse(NUMBER) };
    assert_eq!(world.refused(MALL, &wrong), refusal::APPID_DIFFERS.plain());
    let right = Reverse {
        sp_appid: Some(APPID.parse().unwrap()),
        sub_appid: Some("wx0".parse().unwrap()),
        ..STALLS.reverse(NUMBER)
    };
    let answer = world.call(MALL, &right).unwrap();
    assert_eq!((&answer.sp_appid, &answer.sub_appid), (&right.sp_appid, &right.sub_appid));
    // A repetition shows what it brought itself, and is looked at as closely.
    assert_eq!(world.call(MALL, &STALLS.reverse(NUMBER)).unwrap().sp_appid, None);
    assert_eq!(world.refused(MALL, &wrong), refusal::APPID_DIFFERS.plain());
}

/// Its payer has the money back already.
#[test]
fn a_reversed_order_is_not_compensated() {
    let mut world = World::set();
    world.relate(PLATFORM, STALL, Relation::SubMerchant);
    let (sub_mchid, transaction_id) = (Some(mchid(STALL)), Some(transaction(ID)));
    world.place(&Place { sub_mchid, transaction_id, ..place(PLATFORM, NUMBER) });
    let mut bill = create();
    bill.receiver.transaction_info.transaction_id = transaction(ID);
    world.created(&bill);
    world.call(PLATFORM, &Party(PLATFORM, STALL).reverse(NUMBER)).unwrap();
    world.created(&bill);
    assert!(world.wrote.is_empty(), "a bill that was there before stays");
    bill.out_bill_no = "second".parse().unwrap();
    assert_eq!(world.refused(PLATFORM, &bill), refusal::TRANSACTION_UNKNOWN.plain());
    world.assert_clean();
}
