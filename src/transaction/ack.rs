//! What the table reads of, and derives from, the messages it keeps.

use super::timing::Class;
use crate::base::Writer;
use crate::sip::{Message, compact, compose as write};

/// The ACK to a failure of `invite`, with the tag that the failure had in To; empty when it had none.
pub(super) fn compose(invite: &[u8], tag: &[u8], buffer: &mut [u8]) -> Option<usize> {
    let invite = Message::parse(invite).ok()?;
    let mut out = Writer::new(buffer);
    write::ack_of_refusal(&mut out, &invite, Some(tag).filter(|tag| !tag.is_empty()));
    let length = out.finish().ok()?;
    let written = buffer.get_mut(..length)?;
    Some(if invite.is_compact() { compact::shorten(written) } else { length })
}

/// The class of a kept answer.
pub(super) fn class(response: &[u8]) -> Option<Class> {
    Some(Class::of(Message::parse(response).ok()?.status()?.code()))
}

/// The tag that a kept answer has in To.
pub(super) fn to_tag(response: &[u8]) -> Option<&[u8]> {
    Message::parse(response).ok()?.to_tag()
}
