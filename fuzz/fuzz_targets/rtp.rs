//! Any bytes as RTP and as RTCP.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::rtp::fuzz_rtp(bytes));
