//! The four soft keys under the display: which labels they bear, and what more there is to the left and
//! right.

use heapless::Vec;

use super::Key;
use crate::calls::{Action, CallState, Calls, ServiceKey};
use crate::config::Config;

/// Places of one list, four to a page.
pub const MOST: usize = 12;
const PAGE: usize = 4;

/// The keys of all pages.
type Places = Vec<Option<SoftKey>, MOST>;

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
    /// Park the conversation at a number.
    Park,
    /// Begin a conference, or make it.
    Conference,
    /// Bring a held call into the conversation.
    ConferenceHeld,
    /// Leave the conference to the others.
    Join,
    /// What a code does, too.
    Service(ServiceKey),
}

/// The soft keys as they are now. A place without a key stays blank.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SoftKeyRow {
    places: Places,
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
            Self::Park => "park",
            Self::Conference => "conf",
            Self::ConferenceHeld => "confLx",
            Self::Join => "join",
            Self::Service(ServiceKey::Forward) => "cfwd",
            Self::Service(ServiceKey::DoNotDisturb) => "dnd",
            Self::Service(ServiceKey::CallReturn) => "lcr",
            Self::Service(ServiceKey::Pickup) => "pickup",
            Self::Service(ServiceKey::GroupPickup) => "gpickup",
            Self::Service(ServiceKey::Unpark) => "unpark",
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
            Self::Park => Action::Park,
            Self::Conference => Action::Conference,
            Self::ConferenceHeld => Action::ConferenceHeld,
            Self::Join => Action::Join,
            Self::Service(key) => Action::Serve(key),
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
            Some(CallState::Dialing) => {
                keep(&mut places, redial);
                serve(&mut places, calls, config, OFF_HOOK);
            }
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
            | None => at_rest(&mut places, calls, config, redial),
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

/// Services of a phone that nobody uses, of a line with dial tone, and beside a call on hold.
const IDLE: &[ServiceKey] = &[
    ServiceKey::Forward,
    ServiceKey::DoNotDisturb,
    ServiceKey::CallReturn,
    ServiceKey::Pickup,
    ServiceKey::GroupPickup,
    ServiceKey::Unpark,
];
const OFF_HOOK: &[ServiceKey] = &[
    ServiceKey::Forward,
    ServiceKey::DoNotDisturb,
    ServiceKey::CallReturn,
    ServiceKey::Unpark,
    ServiceKey::Pickup,
    ServiceKey::GroupPickup,
];
const HELD: &[ServiceKey] = &[ServiceKey::Forward, ServiceKey::DoNotDisturb];

/// No call is active. While the phone rings, the display is the caller's.
fn at_rest(places: &mut Places, calls: &Calls, config: &Config, redial: Option<SoftKey>) {
    if !calls.on_hook_number().is_empty() {
        return push(places, DIALING);
    }
    if calls.lowest(CallState::Ringing).is_some() {
        return;
    }
    // Another call needs a line for it.
    let free = calls.lowest(CallState::Idle).is_some();
    let redial = redial.filter(|_| free);
    if calls.lowest(CallState::Held).is_some() {
        // A call on hold cannot be ended: no `endcall` in the second place.
        push(places, &[Some(SoftKey::Resume), None, free.then_some(SoftKey::NewCall)]);
        keep(places, redial);
        serve(places, calls, config, HELD);
        trim(places);
    } else {
        keep(places, redial);
        serve(places, calls, config, IDLE);
    }
}

/// The services of a list that do something now.
fn serve(places: &mut Places, calls: &Calls, config: &Config, services: &[ServiceKey]) {
    for key in services.iter().filter(|key| calls.can_serve(config, **key)) {
        push(places, &[Some(SoftKey::Service(*key))]);
    }
}

/// A key that has no place of its own, if it is there.
fn keep(places: &mut Places, key: Option<SoftKey>) {
    if key.is_some() {
        push(places, &[key]);
    }
}

