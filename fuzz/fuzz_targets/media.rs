//! Any sequence of datagrams, keys, plans and pauses to one audio stream.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| deskphone::media::fuzz_media(bytes));
