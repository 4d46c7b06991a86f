//! Every short sequence of keys, from every kind of situation, against the model of the phone in the test
//! bed: what is shown, heard and offered, and what is asked of the network, agree after each key.
//!
//! The keys are five in a release build and three in a slow one, unless `EXHAUSTIVE_KEYS` and
//! `EXHAUSTIVE_NEWS` say otherwise. A phone that is in every respect like one that was seen after as many
//! keys is not gone on from a second time; the sequences that lead there are counted all the same.

use core::fmt::{self, Write};
use core::hash::{Hash, Hasher};
use std::collections::HashMap;
use std::hash::DefaultHasher;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, println};

use testbed::model::{self, Back, Face, LineFace, Model, Move, Standing, State};

use super::soft_keys::SoftKeyRow;
use crate::base::Instant;
use crate::calls::{
    Action, AudioDevice, CallState, Calls, DialKey, Input, LineKey, Order, Step, Transfer, appearance,
};
use crate::config::Config;
use crate::ua::{
    self, Command, EndReason, Event, ExtensionId, Outcome, RegistrationState, SessionId, SessionView,
};

mod situations;

use situations::{codes, keys, news, situations};

/// A phone without its user agent, and the model beside it.
#[derive(Clone)]
struct Desk {
    calls: Calls,
    config: Config,
    keys: SoftKeyRow,
    now: Instant,
    model: Model,
    lifted: bool,
    sessions: u16,
    /// From one act to the next.
    pace_ms: u64,
    /// How it came here.
    path: Vec<Act>,
}

/// What a person or the network does in one go.
#[derive(Clone, Debug)]
enum Act {
    One(Move),
    /// These keys of the dial pad, one after the other.
    Keys(&'static str),
    /// So many milliseconds pass.
    Wait(u64),
    /// The handset goes where it is not.
    Handset,
    /// Our call rings at the far end, is answered, fails.
    Rings,
    Answers,
    Fails(u16),
    /// The far end of the active call, of the other one of a conference, or of the lowest that stands by
    /// hangs up.
    HangsUp,
    OtherHangsUp,
    Leaves,
    /// It puts us on hold, or takes us back.
    Holds(bool),
    /// The transfer is done, or fails.
    Transferred(bool),
}

fn key(line: usize) -> LineKey {
    LineKey::ALL[line]
}

impl Desk {
    fn new(pace_ms: u64) -> Self {
        let mut config = Config::new();
        config.set("User_ID_1_", "101").unwrap();
        config.set("Dial_Plan_1_", "(xx.)").unwrap();
        config.set("Enable_IP_Dialing_1_", "no").unwrap();
        let mut calls = Calls::new();
        calls.configure(Instant::ZERO, &config);
        let (keys, model) = (SoftKeyRow::new(), Model::new(model::Settings::default()));
        let mut desk = Self {
            calls,
            config,
            keys,
            now: Instant::ZERO,
            model,
            lifted: false,
            sessions: 0,
            pace_ms,
            path: Vec::new(),
        };
        let (extension, state) = (ExtensionId::PRIMARY, RegistrationState::Registered);
        desk.give(&Move::Registered(true), Input::Registration { extension, state });
        desk
    }

    fn after(pace_ms: u64, acts: &[Act]) -> Self {
        let mut desk = Self::new(pace_ms);
        for act in acts {
            desk.act(act);
        }
        desk
    }

    fn act(&mut self, act: &Act) {
        self.now = self.now.plus_ms(self.pace_ms);
        self.path.push(act.clone());
        match act {
            Act::One(what @ Move::Incoming { from, page }) => self.incoming(what, from, *page),
            Act::One(what) => self.person(what),
            Act::Keys(keys) => {
                for key in keys.chars() {
                    self.person(&Move::Dial(key));
                }
            }
            Act::Wait(ms) => self.wait(*ms),
            Act::Handset => {
                self.lifted = !self.lifted;
                self.person(if self.lifted { &Move::Lift } else { &Move::Cradle });
            }
            Act::Rings => {
                let event = |session| Event::Progress { session, status: 180, early_media: false };
                let what = |line| Move::Progress { line, rings: true, early: false };
                self.of_outgoing(what, Back::Rings, event);
            }
            Act::Answers => self.of_outgoing(Move::Answered, Back::Answered, Event::Answered),
            Act::Fails(status) => {
                let reason = EndReason::Failed(*status);
                let end = |session| Event::Ended { session, reason };
                let what = |line| Move::Ended(line, Some(*status));
                self.of_outgoing(what, Back::Failed(Some(*status)), end);
            }
            Act::HangsUp => {
                let line = self.model.active().filter(|line| self.model.state(*line) == State::Connected);
                self.ends(line);
            }
            Act::OtherHangsUp => {
                let other = |line: &usize| self.model.is_conferenced(*line);
                self.ends((0..4).rev().find(other));
            }
            Act::Leaves => {
                let stands = |state| (0..4).find(|line| self.model.state(*line) == state);
                self.ends(stands(State::Ringing).or_else(|| stands(State::Held)));
            }
            Act::Holds(held) => {
                let line = self.model.active().filter(|line| self.model.state(*line) == State::Connected);
                self.of(line, |line| Move::HeldByPeer(line, *held), Event::Media);
            }
            Act::Transferred(done) => {
                let sent = (0..4).find(|line| self.model.sent_to(*line).is_some());
                let status = if *done { 200 } else { 486 };
                let event = |session| Event::Transferred { session, status };
                self.of(sent, |line| Move::Transferred(line, *done), event);
            }
        }
    }

