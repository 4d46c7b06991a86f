//! One subscription, from the subscriber's side (RFC 6665 §4.1).
//!
//! ```text
//!            Start            2xx, NOTIFY            Timeout (refresh)
//!    Off ───────────► Asking ─────────────► Active ◄──────────────────► Refreshing
//!     ▲                 ▲ │ failure           │ Stop        2xx            │ 481, 408: anew
//!     │         Timeout │ ▼ terminated        ▼                            ▼
//!     └──────────────── Waiting            Leaving ──answer, Timer N──► Off
//! ```
//! Refused is Waiting for a server that does not want us: for hours, or for good.
//!
//! The machine decides when a SUBSCRIBE goes out, whether it makes a new dialog, and what its expiry is; the
//! user agent composes it, answers challenges and reports what came back.

use crate::base::{Instant, Timer, earliest};

/// One subscription.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    state: State,
    /// Refresh (Active), try again (Waiting, Refused).
    due: Timer,
    /// Timer N (§4.1.2.4): the notification that has to follow a SUBSCRIBE.
    notify_by: Timer,
    /// Until when the notifier keeps us.
    until: Instant,
    /// The expiry to ask for, seconds.
    ask_s: u32,
    /// When the latest dialog was asked for.
    begun: Instant,
    /// What the notifier has said of us last.
    standing: Standing,
    /// A notification of this dialog came.
    heard: bool,
    /// `Stop` came while a SUBSCRIBE was under way.
    stopping: bool,
    /// `Start` came while it was being given up.
    again: bool,
    /// It is not renewed any more.
    lapsing: bool,
}

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Off,
    Asking,
    Active,
    Refreshing,
    Waiting,
    Refused,
    Leaving,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Subscribe, asking for this many seconds.
    Start { expires_s: u32 },
    /// Unsubscribe (§4.1.2.3).
    Stop,
    /// 2xx to the SUBSCRIBE.
    Accepted { expires_s: u32 },
    /// 423: the notifier wants at least this much.
    TooBrief { min_expires_s: u32 },
    /// Any other end of the SUBSCRIBE; 408 when nobody answered.
    Failed { status: u16, retry_after_s: Option<u32> },
    /// A notification: the subscription lasts.
    Notified { pending: bool, expires_s: Option<u32> },
    /// A notification: it is over (§4.1.3).
    Terminated { reason: Reason, retry_after_s: Option<u32> },
    /// Something was missed: ask for all of it.
    Refresh,
    /// It has served its purpose: let it run out.
    Lapse,
    /// The time passes.
    Timeout,
}

/// Why the notifier ended it (RFC 6665 §4.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Subscribe again at once.
    Deactivated,
    /// Subscribe again later.
    Probation,
    /// Not any more.
    Rejected,
    /// It ran out; subscribe again at once.
    Timeout,
    /// Subscribe again later.
    GiveUp,
    /// What we subscribed to is gone, or will never change.
    NoResource,
    /// No reason, or one that we do not know.
    Other,
}

/// How the notifier stands to us, for the layer above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is known: not asked, not answered, or lost and asked for anew.
    Unknown,
    /// Accepted, but somebody has yet to allow it.
    Pending,
    /// What we subscribed to is known and will be told.
    Active,
    /// The notifier does not want us; with this status, or 200 when it accepted us first.
    Refused(u16),
}

/// What comes of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) struct Step {
    /// A SUBSCRIBE to send.
    pub(super) subscribe: Option<Subscribe>,
    /// [`Subscription::standing`] changed.
    pub(super) changed: bool,
    /// It is over; its slot is free.
    pub(super) over: bool,
}

/// A SUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subscribe {
    /// 0 unsubscribes.
    pub(super) expires_s: u32,
    /// It makes a new dialog.
    pub(super) anew: bool,
}

/// The settings that count here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    /// `Sub Min Expires`: shorter grants are raised to this.
    pub(super) min_expires_s: u32,
    /// `Sub Max Expires`: what a 423 may ask for at most.
    pub(super) max_expires_s: u32,
    /// `Sub Retry Intvl`; 0: never again.
    pub(super) retry_s: u32,
    /// Timer N: 64·T1.
    pub(super) notify_ms: u32,
}

