//! Tests of the crate through its public door.

mod planted;
mod request;
mod world;
