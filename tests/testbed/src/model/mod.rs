//! A second phone, as a person sees one: the guide's chapter on call features in as few words as possible,
//! to hold the library's phone against.
//!
//! It knows line keys, devices, tones and soft keys, and no SIP. It is moved by what the person does and by
//! what the network was seen to do ([`Move`]); [`Model::face`] is what must then be shown and heard, and
//! [`Model::wishes`] what must have been asked of the network. Nothing here is taken from the library: where
//! the two disagree, the guide decides who is wrong.
//!
//! The modelled phone is account 101 and has the factory's settings but for its dial plan, `(xx.)`, and no IP
//! dialling.
#![allow(clippy::indexing_slicing, reason = "line keys are 0 to 3; another one fails the test at once")]
#![allow(clippy::arithmetic_side_effects, reason = "milliseconds of a test")]

mod back;
mod choice;
mod codes;
mod conference;
mod dialling;
mod face;
mod network;
mod person;
mod transfer;

pub use back::{Back, Standing};
pub use face::{Face, LineFace};
pub use transfer::Transfer;

/// A line key, from 0.
pub type Place = usize;
/// A tone, by the name of its class.
pub type Tone = &'static str;

/// What a call appearance is doing (guide, Definitions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The line key is disabled.
    Disabled,
    /// Nobody uses it.
    Idle,
    /// A number is dialled.
    Dialing,
    /// The far end has not answered the call in any way.
    Calling,
    /// The far end rings.
    Proceeding,
    /// Somebody calls.
    Ringing,
    /// A conversation.
    Connected,
    /// A conversation on hold.
    Held,
    /// A call that failed or is over, still off hook.
    Invalid,
}

/// Handset, speaker or headset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Device {
    /// The handset.
    Handset,
    /// Built-in speaker and microphone.
    Speaker,
    /// The headset.
    Headset,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// A line key.
    Line(Place),
    /// The speaker button.
    Speaker,
    /// The headset button.
    Headset,
    /// The handset leaves its cradle.
    Lift,
    /// The handset comes back to it.
    Cradle,
    /// The hold key.
    Hold,
    /// The mute button.
    Mute,
    /// A key of the dial pad.
    Dial(char),
    /// The redial key.
    Redial,
    /// The volume key.
    Volume,
    /// A soft key that is offered, by its label.
    Soft(String),
    /// Time has passed.
    Time,
    /// Somebody calls.
    Incoming {
        /// The number; empty when it is withheld.
        from: String,
        /// The phone is asked to answer by itself.
        page: bool,
    },
    /// A provisional response: whether the far end rings, and whether the network itself is to be heard.
    Progress {
        /// Whose.
        line: Place,
        /// 180.
        rings: bool,
        /// There is early media.
        early: bool,
    },
    /// The far end answers.
    Answered(Place),
    /// The call is over at the far end: a final status, or nothing for a far end that hung up or gave up.
    Ended(Place, Option<u16>),
    /// The far end puts the person on hold, or takes the call back.
    HeldByPeer(Place, bool),
    /// Our resume failed: the far end is still on hold.
    StillHeld(Place),
    /// The call could not even be begun.
    Refused(Place),
    /// What is heard of an attempt to call back.
    Back(Back),
    /// How a transfer ended.
    Transferred(Place, bool),
    /// The far end sent us to somebody else, and we call there.
    Followed(Place),
    /// Somebody else has taken the far end's place.
    Replaced(Place),
    /// The extension may call from now on, or not.
    Registered(bool),
    /// Whether messages wait.
    Messages(bool),
}

/// One call appearance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Call {
    state: State,
    /// The far end called.
    incoming: bool,
    /// Calls can be made on the extension, so that there is a dial tone.
    ready: bool,
    /// The keys so far.
    keys: String,
    /// The number called, or the caller's.
    party: String,
    /// The codes before the number.
    typed: String,
    /// What asks for a number.
    prompt: Tone,
    /// The code that the number is for.
    purpose: Option<&'static str>,
    /// When the number is taken as it is.
    complete_at: Option<u64>,
    tone: Option<Tone>,
    tone_ends: Option<u64>,
    /// What was chosen for this call.
    call_waiting: Option<bool>,
    /// Somebody is there who was to be called back; whether they have answered.
    back: Option<bool>,
    held_by_peer: bool,
    held_since: Option<u64>,
    transfer: Transfer,
}

