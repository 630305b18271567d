//! What commands say beforehand that they will look at.

use redress_api::compensation::{Cancel, Query};
use redress_api::{Supported, pay, refund};
use redress_core::merchant::Merchant;
use redress_core::notice::{Outcome, Record};
use redress_core::{Admit, Call, Command, Find, Operation, clock};

use crate::compensation::NUMBER;
use crate::scene::{PLATFORM, SHOP, create, mchid};
use crate::world::World;

/// Runs it, and compares what it said with what it looked at. Says how much that was.
fn said<C: Command>(world: &mut World, command: &C) -> usize {
    let said = command.looks_at();
    // What is not there is looked for all the same.
    let _ = world.run(command);
    for key in &said {
        assert!(world.looked.contains(key), "it did not look at {key:?}");
    }
    said.len()
}

fn looks_at_what_it_says<E: Operation + Clone>(world: &mut World, caller: &str, request: &E) {
    let call = Call { caller: mchid(caller), request: request.clone() };
    assert!(said(world, &call) > 1, "{} says no more than who calls", E::PATH);
}

/// What jobs say is compared whenever one is done.
#[test]
fn of_what_the_server_looks_up() {
    let mut world = World::set();
    let caller = mchid(PLATFORM);
    assert_eq!(said(&mut world, &Find::<Merchant>::new(PLATFORM)), 1);
    assert_eq!(said(&mut world, &Find::<Merchant>::new("none")), 1);
    assert_eq!(said(&mut world, &Admit { caller, supported: Supported::All }), 1);
    assert_eq!(said(&mut world, &clock::Read), 1);
    assert_eq!(said(&mut world, &clock::Step { seconds: 1 }), 1);
    let outcome = Outcome::TimedOut;
    assert_eq!(said(&mut world, &Record { id: "none".to_owned(), outcome }), 1);
}

#[test]
fn of_compensations() {
    let mut world = World::set();
    looks_at_what_it_says(&mut world, PLATFORM, &create());
    let out_bill_no = NUMBER.parse().expect("a number");
    looks_at_what_it_says(&mut world, PLATFORM, &Query { out_bill_no });
    let out_bill_no = NUMBER.parse().expect("a number");
    looks_at_what_it_says(&mut world, PLATFORM, &Cancel { out_bill_no });
}

#[test]
fn of_orders_and_refunds() {
    let mut world = World::set();
    let mchid = mchid(SHOP);
    let out_trade_no = || "plfk2020042013".parse().expect("a number");
    let query = pay::Query { out_trade_no: out_trade_no(), mchid: mchid.clone() };
    looks_at_what_it_says(&mut world, SHOP, &query);
    let close = pay::Close { out_trade_no: out_trade_no(), mchid };
    looks_at_what_it_says(&mut world, SHOP, &close);
    let out_refund_no = "plfk2020042013".parse().expect("a number");
    let query = refund::Query { out_refund_no, sub_mchid: None };
    looks_at_what_it_says(&mut world, SHOP, &query);
}
