//! Tests of the crate through its public door.

mod audit;
mod clock;
mod compensation;
mod control;
mod ledger;
mod model;
mod random;
mod refusals;
mod reverse;
mod scene;
mod simulation;
mod states;
mod subsidy;
mod world;
