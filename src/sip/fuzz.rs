//! The fuzz body: any bytes as a message. What is read can be written, what is written reads the same, and
//! the answers to what passes the check pass it themselves.

use core::net::{Ipv4Addr, SocketAddr};

use super::admission::{Abilities, judge};
use super::stream::{Frame, Framer};
use super::values::list;
use super::{Address, HeaderName, Message, Method, StartLine, Status, Uri, Via, auth, compose};
use crate::base::Writer;

/// Room for the longest answer to what the fuzzer sends.
const ROOM: usize = 8_192;

/// Reads `data` as a message, decodes every header, composes it again and answers it.
///
/// # Panics
/// When a property does not hold: that is what the fuzzer looks for.
pub fn fuzz_sip_message(data: &[u8]) {
    let Ok(message) = Message::parse(data) else { return };
    let mut buffers = [[0; ROOM]; 3];
    let [first, second, third] = &mut buffers;
    decode(&message, first);
    let Some(once) = written(first, |out| recompose(out, &message)) else { return };
    // A value that begins or ends with a NUL loses it the first time; from then on nothing changes.
    let again = read(once, Message::parse);
    let Some(twice) = written(second, |out| recompose(out, &again)) else { return };
    let again = read(twice, Message::parse);
    assert_eq!(written(third, |out| recompose(out, &again)), Some(twice), "composing again changes nothing");
    if message.check().is_ok() {
        answer(&message);
    }
}

/// Reads all but the first byte of `data` as a stream, once whole and once in pieces as long as that byte
/// says: the messages must be the same.
///
/// # Panics
/// When they are not.
pub fn fuzz_sip_stream(data: &[u8]) {
    let Some((piece, stream)) = data.split_first() else { return };
    let whole = cut(stream, stream.len().max(1));
    assert_eq!(cut(stream, usize::from(*piece).max(1)), whole, "pieces of {piece} bytes");
}

/// How many messages a stream holds, a sum over their bytes, and whether it broke.
fn cut(stream: &[u8], piece: usize) -> (u32, u64, bool) {
    let mut framer = Framer::new();
    let (mut messages, mut sum, mut broken) = (0u32, 0xCBF2_9CE4_8422_2325_u64, false);
    for mut rest in stream.chunks(piece) {
        while !rest.is_empty() && !broken {
            let taken = framer.feed(rest);
            rest = rest.get(taken..).unwrap_or(&[]);
            let mut progress = taken > 0;
            while let Some(frame) = framer.poll() {
                progress = true;
                match frame {
                    Frame::Message(message) => {
                        messages = messages.saturating_add(1);
                        let mix =
                            |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3);
                        sum = message.iter().fold(sum, mix);
                        let _ = Message::parse(message);
                    }
                    Frame::Ping | Frame::Pong => {}
                    Frame::Broken { .. } => {
                        broken = true;
                        break;
                    }
                }
            }
            assert!(progress, "the framer takes bytes or gives a frame");
        }
    }
    (messages, sum, broken)
}

