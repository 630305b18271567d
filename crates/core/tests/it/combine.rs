//! Combined orders: placed, paid and closed together; refused by what takes orders one by one.

use std::str::FromStr;

use redress_api::combine::{
    Close, ClosedSubOrder, Jsapi, Native, Order, PayerInfo, Query, SubAmount, SubOrder, SubSettle,
    SubsidyAmount,
};
use redress_api::pay::{self, TradeState};
use redress_api::{Fen, Timestamp, partner};
use redress_core::combine::{Combined, EXPIRE_SECONDS_MAX, Event, Phase, next};
use redress_core::ledger::Reason;
use redress_core::notice::Notice;
use redress_core::order::prepay::{Handle, PREPAY_SECONDS_MAX};
use redress_core::order::{Act, Order as Kept, PayPrepay, PayerActs};
use redress_core::payer::Introduce;
use redress_core::{Job, Refusal, chart, refusal};

use crate::scene::{
    APPID, MALL, PAYER, PLATFORM, SHOP, SPONSOR, STALL, START, mchid, partner_reverse, place,
};
use crate::world::World;

const NUMBER: &str = "P20150806125346";
/// What a request is made to say, and how it is refused then.
type Change<R> = (fn(&mut R), Refusal);

const URL: &str = "https://yourapp.com/notify";

fn of<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a valid text")
}

fn sub_order(caller: &str, sub_mchid: Option<&str>, number: &str, fen: i64) -> SubOrder {
    SubOrder {
        mchid: mchid(caller),
        attach: of("深圳分店"),
        amount: SubAmount { total_amount: Fen::new(fen), currency: of("CNY") },
        out_trade_no: of(number),
        sub_mchid: sub_mchid.map(mchid),
        description: of("腾讯充值中心-QQ会员充值"),
        detail: None,
        goods_tag: None,
        sub_appid: None,
        settle_info: None,
    }
}

/// Two orders of the mall for its stall, the first shared and subsidised.
pub(crate) fn jsapi() -> Jsapi {
    let first = sub_order(MALL, Some(STALL), "combined-1", 10_000);
    let mut request = Jsapi {
        combine_appid: of(APPID),
        combine_mchid: mchid(MALL),
        combine_out_trade_no: of(NUMBER),
        combine_payer_info: PayerInfo { openid: Some(of(PAYER)), sub_openid: None },
        scene_info: None,
        sub_orders: vec![first, sub_order(MALL, Some(STALL), "combined-2", 2_000)],
        time_start: None,
        time_expire: None,
        notify_url: Some(of(URL)),
    };
    subsidise(&mut request, 500);
    request
}

/// Orders of the shop for itself.
pub(crate) fn native(numbers: usize) -> Native {
    let order = |n: usize| sub_order(SHOP, None, &format!("native-{n}"), 100);
    Native {
        combine_appid: of(APPID),
        combine_out_trade_no: of(NUMBER),
        combine_mchid: mchid(SHOP),
        scene_info: None,
        sub_orders: (0..numbers).map(order).collect(),
        time_start: None,
        time_expire: None,
        notify_url: of(URL),
    }
}

/// Has the first order announce a subsidy.
fn subsidise(request: &mut Jsapi, fen: i64) {
    let subsidy_amount = Some(SubsidyAmount(fen));
    request.sub_orders[0].settle_info =
        Some(SubSettle { profit_sharing: Some(true), subsidy_amount });
}

fn query() -> Query {
    Query { combine_out_trade_no: of(NUMBER) }
}

pub(crate) fn close() -> Close {
    let named = |order: &SubOrder| ClosedSubOrder {
        mchid: order.mchid.clone(),
        out_trade_no: order.out_trade_no.clone(),
        sub_mchid: order.sub_mchid.clone(),
        sub_appid: None,
    };
    let Jsapi { combine_appid, combine_out_trade_no, sub_orders, .. } = jsapi();
    Close {
        combine_appid,
        combine_out_trade_no,
        sub_orders: sub_orders.iter().map(named).collect(),
    }
}

