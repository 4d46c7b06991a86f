//! What a request of ours is for, in the word that the transaction table gives back with all that concerns
//! it.
//!
//! Requests of one session run beside each other (a CANCEL beside its INVITE now, REFER and INFO later): the
//! word, not a search, tells whose answer has come and what was asked.

use super::ids::{ExtensionId, SessionId};
use super::subscriber::SubscriberId;
use crate::base::Handle;
use crate::transaction::Owner;

/// Whose request, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Errand {
    pub(super) extension: ExtensionId,
    pub(super) purpose: Purpose,
}

/// What for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Register,
    /// INVITE or re-INVITE.
    Invite(SessionId),
    Bye(SessionId),
    /// A digit.
    Info(SessionId),
    Prack(SessionId),
    Subscribe(SubscriberId),
    /// A refresh.
    Update(SessionId),
    /// A question of the layer above.
    Ask(SessionId),
    Refer(SessionId),
    /// How the call that a REFER asked for goes, told in the call that the REFER came in.
    Notify(SessionId),
    /// Nobody waits for its answer.
    Cancel,
}

impl Errand {
    /// The errand as a word: extension, purpose, and the session's handle in the lower half.
    pub(super) fn word(self) -> Owner {
        let (kind, handle) = match self.purpose {
            Purpose::Register => (REGISTER, 0),
            Purpose::Invite(id) => (INVITE, id.0.bits()),
            Purpose::Bye(id) => (BYE, id.0.bits()),
            Purpose::Info(id) => (INFO, id.0.bits()),
            Purpose::Prack(id) => (PRACK, id.0.bits()),
            Purpose::Subscribe(id) => (SUBSCRIBE, id.bits()),
            Purpose::Update(id) => (UPDATE, id.0.bits()),
            Purpose::Ask(id) => (ASK, id.0.bits()),
            Purpose::Refer(id) => (REFER, id.0.bits()),
            Purpose::Notify(id) => (NOTIFY, id.0.bits()),
            Purpose::Cancel => (CANCEL, 0),
        };
        let head = u64::from(u16::from_be_bytes([self.extension.number(), kind]));
        Owner(head << 32 | u64::from(handle))
    }

    /// The errand behind a word; `None` for one that [`Errand::word`] did not make, such as a server's.
    pub(super) fn of(owner: Owner) -> Option<Self> {
        let [_, _, extension, kind, a, b, c, d] = owner.0.to_be_bytes();
        let session = SessionId(Handle::of_bits(u32::from_be_bytes([a, b, c, d])));
        let purpose = match kind {
            REGISTER => Purpose::Register,
            INVITE => Purpose::Invite(session),
            BYE => Purpose::Bye(session),
            INFO => Purpose::Info(session),
            PRACK => Purpose::Prack(session),
            SUBSCRIBE => Purpose::Subscribe(Handle::of_bits(u32::from_be_bytes([a, b, c, d]))),
            UPDATE => Purpose::Update(session),
            ASK => Purpose::Ask(session),
            REFER => Purpose::Refer(session),
            NOTIFY => Purpose::Notify(session),
            CANCEL => Purpose::Cancel,
            _ => return None,
        };
        Some(Self { extension: ExtensionId::new(extension)?, purpose })
    }
}

const REGISTER: u8 = 1;
const INVITE: u8 = 2;
const BYE: u8 = 3;
const CANCEL: u8 = 4;
const INFO: u8 = 5;
const PRACK: u8 = 16;
const SUBSCRIBE: u8 = 24;
const UPDATE: u8 = 17;
const ASK: u8 = 18;
const REFER: u8 = 25;
const NOTIFY: u8 = 26;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_errand_comes_back_from_its_word() {
        let session = SessionId(Handle::of_bits(0x0007_FFFE));
        for extension in ExtensionId::ALL {
            for purpose in [
                Purpose::Register,
                Purpose::Invite(session),
                Purpose::Bye(session),
                Purpose::Info(session),
                Purpose::Prack(session),
                Purpose::Update(session),
                Purpose::Ask(session),
                Purpose::Cancel,
                Purpose::Subscribe(Handle::of_bits(3)),
                Purpose::Refer(session),
                Purpose::Notify(session),
            ] {
                let errand = Errand { extension, purpose };
                assert_eq!(Errand::of(errand.word()), Some(errand));
            }
        }
        assert_eq!(Errand::of(Owner(0)), None);
    }
}
