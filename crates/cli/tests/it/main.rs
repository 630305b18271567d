//! Tests of the binary `redress`, run as a stranger runs it, and of the tree that it is made from.

mod bench;
mod bill;
mod ca;
mod callbacks;
mod cli;
#[path = "../../../store/tests/cluster/mod.rs"]
mod cluster;
mod crash;
mod curl;
mod doctor;
mod exec;
mod explain;
mod fault;
mod fuzz;
mod interop;
mod keys;
mod message;
mod nodes;
mod notify;
mod outage;
mod payer;
mod profile;
mod requests;
mod served;
mod store;
mod tidy;
mod wait;
mod world;
