//! One appearance of a shared line, as this station knows it.
//!
//! ```text
//!              told                Seize               Granted              Begin
//!   Unknown ───────────► Idle ──────────────► LocalSeizing ───────► LocalSeized ───────► LocalCall
//!      ▲        told ▲    │ told        Refused, 4 s │ Over   Refused, Over │        Over   │
//!      │             └─── Remote ◄────────────┴──────┴────────────────┴─────┴───────────────┘
//!      └── Lost                          back to what the server said last
//! ```
//! The server's word is kept while the appearance is ours, and counts again as soon as it is not: a call that
//! a colleague took over is the colleague's at once. What the server says of an appearance that is ours does
//! not move it: that may be old news, and our own answers come by other ways.
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::calls::shared_line::{Input, SharedAppearance, State};
//! use deskphone::ua::AppearanceState;
//!
//! let (mut appearance, now) = (SharedAppearance::new(), Instant::ZERO);
//! let _ = appearance.step(now, Input::Told(AppearanceState::Idle));
//! assert!(appearance.step(now, Input::Seize).seize);
//! assert!(appearance.step(now, Input::Granted).dial);
//! assert_eq!(appearance.state(), State::LocalSeized);
//! ```

use crate::base::{Instant, Timer};
use crate::ua::AppearanceState;

/// One appearance of a shared line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedAppearance {
    state: State,
    /// What the server said last.
    told: Option<AppearanceState>,
    /// Until when it has to grant what was asked for.
    grant_by: Timer,
}

/// Where an appearance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Nothing is known of it.
    Unknown,
    /// Nobody uses it.
    Idle,
    /// It was asked for; there is no answer yet.
    LocalSeizing,
    /// It is ours to call on.
    LocalSeized,
    /// Our call is on it, or rings on it.
    LocalCall,
    /// Another station uses it.
    Remote(AppearanceState),
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The server tells its state.
    Told(AppearanceState),
    /// What the server said holds no longer: the subscription or the registration is lost.
    Lost,
    /// The person wants to call on it.
    Seize,
    /// It is ours.
    Granted,
    /// It is not, or not any more: refused, run out, taken back.
    Refused,
    /// A call of ours is on it: the INVITE goes out, or somebody calls.
    Begin,
    /// Our call, or what was to become one, is over.
    Over,
    /// Time passed.
    Timeout,
}

/// What an input asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// Ask the server for it.
    pub seize: bool,
    /// Give it back.
    pub release: bool,
    /// The person may dial.
    pub dial: bool,
    /// The person cannot have it: reorder tone.
    pub reject: bool,
}

const NOTHING: Step = Step { seize: false, release: false, dial: false, reject: false };

impl SharedAppearance {
    /// Nothing is known of it.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Unknown, told: None, grant_by: Timer::OFF }
    }

    /// Takes one input.
    pub fn step(&mut self, now: Instant, input: Input) -> Step {
        match (self.state, input) {
            // Of one that is ours it is kept for later, also the news that somebody seized it while we wait:
            // our answer says who. Calls in progress go on, and who dials may try.
            (_, Input::Told(state)) => self.told(Some(state)),
            (_, Input::Lost) => self.told(None),
            (State::Idle, Input::Seize) => {
                self.state = State::LocalSeizing;
                self.grant_by.start(now, PATIENCE_MS);
                Step { seize: true, ..NOTHING }
            }
            (State::LocalSeizing, Input::Granted) => {
                self.state = State::LocalSeized;
                self.grant_by.stop();
                Step { dial: true, ..NOTHING }
            }
            // The person has given it up meanwhile.
            (State::Unknown | State::Idle | State::Remote(_), Input::Granted) => {
                Step { release: true, ..NOTHING }
            }
            (State::LocalSeizing | State::LocalSeized, Input::Refused) => {
                let _nothing = self.rest();
                Step { reject: true, ..NOTHING }
            }
            (State::LocalSeizing, Input::Timeout) if self.grant_by.take_due(now) => {
                let _nothing = self.rest();
                Step { release: true, reject: true, ..NOTHING }
            }
            // By the grant; by somebody's call; by a key that takes over a colleague's held call.
            (
                State::Unknown | State::Idle | State::Remote(_) | State::LocalSeizing | State::LocalSeized,
                Input::Begin,
            ) => {
                self.state = State::LocalCall;
                self.grant_by.stop();
                NOTHING
            }
            (State::LocalSeizing | State::LocalSeized, Input::Over) => {
                let _nothing = self.rest();
                Step { release: true, ..NOTHING }
            }
            (State::LocalCall, Input::Over) => self.rest(),
            (State::Unknown | State::Remote(_), Input::Seize | Input::Refused | Input::Over)
            | (State::Idle, Input::Refused | Input::Over)
            | (State::LocalSeizing, Input::Seize)
            | (State::LocalSeized, Input::Seize | Input::Granted)
            // A seizure ends when its call is under way; the appearance stays ours.
            | (State::LocalCall, Input::Seize | Input::Granted | Input::Refused | Input::Begin)
            | (
                State::Unknown
                | State::Idle
                | State::LocalSeizing
                | State::LocalSeized
                | State::LocalCall
                | State::Remote(_),
                Input::Timeout,
            ) => NOTHING,
        }
    }

    /// When it needs [`Input::Timeout`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.grant_by.due()
    }

    /// Its state.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    const fn told(&mut self, state: Option<AppearanceState>) -> Step {
        self.told = state;
        if self.state.is_local() { NOTHING } else { self.rest() }
    }

    /// It is what the server said last.
    const fn rest(&mut self) -> Step {
        self.grant_by.stop();
        self.state = match self.told {
            None => State::Unknown,
            Some(AppearanceState::Idle) => State::Idle,
            Some(state) => State::Remote(state),
        };
        NOTHING
    }
}

impl State {
    /// Whether this station has it, or has asked for it.
    #[must_use]
    pub const fn is_local(self) -> bool {
        match self {
            Self::LocalSeizing | Self::LocalSeized | Self::LocalCall => true,
            Self::Unknown | Self::Idle | Self::Remote(_) => false,
        }
    }
}

impl Default for SharedAppearance {
    fn default() -> Self {
        Self::new()
    }
}

/// How long a server may take to grant an appearance.
const PATIENCE_MS: u64 = 4_000;

#[cfg(test)]
mod exploration;
#[cfg(test)]
mod tests;