/// The world with the mall's combined order, and its prepay id.
fn placed() -> (World, Handle) {
    let mut world = World::set();
    let prepaid = world.call(MALL, &jsapi()).expect("a combined order");
    (world, Handle::PrepayId(prepaid.prepay_id.to_string()))
}

fn pays(handle: &Handle, openid: Option<&str>) -> PayPrepay {
    PayPrepay { handle: handle.clone(), act: Act::Pay, openid: openid.map(str::to_owned) }
}

fn queried(world: &mut World) -> Order {
    let order = world.call(MALL, &query()).expect("a combined order");
    assert!(world.wrote.is_empty(), "a query writes nothing");
    order
}

fn states(order: &Order) -> Vec<TradeState> {
    let orders = order.sub_orders.as_ref().expect("orders").iter();
    orders.map(|order| order.trade_state.known().expect("a state")).collect()
}

fn kept(world: &World) -> Combined {
    world.get(&format!("{MALL}/{NUMBER}")).expect("a combined order")
}

#[test]
fn the_payer_pays_all_of_them_and_the_merchant_is_told() {
    let (mut world, handle) = placed();
    let shown = queried(&mut world);
    assert_eq!(states(&shown), [TradeState::NotPay; 2]);
    assert_eq!(shown.combine_payer_info, None, "nobody has paid yet");
    let before = world.transfers.len();
    world.run(&pays(&handle, None)).expect("a payment");
    world.assert_clean();

    let shown = queried(&mut world);
    assert_eq!(states(&shown), [TradeState::Success; 2]);
    let payer = shown.combine_payer_info.as_ref().expect("a payer");
    assert_eq!(payer.openid.as_deref(), Some(PAYER));
    let paid: Vec<_> = world.transfers[before..].iter().map(|(transfer, _)| transfer).collect();
    assert_eq!(paid.len(), 2);
    let accounts = [chart::frozen(&mchid(STALL)), chart::available(&mchid(STALL))];
    let orders = shown.sub_orders.as_ref().expect("orders");
    for ((transfer, account), order) in paid.iter().zip(&accounts).zip(orders) {
        assert_eq!((transfer.reason, &transfer.credit), (Reason::Payment, account));
        assert_eq!(
            Some(transfer.reference.as_str()),
            order.transaction_id.as_ref().map(|id| id.as_str())
        );
        assert_eq!(order.amount.payer_amount, Some(transfer.amount));
    }
    let first = world.order(MALL, "combined-1");
    assert_eq!(first.subsidy.expect("a subsidy").amount, Fen::new(500));
    assert_eq!((first.unsplit, first.combine.as_deref()), (Fen::new(10_000), Some(NUMBER)));

    let notices: Vec<_> = world.rows.keys().filter_map(|key| key.strip_prefix("notice ")).collect();
    let [notice] = notices[..] else { panic!("{notices:?}") };
    let notice: Notice = world.get(notice).expect("a notice");
    assert_eq!((notice.event_type.as_str(), notice.url.as_str()), ("TRANSACTION.SUCCESS", URL));
    assert_eq!(notice.resource, serde_json::to_string(&shown).expect("it prints"));
}

