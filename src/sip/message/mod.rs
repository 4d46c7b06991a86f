//! A message over the bytes that carried it: one pass makes an index of its header lines, nothing is copied.
//!
//! ```text
//! generic-message = start-line *message-header CRLF [ message-body ]        RFC 3261 §7
//! Request-Line    = Method SP Request-URI SP SIP-Version CRLF
//! Status-Line     = SIP-Version SP Status-Code SP Reason-Phrase CRLF
//! message-header  = header-name HCOLON header-value *( [CRLF] WSP ... ) CRLF
//! ```
//!
//! Reading is lenient where answering needs it: a message with a bad line is still a [`Message`], so that
//! the 400 can be composed from its other lines. [`Message::check`] says whether it may be used.

use super::{HeaderName, Method, ParseError, Rejection, Status};
use crate::base::{scan, text};
use crate::limits::HEADER_LINES;

/// A SIP message that borrows its datagram.
#[derive(Clone)]
pub struct Message<'a> {
    bytes: &'a [u8],
    start: StartLine<'a>,
    fields: heapless::Vec<Field, HEADER_LINES>,
    body: &'a [u8],
    damage: Option<Rejection>,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine<'a> {
    /// It asks.
    Request {
        /// For what.
        method: Method<'a>,
        /// Whom: the Request-URI as it was written.
        uri: &'a [u8],
    },
    /// It answers.
    Response {
        /// How.
        status: Status,
        /// In words for a person; may be empty.
        reason: &'a [u8],
    },
}

/// One header line of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name, if it is a known one.
    pub name: HeaderName,
    /// The name as it was written.
    pub name_text: &'a [u8],
    /// The value, without blanks at its ends; folds inside are kept.
    pub value: &'a [u8],
}

/// Where one header line is. A datagram has less than 65,536 bytes, so half the memory of slices does.
#[derive(Clone, Copy, Debug)]
struct Field {
    name: HeaderName,
    line: u16,
    value: u16,
    end: u16,
}

impl<'a> Message<'a> {
    /// Reads one message from a datagram, or from what [`Framer`](super::stream::Framer) cut out of a stream.
    ///
    /// Empty lines before the start line are skipped (RFC 3261 §7.5), lines may end in LF alone, a line that
    /// begins with a blank continues the one before it. The body has Content-Length bytes, or all that is
    /// left.
    ///
    /// # Errors
    /// Only when there is nothing to answer and nothing to match: the start line is no SIP start line, or
    /// the status is no status. Such a datagram is dropped. Every other fault waits in [`Message::check`].
    pub fn parse(datagram: &'a [u8]) -> Result<Self, ParseError> {
        if datagram.len() > usize::from(u16::MAX) {
            return Err(ParseError { expected: "at most 65535 bytes", at: usize::from(u16::MAX) });
        }
        let blank = datagram.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begin = datagram.get(blank..).unwrap_or(&[]);
        let Some((line, _)) = scan::split_once(begin, b'\n') else {
            return Err(ParseError { expected: "the end of the start line", at: datagram.len() });
        };
        let headers_at = blank.saturating_add(line.len()).saturating_add(1);
        let (start, damage) =
            start_line(line.strip_suffix(b"\r").unwrap_or(line)).map_err(|error| error.shifted(blank))?;
        let damage = damage.map(|found| Rejection { error: found.error.shifted(blank), ..found });
        let mut message = Self { bytes: datagram, start, fields: heapless::Vec::new(), body: &[], damage };
        let body_at = message.index(headers_at);
        message.take_body(body_at);
        Ok(message)
    }

    /// Walks over the header lines; gives where the body begins.
    fn index(&mut self, mut at: usize) -> usize {
        let bytes = self.bytes;
        loop {
            let rest = bytes.get(at..).unwrap_or(&[]);
            let Some(end) = memchr::memchr(b'\n', rest) else {
                self.note(Status::BAD_REQUEST, "an empty line after the headers", bytes.len());
                return bytes.len();
            };
            if let [b'\n', ..] | [b'\r', b'\n', ..] = rest {
                return at.saturating_add(end).saturating_add(1);
            }
            let mut end = at.saturating_add(end);
            let mut next = end.saturating_add(1);
            while let Some([b' ' | b'\t', ..]) = bytes.get(next..) {
                let folded = bytes.get(next..).unwrap_or(&[]);
                let Some(length) = memchr::memchr(b'\n', folded) else { break };
                end = next.saturating_add(length);
                next = end.saturating_add(1);
            }
            self.push_line(at, end);
            at = next;
        }
    }