    fn wait(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        while self.now < end {
            self.now = self.calls.deadline().map_or(end, |due| due.min(end));
            self.give(&Move::Time, Input::Timeout);
            assert!(self.calls.deadline().is_none_or(|due| due > self.now), "a deadline stays");
        }
    }

    /// A call of ours is under way on a line, or for somebody who is called back.
    fn of_outgoing(&mut self, what: impl Fn(usize) -> Move, news: Back, event: impl Fn(SessionId) -> Event) {
        let under_way = |line: &usize| {
            let called_back = self.model.is_called_back(*line) && news != Back::Rings;
            matches!(self.model.state(*line), State::Calling | State::Proceeding) || called_back
        };
        match ((0..4).find(under_way), self.calls.call_back_order().session()) {
            (None, Some(session)) => {
                let stands = matches!(self.model.call_back(), Standing::Calls | Standing::Rings);
                assert!(stands, "an attempt, after {:?}", self.path);
                self.give(&Move::Back(news), Input::Event { event: event(session), session: None });
            }
            (line, _) => self.of(line, what, event),
        }
    }

    fn ends(&mut self, line: Option<usize>) {
        self.of(
            line,
            |line| Move::Ended(line, None),
            |session| Event::Ended { session, reason: EndReason::Remote },
        );
    }

    fn of(&mut self, line: Option<usize>, what: impl Fn(usize) -> Move, event: impl Fn(SessionId) -> Event) {
        let Some(line) = line else { return };
        let session = self.calls.line(key(line)).session().expect("a call has its session");
        let (what, event) = (what(line), event(session));
        let over = matches!(event, Event::Ended { .. });
        let held = matches!(what, Move::HeldByPeer(_, true));
        let incoming = self.calls.line(key(line)).appearance().is_incoming();
        let peer = self.calls.line(key(line)).party().number.clone();
        let view = (!over).then(|| view(incoming, &peer, held));
        self.give(&what, Input::Event { event, session: view });
    }

    fn incoming(&mut self, what: &Move, from: &str, page: bool) {
        let session = self.new_session();
        let answer_after_s = page.then_some(0);
        let view = SessionView { answer_after_s, ..view(true, from, false) };
        let event = Event::Incoming(session);
        self.give(what, Input::Event { event, session: Some(view) });
    }

    /// A name that no other session has had: one that comes back would be another call's.
    fn new_session(&mut self) -> SessionId {
        self.sessions = self.sessions.checked_add(1).unwrap();
        SessionId::numbered(self.sessions)
    }

    fn person(&mut self, what: &Move) {
        let input = match what {
            Move::Line(line) => Input::Line(key(*line)),
            Move::Speaker => Input::Device(AudioDevice::Speaker),
            Move::Headset => Input::Device(AudioDevice::Headset),
            Move::Lift => Input::Handset(true),
            Move::Cradle => Input::Handset(false),
            Move::Hold => Input::Hold,
            Move::Mute => Input::Mute,
            Move::Dial(symbol) => Input::Dial(DialKey::new(*symbol).unwrap()),
            Move::Redial => Input::Action(Action::Redial),
            Move::Soft(label) => {
                let pressed = self.keys.offered().find(|key| key.label() == label);
                Input::Action(pressed.expect("an offered soft key").action())
            }
            Move::Volume
            | Move::Time
            | Move::Incoming { .. }
            | Move::Progress { .. }
            | Move::Answered(_)
            | Move::Ended(..)
            | Move::HeldByPeer(..)
            | Move::StillHeld(_)
            | Move::Refused(_)
            | Move::Back(_)
            | Move::Transferred(..)
            | Move::Followed(_)
            | Move::Replaced(_)
            | Move::Registered(_)
            | Move::Messages(_) => panic!("{what:?} is not done by a person at calls"),
        };
        self.give(what, input);
    }

