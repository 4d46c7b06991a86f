//! The early dialogs of a call of ours (RFC 3261 §12.1.2): a fork may ring in several places.
//!
//! Only what must not be forgotten is kept of each. Route and target come anew with the 2xx.

use heapless::Vec;

use crate::dialog::Sequence;
use crate::limits;
use crate::ua::identifier::keyed_hash;
use crate::ua::provisional::Receipt;

/// Those of one INVITE.
#[derive(Debug)]
pub(in crate::ua) struct EarlyDialogs(Vec<Early, { limits::EARLY_DIALOGS }>);

/// One of them.
#[derive(Debug)]
pub(in crate::ua) struct Early {
    /// A hash of the peer's tag.
    name: u64,
    /// The reliable responses that came.
    pub(in crate::ua) receipt: Receipt,
    /// Our offer is answered in it for good: by a reliable response (RFC 3262 §5).
    pub(in crate::ua) answered: bool,
    /// Its description is the one that we follow: it is the newest (RFC 3960 §3.2).
    pub(in crate::ua) heard: bool,
    /// The CSeq number of the peer's latest request in it.
    pub(in crate::ua) remote_cseq: Option<u32>,
}

impl EarlyDialogs {
    pub(in crate::ua) const fn new() -> Self {
        Self(Vec::new())
    }

    /// The one with this tag of the peer's; a new one as long as there is room.
    pub(in crate::ua) fn open(&mut self, tag: &[u8]) -> Option<&mut Early> {
        if !self.is_known(tag) {
            let fresh = Early {
                name: name(tag),
                receipt: Receipt::NONE,
                answered: false,
                heard: false,
                remote_cseq: None,
            };
            // Beyond that a branch is heard, but nothing of it acknowledged.
            self.0.push(fresh).ok()?;
        }
        self.find(tag)
    }

    /// The one with this tag of the peer's.
    pub(in crate::ua) fn find(&mut self, tag: &[u8]) -> Option<&mut Early> {
        let name = name(tag);
        self.0.iter_mut().find(|early| early.name == name)
    }

    pub(in crate::ua) fn is_known(&self, tag: &[u8]) -> bool {
        let name = name(tag);
        self.0.iter().any(|early| early.name == name)
    }

    /// The description of the one with this tag is followed now.
    pub(in crate::ua) fn hear(&mut self, tag: &[u8]) {
        let name = name(tag);
        for early in &mut self.0 {
            early.heard = early.name == name;
        }
    }

    /// The INVITE is sent anew, or has its 2xx.
    pub(in crate::ua) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Early {
    /// RFC 3261 §12.2.2, as [`crate::dialog::Dialog::receive_cseq`].
    pub(in crate::ua) fn receive_cseq(&mut self, number: u32) -> Sequence {
        if self.remote_cseq.is_some_and(|latest| number < latest) {
            return Sequence::OutOfOrder;
        }
        self.remote_cseq = Some(number);
        Sequence::InOrder
    }
}

/// Tags compare without case (RFC 3261 §7.3.1).
fn name(tag: &[u8]) -> u64 {
    let mut lower: Vec<u8, { limits::TAG_BYTES }> = Vec::new();
    for byte in tag.iter().map(u8::to_ascii_lowercase) {
        if lower.push(byte).is_err() {
            break;
        }
    }
    keyed_hash(0, &[&lower])
}
