//! Any bytes as a SIP message: parse, check, decode every header, compose, answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::sip::fuzz_sip_message(bytes));
