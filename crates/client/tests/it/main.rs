//! Tests of the crate through its public door.

mod answers;
mod certificates;
mod code_payment;
mod fake;
mod merchant;
mod notification;
mod orders;
mod programs;
mod requests;
mod retry;
mod secrets;
mod server;
mod settle;
mod settle_table;
mod statements;
mod tcp;
mod trust;