/// Each phase with each thing that can be asked for in it.
#[test]
fn every_phase_answers_every_operation() {
    assert_eq!(next(Phase::Waiting, Event::Pay), Some(Phase::Paid));
    assert_eq!(next(Phase::Waiting, Event::Close), Some(Phase::Closed));
    for phase in [Phase::Paid, Phase::Closed] {
        assert!(Event::ALL.iter().all(|event| next(phase, *event).is_none()));
    }
    for phase in [Phase::Waiting, Phase::Paid, Phase::Closed] {
        let (mut world, handle) = placed();
        match phase {
            Phase::Waiting => {}
            Phase::Paid => drop(world.run(&pays(&handle, None)).expect("a payment")),
            Phase::Closed => drop(world.call(MALL, &close()).expect("a close")),
        }
        assert_eq!(kept(&world).phase, phase);
        let state = [TradeState::NotPay, TradeState::Success, TradeState::Closed][phase as usize];
        assert_eq!(states(&queried(&mut world)), [state; 2]);

        // By themselves its orders are nobody's.
        let (sp_mchid, sub_mchid) = (mchid(MALL), mchid(STALL));
        let out_trade_no: redress_api::OutTradeNo = of("combined-1");
        let (number, sp, sub) = (out_trade_no.clone(), sp_mchid.clone(), sub_mchid.clone());
        let by_number = partner::Query { out_trade_no: number, sp_mchid: sp, sub_mchid: sub };
        let unknown = refusal::ORDER_UNKNOWN.plain();
        assert_eq!(world.refused(MALL, &by_number), unknown);
        let closing = partner::Close { out_trade_no, sp_mchid, sub_mchid };
        assert_eq!(world.refused(MALL, &closing), unknown);
        assert_eq!(world.refused(MALL, &partner_reverse("combined-1")), unknown);
        if let Some(transaction_id) = world.order(MALL, "combined-1").transaction_id {
            let (sp_mchid, sub_mchid) = (mchid(MALL), mchid(STALL));
            let by_id = partner::QueryById { transaction_id, sp_mchid, sub_mchid };
            assert_eq!(world.refused(MALL, &by_id), unknown);
        }
        let acts = PayerActs {
            mchid: mchid(MALL),
            out_trade_no: of("combined-1"),
            act: Act::Pay,
            openid: None,
        };
        assert_eq!(world.refusal(&acts).code.status, 409, "its payer pays all or nothing");

        let again: Option<Refusal> = match phase {
            Phase::Waiting => None,
            Phase::Paid => Some(refusal::NUMBER_USED.plain()),
            Phase::Closed => Some(refusal::NUMBER_CLOSED.plain()),
        };
        match again {
            None => drop(world.call(MALL, &jsapi()).expect("the same")),
            Some(expected) => assert_eq!(world.refused(MALL, &jsapi()), expected),
        }
        match phase {
            Phase::Waiting => drop(world.call(MALL, &close()).expect("a close")),
            Phase::Paid => assert_eq!(world.refused(MALL, &close()), refusal::CLOSE_PAID.plain()),
            Phase::Closed => {
                world.call(MALL, &close()).expect("it stays closed");
                assert!(world.wrote.is_empty());
            }
        }
        world.assert_clean();
    }
}

#[test]
fn the_same_number_must_say_the_same() {
    let (mut world, _) = placed();
    let differs = refusal::REENTRY_DIFFERS.plain();
    let changes: [Change<Jsapi>; 6] = [
        (|r| r.sub_orders[0].amount.total_amount = Fen::new(1), differs.clone()),
        (|r| drop(r.sub_orders.pop()), differs.clone()),
        (|r| r.sub_orders.reverse(), differs.clone()),
        (|r| r.combine_payer_info.openid = Some(of("o_other")), differs.clone()),
        (|r| r.time_expire = Some(Timestamp::from_unix(START + 600)), differs),
        (|r| r.sub_orders[0].settle_info = None, refusal::COMBINED_SETTLES_OTHERWISE.plain()),
    ];
    for (change, expected) in changes {
        let mut request = jsapi();
        change(&mut request);
        assert_eq!(world.refused(MALL, &request), expected);
    }
    world.call(MALL, &jsapi()).expect("the same");
}

