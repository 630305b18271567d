//! Random commands against a model, over a world that is stopped and started now and then.
//!
//! `REDRESS_SIMULATION_SEED` and `REDRESS_SIMULATION_STEPS` choose another run; a failure prints
//! both.

use redress_api::compensation::{BillState, Cancel, Create, Query, Receiver};
use redress_api::{Fen, Mchid, pay, subsidy};
use redress_core::compensation::{Answer, Bill, PayerAnswers};
use redress_core::merchant::{Configure, Confirmation, Register, Relate, Relation, Role, TopUp};
use redress_core::order::{Outcome, Place, TradeType};
use redress_core::trial::TrialBalance;
use redress_core::{Call, Command, Job, Operation, Refusal, chart};

use crate::model::{
    DIRECT, EVERYONE, MALLS, Model, PLATFORMS, Purse, SPONSORS, STALLS, SUB_MERCHANTS, Verdict,
};
use crate::random::{Random, Run};
use crate::scene::{START, mchid, merchant, transaction};
use crate::world::{Failure, World};

struct Simulation {
    random: Random,
    world: World,
    model: Model,
    steps: u64,
    /// Bills and orders in the order in which they were made.
    bills: Vec<(String, String)>,
    orders: Vec<(String, String)>,
    requests: Vec<(String, Create)>,
    payers: Vec<String>,
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
        let payers = (0..6).map(|payer| format!("o{payer}")).collect();
        let model = Model::default();
        let (bills, orders, requests) = (Vec::new(), Vec::new(), Vec::new());
        Self { random: Random(seed), world, model, steps: 0, bills, orders, requests, payers }
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

