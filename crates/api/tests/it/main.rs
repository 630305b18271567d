//! Tests of the crate through its public door.

mod codes;
mod combine;
mod compensation;
mod drafts;
mod facts;
mod fields;
mod files;
mod golden;
mod orders;
mod pages;
mod prepay;
mod random;
mod refunds;
mod security;
mod sharing;
mod types;
mod wire;