/// `conf` in the third place, `xfer` in the fourth, the others on the next page.
fn more_parties(places: &mut Places, calls: &Calls, config: &Config) {
    let placed =
        [(calls.can_confer(config), SoftKey::Conference), (calls.can_transfer(config), SoftKey::Transfer)];
    let further = [
        (calls.can_transfer_blind(config), SoftKey::TransferBlind),
        (calls.can_confer_held(config), SoftKey::ConferenceHeld),
        (calls.can_transfer_held(config), SoftKey::TransferHeld),
        (calls.can_park(config), SoftKey::Park),
    ];
    push(places, &placed.map(|(offered, key)| offered.then_some(key)));
    for (_, key) in further.iter().filter(|(offered, _)| *offered) {
        push(places, &[Some(*key)]);
    }
    trim(places);
}

/// Blank places at the end are none.
fn trim(places: &mut Places) {
    while places.last() == Some(&None) {
        places.pop();
    }
}

/// Places beyond the row's room are dropped; no list is that long.
fn push(places: &mut Places, more: &[Option<SoftKey>]) {
    for &key in more {
        let _full = places.push(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Instant;
    use crate::calls::{DialKey, Input, LineKey};
    use crate::ua::{Event, ExtensionId, Outcome, RegistrationState, SessionId, SessionView};
    use std::string::String;
    use std::vec::Vec;

    /// A phone of one extension, and what a person and the network do there.
    struct Desk {
        calls: Calls,
        config: Config,
    }

    impl Desk {
        /// With so many line keys.
        fn new(lines: usize) -> Self {
            let mut config = Config::new();
            for line in LineKey::ALL.iter().skip(lines) {
                config.set(&std::format!("Extension_{}_", line.number()), "Disabled").unwrap();
            }
            let mut calls = Calls::new();
            calls.configure(Instant::ZERO, &config);
            let mut desk = Self { calls, config };
            let (extension, state) = (ExtensionId::PRIMARY, RegistrationState::Registered);
            desk.give(Input::Registration { extension, state });
            desk
        }

        fn give(&mut self, input: Input<'_>) {
            let step = self.calls.step(Instant::ZERO, &mut self.config, input);
            for order in step.orders {
                let outcome = match self.calls.command(&self.config, &order) {
                    Some(crate::ua::Command::Invite(_)) => Outcome::Session(SessionId::numbered(1)),
                    Some(_) | None => Outcome::Done,
                };
                self.give(Input::Outcome { order, outcome });
            }
        }

        fn dial(&mut self, digits: &str) {
            for key in digits.chars().filter_map(DialKey::new) {
                self.give(Input::Dial(key));
            }
        }

        /// A call on the first line.
        fn call(&mut self) {
            self.give(Input::Line(LineKey::L1));
            self.dial("600#");
            let event = Event::Answered(SessionId::numbered(1));
            self.give(Input::Event { event, session: None });
        }

        fn caller(&mut self, number: &str) {
            let session = SessionView {
                extension: ExtensionId::PRIMARY,
                incoming: true,
                peer_name: "",
                peer_number: number,
                anonymous: number.is_empty(),
                diverted_by: "",
                alert: "",
                answer_after_s: None,
                appearance: None,
                on_hold: false,
                media: None,
            };
            let event = Event::Incoming(SessionId::numbered(2));
            self.give(Input::Event { event, session: Some(session) });
        }

        /// The labels of all places, pages divided by a line.
        fn row(&self) -> String {
            let row = SoftKeyRow::of(&self.calls, &self.config);
            let pages = row.places.chunks(PAGE).map(|page| {
                let labels = page.iter().map(|key| key.map_or("-", SoftKey::label));
                labels.collect::<Vec<_>>().join(" ")
            });
            pages.collect::<Vec<_>>().join(" | ")
        }

        fn set(&mut self, tag: &str, value: &str) {
            self.config.set(tag, value).unwrap();
            self.calls.configure(Instant::ZERO, &self.config);
        }
    }

    #[test]
    fn the_keys_of_each_state_in_their_order() {
        let mut desk = Desk::new(4);
        assert_eq!(desk.row(), "cfwd dnd pickup gpickup | unpark");
        desk.caller("102");
        assert_eq!(desk.row(), "answer ignore");
        desk.give(Input::Action(Action::Ignore));
        assert_eq!(desk.row(), "cfwd dnd lcr pickup | gpickup unpark");
        desk.dial("6");
        assert_eq!(desk.row(), "- dial delchr cancel");
        desk.give(Input::Action(Action::Cancel));
        desk.give(Input::Line(LineKey::L1));
        assert_eq!(desk.row(), "cfwd dnd lcr unpark | pickup gpickup");
        desk.dial("6");
        assert_eq!(desk.row(), "- dial delchr cancel");
        desk.dial("#");
        assert_eq!(desk.row(), "- endcall");
        desk.give(Input::Action(Action::End));
        assert_eq!(desk.row(), "redial cfwd dnd lcr | pickup gpickup unpark");
        desk.call();
        assert_eq!(desk.row(), "hold endcall conf xfer | bxfer park");
        desk.caller("102");
        assert_eq!(desk.row(), "answer ignore hold endcall | conf xfer bxfer park");
        desk.give(Input::Action(Action::Ignore));
        desk.give(Input::Action(Action::Transfer));
        assert_eq!(desk.row(), "redial cfwd dnd lcr | unpark pickup gpickup");
        desk.give(Input::Action(Action::Cancel));
        assert_eq!(desk.row(), "resume - newcall redial | cfwd dnd");
        desk.give(Input::Action(Action::Serve(ServiceKey::Unpark)));
        assert_eq!(desk.row(), "redial", "no service where a number for one is asked for");
    }

    #[test]
    fn a_service_that_the_phone_does_not_offer_has_no_key() {
        let idle = |tag, value| {
            let mut desk = Desk::new(4);
            desk.set(tag, value);
            desk.row()
        };
        assert_eq!(idle("Cfwd_All_Serv", "no"), "dnd pickup gpickup unpark");
        assert_eq!(idle("DND_Serv", "no"), "cfwd pickup gpickup unpark");
        for (tag, value) in [("Call_Pick_Up_Serv", "no"), ("Call_Pickup_Code", "\"\"")] {
            assert_eq!(idle(tag, value), "cfwd dnd gpickup unpark", "{tag}");
        }
        for (tag, value) in [("Group_Call_Pick_Up_Serv", "no"), ("Group_Call_Pickup_Code", "\"\"")] {
            assert_eq!(idle(tag, value), "cfwd dnd pickup unpark", "{tag}");
        }
        for (tag, value) in [("Call_Park_Serv", "no"), ("Call_UnPark_Code", "\"\"")] {
            assert_eq!(idle(tag, value), "cfwd dnd pickup gpickup", "{tag}");
        }
        for (tag, value) in [("Call_Park_Serv", "no"), ("Call_Park_Code", "\"\"")] {
            let mut desk = Desk::new(4);
            desk.set(tag, value);
            desk.call();
            assert_eq!(desk.row(), "hold endcall conf xfer | bxfer", "{tag}");
        }
    }

    #[test]
    fn what_needs_a_line_is_offered_only_with_one() {
        let mut desk = Desk::new(1);
        desk.call();
        assert_eq!(desk.row(), "hold endcall", "no line for another call");
        desk.give(Input::Hold);
        assert_eq!(desk.row(), "resume - - dnd", "and none that asks where calls shall go");
        desk.set("Cfwd_All_Dest", "700");
        assert_eq!(desk.row(), "resume - - cfwd | dnd", "they can come again without");
        let mut none = Desk::new(0);
        none.set("DND_Serv", "no");
        assert_eq!(none.row(), "");
    }
}
