//! Random shares, returns and finishes against a model, over a world that is stopped and started.
//!
//! `REDRESS_SIMULATION_SEED` chooses another run; a failure prints it.

use std::collections::{BTreeMap, BTreeSet};

use redress_api::Fen;
use redress_api::sharing::Amounts;
use redress_core::order::{Place, SETTLE_SECONDS};
use redress_core::refusal::{self, Entry};
use redress_core::{Call, Job, Operation, chart};

use super::{added, back, deleted, finish, has, share, sold};
use crate::random::{Random, Run};
use crate::scene::{MALL, SHOP, SPONSOR, STALL, mchid, transaction};
use crate::world::{Failure, World};

const ACCOUNTS: [&str; 6] = [MALL, SHOP, SPONSOR, STALL, "o_one", "o_two"];
const DAY: i64 = 24 * 3600;

struct Sold {
    amount: i64,
    paid: i64,
    left: i64,
    shared: i64,
    shares: u32,
    refunded: i64,
    refunds: u32,
    finished: bool,
}

struct Shared {
    order: String,
    parts: Vec<(&'static str, i64)>,
    /// What of each part was taken back, and how often.
    back: Vec<(i64, u32)>,
    last: bool,
    at: i64,
    done: bool,
}

struct Back {
    share: String,
    from: &'static str,
    amount: i64,
    to_left: bool,
    done: bool,
}

#[derive(Default)]
struct Model {
    orders: BTreeMap<String, Sold>,
    shares: BTreeMap<String, Shared>,
    finishes: BTreeMap<String, String>,
    backs: BTreeMap<String, Back>,
    listed: BTreeSet<&'static str>,
    has: BTreeMap<&'static str, i64>,
}

impl Model {
    /// Why a share is refused, if it is.
    fn refuses(&self, id: &str, parts: &[(&str, i64)], last: bool, now: i64) -> Option<Entry> {
        let order = match self.open(id, now) {
            Ok(order) => order,
            Err(entry) => return Some(entry),
        };
        if order.finished {
            return Some(refusal::SHARE_FINISHED);
        }
        if order.refunded == order.amount {
            return Some(refusal::SHARE_REFUNDED);
        }
        let distinct: BTreeSet<&str> = parts.iter().map(|(account, _)| *account).collect();
        if distinct.len() < parts.len() {
            return Some(refusal::RECEIVER_TWICE);
        }
        for (account, _) in parts {
            if *account == STALL {
                if last {
                    return Some(refusal::RECEIVER_FINISHES);
                }
            } else if !self.listed.contains(account) {
                return Some(refusal::RECEIVER_NOT_LISTED);
            }
        }
        let others: i64 = parts.iter().filter(|part| part.0 != STALL).map(|part| part.1).sum();
        let total: i64 = parts.iter().map(|part| part.1).sum();
        if order.shares == 50 {
            Some(refusal::SHARE_TOO_OFTEN)
        } else if (order.shared + others) * 10 > order.amount * 3 {
            Some(refusal::SHARE_OVER_RATIO)
        } else if total > order.left {
            Some(refusal::SHARE_NOT_ENOUGH)
        } else {
            None
        }
    }

    fn open(&self, id: &str, now: i64) -> Result<&Sold, Entry> {
        let order = self.orders.get(id).ok_or(refusal::SHARE_ORDER_UNKNOWN)?;
        if now - order.paid < SETTLE_SECONDS { Err(refusal::SHARE_NOT_SETTLED) } else { Ok(order) }
    }

    fn free(&mut self, id: &str) {
        let order = self.orders.get_mut(id).expect("an order");
        order.finished = true;
        *self.has.entry(STALL).or_default() += std::mem::take(&mut order.left);
    }