    /// Enters the header line `bytes[at..end]` into the index.
    #[inline]
    fn push_line(&mut self, at: usize, end: usize) {
        let line = self.bytes.get(at..end).unwrap_or(&[]);
        // Names are short: a plain walk finds the colon sooner than a wide search.
        let colon = line.iter().position(|byte| *byte == b':');
        let Some((name_text, [_, value @ ..])) = colon.and_then(|colon| line.split_at_checked(colon)) else {
            return self.note(Status::BAD_REQUEST, "a header name and a colon", at);
        };
        let end = end.saturating_sub(trailing_blanks(value));
        let value_at = end.saturating_sub(trimmed(value).len());
        let Some(name) =
            HeaderName::parse(name_text).or_else(|| HeaderName::parse(name_text.trim_ascii_end()))
        else {
            return self.note(Status::BAD_REQUEST, "a header name", at);
        };
        // The datagram is shorter than 65,536 bytes, so nothing is lost here.
        let [line, value, end] = [at, value_at, end].map(low_half);
        if self.fields.push(Field { name, line, value, end }).is_err() {
            self.note(Status::MESSAGE_TOO_LARGE, "fewer header lines", at);
        }
    }

    /// RFC 3261 §18.3: bytes beyond Content-Length are dropped, too few are an error.
    fn take_body(&mut self, at: usize) {
        let rest = self.bytes.get(at..).unwrap_or(&[]);
        self.body = rest;
        let Some(field) = self.fields.iter().find(|field| field.name == HeaderName::ContentLength).copied()
        else {
            return;
        };
        let value_at = usize::from(field.value);
        let length = text::decimal(self.value_of(field)).and_then(|length| usize::try_from(length).ok());
        let Some(length) = length else {
            return self.note(Status::BAD_REQUEST, "a number of bytes", value_at);
        };
        match rest.get(..length) {
            Some(body) => self.body = body,
            None => {
                let expected = "as many bytes of body as Content-Length says";
                self.note(Status::BAD_REQUEST, expected, self.bytes.len());
            }
        }
    }

    /// Keeps the first fault.
    fn note(&mut self, status: Status, expected: &'static str, at: usize) {
        if self.damage.is_none() {
            self.damage = Some(Rejection::new(status, expected, at));
        }
    }

    /// The first fault that reading the lines found.
    pub(super) const fn damage(&self) -> Option<Rejection> {
        self.damage
    }

    /// The start line.
    #[must_use]
    pub const fn start(&self) -> StartLine<'a> {
        self.start
    }

    /// Whether this is a request.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(self.start, StartLine::Request { .. })
    }

    /// The method of a request; `None` for a response.
    #[must_use]
    pub const fn method(&self) -> Option<Method<'a>> {
        match self.start {
            StartLine::Request { method, .. } => Some(method),
            StartLine::Response { .. } => None,
        }
    }

    /// The Request-URI of a request as it was written; `None` for a response.
    #[must_use]
    pub const fn request_uri(&self) -> Option<&'a [u8]> {
        match self.start {
            StartLine::Request { uri, .. } => Some(uri),
            StartLine::Response { .. } => None,
        }
    }

    /// The status of a response; `None` for a request.
    #[must_use]
    pub const fn status(&self) -> Option<Status> {
        match self.start {
            StartLine::Request { .. } => None,
            StartLine::Response { status, .. } => Some(status),
        }
    }

    /// The body; empty when there is none.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The body if it can be a session description. One of another type that came this far may be left
    /// unread (RFC 3261 §20.11): it counts as none.
    #[must_use]
    pub fn description(&self) -> &'a [u8] {
        let other = self.content_type().is_some_and(|found| !found.is(b"application/sdp"));
        if other { &[] } else { self.body }
    }

    /// The bytes that the message was read from.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// All header lines in order.
    pub fn headers(&self) -> impl Iterator<Item = Header<'a>> + '_ {
        self.fields.iter().map(|field| {
            let line = self.bytes.get(usize::from(field.line)..usize::from(field.end)).unwrap_or(&[]);
            let name_text = scan::split_once(line, b':').map_or(line, |(name, _)| name.trim_ascii_end());
            Header { name: field.name, name_text, value: self.value_of(*field) }
        })
    }

    /// The value of the first line of this name, as it was written.
    #[must_use]
    pub fn raw(&self, name: HeaderName) -> Option<&'a [u8]> {
        self.lines(name).next()
    }

    /// The value of the first line with a name that [`HeaderName`] does not list.
    #[must_use]
    pub fn raw_named(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.headers().find(|header| header.name_text.eq_ignore_ascii_case(name)).map(|header| header.value)
    }

    /// The values of all lines of this name, as they were written: one item a line.
    pub fn lines(&self, name: HeaderName) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.fields.iter().filter(move |field| field.name == name).map(|field| self.value_of(*field))
    }

    /// Whether there is a line of this name.
    #[must_use]
    pub fn has(&self, name: HeaderName) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    #[inline]
    fn value_of(&self, field: Field) -> &'a [u8] {
        self.bytes.get(usize::from(field.value)..usize::from(field.end)).unwrap_or(&[])
    }
}

