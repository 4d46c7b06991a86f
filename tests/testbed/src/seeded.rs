//! Randomness that replays: the splitmix64 generator.

use deskphone::base::Rng;

/// A generator whose whole course follows from its seed. Never for a product: anyone can guess it.
///
/// ```
/// use deskphone::base::Rng;
/// use testbed::seeded::Seeded;
/// let (mut a, mut b) = (Seeded::new(7), Seeded::new(7));
/// assert_eq!(a.next_u32(), b.next_u32());
/// ```
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// The generator that belongs to `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in `least..=most`; `least` when the range is empty.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        least.saturating_add(deskphone::base::rng::up_to(self, most.saturating_sub(least)))
    }

    /// Whether an event happens that happens `per_mille` times in a thousand.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        per_mille > 0 && self.between(0, 999) < per_mille
    }

    /// A generator of its own course, drawn from this one: one for each participant of a world.
    #[must_use]
    pub const fn fork(&mut self) -> Self {
        Self(self.next_u64())
    }
}

impl Rng for Seeded {
    fn next_u32(&mut self) -> u32 {
        u32::try_from(self.next_u64() >> 32).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_first_outputs_of_splitmix64() {
        let mut rng = Seeded::new(1_234_567);
        assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn chances_are_near_their_word() {
        let mut rng = Seeded::new(1);
        let hits = (0..10_000).filter(|_| rng.chance(50)).count();
        assert!((400..600).contains(&hits), "{hits}");
        assert!(!rng.chance(0));
        assert!(rng.chance(1000));
    }
}
