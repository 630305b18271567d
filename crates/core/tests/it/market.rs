//! The whole market at random: every command, job and callback, the audit after each step.
//!
//! Where `simulation` holds single rules against a second opinion, this one lets everything meet
//! everything: each answer is repeated at once and must be the same, each refusal must be one that
//! the endpoint lists, a query writes nothing, and all invariants hold after every step.
//!
//! `REDRESS_MARKET_LIVES` and `REDRESS_MARKET_SEED` choose another run; a failure prints both.

use std::collections::BTreeMap;

use redress_api::{Definition, Fen, Mchid};
use redress_core::merchant::{AccountKind, Merchant, Register, Relate, Relation, Role, TopUp};
use redress_core::notice::{self, Outcome};
use redress_core::payer::Introduce;
use redress_core::row::Row;
use redress_core::{Call, Command, Job, Operation};
use serde_json::{Value as Json, json};

use crate::random::{Random, Run, variable};
use crate::scene::{APPID, START, mchid, merchant};
use crate::world::{Failure, World};

mod bills;
mod orders;
mod prepaid;
mod refunds;
mod sharing;

const MALL: &str = "11";
const RIVAL: &str = "12";
const SHOP: &str = "31";
const STALLS: [&str; 2] = ["51", "52"];
const EVERYONE: [&str; 6] = [MALL, RIVAL, SHOP, "21", "51", "52"];
/// Steps of one life: long enough for orders to be refunded, shared, and closed by time.
const STEPS: u64 = 200;

struct Market {
    random: Random,
    world: World,
    steps: u64,
    /// How often each endpoint has done something, and refused to.
    done: BTreeMap<String, (u64, u64)>,
}

impl Market {
    fn new(seed: u64) -> Self {
        let mut world = World::at(START);
        let url = Some("http://127.0.0.1:9/told".parse().expect("an address"));
        for (number, roles) in [
            (MALL, &[Role::Platform, Role::Ecommerce][..]),
            (RIVAL, &[Role::Platform, Role::Ecommerce]),
            (SHOP, &[Role::Direct]),
            ("21", &[Role::Direct]),
            ("51", &[Role::SubMerchant]),
            ("52", &[Role::SubMerchant]),
        ] {
            let told = Merchant { notify_url: url.clone(), ..merchant(number, roles) };
            world.run(&Register(told)).expect("a merchant");
        }
        for (platform, other, relation) in [
            (MALL, "21", Relation::Sponsor),
            (MALL, "51", Relation::SubMerchant),
            (MALL, "52", Relation::SubMerchant),
            (RIVAL, "52", Relation::SubMerchant),
        ] {
            let relate = Relate { platform: mchid(platform), merchant: mchid(other), relation };
            world.run(&relate).expect("a relation");
        }
        for (number, account) in [
            (MALL, AccountKind::Operation),
            (RIVAL, AccountKind::Operation),
            ("21", AccountKind::Basic),
            (SHOP, AccountKind::Basic),
        ] {
            let amount = Fen::new(100_000);
            world.run(&TopUp { mchid: mchid(number), amount, account }).expect("a top-up");
        }
        let done = BTreeMap::new();
        let mut market = Self { random: Random(seed), world, steps: 0, done };
        market.introduce();
        market
    }

    /// Who is known before the first step: payers, and receivers of shares.
    fn introduce(&mut self) {
        for payer in orders::PAYERS {
            let openid = Some(payer.to_owned());
            self.act(&Introduce { openid, appid: None, abnormal: None }).expect("a payer");
        }
        for (kind, account) in sharing::RECEIVERS {
            self.add_receiver(MALL, kind, account);
        }
    }

    /// Mostly what it says, sometimes another.
    fn mostly(&mut self, usual: &str, others: &[&str]) -> String {
        if self.random.one_in(15) { self.random.pick(others).to_owned() } else { usual.to_owned() }
    }