/// The phone as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Model {
    now: u64,
    calls: [Call; 4],
    device: Option<Device>,
    lifted: bool,
    muted: bool,
    /// The number typed on hook, and when it is forgotten.
    typed: String,
    forgotten_at: u64,
    last_number: String,
    /// The same without codes.
    last_called: String,
    last_caller: String,
    ring: Ring,
    burst_ends: Option<u64>,
    registered: bool,
    /// What is kept over a restart.
    pub settings: Settings,
    begun: Option<transfer::Begun>,
    joined: Option<conference::Joined>,
    ordered: Option<back::Ordered>,
    asked: Option<choice::Asked>,
    wishes: Vec<String>,
}

/// What codes change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Call waiting.
    pub call_waiting: bool,
    /// Do not disturb.
    pub undisturbed: bool,
    /// No anonymous calls.
    pub no_anonymous: bool,
    /// Where all calls go; empty: nowhere.
    pub forward_all: String,
    /// Where calls go while the person is busy.
    pub forward_busy: String,
    /// Messages wait.
    pub messages: bool,
    /// Orders to call back are taken.
    pub call_back: bool,
}

/// How an incoming call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ring {
    Silent,
    /// It rings; until when.
    Rings(u64),
    /// It has rung for a minute.
    RungOut,
    Waiting,
}

impl State {
    /// A call that a device belongs to.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Dialing | Self::Calling | Self::Proceeding | Self::Connected | Self::Invalid)
    }
}

impl Call {
    const fn new() -> Self {
        Self {
            state: State::Idle,
            incoming: false,
            ready: false,
            keys: String::new(),
            party: String::new(),
            typed: String::new(),
            prompt: "dial",
            purpose: None,
            complete_at: None,
            tone: None,
            tone_ends: None,
            call_waiting: None,
            back: None,
            held_by_peer: false,
            held_since: None,
            transfer: Transfer::None,
        }
    }

    fn sound(&mut self, now: u64, tone: Option<Tone>) {
        self.tone = tone;
        self.tone_ends = tone.and_then(lasts).map(|ms| now + ms);
    }

    fn is_in_conversation(&self) -> bool {
        matches!(self.state, State::Connected | State::Held)
    }
}

/// How long a tone lasts as it leaves the factory; `None`: until it is stopped.
fn lasts(tone: Tone) -> Option<u64> {
    match tone {
        "ringback" | "holding" | "callwaiting" => None,
        "stutter" | "cfwd" => Some(12_000),
        "confirm" => Some(1_000),
        "page" => Some(300),
        _ => Some(10_000),
    }
}

impl Default for Settings {
    fn default() -> Self {
        let (forward_all, forward_busy) = (String::new(), String::new());
        Self {
            call_waiting: true,
            undisturbed: false,
            no_anonymous: false,
            forward_all,
            forward_busy,
            messages: false,
            call_back: true,
        }
    }
}

