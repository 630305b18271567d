//! Every line of the table of refusals is reached, by a call that leaves no trace.

use std::collections::BTreeSet;

use redress_api::compensation::{Cancel, PreTransfer, Query, QueryById};
use redress_api::fund::{AccountType, Balance, SubBalance};
use redress_api::{Day, Fen, pay};
use redress_core::order::{Outcome, Place, TradeState};
use redress_core::payer::Introduce;
use redress_core::statement::{self, Ticket};
use redress_core::{Refusal, refusal};

use crate::codepay::{codepay, shown};
use crate::pre_transfer::pre;
use crate::prepay::{jsapi, native, partner_jsapi, total};
use crate::scene::{
    MALL, PAID, PLATFORM, SHOP, SPONSOR, STALL, STRANGER, close, create, mchid, place, reverse,
    subsidised, subsidy_cancel, transaction,
};
use crate::world::World;

mod refunds;

/// A call that is refused.
type Way = fn(&mut World) -> Refusal;

/// One way to each line, in the order of the table.
fn ways() -> Vec<Way> {
    let mut ways: Vec<Way> = vec![
        |world| world.refused("1", &create()),
        |world| world.refused(SHOP, &create()),
        |world| {
            let mut other = create();
            other.sponsor_mchid = mchid(SHOP);
            world.refused(PLATFORM, &other)
        },
        |world| {
            let mut other = create();
            other.receiver.transaction_info.transaction_id = transaction("42");
            world.refused(PLATFORM, &other)
        },
        |world| {
            world.created(&create());
            let mut other = create();
            other.amount = Fen::new(1);
            world.refused(PLATFORM, &other)
        },
        |world| {
            let out_bill_no = create().out_bill_no;
            let query = world.refused(PLATFORM, &Query { out_bill_no: out_bill_no.clone() });
            assert_eq!(query, world.refused(PLATFORM, &Cancel { out_bill_no }));
            query
        },
        |world| {
            world.configure(redress_core::merchant::Confirmation::None);
            world.created(&create());
            world.settle();
            world.refused(PLATFORM, &Cancel { out_bill_no: create().out_bill_no })
        },
        |world| {
            world.laid(&pre());
            world.cancelled("plfk2020042013");
            world.settle();
            world.refused(PLATFORM, &pre())
        },
        |world| world.refused(PLATFORM, &PreTransfer { amount: Fen::new(100_001), ..pre() }),
        |world| world.refused(PLATFORM, &Balance { account_type: AccountType::Fees.into() }),
        |world| {
            let sub_mchid = mchid(STALL);
            world.refused(PLATFORM, &SubBalance { sub_mchid, account_type: None })
        },
        |world| {
            let mut other = reverse("order-7");
            other.mchid = mchid(STRANGER);
            world.refused(SHOP, &other)
        },
        |world| {
            world.place(&place(SHOP, "order-7"));
            let mut other = reverse("order-7");
            other.appid = "wx0".parse().expect("an appid");
            world.refused(SHOP, &other)
        },
        |world| world.refused(SHOP, &reverse("order-7")),
        |world| {
            let trade_type = redress_core::order::TradeType::Jsapi;
            world.place(&Place { trade_type, ..place(SHOP, "order-7") });
            world.refused(SHOP, &reverse("order-7"))
        },
        |world| {
            world.place(&place(SHOP, "order-7"));
            world.step(redress_core::order::REVERSE_SECONDS_MAX + 1);
            world.refused(SHOP, &reverse("order-7"))
        },
        |world| {
            let refunded = Some(Fen::new(1));
            world.place(&Place { refunded, ..place(SHOP, "order-7") });
            world.refused(SHOP, &reverse("order-7"))
        },
        |world| {
            let mut order =
                world.place(&Place { outcome: Outcome::Unpaid, ..place(SHOP, "order-7") });
            order.state = TradeState::Closed;
            world.overwrite(&order);
            world.refused(SHOP, &reverse("order-7"))
        },
        |world| {
            *world = crate::reverse::short();
            world.refused(SHOP, &reverse("1217752501201407033233368018"))
        },
        |world| {
            let code = shown(world, false);
            world.call(SHOP, &codepay("number1", &code, 1)).expect("a payment");
            let code = shown(world, false);
            world.refused(SHOP, &codepay("number1", &code, 1))
        },
        |world| {
            let code = shown(world, false);
            world.call(SHOP, &codepay("number1", &code, 1)).expect("a payment");
            world.call(SHOP, &reverse("number1")).expect("a reverse");
            let code = shown(world, false);
            world.refused(SHOP, &codepay("number1", &code, 1))
        },
        |world| {
            let code = shown(world, false);
            world.step(60);
            world.refused(SHOP, &codepay("number1", &code, 1))
        },
        |world| {
            let code = shown(world, false);
            world.call(SHOP, &codepay("number1", &code, 1)).expect("a payment");
            world.refused(SHOP, &codepay("number2", &code, 1))
        },
        |world| {
            world.call(SHOP, &native("order-7")).expect("an order");
            let other = pay::Native { amount: total(2), ..native("order-7") };
            world.refused(SHOP, &other)
        },
        |world| {
            world.call(SHOP, &native("order-7")).expect("an order");
            world.call(SHOP, &close("order-7")).expect("a close");
            world.refused(SHOP, &native("order-7"))
        },
        |world| {
            let time_expire = Some(world.now());
            let native = pay::Native { time_expire, ..native("order-7") };
            world.call(SHOP, &native).expect("an order");
            world.step(60);
            world.refused(SHOP, &native)
        },
        |world| world.refused(SHOP, &jsapi("order-7", "o_nobody")),
        |world| {
            let (openid, appid) = (Some("o_other".to_owned()), "wx0".parse().ok());
            world.run(&Introduce { openid, appid, abnormal: None }).expect("a payer");
            world.refused(SHOP, &jsapi("order-7", "o_other"))
        },
        |world| {
            let mut other = partner_jsapi("order-7", Some(500_001));
            other.amount = total(1_000_000);
            world.refused(MALL, &other)
        },
        |world| {
            world.place(&Place { outcome: Outcome::Unpaid, ..place(SHOP, "order-7") });
            world.refused(SHOP, &close("order-7"))
        },
        |world| {
            let trade_type = redress_core::order::TradeType::Native;
            world.place(&Place { trade_type, ..place(SHOP, "order-7") });
            world.refused(SHOP, &close("order-7"))
        },
    ];
    ways.extend(refunds::of_refunds());
    ways.extend(of_cancelled_subsidies());
    ways.extend(refunds::of_subsidies());
    ways
}

