//! Composing messages into a [`Writer`]: start lines, headers, bodies, and the messages that RFC 3261
//! derives from others (responses, ACK for a refusal, CANCEL).
//!
//! Whatever value comes from elsewhere passes through [`put_line`], which lets no line break through: one
//! value can never become two headers.
//!
//! ```
//! use deskphone::base::Writer;
//! use deskphone::sip::{HeaderName, Method, compose};
//! let mut buffer = [0; 128];
//! let mut out = Writer::new(&mut buffer);
//! compose::request_line(&mut out, Method::Options, b"sip:2104@pbx.example.com");
//! compose::header(&mut out, HeaderName::Subject, b"one\r\nInjected: two");
//! compose::finish_without_body(&mut out);
//! assert_eq!(out.written(), b"OPTIONS sip:2104@pbx.example.com SIP/2.0\r\n\
//!     Subject: one  Injected: two\r\nContent-Length: 0\r\n\r\n");
//! ```

use core::net::{IpAddr, SocketAddr};

use super::address::tag_of;
use super::message::StartLine;
use super::values::list;
use super::{Address, HeaderName, Message, Method, Status, Via};
use crate::base::{Writer, scan};

/// Writes a Request-Line.
pub fn request_line(out: &mut Writer<'_>, method: Method<'_>, uri: &[u8]) {
    out.put(method.as_bytes());
    out.put(b" ");
    put_line(out, uri);
    out.put(b" SIP/2.0\r\n");
}

/// Writes a Status-Line with the usual reason phrase.
pub fn status_line(out: &mut Writer<'_>, status: Status) {
    out.put(b"SIP/2.0 ");
    out.number(u64::from(status.code()));
    out.put(b" ");
    out.text(status.reason());
    out.put(b"\r\n");
}

/// Writes one header line.
pub fn header(out: &mut Writer<'_>, name: HeaderName, value: &[u8]) {
    begin(out, name);
    put_line(out, value);
    end(out);
}

/// Writes one header line whose value is a number.
pub fn number_header(out: &mut Writer<'_>, name: HeaderName, value: u64) {
    begin(out, name);
    out.number(value);
    end(out);
}

/// Writes one header line whose value is a comma list; nothing when the list is empty.
pub fn list_header<'v>(out: &mut Writer<'_>, name: HeaderName, values: impl IntoIterator<Item = &'v [u8]>) {
    let mut empty = true;
    for value in values {
        if empty {
            begin(out, name);
        } else {
            out.put(b", ");
        }
        put_line(out, value);
        empty = false;
    }
    if !empty {
        end(out);
    }
}

/// Writes one header line whose value is an address.
pub fn address_header(out: &mut Writer<'_>, name: HeaderName, address: &Address<'_>) {
    begin(out, name);
    address.compose(out);
    end(out);
}

/// Writes a CSeq line.
pub fn cseq(out: &mut Writer<'_>, number: u32, method: Method<'_>) {
    begin(out, HeaderName::CSeq);
    out.number(u64::from(number));
    out.put(b" ");
    out.put(method.as_bytes());
    end(out);
}

/// Writes a header name and its colon, for a value that is composed piece by piece; [`end`] follows.
pub fn begin(out: &mut Writer<'_>, name: HeaderName) {
    out.text(name.as_str());
    out.put(b": ");
}

/// Ends a header line.
pub fn end(out: &mut Writer<'_>) {
    out.put(b"\r\n");
}

/// Writes a value so that it stays on its line: line breaks and NUL become blanks.
pub fn put_line(out: &mut Writer<'_>, value: &[u8]) {
    if memchr::memchr3(b'\r', b'\n', 0, value).is_none() {
        return out.put(value);
    }
    let mut first = true;
    for piece in value.split(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        if !first {
            out.put(b" ");
        }
        out.put(piece);
        first = false;
    }
}

/// Writes a quoted string: quotes and backslashes inside are escaped, control characters left out.
pub fn quoted(out: &mut Writer<'_>, text: &[u8]) {
    out.put(b"\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => out.put(&[b'\\', *byte]),
            0..=0x1F | 0x7F => {}
            _ => out.put(&[*byte]),
        }
    }
    out.put(b"\"");
}

