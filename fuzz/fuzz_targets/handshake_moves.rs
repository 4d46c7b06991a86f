//! Any moves of two sides of a secure call and an attacker between them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::secure_call::fuzz_handshake_moves(bytes));
