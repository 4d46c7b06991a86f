//! What the header lines of a message mean: typed values, and lists that commas and lines may split.
//!
//! After [`Message::check`] has passed, every value that it covers is there or absent, never malformed; a
//! getter gives `None` for both an absent and a malformed one.

use super::address::tag_of;
use super::grammar::{self, Parsed, blanks, fail, params, separator, token, whole};
use super::{Address, HeaderName, Message, Method, Params, ParseError, Via};
use crate::base::text;

/// `CSeq = 1*DIGIT LWS Method` (RFC 3261 §20.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CSeq<'a> {
    /// The sequence number.
    pub number: u32,
    /// The method; it equals the request's.
    pub method: Method<'a>,
}

/// A media type with its parameters (RFC 3261 §20.15), or one range of Accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType<'a> {
    /// Before the slash.
    pub kind: &'a [u8],
    /// After the slash.
    pub subtype: &'a [u8],
    /// Its parameters.
    pub params: Params<'a>,
}

/// One value of Contact: an address, or the star that means all bindings (RFC 3261 §10.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact<'a> {
    /// `*`
    All,
    /// One address.
    Address(Address<'a>),
}

impl<'a> Message<'a> {
    /// All values of a list header in order, across its lines; commas inside quotes or angle brackets do not
    /// split.
    ///
    /// Not for Authorization and its relatives, whose commas separate parameters of one value.
    ///
    /// ```
    /// use deskphone::sip::{HeaderName, Message};
    /// let message = Message::parse(b"SIP/2.0 200 OK\r\nSupported: timer, replaces\r\nk: 100rel\r\n\r\n")?;
    /// let tags: Vec<_> = message.values(HeaderName::Supported).collect();
    /// assert_eq!(tags, [&b"timer"[..], b"replaces", b"100rel"]);
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    pub fn values(&self, name: HeaderName) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.lines(name).flat_map(list)
    }

    /// Whether a list of tokens holds this one, in any case.
    #[must_use]
    pub fn lists(&self, name: HeaderName, wanted: &[u8]) -> bool {
        self.values(name).any(|value| value.eq_ignore_ascii_case(wanted))
    }

    /// The topmost Via.
    #[must_use]
    pub fn via(&self) -> Option<Via<'a>> {
        Via::parse(self.values(HeaderName::Via).next()?).ok()
    }

    /// All Vias from the top.
    pub fn vias(&self) -> impl Iterator<Item = Via<'a>> + '_ {
        self.values(HeaderName::Via).filter_map(|value| Via::parse(value).ok())
    }

    /// The address in a header that holds one (From, Refer-To, ...), or the first of a list.
    #[must_use]
    pub fn address(&self, name: HeaderName) -> Option<Address<'a>> {
        Address::parse(self.raw(name)?).ok()
    }

    /// All addresses of a list header (Route, P-Asserted-Identity, ...).
    pub fn addresses(&self, name: HeaderName) -> impl Iterator<Item = Address<'a>> + '_ {
        self.values(name).filter_map(|value| Address::parse(value).ok())
    }

    /// Who asks.
    #[must_use]
    pub fn from(&self) -> Option<Address<'a>> {
        self.address(HeaderName::From)
    }

    /// Who is asked.
    #[must_use]
    pub fn to(&self) -> Option<Address<'a>> {
        self.address(HeaderName::To)
    }

    /// The tag in From; sooner found than all of [`Message::from`].
    #[must_use]
    pub fn from_tag(&self) -> Option<&'a [u8]> {
        tag_of(self.raw(HeaderName::From)?)
    }

    /// The tag in To; sooner found than all of [`Message::to`].
    #[must_use]
    pub fn to_tag(&self) -> Option<&'a [u8]> {
        tag_of(self.raw(HeaderName::To)?)
    }

    /// The Call-ID, compared byte by byte.
    #[must_use]
    pub fn call_id(&self) -> Option<&'a [u8]> {
        self.raw(HeaderName::CallId).filter(|value| !value.is_empty())
    }

    /// The CSeq.
    #[must_use]
    pub fn cseq(&self) -> Option<CSeq<'a>> {
        CSeq::parse(self.raw(HeaderName::CSeq)?).ok()
    }

    /// All contacts.
    pub fn contacts(&self) -> impl Iterator<Item = Contact<'a>> + '_ {
        self.values(HeaderName::Contact).filter_map(|value| Contact::parse(value).ok())
    }

    /// The first contact that is an address: the remote target of a dialog.
    #[must_use]
    pub fn contact(&self) -> Option<Address<'a>> {
        self.contacts().find_map(|contact| match contact {
            Contact::Address(address) => Some(address),
            Contact::All => None,
        })
    }

    /// The route that the request still has to take.
    pub fn routes(&self) -> impl Iterator<Item = Address<'a>> + '_ {
        self.addresses(HeaderName::Route)
    }

    /// The route that the request has taken, the last proxy first.
    pub fn record_routes(&self) -> impl Iterator<Item = Address<'a>> + '_ {
        self.addresses(HeaderName::RecordRoute)
    }

    /// Option tags that the peer demands.
    pub fn require(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.values(HeaderName::Require)
    }

    /// Whether the peer supports or demands an option tag.
    #[must_use]
    pub fn supports(&self, tag: &[u8]) -> bool {
        self.lists(HeaderName::Supported, tag) || self.lists(HeaderName::Require, tag)
    }

    /// Whether the peer's Allow lists a method; an absent Allow says nothing.
    #[must_use]
    pub fn allows(&self, method: Method<'_>) -> Option<bool> {
        self.has(HeaderName::Allow)
            .then(|| self.values(HeaderName::Allow).any(|name| name == method.as_bytes()))
    }

    /// Hops left.
    #[must_use]
    pub fn max_forwards(&self) -> Option<u8> {
        text::decimal(self.raw(HeaderName::MaxForwards)?).and_then(|hops| u8::try_from(hops).ok())
    }

    /// The type of the body.
    #[must_use]
    pub fn content_type(&self) -> Option<MediaType<'a>> {
        MediaType::parse(self.raw(HeaderName::ContentType)?).ok()
    }

    /// The ranges of Accept; no item at all when the header is absent or empty.
    pub fn accept(&self) -> impl Iterator<Item = MediaType<'a>> + '_ {
        self.values(HeaderName::Accept).filter_map(|value| MediaType::parse(value).ok())
    }
}

