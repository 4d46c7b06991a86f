//! Numbers: by keys with the plan `(xx.)`, on hook, again.

use super::codes::{leading, may_become};
use super::{Model, Place, State, Tone};

/// Without a further key a number that is complete is called, and one that is not.
const SHORT_MS: u64 = 3_000;
const LONG_MS: u64 = 10_000;
/// Keys of a number; further ones count for nothing.
const KEYS: usize = 64;

impl Model {
    /// A number is asked for.
    pub(super) fn ask(&mut self, line: Place, purpose: Option<&'static str>, tone: Tone) {
        let call = &mut self.calls[line];
        call.keys.clear();
        (call.purpose, call.prompt, call.complete_at) = (purpose, tone, None);
        call.tone = None;
        self.prompt(line);
    }

    /// Dial tone until the first key; none for an extension that cannot call.
    fn prompt(&mut self, line: Place) {
        let now = self.now;
        let call = &mut self.calls[line];
        let wanted = (call.keys.is_empty() && call.ready).then_some(call.prompt);
        let confirms = call.tone == Some("confirm") && wanted.is_some();
        if call.tone != wanted && !confirms {
            call.sound(now, wanted);
        }
    }

    /// A key of the dial pad.
    pub(super) fn dial(&mut self, key: char) {
        match self.active().map(|line| (line, self.calls[line].state)) {
            Some((line, State::Dialing)) => self.collect(line, key),
            // In a conversation it is a tone for the far end; else nobody hears it.
            Some(_) => {}
            // The screen belongs to the caller.
            None if self.lowest(State::Ringing).is_some() => {}
            None if key == '#' => self.send_typed(),
            None => {
                if self.typed.len() < KEYS {
                    self.typed.push(key);
                }
                self.forgotten_at = self.now + 30_000;
            }
        }
    }

    fn collect(&mut self, line: Place, key: char) {
        if key == '#' {
            return self.hash(line);
        }
        let call = &mut self.calls[line];
        if call.keys.len() < KEYS {
            call.keys.push(key);
            self.collected(line);
        }
    }

    /// What the keys so far are.
    fn collected(&mut self, line: Place) {
        let call = &mut self.calls[line];
        let keys = call.keys.clone();
        if keys.is_empty() {
            call.complete_at = None;
        } else if let Some(code) = leading(&keys) {
            return self.serve(line, code);
        } else if keys.chars().all(|key| key.is_ascii_digit()) {
            call.complete_at = Some(self.now + SHORT_MS);
        } else if may_become(&keys) {
            call.complete_at = Some(self.now + LONG_MS);
        } else {
            return self.fail(line, "reorder");
        }
        self.prompt(line);
    }

    /// The last key is taken back.
    pub(super) fn delete(&mut self) {
        let Some(line) = self.lowest(State::Dialing) else {
            self.typed.pop();
            self.forgotten_at = self.now + 30_000;
            return;
        };
        if self.calls[line].keys.pop().is_some() {
            self.collected(line);
        }
    }

    /// The number is meant as it stands.
    pub(super) fn complete(&mut self, line: Place) {
        let keys = self.calls[line].keys.clone();
        if !keys.is_empty() {
            self.number(line, &keys);
        }
    }

    /// `#`: the number is meant as it stands; without one a call is parked at the person's own.
    fn hash(&mut self, line: Place) {
        if self.calls[line].keys.is_empty() && self.calls[line].purpose == Some("*38") {
            self.blind(line, "*38101");
        } else {
            self.complete(line);
        }
    }

    /// A number is there.
    fn number(&mut self, line: Place, number: &str) {
        match self.calls[line].purpose {
            Some(code) => {
                self.calls[line].complete_at = None;
                self.serve_number(line, code, number);
            }
            None => self.call(line, number, number),
        }
    }

    /// Calls somebody; `again` is what to dial for that once more.
    pub(super) fn call(&mut self, line: Place, number: &str, again: &str) {
        self.call_as(line, "invite", number, again);
    }

    /// The same, with a word for the network.
    pub(super) fn call_as(&mut self, line: Place, how: &str, number: &str, again: &str) {
        let call = &mut self.calls[line];
        call.state = State::Calling;
        call.complete_at = None;
        call.tone = None;
        call.tone_ends = None;
        number.clone_into(&mut call.party);
        self.last_number = format!("{}{again}", call.typed);
        number.clone_into(&mut self.last_called);
        self.wish(line, &format!("{how} {number}"));
    }

    /// A text as a whole: the codes before the number, then the number.
    pub(super) fn dial_text(&mut self, line: Place, text: &str) {
        let mut rest = text;
        while self.calls[line].state == State::Dialing && !rest.is_empty() {
            if let Some(code) = leading(rest) {
                self.serve(line, code);
                rest = &rest[code.len()..];
            } else {
                return self.number(line, rest);
            }
        }
    }

    /// The number typed on hook is called.
    pub(super) fn send_typed(&mut self) {
        if let Some(line) = self.lowest(State::Idle).filter(|_| !self.typed.is_empty()) {
            self.seize(line);
        }
    }

    /// The last number again: on the line that waits for one, or on the first idle one.
    pub(super) fn redial(&mut self) {
        let line = match self.active() {
            Some(line) if self.calls[line].state == State::Dialing && self.calls[line].keys.is_empty() => {
                Some(line)
            }
            Some(_) => None,
            None => self.lowest(State::Idle),
        };
        let Some(line) = line.filter(|_| !self.last_number.is_empty()) else { return };
        if self.calls[line].state == State::Idle {
            self.take(line, self.dial_tone());
        }
        let number = self.last_number.clone();
        self.dial_text(line, &number);
    }
}
