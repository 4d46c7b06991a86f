//! The syntax of session descriptions, RFC 8866 §9.
//!
//! ```text
//! session-description = version-field origin-field session-name-field [information-field] [uri-field]
//!                       *email-field *phone-field [connection-field] *bandwidth-field 1*time-description
//!                       [key-field] *attribute-field *media-description
//! media-description   = media-field [information-field] *connection-field *bandwidth-field [key-field]
//!                       *attribute-field
//! time-description    = time-field [1*repeat-field [zone-field]]
//! ```
//!
//! Strict where the RFC leaves no choice (order of lines, unknown letters), tolerant where peers are known to
//! be sloppy and nothing depends on it: lines may end in LF alone (§5), the last one in nothing, the session
//! name may be empty, and attributes that cannot be read count as unknown, so they are ignored.
//!
//! ```
//! use deskphone::sdp::{Description, Direction};
//! let body = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
//!              m=audio 16384 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n";
//! let description = Description::parse(body).unwrap();
//! let audio = &description.media[0];
//! assert_eq!(audio.port, 16384);
//! assert_eq!(audio.direction, Direction::SendOnly);
//! assert_eq!(audio.rtpmap(101).unwrap().encoding, b"telephone-event");
//! ```

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use heapless::Vec;
use memchr::{memchr, memchr2};

use crate::base::{scan, text};
use crate::limits;

/// A session description that borrows the body it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description<'a> {
    /// Who made it, and its version (`o=`).
    pub origin: Origin<'a>,
    /// The lines `t=`, `r=` and `z=` as they stand; an answer repeats them (RFC 3264 §6).
    pub times: &'a [u8],
    /// The media streams, in order.
    pub media: Vec<Media<'a>, { limits::MEDIA_LINES }>,
}

/// The `o=` line, RFC 8866 §5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The whole value: two descriptions with the same one are the same description.
    pub value: &'a [u8],
    /// The session id, digits only. Peers use more than the 63 bits that RFC 3264 §5 allows, so it stays
    /// text.
    pub session_id: &'a [u8],
    /// The version, digits only.
    pub version: &'a [u8],
}

/// One media stream: an `m=` line and the lines below it, with what the session level says for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Media<'a> {
    /// The media type: `audio`, `video`, ...
    pub kind: &'a [u8],
    /// The transport port; 0: the stream is not wanted.
    pub port: u16,
    /// The protocol as it stands.
    pub protocol: &'a [u8],
    /// The address, its own or the session's. Only a stream with port 0 may have none.
    pub address: Option<Address<'a>>,
    /// Its own direction, else the session's, else sendrecv (RFC 8866 §6.7).
    pub direction: Direction,
    /// How much audio the sender of this description wants in a packet, in whole milliseconds.
    pub packet_ms: Option<u16>,
    /// How much audio it takes in a packet at most, in whole milliseconds.
    pub most_packet_ms: Option<u16>,
    formats: &'a [u8],
    lines: &'a [u8],
}

/// The value of a `c=` line, RFC 8866 §5.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address<'a> {
    /// One host.
    Unicast(IpAddr),
    /// A group.
    Multicast(IpAddr),
    /// A host name.
    Name(&'a [u8]),
    /// Not of the Internet, or of an unknown type.
    Other(&'a [u8]),
}

/// The transports that a phone can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// `RTP/AVP`: plain RTP.
    Avp,
    /// `RTP/SAVP`: SRTP.
    Savp,
    /// Anything else.
    Other,
}

/// The direction of a stream, seen by whom the description comes from (RFC 8866 §6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// It sends and does not want to receive.
    SendOnly,
    /// It receives and does not send.
    RecvOnly,
    /// Neither.
    Inactive,
}

/// The value of `a=rtpmap` for one payload type, RFC 8866 §6.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpMap<'a> {
    /// The encoding name; upper and lower case are the same.
    pub encoding: &'a [u8],
    /// The RTP clock rate in Hz.
    pub clock_hz: u32,
    /// Audio channels; 1 when the description does not say.
    pub channels: u32,
}

/// What was wrong with a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SdpError {
    /// What should have stood there.
    pub expected: &'static str,
    /// The byte of the body at which it should have.
    pub at: usize,
}

impl core::fmt::Display for SdpError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "expected {} at byte {}", self.expected, self.at)
    }
}

impl core::error::Error for SdpError {}

impl<'a> Description<'a> {
    /// Reads a body of type `application/sdp`.
    ///
    /// # Errors
    /// When the body is not a session description, or has more than [`limits::MEDIA_LINES`] streams.
    pub fn parse(body: &'a [u8]) -> Result<Self, SdpError> {
        let mut lines = Lines { body, rest: body };
        let session = session_part(&mut lines)?;
        let mut media = Vec::new();
        let mut next = session.first_media;
        while let Some(line) = next {
            let (stream, following) = media_part(&mut lines, line, &session)?;
            media.push(stream).map_err(|_| line.error("no more media streams"))?;
            next = following;
        }
        Ok(Self { origin: session.origin, times: session.times, media })
    }
}

