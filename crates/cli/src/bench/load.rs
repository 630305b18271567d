//! Sends requests that are ready, byte for byte, and takes the time of each. It does as little
//! beside as it can: what it takes of a processor, a server that shares it does not have.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};

use super::machine;
use super::pace::Alarm;
use super::shot::Shot;
use super::wire::{Answer, Line};

/// How long answers are waited for after the last moment to send, in seconds.
const GRACE_SECONDS: u64 = 10;
/// How many answers are kept, of each thread, to be checked at the end.
const KEPT_MAX: usize = 128;
/// How many kinds of trouble are told of.
const TROUBLE_MAX: usize = 5;

/// When requests are sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    /// The next of a connection when the last is answered.
    Closed,
    /// So many a second, each at its moment. It has failed if it is not answered in the end.
    Open(f64),
}

/// What is sent, how, and for how long.
pub(super) struct Plan {
    pub(super) address: SocketAddr,
    pub(super) connections: usize,
    pub(super) pace: Pace,
    pub(super) time: Duration,
    pub(super) shots: Arc<[Shot]>,
    /// Whether the first may follow the last once more.
    pub(super) again: bool,
    /// The processors that send; one thread on each. None: one thread, anywhere.
    pub(super) cpus: Option<Vec<usize>>,
    /// Where requests have a result that comes later: how far they may be ahead of it.
    pub(super) ahead: Option<Ahead>,
}

/// How far requests may be ahead of what comes of them.
#[derive(Clone)]
pub(super) struct Ahead {
    /// How many results have come.
    pub(super) come: Arc<AtomicUsize>,
    /// How many had, before the first request.
    pub(super) before: usize,
    pub(super) most: usize,
}

impl Ahead {
    /// Whether so many requests are too many by now.
    fn is_too_far(&self, sent: usize) -> bool {
        sent >= self.come.load(Ordering::Relaxed) - self.before + self.most
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Fired {
    /// From the moment of sending, or in an open loop from the moment that it was due, in
    /// nanoseconds; of all that succeeded.
    pub(super) latencies: Vec<u64>,
    /// How long it took in all, in seconds.
    pub(super) seconds: f64,
    /// Requests that were answered otherwise, or not at all.
    pub(super) errors: u64,
    /// What was wrong with them, and how often.
    pub(super) trouble: BTreeMap<String, u64>,
    /// Where results come later: the answers' bodies, with the moments of their requests.
    pub(super) promised: Vec<(Vec<u8>, Instant)>,
    /// When the first was sent.
    pub(super) begun: Option<Instant>,
    /// Some of the answers, with the number of their request.
    pub(super) kept: Vec<(usize, Answer)>,
}

impl Fired {
    pub(super) fn fail(&mut self, why: String) {
        self.errors += 1;
        if self.trouble.len() < TROUBLE_MAX || self.trouble.contains_key(&why) {
            *self.trouble.entry(why).or_default() += 1;
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.errors += other.errors;
        for (why, times) in other.trouble {
            *self.trouble.entry(why).or_default() += times;
        }
        self.kept.extend(other.kept);
        self.promised.extend(other.promised);
    }
}

/// Carries a plan out. Looks when all connections stand and nothing is sent yet, and again when the
/// last is answered: what the server has used in between, it has used for the requests.
pub(super) fn fire<T>(plan: &Plan, look: impl Fn() -> T) -> anyhow::Result<(Fired, T, T)> {
    let threads = plan.cpus.as_ref().map_or(1, Vec::len).min(plan.connections).max(1);
    let (ready, go) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
    let (ready, go) = (&ready, &go);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    one(plan, thread, threads, || {
                        ready.wait();
                        go.wait();
                    })
                })
            })
            .collect();
        ready.wait();
        let before = look();
        let begun = Instant::now();
        go.wait();
        let mut all = Fired::default();
        let mut trouble = None;
        for thread in running {
            match thread.join() {
                Ok(Ok(fired)) => all.add(fired),
                Ok(Err(error)) => trouble = Some(error),
                Err(_panic) => trouble = Some(anyhow!("a thread that sends panicked")),
            }
        }
        all.begun = Some(begun);
        all.seconds = begun.elapsed().as_secs_f64();
        let after = look();
        trouble.map_or(Ok((all, before, after)), Err)
    })
}

/// One of the threads. It sends every so many-th request.
fn one(plan: &Plan, thread: usize, threads: usize, start: impl FnOnce()) -> anyhow::Result<Fired> {
    let pinned = match plan.cpus.as_ref().and_then(|cpus| cpus.get(thread)) {
        Some(cpu) => machine::pin(&[*cpu]),
        None => Ok(()),
    };
    let lines = pinned.and_then(|()| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mine = (thread..plan.connections).step_by(threads).count();
        let lines = runtime.block_on(async {
            let mut lines = Vec::with_capacity(mine);
            for _ in 0..mine {
                lines.push(Line::open(plan.address).await?);
            }
            Ok::<_, anyhow::Error>(lines)
        });
        Ok((runtime, lines.with_context(|| format!("connecting to {}", plan.address))?))
    });
    // Whatever has failed: the others wait for this one.
    start();
    let (runtime, lines) = lines?;
    let begin = Instant::now();
    let local = LocalSet::new();
    let gun = Rc::new(Gun::new(plan, thread, threads, begin));
    let patience = plan.time + Duration::from_secs(GRACE_SECONDS);
    local.block_on(&runtime, async {
        let mut tasks = JoinSet::new();
        for line in lines {
            tasks.spawn_local(Rc::clone(&gun).shoot(line));
        }
        if matches!(plan.pace, Pace::Open(_)) {
            tasks.spawn_local(Rc::clone(&gun).feed());
        }
        let all = async { while tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(patience, all).await;
    });
    drop(local);
    drop(runtime);
    let gun = Rc::into_inner(gun).context("a task outlives its runtime")?;
    Ok(gun.end())
}

