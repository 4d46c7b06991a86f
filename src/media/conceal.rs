//! What is played where samples are missing: the last 20 ms again and again, fading to silence in 60 ms.
//!
//! ```
//! use deskphone::media::conceal::Concealer;
//! let mut concealer = Concealer::new();
//! (0..160).for_each(|_| { concealer.heard(8_000); });
//! assert_eq!(concealer.missing(), 8_000);
//! assert!((0..480).map(|_| concealer.missing()).last() == Some(0));
//! ```

/// Bridges the gaps of one stream.
#[derive(Clone, Debug)]
pub struct Concealer {
    history: [i16; HISTORY],
    /// Where the oldest sample is, and the next one goes.
    oldest: usize,
    /// Samples missing in a row, as far as they matter.
    missing: i32,
    /// Samples until only real sound is heard again.
    blend: i32,
    total: u32,
}

const HISTORY: usize = 160;
const FADE_SAMPLES: i32 = 480;
const BLEND_SAMPLES: i32 = 32;
/// Below this peak, about -40 dBm0, a cut is not heard.
const QUIET: u16 = 256;

impl Concealer {
    /// A concealer that has heard nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { history: [0; HISTORY], oldest: 0, missing: FADE_SAMPLES, blend: 0, total: 0 }
    }

    /// The sample to play when the next one is there: itself, but for the first moment after a gap.
    pub fn heard(&mut self, sample: i16) -> i16 {
        if self.blend > 0 {
            return self.blended(sample);
        }
        self.missing = 0;
        if let Some(place) = self.history.get_mut(self.oldest) {
            *place = sample;
        }
        self.oldest = next(self.oldest);
        sample
    }

    /// The sample to play when the next one is missing.
    pub fn missing(&mut self) -> i16 {
        let played = self.repeated();
        self.missing = self.missing.saturating_add(1).min(FADE_SAMPLES);
        self.blend = BLEND_SAMPLES;
        self.total = self.total.saturating_add(1);
        played
    }

    /// Says that the next sample does not follow the last one.
    pub const fn cut(&mut self) {
        self.blend = BLEND_SAMPLES;
    }

    /// Whether the last 20 ms were so quiet that a cut goes unheard.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.missing >= FADE_SAMPLES || self.history.iter().all(|sample| sample.unsigned_abs() < QUIET)
    }

    /// Samples missing so far.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.total
    }

    fn repeated(&self) -> i16 {
        let offset = usize::try_from(self.missing).unwrap_or(0);
        let place = self.oldest.saturating_add(offset) % HISTORY;
        let sample = i32::from(self.history.get(place).copied().unwrap_or(0));
        let gain = FADE_SAMPLES.saturating_sub(self.missing);
        narrow(sample.saturating_mul(gain) / FADE_SAMPLES)
    }

    fn blended(&mut self, sample: i16) -> i16 {
        let old = i32::from(self.repeated()).saturating_mul(self.blend);
        let new = i32::from(sample).saturating_mul(BLEND_SAMPLES.saturating_sub(self.blend));
        self.blend = self.blend.saturating_sub(1);
        self.missing = self.missing.saturating_add(1).min(FADE_SAMPLES);
        narrow(old.saturating_add(new) / BLEND_SAMPLES)
    }
}

impl Default for Concealer {
    fn default() -> Self {
        Self::new()
    }
}

const fn next(place: usize) -> usize {
    let next = place.wrapping_add(1);
    if next >= HISTORY { 0 } else { next }
}

fn narrow(sample: i32) -> i16 {
    i16::try_from(sample).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_fades_out_and_sound_comes_back_without_a_jump() {
        let mut concealer = Concealer::new();
        for _ in 0..200 {
            assert_eq!(concealer.heard(10_000), 10_000);
        }
        let mut before = 10_000i16;
        for _ in 0..480 {
            let sample = concealer.missing();
            assert!(before.abs_diff(sample) <= 21, "{before} {sample}");
            before = sample;
        }
        for _ in 0..64 {
            let sample = concealer.heard(10_000);
            assert!(before.abs_diff(sample) <= 320, "{before} {sample}");
            before = sample;
        }
        assert_eq!((before, concealer.total()), (10_000, 480));
    }

    #[test]
    fn silence_is_repeated_as_silence() {
        let mut concealer = Concealer::new();
        assert!(concealer.is_quiet());
        assert!((0..1_000).all(|_| concealer.missing() == 0));
    }
}