/// Writes an address as a host: IPv6 in brackets.
pub fn host(out: &mut Writer<'_>, ip: IpAddr) {
    match ip {
        IpAddr::V4(_) => address(out, ip),
        IpAddr::V6(_) => {
            out.put(b"[");
            address(out, ip);
            out.put(b"]");
        }
    }
}

/// Writes an address without brackets, as `received` has it.
pub fn address(out: &mut Writer<'_>, ip: IpAddr) {
    out.ip(ip);
}

/// Ends a message that has no body.
pub fn finish_without_body(out: &mut Writer<'_>) {
    out.put(b"Content-Length: 0\r\n\r\n");
}

/// Ends a message with a body that is there already.
pub fn finish_with_body(out: &mut Writer<'_>, content_type: &[u8], body: &[u8]) {
    header(out, HeaderName::ContentType, content_type);
    number_header(out, HeaderName::ContentLength, u64::try_from(body.len()).unwrap_or(u64::MAX));
    end(out);
    out.put(body);
}

/// What a response adds to what it copies from its request.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'r> {
    /// The status.
    pub status: Status,
    /// Our tag; written into To when the request has none there.
    pub to_tag: Option<&'r [u8]>,
    /// Where the request came from: the topmost Via is marked with it (RFC 3261 §18.2.1, RFC 3581 §4).
    pub source: Option<SocketAddr>,
}

/// Begins a response: status line, then Via, Record-Route, From, To, Call-ID, CSeq as the request has them
/// (RFC 3261 §8.2.6.2, §12.1.1). It copies raw lines, so a request that failed its check can be answered too.
/// The caller adds its own headers and finishes.
pub fn respond(out: &mut Writer<'_>, request: &Message<'_>, reply: &Reply<'_>) {
    status_line(out, reply.status);
    let mut top = true;
    for line in request.lines(HeaderName::Via) {
        begin(out, HeaderName::Via);
        put_via(out, line, reply.source.filter(|_| top));
        end(out);
        top = false;
    }
    if reply.status > Status::TRYING && reply.status < Status::MULTIPLE_CHOICES {
        copy(out, request, HeaderName::RecordRoute);
    }
    copy_first(out, request, HeaderName::From);
    put_to(out, request, reply.to_tag);
    copy_first(out, request, HeaderName::CallId);
    copy_first(out, request, HeaderName::CSeq);
    if reply.status == Status::TRYING {
        copy_first(out, request, HeaderName::Timestamp);
    }
}

/// A request's To as its response has it (RFC 3261 §8.2.6.2): a tag that is there already stays.
fn put_to(out: &mut Writer<'_>, request: &Message<'_>, tag: Option<&[u8]>) {
    let Some(to) = request.raw(HeaderName::To) else { return };
    begin(out, HeaderName::To);
    put_line(out, to);
    if let (None, Some(tag)) = (tag_of(to), tag) {
        out.put(b";tag=");
        put_line(out, tag);
    }
    end(out);
}

/// The first value of a Via line marked with the source, the others as they are.
fn put_via(out: &mut Writer<'_>, line: &[u8], source: Option<SocketAddr>) {
    let marked = source.and_then(|source| {
        let top = list(line).next()?;
        Some((Via::parse(top).ok()?, top, source))
    });
    let Some((via, top, source)) = marked else { return put_line(out, line) };
    via.compose_received(out, source);
    let after = scan::offset_of(line, top).saturating_add(top.len());
    put_line(out, line.get(after..).unwrap_or(&[]));
}

/// Copies every line of a name.
pub fn copy(out: &mut Writer<'_>, from: &Message<'_>, name: HeaderName) {
    from.lines(name).for_each(|value| header(out, name, value));
}

