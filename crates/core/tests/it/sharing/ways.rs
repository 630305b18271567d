//! One way to each of sharing's lines of the table of refusals, in its order.

use redress_api::Fen;
use redress_api::sharing::Amounts;
use redress_core::order::{Place, SETTLE_SECONDS};
use redress_core::{Refusal, order};

use super::{FRIEND, ORDER, add, added, back, finish, last, query, set, share, sold};
use crate::scene::{MALL, PLATFORM, SHOP, STALL, SUBSIDISED, transaction};
use crate::world::World;

/// The answer to a share of another order.
fn of(world: &mut World, place: &Place) -> Refusal {
    add(world, MALL).expect("a receiver");
    world.place(place);
    world.step(SETTLE_SECONDS);
    world.refused(MALL, &share("P1", &[(MALL, 1)]))
}

/// A world with a share that is done.
fn shared(world: &mut World) {
    *world = set();
    world.call(MALL, &share("P1", &[(MALL, 10)])).expect("a share");
    world.settle();
}

pub(crate) fn ways() -> Vec<fn(&mut World) -> Refusal> {
    vec![
        |world| {
            let mut other = share("P1", &[(MALL, 1)]);
            other.appid = Some("wx0".parse().expect("an appid"));
            world.refused(MALL, &other)
        },
        |world| world.refused(MALL, &share("P1", &[(MALL, 1)])),
        |world| of(world, &Place { profit_sharing: false, ..sold("sold-1", ORDER) }),
        |world| {
            let mut reversed = sold("sold-1", ORDER);
            reversed.trade_type = order::TradeType::Micropay;
            world.place(&reversed);
            world.call(MALL, &crate::scene::partner_reverse("sold-1")).expect("a reverse");
            world.refused(MALL, &finish("F1"))
        },
        |world| {
            let refunded = Some(Fen::new(10_000));
            of(world, &Place { refunded, ..sold("sold-1", ORDER) })
        },
        |world| {
            world.place(&sold("sold-1", ORDER));
            world.refused(MALL, &finish("F1"))
        },
        |world| {
            world.step(SETTLE_SECONDS);
            let mut request = finish("F1");
            request.transaction_id = transaction(SUBSIDISED);
            world.refused(MALL, &request)
        },
        |world| {
            *world = set();
            world.call(MALL, &finish("F1")).expect("a finish");
            world.refused(MALL, &share("P1", &[(MALL, 1)]))
        },
        |world| {
            *world = set();
            for number in 0..50 {
                world.call(MALL, &share(&format!("P{number}"), &[(MALL, 1)])).expect("a share");
            }
            world.refused(MALL, &share("P", &[(MALL, 1)]))
        },
        |world| {
            *world = set();
            world.refused(MALL, &share("P1", &[(MALL, 3_001)]))
        },
        |world| {
            *world = set();
            world.refused(MALL, &share("P1", &[(STALL, 10_001)]))
        },
        |world| {
            *world = set();
            world.call(MALL, &finish("F1")).expect("a finish");
            world.refused(MALL, &finish("F2"))
        },
        |world| world.refused(MALL, &added("1")),
        |world| {
            *world = set();
            world.refused(MALL, &share("P1", &[(PLATFORM, 1)]))
        },
        |world| {
            *world = set();
            world.refused(MALL, &share("P1", &[(FRIEND, 1), (FRIEND, 1)]))
        },
        |world| {
            *world = set();
            world.refused(MALL, &last("P1", &[(STALL, 1)]))
        },
        |world| {
            let unknown = world.refused(MALL, &query("P1"));
            let amounts = Amounts { transaction_id: transaction(ORDER) };
            assert_eq!(world.refused(MALL, &amounts), unknown);
            unknown
        },
        |world| {
            world.place(&Place { profit_sharing: false, ..sold("sold-1", ORDER) });
            world.refused(MALL, &Amounts { transaction_id: transaction(ORDER) })
        },
        |world| world.refused(MALL, &back("R1", "P1", MALL, 1)),
        |world| {
            *world = set();
            world.step(24 * 3600);
            world.call(MALL, &share("P1", &[(MALL, 10)])).expect("a share");
            world.settle();
            world.step(180 * 24 * 3600);
            world.refused(MALL, &back("R1", "P1", MALL, 1))
        },
        |world| {
            *world = set();
            world.call(MALL, &share("P1", &[(MALL, 10)])).expect("a share");
            world.refused(MALL, &back("R1", "P1", MALL, 1))
        },
        |world| {
            shared(world);
            world.step(180 * 24 * 3600 + 1);
            let mut request = back("R1", "P1", MALL, 1);
            request.transaction_id = Some(transaction(ORDER));
            world.refused(MALL, &request)
        },
        |world| {
            shared(world);
            world.refused(MALL, &back("R1", "P1", SHOP, 1))
        },
        |world| {
            *world = set();
            world.call(MALL, &share("P1", &[(MALL, 100)])).expect("a share");
            world.settle();
            for number in 0..20 {
                world.call(MALL, &back(&format!("R{number}"), "P1", MALL, 1)).expect("a return");
            }
            world.refused(MALL, &back("R", "P1", MALL, 1))
        },
        |world| {
            shared(world);
            world.refused(MALL, &back("R1", "P1", MALL, 11))
        },
        |world| {
            *world = set();
            world.call(MALL, &share("P1", &[(SHOP, 100)])).expect("a share");
            world.settle();
            let bill = redress_api::compensation::Create {
                sponsor_mchid: crate::scene::mchid(SHOP),
                amount: Fen::new(100),
                ..crate::scene::create()
            };
            world.relate(PLATFORM, SHOP, redress_core::merchant::Relation::Sponsor);
            world.call(PLATFORM, &bill).expect("a bill");
            world.refused(MALL, &back("R1", "P1", SHOP, 1))
        },
    ]
}
