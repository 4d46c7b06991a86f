//! Lamps: a colour, a blinking pattern, and when the pattern began.

use crate::base::Instant;
pub use crate::script::{Colour, Pattern};

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
    /// Another station uses the shared line.
    RemoteActive,
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
        let phases = self.pattern.phases_ms();
        let period: u64 = phases.iter().map(|&phase| u64::from(phase)).sum();
        let Some(mut place) = now.since_ms(self.since).checked_rem(period) else { return self.colour };
        for (number, &phase) in phases.iter().enumerate() {
            match place.checked_sub(u64::from(phase)) {
                Some(rest) => place = rest,
                None if number % 2 == 0 => return self.colour,
                None => return Colour::Off,
            }
        }
        self.colour
    }
}

impl LampState {
    /// The default of the state's setting: `Idle LED` is `c=g`, `Local Ringing LED` `c=r;p=f`, and so on.
    #[must_use]
    pub const fn default_lamp(self, since: Instant) -> Lamp {
        let (colour, pattern) = match self {
            Self::Disabled => (Colour::Off, Pattern::Steady),
            Self::Idle => (Colour::Green, Pattern::Steady),
            Self::Registering | Self::LocalHeld => (Colour::Red, Pattern::Slow),
            Self::RegisterFailed => (Colour::Amber, Pattern::Steady),
            Self::LocalSeized | Self::LocalProgressing | Self::LocalActive => (Colour::Red, Pattern::Steady),
            Self::LocalRinging => (Colour::Red, Pattern::Fast),
            Self::RemoteActive => (Colour::Red, Pattern::Double),
        };
        Lamp { colour, pattern, since }
    }
}
