//! One call appearance: the call of one line key, as a machine over the ten states.
//!
//! ```text
//!            seize               number complete          18x              2xx
//!   Idle ───────────► Dialing ───────────────► Calling ───────► Proceeding ───► Connected ◄──► Held
//!    ▲  INVITE            │ dial tone over          │ failure         │ failure   ▲   │  hold, resume
//!    ├────────► Ringing ──┼───────── answer ────────┼─────────────────┼───────────┘   │ BYE
//!    │                    └────────────────────► Invalid ◄────────────┴───────────────┘
//!    └── the device is turned off, or the far end leaves a ringing or held call
//! ```

mod called_back;
mod dialling;
mod moved;
mod rest;
mod secured;
mod sounds;

use heapless::String;

use super::call_back::Reached;
use super::desk::Desk;
use super::one_call::OneCall;
use super::screening::Refusal;
use super::{CallState, DialKey, Tone, Wish};
use crate::base::{Instant, Timer, earliest, text};
use crate::dialplan::{self, Collector, Service};
use crate::limits;
use crate::ua::{EndReason, ExtensionId, SessionId};

/// The call of one line key.
#[derive(Clone, Debug)]
pub struct Appearance {
    state: CallState,
    enabled: bool,
    /// Another station has it, or may have it.
    elsewhere: bool,
    session: Option<SessionId>,
    /// Calls can be made, so that there is a dial tone.
    ready: bool,
    incoming: bool,
    held_by_peer: bool,
    /// Both directions are protected.
    secure: bool,
    connected_since: Option<Instant>,
    /// Since when a far end that was called back waits for the person: it has answered first.
    answered_since: Option<Instant>,
    collector: Collector,
    /// What the number that is dialled is for; `None`: a call.
    purpose: Option<Service>,
    /// What asks for the number.
    prompt: Option<Tone>,
    /// What was chosen for this call by codes before its number.
    one_call: OneCall,
    /// The number as it is sent.
    target: String<{ limits::DIALED_BYTES }>,
    party: Party,
    tone: Option<Tone>,
    tone_since: Instant,
    /// When the tone has run through, or the silence before it.
    tone_over: Timer,
}

/// The other side of a call, as shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Its name; may be empty.
    pub name: String<{ limits::NAME_BYTES }>,
    /// Its number.
    pub number: String<{ limits::NAME_BYTES }>,
}

/// What can happen to a call appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The line key is in use, or disabled; a call that is there goes on.
    Enable(bool),
    /// Another station uses the shared line, or does so no longer; a call that is there goes on.
    Elsewhere(bool),
    /// The person takes over the call that another station has on the shared line.
    Join {
        /// The shared line's number.
        number: &'a str,
    },
    /// The person takes the line to dial. `ready`: calls can be made, so there is a dial tone.
    Seize {
        /// Whether the extension may call.
        ready: bool,
        /// The dial tone.
        tone: Tone,
    },
    /// The extension may call from now on.
    Ready,
    /// The person dials.
    Collect(dialplan::Input),
    /// The person dials a whole number at once: it goes through the dial plan as one.
    Whole(&'a str),
    /// The person calls what is no number to be dialled: an address, a number as it came from the network, or
    /// one with a code before it.
    Target {
        /// Whom.
        target: &'a str,
        /// The keys stand for it when it is dialled again; else it stands for itself.
        by_keys: bool,
    },
    /// What became of a code that was dialled.
    Served(Served),
    /// The user agent made the session for our call.
    Begun(SessionId),
    /// The user agent did not do what was ordered.
    Refused(Order),
    /// Somebody calls.
    Incoming(SessionId),
    /// Somebody is there who was to be called back: the line rings.
    CalledBack(Reached),
    /// A provisional response to our call.
    Progress {
        /// 101 to 199.
        status: u16,
        /// Sound comes from the network.
        early_media: bool,
    },
    /// The call is answered.
    Answered,
    /// The far end put us on hold, or took us back.
    Media {
        /// Whether we are on hold.
        held_by_peer: bool,
    },
    /// Our hold or resume failed.
    MediaFailed {
        /// Whether the far end is still on hold.
        on_hold: bool,
    },
    /// The far end sent us to somebody else, whom we call now.
    Followed(SessionId),
    /// The call goes on as another session.
    Replaced(SessionId),
    /// The far end is gone to somebody else, as the person wished.
    Transferred,
    /// The call is over, and nobody has to hear it: the other one of a conference goes on.
    Left,
    /// The session is over.
    Ended(EndReason),
    /// The person answers.
    Answer,
    /// The call that rings is turned down: by the person, or because nobody answers.
    Decline(Refusal),
    /// The person puts the call on hold.
    Hold,
    /// The person takes it back.
    Resume,
    /// The person hangs up.
    Release,
    /// Time passed.
    Timeout,
}

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// It wants a number, or the number of the call itself follows.
    Prompt {
        /// What the number is for; `None`: a call.
        purpose: Option<Service>,
        /// What asks for it.
        tone: Option<Tone>,
    },
    /// It is done: confirm tone, then the dial tone given here.
    Confirm(Tone),
    /// It cannot be done.
    Reject,
}

