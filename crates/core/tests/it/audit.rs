//! The audit is silent over good worlds and notices each kind of tampering.

use redress_api::Fen;
use redress_api::compensation::BillState;
use redress_core::audit::Report;
use redress_core::chart;
use redress_core::compensation::{Answer, Bill, Step};
use redress_core::ledger::{Limit, Phase, Reason};
use redress_core::merchant::Merchant;
use redress_core::order::{Order, Outcome, Place, TradeState, TradeType};
use redress_core::row::Row;
use redress_core::{Job, Transfer, TransferId};

use crate::scene::{
    MALL, PLATFORM, SHOP, SPONSOR, close, mchid, numbered, of_stall, partner_reverse, place,
    reverse, subsidy_cancel,
};
use crate::world::World;

mod chains;
mod numbers;
mod refunds;

const BALANCED: &str = "the debits of all accounts equal their credits";
const NOT_OVERDRAWN: &str = "no merchant's account pays out more than came in";
const AS_KEPT: &str = "each kept balance is the sum of its transfers";
const HOLDS: &str = "each hold is resolved at most once, by a transfer that fits it";
const CHAIN: &str = "the hash chain over all transfers is unbroken";
const ROWS: &str = "each row can be read and is what its state says";
const BOOKS: &str = "each order, bill and what comes of them has moved and holds what its state says, \
     and nothing else has moved";
const SUMS: &str = "the parts of each order add up over everything that came of it";
const IDENTITY: &str = "each provider's number names one thing, and leads to it";
const PENDING: &str = "each thing that time moves on has the job that does it";

/// A bill in each state, and an order in most.
fn world() -> World {
    let mut world = World::set();
    for number in ["success", "cancelled", "refused", "waiting", "canceling"] {
        world.created(&numbered(number));
    }
    world.settle();
    world.answered("success", Answer::Confirm);
    world.answered("refused", Answer::Refuse);
    world.cancelled("cancelled");
    world.settle();
    world.cancelled("canceling");
    let mut poor = numbered("closed");
    poor.amount = Fen::new(i64::MAX);
    world.created(&poor);
    world.created(&numbered("accepted"));

    world.place(&place(SHOP, "paid-order"));
    world.place(&Place { outcome: Outcome::Unpaid, ..place(SHOP, "open-order") });
    world.place(&place(SHOP, "reversed"));
    world.call(SHOP, &reverse("reversed")).expect("a reverse");
    world.place(&Place { outcome: Outcome::Failed, ..place(SHOP, "failed") });
    world.call(SHOP, &reverse("failed")).expect("a reverse");
    let (trade_type, outcome) = (TradeType::Jsapi, Outcome::Unpaid);
    world.place(&Place { trade_type, outcome, ..place(SHOP, "closed") });
    world.call(SHOP, &close("closed")).expect("a close");
    world.place(&of_stall("stall-reversed"));
    world.call(MALL, &partner_reverse("stall-reversed")).expect("a reverse");
    world.call(MALL, &subsidy_cancel()).expect("a cancel");
    world.step(60);
    world
}

fn broken(report: &Report) -> Vec<&str> {
    let broken = report.checks.iter().filter(|check| check.broken > 0);
    broken
        .map(|check| {
            assert_eq!(check.violations.len() as u64, check.broken.min(20));
            assert!(check.broken <= check.examined);
            check.invariant.as_str()
        })
        .collect()
}

/// The tampering breaks exactly these invariants.
fn breaks(invariants: &[&str], tamper: impl FnOnce(&mut World)) {
    let mut world = world();
    tamper(&mut world);
    let report = world.audit();
    assert!(!report.is_clean());
    assert_eq!(broken(&report), invariants);
}

/// The tampering breaks at least this invariant.
fn breaks_also(invariant: &str, tamper: impl FnOnce(&mut World)) {
    let mut world = world();
    tamper(&mut world);
    let report = world.audit();
    assert!(broken(&report).contains(&invariant), "{report:#?}");
}

fn bill(world: &mut World, number: &str, change: impl FnOnce(&mut Bill)) {
    let mut bill = world.kept_bill(number);
    change(&mut bill);
    world.overwrite(&bill);
}

fn order(world: &mut World, number: &str, change: impl FnOnce(&mut Order)) {
    let mut order = world.order(SHOP, number);
    change(&mut order);
    world.overwrite(&order);
}

/// Where the first transfer of this kind stands.
fn position(world: &World, wanted: impl Fn(&Transfer) -> bool) -> usize {
    let found = world.transfers.iter().position(|(transfer, _)| wanted(transfer));
    found.expect("such a transfer")
}

