//! Which of several held calls is meant: the active call is held, and the person presses a line key.
//!
//! A call that somebody else begins meanwhile (the phone answers a page) ends the question.

use super::transfer::Begun;
use super::{Device, Model, Move, Place, State};

/// What another call is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Aim {
    /// To speak with all.
    Conference,
    /// To send one to the other.
    Transfer,
}

/// The question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    /// The call that it is asked for.
    line: Place,
    aim: Aim,
    /// The device that was on, and whether it was muted.
    device: Option<(Device, bool)>,
    forgotten_at: u64,
}

impl Model {
    /// Asks for a line key.
    pub(super) fn ask_which(&mut self, line: Place, aim: Aim) {
        let device = self.device.map(|device| (device, self.muted));
        self.asked = Some(Asked { line, aim, device, forgotten_at: self.now + 30_000 });
        self.hold();
    }

    /// What a move means while the question is asked. Whether that is all it means.
    pub(super) fn take_choice(&mut self, what: &Move) -> bool {
        let Some(asked) = self.asked else { return false };
        let waits = self.calls[asked.line].state == State::Held;
        let alone = waits && self.lowest(State::Ringing).is_none();
        match what {
            Move::Line(line) => self.choose_line(asked, *line),
            Move::Speaker if alone => self.take_back(asked, Some(Device::Speaker)),
            Move::Headset if alone => self.take_back(asked, Some(Device::Headset)),
            Move::Lift if alone => {
                self.lifted = true;
                self.take_back(asked, Some(Device::Handset))
            }
            Move::Speaker | Move::Headset | Move::Lift | Move::Cradle | Move::Hold => {
                self.asked = self.asked.filter(|_| !waits);
                false
            }
            Move::Soft(label) if label == "cancel" => self.take_back(asked, None),
            Move::Soft(label) if label == "ignore" => false,
            Move::Soft(_) | Move::Redial => {
                self.asked = None;
                false
            }
            Move::Dial(_) => waits,
            Move::Time => {
                self.asked = self.asked.filter(|asked| asked.forgotten_at > self.now);
                false
            }
            _ => false,
        }
    }

    fn choose_line(&mut self, asked: Asked, line: Place) -> bool {
        if line == asked.line {
            return self.take_back(asked, None);
        }
        if !self.is_sendable(line) {
            let rings = self.calls[line].state == State::Ringing;
            self.asked = self.asked.filter(|_| !rings);
            return !rings;
        }
        self.asked = None;
        match asked.aim {
            Aim::Conference => {
                self.turn_on(asked.device);
                self.bring_together(Begun { held: line, line: asked.line, aim: Aim::Conference });
            }
            Aim::Transfer => self.send_pair(line, asked.line),
        }
        true
    }

    /// The call is active again, on the device that was pressed or on the one that it was on.
    fn take_back(&mut self, asked: Asked, device: Option<Device>) -> bool {
        self.asked = None;
        if self.calls[asked.line].state == State::Held {
            self.turn_on(device.map(|device| (device, false)).or(asked.device));
            self.resume(asked.line);
        }
        true
    }

    /// A device that was on before. A handset that lies in its cradle hears nothing.
    fn turn_on(&mut self, wanted: Option<(Device, bool)>) {
        if let (None, Some((device, muted))) = (self.device, wanted)
            && (device != Device::Handset || self.lifted)
        {
            (self.device, self.muted) = (Some(device), muted);
        }
    }

    /// The question is dropped when its call is over, or no other one can be meant.
    pub(super) fn settle_choice(&mut self) {
        self.asked = self.asked.filter(|asked| {
            let state = self.calls[asked.line].state;
            let stands = matches!(state, State::Held | State::Proceeding | State::Connected);
            let other = (0..4).any(|line| line != asked.line && self.is_sendable(line));
            let alone = self.active().is_none_or(|active| active == asked.line);
            stands && self.is_free(asked.line) && other && alone
        });
    }
}
