//! The non-INVITE server transaction: RFC 3261 §17.2.2 (its figure 8).
//!
//! ```text
//!   request: told
//!   Trying ─── 1xx: sent ──► Proceeding (request: last 1xx again) ── transport error: told ──► Terminated
//!     │ 200-699: sent           │ 200-699: sent                                                  ▲
//!     └─────────────────────────┴──► Completed (request: answer again) ── J, or error: told ─────┘
//! ```
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::transaction::server::{Input, Server, Transmit};
//! use deskphone::transaction::{Class, Timers, Transport};
//! let mut options = Server::new(Transport::Udp, &Timers::RFC_3261);
//! let answer = options.step(Instant::ZERO, Input::Respond(Class::Success));
//! assert_eq!(answer.transmit, Some(Transmit::Response));
//! let again = options.step(Instant::from_millis(500), Input::Retransmission);
//! assert_eq!(again.transmit, Some(Transmit::Response), "the same answer, without asking the user agent");
//! ```

use super::timing::{Class, Timers};
use super::transport::Transport;
use crate::base::{Instant, Timer};

/// One request other than INVITE and ACK that came in, from its arrival on.
#[derive(Clone, Debug)]
pub struct Server {
    state: State,
    /// Timer J.
    give_up_at: Timer,
    completed_ms: u32,
}

/// The states of RFC 3261, figure 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No answer yet.
    Trying,
    /// A provisional answer is sent.
    Proceeding,
    /// The final answer is sent; late requests get it again.
    Completed,
    /// Over.
    Terminated,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The request came once more.
    Retransmission,
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
    /// The answer could not be sent.
    TransportFailed,
    /// Timer J: the request is not awaited once more.
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

impl Server {
    /// The request came (RFC 3261 §17.2.2). No timer runs before the final answer.
    #[must_use]
    pub const fn new(transport: Transport, timers: &Timers) -> Self {
        let completed_ms = if transport.is_reliable() { 0 } else { timers.j_ms };
        Self { state: State::Trying, give_up_at: Timer::OFF, completed_ms }
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, input: Input) -> Step {
        use State::{Completed, Proceeding, Terminated, Trying};
        match (self.state, input) {
            // RFC 3261 §17.2.2: answers go straight through.
            (Trying | Proceeding, Input::Respond(Class::Provisional)) => {
                self.state = Proceeding;
                Self::send()
            }
            // RFC 3261 §17.2.2: timer J.
            (Trying | Proceeding, Input::Respond(Class::Success | Class::Failure)) => {
                self.state = Completed;
                self.give_up_at.start(now, u64::from(self.completed_ms));
                Self::send()
            }
            // RFC 3261 §17.2.2: the latest answer again.
            (Proceeding | Completed, Input::Retransmission) => Self::send(),
            (Completed, Input::Timeout) if self.give_up_at.is_due(now) => self.end(Notify::Ended),
            (Proceeding | Completed, Input::TransportFailed) => self.end(Notify::TransportFailed),
            // RFC 3261 §17.2.2: before the first answer retransmissions are discarded.
            (Trying, Input::Retransmission | Input::Timeout | Input::TransportFailed)
            | (Proceeding, Input::Timeout)
            | (Completed, Input::Respond(_) | Input::Timeout)
            | (
                Terminated,
                Input::Retransmission | Input::Respond(_) | Input::Timeout | Input::TransportFailed,
            ) => Step::default(),
        }
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.give_up_at.due()
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    const fn end(&mut self, notify: Notify) -> Step {
        self.state = State::Terminated;
        self.give_up_at.stop();
        Step { transmit: None, notify: Some(notify) }
    }

    const fn send() -> Step {
        Step { transmit: Some(Transmit::Response), notify: None }
    }
}