/// Calls `write` on the buffer; what was written, `None` when it did not fit.
fn written(buffer: &mut [u8; ROOM], write: impl FnOnce(&mut Writer<'_>)) -> Option<&[u8]> {
    let mut out = Writer::new(buffer);
    write(&mut out);
    let length = out.finish().ok()?;
    buffer.get(..length)
}

/// What `parse` makes of our own bytes; it must be something.
#[allow(clippy::panic, reason = "the fuzzer looks for panics")]
fn read<'a, T, E>(bytes: &'a [u8], parse: impl FnOnce(&'a [u8]) -> Result<T, E>) -> T {
    let Ok(value) = parse(bytes) else { panic!("what we wrote cannot be read: {}", bytes.escape_ascii()) };
    value
}

/// Asks for every value that a message may have.
fn decode(message: &Message<'_>, buffer: &mut [u8; ROOM]) {
    for header in message.headers() {
        list(header.value).for_each(|value| part(value, buffer));
        part(header.value, buffer);
    }
    if let Some(uri) = message.request_uri() {
        part(uri, buffer);
    }
    message.vias().for_each(drop);
    message.contacts().for_each(drop);
    message.routes().chain(message.record_routes()).for_each(drop);
    message.diversions().for_each(drop);
    message.reasons().for_each(drop);
    message.call_infos().chain(message.alert_infos()).for_each(drop);
    message.appearances().for_each(drop);
    message.allow_events().for_each(drop);
    let _ = (message.event(), message.subscription_state(), message.refer_to(), message.referred_by());
    let _ = (message.replaces(), message.rseq(), message.rack(), message.session_expires(), message.min_se());
    let _ = (message.expires(), message.min_expires(), message.retry_after(), message.date());
    let _ = (message.asserted_identity(), message.remote_party(b"calling"), message.asks_privacy(b"id"));
    let abilities = Abilities { methods: &[Method::Invite], options: &[b"timer"], bodies: &[], answers: &[] };
    let _ = judge(message, &abilities);
    for name in [HeaderName::From, HeaderName::To, HeaderName::ReferTo] {
        if let Some(address) = message.address(name) {
            let _ = address.display_name::<24>();
        }
    }
    let _ = (message.cseq(), message.call_id(), message.max_forwards(), message.content_type());
    let _ = (message.supports(b"timer"), message.allows(Method::Refer), message.accept().count());
    for name in [HeaderName::WwwAuthenticate, HeaderName::ProxyAuthenticate] {
        message.values(name).for_each(|value| {
            let _ = auth::Challenge::parse(value);
        });
    }
    for name in [HeaderName::Authorization, HeaderName::ProxyAuthorization] {
        message.values(name).for_each(|value| {
            let _ = auth::Credentials::parse(value);
        });
    }
}

/// One value as each of the types that have a text form; each must survive its own composing.
fn part(value: &[u8], buffer: &mut [u8; ROOM]) {
    if let Ok(uri) = Uri::parse(value)
        && let Some(bytes) = written(buffer, |out| uri.compose(out))
    {
        let again = read(bytes, Uri::parse);
        assert_eq!(again.user(), uri.user(), "{}", bytes.escape_ascii());
    }
    if let Ok(via) = Via::parse(value)
        && let Some(bytes) = written(buffer, |out| via.compose(out))
    {
        let again = read(bytes, Via::parse);
        assert_eq!(again.branch(), via.branch(), "{}", bytes.escape_ascii());
    }
    if let Ok(address) = Address::parse(value)
        && let Some(bytes) = written(buffer, |out| address.compose(out))
    {
        let again = read(bytes, Address::parse);
        assert_eq!(again.tag(), address.tag(), "{}", bytes.escape_ascii());
    }
}

fn recompose(out: &mut Writer<'_>, message: &Message<'_>) {
    match message.start() {
        StartLine::Request { method, uri } => compose::request_line(out, method, uri),
        StartLine::Response { status, .. } => compose::status_line(out, status),
    }
    for header in message.headers().filter(|header| header.name != HeaderName::ContentLength) {
        if header.name == HeaderName::Other {
            out.put(header.name_text);
            out.put(b": ");
            compose::put_line(out, header.value);
            compose::end(out);
        } else {
            compose::header(out, header.name, header.value);
        }
    }
    compose::number_header(out, HeaderName::ContentLength, u64::try_from(message.body().len()).unwrap_or(0));
    compose::end(out);
    out.put(message.body());
}

/// A request that passes the check has answers, a CANCEL and an ACK that pass it too.
fn answer(request: &Message<'_>) {
    if !request.is_request() {
        return;
    }
    let source = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 5061));
    let mut answered = [0; ROOM];
    for status in [Status::TRYING, Status::OK, Status::BAD_REQUEST] {
        let reply = compose::Reply { status, to_tag: Some(b"here"), source: Some(source) };
        let bytes = written(&mut answered, |out| {
            compose::respond(out, request, &reply);
            compose::finish_without_body(out);
        });
        let Some(bytes) = bytes else { return };
        let response = read(bytes, Message::parse);
        assert_eq!(response.check(), Ok(()), "{}", bytes.escape_ascii());
        assert_eq!(response.cseq(), request.cseq(), "RFC 3261 §8.2.6.2");
        assert_eq!(response.via().and_then(|via| via.branch()), request.via().and_then(|via| via.branch()));
    }
    let Ok(response) = Message::parse(&answered) else { return };
    let mut buffer = [0; ROOM];
    let tag = response.to().and_then(|to| to.tag());
    if request.method() == Some(Method::Invite)
        && let Some(bytes) = written(&mut buffer, |out| compose::ack_of_refusal(out, request, tag))
    {
        let ack = read(bytes, Message::parse);
        assert_eq!(ack.check(), Ok(()), "{}", bytes.escape_ascii());
        assert_eq!(ack.to(), response.to(), "RFC 3261 §17.1.1.3");
    }
}
