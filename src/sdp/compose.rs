//! Our own descriptions: what they say, and the version in their `o=` line.

use core::hash::{Hash, Hasher};
use core::net::{IpAddr, SocketAddr};

use heapless::Vec;

use super::codec::{Formats, TELEPHONE_EVENT, TELEPHONE_EVENT_HZ};
use super::description::{Direction, cut_line};
use super::keying::Lines;
use crate::base::Writer;
use crate::limits;

/// A description that we send: an offer or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing<'a> {
    content: Content<'a>,
    revision: Revision,
}

/// The numbers in our `o=` line, and a mark of what they stood for when they were last sent.
///
/// RFC 3264 §8: a description that differs from the one before has a version one higher, one that does not
/// differ has the same. Keep what [`Outgoing::revision`] says in the [`super::Local`] of the session and the
/// rule holds by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The session id.
    pub session_id: u64,
    /// The version.
    pub version: u64,
    sent: Option<u64>,
}

/// All that a description says beside the numbers in `o=`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Content<'a> {
    /// Where we receive media.
    pub(super) address: SocketAddr,
    /// Whether `c=` says 0.0.0.0 instead.
    pub(super) hidden: bool,
    pub(super) times: &'a [u8],
    pub(super) formats: Formats,
    pub(super) dtmf_payload_type: Option<u8>,
    pub(super) dtmf_name: heapless::String<31>,
    pub(super) packet_ms: u16,
    pub(super) direction: Direction,
    pub(super) streams: Vec<Stream<'a>, { limits::MEDIA_LINES }>,
    /// Our keys; none: plain RTP.
    pub(super) crypto: Lines,
}

/// One `m=` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stream<'a> {
    /// The audio stream.
    Ours,
    /// One that is not wanted: port 0, any one format (RFC 3264 §6).
    Declined { kind: &'a [u8], protocol: &'a [u8], format: &'a [u8] },
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(content: Content<'a>, before: Revision) -> Self {
        let revision = before.after(&content);
        Self { content, revision }
    }

    /// Writes the description.
    pub fn write(&self, out: &mut Writer<'_>) {
        let content = &self.content;
        out.text("v=0\r\no=- ");
        out.number(self.revision.session_id);
        out.text(" ");
        out.number(self.revision.version);
        write_address(out, " ", content.address.ip());
        // RFC 3264 §5: a dash for a subject that nobody reads.
        out.text("s=-\r\n");
        if content.hidden {
            out.text("c=IN IP4 0.0.0.0\r\n");
        } else {
            write_address(out, "c=", content.address.ip());
        }
        let mut times = content.times;
        while !times.is_empty() {
            out.put(cut_line(&mut times));
            out.text("\r\n");
        }
        for stream in &content.streams {
            match stream {
                Stream::Ours => content.write_audio(out),
                Stream::Declined { kind, protocol, format } => {
                    for part in [&b"m="[..], kind, b" 0 ", protocol, b" ", format, b"\r\n"] {
                        out.put(part);
                    }
                }
            }
        }
    }

    /// The revision to keep for the next description of this session.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.revision
    }
}

impl Revision {
    /// The numbers of a session that has not sent a description yet. RFC 3264 §5: both must stay below 2^62.
    #[must_use]
    pub const fn new(session_id: u64) -> Self {
        // The version starts where the id does; that is usual, and any start is right (RFC 8866 §5.2).
        let start = session_id >> 2;
        Self { session_id: start, version: start, sent: None }
    }

    fn after(self, content: &Content<'_>) -> Self {
        let mut mark = Fnv::default();
        content.hash(&mut mark);
        let sent = Some(mark.finish());
        let changed = self.sent.is_some() && self.sent != sent;
        Self { version: self.version.saturating_add(u64::from(changed)), sent, ..self }
    }
}

impl Content<'_> {
    fn write_audio(&self, out: &mut Writer<'_>) {
        out.text("m=audio ");
        out.number(u64::from(self.address.port()));
        out.text(if self.crypto.is_empty() { " RTP/AVP" } else { " RTP/SAVP" });
        for number in self.formats.iter().map(|format| format.payload_type).chain(self.dtmf_payload_type) {
            out.text(" ");
            out.number(u64::from(number));
        }
        out.text("\r\n");
        // RFC 3264 §5.1: static types get a mapping too.
        for format in &self.formats {
            write_map(out, format.payload_type, format.codec.encoding(), format.codec.clock_hz());
        }
        if let Some(number) = self.dtmf_payload_type {
            let name = if self.dtmf_name.is_empty() { TELEPHONE_EVENT } else { &self.dtmf_name };
            write_map(out, number, name, TELEPHONE_EVENT_HZ);
            // RFC 4733 §7.1.1: the sixteen DTMF events.
            out.text("a=fmtp:");
            out.number(u64::from(number));
            out.text(" 0-15\r\n");
        }
        for line in &self.crypto {
            line.write(out);
        }
        out.text("a=ptime:");
        out.number(u64::from(self.packet_ms));
        out.text("\r\na=");
        out.text(self.direction.name());
        out.text("\r\n");
    }
}

fn write_map(out: &mut Writer<'_>, number: u8, encoding: &str, clock_hz: u32) {
    out.text("a=rtpmap:");
    out.number(u64::from(number));
    out.text(" ");
    out.text(encoding);
    out.text("/");
    out.number(u64::from(clock_hz));
    out.text("\r\n");
}

/// Writes a description of ours once more, with the audio received at another address (of the same family):
/// `o=`, `c=` and the port of the stream that is not declined are others, and nothing else.
///
/// ```
/// use deskphone::base::Writer;
/// let (from, to) = ("192.0.2.1:4000".parse().unwrap(), "203.0.113.9:50000".parse().unwrap());
/// let before = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
///     m=audio 4000 RTP/AVP 0\r\n";
/// let mut room = [0; 200];
/// let mut out = Writer::new(&mut room);
/// deskphone::sdp::relocate(before, from, to, &mut out);
/// assert!(out.written().ends_with(b"c=IN IP4 203.0.113.9\r\nt=0 0\r\nm=audio 50000 RTP/AVP 0\r\n"));
/// ```
pub fn relocate(description: &[u8], from: SocketAddr, to: SocketAddr, out: &mut Writer<'_>) {
    let (mut address, mut port) = ([0; 64], [0; 16]);
    let (mut old, mut old_port) = (Writer::new(&mut address), Writer::new(&mut port));
    write_address(&mut old, "", from.ip());
    old_port.text("m=audio ");
    old_port.number(u64::from(from.port()));
    old_port.text(" ");
    for line in description.split_inclusive(|&byte| byte == b'\n') {
        let placed = line.starts_with(b"o=") || line.starts_with(b"c=");
        if let Some(before) = line.strip_suffix(old.written()).filter(|_| placed) {
            out.put(before);
            write_address(out, "", to.ip());
        } else if let Some(rest) = line.strip_prefix(old_port.written()) {
            out.text("m=audio ");
            out.number(u64::from(to.port()));
            out.text(" ");
            out.put(rest);
        } else {
            out.put(line);
        }
    }
}

fn write_address(out: &mut Writer<'_>, before: &str, address: IpAddr) {
    let kind = match address {
        IpAddr::V4(_) => "IN IP4 ",
        IpAddr::V6(_) => "IN IP6 ",
    };
    out.text(before);
    out.text(kind);
    out.ip(address);
    out.text("\r\n");
}

/// FNV-1a: a mark to see changes by, not to trust.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
