//! Tests of the crate through its public door.

mod answer;
mod catalogue;
mod head;
mod pairs;
mod planted;
mod random;
mod request;
mod world;
