//! What each fuzz target does with its bytes, as one plain function.
//!
//! `fuzz_targets/` runs them under libFuzzer. `crates/cli/tests/it/fuzz.rs` includes this file and
//! runs them on stable, over `fuzz/corpus` and mutations of it. A function panics when what it
//! reads breaks a promise.

mod authorization;
mod explain;
mod keys;
mod notification;
mod platform;
mod request;

pub use authorization::authorization;
pub use explain::explain;
pub use keys::keys;
pub use notification::notification;
pub use request::request;
