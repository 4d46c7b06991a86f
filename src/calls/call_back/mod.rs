//! Call back: a number that was busy is called again and again until somebody is there (guide, Call Back).
//!
//! ```text
//!   Off ── order ──► Waiting ── the line is idle, the interval is over ──► Trying ── 18x ──► Settling
//!                       ▲                                                    │  answered        │ Call Back
//!                       └── busy, no answer, the line is used ───────────────┴──────┬───────────┘ Delay
//!                                                              the appearance rings ┘ (Off again)
//! ```
//! The order stands on one call appearance. The person may use it meanwhile: an attempt that is under way
//! ends then, and the next one comes when the appearance is idle again. At most one order stands.

use heapless::String;

use super::keys::LineKey;
use super::{Appearance, OneCall};
use crate::base::{Instant, Timer, earliest, text};
use crate::config::Config;
use crate::config::catalogue::regional;
use crate::limits;
use crate::ua::SessionId;

/// Attempts are no closer than this, whatever `Call Back Retry Intvl` says.
const LEAST_MS: u64 = 1_000;

/// The order to call a number back, if one stands.
#[derive(Clone, Debug)]
pub struct CallBack {
    state: State,
    line: Option<LineKey>,
    call: Called,
    session: Option<SessionId>,
    /// Until then no attempt is made.
    retry: Timer,
    /// Until then a far end that rings may yet be busy.
    settle: Timer,
    expiry: Timer,
}

/// A call as it was made, so that it can be made again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// Whom.
    pub target: String<{ limits::DIALED_BYTES }>,
    /// What was chosen for it.
    pub one_call: OneCall,
}

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is none.
    Off,
    /// No attempt is under way.
    Waiting,
    /// An attempt is under way.
    Trying,
    /// The far end has begun to ring.
    Settling,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The person orders it on a line; what was ordered before is forgotten.
    Order(LineKey),
    /// The person wants it no more.
    Cancel,
    /// Whether the line is idle and the phone would let a call in.
    Free(bool),
    /// The attempt has its session.
    Begun(SessionId),
    /// No attempt could be made.
    Refused,
    /// A provisional response.
    Progress(u16),
    /// The far end answered.
    Answered,
    /// The attempt is over, with a final status if there was one.
    Failed(Option<u16>),
    /// Time passed.
    Timeout,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// Call [`CallBack::called`] from the line.
    pub call: bool,
    /// End this session: an attempt that is not wanted any more.
    pub end: Option<SessionId>,
    /// The order is fulfilled: the line rings, and this call is its own from now on.
    pub ring: Option<Reached>,
}

/// Somebody who is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The call.
    pub session: SessionId,
    /// Whether the far end has answered; else it rings.
    pub answered: bool,
}

/// Its settings, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// From one attempt to the next (`Call Back Retry Intvl`).
    pub retry_ms: u64,
    /// How long an order stands (`Call Back Expires`); 0: orders are not taken.
    pub expires_ms: u64,
    /// How long a far end that rings may yet turn out to be busy (`Call Back Delay`).
    pub delay_ms: u64,
}

