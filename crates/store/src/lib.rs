//! Durable storage for Redress: commands decided and committed in groups, on SQLite.
//!
//! [`Store::execute`] runs a [`redress_core::Command`] and answers when its changes are on the
//! disk. What the store promises:
//!
//! - **All or nothing.** The changes of a command are written in one transaction. A command that
//!   is refused, finds an invariant broken, or panics has written nothing.
//! - **One after the other.** Commands that write are decided on one thread; each sees everything
//!   that those before it have written.
//! - **Acknowledged is durable.** An answer is given after the commit, and a commit waits for the
//!   disk. Commands that queue up while the disk works share the next commit.
//! - **Bounded.** When the queue is full the answer is [`Failure::Busy`], at once.
//! - **Transfers stay.** The schema refuses to change or delete one, and each carries a link of a
//!   hash chain over all of them.
//! - **Jobs are exactly once.** [`Store::complete`] deletes a job in the transaction of what it
//!   does, and only for the holder of its latest claim.
//! - **One server per file.** A lock beside the file keeps a second one out.
//!
//! A command whose caller stops waiting runs all the same.

mod copy;
mod decide;
mod decided;
mod error;
mod jobs;
mod location;
mod migrate;
mod page;
mod postgres;
mod row;
mod scheduled;
mod sql;
mod sqlite;
mod store;
mod written;

pub use copy::{Copied, CopyError, Progress, copy};
pub use decided::{Decided, Settling};
pub use error::{Failure, OpenError};
pub use jobs::{Claim, Claims, Queued};
pub use location::{BadLocation, Location};
pub use sqlite::Queue;
pub use store::{Options, Store};
pub use written::{Written, written};