#[test]
fn good_worlds_are_clean() {
    World::default().assert_clean();
    World::set().assert_clean();
    let world = world();
    world.assert_clean();
    let report = world.audit();
    let invariants: Vec<&str> = report.checks.iter().map(|c| c.invariant.as_str()).collect();
    assert_eq!(
        invariants,
        [BALANCED, NOT_OVERDRAWN, AS_KEPT, HOLDS, CHAIN, ROWS, BOOKS, SUMS, IDENTITY, PENDING]
    );
    for check in &report.checks {
        assert!(check.examined > 0, "{}", check.invariant);
    }
    let printed = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&printed).unwrap(), report);
    world.restarted().assert_clean();
}

#[test]
fn a_changed_transfer() {
    for change in [
        |transfer: &mut Transfer| transfer.amount = Fen::new(transfer.amount.get() + 1),
        |transfer: &mut Transfer| transfer.credit = chart::payer("nobody"),
        |transfer: &mut Transfer| {
            transfer.reason =
                if transfer.reason == Reason::TopUp { Reason::Refund } else { Reason::TopUp }
        },
        |transfer: &mut Transfer| transfer.reference.push('0'),
        |transfer: &mut Transfer| transfer.at = transfer.at.plus_seconds(1),
        |transfer: &mut Transfer| transfer.id = TransferId::new(7),
    ] {
        let count = world().transfers.len();
        for at in 0..count {
            breaks_also(CHAIN, |world| {
                change(&mut world.transfers[at].0);
            });
        }
    }
}

/// Even if every link is made again: the kept balances and the bills tell.
#[test]
fn a_changed_transfer_under_a_chain_made_anew() {
    for at in 0..world().transfers.len() {
        let mut world = world();
        let amount = &mut world.transfers[at].0.amount;
        *amount = Fen::new(amount.get() + 1);
        let world = relinked(world);
        let report = world.audit();
        let broken = broken(&report);
        assert!(!broken.contains(&CHAIN));
        assert!(broken.contains(&AS_KEPT), "{broken:?}");
    }
}

fn relinked(mut world: World) -> World {
    let mut link = redress_core::ledger::Link::default();
    for (transfer, kept) in &mut world.transfers {
        link = redress_core::ledger::link(&link, transfer);
        *kept = link;
    }
    world
}

#[test]
fn a_removed_transfer() {
    let count = world().transfers.len();
    for at in 0..count {
        breaks_also(AS_KEPT, |world| {
            world.transfers.remove(at);
        });
    }
    for at in 0..count - 1 {
        breaks_also(CHAIN, |world| {
            world.transfers.remove(at);
        });
    }
}

#[test]
fn swapped_transfers_and_links() {
    breaks_also(CHAIN, |world| world.transfers.swap(0, 1));
    breaks(&[CHAIN], |world| world.transfers[3].1[0] ^= 1);
    breaks(&[CHAIN], |world| world.transfers.last_mut().unwrap().1[31] ^= 128);
}

#[test]
fn a_transfer_slipped_in() {
    breaks_also(CHAIN, |world| {
        let copy = world.transfers[0].clone();
        world.transfers.push(copy);
    });
    // With a fitting link, a fitting balance, and no bill or order that it belongs to.
    for reason in [Reason::Compensation, Reason::Payment, Reason::Refund, Reason::Reversal] {
        breaks(&[BOOKS], |world| {
            let (top_up, _) = world.transfers[0].clone();
            let id = TransferId::new(7);
            let extra = Transfer { id, reason, reference: "extra".to_owned(), ..top_up };
            let account = world.accounts.get_mut(&extra.credit).unwrap();
            account.credits.posted = account.credits.posted.plus(extra.amount).unwrap();
            world.transfers.push((extra, Default::default()));
            *world = relinked(std::mem::take(world));
        });
    }
}

#[test]
fn a_wrong_balance() {
    let available = chart::available(&mchid(SPONSOR));
    for change in [
        |account: &mut redress_core::Account| account.credits.posted = Fen::new(1_000_000),
        |account: &mut redress_core::Account| account.debits.pending = Fen::ZERO,
        |account: &mut redress_core::Account| account.limit = Limit::Unlimited,
    ] {
        breaks(&[AS_KEPT], |world| change(world.accounts.get_mut(&available).unwrap()));
    }
    breaks(&[AS_KEPT], |world| drop(world.accounts.remove(&available)));
    breaks(&[AS_KEPT], |world| {
        let id = chart::available(&mchid("1"));
        let mut account = redress_core::Account::open(id.clone(), chart::limit(&id));
        account.credits.posted = Fen::new(1);
        world.accounts.insert(id, account);
    });
}