    /// Gives one input to both, and compares them.
    fn give(&mut self, what: &Move, input: Input<'_>) {
        self.model.step(self.now.as_millis(), what);
        let mut wishes = Vec::new();
        let step = self.calls.step(self.now, &mut self.config, input);
        self.carry_out(&step, &mut wishes);
        self.keys.update(&self.calls, &self.config);
        assert_eq!(wishes, self.model.wishes(), "asked of the network at {what:?}, after {:?}", self.path);
        assert_eq!(self.face(), self.model.face(), "phone and model at {what:?}, after {:?}", self.path);
    }

    fn carry_out(&mut self, step: &Step, wishes: &mut Vec<String>) {
        for order in &step.orders {
            let Some(command) = self.calls.command(&self.config, order) else { continue };
            wishes.extend(self.told(order, &command));
            let outcome = if let Command::Invite(_) | Command::Page(_) = command {
                Outcome::Session(self.new_session())
            } else {
                Outcome::Done
            };
            let step = self.calls.step(self.now, &mut self.config, Input::Outcome { order: *order, outcome });
            self.carry_out(&step, wishes);
        }
    }

    /// An order in the words of the model.
    fn told(&self, order: &Order, command: &Command<'_>) -> Option<String> {
        let what = match *command {
            Command::Invite(invite) if order.wish == appearance::Order::CallBack => {
                format!("call back {}", invite.target)
            }
            Command::Invite(invite) => format!("invite {}", invite.target),
            Command::Page(invite) => format!("page {}", invite.target),
            Command::Ring(_) => "ring".into(),
            Command::Answer(_) => "answer".into(),
            Command::Hold(_) => "hold".into(),
            Command::Resume(_) => "resume".into(),
            Command::End(_) => "end".into(),
            Command::Refuse { status, contact: None, .. } => format!("refuse {status}"),
            Command::Refuse { status, contact: Some(to), .. } => format!("refuse {status} {to}"),
            Command::Transfer { target, .. } => format!("refer {target}"),
            Command::TransferTo { other, .. } => {
                let to = LineKey::ALL.iter().find(|key| self.calls.line(**key).session() == Some(other));
                format!("refer to L{}", to.unwrap().number())
            }
            Command::TransferInto { .. }
            | Command::SendDigit { .. }
            | Command::HoldPrivately(_)
            | Command::Appear { .. }
            | Command::Register(_)
            | Command::Unregister(_)
            | Command::Subscribe { .. }
            | Command::Unsubscribe { .. }
            | Command::Listen { .. }
            | Command::Ask { .. }
            | Command::Reply { .. } => return None,
        };
        Some(match order.line {
            Some(line) => format!("L{} {what}", line.number()),
            None => what,
        })
    }

    /// What the phone shows, in the words of the model.
    fn face(&self) -> Face {
        let calls = &self.calls;
        let lines = LineKey::ALL.map(|key| {
            let line = calls.line(key);
            let (state, lamp) = (state(line.state()), line.lamp());
            let dialing = state == State::Dialing;
            let lit = if state == State::Idle && calls.call_back_order().line() != Some(key) {
                ""
            } else {
                LAMPS
                    .into_iter()
                    .find(|lit| *lit == format!("{} {}", lamp.colour.name(), lamp.pattern.name()))
                    .unwrap()
            };
            let number = if dialing { line.dialled() } else { &line.party().number };
            LineFace {
                state,
                lamp: lit,
                number: number.to_string(),
                held_by_peer: line.appearance().is_held_by_peer(),
                conferenced: calls.is_conferenced(key),
                remark: match line.transfer() {
                    Transfer::None => "",
                    Transfer::Asked => "Transferring",
                    Transfer::Failed => "Transfer failed",
                },
            }
        });
        Face {
            lines,
            device: calls.path().selected().map(|device| match device {
                AudioDevice::Handset => model::Device::Handset,
                AudioDevice::Speaker => model::Device::Speaker,
                AudioDevice::Headset => model::Device::Headset,
            }),
            muted: calls.path().is_muted(),
            tone: calls.tone().map(|(tone, _)| tone.name()),
            rings: calls.ring().is_some(),
            soft_keys: self.keys.offered().map(|key| key.label()).collect(),
            typed: calls.on_hook_number().to_string(),
        }
    }

