//! Whether a message may be used: what the grammar and RFC 3261 §8.1.1, §8.2 and §20 demand of any message.

use super::message::StartLine;
use super::values::{CSeq, Contact, MediaType};
use super::{Address, HeaderName, Message, Method, ParseError, Rejection, Status, Uri, Via, via};
use crate::base::{scan, text};

impl<'a> Message<'a> {
    /// Whether everything that syntax decides is right: the mandatory headers are there once, and the values
    /// that the phone acts on decode. What it never acts on (Date, Warning, unknown headers) is not looked
    /// at.
    ///
    /// # Errors
    /// The first fault. A request is answered with its status, a response is dropped.
    pub fn check(&self) -> Result<(), Rejection> {
        if let Some(damage) = self.damage() {
            return Err(damage);
        }
        if let StartLine::Request { uri, .. } = self.start() {
            self.check_request_uri(uri)?;
        }
        self.check_presence()?;
        // Kept, not read again: a Via may be as long as its datagram.
        let mut top = None;
        self.each(HeaderName::Via, |value| Via::parse(value).map(|via| top = top.or(Some(via))))?;
        self.one(HeaderName::From, Address::parse)?;
        self.one(HeaderName::To, Address::parse)?;
        self.one(HeaderName::CallId, call_id)?;
        let cseq = self.one(HeaderName::CSeq, CSeq::parse)?;
        self.check_transaction(top, cseq)?;
        self.one(HeaderName::MaxForwards, max_forwards)?;
        self.each(HeaderName::Contact, |value| Contact::parse(value).map(drop))?;
        self.each(HeaderName::RecordRoute, |value| Address::parse(value).map(drop))?;
        self.each(HeaderName::Route, |value| Address::parse(value).map(drop))?;
        if !self.body().is_empty() {
            self.one(HeaderName::ContentType, MediaType::parse)?;
        }
        self.one(HeaderName::ReferTo, Address::parse).map(drop)
    }

    /// RFC 3261 §8.1.1.1 and §19.1.1: a Request-URI is a URI without headers. Its scheme is the user agent's
    /// matter.
    fn check_request_uri(&self, uri: &[u8]) -> Result<(), Rejection> {
        let bad =
            |error: ParseError| Rejection::bad_request(error.shifted(scan::offset_of(self.bytes(), uri)));
        match Uri::parse(uri).map_err(bad)? {
            Uri::Sip(sip) => match sip.headers {
                Some(headers) => Err(bad(ParseError {
                    expected: "no headers in a Request-URI",
                    at: scan::offset_of(uri, headers),
                })),
                None => Ok(()),
            },
            Uri::Tel(_) | Uri::Other { .. } => Ok(()),
        }
    }

    /// RFC 3261 §8.1.1 and §7.3.1: what must be there, and what must not be there twice.
    fn check_presence(&self) -> Result<(), Rejection> {
        let mut seen = 0u128;
        for header in self.headers() {
            let bit = 1u128.checked_shl(u32::from(header.name as u8)).unwrap_or(0);
            if seen & bit != 0 && header.name.is_single() {
                let at = scan::offset_of(self.bytes(), header.name_text);
                return Err(Rejection::new(Status::BAD_REQUEST, "this header once only", at));
            }
            seen |= bit;
        }
        const MANDATORY: [(HeaderName, &str); 5] = [
            (HeaderName::Via, "a Via header"),
            (HeaderName::From, "a From header"),
            (HeaderName::To, "a To header"),
            (HeaderName::CallId, "a Call-ID header"),
            (HeaderName::CSeq, "a CSeq header"),
        ];
        for (name, expected) in MANDATORY {
            let bit = 1u128.checked_shl(u32::from(name as u8)).unwrap_or(0);
            if seen & bit == 0 {
                return Err(Rejection::new(Status::BAD_REQUEST, expected, self.headers_end()));
            }
        }
        Ok(())
    }