/// The state of one thread.
struct Gun {
    shots: Arc<[Shot]>,
    again: bool,
    pace: Pace,
    ahead: Option<Ahead>,
    begin: Instant,
    end: Instant,
    /// The number of the next request, of all threads' requests.
    next: Cell<usize>,
    step: usize,
    /// What is due and not sent yet, in an open loop.
    due: RefCell<VecDeque<(usize, Instant)>>,
    waits: Semaphore,
    /// How many were sent or due, and are not answered yet.
    open: Cell<u64>,
    keep_every: usize,
    fired: RefCell<Fired>,
}

impl Gun {
    fn new(plan: &Plan, thread: usize, threads: usize, begin: Instant) -> Self {
        let likely = match plan.pace {
            Pace::Closed => plan.shots.len() / threads,
            Pace::Open(rate) => (rate * plan.time.as_secs_f64()) as usize / threads,
        };
        Self {
            shots: Arc::clone(&plan.shots),
            again: plan.again,
            pace: plan.pace,
            ahead: plan.ahead.clone(),
            begin,
            end: begin + plan.time,
            next: Cell::new(thread),
            step: threads,
            due: RefCell::default(),
            waits: Semaphore::new(0),
            open: Cell::new(0),
            keep_every: (likely / KEPT_MAX).max(1),
            fired: RefCell::new(Fired {
                latencies: Vec::with_capacity(likely + 1),
                ..Fired::default()
            }),
        }
    }

    /// The number of the next request, if there is one.
    fn draw(&self) -> Option<usize> {
        let number = self.next.get();
        if number >= self.shots.len() && !self.again {
            return None;
        }
        self.next.set(number + self.step);
        self.open.set(self.open.get() + 1);
        Some(number)
    }

    /// Has requests become due, each at its moment.
    async fn feed(self: Rc<Self>) {
        let Pace::Open(rate) = self.pace else { return };
        let outcome = async {
            let mut alarm = Alarm::new()?;
            loop {
                let moment = self.begin + Duration::from_secs_f64(self.next.get() as f64 / rate);
                if moment >= self.end {
                    return Ok::<_, anyhow::Error>(());
                }
                alarm.until(moment).await?;
                let Some(number) = self.draw() else { return Ok(()) };
                self.due.borrow_mut().push_back((number, moment));
                self.waits.add_permits(1);
            }
        };
        if let Err(error) = outcome.await {
            self.fired.borrow_mut().fail(format!("the alarm: {error:#}"));
        }
        self.waits.close();
    }

    /// What to send next, and since when it is waited for.
    async fn take(&self) -> Option<(usize, Instant)> {
        match self.pace {
            Pace::Closed => {
                while self.ahead.as_ref().is_some_and(|ahead| ahead.is_too_far(self.next.get())) {
                    if Instant::now() >= self.end {
                        return None;
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                let now = Instant::now();
                if now >= self.end { None } else { Some((self.draw()?, now)) }
            }
            Pace::Open(_) => {
                // Closed: nothing more becomes due, and what is due is still sent.
                if let Ok(permit) = self.waits.acquire().await {
                    permit.forget();
                }
                self.due.borrow_mut().pop_front()
            }
        }
    }

    /// One connection.
    async fn shoot(self: Rc<Self>, mut line: Line) {
        while let Some((number, since)) = self.take().await {
            let shot = &self.shots[number % self.shots.len()];
            let answer = line.exchange(&shot.bytes).await;
            let elapsed = since.elapsed();
            self.open.set(self.open.get() - 1);
            match answer {
                Ok(status) => self.answered(number, status, (since, elapsed), &line),
                Err(error) => {
                    self.fired.borrow_mut().fail(format!("no answer: {error}"));
                    if line.again().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn answered(&self, number: usize, status: u16, time: (Instant, Duration), line: &Line) {
        let (since, elapsed) = time;
        let mut fired = self.fired.borrow_mut();
        if (200..300).contains(&status) {
            if self.ahead.is_some() {
                fired.promised.push((line.body().to_vec(), since));
            }
            fired.latencies.push(u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX));
            if fired.latencies.len().is_multiple_of(self.keep_every) {
                fired.kept.push((number % self.shots.len(), line.answer()));
            }
        } else {
            let body = String::from_utf8_lossy(line.body()).into_owned();
            fired.fail(format!("{status} {body}"));
        }
    }

    fn end(self) -> Fired {
        let mut fired = self.fired.into_inner();
        // What is still due, or was not answered in time, has failed.
        for _ in 0..self.open.get() {
            fired.fail("no answer in time".to_owned());
        }
        fired
    }
}
