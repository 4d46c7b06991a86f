//! The one message that no transaction keeps: an answer given statelessly (RFC 3261 §8.2.7), or an ACK to a
//! 2xx.
//!
//! One input causes at most one of them. A host that does not fetch it before the next input loses it, as a
//! network could; the peer then repeats what it answers.

use core::fmt;

use crate::base::Writer;
use crate::limits;
use crate::sip::compact;
use crate::transaction::{Hop, SendTicket};

/// Room for one message.
pub(super) struct Outbox {
    bytes: [u8; limits::MESSAGE_BYTES],
    length: usize,
    pending: Option<(SendTicket, Hop)>,
}

/// Without the message: it may have a key in it (RFC 4568).
impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("pending", &self.pending).finish_non_exhaustive()
    }
}

impl Outbox {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; limits::MESSAGE_BYTES], length: 0, pending: None }
    }

    /// Composes a message in place of the one before.
    pub(super) const fn writer(&mut self) -> Writer<'_> {
        self.pending = None;
        Writer::new(&mut self.bytes)
    }

    /// Gives the message that was composed compact header names; its new length.
    pub(super) fn shorten(&mut self, length: usize) -> usize {
        self.bytes.get_mut(..length).map_or(length, compact::shorten)
    }

    /// The message is composed and has `length` bytes.
    pub(super) const fn send(&mut self, ticket: SendTicket, hop: Hop, length: usize) {
        self.length = length;
        self.pending = Some((ticket, hop));
    }

    /// The ticket of the message that waits.
    pub(super) fn ticket(&self) -> Option<SendTicket> {
        self.pending.map(|(ticket, _)| ticket)
    }

    /// The message, once.
    pub(super) fn take(&mut self) -> Option<(Hop, &[u8])> {
        let (_, hop) = self.pending.take()?;
        Some((hop, self.bytes.get(..self.length)?))
    }
}
