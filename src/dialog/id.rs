//! What names a dialog: Call-ID, local tag and remote tag (RFC 3261 §12).

use heapless::Vec;

use crate::limits::{CALL_ID_BYTES, TAG_BYTES};
use crate::sip::Message;

/// A dialog's name as this end sees it; the peer sees the tags the other way round.
///
/// ```
/// use deskphone::dialog::DialogId;
/// let id = DialogId::new(b"7f@192.0.2.57", b"ours", b"theirs").unwrap();
/// assert!(id.is(b"7f@192.0.2.57", b"ours", b"theirs"));
/// assert!(!id.is(b"7f@192.0.2.57", b"theirs", b"ours"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogId {
    call_id: Vec<u8, CALL_ID_BYTES, u8>,
    local_tag: Vec<u8, TAG_BYTES, u8>,
    /// Empty for a peer of RFC 2543 without tags (RFC 3261 §12.1.1: a null tag).
    remote_tag: Vec<u8, TAG_BYTES, u8>,
}

impl DialogId {
    /// The name of these three; `None` when one is longer than `limits` allows.
    #[must_use]
    pub fn new(call_id: &[u8], local_tag: &[u8], remote_tag: &[u8]) -> Option<Self> {
        Some(Self {
            call_id: Vec::from_slice(call_id).ok()?,
            local_tag: Vec::from_slice(local_tag).ok()?,
            remote_tag: Vec::from_slice(remote_tag).ok()?,
        })
    }

    /// The name of the dialog that a response to our request belongs to: From is ours (RFC 3261 §12.1.2).
    #[must_use]
    pub fn of_response(response: &Message<'_>) -> Option<Self> {
        let (local, remote) = (response.from_tag()?, response.to_tag().unwrap_or(&[]));
        Self::new(response.call_id()?, local, remote)
    }

    /// The name of the dialog that a peer's request belongs to: To is ours (RFC 3261 §12.2.2). `None` for a
    /// request without a tag in To: it is outside of any dialog.
    #[must_use]
    pub fn of_request(request: &Message<'_>) -> Option<Self> {
        let (local, remote) = (request.to_tag()?, request.from_tag().unwrap_or(&[]));
        Self::new(request.call_id()?, local, remote)
    }

    /// The Call-ID.
    #[must_use]
    pub fn call_id(&self) -> &[u8] {
        &self.call_id
    }

    /// Our tag.
    #[must_use]
    pub fn local_tag(&self) -> &[u8] {
        &self.local_tag
    }

    /// The peer's tag; empty when it has none.
    #[must_use]
    pub fn remote_tag(&self) -> &[u8] {
        &self.remote_tag
    }

    /// Whether these three name the dialog. Call-IDs compare byte by byte (RFC 3261 §20.8), tags are tokens
    /// and compare without case (§7.3.1).
    #[must_use]
    pub fn is(&self, call_id: &[u8], local_tag: &[u8], remote_tag: &[u8]) -> bool {
        self.call_id == call_id
            && self.local_tag.eq_ignore_ascii_case(local_tag)
            && self.remote_tag.eq_ignore_ascii_case(remote_tag)
    }

    /// Whether a peer's request belongs to the dialog (RFC 3261 §12.2.2).
    #[must_use]
    pub fn has_request(&self, request: &Message<'_>) -> bool {
        request.call_id() == Some(&self.call_id)
            && request.to_tag().is_some_and(|tag| tag.eq_ignore_ascii_case(&self.local_tag))
            && request.from_tag().unwrap_or(&[]).eq_ignore_ascii_case(&self.remote_tag)
    }

    /// Whether a response to a request of ours belongs to the dialog (RFC 3261 §12.1.2, §13.2.2.4).
    #[must_use]
    pub fn has_response(&self, response: &Message<'_>) -> bool {
        response.call_id() == Some(&self.call_id)
            && response.from_tag().is_some_and(|tag| tag.eq_ignore_ascii_case(&self.local_tag))
            && response.to_tag().unwrap_or(&[]).eq_ignore_ascii_case(&self.remote_tag)
    }

    /// Whether a Replaces with these values means the dialog: its `to-tag` is our tag, its `from-tag` the
    /// peer's. A tag of
    /// `0` also means a dialog without that tag (RFC 3891 §3).
    #[must_use]
    pub fn is_replaced_by(&self, call_id: &[u8], to_tag: &[u8], from_tag: &[u8]) -> bool {
        let means = |kept: &[u8], named: &[u8]| {
            kept.eq_ignore_ascii_case(named) || (kept.is_empty() && named == b"0")
        };
        self.call_id == call_id && means(&self.local_tag, to_tag) && means(&self.remote_tag, from_tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message<'_> {
        Message::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn rfc3261_12_the_tags_change_sides() {
        let id = DialogId::new(b"c", b"Ours", b"theirs").unwrap();
        let request = message(
            "BYE sip:a@b SIP/2.0\r\nFrom: <sip:x@y>;tag=theirs\r\n\
             To: <sip:a@b>;tag=ours\r\nCall-ID: c\r\n\r\n",
        );
        assert!(id.has_request(&request) && !id.has_response(&request));
        let response = message(
            "SIP/2.0 200 OK\r\nFrom: <sip:a@b>;tag=Ours\r\nTo: <sip:x@y>;tag=theirs\r\nCall-ID: c\r\n\r\n",
        );
        assert!(id.has_response(&response) && !id.has_request(&response));
        assert_eq!(DialogId::of_response(&response).as_ref(), Some(&id));
        assert!(DialogId::of_request(&request).unwrap().is(b"c", b"ours", b"theirs"));
    }

    #[test]
    fn rfc3261_12_1_1_a_peer_without_a_tag() {
        let request =
            message("BYE sip:a@b SIP/2.0\r\nFrom: <sip:x@y>\r\nTo: <sip:a@b>;tag=o\r\nCall-ID: c\r\n\r\n");
        let id = DialogId::new(b"c", b"o", b"").unwrap();
        assert!(id.has_request(&request));
        assert!(id.is_replaced_by(b"c", b"o", b"0"), "RFC 3891 §3");
        assert!(!id.is_replaced_by(b"C", b"o", b"0"), "a Call-ID has case");
    }

    #[test]
    fn too_long_is_no_name() {
        assert_eq!(DialogId::new(&[b'c'; CALL_ID_BYTES + 1], b"o", b"t"), None);
        assert_eq!(DialogId::new(b"c", b"o", &[b't'; TAG_BYTES + 1]), None);
    }
}
