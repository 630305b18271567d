//! One side of a run: a load and the server that bears it, window by window.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::load::{self, Fired, Pace, Plan};
use super::machine::Usage;
use super::receiver::Receiver;
use super::server::{Counts, Served};
use super::shot::{Draft, Shot};
use super::sum::{Rsa, Seen, Sum};
use super::world::{self, World};

/// How many distinct requests are replayed where a request may come twice.
const POOL: usize = 8192;
/// How many bills there are to look up.
const BILLS: usize = 1024;
/// How long the bills that have to be there may take to be made, in seconds.
const PREPARE_SECONDS_MAX: u64 = 120;

/// What is asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Load {
    Create,
    /// One sponsor pays all.
    CreateHot,
    Query,
    Mixed,
    Reverse,
    Callbacks,
}

impl Load {
    /// The signatures of a request.
    pub(super) const fn rsa(self) -> Rsa {
        match self {
            Self::Create | Self::CreateHot | Self::Query | Self::Reverse => {
                Rsa { signs: 1.0, verifies: 1.0 }
            }
            // A tenth are calls of the control API.
            Self::Mixed => Rsa { signs: 0.9, verifies: 0.9 },
            Self::Callbacks => Rsa { signs: 1.0, verifies: 0.0 },
        }
    }

    /// Whether each request leaves something behind that takes room.
    pub(super) const fn creates(self) -> bool {
        matches!(self, Self::Create | Self::CreateHot)
    }
}

/// A server with what it holds.
pub(super) struct Place {
    pub(super) served: Served,
    pub(super) world: World,
    /// How large its database was before it was measured, if that is known.
    pub(super) begun_bytes: Option<u64>,
}

/// How a window is run.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) connections: usize,
    pub(super) load_cpus: Option<Vec<usize>>,
    pub(super) pace: Pace,
    pub(super) time: Duration,
}

/// A load, where it goes, and what was seen of it.
pub(super) struct Side {
    pub(super) name: String,
    pub(super) load: Load,
    /// Which of the servers.
    pub(super) place: usize,
    pub(super) sum: Sum,
    /// How many were made in all, those of no window included.
    pub(super) made: usize,
    pub(super) bytes_per_order: Option<f64>,
    /// Requests a second that are to be expected.
    pub(super) expected: f64,
}

/// What is read off a server before and after.
struct Look {
    usage: Option<Usage>,
    counts: anyhow::Result<Counts>,
}

impl Side {
    pub(super) fn new(name: impl Into<String>, load: Load, place: usize, expected: f64) -> Self {
        let (name, sum, made, bytes_per_order) = (name.into(), Sum::default(), 0, None);
        Self { name, load, place, sum, made, bytes_per_order, expected }
    }

    /// Has everything made that its first window needs.
    pub(super) async fn prepare(&self, place: &mut Place, way: &Way) -> anyhow::Result<()> {
        match self.load {
            Load::Create | Load::CreateHot => place.world.sponsors().await,
            Load::Query => {
                place.world.sponsors().await?;
                wait_for_payers(place, way, BILLS).await
            }
            Load::Mixed => place.world.sponsors().await,
            Load::Reverse | Load::Callbacks => Ok(()),
        }
    }

    /// How many requests a window needs.
    fn count(&self, way: &Way) -> usize {
        let seconds = way.time.as_secs_f64();
        match way.pace {
            Pace::Closed => (self.expected * seconds * 1.3) as usize + way.connections,
            Pace::Open(rate) => (rate * seconds).ceil() as usize,
        }
    }

    /// The requests of a window, and whether they may be sent again.
    async fn drafts(
        &self,
        place: &mut Place,
        way: &Way,
        receiver: Option<&Receiver>,
    ) -> anyhow::Result<(Vec<Draft>, bool)> {
        let count = self.count(way);
        let world = &mut place.world;
        Ok(match self.load {
            Load::Create => (world.creates(count, false)?, false),
            Load::CreateHot => (world.creates(count, true)?, false),
            Load::Query => (world.queries(count.min(POOL)), true),
            Load::Mixed => {
                let missing = World::needed(count).saturating_sub(world.waiting());
                wait_for_payers(place, way, missing).await?;
                (place.world.mixed(count)?, false)
            }
            Load::Reverse => (world.reverses(count).await?, false),
            Load::Callbacks => {
                let url = receiver.context("a receiver of callbacks")?.url();
                (world.notices(count.min(POOL), url)?, true)
            }
        })
    }