    /// A merchant's number of something: one of few, so that they repeat.
    fn number(&mut self, of: &str) -> String {
        format!("{of}{:06}", self.random.below(6 + self.steps / 6))
    }

    /// A part of an amount: all of it, little, or somewhat too much.
    fn part(&mut self, of: i64) -> i64 {
        match self.random.below(8) {
            0..3 => of,
            3 => of + 1,
            4 => 1,
            _ => 1 + self.random.below(of.max(1) as u64) as i64,
        }
        .max(1)
    }

    /// Any row of a kind.
    fn any<R: Row>(&mut self) -> Option<R> {
        let from = format!("{} ", R::KIND);
        let rows = self.world.rows.range(from.clone()..);
        let keys: Vec<_> =
            rows.take_while(|(key, _)| key.starts_with(&from)).map(|(key, _)| key).collect();
        if keys.is_empty() {
            return None;
        }
        let key = self.random.pick(&keys).clone();
        self.world.get(key.strip_prefix(&from).expect("the kind"))
    }

    /// Mostly a row of a kind that is like this, if there is one.
    fn any_like<R: Row>(&mut self, wanted: impl Fn(&R) -> bool) -> Option<R> {
        let mut found = self.any::<R>()?;
        for _ in 0..8 {
            if wanted(&found) || self.random.one_in(30) {
                break;
            }
            found = self.any::<R>()?;
        }
        Some(found)
    }

    /// One request. What is done is done once; what is refused is refused in the endpoint's words.
    fn ask<E: Operation + Clone>(&mut self, caller: &str, request: Json) -> Option<E::Response> {
        let text = request.to_string();
        let Ok(request) = serde_json::from_value::<E>(request) else {
            panic!("{}: {text} does not read", E::PATH);
        };
        request.check().unwrap_or_else(|error| panic!("{}: {error}", E::PATH));
        let caller = self.mostly(caller, &EVERYONE);
        let call = Call { caller: mchid(&caller), request };
        let count = self.done.entry(format!("{} {}", E::METHOD, E::PATH)).or_default();
        let answer = match self.world.run(&call) {
            Ok(answer) => answer,
            Err(Failure::Broken(broken)) => panic!("{}: {broken}", E::PATH),
            Err(Failure::Refused(refusal)) => {
                count.1 += 1;
                let lists = Definition::of::<E>().answers(refusal.code);
                assert!(lists, "{} does not list {refusal}", E::PATH);
                return None;
            }
        };
        count.0 += 1;
        if E::METHOD.as_str() == "GET" {
            assert!(self.world.wrote.is_empty(), "{} writes", E::PATH);
        }
        let again = self.world.run(&call);
        // A code pays once: the provider refuses its number when it comes again.
        if !E::PATH.ends_with("/codepay") {
            let again = again.unwrap_or_else(|no| panic!("{} again: {no:?}", E::PATH));
            let printed = |answer: &E::Response| json!(answer);
            assert_eq!(printed(&again), printed(&answer), "{} again", E::PATH);
            assert!(self.world.wrote.is_empty(), "{} is done twice", E::PATH);
        }
        Some(answer)
    }

    /// A control call, which may make no sense.
    fn act<C: Command>(&mut self, command: &C) -> Option<C::Outcome> {
        match self.world.run(command) {
            Ok(outcome) => Some(outcome),
            Err(Failure::Refused(_)) => None,
            Err(Failure::Broken(broken)) => panic!("{broken}"),
        }
    }

    fn top_up(&mut self) {
        let mchid: Mchid = mchid(self.random.pick(&EVERYONE));
        let account = self.random.pick(&[AccountKind::Basic, AccountKind::Operation]);
        let amount = Fen::new(self.random.pick(&[1, 1_000, 50_000]));
        self.act(&TopUp { mchid, amount, account }).expect("a top-up");
    }

