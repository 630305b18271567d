//! Places: how many callbacks are under way at once, so that slow receivers hold up no others.
//!
//! Each receiver (host and port) has a few places of its own. A callback begins in the lane for
//! those that end soon, and after a moment moves to the lane for those that last; so receivers
//! that hang fill the second lane only. A receiver that has hung lately has one place, in a small
//! lane of such receivers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The most callbacks that are held in memory, those that wait for a place included.
const ADMITTED_MAX: usize = 4096;
/// The most of one receiver that are held in memory, and of one that has hung lately.
const HELD_MAX: usize = 1024;
const HELD_HUNG_MAX: usize = 4;
/// The most that are under way to one receiver.
const RECEIVER_MAX: usize = 8;
/// The most that have just begun.
const BEGUN_MAX: usize = 128;
/// The most that last.
const LASTING_MAX: usize = 512;
/// The most that are under way to receivers that have hung lately.
const HUNG_MAX: usize = 64;
/// How long a callback may keep its place among those that have just begun, in milliseconds.
pub(super) const BEGUN_MILLISECONDS: u64 = 100;
/// For how long a receiver that hung is treated as one, in seconds.
const HUNG_SECONDS: u64 = 60;
/// How many receivers are remembered before those that are done with are forgotten.
const RECEIVERS_MAX: usize = 1024;

/// All places.
#[derive(Debug)]
pub(super) struct Places {
    admitted: Arc<Semaphore>,
    begun: Arc<Semaphore>,
    lasting: Arc<Semaphore>,
    hung: Arc<Semaphore>,
    receivers: Mutex<BTreeMap<String, Receiver>>,
}

#[derive(Debug)]
struct Receiver {
    /// Callbacks in memory.
    held: usize,
    places: Arc<Semaphore>,
    hung_until: Option<Instant>,
}

impl Receiver {
    fn is_hung(&self) -> bool {
        self.hung_until.is_some_and(|until| Instant::now() < until)
    }
}

/// Why a callback has to come again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// Many wait already.
    Busy,
    /// The receiver has hung lately, and others like it are being tried.
    Hung,
}

impl Default for Places {
    fn default() -> Self {
        let lane = |most| Arc::new(Semaphore::new(most));
        Self {
            admitted: lane(ADMITTED_MAX),
            begun: lane(BEGUN_MAX),
            lasting: lane(LASTING_MAX),
            hung: lane(HUNG_MAX),
            receivers: Mutex::default(),
        }
    }
}

impl Places {
    /// Room in memory for one more.
    pub(super) fn admit(&self) -> Result<OwnedSemaphorePermit, Full> {
        Arc::clone(&self.admitted).try_acquire_owned().map_err(|_full| Full::Busy)
    }

    /// Gets in line for a receiver.
    pub(super) fn queue(self: &Arc<Self>, receiver: &str) -> Result<InLine, Full> {
        let mut receivers = self.receivers();
        if receivers.len() >= RECEIVERS_MAX {
            receivers.retain(|_, receiver| receiver.held > 0 || receiver.is_hung());
        }
        let places = || Arc::new(Semaphore::new(RECEIVER_MAX));
        let entry = receivers.entry(receiver.to_owned()).or_insert_with(|| Receiver {
            held: 0,
            places: places(),
            hung_until: None,
        });
        if entry.held >= if entry.is_hung() { HELD_HUNG_MAX } else { HELD_MAX } {
            return Err(if entry.is_hung() { Full::Hung } else { Full::Busy });
        }
        entry.held += 1;
        let places = Arc::clone(&entry.places);
        Ok(InLine { all: Arc::clone(self), receiver: receiver.to_owned(), places })
    }

    fn receivers(&self) -> MutexGuard<'_, BTreeMap<String, Receiver>> {
        // Nothing that can panic runs under the lock.
        self.receivers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A callback in line for its receiver. Leaves the line when dropped.
#[derive(Debug)]
pub(super) struct InLine {
    all: Arc<Places>,
    receiver: String,
    places: Arc<Semaphore>,
}

/// A place to send from.
#[derive(Debug)]
pub(super) struct Place {
    all: Arc<Places>,
    lane: OwnedSemaphorePermit,
    _of_receiver: OwnedSemaphorePermit,
    has_begun: bool,
}

impl InLine {
    /// Waits for a place, or learns that the receiver hangs.
    pub(super) async fn place(&self) -> Result<Place, Full> {
        let all = Arc::clone(&self.all);
        let take = |lane: &Arc<Semaphore>| Arc::clone(lane).acquire_owned();
        let of_receiver = take(&self.places).await.map_err(|_closed| Full::Busy)?;
        if self.is_hung() {
            if self.places.available_permits() + 1 < RECEIVER_MAX {
                return Err(Full::Hung);
            }
            let lane = Arc::clone(&all.hung).try_acquire_owned().map_err(|_full| Full::Hung)?;
            return Ok(Place { all, lane, _of_receiver: of_receiver, has_begun: false });
        }
        let lane = take(&all.begun).await.map_err(|_closed| Full::Busy)?;
        Ok(Place { all, lane, _of_receiver: of_receiver, has_begun: true })
    }

