//! What a command has decided, told before it is on the disk.

use tokio::sync::oneshot;

use crate::error::Failure;

/// An outcome that may be prepared for, and must not be told to anyone until it is settled.
#[must_use = "an outcome that is not settled may not be told to anyone"]
#[derive(Debug)]
pub struct Decided<T> {
    outcome: T,
    settling: Settling<T>,
}

/// The rest of it: whether it is on the disk.
#[must_use = "an outcome that is not settled may not be told to anyone"]
#[derive(Debug)]
pub struct Settling<T>(Option<oneshot::Receiver<Result<Option<T>, Failure>>>);

impl<T> Decided<T> {
    /// One that is durable already.
    pub(crate) const fn durable(outcome: T) -> Self {
        Self { outcome, settling: Settling(None) }
    }

    pub(crate) const fn new(
        outcome: T,
        settled: oneshot::Receiver<Result<Option<T>, Failure>>,
    ) -> Self {
        Self { outcome, settling: Settling(Some(settled)) }
    }

    /// The outcome, and the rest.
    pub fn into_parts(self) -> (T, Settling<T>) {
        (self.outcome, self.settling)
    }
}

impl<T> Settling<T> {
    /// Whether there is nothing to wait for.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.0.is_none()
    }

    /// Waits until the outcome is durable. `None` if it is as it was told; another one if the
    /// command had to be run again, and has decided otherwise.
    ///
    /// # Errors
    /// See [`Failure`]; then the outcome that was told is none.
    pub async fn settle(self) -> Result<Option<T>, Failure> {
        match self.0 {
            Some(settled) => settled.await.unwrap_or(Err(Failure::Closed)),
            None => Ok(None),
        }
    }
}
