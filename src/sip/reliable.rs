//! Reliable provisional responses (RFC 3262 §7): RSeq and RAck.
//!
//! ```text
//! RSeq = response-num
//! RAck = response-num LWS CSeq-num LWS Method
//! ```

use super::grammar::{blanks, fail, number, whole};
use super::values::CSeq;
use super::{HeaderName, Message, ParseError};
use crate::base::{Writer, text};

/// Which provisional response a PRACK acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RAck<'a> {
    /// The response's RSeq.
    pub rseq: u32,
    /// The response's CSeq.
    pub cseq: CSeq<'a>,
}

impl<'a> RAck<'a> {
    /// Reads the value.
    ///
    /// ```
    /// use deskphone::sip::{Method, reliable::RAck};
    /// let rack = RAck::parse(b"776656 1 INVITE")?;
    /// assert_eq!((rack.rseq, rack.cseq.number, rack.cseq.method), (776656, 1, Method::Invite));
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        let split = number(value).and_then(|(rest, rseq)| match blanks(rest) {
            cseq if cseq.len() < rest.len() => Ok((&[][..], (rseq, cseq))),
            _ => fail("a blank and a CSeq", rest),
        });
        let (rseq, cseq) = whole(value, split)?;
        let at = value.len().saturating_sub(cseq.len());
        let cseq = CSeq::parse(cseq).map_err(|error| error.shifted(at))?;
        Ok(Self { rseq, cseq })
    }

    /// Writes the value.
    pub fn compose(&self, out: &mut Writer<'_>) {
        out.number(u64::from(self.rseq));
        out.put(b" ");
        out.number(u64::from(self.cseq.number));
        out.put(b" ");
        out.put(self.cseq.method.as_bytes());
    }
}

impl<'a> Message<'a> {
    /// RSeq: the number of a reliable provisional response.
    #[must_use]
    pub fn rseq(&self) -> Option<u32> {
        text::decimal(self.raw(HeaderName::RSeq)?).filter(|number| *number != 0)
    }

    /// RAck: what a PRACK acknowledges.
    #[must_use]
    pub fn rack(&self) -> Option<RAck<'a>> {
        RAck::parse(self.raw(HeaderName::RAck)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString as _;

    #[test]
    fn errors_say_where() {
        assert_eq!(RAck::parse(b"7").unwrap_err().to_string(), "expected a blank and a CSeq at byte 1");
        assert_eq!(RAck::parse(b"7 x INVITE").unwrap_err().to_string(), "expected a number at byte 2");
    }
}