#[test]
fn an_overdrawn_account() {
    breaks_also(NOT_OVERDRAWN, |world| {
        let at = position(world, |transfer| transfer.reason == Reason::TopUp);
        world.transfers.remove(at);
        *world = relinked(std::mem::take(world));
    });
}

#[test]
fn a_hold_resolved_twice_or_by_a_stranger() {
    breaks_also(HOLDS, |world| {
        let at = position(world, |transfer| transfer.phase.resolves().is_some());
        let (mut again, link) = world.transfers[at].clone();
        again.id = TransferId::new(7);
        world.transfers.push((again, link));
        *world = relinked(std::mem::take(world));
    });
    breaks_also(HOLDS, |world| {
        let at = position(world, |transfer| transfer.phase.resolves().is_some());
        world.transfers[at].0.phase = Phase::Void(TransferId::new(7));
        *world = relinked(std::mem::take(world));
    });
    breaks_also(HOLDS, |world| {
        let at = position(world, |transfer| transfer.phase.resolves().is_some());
        world.transfers[at].0.reference.push('0');
        *world = relinked(std::mem::take(world));
    });
    breaks_also(HOLDS, |world| {
        let at = position(world, |transfer| transfer.phase == Phase::Pending);
        let copy = world.transfers[at].clone();
        world.transfers.push(copy);
    });
}

/// A post that becomes a void, and the other way round: the bill tells.
#[test]
fn a_hold_resolved_the_wrong_way() {
    for at in 0..world().transfers.len() {
        let mut world = world();
        let phase = &mut world.transfers[at].0.phase;
        *phase = match *phase {
            Phase::Post(of) => Phase::Void(of),
            Phase::Void(of) => Phase::Post(of),
            Phase::Posted | Phase::Pending => continue,
        };
        let report = relinked(world).audit();
        assert_eq!(broken(&report), [AS_KEPT, BOOKS]);
    }
}

#[test]
fn a_bill_in_the_wrong_state() {
    // The fields say otherwise.
    for (number, state) in [
        ("success", BillState::Accepted),
        ("waiting", BillState::Success),
        ("waiting", BillState::Canceling),
        ("canceling", BillState::WaitUserConfirm),
        ("cancelled", BillState::Success),
        ("refused", BillState::Accepted),
    ] {
        breaks_also(ROWS, |world| bill(world, number, |bill| bill.state = state));
    }
    // The fields fit, the money does not.
    breaks(&[BOOKS], |world| {
        bill(world, "waiting", |bill| {
            bill.state = BillState::Success;
            bill.success_time = Some(bill.accept_time);
        });
    });
    breaks(&[BOOKS], |world| {
        bill(world, "canceling", |bill| bill.state = BillState::Cancelled);
    });
    breaks_also(BOOKS, |world| {
        bill(world, "cancelled", |bill| bill.state = BillState::Canceling);
    });
    breaks(&[BOOKS], |world| {
        bill(world, "refused", |bill| {
            bill.close = None;
            bill.state = BillState::Success;
            bill.success_time = Some(bill.accept_time);
        });
    });
    // Accepted or waiting, the money is the same; the job is not.
    breaks(&[PENDING], |world| bill(world, "waiting", |bill| bill.state = BillState::Accepted));
}

#[test]
fn a_bill_of_another_amount_hold_payer_sponsor_or_number() {
    breaks(&[BOOKS], |world| {
        bill(world, "waiting", |bill| bill.content.amount = Fen::new(1));
    });
    breaks(&[BOOKS], |world| bill(world, "success", |bill| bill.payer.push('x')));
    breaks(&[BOOKS], |world| {
        bill(world, "success", |bill| bill.content.sponsor_mchid = mchid(PLATFORM));
    });
    // Its own hold belongs to nobody then.
    breaks(&[BOOKS], |world| {
        let other = world.kept_bill("success").hold;
        bill(world, "waiting", |bill| bill.hold = other);
    });
    breaks(&[BOOKS], |world| {
        bill(world, "waiting", |bill| bill.hold = Some(TransferId::new(7)));
    });
    breaks(&[BOOKS, IDENTITY], |world| {
        let other = world.kept_bill("success").bill_id;
        bill(world, "waiting", |bill| bill.bill_id = other);
    });
}

#[test]
fn a_bill_without_a_hold() {
    // A row that cannot be right counts for nothing: its number leads to nothing.
    breaks(&[ROWS, BOOKS, IDENTITY], |world| {
        bill(world, "waiting", |bill| bill.hold = None);
    });
    breaks(&[BOOKS], |world| bill(world, "refused", |bill| bill.hold = None));
}