impl Model {
    /// An idle phone with four line keys of one extension, not registered yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            now: 0,
            calls: [const { Call::new() }; 4],
            device: None,
            lifted: false,
            muted: false,
            typed: String::new(),
            forgotten_at: 0,
            last_number: String::new(),
            last_called: String::new(),
            last_caller: String::new(),
            ring: Ring::Silent,
            burst_ends: None,
            registered: false,
            settings,
            begun: None,
            joined: None,
            ordered: None,
            asked: None,
            wishes: Vec::new(),
        }
    }

    /// Something happens.
    pub fn step(&mut self, now: u64, what: &Move) {
        self.now = now;
        self.wishes.clear();
        if !self.take_choice(what) {
            self.act(what);
        }
        self.settle();
    }

    fn act(&mut self, what: &Move) {
        match what {
            Move::Line(line) => self.press_line(*line),
            Move::Speaker => self.press_device(Device::Speaker),
            Move::Headset => self.press_device(Device::Headset),
            Move::Lift => self.lift(),
            Move::Cradle => self.put_down(),
            Move::Hold => self.hold(),
            Move::Mute => self.muted = self.device.is_some() && !self.muted,
            Move::Dial(key) => self.dial(*key),
            Move::Redial => self.redial(),
            // Without a device it is the ringer's, which then sounds for a moment.
            Move::Volume if self.device.is_none() => self.burst_ends = Some(self.now + 1_000),
            Move::Volume => {}
            Move::Soft(label) => self.soft(label),
            Move::Time => self.time(),
            Move::Incoming { .. }
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
            | Move::Messages(_) => self.news(what),
        }
    }

    /// What the last move asked of the network, in order.
    #[must_use]
    pub fn wishes(&self) -> &[String] {
        &self.wishes
    }

    /// What a line's call is doing.
    #[must_use]
    pub const fn state(&self, line: Place) -> State {
        self.calls[line].state
    }

    /// The active call; of the two in a conference, the lower one.
    #[must_use]
    pub fn active(&self) -> Option<Place> {
        self.calls.iter().position(|call| call.state.is_active())
    }

    fn all_active(&self) -> Vec<Place> {
        (0..4).filter(|line| self.calls[*line].state.is_active()).collect()
    }

    /// Who the far end of a call is, as the network says.
    pub fn meet(&mut self, line: Place, number: &str) {
        number.clone_into(&mut self.calls[line].party);
    }

    fn lowest(&self, state: State) -> Option<Place> {
        self.calls.iter().position(|call| call.state == state)
    }

    fn wish(&mut self, line: Place, what: &str) {
        self.wishes.push(format!("L{} {what}", line + 1));
    }

    /// What follows from the states of the calls.
    fn settle(&mut self) {
        self.settle_back();
        match self.active() {
            // When there are no active calls, all audio devices are deselected.
            None => (self.device, self.muted) = (None, false),
            Some(_) if self.device.is_none() => {
                self.device = Some(if self.lifted { Device::Handset } else { Device::Speaker });
            }
            Some(_) => {}
        }
        self.ring = match (self.lowest(State::Ringing), self.active(), self.ring) {
            (None, ..) => Ring::Silent,
            (Some(_), Some(_), _) => Ring::Waiting,
            (Some(_), None, Ring::Silent | Ring::Waiting) => Ring::Rings(self.now + 60_000),
            (Some(_), None, same) => same,
        };
        for call in &mut self.calls {
            let since = call.held_since.unwrap_or(self.now);
            call.held_since = (call.state == State::Held).then_some(since);
        }
        self.settle_transfer();
        self.settle_conference();
        self.settle_choice();
    }

    /// Whatever is due happens.
    fn time(&mut self) {
        for line in 0..4 {
            if self.calls[line].tone_ends.is_some_and(|at| at <= self.now) {
                self.next_tone(line);
            }
            if self.calls[line].complete_at.is_some_and(|at| at <= self.now) {
                self.complete(line);
            }
        }
        if self.forgotten_at <= self.now {
            self.typed.clear();
        }
        self.burst_ends = self.burst_ends.filter(|at| *at > self.now);
        if matches!(self.ring, Ring::Rings(until) if until <= self.now) {
            self.ring = Ring::RungOut;
        }
        self.conference_in_time();
        self.back_in_time();
    }

    /// Dial tone, then reorder tone, then off-hook warning, then silence.
    fn next_tone(&mut self, line: Place) {
        let now = self.now;
        let call = &mut self.calls[line];
        call.tone_ends = None;
        match call.tone {
            Some("confirm") => call.sound(now, Some(call.prompt)),
            Some("reorder" | "busy") => call.sound(now, Some("warning")),
            Some("warning" | "page") => call.sound(now, None),
            Some(_) => self.fail(line, "reorder"),
            // The far end has hung up, and the silence after it is over.
            None => call.sound(now, Some("reorder")),
        }
    }

    fn fail(&mut self, line: Place, tone: Tone) {
        self.over(line, Some(tone));
    }

    /// The call is over, and the person still off hook.
    fn over(&mut self, line: Place, tone: Option<Tone>) {
        self.let_go(line);
        let now = self.now;
        let call = &mut self.calls[line];
        call.state = State::Invalid;
        call.complete_at = None;
        call.held_by_peer = false;
        call.sound(now, tone);
    }

    /// The line key is free again.
    fn rest(&mut self, line: Place) {
        self.let_go(line);
        self.calls[line] = Call::new();
    }
}
