//! The ledger by itself, with random transfers: sums, limits, holds, all or nothing, the chain.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use redress_api::{Fen, Timestamp};
use redress_core::ledger::{AccountId, LedgerError, Limit, Link, Phase, Reason, apply, link};
use redress_core::{Account, Transfer, TransferId, chart};

fn accounts() -> [AccountId; 5] {
    let mchid = |text: &str| text.parse().expect("a merchant");
    [
        chart::bank(),
        chart::payer("someone"),
        chart::available(&mchid("1900001108")),
        chart::available(&mchid("1900001109")),
        chart::frozen(&mchid("1900001109")),
    ]
}

fn open(id: &AccountId) -> Account {
    Account::open(id.clone(), chart::limit(id))
}

fn transfer(
    number: u128,
    debit: &AccountId,
    credit: &AccountId,
    fen: i64,
    phase: Phase,
) -> Transfer {
    Transfer {
        id: TransferId::new(number),
        debit: debit.clone(),
        credit: credit.clone(),
        amount: Fen::new(fen),
        reason: Reason::Compensation,
        phase,
        reference: "r".to_owned(),
        at: Timestamp::from_unix(1_432_099_775),
    }
}

/// What a random step tries.
#[derive(Clone, Debug)]
enum Try {
    Move { debit: usize, credit: usize, fen: i64, hold: bool },
    Resolve { hold: prop::sample::Index, post: bool, fen: Option<i64> },
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let fen = || prop_oneof![8 => 1_i64..1_000, 1 => -5_i64..1, 1 => Just(i64::MAX)];
    let one = prop_oneof![
        3 => (0_usize..5, 0_usize..5, fen(), any::<bool>())
            .prop_map(|(debit, credit, fen, hold)| Try::Move { debit, credit, fen, hold }),
        2 => (any::<prop::sample::Index>(), any::<bool>(), prop::option::weighted(0.1, fen()))
            .prop_map(|(hold, post, fen)| Try::Resolve { hold, post, fen }),
    ];
    prop::collection::vec(one, 0..60)
}

/// A ledger that applies what it can and keeps what it applied.
#[derive(Default)]
struct Book {
    accounts: BTreeMap<AccountId, Account>,
    applied: Vec<Transfer>,
    holds: Vec<Transfer>,
    resolved: BTreeSet<TransferId>,
}

impl Book {
    fn apply(&mut self, transfer: Transfer, hold: Option<&Transfer>) -> Result<(), LedgerError> {
        let mut ends = [&transfer.debit, &transfer.credit]
            .map(|id| self.accounts.get(id).cloned().unwrap_or_else(|| open(id)));
        let before = ends.clone();
        let [debit, credit] = &mut ends;
        let done = apply(debit, credit, &transfer, hold);
        if done.is_err() {
            assert_eq!(ends, before, "a transfer that cannot be has moved something");
            return done;
        }
        for account in ends {
            account.check().expect("an account obeys its limit");
            self.accounts.insert(account.id.clone(), account);
        }
        self.applied.push(transfer);
        Ok(())
    }

    fn step(&mut self, attempt: &Try) {
        let ids = accounts();
        let number = self.applied.len() as u128 + 1;
        match attempt {
            Try::Move { debit, credit, fen, hold } => {
                let phase = if *hold { Phase::Pending } else { Phase::Posted };
                let transfer = transfer(number, &ids[*debit], &ids[*credit], *fen, phase);
                if self.apply(transfer.clone(), None).is_ok() {
                    assert!(*fen > 0 && debit != credit);
                    if *hold {
                        self.holds.push(transfer);
                    }
                }
            }
            Try::Resolve { hold, post, fen } => {
                if self.holds.is_empty() {
                    return;
                }
                let hold = hold.get(&self.holds).clone();
                let phase = if *post { Phase::Post(hold.id) } else { Phase::Void(hold.id) };
                let amount = fen.map_or(hold.amount, Fen::new);
                let id = TransferId::new(number);
                let transfer = Transfer { id, phase, amount, ..hold.clone() };
                if self.resolved.contains(&hold.id) {
                    return;
                }
                if self.apply(transfer, Some(&hold)).is_ok() {
                    assert_eq!(amount, hold.amount);
                    self.resolved.insert(hold.id);
                } else {
                    let fen = i128::from(hold.amount.get());
                    let sums = [self.sums(&hold.debit)[0], self.sums(&hold.credit)[2]];
                    let wraps = *post && sums.iter().any(|sum| sum + fen > i128::from(i64::MAX));
                    assert!(wraps || amount != hold.amount, "an open hold can be resolved");
                }
            }
        }
    }