#[test]
fn a_hold_without_a_bill() {
    for number in ["success", "cancelled", "refused", "waiting", "canceling", "accepted"] {
        breaks(&[BOOKS, IDENTITY], |world| {
            drop(world.rows.remove(&format!("bill {PLATFORM}/{number}")));
        });
    }
}

#[test]
fn a_missing_job() {
    for number in ["waiting", "canceling", "accepted"] {
        breaks(&[PENDING], |world| {
            world.jobs.retain(|_, (_, job)| match job {
                Job::Bill { out_bill_no, .. } => out_bill_no.as_str() != number,
                Job::MerchantBill { .. }
                | Job::Order { .. }
                | Job::Combined { .. }
                | Job::Refund { .. }
                | Job::Share { .. }
                | Job::ShareReturn { .. }
                | Job::Notify { .. } => true,
            });
        });
    }
    // A job that does nothing for its state does not count.
    for (number, wrong) in [
        ("waiting", Step::Process),
        ("waiting", Step::FinishCancel),
        ("canceling", Step::Expire),
        ("accepted", Step::Expire),
    ] {
        breaks(&[PENDING], |world| {
            for (_, job) in world.jobs.values_mut() {
                if let Job::Bill { out_bill_no, step, .. } = job
                    && out_bill_no.as_str() == number
                {
                    *step = wrong;
                }
            }
        });
    }
    breaks(&[PENDING], |world| world.jobs.clear());
}

#[test]
fn an_order_in_the_wrong_state() {
    // The fields say otherwise.
    for (number, state) in [
        ("paid-order", TradeState::Revoked),
        ("paid-order", TradeState::Refund),
        ("paid-order", TradeState::NotPay),
        ("open-order", TradeState::Success),
        ("reversed", TradeState::Success),
        ("failed", TradeState::PayError),
        ("closed", TradeState::Success),
        ("closed", TradeState::UserPaying),
    ] {
        breaks_also(ROWS, |world| order(world, number, |order| order.state = state));
    }
    // The fields fit, the money does not.
    breaks(&[BOOKS], |world| {
        order(world, "paid-order", |order| {
            order.state = TradeState::Revoked;
            order.revoke_time = order.success_time;
        });
    });
    breaks(&[BOOKS], |world| {
        order(world, "reversed", |order| {
            order.state = TradeState::Success;
            order.revoke_time = None;
        });
    });
    breaks(&[SUMS], |world| {
        order(world, "paid-order", |order| {
            order.state = TradeState::Refund;
            order.refunded = Fen::new(1);
            order.refunds = 1;
        });
    });
    breaks(&[BOOKS], |world| {
        order(world, "paid-order", |order| order.amount = Fen::new(9_999));
    });
    breaks(&[BOOKS], |world| {
        order(world, "paid-order", |order| order.payer = Some("x".to_owned()))
    });
    breaks(&[BOOKS], |world| order(world, "paid-order", |order| order.profit_sharing = true));
}

#[test]
fn rows_that_cannot_be_read_or_are_someone_elses() {
    let key = format!("{} {PLATFORM}", Merchant::KIND);
    breaks(&[ROWS], |world| world.rows.get_mut(&key).unwrap().2.truncate(20));
    breaks(&[ROWS], |world| {
        let row = world.rows[&key].clone();
        world.rows.insert(format!("{} 1", Merchant::KIND), row);
    });
    breaks(&[ROWS], |world| {
        world.rows.insert("coupon 1".to_owned(), (1, String::new(), "{}".to_owned()));
    });
    breaks(&[ROWS], |world| {
        let clock = world.rows.get_mut("clock business").unwrap();
        clock.2 = r#"{"offset_seconds":-1}"#.to_owned();
    });
    breaks(&[ROWS], |world| {
        let mut platform: Merchant = world.get(PLATFORM).unwrap();
        platform.sponsors.insert(mchid(PLATFORM));
        world.overwrite(&platform);
    });
}

#[test]
fn many_violations_are_counted_and_the_first_are_spelled_out() {
    let mut world = World::set();
    world.top_up(SPONSOR, 1_000_000);
    for number in 0..30 {
        world.created(&numbered(&format!("b{number}")));
    }
    world.jobs.clear();
    let report = world.audit();
    assert_eq!(broken(&report), [PENDING]);
    let check = report.checks.last().unwrap();
    // The subsidised order waits for its 180 days.
    assert_eq!((check.broken, check.violations.len()), (31, 20));
}
