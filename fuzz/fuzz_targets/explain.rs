//! The target `explain`: see the function.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| redress_fuzz::explain(data));
