//! The sound of a conference: everybody hears all the others, and not themselves.
//!
//! One [`Mixer`] holds one frame at a time, as linear samples, so that each party may have its own codec.
//! What is said goes in with [`Mixer::add`]; what a party hears comes out of [`Mixer::without`], which takes
//! its own part away again. The sum has room for every party at its loudest; only what comes out is limited
//! to what a sample can hold, so that it never wraps.
//!
//! ```
//! use deskphone::media::mixer::Mixer;
//! let (near, bob, carol) = ([100; 80], [20_000; 80], [30_000; 80]);
//! let mut mixer = Mixer::new();
//! for said in [&near, &bob, &carol] {
//!     mixer.add(said);
//! }
//! let mut heard = [0; 80];
//! mixer.without(&bob, &mut heard);
//! assert_eq!(heard, [30_100; 80]);
//! mixer.without(&near, &mut heard);
//! assert_eq!(heard, [i16::MAX; 80], "two who shout together are as loud as a sample can be");
//! ```

/// The samples that a frame can have: 20 ms.
pub const FRAME_SAMPLES: usize = 160;

/// One frame of all that is said.
#[derive(Clone, Debug)]
pub struct Mixer {
    sum: [i32; FRAME_SAMPLES],
}

impl Mixer {
    /// Silence.
    #[must_use]
    pub const fn new() -> Self {
        Self { sum: [0; FRAME_SAMPLES] }
    }

    /// Adds what one party says. What is longer than [`FRAME_SAMPLES`] is cut.
    pub fn add(&mut self, said: &[i16]) {
        for (sum, sample) in self.sum.iter_mut().zip(said) {
            *sum = sum.saturating_add(i32::from(*sample));
        }
    }

    /// Writes what a party hears who says `own`: all but that. Whoever has said nothing gives no samples.
    pub fn without(&self, own: &[i16], heard: &mut [i16]) {
        let own = own.iter().copied().chain(core::iter::repeat(0));
        for ((heard, sum), own) in heard.iter_mut().zip(self.sum).zip(own) {
            *heard = limited(sum.saturating_sub(i32::from(own)));
        }
    }
}

impl Default for Mixer {
    fn default() -> Self {
        Self::new()
    }
}

fn limited(sample: i32) -> i16 {
    let limited = sample.clamp(i32::from(i16::MIN), i32::from(i16::MAX));
    i16::try_from(limited).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::g711::Law;
    use proptest::prelude::*;

    proptest! {
        /// Against arithmetic that cannot overflow.
        #[test]
        fn everybody_hears_the_limited_sum_of_the_others(parties in proptest::collection::vec(
            proptest::array::uniform8(any::<i16>()), 1..6)
        ) {
            let mut mixer = Mixer::new();
            parties.iter().for_each(|said| mixer.add(said));
            for (place, own) in parties.iter().enumerate() {
                let mut heard = [0; 8];
                mixer.without(own, &mut heard);
                for (at, heard) in heard.iter().enumerate() {
                    let others = parties.iter().enumerate().filter(|(other, _)| *other != place);
                    let sum: i64 = others.map(|(_, said)| i64::from(said[at])).sum();
                    prop_assert_eq!(i64::from(*heard), sum.clamp(-32_768, 32_767));
                }
            }
        }
    }

    #[test]
    fn the_loudest_of_both_signs_are_limited_and_never_wrap() {
        for (said, most) in [(i16::MAX, i16::MAX), (i16::MIN, i16::MIN)] {
            let mut mixer = Mixer::new();
            (0..4).for_each(|_| mixer.add(&[said; FRAME_SAMPLES]));
            let mut heard = [0; FRAME_SAMPLES];
            mixer.without(&[said; FRAME_SAMPLES], &mut heard);
            assert_eq!(heard, [most; FRAME_SAMPLES]);
        }
    }

    #[test]
    fn two_codecs_meet_as_linear_samples() {
        let mu = Law::Mu.decode(Law::Mu.encode(4_000));
        let a = Law::A.decode(Law::A.encode(-1_000));
        let mut mixer = Mixer::new();
        mixer.add(&[mu; 2]);
        mixer.add(&[a; 2]);
        let mut heard = [0; 2];
        mixer.without(&[], &mut heard);
        assert!(heard[0].abs_diff(3_000) < 160, "{heard:?}");
        mixer.without(&[mu; 2], &mut heard);
        assert_eq!(heard, [a; 2], "what one says itself is gone to the last bit");
    }
}