    /// Why a return is refused, if it is; else the part that it takes from.
    fn takes_back(&self, number: &str, from: &str, fen: i64, now: i64) -> Result<usize, Entry> {
        let finish = self.finishes.get(number);
        let order = self.shares.get(number).map(|share| &share.order).or(finish);
        let order = order.ok_or(refusal::RETURN_OF_NOTHING)?;
        if now - self.orders[order].paid > 180 * DAY {
            return Err(refusal::RETURN_NEEDS_ORDER);
        }
        let share = self.shares.get(number).ok_or(refusal::RETURN_NO_RECEIVER)?;
        let part = share.parts.iter().position(|part| part.0 == from && from != STALL);
        let part = part.ok_or(refusal::RETURN_NO_RECEIVER)?;
        if !share.done {
            return Err(refusal::RETURN_TOO_EARLY);
        }
        if now - share.at > 180 * DAY {
            return Err(refusal::RETURN_TOO_LATE);
        }
        let (returned, times) = share.back[part];
        if times == 20 {
            Err(refusal::RETURN_TOO_OFTEN)
        } else if returned + fen > share.parts[part].1 {
            Err(refusal::RETURN_TOO_MUCH)
        } else if self.has.get(from).copied().unwrap_or_default() < fen {
            Err(refusal::RETURN_NOT_ENOUGH)
        } else {
            Ok(part)
        }
    }

    fn job(&mut self, job: &Job) {
        match job {
            Job::Share { out_order_no, .. } => {
                let Some(share) = self.shares.get_mut(out_order_no.as_str()) else { return };
                if !std::mem::replace(&mut share.done, true) {
                    for (account, fen) in &share.parts {
                        *self.has.entry(account).or_default() += fen;
                    }
                }
            }
            Job::ShareReturn { out_return_no, .. } => {
                let back = self.backs.get_mut(out_return_no.as_str()).expect("a return");
                if std::mem::replace(&mut back.done, true) {
                    return;
                }
                let id = self.shares[&back.share].order.clone();
                let order = self.orders.get_mut(&id).expect("an order");
                order.shared -= back.amount;
                if back.to_left {
                    order.left += back.amount;
                    if order.finished {
                        self.free(&id);
                    }
                } else {
                    *self.has.entry(STALL).or_default() += back.amount;
                }
            }
            Job::Order { out_trade_no, .. } => {
                let number = out_trade_no.as_str().strip_prefix("order-").map(str::to_owned);
                if let Some(id) = number.filter(|id| !self.orders[id].finished) {
                    self.free(&id);
                }
            }
            Job::Bill { .. }
            | Job::Combined { .. }
            | Job::MerchantBill { .. }
            | Job::Refund { .. }
            | Job::Notify { .. } => {}
        }
    }
}

struct Life {
    random: Random,
    world: World,
    model: Model,
    /// How often what was asked was done, and refused by which words.
    done: u64,
    refused: BTreeSet<String>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut world = World::set();
        world.step(200 * DAY);
        world.settle();
        // The order of the scene is free by then.
        let has = [MALL, SHOP, SPONSOR, STALL].map(|of| (of, super::available(&world, of)));
        let model = Model { has: has.into(), ..Model::default() };
        Self { random: Random(seed), world, model, done: 0, refused: BTreeSet::new() }
    }

    fn now(&self) -> i64 {
        self.world.now().unix()
    }

    fn id(&mut self) -> String {
        let count = self.model.orders.len() as u64;
        (9_000 + self.random.below(count + 1)).to_string()
    }

    fn number(&mut self, of: &str) -> String {
        format!("{of}{}", self.random.below(100))
    }

    /// Asks, and compares the answer with what the model says. Whether it was done.
    fn ask<E: Operation + Clone>(&mut self, request: &E, expected: Option<Entry>) -> bool {
        let call = Call { caller: mchid(MALL), request: request.clone() };
        match (self.world.run(&call), expected) {
            (Ok(_), None) => {
                self.done += 1;
                true
            }
            (Err(Failure::Refused(refusal)), Some(entry)) => {
                assert_eq!(refusal, entry.plain());
                self.refused.insert(refusal.message.into_owned());
                false
            }
            (Ok(_), Some(entry)) => panic!("the model says {}", entry.plain()),
            (Err(failure), expected) => panic!("{failure:?}, and the model says {expected:?}"),
        }
    }

    fn place(&mut self) {
        let id = (9_000 + self.model.orders.len()).to_string();
        let amount = self.random.pick(&[101, 1_000, 10_000]);
        let place = Place { amount: Fen::new(amount), ..sold(&format!("order-{id}"), &id) };
        self.world.place(&place);
        let (paid, left) = (self.now(), amount);
        let (shared, shares, refunded, refunds, finished) = (0, 0, 0, 0, false);
        let order = Sold { amount, paid, left, shared, shares, refunded, refunds, finished };
        self.model.orders.insert(id, order);
    }

