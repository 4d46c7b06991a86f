//! Shared lines among the calls: which line keys are appearances of them, and what their machines
//! ([`super::shared_line`]) ask of the server and of the person.
//!
//! An extension is shared by `Share Ext`, a line key of it by `Share Call Appearance`. The appearances of an
//! extension are numbered by ascending line key from 1, private ones included. A server that does not know
//! shared lines makes them private ones.

use super::appearance::{self, Input as Call, Served};
use super::shared_line::{Input, SharedAppearance, State};
use super::{CallState, Calls, LineKey, Order, Turn};
use crate::base::{Instant, earliest};
use crate::config::Config;
use crate::config::catalogue::{ext, phone};
use crate::limits;
use crate::ua::{AppearanceState, Command, ExtensionId, Package, RegistrationState, SessionId, Standing};

/// What shared lines ask of the user agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Be told how the appearances of this extension stand.
    Watch(ExtensionId),
    /// Not any more.
    Unwatch(ExtensionId),
    /// Be granted an appearance to call on.
    Seize(ExtensionId, u8),
    /// Give it back.
    Release(ExtensionId, u8),
    /// An incoming call shows on this appearance.
    Appear(SessionId, u8),
}

/// The appearances of shared lines, one a line key, and how their servers stand to us.
#[derive(Clone, Debug)]
pub(super) struct Sharing {
    keys: [Shared; limits::LINE_KEYS],
    watches: [Watch; limits::EXTENSIONS],
    /// Something was set otherwise: the next step asks for it.
    unsettled: bool,
}

#[derive(Clone, Debug)]
struct Shared {
    appearance: SharedAppearance,
    /// Whose appearance it was when this station took it.
    place: Option<(ExtensionId, u8)>,
    /// Whose appearance the server's words were about.
    told_of: Option<(ExtensionId, u8)>,
    /// The call on hold is for this station alone.
    private: bool,
}

/// How a server stands to our watching a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    /// Not asked.
    Off,
    /// Asked; not asked again before the next registration.
    Asked,
    /// It does not know shared lines: the line works as a private one.
    Unknown,
}

impl Sharing {
    pub(super) const fn new() -> Self {
        const KEY: Shared =
            Shared { appearance: SharedAppearance::new(), place: None, told_of: None, private: false };
        Self { keys: [KEY; limits::LINE_KEYS], watches: [Watch::Off; limits::EXTENSIONS], unsettled: false }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let grants = self.keys.iter().map(|key| key.appearance.deadline());
        earliest(grants.chain([self.unsettled.then_some(Instant::ZERO)]))
    }

    const fn key(&self, key: LineKey) -> &Shared {
        key.of(&self.keys)
    }

    const fn key_mut(&mut self, key: LineKey) -> &mut Shared {
        key.of_mut(&mut self.keys)
    }

    fn watch(&self, extension: ExtensionId) -> Watch {
        self.watches.get(extension.index()).copied().unwrap_or(Watch::Off)
    }

    fn set_watch(&mut self, extension: ExtensionId, watch: Watch) {
        if let Some(place) = self.watches.get_mut(extension.index()) {
            *place = watch;
        }
    }
}

impl Wish {
    /// In the user agent's words.
    pub(super) const fn command(self) -> Command<'static> {
        match self {
            Self::Watch(extension) => {
                Command::Subscribe { extension, package: Package::CallInfo, target: "" }
            }
            Self::Unwatch(extension) => Command::Unsubscribe { extension, package: Package::CallInfo },
            Self::Seize(extension, index) => {
                Command::Subscribe { extension, package: Package::LineSeize(index), target: "" }
            }
            Self::Release(extension, index) => {
                Command::Unsubscribe { extension, package: Package::LineSeize(index) }
            }
            Self::Appear(session, index) => Command::Appear { session, index },
        }
    }
}

impl Calls {
    /// How the appearance of a line key stands, if it is one of a shared line.
    #[must_use]
    pub fn shared_line(&self, config: &Config, key: LineKey) -> Option<State> {
        let state = self.sharing.key(key).appearance.state();
        (self.is_shared(config, key) || state.is_local()).then_some(state)
    }

