//! A phone with the model of it beside: after each input both show the same.
//!
//! What a person does moves the model by itself. What the network does is read off the phone, line by line,
//! and has to have a cause: a message moves only the call that it belongs to, and in the way that such a
//! message can; some messages (an answer, a hang-up, a new call) leave no choice.

use crate::message::{Message, What};
use crate::rules;
use deskphone::base::{Instant, Rng};
use deskphone::calls::Transfer;
use deskphone::limits;
use deskphone::phone::{
    AudioDevice, AudioPlan, CallState, Colour, Hook, Input, Key, LineKey, LineView, Output, Phone, View,
};
use deskphone::ua::RegistrationState;
use std::collections::HashSet;
use std::fmt;
use testbed::model::{Device, Face, LineFace, Model, Move, Settings, State};
use testbed::world::{Levels, Station};

/// A phone that is watched.
pub(crate) struct Watched {
    phone: Phone,
    model: Model,
    /// Whether the model knows all that this phone can do.
    is_modelled: bool,
    /// The Call-IDs of each line's call, the latest last.
    calls: [Vec<String>; 4],
    /// Lines whose INVITE has not left yet.
    begun: Vec<usize>,
    /// The line whose call the last message sends elsewhere.
    referred: Option<usize>,
    /// The Call-IDs of all INVITEs that came, and of all that left.
    came: HashSet<String>,
    left: HashSet<String>,
    /// Those of calls that the user agent turned away by itself: it may forget them.
    turned_away: HashSet<String>,
}

/// Why a phone was stepped.
#[derive(Debug)]
enum Cause<'a> {
    Person(Move),
    Message(&'a Message),
    Time,
    /// What the host says of the network.
    Other,
}

impl Watched {
    /// What the model's settings are; nothing: the phone has features that the model does not know.
    pub(crate) fn new(phone: Phone, settings: Option<Settings>) -> Self {
        let is_modelled = settings.is_some();
        let model = Model::new(settings.unwrap_or_default());
        let (calls, begun, referred) = ([const { Vec::new() }; 4], Vec::new(), None);
        let (came, left, turned_away) = (HashSet::new(), HashSet::new(), HashSet::new());
        Self { phone, model, is_modelled, calls, begun, referred, came, left, turned_away }
    }

