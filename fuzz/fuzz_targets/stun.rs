//! Any bytes as STUN.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::stun::fuzz_stun(bytes));
