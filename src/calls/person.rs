//! What a person does: line keys, audio devices, digits, soft keys.

use super::appearance::Input as Call;
use super::collector::Input as Digits;
use super::{AudioDevice, CallState, Calls, DialKey, LineKey, Step, dtmf, on_hook};
use crate::base::Instant;

/// What soft keys ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Send the number that is dialled, on hook or off.
    Dial,
    /// Take back its last digit.
    DeleteLast,
    /// Drop it.
    Cancel,
    /// End the active call.
    End,
    /// Answer the lowest ringing line.
    Answer,
    /// Turn the lowest ringing line's call down.
    Ignore,
    /// Put the conversation on hold.
    Hold,
    /// Take the lowest held line's call back.
    Resume,
    /// Take the first idle line.
    NewCall,
    /// Call the last number again.
    Redial,
}

impl Calls {
    /// A line key: takes an idle line, answers a ringing one, takes a held one back; on the active call's own
    /// it does nothing.
    pub(super) fn press_line(&mut self, now: Instant, key: LineKey, step: &mut Step) {
        match self.line(key).state() {
            CallState::Idle => self.seize(now, key, step),
            CallState::Ringing => self.activate(now, key, Call::Answer, step),
            CallState::Held => self.activate(now, key, Call::Resume, step),
            CallState::Disabled
            | CallState::Dialing
            | CallState::Calling
            | CallState::Proceeding
            | CallState::Connected
            | CallState::Invalid
            | CallState::Busy => {}
        }
    }

    /// The speaker or headset button: on if it is off, off if it is on.
    pub(super) fn press_device(&mut self, now: Instant, device: AudioDevice, step: &mut Step) {
        if self.path.selected() == Some(device) {
            self.hang_up(now, step);
        } else {
            self.choose_device(now, device, step);
        }
    }

    /// The handset is selected when it leaves its cradle; put back, it ends the call that it is used for.
    pub(super) fn move_handset(&mut self, now: Instant, lifted: bool, step: &mut Step) {
        self.path.lift(lifted);
        if lifted {
            self.choose_device(now, AudioDevice::Handset, step);
        } else if self.path.selected() == Some(AudioDevice::Handset) {
            self.hang_up(now, step);
        }
    }

    /// Puts the conversation on hold; ends a call that failed. All other calls stay as they are: a held call
    /// comes back by its line key.
    pub(super) fn press_hold(&mut self, now: Instant, step: &mut Step) {
        let Some(active) = self.active() else { return };
        match self.line(active).state() {
            CallState::Connected => self.order(now, active, Call::Hold, step),
            CallState::Invalid => self.order(now, active, Call::Release, step),
            CallState::Disabled
            | CallState::Idle
            | CallState::Dialing
            | CallState::Calling
            | CallState::Proceeding
            | CallState::Ringing
            | CallState::Held
            | CallState::Busy => {}
        }
    }

    /// A key of the dial pad: part of a number, a digit in the conversation, or the beginning of on-hook
    /// dialling.
    pub(super) fn dial(&mut self, now: Instant, key: DialKey, step: &mut Step) {
        match self.active().map(|line| (line, self.line(line).state())) {
            Some((line, CallState::Dialing)) => {
                self.order(now, line, Call::Collect(Digits::Key(key)), step);
            }
            Some((_, CallState::Connected)) => self.dtmf.step(now, dtmf::Input::Down(key)),
            // On hook: not while the phone rings, when the screen is the caller's.
            None if self.lowest(CallState::Ringing).is_some() => {}
            None if key == DialKey::HASH => self.send_on_hook(now, step),
            None => self.on_hook.step(now, on_hook::Input::Key(key)),
            Some((
                _,
                CallState::Disabled
                | CallState::Idle
                | CallState::Calling
                | CallState::Proceeding
                | CallState::Ringing
                | CallState::Held
                | CallState::Invalid
                | CallState::Busy,
            )) => {}
        }
    }

