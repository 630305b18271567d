//! How long a client keeps at something, and how often it looks.

use std::time::Duration;

use tokio::time::Instant;

/// How long to go on, and how long to wait between one look and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// When to give up, from the beginning on. What is under way then is waited for.
    pub limit: Duration,
    /// The first wait; each further one is half as long again.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
}

impl Patience {
    /// For a lost answer: a minute, looking after 1 s, 1.5 s, 2.25 s, … up to every 10 s.
    pub const ANSWER: Self = Self::new(60, 1, 10);
    /// For what the service does in the background: five minutes, looking every 2 s to 30 s.
    pub const BACKGROUND: Self = Self::new(300, 2, 30);

    const fn new(limit: u64, first_wait: u64, longest_wait: u64) -> Self {
        Self {
            limit: Duration::from_secs(limit),
            first_wait: Duration::from_secs(first_wait),
            longest_wait: Duration::from_secs(longest_wait),
        }
    }

    pub(crate) fn begin(self) -> Waits {
        Waits { end: Instant::now() + self.limit, next: self.first_wait, patience: self }
    }
}

/// The waits of one go.
pub(crate) struct Waits {
    end: Instant,
    next: Duration,
    patience: Patience,
}

impl Waits {
    /// Waits once more, and says whether there was time for it.
    pub(crate) async fn wait(&mut self) -> bool {
        let wait = self.next.min(self.patience.longest_wait);
        if Instant::now() + wait > self.end {
            return false;
        }
        tokio::time::sleep(wait).await;
        self.next = wait + wait / 2;
        true
    }
}