impl<'a> Media<'a> {
    /// Whether this is an audio stream.
    #[must_use]
    pub fn is_audio(&self) -> bool {
        self.kind == b"audio"
    }

    /// The transport, as far as we know it.
    #[must_use]
    pub fn profile(&self) -> Profile {
        if self.protocol.eq_ignore_ascii_case(b"RTP/AVP") {
            Profile::Avp
        } else if self.protocol.eq_ignore_ascii_case(b"RTP/SAVP") {
            Profile::Savp
        } else {
            Profile::Other
        }
    }

    /// The formats of the `m=` line in order of preference, as many as we look at.
    pub fn formats(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        words(self.formats).take(limits::FORMATS_SEEN)
    }

    /// The formats that are RTP payload types.
    pub fn payload_types(&self) -> impl Iterator<Item = u8> + use<'a> {
        self.formats().filter_map(payload_type)
    }

    /// The mapping of a payload type, if the description has one that can be read.
    #[must_use]
    pub fn rtpmap(&self, wanted: u8) -> Option<RtpMap<'a>> {
        RtpMap::parse(self.format_attribute(b"rtpmap", wanted)?)
    }

    /// The format parameters of a payload type, as they stand.
    #[must_use]
    pub fn fmtp(&self, wanted: u8) -> Option<&'a [u8]> {
        self.format_attribute(b"fmtp", wanted)
    }

    /// The values of the stream's own attributes with this name; of `a=name` alone the value is empty.
    pub fn attributes<'n>(&self, name: &'n [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        attributes(self.lines).filter_map(move |(found, value)| (found == name).then_some(value))
    }

    fn format_attribute(&self, name: &[u8], wanted: u8) -> Option<&'a [u8]> {
        self.attributes(name).find_map(|value| {
            let (format, rest) = scan::split_once(value, b' ')?;
            (payload_type(format)? == wanted).then_some(text::trim(rest))
        })
    }
}

impl<'a> RtpMap<'a> {
    /// `encoding-name "/" clock-rate ["/" channels]`
    fn parse(value: &'a [u8]) -> Option<Self> {
        let mut parts = value.split(|&byte| byte == b'/');
        let encoding = parts.next()?;
        let clock_hz = text::decimal(parts.next()?)?;
        let channels = parts.next().map_or(Some(1), text::decimal)?;
        Some(Self { encoding, clock_hz, channels })
    }
}

impl Direction {
    /// Whether media leaves the side that says so.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether media may come to the side that says so.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The direction with these two halves.
    #[must_use]
    pub const fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// The name of the attribute.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// The direction that an attribute of this name stands for.
    #[must_use]
    pub fn of_name(name: &[u8]) -> Option<Self> {
        [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive]
            .into_iter()
            .find(|direction| direction.name().as_bytes() == name)
    }
}

impl<'a> Address<'a> {
    /// `nettype SP addrtype SP connection-address`
    fn parse(value: &'a [u8]) -> Option<Self> {
        let mut parts = words(value);
        let (net, kind, address) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        // A group carries "/" and its time to live behind the address.
        let host = scan::split_once(address, b'/').map_or(address, |(host, _)| host);
        let host = core::str::from_utf8(host).unwrap_or("");
        let ip = match (net, kind) {
            (b"IN", b"IP4") => host.parse::<Ipv4Addr>().map(IpAddr::V4),
            (b"IN", b"IP6") => host.parse::<Ipv6Addr>().map(IpAddr::V6),
            (_, _) => return Some(Self::Other(address)),
        };
        Some(match ip {
            Ok(ip) if ip.is_multicast() => Self::Multicast(ip),
            Ok(ip) => Self::Unicast(ip),
            Err(_) => Self::Name(address),
        })
    }
}

/// One line `letter=value`.
#[derive(Clone, Copy)]
struct Line<'a> {
    letter: u8,
    value: &'a [u8],
    at: usize,
}

impl Line<'_> {
    const fn error(&self, expected: &'static str) -> SdpError {
        SdpError { expected, at: self.at }
    }
}

