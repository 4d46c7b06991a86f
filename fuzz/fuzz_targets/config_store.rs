//! Any bytes as an image of settings, and as lines that set, save, damage and restore.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::config::fuzz_config_store(bytes));
