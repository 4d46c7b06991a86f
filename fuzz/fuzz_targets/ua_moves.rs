//! Any bytes as a sequence of inputs to a user agent.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::ua::fuzz_ua_moves(bytes));