    fn bill(&mut self) -> (String, String) {
        let bills = std::mem::take(&mut self.bills);
        let bill = self.recent(&PLATFORMS, &bills);
        self.bills = bills;
        bill
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
        match self.random.below(100) {
            0..22 => self.create(),
            22..30 => self.query(),
            30..40 => self.cancel(),
            40..50 => self.answer(),
            50..58 => self.reverse(),
            58..64 => self.subsidy(),
            64..68 => self.top_up(),
            68..78 => self.place(),
            78..80 => self.configure(),
            80..95 => self.work(),
            95..99 => self.clock(),
            _ => self.restart(),
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

    fn request(&mut self) -> (String, Create) {
        if !self.requests.is_empty() && self.random.one_in(3) {
            let (caller, mut create) = self.random.pick(&self.requests);
            match self.random.below(6) {
                0 => create.amount = Fen::new(create.amount.get() / 2 + 1),
                1 => create.receiver.transaction_info.r#type = None,
                2 => create.sponsor_mchid = mchid(self.random.pick(&EVERYONE)),
                _ => {}
            }
            return (caller, create);
        }
        let caller = self.caller(&PLATFORMS).to_owned();
        let mut receiver = Receiver::transaction_user(transaction(&self.transaction_id(&caller)));
        if self.random.one_in(2) {
            receiver.transaction_info.r#type = None;
        }
        let remark = self.random.pick(&["退款", "商家赔付", "x"]);
        let amount = self.random.pick(&[1, 1, 99, 5_000, 5_000, 20_000, 3_000_000, i64::MAX]);
        let sponsor = match self.random.below(8) {
            0 => self.random.pick(&EVERYONE),
            1 => caller.as_str(),
            _ => self.random.pick(&["21", "22", "22"]),
        };
        let create = Create {
            receiver,
            out_bill_no: self.number().parse().expect("a bill's number"),
            amount: Fen::new(amount),
            transfer_remark: remark.parse().expect("a remark"),
            sponsor_mchid: mchid(sponsor),
            transfer_scene_id: None,
            user_recv_perception: None,
        };
        (caller, create)
    }

    fn create(&mut self) {
        let (caller, request) = self.request();
        let known =
            self.model.bills.contains_key(&(caller.clone(), request.out_bill_no.to_string()));
        let expected = self.model.create(&caller, &request);
        let answered = self.call(&caller, &request);
        if known {
            assert!(self.world.wrote.is_empty(), "a repetition writes nothing");
        }
        if answered.is_ok() {
            if !known {
                self.bills.push((caller.clone(), request.out_bill_no.to_string()));
            }
            self.requests.push((caller, request));
        }
        assert_eq!(answered.map(|bill| bill.state.known().expect("a state")), expected);
    }

    fn query(&mut self) {
        let (caller, number) = self.bill();
        let query = Query { out_bill_no: number.parse().expect("a bill's number") };
        let answered = self.call(&caller, &query);
        assert!(self.world.wrote.is_empty());
        if let Ok(bill) = &answered {
            assert_eq!(bill.success_time.is_some(), bill.state == BillState::Success);
            assert_eq!(bill.close_info.is_some(), bill.state == BillState::Closed);
        }
        let state = answered.map(|bill| bill.state.known().expect("a state"));
        assert_eq!(state, self.model.query(&caller, &query));
    }

    fn cancel(&mut self) {
        let (caller, number) = self.bill();
        let cancel = Cancel { out_bill_no: number.parse().expect("a bill's number") };
        let expected = self.model.cancel(&caller, &cancel);
        let answered = self.call(&caller, &cancel);
        assert_eq!(answered.map(|bill| bill.state.known().expect("a state")), expected);
    }

    fn answer(&mut self) {
        let (platform, number) = self.bill();
        let answer = if self.random.one_in(4) { Answer::Refuse } else { Answer::Confirm };
        let command = PayerAnswers {
            sp_mchid: mchid(&platform),
            out_bill_no: number.parse().expect("a bill's number"),
            answer,
        };
        let late = self
            .world
            .get::<Bill>(&format!("{platform}/{number}"))
            .is_some_and(|bill| self.now() >= bill.deadline().unix());
        if late {
            assert!(matches!(self.conflict(&command).code.status, 409));
            return;
        }
        match self.model.answer(&(platform, number), answer) {
            Some(state) => {
                let bill = refused(self.world.run(&command)).expect("the payer is asked");
                assert_eq!(bill.state, state);
            }
            None => assert!(matches!(self.conflict(&command).code.status, 404 | 409)),
        }
    }

    fn reverse(&mut self) {
        let orders = std::mem::take(&mut self.orders);
        let (caller, number) = self.recent(&DIRECT, &orders);
        self.orders = orders;
        let caller = caller.as_str();
        let appid = if self.random.one_in(20) { "wx0" } else { crate::scene::APPID };
        let mchid = if self.random.one_in(20) { mchid("32") } else { mchid(caller) };
        let reverse = pay::Reverse {
            out_trade_no: number.parse().expect("an order's number"),
            appid: appid.parse().expect("an appid"),
            mchid,
        };
        let now = self.now();
        let expected = self.model.reverse(caller, &reverse, now);
        assert_eq!(self.call(caller, &reverse).map(|_| ()), expected);
    }

    fn subsidy(&mut self) {
        let mut caller = self.caller(&MALLS).to_owned();
        let mut sub_mchid = mchid(self.random.pick(&["51", "52", "21"]));
        let mut id = self.transaction_id(&caller);
        let lately = self.orders.iter().rev().map(|key| &self.model.orders[key].place);
        let shared: Vec<Place> =
            lately.filter(|place| place.profit_sharing).take(16).cloned().collect();
        if !shared.is_empty() && !self.random.one_in(4) {
            let place = self.random.pick(&shared);
            caller = place.mchid.to_string();
            sub_mchid = place.sub_mchid.clone().unwrap_or(sub_mchid);
            let leads =
                |key: &(String, String)| key.0 == caller && key.1 == place.out_trade_no.as_str();
            let number = self.model.transactions.iter().find(|(_, key)| leads(key));
            id = number.map_or(id, |(number, _)| number.clone());
        }
        let caller = caller.as_str();
        let cancel = subsidy::Cancel {
            sub_mchid,
            transaction_id: transaction(&id),
            description: self.random.pick(&["订单退款", "other"]).parse().expect("a description"),
        };
        let expected = self.model.subsidy(caller, &cancel);
        let answered = self.call(caller, &cancel);
        assert!(self.world.wrote.transfers.is_empty());
        assert_eq!(answered.map(|cancelled| cancelled.description.to_string()), expected);
    }

    fn top_up(&mut self) {
        let number = self.random.pick(&EVERYONE);
        let fen = self.random.pick(&[1, 10_000, 100_000]);
        self.model.top_up(number, fen);
        let top_up = TopUp { mchid: mchid(number), amount: Fen::new(fen) };
        refused(self.world.run(&top_up)).expect("a top-up");
    }

    fn order(&mut self) -> Place {
        let by = self.random.pick(&["11", "12", "12", "31", "31", "32", "41", "41"]);
        let shares = self.random.one_in(2) && MALLS.contains(&by);
        let trade_type = match self.random.below(4) {
            0 => TradeType::Jsapi,
            _ => TradeType::Micropay,
        };
        let outcome = match self.random.below(8) {
            0 => Outcome::Unpaid,
            1 if trade_type == TradeType::Micropay => Outcome::Failed,
            _ => Outcome::Paid,
        };
        let paid = outcome == Outcome::Paid;
        let amount = self.random.pick(&[1, 100, 10_000]);
        let own = paid && self.random.one_in(2);
        Place {
            mchid: mchid(by),
            sub_mchid: (shares || self.random.one_in(10)).then(|| mchid(self.random.pick(&STALLS))),
            appid: crate::scene::APPID.parse().expect("an appid"),
            out_trade_no: self.number().parse().expect("an order's number"),
            transaction_id: own.then(|| transaction(&self.transaction_id(by))),
            trade_type,
            outcome,
            amount: Fen::new(amount),
            payer: self.random.pick(&self.payers),
            profit_sharing: shares,
            subsidy_amount: (shares && !self.random.one_in(4)).then(|| Fen::new(1)),
            refunded: (paid && self.random.one_in(if shares { 2 } else { 4 }))
                .then(|| Fen::new(1 + self.random.below(amount as u64) as i64)),
        }
    }

    fn place(&mut self) {
        let place = self.order();
        if !self.model.may_place(&place) {
            assert_eq!(self.conflict(&place).code.status, 409);
            return;
        }
        let order = refused(self.world.run(&place)).expect("an order");
        self.orders.push((place.mchid.to_string(), place.out_trade_no.to_string()));
        let number = order.transaction_id.as_ref().map(redress_api::TransactionId::as_str);
        let now = self.now();
        assert_eq!(order.state, self.model.place(&place, number, now));
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
        let Job::Bill { sp_mchid, out_bill_no, step } = self.world.work(number, again);
        self.model.job(&(sp_mchid.to_string(), out_bill_no.to_string()), step);
    }

    fn clock(&mut self) {
        let seconds = match self.random.below(10) {
            0 => self.random.below(10 * 24 * 3600),
            1..5 => self.random.below(24 * 3600),
            _ => self.random.below(3600),
        };
        self.world.step(seconds as i64);
    }

    fn restart(&mut self) {
        let restarted = self.world.restarted();
        assert!(restarted.kept() == self.world.kept(), "a restart changes something");
        self.world = restarted;
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
        self.world.step(48 * 3600);
        while let Some(number) = self.world.due().first() {
            self.do_job(*number, false);
        }
        self.compare();
        assert!(self.world.jobs.is_empty());
        for (key, bill) in &self.model.bills {
            let last =
                matches!(bill.state, BillState::Success | BillState::Closed | BillState::Cancelled);
            assert!(last, "{key:?} is {} for ever", bill.state);
        }
        assert!(self.model.purses.values().all(|purse| purse.held == 0));
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
    simulation
}

fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn one_long_life() {
    let steps = variable("REDRESS_SIMULATION_STEPS", 10_000);
    let seed = variable("REDRESS_SIMULATION_SEED", 20_260_401);
    let simulation = simulate(seed, steps, 1_000);
    if steps < 5_000 {
        return;
    }
    // A life in which nothing happens proves nothing.
    for state in [BillState::Success, BillState::Closed, BillState::Cancelled] {
        let count = simulation.model.bills.values().filter(|bill| bill.state == state).count();
        assert!(count > 20, "{count} bills are {state}");
    }
    let orders = || simulation.model.orders.values();
    for state in [redress_core::order::State::Revoked, redress_core::order::State::Refund] {
        assert!(orders().filter(|order| order.state == state).count() > 20, "{state:?}");
    }
    let cancelled = orders().filter(|order| order.cancelled.is_some()).count();
    assert!(cancelled > 20, "{cancelled} subsidies are cancelled");
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
