//! What the control API does to the world, and what it is told when it may not.

use redress_api::Fen;
use redress_core::command::Find;
use redress_core::ledger::Reason;
use redress_core::merchant::{
    AccountKind, Configure, Confirmation, Merchant, Register, Relate, Relation, Role, TopUp,
};
use redress_core::number::Number;
use redress_core::order::{Order, Outcome, Place, TradeState, TradeType};
use redress_core::row::Row;
use redress_core::{Account, chart};

use crate::scene::{
    APPID, MALL, PAID, PAYER, PLATFORM, SHOP, SPONSOR, STALL, STRANGER, mchid, merchant, place,
    subsidised, transaction,
};
use crate::world::World;

#[test]
fn a_merchant_is_registered_once() {
    let mut world = World::set();
    let new = merchant("1900000001", &[Role::Platform, Role::Direct]);
    assert_eq!(world.run(&Register(new.clone())).unwrap(), new);
    assert_eq!(world.get::<Merchant>("1900000001"), Some(new.clone()));
    assert_eq!(world.run(&Find::<Merchant>::new("1900000001")).unwrap(), Some(new.clone()));
    assert_eq!(world.run(&Find::<Merchant>::new("1900000002")).unwrap(), None);
    assert_eq!(world.refusal(&Register(new)).code.status, 409);
    let mut own = merchant("1900000002", &[]);
    own.sponsors.insert(own.mchid.clone());
    assert!(matches!(world.run(&Register(own)), Err(crate::world::Failure::Broken(_))));
    assert_eq!(world.get::<Merchant>("1900000002"), None);
}

#[test]
fn a_relation_needs_two_merchants() {
    let mut world = World::set();
    let relate = |platform: &str, other: &str, relation| Relate {
        platform: mchid(platform),
        merchant: mchid(other),
        relation,
    };
    for relation in [Relation::Sponsor, Relation::SubMerchant] {
        assert_eq!(world.refusal(&relate(PLATFORM, "1", relation)).code.status, 404);
        assert_eq!(world.refusal(&relate("1", PLATFORM, relation)).code.status, 404);
        assert_eq!(world.refusal(&relate(PLATFORM, PLATFORM, relation)).code.status, 400);
        let related = world.run(&relate(PLATFORM, STRANGER, relation)).unwrap();
        let again = world.run(&relate(PLATFORM, STRANGER, relation)).unwrap();
        assert_eq!(related, again);
    }
    let platform: Merchant = world.get(PLATFORM).unwrap();
    assert!(platform.may_debit(&mchid(STRANGER)) && platform.may_debit(&mchid(PLATFORM)));
    assert!(!platform.may_debit(&mchid(SHOP)));
    assert!(platform.sub_merchants.contains(&mchid(STRANGER)));
}

#[test]
fn a_setting_needs_its_merchant() {
    let mut world = World::set();
    let confirmation = Confirmation::None;
    let unknown = Configure { mchid: mchid("1"), confirmation };
    assert_eq!(world.refusal(&unknown).code.status, 404);
    let known = Configure { mchid: mchid(PLATFORM), confirmation };
    assert_eq!(world.run(&known).unwrap().confirmation, confirmation);
}

#[test]
fn a_top_up_comes_from_the_bank() {
    let mut world = World::set();
    let top_up = |number: &str, amount: Fen| TopUp {
        mchid: mchid(number),
        amount,
        account: AccountKind::Basic,
    };
    for fen in [0, -1, i64::MIN, Account::TOP_UP_MAX.get() + 1, i64::MAX] {
        assert_eq!(world.refusal(&top_up(SHOP, Fen::new(fen))).code.status, 400);
    }
    assert_eq!(world.refusal(&top_up("1", Fen::new(1))).code.status, 404);
    let id = world.run(&top_up(SHOP, Account::TOP_UP_MAX)).unwrap();
    let (transfer, _) = world.transfers.last().unwrap();
    assert_eq!(transfer.id, id);
    assert_eq!((&transfer.debit, transfer.reason), (&chart::bank(), Reason::TopUp));
    assert_eq!(world.money(&mchid(SHOP)).0, Account::TOP_UP_MAX.get());
    assert!(!world.accounts.contains_key(&chart::bank()), "its balance is not kept");
    world.assert_clean();
}

/// A sum that no longer fits is a defect of the world, and is not written.
#[test]
fn an_account_never_wraps() {
    let mut world = World::set();
    let id = chart::available(&mchid(SHOP));
    let mut account = Account::open(id.clone(), chart::limit(&id));
    account.credits.posted = Fen::new(i64::MAX);
    world.accounts.insert(id, account.clone());
    let top_up = TopUp { mchid: mchid(SHOP), amount: Fen::new(1), account: AccountKind::Basic };
    assert!(matches!(world.run(&top_up), Err(crate::world::Failure::Broken(_))));
    assert_eq!(world.accounts[&account.id], account);
}

