//! Transfer: Refer-To (RFC 3515 §2.1), Replaces (RFC 3891 §6.1) and Referred-By (RFC 3892).
//!
//! ```text
//! Refer-To = ( name-addr / addr-spec ) *( SEMI generic-param )
//! Replaces = callid *( SEMI replaces-param )     ; to-tag, from-tag, early-only
//! ```

use heapless::Vec;

use super::grammar::{params, whole};
use super::uri::{Uri, unescaped};
use super::{Address, HeaderName, Message, Params, ParseError, Status};
use crate::base::{Writer, scan};

/// The dialog that a new INVITE takes the place of, as the receiver of that INVITE sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaces<'a> {
    /// Its Call-ID.
    pub call_id: &'a [u8],
    /// The receiver's own tag in it.
    pub to_tag: &'a [u8],
    /// The other side's tag in it.
    pub from_tag: &'a [u8],
    /// Whether a confirmed dialog must not be replaced.
    pub early_only: bool,
}

impl<'a> Replaces<'a> {
    /// Reads the value.
    ///
    /// ```
    /// use deskphone::sip::refer::Replaces;
    /// let replaces = Replaces::parse(b"425928@phone.example.org;to-tag=7743;from-tag=6472")?;
    /// assert_eq!((replaces.to_tag, replaces.from_tag), (&b"7743"[..], &b"6472"[..]));
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        let end = memchr::memchr(b';', value).unwrap_or(value.len());
        let (call_id, rest) = value.split_at_checked(end).unwrap_or((value, &[]));
        let call_id = call_id.trim_ascii();
        if call_id.is_empty() {
            return Err(ParseError { expected: "a Call-ID", at: 0 });
        }
        let params = whole(value, params(rest)).map(Params::new)?;
        let missing = |expected| ParseError { expected, at: value.len() };
        Ok(Self {
            call_id,
            to_tag: params.get(b"to-tag").ok_or_else(|| missing("a to-tag"))?,
            from_tag: params.get(b"from-tag").ok_or_else(|| missing("a from-tag"))?,
            early_only: params.has(b"early-only"),
        })
    }

    /// Writes the value.
    pub fn compose(&self, out: &mut Writer<'_>) {
        self.pieces().for_each(|piece| out.put(piece));
    }

    /// Writes the value as the header part of a URI: `?Replaces=` and each special character escaped
    /// (RFC 3261 §19.1.1), for the Refer-To of an attended transfer.
    pub fn compose_in_uri(&self, out: &mut Writer<'_>) {
        out.put(b"?Replaces=");
        self.pieces().for_each(|piece| put_escaped(out, piece));
    }

    fn pieces(&self) -> impl Iterator<Item = &'a [u8]> {
        let early: &[u8] = if self.early_only { b";early-only" } else { b"" };
        [self.call_id, b";to-tag=", self.to_tag, b";from-tag=", self.from_tag, early].into_iter()
    }
}

/// The value of one header field in the header part of a URI (`sip:a@b?Replaces=...`), its escapes resolved;
/// `None` when it is not there or does not fit into `N` bytes.
#[must_use]
pub fn uri_header<const N: usize>(uri: &Uri<'_>, name: &[u8]) -> Option<Vec<u8, N>> {
    let headers = uri.sip()?.headers?;
    let value = headers.split(|byte| *byte == b'&').find_map(|field| {
        let (field, value) = scan::split_once(field, b'=')?;
        field.eq_ignore_ascii_case(name).then_some(value)
    })?;
    let mut plain = Vec::new();
    for byte in unescaped(value) {
        plain.push(byte).ok()?;
    }
    Some(plain)
}

/// The status of a `message/sipfrag` body: its first line (RFC 3420 §2, RFC 3515 §2.4.5).
///
/// ```
/// use deskphone::sip::{Status, refer::sipfrag_status};
/// assert_eq!(sipfrag_status(b"SIP/2.0 603 Declined\r\n"), Some(Status::DECLINE));
/// assert_eq!(sipfrag_status(b"INVITE sip:a@b SIP/2.0\r\n"), None);
/// ```
#[must_use]
pub fn sipfrag_status(body: &[u8]) -> Option<Status> {
    let rest = body.trim_ascii_start().strip_prefix(b"SIP/2.0 ")?;
    let code = crate::base::text::decimal(rest.get(..3)?)?;
    // Three digits and no more.
    let ends = rest.get(3).is_none_or(|byte| !byte.is_ascii_digit());
    u16::try_from(code).ok().filter(|_| ends).and_then(Status::new)
}

/// Writes `text` with everything but `unreserved` as `%HH`.
pub fn put_escaped(out: &mut Writer<'_>, text: &[u8]) {
    for byte in text {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(byte) {
            out.put(&[*byte]);
        } else {
            out.put(b"%");
            out.hex(u32::from(*byte), 2);
        }
    }
}

impl<'a> Message<'a> {
    /// Refer-To: whom to call instead.
    #[must_use]
    pub fn refer_to(&self) -> Option<Address<'a>> {
        self.address(HeaderName::ReferTo)
    }

    /// Referred-By: who sends the caller.
    #[must_use]
    pub fn referred_by(&self) -> Option<Address<'a>> {
        self.address(HeaderName::ReferredBy)
    }

    /// Replaces: the dialog whose place this INVITE takes. A malformed one is an error of the request
    /// (RFC 3891 §3: 400).
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn replaces(&self) -> Result<Option<Replaces<'a>>, ParseError> {
        self.raw(HeaderName::Replaces).map(Replaces::parse).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString as _;

    const REPLACES: Replaces<'static> =
        Replaces { call_id: b"12/ab@192.0.2.1", to_tag: b"t1", from_tag: b"f1", early_only: true };

    #[test]
    fn rfc3891_6_1_there_and_back_through_a_uri() {
        let mut buffer = [0; 256];
        let mut out = Writer::new(&mut buffer);
        out.put(b"sip:a@b");
        REPLACES.compose_in_uri(&mut out);
        let uri = Uri::parse(out.written()).unwrap();
        let value: Vec<u8, 128> = uri_header(&uri, b"replaces").unwrap();
        assert_eq!(value, b"12/ab@192.0.2.1;to-tag=t1;from-tag=f1;early-only");
        assert_eq!(Replaces::parse(&value), Ok(REPLACES));
        assert_eq!(uri_header::<8>(&uri, b"replaces"), None);
        assert_eq!(uri_header::<8>(&uri, b"route"), None);
    }

    #[test]
    fn both_tags_are_mandatory() {
        let error = |text: &str| Replaces::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error("1@b;to-tag=1"), "expected a from-tag at byte 12");
        assert_eq!(error(";to-tag=1"), "expected a Call-ID at byte 0");
    }
}