struct Lines<'a> {
    body: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<Option<Line<'a>>, SdpError> {
        // Some peers end the body with an empty line.
        if self.rest.trim_ascii_start().is_empty() {
            self.rest = &[];
            return Ok(None);
        }
        let at = self.offset();
        let line = cut_line(&mut self.rest);
        let Some((&letter, [b'=', value @ ..])) = line.split_first() else {
            return Err(SdpError { expected: "a letter and =", at });
        };
        if memchr2(b'\r', 0, value).is_some() {
            return Err(SdpError { expected: "text without CR and NUL", at });
        }
        Ok(Some(Line { letter, value, at }))
    }

    const fn offset(&self) -> usize {
        self.body.len().saturating_sub(self.rest.len())
    }

    /// What the body holds from byte `start` up to byte `end`.
    fn between(&self, start: usize, end: usize) -> &'a [u8] {
        self.body.get(start..end).unwrap_or(&[])
    }
}

pub(super) fn cut_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = memchr(b'\n', rest).unwrap_or(rest.len());
    let (line, behind) = rest.split_at_checked(end).unwrap_or((*rest, &[]));
    *rest = behind.get(1..).unwrap_or(&[]);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The values of a stream's own lines: `a=` only, split at the colon.
fn attributes(lines: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = lines;
    core::iter::from_fn(move || (!rest.is_empty()).then(|| cut_line(&mut rest))).filter_map(|line| {
        let attribute = line.strip_prefix(b"a=")?;
        Some(scan::split_once(attribute, b':').unwrap_or((attribute, &[])))
    })
}

fn words(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b' ').filter(|word| !word.is_empty())
}

fn payload_type(format: &[u8]) -> Option<u8> {
    u8::try_from(text::decimal(format)?).ok().filter(|number| *number < 128)
}

/// How far we are in the fixed order of lines (RFC 8866 §5): a letter, its place, and whether it may come
/// again.
type Place = (u8, u8, bool);

const SESSION_ORDER: [Place; 15] = [
    (b'v', 1, false),
    (b'o', 2, false),
    (b's', 3, false),
    (b'i', 4, false),
    (b'u', 5, false),
    (b'e', 6, true),
    (b'p', 7, true),
    (b'c', 8, false),
    (b'b', 9, true),
    (b't', 10, true),
    (b'r', 10, true),
    (b'z', 10, true),
    (b'k', 11, false),
    (b'a', 12, true),
    (b'm', 13, false),
];
/// The lines that a session cannot do without, at their places.
const REQUIRED: [(u8, &str); 4] = [(1, "v=0"), (2, "o="), (3, "s="), (10, "t=")];
const END: u8 = 13;
const MEDIA_ORDER: [Place; 6] =
    [(b'i', 1, false), (b'c', 2, true), (b'b', 3, true), (b'k', 4, false), (b'a', 5, true), (b'm', 6, false)];

/// The place of a line, given the place of the one before it.
fn advance(order: &[Place], line: &Line<'_>, before: u8) -> Result<u8, SdpError> {
    let known = order.iter().find(|(letter, _, _)| *letter == line.letter);
    // RFC 8866 §5: a letter that is not known makes the whole description invalid.
    let Some((_, place, again)) = known else { return Err(line.error("a known type letter")) };
    if *place < before || (*place == before && !again) {
        return Err(line.error("the lines in the order of RFC 8866"));
    }
    Ok(*place)
}

fn missing_between(before: u8, place: u8) -> Option<&'static str> {
    REQUIRED.iter().find(|(required, _)| before < *required && *required < place).map(|(_, name)| *name)
}

/// What the session level says, and the first `m=` line.
struct Session<'a> {
    origin: Origin<'a>,
    times: &'a [u8],
    address: Option<Address<'a>>,
    direction: Option<Direction>,
    first_media: Option<Line<'a>>,
}

fn session_part<'a>(lines: &mut Lines<'a>) -> Result<Session<'a>, SdpError> {
    let origin = Origin { value: &[], session_id: &[], version: &[] };
    let mut session = Session { origin, times: &[], address: None, direction: None, first_media: None };
    let (mut place, mut times_at) = (0, 0);
    while let Some(line) = lines.next()? {
        let before = place;
        place = advance(&SESSION_ORDER, &line, before)?;
        if let Some(missing) = missing_between(before, place) {
            return Err(line.error(missing));
        }
        match line.letter {
            // RFC 8866 §5.1: this is version 0, there is no other.
            b'v' if line.value != b"0" => return Err(line.error("v=0")),
            b'o' => {
                session.origin = Origin::parse(line.value).ok_or_else(|| line.error("o= with six fields"))?
            }
            b'c' => {
                session.address =
                    Some(Address::parse(line.value).ok_or_else(|| line.error("c= with three fields"))?)
            }
            b't' => check_time(&line)?,
            b'r' | b'z' if before < place => return Err(line.error("t=")),
            b'a' => session.direction = session.direction.or_else(|| Direction::of_name(line.value)),
            b'm' => {
                session.first_media = Some(line);
                break;
            }
            _ => {}
        }
        if matches!(line.letter, b't' | b'r' | b'z') {
            times_at = if before < place { line.at } else { times_at };
            session.times = lines.between(times_at, lines.offset());
        }
    }
    match missing_between(place, END) {
        Some(missing) => Err(SdpError { expected: missing, at: lines.offset() }),
        None => Ok(session),
    }
}

