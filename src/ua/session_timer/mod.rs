//! Session timers (RFC 4028): a session that nobody refreshes ends by itself.
//!
//! ```text
//!   Off ◄── 2xx without Session-Expires ──┬── 2xx with it ──► Ours   (refresh after half the interval)
//!                                         └─────────────────► Theirs (their refresh comes before the end)
//!   the end: min(32 s, a third of the interval) before the interval is over: BYE (§10)
//! ```
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::ua::session_timer::{Input, Notify, SessionTimer};
//! let mut timer = SessionTimer::new();
//! let _ = timer.step(Instant::ZERO, Input::Agreed { interval_s: 1_800, ours: true });
//! assert_eq!(timer.deadline(), Some(Instant::from_millis(900_000)));
//! let step = timer.step(Instant::from_millis(900_000), Input::Timeout);
//! assert_eq!(step, Some(Notify::Refresh));
//! ```

use crate::base::{Instant, Timer, earliest};
use crate::sip::timing::{Refresher, SessionExpires};

/// The timer of one session.
#[derive(Clone, Debug)]
pub struct SessionTimer {
    state: State,
    interval_s: u32,
    /// The largest Min-SE that the peer and its proxies have named; 0: none.
    least_s: u32,
    refresh: Timer,
    end: Timer,
}

/// Who refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The session has no end.
    Off,
    /// We do.
    Ours,
    /// The peer does.
    Theirs,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A 2xx with Session-Expires, ours or the peer's, to INVITE or UPDATE.
    Agreed {
        /// The interval.
        interval_s: u32,
        /// Whether we refresh.
        ours: bool,
    },
    /// A 2xx without Session-Expires.
    Unlimited,
    /// A request with Min-SE came.
    Least {
        /// Its value.
        least_s: u32,
    },
    /// 422 to a request of ours.
    TooSmall {
        /// Its Min-SE.
        least_s: u32,
    },
    /// A refresh of ours failed otherwise, but the session goes on.
    Refused,
    /// The time has come, or the host thinks so.
    Timeout,
}

/// What the user agent has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    /// Send a refresh; after a 422, the same request with the new interval.
    Refresh,
    /// Nobody refreshed: BYE.
    Expired,
}

/// What a peer's INVITE or UPDATE says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its Session-Expires.
    pub expires: Option<SessionExpires>,
    /// Its Min-SE.
    pub least_s: Option<u32>,
    /// Whether it supports the timer itself; else a proxy asks.
    pub supported: bool,
}

/// What we answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The Session-Expires of the 2xx; `None`: the session has no end.
    pub expires: Option<SessionExpires>,
    /// Whether the 2xx also says `Require: timer`.
    pub required: bool,
}

/// What our request says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its Session-Expires, if any.
    pub expires: Option<SessionExpires>,
    /// Its Min-SE, if any.
    pub least_s: Option<u32>,
}

