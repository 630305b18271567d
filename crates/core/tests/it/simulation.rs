//! Random commands against a model, over a world that is stopped and started now and then.
//!
//! `REDRESS_SIMULATION_SEED` and `REDRESS_SIMULATION_STEPS` choose another run; a failure prints
//! both.

use std::collections::BTreeMap;

use redress_api::compensation::{BillState, Create};
use redress_api::{BillId, Fen, Mchid};
use redress_core::merchant::{
    AccountKind, Configure, Confirmation, Register, Relate, Relation, Role, TopUp,
};
use redress_core::order::{Step, TradeState};
use redress_core::payer::{Code, Introduce};
use redress_core::trial::TrialBalance;
use redress_core::{Call, Command, Job, Operation, Refusal, chart};

use crate::model::{
    DIRECT, EVERYONE, FOREIGN, MALLS, Model, PLATFORMS, Purse, SPONSORS, STALLS, SUB_MERCHANTS,
    Verdict,
};
use crate::random::{Random, Run, variable};
use crate::scene::{START, mchid, merchant};
use crate::world::{Failure, World};

mod bills;
mod codes;
mod compensations;
mod notices;
mod orders;
mod prepay;

struct Simulation {
    random: Random,
    world: World,
    model: Model,
    steps: u64,
    /// Bills and orders in the order in which they were made.
    bills: Vec<(String, String)>,
    orders: Vec<(String, String)>,
    requests: Vec<(String, Create)>,
    /// The provider's numbers of the bills.
    numbers: BTreeMap<(String, String), BillId>,
    payers: Vec<String>,
    codes: Vec<Code>,
    family: compensations::Family,
    prepays: prepay::Prepays,
}

