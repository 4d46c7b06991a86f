//! Addresses: a URI with a name for people and header parameters.
//!
//! ```text
//! from-spec    = ( name-addr / addr-spec ) *( SEMI from-param )             RFC 3261 §25.1
//! name-addr    = [ display-name ] LAQUOT addr-spec RAQUOT
//! display-name = *( token LWS ) / quoted-string
//! ```

use nom::Parser;
use nom::bytes::complete::take_while1;

use super::grammar::{Parsed, blanks, expect, fail, is_blank, params, quoted, whole};
use super::params::unquoted;
use super::{Params, ParseError, Uri};
use crate::base::{Writer, text};

/// The value of From, To, Contact, Route, Refer-To and their like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The display name as it was written, a quoted one with its quotes; empty when there is none.
    pub display: &'a [u8],
    /// The URI as it was written.
    pub uri_text: &'a [u8],
    /// The URI taken apart.
    pub uri: Uri<'a>,
    /// The header parameters: those outside the angle brackets.
    pub params: Params<'a>,
}

impl<'a> Address<'a> {
    /// Reads one address; the whole value must be one.
    ///
    /// ```
    /// use deskphone::sip::Address;
    /// let from = Address::parse(b"\"Reception, Ground Floor\" <sip:2101@pbx.example.com>;tag=6a1f")?;
    /// assert_eq!(from.display_name::<48>().as_str(), "Reception, Ground Floor");
    /// assert_eq!(from.uri.user(), Some(&b"2101"[..]));
    /// assert_eq!(from.tag(), Some(&b"6a1f"[..]));
    /// // Without angle brackets the parameters belong to the header (RFC 3261 §20.10).
    /// let to = Address::parse(b"sip:2104@pbx.example.com;user=phone")?;
    /// assert!(to.params.has(b"user") && to.uri.params().is_empty());
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &'a [u8]) -> Result<Self, ParseError> {
        let (display, uri_text, rest) = whole(value, pieces(value))?;
        let uri_at = value.len().saturating_sub(rest.len()).saturating_sub(uri_text.len());
        let brackets = usize::from(rest.starts_with(b">"));
        let uri = Uri::parse(uri_text).map_err(|error| error.shifted(uri_at))?;
        let rest = rest.get(brackets..).unwrap_or(&[]);
        let params = whole(value, params(rest)).map(Params::new)?;
        Ok(Self { display, uri_text, uri, params })
    }

    /// The tag (RFC 3261 §19.3).
    #[must_use]
    pub fn tag(&self) -> Option<&'a [u8]> {
        self.params.get(b"tag")
    }

    /// The name for a person to read: quotes and backslashes resolved, cut to `N` bytes.
    #[must_use]
    pub fn display_name<const N: usize>(&self) -> heapless::String<N> {
        let mut plain: heapless::Vec<u8, N> = heapless::Vec::new();
        for byte in unquoted(self.display) {
            if plain.push(byte).is_err() {
                break;
            }
        }
        // A character cut in half at the end must not turn the whole name into Latin-1.
        let whole = match core::str::from_utf8(&plain) {
            Err(error) if error.error_len().is_none() => plain.get(..error.valid_up_to()).unwrap_or(&[]),
            Ok(_) | Err(_) => &plain,
        };
        text::readable(whole)
    }

    /// Writes the address, always with angle brackets.
    pub fn compose(&self, out: &mut Writer<'_>) {
        if !self.display.is_empty() {
            super::compose::put_line(out, self.display);
            out.put(b" ");
        }
        out.put(b"<");
        self.uri.compose(out);
        out.put(b">");
        self.params.compose(out);
    }
}

/// The tag of an address, without taking its URI apart: of one that was checked, the same as
/// [`Address::tag`].
pub(super) fn tag_of(value: &[u8]) -> Option<&[u8]> {
    let (_, _, rest) = whole(value, pieces(value)).ok()?;
    Params::new(rest.strip_prefix(b">").unwrap_or(rest)).get(b"tag")
}

