//! Line keys, devices, hold, soft keys.

use super::choice::Aim;
use super::{Call, Device, Model, Place, State, Tone, Transfer};

impl Model {
    /// A line key takes an idle line, answers a ringing one, resumes a held one.
    pub(super) fn press_line(&mut self, line: Place) {
        match self.calls[line].state {
            State::Idle => self.seize(line),
            State::Ringing => self.answer(line),
            State::Held => self.resume(line),
            State::Disabled
            | State::Dialing
            | State::Calling
            | State::Proceeding
            | State::Connected
            | State::Invalid => {}
        }
    }

    pub(super) fn press_device(&mut self, device: Device) {
        if self.device == Some(device) { self.hang_up() } else { self.choose(device) }
    }

    pub(super) fn lift(&mut self) {
        self.lifted = true;
        self.choose(Device::Handset);
    }

    pub(super) fn put_down(&mut self) {
        self.lifted = false;
        if self.device == Some(Device::Handset) {
            self.hang_up();
        }
    }

    /// A device answers the lowest ringing line, or takes the first idle one; an active call moves to it.
    fn choose(&mut self, device: Device) {
        if self.device == Some(Device::Speaker) && device == Device::Handset {
            self.muted = false;
        }
        self.device = Some(device);
        if self.active().is_some() {
            return;
        }
        if let Some(line) = self.lowest(State::Ringing) {
            self.answer(line);
        } else if let Some(line) = self.lowest(State::Idle) {
            self.seize(line);
        }
    }

    /// Ends the active call, both of a conference. Whom somebody is being sent to is kept until they have
    /// met.
    fn hang_up(&mut self) {
        for line in self.all_active() {
            let call = &self.calls[line];
            let awaited = matches!(call.transfer, Transfer::Sent(_) | Transfer::Awaited);
            if awaited && call.state == State::Connected { self.put_on_hold(line) } else { self.leave(line) }
        }
    }

    /// The hold key: a conversation is held, both of a conference; a call that failed is done with.
    pub(super) fn hold(&mut self) {
        for line in self.all_active() {
            match self.calls[line].state {
                State::Connected => self.put_on_hold(line),
                State::Invalid => self.leave(line),
                State::Disabled
                | State::Idle
                | State::Dialing
                | State::Calling
                | State::Proceeding
                | State::Ringing
                | State::Held => {}
            }
        }
    }

    fn put_on_hold(&mut self, line: Place) {
        let call = &mut self.calls[line];
        call.state = State::Held;
        (call.tone, call.tone_ends) = (None, None);
        self.wish(line, "hold");
    }

    /// The person leaves a call.
    pub(super) fn leave(&mut self, line: Place) {
        match self.calls[line].state {
            State::Calling | State::Proceeding | State::Connected | State::Ringing | State::Held => {
                self.wish(line, "end");
            }
            State::Disabled | State::Idle | State::Dialing | State::Invalid => {}
        }
        self.rest(line);
    }

    /// The active call gives way: a conversation is held, all else ends. What was typed on hook is over.
    fn give_way(&mut self) {
        for active in self.all_active() {
            if self.calls[active].state == State::Connected {
                self.put_on_hold(active);
            } else {
                self.leave(active);
            }
        }
        self.typed.clear();
    }

    /// Takes an idle line: for the number typed on hook, or to dial.
    pub(super) fn seize(&mut self, line: Place) {
        let typed = self.typed.clone();
        self.take(line, self.dial_tone());
        self.dial_text(line, &typed);
    }

    pub(super) fn take(&mut self, line: Place, tone: Tone) {
        self.give_way();
        self.calls[line] = Call { state: State::Dialing, ready: self.registered, ..Call::new() };
        self.ask(line, None, tone);
    }

    pub(super) fn answer(&mut self, line: Place) {
        self.give_way();
        if let Some(answered) = self.calls[line].back {
            return self.meet_back(line, answered);
        }
        self.calls[line].state = State::Connected;
        self.wish(line, "answer");
    }

    pub(super) fn resume(&mut self, line: Place) {
        self.give_way();
        self.take_up(line);
    }

    /// A call comes back from hold.
    pub(super) fn take_up(&mut self, line: Place) {
        let now = self.now;
        let call = &mut self.calls[line];
        call.state = State::Connected;
        call.sound(now, call.held_by_peer.then_some("holding"));
        self.wish(line, "resume");
    }

    /// A soft key; one that is not offered cannot be pressed.
    pub(super) fn soft(&mut self, label: &str) {
        let dialing = self.lowest(State::Dialing);
        let (ringing, held) = (self.lowest(State::Ringing), self.lowest(State::Held));
        match (label, dialing, ringing, held) {
            ("dial", Some(line), ..) => self.complete(line),
            ("dial", None, ..) => self.send_typed(),
            ("delchr", ..) => self.delete(),
            ("cancel", Some(line), ..) => self.leave(line),
            ("cancel", None, ..) => self.typed.clear(),
            ("endcall", ..) => self.hang_up(),
            ("answer", _, Some(line), _) => self.answer(line),
            ("ignore", _, Some(line), _) => {
                self.wish(line, if self.is_called_back(line) { "end" } else { "refuse 486" });
                self.rest(line);
            }
            ("hold", ..) => self.hold(),
            ("resume", _, _, Some(line)) => self.resume(line),
            ("newcall", ..) => {
                if let Some(line) = self.lowest(State::Idle) {
                    self.seize(line);
                }
            }
            ("redial", ..) => self.redial(),
            ("xfer", ..) => self.transfer(),
            ("xferLx", ..) => self.take_held(Aim::Transfer),
            ("bxfer", ..) => self.transfer_blind("*98"),
            ("park", ..) => self.transfer_blind("*38"),
            ("cfwd", ..) if self.settings.forward_all.is_empty() => self.serve_key("*72"),
            ("cfwd", ..) => self.switch_key("*73"),
            ("dnd", ..) => self.switch_key(if self.settings.undisturbed { "*79" } else { "*78" }),
            ("lcr", ..) => self.serve_key("*69"),
            ("pickup", ..) => self.serve_key("*36"),
            ("gpickup", ..) => self.serve_key("*37"),
            ("unpark", ..) => self.serve_key("*39"),
            ("conf", ..) => self.confer(),
            ("confLx", ..) => self.take_held(Aim::Conference),
            ("join", ..) => self.join(),
            _ => {}
        }
    }
}
