//! Lamps: a colour, a blinking pattern, and when the pattern began.

use crate::base::Instant;
use crate::config::catalogue::phone;
use crate::config::kind::{self, Read};
use crate::config::{Config, Setting};
use crate::script::LedScript;
pub use crate::script::{Colour, Pattern};
use crate::ua::AppearanceState;

/// A lamp as it is set: what a host must show from `since` on, until it is told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lamp {
    /// Its colour while it is on.
    pub colour: Colour,
    /// How it blinks.
    pub pattern: Pattern,
    /// When the pattern began; it begins with "on".
    pub since: Instant,
}

/// What a line key's LED tells; each has its setting among the phone's LED patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LampState {
    /// The line key is disabled.
    Disabled,
    /// Ready for use.
    Idle,
    /// The extension tries to register.
    Registering,
    /// The extension could not register.
    RegisterFailed,
    /// Off hook, collecting a number.
    LocalSeized,
    /// An outgoing call is under way.
    LocalProgressing,
    /// An incoming call rings.
    LocalRinging,
    /// In conversation.
    LocalActive,
    /// The remote party is on hold.
    LocalHeld,
    /// Another station dials on the shared line.
    RemoteSeized,
    /// Another station calls on the shared line.
    RemoteProgressing,
    /// Another station rings for a call to the shared line.
    RemoteRinging,
    /// Another station uses the shared line.
    RemoteActive,
    /// Another station has put the shared line's call on hold.
    RemoteHeld,
    /// How the shared line stands is not known.
    RemoteUndefined,
    /// A busy number is called again and again.
    CallBackActive,
}

impl Lamp {
    /// A dark lamp.
    pub const OFF: Self = Self { colour: Colour::Off, pattern: Pattern::Steady, since: Instant::ZERO };

    /// A steady lamp.
    #[must_use]
    pub const fn steady(colour: Colour, since: Instant) -> Self {
        Self { colour, pattern: Pattern::Steady, since }
    }

    /// The colour to show at an instant: the lamp's own, or [`Colour::Off`] in a dark phase.
    ///
    /// ```
    /// use deskphone::{base::Instant, calls::{Colour, Lamp, Pattern}};
    /// let lamp = Lamp { colour: Colour::Red, pattern: Pattern::Slow, since: Instant::from_millis(100) };
    /// assert_eq!(lamp.shown_at(Instant::from_millis(599)), Colour::Red);
    /// assert_eq!(lamp.shown_at(Instant::from_millis(600)), Colour::Off);
    /// assert_eq!(lamp.shown_at(Instant::from_millis(1_100)), Colour::Red);
    /// ```
    #[must_use]
    pub fn shown_at(&self, now: Instant) -> Colour {
        LedScript { colour: self.colour, pattern: self.pattern }.colour_at(now.since_ms(self.since))
    }
}

impl LampState {
    /// Of an appearance that another station uses.
    #[must_use]
    pub const fn remote(state: AppearanceState) -> Self {
        match state {
            AppearanceState::Idle => Self::Idle,
            AppearanceState::Seized => Self::RemoteSeized,
            AppearanceState::Progressing => Self::RemoteProgressing,
            AppearanceState::Alerting => Self::RemoteRinging,
            AppearanceState::Active | AppearanceState::BridgeActive => Self::RemoteActive,
            AppearanceState::Held | AppearanceState::HeldPrivate | AppearanceState::BridgeHeld => {
                Self::RemoteHeld
            }
            AppearanceState::Other => Self::RemoteUndefined,
        }
    }

    /// Its setting among the LED patterns.
    #[must_use]
    pub const fn setting(self) -> Setting<kind::Led> {
        match self {
            Self::Disabled => phone::DISABLED_LED,
            Self::Idle => phone::IDLE_LED,
            Self::Registering => phone::REGISTERING_LED,
            Self::RegisterFailed => phone::REGISTER_FAILED_LED,
            Self::LocalSeized => phone::LOCAL_SEIZED_LED,
            Self::LocalProgressing => phone::LOCAL_PROGRESSING_LED,
            Self::LocalRinging => phone::LOCAL_RINGING_LED,
            Self::LocalActive => phone::LOCAL_ACTIVE_LED,
            Self::LocalHeld => phone::LOCAL_HELD_LED,
            Self::RemoteSeized => phone::REMOTE_SEIZED_LED,
            Self::RemoteProgressing => phone::REMOTE_PROGRESSING_LED,
            Self::RemoteRinging => phone::REMOTE_RINGING_LED,
            Self::RemoteActive => phone::REMOTE_ACTIVE_LED,
            Self::RemoteHeld => phone::REMOTE_HELD_LED,
            Self::RemoteUndefined => phone::REMOTE_UNDEFINED_LED,
            Self::CallBackActive => phone::CALL_BACK_ACTIVE_LED,
        }
    }

    /// How the lamp is set for this state; a setting that is blank means the factory's pattern.
    #[must_use]
    pub fn script(self, config: &Config) -> LedScript {
        let factory = || kind::Led::read(self.setting().id().default_text()).flatten();
        let dark = LedScript { colour: Colour::Off, pattern: Pattern::Steady };
        config.read(self.setting()).or_else(factory).unwrap_or(dark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_setting_is_the_states_own_pattern() {
        let mut config = Config::new();
        assert_eq!(LampState::LocalHeld.script(&config).pattern, Pattern::Slow);
        config.set("Local_Held_LED", "c=a;p=ud;u=.1/.1/.1/.1/.1/.9").unwrap();
        let lamp = LampState::LocalHeld.script(&config);
        assert_eq!((lamp.colour, lamp.pattern.name()), (Colour::Amber, "user"));
        config.set("Local_Held_LED", "\"\"").unwrap();
        assert_eq!(LampState::LocalHeld.script(&config).colour, Colour::Red);
    }
}
