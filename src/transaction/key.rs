//! Which transaction a message belongs to: RFC 3261 §17.1.3 for answers, §17.2.3 for requests.
//!
//! Requests match by the branch, the sent-by and the method of their top Via. A branch without the cookie
//! `z9hG4bK` comes from an RFC 2543 peer and names nothing; then Request-URI, tags, Call-ID, CSeq and the
//! whole top Via decide together. What decides is copied, so that a match is never a coincidence.

use core::ops::Range;

use heapless::Vec;

use crate::base::scan;
use crate::limits::{KEY_BYTES, TAG_BYTES};
use crate::sip::{HeaderName, Message, Method, Via, compose};

/// Names a server transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Whether branch and sent-by name it; otherwise the rules for RFC 2543 do.
    cookie: bool,
    /// The pieces that decide, each behind its length.
    pieces: Vec<u8, KEY_BYTES, u16>,
    /// The tag in To; empty when the branch decides.
    to_tag: Vec<u8, TAG_BYTES, u8>,
}

impl Key {
    /// The key of a request as if it had the method `method`: an ACK or a CANCEL looks for its INVITE so.
    ///
    /// `None` when something is missing or longer than [`KEY_BYTES`].
    pub(super) fn of(request: &Message<'_>, method: Method<'_>) -> Option<Self> {
        let via = request.via()?;
        let mut key = Self { cookie: false, pieces: Vec::new(), to_tag: Vec::new() };
        key.push(method.as_bytes())?;
        if let Some(branch) = via.cookie_branch() {
            key.cookie = true;
            key.push_lower(branch)?;
            key.push_lower(via.host.as_bytes())?;
            key.push(&via.port.unwrap_or(0).to_be_bytes())?;
        } else {
            key.push(request.request_uri()?)?;
            key.push(request.from_tag().unwrap_or(&[]))?;
            key.push(request.call_id()?)?;
            key.push(&request.cseq()?.number.to_be_bytes())?;
            key.push(request.values(HeaderName::Via).next()?)?;
            key.to_tag = Vec::from_slice(request.to_tag().unwrap_or(&[])).ok()?;
        }
        Some(key)
    }

    /// Whether an ACK, whose key is `ack` with the method INVITE, belongs to the INVITE of this key, which
    /// was answered with the tag `answered`. Only RFC 2543 needs the tag (RFC 3261 §17.2.3).
    pub(super) fn is_acknowledged_by<'r>(
        &self,
        ack: &Self,
        answered: impl FnOnce() -> Option<&'r [u8]>,
    ) -> bool {
        self.cookie == ack.cookie
            && self.pieces == ack.pieces
            && (self.cookie || answered() == Some(&ack.to_tag))
    }

    fn push(&mut self, piece: &[u8]) -> Option<()> {
        let length = u16::try_from(piece.len()).ok()?;
        self.pieces.extend_from_slice(&length.to_be_bytes()).ok()?;
        self.pieces.extend_from_slice(piece).ok()
    }

    /// Tokens and hosts compare without case (RFC 3261 §7.3.1).
    fn push_lower(&mut self, piece: &[u8]) -> Option<()> {
        let start = self.pieces.len();
        self.push(piece)?;
        self.pieces.get_mut(start..)?.iter_mut().skip(2).for_each(|byte| byte.make_ascii_lowercase());
        Some(())
    }
}

/// Where a client's request names its transaction; the request itself is the only copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Naming {
    branch: Range<usize>,
    method: Range<usize>,
}

impl Naming {
    /// Finds the names in a composed request, and says its method; `None` when it has no method or no branch
    /// with the cookie.
    pub(super) fn of(request: &[u8]) -> Option<(Method<'_>, Self)> {
        let (method, _) = scan::split_once(request, b' ')?;
        let method = Method::parse(method)?;
        let via = compose::lines_of(request, HeaderName::Via).next()?;
        let branch = Via::parse(via).ok()?.cookie_branch()?;
        let start = scan::offset_of(request, branch);
        let naming =
            Self { branch: start..start.checked_add(branch.len())?, method: 0..method.as_bytes().len() };
        Some((method, naming))
    }

    /// Whether an answer with this branch in its top Via and this method in CSeq belongs to the request (RFC
    /// 3261 §17.1.3).
    pub(super) fn is_answered_by(&self, request: &[u8], branch: &[u8], method: Method<'_>) -> bool {
        request.get(self.branch.clone()).is_some_and(|ours| ours.eq_ignore_ascii_case(branch))
            && request.get(self.method.clone()) == Some(method.as_bytes())
    }
}
