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

use heapless::String;

use super::collector::{self, Collector, Verdict};
use super::settings::Timing;
use super::{CallState, DialKey, Tone};
use crate::base::{Instant, Timer, earliest, text};
use crate::limits;
use crate::ua::{EndReason, SessionId};

/// The call of one line key.
#[derive(Clone, Debug)]
pub struct Appearance {
    state: CallState,
    enabled: bool,
    session: Option<SessionId>,
    /// Calls can be made, so that there is a dial tone.
    ready: bool,
    incoming: bool,
    held_by_peer: bool,
    connected_since: Option<Instant>,
    collector: Collector,
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
    /// The person takes the line to dial. `ready`: calls can be made, so there is a dial tone.
    Seize {
        /// Whether the extension may call.
        ready: bool,
    },
    /// The extension may call from now on.
    Ready,
    /// The person dials.
    Collect(collector::Input),
    /// The person calls a whole number.
    Call(&'a str),
    /// The user agent made the session for our call.
    Begun(SessionId),
    /// The user agent did not do what was ordered.
    Refused(Order),
    /// Somebody calls.
    Incoming(SessionId),
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
    /// The session is over.
    Ended(EndReason),
    /// The person answers.
    Answer,
    /// The person turns the incoming call down.
    Ignore,
    /// The person puts the call on hold.
    Hold,
    /// The person takes it back.
    Resume,
    /// The person hangs up.
    Release,
    /// Time passed.
    Timeout,
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
    /// Tell the caller that the phone rings.
    Ring(SessionId),
    /// Answer.
    Answer(SessionId),
    /// Say that the person is busy.
    Refuse(SessionId),
    /// Put the far end on hold.
    Hold(SessionId),
    /// Take the far end back.
    Resume(SessionId),
    /// End the call.
    End(SessionId),
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
            session: None,
            ready: false,
            incoming: false,
            held_by_peer: false,
            connected_since: None,
            collector: Collector::new(Tone::Dial),
            party: Party { name: String::new(), number: String::new() },
            tone: None,
            tone_since: Instant::ZERO,
            tone_over: Timer::OFF,
        }
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, timing: &Timing, input: Input<'_>) -> Step {
        match (self.state, input) {
            (_, Input::Timeout) => self.timeout(now, timing),
            (_, Input::Enable(enabled)) => self.enable(enabled),
            (_, Input::Ended(reason)) => self.ended(now, timing, reason),
            (_, Input::Refused(wish)) => self.refused(now, wish),
            (CallState::Idle, Input::Seize { ready }) => self.seize(now, ready),
            (CallState::Dialing, Input::Ready) => self.ready(now),
            (CallState::Dialing, Input::Collect(key)) => self.collect(now, timing, key),
            (CallState::Idle | CallState::Dialing, Input::Call(number)) => self.call(now, number),
            (CallState::Calling, Input::Begun(session)) => self.begun(session),
            (CallState::Idle, Input::Incoming(session)) => self.ring(session),
            (CallState::Calling | CallState::Proceeding, Input::Progress { status, early_media }) => {
                self.progress(now, status, early_media)
            }
            (CallState::Calling | CallState::Proceeding, Input::Answered) => self.connect(now, None),
            (CallState::Ringing, Input::Answer) => self.connect(now, self.session.map(Order::Answer)),
            (CallState::Ringing, Input::Ignore) => self.leave(Order::Refuse),
            (CallState::Connected | CallState::Held, Input::Media { held_by_peer }) => {
                self.peer_holds(now, held_by_peer)
            }
            (CallState::Connected, Input::Hold) => self.hold(self.session.map(Order::Hold)),
            (CallState::Held, Input::Resume) => self.resume(now),
            // Our resume failed: the far end is still on hold, so the person is told so.
            (CallState::Connected, Input::MediaFailed { on_hold: true }) => self.hold(None),
            (
                CallState::Dialing
                | CallState::Calling
                | CallState::Proceeding
                | CallState::Connected
                | CallState::Invalid,
                Input::Release,
            ) => self.leave(Order::End),
            // A call in a standby state cannot be ended by the person; it must be made active first.
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
                | Input::Call(_)
                | Input::Begun(_)
                | Input::Incoming(_)
                | Input::Progress { .. }
                | Input::Answered
                | Input::Media { .. }
                | Input::MediaFailed { .. }
                | Input::Answer
                | Input::Ignore
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

    /// The digits dialled, as they are sent.
    #[must_use]
    pub fn number(&self) -> &str {
        self.collector.number()
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

    fn enable(&mut self, enabled: bool) -> Step {
        self.enabled = enabled;
        if matches!(self.state, CallState::Disabled | CallState::Idle) {
            self.rest();
        }
        NOTHING
    }

    fn seize(&mut self, now: Instant, ready: bool) -> Step {
        self.state = CallState::Dialing;
        self.collector = Collector::new(Tone::Dial);
        self.party = Party::default();
        self.ready = ready;
        self.sound(now, ready.then_some(Tone::Dial));
        NOTHING
    }

    fn ready(&mut self, now: Instant) -> Step {
        let silent = !self.ready && self.collector.number().is_empty();
        self.ready = true;
        if silent {
            self.sound(now, Some(Tone::Dial));
        }
        NOTHING
    }

    fn collect(&mut self, now: Instant, timing: &Timing, input: collector::Input) -> Step {
        let step = self.collector.step(now, timing.interdigit_long_ms, input);
        match step.verdict {
            Verdict::Accepted => self.invite(),
            Verdict::Collecting => {
                let tone = step.tone.filter(|_| self.ready);
                if tone != self.tone {
                    self.sound(now, tone);
                }
                NOTHING
            }
        }
    }

    /// A whole number at once: dialled on hook, or again.
    fn call(&mut self, now: Instant, number: &str) -> Step {
        self.collector = Collector::new(Tone::Dial);
        self.party = Party::default();
        self.state = CallState::Dialing;
        for key in number.chars().filter_map(DialKey::new).filter(|key| *key != DialKey::HASH) {
            let _collecting = self.collector.step(now, 0, collector::Input::Key(key));
        }
        if self.collector.number().is_empty() { NOTHING } else { self.invite() }
    }

    fn invite(&mut self) -> Step {
        self.state = CallState::Calling;
        self.incoming = false;
        self.silence();
        self.party = Party { name: String::new(), number: text::shortened(self.collector.number()) };
        order(Some(Order::Invite))
    }

    /// RFC 3960 §3.2: a ringing far end is heard as our ring-back tone unless the network itself is to be
    /// heard.
    fn progress(&mut self, now: Instant, status: u16, early_media: bool) -> Step {
        self.state = CallState::Proceeding;
        if early_media {
            self.silence();
        } else if status == 180 && self.tone.is_none() {
            self.sound(now, Some(Tone::Ringback));
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

    const fn connect(&mut self, now: Instant, wish: Option<Order>) -> Step {
        self.state = CallState::Connected;
        self.connected_since = Some(now);
        self.silence();
        order(wish)
    }

    const fn hold(&mut self, wish: Option<Order>) -> Step {
        self.state = CallState::Held;
        self.silence();
        order(wish)
    }

    fn resume(&mut self, now: Instant) -> Step {
        self.state = CallState::Connected;
        self.sound(now, self.held_by_peer.then_some(Tone::Holding));
        order(self.session.map(Order::Resume))
    }

    fn peer_holds(&mut self, now: Instant, held_by_peer: bool) -> Step {
        if self.state == CallState::Connected && held_by_peer != self.held_by_peer {
            self.sound(now, held_by_peer.then_some(Tone::Holding));
        }
        self.held_by_peer = held_by_peer;
        NOTHING
    }

    /// The session is over. What was active becomes Invalid and stays off hook; what stood by is gone.
    fn ended(&mut self, now: Instant, timing: &Timing, reason: EndReason) -> Step {
        match self.state {
            CallState::Ringing | CallState::Held => self.rest(),
            CallState::Calling | CallState::Proceeding => self.fail(now, failure_tone(reason)),
            CallState::Connected => {
                self.invalidate();
                // `Reorder Delay`: 0 is at once, `inf` never.
                match timing.reorder_delay_ms {
                    Some(0) => self.sound(now, Some(Tone::Reorder)),
                    Some(delay_ms) => self.tone_over.start(now, u64::from(delay_ms)),
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
    fn refused(&mut self, now: Instant, wish: Order) -> Step {
        match wish {
            Order::Invite if self.state == CallState::Calling && self.session.is_none() => {
                self.fail(now, Tone::Reorder);
                NOTHING
            }
            Order::Answer(session) if self.session == Some(session) => {
                self.fail(now, Tone::Reorder);
                order(Some(Order::End(session)))
            }
            Order::Invite
            | Order::Ring(_)
            | Order::Answer(_)
            | Order::Refuse(_)
            | Order::Hold(_)
            | Order::Resume(_)
            | Order::End(_) => NOTHING,
        }
    }

    fn timeout(&mut self, now: Instant, timing: &Timing) -> Step {
        if self.tone_over.take_due(now) {
            self.next_tone(now);
        }
        if self.interdigit().is_some_and(|due| due <= now) {
            return self.collect(now, timing, collector::Input::Timeout);
        }
        NOTHING
    }

    /// Dial tone, then reorder tone, then off-hook warning tone, then silence.
    fn next_tone(&mut self, now: Instant) {
        match self.tone {
            Some(Tone::Dial | Tone::Stutter | Tone::Cfwd | Tone::Second | Tone::Outside | Tone::Prompt) => {
                self.fail(now, Tone::Reorder);
            }
            Some(Tone::Reorder | Tone::Busy | Tone::Sit1 | Tone::Sit2 | Tone::Sit3 | Tone::Sit4) => {
                self.sound(now, Some(Tone::Warning));
            }
            // The silence after a far end's hanging up.
            None => self.sound(now, Some(Tone::Reorder)),
            Some(
                Tone::Ringback
                | Tone::Warning
                | Tone::CallWaiting
                | Tone::Confirm
                | Tone::Holding
                | Tone::Conference
                | Tone::Secure,
            ) => self.silence(),
        }
    }

    fn fail(&mut self, now: Instant, tone: Tone) {
        self.invalidate();
        self.sound(now, Some(tone));
    }

    fn invalidate(&mut self) {
        self.state = CallState::Invalid;
        self.session = None;
        self.held_by_peer = false;
        self.connected_since = None;
        self.silence();
    }

    /// The person leaves the call; what the user agent still does about its session is no longer ours.
    fn leave(&mut self, wish: fn(SessionId) -> Order) -> Step {
        let wish = self.session.map(wish);
        self.rest();
        order(wish)
    }

    fn rest(&mut self) {
        let enabled = self.enabled;
        *self = Self::new();
        self.enabled = enabled;
        self.state = if enabled { CallState::Idle } else { CallState::Disabled };
    }

    fn sound(&mut self, now: Instant, tone: Option<Tone>) {
        self.tone = tone;
        self.tone_since = now;
        match tone.and_then(Tone::duration_ms) {
            Some(duration_ms) => self.tone_over.start(now, u64::from(duration_ms)),
            None => self.tone_over.stop(),
        }
    }

    const fn silence(&mut self) {
        self.tone = None;
        self.tone_over.stop();
    }
}

/// Busy tone for 486 (Busy Here) and 600 (Busy Everywhere), reorder tone for everything else.
const fn failure_tone(reason: EndReason) -> Tone {
    match reason {
        EndReason::Failed(486 | 600) => Tone::Busy,
        EndReason::Failed(_)
        | EndReason::Local
        | EndReason::Remote
        | EndReason::Cancelled
        | EndReason::AnsweredElsewhere
        | EndReason::Lost => Tone::Reorder,
    }
}

impl Default for Appearance {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
