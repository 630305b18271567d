//! Tests of the crate through its public door.

mod codes;
mod compensation;
mod facts;
mod files;
mod golden;
mod orders;
mod pages;
mod prepay;
mod random;
mod refunds;
mod sharing;
mod types;
mod wire;