impl core::fmt::Debug for Message<'_> {
    /// The start line only: header values may hold credentials.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Message")
            .field("start", &self.start)
            .field("header_lines", &self.fields.len())
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// A value without the blanks around it; nearly always one before it and a carriage return behind it.
#[inline]
fn trimmed(value: &[u8]) -> &[u8] {
    let inner = match value {
        [b' ', inner @ .., b'\r'] | [b' ', inner @ ..] => inner,
        _ => value,
    };
    match inner {
        [first, .., last] if !first.is_ascii_whitespace() && !last.is_ascii_whitespace() => inner,
        _ => value.trim_ascii(),
    }
}

/// How many blanks end a value; the carriage return of its line is one.
#[inline]
fn trailing_blanks(value: &[u8]) -> usize {
    match value {
        [.., last, b'\r'] if !last.is_ascii_whitespace() => 1,
        _ => value.len().saturating_sub(value.trim_ascii_end().len()),
    }
}

/// The low sixteen bits.
#[inline]
const fn low_half(offset: usize) -> u16 {
    let [low, high, ..] = offset.to_le_bytes();
    u16::from_le_bytes([low, high])
}

type Start<'a> = (StartLine<'a>, Option<Rejection>);

fn start_line(line: &[u8]) -> Result<Start<'_>, ParseError> {
    match line {
        [b'S' | b's', b'I' | b'i', b'P' | b'p', b'/', ..] => status_line(line),
        _ => request_line(line),
    }
}

/// `SIP-Version SP Status-Code SP Reason-Phrase`; the blank after the code may be missing.
fn status_line(line: &[u8]) -> Result<Start<'_>, ParseError> {
    let Some((version, rest)) = scan::split_once(line, b' ') else {
        return Err(ParseError { expected: "a status code", at: line.len() });
    };
    let (code, reason) = scan::split_once(rest, b' ').unwrap_or((rest, &[]));
    let at = scan::offset_of(line, rest);
    let status = text::decimal(code).and_then(|code| u16::try_from(code).ok()).and_then(Status::new);
    let (Some(status), 3) = (status, code.len()) else {
        return Err(ParseError { expected: "a status code from 100 to 699", at });
    };
    Ok((StartLine::Response { status, reason }, wrong_version(version, 0)))
}

/// `Method SP Request-URI SP SIP-Version`
fn request_line(line: &[u8]) -> Result<Start<'_>, ParseError> {
    let Some((method, rest)) = scan::split_once(line, b' ') else {
        return Err(ParseError { expected: "a method and a blank", at: 0 });
    };
    let Some(method) = Method::parse(method) else {
        return Err(ParseError { expected: "a method", at: 0 });
    };
    let tidy = rest.trim_ascii_end();
    let Some((uri, [_, version @ ..])) =
        memchr::memrchr(b' ', tidy).and_then(|blank| tidy.split_at_checked(blank))
    else {
        return Err(ParseError { expected: "a Request-URI and a version", at: scan::offset_of(line, rest) });
    };
    let version_at = scan::offset_of(line, version);
    if !version.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"SIP/")) {
        return Err(ParseError { expected: "SIP/2.0", at: version_at });
    }
    let mut damage = wrong_version(version, version_at);
    if tidy.len() != rest.len() {
        let at = version_at.saturating_add(version.len());
        damage = damage.or_else(|| Some(Rejection::new(Status::BAD_REQUEST, "the end of the line", at)));
    }
    if uri.first() == Some(&b' ') || uri.last() == Some(&b' ') {
        let at = scan::offset_of(line, uri);
        damage = damage
            .or_else(|| Some(Rejection::new(Status::BAD_REQUEST, "one blank beside the Request-URI", at)));
    }
    Ok((StartLine::Request { method, uri: uri.trim_ascii() }, damage))
}

/// RFC 3261 §21.5.6; the letters compare without case (§7.1).
fn wrong_version(version: &[u8], at: usize) -> Option<Rejection> {
    let known = version == b"SIP/2.0" || version.eq_ignore_ascii_case(b"SIP/2.0");
    (!known).then(|| Rejection::new(Status::VERSION_NOT_SUPPORTED, "SIP/2.0", at))
}

#[cfg(test)]
mod tests;