fn of_cancelled_subsidies() -> Vec<Way> {
    vec![
        |world| {
            let mut other = subsidy_cancel();
            other.sub_mchid = mchid(SPONSOR);
            world.refused(MALL, &other)
        },
        |world| {
            let mut other = subsidy_cancel();
            other.transaction_id = transaction("42");
            world.refused(MALL, &other)
        },
        |world| {
            let transaction_id = Some(transaction("42"));
            world.place(&Place { transaction_id, subsidy_amount: None, ..subsidised("stall-2") });
            let mut other = subsidy_cancel();
            other.transaction_id = transaction("42");
            world.refused(MALL, &other)
        },
        |world| {
            let transaction_id = Some(transaction("42"));
            world.place(&Place { transaction_id, refunded: None, ..subsidised("stall-2") });
            let mut other = subsidy_cancel();
            other.transaction_id = transaction("42");
            world.refused(MALL, &other)
        },
        |world| {
            let mut order = world.order(MALL, "stall-1");
            order.sharing_started = true;
            world.overwrite(&order);
            world.refused(MALL, &subsidy_cancel())
        },
        |world| {
            *world = crate::subsidies::paid();
            world.refused(MALL, &subsidy_cancel())
        },
        |world| {
            statement::available(world.now(), "2015-05-20".parse().expect("a day"))
                .expect_err("refused")
        },
        |world| statement::available(world.now(), Day::of(world.now())).expect_err("refused"),
        |_| refusal::STATEMENT_NONE.plain(),
        |world| {
            let mall = world.get(MALL).expect("a merchant");
            statement::may_see(&mall, Some(&mchid(SHOP))).expect_err("refused")
        },
        |world| {
            ticket(world).check(&mchid(SHOP), world.now().plus_seconds(300)).expect_err("refused")
        },
        |world| {
            ticket(world).check(&mchid(MALL), world.now().plus_seconds(299)).expect_err("refused")
        },
    ]
}