    fn share(&mut self) {
        let (id, number) = (self.id(), self.number("P"));
        let parts: Vec<(&str, i64)> = (0..=self.random.below(3))
            .map(|_| (self.random.pick(&ACCOUNTS), 1 + self.random.below(900) as i64))
            .collect();
        let last = self.random.one_in(6);
        let mut request = share(&number, &parts);
        request.transaction_id = transaction(&id);
        request.finish = last;
        if self.model.shares.contains_key(&number) || self.model.finishes.contains_key(&number) {
            // Chance does not ask for the same twice.
            self.ask(&request, Some(refusal::BILL_DIFFERS));
            return;
        }
        let expected = self.model.refuses(&id, &parts, last, self.now());
        if !self.ask(&request, expected) {
            return;
        }
        assert!(self.ask(&request, None), "once more");
        let order = self.model.orders.get_mut(&id).expect("an order");
        order.left -= parts.iter().map(|part| part.1).sum::<i64>();
        order.shared += parts.iter().filter(|part| part.0 != STALL).map(|part| part.1).sum::<i64>();
        order.shares += 1;
        let back = vec![(0, 0); parts.len()];
        let at = self.now();
        let shared = Shared { order: id.clone(), parts, back, last, at, done: false };
        if shared.last {
            self.model.free(&id);
        }
        self.model.shares.insert(number, shared);
    }

    fn finish(&mut self) {
        let (id, number) = (self.id(), self.number("P"));
        let mut request = finish(&number);
        request.transaction_id = transaction(&id);
        let expected = if self.model.finishes.get(&number) == Some(&id) {
            None
        } else if self.model.finishes.contains_key(&number)
            || self.model.shares.contains_key(&number)
        {
            Some(refusal::BILL_DIFFERS)
        } else {
            match self.model.open(&id, self.now()) {
                Err(entry) => Some(entry),
                Ok(order) if order.left == 0 => Some(refusal::FINISH_NOTHING_LEFT),
                Ok(_) => None,
            }
        };
        if self.ask(&request, expected) && !self.model.finishes.contains_key(&number) {
            self.model.free(&id);
            self.model.finishes.insert(number, id);
        }
    }

    fn back(&mut self) {
        let (number, mut of) = (self.number("R"), self.number("P"));
        let mut from = self.random.pick(&ACCOUNTS[..4]);
        let fen = 1 + self.random.below(400) as i64;
        if !self.random.one_in(4) && !self.model.shares.is_empty() {
            // Mostly from one who got something.
            let shares: Vec<(&String, &Shared)> = self.model.shares.iter().collect();
            let (share, shared) = shares[self.random.below(shares.len() as u64) as usize];
            let merchants: Vec<&'static str> =
                shared.parts.iter().map(|part| part.0).filter(|of| !of.starts_with('o')).collect();
            of.clone_from(share);
            if !merchants.is_empty() {
                from = self.random.pick(&merchants);
            }
        }
        let request = back(&number, &of, from, fen);
        if self.model.backs.contains_key(&number) {
            self.ask(&request, Some(refusal::BILL_DIFFERS));
            return;
        }
        match self.model.takes_back(&of, from, fen, self.now()) {
            Err(entry) => drop(self.ask(&request, Some(entry))),
            Ok(part) => {
                assert!(self.ask(&request, None));
                assert!(self.ask(&request, None), "once more");
                let share = self.model.shares.get_mut(&of).expect("a share");
                share.back[part].0 += fen;
                share.back[part].1 += 1;
                let to_left = !self.model.orders[&share.order].finished;
                *self.model.has.entry(from).or_default() -= fen;
                let back = Back { share: of, from, amount: fen, to_left, done: false };
                self.model.backs.insert(number, back);
            }
        }
    }

