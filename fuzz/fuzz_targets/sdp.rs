//! Any bytes as a session description, as an offer and as an answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::sdp::fuzz_sdp(bytes));
