//! Profit sharing: who gets what, what is left, and what comes back.

use redress_api::sharing::{
    self, AddReceiver, Amounts, Create, CreateReturn, DeleteReceiver, Finish, Query, QueryReturn,
    ReceiverShare, ReceiverType, Relation, ShareResult, ShareStatus,
};
use redress_api::{Fen, Mchid};
use redress_core::order::{Order, Place, SETTLE_SECONDS, TradeType};
use redress_core::sharing::Share;
use redress_core::{AccountId, chart};

use crate::scene::{APPID, MALL, SHOP, SPONSOR, STALL, mchid, place, transaction};
use crate::world::{Failure, World};

mod audit;
mod beside;
mod limits;
mod notices;
mod random;
mod receivers;
mod returns;
mod table;
pub(crate) mod ways;

/// The order that the tests share out: 100 yuan, paid a minute ago.
pub(crate) const ORDER: &str = "4200000000000000000000000001";
/// Someone who gets shares.
pub(crate) const FRIEND: &str = "o_friend";

/// A sharing order of the stall.
pub(crate) fn sold(number: &str, id: &str) -> Place {
    Place {
        sub_mchid: Some(mchid(STALL)),
        trade_type: TradeType::Jsapi,
        profit_sharing: true,
        transaction_id: Some(transaction(id)),
        ..place(MALL, number)
    }
}

/// The world with an order that can be shared, and three receivers: the mall, a shop, a friend.
pub(crate) fn set() -> World {
    let mut world = World::set();
    world.place(&sold("sold-1", ORDER));
    world.step(SETTLE_SECONDS);
    for account in [MALL, SHOP, FRIEND] {
        add(&mut world, account).expect("a receiver");
    }
    world
}

fn kind(account: &str) -> ReceiverType {
    if account.starts_with('o') { ReceiverType::Person } else { ReceiverType::Merchant }
}

pub(crate) fn added(account: &str) -> AddReceiver {
    AddReceiver {
        appid: Some(APPID.parse().expect("an appid")),
        r#type: kind(account).into(),
        account: account.parse().expect("an account"),
        name: Some("示例商户全称".parse().expect("a name")),
        relation_type: Relation::Others.into(),
    }
}

pub(crate) fn add(world: &mut World, account: &str) -> Result<sharing::Receiver, Failure> {
    world.call(MALL, &added(account))
}

pub(crate) fn deleted(account: &str) -> DeleteReceiver {
    DeleteReceiver {
        appid: Some(APPID.parse().expect("an appid")),
        r#type: kind(account).into(),
        account: account.parse().expect("an account"),
    }
}

/// A share of the order.
pub(crate) fn share(number: &str, receivers: &[(&str, i64)]) -> Create {
    let receiver = |(account, fen): &(&str, i64)| ReceiverShare {
        r#type: kind(account).into(),
        receiver_account: account.parse().expect("an account"),
        amount: Fen::new(*fen),
        description: "分给".parse().expect("a description"),
        receiver_name: Some("c2VjcmV0".parse().expect("a name")),
    };
    Create {
        appid: Some(APPID.parse().expect("an appid")),
        sub_mchid: mchid(STALL),
        transaction_id: transaction(ORDER),
        out_order_no: number.parse().expect("a number"),
        receivers: receivers.iter().map(receiver).collect(),
        finish: false,
    }
}

pub(crate) fn last(number: &str, receivers: &[(&str, i64)]) -> Create {
    Create { finish: true, ..share(number, receivers) }
}

pub(crate) fn finish(number: &str) -> Finish {
    Finish {
        sub_mchid: mchid(STALL),
        transaction_id: transaction(ORDER),
        out_order_no: number.parse().expect("a number"),
        description: "分账完结".parse().expect("a description"),
    }
}

pub(crate) fn query(number: &str) -> Query {
    Query {
        sub_mchid: mchid(STALL),
        transaction_id: transaction(ORDER),
        out_order_no: number.parse().expect("a number"),
    }
}

/// Some of a share back from a merchant.
pub(crate) fn back(number: &str, share: &str, from: &str, fen: i64) -> CreateReturn {
    CreateReturn {
        sub_mchid: mchid(STALL),
        order_id: None,
        out_order_no: Some(share.parse().expect("a number")),
        out_return_no: number.parse().expect("a number"),
        return_mchid: mchid(from),
        amount: Fen::new(fen),
        description: "分账回退".parse().expect("a description"),
        transaction_id: None,
    }
}

