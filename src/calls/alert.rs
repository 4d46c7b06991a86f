//! How the phone tells of an incoming call: it rings while no call is active, else there is call waiting
//! tone.

use super::ring;
use crate::base::{Instant, Timer};
use crate::config::Config;

/// What an incoming call is told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Nobody calls.
    None,
    /// A ring tone on the ringer, by number.
    Ring(u8),
    /// The call waiting tone on the active device.
    Waiting,
}

/// The sign that is given, and since when.
#[derive(Clone, Copy, Debug)]
pub struct Alert {
    sign: Sign,
    since: Instant,
    ring_over: Timer,
    rung_out: bool,
}

impl Alert {
    /// Nobody calls.
    #[must_use]
    pub const fn new() -> Self {
        Self { sign: Sign::None, since: Instant::ZERO, ring_over: Timer::OFF, rung_out: false }
    }

    /// Gives a sign from now on; the same sign goes on as it is. A ring tone ends with its script
    /// ([`Alert::timeout`]).
    pub fn step(&mut self, now: Instant, config: &Config, sign: Sign) {
        if self.sign != sign {
            self.sign = sign;
            self.since = now;
            self.rung_out = false;
            match sign {
                Sign::Ring(number) => match ring::cadence(config, number).duration_ms() {
                    Some(ring_ms) => self.ring_over.start(now, ring_ms),
                    None => self.ring_over.stop(),
                },
                Sign::None | Sign::Waiting => self.ring_over.stop(),
            }
        }
    }

    /// The time of [`Alert::deadline`] has come.
    pub fn timeout(&mut self, now: Instant) {
        self.rung_out |= self.ring_over.take_due(now);
    }

    /// When the ringing has run through.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.ring_over.due()
    }

    /// The ring tone that sounds, and since when.
    #[must_use]
    pub const fn ring(&self) -> Option<(u8, Instant)> {
        match self.sign {
            Sign::Ring(number) if !self.rung_out => Some((number, self.since)),
            Sign::Ring(_) | Sign::None | Sign::Waiting => None,
        }
    }

    /// When call waiting tone began, if a call waits.
    #[must_use]
    pub const fn waiting(&self) -> Option<Instant> {
        match self.sign {
            Sign::Waiting => Some(self.since),
            Sign::Ring(_) | Sign::None => None,
        }
    }
}

impl Default for Alert {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_stops_after_a_minute_although_the_call_still_waits() {
        let mut alert = Alert::new();
        alert.step(Instant::from_millis(5), &Config::new(), Sign::Ring(1));
        assert_eq!(alert.ring(), Some((1, Instant::from_millis(5))));
        assert_eq!(alert.deadline(), Some(Instant::from_millis(60_005)));
        alert.timeout(Instant::from_millis(60_004));
        alert.step(Instant::from_millis(60_005), &Config::new(), Sign::Ring(1));
        assert_eq!(alert.ring(), Some((1, Instant::from_millis(5))), "its timeout is still to come");
        alert.timeout(Instant::from_millis(60_005));
        assert_eq!(alert.ring(), None);
        assert_eq!(alert.deadline(), None);
        alert.step(Instant::from_millis(60_006), &Config::new(), Sign::Waiting);
        assert_eq!(alert.waiting(), Some(Instant::from_millis(60_006)));
    }
}
