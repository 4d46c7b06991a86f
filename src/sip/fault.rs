//! What is wrong with a piece of SIP, where, and what answers it.

use core::fmt;

use super::Status;

/// A piece that does not follow its grammar: what was expected, and at which byte.
///
/// The byte counts from the start of what was given to the parser: the datagram for a message, the value for
/// a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What the grammar demands there.
    pub expected: &'static str,
    /// Where, in bytes from the start.
    pub at: usize,
}

impl ParseError {
    /// The same error seen from an enclosing text in which the value begins at `offset`.
    #[must_use]
    pub const fn shifted(self, offset: usize) -> Self {
        Self { expected: self.expected, at: self.at.saturating_add(offset) }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at byte {}", self.expected, self.at)
    }
}

impl core::error::Error for ParseError {}

/// Why a message is refused. A request is answered with `status`; a response, or an ACK, is discarded
/// silently (RFC 3261 §8.1.3, §17.1.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The status that answers a request.
    pub status: Status,
    /// What was expected, and where in the datagram.
    pub error: ParseError,
}

impl Rejection {
    /// A refusal with this status because of what is missing at `at`.
    #[must_use]
    pub const fn new(status: Status, expected: &'static str, at: usize) -> Self {
        Self { status, error: ParseError { expected, at } }
    }

    /// 400 (Bad Request) because of a syntax error.
    #[must_use]
    pub const fn bad_request(error: ParseError) -> Self {
        Self { status: Status::BAD_REQUEST, error }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}