impl<'a> CSeq<'a> {
    /// Reads the value.
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        whole(value, Self::scanned(value))
    }

    fn scanned(value: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, number) = grammar::number(value)?;
        let method_at = blanks(rest);
        if method_at.len() == rest.len() {
            return fail("a blank and a method", rest);
        }
        let (rest, name) = token(method_at)?;
        match Method::parse(name) {
            Some(method) => Ok((rest, Self { number, method })),
            None => fail("a method", method_at),
        }
    }
}

impl<'a> MediaType<'a> {
    /// Reads one type or range.
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        whole(value, Self::scanned(value))
    }

    fn scanned(value: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, kind) = token(value)?;
        let (rest, ()) = separator(b'/', "a slash")(rest)?;
        let (rest, subtype) = token(rest)?;
        let (rest, found) = params(rest)?;
        Ok((rest, Self { kind, subtype, params: Params::new(found) }))
    }

    /// Whether this is the type `essence`, `kind/subtype` in lower case.
    #[must_use]
    pub fn is(&self, essence: &[u8]) -> bool {
        crate::base::scan::split_once(essence, b'/').is_some_and(|(kind, subtype)| {
            self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
        })
    }

    /// Whether this range of Accept covers the type `essence`; a quality of zero forbids (RFC 3261 §20.1).
    #[must_use]
    pub fn covers(&self, essence: &[u8]) -> bool {
        let forbidden =
            self.params.get(b"q").is_some_and(|q| q.iter().all(|byte| matches!(byte, b'0' | b'.')));
        let Some((kind, subtype)) = crate::base::scan::split_once(essence, b'/') else { return false };
        !forbidden
            && (self.kind == b"*" || self.kind.eq_ignore_ascii_case(kind))
            && (self.subtype == b"*" || self.subtype.eq_ignore_ascii_case(subtype))
    }
}

impl<'a> Contact<'a> {
    /// Reads one value.
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        if value == b"*" {
            return Ok(Self::All);
        }
        Address::parse(value).map(Self::Address)
    }
}

/// The parts of a comma list, blanks off, empty ones left out; commas inside quotes or angle brackets do not
/// split.
#[must_use]
pub const fn list(value: &[u8]) -> List<'_> {
    List(value)
}

/// Walks over a comma list.
#[derive(Clone, Debug)]
pub struct List<'a>(&'a [u8]);

impl<'a> Iterator for List<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            // Empty parts go by without a search each.
            while let [b',' | b' ', rest @ ..] = self.0 {
                self.0 = rest;
            }
            if self.0.is_empty() {
                return None;
            }
            let end = part_end(self.0);
            let (part, rest) = self.0.split_at_checked(end).unwrap_or((self.0, &[]));
            self.0 = rest.get(1..).unwrap_or(&[]);
            let part = part.trim_ascii();
            if !part.is_empty() {
                return Some(part);
            }
        }
    }
}

/// Where the first part of a list ends: at its comma, or at the end.
fn part_end(value: &[u8]) -> usize {
    // Most values hold no comma, or none before anything that could hide one.
    let Some(comma) = memchr::memchr(b',', value) else { return value.len() };
    let head = value.get(..comma).unwrap_or(value);
    if memchr::memchr2(b'"', b'<', head).is_none() {
        return comma;
    }
    let (mut quoted, mut bracket, mut escaped) = (false, false, false);
    for (at, byte) in value.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if !bracket => quoted = !quoted,
            b'<' if !quoted => bracket = true,
            b'>' if !quoted => bracket = false,
            b',' if !quoted && !bracket => return at,
            _ => {}
        }
    }
    value.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString as _;
    use std::vec::Vec;

    fn parts(value: &'static str) -> Vec<&'static str> {
        list(value.as_bytes()).map(|part| core::str::from_utf8(part).unwrap()).collect()
    }

    #[test]
    fn commas_hide_in_quotes_and_brackets() {
        assert_eq!(parts("a, b ,,c,"), ["a", "b", "c"]);
        assert_eq!(
            parts(r#""A, \"B" <sip:a,b@c>;x="1,2", <sip:d>"#),
            [r#""A, \"B" <sip:a,b@c>;x="1,2""#, "<sip:d>"]
        );
        assert_eq!(parts("\"open, a"), ["\"open, a"]);
        assert_eq!(parts(" "), [""; 0]);
    }

    #[test]
    fn cseq_errors_say_where() {
        let error = |text: &str| CSeq::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error("4294967296 ACK"), "expected a number below 4294967296 at byte 0");
        assert_eq!(error("7"), "expected a blank and a method at byte 1");
        assert_eq!(error("7 A B"), "expected the end of the value at byte 4");
    }

    #[test]
    fn accept_ranges() {
        let range = |text: &'static str| MediaType::parse(text.as_bytes()).unwrap();
        assert!(range("application / SDP;level=1").is(b"application/sdp"));
        assert!(range("application/*").covers(b"application/sdp"));
        assert!(!range("*/*;q=0.0").covers(b"application/sdp"));
    }
}
