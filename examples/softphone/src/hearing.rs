//! What a listener makes of the last moments of sound: silence, or one frequency above all else.

use std::collections::VecDeque;
use std::f32::consts::TAU;

use crate::script::Heard;

/// Samples a second, everywhere in this program.
pub const SAMPLE_RATE: u32 = 8_000;
/// How much is listened to: 300 ms.
const WINDOW: usize = 2_400;
/// The window is judged in pieces of 100 ms, so that a jump of phase (a lost packet) does not hide a tone.
const PIECE: usize = 800;
/// Root mean square below which a piece of sound counts as silence: -60 dB of full scale.
const SILENT: f32 = 33.0;
/// The share of the energy that a frequency must have to be what is heard.
const DOMINANT: f32 = 0.6;

/// The last 300 ms of what an audio device played.
#[derive(Clone, Debug)]
pub struct Hearing {
    samples: VecDeque<i16>,
}

impl Default for Hearing {
    fn default() -> Self {
        Self { samples: VecDeque::from(vec![0; WINDOW]) }
    }
}

impl Hearing {
    /// More of it was played.
    pub fn push(&mut self, played: &[i16]) {
        self.samples.extend(played);
        let excess = self.samples.len().saturating_sub(WINDOW);
        self.samples.drain(..excess);
    }

    /// Whether this is what was heard.
    #[must_use]
    pub fn is(&self, heard: Heard) -> bool {
        match heard {
            Heard::Silence => self.is_silent(),
            Heard::Hertz(hertz) => !self.is_silent() && self.share(hertz) >= DOMINANT,
        }
    }

    /// Root mean square of the window, of 32 767.
    #[must_use]
    pub fn level(&self) -> f32 {
        (self.energy() / WINDOW as f32).sqrt()
    }

    /// What is heard, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        if self.is_silent() {
            return "silence".into();
        }
        let level_db = 20.0 * (self.level() / 32_768.0).log10();
        let all = self.window();
        let last = all.get(WINDOW - PIECE..).unwrap_or_default();
        let candidates =
            (10..390_u16).map(|n| f32::from(n) * 10.0).map(|hertz| (hertz, energy_at(last, hertz)));
        let loudest = candidates.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(hertz, _)| hertz);
        match loudest {
            Some(hertz) if self.share(hertz) >= DOMINANT => format!("{hertz}Hz at {level_db:.0} dB"),
            _ => format!("a mixture at {level_db:.0} dB"),
        }
    }

    fn is_silent(&self) -> bool {
        self.level() < SILENT
    }

    fn energy(&self) -> f32 {
        self.samples.iter().map(|&sample| f32::from(sample).powi(2)).sum()
    }

    fn window(&self) -> Vec<f32> {
        self.samples.iter().map(|&sample| f32::from(sample)).collect()
    }

    /// The share of the window's energy that lies at `hertz`.
    fn share(&self, hertz: f32) -> f32 {
        let at: f32 = self.window().chunks(PIECE).map(|piece| energy_at(piece, hertz)).sum();
        at / self.energy().max(1.0)
    }
}

/// Goertzel's algorithm: the energy that `samples` hold at `hertz`.
fn energy_at(samples: &[f32], hertz: f32) -> f32 {
    let turn = 2.0 * (TAU * hertz / SAMPLE_RATE as f32).cos();
    let (mut one, mut two) = (0.0_f32, 0.0_f32);
    for sample in samples {
        (one, two) = (sample + turn * one - two, one);
    }
    let power = one * one + two * two - turn * one * two;
    // A pure sine of n samples has the power (n·a/2)² and the energy n·a²/2.
    2.0 * power / samples.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hertz: f32, amplitude: f32, samples: usize) -> Vec<i16> {
        let step = TAU * hertz / SAMPLE_RATE as f32;
        (0..samples).map(|n| (amplitude * (n as f32 * step).sin()) as i16).collect()
    }

    fn heard(samples: &[i16]) -> Hearing {
        let mut hearing = Hearing::default();
        hearing.push(samples);
        hearing
    }

    #[test]
    fn a_sine_is_its_frequency_and_no_other() {
        let hearing = heard(&sine(440.0, 8_000.0, 4_000));
        assert!(hearing.is(Heard::Hertz(440.0)));
        assert!(!hearing.is(Heard::Hertz(480.0)));
        assert!(!hearing.is(Heard::Hertz(880.0)));
        assert!(!hearing.is(Heard::Silence));
        assert_eq!(hearing.describe(), "440Hz at -15 dB");
    }

    #[test]
    fn a_jump_of_phase_hides_nothing() {
        let mut samples = sine(440.0, 8_000.0, 1_210);
        samples.extend(sine(440.0, 8_000.0, 1_190).iter().map(|sample| -sample));
        assert!(heard(&samples).is(Heard::Hertz(440.0)));
    }

    #[test]
    fn a_mixture_is_neither_of_its_parts() {
        let (low, high) = (sine(350.0, 4_000.0, 2_400), sine(440.0, 4_000.0, 2_400));
        let both: Vec<i16> = low.iter().zip(&high).map(|(a, b)| a + b).collect();
        assert!(!heard(&both).is(Heard::Hertz(440.0)));
        assert_eq!(heard(&both).describe(), "a mixture at -18 dB");
    }

    #[test]
    fn silence_begins_when_the_window_has_passed() {
        let mut hearing = heard(&sine(440.0, 8_000.0, 2_400));
        hearing.push(&[0; 1_200]);
        assert!(!hearing.is(Heard::Silence));
        hearing.push(&[0; 1_200]);
        assert!(hearing.is(Heard::Silence));
    }
}
