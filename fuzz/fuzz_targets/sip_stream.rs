//! Any bytes as a TCP stream, whole and in pieces: the same messages come out.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::sip::fuzz_sip_stream(bytes));
