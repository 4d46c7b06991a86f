#![allow(clippy::arithmetic_side_effects, reason = "a spectrum, in floats, for the test only")]
use super::*;
use core::f64::consts::TAU;
use std::vec;
use std::vec::Vec;

const SECOND: usize = 8_000;

/// The level of one frequency in dBm0 over a whole second, where every whole hertz is a bin of its own.
fn level_at(samples: &[i16], hz: u16) -> f64 {
    let turn = TAU * f64::from(hz) / 8_000.0;
    let (mut re, mut im, mut angle) = (0.0, 0.0, 0.0f64);
    for sample in samples {
        re += f64::from(*sample) * angle.cos();
        im += f64::from(*sample) * angle.sin();
        angle += turn;
    }
    let peak = 2.0 * (re * re + im * im).sqrt() / 8_000.0;
    20.0 * (peak.max(1e-9) / 22_656.0).log10()
}

/// Everything that is in the signal, in dBm0.
fn power(samples: &[i16]) -> f64 {
    let squares: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    10.0 * (2.0 * squares / 8_000.0 / 22_656f64.powi(2)).max(1e-12).log10()
}

fn steady(components: &[Component]) -> Vec<i16> {
    let mut tone = ToneGenerator::new();
    tone.set(components);
    tone.fill(&mut [0; 64]);
    let mut samples = vec![0; SECOND];
    tone.fill(&mut samples);
    samples
}

#[test]
fn a_component_has_its_level_and_nothing_beside_it() {
    for level in [30, 0, -5, -100, -163, -190, -260, -400] {
        for hz in [25, 350, 440, 697, 1004, 1777, 3999] {
            let samples = steady(&[Component { hz, level }]);
            let measured = level_at(&samples, hz);
            assert!((measured - f64::from(level) / 10.0).abs() < 0.1, "{hz} Hz at {level}: {measured}");
            let peak = 22_656.0 * 10f64.powf(measured / 20.0);
            let (mut re, mut im) = (0.0, 0.0);
            for (place, sample) in (0u32..).zip(&samples) {
                let angle = TAU * f64::from(hz) * f64::from(place) / 8_000.0;
                re += f64::from(*sample) * angle.cos() / 4_000.0;
                im += f64::from(*sample) * angle.sin() / 4_000.0;
            }
            for (place, sample) in (0u32..).zip(&samples) {
                let angle = TAU * f64::from(hz) * f64::from(place) / 8_000.0;
                let ideal = re * angle.cos() + im * angle.sin();
                let left = (f64::from(*sample) - ideal).round();
                assert!(left.abs() <= 3.0 + peak * 1e-4, "{hz} Hz at {level}: {left} off the sine");
            }
        }
    }
}

#[test]
fn the_components_of_a_special_information_tone_are_apart() {
    let tone = [985, 1428, 1777].map(|hz| Component { hz, level: -160 });
    let samples = steady(&tone);
    for component in tone {
        assert!((level_at(&samples, component.hz) + 16.0).abs() < 0.1);
    }
    assert!(
        (power(&samples) + 11.23).abs() < 0.1,
        "three times the power, nothing else: {}",
        power(&samples)
    );
    for hz in [443, 792, 1970, 2413, 3205] {
        assert!(level_at(&samples, hz) < -80.0, "{hz}");
    }
}

#[test]
fn six_components_sound_and_a_seventh_does_not() {
    let tone = [300, 500, 700, 900, 1100, 1300, 1500].map(|hz| Component { hz, level: -200 });
    let samples = steady(&tone);
    assert!(tone.iter().take(6).all(|one| (level_at(&samples, one.hz) + 20.0).abs() < 0.1));
    assert!(level_at(&samples, 1500) < -80.0);
}

#[test]
fn a_component_that_goes_on_keeps_its_phase() {
    let mut changing = ToneGenerator::new();
    let mut alone = ToneGenerator::new();
    let (low, high) = (Component { hz: 440, level: -190 }, Component { hz: 480, level: -190 });
    changing.set(&[low, high]);
    alone.set(&[low]);
    let (mut a, mut b) = ([0; 1_000], [0; 1_000]);
    changing.fill(&mut a);
    alone.fill(&mut b);
    changing.set(&[low]);
    changing.fill(&mut a);
    alone.fill(&mut b);
    assert_eq!(a.get(100..), b.get(100..), "after the glide only the old sine is left, and it never stopped");
}

#[test]
fn nothing_clicks_when_a_tone_starts_and_stops() {
    let mut tone = ToneGenerator::new();
    let mut samples = vec![0; 2_400];
    for (turn, chunk) in samples.chunks_mut(400).enumerate() {
        if turn % 2 == 0 {
            tone.set(&[Component { hz: 440, level: -100 }])
        } else {
            tone.silence()
        }
        tone.fill(chunk);
    }
    // The steepest step of the steady sine is peak * 2 sin(pi * 440 / 8000); the glide adds a thirtieth of
    // the peak.
    let peak = 22_656.0 * 10f64.powf(-0.5);
    let limit = peak * (2.0 * (TAU * 220.0 / 8_000.0).sin() + 0.05);
    assert!(samples.windows(2).all(|pair| f64::from(pair[0].abs_diff(pair[1])) < limit));
    assert!(tone.is_silent());
}

#[test]
fn what_cannot_sound_is_silent_and_what_is_too_loud_is_limited() {
    assert!(steady(&[Component { hz: 4_000, level: 0 }]).iter().all(|sample| *sample == 0));
    assert!(steady(&[Component { hz: 0, level: 0 }]).iter().all(|sample| *sample == 0));
    let mut tone = ToneGenerator::new();
    tone.set(&[Component { hz: 0, level: 0 }]);
    assert!(tone.is_silent(), "it takes no oscillator either");
    assert!(steady(&[Component { hz: 440, level: i16::MIN }]).iter().all(|sample| *sample == 0));
    let loud = steady(&[Component { hz: 1_000, level: i16::MAX }, Component { hz: 1_000, level: i16::MAX }]);
    assert!(loud.contains(&i16::MAX));
}
