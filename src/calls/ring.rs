//! Ring tones, by their numbers: what sounds, and when.

use crate::config::catalogue::{phone, regional};
use crate::config::{Config, Setting, kind};
use crate::script::{CadenceScript, RingScript};

/// How long the built-in sounds and files are taken to be when a ring has no cadence of its own.
const NATURAL_MS: u32 = 2_000;

const RINGS: [Setting<kind::Ring>; 10] = [
    phone::RING1,
    phone::RING2,
    phone::RING3,
    phone::RING4,
    phone::RING5,
    phone::RING6,
    phone::RING7,
    phone::RING8,
    phone::RING9,
    phone::RING10,
];

const CADENCES: [Setting<kind::Cadence>; 9] = [
    regional::CADENCE_1,
    regional::CADENCE_2,
    regional::CADENCE_3,
    regional::CADENCE_4,
    regional::CADENCE_5,
    regional::CADENCE_6,
    regional::CADENCE_7,
    regional::CADENCE_8,
    regional::CADENCE_9,
];

/// The script of a ring tone, 1 to 10, as the phone is set.
#[must_use]
pub fn script(config: &Config, number: u8) -> Option<RingScript<'_>> {
    let place = usize::from(number).checked_sub(1)?;
    config.read(*RINGS.get(place)?)
}

/// The number of the ring tone with a name, which a caller's server asks for (Alert-Info).
pub(super) fn named(config: &Config, name: &str) -> Option<u8> {
    let is = |number: &u8| script(config, *number).is_some_and(|ring| ring.name.eq_ignore_ascii_case(name));
    (1..=10).find(is).filter(|_| !name.is_empty())
}

/// When a ring tone sounds, as the phone is set.
///
/// ```
/// use deskphone::{calls::ring, config::Config};
/// let first = ring::cadence(&Config::new(), 1);
/// assert!(first.sounds_at(1_999));
/// assert!(!first.sounds_at(2_000));
/// assert_eq!(first.duration_ms(), Some(60_000));
/// ```
#[must_use]
pub fn cadence(config: &Config, number: u8) -> CadenceScript {
    let cadence = |number: u8| {
        let place = usize::from(number).checked_sub(1)?;
        CADENCES.get(place).map(|setting| config.read(*setting))
    };
    match script(config, number) {
        Some(ring) => ring.played_as(cadence(ring.cadence).as_ref(), NATURAL_MS),
        None => cadence(1).unwrap_or_default(),
    }
}
