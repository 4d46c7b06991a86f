//! Asking for our mapped address over UDP (RFC 8489 §6.2.1).
//!
//! ```text
//!          Start: request                     answer: told
//!   Idle ───────────────► Asking ────────────────────────► Known ──refresh: request──► Asking
//!    ▲                    │  ▲ RTO, doubled: request          (told again if it changed)
//!    └────────Stop        ▼  │
//!                        Lost: told; after a while: request
//! ```
//! "Retransmissions continue with intervals of RTO, 2·RTO, 4·RTO … until a response is received, or until a
//! total of Rc requests have been sent"; the last wait is Rm·RTO. With RTO 500 ms, Rc 7 and Rm 16 requests go
//! out at 0, 500, 1,500, 3,500, 7,500, 15,500 and 31,500 ms, and the server is lost at 39,500 ms.
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::stun::binding::{Binding, Input};
//! use deskphone::stun::TransactionId;
//! let mut binding = Binding::new();
//! let id = TransactionId::from_words([1, 2, 3]);
//! assert!(binding.step(Instant::ZERO, id, Input::Start).transmit);
//! assert_eq!(binding.deadline(), Some(Instant::from_millis(500)));
//! let seen = "203.0.113.9:40000".parse().unwrap();
//! assert!(binding.step(Instant::ZERO, id, Input::Mapped { transaction: id, seen }).told);
//! assert_eq!(binding.mapped(), Some(seen));
//! ```

use core::net::SocketAddr;

use super::message::TransactionId;
use crate::base::{Instant, Timer};

/// One port's binding.
#[derive(Clone, Debug)]
pub struct Binding {
    state: State,
    transaction: TransactionId,
    /// The next request, or the end of waiting.
    due: Timer,
    requests: u8,
    mapped: Option<SocketAddr>,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody wants to know.
    Idle,
    /// A request is on its way.
    Asking,
    /// The server answered.
    Known,
    /// The server did not answer, or with an error.
    Lost,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Ask now.
    Start,
    /// The network or the setting is gone.
    Stop,
    /// A success response.
    Mapped {
        /// Its transaction.
        transaction: TransactionId,
        /// The address in it.
        seen: SocketAddr,
    },
    /// An error response, or one without an address.
    Refused {
        /// Its transaction.
        transaction: TransactionId,
    },
    /// The time has come.
    Timeout,
}

/// What one input causes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// Send a request of [`Binding::transaction`].
    pub transmit: bool,
    /// [`Binding::mapped`] is another one, or the first question is answered or given up.
    pub told: bool,
}

impl Binding {
    /// A binding that nobody asked for.
    #[must_use]
    pub const fn new() -> Self {
        let transaction = TransactionId([0; 12]);
        Self { state: State::Idle, transaction, due: Timer::OFF, requests: 0, mapped: None }
    }

