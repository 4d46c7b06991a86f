//! What the table reads of, and derives from, the messages it keeps.

use super::timing::Class;
use crate::base::Writer;
use crate::sip::{HeaderName, Message, Method, compose as write};

/// The ACK to a failure of `invite`: RFC 3261 §17.1.1.3.
///
/// Request-URI, top Via, Route, From, Call-ID and the number of CSeq are the INVITE's. To is the INVITE's
/// with the tag of the failure, which is what a failure's To must be (RFC 3261 §8.2.6.2), so the failure
/// itself need not be kept.
pub(super) fn compose(invite: &[u8], tag: &[u8], buffer: &mut [u8]) -> Option<usize> {
    let invite = Message::parse(invite).ok()?;
    let mut out = Writer::new(buffer);
    write::request_line(&mut out, Method::Ack, invite.request_uri()?);
    write::header(&mut out, HeaderName::Via, invite.values(HeaderName::Via).next()?);
    write::number_header(&mut out, HeaderName::MaxForwards, 70);
    write::copy(&mut out, &invite, HeaderName::Route);
    write::copy(&mut out, &invite, HeaderName::From);
    write::begin(&mut out, HeaderName::To);
    write::put_line(&mut out, invite.raw(HeaderName::To)?);
    if invite.to()?.tag().is_none() && !tag.is_empty() {
        out.put(b";tag=");
        write::put_line(&mut out, tag);
    }
    write::end(&mut out);
    write::copy(&mut out, &invite, HeaderName::CallId);
    write::cseq(&mut out, invite.cseq()?.number, Method::Ack);
    // RFC 3261 §22.1: an ACK cannot be challenged, so it repeats the INVITE's credentials.
    write::copy(&mut out, &invite, HeaderName::Authorization);
    write::copy(&mut out, &invite, HeaderName::ProxyAuthorization);
    write::finish_without_body(&mut out);
    out.finish().ok()
}

/// The class of a kept answer.
pub(super) fn class(response: &[u8]) -> Option<Class> {
    Some(Class::of(Message::parse(response).ok()?.status()?.code()))
}

/// The tag that a kept answer has in To.
pub(super) fn to_tag(response: &[u8]) -> Option<&[u8]> {
    Message::parse(response).ok()?.to()?.tag()
}
