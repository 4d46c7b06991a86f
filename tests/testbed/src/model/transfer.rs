//! Transfer: attended, semi-attended and blind (guide, Attended Call Transfer, Blind Call Transfer).

use super::choice::Aim;
use super::{Model, Place, State, Tone};

/// What a call is in a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transfer {
    /// Nothing.
    None,
    /// Its far end is sent away; to that of the other call.
    Sent(Option<Place>),
    /// The far end of another call is sent to its own.
    Awaited,
    /// It was to be sent, and is still there; shown while it is as it was.
    Failed(State),
}

/// A transfer or conference that waits for its other call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Begun {
    pub(super) held: Place,
    pub(super) line: Place,
    pub(super) aim: Aim,
}

impl Model {
    /// The other call of a transfer that is under way, of the call whose far end is sent away; `None`: nobody
    /// is sent away here.
    #[must_use]
    pub const fn sent_to(&self, line: Place) -> Option<Option<Place>> {
        match self.calls[line].transfer {
            Transfer::Sent(other) => Some(other),
            Transfer::None | Transfer::Awaited | Transfer::Failed(_) => None,
        }
    }

    /// Whether `xfer` is offered.
    pub(super) fn offers_transfer(&self) -> bool {
        match self.begun_pair() {
            Some(pair) => pair.aim == Aim::Transfer,
            None => self.offers_consultation(),
        }
    }

    /// Whether `xferLx` and `confLx` are: some call is held, and the active one's far end rings or talks.
    pub(super) fn offers_held(&self) -> bool {
        let held = (0..4).find(|line| self.is_sendable(*line));
        let pair = held.zip(self.active()).map(|(held, line)| Begun { held, line, aim: Aim::Transfer });
        self.asked.is_none() && pair.is_some_and(|pair| self.is_pair(pair))
    }

    /// Whether `bxfer` is, and `conf` and `xfer` to begin with: a conversation with one, and a line for
    /// another call.
    pub(super) fn offers_consultation(&self) -> bool {
        if self.joined.is_some() {
            return false;
        }
        let talks = self.active().is_some_and(|line| self.calls[line].state == State::Connected);
        talks && self.active().is_some_and(|line| self.is_free(line)) && self.lowest(State::Idle).is_some()
    }

    pub(super) fn transfer(&mut self) {
        match self.begun_pair() {
            Some(pair) if pair.aim == Aim::Transfer => self.send_pair(pair.held, pair.line),
            None if self.offers_consultation() => self.consult("second", Aim::Transfer),
            Some(_) | None => {}
        }
    }

    /// `xferLx` and `confLx`.
    pub(super) fn take_held(&mut self, aim: Aim) {
        let held: Vec<Place> = (0..4).filter(|line| self.is_sendable(*line)).collect();
        match (self.active().filter(|_| self.offers_held()), &held[..], aim) {
            (Some(line), [held], Aim::Transfer) => self.send_pair(*held, line),
            (Some(line), [held], Aim::Conference) => self.bring_together(Begun { held: *held, line, aim }),
            (Some(line), ..) => self.ask_which(line, aim),
            (None, ..) => {}
        }
    }

    pub(super) fn transfer_blind(&mut self, code: &'static str) {
        if !self.offers_consultation() {
            return;
        }
        self.consult("prompt", Aim::Transfer);
        if let Some(begun) = self.begun {
            self.ask(begun.line, Some(code), "prompt");
        }
    }

    /// The code for it: whoever was put on hold last is meant.
    pub(super) fn begin_blind(&mut self, line: Place) -> bool {
        let already = self.begun.filter(|begun| begun.line == line && self.is_sendable(begun.held));
        let held = (0..4).filter(|held| self.is_sendable(*held));
        let last = held.max_by_key(|held| self.calls[*held].held_since);
        self.begun = already.or_else(|| last.map(|held| Begun { held, line, aim: Aim::Transfer }));
        self.begun.is_some()
    }