    /// Takes one input. `fresh` names the transaction, should one begin.
    pub fn step(&mut self, now: Instant, fresh: TransactionId, input: Input) -> Step {
        match (self.state, input) {
            (_, Input::Start) => self.ask(now, fresh),
            (_, Input::Stop) => {
                *self = Self::new();
                Step::default()
            }
            (State::Asking, Input::Mapped { transaction, seen }) if transaction == self.transaction => {
                self.state = State::Known;
                self.due.start(now, REFRESH_MS);
                let told = self.mapped != Some(seen);
                self.mapped = Some(seen);
                Step { transmit: false, told }
            }
            (State::Asking, Input::Refused { transaction }) if transaction == self.transaction => {
                self.lose(now)
            }
            (State::Asking, Input::Timeout) if self.due.take_due(now) => {
                if self.requests >= REQUESTS {
                    return self.lose(now);
                }
                self.send(now);
                Step { transmit: true, told: false }
            }
            (State::Known | State::Lost, Input::Timeout) if self.due.take_due(now) => self.ask(now, fresh),
            (
                State::Idle | State::Asking | State::Known | State::Lost,
                Input::Mapped { .. } | Input::Refused { .. } | Input::Timeout,
            ) => Step::default(),
        }
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.due.due()
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether the first answer is still awaited.
    #[must_use]
    pub const fn is_undecided(&self) -> bool {
        matches!(self.state, State::Asking) && self.mapped.is_none()
    }

    /// The address that others see, as far as it is known.
    #[must_use]
    pub const fn mapped(&self) -> Option<SocketAddr> {
        self.mapped
    }

    /// The transaction of the request to send.
    #[must_use]
    pub const fn transaction(&self) -> TransactionId {
        self.transaction
    }

    fn ask(&mut self, now: Instant, fresh: TransactionId) -> Step {
        self.state = State::Asking;
        self.transaction = fresh;
        self.requests = 0;
        self.send(now);
        Step { transmit: true, told: false }
    }

    fn send(&mut self, now: Instant) {
        let doublings = u32::from(self.requests);
        self.requests = self.requests.saturating_add(1);
        let last = self.requests >= REQUESTS;
        let waits = if last { LAST_WAIT } else { 1_u64.checked_shl(doublings).unwrap_or(LAST_WAIT) };
        self.due.start(now, RTO_MS.saturating_mul(waits));
    }

    /// What was known may be wrong now; it is kept as long as nothing better is known.
    fn lose(&mut self, now: Instant) -> Step {
        let told = self.mapped.is_none();
        self.state = State::Lost;
        self.due.start(now, REFRESH_MS);
        Step { transmit: false, told }
    }
}

impl Default for Binding {
    fn default() -> Self {
        Self::new()
    }
}

/// RTO: "SHOULD be greater than 500 ms" (RFC 8489 §6.2.1); it is what its figures use.
const RTO_MS: u64 = 500;
/// Rc.
const REQUESTS: u8 = 7;
/// Rm.
const LAST_WAIT: u64 = 16;
/// A mapping is asked for anew: it may have changed, and a question keeps it alive.
const REFRESH_MS: u64 = 60_000;

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use super::*;
    use crate::base::golden;

    const OURS: TransactionId = TransactionId([1; 12]);
    const FRESH: TransactionId = TransactionId([2; 12]);

    fn seen(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn after(inputs: &[Input]) -> Binding {
        let mut binding = Binding::new();
        for input in inputs {
            let _ = binding.step(Instant::ZERO, OURS, *input);
        }
        binding
    }

    #[test]
    fn every_state_and_every_input() {
        let mapped = Input::Mapped { transaction: OURS, seen: seen("203.0.113.9:1") };
        let refused = Input::Refused { transaction: OURS };
        let machines = [
            after(&[]),
            after(&[Input::Start]),
            after(&[Input::Start, mapped]),
            after(&[Input::Start, mapped, Input::Start]),
            after(&[Input::Start, refused]),
        ];
        let inputs = [
            Input::Start,
            Input::Stop,
            mapped,
            Input::Mapped { transaction: OURS, seen: seen("203.0.113.9:2") },
            Input::Mapped { transaction: FRESH, seen: seen("203.0.113.9:2") },
            refused,
            Input::Refused { transaction: FRESH },
            Input::Timeout,
        ];
        let mut text = String::new();
        for (machine, input) in machines.iter().flat_map(|machine| inputs.map(|input| (machine, input))) {
            let mut machine = machine.clone();
            let now = machine.deadline().unwrap_or(Instant::ZERO);
            text += &format!("{:?} {:?} {input:?} -> ", machine.state, machine.mapped);
            let step = machine.step(now, FRESH, input);
            let due = machine.deadline().map(|due| due.since_ms(now));
            text += &format!("{:?} {:?} transmit={}", machine.state, machine.mapped, step.transmit);
            text += &format!(" told={} due={due:?}\n", step.told);
        }
        golden::compare("stun_binding", &text);
    }

    #[test]
    fn rfc8489_6_2_1_seven_requests_and_their_times() {
        let mut binding = Binding::new();
        let mut sent = Vec::new();
        let mut now = Instant::ZERO;
        let mut step = binding.step(now, OURS, Input::Start);
        while !step.told {
            if step.transmit {
                sent.push(now.as_millis());
            }
            now = binding.deadline().unwrap();
            step = binding.step(now, OURS, Input::Timeout);
        }
        assert_eq!(sent, [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
        assert_eq!((now.as_millis(), binding.state()), (39_500, State::Lost));
    }
}
