//! What is to be done at once is done in the same change, and ends as it would have one by one.

use redress_api::Fen;
use redress_api::compensation::{BillState, Cancel};
use redress_core::command::Stop;
use redress_core::compensation::Answer;
use redress_core::context::Context;
use redress_core::merchant::Confirmation;
use redress_core::{Command, Job, chart};

use crate::compensation::NUMBER;
use crate::merchant_bill;
use crate::scene::{PLATFORM, SPONSOR, create, mchid};
use crate::world::{Failure, World};

/// The same world twice: one does what is due job by job, the other at once.
fn both(make: impl Fn() -> World) -> [World; 2] {
    [false, true].map(|at_once| {
        let mut world = make();
        world.at_once = at_once;
        world
    })
}

/// Both have come to the same, but for numbers and for how often rows were written.
fn assert_same(worlds: &[World; 2]) {
    let [one_by_one, at_once] = worlds;
    let money = |world: &World| world.accounts.clone();
    assert_eq!(money(one_by_one), money(at_once));
    let moved = |world: &World| -> Vec<_> {
        let transfers = world.transfers.iter().map(|(it, _)| it);
        transfers.map(|it| (it.debit.clone(), it.credit.clone(), it.amount, it.reason)).collect()
    };
    assert_eq!(moved(one_by_one), moved(at_once));
    let jobs = |world: &World| -> Vec<_> { world.jobs.values().cloned().collect() };
    assert_eq!(jobs(one_by_one), jobs(at_once));
    worlds.iter().for_each(World::assert_clean);
}

#[test]
fn a_bill_is_put_before_its_payer_in_the_change_that_creates_it() {
    let mut worlds = both(World::set);
    for world in &mut worlds {
        let created = world.created(&create());
        assert_eq!(created.state, BillState::Accepted, "the answer is the same");
        if world.at_once {
            let puts = &world.wrote.puts;
            assert!(puts.values().all(|put| put.replaces == 0), "each row is written once");
            assert!(world.due().is_empty());
        }
        world.settle();
        assert_eq!(world.state(NUMBER), BillState::WaitUserConfirm);
    }
    assert_same(&worlds);
}

#[test]
fn a_bill_that_needs_no_payer_is_paid_in_the_change_that_creates_it() {
    let mut worlds = both(|| {
        let mut world = World::set();
        world.configure(Confirmation::None);
        world
    });
    for world in &mut worlds {
        world.created(&create());
        // It is held and paid in one.
        assert_eq!(world.wrote.transfers.len(), if world.at_once { 2 } else { 1 });
        world.settle();
        assert_eq!(world.state(NUMBER), BillState::Success);
    }
    assert_same(&worlds);
}

#[test]
fn a_cancelled_bill_has_its_money_back_in_the_same_change() {
    let mut worlds = both(|| {
        let mut world = World::set();
        world.created(&create());
        world.settle();
        world
    });
    for world in &mut worlds {
        let cancelled = world.cancelled(NUMBER);
        assert_eq!(cancelled.state, BillState::Canceling, "the answer is the same");
        world.settle();
        assert_eq!(world.state(NUMBER), BillState::Cancelled);
    }
    assert_same(&worlds);
}

#[test]
fn a_sub_merchant_is_paid_in_the_same_change_or_not_at_all() {
    let mut worlds = both(merchant_bill::set);
    for world in &mut worlds {
        world.compensated(&merchant_bill::compensation());
        world.settle();
    }
    assert_same(&worlds);
}

#[test]
fn what_is_not_due_yet_and_what_the_server_does_is_left_to_jobs() {
    let mut world = World::set();
    world.at_once = true;
    world.created(&create());
    world.answered(NUMBER, Answer::Confirm);
    let left: Vec<_> = world.jobs.values().map(|(_, job)| job).collect();
    assert!(!left.is_empty());
    assert!(left.iter().any(|job| matches!(job, Job::Bill { .. })), "it would expire");
    assert!(world.due().iter().all(|number| !world.jobs[number].1.is_for_a_rule()));
}

/// Schedules a job for a bill that does not exist.
struct Careless;

impl Command for Careless {
    type Outcome = ();

    fn decide(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        let step = redress_core::compensation::Step::Process;
        let out_bill_no = NUMBER.parse().expect("a number");
        cx.schedule(cx.now(), Job::Bill { sp_mchid: mchid(PLATFORM), out_bill_no, step });
        Ok(())
    }
}

#[test]
fn a_job_that_cannot_be_done_breaks_the_whole_change() {
    let mut world = World::set();
    world.at_once = true;
    let failed = world.run(&Careless);
    assert!(matches!(failed, Err(Failure::Broken(_))), "{failed:?}");
    // By itself it is scheduled, and waits until it can be done.
    world.at_once = false;
    assert_eq!(world.run(&Careless), Ok(()));
    assert_eq!(world.due().len(), 1);
}

#[test]
fn a_refusal_stays_one() {
    let mut worlds = both(World::set);
    let [first, second] = worlds.each_mut().map(|world| {
        let out_bill_no = NUMBER.parse().expect("a number");
        world.call(PLATFORM, &Cancel { out_bill_no }).expect_err("there is no such bill")
    });
    assert_eq!(first, second);
    assert_same(&worlds);
    let mut poor = create();
    poor.amount = Fen::new(100_001);
    for world in &mut worlds {
        world.created(&poor);
        assert_eq!(world.state(NUMBER), BillState::Closed);
        assert_eq!(world.accounts[&chart::available(&mchid(SPONSOR))].credits.pending, Fen::ZERO);
    }
    assert_same(&worlds);
}
