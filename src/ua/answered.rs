//! The final answers that were given, for requests that come once more.
//!
//! A transaction gives its slot away when others need it, and some answers have none (RFC 3261 §8.2.7). A
//! retransmission that comes later would be a new request: a call that ended would ring again, a BYE would
//! find no dialog. What is kept here is little enough to outlive all of them: a keyed hash of what names the
//! request, and the status.

use super::identifier::keyed_hash;
use crate::limits;
use crate::sip::Message;

/// The latest final answers.
#[derive(Debug)]
pub(super) struct Answered {
    names: [u64; limits::ANSWERED],
    statuses: [u16; limits::ANSWERED],
    next: usize,
}

impl Answered {
    pub(super) const fn new() -> Self {
        Self { names: [0; limits::ANSWERED], statuses: [0; limits::ANSWERED], next: 0 }
    }

    /// The request of this name was answered so; the oldest entry gives way.
    pub(super) fn keep(&mut self, name: u64, status: u16) {
        if self.status_of(name).is_some() {
            return;
        }
        if let (Some(place), Some(kept)) = (self.names.get_mut(self.next), self.statuses.get_mut(self.next)) {
            *place = name;
            *kept = status;
        }
        self.next = self.next.saturating_add(1).checked_rem(limits::ANSWERED).unwrap_or(0);
    }

    /// How the request of this name was answered, if it was and is not too long ago.
    pub(super) fn status_of(&self, name: u64) -> Option<u16> {
        let place = self.names.iter().position(|kept| *kept == name)?;
        self.statuses.get(place).copied().filter(|status| *status != 0)
    }
}

/// Names the transaction of a request, or of an answer to it. A peer of RFC 2543 has no unique branch; From
/// tag, Call-ID and CSeq name its requests.
pub(super) fn name(secret: u32, message: &Message<'_>) -> Option<u64> {
    let branch = message.via().and_then(|via| via.branch()).unwrap_or(b"");
    let from = message.from_tag().unwrap_or(b"");
    let (call_id, cseq) = (message.call_id()?, message.cseq()?);
    let number = cseq.number.to_be_bytes();
    Some(keyed_hash(secret, &[branch, b"\0", from, b"\0", call_id, b"\0", &number, cseq.method.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_gives_way() {
        let mut answered = Answered::new();
        for name in 1..=u64::try_from(limits::ANSWERED).unwrap() {
            answered.keep(name, 200);
            answered.keep(name, 481);
        }
        assert_eq!(answered.status_of(1), Some(200), "the first answer counts");
        answered.keep(1_000, 486);
        assert_eq!((answered.status_of(1), answered.status_of(2)), (None, Some(200)));
        assert_eq!(answered.status_of(0), None);
    }
}
