//! Combined orders (合单): orders that one payer pays at once, all of them or none.
//!
//! Each of them is an [`Order`](crate::order::Order) of its own: refunds, sharing and subsidies
//! take it by its own numbers. Only paying and closing is done to all of them together, and only
//! here can they be looked up.

mod combined;
mod operations;
mod steps;

pub use combined::{Combined, Content, Event, Phase, next};
pub use steps::{EXPIRE_SECONDS_MAX, EXPIRE_SECONDS_MIN, Step};

pub(crate) use combined::tally;
pub(crate) use steps::act;

/// How many orders a direct merchant combines.
pub const DIRECT_ORDERS: std::ops::RangeInclusive<usize> = 2..=10;