#[test]
fn a_placed_order_is_as_if_the_payer_had_acted() {
    for (trade_type, outcome, state) in [
        (TradeType::Micropay, Outcome::Paid, TradeState::Success),
        (TradeType::Jsapi, Outcome::Paid, TradeState::Success),
        (TradeType::Micropay, Outcome::Unpaid, TradeState::UserPaying),
        (TradeType::Native, Outcome::Unpaid, TradeState::NotPay),
        (TradeType::Micropay, Outcome::Failed, TradeState::PayError),
    ] {
        let mut world = World::set();
        let order = world.place(&Place { trade_type, outcome, ..place(SHOP, "order-7") });
        assert_eq!(order.state, state);
        assert_eq!(world.order(SHOP, "order-7"), order);
        assert_eq!(order.create_time, world.now());
        let paid = outcome == Outcome::Paid;
        assert_eq!(order.success_time.is_some(), paid);
        assert_eq!(world.money(&mchid(SHOP)).0, if paid { 10_000 } else { 0 });
        if let Some(id) = &order.transaction_id {
            assert!(id.as_str().len() == 28 && id.as_str().starts_with("42000"));
            let number: Number = world.get(&Number::row_id(Order::KIND, id.as_str())).unwrap();
            assert_eq!(number.leads_to, order.id());
        }
        world.assert_clean();
    }
}

#[test]
fn money_that_waits_for_sharing_is_kept_apart() {
    let world = World::set();
    assert_eq!(world.money(&mchid(STALL)), (0, 0));
    let frozen = &world.accounts[&chart::frozen(&mchid(STALL))];
    assert_eq!(frozen.available(), Some(Fen::new(8_000)), "10000 paid, 2000 refunded");
    assert_eq!(world.order(MALL, "stall-1").state, TradeState::Refund);
}

#[test]
fn an_order_that_makes_no_sense() {
    let mut world = World::set();
    let changes: [fn(&mut Place); 17] = [
        |order| order.amount = Fen::ZERO,
        |order| order.amount = Fen::new(-1),
        |order| order.amount = Fen::new(100_000_000_001),
        |order| order.payer = String::new(),
        |order| order.payer = "x".repeat(129),
        |order| order.payer = "a:b".to_owned(),
        |order| order.payer = "付款人".to_owned(),
        |order| {
            order.outcome = Outcome::Failed;
            order.trade_type = TradeType::App;
        },
        |order| {
            order.outcome = Outcome::Unpaid;
            order.transaction_id = Some(transaction("42"));
        },
        |order| {
            order.outcome = Outcome::Failed;
            order.refunded = Some(Fen::new(1));
        },
        |order| order.refunded = Some(Fen::ZERO),
        |order| order.refunded = Some(Fen::new(10_001)),
        |order| order.refunded = Some(Fen::new(-1)),
        |order| order.subsidy_amount = Some(Fen::new(1)),
        |order| {
            order.profit_sharing = true;
            order.subsidy_amount = Some(Fen::ZERO);
        },
        |order| {
            order.profit_sharing = true;
            order.subsidy_amount = Some(Fen::new(10_001));
        },
        |order| order.amount = Fen::new(i64::MAX),
    ];
    for change in changes {
        let mut order = place(SHOP, "order-7");
        change(&mut order);
        assert_eq!(world.refusal(&order).code.status, 400);
    }
}

#[test]
fn an_order_that_the_world_does_not_allow() {
    let mut world = World::set();
    assert_eq!(world.refusal(&place("1", "order-7")).code.status, 404);
    let mut other = subsidised("stall-7");
    other.sub_mchid = Some(mchid(SPONSOR));
    assert_eq!(world.refusal(&other).code.status, 409);
    assert_eq!(world.refusal(&place(PLATFORM, "order-1")).code.status, 409);
    let transaction_id = Some(transaction(PAID));
    let taken = Place { transaction_id, ..place(SHOP, "order-7") };
    assert_eq!(world.refusal(&taken).code.status, 409);
    assert_eq!(world.get::<Order>(&format!("{SHOP}/order-7")), None);
}

#[test]
fn control_calls_are_json() {
    let json = format!(
        r#"{{"mchid":"{SHOP}","appid":"{APPID}","out_trade_no":"order-7","trade_type":"MICROPAY","amount":10000,"payer":"{PAYER}"}}"#
    );
    let order: Place = serde_json::from_str(&json).unwrap();
    assert_eq!(order.outcome, Outcome::Paid);
    let mut world = World::set();
    assert_eq!(world.place(&order).state, TradeState::Success);
    let unknown = json.replacen('{', r#"{"note":1,"#, 1);
    assert!(serde_json::from_str::<Place>(&unknown).is_err());
    assert!(serde_json::from_str::<TopUp>(r#"{"mchid":"0","amount":1}"#).is_err());
}

#[test]
fn an_order_is_placed_under_an_appid_of_its_merchant() {
    let mut world = World::set();
    let foreign = Place { appid: "wx1".parse().unwrap(), ..place(SHOP, "order-8") };
    assert_eq!(world.refusal(&foreign).code.status, 409);
}
