//! A timer is a field that holds when it is due; a machine's deadline is the earliest of its timers.

use super::Instant;

/// One timer: not running, or due at an instant.
///
/// ```
/// use deskphone::base::{Instant, Timer};
/// let mut ring = Timer::OFF;
/// ring.start(Instant::ZERO, 500);
/// assert!(!ring.take_due(Instant::from_millis(499)));
/// assert!(ring.take_due(Instant::from_millis(500)));
/// assert!(!ring.take_due(Instant::from_millis(501)), "it fires once");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Timer(Option<Instant>);

impl Timer {
    /// A timer that is not running.
    pub const OFF: Self = Self(None);

    /// Starts, or starts anew: due `after_ms` milliseconds after `now`.
    pub const fn start(&mut self, now: Instant, after_ms: u64) {
        self.0 = Some(now.plus_ms(after_ms));
    }

    /// Starts, or starts anew: due at `at`.
    pub const fn start_at(&mut self, at: Instant) {
        self.0 = Some(at);
    }

    /// Stops the timer; nothing happens when it does not run.
    pub const fn stop(&mut self) {
        self.0 = None;
    }

    /// Whether the timer runs.
    #[must_use]
    pub const fn is_running(self) -> bool {
        self.0.is_some()
    }

    /// When the timer is due, if it runs.
    #[must_use]
    pub const fn due(self) -> Option<Instant> {
        self.0
    }

    /// Whether the timer is due at `now`; it is left as it is.
    #[must_use]
    pub fn is_due(self, now: Instant) -> bool {
        self.0.is_some_and(|due| due <= now)
    }

    /// Whether the timer was due at `now`; if so it is stopped.
    pub fn take_due(&mut self, now: Instant) -> bool {
        let due = self.is_due(now);
        if due {
            self.stop();
        }
        due
    }
}

/// The earliest of several deadlines; `None` when there is none.
///
/// ```
/// use deskphone::base::{Instant, earliest};
/// let (a, b) = (Instant::from_millis(7), Instant::from_millis(3));
/// assert_eq!(earliest([Some(a), None, Some(b)]), Some(b));
/// ```
pub fn earliest(deadlines: impl IntoIterator<Item = Option<Instant>>) -> Option<Instant> {
    deadlines.into_iter().flatten().min()
}
