//! Drives a change whose answer was lost to a known end.

use redress_api::{CameOf, Change, Endpoint};

use crate::client::{Client, unsettled};
use crate::error::{Error, Fate};
use crate::patience::Patience;
use crate::transport::Transport;

/// What came of a change; the service says so, nothing is concluded from silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled<A, F> {
    /// It was done, and this is its answer.
    Answered(A),
    /// It was done: its answer was lost, and the query shows this.
    Found(F),
    /// It was not done and cannot be any more, as the query shows: a bill that was to be cancelled
    /// has been paid, say.
    Overtaken(F),
}

/// [`Settled`] by a request's own types.
pub type SettledOf<E> =
    Settled<<E as Endpoint>::Response, <<E as Change>::Query as Endpoint>::Response>;

impl<T: Transport> Client<T> {
    /// Sends a change, and if its fate is unknown then, finds it out: asks by the same number, and
    /// sends it again with the same number where nothing is known of it. Keeps at it for a minute;
    /// [`Client::settle_within`] has another.
    ///
    /// # Errors
    /// [`Fate::NotSent`] and [`Fate::Rejected`] mean that nothing was done. [`Fate::Unknown`]
    /// means that the time was not enough: settle it again later, with the same request.
    pub async fn settle<E: Change>(&self, request: &E) -> Result<SettledOf<E>, Error> {
        self.settle_within(request, Patience::ANSWER).await
    }

    /// Like [`Client::settle`], for as long as this.
    ///
    /// # Errors
    /// As for [`Client::settle`].
    pub async fn settle_within<E: Change>(
        &self,
        request: &E,
        patience: Patience,
    ) -> Result<SettledOf<E>, Error> {
        let mut doubt = match self.send(request).await {
            Ok(answer) => return Ok(Settled::Answered(answer)),
            Err(error) if error.fate() != Fate::Unknown => return Err(error),
            Err(error) => error,
        };
        let mut waits = patience.begin();
        while waits.wait().await {
            match self.look(request).await {
                Look::Settled(settled) => return Ok(settled),
                Look::Wait => continue,
                Look::SendAgain => {}
            }
            match self.send(request).await {
                Ok(answer) => return Ok(Settled::Answered(answer)),
                // A refusal of the repetition says nothing about the first: it may still arrive.
                Err(error) => doubt = unsettled(Some(doubt), error),
            }
        }
        Err(doubt)
    }

    /// Asks what came of a change.
    async fn look<E: Change>(&self, request: &E) -> Look<E> {
        let Some(query) = request.query() else { return Look::SendAgain };
        match self.send(&query).await {
            Ok(found) => match request.came_of(&found) {
                CameOf::Done => Look::Settled(Settled::Found(found)),
                CameOf::Never => Look::Settled(Settled::Overtaken(found)),
                CameOf::Pending => Look::Wait,
                CameOf::Open => Look::SendAgain,
            },
            Err(error) if error.is_no_record() => Look::SendAgain,
            Err(_) => Look::Wait,
        }
    }
}

/// What a query leads to.
enum Look<E: Change> {
    Settled(SettledOf<E>),
    Wait,
    SendAgain,
}
