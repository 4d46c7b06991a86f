//! Sends each key pressed as an event, three times at its end (RFC 4733 §2.5.1).
//!
//! ```text
//!       Press       Release, long enough         third end packet        40 ms since the end
//! Idle ------> Tone ---------------------> Ending ---------------> Pause -------------------> Idle
//!               ^                                                    |  and a key is waiting
//!               +----------------------------------------------------+
//! ```

use crate::limits;
use crate::rtp::telephone_event::{Digit, Event};

/// Sends keys as events. Nothing leaves but at a tick: one packet's worth of audio time.
#[derive(Clone, Debug)]
pub struct Sender {
    setting: Setting,
    state: State,
    tone: Tone,
    /// Keys pressed while another sounds.
    waiting: heapless::Deque<Digit, { limits::DIGITS_WAITING }>,
    /// Whether the key pressed last is still down.
    held: bool,
    refused: u32,
}

/// How events are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The phone's setting Mark All AVT Packets: the marker on each packet of an event, not on its first
    /// alone.
    pub mark_all: bool,
    /// The power named in the event, in dB below 0 dBm0.
    pub volume: u8,
    /// The shortest event, however short the key was pressed.
    pub minimum_ms: u16,
}

/// Where the sender is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No key: audio is sent.
    Idle,
    /// A key sounds.
    Tone,
    /// Its end has been sent once, or twice.
    Ending {
        /// How often it will be sent again.
        again: u8,
    },
    /// Audio is sent, and the next key waits until the pause is long enough to be heard.
    Pause,
}

/// What can happen to the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key goes down; the key that is down is thereby released.
    Press(Digit),
    /// The key goes up.
    Release,
    /// Time for a packet of `samples` that begins at `timestamp`.
    Tick {
        /// The media clock at the packet's beginning.
        timestamp: u32,
        /// The packet's length.
        samples: u16,
    },
}

/// What the sender says.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Step {
    /// At a tick: the event packet that takes the place of the audio packet.
    pub transmit: Option<Transmit>,
}

/// An event packet to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// The marker bit.
    pub marker: bool,
    /// When the event, or this segment of it, began.
    pub timestamp: u32,
    /// The payload.
    pub event: Event,
}

#[derive(Clone, Copy, Debug)]
struct Tone {
    digit: Digit,
    /// `None` until its first packet.
    began: Option<u32>,
    duration: u32,
    /// Duration of the segments before this one.
    before: u32,
    /// The samples of the pause so far.
    pause: u32,
}

/// Packets that report the end (§2.5.1.4).
const END_PACKETS: u8 = 3;
/// The shortest pause between two digits that a receiver must recognise (ITU-T Q.24).
const PAUSE_SAMPLES: u32 = 320;
const SAMPLES_PER_MS: u32 = 8;

impl Sender {
    /// A sender at rest.
    #[must_use]
    pub const fn new(setting: Setting) -> Self {
        let tone = Tone::of(Digit::ZERO);
        Self { setting, state: State::Idle, tone, waiting: heapless::Deque::new(), held: false, refused: 0 }
    }

    /// Takes an input.
    pub fn step(&mut self, input: Input) -> Step {
        match (self.state, input) {
            (State::Idle, Input::Press(digit)) => {
                self.held = true;
                self.tone = Tone::of(digit);
                self.state = State::Tone;
                Step::default()
            }
            (State::Tone | State::Ending { .. } | State::Pause, Input::Press(digit)) => {
                match self.waiting.push_back(digit) {
                    Ok(()) => self.held = true,
                    Err(_) => self.refused = self.refused.saturating_add(1),
                }
                Step::default()
            }
            (State::Tone | State::Pause | State::Ending { .. }, Input::Release) => {
                self.held = false;
                Step::default()
            }
            (State::Tone, Input::Tick { timestamp, samples }) => self.tone(timestamp, samples),
            (State::Ending { again }, Input::Tick { samples, .. }) => self.ending(again, samples),
            (State::Pause, Input::Tick { timestamp, samples }) => self.pause(timestamp, samples),
            (State::Idle, Input::Release | Input::Tick { .. }) => Step::default(),
        }
    }

    /// Where the sender is.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// The digit that sounds now.
    #[must_use]
    pub const fn sounding(&self) -> Option<Digit> {
        match self.state {
            State::Tone => Some(self.tone.digit),
            State::Idle | State::Ending { .. } | State::Pause => None,
        }
    }

    /// Keys that were pressed faster than they can be sent and found no place.
    #[must_use]
    pub const fn refused(&self) -> u32 {
        self.refused
    }

    /// Changes how the packets from now on are sent.
    pub const fn set(&mut self, setting: Setting) {
        self.setting = setting;
    }

    fn tone(&mut self, timestamp: u32, samples: u16) -> Step {
        let first = self.tone.began.is_none();
        let began = *self.tone.began.get_or_insert(timestamp);
        let longer = self.tone.duration.saturating_add(u32::from(samples));
        if longer > u32::from(u16::MAX) {
            // §2.5.1.3: report the longest duration without the end, go on with a new segment where this
            // one ended.
            self.tone.began = Some(began.wrapping_add(u32::from(u16::MAX)));
            self.tone.before = self.tone.before.saturating_add(u32::from(u16::MAX));
            self.tone.duration = longer.saturating_sub(u32::from(u16::MAX));
            return self.transmit(false, began, u16::MAX, false);
        }
        self.tone.duration = longer;
        let sounded = self.tone.before.saturating_add(longer);
        let released = !self.held || !self.waiting.is_empty();
        let end = released && sounded >= u32::from(self.setting.minimum_ms).saturating_mul(SAMPLES_PER_MS);
        if end {
            self.state = State::Ending { again: END_PACKETS.saturating_sub(1) };
        }
        self.transmit(first, began, u16::try_from(longer).unwrap_or(u16::MAX), end)
    }

    fn ending(&mut self, again: u8, samples: u16) -> Step {
        self.tone.pause = self.tone.pause.saturating_add(u32::from(samples));
        self.state = match again {
            0 | 1 => State::Pause,
            2.. => State::Ending { again: again.saturating_sub(1) },
        };
        let began = self.tone.began.unwrap_or(0);
        self.transmit(false, began, u16::try_from(self.tone.duration).unwrap_or(u16::MAX), true)
    }

    fn pause(&mut self, timestamp: u32, samples: u16) -> Step {
        if self.tone.pause < PAUSE_SAMPLES {
            self.tone.pause = self.tone.pause.saturating_add(u32::from(samples));
            return Step::default();
        }
        let Some(digit) = self.waiting.pop_front() else {
            self.state = State::Idle;
            return Step::default();
        };
        self.tone = Tone::of(digit);
        self.state = State::Tone;
        self.tone(timestamp, samples)
    }

    const fn transmit(&self, first: bool, timestamp: u32, duration: u16, end: bool) -> Step {
        let event = Event { code: self.tone.digit.code(), end, volume: self.setting.volume, duration };
        let marker = first || self.setting.mark_all;
        Step { transmit: Some(Transmit { marker, timestamp, event }) }
    }
}

impl Tone {
    const fn of(digit: Digit) -> Self {
        Self { digit, began: None, duration: 0, before: 0, pause: 0 }
    }
}

impl Default for Setting {
    /// Every packet marked as the phone's factory setting has it, at -10 dBm0, 40 ms at least (ITU-T Q.24).
    fn default() -> Self {
        Self { mark_all: true, volume: 10, minimum_ms: 40 }
    }
}
