//! Tests of the crate through its public door.

mod golden;
mod pages;
mod random;
mod types;
mod wire;
