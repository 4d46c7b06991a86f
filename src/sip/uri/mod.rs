//! URIs: sip, sips and tel are taken apart, other schemes are kept as they are.
//!
//! ```text
//! SIP-URI  = "sip:" [ userinfo ] hostport uri-parameters [ headers ]        RFC 3261 §25.1
//! userinfo = ( user / telephone-subscriber ) [ ":" password ] "@"
//! hostport = host [ ":" port ]
//! telephone-uri = "tel:" ( global-number / local-number )                   RFC 3966 §3
//! ```

use core::net::IpAddr;

use nom::Parser;
use nom::bytes::complete::{take_while, take_while1};

use super::grammar::{Parsed, expect, fail, is_host, params, whole};
use super::{Params, ParseError};
use crate::base::{Writer, scan, text};

/// A URI, taken apart as far as the phone understands its scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uri<'a> {
    /// `sip:` or `sips:`
    Sip(SipUri<'a>),
    /// `tel:`
    Tel(TelUri<'a>),
    /// Any other scheme, opaque.
    Other {
        /// Before the colon.
        scheme: &'a [u8],
        /// After the colon.
        rest: &'a [u8],
    },
}

/// A sip or sips URI. Its parts are as they were written: escapes (`%41`) are not resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SipUri<'a> {
    /// Whether the scheme is `sips`.
    pub secure: bool,
    /// The user part, with its own parameters if it is a telephone number.
    pub user: Option<&'a [u8]>,
    /// The password (deprecated, RFC 3261 §19.1.1).
    pub password: Option<&'a [u8]>,
    /// The host.
    pub host: Host<'a>,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// The URI parameters.
    pub params: Params<'a>,
    /// What follows the question mark.
    pub headers: Option<&'a [u8]>,
}

/// A telephone number as a URI (RFC 3966).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelUri<'a> {
    /// The number, visual separators included; global when it begins with `+`.
    pub number: &'a [u8],
    /// Its parameters.
    pub params: Params<'a>,
}

/// A host name, an IPv4 address, or an IPv6 address in brackets. Hosts compare without case.
#[derive(Clone, Copy)]
pub struct Host<'a>(&'a [u8]);

impl<'a> Uri<'a> {
    /// Reads a URI; the whole text must be one.
    ///
    /// ```
    /// use deskphone::sip::Uri;
    /// let Uri::Sip(uri) = Uri::parse(b"sips:2104@pbx.example.com:5061;transport=tcp?Subject=hello")? else {
    /// panic!() }; assert!(uri.secure);
    /// assert_eq!(uri.user, Some(&b"2104"[..]));
    /// assert_eq!(uri.host.as_bytes(), b"pbx.example.com");
    /// assert_eq!(uri.port, Some(5061));
    /// assert_eq!(uri.params.get(b"transport"), Some(&b"tcp"[..]));
    /// assert_eq!(Uri::parse(b"<sip:x>").unwrap_err().to_string(), "expected a URI scheme at byte 0");
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// What was expected, and at which byte of the text.
    pub fn parse(uri: &'a [u8]) -> Result<Self, ParseError> {
        // The pieces admit no blank themselves, except between parameters and at the end.
        match uri.last() {
            Some(0..=b' ' | 0x7F) => Err(ParseError { expected: NO_BLANK, at: uri.len().saturating_sub(1) }),
            Some(_) | None => whole(uri, Self::scanned(uri)),
        }
    }

    /// Whether a text has a scheme, and one that we do not understand.
    pub(super) fn is_foreign(uri: &[u8]) -> bool {
        scheme(uri).is_ok_and(|(_, scheme)| {
            ![&b"sip"[..], b"sips", b"tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        })
    }

    fn scanned(uri: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, scheme) = scheme(uri)?;
        if scheme.eq_ignore_ascii_case(b"sip") {
            return sip_uri(rest, false).map(|(rest, uri)| (rest, Self::Sip(uri)));
        }
        if scheme.eq_ignore_ascii_case(b"sips") {
            return sip_uri(rest, true).map(|(rest, uri)| (rest, Self::Sip(uri)));
        }
        if scheme.eq_ignore_ascii_case(b"tel") {
            return tel_uri(rest).map(|(rest, uri)| (rest, Self::Tel(uri)));
        }
        if rest.is_empty() {
            return fail("something after the scheme", rest);
        }
        // RFC 3986 Appendix C: what delimits a URI is never part of one.
        if let Some(at) = memchr::memchr3(b'<', b'>', b'"', rest) {
            return fail("a URI character", rest.get(at..).unwrap_or(rest));
        }
        without_blanks(rest)?;
        Ok((&[], Self::Other { scheme, rest }))
    }

    /// The parts of a sip or sips URI.
    #[must_use]
    pub const fn sip(&self) -> Option<&SipUri<'a>> {
        match self {
            Self::Sip(uri) => Some(uri),
            Self::Tel(_) | Self::Other { .. } => None,
        }
    }

    /// The user part, or the telephone number: what stands for the other person.
    #[must_use]
    pub const fn user(&self) -> Option<&'a [u8]> {
        match self {
            Self::Sip(uri) => uri.user,
            Self::Tel(uri) => Some(uri.number),
            Self::Other { .. } => None,
        }
    }

