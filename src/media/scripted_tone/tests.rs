//! Spectrum and cadence, measured on samples.
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test fails by panicking")]
use super::*;
use std::vec;
use std::vec::Vec;
use testbed::goertzel::{is_silent, level_dbm, loudness_dbm};

const DIAL: &str = "350@-19,440@-19;10(*/0/1+2)";
const BUSY: &str = "480@-19,620@-19;10(.5/.5/1+2)";
const SIT1: &str = "985@-16,1428@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)";
const STUTTER: &str = "350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)";
/// Samples until what ends is silent.
const GLIDE: usize = 32;

fn heard(text: &str, ms: usize) -> Vec<i16> {
    let mut tone = ScriptedTone::new();
    tone.play(&ToneScript::parse(text).unwrap());
    let mut samples = vec![0; ms * 8];
    tone.fill(&mut samples);
    samples
}

/// Each frequency at its level in a part of the sound, and nothing beside them.
fn assert_heard(samples: &[i16], from_ms: usize, to_ms: usize, sines: &[(u16, f64)]) {
    let part = &samples[from_ms * 8..to_ms * 8];
    let mut power = 0.0;
    for (hz, dbm) in sines {
        let level = level_dbm(part, *hz);
        assert!((level - dbm).abs() < 0.2, "{hz} Hz at {from_ms} ms: {level} dBm");
        power += 10f64.powf(dbm / 10.0);
    }
    let all = loudness_dbm(part);
    assert!((all - 10.0 * power.log10()).abs() < 0.5, "all of it at {from_ms} ms: {all} dBm");
}

#[test]
fn dial_tone_is_two_sines_for_ten_seconds() {
    let samples = heard(DIAL, 10_100);
    assert_heard(&samples, 100, 1_100, &[(350, -19.0), (440, -19.0)]);
    assert_heard(&samples, 8_900, 9_900, &[(350, -19.0), (440, -19.0)]);
    assert!(!is_silent(&samples[79_900..80_000]));
    assert!(samples[80_000 + GLIDE..].iter().all(|sample| *sample == 0));
}

#[test]
fn busy_tone_is_half_a_second_on_and_half_a_second_off() {
    let samples = heard(BUSY, 10_500);
    for round in 0..10 {
        assert_heard(&samples, round * 1_000 + 100, round * 1_000 + 400, &[(480, -19.0), (620, -19.0)]);
        assert!(
            samples[round * 8_000 + 4_000 + GLIDE..(round + 1) * 8_000].iter().all(|sample| *sample == 0)
        );
    }
    assert!(samples[76_000 + GLIDE..].iter().all(|sample| *sample == 0));
}

#[test]
fn the_special_information_tone_has_three_steps() {
    let samples = heard(SIT1, 10_280);
    for round in [0, 5_140] {
        for (step, hz) in [985, 1_428, 1_777].into_iter().enumerate() {
            let from = round + step * 380;
            assert_heard(&samples, from + 20, from + 370, &[(hz, -16.0)]);
        }
        assert!(samples[(round + 1_140) * 8 + GLIDE..(round + 5_140) * 8].iter().all(|sample| *sample == 0));
    }
}

#[test]
fn the_stutter_tone_stutters_then_is_steady() {
    let samples = heard(STUTTER, 3_000);
    for round in 0..10 {
        assert_heard(&samples, round * 200 + 10, round * 200 + 90, &[(350, -19.0), (440, -19.0)]);
        assert!(samples[round * 1_600 + 800 + GLIDE..(round + 1) * 1_600].iter().all(|sample| *sample == 0));
    }
    assert_heard(&samples, 2_010, 2_910, &[(350, -19.0), (440, -19.0)]);
}

#[test]
fn a_change_comes_at_its_own_sample() {
    let samples = heard("1000@0;.12(.013/.007/1,.01/.03/1)", 130);
    for (on, off) in [(0, 13), (20, 30), (60, 73), (80, 90)].map(|(on, off)| (on * 8, off * 8)) {
        assert!(on == 0 || samples[on - 8..on].iter().all(|sample| *sample == 0), "before {on}");
        assert!(samples[on + 1..on + 4].iter().all(|sample| *sample > 0), "it begins at {on}");
        assert!(samples[off - 8..off].iter().any(|sample| *sample > 20_000), "before {off}");
        assert!(samples[off + 1..off + 4].iter().all(|sample| *sample < 22_000), "it ends at {off}");
        assert!(samples[off + GLIDE..off + 56].iter().all(|sample| *sample == 0), "after {off}");
    }
}

#[test]
fn the_size_of_the_buffers_makes_no_difference() {
    let whole = heard(STUTTER, 2_500);
    for size in [1, 7, 80, 160, 1_280] {
        let mut tone = ScriptedTone::new();
        tone.play(&ToneScript::parse(STUTTER).unwrap());
        let mut samples = vec![0; whole.len()];
        samples.chunks_mut(size).for_each(|chunk| tone.fill(chunk));
        assert!(samples == whole, "in pieces of {size}");
    }
}

#[test]
fn a_tone_is_stopped_replaced_and_over() {
    let mut tone = ScriptedTone::new();
    assert!(tone.is_over());
    let mut samples = [0; 800];
    tone.play(&ToneScript::parse(DIAL).unwrap());
    tone.fill(&mut samples);
    assert!(!tone.is_over());
    tone.play(&ToneScript::parse("600@-16;.1(.05/0.05/1)").unwrap());
    tone.fill(&mut samples);
    assert!((level_dbm(&samples[40..400], 600) + 16.0).abs() < 0.5);
    assert!(samples[400 + GLIDE..].iter().all(|sample| *sample == 0) && tone.is_over());
    tone.play(&ToneScript::parse(DIAL).unwrap());
    tone.fill(&mut samples);
    tone.stop();
    samples = [0; 800];
    tone.mix(&mut samples);
    assert!(samples[0..GLIDE].iter().any(|sample| *sample != 0), "it fades");
    assert!(samples[GLIDE..].iter().all(|sample| *sample == 0) && tone.is_over());
}
