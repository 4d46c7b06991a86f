//! Any bytes as a sequence of inputs to a phone.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::phone::fuzz_phone_moves(bytes));