/// What an input asks of the user agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// At most one wish.
    pub order: Option<Order>,
}

/// A wish of an appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Call [`Appearance::number`].
    Invite,
    /// Call the number that is to be called back.
    CallBack,
    /// Do what the code of this service asks for.
    Serve(Service),
    /// Do what this service asks for, with [`Appearance::number`].
    ServeNumber(Service),
    /// Call the number of a speed dial, 2 to 9.
    SpeedDial(u8),
    /// Tell the caller that the phone rings.
    Ring(SessionId),
    /// Answer.
    Answer(SessionId),
    /// Turn the caller down.
    Refuse(SessionId, Refusal),
    /// Put the far end on hold.
    Hold(SessionId),
    /// Take the far end back.
    Resume(SessionId),
    /// End the call.
    End(SessionId),
    /// Send the far end to where the person said.
    Transfer(SessionId),
    /// Send the far end to that of another call.
    TransferTo(SessionId, SessionId),
    /// Send the far end to the conference that another call is with.
    TransferInto(SessionId, SessionId),
    /// Send a key in an INFO request.
    Digit(SessionId, DialKey),
    /// What concerns a shared line.
    Shared(Wish),
    /// Call the music server of this extension.
    Listen(ExtensionId),
}

const NOTHING: Step = Step { order: None };

const fn order(order: Option<Order>) -> Step {
    Step { order }
}

