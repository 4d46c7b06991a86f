//! The pieces that all scripts are made of: single characters, whole numbers, seconds with decimals.
//!
//! ```text
//! Dur    := "*" / number
//! number := digits [ "." *3digit ] / "." 1*3digit
//! ```
//! White space may stand before every piece; inside a number it may not.

use core::fmt;

use super::Fault;

/// Characters of a `CadScript`, `FreqScript` or `ToneScript` (guide, Data Types). Longer ones are refused.
pub const CHARACTERS: usize = 127;

/// Reads a text from its start and knows where it is.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// A reader of a text that may have [`CHARACTERS`] characters.
    pub(super) fn bounded(text: &'a str) -> Result<Self, Fault> {
        match text.char_indices().nth(CHARACTERS) {
            Some((position, _)) => Err(Fault { position, expected: "no more than 127 characters" }),
            None => Ok(Self::new(text)),
        }
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// The next character, white space aside.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.rest().bytes().next()
    }

    /// Where the next piece begins.
    pub(super) fn position(&mut self) -> usize {
        self.skip_blanks();
        self.at
    }

    /// The fault that something else should stand here.
    pub(super) fn fault(&mut self, expected: &'static str) -> Fault {
        Fault { position: self.position(), expected }
    }

    /// Reads one of our (ASCII) characters if it stands here.
    pub(super) fn take(&mut self, wanted: u8) -> bool {
        let here = self.peek() == Some(wanted);
        if here {
            self.at = self.at.saturating_add(1);
        }
        here
    }

    /// Reads a character that must stand here.
    pub(super) fn need(&mut self, wanted: u8, expected: &'static str) -> Result<(), Fault> {
        if self.take(wanted) { Ok(()) } else { Err(self.fault(expected)) }
    }

    /// Reads a word if it stands here.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let here = self.rest().starts_with(word);
        if here {
            self.at = self.at.saturating_add(word.len());
        }
        here
    }

    /// Reads up to a separator, or to the end; white space around it is left out.
    pub(super) fn take_until(&mut self, separator: &str) -> &'a str {
        self.skip_blanks();
        let rest = self.rest();
        let here = |at: usize| rest.get(at..).is_some_and(|rest| rest.starts_with(separator));
        let length = rest.char_indices().map(|(at, _)| at).find(|at| here(*at)).unwrap_or(rest.len());
        self.at = self.at.saturating_add(length);
        rest.get(..length).unwrap_or("").trim_ascii_end()
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self, expected: &'static str) -> Result<(), Fault> {
        if self.peek().is_none() { Ok(()) } else { Err(self.fault(expected)) }
    }

    /// A whole number up to `most`.
    pub(super) fn whole(&mut self, most: u32, expected: &'static str) -> Result<u32, Fault> {
        let position = self.position();
        let digits = self.digits();
        let number = crate::base::text::decimal(digits.as_bytes()).filter(|number| *number <= most);
        number.ok_or(Fault { position, expected })
    }

    /// A whole number from `least` to `most`.
    pub(super) fn ranged(&mut self, least: u32, most: u32, expected: &'static str) -> Result<u32, Fault> {
        let begin = self.fault(expected);
        self.whole(most, expected).and_then(|number| if number < least { Err(begin) } else { Ok(number) })
    }

    /// A decimal number with up to `decimals` (at most three) places, in thousandths.
    pub(super) fn thousandths(&mut self, decimals: usize, expected: &'static str) -> Result<u32, Fault> {
        let position = self.position();
        let before = self.digits();
        let has_point = self.rest().starts_with('.');
        if has_point {
            self.at = self.at.saturating_add(1);
        }
        let after_at = self.at;
        let after = if has_point { self.digits() } else { "" };
        if before.is_empty() && after.is_empty() {
            return Err(Fault { position, expected });
        }
        if after.len() > decimals {
            let position = after_at.saturating_add(decimals);
            return Err(Fault { position, expected: too_many_decimals(decimals) });
        }
        let number = before.bytes().chain(after.bytes().chain([b'0'; 3]).take(3));
        let number = number.map(|digit| u32::from(digit.saturating_sub(b'0')));
        let folded = number.into_iter().try_fold(0u32, |sum, digit| sum.checked_mul(10)?.checked_add(digit));
        folded.ok_or(Fault { position, expected: "a smaller number" })
    }

    /// Seconds, or `*` for no end; in milliseconds.
    pub(super) fn span(&mut self) -> Result<Option<u32>, Fault> {
        if self.take(b'*') {
            return Ok(None);
        }
        self.thousandths(3, "seconds or *").map(Some)
    }

    fn digits(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at = self.at.saturating_add(length);
        rest.get(..length).unwrap_or("")
    }

    fn skip_blanks(&mut self) {
        let blanks = self.rest().bytes().take_while(u8::is_ascii_whitespace).count();
        self.at = self.at.saturating_add(blanks);
    }
}

const fn too_many_decimals(decimals: usize) -> &'static str {
    match decimals {
        0 => "no decimals",
        1 => "no more than one decimal",
        2 => "no more than two decimals",
        _ => "no more than three decimals",
    }
}

/// Milliseconds as the shortest text for seconds: `2`, `.25`, `0`, and `*` for no end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span(pub(super) Option<u32>);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(ms) = self.0 else { return f.write_str("*") };
        let (whole, rest) = (ms / 1_000, ms % 1_000);
        if whole > 0 || rest == 0 {
            write!(f, "{whole}")?;
        }
        match rest {
            0 => Ok(()),
            _ if rest % 100 == 0 => write!(f, ".{}", rest / 100),
            _ if rest % 10 == 0 => write!(f, ".{:02}", rest / 10),
            _ => write!(f, ".{rest:03}"),
        }
    }
}
