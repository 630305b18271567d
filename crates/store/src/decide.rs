//! One attempt at a command, whatever its rows come from.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use redress_core::command::{Broken, Stop};
use redress_core::{Changes, Command, Frame, Rows, attempt, attempt_with_due};

/// What a rule decides over these rows, and what follows from it at once. If something is broken
/// there, what follows is left to its jobs.
pub(crate) fn decide<C: Command>(
    command: &C,
    frame: Frame,
    rows: &mut dyn Rows,
) -> Result<(C::Outcome, Changes), Stop> {
    match caught(|| attempt_with_due(command, frame, rows)) {
        Err(Stop::Broken(_)) => caught(|| attempt(command, frame, rows)),
        decided => decided,
    }
}

/// A rule that panics is a rule that found something broken.
fn caught<T>(rule: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
    // A rule has no state that outlives it but its command, which only it reads.
    catch_unwind(AssertUnwindSafe(rule)).unwrap_or_else(|panic| {
        Err(Stop::Broken(Broken(format!("a rule panicked: {}", words(panic.as_ref())))))
    })
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}

/// Says in the log that a command found an invariant broken.
pub(crate) fn report(stop: &Stop) {
    if let Stop::Broken(broken) = stop {
        tracing::error!(%broken, "a command found an invariant broken");
    }
}