    pub(crate) fn view(&self) -> View<'_> {
        self.phone.view()
    }

    /// Power off and on: the settings stay.
    pub(crate) fn restarted(&self, now: Instant) -> Self {
        let mut image = vec![0; 16_384];
        let saved = self.phone.config().save(1, &mut image);
        assert!(saved.is_ok(), "the settings fit into 16 kB");
        let mut phone = Phone::new();
        let restored = phone.restore(now, &[&image]);
        assert_eq!((restored.slot, restored.left_out), (Some(0), 0), "the settings come back");
        Self::new(phone, self.is_modelled.then(|| self.model.settings.clone()))
    }

    /// The model follows, and then both are the same.
    fn follow(&mut self, now: Instant, cause: &Cause<'_>) {
        rules::check(&self.phone, now);
        if !self.is_modelled {
            return;
        }
        let before = [0, 1, 2, 3].map(|line| self.model.state(line));
        match cause {
            Cause::Person(what) => self.tell(now, what),
            Cause::Message(message) => self.expect(now, message),
            Cause::Time => self.tell(now, &Move::Time),
            Cause::Other => {}
        }
        self.registered(now);
        for line in 0..4 {
            self.explain_transfer(now, line, cause);
        }
        for line in 0..4 {
            self.explain(now, line, cause);
        }
        for (line, before) in before.into_iter().enumerate() {
            self.keep_names(line, before, cause);
        }
        let (seen, told) = (self.face(now), self.model.face());
        assert_eq!(seen, told, "the phone, and the model, at {cause:?} {}", self.phone.view().lines[0].label);
    }

    fn tell(&mut self, now: Instant, what: &Move) {
        self.model.step(now.as_millis(), what);
        for line in 0..4 {
            let calls = |wish: &String| {
                let what = wish.strip_prefix(&format!("L{} ", line + 1));
                what.is_some_and(|what| what.starts_with("invite") || what.starts_with("page"))
            };
            if self.model.wishes().iter().any(calls) {
                self.calls[line].clear();
                self.begun.push(line);
            }
        }
    }

    fn registered(&mut self, now: Instant) {
        let view = self.phone.view();
        let registered = view.registrations[0].state == RegistrationState::Registered;
        let waits = view.message_lamp.colour != Colour::Off;
        let rings = view.lines.iter().any(|line| line.state == CallState::Ringing);
        self.tell(now, &Move::Registered(registered));
        if !rings {
            self.tell(now, &Move::Messages(waits));
        }
    }

    /// What a message leaves no choice about.
    fn expect(&mut self, now: Instant, message: &Message) {
        let known = self.came.contains(&message.call_id);
        // Who calls himself has two lines with the same Call-ID.
        let fits = |line: &usize| match message.what {
            What::Progress { .. } | What::Success => {
                matches!(self.model.state(*line), State::Calling | State::Proceeding)
            }
            What::Cancel => self.model.state(*line) == State::Ringing,
            // A far end whose answer was lost may hang up before we know that it answered.
            What::Bye => !matches!(self.model.state(*line), State::Calling | State::Proceeding),
            What::Invite { .. } | What::Failure(_) | What::Refer | What::Other => true,
        };
        let line = match self.lines_of(message).into_iter().filter(fits).collect::<Vec<_>>()[..] {
            [line] => Some(line),
            _ => None,
        };
        let latest = line.is_some_and(|line| self.calls[line].last() == Some(&message.call_id));
        self.referred = line.filter(|_| message.what == What::Refer);
        match (&message.what, line.filter(|_| latest)) {
            (What::Invite { replaces: None, from, page }, _) if !known => {
                let mut after = self.model.clone();
                let what = Move::Incoming { from: from.clone(), page: *page };
                after.step(now.as_millis(), &what);
                // A phone that is not registered takes no calls, and one that has no room for another session
                // says so by itself.
                let refused = after.wishes().iter().any(|wish| wish.starts_with("refuse"));
                let full = self.phone.user_agent().load().0 >= limits::SESSIONS;
                let registered = self.phone.view().registrations[0].state == RegistrationState::Registered;
                let before = self.turned_away.contains(&message.call_id);
                if (before || !registered || (full && !refused)) && !self.rings_anew() {
                    self.turned_away.insert(message.call_id.clone());
                    return;
                }
                self.tell(now, &what);
            }
            (What::Progress { rings, early }, Some(line)) => {
                let (rings, early) = (*rings, *early);
                self.tell(now, &Move::Progress { line, rings, early });
            }
            (What::Success, Some(line)) => self.tell(now, &Move::Answered(line)),
            (What::Bye | What::Cancel, Some(line)) => self.tell(now, &Move::Ended(line, None)),
            _ => {}
        }
        if let What::Invite { .. } = message.what {
            self.came.insert(message.call_id.clone());
        }
    }

    fn rings_anew(&self) -> bool {
        let lines = self.phone.view().lines;
        let came = |state| matches!(state, CallState::Ringing | CallState::Connected);
        (0..4).any(|line| came(lines[line].state) && self.model.state(line) == State::Idle)
    }

    fn lines_of(&self, message: &Message) -> Vec<usize> {
        (0..4).filter(|line| self.calls[*line].contains(&message.call_id)).collect()
    }

    /// What came of a transfer: it failed, or both calls are gone at once. A far end that leaves by itself
    /// ends its own call only.
    fn explain_transfer(&mut self, now: Instant, line: usize, cause: &Cause<'_>) {
        let Some(other) = self.model.sent_to(line) else { return };
        let lines = self.phone.view().lines;
        let mut calls = [Some(line), other].into_iter().flatten().map(|line| lines[line]);
        let failed =
            calls.clone().any(|line| line.transfer == Transfer::Failed || line.state == CallState::Invalid);
        let gone = calls.all(|line| line.state == CallState::Idle);
        if failed || gone {
            let what = Move::Transferred(line, !failed);
            self.justify(line, &what, cause);
            self.tell(now, &what);
        }
    }

    /// What happened to a line that the model has not foreseen, and whether it may have.
    fn explain(&mut self, now: Instant, line: usize, cause: &Cause<'_>) {
        let view = self.phone.view().lines[line];
        let [there, told] = [state(view.state), self.model.state(line)];
        let what = match (told, there) {
            _ if told == there => None,
            (State::Idle, State::Ringing) => {
                Some(Move::Incoming { from: view.number.to_owned(), page: false })
            }
            (State::Calling, State::Proceeding) => Some(Move::Progress { line, rings: false, early: false }),
            (State::Calling | State::Proceeding, State::Connected) => Some(Move::Replaced(line)),
            (State::Calling | State::Proceeding, State::Invalid) => Some(Move::Ended(line, status(cause))),
            (State::Connected, State::Calling) => Some(Move::Followed(line)),
            (State::Connected, State::Held) => Some(Move::StillHeld(line)),
            (State::Proceeding, State::Idle) => Some(Move::Ended(line, status(cause))),
            (State::Connected, State::Invalid)
            | (State::Ringing | State::Held | State::Connected | State::Calling, State::Idle) => {
                Some(Move::Ended(line, None))
            }
            _ => panic!(
                "line {}: {there:?}, and {told:?} in the model, at {cause:?} {now:?} {:?}: {self:?}",
                line + 1,
                self.phone.deadline()
            ),
        };
        let held = view.held_by_peer;
        if let Some(what) = what {
            self.justify(line, &what, cause);
            self.tell(now, &what);
        }
        if held != self.model.face().lines[line].held_by_peer {
            let what = Move::HeldByPeer(line, held);
            self.justify(line, &what, cause);
            self.tell(now, &what);
        }
    }

    /// Nothing happens without a cause.
    fn justify(&self, line: usize, what: &Move, cause: &Cause<'_>) {
        let (sessions, transactions) = self.phone.user_agent().load();
        let full = sessions >= limits::SESSIONS || transactions >= limits::CLIENT_TRANSACTIONS;
        let registered = self.phone.view().registrations[0].state == RegistrationState::Registered;
        let refused = matches!(what, Move::Ended(..)) && (full || !registered);
        // Whoever resumes a call that was sent elsewhere meanwhile waits for its new far end.
        let waits = matches!(what, Move::Followed(_)) && self.calls[line].len() > 1;
        let fair = match cause {
            // The far end has not acknowledged our answer yet: it can be sent nowhere.
            Cause::Person(_) => refused || waits || matches!(what, Move::Transferred(_, false)),
            Cause::Time | Cause::Other => {
                !matches!(what, Move::Progress { .. } | Move::Incoming { .. } | Move::Followed(_))
            }
            Cause::Message(message) => {
                let its_own = self.calls[line].contains(&message.call_id);
                let partner = matches!(what, Move::Transferred(..));
                let replaces = matches!(message.what, What::Invite { replaces: Some(_), .. });
                if matches!(what, Move::Progress { .. }) {
                    its_own && matches!(message.what, What::Progress { .. })
                } else {
                    !matches!(what, Move::Incoming { .. }) && (its_own || partner || replaces)
                }
            }
        };
        assert!(fair, "line {}: {what:?} without a cause: {cause:?}, {self:?}", line + 1);
    }

    /// Which Call-IDs belong to a line.
    fn keep_names(&mut self, line: usize, before: State, cause: &Cause<'_>) {
        let now = self.model.state(line);
        let view = self.phone.view().lines[line];
        let mut own = false;
        if let Cause::Message(message) = cause {
            // A page is answered in the same moment.
            let rings = before == State::Idle && matches!(now, State::Ringing | State::Connected);
            let talks = matches!(now, State::Connected | State::Held);
            let replaced = talks && self.replaced_by(message) == Some(line);
            if rings || (replaced && self.lines_of(message).is_empty()) {
                if rings {
                    self.calls[line].clear();
                }
                self.calls[line].push(message.call_id.clone());
            }
            own = self.calls[line].contains(&message.call_id);
        }
        if before == State::Connected && now == State::Calling {
            self.begun.push(line);
        }
        if matches!(now, State::Idle | State::Invalid | State::Dialing) {
            self.calls[line].clear();
            self.begun.retain(|begun| *begun != line);
        } else if own {
            // Who the far end is may change with its messages, and is not the model's affair.
            self.model.meet(line, view.number);
        }
    }

    /// The line whose call an INVITE takes the place of. Who called himself has two with that name: then it
    /// is the one that shows somebody else now.
    fn replaced_by(&self, message: &Message) -> Option<usize> {
        let What::Invite { replaces: Some(call_id), .. } = &message.what else { return None };
        let (lines, told) = (self.phone.view().lines, self.model.face().lines);
        let named = || (0..4).filter(|line| self.calls[*line].contains(call_id));
        named().find(|line| lines[*line].number != told[*line].number).or_else(|| named().next())
    }

    fn face(&self, now: Instant) -> Face {
        let view = self.phone.view();
        let display = view.display(now);
        let typed = display.rows().find_map(|row| row.strip_prefix("Dial: ")?.strip_suffix('_'));
        Face {
            lines: view.lines.map(|line| line_face(&line)),
            device: view.device.map(|device| match device {
                AudioDevice::Handset => Device::Handset,
                AudioDevice::Speaker => Device::Speaker,
                AudioDevice::Headset => Device::Headset,
            }),
            muted: view.muted,
            tone: view.tone.map(deskphone::phone::Tone::name),
            rings: view.ring.is_some(),
            soft_keys: view.soft_keys.offered().map(|key| key.label()).collect(),
            typed: typed.unwrap_or_default().to_owned(),
        }
    }

    /// What a key means now.
    fn meaning(&self, key: Key) -> Option<Move> {
        let shown = self.phone.view().soft_keys.shown();
        let soft = |place: usize| shown[place].map(|key| Move::Soft(key.label().to_owned()));
        match key {
            Key::Line(line) => Some(Move::Line(LineKey::index(line))),
            Key::Dial(key) => Some(Move::Dial(key.symbol())),
            Key::Hold => Some(Move::Hold),
            Key::Speaker => Some(Move::Speaker),
            Key::Headset => Some(Move::Headset),
            Key::Mute => Some(Move::Mute),
            Key::Redial => Some(Move::Redial),
            Key::VolumeUp | Key::VolumeDown => Some(Move::Volume),
            Key::Soft1 => soft(0),
            Key::Soft2 => soft(1),
            Key::Soft3 => soft(2),
            Key::Soft4 => soft(3),
            Key::Left | Key::Right | Key::Up | Key::Down | Key::Ok | Key::Menu | Key::VoiceMail => None,
        }
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("lines", &self.phone.view().lines)
            .field("model", &self.model)
            .field("calls", &self.calls)
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}