    /// Whether the person can put the active call on hold for this station alone.
    #[must_use]
    pub fn can_hold_privately(&self, config: &Config) -> bool {
        self.active().is_some_and(|key| {
            self.line(key).state() == CallState::Connected && self.shared_line(config, key).is_some()
        })
    }

    /// The index that the messages of a line's call carry.
    pub(super) fn shared_index(&self, config: &Config, key: LineKey) -> Option<u8> {
        let taken = self.sharing.key(key).place.map(|(_, index)| index);
        taken.or_else(|| self.is_shared(config, key).then(|| self.index(key)))
    }

    /// Whether the call of a line is to be on hold for this station alone.
    pub(super) const fn holds_privately(&self, key: LineKey) -> bool {
        self.sharing.key(key).private
    }

    /// The hold that follows is for this station alone.
    pub(super) const fn hold_privately(&mut self, key: LineKey) {
        self.sharing.key_mut(key).private = true;
    }

    /// Whether the server has yet to grant what the person wants to call on.
    pub(super) fn awaits_grant(&self, key: LineKey) -> bool {
        self.sharing.key(key).appearance.state() == State::LocalSeizing
    }

    /// The person takes a line: one that is shared has to be asked for. Whether it was.
    pub(super) fn ask_for(&mut self, turn: &mut Turn<'_>, key: LineKey) -> bool {
        if !self.is_shared(turn.config, key) {
            return false;
        }
        self.shared_step(turn, key, Input::Seize);
        self.awaits_grant(key)
    }

    /// Whether its key takes over the call of another station: one on hold, with `SCA Barge-In Enable` any.
    pub(super) fn can_take_over(&self, config: &Config, key: LineKey) -> bool {
        let barge_in = config.read(phone::SCA_BARGE_IN_ENABLE);
        match self.shared_line(config, key) {
            Some(State::Remote(state)) => match state {
                AppearanceState::Held => true,
                AppearanceState::Active | AppearanceState::BridgeActive | AppearanceState::BridgeHeld => {
                    barge_in
                }
                AppearanceState::Idle
                | AppearanceState::Seized
                | AppearanceState::Progressing
                | AppearanceState::Alerting
                | AppearanceState::HeldPrivate
                | AppearanceState::Other => false,
            },
            Some(
                State::Unknown | State::Idle | State::LocalSeizing | State::LocalSeized | State::LocalCall,
            )
            | None => false,
        }
    }