impl Subscription {
    pub(super) const fn new() -> Self {
        Self {
            state: State::Off,
            due: Timer::OFF,
            notify_by: Timer::OFF,
            until: Instant::ZERO,
            ask_s: 0,
            begun: Instant::ZERO,
            standing: Standing::Unknown,
            heard: false,
            stopping: false,
            again: false,
            lapsing: false,
        }
    }

    /// Nothing of it holds any more but what is wanted.
    pub(super) const fn forget(&mut self) {
        *self = Self { ask_s: self.ask_s, ..Self::new() };
    }

    pub(super) fn step(&mut self, now: Instant, policy: Policy, input: Input) -> Step {
        let before = self.standing;
        let subscribe = match input {
            Input::Start { expires_s } => self.start(now, expires_s),
            Input::Stop => self.stop(now, policy),
            Input::Accepted { expires_s } => self.accepted(now, policy, expires_s),
            Input::TooBrief { min_expires_s } => self.too_brief(now, policy, min_expires_s),
            Input::Failed { status, retry_after_s } => self.failed(now, policy, status, retry_after_s),
            Input::Notified { pending, expires_s } => self.notified(now, policy, pending, expires_s),
            Input::Terminated { reason, retry_after_s } => {
                self.terminated(now, policy, reason, retry_after_s)
            }
            Input::Refresh if self.state == State::Active => {
                self.state = State::Refreshing;
                self.due.stop();
                Some(Subscribe { expires_s: self.ask_s, anew: false })
            }
            Input::Refresh => None,
            Input::Lapse => {
                self.lapse();
                None
            }
            Input::Timeout => self.timeout(now, policy),
        };
        Step { subscribe, changed: self.standing != before, over: self.state == State::Off }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest([self.due.due(), self.notify_by.due()])
    }

    pub(super) const fn standing(&self) -> Standing {
        self.standing
    }

    /// The expiry that is asked for, seconds.
    pub(super) const fn asked_s(&self) -> u32 {
        self.ask_s
    }

    /// Whether it stands and is wanted.
    pub(super) const fn is_granted(&self) -> bool {
        matches!(self.state, State::Active) && !self.stopping && !self.lapsing
    }

    #[cfg(test)]
    pub(super) const fn state(&self) -> State {
        self.state
    }

    /// Whether a notification that names no dialog of ours yet may be the first of this subscription
    /// (§4.1.2.4: it may come before the 2xx).
    pub(super) const fn awaits_first(&self) -> bool {
        matches!(self.state, State::Asking) || self.notify_by.is_running()
    }

    fn start(&mut self, now: Instant, expires_s: u32) -> Option<Subscribe> {
        match self.state {
            State::Off | State::Waiting | State::Refused => {
                self.ask_s = expires_s;
                self.anew(now)
            }
            // What is under way is for the same thing; one that was being given up comes back by itself.
            State::Asking | State::Refreshing => {
                self.stopping = false;
                None
            }
            State::Active if self.lapsing => self.anew(now),
            State::Active => None,
            // When it is over it begins anew.
            State::Leaving => {
                (self.ask_s, self.again) = (expires_s, true);
                None
            }
        }
    }

    fn stop(&mut self, now: Instant, policy: Policy) -> Option<Subscribe> {
        match self.state {
            // Saying so would take back what it was for.
            State::Active if self.lapsing => self.end(),
            State::Active => self.leave(now, policy),
            // Not before the SUBSCRIBE is answered: it would overtake its own dialog.
            State::Asking | State::Refreshing => {
                self.stopping = true;
                None
            }
            State::Waiting | State::Refused => self.end(),
            State::Leaving => {
                self.again = false;
                None
            }
            State::Off => None,
        }
    }

    fn accepted(&mut self, now: Instant, policy: Policy, expires_s: u32) -> Option<Subscribe> {
        match self.state {
            State::Asking | State::Refreshing if self.stopping && self.lapsing => self.end(),
            State::Asking | State::Refreshing if self.stopping => self.leave(now, policy),
            State::Asking | State::Refreshing => {
                // §3.1.1: what is granted counts, not what was asked for.
                if !self.heard {
                    self.notify_by.start(now, u64::from(policy.notify_ms));
                }
                self.state = State::Active;
                self.lasts(now, policy, expires_s);
                None
            }
            // The last notification has until Timer N.
            State::Leaving | State::Off | State::Active | State::Waiting | State::Refused => None,
        }
    }

