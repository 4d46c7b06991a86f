//! What the network is seen to do.

use super::{Model, Move, Place, Ring, State, Transfer};

/// The silence after a far end has hung up.
const REORDER_DELAY_MS: u64 = 5_000;

impl Model {
    pub(super) fn news(&mut self, what: &Move) {
        match *what {
            Move::Incoming { ref from, page } => self.incoming(from, page),
            Move::Progress { line, rings, early } => self.progress(line, rings, early),
            Move::Answered(line) if self.is_outgoing(line) => self.connect(line),
            Move::Answered(line) if self.is_called_back(line) => self.calls[line].back = Some(true),
            Move::Back(news) => self.back(news),
            Move::Ended(line, status) => self.ended(line, status),
            Move::HeldByPeer(line, held) => self.held_by_peer(line, held),
            Move::StillHeld(line) if self.calls[line].state == State::Connected => {
                let call = &mut self.calls[line];
                call.state = State::Held;
                call.sound(self.now, None);
            }
            Move::Refused(line) if self.is_outgoing(line) => self.fail(line, "reorder"),
            Move::Transferred(line, done) => self.transferred(line, done),
            Move::Followed(line) => self.followed(line),
            Move::Replaced(line) => self.replaced(line),
            Move::Registered(registered) => self.registered(registered),
            Move::Messages(wait) => self.settings.messages = wait,
            _ => {}
        }
    }

    fn is_outgoing(&self, line: Place) -> bool {
        matches!(self.calls[line].state, State::Calling | State::Proceeding)
    }

    /// A call comes in: it rings on the lowest idle line, or is sent away. A page is answered by the phone
    /// itself, unless the person talks.
    fn incoming(&mut self, from: &str, page: bool) {
        from.clone_into(&mut self.last_caller);
        let settings = &self.settings;
        let busy = || match settings.forward_busy.as_str() {
            "" => "refuse 486".to_owned(),
            target => format!("refuse 302 {target}"),
        };
        let refusal = if from.is_empty() && settings.no_anonymous {
            Some("refuse 406".to_owned())
        } else if !settings.forward_all.is_empty() {
            Some(format!("refuse 302 {}", settings.forward_all))
        } else if settings.undisturbed || !self.lets_in() || self.lowest(State::Idle).is_none() {
            Some(busy())
        } else {
            None
        };
        match (refusal, self.lowest(State::Idle)) {
            (None, Some(line)) => {
                let call = &mut self.calls[line];
                (call.state, call.incoming) = (State::Ringing, true);
                from.clone_into(&mut call.party);
                // Ringing that has run through begins anew.
                if self.ring == Ring::RungOut {
                    self.ring = Ring::Silent;
                }
                self.wish(line, "ring");
                if page && self.active().is_none() {
                    self.answer(line);
                    self.calls[line].sound(self.now, Some("page"));
                }
            }
            (refusal, _) => self.wishes.extend(refusal),
        }
    }

    /// Whether the person may be called: nobody talks, or there is call waiting.
    pub(super) fn lets_in(&self) -> bool {
        let choice = self.active().and_then(|line| self.calls[line].call_waiting);
        self.active().is_none() || choice.unwrap_or(self.settings.call_waiting)
    }

    /// Ring-back tone for a far end that rings, unless the network itself is to be heard.
    fn progress(&mut self, line: Place, rings: bool, early: bool) {
        if !self.is_outgoing(line) {
            return;
        }
        let now = self.now;
        let call = &mut self.calls[line];
        call.state = State::Proceeding;
        if early {
            call.sound(now, None);
        } else if rings && call.tone.is_none() {
            call.sound(now, Some("ringback"));
        }
    }

    fn connect(&mut self, line: Place) {
        let now = self.now;
        let call = &mut self.calls[line];
        call.state = State::Connected;
        call.sound(now, None);
    }

    /// What was active stays off hook; what stood by is gone. One of a conference leaves a plain call.
    fn ended(&mut self, line: Place, status: Option<u16>) {
        if self.is_conferenced(line) {
            return self.rest(line);
        }
        let sent = matches!(self.calls[line].transfer, Transfer::Sent(_) | Transfer::Awaited);
        match self.calls[line].state {
            State::Calling | State::Proceeding | State::Connected if sent => self.rest(line),
            State::Ringing | State::Held => self.rest(line),
            State::Calling | State::Proceeding => {
                let busy = matches!(status, Some(486 | 600));
                self.fail(line, if busy { "busy" } else { "reorder" });
            }
            State::Connected => {
                self.over(line, None);
                self.calls[line].tone_ends = Some(self.now + REORDER_DELAY_MS);
            }
            State::Disabled | State::Idle | State::Dialing | State::Invalid => {}
        }
    }

    fn held_by_peer(&mut self, line: Place, held: bool) {
        let now = self.now;
        let call = &mut self.calls[line];
        if !call.is_in_conversation() || call.held_by_peer == held {
            return;
        }
        call.held_by_peer = held;
        if call.state == State::Connected {
            call.sound(now, held.then_some("holding"));
        }
    }

    /// The person hears the other one ring; a call on hold stays so.
    fn followed(&mut self, line: Place) {
        let now = self.now;
        let call = &mut self.calls[line];
        if !call.is_in_conversation() {
            return;
        }
        (call.held_by_peer, call.incoming) = (false, false);
        if call.state == State::Connected {
            call.state = State::Calling;
            call.sound(now, None);
        }
    }

    fn replaced(&mut self, line: Place) {
        if !self.calls[line].is_in_conversation() && !self.is_outgoing(line) {
            return;
        }
        self.calls[line].held_by_peer = false;
        if self.calls[line].state != State::Held {
            self.connect(line);
        }
    }

    /// An extension that may call gives dial tone to who waits for it.
    fn registered(&mut self, registered: bool) {
        let news = registered && !self.registered;
        self.registered = registered;
        let now = self.now;
        for call in self.calls.iter_mut().filter(|call| news && call.state == State::Dialing) {
            if !call.ready && call.keys.is_empty() {
                call.sound(now, Some(call.prompt));
            }
            call.ready = true;
        }
    }
}