/// The right of a shop to download its file.
fn ticket(world: &World) -> Ticket {
    let (day, purse) = (Day::of(world.now()), statement::Purse::Basic);
    Ticket::issue(mchid(SHOP), statement::Wanted::Funds { day, purse }, world.now())
}

#[test]
fn every_line_is_reached() {
    let mut ways = ways();
    ways.extend(crate::sharing::ways::ways());
    assert_eq!(ways.len(), refusal::ALL.len());
    for (way, entry) in ways.into_iter().zip(refusal::ALL) {
        let mut world = World::set();
        assert_eq!(way(&mut world), entry.plain());
        let report = world.audit();
        assert!(report.is_clean(), "{}: {report:?}", entry.plain());
    }
}

/// The code is one that the endpoint says it may answer with.
#[test]
fn codes_are_those_that_the_endpoints_name() {
    let endpoints = redress_api::endpoints();
    for entry in refusal::ALL {
        let refusal = entry.plain();
        let known = endpoints.iter().any(|endpoint| endpoint.answers(refusal.code));
        assert!(known, "{refusal}");
        assert!(refusal.message.chars().count() <= 256);
        assert!(refusal.number > 0);
    }
}

/// Who may call what: the page's 支持商户 line, and nobody else.
#[test]
fn who_may_call() {
    let mut world = World::set();
    let out_bill_no = create().out_bill_no;
    let not_supported = refusal::NOT_SUPPORTED.plain();
    for other in [SPONSOR, SHOP, MALL, STALL] {
        assert_eq!(world.refused(other, &create()), not_supported);
        let query = Query { out_bill_no: out_bill_no.clone() };
        assert_eq!(world.refused(other, &query), not_supported);
        let cancel = Cancel { out_bill_no: out_bill_no.clone() };
        assert_eq!(world.refused(other, &cancel), not_supported);
        let by_id = QueryById { bill_id: "1".parse().expect("a bill's number") };
        assert_eq!(world.refused(other, &by_id), not_supported);
    }
    for other in [PLATFORM, SPONSOR, MALL, STALL, STRANGER] {
        let mut request = reverse("order-7");
        request.mchid = mchid(other);
        assert_eq!(world.refused(other, &request), not_supported);
        let (out_trade_no, mchid) = (request.out_trade_no, request.mchid);
        let request = pay::Query { out_trade_no: out_trade_no.clone(), mchid: mchid.clone() };
        assert_eq!(world.refused(other, &request), not_supported);
        let request = pay::Close { out_trade_no, mchid: mchid.clone() };
        assert_eq!(world.refused(other, &request), not_supported);
        let request = pay::QueryById { transaction_id: transaction(PAID), mchid };
        assert_eq!(world.refused(other, &request), not_supported);
    }
    for other in [PLATFORM, SPONSOR, SHOP, STALL] {
        assert_eq!(world.refused(other, &subsidy_cancel()), not_supported);
    }
    let unknown = refusal::CALLER_UNKNOWN.plain();
    assert_eq!(world.refused("1", &subsidy_cancel()), unknown);
    assert_eq!(world.refused("1", &reverse("order-7")), unknown);
}

/// What is there before what is allowed: an answer to a repetition does not depend on today's
/// relations.
#[test]
fn a_repeated_create_is_answered_even_if_the_sponsor_is_gone() {
    let mut world = World::set();
    let first = world.created(&create());
    let mut platform: redress_core::merchant::Merchant = world.get(PLATFORM).unwrap();
    platform.sponsors = BTreeSet::new();
    world.overwrite(&platform);
    assert_eq!(world.created(&create()), first);
}
