//! What commands say beforehand that they will look at.

use redress_api::compensation::{Cancel, Query};
use redress_api::{pay, refund};
use redress_core::{Call, Command as _, Operation};

use crate::compensation::NUMBER;
use crate::scene::{PLATFORM, SHOP, create, mchid};
use crate::world::World;

/// Runs it, and compares what it said with what it looked at.
fn looks_at_what_it_says<E: Operation + Clone>(world: &mut World, caller: &str, request: &E) {
    let call = Call { caller: mchid(caller), request: request.clone() };
    let said = call.looks_at();
    assert!(said.len() > 1, "{} says no more than who calls", E::PATH);
    // What is not there is looked for all the same.
    let _ = world.run(&call);
    for key in said {
        assert!(world.looked.contains(&key), "{} did not look at {key:?}", E::PATH);
    }
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
