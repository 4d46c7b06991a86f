//! Call appearances: what a person does with four calls, without a word of SIP.
//!
//! The rules, in the words of the phone's guide. There is at most one active call (dialing, calling,
//! proceeding, connected, invalid) and one audio device; no call is active exactly while no device is on.
//! Choosing a device answers the lowest ringing line key, or else takes the first idle line; choosing a line
//! key turns a device on: the handset if it is lifted, else the preferred one. Turning the device off ends
//! the active call, and no other. Another line key puts a conversation on hold; what cannot be held (a number
//! half dialled, a call not yet answered, one that failed) it ends. Only a three-way conference has two
//! active calls at a time.
//!
//! Between here and the user agent pass only [`ua::Command`] and [`ua::Event`]:
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::calls::{CallState, Calls, Input, LineKey, Tone};
//! use deskphone::config::Config;
//! use deskphone::ua::Command;
//!
//! let (mut config, mut calls, now) = (Config::new(), Calls::new(), Instant::ZERO);
//! config.set("Make_Call_Without_Reg_1_", "yes").unwrap();
//! calls.configure(now, &config);
//!
//! let _ = calls.step(now, &mut config, Input::Line(LineKey::L1));
//! assert_eq!(calls.tone().map(|(tone, _)| tone), Some(Tone::Dial));
//! for key in "600".chars().filter_map(deskphone::calls::DialKey::new) {
//!     let _ = calls.step(now, &mut config, Input::Dial(key));
//! }
//! let step = calls.step(now, &mut config, Input::Action(deskphone::calls::Action::Dial));
//! let Some(Command::Invite(invite)) = calls.command(&config, &step.orders[0]) else { panic!() };
//! assert_eq!(invite.target, "600");
//! assert_eq!(calls.line(LineKey::L1).state(), CallState::Calling);
//! ```

pub mod alert;
pub mod appearance;
pub mod audio_path;
mod bridge;
pub mod call_back;
mod calling_back;
mod choice;
mod conference;
pub mod desk;
mod dialling;
pub mod dtmf;
mod emergency;
mod invitation;
pub mod keys;
pub mod lamp;
mod line;
mod listening;
pub mod music;
mod network;
pub mod on_hook;
pub mod one_call;
mod person;
pub mod ring;
pub mod screening;
pub mod secure;
pub mod service_keys;
mod services;
pub mod shared_line;
mod sharing;
pub mod state;
pub mod tones;
mod transfer;

pub use appearance::{Appearance, Party};
pub use audio_path::{AudioDevice, AudioPath};
pub use call_back::CallBack;
pub use choice::Choice;
pub use dtmf::Digit;
pub use keys::{DialKey, LineKey};
pub use lamp::{Colour, Lamp, LampState, Pattern};
pub use line::Line;
pub use music::Music;
pub use one_call::OneCall;
pub use person::Action;
pub use screening::Refusal;
pub use secure::{Certified, Security};
pub use service_keys::ServiceKey;
pub use sharing::Wish;
pub use state::CallState;
pub use tones::Tone;
pub use transfer::Transfer;

use alert::{Alert, Sign};
use call_back::Called;
use desk::Desk;
use dtmf::Dtmf;
use heapless::{String, Vec};
use on_hook::OnHook;

use crate::base::{Instant, earliest, text};
use crate::config::Config;
use crate::config::catalogue::{ext, phone, regional, user};
use crate::dialplan::Plan;
use crate::limits;
use crate::rtp::telephone_event;
use crate::ua::{self, Command, Event, ExtensionId, Outcome, RegistrationState, SessionView};