    /// The shared line's own number.
    pub(super) fn shared_number<'c>(&self, config: &'c Config, key: LineKey) -> &'c str {
        let number = self.line(key).extension().unwrap_or(ExtensionId::PRIMARY).number();
        match config.read(ext::SHARED_USER_ID.of(number)) {
            "" => config.read(ext::USER_ID.of(number)),
            user => user,
        }
    }

    /// The line key that shows a call to a shared line: the appearance that the server names, if no other
    /// station has it; else one of which nothing is known.
    pub(super) fn shared_place(
        &self,
        config: &Config,
        extension: ExtensionId,
        named: Option<u8>,
    ) -> Option<LineKey> {
        let keys = || {
            let ours = |key: &LineKey| self.line(*key).extension() == Some(extension);
            LineKey::ALL.into_iter().filter(move |key| ours(key) && self.is_shared(config, *key))
        };
        let state = |key: LineKey| self.sharing.key(key).appearance.state();
        let free = |key: &LineKey| match self.line(*key).state() {
            CallState::Idle => true,
            CallState::Busy => {
                matches!(state(*key), State::Unknown | State::Remote(AppearanceState::Alerting))
            }
            CallState::Disabled
            | CallState::Dialing
            | CallState::Calling
            | CallState::Proceeding
            | CallState::Ringing
            | CallState::Connected
            | CallState::Held
            | CallState::Invalid => false,
        };
        let said = keys().find(|key| free(key) && Some(self.index(*key)) == named);
        let idle = || keys().find(|key| self.line(*key).state() == CallState::Idle);
        // A key that rings for an appearance that the server did not name rings with another call.
        said.or_else(idle).or_else(|| keys().find(|key| named.is_none() && free(key)))
    }

    /// A call shows on a line.
    pub(super) fn show_shared(&self, turn: &mut Turn<'_>, key: LineKey, session: SessionId) {
        if self.is_shared(turn.config, key) {
            push(turn, Some(key), Wish::Appear(session, self.index(key)));
        }
    }

    /// The server tells how appearances stand.
    pub(super) fn appearances_told(
        &mut self,
        turn: &mut Turn<'_>,
        extension: ExtensionId,
        appearances: [Option<AppearanceState>; limits::LINE_KEYS],
    ) {
        for key in LineKey::ALL {
            let ours = self.place_of(turn.config, key).filter(|(owner, _)| *owner == extension);
            let place = ours.and_then(|(_, index)| usize::from(index).checked_sub(1));
            let state = place.and_then(|place| appearances.get(place).copied().flatten());
            if let Some(state) = state {
                self.shared_step(turn, key, Input::Told(state));
            }
        }
    }

    /// The server grants an appearance.
    pub(super) fn seized(&mut self, turn: &mut Turn<'_>, extension: ExtensionId, asked: u8, index: u8) {
        match self.seized_by(extension, asked) {
            Some(key) if index == asked => self.shared_step(turn, key, Input::Granted),
            // Another one than the key's is not what the person wanted.
            Some(key) => {
                push(turn, None, Wish::Release(extension, asked));
                self.shared_step(turn, key, Input::Refused);
            }
            None => push(turn, None, Wish::Release(extension, asked)),
        }
    }

    /// How a subscription stands.
    pub(super) fn subscribed(
        &mut self,
        turn: &mut Turn<'_>,
        extension: ExtensionId,
        package: Package,
        standing: Standing,
    ) {
        match package {
            Package::LineSeize(index) => {
                let over = matches!(standing, Standing::Refused(_) | Standing::Unknown);
                if let Some(key) = self.seized_by(extension, index).filter(|_| over) {
                    self.shared_step(turn, key, Input::Refused);
                }
            }
            Package::CallInfo => self.watched(turn, extension, standing),
            Package::MessageSummary | Package::Dialog(_) => {}
        }
    }

    fn watched(&mut self, turn: &mut Turn<'_>, extension: ExtensionId, standing: Standing) {
        let watch = match standing {
            // RFC 6665 §4.1.2.1, and what was ended for good: this server shares no lines.
            Standing::Refused(200 | 403..=405 | 410 | 416 | 489 | 501 | 603 | 604) => Watch::Unknown,
            Standing::Active | Standing::Pending | Standing::Unknown | Standing::Refused(_) => Watch::Asked,
        };
        self.sharing.set_watch(extension, watch);
        if matches!(standing, Standing::Unknown | Standing::Refused(_)) {
            self.lose(turn, extension);
        }
    }

    fn lose(&mut self, turn: &mut Turn<'_>, extension: ExtensionId) {
        for key in LineKey::ALL {
            if self.line(key).extension() == Some(extension) {
                self.shared_step(turn, key, Input::Lost);
            }
        }
    }

    /// What a server said that does not answer any more is not known to hold: it may come back without its
    /// memory. With the next registration it is asked again.
    pub(super) fn shared_registration(
        &mut self,
        turn: &mut Turn<'_>,
        extension: ExtensionId,
        state: RegistrationState,
    ) {
        if self.sharing.watch(extension) != Watch::Asked {
            return;
        }
        let lost = match state {
            RegistrationState::Failed(_) => true,
            RegistrationState::Off | RegistrationState::Registering | RegistrationState::Registered => false,
        };
        if lost {
            self.lose(turn, extension);
        }
        if lost || !self.is_told(extension) {
            self.sharing.set_watch(extension, Watch::Off);
        }
    }

    /// An order was not carried out.
    pub(super) fn shared_refused(&mut self, turn: &mut Turn<'_>, key: LineKey, wish: Wish) {
        match wish {
            Wish::Seize(..) => self.shared_step(turn, key, Input::Refused),
            Wish::Watch(_) | Wish::Unwatch(_) | Wish::Release(..) | Wish::Appear(..) => {}
        }
    }

    pub(super) fn shared_timeout(&mut self, turn: &mut Turn<'_>) {
        for key in LineKey::ALL {
            self.shared_step(turn, key, Input::Timeout);
        }
    }

    /// What follows from the calls as they are now, at the end of a step.
    pub(super) fn settle_shared(&mut self, turn: &mut Turn<'_>) {
        for key in LineKey::ALL {
            let (state, claims) = (self.sharing.key(key).appearance.state(), claims(self.line(key).state()));
            let dials = self.line(key).state() == CallState::Dialing;
            if self.line(key).state() != CallState::Held {
                self.sharing.key_mut(key).private = false;
            }
            match state {
                State::LocalSeizing | State::LocalSeized | State::LocalCall if !claims => {
                    self.shared_step(turn, key, Input::Over);
                    self.sharing.key_mut(key).place = None;
                }
                State::LocalSeized if !dials => self.shared_step(turn, key, Input::Begin),
                State::Unknown | State::Idle | State::Remote(_)
                    if claims && self.is_shared(turn.config, key) =>
                {
                    self.sharing.key_mut(key).place = self.place_of(turn.config, key);
                    self.shared_step(turn, key, Input::Begin);
                }
                State::Unknown
                | State::Idle
                | State::Remote(_)
                | State::LocalSeizing
                | State::LocalSeized
                | State::LocalCall => {}
            }
        }
        self.settle_watches(turn);
    }

    fn settle_watches(&mut self, turn: &mut Turn<'_>) {
        for extension in ExtensionId::ALL {
            let (wanted, watch) = (self.wants_watch(turn.config, extension), self.sharing.watch(extension));
            if wanted && watch == Watch::Off {
                self.sharing.set_watch(extension, Watch::Asked);
                push(turn, None, Wish::Watch(extension));
            } else if !self.is_set_shared(turn.config, extension) && watch != Watch::Off {
                self.sharing.set_watch(extension, Watch::Off);
                self.lose(turn, extension);
                push(turn, None, Wish::Unwatch(extension));
            }
        }
    }

    /// Lines that other stations use are busy here; and whether there is something to ask for.
    pub(super) fn settle_faces(&mut self, now: Instant, config: &Config) {
        for key in LineKey::ALL {
            self.settle_told(now, config, key);
            let elsewhere = match self.shared_line(config, key) {
                Some(State::Unknown | State::Remote(_)) => true,
                Some(State::Idle | State::LocalSeizing | State::LocalSeized | State::LocalCall) | None => {
                    false
                }
            };
            let _none = self.appearance(now, config, key, Call::Elsewhere(elsewhere));
        }
        self.sharing.unsettled = ExtensionId::ALL.into_iter().any(|extension| {
            let watch = self.sharing.watch(extension);
            let wanted = watch == Watch::Off && self.wants_watch(config, extension);
            wanted || (watch != Watch::Off && !self.is_set_shared(config, extension))
        });
    }

    /// What was told of another appearance does not hold for the one that a key is now: it is asked for.
    fn settle_told(&mut self, now: Instant, config: &Config, key: LineKey) {
        let place = self.set_place(config, key);
        let shared = self.sharing.key_mut(key);
        if shared.told_of == place || shared.appearance.state().is_local() {
            return;
        }
        shared.told_of = place;
        let _nothing = shared.appearance.step(now, Input::Lost);
        if let Some((extension, _)) = place
            && self.sharing.watch(extension) == Watch::Asked
        {
            self.sharing.set_watch(extension, Watch::Off);
        }
    }

    /// Steps one appearance, and does what it asks for.
    fn shared_step(&mut self, turn: &mut Turn<'_>, key: LineKey, input: Input) {
        if input == Input::Seize {
            self.sharing.key_mut(key).place = self.place_of(turn.config, key);
        }
        let shared = self.sharing.key_mut(key);
        let step = shared.appearance.step(turn.now, input);
        let place = shared.place;
        if let (Some((extension, index)), true) = (place, step.seize) {
            push(turn, Some(key), Wish::Seize(extension, index));
        }
        if let (Some((extension, index)), true) = (place, step.release) {
            push(turn, None, Wish::Release(extension, index));
        }
        // The whole number may be there already.
        let waits = self.line(key).state() == CallState::Calling && self.line(key).session().is_none();
        if step.dial && waits {
            let _full = turn.orders.push(Order { line: Some(key), wish: appearance::Order::Invite });
        } else if step.dial && self.may_call(turn.config, key) {
            self.order(turn, key, Call::Ready);
        }
        if step.reject {
            self.sharing.key_mut(key).place = None;
            self.order(turn, key, Call::Served(Served::Reject));
            self.order(turn, key, Call::Refused(appearance::Order::Invite));
        }
    }

    /// The line key on which this station has, or wants, an appearance.
    fn seized_by(&self, extension: ExtensionId, index: u8) -> Option<LineKey> {
        LineKey::ALL.into_iter().find(|&key| self.sharing.key(key).place == Some((extension, index)))
    }

    fn place_of(&self, config: &Config, key: LineKey) -> Option<(ExtensionId, u8)> {
        self.sharing.key(key).place.or_else(|| self.set_place(config, key))
    }

    /// The appearance that a key is set to be.
    fn set_place(&self, config: &Config, key: LineKey) -> Option<(ExtensionId, u8)> {
        let extension = self.line(key).extension()?;
        is_set_shared(config, extension, key).then(|| (extension, self.index(key)))
    }

    /// The number of a line key among those of its extension, from 1.
    fn index(&self, key: LineKey) -> u8 {
        let extension = self.line(key).extension();
        let before = LineKey::ALL.into_iter().take_while(|other| *other != key);
        let same = before.filter(|other| self.line(*other).extension() == extension).count();
        u8::try_from(same.saturating_add(1)).unwrap_or(1)
    }

    pub(super) fn is_shared(&self, config: &Config, key: LineKey) -> bool {
        self.line(key).extension().is_some_and(|extension| {
            is_set_shared(config, extension, key) && self.sharing.watch(extension) != Watch::Unknown
        })
    }

    /// Whether any line key shares an extension.
    fn is_set_shared(&self, config: &Config, extension: ExtensionId) -> bool {
        let ours = |key: &LineKey| self.line(*key).extension() == Some(extension);
        LineKey::ALL.into_iter().filter(ours).any(|key| is_set_shared(config, extension, key))
    }

    fn wants_watch(&self, config: &Config, extension: ExtensionId) -> bool {
        let free = || config.read(ext::MAKE_CALL_WITHOUT_REG.of(extension.number()));
        let may = match self.registered(extension) {
            RegistrationState::Registered => true,
            RegistrationState::Off => free() && !config.read(ext::REGISTER.of(extension.number())),
            RegistrationState::Registering | RegistrationState::Failed(_) => false,
        };
        may && self.is_set_shared(config, extension)
    }

    fn is_told(&self, extension: ExtensionId) -> bool {
        let ours = |key: &LineKey| self.line(*key).extension() == Some(extension);
        let known = |key: LineKey| self.sharing.key(key).appearance.state() != State::Unknown;
        LineKey::ALL.into_iter().filter(ours).any(known)
    }
}

/// Whether a call in this state has its appearance. What failed or is over has given it up: the server gives
/// it to others, although the person is still off hook.
const fn claims(state: CallState) -> bool {
    match state {
        CallState::Dialing
        | CallState::Calling
        | CallState::Proceeding
        | CallState::Ringing
        | CallState::Connected
        | CallState::Held => true,
        CallState::Disabled | CallState::Idle | CallState::Invalid | CallState::Busy => false,
    }
}

/// `Share Ext` and `Share Call Appearance`.
fn is_set_shared(config: &Config, extension: ExtensionId, key: LineKey) -> bool {
    let says = |value: &str| matches!(value, "shared" | "yes");
    says(config.read(ext::SHARE_EXT.of(extension.number())))
        && says(config.read(phone::SHARE_CALL_APPEARANCE.of(key.number())))
}

fn push(turn: &mut Turn<'_>, line: Option<LineKey>, wish: Wish) {
    let _full = turn.orders.push(Order { line, wish: appearance::Order::Shared(wish) });
}
