//! G.711: 16-bit samples as one byte, by µ-law or A-law (ITU-T G.711), without tables.
//!
//! A byte holds a sign, one of eight segments and one of sixteen steps in it; each segment's steps are
//! twice as wide as those of the one below. µ-law bytes go over the wire inverted, A-law bytes with every
//! other bit inverted.
//!
//! ```
//! use deskphone::media::g711::Law;
//! assert_eq!(Law::Mu.encode(0), 0xFF);
//! assert_eq!(Law::A.decode(Law::A.encode(1000)), 1008);
//! ```

use crate::sdp::Codec;

/// One of the two companding laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// µ-law: North America and Japan, payload type 0.
    Mu,
    /// A-law: the rest of the world, payload type 8.
    A,
}

impl Law {
    /// The law of a codec.
    #[must_use]
    pub const fn of(codec: Codec) -> Self {
        match codec {
            Codec::Pcmu => Self::Mu,
            Codec::Pcma => Self::A,
        }
    }

    /// The byte that stands for a sample.
    #[must_use]
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => encode_mu(sample),
            Self::A => encode_a(sample),
        }
    }

    /// The sample that a byte stands for: the middle of its step.
    #[must_use]
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => decode_mu(byte),
            Self::A => decode_a(byte),
        }
    }

    /// The byte that stands for silence.
    #[must_use]
    pub fn silence(self) -> u8 {
        self.encode(0)
    }
}

/// Distance of the µ-law segments from powers of two, on the 14-bit scale of the Recommendation.
const BIAS: u16 = 33;

/// The magnitude as one's complement, so that the negative side mirrors the positive one without an overflow.
const fn magnitude(sample: i16) -> u16 {
    (if sample < 0 { !sample } else { sample }).cast_unsigned()
}

fn encode_mu(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let biased = (magnitude(sample) >> 2).saturating_add(BIAS).min(0x1FFF);
    // 33..=63 is segment 0: its highest bit is bit 5.
    let segment = 10u32.saturating_sub(biased.leading_zeros());
    let step = biased.wrapping_shr(segment.saturating_add(1)) & 0x0F;
    let [_, segment] = low16(segment);
    let [_, step] = step.to_be_bytes();
    !(sign | (segment << 4) | step)
}

fn decode_mu(byte: u8) -> i16 {
    let code = !byte;
    let segment = u32::from((code >> 4) & 0x07);
    let middle = i16::from(code & 0x0F).wrapping_mul(2).wrapping_add(33);
    let size = middle.wrapping_shl(segment).wrapping_sub(33).wrapping_shl(2);
    if code & 0x80 == 0 { size } else { size.wrapping_neg() }
}

fn encode_a(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    let size = magnitude(sample) >> 4;
    // Segments 0 and 1 have steps of the same width; 16..=31 is segment 1: its highest bit is bit 4.
    let segment = 12u32.saturating_sub(size.leading_zeros());
    let step = size.wrapping_shr(segment.saturating_sub(1)) & 0x0F;
    let [_, segment] = low16(segment);
    let [_, step] = step.to_be_bytes();
    (sign | (segment << 4) | step) ^ 0x55
}

fn decode_a(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let segment = u32::from((code >> 4) & 0x07);
    let step = i16::from(code & 0x0F).wrapping_shl(4).wrapping_add(8);
    let size = match segment.checked_sub(1) {
        None => step,
        Some(doublings) => step.wrapping_add(0x100).wrapping_shl(doublings),
    };
    if code & 0x80 == 0 { size.wrapping_neg() } else { size }
}

const fn low16(number: u32) -> [u8; 2] {
    let [_, _, high, low] = number.to_be_bytes();
    [high, low]
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the Recommendation's formulas, as they stand")]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// G.711 table 2: decision value and quantised value of each positive µ-law step, 14-bit scale.
    fn mu_steps() -> Vec<(i32, i32)> {
        let step = |s: i32, i: i32| (((2 * i + 32) << s) - 33, ((2 * i + 33) << s) - 33);
        (0..8).flat_map(|s| (0..16).map(move |i| step(s, i))).collect()
    }

    /// G.711 table 1: decision value and quantised value of each positive A-law step, 13-bit scale
    /// (doubled, so that the middles are whole).
    fn a_steps() -> Vec<(i32, i32)> {
        let width = |s: i32| if s < 2 { 2 } else { 2 << (s - 1) };
        let base = |s: i32| if s == 0 { 0 } else { 32 << (s - 1) };
        let step = |s: i32, i: i32| {
            (2 * (base(s) + i * width(s)) / 2, (2 * (base(s) + i * width(s)) + width(s)) / 2)
        };
        (0..8).flat_map(|s| (0..16).map(move |i| step(s, i))).collect()
    }

    #[test]
    fn every_code_decodes_to_the_value_of_the_tables() {
        for (place, ((_, mu), (_, a))) in (0u8..128).zip(mu_steps().into_iter().zip(a_steps())) {
            assert_eq!(i32::from(Law::Mu.decode(0xFF ^ place)), mu * 4, "µ {place}");
            assert_eq!(i32::from(Law::Mu.decode(0x7F ^ place)), -mu * 4, "µ -{place}");
            assert_eq!(i32::from(Law::A.decode((0x80 | place) ^ 0x55)), a * 8, "A {place}");
            assert_eq!(i32::from(Law::A.decode(place ^ 0x55)), -a * 8, "A -{place}");
        }
    }

    #[test]
    fn every_sample_falls_between_its_decision_values() {
        let place = |steps: &[(i32, i32)], size: i32| {
            u8::try_from(steps.iter().rposition(|(decision, _)| *decision <= size).unwrap()).unwrap()
        };
        let (mu, a) = (mu_steps(), a_steps());
        for sample in i16::MIN..=i16::MAX {
            let size = i32::from(if sample < 0 { !sample } else { sample });
            let sign = if sample < 0 { 0x80 } else { 0 };
            assert_eq!(Law::Mu.encode(sample), !(sign | place(&mu, size >> 2)), "µ {sample}");
            assert_eq!(Law::A.encode(sample), ((sign ^ 0x80) | place(&a, size >> 3)) ^ 0x55, "A {sample}");
        }
    }

    #[test]
    fn every_code_comes_back_but_the_negative_zero() {
        for code in 0..=255u8 {
            assert_eq!(Law::A.encode(Law::A.decode(code)), code);
            let back = Law::Mu.encode(Law::Mu.decode(code));
            assert_eq!(back, if code == 0x7F { 0xFF } else { code });
        }
    }

    #[test]
    fn well_known_bytes() {
        assert_eq!((Law::Mu.silence(), Law::A.silence()), (0xFF, 0xD5));
        assert_eq!((Law::Mu.decode(0x80), Law::Mu.decode(0x00)), (32_124, -32_124));
        assert_eq!((Law::A.decode(0xAA), Law::A.decode(0x2A)), (32_256, -32_256));
    }
}