impl Station for Watched {
    fn step(&mut self, now: Instant, rng: &mut dyn Rng, input: Input<'_>) {
        let meaning = match input {
            Input::KeyDown(key) => Some(self.meaning(key)),
            Input::KeyUp(_) => Some(None),
            Input::Hook(Hook::OffHook) => Some(Some(Move::Lift)),
            Input::Hook(Hook::OnHook) => Some(Some(Move::Cradle)),
            Input::Network(_)
            | Input::Message { .. }
            | Input::PortMapped { .. }
            | Input::Computed(_)
            | Input::Authenticated { .. }
            | Input::Clock(_)
            | Input::Unreachable(_)
            | Input::Resolved { .. }
            | Input::MediaStatistics { .. }
            | Input::Timeout => None,
        };
        let message = if let Input::Message { bytes, .. } = input { Message::read(bytes) } else { None };
        let is_timeout = matches!(input, Input::Timeout);
        self.phone.step(now, rng, input);
        match (meaning, &message) {
            (Some(Some(what)), _) => self.follow(now, &Cause::Person(what)),
            (Some(None), _) => {}
            (None, Some(message)) => self.follow(now, &Cause::Message(message)),
            (None, None) if is_timeout => self.follow(now, &Cause::Time),
            (None, None) => self.follow(now, &Cause::Other),
        }
    }

