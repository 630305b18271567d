//! The audit notices what is wrong with shares, returns and what orders say of them.

use redress_api::Fen;
use redress_api::sharing::{ReturnResult, ShareStatus};
use redress_core::order::Order;
use redress_core::row::Row;
use redress_core::sharing::{Share, ShareReturn};

use super::{FRIEND, back, finish, kept, order, set, share};
use crate::scene::{MALL, SHOP};
use crate::world::World;

/// A share that is done, one that is not, the same of returns, and a finish.
fn world() -> World {
    let mut world = set();
    world.call(MALL, &share("done", &[(MALL, 1_000), (SHOP, 500)])).expect("a share");
    world.settle();
    world.call(MALL, &back("back", "done", MALL, 100)).expect("a return");
    world.settle();
    world.call(MALL, &share("waits", &[(SHOP, 200), (FRIEND, 1)])).expect("a share");
    world.call(MALL, &back("backing", "done", SHOP, 50)).expect("a return");
    world.call(MALL, &finish("end")).expect("a finish");
    world.assert_clean();
    world
}

fn breaks(what: &str, tamper: impl FnOnce(&mut World)) {
    let mut world = world();
    tamper(&mut world);
    assert!(!world.audit().is_clean(), "{what} is not noticed");
}

fn changed<R: Row>(world: &mut World, mut row: R, change: impl FnOnce(&mut R)) {
    change(&mut row);
    world.overwrite(&row);
}

fn on_share(what: &str, number: &str, change: impl FnOnce(&mut Share)) {
    breaks(what, |world| {
        let share = kept(world, number);
        changed(world, share, change);
    });
}

fn on_return(what: &str, number: &str, change: impl FnOnce(&mut ShareReturn)) {
    breaks(what, |world| {
        let back: ShareReturn = world.get(&format!("{MALL}/{number}")).expect("a return");
        changed(world, back, change);
    });
}

fn on_order(what: &str, change: impl FnOnce(&mut Order)) {
    breaks(what, |world| {
        let order = order(world);
        changed(world, order, change);
    });
}

#[test]
fn tampered_shares() {
    on_share("a state", "waits", |share| share.status = ShareStatus::Finished);
    on_share("a state and its time", "waits", |share| {
        share.status = ShareStatus::Finished;
        share.finish_time = Some(share.accept_time);
    });
    on_share("a part", "done", |share| share.content.receivers[0].amount = Fen::new(999));
    on_share("a receiver", "done", |share| {
        share.content.receivers[0].account = FRIEND.parse().expect("an account");
    });
    on_share("a hold", "waits", |share| share.parts[0].hold = share.parts[1].hold);
    on_share("what came back", "done", |share| share.parts[0].returned = Fen::new(99));
    on_share("a number", "done", |share| share.order_id = "1".parse().expect("a number"));
    on_share("a finish that is a share", "end", |share| share.content.description = None);
}

#[test]
fn tampered_returns() {
    on_return("a state", "backing", |back| back.result = ReturnResult::Success);
    on_return("a failure", "backing", |back| back.result = ReturnResult::Failed);
    on_return("an amount", "back", |back| back.amount = Fen::new(101));
    on_return("where it went", "back", |back| back.to_frozen = false);
    on_return("who gave it", "back", |back| back.return_mchid = SHOP.parse().expect("a number"));
    on_return("a number", "back", |back| back.return_no = "1".to_owned());
}

#[test]
fn tampered_orders() {
    on_order("what was shared", |order| order.shared = Fen::new(1));
    on_order("how often", |order| order.shares = 1);
    on_order("what was set free", |order| order.unfrozen = Fen::ZERO);
    on_order("what is left", |order| {
        order.sharing_finished = false;
        order.unsplit = Fen::new(1);
    });
}

#[test]
fn what_is_gone() {
    for key in
        ["share {}/done", "share {}/waits", "share_return {}/back", "share_return {}/backing"]
    {
        breaks(key, |world| drop(world.rows.remove(&key.replace("{}", MALL)).expect("a row")));
    }
    breaks("jobs", |world| {
        world.jobs.retain(|_, (_, job)| !matches!(job, redress_core::Job::Share { .. }));
    });
    breaks("jobs", |world| {
        world.jobs.retain(|_, (_, job)| !matches!(job, redress_core::Job::ShareReturn { .. }));
    });
}