/// The values of the lines of a name in a message that was composed here. Such a message has no folds, and
/// its names are written one way: whoever wants one line of it needs no index of all.
pub(crate) fn lines_of(composed: &[u8], name: HeaderName) -> impl Iterator<Item = &[u8]> {
    let mut rest = scan::split_once(composed, b'\n').map_or(&[][..], |(_, rest)| rest);
    let letter = name.short();
    core::iter::from_fn(move || {
        loop {
            let (line, after) = scan::split_once(rest, b'\n')?;
            rest = after;
            let line = line.strip_suffix(b"\r").filter(|line| !line.is_empty())?;
            let long = line.strip_prefix(name.as_str().as_bytes());
            let short = || line.split_first().filter(|(first, _)| letter == Some(**first));
            let after = long.or_else(|| short().map(|(_, after)| after));
            if let Some(value) = after.and_then(|after| after.strip_prefix(b": ")) {
                return Some(value);
            }
        }
    })
}

fn copy_first(out: &mut Writer<'_>, from: &Message<'_>, name: HeaderName) {
    if let Some(value) = from.raw(name) {
        header(out, name, value);
    }
}

/// Composes the ACK for a refusal, whole (RFC 3261 §17.1.1.3): all from the INVITE that was sent, but To with
/// the tag of the refusal, so the refusal itself need not be kept (§8.2.6.2: the rest of its To is the
/// INVITE's). `invite` is what [`Message::parse`] makes of our own bytes.
pub fn ack_of_refusal(out: &mut Writer<'_>, invite: &Message<'_>, tag: Option<&[u8]>) {
    derived_head(out, invite, Method::Ack);
    put_to(out, invite, tag);
    derived_tail(out, invite, Method::Ack);
    // RFC 3261 §22.1: an ACK cannot be challenged, so it repeats the INVITE's credentials.
    copy(out, invite, HeaderName::Authorization);
    copy(out, invite, HeaderName::ProxyAuthorization);
    finish_without_body(out);
}

/// Composes the CANCEL of an INVITE, whole (RFC 3261 §9.1), with a Reason if there is one to tell (RFC 3326).
/// `invite` is what [`Message::parse`] makes of our own bytes.
pub fn cancel(out: &mut Writer<'_>, invite: &Message<'_>, reason: Option<&[u8]>) {
    derived_head(out, invite, Method::Cancel);
    copy_first(out, invite, HeaderName::To);
    derived_tail(out, invite, Method::Cancel);
    // On a shared line it says which appearance becomes free.
    if invite.appearances().next().is_some() {
        copy(out, invite, HeaderName::CallInfo);
    }
    if let Some(reason) = reason {
        header(out, HeaderName::Reason, reason);
    }
    finish_without_body(out);
}

/// Writes a request of ours once more on another way: its first line, `via`, and all that came after its
/// topmost Via (RFC 3263 §4.3); with another CSeq number if one is given.
pub fn reroute(out: &mut Writer<'_>, request: &[u8], via: &[u8], number: Option<u32>) {
    let mut lines = request.split_inclusive(|&byte| byte == b'\n');
    out.put(lines.next().unwrap_or(b""));
    header(out, HeaderName::Via, via);
    let mut in_head = true;
    // A request of ours has its Via first, in one line.
    for line in lines.skip(1) {
        in_head &= !line.trim_ascii().is_empty();
        match number.filter(|_| in_head && line.starts_with(b"CSeq:")) {
            Some(number) => {
                begin(out, HeaderName::CSeq);
                out.number(u64::from(number));
                out.text(" ");
                out.put(line.rsplit(|&byte| byte == b' ').next().unwrap_or(b""));
            }
            None => out.put(line),
        }
    }
}

fn derived_head(out: &mut Writer<'_>, invite: &Message<'_>, method: Method<'_>) {
    if let StartLine::Request { uri, .. } = invite.start() {
        request_line(out, method, uri);
    }
    if let Some(top) = invite.values(HeaderName::Via).next() {
        header(out, HeaderName::Via, top);
    }
    header(out, HeaderName::MaxForwards, invite.raw(HeaderName::MaxForwards).unwrap_or(b"70"));
    copy(out, invite, HeaderName::Route);
    copy_first(out, invite, HeaderName::From);
}

fn derived_tail(out: &mut Writer<'_>, invite: &Message<'_>, method: Method<'_>) {
    copy_first(out, invite, HeaderName::CallId);
    cseq(out, invite.cseq().map_or(0, |cseq| cseq.number), method);
}

#[cfg(test)]
mod tests;
