//! Who may refund which order, and see which refund.

use redress_api::refund::{Create, Query, ecommerce};
use redress_core::{Refusal, refusal};

use super::{ORDER, apply, create, of_mall, query, shop, stall};
use crate::scene::{MALL, SHOP, STALL, STRANGER, mchid, of_stall, place, transaction};
use crate::world::World;

/// The numbers of two merchants have nothing to do with each other; nor has one page's refund a
/// number on the other.
#[test]
fn numbers_belong_to_their_merchant() {
    let mut world = shop();
    world.place(&of_stall(ORDER));
    let one = world.call(SHOP, &create("refund-1", 1)).expect("a refund");
    let other = world.call(MALL, &of_mall("refund-1", 2)).expect("a refund");
    assert_ne!(one.refund_id, other.refund_id);
    assert_eq!(world.refused(MALL, &apply("refund-1", 2)), refusal::REFUND_DIFFERS.plain());
    world.assert_clean();
}

#[test]
fn who_asks_for_what() {
    let mut world = stall();
    world.place(&place(SHOP, "order-8"));
    world.place(&place(MALL, "order-9"));
    let unknown = |world: &mut World, caller: &str, request: &Create| -> Refusal {
        world.refused(caller, request)
    };
    let order = refusal::REFUND_ORDER_UNKNOWN.plain();
    assert_eq!(unknown(&mut world, MALL, &create("refund-1", 1)), order, "the stall's order");
    assert_eq!(unknown(&mut world, SHOP, &create("refund-1", 1)), order, "the mall's order");
    let own = Create { out_trade_no: Some("order-9".parse().unwrap()), ..create("refund-9", 1) };
    world.call(MALL, &own).expect("an order of its own");
    let mut request = of_mall("refund-1", 1);
    request.out_trade_no = Some("order-9".parse().unwrap());
    assert_eq!(unknown(&mut world, MALL, &request), order, "not the stall's order");
    request.out_trade_no = None;
    request.transaction_id = Some(transaction("42"));
    assert_eq!(unknown(&mut world, MALL, &request), order);

    let relation = refusal::NO_RELATION.plain();
    assert_eq!(world.refused(STRANGER, &of_mall("refund-1", 1)), relation);
    assert_eq!(world.refused(SHOP, &of_mall("refund-1", 1)), relation);
    assert_eq!(world.refused(STRANGER, &apply("refund-1", 1)), relation);
    let nobody = Create { sub_mchid: Some(mchid("1900099999")), ..create("refund-1", 1) };
    assert_eq!(world.refused(MALL, &nobody), refusal::MERCHANT_UNKNOWN.plain());

    world.call(MALL, &of_mall("refund-1", 1)).expect("a refund");
    let refund = refusal::REFUND_UNKNOWN.plain();
    assert_eq!(world.refused(MALL, &query("refund-1")), refund, "the stall's refund");
    assert_eq!(world.refused(SHOP, &query("refund-1")), refund, "the mall's refund");
    assert_eq!(world.refused(MALL, &query("refund-2")), refund);
    let of_stall = Query { sub_mchid: Some(mchid(STALL)), ..query("refund-1") };
    let found = world.call(MALL, &of_stall).expect("a refund");
    assert_eq!(world.refused(STRANGER, &of_stall), relation);
    let by_id =
        ecommerce::QueryById { refund_id: found.refund_id.clone(), sub_mchid: mchid(STALL) };
    let also = world.call(MALL, &by_id).expect("a refund");
    assert_eq!(also.out_refund_no, found.out_refund_no);
    assert_eq!(world.refused(STRANGER, &by_id), relation);
    world.relate(STRANGER, STALL, redress_core::merchant::Relation::SubMerchant);
    assert_eq!(world.refused(STRANGER, &by_id), refund, "the mall's refund");
    let unknown = ecommerce::QueryById { refund_id: "42".parse().unwrap(), ..by_id };
    assert_eq!(world.refused(MALL, &unknown), refund);

    let not_supported = refusal::NOT_SUPPORTED.plain();
    for other in [SHOP, STALL, crate::scene::PLATFORM] {
        assert_eq!(world.refused(other, &apply("refund-1", 1)), not_supported);
        assert_eq!(world.refused(other, &unknown), not_supported);
    }
    assert_eq!(world.refused(STALL, &create("refund-1", 1)), not_supported);
    assert_eq!(world.refused(STALL, &query("refund-1")), not_supported);
}