    /// §4.1.2.1 after 423: ask again for what the notifier wants, if that is more than we asked and not
    /// beyond our bound.
    fn too_brief(&mut self, now: Instant, policy: Policy, min_expires_s: u32) -> Option<Subscribe> {
        let more = min_expires_s > self.ask_s && min_expires_s <= policy.max_expires_s;
        match self.state {
            State::Asking | State::Refreshing if more && !self.stopping => {
                self.ask_s = min_expires_s;
                Some(Subscribe { expires_s: self.ask_s, anew: self.state == State::Asking })
            }
            State::Asking
            | State::Refreshing
            | State::Off
            | State::Active
            | State::Waiting
            | State::Refused
            | State::Leaving => self.failed(now, policy, 423, None),
        }
    }

    fn failed(
        &mut self,
        now: Instant,
        policy: Policy,
        status: u16,
        retry_after_s: Option<u32>,
    ) -> Option<Subscribe> {
        match self.state {
            State::Leaving => self.left(now),
            State::Asking | State::Refreshing if self.stopping => self.end(),
            // §4.1.2.2: the notifier does not know the subscription any more (481); RFC 5057 §5.1 says the
            // same of no answer.
            State::Refreshing if matches!(status, 408 | 481) => {
                self.standing = Standing::Unknown;
                self.soon(now, policy)
            }
            State::Asking | State::Refreshing if is_refusal(status) => self.refused(now, policy, status),
            // §4.1.2.2: any other failure leaves the subscription as long as it was to last.
            State::Refreshing => {
                let wait_ms = u64::from(policy.retry_s.max(retry_after_s.unwrap_or(0))).saturating_mul(1_000);
                self.state = State::Active;
                self.due.start_at(now.plus_ms(wait_ms.max(1_000)));
                None
            }
            State::Asking => {
                self.standing = Standing::Refused(status);
                self.later(now, policy, retry_after_s)
            }
            State::Off | State::Active | State::Waiting | State::Refused => None,
        }
    }

    fn notified(
        &mut self,
        now: Instant,
        policy: Policy,
        pending: bool,
        expires_s: Option<u32>,
    ) -> Option<Subscribe> {
        match self.state {
            State::Asking | State::Active | State::Refreshing => {
                self.notify_by.stop();
                self.heard = true;
                self.standing = if pending { Standing::Pending } else { Standing::Active };
                // §4.1.3: what the notification says of the time counts.
                if let (State::Active, Some(expires_s)) = (self.state, expires_s) {
                    self.lasts(now, policy, expires_s);
                }
                None
            }
            State::Off | State::Waiting | State::Refused | State::Leaving => None,
        }
    }

    fn terminated(
        &mut self,
        now: Instant,
        policy: Policy,
        reason: Reason,
        retry_after_s: Option<u32>,
    ) -> Option<Subscribe> {
        match self.state {
            State::Leaving => return self.left(now),
            State::Asking | State::Refreshing if self.stopping => return self.end(),
            State::Off | State::Waiting | State::Refused => return None,
            State::Asking | State::Active | State::Refreshing => {}
        }
        self.standing = Standing::Unknown;
        match reason {
            Reason::Deactivated | Reason::Timeout => self.soon(now, policy),
            Reason::Probation | Reason::GiveUp | Reason::Other => self.later(now, policy, retry_after_s),
            Reason::Rejected | Reason::NoResource => {
                self.refused(now, policy, 200);
                // Not even after hours.
                self.due.stop();
                None
            }
        }
    }

    fn timeout(&mut self, now: Instant, policy: Policy) -> Option<Subscribe> {
        if self.notify_by.take_due(now) {
            return match self.state {
                State::Leaving => self.left(now),
                State::Asking | State::Refreshing if self.stopping => self.end(),
                // §4.1.2.4: no notification, no subscription.
                State::Asking | State::Active | State::Refreshing => {
                    self.standing = Standing::Refused(408);
                    self.later(now, policy, None)
                }
                State::Off | State::Waiting | State::Refused => None,
            };
        }
        if !self.due.take_due(now) {
            return None;
        }
        match self.state {
            State::Active if self.lapsing => self.end(),
            State::Active if now < self.until => {
                self.state = State::Refreshing;
                Some(Subscribe { expires_s: self.ask_s, anew: false })
            }
            // It has run out.
            State::Active => {
                self.standing = Standing::Unknown;
                if policy.retry_s == 0 { self.end() } else { self.anew(now) }
            }
            State::Waiting | State::Refused => self.anew(now),
            State::Off | State::Asking | State::Refreshing | State::Leaving => None,
        }
    }