    /// Runs a window. It counts, unless it is to warm up; its errors count always.
    pub(super) async fn window(
        &mut self,
        place: &mut Place,
        way: &Way,
        receiver: Option<&Receiver>,
        is_warm_up: bool,
    ) -> anyhow::Result<()> {
        let (drafts, again) = self.drafts(place, way, receiver).await?;
        let shots = block_in_place(|| place.world.signer.sign(drafts))?;
        place.world.forget();
        let plan = plan(place, way, Arc::clone(&shots), again, receiver);
        let served = &place.served;
        // The counts first: asking for them takes the server's time.
        let look = || {
            let counts = quiet(served);
            Look { usage: served.usage(), counts }
        };
        let (mut fired, before, after) = block_in_place(|| load::fire(&plan, look))?;
        if let Some(receiver) = receiver {
            receiver.settle(&mut fired)?;
        }
        let verified = check(place, &shots, &mut fired, receiver);
        let seen = Seen {
            latencies: fired.latencies,
            seconds: fired.seconds,
            errors: fired.errors,
            trouble: fired.trouble,
            usage: before.usage.zip(after.usage),
            counts: (before.counts?, after.counts?),
            verified,
        };
        self.made += seen.latencies.len();
        if is_warm_up {
            self.expected = seen.latencies.len() as f64 / seen.seconds;
            self.sum.blame(seen);
        } else {
            self.sum.add(seen);
            self.expected = self.expected.max(self.sum.rate());
        }
        Ok(())
    }
}

/// What a server has counted, once it has done the jobs that the requests have left behind.
fn quiet(served: &Served) -> anyhow::Result<Counts> {
    Handle::current().block_on(world::quiet(served))
}

fn plan(
    place: &Place,
    way: &Way,
    shots: Arc<[Shot]>,
    again: bool,
    receiver: Option<&Receiver>,
) -> Plan {
    Plan {
        address: place.served.address,
        connections: way.connections,
        pace: way.pace,
        time: way.time,
        shots,
        again,
        cpus: way.load_cpus.clone(),
        ahead: receiver.map(Receiver::ahead),
    }
}

/// Has bills made that wait for their payer.
async fn wait_for_payers(place: &mut Place, way: &Way, count: usize) -> anyhow::Result<()> {
    let drafts = place.world.creates(count, false)?;
    let shots = block_in_place(|| place.world.signer.sign(drafts))?;
    let time = Duration::from_secs(PREPARE_SECONDS_MAX);
    let way = Way { pace: Pace::Closed, time, ..way.clone() };
    let plan = plan(place, &way, shots, false, None);
    let (fired, (), ()) = block_in_place(|| load::fire(&plan, || ()))?;
    if let Some((why, times)) = fired.trouble.iter().next() {
        bail!("{times} bills could not be made: {why}");
    }
    world::quiet(&place.served).await?;
    place.world.keep_waiting();
    Ok(())
}

/// Checks the signatures of the answers that were kept; how many.
fn check(place: &Place, shots: &[Shot], fired: &mut Fired, receiver: Option<&Receiver>) -> u64 {
    let mut verified = 0;
    if let Some(receiver) = receiver {
        for outcome in receiver.check(place.world.signer.merchant()) {
            verified += 1;
            if let Err(error) = outcome {
                fired.fail(format!("a callback: {error:#}"));
            }
        }
    }
    for (number, answer) in std::mem::take(&mut fired.kept) {
        if shots[number].signed {
            verified += 1;
            if let Err(error) = place.world.signer.check(&answer) {
                fired.fail(format!("the signature of an answer: {error:#}"));
            }
        }
    }
    verified
}
