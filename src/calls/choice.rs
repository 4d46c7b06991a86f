//! The question which held call is meant, when `confLx` or `xferLx` could mean several (guide, Three Way
//! Conferencing): the active call is put on hold, and the person presses a line key.
//!
//! Cancel, a device or the call's own line key take that call back; Hold, or 30 s without an answer, leave it
//! on hold; a line key of a call that cannot be meant does nothing. A call that only rings yet cannot be put
//! on hold: it goes on ringing meanwhile. A page that the phone answers ends the question: there is another
//! active call then.

use super::appearance::Input as Call;
use super::transfer::Begun;
use super::{Action, AudioDevice, CallState, Calls, Input, LineKey, Turn};
use crate::base::{Instant, Timer};

/// A question that nobody answers is dropped after this time.
const PATIENCE_MS: u64 = 30_000;

/// What the person is asked for a held call for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// To bring it into the conversation.
    Conference,
    /// To send it to the conversation's far end.
    Transfer,
}

/// A question that is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// The call that it is asked for, and which was active before.
    line: LineKey,
    aim: Choice,
    patience: Timer,
    /// The device that was on, and whether it was muted: the call comes back on it.
    device: Option<(AudioDevice, bool)>,
}

/// Whom the active call can be brought together with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Partner {
    /// There is one held call.
    One(Begun),
    /// There are several; this is the active one with the first of them.
    Several(Begun),
}

impl Partner {
    pub(super) const fn pair(self) -> Begun {
        match self {
            Self::One(pair) | Self::Several(pair) => pair,
        }
    }
}

impl Calls {
    /// What the person is asked for, while a line key shall say which held call is meant.
    #[must_use]
    pub fn choice(&self) -> Option<Choice> {
        self.asked.map(|asked| asked.aim)
    }

    /// The line whose call waits for the answer.
    pub(super) fn asks(&self) -> Option<LineKey> {
        self.asked.map(|asked| asked.line)
    }

    /// Whom the active call can be brought together with by `confLx` and `xferLx`.
    pub(super) fn partner(&self, aim: Choice) -> Option<Partner> {
        if self.asked.is_some() {
            return None;
        }
        let line = self.active()?;
        let mut held = LineKey::ALL.into_iter().filter(|&key| self.is_sendable(key));
        let pair = Begun { held: held.next()?, line, aim };
        let partner = if held.next().is_some() { Partner::Several(pair) } else { Partner::One(pair) };
        self.is_pair(pair).then_some(partner)
    }

    /// Asks for a line key.
    pub(super) fn ask(&mut self, turn: &mut Turn<'_>, line: LineKey, aim: Choice) {
        let device = self.path.selected().map(|device| (device, self.path.is_muted()));
        let mut patience = Timer::OFF;
        patience.start(turn.now, PATIENCE_MS);
        self.asked = Some(Asked { line, aim, patience, device });
        self.order(turn, line, Call::Hold);
    }

    /// What an input means while the question is asked. Whether that is all it means.
    pub(super) fn take_choice(&mut self, turn: &mut Turn<'_>, input: &Input<'_>) -> bool {
        let Some(asked) = self.asked else { return false };
        let waits = self.line(asked.line).state() == CallState::Held;
        let rings = self.lowest(CallState::Ringing).is_some();
        match *input {
            Input::Line(key) => self.choose_line(turn, asked, key),
            Input::Device(device) if waits && !rings => self.take_back(turn, asked, Some(device)),
            Input::Handset(true) if waits && !rings => {
                self.path.lift(true);
                self.take_back(turn, asked, Some(AudioDevice::Handset))
            }
            Input::Device(_) | Input::Handset(_) | Input::Hold => {
                self.asked = self.asked.filter(|_| !waits);
                false
            }
            Input::Action(Action::Cancel) => self.take_back(turn, asked, None),
            Input::Action(Action::Ignore) => false,
            Input::Action(action) => {
                let again = matches!(action, Action::ConferenceHeld | Action::TransferHeld);
                self.asked = self.asked.filter(|_| again);
                again
            }
            // Nobody hears them, and no number is being dialled.
            Input::Dial(_) => waits,
            Input::Timeout => {
                self.asked = self.asked.filter(|asked| !asked.patience.is_due(turn.now));
                false
            }
            Input::Mute
            | Input::DialReleased(_)
            | Input::Event { .. }
            | Input::Registration { .. }
            | Input::Security { .. }
            | Input::Outcome { .. } => false,
        }
    }

    fn choose_line(&mut self, turn: &mut Turn<'_>, asked: Asked, key: LineKey) -> bool {
        if key == asked.line {
            return self.take_back(turn, asked, None);
        }
        if !self.is_sendable(key) {
            let rings = self.line(key).state() == CallState::Ringing;
            self.asked = self.asked.filter(|_| !rings);
            return !rings;
        }
        self.asked = None;
        let pair = Begun { held: key, line: asked.line, aim: asked.aim };
        match asked.aim {
            Choice::Conference => {
                self.turn_on(asked.device);
                self.bring_together(turn, pair);
            }
            Choice::Transfer => self.complete(turn, pair),
        }
        true
    }

    /// The call is active again, on the device given or on the one that it was on.
    fn take_back(&mut self, turn: &mut Turn<'_>, asked: Asked, device: Option<AudioDevice>) -> bool {
        self.asked = None;
        if self.line(asked.line).state() == CallState::Held {
            self.turn_on(device.map(|device| (device, false)).or(asked.device));
            self.activate(turn, asked.line, Call::Resume);
        }
        true
    }

    /// A device that was on before; it does not take the place of one that is on now.
    fn turn_on(&mut self, device: Option<(AudioDevice, bool)>) {
        let Some((device, muted)) = device.filter(|_| self.path.selected().is_none()) else { return };
        // A handset that lies in its cradle meanwhile hears nothing.
        if device == AudioDevice::Handset && !self.path.is_lifted() {
            return;
        }
        self.path.select(device);
        if muted {
            self.path.toggle_mute();
        }
    }

    /// The question is dropped when its call is over, or no other one can be meant any more.
    pub(super) fn settle_choice(&mut self) {
        let lasts = |asked: &Asked| {
            let state = self.line(asked.line).state();
            let stands = matches!(state, CallState::Held | CallState::Proceeding | CallState::Connected);
            let other = |key: LineKey| key != asked.line && self.is_sendable(key);
            let alone = self.active().is_none_or(|active| active == asked.line);
            stands && alone && self.is_free_to_go(asked.line) && LineKey::ALL.into_iter().any(other)
        };
        self.asked = self.asked.filter(lasts);
    }

    pub(super) fn choice_deadline(&self) -> Option<Instant> {
        self.asked?.patience.due()
    }
}
