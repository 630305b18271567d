//! Tests of the crate through its public door.

mod answers;
mod blocking;
mod certificates;
mod code_payment;
mod extract;
mod fake;
mod limits;
mod log;
mod merchant;
mod notification;
mod observe;
mod orders;
mod programs;
mod requests;
mod retry;
mod secrets;
mod sensitive;
mod server;
mod settle;
mod signer;
mod sites;
mod statements;
mod tcp;
mod tower;
mod trust;
mod until;
