//! Time as the host tells it: monotonic milliseconds for machines, wall-clock seconds for people.

use core::fmt;

/// A point in monotonic time: milliseconds since a zero that the host chooses, for example power-up.
///
/// All arithmetic saturates, so a host that passes nonsense cannot make a machine panic.
///
/// ```
/// use deskphone::base::Instant;
/// let start = Instant::from_millis(1_000);
/// assert_eq!(start.plus_ms(500).since_ms(start), 500);
/// assert_eq!(start.since_ms(start.plus_ms(500)), 0);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// The host's zero.
    pub const ZERO: Self = Self(0);

    /// The instant `ms` milliseconds after the host's zero.
    #[must_use]
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the host's zero.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The instant `ms` milliseconds later; stays at the end of time when it would pass it.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant; 0 when `earlier` is later.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.0)
    }
}

/// Wall-clock time: seconds since 1970-01-01 00:00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub u64);
