//! Payments (支付).

mod reverse;

pub use reverse::{Reverse, Reversed};
