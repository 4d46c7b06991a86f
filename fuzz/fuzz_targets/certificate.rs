//! Any bytes as a Mini-Certificate, a setting, and a message of the secure call.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::secure_call::fuzz_certificate(bytes));
