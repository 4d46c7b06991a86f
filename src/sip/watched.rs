//! The calls of somebody who is watched: `application/dialog-info+xml` (RFC 4235 §4), as far as a lamp needs
//! it.
//!
//! ```text
//! <dialog-info version="0" state="full" entity="sip:...">
//!   <dialog id="..." direction="initiator"> <state>confirmed</state> ... </dialog>
//! </dialog-info>
//! ```

use crate::base::scan;

/// One notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchedCalls<'a> {
    /// One more with each notification of a subscription (§4.1).
    pub version: u32,
    /// Whether calls that are not named are over.
    pub full: bool,
    rest: &'a [u8],
}

/// One call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchedCall<'a> {
    /// Its name within the subscription.
    pub id: &'a [u8],
    /// Where it stands.
    pub state: CallStage,
}

/// Where a call stands (RFC 4235 §3.7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStage {
    /// INVITE sent or received.
    Trying,
    /// A provisional answer without a tag.
    Proceeding,
    /// It rings.
    Early,
    /// A conversation.
    Confirmed,
    /// Over.
    Terminated,
}

/// Walks over the calls of a notification.
#[derive(Clone, Debug)]
pub struct Calls<'a>(&'a [u8]);

impl<'a> WatchedCalls<'a> {
    /// Reads the body of a notification; `None` when it is none.
    ///
    /// ```
    /// use deskphone::sip::watched::{WatchedCalls, CallStage};
    /// let body = br#"<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"
    ///     version="3" state="partial" entity="sip:a@b"><dialog id="7"><state>early</state></dialog>
    ///     </dialog-info>"#;
    /// let info = WatchedCalls::parse(body).unwrap();
    /// assert_eq!((info.version, info.full), (3, false));
    /// let call = info.calls().next().unwrap();
    /// assert_eq!((call.id, call.state), (&b"7"[..], CallStage::Early));
    /// ```
    #[must_use]
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut rest = body;
        loop {
            let tag = Tag::next(&mut rest)?;
            if tag.opens(b"dialog-info") {
                let version = crate::base::text::decimal(tag.attribute(b"version")?)?;
                return Some(Self { version, full: tag.attribute(b"state")? == b"full", rest });
            }
        }
    }

    /// Its calls; one without id or with a state of no standard is passed over.
    #[must_use]
    pub const fn calls(&self) -> Calls<'a> {
        Calls(self.rest)
    }
}

impl<'a> Iterator for Calls<'a> {
    type Item = WatchedCall<'a>;

    fn next(&mut self) -> Option<WatchedCall<'a>> {
        let mut id = None;
        loop {
            let tag = Tag::next(&mut self.0)?;
            if tag.opens(b"dialog") {
                id = tag.attribute(b"id");
            } else if let (true, Some(id)) = (tag.opens(b"state"), id) {
                let end = memchr::memchr(b'<', self.0).unwrap_or(self.0.len());
                let word = self.0.get(..end).unwrap_or(&[]).trim_ascii();
                if let Some(state) = CallStage::of(word) {
                    return Some(WatchedCall { id, state });
                }
            }
        }
    }
}

impl CallStage {
    fn of(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"trying" => Self::Trying,
            b"proceeding" => Self::Proceeding,
            b"early" => Self::Early,
            b"confirmed" => Self::Confirmed,
            b"terminated" => Self::Terminated,
            _ => return None,
        })
    }
}

/// What stands between two angle brackets.
struct Tag<'a> {
    name: &'a [u8],
    attributes: &'a [u8],
}

impl<'a> Tag<'a> {
    /// The next tag; `rest` begins after it. Instructions, comments and closing tags are tags of odd names.
    fn next(rest: &mut &'a [u8]) -> Option<Self> {
        let start = memchr::memchr(b'<', rest)?.checked_add(1)?;
        let after = rest.get(start..)?;
        let (inside, after) = match after.strip_prefix(b"!--") {
            Some(comment) => {
                let end = scan::find(comment, b"-->")?;
                (&b"!--"[..], comment.get(end.checked_add(3)?..)?)
            }
            None => after.split_at_checked(end_of_tag(after)?)?,
        };
        *rest = after.strip_prefix(b">").unwrap_or(after);
        let end = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at_checked(end)?;
        // A prefix is the sender's own choice of a namespace.
        let local = memchr::memchr(b':', name).and_then(|colon| name.get(colon.checked_add(1)?..));
        Some(Self { name: local.unwrap_or(name), attributes })
    }

    fn opens(&self, name: &[u8]) -> bool {
        self.name.strip_suffix(b"/").unwrap_or(self.name) == name
    }

    fn attribute(&self, wanted: &[u8]) -> Option<&'a [u8]> {
        let mut rest = self.attributes;
        loop {
            let equals = memchr::memchr(b'=', rest)?;
            let (name, after) = rest.split_at_checked(equals)?;
            let after = after.get(1..)?.trim_ascii_start();
            let (quote, after) = after.split_first()?;
            let (value, after) = after.split_at_checked(memchr::memchr(*quote, after)?)?;
            if name.trim_ascii() == wanted {
                return Some(value);
            }
            rest = after.get(1..)?;
        }
    }
}

/// Where the bracket closes; one between quotes does not count.
fn end_of_tag(inside: &[u8]) -> Option<usize> {
    let mut quote = None;
    inside.iter().position(|byte| {
        match quote {
            Some(open) if open == *byte => quote = None,
            None if matches!(byte, b'"' | b'\'') => quote = Some(*byte),
            None => return *byte == b'>',
            Some(_) => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn rfc4235_4_several_calls_prefixes_and_comments() {
        let body = br#"<d:dialog-info version='0' state='full' entity='sip:a@b'><!-- <dialog id="c"> -->
            <d:dialog id="a>1" call-id="x"><d:state event="rejected"> terminated </d:state></d:dialog>
            <d:dialog id="2"><d:state>confirmed</d:state><d:remote/></d:dialog>
            <d:dialog id="3"><d:state>dreaming</d:state></d:dialog></d:dialog-info>"#;
        let info = WatchedCalls::parse(body).unwrap();
        assert!(info.full);
        let found: Vec<_> = info.calls().map(|dialog| (dialog.id, dialog.state)).collect();
        assert_eq!(found, [(&b"a>1"[..], CallStage::Terminated), (b"2", CallStage::Confirmed)]);
    }

    #[test]
    fn what_is_broken_ends() {
        for body in
            ["", "<", "<dialog-info", "<dialog-info>", "<dialog-info version='x' state='full'>", "<!--"]
        {
            assert_eq!(WatchedCalls::parse(body.as_bytes()), None, "{body}");
        }
        let info = WatchedCalls::parse(b"<dialog-info version='1' state='full'><dialog id='1'><state>early")
            .unwrap();
        assert_eq!(info.calls().count(), 1);
        let info =
            WatchedCalls::parse(b"<dialog-info version='1' state='full'><state>early</state>").unwrap();
        assert_eq!(info.calls().count(), 0, "a state of no dialog");
    }
}
