//! Whether a message is let in: [`Message::check`], then what RFC 3261 §8.2 asks of a user agent server
//! before it looks at what the request means (method, scheme, extensions, body, acceptable answers).
//!
//! Pure: it knows nothing of dialogs and transactions, so a request that passes may still get a 481 or a 404.

use super::values::MediaType;
use super::{HeaderName, Message, Method, ParseError, Rejection, Status, Uri};
use crate::base::scan;

/// What the user agent can do.
#[derive(Clone, Copy, Debug)]
pub struct Abilities<'s> {
    /// The methods that it takes; goes into Allow.
    pub methods: &'s [Method<'s>],
    /// The option tags that it understands; goes into Supported.
    pub options: &'s [&'s [u8]],
    /// The bodies that it reads, `kind/subtype` in lower case; goes into Accept.
    pub bodies: &'s [&'s [u8]],
    /// The bodies that it answers an INVITE with: one of them must be acceptable.
    pub answers: &'s [&'s [u8]],
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Process it.
    Admit,
    /// Answer it with the rejection's status.
    Answer(Rejection),
    /// Discard it silently.
    Drop(Rejection),
}

/// Judges a message.
///
/// ```
/// use deskphone::sip::admission::{Abilities, Verdict, judge};
/// use deskphone::sip::{Message, Method, Status};
/// let abilities =
///     Abilities { methods: &[Method::Options], options: &[b"timer"], bodies: &[], answers: &[] };
/// let request = |method: &str| format!("{method} sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\n\
///     From: <sip:d@e>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 {method}\r\n\r\n");
/// let status = |text: String| match judge(&Message::parse(text.as_bytes()).unwrap(), &abilities) {
///     Verdict::Answer(found) => Some(found.status),
///     Verdict::Admit | Verdict::Drop(_) => None,
/// };
/// assert_eq!(status(request("OPTIONS")), None);
/// assert_eq!(status(request("REGISTER")), Some(Status::METHOD_NOT_ALLOWED));
/// assert_eq!(status(request("JUGGLE")), Some(Status::NOT_IMPLEMENTED));
/// ```
#[must_use]
pub fn judge(message: &Message<'_>, abilities: &Abilities<'_>) -> Verdict {
    match message.check().and_then(|()| admit(message, abilities)) {
        Ok(()) => Verdict::Admit,
        Err(found) if message.is_unanswerable() => Verdict::Drop(found),
        Err(found) => Verdict::Answer(found),
    }
}

/// The option tags of Require that are not understood: what goes into Unsupported of a 420.
pub fn unsupported<'m, 'a>(
    message: &'m Message<'a>,
    abilities: &'m Abilities<'_>,
) -> impl Iterator<Item = &'a [u8]> + 'm {
    message.require().filter(|tag| !abilities.options.iter().any(|known| known.eq_ignore_ascii_case(tag)))
}

fn admit(message: &Message<'_>, abilities: &Abilities<'_>) -> Result<(), Rejection> {
    let at = |value: &[u8]| scan::offset_of(message.bytes(), value);
    let refuse = |status, expected, value: &[u8]| Err(Rejection::new(status, expected, at(value)));
    let (Some(method), Some(uri)) = (message.method(), message.request_uri()) else {
        // RFC 3261 §8.1.3.3: a response that was meant for someone else.
        return match message.values(HeaderName::Via).nth(1) {
            Some(second) => refuse(Status::BAD_REQUEST, "one Via in a response", second),
            None => Ok(()),
        };
    };
    // RFC 3261 §8.2.1, §21.5.2
    if !abilities.methods.contains(&method) {
        let known = !matches!(method, Method::Other(_));
        let status = if known { Status::METHOD_NOT_ALLOWED } else { Status::NOT_IMPLEMENTED };
        return refuse(status, "a method that the phone takes", message.bytes());
    }
    // RFC 3261 §8.2.2.1
    if Uri::is_foreign(uri) {
        return refuse(Status::UNSUPPORTED_URI_SCHEME, "a sip, sips or tel URI", uri);
    }
    // RFC 3261 §8.2.2.3: not for ACK and CANCEL.
    if !matches!(method, Method::Ack | Method::Cancel)
        && let Some(tag) = unsupported(message, abilities).next()
    {
        return refuse(Status::BAD_EXTENSION, "an extension that the phone knows", tag);
    }
    admit_body(message, abilities)?;
    admit_answer(message, method, abilities)
}

/// RFC 3261 §8.2.3: a body of an unknown type or encoding is refused unless it is optional.
fn admit_body(message: &Message<'_>, abilities: &Abilities<'_>) -> Result<(), Rejection> {
    if message.body().is_empty() {
        return Ok(());
    }
    let optional = message.raw(HeaderName::ContentDisposition).is_some_and(|value| {
        value
            .split(|byte| *byte == b';')
            .any(|part| part.trim_ascii().eq_ignore_ascii_case(b"handling=optional"))
    });
    let refuse = |expected, value: &[u8]| {
        let at = scan::offset_of(message.bytes(), value);
        Err(Rejection { status: Status::UNSUPPORTED_MEDIA_TYPE, error: ParseError { expected, at } })
    };
    let encoding =
        message.values(HeaderName::ContentEncoding).find(|name| !name.eq_ignore_ascii_case(b"identity"));
    if let (Some(encoding), false) = (encoding, optional) {
        return refuse("a body without encoding", encoding);
    }
    match message.content_type() {
        Some(found) if !optional && !abilities.bodies.iter().any(|known| found.is(known)) => {
            refuse("a body that the phone reads", found.kind)
        }
        Some(_) | None => Ok(()),
    }
}

/// RFC 3261 §20.1, §21.4.7: an INVITE whose Accept leaves no answer gets 406. Without Accept, SDP is
/// acceptable.
fn admit_answer(
    message: &Message<'_>,
    method: Method<'_>,
    abilities: &Abilities<'_>,
) -> Result<(), Rejection> {
    if method != Method::Invite || !message.has(HeaderName::Accept) {
        return Ok(());
    }
    let covered = |range: MediaType<'_>| abilities.answers.iter().any(|answer| range.covers(answer));
    if message.accept().any(covered) {
        return Ok(());
    }
    let value = message.raw(HeaderName::Accept).unwrap_or(&[]);
    let at = scan::offset_of(message.bytes(), value);
    Err(Rejection::new(Status::NOT_ACCEPTABLE, "a type that the phone answers with", at))
}
