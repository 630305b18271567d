//! Where the provider's numbers of orders and bills lead.

use redress_core::compensation::BillNumber;
use redress_core::order::{Place, Transaction};

use super::{IDENTITY, ORDER_MONEY, breaks, order};
use crate::scene::{PAID, PLATFORM, SHOP, STRANGER, create, mchid, place, transaction};
use crate::world::World;

#[test]
fn an_order_or_its_number_that_is_gone_or_leads_elsewhere() {
    breaks(&[ORDER_MONEY, IDENTITY], |world| {
        drop(world.rows.remove(&format!("order {SHOP}/paid-order")));
    });
    breaks(&[IDENTITY], |world| drop(world.rows.remove(&format!("transaction {PAID}"))));
    breaks(&[IDENTITY], |world| {
        let number = world.order(SHOP, "paid-order").transaction_id.unwrap();
        let mut transaction: Transaction = world.get(number.as_str()).unwrap();
        transaction.out_trade_no = "open-order".parse().unwrap();
        world.overwrite(&transaction);
    });
    breaks(&[ORDER_MONEY, IDENTITY], |world| {
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

fn number(world: &mut World, of: &str, change: impl FnOnce(&mut BillNumber)) {
    let bill_id = world.kept_bill(of).bill_id;
    let mut number: BillNumber = world.get(bill_id.as_str()).expect("a bill's number");
    change(&mut number);
    world.overwrite(&number);
}

#[test]
fn a_number_of_a_bill_that_is_gone_or_leads_elsewhere() {
    for of in ["success", "cancelled", "refused", "waiting", "canceling", "closed", "accepted"] {
        breaks(&[IDENTITY], |world| {
            let bill_id = world.kept_bill(of).bill_id;
            assert!(world.rows.remove(&format!("bill_number {bill_id}")).is_some());
        });
        breaks(&[IDENTITY], |world| {
            number(world, of, |number| number.out_bill_no = "unknown".parse().unwrap());
        });
        breaks(&[IDENTITY], |world| {
            number(world, of, |number| number.sp_mchid = mchid(STRANGER));
        });
    }
    breaks(&[IDENTITY], |world| {
        number(world, "success", |number| number.out_bill_no = "waiting".parse().unwrap());
    });
    // A second number for the same bill.
    breaks(&[IDENTITY], |world| {
        number(world, "success", |number| number.bill_id = "42".parse().unwrap());
    });
    // Without a hold, the bill leaves no trace but its number.
    breaks(&[IDENTITY], |world| {
        assert!(world.rows.remove(&format!("bill {PLATFORM}/closed")).is_some());
    });
}