#[test]
fn refuses_and_writes_nothing() {
    let mut world = World::set();
    world.place(&place(MALL, "combined-2"));
    let others = Introduce {
        openid: Some("o_other".to_owned()),
        appid: Some(of("wx0000000000000000")),
        abnormal: None,
    };
    world.run(&others).expect("a payer");
    let changes: [Change<Jsapi>; 11] = [
        (|_| {}, refusal::NUMBER_USED.plain()),
        (|r| r.combine_payer_info.openid = Some(of("o_1")), refusal::OPENID_UNKNOWN.plain()),
        (|r| r.combine_payer_info.openid = Some(of("o_other")), refusal::OPENID_OTHER.plain()),
        (
            |r| {
                r.sub_orders[0].sub_appid = Some(of(APPID));
                r.combine_payer_info.sub_openid = Some(of("o_other"));
            },
            refusal::OPENID_OTHER.plain(),
        ),
        (
            |r| r.sub_orders[0].sub_appid = Some(of("wx0000000000000000")),
            refusal::APPID_DIFFERS.plain(),
        ),
        (|r| subsidise(r, 10_001), refusal::SUBSIDY_TOO_MUCH.plain()),
        (
            |r| {
                r.sub_orders[0].amount.total_amount = Fen::new(1_000_000);
                subsidise(r, 500_001);
            },
            refusal::SUBSIDY_TOO_MUCH.plain(),
        ),
        (|r| r.combine_mchid = mchid(PLATFORM), refusal::MCHID_DIFFERS.plain()),
        (|r| r.sub_orders[1].mchid = mchid(SHOP), refusal::MCHID_DIFFERS.plain()),
        (|r| r.combine_appid = of("wx0000000000000000"), refusal::APPID_DIFFERS.plain()),
        (|r| r.sub_orders[1].sub_mchid = Some(mchid(SHOP)), refusal::NO_RELATION.plain()),
    ];
    for (change, expected) in changes {
        let mut request = jsapi();
        if expected != refusal::NUMBER_USED.plain() {
            request.sub_orders[1].out_trade_no = of("combined-3");
        }
        change(&mut request);
        assert_eq!(world.refused(MALL, &request), expected);
    }
    assert_eq!(world.refused(SPONSOR, &jsapi()), refusal::NOT_SUPPORTED.plain());
    assert_eq!(world.refused(STALL, &query()), refusal::NOT_SUPPORTED.plain());
    let unknown = refusal::COMBINED_UNKNOWN.plain();
    assert_eq!(world.refused(MALL, &query()), unknown);
    assert_eq!(world.refused(MALL, &close()), unknown);

    for count in [1, 11] {
        assert_eq!(world.refused(SHOP, &native(count)), refusal::COMBINED_COUNT.plain());
    }
    world.call(SHOP, &native(10)).expect("a combined order");
    assert_eq!(world.refused(MALL, &query()), unknown, "another merchant's");
    world.call(SHOP, &query()).expect("its own");
    let close = pay::Close { out_trade_no: of("native-0"), mchid: mchid(SHOP) };
    assert_eq!(world.refused(SHOP, &close), refusal::ORDER_UNKNOWN.plain());
    world.assert_clean();
}

#[test]
fn a_close_names_exactly_the_orders() {
    let (mut world, _) = placed();
    let differ = refusal::COMBINED_ORDERS_DIFFER.plain();
    let changes: [Change<Close>; 6] = [
        (|c| drop(c.sub_orders.pop()), differ.clone()),
        (|c| c.sub_orders.push(c.sub_orders[0].clone()), differ.clone()),
        (|c| c.sub_orders[1] = c.sub_orders[0].clone(), differ.clone()),
        (|c| c.sub_orders[0].mchid = mchid(SHOP), differ.clone()),
        (|c| c.sub_orders[0].sub_mchid = Some(mchid(SHOP)), differ),
        (|c| c.combine_appid = of("wx0000000000000000"), refusal::APPID_DIFFERS.plain()),
    ];
    for (change, expected) in changes {
        let mut request = close();
        change(&mut request);
        assert_eq!(world.refused(MALL, &request), expected);
    }
    let mut turned = close();
    turned.sub_orders.reverse();
    turned.sub_orders[0].sub_mchid = None;
    world.call(MALL, &turned).expect("a close");
    assert_eq!(states(&queried(&mut world)), [TradeState::Closed; 2]);
    assert_eq!(kept(&world).phase, Phase::Closed);
    world.assert_clean();
}

