//! What a person does: line keys, audio devices, digits, soft keys.

use super::appearance::Input as Call;
use super::{
    AudioDevice, CallState, Calls, DialKey, LineKey, Order, Refusal, ServiceKey, Tone, Transfer, Turn,
    appearance, dtmf, on_hook,
};
use crate::base::text;
use crate::config::catalogue::{ext, phone};
use crate::dialplan::{Input as Digits, Service};
use crate::limits;

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
    /// Put the conversation on a shared line on hold for this station alone.
    HoldPrivately,
    /// Take the lowest held line's call back.
    Resume,
    /// Take the first idle line.
    NewCall,
    /// Call the last number again.
    Redial,
    /// Call the voice mail.
    VoiceMail,
    /// Begin or complete a transfer.
    Transfer,
    /// Send the one held call to the active one's far end.
    TransferHeld,
    /// Send the conversation to a number that is dialled next.
    TransferBlind,
    /// Park the conversation at a number that is dialled next.
    Park,
    /// Begin a conference, or make it of the conversation and the call that was begun for it.
    Conference,
    /// Bring a held call into the conversation.
    ConferenceHeld,
    /// Leave the conference to the two others.
    Join,
    /// What a code does, too.
    Serve(ServiceKey),
}

impl Calls {
    /// A line key: takes an idle line, answers a ringing one, takes a held one back, also that of another
    /// station on a shared line; on the active call's own it does nothing.
    pub(super) fn press_line(&mut self, turn: &mut Turn<'_>, key: LineKey) {
        match self.line(key).state() {
            CallState::Idle => self.seize(turn, key),
            CallState::Ringing => self.activate(turn, key, Call::Answer),
            CallState::Held => self.activate(turn, key, Call::Resume),
            CallState::Busy if self.can_take_over(turn.config, key) => {
                let number: heapless::String<{ limits::NAME_BYTES }> =
                    text::shortened(self.shared_number(turn.config, key));
                self.activate(turn, key, Call::Join { number: &number });
            }
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
    pub(super) fn press_device(&mut self, turn: &mut Turn<'_>, device: AudioDevice) {
        if self.path.selected() == Some(device) {
            self.hang_up(turn);
        } else {
            self.choose_device(turn, device);
        }
    }

    /// The handset is selected when it leaves its cradle; put back, it ends the call that it is used for.
    pub(super) fn move_handset(&mut self, turn: &mut Turn<'_>, lifted: bool) {
        self.path.lift(lifted);
        if lifted {
            self.choose_device(turn, AudioDevice::Handset);
        } else if self.path.selected() == Some(AudioDevice::Handset) {
            self.hang_up(turn);
        }
    }

    /// Puts the conversation on hold, both of a conference; ends a call that failed. All other calls stay as
    /// they are: a held call comes back by its line key.
    pub(super) fn press_hold(&mut self, turn: &mut Turn<'_>) {
        if self.is_emergency(turn.config) {
            return;
        }
        for key in LineKey::ALL {
            match self.line(key).state() {
                CallState::Connected => self.order(turn, key, Call::Hold),
                CallState::Invalid => self.order(turn, key, Call::Release),
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
    }

    /// A key of the dial pad: part of a number, a digit in the conversation, or the beginning of on-hook
    /// dialling.
    pub(super) fn dial(&mut self, turn: &mut Turn<'_>, key: DialKey) {
        let talks = self.lowest(CallState::Connected);
        match talks.or_else(|| self.active()).map(|line| (line, self.line(line).state())) {
            Some((line, CallState::Dialing)) if key == DialKey::HASH && self.parks_here(line) => {
                self.park_here(turn, line);
            }
            Some((line, CallState::Dialing)) => {
                self.order(turn, line, Call::Collect(Digits::Key(key)));
            }
            Some((_, CallState::Connected)) => {
                self.dtmf.step(turn.now, dtmf::Input::Down(key));
                let talk = |line: &LineKey| self.line(*line).state() == CallState::Connected;
                for line in LineKey::ALL.into_iter().filter(talk) {
                    self.send_digit(turn, line, key);
                }
            }
            // On hook: not while the phone rings, when the screen is the caller's.
            None if self.lowest(CallState::Ringing).is_some() => {}
            None if key == DialKey::HASH => self.send_on_hook(turn),
            None => self.on_hook.step(turn.now, on_hook::Input::Key(key)),
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

    /// `DTMF Tx Method`: with INFO a key goes with the signalling, beside the audio or in its place.
    fn send_digit(&self, turn: &mut Turn<'_>, key: LineKey, digit: DialKey) {
        let line = self.line(key);
        let Some((session, extension)) = line.session().zip(line.extension()) else { return };
        let method = turn.config.read(ext::DTMF_TX_METHOD.of(extension.number()));
        if matches!(method, "INFO" | "InBand+INFO" | "AVT+INFO") {
            let wish = appearance::Order::Digit(session, digit);
            let _full = turn.orders.push(Order { line: Some(key), wish });
        }
    }

    pub(super) fn act(&mut self, turn: &mut Turn<'_>, action: Action) {
        match action {
            Action::Dial => match self.dialing() {
                Some(line) => self.order(turn, line, Call::Collect(Digits::Send)),
                None => self.send_on_hook(turn),
            },
            Action::DeleteLast => match self.dialing() {
                Some(line) => self.order(turn, line, Call::Collect(Digits::Delete)),
                None => self.on_hook.step(turn.now, on_hook::Input::Delete),
            },
            Action::Cancel => match self.dialing() {
                Some(line) => self.order(turn, line, Call::Release),
                None => self.on_hook.step(turn.now, on_hook::Input::Drop),
            },
            Action::End => self.hang_up(turn),
            Action::Answer => {
                if let Some(line) = self.lowest(CallState::Ringing) {
                    self.activate(turn, line, Call::Answer);
                }
            }
            Action::Ignore => {
                if let Some(line) = self.lowest(CallState::Ringing) {
                    self.order(turn, line, Call::Decline(Refusal::Busy));
                }
            }
            Action::Hold => self.press_hold(turn),
            Action::HoldPrivately => {
                if let Some(active) = self.active().filter(|_| self.can_hold_privately(turn.config)) {
                    self.hold_privately(active);
                    self.order(turn, active, Call::Hold);
                }
            }
            Action::Resume => {
                if let Some(line) = self.lowest(CallState::Held) {
                    self.activate(turn, line, Call::Resume);
                }
            }
            Action::NewCall => {
                if let Some(line) = self.lowest(CallState::Idle) {
                    self.seize(turn, line);
                }
            }
            Action::Redial => self.redial(turn),
            Action::VoiceMail => self.call_voice_mail(turn),
            Action::Transfer => self.transfer(turn),
            Action::TransferHeld => self.transfer_held(turn),
            Action::TransferBlind => self.transfer_blind(turn, Service::BlindTransfer),
            Action::Park => self.transfer_blind(turn, Service::Park),
            Action::Conference => self.confer(turn),
            Action::ConferenceHeld => self.confer_held(turn),
            Action::Join => self.join(turn),
            Action::Serve(key) => self.serve_key(turn, key),
        }
    }

    /// A device is chosen. During an active call it takes the call over; else it answers the lowest ringing
    /// line, or takes the first idle one. When there is neither, no device is selected.
    fn choose_device(&mut self, turn: &mut Turn<'_>, device: AudioDevice) {
        self.path.select(device);
        if self.active().is_some() {
            return;
        }
        if let Some(line) = self.lowest(CallState::Ringing) {
            self.activate(turn, line, Call::Answer);
        } else if let Some(line) = self.lowest(CallState::Idle) {
            self.seize(turn, line);
        }
    }

    /// The device is turned off: the active call ends, or both of a conference; whatever stands by stays.
    fn hang_up(&mut self, turn: &mut Turn<'_>) {
        for key in LineKey::ALL {
            // Whom somebody is being sent to must not be gone before they meet.
            let awaited = self.line(key).transfer() == Transfer::Asked;
            let talks = self.line(key).state() == CallState::Connected;
            if self.line(key).state().is_active() {
                self.order(turn, key, if awaited && talks { Call::Hold } else { Call::Release });
            }
        }
    }

    /// Takes an idle line: for the number that was typed on hook, if there is one, else to dial.
    fn seize(&mut self, turn: &mut Turn<'_>, line: LineKey) {
        let number = self.on_hook.clone();
        let tone = self.dial_tone(turn.config, line);
        self.take_line(turn, line, tone);
        if !number.number().is_empty() {
            self.dial_text(turn, line, number.number());
        }
    }

    /// Makes an idle line the one that dials.
    pub(super) fn take_line(&mut self, turn: &mut Turn<'_>, line: LineKey, tone: Tone) {
        // A shared line has dial tone when it is granted.
        let asked = self.ask_for(turn, line);
        let ready = self.may_call(turn.config, line) && !asked;
        self.activate(turn, line, Call::Seize { ready, tone });
    }

    fn send_on_hook(&mut self, turn: &mut Turn<'_>) {
        if self.on_hook.number().is_empty() || self.active().is_some() {
            return;
        }
        if let Some(line) = self.lowest(CallState::Idle) {
            self.seize(turn, line);
        }
    }

    /// Calls the last number: on the line that waits for one, or on the first idle line.
    fn redial(&mut self, turn: &mut Turn<'_>) {
        let line = match self.active() {
            Some(active) if self.has_digits() || self.dialing() != Some(active) => None,
            Some(active) => Some(active),
            None => self.lowest(CallState::Idle),
        };
        let Some(line) = line.filter(|_| !self.last_number.is_empty()) else { return };
        let number = self.last_number.clone();
        if self.line(line).state() == CallState::Idle {
            let tone = self.dial_tone(turn.config, line);
            self.take_line(turn, line, tone);
        }
        self.dial_text(turn, line, &number);
    }

    /// Calls `Voice Mail Number` on the line that waits for a number, or on an idle line. When there is no
    /// such number, the person is asked for it.
    fn call_voice_mail(&mut self, turn: &mut Turn<'_>) {
        let waits = self.dialing().filter(|_| !self.has_digits());
        let Some(line) = waits.or_else(|| self.lowest(CallState::Idle)) else { return };
        if waits.is_none() {
            let tone = self.dial_tone(turn.config, line);
            self.take_line(turn, line, tone);
        }
        let number: heapless::String<79> = text::shortened(turn.config.read(phone::VOICE_MAIL_NUMBER));
        let call = if number.is_empty() {
            let purpose = Some(Service::VoiceMailNumber);
            Call::Served(appearance::Served::Prompt { purpose, tone: Some(Tone::Prompt) })
        } else {
            Call::Target { target: &number, by_keys: false }
        };
        self.order(turn, line, call);
    }

    fn dialing(&self) -> Option<LineKey> {
        self.lowest(CallState::Dialing)
    }

    /// Makes a line's call the active one. A conversation on another line is put on hold; what cannot be held
    /// ends, and a number that was being typed on hook is used or forgotten.
    pub(super) fn activate(&mut self, turn: &mut Turn<'_>, line: LineKey, input: Call<'_>) {
        if self.is_emergency(turn.config) {
            return;
        }
        for key in LineKey::ALL.into_iter().filter(|key| *key != line) {
            let state = self.line(key).state();
            if state.is_active() {
                self.order(turn, key, if state == CallState::Connected { Call::Hold } else { Call::Release });
            }
        }
        self.order(turn, line, input);
        self.on_hook.step(turn.now, on_hook::Input::Drop);
        // A key that is still down belongs to the conversation it was pressed in.
        self.dtmf.step(turn.now, dtmf::Input::Stop);
    }
}
