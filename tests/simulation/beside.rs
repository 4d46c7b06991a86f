//! The model beside a phone: after each input both show the same.
//!
//! What a person does moves the model by itself. What the network does is read off the phone, line by line,
//! and has to have a cause: a message moves only the call that it belongs to, and in the way that such a
//! message can; some messages (an answer, a hang-up, a new call) leave no choice.

use crate::message::{Message, What};
use deskphone::base::Instant;
use deskphone::calls::{Transfer, call_back};
use deskphone::limits;
use deskphone::phone::{AudioDevice, CallState, Colour, LineView, Phone, View};
use deskphone::ua::RegistrationState;
use std::collections::HashSet;
use testbed::model::{Back, Device, Face, LineFace, Model, Move, Settings, Standing, State};

/// A model, and what it has to know of the network.
#[derive(Debug)]
pub(crate) struct Beside {
    model: Model,
    /// The Call-IDs of each line's call, the latest last; and of the attempt to call back.
    calls: [Vec<String>; 5],
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

/// A phone after one input.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) now: Instant,
    pub(crate) phone: &'a Phone,
    pub(crate) view: View<'a>,
    pub(crate) cause: &'a Cause<'a>,
}

/// The place of an attempt to call back, beside those of the lines.
const ATTEMPT: usize = 4;

/// Why a phone was stepped.
#[derive(Debug)]
pub(crate) enum Cause<'a> {
    Person(Move),
    Message(&'a Message),
    Time,
    /// What the host says of the network.
    Other,
}

impl Beside {
    pub(crate) fn new(settings: Settings) -> Self {
        let (calls, begun, referred) = ([const { Vec::new() }; 5], Vec::new(), None);
        let (came, left, turned_away) = (HashSet::new(), HashSet::new(), HashSet::new());
        Self { model: Model::new(settings), calls, begun, referred, came, left, turned_away }
    }

    pub(crate) const fn settings(&self) -> &Settings {
        &self.model.settings
    }

    /// A message leaves the phone: whose call it begins.
    pub(crate) fn leaves(&mut self, message: Message) {
        if let What::Invite { .. } = message.what
            && self.left.insert(message.call_id.clone())
            && let Some(line) =
                if self.begun.is_empty() { self.referred.take() } else { Some(self.begun.remove(0)) }
        {
            self.calls[line].push(message.call_id);
        }
    }

    /// The model follows, and then both are the same.
    pub(crate) fn follow(&mut self, seen: &Seen<'_>) {
        let (now, cause) = (seen.now, seen.cause);
        let before = [0, 1, 2, 3].map(|line| self.model.state(line));
        match cause {
            Cause::Person(what) => self.tell(now, what),
            Cause::Message(message) => self.expect(seen, message),
            Cause::Time => self.tell(now, &Move::Time),
            Cause::Other => {}
        }
        self.registered(seen);
        if matches!(self.model.call_back(), Standing::Calls | Standing::Rings) {
            self.explain_call_back(seen);
        }
        for line in 0..4 {
            self.explain_transfer(seen, line);
        }
        for line in 0..4 {
            self.explain(seen, line);
        }
        // A line that is idle since just now may call.
        self.explain_call_back(seen);
        for (line, before) in before.into_iter().enumerate() {
            self.keep_names(seen, line, before);
        }
        let label = seen.view.lines[0].label;
        assert_eq!(face(seen), self.model.face(), "the phone, and the model, at {now:?}, {cause:?} {label}");
    }

    fn tell(&mut self, now: Instant, what: &Move) {
        self.model.step(now.as_millis(), what);
        for wish in self.model.wishes() {
            let mut words = wish.split(' ');
            let line = words.next().and_then(|line| line.strip_prefix('L')?.parse::<usize>().ok());
            let place = match words.next() {
                Some("invite" | "page") => line.map(|line| line - 1),
                Some("call") => Some(ATTEMPT),
                _ => None,
            };
            if let Some(place) = place {
                self.calls[place].clear();
                self.begun.push(place);
            }
        }
    }

    fn registered(&mut self, seen: &Seen<'_>) {
        let (now, view) = (seen.now, &seen.view);
        let registered = view.registrations[0].state == RegistrationState::Registered;
        let waits = view.message_lamp.colour != Colour::Off;
        let rings = view.lines.iter().any(|line| line.state == CallState::Ringing);
        self.tell(now, &Move::Registered(registered));
        if !rings {
            self.tell(now, &Move::Messages(waits));
        }
    }

    /// What came of an attempt to call back.
    fn explain_call_back(&mut self, seen: &Seen<'_>) {
        let message = match seen.cause {
            Cause::Message(message) if self.calls[ATTEMPT].contains(&message.call_id) => Some(&message.what),
            Cause::Message(_) | Cause::Person(_) | Cause::Time | Cause::Other => None,
        };
        let there = match seen.phone.call_back().state() {
            call_back::State::Off => Standing::None,
            call_back::State::Waiting => Standing::Waits,
            call_back::State::Trying => Standing::Calls,
            call_back::State::Settling => Standing::Rings,
        };
        let told = self.model.call_back();
        let news = match (told, there, message) {
            _ if told == there => None,
            (Standing::Calls, Standing::Rings, Some(What::Progress { .. })) => Some(Back::Rings),
            (Standing::Calls | Standing::Rings, Standing::None, Some(What::Success)) => Some(Back::Answered),
            (Standing::Calls | Standing::Rings, Standing::None, Some(What::Failure(status))) => {
                Some(Back::Failed(Some(*status)))
            }
            (Standing::Calls | Standing::Rings, Standing::Waits, _) => Some(Back::Failed(None)),
            _ => panic!("call back: {there:?}, and {told:?} in the model, at {:?}: {self:?}", seen.cause),
        };
        if let Some(news) = news {
            self.tell(seen.now, &Move::Back(news));
        }
        let stands = matches!(self.model.call_back(), Standing::Calls | Standing::Rings);
        for line in 0..4 {
            if self.model.is_called_back(line) && self.calls[line].is_empty() {
                self.calls[line] = std::mem::take(&mut self.calls[ATTEMPT]);
            }
        }
        if !stands {
            self.calls[ATTEMPT].clear();
            self.begun.retain(|begun| *begun != ATTEMPT);
        }
    }

