//! Reliable provisional responses (RFC 3262): [`Reliable`] is the side that rings, [`Receipt`] the side that
//! calls.
//!
//! ```text
//!   Plain ── Require or setting ──► Ready ──1xx──► Unacknowledged (T1, 2·T1, ...: again)
//!                                     ▲               │ PRACK       │ 64·T1: the INVITE is rejected
//!                                     └───────────────┘             ▼
//!   a final answer: Over (a late PRACK is still known)             Over
//! ```
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::transaction::Timers;
//! use deskphone::ua::provisional::{Input, Notify, Reliable, Transmit};
//! let mut ringing = Reliable::new(7, 1, &Timers::RFC_3261);
//! let step = ringing.step(Instant::ZERO, Input::Respond { description: false });
//! assert_eq!(step.transmit, Some(Transmit::Reliable(7)));
//! let step = ringing.step(Instant::from_millis(500), Input::Timeout);
//! assert_eq!(step.transmit, Some(Transmit::Again));
//! let step = ringing.step(Instant::from_millis(600), Input::Prack { rseq: 7, cseq: 1 });
//! assert_eq!((step.notify, ringing.deadline()), (Some(Notify::Acknowledged), None));
//! ```

use crate::base::{Instant, Timer, earliest};
use crate::transaction::Timers;

/// The provisional answers to one INVITE of a peer's.
#[derive(Clone, Debug)]
pub struct Reliable {
    state: State,
    /// The number of the latest one, or of the first to come.
    rseq: u32,
    /// The INVITE's CSeq number.
    cseq: u32,
    /// The latest one carries a session description.
    description: bool,
    /// The latest one waits for its PRACK, even after the final answer.
    outstanding: bool,
    repeat: Timer,
    repeat_ms: u32,
    give_up: Timer,
    give_up_ms: u32,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Provisional answers go out once and unnumbered.
    Plain,
    /// Nothing waits for a PRACK.
    Ready,
    /// The latest one is repeated until its PRACK comes.
    Unacknowledged,
    /// The final answer is given.
    Over,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A provisional answer other than 100 is to be sent.
    Respond {
        /// It carries a session description.
        description: bool,
    },
    /// A PRACK came; the numbers of its RAck, whose method is INVITE.
    Prack {
        /// The response number.
        rseq: u32,
        /// The CSeq number.
        cseq: u32,
    },
    /// A final answer is sent.
    Final,
    /// The time has come, or the host thinks so.
    Timeout,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transmit {
    /// The answer, as RFC 3261 has it.
    Plain,
    /// The answer with `Require: 100rel` and this RSeq.
    Reliable(u32),
    /// The answer that was sent last, once more.
    Again,
}

/// What the user agent has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    /// The PRACK belongs to the latest answer: 2xx to it.
    Acknowledged,
    /// The PRACK belongs to none: 481 to it.
    Unmatched,
    /// No PRACK within 64·T1: the INVITE is rejected with 5xx.
    GaveUp,
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

impl Reliable {
    /// The caller does not speak of reliability, or we do not want it.
    pub const PLAIN: Self = Self {
        state: State::Plain,
        rseq: 0,
        cseq: 0,
        description: false,
        outstanding: false,
        repeat: Timer::OFF,
        repeat_ms: 0,
        give_up: Timer::OFF,
        give_up_ms: 0,
    };