    /// The host of a sip or sips URI.
    #[must_use]
    pub const fn host(&self) -> Option<Host<'a>> {
        match self {
            Self::Sip(uri) => Some(uri.host),
            Self::Tel(_) | Self::Other { .. } => None,
        }
    }

    /// The URI's own parameters.
    #[must_use]
    pub const fn params(&self) -> Params<'a> {
        match self {
            Self::Sip(uri) => uri.params,
            Self::Tel(uri) => uri.params,
            Self::Other { .. } => Params::NONE,
        }
    }

    /// Writes the URI.
    pub fn compose(&self, out: &mut Writer<'_>) {
        match self {
            Self::Sip(uri) => uri.compose(out),
            Self::Tel(uri) => {
                out.put(b"tel:");
                out.put(uri.number);
                uri.params.compose(out);
            }
            Self::Other { scheme, rest } => {
                out.put(scheme);
                out.put(b":");
                out.put(rest);
            }
        }
    }

    /// Whether two URIs mean the same (RFC 3261 §19.1.4, RFC 3966 §4); other schemes compare byte by byte.
    #[must_use]
    pub fn is_equivalent(&self, other: &Uri<'_>) -> bool {
        match (self, other) {
            (Self::Sip(one), Uri::Sip(two)) => one.is_equivalent(two),
            (Self::Tel(one), Uri::Tel(two)) => one.is_equivalent(two),
            (Self::Other { scheme, rest }, Uri::Other { scheme: other_scheme, rest: other_rest }) => {
                scheme.eq_ignore_ascii_case(other_scheme) && rest == other_rest
            }
            (Self::Sip(_) | Self::Tel(_) | Self::Other { .. }, _) => false,
        }
    }
}

impl SipUri<'_> {
    /// Writes the URI.
    pub fn compose(&self, out: &mut Writer<'_>) {
        out.put(if self.secure { b"sips:" } else { b"sip:" });
        if let Some(user) = self.user {
            out.put(user);
            if let Some(password) = self.password {
                out.put(b":");
                out.put(password);
            }
            out.put(b"@");
        }
        put_host_port(out, self.host, self.port);
        self.params.compose(out);
        if let Some(headers) = self.headers {
            out.put(b"?");
            out.put(headers);
        }
    }

    /// RFC 3261 §19.1.4: user and password with case, all else without; an escape equals its character; the
    /// parameters user, ttl, method, maddr and transport must be in both or in neither, others only agree
    /// where both have them; headers must be the same in any order.
    fn is_equivalent(&self, other: &SipUri<'_>) -> bool {
        self.secure == other.secure
            && same_part(self.user, other.user)
            && same_part(self.password, other.password)
            && self.host == other.host
            && self.port == other.port
            && params_agree(&self.params, &other.params)
            && params_agree(&other.params, &self.params)
            && headers_within(self.headers, other.headers)
            && headers_within(other.headers, self.headers)
    }
}

impl TelUri<'_> {
    /// Whether the number is global: digits after a plus sign.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.number.starts_with(b"+")
    }

    /// RFC 3966 §4: both global or both local, the same digits without visual separators, the same
    /// parameters.
    fn is_equivalent(&self, other: &TelUri<'_>) -> bool {
        digits(self.number).eq(digits(other.number))
            && tel_params_within(&self.params, &other.params)
            && tel_params_within(&other.params, &self.params)
    }
}

impl<'a> Host<'a> {
    /// Reads a host alone.
    ///
    /// # Errors
    /// What was expected, and at which byte.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        whole(bytes, host(bytes))
    }

    /// The text, brackets included.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The address, if the host is one.
    ///
    /// ```
    /// use deskphone::sip::Host;
    /// assert_eq!(Host::parse(b"192.0.2.57")?.ip(), Some([192, 0, 2, 57].into()));
    /// assert_eq!(Host::parse(b"[2001:db8::9:1]")?.ip(), Some("2001:db8::9:1".parse().unwrap()));
    /// assert_eq!(Host::parse(b"pbx.example.com")?.ip(), None);
    /// # Ok::<(), deskphone::sip::ParseError>(())
    /// ```
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        let inner = match self.0 {
            [b'[', inner @ .., b']'] => inner,
            plain => plain,
        };
        ip(inner)
    }
}