    fn anew(&mut self, now: Instant) -> Option<Subscribe> {
        self.state = State::Asking;
        self.begun = now;
        self.heard = false;
        self.stopping = false;
        self.lapsing = false;
        self.due.stop();
        self.notify_by.stop();
        // A notification before the 2xx stops it; the 2xx starts it.
        Some(Subscribe { expires_s: self.ask_s, anew: true })
    }

    const fn lapse(&mut self) {
        match self.state {
            State::Active => {
                self.lapsing = true;
                self.notify_by.stop();
                self.due.start_at(self.until);
            }
            State::Asking | State::Refreshing => self.lapsing = true,
            State::Off | State::Waiting | State::Refused | State::Leaving => {}
        }
    }

    /// At once, but not in a circle with a notifier that ends what it has just begun.
    fn soon(&mut self, now: Instant, policy: Policy) -> Option<Subscribe> {
        let earliest = self.begun.plus_ms(u64::from(policy.retry_s).saturating_mul(1_000));
        if policy.retry_s > 0 && now >= earliest {
            return self.anew(now);
        }
        let rest_ms = earliest.since_ms(now);
        let rest_s = u32::try_from(rest_ms.div_ceil(1_000)).unwrap_or(u32::MAX);
        self.later(now, Policy { retry_s: policy.retry_s.min(rest_s), ..policy }, None)
    }

    fn later(&mut self, now: Instant, policy: Policy, retry_after_s: Option<u32>) -> Option<Subscribe> {
        if policy.retry_s == 0 {
            return self.end();
        }
        let wait_s = policy.retry_s.max(retry_after_s.unwrap_or(0));
        self.state = State::Waiting;
        self.notify_by.stop();
        self.due.start(now, u64::from(wait_s).saturating_mul(1_000));
        None
    }

    fn refused(&mut self, now: Instant, policy: Policy, status: u16) -> Option<Subscribe> {
        self.standing = Standing::Refused(status);
        let long = Policy { retry_s: policy.retry_s.max(REFUSED_S), ..policy };
        let _none = self.later(now, if policy.retry_s == 0 { policy } else { long }, None);
        if self.state == State::Waiting {
            self.state = State::Refused;
        }
        None
    }

    fn leave(&mut self, now: Instant, policy: Policy) -> Option<Subscribe> {
        self.state = State::Leaving;
        self.standing = Standing::Unknown;
        self.stopping = false;
        self.due.stop();
        self.notify_by.start(now, u64::from(policy.notify_ms));
        Some(Subscribe { expires_s: 0, anew: false })
    }

    /// The end of one that was given up.
    fn left(&mut self, now: Instant) -> Option<Subscribe> {
        if core::mem::take(&mut self.again) { self.anew(now) } else { self.end() }
    }

    const fn end(&mut self) -> Option<Subscribe> {
        let standing = self.standing;
        *self = Self::new();
        // The layer above hears why.
        if let Standing::Refused(_) = standing {
            self.standing = standing;
        }
        None
    }

    /// Renewed before it runs out, early enough for one lost attempt and a second one; a short one after
    /// half of its time.
    fn lasts(&mut self, now: Instant, policy: Policy, expires_s: u32) {
        let expires_s = expires_s.max(policy.min_expires_s).max(1);
        let expires_ms = u64::from(expires_s).saturating_mul(1_000);
        self.until = now.plus_ms(expires_ms);
        if self.lapsing {
            self.notify_by.stop();
            self.due.start_at(self.until);
        } else {
            self.due.start(now, (expires_ms / 2).max(expires_ms.saturating_sub(REFRESH_MARGIN_MS)));
        }
    }
}

/// What will not be otherwise soon: nobody there, not allowed, not understood.
const fn is_refusal(status: u16) -> bool {
    matches!(status, 403..=405 | 410 | 416 | 489 | 501 | 603..=604)
}

/// Timer F (32 s) and some room for the second attempt.
const REFRESH_MARGIN_MS: u64 = 60_000;
/// A server that does not know what a phone wants will not learn it soon: four hours.
const REFUSED_S: u32 = 14_400;

#[cfg(test)]
mod tests;
