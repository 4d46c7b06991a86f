//! Any text as each of the phone's scripts.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::script::fuzz_scripts(bytes));
