//! When the ringer sounds: the default cadence of the first ring tone.
//!
//! ```text
//! CadScript := Dur "(" on "/" off ")"
//! 60(2/4)              for 60 s: 2 s on, 4 s off
//! ```

/// How long an unanswered call rings aloud.
pub const RING_MS: u64 = 60_000;
const ON_MS: u64 = 2_000;
const PERIOD_MS: u64 = 6_000;

/// Whether the ringer sounds `elapsed_ms` after the ringing began.
///
/// ```
/// use deskphone::calls::ring;
/// assert!(ring::sounds_at(1_999));
/// assert!(!ring::sounds_at(2_000));
/// assert!(ring::sounds_at(6_000));
/// assert!(!ring::sounds_at(60_000));
/// ```
#[must_use]
pub const fn sounds_at(elapsed_ms: u64) -> bool {
    elapsed_ms < RING_MS && elapsed_ms % PERIOD_MS < ON_MS
}