    /// What a message leaves no choice about.
    fn expect(&mut self, seen: &Seen<'_>, message: &Message) {
        let now = seen.now;
        let known = self.came.contains(&message.call_id);
        // Who calls himself has two lines with the same Call-ID.
        let fits = |line: &usize| match message.what {
            What::Progress { .. } => {
                matches!(self.model.state(*line), State::Calling | State::Proceeding)
            }
            What::Success => {
                matches!(self.model.state(*line), State::Calling | State::Proceeding)
                    || self.model.is_called_back(*line)
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
                let full = seen.phone.user_agent().load().0 >= limits::SESSIONS;
                let registered = seen.view.registrations[0].state == RegistrationState::Registered;
                let before = self.turned_away.contains(&message.call_id);
                if (before || !registered || (full && !refused)) && !self.rings_anew(seen) {
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

    fn rings_anew(&self, seen: &Seen<'_>) -> bool {
        let lines = &seen.view.lines;
        let came = |state| matches!(state, CallState::Ringing | CallState::Connected);
        (0..4).any(|line| came(lines[line].state) && self.model.state(line) == State::Idle)
    }

    fn lines_of(&self, message: &Message) -> Vec<usize> {
        (0..4).filter(|line| self.calls[*line].contains(&message.call_id)).collect()
    }

    /// What came of a transfer: it failed, or both calls are gone at once. A far end that leaves by itself
    /// ends its own call only.
    fn explain_transfer(&mut self, seen: &Seen<'_>, line: usize) {
        let Some(other) = self.model.sent_to(line) else { return };
        let lines = &seen.view.lines;
        let mut calls = [Some(line), other].into_iter().flatten().map(|line| &lines[line]);
        let failed =
            calls.clone().any(|line| line.transfer == Transfer::Failed || line.state == CallState::Invalid);
        let gone = calls.all(|line| line.state == CallState::Idle);
        if failed || gone {
            let what = Move::Transferred(line, !failed);
            self.justify(seen, line, &what);
            self.tell(seen.now, &what);
        }
    }

    /// What happened to a line that the model has not foreseen, and whether it may have.
    fn explain(&mut self, seen: &Seen<'_>, line: usize) {
        let (view, cause) = (&seen.view.lines[line], seen.cause);
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
                "line {}: {there:?}, and {told:?} in the model, at {cause:?} {:?} {:?}: {self:?}",
                line + 1,
                seen.now,
                seen.phone.deadline()
            ),
        };
        let held = view.held_by_peer;
        if let Some(what) = what {
            self.justify(seen, line, &what);
            self.tell(seen.now, &what);
        }
        if held != self.model.face().lines[line].held_by_peer {
            let what = Move::HeldByPeer(line, held);
            self.justify(seen, line, &what);
            self.tell(seen.now, &what);
        }
    }

    /// Nothing happens without a cause.
    fn justify(&self, seen: &Seen<'_>, line: usize, what: &Move) {
        let cause = seen.cause;
        let (sessions, transactions) = seen.phone.user_agent().load();
        let full = sessions >= limits::SESSIONS || transactions >= limits::CLIENT_TRANSACTIONS;
        let registered = seen.view.registrations[0].state == RegistrationState::Registered;
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
    fn keep_names(&mut self, seen: &Seen<'_>, line: usize, before: State) {
        let now = self.model.state(line);
        let view = &seen.view.lines[line];
        let mut own = false;
        if let Cause::Message(message) = seen.cause {
            // A page is answered in the same moment.
            let called_back = self.model.is_called_back(line);
            let rings =
                before == State::Idle && matches!(now, State::Ringing | State::Connected) && !called_back;
            let talks = matches!(now, State::Connected | State::Held);
            let replaced = talks && self.replaced_by(seen, message) == Some(line);
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
    fn replaced_by(&self, seen: &Seen<'_>, message: &Message) -> Option<usize> {
        let What::Invite { replaces: Some(call_id), .. } = &message.what else { return None };
        let (lines, told) = (&seen.view.lines, self.model.face().lines);
        let named = || (0..4).filter(|line| self.calls[*line].contains(call_id));
        named().find(|line| lines[*line].number != told[*line].number).or_else(|| named().next())
    }
}

fn face(seen: &Seen<'_>) -> Face {
    let view = &seen.view;
    let display = view.display(seen.now);
    let typed = display.rows().find_map(|row| row.strip_prefix("Dial: ")?.strip_suffix('_'));
    Face {
        lines: [0, 1, 2, 3].map(|line| line_face(&view.lines[line])),
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

fn status(cause: &Cause<'_>) -> Option<u16> {
    match cause {
        Cause::Message(Message { what: What::Failure(status), .. }) => Some(*status),
        Cause::Message(_) | Cause::Person(_) | Cause::Time | Cause::Other => None,
    }
}

fn line_face(line: &LineView<'_>) -> LineFace {
    let state = state(line.state);
    let lamp = match (state, line.lamp.colour, line.lamp.pattern.name()) {
        (State::Idle, Colour::Green, "slow") => "green slow",
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
