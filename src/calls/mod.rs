//! Call appearances: what a person does with four calls, without a word of SIP.
//!
//! The rules, in the words of the phone's guide. There is at most one active call (dialing, calling,
//! proceeding, connected, invalid) and one audio device; no call is active exactly while no device is on.
//! Choosing a device answers the lowest ringing line key, or else takes the first idle line; choosing a line
//! key turns a device on: the handset if it is lifted, else the preferred one. Turning the device off ends
//! the active call, and no other. Another line key puts a conversation on hold; what cannot be held (a number
//! half dialled, a call not yet answered, one that failed) it ends.
//!
//! Between here and the user agent pass only [`ua::Command`] and [`ua::Event`]:
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::calls::{CallState, Calls, Input, LineKey, Settings, Tone};
//! use deskphone::ua::{Command, ExtensionId};
//!
//! let mut settings = Settings::new();
//! settings.lines[0].extension = ExtensionId::new(1);
//! settings.call_without_registration[0] = true;
//! let mut calls = Calls::new();
//! let now = Instant::ZERO;
//! calls.configure(now, settings);
//!
//! let _ = calls.step(now, Input::Line(LineKey::L1));
//! assert_eq!(calls.tone().map(|(tone, _)| tone), Some(Tone::Dial));
//! for key in "600".chars().filter_map(deskphone::calls::DialKey::new) {
//!     let _ = calls.step(now, Input::Dial(key));
//! }
//! let step = calls.step(now, Input::Action(deskphone::calls::Action::Dial));
//! let Command::Invite(invite) = calls.command(&step.orders[0]) else { panic!() };
//! assert_eq!(invite.target, "600");
//! assert_eq!(calls.line(LineKey::L1).state(), CallState::Calling);
//! ```

pub mod alert;
pub mod appearance;
pub mod audio_path;
pub mod collector;
pub mod dtmf;
pub mod keys;
pub mod lamp;
mod line;
mod network;
pub mod on_hook;
mod person;
pub mod ring;
pub mod settings;
pub mod state;
pub mod tones;

pub use appearance::{Appearance, Party};
pub use audio_path::{AudioDevice, AudioPath};
pub use dtmf::Digit;
pub use keys::{DialKey, LineKey};
pub use lamp::{Colour, Lamp, LampState, Pattern};
pub use line::Line;
pub use person::Action;
pub use settings::{LineSettings, Settings, Timing};
pub use state::CallState;
pub use tones::Tone;

use alert::{Alert, Sign};
use dtmf::Dtmf;
use heapless::{String, Vec};
use on_hook::OnHook;

use crate::base::{Instant, earliest};
use crate::limits;
use crate::ua::{self, Command, Event, ExtensionId, Invite, Outcome, RegistrationState, SessionView};

/// The four call appearances and what they share: audio device, ringer, the number being typed.
#[derive(Clone, Debug)]
pub struct Calls {
    settings: Settings,
    lines: [Line; limits::LINE_KEYS],
    registrations: [RegistrationState; limits::EXTENSIONS],
    path: AudioPath,
    alert: Alert,
    on_hook: OnHook,
    dtmf: Dtmf,
    last_number: String<{ limits::DIALED_BYTES }>,
    /// When the last time began that any call rang.
    ringing_since: Option<Instant>,
    serials: u32,
}

/// What can happen to calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// A line key.
    Line(LineKey),
    /// The speaker or headset button.
    Device(AudioDevice),
    /// The handset was lifted (`true`) or put down.
    Handset(bool),
    /// The hold key.
    Hold,
    /// The mute button.
    Mute,
    /// A key of the dial pad went down.
    Dial(DialKey),
    /// A key of the dial pad came up.
    DialReleased(DialKey),
    /// A soft key, or the redial key.
    Action(Action),
    /// The user agent says something; `session` is what can be read of the session it speaks of.
    Event {
        /// What it says.
        event: Event,
        /// The session as it is now, while it is there.
        session: Option<SessionView<'a>>,
    },
    /// An extension's registration changed.
    Registration {
        /// The extension.
        extension: ExtensionId,
        /// Where it stands now.
        state: RegistrationState,
    },
    /// What came of an order.
    Outcome {
        /// The order.
        order: Order,
        /// What came of it.
        outcome: Outcome,
    },
    /// Time passed.
    Timeout,
}

/// What an input asks of the user agent, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[must_use]
pub struct Step {
    /// For each: give [`Calls::command`] to the user agent, and its outcome back as [`Input::Outcome`].
    pub orders: Vec<Order, { limits::ORDERS }>,
}

/// A wish of a call appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Whose; `None` for a call that found no line.
    pub line: Option<LineKey>,
    /// What.
    pub wish: appearance::Order,
}

