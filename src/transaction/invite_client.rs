//! The INVITE client transaction: RFC 3261 §17.1.1, with the Accepted state of RFC 6026 §7.2 (its figure 5).
//!
//! ```text
//!            INVITE sent                 A: INVITE again   B or transport error: told
//!        ┌── Calling ◄──────────────────────────┐────────────────────► Terminated
//!        │     │ 1xx: told                                                ▲  ▲
//!        │     ▼                                                          │  │
//!        ├── Proceeding ── 2xx: told ──► Accepted (2xx: told) ── M ───────┘  │
//!        │ 300-699: ACK, told                                                │
//!        └───────────────────────────► Completed (300-699: ACK) ── D ────────┘
//! ```
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::transaction::invite_client::{Input, InviteClient, Notify, Transmit};
//! use deskphone::transaction::{Class, Timers, Transport};
//! let mut invite = InviteClient::new(Instant::ZERO, Transport::Udp, &Timers::RFC_3261);
//! let again = invite.step(Instant::from_millis(500), Input::Timeout);
//! assert_eq!(again.transmit, Some(Transmit::Request));
//! let busy = invite.step(Instant::from_millis(900), Input::Response(Class::Failure));
//! assert_eq!((busy.transmit, busy.notify), (Some(Transmit::Ack), Some(Notify::Response(Class::Failure))));
//! ```

use super::timing::{Class, Timers};
use super::transport::Transport;
use crate::base::{Instant, Timer, earliest};

/// One INVITE on its way, from its sending on.
#[derive(Clone, Debug)]
pub struct InviteClient {
    state: State,
    /// Timer A.
    retransmit_at: Timer,
    /// Timer B, D or M, whichever the state has; in Proceeding, the end of a limited wait.
    give_up_at: Timer,
    /// A final answer is awaited for a limited time only.
    limited: bool,
    interval_ms: u32,
    /// Timer D.
    completed_ms: u32,
    /// Timer M.
    accepted_ms: u32,
}

/// The states of RFC 6026, figure 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Sent; nothing came back yet.
    Calling,
    /// A provisional answer came.
    Proceeding,
    /// A 2xx came; more of them may follow from other branches.
    Accepted,
    /// A failure came; its retransmissions are acknowledged.
    Completed,
    /// Over.
    Terminated,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// An answer that belongs to it.
    Response(Class),
    /// The time has come, or the host thinks so.
    Timeout,
    /// The transport could not deliver.
    TransportFailed,
    /// The user agent waits no longer: a CANCEL remained without effect for 64·T1 (RFC 3261 §9.1).
    Abandon,
    /// Nobody has to come to a telephone for the answer: it is awaited for 64·T1 after the first provisional
    /// one. A re-INVITE, whose party is there (RFC 3261 §14.2).
    Limit,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transmit {
    /// The INVITE, once more.
    Request,
    /// The ACK to a failure (RFC 3261 §17.1.1.3).
    Ack,
}

/// What the user agent has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    /// The answer concerns it.
    Response(Class),
    /// Timer B, or the end of a limited wait: no answer; as if a 408 had come (RFC 3261 §8.1.3.1).
    TimedOut,
    /// The transport failed; as if a 503 had come (RFC 3261 §8.1.3.1).
    TransportFailed,
    /// Timer D or M: no late answer is awaited any more.
    Ended,
}

/// What one input causes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// To be sent.
    pub transmit: Option<Transmit>,
    /// To be told.
    pub notify: Option<Notify>,
}