    fn refund(&mut self) {
        let (id, fen) = (self.id(), 1 + self.random.below(500) as i64);
        let mut request = super::beside::refund(&format!("refund-{}", self.done), fen);
        request.transaction_id = Some(transaction(&id));
        let funds = self.model.has[STALL];
        let Some(order) = self.model.orders.get_mut(&id) else {
            self.ask(&request, Some(refusal::REFUND_ORDER_UNKNOWN));
            return;
        };
        request.amount.total = Fen::new(order.amount);
        let expected = if order.refunded + fen > order.amount {
            Some(refusal::REFUND_TOO_MUCH)
        } else if order.refunds == 50 {
            Some(refusal::REFUND_TOO_OFTEN)
        } else if !order.finished && fen > order.left {
            Some(refusal::REFUND_SHARED)
        } else if order.finished && fen > funds {
            Some(refusal::REFUND_NOT_ENOUGH)
        } else {
            order.refunded += fen;
            order.refunds += 1;
            if order.finished {
                self.model.has.insert(STALL, funds - fen);
            } else {
                order.left -= fen;
            }
            None
        };
        self.ask(&request, expected);
    }

    fn list(&mut self) {
        let account = self.random.pick(&ACCOUNTS);
        if self.random.one_in(3) {
            self.ask(&deleted(account), None);
            self.model.listed.remove(account);
        } else {
            self.ask(&added(account), None);
            self.model.listed.insert(account);
        }
    }

    fn work(&mut self) {
        let due = self.world.due();
        if !due.is_empty() {
            let number = self.random.pick(&due);
            let again = self.random.one_in(5);
            let job = self.world.work(number, again);
            self.model.job(&job);
        }
    }

    fn step(&mut self) {
        self.world.wall += self.random.below(30) as i64;
        match self.random.below(20) {
            0..2 => self.place(),
            2..7 => self.share(),
            7 => self.refund(),
            8 => self.finish(),
            9..12 => self.back(),
            12 => self.list(),
            13..18 => self.work(),
            18 => {
                let seconds = self.random.pick(&[60, 3_600, DAY, 9 * DAY]);
                self.world.step(seconds);
            }
            _ => self.world.restart(),
        }
        self.compare();
    }

    fn compare(&mut self) {
        for (account, fen) in &self.model.has {
            if !account.starts_with('o') {
                assert_eq!(super::available(&self.world, account), *fen, "{account}");
            }
        }
        let waits: i64 = self.model.orders.values().map(|order| order.left).sum();
        assert_eq!(has(&self.world, &chart::frozen(&mchid(STALL))), waits);
        let id = self.id();
        if let Some(order) = self.model.orders.get(&id) {
            let amounts = Amounts { transaction_id: transaction(&id) };
            let left = self.world.call(MALL, &amounts).expect("an order").unsplit_amount;
            assert_eq!(left.get(), order.left);
        }
    }

    fn end(&mut self) {
        self.world.step(181 * DAY);
        while let Some(number) = self.world.due().first().copied() {
            let job = self.world.work(number, false);
            self.model.job(&job);
        }
        self.compare();
        assert!(self.world.jobs.is_empty());
        assert!(self.model.orders.values().all(|order| order.finished && order.left == 0));
        assert!(self.model.backs.values().all(|back| back.done && back.from != STALL));
        self.world.assert_clean();
    }
}

#[test]
fn lives_of_shared_orders() {
    let seed =
        std::env::var("REDRESS_SIMULATION_SEED").map_or(5, |text| text.parse().expect("a number"));
    let (mut done, mut refused) = (0, BTreeSet::new());
    for life in 0..12 {
        let mut run = Run { seed: seed * 1_000 + life, step: 0 };
        let mut lived = Life::new(run.seed);
        for step in 0..400 {
            run.step = step;
            lived.step();
            if step % 10 == 0 {
                lived.world.assert_clean();
            }
        }
        lived.end();
        done += lived.done;
        refused.append(&mut lived.refused);
    }
    assert!(done > 500, "{done}");
    // A life in which nothing is refused proves little.
    for entry in [
        refusal::SHARE_NOT_SETTLED,
        refusal::SHARE_FINISHED,
        refusal::SHARE_OVER_RATIO,
        refusal::SHARE_NOT_ENOUGH,
        refusal::FINISH_NOTHING_LEFT,
        refusal::RECEIVER_NOT_LISTED,
        refusal::RECEIVER_TWICE,
        refusal::RETURN_TOO_EARLY,
        refusal::RETURN_TOO_MUCH,
        refusal::BILL_DIFFERS,
    ] {
        let words = entry.plain().message.into_owned();
        assert!(refused.contains(&words), "{words}: never");
    }
}
