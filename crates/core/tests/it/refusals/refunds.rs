//! One way to each refusal of refunds and subsidies, in the order of the table.

use redress_api::Fen;
use redress_api::Open;
use redress_api::refund::ecommerce::RefundAccount;
use redress_api::refund::{Account, Query, Source};
use redress_core::order::Place;
use redress_core::refund::{REFUND_SECONDS_MAX, REFUNDS_MAX};
use redress_core::subsidy::AGAIN_SECONDS_MAX;

use super::Way;
use crate::refunds::{ORDER, apply, astray, create, of_mall, part, shop, stall};
use crate::scene::{MALL, SHOP, mchid, reverse, subsidised, subsidy_cancel, transaction};
use crate::subsidies::{self, give_back, paid, settled};

/// Before the subsidies.
pub(super) fn of_refunds() -> Vec<Way> {
    vec![
        |world| {
            let mut request = create("refund-1", 1);
            request.sub_mchid = Some(mchid("1900099999"));
            world.refused(MALL, &request)
        },
        |world| world.refused(SHOP, &create("refund-1", 1)),
        |world| {
            let out_refund_no = "refund-1".parse().expect("a number");
            world.refused(SHOP, &Query { out_refund_no, sub_mchid: None })
        },
        |world| {
            *world = shop();
            world.call(SHOP, &create("refund-1", 1)).expect("a refund");
            world.refused(SHOP, &create("refund-1", 2))
        },
        |world| {
            *world = shop();
            world.call(SHOP, &reverse(ORDER)).expect("a reverse");
            world.refused(SHOP, &create("refund-1", 1))
        },
        |world| {
            *world = shop();
            let mut request = create("refund-1", 1);
            request.amount.total = Fen::new(9_999);
            world.refused(SHOP, &request)
        },
        |world| {
            *world = shop();
            world.step(REFUND_SECONDS_MAX + 1);
            world.settle();
            world.refused(SHOP, &create("refund-1", 1))
        },
        |world| {
            *world = shop();
            let mut request = create("refund-1", 10_001);
            request.amount.total = Fen::new(10_000);
            world.refused(SHOP, &request)
        },
        |world| {
            *world = shop();
            for number in 0..REFUNDS_MAX {
                world.call(SHOP, &create(&format!("{number}"), 1)).expect("a refund");
            }
            world.refused(SHOP, &create("refund-1", 1))
        },
        |world| {
            *world = shop();
            let mut request = create("refund-1", 1);
            request.amount.from = Some(vec![part(Account::Available, 1)]);
            world.refused(SHOP, &request)
        },
        |world| {
            *world = shop();
            let mut request = create("refund-1", 1);
            request.funds_account = Some(Open::Known(Source::Unsettled));
            world.refused(SHOP, &request)
        },
        |world| {
            *world = astray();
            world.refused(SHOP, &create("refund-2", 1))
        },
        |world| {
            *world = stall();
            world.step(181 * 24 * 3600);
            world.settle();
            let mut request = of_mall("refund-1", 1);
            request.amount.from = Some(vec![part(Account::Unavailable, 1)]);
            world.refused(MALL, &request)
        },
        |world| {
            *world = stall();
            let mut request = of_mall("refund-1", 1);
            request.amount.from = Some(vec![part(Account::Available, 1)]);
            world.refused(MALL, &request)
        },
        |world| {
            *world = stall();
            let mut request = apply("refund-1", 1);
            request.refund_account = Some(Open::Known(RefundAccount::PartnerAdvance));
            world.refused(MALL, &request)
        },
    ]
}

/// Behind the cancel of subsidies.
pub(super) fn of_subsidies() -> Vec<Way> {
    vec![
        |world| {
            let transaction_id = Some(transaction("42"));
            world.place(&Place { transaction_id, subsidy_amount: None, ..subsidised("stall-2") });
            let mut request = subsidies::create(500);
            request.transaction_id = transaction("42");
            world.refused(MALL, &request)
        },
        |world| world.refused(MALL, &subsidies::create(500)),
        |world| {
            *world = settled();
            subsidies::change(world, |order| order.sharing_started = true);
            world.refused(MALL, &subsidies::create(500))
        },
        |world| {
            world.call(MALL, &subsidy_cancel()).expect("a cancel");
            world.refused(MALL, &subsidies::create(500))
        },
        |world| {
            *world = settled();
            world.refused(MALL, &subsidies::create(501))
        },
        |world| {
            let transaction_id = Some(transaction("42"));
            world.place(&Place { transaction_id, refunded: None, ..subsidised("stall-2") });
            world.step(60);
            let mut request = subsidies::create(499);
            request.transaction_id = transaction("42");
            world.refused(MALL, &request)
        },
        |world| {
            *world = paid();
            world.refused(MALL, &subsidies::create(499))
        },
        |world| {
            *world = paid();
            world.step(AGAIN_SECONDS_MAX + 1);
            world.settle();
            world.refused(MALL, &subsidies::create(500))
        },
        |world| {
            world.step(60);
            world.refused(MALL, &subsidies::create(500))
        },
        |world| {
            *world = settled();
            let mut request = subsidies::create(500);
            request.refund_id = Some("42".parse().expect("a number"));
            world.refused(MALL, &request)
        },
        |world| world.refused(MALL, &give_back("return-1", 1)),
        |world| {
            let transaction_id = Some(transaction("42"));
            *world = settled();
            world.place(&Place { transaction_id, refunded: None, ..subsidised("stall-2") });
            world.step(60);
            let mut request = subsidies::create(500);
            request.transaction_id = transaction("42");
            world.call(MALL, &request).expect("a subsidy");
            let mut request = give_back("return-1", 1);
            request.transaction_id = transaction("42");
            world.refused(MALL, &request)
        },
        |world| {
            *world = paid();
            let mut request = give_back("return-1", 1);
            request.subsidy_id = Some("42".parse().expect("a number"));
            world.refused(MALL, &request)
        },
        |world| {
            *world = paid();
            let refund = world
                .transfers
                .iter()
                .find(|(transfer, _)| transfer.reason == redress_core::ledger::Reason::Refund);
            let refund_id = refund.expect("a refund").0.reference.parse().expect("a number");
            let mut request = give_back("return-1", 1);
            request.refund_id = Some(refund_id);
            world.call(MALL, &request).expect("a return");
            request.out_order_no = "return-2".parse().expect("a number");
            world.refused(MALL, &request)
        },
        |world| {
            *world = paid();
            world.refused(MALL, &give_back("return-1", 501))
        },
        |world| {
            *world = paid();
            let mut request = give_back("return-1", 1);
            request.from = Some(vec![part(Account::Available, 1)]);
            world.refused(MALL, &request)
        },
    ]
}