    /// All that the phone and the model know.
    fn print(&self) -> u64 {
        let mut print = Print { hasher: DefaultHasher::new(), deaf: false };
        write!(print, "{:?}", self.calls).unwrap();
        (self.now.as_millis(), &self.model, self.lifted, self.sessions).hash(&mut print.hasher);
        print.hasher.finish()
    }

    /// What can be done here.
    fn acts(&self, others: &[Act]) -> Vec<Act> {
        let soft = self.keys.offered().map(|key| Act::One(Move::Soft(key.label().into())));
        others.iter().cloned().chain(soft).collect()
    }
}

/// A hash of what is written, but for how many calls there have been.
struct Print {
    hasher: DefaultHasher,
    deaf: bool,
}

impl Write for Print {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.deaf = matches!(text, "serial" | "serials") || (self.deaf && text != ", ");
        if !self.deaf {
            self.hasher.write(text.as_bytes());
        }
        Ok(())
    }
}

const LAMPS: [&str; 4] = ["red steady", "red fast", "red slow", "green slow"];

fn state(state: CallState) -> State {
    match state {
        CallState::Disabled => State::Disabled,
        CallState::Idle => State::Idle,
        CallState::Dialing => State::Dialing,
        CallState::Calling => State::Calling,
        CallState::Proceeding => State::Proceeding,
        CallState::Ringing => State::Ringing,
        CallState::Connected => State::Connected,
        CallState::Held => State::Held,
        CallState::Invalid => State::Invalid,
        CallState::Busy => panic!("no line is shared"),
    }
}

fn view(incoming: bool, from: &str, held_by_peer: bool) -> SessionView<'_> {
    SessionView {
        extension: ExtensionId::PRIMARY,
        incoming,
        peer_name: "",
        peer_number: from,
        anonymous: from.is_empty(),
        diverted_by: "",
        alert: "",
        answer_after_s: None,
        appearance: None,
        on_hold: false,
        media: Some(ua::SessionMedia {
            local_port: 10_000,
            remote: ([192, 0, 2, 1], 4_000).into(),
            codec: crate::sdp::Codec::Pcmu,
            payload_type: 0,
            packet_ms: 20,
            dtmf_payload_type: None,
            receive_dtmf_payload_type: None,
            send: true,
            receive: true,
            held_by_peer,
            protected: false,
        }),
    }
}

/// Walks through all sequences, and remembers what it has seen.
struct Walk {
    others: Vec<Act>,
    /// How many sequences of a length there are from a place.
    known: HashMap<(u64, usize), u64>,
    acts: u64,
}

impl Walk {
    fn new(others: Vec<Act>) -> Self {
        Self { others, known: HashMap::new(), acts: 0 }
    }

    /// All sequences of so many acts from here; how many there are.
    fn from(&mut self, desk: &Desk, length: usize) -> u64 {
        let Some(rest) = length.checked_sub(1) else { return 1 };
        let place = (if rest == 0 { 0 } else { desk.print() }, length);
        if let Some(sequences) = self.known.get(&place).filter(|_| rest > 0) {
            return *sequences;
        }
        let mut sequences = 0u64;
        for act in desk.acts(&self.others) {
            let mut after = desk.clone();
            after.act(&act);
            self.acts = self.acts.saturating_add(1);
            sequences = sequences.saturating_add(self.from(&after, rest));
        }
        self.known.insert(place, sequences);
        sequences
    }

    /// All sequences from all situations.
    fn everywhere(&mut self, pace_ms: u64, length: usize) -> u64 {
        let mut total = 0u64;
        for (name, acts) in situations() {
            let found = self.from(&Desk::after(pace_ms, &acts), length);
            println!("{name}: {found} sequences");
            total = total.saturating_add(found);
        }
        println!("{total} sequences of {length}, {} acts that differ", self.acts);
        total
    }
}

/// A length from the environment, for who has more time.
fn length(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn every_sequence_of_keys_agrees_with_the_model() {
    // In one moment, so that all ways to a place lead to the same one.
    let sequences = Walk::new(keys())
        .everywhere(0, length("EXHAUSTIVE_KEYS", if cfg!(debug_assertions) { 3 } else { 5 }));
    assert!(sequences > 70_000, "{sequences}");
}

#[test]
fn every_short_sequence_of_keys_codes_and_news_agrees_with_the_model() {
    let others = [keys(), news(), codes()].concat();
    let sequences = Walk::new(others)
        .everywhere(100, length("EXHAUSTIVE_NEWS", if cfg!(debug_assertions) { 2 } else { 3 }));
    assert!(sequences > 20_000, "{sequences}");
}