    pub(super) fn act(&mut self, now: Instant, action: Action, step: &mut Step) {
        match action {
            Action::Dial => match self.dialing() {
                Some(line) => self.order(now, line, Call::Collect(Digits::Send), step),
                None => self.send_on_hook(now, step),
            },
            Action::DeleteLast => match self.dialing() {
                Some(line) => self.order(now, line, Call::Collect(Digits::Delete), step),
                None => self.on_hook.step(now, on_hook::Input::Delete),
            },
            Action::Cancel => match self.dialing() {
                Some(line) => self.order(now, line, Call::Release, step),
                None => self.on_hook.step(now, on_hook::Input::Drop),
            },
            Action::End => self.hang_up(now, step),
            Action::Answer => {
                if let Some(line) = self.lowest(CallState::Ringing) {
                    self.activate(now, line, Call::Answer, step);
                }
            }
            Action::Ignore => {
                if let Some(line) = self.lowest(CallState::Ringing) {
                    self.order(now, line, Call::Ignore, step);
                }
            }
            Action::Hold => self.press_hold(now, step),
            Action::Resume => {
                if let Some(line) = self.lowest(CallState::Held) {
                    self.activate(now, line, Call::Resume, step);
                }
            }
            Action::NewCall => {
                if let Some(line) = self.lowest(CallState::Idle) {
                    self.seize(now, line, step);
                }
            }
            Action::Redial => self.redial(now, step),
        }
    }

    /// A device is chosen. During an active call it takes the call over; else it answers the lowest ringing
    /// line, or takes the first idle one. When there is neither, no device is selected.
    fn choose_device(&mut self, now: Instant, device: AudioDevice, step: &mut Step) {
        self.path.select(device);
        if self.active().is_some() {
            return;
        }
        if let Some(line) = self.lowest(CallState::Ringing) {
            self.activate(now, line, Call::Answer, step);
        } else if let Some(line) = self.lowest(CallState::Idle) {
            self.seize(now, line, step);
        }
    }

    /// The device is turned off: the active call ends, whatever stands by stays.
    fn hang_up(&mut self, now: Instant, step: &mut Step) {
        if let Some(active) = self.active() {
            self.order(now, active, Call::Release, step);
        }
    }

    /// Takes an idle line: for the number that was typed on hook, if there is one, else to dial.
    fn seize(&mut self, now: Instant, line: LineKey, step: &mut Step) {
        let ready = self.may_call(line);
        if self.on_hook.number().is_empty() {
            self.activate(now, line, Call::Seize { ready }, step);
        } else {
            let number = self.on_hook.clone();
            self.activate(now, line, Call::Call(number.number()), step);
        }
    }

    fn send_on_hook(&mut self, now: Instant, step: &mut Step) {
        if self.on_hook.number().is_empty() || self.active().is_some() {
            return;
        }
        if let Some(line) = self.lowest(CallState::Idle) {
            self.seize(now, line, step);
        }
    }

    /// Calls the last number: on the line that waits for one, or on the first idle line.
    fn redial(&mut self, now: Instant, step: &mut Step) {
        let line = match self.active() {
            Some(active) if self.has_digits() || self.dialing() != Some(active) => None,
            Some(active) => Some(active),
            None => self.lowest(CallState::Idle),
        };
        if let Some(line) = line.filter(|_| !self.last_number.is_empty()) {
            let number = self.last_number.clone();
            self.activate(now, line, Call::Call(&number), step);
        }
    }

    fn dialing(&self) -> Option<LineKey> {
        self.lowest(CallState::Dialing)
    }

    /// Makes a line's call the active one. A conversation on another line is put on hold; what cannot be held
    /// ends, and a number that was being typed on hook is used or forgotten.
    fn activate(&mut self, now: Instant, line: LineKey, input: Call<'_>, step: &mut Step) {
        if let Some(active) = self.active().filter(|active| *active != line) {
            let way =
                if self.line(active).state() == CallState::Connected { Call::Hold } else { Call::Release };
            self.order(now, active, way, step);
        }
        self.order(now, line, input, step);
        self.on_hook.step(now, on_hook::Input::Drop);
        // A key that is still down belongs to the conversation it was pressed in.
        self.dtmf.step(now, dtmf::Input::Stop);
    }
}
