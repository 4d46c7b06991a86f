//! Messages out of a byte stream (RFC 3261 §18.3, §7.5) and its keep-alives (RFC 5626 §3.5.1, §4.4.1).
//!
//! The host owns one [`Framer`] for each TCP or TLS connection, next to its socket:
//!
//! ```
//! use deskphone::sip::stream::{Frame, Framer};
//! let mut framer = Framer::new();
//! let mut received: &[u8] = b"\r\n\r\nSIP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhiSIP/2.0 ...";
//! let mut frames = Vec::new();
//! while !received.is_empty() {
//!     let taken = framer.feed(received);
//!     received = &received[taken..];
//!     while let Some(frame) = framer.poll() {
//!         frames.push(match frame {
//!             Frame::Message(message) => message.to_vec(),
//!             Frame::Ping => b"ping".to_vec(),         // write CRLF back
//!             Frame::Pong => b"pong".to_vec(),         // the flow is alive
//!             Frame::Broken { .. } => break,           // answer it if it is a request, then close
//!         });
//!     }
//! }
//! assert_eq!(frames, [&b"ping"[..], b"SIP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"]);
//! ```

use super::{HeaderName, Message, ParseError, Rejection, Status};
use crate::base::{bounded, text};
use crate::limits::STREAM_BYTES;

/// Cuts a stream into messages. Its memory is one buffer; a message that does not fit breaks the connection.
pub struct Framer {
    buffer: [u8; STREAM_BYTES],
    /// The bytes that are not given out yet are `buffer[start..end]`.
    start: usize,
    end: usize,
    /// Up to here, from `start`, no end of a header section was found.
    searched: usize,
    /// The length of the message at `start`, once its header section is here.
    length: Option<usize>,
    /// One CRLF was given out as a pong; another one makes it the first half of a ping.
    half_ping: bool,
    broken: bool,
}

/// What a stream brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'f> {
    /// One whole message.
    Message(&'f [u8]),
    /// Two CRLF between messages: the peer wants one CRLF back.
    Ping,
    /// One CRLF between messages: the answer to our ping, or nothing.
    Pong,
    /// The stream cannot be cut any further. `head` is what there is of the message: a request is answered
    /// with the rejection's status; then the connection is closed.
    Broken {
        /// Why, counted from the start of `head`.
        rejection: Rejection,
        /// The message so far.
        head: &'f [u8],
    },
}