fn refused<T>(outcome: Result<T, Failure>) -> Verdict<T> {
    outcome.map_err(|failure| match failure {
        Failure::Refused(refusal) => refusal,
        Failure::Broken(broken) => panic!("{broken}"),
    })
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut world = World::at(START);
        for number in EVERYONE {
            let roles: Vec<Role> = [
                (Role::Platform, PLATFORMS),
                (Role::Direct, DIRECT),
                (Role::Ecommerce, MALLS),
                (Role::SubMerchant, STALLS),
            ]
            .into_iter()
            .filter_map(|(role, of)| of.contains(&number).then_some(role))
            .collect();
            world.run(&Register(merchant(number, &roles))).expect("a merchant");
        }
        let relations = SPONSORS.map(|pair| (pair, Relation::Sponsor));
        let subs = SUB_MERCHANTS.map(|pair| (pair, Relation::SubMerchant));
        for ((platform, other), relation) in relations.into_iter().chain(subs) {
            let relate = Relate { platform: mchid(platform), merchant: mchid(other), relation };
            world.run(&relate).expect("a relation");
        }
        let payers: Vec<String> = (0..6).map(|payer| format!("o{payer}")).collect();
        for openid in &payers {
            let openid = Some(openid.clone());
            world.run(&Introduce { openid, ..Introduce::default() }).expect("a payer");
        }
        let (openid, appid) = (Some(FOREIGN.to_owned()), "wx0".parse().ok());
        world.run(&Introduce { openid, appid, abnormal: None }).expect("a payer");
        let model = Model::default();
        let (bills, orders, requests) = (Vec::new(), Vec::new(), Vec::new());
        let (random, numbers) = (Random(seed), BTreeMap::new());
        Self {
            random,
            world,
            model,
            steps: 0,
            bills,
            orders,
            requests,
            numbers,
            payers,
            codes: Vec::new(),
            family: compensations::Family::default(),
            prepays: prepay::Prepays::default(),
        }
    }

    fn now(&self) -> i64 {
        self.world.now().unix()
    }

    /// The number of a bill or an order: one of few, so that they repeat.
    fn number(&mut self) -> String {
        format!("number{}", self.random.below(8 + self.steps / 8))
    }

    /// Mostly the owner and number of something made lately.
    fn recent(&mut self, of: &[&'static str], made: &[(String, String)]) -> (String, String) {
        if made.is_empty() || self.random.one_in(8) {
            return (self.caller(of).to_owned(), self.number());
        }
        let back = self.random.below(12).min(made.len() as u64 - 1) as usize;
        made[made.len() - 1 - back].clone()
    }

    /// A caller who may call, or sometimes anyone.
    fn caller(&mut self, of: &[&'static str]) -> &'static str {
        if self.random.one_in(30) { self.random.pick(&EVERYONE) } else { self.random.pick(of) }
    }

    fn call<E: Operation + Clone>(&mut self, caller: &str, request: &E) -> Verdict<E::Response> {
        refused(self.world.run(&Call { caller: mchid(caller), request: request.clone() }))
    }

    /// The model says no with this status and no more.
    fn conflict<C: Command>(&mut self, command: &C) -> Refusal {
        match refused(self.world.run(command)) {
            Ok(_) => panic!("the model refuses"),
            Err(refusal) => refusal,
        }
    }

    fn step(&mut self) {
        self.steps += 1;
        self.world.wall += self.random.below(90) as i64;
        match self.random.below(110) {
            0..10 => self.create(),
            10..17 => self.family(),
            17..20 => self.codepay(),
            20..22 => self.act(),
            22..26 => self.query(),
            26..28 => self.query_by_id(),
            28..36 => self.cancel(),
            36..45 => self.answer(),
            45..52 => self.reverse(),
            52..54 => self.query_order(),
            54..56 => self.query_order_by_id(),
            56..61 => self.close(),
            61..68 => self.subsidy(),
            68..70 => self.top_up(),
            70..82 => self.place(),
            82 => self.configure(),
            83 => self.tell(),
            84..96 => self.work(),
            96..99 => self.clock(),
            99..105 => self.prepay(),
            105..109 => self.pay_prepay(),
            _ => self.world.restart(),
        }
        self.compare();
    }

    /// Mostly the number of an order that this merchant placed.
    fn transaction_id(&mut self, of: &str) -> String {
        let any = self.random.one_in(8);
        let known = self.model.transactions.iter();
        let known: Vec<&String> =
            known.filter(|(_, (by, _))| any || by == of).map(|(id, _)| id).collect();
        if known.is_empty() || self.random.one_in(12) {
            return self.random.below(1_000).to_string();
        }
        self.random.pick(&known).clone()
    }

    fn top_up(&mut self) {
        let number = self.random.pick(&EVERYONE);
        let fen = self.random.pick(&[1, 10_000, 100_000]);
        self.model.top_up(number, fen);
        let top_up =
            TopUp { mchid: mchid(number), amount: Fen::new(fen), account: AccountKind::Basic };
        refused(self.world.run(&top_up)).expect("a top-up");
    }

    fn configure(&mut self) {
        let platform = self.random.pick(&PLATFORMS);
        let asks_payer = !self.random.one_in(3);
        self.model.configure(platform, asks_payer);
        let confirmation = if asks_payer { Confirmation::Required } else { Confirmation::None };
        let configure = Configure { mchid: mchid(platform), confirmation };
        refused(self.world.run(&configure)).expect("a platform");
    }

    /// A few due jobs in any order, some of them not for the last time.
    fn work(&mut self) {
        for _ in 0..=self.random.below(3) {
            let due = self.world.due();
            if due.is_empty() {
                return;
            }
            let number = self.random.pick(&due);
            let again = self.random.one_in(5);
            self.do_job(number, again);
        }
    }

    fn do_job(&mut self, number: u64, again: bool) {
        if let Job::Notify { .. } = self.world.jobs[&number].1 {
            self.deliver(number, again);
            return;
        }
        match self.world.work(number, again) {
            Job::Bill { sp_mchid, out_bill_no, step } => {
                self.model.job(&(sp_mchid.to_string(), out_bill_no.to_string()), step);
            }
            Job::Order { mchid, out_trade_no, step: Step::Revoke } => {
                self.model.revoke(&(mchid.to_string(), out_trade_no.to_string()));
            }
            Job::Order { mchid, out_trade_no, step: Step::Close } => {
                self.model.expire(&(mchid.to_string(), out_trade_no.to_string()));
            }
            Job::Order { mchid, out_trade_no, step: Step::Unfreeze } => {
                self.model.unfreeze(&(mchid.to_string(), out_trade_no.to_string()));
            }
            Job::MerchantBill { sp_mchid, out_bill_no } => {
                self.model.pay_merchant(&(sp_mchid.to_string(), out_bill_no.to_string()));
            }
            Job::Combined { .. }
            | Job::Refund { .. }
            | Job::Share { .. }
            | Job::ShareReturn { .. } => {}
            Job::Notify { .. } => unreachable!("it was delivered"),
        }
    }

    fn clock(&mut self) {
        let seconds = match self.random.below(10) {
            0 => self.random.below(10 * 24 * 3600),
            1..5 => self.random.below(24 * 3600),
            _ => self.random.below(3600),
        };
        self.world.step(seconds as i64);
    }

    /// Every kept balance is the model's.
    fn compare(&self) {
        for number in EVERYONE {
            let mchid: Mchid = mchid(number);
            let of = |id| {
                self.world.accounts.get(&id).map_or((0, 0), |account| {
                    let available = account.available().expect("no overflow");
                    assert!(available >= Fen::ZERO && account.check().is_ok());
                    (available.get(), account.debits.pending.get())
                })
            };
            let (available, held) = of(chart::available(&mchid));
            let (frozen, nothing) = of(chart::frozen(&mchid));
            assert_eq!(nothing, 0, "nothing holds money that waits for sharing");
            let expected = self.model.purses.get(number).copied().unwrap_or_default();
            assert_eq!(Purse { available, held, frozen }, expected, "merchant {number}");
        }
        self.compare_operations();
    }

    /// The audit, and the accounts whose balances are not kept.
    fn audit(&self) {
        self.world.assert_clean();
        let mut trial = TrialBalance::default();
        for (transfer, _) in &self.world.transfers {
            trial.add(transfer).expect("no overflow");
        }
        let of = |id| {
            let account = trial.accounts.get(&id);
            account.map_or(0, |account| account.balance().expect("no overflow").get())
        };
        assert_eq!(of(chart::bank()), self.model.bank);
        for payer in &self.payers {
            let expected = self.model.payers.get(payer).copied().unwrap_or_default();
            assert_eq!(of(chart::payer(payer)), expected);
        }
    }

    /// Time passes until nothing is open.
    fn finish(&mut self) {
        self.world.step(200 * 24 * 3600);
        while !self.world.jobs.is_empty() {
            while let Some(number) = self.world.due().first() {
                self.do_job(*number, false);
            }
            // What ends now is told from now on.
            self.world.step(24 * 3600);
        }
        self.compare();
        for (key, bill) in &self.model.bills {
            let last =
                matches!(bill.state, BillState::Success | BillState::Closed | BillState::Cancelled);
            assert!(last, "{key:?} is {} for ever", bill.state);
        }
        assert!(self.model.purses.values().all(|purse| purse.held == 0));
        self.finish_family();
        self.audit();
    }
}

fn simulate(seed: u64, steps: u64, audit_every: u64) -> Simulation {
    eprintln!("REDRESS_SIMULATION_SEED={seed} REDRESS_SIMULATION_STEPS={steps}");
    let mut run = Run { seed, step: 0 };
    let mut simulation = Simulation::new(seed);
    for step in 0..steps {
        run.step = step;
        simulation.step();
        if step % audit_every == 0 {
            simulation.audit();
        }
    }
    simulation.finish();
    if steps <= 300 {
        crate::statement::check(&simulation.world);
    }
    simulation
}

#[test]
fn one_long_life() {
    let steps = variable("REDRESS_SIMULATION_STEPS", 20_000);
    let seed = variable("REDRESS_SIMULATION_SEED", 20_260_401);
    let simulation = simulate(seed, steps, 1_000);
    if steps < 20_000 {
        return;
    }
    // A life in which nothing happens proves nothing.
    for state in [BillState::Success, BillState::Closed, BillState::Cancelled] {
        let count = simulation.model.bills.values().filter(|bill| bill.state == state).count();
        assert!(count > 20, "{count} bills are {state}");
    }
    let orders = || simulation.model.orders.values();
    for state in [TradeState::Revoked, TradeState::Refund, TradeState::Closed] {
        let count = orders().filter(|order| order.state == state).count();
        assert!(count > 20, "{count} orders are {state:?}");
    }
    let of_subs = orders().filter(|order| order.place.sub_mchid.is_some());
    let reversed = of_subs.filter(|order| order.state == TradeState::Revoked).count();
    assert!(reversed > 20, "{reversed} orders of sub-merchants are reversed");
    assert!(simulation.codes.len() > 100, "{} codes are shown", simulation.codes.len());
    let cancelled = orders().filter(|order| order.cancelled.is_some()).count();
    assert!(cancelled > 20, "{cancelled} subsidies are cancelled");
    simulation.lived();
    simulation.was_paid();
    let over = simulation.model.notices.over();
    assert!(over > 20, "{over} notices are delivered or given up");
}

#[test]
fn many_short_lives_audited_after_each_step() {
    let seed = variable("REDRESS_SIMULATION_SEED", 7);
    for life in 0..40 {
        simulate(seed.wrapping_mul(1_000).wrapping_add(life), 100, 1);
    }
}

#[test]
fn the_same_seed_lives_the_same_life() {
    let [one, other] = [simulate(3, 300, 50), simulate(3, 300, 100)];
    assert!(one.world.kept() == other.world.kept());
    let another = simulate(4, 300, 100);
    assert!(one.world.kept() != another.world.kept());
}
