//! SRTP on the packets of a stream, as the phone's keys say.

use deskphone::crypto::MasterKey;
use deskphone::sdp::MediaKeys;
use deskphone::srtp::{Receiver, Sender};

/// Both directions of one stream, each with the key that it was made of.
#[derive(Debug, Default)]
pub(crate) struct Protection {
    wanted: bool,
    sending: Option<(MasterKey, Sender)>,
    receiving: Option<(MasterKey, Receiver)>,
}

/// The port that a packet belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Rtp,
    Rtcp,
}

impl Protection {
    /// Follows the plan and the keys. A direction whose key stays goes on with its numbers; without keys
    /// nothing changes, so that a last report still goes out protected.
    pub(crate) fn follow(&mut self, wanted: bool, keys: Option<&MediaKeys>) {
        self.wanted = wanted;
        let Some(keys) = keys else { return };
        if self.sending.as_ref().is_none_or(|(key, _)| *key != keys.send) {
            self.sending = Sender::new(&keys.send).ok().map(|sender| (keys.send.clone(), sender));
        }
        if self.receiving.as_ref().is_none_or(|(key, _)| *key != keys.receive) {
            self.receiving =
                Receiver::new(&keys.receive).ok().map(|receiver| (keys.receive.clone(), receiver));
        }
    }

    /// Protects a packet that is to be sent; `None`: it must not be.
    pub(crate) fn protect(&mut self, kind: Kind, buffer: &mut [u8], length: usize) -> Option<usize> {
        if !self.wanted {
            return Some(length);
        }
        let (_, sender) = self.sending.as_mut()?;
        match kind {
            Kind::Rtp => sender.protect(buffer, length).ok(),
            Kind::Rtcp => sender.protect_rtcp(buffer, length).ok(),
        }
    }

    /// Checks a packet that came; `None`: it is not authentic.
    pub(crate) fn unprotect(&mut self, kind: Kind, buffer: &mut [u8], length: usize) -> Option<usize> {
        if !self.wanted {
            return Some(length);
        }
        let (_, receiver) = self.receiving.as_mut()?;
        match kind {
            Kind::Rtp => receiver.unprotect(buffer, length).ok(),
            Kind::Rtcp => receiver.unprotect_rtcp(buffer, length).ok(),
        }
    }
}
