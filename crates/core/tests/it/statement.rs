//! Statements: what they print, and that their sums are the ledger's.

use std::collections::{BTreeMap, BTreeSet};

use redress_api::{Day, Fen};
use redress_core::chart;
use redress_core::order::{Outcome, Place};
use redress_core::statement::{Funds, Purse, Trades, Which};

use crate::scene::{PAYER, SHOP, mchid, place};
use crate::world::World;

/// The number in a field of yuan.
fn fen(field: &str) -> i64 {
    let (yuan, rest) = field.trim_start_matches('`').split_once('.').expect("two decimals");
    assert_eq!(rest.len(), 2, "{field}");
    format!("{yuan}{rest}").parse().expect("digits")
}

/// That the movements of all days, of every merchant in the ledger, add up to what lies there.
pub(crate) fn check(world: &World) {
    let days: BTreeSet<Day> = world.transfers.iter().map(|(one, _)| Day::of(one.at)).collect();
    let merchants: BTreeSet<&str> =
        world.accounts.keys().filter_map(|id| id.as_str().split(':').nth(1)).collect();
    for merchant in merchants {
        let merchant = mchid(merchant);
        for purse in [Purse::Basic, Purse::Operation] {
            let accounts = match purse {
                Purse::Basic => vec![chart::available(&merchant), chart::frozen(&merchant)],
                Purse::Operation => vec![chart::operation(&merchant)],
            };
            let kept = accounts.iter().filter_map(|id| world.accounts.get(id));
            let kept: i64 = kept.map(|account| account.balance().expect("a sum").get()).sum();
            let (mut balance, mut sum) = (0, 0);
            for day in &days {
                let mut funds = Funds::new(&merchant, purse, *day);
                assert_eq!(funds.accounts(), accounts);
                for (transfer, _) in &world.transfers {
                    funds.transfer(transfer).expect("no overflow");
                }
                let Some(text) = funds.finish(&BTreeMap::new()).expect("no overflow") else {
                    continue;
                };
                let lines: Vec<Vec<&str>> =
                    text.lines().map(|line| line.split(',').collect()).collect();
                let [.., last, _, sums] = lines.as_slice() else { panic!("{text}") };
                balance = fen(last[7]);
                sum += fen(sums[2]) - fen(sums[4]);
                assert_eq!(sum, balance, "{merchant} on {day}: {text}");
            }
            assert_eq!(balance, kept, "{merchant} {purse:?}");
        }
    }
}

#[test]
fn trades_are_printed_as_the_page_has_them() {
    let mut world = World::set();
    let mut order = world.place(&place(SHOP, "order-7"));
    order.description = "茶,two`cups\nof it".to_owned();
    order.attach = Some("a,b".to_owned());
    let unpaid = world.place(&Place { outcome: Outcome::Unpaid, ..place(SHOP, "order-8") });
    let day = Day::of(world.now());
    let print = |which, day| {
        let mut trades = Trades::new(day, which);
        trades.order(&order);
        trades.order(&unpaid);
        trades.finish().expect("no overflow")
    };
    let text = print(Which::All, day).expect("a payment");
    let lines: Vec<&str> = text.lines().collect();
    let id = order.transaction_id.as_ref().expect("it is paid");
    let at = world.now().in_statements();
    assert_eq!(
        lines[1],
        format!(
            "`{at},`wxd678efh567hg6787,`{SHOP},`0,`,`{id},`order-7,`{PAYER},`MICROPAY,`SUCCESS,`OTHERS,`CNY,`100.00,`0.00,`0,`0,`0.00,`0.00,`,`,`茶 two cups of it,`a b,`0.00000,`0.00%,`100.00,`0.00,`"
        )
    );
    assert_eq!(lines.len(), 4, "what nobody paid is in no statement");
    let columns = |line: &str| line.split(',').count();
    assert_eq!([columns(lines[0]), columns(lines[1])], [27, 27]);
    let payments = print(Which::Payments, day).expect("a payment");
    assert!(payments.lines().take(2).all(|line| columns(line) == 20), "{payments}");
    assert_eq!(print(Which::Refunds, day), None);
    assert_eq!(print(Which::All, day.next()), None);
    assert_eq!(Fen::new(10_000).to_string(), "100.00");
}
