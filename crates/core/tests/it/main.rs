//! Tests of the crate through its public door.

mod audit;
mod bill_table;
mod by_id;
mod clock;
mod codepay;
mod compensation;
mod control;
mod ledger;
mod merchant_bill;
mod model;
mod notice;
mod orders;
mod partner;
mod pre_transfer;
mod prepay;
mod random;
mod refusals;
mod reverse;
mod scene;
mod sharing;
mod simulation;
mod statement;
mod states;
mod subsidy;
mod world;