type Pieces<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// Display name, URI text, and what follows the URI (from `>` if there is one).
fn pieces(value: &[u8]) -> Parsed<'_, Pieces<'_>> {
    let start = blanks(value);
    let (rest, display) = match start {
        [b'"', ..] => quoted(start)?,
        [b'<', ..] => (start, &[][..]),
        _ => {
            let name = take_while1(is_display);
            match expect("an address", name).parse(start)? {
                (rest @ [b'<', ..], display) => (rest, display.trim_ascii_end()),
                _ => return addr_spec(start),
            }
        }
    };
    match blanks(rest) {
        [b'<', inner @ ..] => {
            let Some((uri, rest)) = memchr::memchr(b'>', inner).and_then(|end| inner.split_at_checked(end))
            else {
                return fail("a closing angle bracket", &[]);
            };
            Ok((&[], (display, uri, rest)))
        }
        rest => fail("an opening angle bracket", rest),
    }
}

/// A URI without brackets ends before its first semicolon; it must not hold a comma or a question mark, which
/// only brackets make unambiguous (RFC 3261 §20.10).
fn addr_spec(start: &[u8]) -> Parsed<'_, Pieces<'_>> {
    let end = start.iter().position(|byte| *byte == b';' || is_blank(*byte)).unwrap_or(start.len());
    let Some((uri, rest)) = start.split_at_checked(end) else { return fail("an address", start) };
    match memchr::memchr2(b'?', b',', uri).and_then(|at| start.get(at..)) {
        Some(found) => fail("angle brackets around this URI", found),
        None => Ok((&[], (&[], uri, rest))),
    }
}

/// Wider than `*(token LWS)`: anything that cannot be mistaken for what follows the name.
const fn is_display(byte: u8) -> bool {
    !matches!(byte, b'<' | b'>' | b';' | b',' | b'"' | 0x7F) && (byte >= b' ' || is_blank(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString as _;

    #[test]
    fn rfc4475_3_1_1_6_no_blank_before_the_bracket() {
        let from = Address::parse(b"caller<sip:caller@example.com>;tag=323").unwrap();
        assert_eq!((from.display, from.tag()), (&b"caller"[..], Some(&b"323"[..])));
    }

    #[test]
    fn errors_say_where() {
        let error = |text: &str| Address::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error("\"Joe <sip:a@b>"), "expected the closing quotation mark at byte 14");
        assert_eq!(error("Bell, A <sip:a@b>"), "expected angle brackets around this URI at byte 4");
        assert_eq!(error("\"A\" < sip:a@b>"), "expected a URI scheme at byte 5");
        assert_eq!(error("sip:a@b?Route=x"), "expected angle brackets around this URI at byte 7");
        assert_eq!(error("<sip:a@b"), "expected a closing angle bracket at byte 8");
        assert_eq!(error("<sip:a@b>;;"), "expected a parameter name at byte 10");
        assert_eq!(error("<sip:a@b> x"), "expected the end of the value at byte 10");
        assert_eq!(error(""), "expected an address at byte 0");
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let from = Address::parse("\"Zo\u{eb}\u{eb}\" <sip:z@b>".as_bytes()).unwrap();
        assert_eq!(from.display_name::<5>().as_str(), "Zo\u{eb}");
    }

    proptest::proptest! {
        #[test]
        fn compose_gives_back_what_parse_read(
            display in "|[A-Za-z0-9.]{1,9}( [A-Za-z]{1,5})?|\"[A-Za-z ,;<>]{0,12}\"",
            uri in "sips?:[a-z0-9]{1,8}@[a-z]{1,8}(;lr)?",
            params in "(;[a-z]{1,6}(=[a-z0-9]{1,6}|=\"[a-z ;,]{0,5}\")?){0,3}",
        ) {
            let text = std::format!("{display}<{uri}>{params}");
            let address = Address::parse(text.as_bytes()).unwrap();
            proptest::prop_assert_eq!(tag_of(text.as_bytes()), address.tag());
            let tagged = std::format!("{text};TAG=x1 ; tag=x2");
            let found = Address::parse(tagged.as_bytes()).unwrap().tag();
            proptest::prop_assert_eq!(tag_of(tagged.as_bytes()), found);
            proptest::prop_assert_eq!(address.display, display.as_bytes());
            let mut buffer = [0; 256];
            let mut out = Writer::new(&mut buffer);
            address.compose(&mut out);
            let again = out.written().to_vec();
            proptest::prop_assert_eq!(Address::parse(&again), Ok(address));
        }
    }
}