impl SessionTimer {
    /// Of a session that has not begun.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Off, interval_s: 0, least_s: 0, refresh: Timer::OFF, end: Timer::OFF }
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, input: Input) -> Option<Notify> {
        match (self.state, input) {
            // §7.2, §9: each 2xx sets the interval anew.
            (State::Off | State::Ours | State::Theirs, Input::Agreed { interval_s, ours }) => {
                self.begin(now, interval_s, ours);
                None
            }
            // §7.2: the timer can be turned off.
            (State::Off | State::Ours | State::Theirs, Input::Unlimited) => {
                self.enter(State::Off);
                None
            }
            // §7.4: the largest one counts.
            (State::Off | State::Ours | State::Theirs, Input::Least { least_s }) => {
                self.least_s = self.least_s.max(least_s);
                None
            }
            // §7.3. A peer that names what we have heeded already would say so for ever.
            (State::Off | State::Ours | State::Theirs, Input::TooSmall { least_s }) => {
                let raised = least_s > self.least_s && least_s > SHORTEST_S;
                self.least_s = self.least_s.max(least_s);
                if raised { Some(Notify::Refresh) } else { self.refused(now) }
            }
            (State::Ours | State::Theirs, Input::Refused) => self.refused(now),
            (State::Ours | State::Theirs, Input::Timeout) => self.time_out(now),
            (State::Off, Input::Refused | Input::Timeout) => None,
        }
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        earliest([self.refresh.due(), self.end.due()])
    }

    /// Who refreshes.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What an INVITE or UPDATE of ours says. `wanted_s` is the interval that we ask for by ourselves, 0:
    /// none.
    #[must_use]
    pub fn request(&self, wanted_s: u32) -> Request {
        let least_s = (self.least_s > SHORTEST_S).then_some(self.least_s);
        let bounded = |interval_s: u32| interval_s.max(self.least_s).max(SHORTEST_S);
        let expires = match self.state {
            State::Off if wanted_s == 0 => None,
            State::Off => Some(SessionExpires { interval_s: bounded(wanted_s), refresher: None }),
            // §7.4: the roles stay.
            State::Ours => {
                Some(SessionExpires { interval_s: bounded(self.interval_s), refresher: Some(Refresher::Uac) })
            }
            State::Theirs => {
                Some(SessionExpires { interval_s: bounded(self.interval_s), refresher: Some(Refresher::Uas) })
            }
        };
        Request { expires, least_s }
    }

    fn begin(&mut self, now: Instant, interval_s: u32, ours: bool) {
        self.enter(if ours { State::Ours } else { State::Theirs });
        // A peer that would be refreshed all the time is not obeyed.
        self.interval_s = interval_s.max(LEAST_S);
        let interval_ms = u64::from(self.interval_s).saturating_mul(1_000);
        // §10: both sides end it a little before it is over.
        let early_ms = (interval_ms / 3).min(32_000);
        self.end.start(now, interval_ms.saturating_sub(early_ms));
        if ours {
            self.refresh.start(now, interval_ms / 2);
        }
    }

    /// §10: once more, later: after half of what is left, so that the tries come to an end.
    fn refused(&mut self, now: Instant) -> Option<Notify> {
        if self.refresh.is_running() {
            return None;
        }
        let left_ms = self.end.due().map_or(0, |end| end.since_ms(now));
        if self.state == State::Ours && left_ms >= 2 * SHORTEST_RETRY_MS {
            self.refresh.start(now, left_ms / 2);
        }
        None
    }

    fn time_out(&mut self, now: Instant) -> Option<Notify> {
        if self.end.take_due(now) {
            self.enter(State::Off);
            return Some(Notify::Expired);
        }
        self.refresh.take_due(now).then_some(Notify::Refresh)
    }

    const fn enter(&mut self, state: State) {
        self.state = state;
        self.refresh.stop();
        self.end.stop();
    }
}

impl Asked {
    /// What to grant (RFC 4028 §9, Table 2). `own_least_s` is the shortest interval that we accept,
    /// `wanted_s` the one that we ask for when nobody else does, 0: none.
    ///
    /// # Errors
    /// The Min-SE of the 422. A caller that does not know the timer is not refused for what its proxy wants.
    pub fn judge(&self, own_least_s: u32, wanted_s: u32) -> Result<Grant, u32> {
        let own_least_s = own_least_s.max(SHORTEST_S);
        let Some(asked) = self.expires else {
            let interval_s = wanted_s.max(own_least_s).max(self.least_s.unwrap_or(0));
            let expires = SessionExpires { interval_s, refresher: Some(Refresher::Uas) };
            let ask = self.supported && wanted_s > 0;
            return Ok(Grant { expires: ask.then_some(expires), required: ask });
        };
        if self.supported && asked.interval_s < own_least_s {
            return Err(own_least_s);
        }
        let refresher = match asked.refresher {
            Some(refresher) if self.supported => refresher,
            // Who asks, works.
            None if self.supported => Refresher::Uac,
            Some(Refresher::Uac | Refresher::Uas) | None => Refresher::Uas,
        };
        let expires = SessionExpires { refresher: Some(refresher), ..asked };
        Ok(Grant { expires: Some(expires), required: self.supported })
    }
}

impl Default for SessionTimer {
    fn default() -> Self {
        Self::new()
    }
}

/// §5: the default of Min-SE, and its least value.
pub const SHORTEST_S: u32 = 90;
/// Shorter ones count as this.
const LEAST_S: u32 = 10;
const SHORTEST_RETRY_MS: u64 = 5_000;

#[cfg(test)]
mod tests;