    /// A few due jobs in any order, some of them not for the last time.
    fn work(&mut self) {
        for _ in 0..=self.random.below(4) {
            let due = self.world.due();
            if due.is_empty() {
                return;
            }
            let number = self.random.pick(&due);
            let again = self.random.one_in(5);
            self.job(number, again);
        }
    }

    fn job(&mut self, number: u64, again: bool) {
        let (_, job) = self.world.jobs[&number].clone();
        let Job::Notify { id } = job else {
            self.world.work(number, again);
            return;
        };
        let outcome = match self.random.below(6) {
            0 => Outcome::TimedOut,
            1 => Outcome::Answered { status: 500 },
            2 => Outcome::Unreachable { why: "refused".to_owned() },
            _ => Outcome::Answered { status: 204 },
        };
        self.act(&notice::Record { id, outcome }).expect("a notice");
        self.world.jobs.remove(&number);
    }

    fn resend(&mut self) {
        if let Some(notice) = self.any::<notice::Notice>() {
            self.act(&notice::Resend { id: notice.id });
        }
    }

    fn clock(&mut self) {
        let seconds = match self.random.below(12) {
            0 => self.random.below(100 * 24 * 3600),
            1..5 => self.random.below(24 * 3600),
            _ => self.random.below(3600),
        };
        self.world.step(seconds as i64);
    }

    fn step(&mut self) {
        self.steps += 1;
        self.world.wall += self.random.below(90) as i64;
        match self.random.below(20) {
            0..3 => self.orders(),
            3 | 4 => self.prepaid(),
            5 | 6 => self.bills(),
            7 | 8 => self.sharing(),
            9..11 => self.refunds(),
            11 => self.top_up(),
            12..17 => self.work(),
            17 => self.clock(),
            18 => self.resend(),
            _ => self.world.restart(),
        }
        self.world.assert_clean();
    }

    /// Time passes until nothing is open.
    fn finish(&mut self) {
        for _ in 0..3 {
            self.world.step(200 * 24 * 3600);
            while let Some(number) = self.world.due().first() {
                self.job(*number, false);
            }
        }
        assert!(self.world.jobs.is_empty(), "{:?}", self.world.jobs);
        self.world.assert_clean();
    }
}

fn live(seed: u64) -> Market {
    let mut run = Run { seed, step: 0 };
    let mut market = Market::new(seed);
    for step in 0..STEPS {
        run.step = step;
        market.step();
    }
    market.finish();
    market
}

#[test]
fn many_lives_audited_after_each_step() {
    let lives = variable("REDRESS_MARKET_LIVES", 100);
    let seed = variable("REDRESS_MARKET_SEED", 20_261_125);
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) as u64;
    eprintln!("REDRESS_MARKET_LIVES={lives} REDRESS_MARKET_SEED={seed}");
    let mut done = BTreeMap::<_, (u64, u64)>::new();
    let share = |thread: u64| {
        let mut done = Vec::new();
        for life in (thread..lives).step_by(threads as usize) {
            done.extend(live(seed.wrapping_add(life)).done);
        }
        done
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|n| scope.spawn(move || share(n))).collect();
        for thread in running {
            for (path, (yes, no)) in thread.join().expect("a clean life") {
                let sum = done.entry(path).or_default();
                *sum = (sum.0 + yes, sum.1 + no);
            }
        }
    });
    for (name, (yes, no)) in &done {
        eprintln!("{yes:>7} done {no:>7} refused  {name}");
    }
    // Lives in which nothing happens prove nothing.
    for endpoint in redress_api::endpoints() {
        let name = format!("{} {}", endpoint.method, endpoint.path);
        let (yes, _) = done.get(&name).copied().unwrap_or_default();
        // The server answers these itself, with its keys.
        let outside = ["/v3/certificates", "/v3/security/echo", "/v3/bill"];
        let outside = outside.iter().any(|path| endpoint.path.starts_with(path));
        assert!(lives < 100 || yes > 0 || outside, "{name} is never done");
    }
}
