//! The non-INVITE client transaction: RFC 3261 §17.1.2 (its figure 6).
//!
//! ```text
//!   request sent        E: request again      F or transport error: told
//!      Trying ◄──────────────────┐──────────────────────► Terminated
//!        │ │ 1xx: told                                        ▲  ▲
//!        │ ▼             E: request again      F, error: told │  │
//!        │ Proceeding ◄──────────────────┐────────────────────┘  │
//!        │ │ 200-699: told                                       │
//!        └─┴──────────► Completed ──────── K ────────────────────┘
//! ```
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::transaction::client::{Client, Input, Notify};
//! use deskphone::transaction::{Class, Timers, Transport};
//! let mut bye = Client::new(Instant::ZERO, Transport::Udp, &Timers::RFC_3261);
//! let answered = bye.step(Instant::from_millis(20), Input::Response(Class::Success));
//! assert_eq!(answered.notify, Some(Notify::Response(Class::Success)));
//! assert_eq!(bye.deadline(), Some(Instant::from_millis(5_020)), "timer K absorbs late answers");
//! ```

use super::timing::{Class, Timers};
use super::transport::Transport;
use crate::base::{Instant, Timer, earliest};

/// One request other than INVITE and ACK on its way, from its sending on.
#[derive(Clone, Debug)]
pub struct Client {
    state: State,
    /// Timer E.
    retransmit_at: Timer,
    /// Timer F or K, whichever the state has.
    give_up_at: Timer,
    interval_ms: u32,
    longest_interval_ms: u32,
    /// Timer K.
    completed_ms: u32,
}

/// The states of RFC 3261, figure 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Sent; nothing came back yet.
    Trying,
    /// A provisional answer came.
    Proceeding,
    /// A final answer came; its retransmissions are absorbed.
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
    /// The user agent is not interested any more.
    Abandon,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transmit {
    /// The request, once more.
    Request,
}

/// What the user agent has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    /// The answer concerns it.
    Response(Class),
    /// Timer F: no final answer; as if a 408 had come (RFC 3261 §8.1.3.1).
    TimedOut,
    /// The transport failed; as if a 503 had come (RFC 3261 §8.1.3.1).
    TransportFailed,
    /// Timer K: no late answer is awaited any more.
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

impl Client {
    /// The request goes out now (RFC 3261 §17.1.2.2).
    #[must_use]
    pub fn new(now: Instant, transport: Transport, timers: &Timers) -> Self {
        let mut request = Self {
            state: State::Trying,
            retransmit_at: Timer::OFF,
            give_up_at: Timer::OFF,
            interval_ms: timers.first_interval_ms(),
            longest_interval_ms: timers.longest_interval_ms(),
            completed_ms: if transport.is_reliable() { 0 } else { timers.t4_ms },
        };
        if !transport.is_reliable() {
            request.retransmit_at.start(now, u64::from(request.interval_ms));
        }
        request.give_up_at.start(now, u64::from(timers.f_ms));
        request
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, input: Input) -> Step {
        use State::{Completed, Proceeding, Terminated, Trying};
        match (self.state, input) {
            // RFC 3261 §17.1.2.2: E doubles up to T2, in Proceeding it is T2 at once.
            (Trying, Input::Timeout) => self.time_out(now, self.interval_ms.saturating_mul(2)),
            (Proceeding, Input::Timeout) => self.time_out(now, self.longest_interval_ms),
            // RFC 3261 §17.1.2.2: E and F go on; a lost final answer comes again only if the request does.
            (Trying | Proceeding, Input::Response(Class::Provisional)) => {
                self.state = Proceeding;
                Self::tell(Notify::Response(Class::Provisional))
            }
            // RFC 3261 §17.1.2.2: timer K.
            (Trying | Proceeding, Input::Response(class @ (Class::Success | Class::Failure))) => {
                self.enter(Completed);
                self.give_up_at.start(now, u64::from(self.completed_ms));
                Self::tell(Notify::Response(class))
            }
            (Completed, Input::Timeout) if self.give_up_at.is_due(now) => self.end(Notify::Ended),
            (Trying | Proceeding, Input::TransportFailed) => self.end(Notify::TransportFailed),
            (Trying | Proceeding, Input::Abandon) => {
                self.enter(Terminated);
                Step::default()
            }
            (Completed, Input::Response(_) | Input::Timeout | Input::TransportFailed | Input::Abandon)
            | (Terminated, Input::Response(_) | Input::Timeout | Input::TransportFailed | Input::Abandon) => {
                Step::default()
            }
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

    /// Timers E and F. F comes first: a request that is given up is not sent once more.
    fn time_out(&mut self, now: Instant, next_interval_ms: u32) -> Step {
        if self.give_up_at.is_due(now) {
            return self.end(Notify::TimedOut);
        }
        if self.retransmit_at.is_due(now) {
            self.interval_ms = next_interval_ms.min(self.longest_interval_ms);
            self.retransmit_at.start(now, u64::from(self.interval_ms));
            return Step { transmit: Some(Transmit::Request), notify: None };
        }
        Step::default()
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