    fn poll(&mut self) -> Option<Output<'_>> {
        let output = self.phone.poll()?;
        if let Output::Transmit { bytes, .. } = &output
            && let Some(message) = Message::read(bytes)
            && let What::Invite { .. } = message.what
            && self.left.insert(message.call_id.clone())
            && let Some(line) =
                if self.begun.is_empty() { self.referred.take() } else { Some(self.begun.remove(0)) }
        {
            self.calls[line].push(message.call_id);
        }
        Some(output)
    }

    fn deadline(&self) -> Option<Instant> {
        self.phone.deadline()
    }

    fn levels(&self, now: Instant) -> Levels {
        Station::levels(&self.phone, now)
    }

    fn plan(&self) -> AudioPlan {
        Station::plan(&self.phone)
    }

    fn way_to(&self, label: &str) -> Option<Vec<Key>> {
        Station::way_to(&self.phone, label)
    }

    fn leftovers(&self) -> String {
        Station::leftovers(&self.phone)
    }
}

fn status(cause: &Cause<'_>) -> Option<u16> {
    match cause {
        Cause::Message(Message { what: What::Failure(status), .. }) => Some(*status),
        Cause::Message(_) | Cause::Person(_) | Cause::Time | Cause::Other => None,
    }
}

fn line_face(line: &LineView<'_>) -> LineFace {
    let state = state(line.state);
    let lamp = match (state, line.lamp.colour, line.lamp.pattern.name()) {
        (State::Idle | State::Disabled, ..) => "",
        (_, Colour::Red, "steady") => "red steady",
        (_, Colour::Red, "fast") => "red fast",
        (_, Colour::Red, "slow") => "red slow",
        (_, Colour::Red | Colour::Green | Colour::Amber | Colour::Off, _) => "another lamp",
    };
    let number = if state == State::Idle { String::new() } else { line.number.to_owned() };
    let (held_by_peer, conferenced) = (line.held_by_peer, line.conferenced);
    LineFace { state, lamp, number, held_by_peer, conferenced, remark: remark_of(line) }
}

const fn remark_of(line: &LineView<'_>) -> &'static str {
    match line.transfer {
        Transfer::None => "",
        Transfer::Asked => "Transferring",
        Transfer::Failed => "Transfer failed",
    }
}

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
