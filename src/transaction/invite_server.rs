//! The INVITE server transaction: RFC 3261 §17.2.1, with the Accepted state of RFC 6026 §7.1 (its figure 7).
//!
//! ```text
//!   INVITE: told                                    every state but Confirmed: transport error: told
//!   Proceeding (INVITE: last 1xx again; 1xx: sent)
//!     │    │ 300-699: sent
//!     │    └──► Completed (INVITE or G: again) ── ACK ──► Confirmed ── I ──► Terminated
//!     │ 2xx: sent     └────────────── H: told ─────────────────────────────────► ▲
//!     └───────► Accepted (ACK: told; 2xx: sent) ─────────── L ───────────────────┘
//! ```
//!
//! The slot keeps one answer. From its opening on that is the 100, which goes out by itself when the user
//! agent has said nothing for 200 ms.
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::transaction::invite_server::{Input, InviteServer, Transmit};
//! use deskphone::transaction::{Class, Timers, Transport};
//! let mut invite = InviteServer::new(Instant::ZERO, Transport::Udp, &Timers::RFC_3261);
//! assert_eq!(invite.step(Instant::from_millis(200), Input::Timeout).transmit, Some(Transmit::Response));
//! let ringing = invite.step(Instant::from_millis(250), Input::Respond(Class::Provisional));
//! assert_eq!(ringing.transmit, Some(Transmit::Response));
//! ```

use super::timing::{Class, Timers};
use super::transport::Transport;
use crate::base::{Instant, Timer, earliest};

/// How long the user agent may be silent before a 100 goes out (RFC 3261 §17.2.1).
const TRYING_AFTER_MS: u64 = 200;

/// One INVITE that came in, from its arrival on.
#[derive(Clone, Debug)]
pub struct InviteServer {
    state: State,
    /// The 200 ms before the 100, or timer G.
    retransmit_at: Timer,
    /// Timer H, I or L, whichever the state has.
    give_up_at: Timer,
    reliable: bool,
    interval_ms: u32,
    longest_interval_ms: u32,
    /// Timer H.
    unacknowledged_ms: u32,
    /// Timer I.
    confirmed_ms: u32,
    /// Timer L.
    accepted_ms: u32,
}

/// The states of RFC 6026, figure 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No final answer yet.
    Proceeding,
    /// Answered 2xx; its retransmission is the user agent's.
    Accepted,
    /// Answered 300-699, which is repeated until the ACK comes.
    Completed,
    /// The ACK came; more of them are absorbed.
    Confirmed,
    /// Over.
    Terminated,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The INVITE came once more.
    Retransmission,
    /// An ACK that belongs to it.
    Ack,
    /// The user agent answers.
    Respond(Class),
    /// The time has come, or the host thinks so.
    Timeout,
    /// The transport could not deliver.
    TransportFailed,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transmit {
    /// The answer that the slot keeps.
    Response,
}

/// What the user agent has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    /// The ACK to its 2xx came, from a peer of RFC 2543 (others send it outside of the transaction).
    Acknowledged,
    /// Timer H: no ACK came to the failure.
    NotAcknowledged,
    /// The answer could not be sent; the state stays (RFC 6026 §7.1).
    TransportFailed,
    /// Timer I or L: the INVITE is not awaited once more.
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

impl InviteServer {
    /// The INVITE came now (RFC 3261 §17.2.1).
    #[must_use]
    pub fn new(now: Instant, transport: Transport, timers: &Timers) -> Self {
        let reliable = transport.is_reliable();
        let mut invite = Self {
            state: State::Proceeding,
            retransmit_at: Timer::OFF,
            give_up_at: Timer::OFF,
            reliable,
            interval_ms: timers.first_interval_ms(),
            longest_interval_ms: timers.longest_interval_ms(),
            unacknowledged_ms: timers.h_ms,
            confirmed_ms: if reliable { 0 } else { timers.t4_ms },
            accepted_ms: timers.accepted_ms(),
        };
        invite.retransmit_at.start(now, TRYING_AFTER_MS);
        invite
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, input: Input) -> Step {
        use State::{Accepted, Completed, Confirmed, Proceeding, Terminated};
        match (self.state, input) {
            // RFC 3261 §17.2.1: the latest provisional answer again; when there is none yet, the 100 at once.
            // The same 100 goes out after 200 ms of silence.
            (Proceeding, Input::Retransmission) => {
                self.retransmit_at.stop();
                Self::send()
            }
            (Proceeding, Input::Timeout) if self.retransmit_at.take_due(now) => Self::send(),
            (Proceeding, Input::Respond(Class::Provisional)) => {
                self.retransmit_at.stop();
                Self::send()
            }
            // RFC 6026 §7.1: 2xx → Accepted, timer L.
            (Proceeding, Input::Respond(Class::Success)) => {
                self.enter(Accepted);
                self.give_up_at.start(now, u64::from(self.accepted_ms));
                Self::send()
            }
            // RFC 3261 §17.2.1: timer G over unreliable transports, timer H over all.
            (Proceeding, Input::Respond(Class::Failure)) => {
                self.enter(Completed);
                if !self.reliable {
                    self.retransmit_at.start(now, u64::from(self.interval_ms));
                }
                self.give_up_at.start(now, u64::from(self.unacknowledged_ms));
                Self::send()
            }
            // RFC 6026 §7.1: the user agent repeats its 2xx, and gets the ACK.
            (Accepted, Input::Respond(Class::Success)) => Self::send(),
            (Accepted, Input::Ack) => Self::tell(Notify::Acknowledged),
            (Completed, Input::Retransmission) => Self::send(),
            (Completed, Input::Timeout) => self.time_out_completed(now),
            // RFC 3261 §17.2.1: timer I.
            (Completed, Input::Ack) => {
                self.enter(Confirmed);
                self.give_up_at.start(now, u64::from(self.confirmed_ms));
                Step::default()
            }
            (Accepted | Confirmed, Input::Timeout) if self.give_up_at.is_due(now) => self.end(Notify::Ended),
            // RFC 6026 §7.1: a transport error is told, and the state stays to absorb retransmissions.
            (Proceeding | Accepted | Completed, Input::TransportFailed) => {
                Self::tell(Notify::TransportFailed)
            }
            (Proceeding, Input::Ack | Input::Timeout)
            | (
                Accepted,
                Input::Retransmission | Input::Respond(Class::Provisional | Class::Failure) | Input::Timeout,
            )
            | (Completed, Input::Respond(_))
            | (
                Confirmed | Terminated,
                Input::Retransmission
                | Input::Ack
                | Input::Respond(_)
                | Input::Timeout
                | Input::TransportFailed,
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

    /// Timers G and H. H comes first: an answer that is given up is not sent once more.
    fn time_out_completed(&mut self, now: Instant) -> Step {
        if self.give_up_at.is_due(now) {
            return self.end(Notify::NotAcknowledged);
        }
        if self.retransmit_at.is_due(now) {
            // RFC 3261 §17.2.1: G doubles up to T2.
            self.interval_ms = self.interval_ms.saturating_mul(2).min(self.longest_interval_ms);
            self.retransmit_at.start(now, u64::from(self.interval_ms));
            return Self::send();
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

    const fn send() -> Step {
        Step { transmit: Some(Transmit::Response), notify: None }
    }

    const fn tell(notify: Notify) -> Step {
        Step { transmit: None, notify: Some(notify) }
    }
}