pub(crate) fn query_back(number: &str, share: &str) -> QueryReturn {
    QueryReturn {
        sub_mchid: mchid(STALL),
        out_return_no: number.parse().expect("a number"),
        order_id: None,
        out_order_no: Some(share.parse().expect("a number")),
    }
}

/// What an account has to spend, in fen.
pub(crate) fn has(world: &World, id: &AccountId) -> i64 {
    let account = world.accounts.get(id);
    account.map_or(0, |account| account.available().expect("no overflow").get())
}

pub(crate) fn frozen(world: &World) -> i64 {
    // The subsidised order of the scene waits for sharing too.
    has(world, &chart::frozen(&mchid(STALL))) - 8_000
}

pub(crate) fn available(world: &World, number: &str) -> i64 {
    has(world, &chart::available(&mchid(number)))
}

pub(crate) fn order(world: &World) -> Order {
    world.order(MALL, "sold-1")
}

pub(crate) fn left(world: &mut World) -> i64 {
    let amounts = Amounts { transaction_id: transaction(ORDER) };
    world.call(MALL, &amounts).expect("an order").unsplit_amount.get()
}

pub(crate) fn kept(world: &World, number: &str) -> Share {
    world.get(&format!("{MALL}/{number}")).expect("a share")
}

/// What a share says of each of its receivers.
fn results(world: &mut World, number: &str) -> Vec<(String, i64, ShareResult)> {
    let share = world.call(MALL, &query(number)).expect("a share");
    let receivers = share.receivers.expect("receivers");
    let shown = receivers.into_iter().map(|detail| {
        let result = detail.result.known().expect("a result");
        assert_eq!(detail.finish_time.is_some(), result == ShareResult::Success);
        (detail.receiver_account.to_string(), detail.amount.get(), result)
    });
    shown.collect()
}

#[test]
fn a_share_is_held_and_then_given() {
    let mut world = set();
    let created = world.call(MALL, &share("P1", &[(MALL, 1_000), (FRIEND, 500)])).expect("a share");
    assert_eq!(created.status, Some(ShareStatus::Processing.into()));
    assert_eq!(created.order_id.as_str().len(), 28);
    assert_eq!(created.receivers.len(), 2);
    world.assert_clean();
    assert_eq!((frozen(&world), available(&world, MALL), left(&mut world)), (8_500, 0, 8_500));
    let pending = [(MALL, 1_000), (FRIEND, 500)]
        .map(|(account, fen)| (account.to_owned(), fen, ShareResult::Pending));
    assert_eq!(results(&mut world, "P1"), pending);

    world.settle();
    world.assert_clean();
    assert_eq!((frozen(&world), available(&world, MALL)), (8_500, 1_000));
    let done = pending.map(|(account, fen, _)| (account, fen, ShareResult::Success));
    assert_eq!(results(&mut world, "P1"), done);
    let order = order(&world);
    assert_eq!((order.shared.get(), order.shares, order.sharing_started), (1_500, 1, true));
    assert!(!order.sharing_finished);
    let friend: i64 = world
        .transfers
        .iter()
        .filter(|(transfer, _)| transfer.credit == chart::payer(FRIEND))
        .filter(|(transfer, _)| transfer.phase.resolves().is_some())
        .map(|(transfer, _)| transfer.amount.get())
        .sum();
    assert_eq!(friend, 500);
}

/// The seller may take some out for itself, beyond the ratio and without a list.
#[test]
fn the_seller_shares_with_itself() {
    let mut world = set();
    world.call(MALL, &share("P1", &[(STALL, 6_000), (MALL, 3_000)])).expect("a share");
    world.settle();
    assert_eq!((available(&world, STALL), available(&world, MALL)), (6_000, 3_000));
    assert_eq!((left(&mut world), order(&world).shared.get()), (1_000, 3_000));
    world.assert_clean();
}

#[test]
fn the_last_share_sets_the_rest_free() {
    let mut world = set();
    world.call(MALL, &share("P1", &[(MALL, 1_000)])).expect("a share");
    world.call(MALL, &last("P2", &[(MALL, 2_000)])).expect("the last share");
    world.assert_clean();
    // At once: what is on its way is held apart.
    assert_eq!((available(&world, STALL), frozen(&world), left(&mut world)), (7_000, 0, 0));
    world.settle();
    assert_eq!((available(&world, STALL), available(&world, MALL)), (7_000, 3_000));
    assert!(order(&world).sharing_finished);
    let share = world.call(MALL, &query("P2")).expect("a share");
    assert_eq!((share.finish_amount, share.finish_description), (None, None));
    assert_eq!(kept(&world, "P2").unfrozen.get(), 7_000);
    world.assert_clean();
}

