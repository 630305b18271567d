//! What the audit notices about refunds and subsidies.

use redress_api::Fen;
use redress_api::refund::Status;
use redress_core::refund::Refund;
use redress_core::subsidy::{Payment, Return};
use redress_core::{Job, TransferId};

use super::{BOOKS, IDENTITY, PENDING, ROWS, SUMS, broken};
use crate::refunds::{abnormal, create, kept, settle, shop};
use crate::scene::{MALL, SHOP, SUBSIDISED};
use crate::subsidies::{give_back, paid};
use crate::world::World;

/// Refunds of each kind, but those that are closed.
fn refunds() -> World {
    let mut world = shop();
    world.call(SHOP, &create("success", 10)).expect("a refund");
    settle(&mut world);
    world.call(SHOP, &create("abnormal", 20)).expect("a refund");
    abnormal(&mut world, true);
    settle(&mut world);
    abnormal(&mut world, false);
    world.call(SHOP, &create("processing", 30)).expect("a refund");
    world.assert_clean();
    world
}

fn breaks(mut world: World, invariants: &[&str], tamper: impl FnOnce(&mut World)) {
    tamper(&mut world);
    assert_eq!(broken(&world.audit()), invariants);
}

fn refund(world: &mut World, number: &str, change: impl FnOnce(&mut Refund)) {
    let mut refund = kept(world, SHOP, number);
    change(&mut refund);
    world.overwrite(&refund);
}

#[test]
fn a_refund_that_is_not_what_it_says() {
    breaks(refunds(), &[BOOKS], |world| {
        refund(world, "success", |refund| {
            refund.status = Status::Abnormal;
            refund.success_time = None;
        });
    });
    breaks(refunds(), &[BOOKS, SUMS], |world| {
        refund(world, "abnormal", |refund| refund.status = Status::Closed);
    });
    breaks(refunds(), &[PENDING], |world| {
        refund(world, "abnormal", |refund| refund.status = Status::Processing);
    });
    breaks(refunds(), &[ROWS, BOOKS, SUMS, IDENTITY], |world| {
        refund(world, "processing", |refund| refund.status = Status::Success);
    });
    breaks(refunds(), &[BOOKS, SUMS], |world| {
        refund(world, "processing", |refund| {
            refund.content.amount = Fen::new(31);
            refund.taken[0].amount = Fen::new(31);
        });
    });
    breaks(refunds(), &[BOOKS], |world| {
        refund(world, "processing", |refund| refund.payer = "x".to_owned());
    });
    breaks(refunds(), &[BOOKS], |world| {
        refund(world, "processing", |refund| refund.taken[0].hold = Some(TransferId::new(7)));
    });
    breaks(refunds(), &[BOOKS, SUMS, IDENTITY], |world| {
        world.rows.remove(&format!("refund {SHOP}/processing")).expect("a refund");
    });
    breaks(refunds(), &[PENDING], |world| {
        world.jobs.retain(|_, (_, job)| !matches!(job, Job::Refund { .. }));
    });
    breaks(refunds(), &[SUMS], |world| {
        let mut order = world.order(SHOP, crate::refunds::ORDER);
        order.refunds = 4;
        world.overwrite(&order);
    });
}

#[test]
fn a_subsidy_that_is_not_what_it_says() {
    let id = format!("{MALL}/{SUBSIDISED}");
    let with_return = || {
        let mut world = paid();
        world.call(MALL, &give_back("return-1", 100)).expect("a return");
        world.assert_clean();
        world
    };
    breaks(with_return(), &[BOOKS], |world| {
        let mut payment: Payment = world.get(&id).expect("a subsidy");
        payment.amount = Fen::new(501);
        world.overwrite(&payment);
    });
    breaks(with_return(), &[SUMS], |world| {
        let mut payment: Payment = world.get(&id).expect("a subsidy");
        payment.returned = Fen::new(99);
        world.overwrite(&payment);
    });
    breaks(with_return(), &[BOOKS, SUMS, IDENTITY], |world| {
        world.rows.remove(&format!("subsidy {id}")).expect("a subsidy");
    });
    breaks(with_return(), &[BOOKS, SUMS, IDENTITY], |world| {
        world.rows.remove(&format!("subsidy_return {MALL}/return-1")).expect("a return");
    });
    breaks(with_return(), &[BOOKS, SUMS], |world| {
        let mut given: Return = world.get(&format!("{MALL}/return-1")).expect("a return");
        given.content.amount = Fen::new(101);
        world.overwrite(&given);
    });
    breaks(with_return(), &[SUMS], |world| {
        crate::subsidies::change(world, |order| order.unsplit = Fen::new(1));
    });
}
