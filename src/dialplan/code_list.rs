//! A list of codes, some with a tone (guide, `Referral Services Codes` and `Feature Dial Services Codes`).
//!
//! ```text
//! list := [ code *( "|" code ) ]                   ; 79 characters at most
//! code := 1*KEY [ "`" tone "`" ]
//! tone := "c" / "d" / "m" / "o" / "p" / "s" / any other letter
//! ```
//!
//! ```
//! use deskphone::dialplan::{CodeList, CodeTone};
//! let list = CodeList::parse("*72`c`|*67").unwrap();
//! assert!(list.codes().eq([("*72", CodeTone::Forward), ("*67", CodeTone::Prompt)]));
//! assert_eq!(CodeList::parse("*72|9a").unwrap_err().position, 5);
//! ```

use core::fmt;

use super::key::DialKey;

/// The most characters of a list (guide).
const LONGEST: usize = 79;

/// Codes, one after another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeList<'a>(&'a str);

/// The tone after a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTone {
    /// `c`: `Cfwd Dial Tone`.
    Forward,
    /// `d`: `Dial Tone`.
    Dial,
    /// `m`: `MWI Dial Tone`.
    Message,
    /// `o`: `Outside Dial Tone`.
    Outside,
    /// `p`, or none: `Prompt Tone`.
    Prompt,
    /// `s`: `Second Dial Tone`.
    Second,
    /// Any other letter: no tone.
    Silence,
}

/// Where a list of codes is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeListFault {
    /// The place of the character, from 0.
    pub position: usize,
    /// What should stand there.
    pub expected: &'static str,
}

impl<'a> CodeList<'a> {
    /// The list that a text means; the empty one has no codes.
    ///
    /// # Errors
    /// The first character that cannot stand where it stands.
    pub fn parse(text: &'a str) -> Result<Self, CodeListFault> {
        let fault = |position, expected| CodeListFault { position, expected };
        if text.len() > LONGEST {
            return Err(fault(LONGEST, "79 characters at most"));
        }
        if text.is_empty() {
            return Ok(Self(text));
        }
        let mut at = 0_usize;
        for item in text.split(['|']) {
            let (keys, tone) = item.split_once('`').map_or((item, None), |(keys, tone)| (keys, Some(tone)));
            let wrong = keys.char_indices().find(|&(_, symbol)| DialKey::new(symbol).is_none());
            if let Some((place, _)) = wrong {
                return Err(fault(at.saturating_add(place), "a key, \"`\" or `|`"));
            }
            if keys.is_empty() {
                return Err(fault(at, "a code"));
            }
            let letter = at.saturating_add(keys.len()).saturating_add(1);
            match tone.map(str::as_bytes) {
                Some([tone, b'`']) if tone.is_ascii_alphabetic() => {}
                Some([tone]) if tone.is_ascii_alphabetic() => {
                    return Err(fault(letter.saturating_add(1), "\"`\" after the tone"));
                }
                Some([tone, b'`', ..]) if tone.is_ascii_alphabetic() => {
                    return Err(fault(letter.saturating_add(2), "`|`"));
                }
                Some([tone, _, ..]) if tone.is_ascii_alphabetic() => {
                    return Err(fault(letter.saturating_add(1), "\"`\" after the tone"));
                }
                Some(_) => return Err(fault(letter, "the letter of a tone")),
                None => {}
            }
            at = at.saturating_add(item.len()).saturating_add(1);
        }
        Ok(Self(text))
    }

    /// The codes, each with its tone.
    pub fn codes(self) -> impl Iterator<Item = (&'a str, CodeTone)> {
        self.0.split(['|']).filter(|item| !item.is_empty()).map(|item| match item.split_once('`') {
            Some((keys, tone)) => (keys, CodeTone::new(tone)),
            None => (item, CodeTone::Prompt),
        })
    }
}

impl CodeTone {
    fn new(letter: &str) -> Self {
        match letter.bytes().next() {
            Some(b'c') => Self::Forward,
            Some(b'd') => Self::Dial,
            Some(b'm') => Self::Message,
            Some(b'o') => Self::Outside,
            Some(b'p') => Self::Prompt,
            Some(b's') => Self::Second,
            Some(_) | None => Self::Silence,
        }
    }
}

impl fmt::Display for CodeListFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: expected {}", self.position.saturating_add(1), self.expected)
    }
}

impl core::error::Error for CodeListFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guides_lists() {
        let list = CodeList::parse("*98|*97|*123").unwrap();
        let plain = ["*98", "*97", "*123"].map(|code| (code, CodeTone::Prompt));
        assert!(list.codes().eq(plain));
        assert_eq!(CodeList::parse("*98").unwrap().codes().count(), 1);
        assert_eq!(CodeList::parse("").unwrap().codes().count(), 0);
        let list = CodeList::parse("*1`c`|*2`d`|*3`m`|*4`o`|*5`p`|*6`s`|*7`x`|*8`q`").unwrap();
        assert!(list.codes().map(|(_, tone)| tone).eq([
            CodeTone::Forward,
            CodeTone::Dial,
            CodeTone::Message,
            CodeTone::Outside,
            CodeTone::Prompt,
            CodeTone::Second,
            CodeTone::Silence,
            CodeTone::Silence,
        ]));
    }

    #[test]
    fn a_fault_names_its_place() {
        let at = |text: &str| CodeList::parse(text).unwrap_err().position;
        assert_eq!(at("*72 |*74"), 3, "no spaces");
        assert_eq!(at("*72||*74"), 4);
        assert_eq!(at("*72|"), 4);
        assert_eq!(at("*72`c"), 5);
        assert_eq!(at("*72`cc`"), 5);
        assert_eq!(at("*72`c`9"), 6);
        assert_eq!(at("*72``"), 4);
        assert_eq!(at("*72`"), 4);
        assert_eq!(at(&"*72|".repeat(20)), 79);
        assert!(
            CodeList::parse(
                "*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72|*72"
            )
            .is_ok()
        );
    }
}
