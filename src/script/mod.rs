//! The phone's five script syntaxes and their players (guide, chapter Data Types): what tones, rings and
//! lamps do, written in a line of text that an administrator can change.
//!
//! | type | says | example |
//! |---|---|---|
//! | [`FrequencyScript`] | which sines | `350@-19,440@-19` |
//! | [`CadenceScript`] | on and off | `60(.3/.2,1/.2,.3/4)` |
//! | [`ToneScript`] | which sines when | `350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)` |
//! | [`RingScript`] | a ring tone | `n=Classic-1;w=3;c=1` |
//! | [`LedScript`] | a lamp | `c=a;p=ud;u=.1/.1/.1/.9` |
//!
//! Beside them stand the other small languages of the settings: the daylight saving rule, time offsets and
//! the entries of the personal directory. Each type has a `parse`, and a `Display` that writes the shortest
//! text with the same meaning; a parsed value has kept every limit. [`TonePlayer`], [`CadencePlayer`] and
//! [`LedPlayer`] are the machines that say when something changes.
//!
//! ```
//! use deskphone::script::ToneScript;
//! let tone = ToneScript::parse("985@-16,1428@-16,1777@-16;20(.380/0/1,.380/0/2,.380/0/3,0/4/0)").unwrap();
//! assert_eq!(tone.mix_at(400), 0b010);
//! assert_eq!(tone.change_after(400), Some(760));
//! let fault = ToneScript::parse("985@-16;20(.380/0/2)").unwrap_err();
//! assert_eq!(fault.to_string(), "at 18: expected the number of a component that the script has");
//! ```

mod cadence;
mod civil;
mod daylight;
mod directory_entry;
mod frequency;
#[cfg(feature = "_fuzzing")]
mod fuzz;
mod led;
mod number;
mod player;
mod ring;
mod time_offset;
mod timeline;
mod tone;

pub use cadence::{CadenceScript, SECTIONS, SEGMENTS, Section, Segment};
pub use civil::CivilTime;
pub use daylight::DaylightRule;
pub use directory_entry::DirectoryEntry;
pub use frequency::{COMPONENTS, Component, FrequencyScript, Sounding};
#[cfg(feature = "_fuzzing")]
#[doc(hidden)]
pub use fuzz::fuzz_scripts;
pub use led::{Colour, LedScript, Pattern, USER_PAIRS, UserPattern};
pub use number::CHARACTERS;
pub use player::{CadencePlayer, Input, LedPlayer, State, Step, TonePlayer};
pub use ring::{RingScript, Waveform};
pub use time_offset::{TimeOffset, TimeZone};
pub use tone::ToneScript;

use core::fmt;

/// What is wrong with a script, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place, in bytes from the start of the text as it was given.
    pub position: usize,
    /// What should stand there.
    pub expected: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: expected {}", self.position, self.expected)
    }
}

impl core::error::Error for Fault {}

#[cfg(test)]
mod tests;
