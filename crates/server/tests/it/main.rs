//! Tests of the server through its socket: raw bytes in, raw bytes out, real signatures both ways.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

mod auth;
mod caller;
#[expect(dead_code, reason = "other test programs use the rest")]
#[path = "../../../store/tests/cluster/mod.rs"]
mod cluster;
mod contract;
mod control;
mod engine;
mod faults;
mod golden;
mod good;
mod guard;
mod headers;
mod input;
mod journey;
mod limits;
mod logs;
mod malformed;
mod notify;
mod parity;
mod prepay;
mod races;
mod random;
mod reentry;
mod refunds;
mod requests;
mod sharing;
mod sign_test;
mod signature;
mod stop;
mod summary;
mod time;
mod tls;
mod violations;
mod wire;
mod wire_rules;
mod world;
