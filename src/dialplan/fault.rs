//! What is wrong with a dial plan, and where.

use core::fmt;

use crate::limits;

/// Where a dial plan (or a code) is wrong, and what should stand there.
///
/// ```
/// use deskphone::dialplan::Plan;
/// let fault = Plan::check("(9[1-|0)").unwrap_err();
/// assert_eq!(fault.position, 5);
/// assert_eq!(fault.to_string(), "at character 6, `|`: expected the digit that ends the range");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanFault {
    /// The place of the character, from 0.
    pub position: usize,
    /// What stands there; `None` at the end.
    pub found: Option<char>,
    /// What should stand there.
    pub expected: Expected,
}

/// What should stand where a dial plan is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `(`, or a timer for the whole plan before it.
    Opening,
    /// The `:` between `L` or `S` before the plan and its seconds.
    TimerColon,
    /// More of a sequence, `|` or `)`.
    Sequence,
    /// A key before the `.` that repeats it.
    Repeated,
    /// `|` or `)` after the `!` that bars a sequence.
    EndOfSequence,
    /// A key, `x` or `]`.
    SetItem,
    /// A key in `[]`.
    Filled,
    /// A digit, not below the one that the range begins with.
    RangeEnd,
    /// More to be dialled, or `:`.
    Dialled,
    /// More to be sent, or `>`.
    Sent,
    /// Nothing after the `)`.
    Nothing,
    /// A shorter text.
    Shorter,
    /// A key: `0` to `9`, `*` or `#`.
    Key,
}

impl Expected {
    const fn text(self) -> &'static str {
        match self {
            Self::Opening => "`(`",
            Self::TimerColon => "`:` and the seconds",
            Self::Sequence => "a key, `x`, `[`, `<`, `,`, a timer, `|` or `)`",
            Self::Repeated => "a key, `x` or `]` before the `.`",
            Self::EndOfSequence => "`|` or `)` after the `!`",
            Self::SetItem => "a key, `x` or `]`",
            Self::Filled => "a key before the `]`",
            Self::RangeEnd => "the digit that ends the range",
            Self::Dialled => "a key, `x`, `[`, `,` or `:`",
            Self::Sent => "a character to be sent or `>`",
            Self::Nothing => "nothing after the `)`",
            Self::Shorter => "a shorter text",
            Self::Key => "a key: `0` to `9`, `*` or `#`",
        }
    }
}

impl fmt::Display for PlanFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found {
            Some(found) => write!(f, "at character {}, `{found}`", self.position.saturating_add(1))?,
            None => write!(f, "at the end, after character {}", self.position)?,
        }
        write!(f, ": expected {}", self.expected.text())?;
        if self.expected == Expected::Shorter {
            write!(f, ", {} characters at most", limits::PLAN_BYTES)?;
        }
        Ok(())
    }
}

impl core::error::Error for PlanFault {}
