//! `--wait`: keeps at a request until it is known what came of it.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use redress::Patience;
use tokio::time::{Instant, interval};

/// How long a command keeps at it, in all.
#[derive(Clone, Copy)]
pub(crate) struct Until(Instant);

impl Until {
    pub(crate) fn within(seconds: u64) -> Self {
        let now = Instant::now();
        Self(now.checked_add(Duration::from_secs(seconds)).unwrap_or(now))
    }

    /// What is left of it, looking as often as this.
    pub(crate) fn patience(self, pace: Patience) -> Patience {
        Patience { limit: self.0.saturating_duration_since(Instant::now()), ..pace }
    }
}

/// Waits, and on a terminal says so.
pub(crate) async fn shown<F: Future>(what: &str, future: F) -> F::Output {
    let mut stderr = std::io::stderr();
    if !stderr.is_terminal() {
        return future.await;
    }
    let begun = Instant::now();
    let mut ticks = interval(Duration::from_secs(1));
    // The first is at once.
    ticks.tick().await;
    tokio::pin!(future);
    loop {
        tokio::select! {
            output = &mut future => {
                let _ = write!(stderr, "\r\u{1b}[K");
                return output;
            }
            _ = ticks.tick() => {
                let _ = write!(stderr, "\r{what} … {} s", begun.elapsed().as_secs());
                let _ = stderr.flush();
            }
        }
    }
}
