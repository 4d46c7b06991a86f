//! Which tone is in a piece of sound: Goertzel's algorithm, for tests that listen.
//!
//! ```
//! let wave = |n: u32| (f64::from(n) * 440.0 * 0.000_785_398).sin() * 8_000.0;
//! let tone: Vec<i16> = (0..800).map(|n| wave(n) as i16).collect();
//! assert!(testbed::goertzel::hears(&tone, 440));
//! assert!(!testbed::goertzel::hears(&tone, 480));
//! assert!(testbed::goertzel::is_silent(&[0; 800]));
//! ```

use std::f64::consts::TAU;

/// Samples a second.
const RATE: f64 = 8_000.0;
/// The peak of a sine at 0 dBm0, as the library's tone generator has it.
const PEAK_AT_0_DBM: f64 = 22_656.0;
/// Below this level nobody hears anything.
const SILENCE_DBM: f64 = -50.0;
/// How much of the sound must be the tone for it to be heard as that tone.
const SHARE: f64 = 0.4;

/// The level of a frequency in dBm0; a Hann window keeps what is beside it away.
#[must_use]
pub fn level_dbm(samples: &[i16], hz: u16) -> f64 {
    let coefficient = 2.0 * (TAU * f64::from(hz) / RATE).cos();
    let length = samples.len() as f64;
    let (mut before, mut last, mut weight) = (0.0, 0.0, 0.0);
    for (place, sample) in samples.iter().enumerate() {
        let window = 0.5 - 0.5 * (TAU * (place as f64 + 0.5) / length).cos();
        let next = f64::from(*sample) * window + coefficient * last - before;
        (before, last) = (last, next);
        weight += window;
    }
    let power = last * last + before * before - coefficient * last * before;
    decibels(2.0 * power.max(0.0).sqrt() / weight.max(1.0))
}

/// The level of all that sounds, as that of a sine of the same power.
#[must_use]
pub fn loudness_dbm(samples: &[i16]) -> f64 {
    let squares: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    decibels((2.0 * squares / (samples.len() as f64).max(1.0)).sqrt())
}

/// Whether a tone is heard: loud enough, and most of what there is.
#[must_use]
pub fn hears(samples: &[i16], hz: u16) -> bool {
    let level = level_dbm(samples, hz);
    level > SILENCE_DBM && level > loudness_dbm(samples) + 10.0 * SHARE.log10()
}

/// Whether nothing is heard.
#[must_use]
pub fn is_silent(samples: &[i16]) -> bool {
    loudness_dbm(samples) <= SILENCE_DBM
}

fn decibels(peak: f64) -> f64 {
    20.0 * (peak.max(1e-6) / PEAK_AT_0_DBM).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskphone::media::tone_generator::{Component, ToneGenerator};

    fn tone(components: &[Component]) -> Vec<i16> {
        let mut generator = ToneGenerator::new();
        let mut samples = vec![0; 2_400];
        generator.set(components);
        generator.fill(&mut samples);
        samples
    }

    #[test]
    fn a_tone_is_heard_with_its_level_and_its_neighbours_are_not() {
        let samples = tone(&[Component { hz: 440, level: -190 }]);
        assert!((level_dbm(&samples, 440) + 19.0).abs() < 0.2, "{}", level_dbm(&samples, 440));
        assert!(hears(&samples, 440) && !hears(&samples, 350) && !hears(&samples, 480));
        assert!(!is_silent(&samples));
    }

    #[test]
    fn two_tones_have_half_the_power_each() {
        let samples = tone(&[350, 440].map(|hz| Component { hz, level: -190 }));
        assert!((level_dbm(&samples, 350) + 19.0).abs() < 0.3);
        assert!((loudness_dbm(&samples) + 16.0).abs() < 0.3);
    }

    #[test]
    fn silence_holds_no_tone() {
        assert!(is_silent(&[0; 800]) && is_silent(&[3; 800]) && is_silent(&[]));
        assert!(!hears(&[0; 800], 440));
    }
}