impl Calls {
    /// All line keys disabled.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            settings: Settings::new(),
            lines: [const { Line::new() }; limits::LINE_KEYS],
            registrations: [RegistrationState::Off; limits::EXTENSIONS],
            path: AudioPath::new(),
            alert: Alert::new(),
            on_hook: OnHook::new(),
            dtmf: Dtmf::new(),
            last_number: String::new(),
            ringing_since: None,
            serials: 0,
        }
    }

    /// Takes other settings. A call on a line key that is disabled or moved goes on as it is.
    pub fn configure(&mut self, now: Instant, settings: Settings) {
        self.settings = settings;
        for key in LineKey::ALL {
            let extension = self.settings.lines.get(key.index()).and_then(|line| line.extension);
            let _none = self.appearance(now, key, appearance::Input::Enable(extension.is_some()));
            self.line_mut(key).assign(extension);
        }
        self.settle(now);
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, input: Input<'_>) -> Step {
        let mut step = Step::default();
        match input {
            Input::Line(key) => self.press_line(now, key, &mut step),
            Input::Device(device) => self.press_device(now, device, &mut step),
            Input::Handset(lifted) => self.move_handset(now, lifted, &mut step),
            Input::Hold => self.press_hold(now, &mut step),
            Input::Mute => self.path.toggle_mute(),
            Input::Dial(key) => self.dial(now, key, &mut step),
            Input::DialReleased(key) => self.dtmf.step(now, dtmf::Input::Up(key)),
            Input::Action(action) => self.act(now, action, &mut step),
            Input::Event { event, session } => self.event(now, event, session, &mut step),
            Input::Registration { extension, state } => self.registration(now, extension, state),
            Input::Outcome { order, outcome } => self.outcome(now, order, outcome, &mut step),
            Input::Timeout => {
                for key in LineKey::ALL {
                    self.order(now, key, appearance::Input::Timeout, &mut step);
                }
                self.on_hook.step(now, on_hook::Input::Timeout);
                self.dtmf.step(now, dtmf::Input::Timeout);
            }
        }
        self.settle(now);
        step
    }

    /// When calls need [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let lines = self.lines.iter().map(Line::deadline);
        earliest(lines.chain([self.alert.deadline(), self.on_hook.deadline(), self.dtmf.deadline()]))
    }

    /// An order in the user agent's words.
    #[must_use]
    pub fn command(&self, order: &Order) -> Command<'_> {
        match order.wish {
            appearance::Order::Invite => {
                let line = order.line.map(|key| self.line(key));
                let extension = line.and_then(Line::extension).unwrap_or(ExtensionId::PRIMARY);
                Command::Invite(Invite {
                    extension,
                    target: line.map(Line::dialled).unwrap_or_default(),
                    anonymous: false,
                    codecs: None,
                })
            }
            appearance::Order::Ring(session) => Command::Ring(session),
            appearance::Order::Answer(session) => Command::Answer(session),
            appearance::Order::Refuse(session) => Command::Refuse { session, status: 486, contact: None },
            appearance::Order::Hold(session) => Command::Hold(session),
            appearance::Order::Resume(session) => Command::Resume(session),
            appearance::Order::End(session) => Command::End(session),
        }
    }

    /// One line key's call appearance.
    #[must_use]
    pub const fn line(&self, key: LineKey) -> &Line {
        let [l1, l2, l3, l4] = &self.lines;
        match key {
            LineKey::L1 => l1,
            LineKey::L2 => l2,
            LineKey::L3 => l3,
            LineKey::L4 => l4,
        }
    }

    /// The active call's line key.
    #[must_use]
    pub fn active(&self) -> Option<LineKey> {
        LineKey::ALL.into_iter().find(|&key| self.line(key).state().is_active())
    }

    /// The lowest line key in a state.
    #[must_use]
    pub fn lowest(&self, state: CallState) -> Option<LineKey> {
        LineKey::ALL.into_iter().find(|&key| self.line(key).state() == state)
    }

    /// The line key that display and soft keys speak of: the active call, else the lowest ringing one, else
    /// the lowest held one.
    #[must_use]
    pub fn focus(&self) -> Option<LineKey> {
        let ringing = || self.lowest(CallState::Ringing);
        self.active().or_else(ringing).or_else(|| self.lowest(CallState::Held))
    }

    /// A line key's name on the display.
    #[must_use]
    pub fn label(&self, key: LineKey) -> &str {
        self.settings.lines.get(key.index()).map_or("", |line| line.label.as_str())
    }

    /// The audio device.
    #[must_use]
    pub const fn path(&self) -> &AudioPath {
        &self.path
    }

    /// The tone in the device, and when it began. One about the active call comes before call waiting tone.
    #[must_use]
    pub fn tone(&self) -> Option<(Tone, Instant)> {
        let active = self.active()?;
        let waiting = || self.alert.waiting().map(|since| (Tone::CallWaiting, since));
        self.line(active).tone().or_else(waiting)
    }

    /// The ring tone that sounds, by number, and when it began.
    #[must_use]
    pub const fn ring(&self) -> Option<(u8, Instant)> {
        self.alert.ring()
    }

    /// Since when calls ring, if one does.
    #[must_use]
    pub const fn ringing_since(&self) -> Option<Instant> {
        self.ringing_since
    }

    /// The digit that sounds in the conversation.
    #[must_use]
    pub const fn digit(&self) -> Option<Digit> {
        self.dtmf.digit()
    }

    /// The number that is typed while no call is active.
    #[must_use]
    pub fn on_hook_number(&self) -> &str {
        self.on_hook.number()
    }

    /// Whether the active call has digits that can be sent or taken back.
    #[must_use]
    pub fn has_digits(&self) -> bool {
        self.active().is_some_and(|key| !self.line(key).dialled().is_empty())
    }

    /// The number that was called last.
    #[must_use]
    pub fn last_number(&self) -> Option<&str> {
        Some(self.last_number.as_str()).filter(|number| !number.is_empty())
    }

    const fn line_mut(&mut self, key: LineKey) -> &mut Line {
        let [l1, l2, l3, l4] = &mut self.lines;
        match key {
            LineKey::L1 => l1,
            LineKey::L2 => l2,
            LineKey::L3 => l3,
            LineKey::L4 => l4,
        }
    }

    fn appearance(
        &mut self,
        now: Instant,
        key: LineKey,
        input: appearance::Input<'_>,
    ) -> Option<appearance::Order> {
        let timing = self.settings.timing;
        let line = self.line_mut(key);
        let before = line.state();
        let step = line.appearance_mut().step(now, &timing, input);
        let after = line.state();
        if before != after {
            crate::note!("line key {}: {}", key.number(), after.name());
        }
        step.order
    }

    /// Gives an input to one appearance and keeps what it wishes.
    fn order(&mut self, now: Instant, key: LineKey, input: appearance::Input<'_>, step: &mut Step) {
        let Some(wish) = self.appearance(now, key, input) else { return };
        if wish == appearance::Order::Invite {
            let number = crate::base::text::shortened(self.line(key).dialled());
            self.last_number = number;
        }
        // Two orders are the most that one input causes: one call gives way to another.
        let _full = step.orders.push(Order { line: Some(key), wish });
    }

    /// What follows from the calls' states as they are now.
    fn settle(&mut self, now: Instant) {
        let active = self.active();
        match active {
            None => self.path.release(),
            Some(_) => self.path.select_automatically(self.settings.preferred_device),
        }
        if active.is_none_or(|key| self.line(key).state() != CallState::Connected) {
            self.dtmf.step(now, dtmf::Input::Stop);
        }
        let ringing = self.lowest(CallState::Ringing);
        self.ringing_since = ringing.map(|_| self.ringing_since.unwrap_or(now));
        let sign = match (ringing, active) {
            (None, _) => Sign::None,
            (Some(_), Some(_)) => Sign::Waiting,
            (Some(key), None) => Sign::Ring(self.ring_of(key)),
        };
        self.alert.step(now, sign);
        for key in LineKey::ALL {
            let registration = self.line(key).extension().map(|extension| self.registered(extension));
            let serial = self.serials.wrapping_add(1);
            if self.line_mut(key).settle(now, registration.unwrap_or_default(), serial) {
                self.serials = serial;
            }
        }
    }

    fn ring_of(&self, key: LineKey) -> u8 {
        let extension = self.line(key).extension().unwrap_or(ExtensionId::PRIMARY);
        self.settings.ring.get(extension.index()).copied().unwrap_or(1)
    }

    fn registered(&self, extension: ExtensionId) -> RegistrationState {
        self.registrations.get(extension.index()).copied().unwrap_or_default()
    }

    /// Whether an extension may call, so that there is a dial tone.
    fn may_call(&self, key: LineKey) -> bool {
        self.line(key).extension().is_some_and(|extension| {
            let free = self.settings.call_without_registration.get(extension.index()).copied();
            free == Some(true) || self.registered(extension) == RegistrationState::Registered
        })
    }

    fn line_of(&self, session: ua::SessionId) -> Option<LineKey> {
        LineKey::ALL.into_iter().find(|&key| self.line(key).session() == Some(session))
    }
}

impl Default for Calls {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
