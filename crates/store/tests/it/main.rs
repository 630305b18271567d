//! Tests of the crate through its public door, each on a database file of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod crash;
mod execute;
mod group;
mod jobs;
mod ledger;
mod lists;
mod open;
mod world;
