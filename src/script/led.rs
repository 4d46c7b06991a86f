//! `LedScript`: the colour and the blinking of a lamp.
//!
//! ```text
//! LedScript := field *( ";" field )                   white space is ignored
//! field     := "c=" ( "o" / "r" / "g" / "a" )         off, red, green, amber; required
//!            / "p=" ( "n" ["b"] / "s" ["b"] / "f" ["b"] / "d" ["b"] / "u" ["d"] )
//!            / "u=" on "/" off *3( "/" on "/" off )   1 to 4 pairs, seconds with up to 2 decimals
//! ```
//! Patterns are no blink, slow, fast, double and the user's own, for which `u` gives the times; without `p`
//! the lamp is steady. The guide says both 500 ms and 1 s for the slow blink; its chapter on call appearances
//! is followed: 500 ms. A pattern begins with "on".
//!
//! ```
//! use deskphone::script::{Colour, LedScript, Pattern};
//! let lamp = LedScript::parse("c=a;p=ud;u=.1/.1/.1/.1/.1/.9").unwrap();
//! assert_eq!(lamp.colour_at(450), Colour::Amber);
//! assert_eq!(lamp.colour_at(500), Colour::Off);
//! assert_eq!(lamp.change_after(500), Some(1_400));
//! assert_eq!(LedScript::parse("c=g").unwrap().pattern, Pattern::Steady);
//! ```

use core::fmt;

use super::Fault;
use super::number::{Reader, Span};
use super::timeline::{self, Moment};

/// Pairs of on and off in a user's pattern. More are refused.
pub const USER_PAIRS: usize = 4;

/// A lamp: a colour and how it blinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LedScript {
    /// The colour while it is on.
    pub colour: Colour,
    /// How it blinks.
    pub pattern: Pattern,
}

/// The colours of a line key's LED.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// Dark.
    Off,
    /// Red.
    Red,
    /// Green.
    Green,
    /// Amber.
    Amber,
}

/// How a lamp blinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// No blink.
    Steady,
    /// 500 ms on, 500 ms off.
    Slow,
    /// 100 ms on, 100 ms off.
    Fast,
    /// 100 ms on, 100 ms off, 100 ms on, 700 ms off.
    Double,
    /// As the script's `u` says.
    User(UserPattern),
}

/// The times of a user's pattern: one to four pairs, not all of them 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserPattern {
    phases_ms: [u16; USER_PAIRS * 2],
    used: u8,
}

impl LedScript {
    /// Reads a script.
    ///
    /// # Errors
    /// Where the text does not follow the grammar, or passes one of its limits.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader::new(text);
        let (mut colour, mut pattern, mut user) = (None, None, None);
        loop {
            let begin = reader.fault("each field once");
            let is_first = if reader.take_word("c") {
                colour.replace(read_colour(&mut reader)?).is_none()
            } else if reader.take_word("p") {
                pattern.replace(read_pattern(&mut reader)?).is_none()
            } else if reader.take_word("u") {
                user.replace(UserPattern::read(&mut reader)?).is_none()
            } else {
                return Err(reader.fault("c=, p= or u="));
            };
            if !is_first {
                return Err(begin);
            }
            if !reader.take(b';') {
                break;
            }
        }
        reader.end("; or the end")?;
        let colour = colour.ok_or_else(|| reader.fault("; and the colour: c="))?;
        // The times are used only with p=ud.
        let pattern = match (pattern, user) {
            (None, _) => Pattern::Steady,
            (Some(Letter::BuiltIn(pattern)), _) => pattern,
            (Some(Letter::User), Some(user)) => Pattern::User(user),
            (Some(Letter::User), None) => return Err(reader.fault("; and the times of the pattern: u=")),
        };
        Ok(Self { colour, pattern })
    }

    /// Reads a script; a blank one is the state's default.
    ///
    /// # Errors
    /// As [`LedScript::parse`].
    pub fn parse_or(text: &str, default: Self) -> Result<Self, Fault> {
        if text.trim_ascii().is_empty() { Ok(default) } else { Self::parse(text) }
    }

    /// What is to be seen `elapsed_ms` after the pattern began.
    #[must_use]
    pub fn colour_at(&self, elapsed_ms: u64) -> Colour {
        if self.moment_at(elapsed_ms).mix == 0 { Colour::Off } else { self.colour }
    }

    /// When something else is to be seen, later than `elapsed_ms`; `None`: never.
    #[must_use]
    pub fn change_after(&self, elapsed_ms: u64) -> Option<u64> {
        self.moment_at(elapsed_ms).until
    }

    pub(super) fn moment_at(&self, elapsed_ms: u64) -> Moment {
        let phases = self.pattern.phases_ms();
        match self.colour {
            Colour::Off => Moment { mix: 0, until: None },
            Colour::Red | Colour::Green | Colour::Amber if phases.is_empty() => {
                Moment { mix: 1, until: None }
            }
            Colour::Red | Colour::Green | Colour::Amber => {
                let phases = phases.iter().map(|&phase| Some(u32::from(phase)));
                timeline::round_at(phases.zip([1, 0].into_iter().cycle()), elapsed_ms)
            }
        }
    }
}

