//! Hears the events of a peer: each digit begins once and ends once, however many packets report it
//! (RFC 4733 §2.5.2).
//!
//! ```text
//!       event without E            event with E, another event, or silence
//! Idle ----------------> Sounding ----------------------------------------> Idle (or Sounding)
//! ```

use crate::base::{Instant, Timer};
use crate::rtp::telephone_event::{Digit, Event};

/// Hears events of one source.
#[derive(Clone, Debug)]
pub struct Receiver {
    state: State,
    /// Beginning of the newest event, so that its late and repeated reports are known for what they are.
    newest: Option<u32>,
    silent: Timer,
    silence_ms: u16,
}

/// Where the receiver is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No digit sounds.
    Idle,
    /// A digit sounds.
    Sounding {
        /// Which one.
        digit: Digit,
        /// Where its newest segment began, on the media clock.
        timestamp: u32,
        /// How long that segment lasts so far.
        duration: u16,
    },
}

/// What can happen to the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A report of an event came.
    Event {
        /// When the event, or this segment of it, began.
        timestamp: u32,
        /// The report.
        event: Event,
    },
    /// Time passed.
    Timeout,
}

/// What the receiver says, in the order of its fields.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Step {
    /// The digit that sounded before has ended, although its end was never reported.
    pub lapsed: Option<Digit>,
    /// A digit has begun.
    pub began: Option<Digit>,
    /// The end of a digit was reported.
    pub ended: Option<Digit>,
}

impl Receiver {
    /// A receiver that lets a digit lapse `silence_ms` after its last report: three packet times
    /// (§2.5.2.2), counted from the wire, so with room for jitter.
    #[must_use]
    pub const fn new(silence_ms: u16) -> Self {
        Self { state: State::Idle, newest: None, silent: Timer::OFF, silence_ms }
    }

    /// Takes an input.
    pub fn step(&mut self, now: Instant, input: Input) -> Step {
        match (self.state, input) {
            (State::Idle, Input::Event { timestamp, event }) => {
                self.begin(now, timestamp, event, Step::default())
            }
            (State::Sounding { digit, timestamp: began, duration }, Input::Event { timestamp, event }) => {
                if event.digit() == Some(digit)
                    && (timestamp == began || continues(began, duration, timestamp))
                {
                    return self.go_on(now, digit, timestamp, event);
                }
                if !self.is_new(timestamp) || event.digit().is_none() {
                    return Step::default();
                }
                self.begin(now, timestamp, event, Step { lapsed: Some(digit), ..Step::default() })
            }
            (State::Sounding { digit, .. }, Input::Timeout) if self.silent.take_due(now) => {
                self.state = State::Idle;
                Step { lapsed: Some(digit), ..Step::default() }
            }
            (State::Sounding { .. } | State::Idle, Input::Timeout) => Step::default(),
        }
    }

    /// Another source begins: its clock says nothing about events heard before.
    pub const fn forget(&mut self) {
        self.newest = None;
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.silent.due()
    }

    /// Where the receiver is.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// §2.5.2.2: reports of an event that was already heard are ignored.
    fn begin(&mut self, now: Instant, timestamp: u32, event: Event, mut step: Step) -> Step {
        let Some(digit) = event.digit().filter(|_| self.is_new(timestamp)) else { return step };
        self.newest = Some(timestamp);
        step.began = Some(digit);
        if event.end {
            self.rest();
            step.ended = Some(digit);
        } else {
            self.silent.start(now, u64::from(self.silence_ms));
            self.state = State::Sounding { digit, timestamp, duration: event.duration };
        }
        step
    }

    fn go_on(&mut self, now: Instant, digit: Digit, timestamp: u32, event: Event) -> Step {
        self.newest = Some(timestamp);
        if event.end {
            self.rest();
            return Step { ended: Some(digit), ..Step::default() };
        }
        self.silent.start(now, u64::from(self.silence_ms));
        self.state = State::Sounding { digit, timestamp, duration: event.duration };
        Step::default()
    }

    const fn rest(&mut self) {
        self.silent.stop();
        self.state = State::Idle;
    }

    fn is_new(&self, timestamp: u32) -> bool {
        self.newest.is_none_or(|newest| timestamp.wrapping_sub(newest).cast_signed() > 0)
    }
}

/// §2.5.1.3: a segment of the longest duration is followed by one that begins where it ends. The packet
/// with that longest duration may be lost, so that the step in time alone must do.
const fn continues(began: u32, duration: u16, timestamp: u32) -> bool {
    timestamp.wrapping_sub(began) == u16::MAX as u32 && duration > u16::MAX / 2
}
