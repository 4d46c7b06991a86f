//! Tones from up to six sines, in integer arithmetic, at 8,000 samples a second.
//!
//! The cadence comes from outside: whoever plays a tone script says which components sound now, or none. A
//! component that goes on sounding keeps its phase, and levels glide for four milliseconds, so that nothing
//! clicks.
//!
//! ```
//! use deskphone::media::tone_generator::{Component, ToneGenerator};
//! let mut tone = ToneGenerator::new();
//! tone.set(&[Component { hz: 350, level: -190 }, Component { hz: 440, level: -190 }]);
//! let mut samples = [0; 160];
//! tone.fill(&mut samples);
//! assert!(samples.iter().any(|sample| *sample > 3_000));
//! tone.silence();
//! tone.fill(&mut samples);
//! assert_eq!(samples[159], 0);
//! ```

pub use crate::script::{COMPONENTS, Component};

/// A generator of one tone.
#[derive(Clone, Debug)]
pub struct ToneGenerator {
    oscillators: [Oscillator; OSCILLATORS],
}

#[derive(Clone, Copy, Debug)]
struct Oscillator {
    phase: u32,
    /// Turn of the phase a sample; 0 is a free oscillator.
    turn: u32,
    /// Peak value now, and where it glides to.
    peak: i32,
    target: i32,
    /// Largest change of the peak a sample.
    glide: i32,
}

/// As many again fade out while the next ones fade in.
const OSCILLATORS: usize = COMPONENTS * 2;
const SAMPLE_RATE: u64 = 8_000;
const GLIDE_SAMPLES: i32 = 32;
/// The peak of a sine at 0 dBm0: with full scale 3.17 dB above it, as G.711 has it for µ-law.
const PEAK_AT_0_DBM: u64 = 22_656;

impl ToneGenerator {
    /// A silent generator.
    #[must_use]
    pub const fn new() -> Self {
        Self { oscillators: [Oscillator::FREE; OSCILLATORS] }
    }

    /// Sounds exactly these components from the next sample on.
    pub fn set(&mut self, components: &[Component]) {
        for oscillator in &mut self.oscillators {
            oscillator.glide_to(0);
        }
        let turns = components.iter().take(COMPONENTS).map(|component| (component, turn(component.hz)));
        for (component, turn) in turns.filter(|(_, turn)| *turn != 0) {
            let sounding = self.oscillators.iter().position(|one| one.turn == turn && one.target == 0);
            let place = sounding.or_else(|| self.quietest());
            let Some(oscillator) = place.and_then(|place| self.oscillators.get_mut(place)) else { continue };
            if oscillator.turn != turn {
                *oscillator = Oscillator { turn, ..Oscillator::FREE };
            }
            oscillator.glide_to(peak(component.level));
        }
    }

    /// Sounds nothing from the next sample on.
    pub fn silence(&mut self) {
        self.set(&[]);
    }

    /// Whether nothing sounds any more.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.oscillators.iter().all(|oscillator| oscillator.turn == 0)
    }

    /// Writes the next samples over what is there.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples.iter_mut() {
            *sample = self.next_sample();
        }
    }

    /// Adds the next samples to what is there, limited to what a sample can hold.
    pub fn mix(&mut self, samples: &mut [i16]) {
        for sample in samples.iter_mut() {
            *sample = sample.saturating_add(self.next_sample());
        }
    }

    fn next_sample(&mut self) -> i16 {
        let sounding = self.oscillators.iter_mut().filter(|oscillator| oscillator.turn != 0);
        let sum = sounding.fold(0i32, |sum, oscillator| sum.saturating_add(oscillator.next_sample()));
        narrow(sum)
    }

    /// A free oscillator, else the most faded of those that end.
    fn quietest(&self) -> Option<usize> {
        let ending = self.oscillators.iter().enumerate().filter(|(_, one)| one.target == 0);
        ending.min_by_key(|(_, one)| one.peak).map(|(place, _)| place)
    }
}

impl Oscillator {
    const FREE: Self = Self { phase: 0, turn: 0, peak: 0, target: 0, glide: 1 };

    fn glide_to(&mut self, target: i32) {
        self.target = target;
        let distance = target.saturating_sub(self.peak).saturating_abs();
        self.glide = (distance / GLIDE_SAMPLES).max(1);
    }

    fn next_sample(&mut self) -> i32 {
        let missing = self.target.saturating_sub(self.peak).max(self.glide.saturating_neg()).min(self.glide);
        self.peak = self.peak.saturating_add(missing);
        // 32,767 times the largest peak fits into 31 bits.
        let sample = sine(self.phase).wrapping_mul(self.peak) >> 15;
        self.phase = self.phase.wrapping_add(self.turn);
        if self.peak == 0 && self.target == 0 {
            *self = Self::FREE;
        }
        sample
    }
}

