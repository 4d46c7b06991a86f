//! The fuzz bodies on their seeds, so that an ordinary test run compiles and exercises them.
//!
//! A seed that somebody wrote also runs cut off at every length and with each of its bytes changed once;
//! those that a fuzzer found (their names begin with `found_`) run as they are.
#![cfg(all(test, feature = "_fuzzing"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;

/// The seeds of a target, and whether somebody wrote them.
fn seeds(target: &str) -> Vec<(Vec<u8>, bool)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let written = |path: &Path| !path.file_name().unwrap().to_string_lossy().starts_with("found_");
    paths.iter().map(|path| (fs::read(path).unwrap(), written(path))).collect()
}

fn run(target: &str, body: fn(&[u8])) {
    let seeds = seeds(target);
    assert!(!seeds.is_empty(), "no seeds for {target}");
    for (seed, written) in seeds {
        body(&seed);
        if !written {
            continue;
        }
        for length in 0..seed.len() {
            body(&seed[..length]);
        }
        let mut changed = seed.clone();
        for at in 0..seed.len() {
            changed[at] = [0x00, 0xFF, b' ', b'\n', b',', b'"', b'>', b'9'][at % 8];
            body(&changed);
            changed[at] = seed[at];
        }
    }
}

#[test]
fn certificate() {
    run("certificate", deskphone::secure_call::fuzz_certificate);
}

#[test]
fn config_store() {
    run("config_store", deskphone::config::fuzz_config_store);
}

#[test]
fn dial_plan() {
    run("dial_plan", deskphone::dialplan::fuzz_dial_plan);
}

#[test]
fn handshake_moves() {
    run("handshake_moves", deskphone::secure_call::fuzz_handshake_moves);
}

#[test]
fn media() {
    run("media", deskphone::media::fuzz_media);
}

#[test]
fn phone_moves() {
    run("phone_moves", deskphone::phone::fuzz_phone_moves);
}

#[test]
fn rtp() {
    run("rtp", deskphone::rtp::fuzz_rtp);
}

#[test]
fn scripts() {
    run("scripts", deskphone::script::fuzz_scripts);
}

#[test]
fn sdp() {
    run("sdp", deskphone::sdp::fuzz_sdp);
}

#[test]
fn sip_message() {
    run("sip_message", deskphone::sip::fuzz_sip_message);
}

#[test]
fn sip_stream() {
    run("sip_stream", deskphone::sip::fuzz_sip_stream);
}

#[test]
fn srtp() {
    run("srtp", deskphone::srtp::fuzz_srtp);
}

#[test]
fn stun() {
    run("stun", deskphone::stun::fuzz_stun);
}

#[test]
fn ua_moves() {
    run("ua_moves", deskphone::ua::fuzz_ua_moves);
}