impl Appearance {
    /// A disabled line key.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: CallState::Disabled,
            enabled: false,
            elsewhere: false,
            session: None,
            ready: false,
            incoming: false,
            held_by_peer: false,
            secure: false,
            connected_since: None,
            answered_since: None,
            collector: Collector::new(),
            purpose: None,
            prompt: None,
            one_call: OneCall::new(),
            target: String::new(),
            party: Party { name: String::new(), number: String::new() },
            tone: None,
            tone_since: Instant::ZERO,
            tone_over: Timer::OFF,
        }
    }

    /// Takes one input. A call in a standby state cannot be ended by the person; it must be made active
    /// first.
    pub fn step(&mut self, now: Instant, desk: Desk<'_>, input: Input<'_>) -> Step {
        match (self.state, input) {
            (_, Input::Timeout) => self.timeout(now, desk),
            (_, it @ (Input::Enable(_) | Input::Elsewhere(_) | Input::Join { .. })) => self.looked_at(it),
            (_, Input::Ended(reason)) => self.ended(now, desk, reason),
            (_, Input::Refused(wish)) => self.refused(now, desk, wish),
            (CallState::Idle, Input::Seize { ready, tone }) => self.seize(now, desk, ready, tone),
            (CallState::Dialing, Input::Ready) => self.ready(now, desk),
            (CallState::Dialing, Input::Collect(key)) => self.collect(now, desk, key),
            (CallState::Dialing, Input::Whole(number)) => self.whole(now, desk, number),
            (CallState::Dialing, Input::Target { target, by_keys }) => self.call(now, desk, target, by_keys),
            (CallState::Dialing, Input::Served(served)) => self.served(now, desk, served),
            (_, it @ (Input::Followed(_) | Input::Replaced(_) | Input::Transferred | Input::Left)) => {
                self.moved(now, it)
            }
            (CallState::Calling, Input::Begun(session)) => self.begun(session),
            (CallState::Idle | CallState::Busy, Input::Incoming(session)) => self.ring(session),
            (CallState::Idle, Input::CalledBack(reached)) => self.called_back(now, reached),
            (CallState::Calling | CallState::Proceeding, Input::Progress { status, early_media }) => {
                self.progress(now, desk, status, early_media)
            }
            (_, Input::Answered) => self.answered(now),
            (CallState::Ringing, Input::Answer) => self.answer(now, desk),
            (CallState::Ringing, Input::Decline(why)) => self.decline(why),
            (CallState::Connected | CallState::Held, Input::Media { held_by_peer }) => {
                self.peer_holds(now, desk, held_by_peer)
            }
            (CallState::Connected, Input::Hold) => self.hold(self.session.map(Order::Hold)),
            (CallState::Held, Input::Resume) => self.resume(now, desk),
            (CallState::Connected, Input::MediaFailed { on_hold: true }) => self.hold(None),
            (
                CallState::Dialing
                | CallState::Calling
                | CallState::Proceeding
                | CallState::Connected
                | CallState::Invalid,
                Input::Release,
            ) => self.leave(Order::End),
            (
                CallState::Disabled
                | CallState::Idle
                | CallState::Dialing
                | CallState::Calling
                | CallState::Proceeding
                | CallState::Ringing
                | CallState::Connected
                | CallState::Held
                | CallState::Invalid
                | CallState::Busy,
                Input::Seize { .. }
                | Input::Ready
                | Input::Collect(_)
                | Input::Whole(_)
                | Input::Target { .. }
                | Input::Served(_)
                | Input::Begun(_)
                | Input::Incoming(_)
                | Input::CalledBack(_)
                | Input::Progress { .. }
                | Input::Media { .. }
                | Input::MediaFailed { .. }
                | Input::Answer
                | Input::Decline(_)
                | Input::Hold
                | Input::Resume
                | Input::Release,
            ) => NOTHING,
        }
    }

    /// When the appearance needs [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        earliest([self.tone_over.due(), self.interdigit()])
    }

    /// Its state.
    #[must_use]
    pub const fn state(&self) -> CallState {
        self.state
    }

    /// Its session, while there is one.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// Whether the other side called us.
    #[must_use]
    pub const fn is_incoming(&self) -> bool {
        self.incoming
    }

    /// Whether the far end has put us on hold.
    #[must_use]
    pub const fn is_held_by_peer(&self) -> bool {
        self.held_by_peer
    }

    /// When the conversation began.
    #[must_use]
    pub const fn connected_since(&self) -> Option<Instant> {
        self.connected_since
    }

    /// The keys dialled so far, or the number as it was sent.
    #[must_use]
    pub fn number(&self) -> &str {
        if self.state == CallState::Dialing { self.collector.keys() } else { &self.target }
    }

    /// The number as it was sent, or as a service got it.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// What was chosen for this call by codes before its number.
    #[must_use]
    pub const fn one_call(&self) -> &OneCall {
        &self.one_call
    }

    /// Chooses something for this call.
    pub(super) const fn one_call_mut(&mut self) -> &mut OneCall {
        &mut self.one_call
    }

    /// The number in the form in which it can be dialled again: the keys, with the codes before them.
    pub(super) fn dialled(&self) -> String<{ limits::DIALED_BYTES }> {
        let mut dialled = self.one_call.typed.clone();
        let keys = self.collector.keys();
        // A number that is longer than a number can be is not dialled again whole.
        let _full = dialled.push_str(if keys.is_empty() { &self.target } else { keys });
        dialled
    }

    /// The other side, as shown.
    #[must_use]
    pub const fn party(&self) -> &Party {
        &self.party
    }

    /// Tells who the other side is.
    pub fn meet(&mut self, name: &str, number: &str) {
        self.party = Party { name: text::shortened(name), number: text::shortened(number) };
    }

    /// A tone once at the beginning of a conversation.
    pub fn announce(&mut self, now: Instant, desk: Desk<'_>, tone: Tone) {
        if self.state == CallState::Connected {
            self.sound(now, desk, Some(tone));
        }
    }

    /// What the number that is dialled is for; `None`: a call.
    #[must_use]
    pub fn asks_for(&self) -> Option<Service> {
        self.purpose.filter(|_| self.state == CallState::Dialing)
    }

    /// Tells the name of a party whose number the person dialled.
    pub fn learn_name(&mut self, name: &str) {
        self.party.name = text::shortened(name);
    }

    /// The tone about this call, and when it began.
    #[must_use]
    pub fn tone(&self) -> Option<(Tone, Instant)> {
        self.tone.map(|tone| (tone, self.tone_since))
    }

    fn interdigit(&self) -> Option<Instant> {
        self.collector.deadline().filter(|_| self.state == CallState::Dialing)
    }

    /// RFC 3960 §3.2: a ringing far end is heard as our ring-back tone unless the network itself is to be
    /// heard.
    fn progress(&mut self, now: Instant, desk: Desk<'_>, status: u16, early_media: bool) -> Step {
        self.state = CallState::Proceeding;
        if early_media {
            self.silence();
        } else if status == 180 && self.tone.is_none() {
            self.sound(now, desk, Some(Tone::Ringback));
        }
        NOTHING
    }

    const fn begun(&mut self, session: SessionId) -> Step {
        self.session = Some(session);
        NOTHING
    }

    const fn ring(&mut self, session: SessionId) -> Step {
        self.state = CallState::Ringing;
        self.session = Some(session);
        self.incoming = true;
        order(Some(Order::Ring(session)))
    }

    fn answer(&mut self, now: Instant, desk: Desk<'_>) -> Step {
        if self.incoming {
            self.connect(now, self.session.map(Order::Answer))
        } else {
            self.pick_up(now, desk)
        }
    }

    fn decline(&mut self, why: Refusal) -> Step {
        let (session, incoming) = (self.session, self.incoming);
        self.rest();
        let wish = |session| if incoming { Order::Refuse(session, why) } else { Order::End(session) };
        order(session.map(wish))
    }

    const fn connect(&mut self, now: Instant, wish: Option<Order>) -> Step {
        self.state = CallState::Connected;
        self.connected_since = Some(now);
        self.silence();
        order(wish)
    }

    /// On hold, by the person's wish or because our resume failed: the person is told so.
    const fn hold(&mut self, wish: Option<Order>) -> Step {
        self.state = CallState::Held;
        self.silence();
        order(wish)
    }

    fn resume(&mut self, now: Instant, desk: Desk<'_>) -> Step {
        let talks = self.connected_since.is_some();
        self.state = if talks { CallState::Connected } else { CallState::Calling };
        self.sound(now, desk, self.held_by_peer.then_some(Tone::Holding));
        order(self.session.map(Order::Resume))
    }

    fn peer_holds(&mut self, now: Instant, desk: Desk<'_>, held_by_peer: bool) -> Step {
        if self.state == CallState::Connected && held_by_peer != self.held_by_peer {
            self.sound(now, desk, held_by_peer.then_some(Tone::Holding));
        }
        self.held_by_peer = held_by_peer;
        NOTHING
    }

    /// The session is over. What was active becomes Invalid and stays off hook; what stood by is gone.
    fn ended(&mut self, now: Instant, desk: Desk<'_>, reason: EndReason) -> Step {
        match self.state {
            CallState::Ringing | CallState::Held => self.rest(),
            CallState::Calling | CallState::Proceeding => {
                return self.fail(now, desk, desk.failure_tone(reason));
            }
            CallState::Connected => {
                self.invalidate();
                // `Reorder Delay`: 0 is at once, `inf` never.
                match desk.reorder_delay_ms() {
                    Some(0) => self.sound(now, desk, Some(Tone::Reorder)),
                    Some(delay_ms) => self.tone_over.start(now, delay_ms),
                    None => {}
                }
            }
            CallState::Disabled
            | CallState::Idle
            | CallState::Dialing
            | CallState::Invalid
            | CallState::Busy => {}
        }
        NOTHING
    }

    /// A call that could not be made or answered. A refused hold or resume changes nothing here: the
    /// session's media says how things stand.
    fn refused(&mut self, now: Instant, desk: Desk<'_>, wish: Order) -> Step {
        match wish {
            Order::Invite if self.state == CallState::Calling && self.session.is_none() => {
                self.fail(now, desk, Tone::Reorder)
            }
            Order::Answer(session) if self.session == Some(session) => {
                let _failed = self.fail(now, desk, Tone::Reorder);
                order(Some(Order::End(session)))
            }
            Order::Invite
            | Order::Serve(_)
            | Order::ServeNumber(_)
            | Order::SpeedDial(_)
            | Order::Ring(_)
            | Order::Answer(_)
            | Order::Refuse(..)
            | Order::Hold(_)
            | Order::Resume(_)
            | Order::End(_)
            | Order::Transfer(_)
            | Order::TransferTo(..)
            | Order::CallBack
            | Order::TransferInto(..)
            | Order::Digit(..)
            | Order::Listen(_)
            | Order::Shared(_) => NOTHING,
        }
    }

    fn timeout(&mut self, now: Instant, desk: Desk<'_>) -> Step {
        if self.tone_over.take_due(now) {
            self.next_tone(now, desk);
        }
        if self.interdigit().is_some_and(|due| due <= now) {
            return self.collect(now, desk, dialplan::Input::Timeout);
        }
        NOTHING
    }

    fn invalidate(&mut self) {
        self.state = CallState::Invalid;
        self.session = None;
        (self.held_by_peer, self.secure) = (false, false);
        self.connected_since = None;
        self.silence();
    }
}

impl Default for Appearance {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