    /// For the INVITE with the number `cseq`. The first answer has the number `first`, a random one from 1 to
    /// 2^31-1 (RFC 3262 §3).
    #[must_use]
    pub fn new(first: u32, cseq: u32, timers: &Timers) -> Self {
        Self {
            state: State::Ready,
            rseq: (first & 0x7FFF_FFFF).max(1),
            cseq,
            repeat_ms: timers.t1_ms.max(SHORTEST_REPEAT_MS),
            give_up_ms: timers.accepted_ms(),
            ..Self::PLAIN
        }
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, input: Input) -> Step {
        use State::{Over, Plain, Ready, Unacknowledged};
        match (self.state, input) {
            (Plain, Input::Respond { .. }) => send(Transmit::Plain),
            (Ready, Input::Respond { description }) => self.respond(now, description),
            (Ready | Unacknowledged | Over, Input::Prack { rseq, cseq }) => self.acknowledge(rseq, cseq),
            // RFC 3262 §3: unknown, 481.
            (Plain, Input::Prack { .. }) => tell(Notify::Unmatched),
            (Unacknowledged, Input::Timeout) => self.time_out(now),
            // §3: no more repetitions, but a PRACK may still come.
            (Plain | Ready | Unacknowledged | Over, Input::Final) => {
                self.enter(Over);
                Step::default()
            }
            // §3: not a second one before the first is acknowledged.
            (Unacknowledged, Input::Respond { .. })
            | (Plain | Ready | Over, Input::Timeout)
            | (Over, Input::Respond { .. }) => Step::default(),
        }
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        earliest([self.repeat.due(), self.give_up.due()])
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether a 2xx must wait: an answer with a session description is not acknowledged yet (RFC 3262 §3).
    #[must_use]
    pub const fn holds_success(&self) -> bool {
        matches!(self.state, State::Unacknowledged) && self.description
    }

    fn respond(&mut self, now: Instant, description: bool) -> Step {
        self.enter(State::Unacknowledged);
        self.description = description;
        self.outstanding = true;
        self.repeat.start(now, u64::from(self.repeat_ms));
        self.give_up.start(now, u64::from(self.give_up_ms));
        send(Transmit::Reliable(self.rseq))
    }

    /// §3: the RAck has the numbers of the latest answer, or the PRACK is unknown. That of an answer that is
    /// acknowledged already is a stray one; its retransmissions are the transaction's.
    const fn acknowledge(&mut self, rseq: u32, cseq: u32) -> Step {
        if !self.outstanding || rseq != self.rseq || cseq != self.cseq {
            return tell(Notify::Unmatched);
        }
        self.outstanding = false;
        if matches!(self.state, State::Unacknowledged) {
            self.enter(State::Ready);
            // §3: each has the next number; 2^31 answers do not come.
            self.rseq = self.rseq.saturating_add(1);
        }
        tell(Notify::Acknowledged)
    }

    /// §3: T1, doubled with each repetition; after 64·T1 the INVITE is rejected.
    fn time_out(&mut self, now: Instant) -> Step {
        if self.give_up.is_due(now) {
            self.enter(State::Over);
            self.outstanding = false;
            return tell(Notify::GaveUp);
        }
        let Some(due) = self.repeat.due().filter(|due| *due <= now) else { return Step::default() };
        let begun = self.give_up.due().map_or(now, |end| {
            Instant::from_millis(end.as_millis().saturating_sub(u64::from(self.give_up_ms)))
        });
        // The time since the first sending doubles, plus T1: the intervals are T1, 2·T1, 4·T1.
        let after_ms = due.since_ms(begun).saturating_add(u64::from(self.repeat_ms));
        self.repeat.start(now, after_ms);
        send(Transmit::Again)
    }

    const fn enter(&mut self, state: State) {
        self.state = state;
        self.repeat.stop();
        self.give_up.stop();
    }
}

/// What an early dialog of ours has received reliably (RFC 3262 §4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    latest: Option<u32>,
}

/// What to do with a numbered response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Arrival {
    /// It is new and in order: PRACK, and act on it.
    New,
    /// It came before: nothing, the PRACK's transaction repeats by itself.
    Again,
    /// One before it is missing: it is neither acknowledged nor looked at; the peer repeats both.
    OutOfOrder,
}

impl Receipt {
    /// Nothing was received.
    pub const NONE: Self = Self { latest: None };

    /// A response with this RSeq came.
    pub const fn step(&mut self, rseq: u32) -> Arrival {
        match self.latest {
            // §4: the first one sets the number.
            None => {
                self.latest = Some(rseq);
                Arrival::New
            }
            Some(latest) if rseq == latest.wrapping_add(1) => {
                self.latest = Some(rseq);
                Arrival::New
            }
            Some(latest) if rseq == latest => Arrival::Again,
            Some(_) => Arrival::OutOfOrder,
        }
    }
}

const fn send(transmit: Transmit) -> Step {
    Step { transmit: Some(transmit), notify: None }
}

const fn tell(notify: Notify) -> Step {
    Step { transmit: None, notify: Some(notify) }
}

/// A T1 of zero must not flood the network.
const SHORTEST_REPEAT_MS: u32 = 10;

#[cfg(test)]
mod tests;