/// What follows `p=`.
#[derive(Clone, Copy)]
enum Letter {
    BuiltIn(Pattern),
    User,
}

fn read_colour(reader: &mut Reader<'_>) -> Result<Colour, Fault> {
    reader.need(b'=', "=")?;
    let all = [Colour::Off, Colour::Red, Colour::Green, Colour::Amber];
    let named = all.into_iter().find(|colour| reader.take_word(colour.letter()));
    named.ok_or_else(|| reader.fault("a colour: o, r, g or a"))
}

fn read_pattern(reader: &mut Reader<'_>) -> Result<Letter, Fault> {
    reader.need(b'=', "=")?;
    if reader.take(b'u') {
        reader.take(b'd');
        return Ok(Letter::User);
    }
    for pattern in [Pattern::Steady, Pattern::Slow, Pattern::Fast, Pattern::Double] {
        if reader.take_word(pattern.letter()) {
            reader.take(b'b');
            return Ok(Letter::BuiltIn(pattern));
        }
    }
    Err(reader.fault("a pattern: nb, sb, fb, db or ud"))
}

impl Colour {
    /// The colour in one lower-case word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Red => "red",
            Self::Green => "green",
            Self::Amber => "amber",
        }
    }

    const fn letter(self) -> &'static str {
        match self {
            Self::Off => "o",
            Self::Red => "r",
            Self::Green => "g",
            Self::Amber => "a",
        }
    }
}

impl Pattern {
    /// The pattern in one lower-case word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Slow => "slow",
            Self::Fast => "fast",
            Self::Double => "double",
            Self::User(_) => "user",
        }
    }

    /// How long each phase lasts, in milliseconds: on, off, on, off; empty for a steady lamp.
    #[must_use]
    pub fn phases_ms(&self) -> &[u16] {
        match self {
            Self::Steady => &[],
            Self::Slow => &[500, 500],
            Self::Fast => &[100, 100],
            Self::Double => &[100, 100, 100, 700],
            Self::User(pattern) => pattern.phases_ms(),
        }
    }

    const fn letter(self) -> &'static str {
        match self {
            Self::Steady => "n",
            Self::Slow => "s",
            Self::Fast => "f",
            Self::Double => "d",
            Self::User(_) => "u",
        }
    }
}

impl UserPattern {
    /// How long each phase lasts, in milliseconds: on, off, on, off.
    #[must_use]
    pub fn phases_ms(&self) -> &[u16] {
        self.phases_ms.get(..usize::from(self.used)).unwrap_or(&[])
    }

    /// Reads `=` and the pairs.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        reader.need(b'=', "=")?;
        let mut pattern = Self { phases_ms: [0; USER_PAIRS * 2], used: 0 };
        let begin = reader.fault("a time above 0");
        loop {
            let place = reader.fault("no more than four pairs");
            for is_last in [false, true] {
                let phase = reader.fault("no more than 65 seconds");
                let ms = reader.thousandths(2, "seconds")?;
                let slot = pattern.phases_ms.get_mut(usize::from(pattern.used)).ok_or(place)?;
                *slot = u16::try_from(ms).map_err(|_| phase)?;
                pattern.used = pattern.used.saturating_add(1);
                if !is_last {
                    reader.need(b'/', "/ and the off time")?;
                }
            }
            if !reader.take(b'/') {
                let has_time = pattern.phases_ms.iter().any(|phase| *phase > 0);
                return if has_time { Ok(pattern) } else { Err(begin) };
            }
        }
    }
}

impl fmt::Display for LedScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c={}", self.colour.letter())?;
        match self.pattern {
            Pattern::Steady => Ok(()),
            Pattern::Slow | Pattern::Fast | Pattern::Double => write!(f, ";p={}", self.pattern.letter()),
            Pattern::User(user) => {
                f.write_str(";p=u;u=")?;
                for (number, phase) in user.phases_ms().iter().enumerate() {
                    let separator = if number == 0 { "" } else { "/" };
                    write!(f, "{separator}{}", Span(Some((*phase).into())))?;
                }
                Ok(())
            }
        }
    }
}
