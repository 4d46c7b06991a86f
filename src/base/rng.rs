//! Randomness as the host gives it.

/// A source of random bits. Identifiers, media start values and nonces draw on it, nothing else.
///
/// On a product it must be a cryptographic generator: tags, branches, Call-IDs and nonces keep strangers out
/// of calls (RFC 3261 §19.3). In a test it is a seeded one, and a run repeats exactly.
pub trait Rng {
    /// The next 32 random bits.
    fn next_u32(&mut self) -> u32;
}

impl<R: Rng + ?Sized> Rng for &mut R {
    fn next_u32(&mut self) -> u32 {
        (**self).next_u32()
    }
}

/// Every generator of the `rand_core` family that cannot fail, wrapped.
#[cfg(feature = "rand_core")]
#[derive(Clone, Debug)]
pub struct RandCore<R>(pub R);

#[cfg(feature = "rand_core")]
impl<R: rand_core::Rng> Rng for RandCore<R> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }
}

/// A number in `0..=most`, close enough to uniform for delays and weights (the bias is below `most / 2^32`).
///
/// ```
/// # struct Fixed; impl deskphone::base::Rng for Fixed { fn next_u32(&mut self) -> u32 { u32::MAX } }
/// assert_eq!(deskphone::base::rng::up_to(&mut Fixed, 9), 9);
/// ```
pub fn up_to(rng: &mut dyn Rng, most: u32) -> u32 {
    let span = u64::from(most).saturating_add(1);
    let scaled = u64::from(rng.next_u32()).saturating_mul(span) >> 32;
    u32::try_from(scaled).unwrap_or(most)
}
