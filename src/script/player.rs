//! Players: machines that carry out a script as time passes.
//!
//! Each keeps when its script began. A step looks where the script is by now, so a late wake-up lands where
//! an early one would have; the deadline is the next instant at which something else is on, or the script is
//! over.
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::script::{CadencePlayer, CadenceScript, Input, Step};
//! let ring = CadenceScript::parse("60(2/4)").unwrap();
//! let at = Instant::from_millis;
//! let mut player = CadencePlayer::new();
//! let begun = player.step(at(0), Input::Play { script: &ring, since: at(0) });
//! assert_eq!(begun, Step { change: Some(true), has_ended: false });
//! assert_eq!(player.deadline(), Some(at(2_000)));
//! assert_eq!(player.step(at(2_003), Input::Timeout).change, Some(false));
//! assert_eq!(player.deadline(), Some(at(6_000)), "late once, and not late ever after");
//! ```

use super::timeline::Moment;
use super::{CadenceScript, Colour, LedScript, Pattern, Sounding, ToneScript};
use crate::base::{Instant, Timer};

/// What a player can be told; `S` is its kind of script.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a, S> {
    /// Play a script instead of what plays.
    Play {
        /// The script.
        script: &'a S,
        /// When it began: now, or earlier.
        since: Instant,
    },
    /// Play nothing.
    Stop,
    /// The deadline has come, or the host woke up anyway.
    Timeout,
}

/// What came of it.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<T> {
    /// What is on from now, if that is something else than before.
    pub change: Option<T>,
    /// The script is over; said once.
    pub has_ended: bool,
}

/// What a player does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Nothing.
    Idle,
    /// It plays a script.
    Playing,
}

/// Plays a [`ToneScript`]: which components sound.
#[derive(Clone, Debug)]
pub struct TonePlayer {
    script: ToneScript,
    clock: Clock,
}

/// Plays a [`CadenceScript`]: whether the ring sounds.
#[derive(Clone, Debug)]
pub struct CadencePlayer {
    script: CadenceScript,
    clock: Clock,
}

/// Plays a [`LedScript`]: what a lamp shows.
#[derive(Clone, Debug)]
pub struct LedPlayer {
    script: LedScript,
    clock: Clock,
}

impl TonePlayer {
    /// A player at rest.
    #[must_use]
    pub const fn new() -> Self {
        Self { script: ToneScript::SILENCE, clock: Clock::IDLE }
    }

    /// Takes an input.
    pub fn step(&mut self, now: Instant, input: Input<'_, ToneScript>) -> Step<Sounding> {
        let before = self.output();
        let has_ended = match input {
            Input::Play { script, since } => {
                self.script.clone_from(script);
                self.clock.begin(since);
                self.advance(now)
            }
            Input::Stop => self.clock.stop(),
            Input::Timeout => self.advance(now),
        };
        let output = self.output();
        Step { change: Some(output).filter(|output| *output != before), has_ended }
    }

    /// The components that sound.
    #[must_use]
    pub fn output(&self) -> Sounding {
        self.script.sounding(self.clock.mix)
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.clock.due.due()
    }

    /// Whether it plays.
    #[must_use]
    pub const fn state(&self) -> State {
        self.clock.state()
    }

    fn advance(&mut self, now: Instant) -> bool {
        let Some(elapsed_ms) = self.clock.elapsed_ms(now) else { return false };
        self.clock.advance(elapsed_ms, self.script.moment_at(elapsed_ms), self.script.duration_ms())
    }
}

impl CadencePlayer {
    /// A player at rest.
    #[must_use]
    pub const fn new() -> Self {
        Self { script: CadenceScript::SILENCE, clock: Clock::IDLE }
    }

    /// Takes an input.
    pub fn step(&mut self, now: Instant, input: Input<'_, CadenceScript>) -> Step<bool> {
        let before = self.output();
        let has_ended = match input {
            Input::Play { script, since } => {
                self.script.clone_from(script);
                self.clock.begin(since);
                self.advance(now)
            }
            Input::Stop => self.clock.stop(),
            Input::Timeout => self.advance(now),
        };
        let output = self.output();
        Step { change: Some(output).filter(|output| *output != before), has_ended }
    }

    /// Whether it is on.
    #[must_use]
    pub const fn output(&self) -> bool {
        self.clock.mix != 0
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.clock.due.due()
    }

    /// Whether it plays.
    #[must_use]
    pub const fn state(&self) -> State {
        self.clock.state()
    }

    fn advance(&mut self, now: Instant) -> bool {
        let Some(elapsed_ms) = self.clock.elapsed_ms(now) else { return false };
        self.clock.advance(elapsed_ms, self.script.moment_at(elapsed_ms), self.script.duration_ms())
    }
}

impl LedPlayer {
    /// A dark lamp.
    #[must_use]
    pub const fn new() -> Self {
        let script = LedScript { colour: Colour::Off, pattern: Pattern::Steady };
        Self { script, clock: Clock::IDLE }
    }

    /// Takes an input. A lamp's script never ends.
    pub fn step(&mut self, now: Instant, input: Input<'_, LedScript>) -> Step<Colour> {
        let before = self.output();
        let has_ended = match input {
            Input::Play { script, since } => {
                self.script = *script;
                self.clock.begin(since);
                self.advance(now)
            }
            Input::Stop => self.clock.stop(),
            Input::Timeout => self.advance(now),
        };
        let output = self.output();
        Step { change: Some(output).filter(|output| *output != before), has_ended }
    }

    /// What the lamp shows.
    #[must_use]
    pub const fn output(&self) -> Colour {
        if self.clock.mix == 0 { Colour::Off } else { self.script.colour }
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.clock.due.due()
    }

    /// Whether it plays.
    #[must_use]
    pub const fn state(&self) -> State {
        self.clock.state()
    }

    fn advance(&mut self, now: Instant) -> bool {
        let Some(elapsed_ms) = self.clock.elapsed_ms(now) else { return false };
        self.clock.advance(elapsed_ms, self.script.moment_at(elapsed_ms), None)
    }
}

/// Where a player is in its script.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// When the script began; `None`: nothing plays.
    since: Option<Instant>,
    mix: u8,
    due: Timer,
}

impl Clock {
    const IDLE: Self = Self { since: None, mix: 0, due: Timer::OFF };

    const fn begin(&mut self, since: Instant) {
        self.since = Some(since);
    }

    /// Says that nothing has ended: who stops a player knows.
    const fn stop(&mut self) -> bool {
        *self = Self::IDLE;
        false
    }

    /// How long the script has been playing, if one plays.
    fn elapsed_ms(&self, now: Instant) -> Option<u64> {
        self.since.map(|since| now.since_ms(since))
    }

    /// Takes what the script does after `elapsed_ms`; says whether it is over.
    fn advance(&mut self, elapsed_ms: u64, moment: Moment, duration_ms: Option<u64>) -> bool {
        if duration_ms.is_some_and(|duration| duration <= elapsed_ms) {
            *self = Self::IDLE;
            return true;
        }
        self.mix = moment.mix;
        self.due = Timer::OFF;
        // A script that is silent to its end has its end still to come.
        if let (Some(since), Some(due_ms)) = (self.since, moment.until.or(duration_ms)) {
            self.due.start(since, due_ms);
        }
        false
    }

    const fn state(&self) -> State {
        if self.since.is_some() { State::Playing } else { State::Idle }
    }
}

impl Default for TonePlayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for CadencePlayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for LedPlayer {
    fn default() -> Self {
        Self::new()
    }
}