impl CallBack {
    /// No order.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: State::Off,
            line: None,
            call: Called { target: String::new(), one_call: OneCall::new() },
            session: None,
            retry: Timer::OFF,
            settle: Timer::OFF,
            expiry: Timer::OFF,
        }
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, rules: Rules, input: Input) -> Step {
        match (self.state, input) {
            (_, Input::Order(line)) => self.order(now, rules, line),
            (_, Input::Cancel) => self.stop(),
            (_, Input::Timeout) => self.timeout(now),
            (State::Waiting, Input::Free(true)) => self.attempt(now, rules),
            (State::Trying, Input::Begun(session)) if self.session.is_none() => {
                self.session = Some(session);
                Step::default()
            }
            // Nobody waits for it any more.
            (State::Off | State::Waiting | State::Trying | State::Settling, Input::Begun(session)) => {
                Step { end: Some(session), ..Step::default() }
            }
            (State::Trying | State::Settling, Input::Free(false)) => self.pause(),
            (State::Trying, Input::Progress(180..=189)) => self.rings(now, rules),
            (State::Trying | State::Settling, Input::Answered) => self.reached(true),
            (State::Trying | State::Settling, Input::Refused) => self.failed(now, None),
            (State::Trying | State::Settling, Input::Failed(status)) => self.failed(now, status),
            (State::Off, Input::Free(_))
            | (State::Waiting, Input::Free(false))
            | (State::Trying | State::Settling, Input::Free(true))
            | (
                State::Off | State::Waiting,
                Input::Progress(_) | Input::Answered | Input::Refused | Input::Failed(_),
            )
            | (State::Trying | State::Settling, Input::Progress(_)) => Step::default(),
        }
    }

    /// When it needs [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        earliest([self.retry.due(), self.settle.due(), self.expiry.due()])
    }

    /// How it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// The line of the order, while one stands.
    #[must_use]
    pub const fn line(&self) -> Option<LineKey> {
        self.line
    }

    /// The attempt that is under way.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// Whom it calls.
    #[must_use]
    pub const fn called(&self) -> &Called {
        &self.call
    }

    /// The call that the next order means.
    pub fn mean(&mut self, call: &Called) {
        self.call = call.clone();
    }

    fn order(&mut self, now: Instant, rules: Rules, line: LineKey) -> Step {
        let step = self.stop();
        if rules.expires_ms > 0 {
            self.state = State::Waiting;
            self.line = Some(line);
            self.expiry.start(now, rules.expires_ms);
        }
        step
    }

    fn attempt(&mut self, now: Instant, rules: Rules) -> Step {
        if self.retry.is_running() {
            return Step::default();
        }
        self.state = State::Trying;
        self.retry.start(now, rules.retry_ms.max(LEAST_MS));
        Step { call: true, ..Step::default() }
    }

    fn pause(&mut self) -> Step {
        self.state = State::Waiting;
        self.settle.stop();
        Step { end: self.session.take(), ..Step::default() }
    }

    /// A server may say that it rings before it knows that the number is busy.
    fn rings(&mut self, now: Instant, rules: Rules) -> Step {
        if rules.delay_ms == 0 {
            return self.reached(false);
        }
        self.state = State::Settling;
        self.settle.start(now, rules.delay_ms);
        Step::default()
    }

    fn reached(&mut self, answered: bool) -> Step {
        let session = self.session.take();
        let _ended = self.stop();
        Step { ring: session.map(|session| Reached { session, answered }), ..Step::default() }
    }

    fn failed(&mut self, now: Instant, status: Option<u16>) -> Step {
        self.session = None;
        if status.is_some_and(is_hopeless) {
            return self.stop();
        }
        self.state = State::Waiting;
        self.settle.stop();
        let least = now.plus_ms(LEAST_MS);
        self.retry.start_at(self.retry.due().map_or(least, |due| due.max(least)));
        Step::default()
    }

    fn timeout(&mut self, now: Instant) -> Step {
        self.retry.take_due(now);
        if self.settle.take_due(now) {
            return self.reached(false);
        }
        if self.expiry.take_due(now) { self.stop() } else { Step::default() }
    }

    fn stop(&mut self) -> Step {
        let end = self.session.take();
        self.state = State::Off;
        self.line = None;
        for timer in [&mut self.retry, &mut self.settle, &mut self.expiry] {
            timer.stop();
        }
        Step { end, ..Step::default() }
    }
}

impl Called {
    /// The call that an appearance makes.
    pub(super) fn by(appearance: &Appearance) -> Self {
        Self { target: text::shortened(appearance.target()), one_call: appearance.one_call().clone() }
    }
}

impl Rules {
    /// As the phone is set.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let seconds = |setting| u64::from(config.read(setting)).saturating_mul(1_000);
        Self {
            retry_ms: seconds(regional::CALL_BACK_RETRY_INTVL),
            expires_ms: seconds(regional::CALL_BACK_EXPIRES),
            delay_ms: u64::from(config.read(regional::CALL_BACK_DELAY)),
        }
    }
}

impl Default for CallBack {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a number that fails so is not worth another attempt: it is forbidden, does not exist, is not
/// complete, or whoever is called does not want it (RFC 3261 §21.4, §21.6).
const fn is_hopeless(status: u16) -> bool {
    matches!(status, 403 | 404 | 410 | 414 | 416 | 484 | 603 | 604 | 607)
}

#[cfg(test)]
mod tests;
