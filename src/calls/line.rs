//! One line key: its call appearance, the extension it belongs to, and what its LED tells.

use super::appearance::Appearance;
use super::shared_line::State as SharedState;
use super::transfer::{Mark, Transfer};
use super::{CallState, Lamp, LampState, Party, Tone};
use crate::base::{Instant, Timer, earliest};
use crate::config::Config;
use crate::ua::{ExtensionId, RegistrationState, SessionId};

/// A line key and its call.
#[derive(Clone, Debug)]
pub struct Line {
    appearance: Appearance,
    /// The extension as it is set.
    assigned: Option<ExtensionId>,
    /// The extension of the call that is on; else the assigned one.
    extension: Option<ExtensionId>,
    told: LampState,
    lamp: Lamp,
    /// The settings that the lamp was made by.
    revision: u32,
    /// The session that `serial` belongs to.
    numbered: Option<SessionId>,
    serial: u32,
    mark: Mark,
    /// Since when the call is on hold.
    held_since: Option<Instant>,
    /// The far end that is on hold has said that it listens.
    listens: bool,
    waits: Waits,
}

/// How long a call rings, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits {
    /// Then it goes to another number.
    pub(super) forward: Timer,
    /// Then it is answered by itself: a page.
    pub(super) answer: Timer,
    /// Its ring tone, if it has one of its own.
    pub(super) ring: Option<u8>,
}

impl Waits {
    /// As every call does.
    pub(super) const NONE: Self = Self { forward: Timer::OFF, answer: Timer::OFF, ring: None };
}

impl Line {
    /// A disabled line key.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            appearance: Appearance::new(),
            assigned: None,
            extension: None,
            told: LampState::Disabled,
            lamp: Lamp::OFF,
            revision: 0,
            numbered: None,
            serial: 0,
            mark: Mark::None,
            held_since: None,
            listens: false,
            waits: Waits::NONE,
        }
    }

    /// Its state.
    #[must_use]
    pub const fn state(&self) -> CallState {
        self.appearance.state()
    }

    /// The extension that it is an appearance of.
    #[must_use]
    pub const fn extension(&self) -> Option<ExtensionId> {
        self.extension
    }

    /// Its session, while there is one.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        self.appearance.session()
    }

    /// Another number with each call of the phone.
    #[must_use]
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// Its call appearance.
    #[must_use]
    pub const fn appearance(&self) -> &Appearance {
        &self.appearance
    }

    /// The LED of the line key.
    #[must_use]
    pub const fn lamp(&self) -> Lamp {
        self.lamp
    }

    /// The tone about its call, and when it began.
    #[must_use]
    pub fn tone(&self) -> Option<(Tone, Instant)> {
        self.appearance.tone()
    }

    /// The other side, as shown.
    #[must_use]
    pub const fn party(&self) -> &Party {
        self.appearance.party()
    }

    /// The keys dialled so far, or the number as it was sent.
    #[must_use]
    pub fn dialled(&self) -> &str {
        self.appearance.number()
    }

    /// Whether its far end is being sent to somebody else.
    #[must_use]
    pub const fn transfer(&self) -> Transfer {
        self.mark.shown()
    }

    pub(super) const fn mark(&self) -> Mark {
        self.mark
    }

    pub(super) const fn set_mark(&mut self, mark: Mark) {
        self.mark = mark;
    }

    pub(super) const fn held_since(&self) -> Option<Instant> {
        self.held_since
    }

    /// Whether the call is on hold and its far end listens all the same.
    pub(super) fn listens(&self) -> bool {
        self.listens && self.state() == CallState::Held
    }

    pub(super) const fn set_listens(&mut self, listens: bool) {
        self.listens = listens;
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest([self.appearance.deadline(), self.waits.forward.due(), self.waits.answer.due()])
    }

    pub(super) const fn waits_mut(&mut self) -> &mut Waits {
        &mut self.waits
    }

    /// The ring tone that this caller has, by number; `None`: that of the extension.
    pub(super) const fn ring(&self) -> Option<u8> {
        self.waits.ring
    }

    pub(super) const fn appearance_mut(&mut self) -> &mut Appearance {
        &mut self.appearance
    }

    /// The setting; it counts from the next call on.
    pub(super) const fn assign(&mut self, extension: Option<ExtensionId>) {
        self.assigned = extension;
    }

    /// The setting, unless a call is on.
    pub(super) const fn follow_setting(&mut self) {
        if matches!(self.state(), CallState::Idle | CallState::Disabled | CallState::Busy) {
            self.extension = self.assigned;
        }
    }

    /// What follows from its state: LED, and the number of its call. True when `serial` was taken.
    /// `called_back`: the line is the one from which somebody is called back.
    pub(super) fn settle(
        &mut self,
        now: Instant,
        config: &Config,
        registration: RegistrationState,
        shared: Option<SharedState>,
        called_back: bool,
        serial: u32,
    ) -> bool {
        if self.state() != CallState::Ringing {
            self.waits = Waits::NONE;
        }
        self.mark = self.mark.settled(self.state());
        self.listens = self.listens();
        self.held_since = (self.state() == CallState::Held).then_some(self.held_since.unwrap_or(now));
        let told = if called_back && self.state() == CallState::Idle {
            LampState::CallBackActive
        } else {
            lamp_of(self.state(), registration, shared)
        };
        if told != self.told || config.revision() != self.revision {
            let script = told.script(config);
            let same = (script.colour, script.pattern) == (self.lamp.colour, self.lamp.pattern);
            if told != self.told || !same {
                self.lamp = Lamp { colour: script.colour, pattern: script.pattern, since: now };
            }
            (self.told, self.revision) = (told, config.revision());
        }
        let fresh = self.session().is_some() && self.session() != self.numbered;
        self.numbered = self.session();
        if fresh {
            self.serial = serial;
        }
        fresh
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::new()
    }
}

/// What the LED tells of a state; of an idle line, how its extension's registration stands; of a shared line
/// that is not ours, how its server says it stands.
const fn lamp_of(
    state: CallState,
    registration: RegistrationState,
    shared: Option<SharedState>,
) -> LampState {
    match state {
        CallState::Disabled => LampState::Disabled,
        CallState::Idle => match registration {
            RegistrationState::Off | RegistrationState::Registered => LampState::Idle,
            RegistrationState::Registering => LampState::Registering,
            RegistrationState::Failed(_) => LampState::RegisterFailed,
        },
        // Until it is granted it is as it was.
        CallState::Dialing | CallState::Calling if matches!(shared, Some(SharedState::LocalSeizing)) => {
            LampState::Idle
        }
        CallState::Dialing => LampState::LocalSeized,
        CallState::Calling | CallState::Proceeding => LampState::LocalProgressing,
        CallState::Ringing => LampState::LocalRinging,
        CallState::Connected => LampState::LocalActive,
        CallState::Invalid => match shared {
            Some(SharedState::Remote(state)) => LampState::remote(state),
            Some(
                SharedState::Unknown
                | SharedState::Idle
                | SharedState::LocalSeizing
                | SharedState::LocalSeized
                | SharedState::LocalCall,
            )
            | None => LampState::LocalActive,
        },
        CallState::Held => LampState::LocalHeld,
        CallState::Busy => match (registration, shared) {
            (RegistrationState::Failed(_), _) => LampState::RegisterFailed,
            (_, Some(SharedState::Remote(state))) => LampState::remote(state),
            (RegistrationState::Registering, _) => LampState::Registering,
            (RegistrationState::Off | RegistrationState::Registered, _) => LampState::RemoteUndefined,
        },
    }
}