    /// RFC 3261 §8.1.1.5 (CSeq names the request's method) and §8.1.1.7 (the cookie alone names no
    /// transaction).
    fn check_transaction(&self, top: Option<Via<'_>>, cseq: Option<CSeq<'_>>) -> Result<(), Rejection> {
        let Some(method) = self.method() else { return Ok(()) };
        if cseq.is_some_and(|cseq| cseq.method != method) {
            let at = scan::offset_of(self.bytes(), self.raw(HeaderName::CSeq).unwrap_or(&[]));
            // RFC 4475 §3.1.2.18: of a method that nobody knows, that is the better answer.
            let known = !matches!(method, Method::Other(_));
            let status = if known { Status::BAD_REQUEST } else { Status::NOT_IMPLEMENTED };
            return Err(Rejection::new(status, "the request's method in CSeq", at));
        }
        if let Some(branch) = top.and_then(|via| via.branch())
            && branch.eq_ignore_ascii_case(via::COOKIE)
        {
            let at = scan::offset_of(self.bytes(), branch).saturating_add(branch.len());
            return Err(Rejection::new(Status::BAD_REQUEST, "a branch after its cookie", at));
        }
        Ok(())
    }

    fn headers_end(&self) -> usize {
        scan::offset_of(self.bytes(), self.body())
    }

    /// Every value of a list header decodes.
    fn each(
        &self,
        name: HeaderName,
        mut decode: impl FnMut(&'a [u8]) -> Result<(), ParseError>,
    ) -> Result<(), Rejection> {
        self.values(name).try_for_each(|value| self.located(value, decode(value)))
    }

    /// The value of a single header, which decodes if it is there.
    fn one<T>(
        &self,
        name: HeaderName,
        decode: impl FnOnce(&'a [u8]) -> Result<T, ParseError>,
    ) -> Result<Option<T>, Rejection> {
        self.raw(name).map(|value| self.located(value, decode(value))).transpose()
    }

    /// A fault inside `value` becomes one inside the message.
    fn located<T>(&self, value: &[u8], decoded: Result<T, ParseError>) -> Result<T, Rejection> {
        decoded.map_err(|error| Rejection::bad_request(error.shifted(scan::offset_of(self.bytes(), value))))
    }

    /// Whether no answer may be sent to this message: a response, or an ACK (RFC 3261 §17.1.1.3).
    #[must_use]
    pub fn is_unanswerable(&self) -> bool {
        matches!(self.method(), None | Some(Method::Ack))
    }
}

/// `callid = word [ "@" word ]`: any visible characters.
fn call_id(value: &[u8]) -> Result<(), ParseError> {
    let bad = value.iter().position(|byte| *byte <= b' ' || *byte == 0x7F);
    match bad.or_else(|| value.is_empty().then_some(0)) {
        Some(at) => Err(ParseError { expected: "a Call-ID without blanks", at }),
        None => Ok(()),
    }
}

/// RFC 3261 §20.22: an integer from 0 to 255.
fn max_forwards(value: &[u8]) -> Result<(), ParseError> {
    match text::decimal(value) {
        Some(..=255) => Ok(()),
        Some(_) | None => Err(ParseError { expected: "a number from 0 to 255", at: 0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> std::string::String {
        let text = text.replace('\n', "\r\n");
        match Message::parse(text.as_bytes()).unwrap().check() {
            Ok(()) => "ok".into(),
            Err(found) => std::format!("{} {}", found.status, found),
        }
    }

    #[test]
    fn rfc3261_8_1_1_what_must_be_there() {
        let whole = "BYE sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nf: <sip:c@d>;tag=1\n\
            t: sip:a@b\ni: 1\nCSeq: 1 BYE\n\n";
        assert_eq!(verdict(whole), "ok");
        for (line, name) in [("Via: SIP/2.0/UDP h;branch=z9hG4bK1\n", "a Via"), ("i: 1\n", "a Call-ID")] {
            let found = verdict(&whole.replace(line, ""));
            assert!(found.starts_with(&std::format!("400 expected {name} header")), "{found}");
        }
        assert_eq!(
            verdict(&whole.replace("1 BYE", "1 ACK")),
            "400 expected the request's method in CSeq at byte 101"
        );
        assert_eq!(
            verdict(&whole.replace("i: 1\n", "i: 1\ni: 1\n")),
            "400 expected this header once only at byte 95"
        );
        assert_eq!(verdict(&whole.replace("bK1", "bK")), "400 expected a branch after its cookie at byte 54");
        assert_eq!(
            verdict(&whole.replace("sip:a@b SIP", "sip:a@b?x=y SIP")),
            "400 expected no headers in a Request-URI at byte 12"
        );
    }
}