impl Default for ToneGenerator {
    fn default() -> Self {
        Self::new()
    }
}

/// Turn of the phase a sample: a whole period is 2^32.
fn turn(hz: u16) -> u32 {
    if u64::from(hz) * 2 >= SAMPLE_RATE {
        return 0;
    }
    let scaled = (u64::from(hz) << 32).saturating_add(SAMPLE_RATE / 2) / SAMPLE_RATE;
    u32::try_from(scaled).unwrap_or(0)
}

/// The peak value of a level; never above full scale.
fn peak(level: i16) -> i32 {
    // Full scale is 3.2 dB above the reference; counting down from +20 dB keeps the exponent positive.
    let below = u16::try_from(200i32.saturating_sub(i32::from(level)).max(0)).unwrap_or(u16::MAX);
    let (tens, rest) = (u32::from(below / 200), below % 200);
    let whole = DECIBELS.get(usize::from(rest / 10)).copied().unwrap_or(0);
    let tenths = TENTHS.get(usize::from(rest % 10)).copied().unwrap_or(0);
    let scaled =
        (PEAK_AT_0_DBM * 10).saturating_mul(u64::from(whole)).saturating_mul(u64::from(tenths)) >> 32;
    let divisor = 10u64.checked_pow(tens).unwrap_or(u64::MAX);
    i32::try_from(scaled.checked_div(divisor).unwrap_or(0)).unwrap_or(i32::MAX).min(32_767)
}

/// The sine of a phase, 32,767 at its top, by straight lines between 512 points a period.
fn sine(phase: u32) -> i32 {
    let quarter = phase >> 30;
    let inside = if quarter & 1 == 0 { phase } else { !phase } & 0x3FFF_FFFF;
    let index = usize::try_from(inside >> 23).unwrap_or(0);
    let between = i32::try_from((inside >> 8) & 0x7FFF).unwrap_or(0);
    let here = i32::from(QUARTER.get(index).copied().unwrap_or(0));
    let there = i32::from(QUARTER.get(index.saturating_add(1)).copied().unwrap_or(i16::MAX));
    let value = here.wrapping_add(there.wrapping_sub(here).wrapping_mul(between) >> 15);
    if quarter & 2 == 0 { value } else { value.wrapping_neg() }
}

fn narrow(sum: i32) -> i16 {
    i16::try_from(sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX))).unwrap_or(0)
}

/// 65,536 times 10^(-n/20), n = 0..19.
const DECIBELS: [u32; 20] = [
    65_536, 58_409, 52_057, 46_396, 41_350, 36_854, 32_846, 29_274, 26_090, 23_253, 20_724, 18_471, 16_462,
    14_672, 13_076, 11_654, 10_387, 9257, 8250, 7353,
];
/// 65,536 times 10^(-n/200), n = 0..9.
const TENTHS: [u32; 10] = [65_536, 64_786, 64_044, 63_311, 62_586, 61_870, 61_162, 60_462, 59_770, 59_085];
/// 32,767 times the sine of n/128 of a right angle, n = 0..128.
const QUARTER: [i16; 129] = [
    0, 402, 804, 1206, 1608, 2009, 2410, 2811, 3212, 3612, 4011, 4410, 4808, 5205, 5602, 5998, 6393, 6786,
    7179, 7571, 7962, 8351, 8739, 9126, 9512, 9896, 10_278, 10_659, 11_039, 11_417, 11_793, 12_167, 12_539,
    12_910, 13_279, 13_645, 14_010, 14_372, 14_732, 15_090, 15_446, 15_800, 16_151, 16_499, 16_846, 17_189,
    17_530, 17_869, 18_204, 18_537, 18_868, 19_195, 19_519, 19_841, 20_159, 20_475, 20_787, 21_096, 21_403,
    21_705, 22_005, 22_301, 22_594, 22_884, 23_170, 23_452, 23_731, 24_007, 24_279, 24_547, 24_811, 25_072,
    25_329, 25_582, 25_832, 26_077, 26_319, 26_556, 26_790, 27_019, 27_245, 27_466, 27_683, 27_896, 28_105,
    28_310, 28_510, 28_706, 28_898, 29_085, 29_268, 29_447, 29_621, 29_791, 29_956, 30_117, 30_273, 30_424,
    30_571, 30_714, 30_852, 30_985, 31_113, 31_237, 31_356, 31_470, 31_580, 31_685, 31_785, 31_880, 31_971,
    32_057, 32_137, 32_213, 32_285, 32_351, 32_412, 32_469, 32_521, 32_567, 32_609, 32_646, 32_678, 32_705,
    32_728, 32_745, 32_757, 32_765, 32_767,
];

#[cfg(test)]
mod tests;
