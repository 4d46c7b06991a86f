//! The four soft keys under the display: which labels they bear, and what more there is to the left and
//! right.

use heapless::Vec;

use super::Key;
use crate::calls::{Action, CallState, Calls};
use crate::config::Config;

/// Places of one list, four to a page.
pub const MOST: usize = 12;
const PAGE: usize = 4;

/// A soft key by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SoftKey {
    /// Call the last number again.
    Redial,
    /// Send the number.
    Dial,
    /// Take back the last digit.
    DeleteLast,
    /// Drop the number.
    Cancel,
    /// End the active call.
    EndCall,
    /// Answer the incoming call.
    Answer,
    /// Turn the incoming call down.
    Ignore,
    /// Put the active call on hold.
    Hold,
    /// Put the active call on a shared line on hold for this station alone.
    HoldPrivately,
    /// Take a call back from hold.
    Resume,
    /// Begin another call.
    NewCall,
    /// Begin or complete a transfer.
    Transfer,
    /// Send a held call to the active one's far end.
    TransferHeld,
    /// Send the conversation to a number.
    TransferBlind,
    /// Begin a conference, or make it.
    Conference,
    /// Bring a held call into the conversation.
    ConferenceHeld,
    /// Leave the conference to the others.
    Join,
}

/// The soft keys as they are now. A place without a key stays blank.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SoftKeyRow {
    places: Vec<Option<SoftKey>, MOST>,
    page: usize,
}

/// How to press a soft key that may be on another page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The rocker key that turns the pages.
    pub turn: Key,
    /// How often to press it first.
    pub turns: usize,
    /// The soft key to press then.
    pub key: Key,
}

impl SoftKey {
    /// What stands above the key.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Redial => "redial",
            Self::Dial => "dial",
            Self::DeleteLast => "delchr",
            Self::Cancel => "cancel",
            Self::EndCall => "endcall",
            Self::Answer => "answer",
            Self::Ignore => "ignore",
            Self::Hold => "hold",
            Self::HoldPrivately => "phold",
            Self::Resume => "resume",
            Self::NewCall => "newcall",
            Self::Transfer => "xfer",
            Self::TransferHeld => "xferLx",
            Self::TransferBlind => "bxfer",
            Self::Conference => "conf",
            Self::ConferenceHeld => "confLx",
            Self::Join => "join",
        }
    }

    /// What it asks of the calls.
    pub(super) const fn action(self) -> Action {
        match self {
            Self::Redial => Action::Redial,
            Self::Dial => Action::Dial,
            Self::DeleteLast => Action::DeleteLast,
            Self::Cancel => Action::Cancel,
            Self::EndCall => Action::End,
            Self::Answer => Action::Answer,
            Self::Ignore => Action::Ignore,
            Self::Hold => Action::Hold,
            Self::HoldPrivately => Action::HoldPrivately,
            Self::Resume => Action::Resume,
            Self::NewCall => Action::NewCall,
            Self::Transfer => Action::Transfer,
            Self::TransferHeld => Action::TransferHeld,
            Self::TransferBlind => Action::TransferBlind,
            Self::Conference => Action::Conference,
            Self::ConferenceHeld => Action::ConferenceHeld,
            Self::Join => Action::Join,
        }
    }
}

impl SoftKeyRow {
    /// No keys.
    pub(super) const fn new() -> Self {
        Self { places: Vec::new(), page: 0 }
    }

    /// The keys that belong to what the calls are doing.
    fn of(calls: &Calls, config: &Config) -> Self {
        let mut places = Vec::new();
        if calls.lowest(CallState::Ringing).is_some() {
            push(&mut places, &[Some(SoftKey::Answer), Some(SoftKey::Ignore)]);
        }
        if calls.choice().is_some() {
            push(&mut places, &[Some(SoftKey::Cancel)]);
            return Self { places, page: 0 };
        }
        if calls.conference().is_some() {
            let join = calls.can_join(config).then_some(SoftKey::Join);
            push(&mut places, &[Some(SoftKey::Hold), Some(SoftKey::EndCall), None, join]);
            trim(&mut places);
            return Self { places, page: 0 };
        }
        let redial = calls.last_number().is_some().then_some(SoftKey::Redial);
        match calls.active().map(|line| calls.line(line).state()) {
            Some(CallState::Dialing) if calls.has_digits() => push(&mut places, DIALING),
            Some(CallState::Dialing) => push(&mut places, &[redial]),
            Some(CallState::Calling | CallState::Proceeding | CallState::Invalid) => {
                push(&mut places, &[None, Some(SoftKey::EndCall)]);
                more_parties(&mut places, calls, config);
            }
            Some(CallState::Connected) => {
                let hold = (!calls.is_emergency(config)).then_some(SoftKey::Hold);
                push(&mut places, &[hold, Some(SoftKey::EndCall)]);
                more_parties(&mut places, calls, config);
                if calls.can_hold_privately(config) {
                    push(&mut places, &[Some(SoftKey::HoldPrivately)]);
                }
            }
            Some(
                CallState::Disabled
                | CallState::Idle
                | CallState::Ringing
                | CallState::Held
                | CallState::Busy,
            )
            | None => {
                if calls.on_hook_number().is_empty() {
                    // Another call needs a line for it.
                    let free = calls.lowest(CallState::Idle).is_some();
                    if calls.lowest(CallState::Held).is_some() {
                        push(&mut places, &[Some(SoftKey::Resume), free.then_some(SoftKey::NewCall)]);
                    }
                    if free && redial.is_some() {
                        push(&mut places, &[redial]);
                    }
                } else {
                    push(&mut places, DIALING);
                }
            }
        }
        Self { places, page: 0 }
    }