impl Framer {
    /// For a connection that has just been opened.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            buffer: [0; STREAM_BYTES],
            start: 0,
            end: 0,
            searched: 0,
            length: None,
            half_ping: false,
            broken: false,
        }
    }

    /// Takes as many bytes as there is room for; says how many. Call [`Framer::poll`] until `None`, then
    /// feed the rest. After [`Frame::Broken`] everything is swallowed.
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        if self.broken {
            return bytes.len();
        }
        if self.end == self.buffer.len() && self.start > 0 {
            bounded::move_to_front(&mut self.buffer, self.start, self.end);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or(&mut []);
        let taken = room.len().min(bytes.len());
        if let (Some(room), Some(bytes)) = (room.get_mut(..taken), bytes.get(..taken)) {
            room.copy_from_slice(bytes);
        }
        self.end = self.end.saturating_add(taken);
        taken
    }

    /// The next frame, if it is whole.
    pub fn poll(&mut self) -> Option<Frame<'_>> {
        if self.broken {
            return None;
        }
        if self.length.is_none() {
            if let Some(frame) = self.keep_alive() {
                return Some(frame);
            }
            match self.find_length() {
                Ok(length) => self.length = length,
                Err(rejection) => return Some(self.give_up(rejection)),
            }
        }
        let full = self.end.saturating_sub(self.start) >= self.buffer.len();
        match self.length {
            Some(length) if length <= self.end.saturating_sub(self.start) => {
                let message = self.start..self.start.saturating_add(length);
                self.advance(length);
                Some(Frame::Message(self.buffer.get(message).unwrap_or(&[])))
            }
            None if full => Some(self.give_up(Rejection::new(
                Status::MESSAGE_TOO_LARGE,
                "a shorter message",
                STREAM_BYTES,
            ))),
            Some(_) | None => None,
        }
    }

    /// The bytes of the message that is arriving.
    fn pending(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or(&[])
    }

    fn advance(&mut self, length: usize) {
        self.start = self.start.saturating_add(length);
        self.searched = 0;
        self.length = None;
        if self.start >= self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    fn give_up(&mut self, rejection: Rejection) -> Frame<'_> {
        self.broken = true;
        Frame::Broken { rejection, head: self.pending() }
    }

    /// What stands between two messages. A line break that a start line follows is skipped (RFC 3261 §7.5).
    fn keep_alive(&mut self) -> Option<Frame<'static>> {
        loop {
            let (length, frame) = match (self.pending(), self.half_ping) {
                ([b'\r', b'\n', b'\r', b'\n', ..], false) => (4, Some(Frame::Ping)),
                ([b'\r', b'\n', ..], true) => (2, Some(Frame::Ping)),
                ([b'\r', b'\n'], false) => (2, Some(Frame::Pong)),
                // Half of something: the next bytes decide.
                ([b'\r'] | [b'\r', b'\n', b'\r'], _) => return None,
                ([b'\r', b'\n', ..], false) => (2, None),
                ([b'\r' | b'\n', ..], _) => (1, None),
                ([], _) => return None,
                ([..], _) => {
                    self.half_ping = false;
                    return None;
                }
            };
            self.half_ping = frame == Some(Frame::Pong);
            self.advance(length);
            if frame.is_some() {
                return frame;
            }
        }
    }

    /// The length of the message, once its header section is here. Content-Length is mandatory on a stream
    /// (RFC 3261 §18.3, §20.14).
    fn find_length(&mut self) -> Result<Option<usize>, Rejection> {
        let Some(head_length) = self.find_head() else { return Ok(None) };
        let head = self.pending().get(..head_length).unwrap_or(&[]);
        let message = Message::parse(head).map_err(Rejection::bad_request)?;
        let bad = |expected| Rejection::bad_request(ParseError { expected, at: head_length });
        let mut lengths = message.lines(HeaderName::ContentLength);
        let value = lengths.next().ok_or_else(|| bad("a Content-Length on a stream"))?;
        if lengths.next().is_some() {
            return Err(bad("one Content-Length"));
        }
        let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        if !digits {
            return Err(bad("a number of bytes in Content-Length"));
        }
        let body_length = text::decimal(value).and_then(|length| usize::try_from(length).ok());
        match body_length
            .and_then(|length| head_length.checked_add(length))
            .filter(|all| *all <= STREAM_BYTES)
        {
            Some(length) => Ok(Some(length)),
            None => Err(Rejection::new(Status::MESSAGE_TOO_LARGE, "a shorter body", head_length)),
        }
    }

    /// Where the header section ends, the empty line included. Each byte is looked at once, however it
    /// arrives.
    fn find_head(&mut self) -> Option<usize> {
        let pending = self.buffer.get(self.start..self.end).unwrap_or(&[]);
        let mut at = self.searched;
        loop {
            let Some(found) = memchr::memchr(b'\n', pending.get(at..)?) else {
                self.searched = pending.len();
                return None;
            };
            let newline = at.saturating_add(found);
            at = newline.saturating_add(1);
            match pending.get(at..)? {
                [b'\r', b'\n', ..] => return Some(at.saturating_add(2)),
                [b'\n', ..] => return Some(at.saturating_add(1)),
                // The next bytes decide: come back to this line break.
                [] | [b'\r'] => {
                    self.searched = newline;
                    return None;
                }
                [..] => {}
            }
        }
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for Framer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Framer")
            .field("pending", &self.end.saturating_sub(self.start))
            .field("length", &self.length)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    /// What comes out of a stream that arrives in pieces of `size` bytes.
    fn frames(mut stream: &[u8], size: usize) -> Vec<String> {
        let (mut framer, mut found) = (Framer::new(), Vec::new());
        while !stream.is_empty() {
            let taken = framer.feed(&stream[..size.min(stream.len())]);
            stream = &stream[taken..];
            while let Some(frame) = framer.poll() {
                found.push(match frame {
                    Frame::Message(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Frame::Ping => "ping".into(),
                    Frame::Pong => "pong".into(),
                    Frame::Broken { rejection, .. } => std::format!("{} {rejection}", rejection.status),
                });
            }
        }
        found
    }

    const ONE: &str = "A sip:b SIP/2.0\r\nl: 3\r\n\r\nxyz";

    #[test]
    fn rfc3261_18_3_pieces_of_every_size_give_the_same_messages() {
        let stream = [ONE, "\r\n", ONE, ONE].concat();
        for size in 3..=stream.len() {
            let found: Vec<_> =
                frames(stream.as_bytes(), size).into_iter().filter(|text| text != "pong").collect();
            assert_eq!(found, [ONE, ONE, ONE], "{size}");
        }
    }

    #[test]
    fn rfc5626_4_4_1_ping_and_pong() {
        assert_eq!(frames(b"\r\n\r\n", 4), ["ping"]);
        assert_eq!(frames(b"\r\n", 2), ["pong"]);
        assert_eq!(frames(b"\r\n\r\n", 2), ["pong", "ping"]);
        assert_eq!(frames(b"\r\n\r\n", 1), ["pong", "ping"]);
        assert_eq!(frames(["\r\n", ONE].concat().as_bytes(), 64), [ONE]);
    }

    #[test]
    fn broken_streams_say_why_and_stay_silent() {
        let after = |text: &str| frames([text, ONE].concat().as_bytes(), 7);
        assert_eq!(
            after("A sip:b SIP/2.0\r\n\r\n"),
            ["400 expected a Content-Length on a stream at byte 19"]
        );
        assert_eq!(
            after("A sip:b SIP/2.0\r\nl:-9\r\n\r\n"),
            ["400 expected a number of bytes in Content-Length at byte 25"]
        );
        assert_eq!(
            after("A sip:b SIP/2.0\r\nl:1\r\nl:1\r\n\r\n"),
            ["400 expected one Content-Length at byte 29"]
        );
        assert_eq!(after("A sip:b SIP/2.0\r\nl:99999\r\n\r\n"), ["513 expected a shorter body at byte 28"]);
        assert_eq!(after("HTTP\r\n\r\n"), ["400 expected a method and a blank at byte 0"]);
    }

    #[test]
    fn a_header_section_without_end_is_oversize() {
        let stream = std::vec![b'a'; STREAM_BYTES * 3];
        let found = frames(&stream, 1000);
        assert_eq!(found, [std::format!("513 expected a shorter message at byte {STREAM_BYTES}")]);
    }
}
