//! Waits for what the service does in the background.

use redress_api::{Endpoint, Progress};

use crate::client::Client;
use crate::error::{Error, Fate};
use crate::patience::Patience;
use crate::transport::Transport;

/// What a wait for the end has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<R> {
    /// It has ended so.
    Final(R),
    /// The time was not enough; this is how far it has come.
    Open(R),
}

impl<T: Transport> Client<T> {
    /// Sends a query again and again until what it shows is final: a bill is paid, closed or
    /// cancelled, a refund has reached its payer. Five minutes at most;
    /// [`Client::until_final_within`] has another time.
    ///
    /// # Errors
    /// If the query is refused or cannot be signed, or if none is answered in time.
    pub async fn until_final<E>(&self, query: &E) -> Result<Ended<E::Response>, Error>
    where
        E: Endpoint<Response: Progress + Sync>,
    {
        self.until_final_within(query, Patience::BACKGROUND).await
    }

    /// Like [`Client::until_final`], for as long as this.
    ///
    /// # Errors
    /// As for [`Client::until_final`].
    pub async fn until_final_within<E>(
        &self,
        query: &E,
        patience: Patience,
    ) -> Result<Ended<E::Response>, Error>
    where
        E: Endpoint<Response: Progress + Sync>,
    {
        let mut waits = patience.begin();
        loop {
            let seen = self.send(query).await;
            match &seen {
                Ok(answer) if answer.is_final() => {}
                // It is refused, or cannot be sent: the next would fare no better.
                Err(error) if error.fate() != Fate::Unknown && !error.is_retryable() => {}
                Ok(_) | Err(_) => {
                    if waits.wait().await {
                        continue;
                    }
                }
            }
            return seen.map(|answer| {
                if answer.is_final() { Ended::Final(answer) } else { Ended::Open(answer) }
            });
        }
    }
}
