//! The text of a dial plan, read item by item (guide, Dial Plan Script).
//!
//! ```text
//! plan     := [ override *( "," override ) "," ] "(" sequence *( "|" sequence ) ")"
//! override := ( "L" / "S" ) ":" delay                        ; the long and short timer of the whole plan
//! sequence := *( element [ "." ] / "<" *( element [ "." ] / "," ) ":" *sent ">" / "," / timer ) [ "!" ]
//! timer    := ( "L" / "S" / "P" ) delay                      ; from here on; a pause
//! element  := KEY / "x" / "X" / "[" 1*( KEY [ "-" DIGIT ] / "x" ) "]" / LETTER
//! delay    := *DIGIT                                         ; seconds; none: 5
//! sent     := any character but space, "<" ">" "|" "(" ")"
//! ```
//! White space counts nowhere but after a delay, which it ends. So does whatever else is no digit: plans in
//! use say `S0|` and `P9<`. A `LETTER` is what no key gives but a caller's number or a URI may have.

use super::fault::{Expected, PlanFault};
use super::item::{DIGITS, Item, LONGEST_S, Outcome};
use super::key::DialKey;
use crate::limits;

/// A timer without a number.
const MISSING_S: u16 = 5;

/// A plan's text and how far it is read.
#[derive(Clone, Debug)]
pub(super) struct Script<'a> {
    text: &'a str,
    at: usize,
    part: Part,
    /// The long timer of the whole plan, in seconds.
    pub(super) long_s: Option<u16>,
    /// The short timer of the whole plan, in seconds.
    pub(super) short_s: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Head,
    Sequence,
    Dialled,
    Sent,
    Done,
}