    /// Posted and pending debits, posted and pending credits, added up by hand.
    fn sums(&self, id: &AccountId) -> [i128; 4] {
        let mut sums = [0; 4];
        for transfer in &self.applied {
            for (side, end) in [(0, &transfer.debit), (2, &transfer.credit)] {
                if end != id {
                    continue;
                }
                let fen = i128::from(transfer.amount.get());
                let (posted, pending) = match transfer.phase {
                    Phase::Posted => (fen, 0),
                    Phase::Pending => (0, fen),
                    Phase::Post(_) => (fen, -fen),
                    Phase::Void(_) => (0, -fen),
                };
                sums[side] += posted;
                sums[side + 1] += pending;
            }
        }
        sums
    }
}

fn kept(account: &Account) -> [i128; 4] {
    let Account { debits, credits, .. } = account;
    [debits.posted, debits.pending, credits.posted, credits.pending]
        .map(|fen| i128::from(fen.get()))
}

proptest! {
    #[test]
    fn kept_sums_are_those_of_the_transfers(tries in tries()) {
        let mut book = Book::default();
        for attempt in &tries {
            book.step(attempt);
        }
        for account in book.accounts.values() {
            if account.limit == Limit::Unlimited {
                prop_assert_eq!(account, &open(&account.id), "not kept");
                continue;
            }
            prop_assert_eq!(kept(account), book.sums(&account.id));
            prop_assert!(account.available().expect("no overflow") >= Fen::ZERO);
            prop_assert!(account.balance() >= account.available());
        }
    }

    /// Each transfer has one amount and two sides.
    #[test]
    fn debits_equal_credits(tries in tries()) {
        let mut book = Book::default();
        for attempt in &tries {
            book.step(attempt);
        }
        let mut total = [0; 4];
        for id in accounts() {
            for (sum, fen) in total.iter_mut().zip(book.sums(&id)) {
                *sum += fen;
            }
        }
        prop_assert_eq!(total[0], total[2]);
        prop_assert_eq!(total[1], total[3]);
    }

    /// A link changes with each field, with the order, and with what is left out.
    #[test]
    fn the_chain_tells_every_change(
        count in 2_usize..12,
        at in any::<prop::sample::Index>(),
        change in 0_usize..9,
    ) {
        let [bank, payer, one, other, _] = accounts();
        let ends = [&bank, &payer, &one, &other];
        let whole: Vec<Transfer> = (0..count)
            .map(|n| transfer(n as u128, ends[n % 2], ends[2 + n % 2], n as i64 + 1, Phase::Posted))
            .collect();
        let mut tampered = whole.clone();
        let at = at.index(count);
        let victim = &mut tampered[at];
        match change {
            0 => victim.id = TransferId::new(99),
            1 => victim.debit = chart::payer("someone else"),
            2 => victim.credit = chart::payer("someone else"),
            3 => victim.amount = Fen::new(victim.amount.get() + 1),
            4 => victim.reason = Reason::TopUp,
            5 => victim.phase = Phase::Pending,
            6 => victim.reference.push('r'),
            7 => victim.at = victim.at.plus_seconds(1),
            _ => tampered.swap(at, (at + 1) % count),
        }
        let links = |transfers: &[Transfer]| {
            let mut links = vec![Link::default()];
            for transfer in transfers {
                let next = link(links.last().expect("a link"), transfer);
                links.push(next);
            }
            links
        };
        let (good, bad) = (links(&whole), links(&tampered));
        prop_assert_ne!(good.last(), bad.last());
        let distinct: BTreeSet<&Link> = good.iter().collect();
        prop_assert_eq!(distinct.len(), count + 1);
    }
}

#[test]
fn what_a_transfer_may_not_be() {
    let [bank, _, one, other, _] = accounts();
    let mut ends = [open(&bank), open(&one)];
    let mut refused = |transfer: &Transfer, hold: Option<&Transfer>| {
        let before = ends.clone();
        let [debit, credit] = &mut ends;
        let error = apply(debit, credit, transfer, hold).expect_err("it is refused");
        assert_eq!(ends, before);
        assert!(matches!(error, LedgerError::Broken(_)), "{error}");
    };
    for fen in [0, -1, i64::MIN] {
        refused(&transfer(1, &bank, &one, fen, Phase::Posted), None);
    }
    refused(&transfer(1, &one, &one, 1, Phase::Posted), None);
    refused(&transfer(1, &one, &bank, 1, Phase::Posted), None);
    refused(&transfer(1, &bank, &other, 1, Phase::Posted), None);
    let hold = transfer(1, &bank, &one, 5, Phase::Pending);
    refused(&transfer(2, &bank, &one, 5, Phase::Posted), Some(&hold));
    refused(&transfer(2, &bank, &one, 5, Phase::Post(hold.id)), None);
    refused(&transfer(2, &bank, &one, 4, Phase::Post(hold.id)), Some(&hold));
    refused(&transfer(2, &bank, &one, 5, Phase::Void(TransferId::new(9))), Some(&hold));
    let no_hold = Transfer { phase: Phase::Posted, ..hold.clone() };
    refused(&transfer(2, &bank, &one, 5, Phase::Post(hold.id)), Some(&no_hold));
    let elsewhere = Transfer { credit: other, ..hold.clone() };
    refused(&transfer(2, &bank, &one, 5, Phase::Post(hold.id)), Some(&elsewhere));
    // The hold fits, and was never applied: nothing is pending.
    refused(&transfer(2, &bank, &one, 5, Phase::Post(hold.id)), Some(&hold));
}