#[test]
fn a_finish_sets_everything_free() {
    let mut world = set();
    world.call(MALL, &share("P1", &[(MALL, 1_000)])).expect("a share");
    let finished = world.call(MALL, &finish("F1")).expect("a finish");
    assert_eq!(available(&world, STALL), 9_000);
    let shown = world.call(MALL, &query("F1")).expect("a finish");
    assert_eq!(shown.status, ShareStatus::Processing);
    world.settle();
    world.assert_clean();
    let shown = world.call(MALL, &query("F1")).expect("a finish");
    assert_eq!(shown.status, ShareStatus::Finished);
    assert_eq!(shown.order_id, finished.order_id);
    assert_eq!((shown.receivers, shown.finish_amount), (None, Some(Fen::new(9_000))));
    assert_eq!(shown.finish_description.as_deref(), Some("分账完结"));
    let order = order(&world);
    assert_eq!((order.shares, order.unfrozen.get(), order.sharing_finished), (1, 9_000, true));
}

/// What nobody finishes in 180 days is free by itself.
#[test]
fn what_waits_for_180_days_is_free() {
    let mut world = set();
    world.call(MALL, &share("P1", &[(MALL, 1_000)])).expect("a share");
    world.settle();
    world.step(180 * 24 * 3600 - SETTLE_SECONDS - 1);
    world.settle();
    assert_eq!(left(&mut world), 9_000);
    world.step(1);
    world.settle();
    world.assert_clean();
    let order = order(&world);
    assert_eq!((order.unfrozen.get(), left(&mut world)), (9_000, 0));
    assert!(order.sharing_finished);
    assert!(world.jobs.is_empty());
}

/// The same number with the same content, in the state that it has by then.
#[test]
fn a_repetition_answers_what_is_there() {
    let mut world = set();
    let request = share("P1", &[(MALL, 1_000), (FRIEND, 1)]);
    let first = world.call(MALL, &request).expect("a share");
    assert_eq!(world.call(MALL, &request).expect("the same"), first);
    assert!(world.wrote.is_empty());
    world.settle();
    let mut nameless = request.clone();
    nameless.receivers[0].receiver_name = None;
    nameless.appid = Some("wx0".parse().expect("an appid"));
    assert!(world.call(MALL, &nameless).is_err(), "another's application");
    nameless.appid = None;
    let again = world.call(MALL, &nameless).expect("names are not content");
    assert_eq!(again.status, Some(ShareStatus::Finished.into()));
    assert_eq!(again.order_id, first.order_id);

    let first = world.call(MALL, &finish("F1")).expect("a finish");
    world.settle();
    assert_eq!(world.call(MALL, &finish("F1")).expect("the same"), first);
    assert!(world.wrote.is_empty());
    assert_eq!(world.call(MALL, &request).expect("still there"), again);
}

/// A job that comes twice does its work once.
#[test]
fn a_job_is_done_once() {
    let mut world = set();
    world.call(MALL, &share("P1", &[(MALL, 1_000)])).expect("a share");
    let due = world.due();
    world.work(due[0], true);
    let before = (world.rows.clone(), world.transfers.clone());
    world.work(due[0], false);
    assert!((world.rows.clone(), world.transfers.clone()) == before);
    world.call(MALL, &back("R1", "P1", MALL, 100)).expect("a return");
    let due = world.due();
    world.work(due[0], true);
    let before = (world.rows.clone(), world.transfers.clone());
    world.work(due[0], false);
    assert!((world.rows.clone(), world.transfers.clone()) == before);
    world.assert_clean();
}

fn sellers(world: &mut World) -> [Mchid; 2] {
    world.relate(MALL, SPONSOR, redress_core::merchant::Relation::SubMerchant);
    [mchid(STALL), mchid(SPONSOR)]
}

/// A share is its seller's and its order's; others do not see it.
#[test]
fn a_query_names_seller_and_order() {
    let mut world = set();
    world.call(MALL, &share("P1", &[(MALL, 1_000)])).expect("a share");
    let unknown = redress_core::refusal::SHARE_UNKNOWN.plain();
    let [_, other] = sellers(&mut world);
    assert_eq!(world.refused(MALL, &query("P2")), unknown);
    assert_eq!(world.refused(MALL, &Query { sub_mchid: other, ..query("P1") }), unknown);
    let transaction_id = transaction(crate::scene::SUBSIDISED);
    assert_eq!(world.refused(MALL, &Query { transaction_id, ..query("P1") }), unknown);
    assert_eq!(world.refused(crate::scene::STRANGER, &query("P1")), unknown);
}