    /// The labels of the page that is shown.
    #[must_use]
    pub fn shown(&self) -> [Option<SoftKey>; PAGE] {
        let first = self.page.saturating_mul(PAGE);
        let mut row = [None; PAGE];
        for (place, key) in row.iter_mut().zip(self.places.iter().skip(first)) {
            *place = *key;
        }
        row
    }

    /// What one of the four keys does now.
    pub(super) fn under(&self, key: Key) -> Option<SoftKey> {
        let [first, second, third, fourth] = self.shown();
        [(Key::Soft1, first), (Key::Soft2, second), (Key::Soft3, third), (Key::Soft4, fourth)]
            .into_iter()
            .find(|(place, _)| *place == key)?
            .1
    }

    /// All keys that are offered, on every page.
    pub fn offered(&self) -> impl Iterator<Item = SoftKey> {
        self.places.iter().flatten().copied()
    }

    /// Whether a triangle at the left says that there are keys on a page before this one.
    #[must_use]
    pub const fn more_left(&self) -> bool {
        self.page > 0
    }

    /// Whether a triangle at the right says that there are keys on a page after this one.
    #[must_use]
    pub fn more_right(&self) -> bool {
        self.places.len() > self.page.saturating_add(1).saturating_mul(PAGE)
    }

    /// How to press the key with a label, wherever its page; `None` when it is not offered.
    #[must_use]
    pub fn way_to(&self, label: &str) -> Option<Way> {
        let place = self.places.iter().position(|key| key.is_some_and(|key| key.label() == label))?;
        let page = place.checked_div(PAGE)?;
        let key = match place.checked_rem(PAGE)? {
            0 => Key::Soft1,
            1 => Key::Soft2,
            2 => Key::Soft3,
            _ => Key::Soft4,
        };
        let turn = if page < self.page { Key::Left } else { Key::Right };
        Some(Way { turn, turns: page.abs_diff(self.page), key })
    }

    /// Turns a page; there is nothing before the first or after the last.
    pub(super) fn turn(&mut self, key: Key) {
        if key == Key::Left {
            self.page = self.page.saturating_sub(1);
        } else if key == Key::Right && self.more_right() {
            self.page = self.page.saturating_add(1);
        }
    }

    /// The keys are others now, from their first page on; the same keys stay on their page.
    pub(super) fn update(&mut self, calls: &Calls, config: &Config) {
        let fresh = Self::of(calls, config);
        if fresh.places != self.places {
            *self = fresh;
        }
    }
}

/// `option` has the first place; it comes with the input modes.
const DIALING: &[Option<SoftKey>] =
    &[None, Some(SoftKey::Dial), Some(SoftKey::DeleteLast), Some(SoftKey::Cancel)];

/// `conf` in the third place, `xfer` in the fourth, the others on the next page.
fn more_parties(places: &mut Vec<Option<SoftKey>, MOST>, calls: &Calls, config: &Config) {
    let placed =
        [(calls.can_confer(config), SoftKey::Conference), (calls.can_transfer(config), SoftKey::Transfer)];
    let further = [
        (calls.can_transfer_blind(config), SoftKey::TransferBlind),
        (calls.can_confer_held(config), SoftKey::ConferenceHeld),
        (calls.can_transfer_held(config), SoftKey::TransferHeld),
    ];
    push(places, &placed.map(|(offered, key)| offered.then_some(key)));
    for (_, key) in further.iter().filter(|(offered, _)| *offered) {
        push(places, &[Some(*key)]);
    }
    trim(places);
}

/// Blank places at the end are none.
fn trim(places: &mut Vec<Option<SoftKey>, MOST>) {
    while places.last() == Some(&None) {
        places.pop();
    }
}

/// Places beyond the row's room are dropped; no list is that long.
fn push(places: &mut Vec<Option<SoftKey>, MOST>, more: &[Option<SoftKey>]) {
    for &key in more {
        let _full = places.push(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Instant;
    use crate::calls::{DialKey, Input, LineKey};
    use crate::ua::{Event, Outcome, SessionId};
    use std::vec::Vec;

    /// The keys of a phone with so many lines, one of them on hold.
    fn with_a_held_call(lines: usize) -> Vec<SoftKey> {
        let (now, session) = (Instant::ZERO, SessionId::numbered(1));
        let mut config = Config::new();
        for line in LineKey::ALL.iter().skip(lines) {
            config.set(&std::format!("Extension_{}_", line.number()), "Disabled").unwrap();
        }
        let mut calls = Calls::new();
        calls.configure(now, &config);
        let _ = calls.step(now, &mut config, Input::Line(LineKey::L1));
        let _ = calls.step(now, &mut config, Input::Dial(DialKey::new('6').unwrap()));
        let step = calls.step(now, &mut config, Input::Action(Action::Dial));
        let outcome = Outcome::Session(session);
        let _ = calls.step(now, &mut config, Input::Outcome { order: step.orders[0], outcome });
        let _ = calls.step(now, &mut config, Input::Event { event: Event::Answered(session), session: None });
        let _ = calls.step(now, &mut config, Input::Hold);
        SoftKeyRow::of(&calls, &config).offered().collect()
    }

    #[test]
    fn another_call_is_offered_only_with_a_line_for_it() {
        assert_eq!(with_a_held_call(2), [SoftKey::Resume, SoftKey::NewCall, SoftKey::Redial]);
        assert_eq!(with_a_held_call(1), [SoftKey::Resume]);
    }
}