/// The four call appearances and what they share: audio device, ringer, the number being typed.
#[derive(Clone, Debug)]
pub struct Calls {
    lines: [Line; limits::LINE_KEYS],
    registrations: [RegistrationState; limits::EXTENSIONS],
    path: AudioPath,
    alert: Alert,
    on_hook: OnHook,
    dtmf: Dtmf,
    /// The dial plan of the line that dials, and of which extension it is.
    plan: Plan,
    planned: Option<ExtensionId>,
    last_number: String<{ limits::DIALED_BYTES }>,
    /// The same as it was sent, and what was chosen for it.
    last_call: Called,
    call_back: CallBack,
    music: Music,
    /// Who called last.
    last_caller: String<{ limits::NAME_BYTES }>,
    /// When the last time began that any call rang.
    ringing_since: Option<Instant>,
    serials: u32,
    /// A transfer or a conference that waits for its other call.
    begun: Option<transfer::Begun>,
    /// The two calls that are joined.
    joined: Option<conference::Joined>,
    /// The call with a conference bridge.
    bridge: Option<bridge::Bridge>,
    /// The question which held call is meant.
    asked: Option<choice::Asked>,
    /// Where the far end of the transfer that is ordered goes.
    refer_to: transfer::Target,
    sharing: sharing::Sharing,
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
    /// What is known of the protection of a call has changed.
    Security {
        /// Its session.
        session: ua::SessionId,
        /// What it is now.
        news: Security<'a>,
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

/// One input while it is worked on.
struct Turn<'a> {
    now: Instant,
    config: &'a mut Config,
    orders: Vec<Order, { limits::ORDERS }>,
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
            lines: [const { Line::new() }; limits::LINE_KEYS],
            registrations: [RegistrationState::Off; limits::EXTENSIONS],
            path: AudioPath::new(),
            alert: Alert::new(),
            on_hook: OnHook::new(),
            dtmf: Dtmf::new(),
            plan: Plan::new(),
            planned: None,
            last_number: String::new(),
            last_call: Called { target: String::new(), one_call: OneCall::new() },
            call_back: CallBack::new(),
            music: Music::new(),
            last_caller: String::new(),
            ringing_since: None,
            serials: 0,
            begun: None,
            joined: None,
            bridge: None,
            asked: None,
            refer_to: String::new(),
            sharing: sharing::Sharing::new(),
        }
    }

    /// Looks at the settings anew. A call on a line key that is disabled or moved goes on as it is.
    pub fn configure(&mut self, now: Instant, config: &Config) {
        for key in LineKey::ALL {
            let extension = assigned(config, key);
            let _none = self.appearance(now, config, key, appearance::Input::Enable(extension.is_some()));
            self.line_mut(key).assign(extension);
        }
        self.settle(now, config);
    }

    /// Takes one input. What a person changes by a code (call waiting off, a number to forward to) is changed
    /// in the settings.
    pub fn step(&mut self, now: Instant, config: &mut Config, input: Input<'_>) -> Step {
        let mut turn = Turn { now, config, orders: Vec::new() };
        self.take(&mut turn, input);
        self.attend_call_back(&mut turn);
        self.settle_shared(&mut turn);
        self.attend_music(&mut turn);
        let orders = turn.orders;
        self.settle(now, config);
        Step { orders }
    }

    fn take(&mut self, turn: &mut Turn<'_>, input: Input<'_>) {
        if self.take_choice(turn, &input) {
            return;
        }
        match input {
            Input::Line(key) => self.press_line(turn, key),
            Input::Device(device) => self.press_device(turn, device),
            Input::Handset(lifted) => self.move_handset(turn, lifted),
            Input::Hold => self.press_hold(turn),
            Input::Mute => self.path.toggle_mute(),
            Input::Dial(key) => self.dial(turn, key),
            Input::DialReleased(key) => self.dtmf.step(turn.now, dtmf::Input::Up(key)),
            Input::Action(action) => self.act(turn, action),
            Input::Event { event, session } => self.event(turn, event, session),
            Input::Security { session, news } => self.security(turn, session, news),
            Input::Registration { extension, state } => self.registration(turn, extension, state),
            Input::Outcome { order, outcome } => self.outcome(turn, order, outcome),
            Input::Timeout => {
                for key in LineKey::ALL {
                    self.order(turn, key, appearance::Input::Timeout);
                    self.wait_over(turn, key);
                }
                self.on_hook.step(turn.now, on_hook::Input::Timeout);
                self.dtmf.step(turn.now, dtmf::Input::Timeout);
                self.call_back(turn, call_back::Input::Timeout);
                self.shared_timeout(turn);
                self.conference_timeout(turn.now);
                self.alert.timeout(turn.now);
            }
        }
    }

    /// When calls need [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let lines = self.lines.iter().map(Line::deadline);
        let mine = [self.alert.deadline(), self.on_hook.deadline(), self.dtmf.deadline()];
        let more = [self.conference_deadline(), self.choice_deadline(), self.sharing.deadline()];
        earliest(lines.chain(mine).chain(more).chain([self.call_back.deadline()]))
    }

    /// An order in the user agent's words; `None` for what the calls do by themselves.
    #[must_use]
    pub fn command<'a>(&'a self, config: &'a Config, order: &Order) -> Option<Command<'a>> {
        Some(match order.wish {
            appearance::Order::Invite => {
                let key = order.line?;
                let page = self.line(key).appearance().one_call().page;
                let call = self.invite(config, key);
                if page { Command::Page(call) } else { Command::Invite(call) }
            }
            appearance::Order::CallBack => Command::Invite(self.invite_back(config, order.line?)),
            appearance::Order::Ring(session) => Command::Ring(session),
            appearance::Order::Answer(session) => Command::Answer(session),
            appearance::Order::Refuse(session, why) => {
                let (status, contact) = why.answer(config);
                Command::Refuse { session, status, contact }
            }
            appearance::Order::Hold(session) if order.line.is_some_and(|key| self.holds_privately(key)) => {
                Command::HoldPrivately(session)
            }
            appearance::Order::Hold(session) => Command::Hold(session),
            appearance::Order::Shared(wish) => wish.command(),
            appearance::Order::Listen(extension) => {
                let target = config.read(ext::MOH_SERVER.of(extension.number()));
                Command::Listen { extension, target }
            }
            appearance::Order::Resume(session) => Command::Resume(session),
            appearance::Order::End(session) => Command::End(session),
            appearance::Order::Transfer(session) => Command::Transfer { session, target: &self.refer_to },
            appearance::Order::TransferTo(session, other) => Command::TransferTo { session, other },
            appearance::Order::TransferInto(session, bridge) => Command::TransferInto { session, bridge },
            appearance::Order::Digit(session, key) => {
                let duration_ms = config.read(regional::DTMF_PLAYBACK_LENGTH);
                let duration_ms = u16::try_from(duration_ms).unwrap_or(u16::MAX);
                Command::SendDigit {
                    session,
                    digit: telephone_event::Digit::from_code(key.event())?,
                    duration_ms,
                }
            }
            appearance::Order::Serve(_)
            | appearance::Order::ServeNumber(_)
            | appearance::Order::SpeedDial(_) => {
                return None;
            }
        })
    }

    /// One line key's call appearance.
    #[must_use]
    pub const fn line(&self, key: LineKey) -> &Line {
        key.of(&self.lines)
    }

    /// The active call's line key; of the two in a conference, the lower one.
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
    /// the one that a choice is asked for, else the lowest held one.
    #[must_use]
    pub fn focus(&self) -> Option<LineKey> {
        let ringing = || self.lowest(CallState::Ringing);
        let held = || self.asks().or_else(|| self.lowest(CallState::Held));
        self.active().or_else(ringing).or_else(held)
    }

    /// A line key's name on the display: `Short Name`, or the user id of its extension.
    #[must_use]
    pub fn label<'a>(&self, config: &'a Config, key: LineKey) -> &'a str {
        match (assigned(config, key), config.read(phone::SHORT_NAME.of(key.number()))) {
            (None, _) => "",
            (Some(extension), "" | "$USER") => config.read(ext::USER_ID.of(extension.number())),
            (Some(_), name) => name,
        }
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
        let own = if self.conference().is_some() { self.shared_tone() } else { self.line(active).tone() };
        own.or_else(waiting)
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
        key.of_mut(&mut self.lines)
    }

    fn appearance(
        &mut self,
        now: Instant,
        config: &Config,
        key: LineKey,
        input: appearance::Input<'_>,
    ) -> Option<appearance::Order> {
        let seizes = matches!(input, appearance::Input::Seize { .. });
        if seizes || self.line(key).state() == CallState::Dialing {
            self.load_plan(config, key);
        }
        let line = key.of_mut(&mut self.lines);
        let desk = Desk { config, plan: &self.plan };
        let before = line.state();
        let step = line.appearance_mut().step(now, desk, input);
        let after = line.state();
        if before != after {
            crate::note!("line key {}: {}", key.number(), after.name());
        }
        step.order
    }

    /// Gives an input to one appearance, and does or keeps what it wishes.
    fn order(&mut self, turn: &mut Turn<'_>, key: LineKey, input: appearance::Input<'_>) {
        let Some(wish) = self.appearance(turn.now, turn.config, key, input) else { return };
        match wish {
            appearance::Order::Serve(service) => return self.serve(turn, key, service),
            appearance::Order::ServeNumber(service) => return self.serve_number(turn, key, service),
            appearance::Order::SpeedDial(digit) => return self.speed_dial(turn, key, digit),
            appearance::Order::Invite => {
                let dialled = self.line(key).appearance().dialled();
                if !dialled.is_empty() {
                    self.last_number = dialled;
                    self.last_call = Called::by(self.line(key).appearance());
                }
                // It goes out when the line is granted.
                if self.awaits_grant(key) {
                    return;
                }
            }
            appearance::Order::Ring(_)
            | appearance::Order::Answer(_)
            | appearance::Order::Refuse(..)
            | appearance::Order::Hold(_)
            | appearance::Order::Resume(_)
            | appearance::Order::End(_)
            | appearance::Order::Transfer(_)
            | appearance::Order::TransferTo(..)
            | appearance::Order::CallBack
            | appearance::Order::TransferInto(..)
            | appearance::Order::Digit(..)
            | appearance::Order::Listen(_)
            | appearance::Order::Shared(_) => {}
        }
        // Two orders are the most that one input causes: one call gives way to another.
        let _full = turn.orders.push(Order { line: Some(key), wish });
    }

    /// What follows from the calls' states as they are now.
    fn settle(&mut self, now: Instant, config: &Config) {
        self.lines.iter_mut().for_each(Line::follow_setting);
        self.settle_faces(now, config);
        let active = self.active();
        match active {
            None => self.path.release(),
            Some(_) => self.path.select_automatically(preferred_device(config)),
        }
        if self.lowest(CallState::Connected).is_none() {
            self.dtmf.step(now, dtmf::Input::Stop);
        }
        let ringing = self.lowest(CallState::Ringing);
        self.ringing_since = ringing.map(|_| self.ringing_since.unwrap_or(now));
        let sign = match (ringing, active) {
            (None, _) => Sign::None,
            (Some(_), Some(_)) => Sign::Waiting,
            (Some(key), None) => Sign::Ring(self.ring_of(config, key)),
        };
        self.alert.step(now, config, sign);
        for key in LineKey::ALL {
            let registration = self.line(key).extension().map(|extension| self.registered(extension));
            let serial = self.serials.wrapping_add(1);
            let shared = self.shared_line(config, key);
            let registration = registration.unwrap_or_default();
            let back = self.call_back.line() == Some(key);
            if self.line_mut(key).settle(now, config, registration, shared, back, serial) {
                self.serials = serial;
            }
        }
        self.settle_transfer();
        self.settle_conference(now, config);
        self.settle_choice();
        self.settle_bridge();
    }

    fn ring_of(&self, config: &Config, key: LineKey) -> u8 {
        let extension = self.line(key).extension().unwrap_or(ExtensionId::PRIMARY);
        let usual = u8::try_from(config.read(ext::DEFAULT_RING.of(extension.number()))).unwrap_or(1);
        self.line(key).ring().unwrap_or(usual)
    }

    fn registered(&self, extension: ExtensionId) -> RegistrationState {
        self.registrations.get(extension.index()).copied().unwrap_or_default()
    }

    /// Whether an extension may call, so that there is a dial tone (`Make Call Without Reg`).
    fn may_call(&self, config: &Config, key: LineKey) -> bool {
        self.line(key).extension().is_some_and(|extension| {
            config.read(ext::MAKE_CALL_WITHOUT_REG.of(extension.number()))
                || self.registered(extension) == RegistrationState::Registered
        })
    }

    fn line_of(&self, session: ua::SessionId) -> Option<LineKey> {
        LineKey::ALL.into_iter().find(|&key| self.line(key).session() == Some(session))
    }
}

/// The extension that a line key is set to be an appearance of, if that is enabled.
fn assigned(config: &Config, key: LineKey) -> Option<ExtensionId> {
    let number = text::decimal(config.read(phone::EXTENSION.of(key.number())).as_bytes())?;
    let extension = ExtensionId::new(u8::try_from(number).ok()?)?;
    config.read(ext::LINE_ENABLE.of(extension.number())).then_some(extension)
}

/// `Preferred Audio Device`: for calls that become active without a device.
fn preferred_device(config: &Config) -> AudioDevice {
    match config.read(user::PREFERRED_AUDIO_DEVICE) {
        "Headset" => AudioDevice::Headset,
        _ => AudioDevice::Speaker,
    }
}

impl Default for Calls {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