    fn is_hung(&self) -> bool {
        self.all.receivers().get(&self.receiver).is_some_and(Receiver::is_hung)
    }

    /// Remembers whether the receiver hung.
    pub(super) fn learn(&self, hung: bool) {
        let until = hung.then(|| Instant::now() + Duration::from_secs(HUNG_SECONDS));
        if let Some(receiver) = self.all.receivers().get_mut(&self.receiver) {
            receiver.hung_until = until;
        }
    }
}

impl Drop for InLine {
    fn drop(&mut self) {
        let mut receivers = self.all.receivers();
        if let Some(receiver) = receivers.get_mut(&self.receiver) {
            receiver.held -= 1;
            if receiver.held == 0 && !receiver.is_hung() {
                receivers.remove(&self.receiver);
            }
        }
    }
}

impl Place {
    /// Runs something in this place; when it lasts, it makes room for others to begin.
    pub(super) async fn run<T>(mut self, work: impl Future<Output = T>) -> T {
        let work = std::pin::pin!(work);
        let mut work = work;
        if self.has_begun {
            let soon = Duration::from_millis(BEGUN_MILLISECONDS);
            if let Ok(done) = tokio::time::timeout(soon, &mut work).await {
                return done;
            }
            let lasting = Arc::clone(&self.all.lasting).acquire_owned();
            tokio::select! {
                done = &mut work => return done,
                Ok(lane) = lasting => self.lane = lane,
            }
        }
        work.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(places: &Arc<Places>, receiver: &str) -> InLine {
        places.queue(receiver).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_receiver_has_a_few_places() {
        let places = Arc::new(Places::default());
        let mut held = Vec::new();
        for _ in 0..RECEIVER_MAX {
            let line = queue(&places, "a");
            held.push((line.place().await.unwrap(), line));
        }
        let next = queue(&places, "a");
        let waiting = tokio::time::timeout(Duration::from_secs(1), next.place()).await;
        assert!(waiting.is_err());
        // Another receiver does not notice.
        queue(&places, "b").place().await.unwrap();
        held.pop();
        next.place().await.unwrap();
        drop((held, next));
        assert!(places.receivers().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_lasts_keeps_nobody_from_beginning() {
        let places = Arc::new(Places::default());
        let mut tasks = Vec::new();
        for n in 0..BEGUN_MAX * 3 {
            let line = queue(&places, &format!("hangs{n}"));
            tasks.push(tokio::spawn(async move {
                line.place().await.unwrap().run(std::future::pending::<()>()).await;
            }));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
        let line = queue(&places, "answers");
        let started = Instant::now();
        line.place().await.unwrap().run(async {}).await;
        assert!(started.elapsed() <= Duration::from_millis(4 * BEGUN_MILLISECONDS));
        for task in tasks {
            task.abort();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_receiver_that_hung_is_tried_by_one_at_a_time() {
        let places = Arc::new(Places::default());
        let line = queue(&places, "a");
        line.place().await.unwrap();
        line.learn(true);
        let place = line.place().await.unwrap();
        let second = queue(&places, "a");
        assert_eq!(second.place().await.unwrap_err(), Full::Hung);
        let _more = [queue(&places, "a"), queue(&places, "a")];
        assert_eq!(places.queue("a").unwrap_err(), Full::Hung);
        drop(place);
        second.place().await.unwrap();
        // Time heals, and so does an answer.
        tokio::time::sleep(Duration::from_secs(HUNG_SECONDS)).await;
        let pair = (second.place().await.unwrap(), line.place().await.unwrap());
        line.learn(true);
        line.learn(false);
        second.place().await.unwrap();
        drop(pair);
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded() {
        let places = Arc::new(Places::default());
        let admitted: Vec<_> = (0..ADMITTED_MAX).map(|_| places.admit().unwrap()).collect();
        assert_eq!(places.admit().unwrap_err(), Full::Busy);
        drop(admitted);
        drop(places.admit().unwrap());
        let lines: Vec<_> = (0..HELD_MAX).map(|_| queue(&places, "a")).collect();
        assert_eq!(places.queue("a").unwrap_err(), Full::Busy);
        drop(lines);
        for n in 0..2 * RECEIVERS_MAX {
            queue(&places, &format!("hung{n}")).learn(true);
        }
        tokio::time::sleep(Duration::from_secs(HUNG_SECONDS)).await;
        queue(&places, "a");
        assert!(places.receivers().len() <= 1);
    }
}
