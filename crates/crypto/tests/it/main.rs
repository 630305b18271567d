//! Tests of the crate through its public door.

mod aead;
mod header;
mod http;
mod keys;
mod random;
mod recover;
mod serial;
mod tamper;
mod vectors;
mod verify;