impl<'a> Script<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0, part: Part::Head, long_s: None, short_s: None }
    }

    /// The next item; `None` at the end of the plan.
    pub(super) fn item(&mut self) -> Result<Option<Item>, PlanFault> {
        loop {
            let item = match self.part {
                Part::Head => self.head()?,
                Part::Sequence => self.sequence()?,
                Part::Dialled => self.dialled()?,
                Part::Sent => self.sent()?,
                Part::Done => return Ok(None),
            };
            if item.is_some() {
                return Ok(item);
            }
        }
    }

    /// The timers of the whole plan, and the opening. A text of nothing is a plan without a sequence.
    fn head(&mut self) -> Result<Option<Item>, PlanFault> {
        if let Some((at, found)) = self.text.char_indices().nth(limits::PLAN_BYTES) {
            return Err(PlanFault { position: at, found: Some(found), expected: Expected::Shorter });
        }
        if self.peek().is_none() {
            self.part = Part::Done;
            return Ok(None);
        }
        loop {
            match self.peek() {
                Some(b'(') => break self.skip(),
                Some(timer @ (b'L' | b'S')) => {
                    self.skip();
                    if self.peek() != Some(b':') {
                        return Err(self.fault(Expected::TimerColon));
                    }
                    self.skip();
                    self.peek();
                    let seconds = Some(self.delay());
                    *(if timer == b'L' { &mut self.long_s } else { &mut self.short_s }) = seconds;
                    if self.peek() == Some(b',') {
                        self.skip();
                    }
                }
                Some(_) | None => return Err(self.fault(Expected::Opening)),
            }
        }
        self.part = Part::Sequence;
        Ok(None)
    }

    fn sequence(&mut self) -> Result<Option<Item>, PlanFault> {
        let item = match self.peek() {
            Some(b'!') => {
                self.skip();
                if !matches!(self.peek(), Some(b'|' | b')')) {
                    return Err(self.fault(Expected::EndOfSequence));
                }
                return self.end(Outcome::Barred);
            }
            Some(b'|' | b')') => return self.end(Outcome::Plain),
            Some(b'<') => {
                self.part = Part::Dialled;
                Item::Open
            }
            Some(b',') => Item::Tone,
            Some(timer @ (b'L' | b'S' | b'P')) => {
                self.skip();
                let seconds = self.delay();
                return Ok(Some(match timer {
                    b'L' => Item::Long(seconds),
                    b'S' => Item::Short(seconds),
                    _ => Item::Pause(seconds),
                }));
            }
            Some(_) | None => return self.element(Expected::Sequence).map(Some),
        };
        self.skip();
        Ok(Some(item))
    }

    fn end(&mut self, outcome: Outcome) -> Result<Option<Item>, PlanFault> {
        if self.peek() == Some(b')') {
            self.skip();
            if self.peek().is_some() {
                return Err(self.fault(Expected::Nothing));
            }
            self.part = Part::Done;
        } else {
            self.skip();
        }
        Ok(Some(Item::End(outcome)))
    }

    fn dialled(&mut self) -> Result<Option<Item>, PlanFault> {
        let item = match self.peek() {
            Some(b',') => Item::Tone,
            Some(b':') => {
                self.part = Part::Sent;
                Item::Close
            }
            Some(_) | None => return self.element(Expected::Dialled).map(Some),
        };
        self.skip();
        Ok(Some(item))
    }

    fn sent(&mut self) -> Result<Option<Item>, PlanFault> {
        let item = match self.peek() {
            Some(b'>') => {
                self.part = Part::Sequence;
                None
            }
            Some(b'<' | b'|' | b'(' | b')') | None => return Err(self.fault(Expected::Sent)),
            Some(letter) if letter.is_ascii_graphic() => Some(Item::Emit(letter)),
            Some(_) => return Err(self.fault(Expected::Sent)),
        };
        self.skip();
        Ok(item)
    }

    /// A key, a set of keys or a letter, and the `.` after it.
    fn element(&mut self, expected: Expected) -> Result<Item, PlanFault> {
        let Some(first) = self.peek() else { return Err(self.fault(expected)) };
        let keys = match first {
            b'x' | b'X' => Some(DIGITS),
            b'[' => {
                self.skip();
                Some(self.set()?)
            }
            b'.' => return Err(self.fault(Expected::Repeated)),
            _ => match key(first) {
                Some(key) => Some(key.bit()),
                None if is_letter(first) => None,
                None => return Err(self.fault(expected)),
            },
        };
        self.skip();
        let mut repeated = false;
        // A second dot says the same once more.
        while self.peek() == Some(b'.') {
            self.skip();
            repeated = true;
        }
        Ok(match (keys, repeated) {
            (Some(keys), false) => Item::Key(keys),
            (Some(keys), true) => Item::Keys(keys),
            (None, false) => Item::Letter(first),
            (None, true) => Item::Letters(first),
        })
    }

    /// The keys of a set, up to its `]`, which is left.
    fn set(&mut self) -> Result<u16, PlanFault> {
        let mut keys = 0;
        loop {
            let Some(first) = self.peek() else { return Err(self.fault(Expected::SetItem)) };
            match (first, key(first)) {
                (b']', _) if keys == 0 => return Err(self.fault(Expected::Filled)),
                (b']', _) => return Ok(keys),
                (b'x' | b'X', _) => {
                    keys |= DIGITS;
                    self.skip();
                }
                (_, None) => return Err(self.fault(Expected::SetItem)),
                (_, Some(from)) => {
                    self.skip();
                    keys |= if self.peek() == Some(b'-') { self.range(from)? } else { from.bit() };
                }
            }
        }
    }

    /// The keys from one digit to another; the `-` comes next.
    fn range(&mut self, from: DialKey) -> Result<u16, PlanFault> {
        if from.bit() & DIGITS == 0 {
            return Err(self.fault(Expected::SetItem));
        }
        self.skip();
        let to = self.peek().and_then(key).filter(|to| to.bit() & DIGITS != 0 && *to >= from);
        let Some(to) = to else { return Err(self.fault(Expected::RangeEnd)) };
        self.skip();
        // All bits up to the last digit's, without those below the first one's.
        Ok((to.bit().wrapping_shl(1).wrapping_sub(1)) & !from.bit().wrapping_sub(1))
    }

    /// Seconds, ended by whatever is no digit. What is too long to be held is as good as for ever.
    fn delay(&mut self) -> u16 {
        let mut seconds = None;
        while let Some(digit @ b'0'..=b'9') = self.text.as_bytes().get(self.at) {
            let so_far = seconds.unwrap_or(0_u16).saturating_mul(10);
            seconds = Some(so_far.saturating_add(u16::from(digit.wrapping_sub(b'0'))).min(LONGEST_S));
            self.skip();
        }
        seconds.unwrap_or(MISSING_S)
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let spaces = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.at = self.at.saturating_add(spaces);
        rest.get(spaces).copied()
    }

    const fn skip(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn fault(&self, expected: Expected) -> PlanFault {
        let found = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        PlanFault { position: self.at, found, expected }
    }
}

fn key(byte: u8) -> Option<DialKey> {
    DialKey::new(char::from(byte))
}

/// What a number or a URI may have and no key gives. `.` is not one: it repeats.
const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
        || matches!(byte, b'+' | b'@' | b'-' | b'_' | b'&' | b'=' | b'$' | b'~' | b'/' | b';' | b'?' | b'%')
}
