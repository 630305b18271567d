//! Compensation bills: their states, their money, and the three operations on them.
//!
//! A bill that is not final holds its amount on the sponsor's account; a final one holds nothing.

mod bill;
mod operations;
mod steps;

pub use bill::{Bill, Close, Content, Event, next};
pub use steps::{Answer, PayerAnswers, Step};

/// How long a bill waits for its payer: 24 hours, in seconds.
pub const CONFIRM_SECONDS_MAX: i64 = 24 * 3600;
