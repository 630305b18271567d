//! Where the provider's numbers of orders and bills lead.

use redress_core::compensation::Bill;
use redress_core::number::Number;
use redress_core::order::{Order, Place};
use redress_core::row::Row;

use super::{BOOKS, IDENTITY, breaks, order};
use crate::scene::{PAID, PLATFORM, SHOP, STRANGER, create, place, transaction};
use crate::world::World;

#[test]
fn an_order_or_its_number_that_is_gone_or_leads_elsewhere() {
    breaks(&[BOOKS, IDENTITY], |world| {
        drop(world.rows.remove(&format!("order {SHOP}/paid-order")));
    });
    breaks(&[IDENTITY], |world| drop(world.rows.remove(&format!("number order/{PAID}"))));
    breaks(&[IDENTITY], |world| {
        let number = world.order(SHOP, "paid-order").transaction_id.unwrap();
        let id = Number::row_id(Order::KIND, number.as_str());
        let mut number: Number = world.get(&id).unwrap();
        number.leads_to = format!("{SHOP}/open-order");
        world.overwrite(&number);
    });
    breaks(&[BOOKS, IDENTITY], |world| {
        order(world, "paid-order", |order| order.transaction_id = Some(transaction(PAID)));
    });
}

/// An order may have the number of a bill: the two are never looked up in the same place.
#[test]
fn a_bill_and_an_order_may_share_a_number() {
    let mut world = World::set();
    let bill_id = world.created(&create()).bill_id;
    let transaction_id = Some(transaction(bill_id.as_str()));
    world.place(&Place { transaction_id, ..place(SHOP, "order-7") });
    world.assert_clean();
}

fn number(world: &mut World, of: &str, change: impl FnOnce(&mut Number)) {
    let bill_id = world.kept_bill(of).bill_id;
    let id = Number::row_id(Bill::KIND, bill_id.as_str());
    let mut number: Number = world.get(&id).expect("a bill's number");
    change(&mut number);
    world.overwrite(&number);
}

#[test]
fn a_number_of_a_bill_that_is_gone_or_leads_elsewhere() {
    for of in ["success", "cancelled", "refused", "waiting", "canceling", "closed", "accepted"] {
        breaks(&[IDENTITY], |world| {
            let bill_id = world.kept_bill(of).bill_id;
            assert!(world.rows.remove(&format!("number bill/{bill_id}")).is_some());
        });
        breaks(&[IDENTITY], |world| {
            number(world, of, |number| number.leads_to = format!("{PLATFORM}/unknown"));
        });
        breaks(&[IDENTITY], |world| {
            number(world, of, |number| number.leads_to = format!("{STRANGER}/{of}"));
        });
    }
    breaks(&[IDENTITY], |world| {
        number(world, "success", |number| number.leads_to = format!("{PLATFORM}/waiting"));
    });
    // A second number for the same bill.
    breaks(&[IDENTITY], |world| {
        number(world, "success", |number| number.number = "42".to_owned());
    });
    // Without a hold, the bill leaves no trace but its number.
    breaks(&[IDENTITY], |world| {
        assert!(world.rows.remove(&format!("bill {PLATFORM}/closed")).is_some());
    });
}