/// An address without brackets. The ABNF of RFC 3261 allows `:::` before an IPv4 address by mistake; it is
/// taken for `::` (RFC 5118 §4.10).
fn ip(text: &[u8]) -> Option<IpAddr> {
    let text = core::str::from_utf8(text).ok()?;
    text.parse().ok().or_else(|| {
        let (high, low) = text.split_at_checked(scan::find(text.as_bytes(), b":::")?)?;
        let low = low.strip_prefix(":::")?;
        let mut room = [0; 48];
        let mut out = Writer::new(&mut room);
        [high, "::", low].into_iter().for_each(|part| out.text(part));
        core::str::from_utf8(out.written()).ok()?.parse().ok().filter(IpAddr::is_ipv6)
    })
}

impl core::fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl PartialEq for Host<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Host<'_> {}

/// Writes `host[:port]`.
pub(super) fn put_host_port(out: &mut Writer<'_>, host: Host<'_>, port: Option<u16>) {
    out.put(host.0);
    if let Some(port) = port {
        out.put(b":");
        out.number(u64::from(port));
    }
}

const NO_BLANK: &str = "no blank or control character in a URI";

fn without_blanks(piece: &[u8]) -> Parsed<'_, ()> {
    match piece.iter().position(|byte| *byte <= b' ' || *byte == 0x7F).and_then(|at| piece.get(at..)) {
        Some(blank) => fail(NO_BLANK, blank),
        None => Ok((piece, ())),
    }
}

/// `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) ":"`
fn scheme(input: &[u8]) -> Parsed<'_, &[u8]> {
    let end = input
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')))
        .unwrap_or(input.len());
    match input.split_at_checked(end) {
        Some((scheme, [b':', rest @ ..])) if scheme.first().is_some_and(u8::is_ascii_alphabetic) => {
            Ok((rest, scheme))
        }
        Some(_) | None => fail("a URI scheme", input),
    }
}

fn sip_uri(input: &[u8], secure: bool) -> Parsed<'_, SipUri<'_>> {
    let (rest, (user, password)) = match memchr::memchr(b'@', input).and_then(|at| input.split_at_checked(at))
    {
        Some((userinfo, [_, rest @ ..])) => (rest, userinfo_of(userinfo)?.1),
        Some(_) | None => (input, (None, None)),
    };
    let (rest, host) = host(rest)?;
    let (rest, port) = port(rest)?;
    let (rest, headers) = match scan::split_once(rest, b'?') {
        Some((before, headers)) if headers_are_plain(headers) => (before, Some(headers)),
        Some((_, headers)) => return fail("header characters", headers),
        None => (rest, None),
    };
    let (rest, found) = params(rest)?;
    without_blanks(found)?;
    Ok((rest, SipUri { secure, user, password, host, port, params: Params::new(found), headers }))
}

type UserInfo<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

fn userinfo_of(userinfo: &[u8]) -> Parsed<'_, UserInfo<'_>> {
    let (user, password) = match scan::split_once(userinfo, b':') {
        Some((user, password)) => (user, Some(password)),
        None => (userinfo, None),
    };
    if user.is_empty() {
        return fail("a user before the at sign", userinfo);
    }
    let (rest, _) = take_while(is_user)(user)?;
    if !rest.is_empty() {
        return fail("a user character", rest);
    }
    let (rest, _) = take_while(is_user)(password.unwrap_or(&[]))?;
    if !rest.is_empty() {
        return fail("a password character", rest);
    }
    Ok((&[], (Some(user), password)))
}

/// `user-unreserved / unreserved / escaped`, and the `#` that star codes bring in spite of the grammar.
const fn is_user(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'
        | b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')'
        | b'&' | b'=' | b'+' | b'$' | b',' | b';' | b'?' | b'/' | b'%' | b'#')
        || byte >= 0x80
}

fn headers_are_plain(headers: &[u8]) -> bool {
    !headers.is_empty()
        && !headers.iter().any(|byte| matches!(byte, 0..=b' ' | 0x7F | b'<' | b'>' | b'"' | b','))
}