#[test]
fn an_account_spends_what_it_has_and_no_fen_more() {
    let [bank, payer, one, ..] = accounts();
    let [mut bank, mut payer, mut one] = [open(&bank), open(&payer), open(&one)];
    let put = transfer(1, &bank.id, &one.id, 100, Phase::Posted);
    apply(&mut bank, &mut one, &put, None).unwrap();
    let hold = transfer(2, &one.id, &payer.id, 60, Phase::Pending);
    apply(&mut one, &mut payer, &hold, None).unwrap();
    assert_eq!((one.available(), one.balance()), (Some(Fen::new(40)), Some(Fen::new(100))));
    let much = transfer(3, &one.id, &payer.id, 41, Phase::Posted);
    let error = apply(&mut one, &mut payer, &much, None).unwrap_err();
    let account = one.id.clone();
    let (available, amount) = (Fen::new(40), Fen::new(41));
    assert_eq!(error, LedgerError::NotEnough { account, available, amount });
    let rest = transfer(3, &one.id, &payer.id, 40, Phase::Posted);
    apply(&mut one, &mut payer, &rest, None).unwrap();
    let post = transfer(4, &one.id, &payer.id, 60, Phase::Post(hold.id));
    apply(&mut one, &mut payer, &post, Some(&hold)).unwrap();
    assert_eq!((one.available(), one.balance()), (Some(Fen::ZERO), Some(Fen::ZERO)));
    assert_eq!(payer, open(&payer.id), "the balance of an unlimited account is not kept");
    assert!(apply(&mut one, &mut payer, &post, Some(&hold)).is_err(), "nothing is pending");
}

#[test]
fn a_sum_that_would_wrap_is_refused() {
    let [bank, _, one, ..] = accounts();
    let [mut bank, mut one] = [open(&bank), open(&one)];
    let most = transfer(1, &bank.id, &one.id, i64::MAX, Phase::Posted);
    apply(&mut bank, &mut one, &most, None).unwrap();
    let one_more = transfer(2, &bank.id, &one.id, 1, Phase::Posted);
    let before = one.clone();
    assert!(matches!(apply(&mut bank, &mut one, &one_more, None), Err(LedgerError::Broken(_))));
    assert_eq!(one, before);
}

#[test]
fn limits_follow_from_names() {
    let [bank, payer, available, _, frozen] = accounts();
    assert_eq!([&bank, &payer].map(chart::limit), [Limit::Unlimited; 2]);
    assert_eq!([&available, &frozen].map(chart::limit), [Limit::DebitsWithinCredits; 2]);
    assert_eq!(available.as_str(), "merchant:1900001108:available");
    assert_eq!(frozen.as_str(), "merchant:1900001109:frozen");
    assert_eq!((bank.as_str(), payer.as_str()), ("bank", "payer:someone"));
}

/// The chain is over the printed fields: this text must never change.
#[test]
fn a_transfer_prints_as_ever() {
    let [bank, _, one, ..] = accounts();
    let posted = transfer(255, &bank, &one, 10_000, Phase::Posted);
    assert_eq!(
        serde_json::to_string(&posted).unwrap(),
        r#"{"id":"000000000000000000000000000000ff","debit":"bank","credit":"merchant:1900001108:available","amount":10000,"reason":"compensation","phase":"posted","reference":"r","at":"2015-05-20T13:29:35+08:00"}"#
    );
    let void = transfer(u128::MAX, &bank, &one, 1, Phase::Void(TransferId::new(1)));
    let printed = serde_json::to_string(&void).unwrap();
    assert!(printed.contains(r#""phase":"void","of":"00000000000000000000000000000001""#));
    assert_eq!(serde_json::from_str::<Transfer>(&printed).unwrap(), void);
    assert!(serde_json::from_str::<TransferId>("\"xyz\"").is_err());
    let hex = |link: Link| link.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hex(link(&Link::default(), &posted)), LINK);
}

/// SHA-256 over 32 zero bytes and the text above, made with another program.
const LINK: &str = "b68e2830dab34cb9eddfab40c12b8018462e3bf4d829f82041396f1c6a632f41";