    /// The number is there: the line is done with, and the held call goes.
    pub(super) fn blind(&mut self, line: Place, number: &str) {
        let held = self.begun.filter(|begun| begun.line == line).map(|begun| begun.held);
        match held.filter(|held| self.is_sendable(*held)) {
            Some(held) => {
                self.leave(line);
                self.send(held, number);
            }
            None => self.fail(line, "reorder"),
        }
    }

    pub(super) fn transferred(&mut self, line: Place, done: bool) {
        let other = match self.calls[line].transfer {
            Transfer::Sent(other) => other,
            Transfer::None | Transfer::Awaited | Transfer::Failed(_) => None,
        };
        for line in [Some(line), other].into_iter().flatten() {
            let state = self.calls[line].state;
            if !done {
                self.calls[line].transfer = Transfer::Failed(state);
            } else if matches!(state, State::Calling | State::Proceeding | State::Connected | State::Held) {
                self.rest(line);
            }
        }
    }

    /// A call is over: nobody can be sent to it any more.
    pub(super) fn let_go(&mut self, line: Place) {
        for call in &mut self.calls {
            if call.transfer == Transfer::Sent(Some(line)) {
                call.transfer = Transfer::Sent(None);
            }
        }
    }

    pub(super) fn settle_transfer(&mut self) {
        let lasts = |line: Place| {
            let state = self.calls[line].state;
            state == State::Held || (state.is_active() && state != State::Invalid)
        };
        self.begun = self.begun.filter(|begun| lasts(begun.held) && lasts(begun.line));
        for line in 0..4 {
            let state = self.calls[line].state;
            let under_way = matches!(state, State::Connected | State::Held | State::Calling);
            let is_sent_here =
                |line| self.calls.iter().any(|call| call.transfer == Transfer::Sent(Some(line)));
            let stays = match self.calls[line].transfer {
                Transfer::None => true,
                Transfer::Sent(_) => under_way,
                Transfer::Awaited => under_way && is_sent_here(line),
                Transfer::Failed(then) => then == state,
            };
            if !stays {
                self.calls[line].transfer = Transfer::None;
            }
        }
    }

    /// The conversation is held, and another line asks for a number.
    pub(super) fn consult(&mut self, tone: Tone, aim: Aim) {
        let (Some(held), Some(line)) = (self.active(), self.lowest(State::Idle)) else { return };
        self.take(line, tone);
        self.begun = Some(Begun { held, line, aim });
    }

    /// The held call is sent to the other one's far end: into our place when that has answered, else to its
    /// number, and our call there ends first.
    pub(super) fn send_pair(&mut self, held: Place, line: Place) {
        if self.calls[line].is_in_conversation() {
            self.begun = None;
            self.calls[held].transfer = Transfer::Sent(Some(line));
            self.calls[line].transfer = Transfer::Awaited;
            self.wish(held, &format!("refer to L{}", line + 1));
        } else {
            let number = self.calls[line].party.clone();
            self.leave(line);
            self.send(held, &number);
        }
    }

    fn send(&mut self, held: Place, number: &str) {
        self.begun = None;
        self.calls[held].transfer = Transfer::Sent(None);
        self.wish(held, &format!("refer {number}"));
    }

    /// The transfer that is begun, when it can be completed: one call on hold, the other rings or talks.
    pub(super) fn begun_pair(&self) -> Option<Begun> {
        let begun = self.begun?;
        let pairs = [begun, Begun { held: begun.line, line: begun.held, ..begun }];
        pairs.into_iter().find(|pair| self.is_pair(*pair))
    }

    fn is_pair(&self, pair: Begun) -> bool {
        let there = matches!(self.calls[pair.line].state, State::Proceeding | State::Connected);
        self.joined.is_none() && self.is_sendable(pair.held) && there && self.is_free(pair.line)
    }

    pub(super) fn is_sendable(&self, line: Place) -> bool {
        self.calls[line].state == State::Held && self.is_free(line)
    }

    pub(super) fn is_free(&self, line: Place) -> bool {
        !matches!(self.calls[line].transfer, Transfer::Sent(_) | Transfer::Awaited)
    }
}