/// `host = hostname / IPv4address / "[" IPv6address "]"`
#[inline]
pub(super) fn host(input: &[u8]) -> Parsed<'_, Host<'_>> {
    if let [b'[', inner @ ..] = input {
        let (rest, address) = expect(
            "an IPv6 address",
            take_while1(|byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')),
        )
        .parse(inner)?;
        let [b']', rest @ ..] = rest else { return fail("a closing bracket", rest) };
        if !ip(address).is_some_and(|ip| ip.is_ipv6()) {
            return fail("an IPv6 address", inner);
        }
        let length = input.len().saturating_sub(rest.len());
        return Ok((rest, Host(input.get(..length).unwrap_or(input))));
    }
    let (rest, name) = expect("a host", take_while1(is_host)).parse(input)?;
    Ok((rest, Host(name)))
}

/// `[ ":" port ]`
#[inline]
pub(super) fn port(input: &[u8]) -> Parsed<'_, Option<u16>> {
    let [b':', after @ ..] = input else { return Ok((input, None)) };
    let (rest, digits) = expect("a port", take_while1(|byte: u8| byte.is_ascii_digit())).parse(after)?;
    match text::decimal(digits).and_then(|port| u16::try_from(port).ok()) {
        Some(port) => Ok((rest, Some(port))),
        None => fail("a port below 65536", after),
    }
}

fn tel_uri(input: &[u8]) -> Parsed<'_, TelUri<'_>> {
    let is_phone =
        |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'+' | b'*' | b'#' | b'-' | b'.' | b'(' | b')');
    let (rest, number) = expect("a telephone number", take_while1(is_phone)).parse(input)?;
    if digits(number).next().is_none() {
        return fail("a digit", input);
    }
    let (rest, found) = params(rest)?;
    without_blanks(found)?;
    Ok((rest, TelUri { number, params: Params::new(found) }))
}

/// A number without visual separators (RFC 3966 §5.1.1), letters in lower case.
fn digits(number: &[u8]) -> impl Iterator<Item = u8> + '_ {
    number.iter().filter(|byte| !matches!(byte, b'-' | b'.' | b'(' | b')')).map(u8::to_ascii_lowercase)
}

/// The bytes that a text with escapes stands for; each `%HH` is resolved once. A percent sign that begins no
/// escape is kept.
///
/// ```
/// use deskphone::sip::uri::unescaped;
/// assert!(unescaped(b"%2541").eq(b"%41".iter().copied()));
/// ```
pub fn unescaped(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (byte, after) = match rest {
            [b'%', high, low, after @ ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                (None, _) | (_, None) => (b'%', rest.get(1..)?),
            },
            [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        rest = after;
        Some(byte)
    })
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn same_part(one: Option<&[u8]>, two: Option<&[u8]>) -> bool {
    match (one, two) {
        (Some(one), Some(two)) => unescaped(one).eq(unescaped(two)),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn same_text(one: &[u8], two: &[u8]) -> bool {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    unescaped(one).map(lower).eq(unescaped(two).map(lower))
}

fn params_agree(ours: &Params<'_>, theirs: &Params<'_>) -> bool {
    const BOTH_OR_NEITHER: [&[u8]; 5] = [b"user", b"ttl", b"method", b"maddr", b"transport"];
    ours.iter().take(COMPARED_PARTS).all(|param| match theirs.get(param.name) {
        Some(value) => same_text(param.text(), value),
        None => !BOTH_OR_NEITHER.iter().any(|name| param.name.eq_ignore_ascii_case(name)),
    })
}

fn tel_params_within(ours: &Params<'_>, theirs: &Params<'_>) -> bool {
    ours.iter().take(COMPARED_PARTS).all(|param| {
        let number = param.name.eq_ignore_ascii_case(b"ext") || param.text().starts_with(b"+");
        theirs.get(param.name).is_some_and(|value| {
            if number { digits(param.text()).eq(digits(value)) } else { same_text(param.text(), value) }
        })
    })
}

fn headers_within(ours: Option<&[u8]>, theirs: Option<&[u8]>) -> bool {
    let fields = |headers: Option<&_>| -> _ { <Option<&[u8]>>::unwrap_or_default(headers.copied()) };
    let (ours, theirs) = (fields(ours.as_ref()), fields(theirs.as_ref()));
    ours.split(|byte| *byte == b'&')
        .take(COMPARED_PARTS)
        .all(|field| theirs.split(|byte| *byte == b'&').any(|other| same_text(field, other)))
}

/// Comparing parameters in any order costs their product; a URI with more parts is compared in its first
/// ones.
const COMPARED_PARTS: usize = 32;

#[cfg(test)]
mod tests;
