//! Any bytes as SRTP and SRTCP packets, from the network and to be sent.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::srtp::fuzz_srtp(bytes));