fn check_time(line: &Line<'_>) -> Result<(), SdpError> {
    let mut numbers = words(line.value);
    let both = numbers.next().is_some_and(is_number) && numbers.next().is_some_and(is_number);
    if both && numbers.next().is_none() { Ok(()) } else { Err(line.error("t= with two numbers")) }
}

fn is_number(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_digit)
}

impl<'a> Origin<'a> {
    /// `username SP sess-id SP sess-version SP nettype SP addrtype SP unicast-address`
    fn parse(value: &'a [u8]) -> Option<Self> {
        let mut parts = words(value);
        let _username = parts.next()?;
        let session_id = parts.next().filter(|word| is_number(word))?;
        let version = parts.next().filter(|word| is_number(word))?;
        // The address says nothing about where media goes (RFC 8866 §5.2); that it is there is enough.
        (parts.count() == 3).then_some(Self { value, session_id, version })
    }
}

/// Reads a stream; also gives the `m=` line of the next one.
fn media_part<'a>(
    lines: &mut Lines<'a>,
    first: Line<'a>,
    session: &Session<'a>,
) -> Result<(Media<'a>, Option<Line<'a>>), SdpError> {
    let mut media = media_line(&first).ok_or_else(|| first.error("m= with type, port, protocol, formats"))?;
    let start = lines.offset();
    let (mut place, mut end) = (0, start);
    let (mut address, mut direction, mut following) = (None, None, None);
    while let Some(line) = lines.next()? {
        place = advance(&MEDIA_ORDER, &line, place)?;
        match line.letter {
            b'c' => {
                let found = Address::parse(line.value).ok_or_else(|| line.error("c= with three fields"))?;
                // Several are layers of a group (§5.7); the first one stands for the stream.
                address = address.or(Some(found));
            }
            b'a' => attribute(&mut media, &mut direction, line.value),
            b'm' => {
                following = Some(line);
                break;
            }
            _ => {}
        }
        end = lines.offset();
    }
    media.lines = lines.between(start, end);
    media.address = address.or(session.address);
    media.direction = direction.or(session.direction).unwrap_or_default();
    // RFC 8866 §5.7: at session level or in each stream. A stream that is off needs none.
    if media.address.is_none() && media.port != 0 {
        return Err(first.error("c= in the session or in the stream"));
    }
    Ok((media, following))
}

fn attribute(media: &mut Media<'_>, direction: &mut Option<Direction>, attribute: &[u8]) {
    *direction = direction.or_else(|| Direction::of_name(attribute));
    let Some((name, value)) = scan::split_once(attribute, b':') else { return };
    match name {
        b"ptime" => media.packet_ms = media.packet_ms.or_else(|| milliseconds(value)),
        b"maxptime" => media.most_packet_ms = media.most_packet_ms.or_else(|| milliseconds(value)),
        _ => {}
    }
}

/// `non-zero-int-or-real`; parts of a millisecond are dropped.
fn milliseconds(value: &[u8]) -> Option<u16> {
    let whole = scan::split_once(value, b'.').map_or(value, |(whole, _)| whole);
    u16::try_from(text::decimal(text::trim(whole))?).ok().filter(|ms| *ms > 0)
}

/// ```text
/// media-field = %s"m" "=" media SP port ["/" integer] SP proto 1*(SP fmt) CRLF
/// media       = token
/// proto       = token *("/" token)
/// fmt         = token
/// ```
///
/// An answer repeats words of streams that it declines, so what is no word must not get through.
fn media_line<'a>(line: &Line<'a>) -> Option<Media<'a>> {
    let (kind, rest) = scan::split_once(line.value, b' ')?;
    let (port, rest) = scan::split_once(text::trim(rest), b' ')?;
    let (protocol, formats) = scan::split_once(text::trim(rest), b' ')?;
    let port = scan::split_once(port, b'/').map_or(port, |(port, _)| port);
    let port = u16::try_from(text::decimal(port)?).ok()?;
    let tokens = is_token(kind)
        && protocol.split(|&byte| byte == b'/').all(is_token)
        && words(formats).all(is_token)
        && words(formats).next().is_some();
    tokens.then_some(Media {
        kind,
        port,
        protocol,
        address: None,
        direction: Direction::SendRecv,
        packet_ms: None,
        most_packet_ms: None,
        formats,
        lines: &[],
    })
}

/// `token = 1*(token-char)`, RFC 8866 §9: all visible ASCII but the separators.
fn is_token(word: &[u8]) -> bool {
    !word.is_empty()
        && word.iter().all(|byte| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]".contains(byte))
}