impl InviteClient {
    /// The INVITE goes out now (RFC 3261 §17.1.1.2).
    #[must_use]
    pub fn new(now: Instant, transport: Transport, timers: &Timers) -> Self {
        let mut invite = Self {
            state: State::Calling,
            retransmit_at: Timer::OFF,
            give_up_at: Timer::OFF,
            limited: false,
            interval_ms: timers.first_interval_ms(),
            completed_ms: if transport.is_reliable() { 0 } else { timers.d_ms },
            accepted_ms: timers.accepted_ms(),
        };
        if !transport.is_reliable() {
            invite.retransmit_at.start(now, u64::from(invite.interval_ms));
        }
        invite.give_up_at.start(now, u64::from(timers.b_ms));
        invite
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, input: Input) -> Step {
        use State::{Accepted, Calling, Completed, Proceeding, Terminated};
        match (self.state, input) {
            (Calling, Input::Timeout) => self.time_out_calling(now),
            // RFC 3261 §17.1.1.2: a provisional answer stops the retransmissions, and timer B with them.
            (Calling | Proceeding, Input::Response(Class::Provisional)) => self.proceed(now),
            (Calling | Proceeding, Input::Limit) => {
                self.limited = true;
                self.wait(now);
                Step::default()
            }
            (Proceeding, Input::Timeout) if self.give_up_at.is_due(now) => self.end(Notify::TimedOut),
            // RFC 6026 §8.4: 2xx → Accepted, timer M.
            (Calling | Proceeding, Input::Response(Class::Success)) => {
                self.enter(Accepted);
                self.give_up_at.start(now, u64::from(self.accepted_ms));
                Self::tell(Notify::Response(Class::Success))
            }
            // RFC 3261 §17.1.1.2: the ACK is made here even over a reliable transport; timer D.
            (Calling | Proceeding, Input::Response(Class::Failure)) => {
                self.enter(Completed);
                self.give_up_at.start(now, u64::from(self.completed_ms));
                Step { transmit: Some(Transmit::Ack), notify: Some(Notify::Response(Class::Failure)) }
            }
            // RFC 6026 §8.4: every further 2xx is told, the user agent acknowledges each.
            (Accepted, Input::Response(Class::Success)) => Self::tell(Notify::Response(Class::Success)),
            // RFC 3261 §17.1.1.2: the failure again means that the ACK was lost.
            (Completed, Input::Response(Class::Failure)) => {
                Step { transmit: Some(Transmit::Ack), notify: None }
            }
            // Timer D (RFC 3261 §17.1.1.2) or M (RFC 6026 §8.4).
            (Accepted | Completed, Input::Timeout) if self.give_up_at.is_due(now) => self.end(Notify::Ended),
            // RFC 6026 figure 5: the INVITE or the ACK could not be sent.
            (Calling | Completed, Input::TransportFailed) => self.end(Notify::TransportFailed),
            // RFC 3261 §9.1: a cancelled INVITE that never gets an answer is destroyed.
            (Calling | Proceeding, Input::Abandon) => {
                self.enter(Terminated);
                Step::default()
            }
            (Proceeding, Input::Timeout | Input::TransportFailed)
            | (
                Accepted,
                Input::Response(Class::Provisional | Class::Failure)
                | Input::Timeout
                | Input::TransportFailed
                | Input::Abandon
                | Input::Limit,
            )
            | (
                Completed,
                Input::Response(Class::Provisional | Class::Success)
                | Input::Timeout
                | Input::Abandon
                | Input::Limit,
            )
            | (
                Terminated,
                Input::Response(_) | Input::Timeout | Input::TransportFailed | Input::Abandon | Input::Limit,
            ) => Step::default(),
        }
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        earliest([self.retransmit_at.due(), self.give_up_at.due()])
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Timers A and B. B comes first: a request that is given up is not sent once more.
    fn time_out_calling(&mut self, now: Instant) -> Step {
        if self.give_up_at.is_due(now) {
            return self.end(Notify::TimedOut);
        }
        if self.retransmit_at.is_due(now) {
            // RFC 3261 §17.1.1.2: A doubles without an upper bound.
            self.interval_ms = self.interval_ms.saturating_mul(2);
            self.retransmit_at.start(now, u64::from(self.interval_ms));
            return Step { transmit: Some(Transmit::Request), notify: None };
        }
        Step::default()
    }

    fn proceed(&mut self, now: Instant) -> Step {
        if self.state == State::Calling {
            self.enter(State::Proceeding);
            self.wait(now);
        }
        Self::tell(Notify::Response(Class::Provisional))
    }

    /// The limited wait begins in Proceeding; before that there is timer B.
    fn wait(&mut self, now: Instant) {
        if self.limited && self.state == State::Proceeding && !self.give_up_at.is_running() {
            self.give_up_at.start(now, u64::from(self.accepted_ms));
        }
    }

    const fn enter(&mut self, state: State) {
        self.state = state;
        self.retransmit_at.stop();
        self.give_up_at.stop();
    }

    const fn end(&mut self, notify: Notify) -> Step {
        self.enter(State::Terminated);
        Self::tell(notify)
    }

    const fn tell(notify: Notify) -> Step {
        Step { transmit: None, notify: Some(notify) }
    }
}
