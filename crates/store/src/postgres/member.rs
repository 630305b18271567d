//! One of a group: a command that waits for its turn, and for its answer.

use redress_core::command::Stop;
use redress_core::{Command, Frame, Key};
use tokio::sync::oneshot;

use super::overlay::{JobKey, Overlay};
use crate::decide;
use crate::error::Failure;

/// One of a group.
pub(super) trait Member: Send {
    /// What it will most likely look at.
    fn looks_at(&self) -> Vec<Key> {
        Vec::new()
    }

    /// Decides on what is known; false if it takes more. What it decided is in the overlay then,
    /// and the next attempt forgets what this one gave.
    fn attempt(&mut self, overlay: &mut Overlay) -> bool;

    /// Answers with what the last attempt gave, or with what kept it from being written.
    fn answer(self: Box<Self>, failure: Option<Failure>);
}

/// A command; with the job that it does, if it does one.
pub(super) struct Submitted<C: Command> {
    pub(super) command: C,
    pub(super) frame: Frame,
    pub(super) claim: Option<(JobKey, u32)>,
    pub(super) outcome: Option<Outcome<C>>,
    pub(super) reply: oneshot::Sender<Outcome<C>>,
}

/// What a command gives; nothing if the job was not its to do.
pub(super) type Outcome<C> = Result<Option<<C as Command>::Outcome>, Failure>;

impl<C: Command> Member for Submitted<C> {
    fn looks_at(&self) -> Vec<Key> {
        self.command.looks_at()
    }

    fn attempt(&mut self, overlay: &mut Overlay) -> bool {
        if let Some((job, attempt)) = &self.claim {
            match overlay.holds(job, *attempt) {
                None => return false,
                Some(false) => {
                    self.outcome = Some(Ok(None));
                    return true;
                }
                Some(true) => {}
            }
        }
        self.outcome = Some(match decide::decide(&self.command, self.frame, overlay) {
            Ok((outcome, changes)) => {
                overlay.apply(changes, self.frame.now, self.claim.clone());
                Ok(Some(outcome))
            }
            Err(Stop::Missing(_)) => return false,
            Err(stop) => Err(stop.into()),
        });
        true
    }

    fn answer(self: Box<Self>, failure: Option<Failure>) {
        let outcome = match failure {
            Some(failure) => Err(failure),
            None => self.outcome.expect("answered without a failure only after an attempt"),
        };
        if let Err(Failure::Broken(broken)) = &outcome {
            tracing::error!(%broken, "a command found an invariant broken");
        }
        // Whoever stopped waiting does not want to know.
        drop(self.reply.send(outcome));
    }
}

/// Asks for a round trip to the database, and changes nothing.
pub(super) struct Ping(pub(super) oneshot::Sender<Result<(), Failure>>);

impl Member for Ping {
    fn attempt(&mut self, _overlay: &mut Overlay) -> bool {
        true
    }

    fn answer(self: Box<Self>, failure: Option<Failure>) {
        drop(self.0.send(failure.map_or(Ok(()), Err)));
    }
}