#[test]
fn time_closes_what_nobody_pays() {
    for (asked, seconds) in [
        (None, EXPIRE_SECONDS_MAX),
        (Some(600), 600),
        (Some(-5), 60),
        (Some(30 * 24 * 3600), EXPIRE_SECONDS_MAX),
    ] {
        let mut world = World::set();
        let now = world.now();
        let time_expire = asked.map(|seconds| now.plus_seconds(seconds));
        world.call(MALL, &Jsapi { time_expire, ..jsapi() }).expect("a combined order");
        assert_eq!(kept(&world).time_expire, now.plus_seconds(seconds));
        world.step(seconds - 1);
        world.settle();
        assert_eq!(kept(&world).phase, Phase::Waiting);
        world.assert_clean();
        world.step(1);
        world.settle();
        assert_eq!(states(&queried(&mut world)), [TradeState::Closed; 2]);
        world.assert_clean();
    }
    // A paid one stays paid.
    let (mut world, handle) = placed();
    world.run(&pays(&handle, None)).expect("a payment");
    world.step(EXPIRE_SECONDS_MAX);
    for number in world.due() {
        if matches!(world.jobs[&number].1, Job::Combined { .. }) {
            world.work(number, false);
        }
    }
    assert_eq!(kept(&world).phase, Phase::Paid);
}

#[test]
fn whoever_scans_the_code_pays_but_nobody_pays_late() {
    let mut world = World::set();
    let request = native(3);
    let code = world.call(SHOP, &request).expect("a code").code_url;
    assert_eq!(world.call(SHOP, &request).expect("the same").code_url, code);
    assert!(world.wrote.is_empty(), "a repetition writes nothing");
    world.step(PREPAY_SECONDS_MAX);
    let again = world.call(SHOP, &request).expect("another").code_url;
    assert_ne!(again, code);
    let [old, new] = [code, again].map(Handle::CodeUrl);
    assert_eq!(world.refusal(&pays(&old, Some("o_1"))).code.status, 409, "it lives no more");
    assert_eq!(world.refusal(&pays(&new, None)).code.status, 400, "nobody is named");
    let fails = PayPrepay { act: Act::Fail, ..pays(&new, Some("o_1")) };
    assert_eq!(world.refusal(&fails).code.status, 409);
    let paid = world.run(&pays(&new, Some("o_1"))).expect("a payment");
    assert_eq!(paid.len(), 3);
    assert!(paid.iter().all(|order| order.payer.as_deref() == Some("o_1")));
    assert_eq!(world.refusal(&pays(&new, Some("o_1"))).code.status, 409, "paid once");
    world.assert_clean();

    // Until its time is over; the job has yet to close it.
    let mut world = World::set();
    let time_expire = Some(Timestamp::from_unix(START));
    let late = Native { time_expire, ..native(2) };
    let code = world.call(SHOP, &late).expect("a code").code_url;
    world.step(60);
    let handle = Handle::CodeUrl(code);
    assert_eq!(world.refusal(&pays(&handle, Some("o_1"))).code.status, 409);
    assert_eq!(world.refused(SHOP, &late), refusal::PREPAY_EXPIRED.plain());

    let (mut world, handle) = placed();
    assert_eq!(world.refusal(&pays(&handle, Some("o_1"))).code.status, 409, "for another");
}

#[test]
fn the_audit_sees_an_order_that_went_its_own_way() {
    let (mut world, _) = placed();
    let mut order: Kept = world.order(MALL, "combined-2");
    order.state = TradeState::Closed;
    world.overwrite(&order);
    assert!(!world.audit().is_clean());
}
