//! Any text as a dial plan and as what a person dials by it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::dialplan::fuzz_dial_plan(bytes));
