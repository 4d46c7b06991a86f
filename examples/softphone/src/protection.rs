//! SRTP on the packets of a stream: by the keys of its description, or by the key of a secure call.

use deskphone::crypto::MasterKey;
use deskphone::phone::{Stream as Plan, Switch};
use deskphone::sdp::MediaKeys;
use deskphone::srtp::{Receiver, Sender, Session};

/// Both directions of one stream, each with the key that it was made of.
#[derive(Debug, Default)]
pub(crate) struct Protection {
    wanted: bool,
    sending: Option<(MasterKey, Sender)>,
    receiving: Option<(MasterKey, Receiver)>,
    secure: Option<SecureCall>,
}

/// The key of a secure call at work.
#[derive(Debug)]
struct SecureCall {
    switch: Switch,
    key: MasterKey,
    session: Session,
    /// An authentic packet of the far end has come while one was awaited.
    heard: bool,
}

/// The keys of a stream, as the phone has them now.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// Those of its description.
    pub(crate) described: Option<MediaKeys>,
    /// That of a secure call.
    pub(crate) agreed: Option<MasterKey>,
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
    pub(crate) fn follow(&mut self, plan: &Plan, keys: &Keys) {
        self.wanted = plan.protected;
        self.follow_switch(plan.switch, keys.agreed.as_ref());
        let Some(keys) = &keys.described else { return };
        if self.sending.as_ref().is_none_or(|(key, _)| *key != keys.send) {
            self.sending = Sender::new(&keys.send).ok().map(|sender| (keys.send.clone(), sender));
        }
        if self.receiving.as_ref().is_none_or(|(key, _)| *key != keys.receive) {
            self.receiving =
                Receiver::new(&keys.receive).ok().map(|receiver| (keys.receive.clone(), receiver));
        }
    }

    fn follow_switch(&mut self, switch: Option<Switch>, key: Option<&MasterKey>) {
        match (switch, key, &mut self.secure) {
            (None, ..) => self.secure = None,
            (Some(switch), Some(key), Some(call)) if call.key == *key => {
                call.switch = switch;
                call.heard &= switch.awaited;
            }
            (Some(switch), Some(key), _) => {
                let session = Session::new(key, key).ok();
                self.secure =
                    session.map(|session| SecureCall { switch, key: key.clone(), session, heard: false });
            }
            (Some(_), None, _) => {}
        }
    }

    /// Protects a packet that is to be sent; `None`: it must not be.
    pub(crate) fn protect(&mut self, kind: Kind, buffer: &mut [u8], length: usize) -> Option<usize> {
        if let Some(call) = self.secure.as_mut().filter(|call| call.switch.sends && call.covers(kind)) {
            return match kind {
                Kind::Rtp => call.session.protect(buffer, length).ok(),
                Kind::Rtcp => call.session.protect_rtcp(buffer, length).ok(),
            };
        }
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
        if let Some(call) = self.secure.as_mut().filter(|call| call.covers(kind)) {
            return call.unprotect(kind, buffer, length);
        }
        if !self.wanted {
            return Some(length);
        }
        let (_, receiver) = self.receiving.as_mut()?;
        match kind {
            Kind::Rtp => receiver.unprotect(buffer, length).ok(),
            Kind::Rtcp => receiver.unprotect_rtcp(buffer, length).ok(),
        }
    }

    /// Whether the far end of a secure call has been heard under its key, and the phone waits for that.
    pub(crate) fn is_authenticated(&self) -> bool {
        self.secure.as_ref().is_some_and(|call| call.heard)
    }
}

impl SecureCall {
    const fn covers(&self, kind: Kind) -> bool {
        matches!(kind, Kind::Rtp) || self.switch.rtcp
    }

    /// What comes from the source that was agreed on is protected; the rest is in clear, as long as it may
    /// be.
    fn unprotect(&mut self, kind: Kind, buffer: &mut [u8], length: usize) -> Option<usize> {
        let at = if kind == Kind::Rtp { 8 } else { 4 };
        let source = buffer.get(at..)?.first_chunk().copied().map(u32::from_be_bytes);
        if source != Some(self.switch.remote_ssrc) {
            return Some(length).filter(|_| !self.switch.secure);
        }
        let opened = match kind {
            Kind::Rtp => self.session.unprotect(buffer, length).ok()?,
            Kind::Rtcp => return self.session.unprotect_rtcp(buffer, length).ok(),
        };
        self.heard |= self.switch.awaited;
        Some(opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskphone::crypto::Suite;

    fn rtp(ssrc: u32, sequence: u16) -> ([u8; 64], usize) {
        let mut packet = [0x55; 64];
        packet[..2].copy_from_slice(&[0x80, 0]);
        packet[2..4].copy_from_slice(&sequence.to_be_bytes());
        packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
        (packet, 32)
    }

    fn side(local_ssrc: u32, remote_ssrc: u32) -> Protection {
        let mut side = Protection::default();
        let key = MasterKey::new(Suite::Aes128Sha1_80, &[7; 16], &[9; 14]);
        let switch =
            Switch { local_ssrc, remote_ssrc, awaited: true, sends: true, secure: false, rtcp: true };
        side.follow_switch(Some(switch), key.as_ref());
        side
    }

    #[test]
    fn clear_packets_pass_until_the_call_is_secure() {
        let (mut ann, mut bob) = (side(1, 2), side(2, 1));
        let (mut clear, length) = rtp(9, 1);
        assert_eq!(bob.unprotect(Kind::Rtp, &mut clear, length), Some(length), "another source, in clear");
        assert!(!bob.is_authenticated());
        let (mut forged, _) = rtp(1, 1);
        assert_eq!(
            bob.unprotect(Kind::Rtp, &mut forged, length),
            None,
            "the agreed source must be protected"
        );
        let (mut packet, length) = rtp(1, 1);
        let protected = ann.protect(Kind::Rtp, &mut packet, length).expect("room");
        assert_ne!(packet[12..32], [0x55; 20]);
        assert_eq!(bob.unprotect(Kind::Rtp, &mut packet, protected), Some(length));
        assert!(bob.is_authenticated());
        assert_eq!(packet[12..32], [0x55; 20]);
        let call = bob.secure.as_ref().expect("a secure call");
        let (known, key) = (call.switch, call.key.clone());
        bob.follow_switch(Some(Switch { awaited: false, secure: true, ..known }), Some(&key));
        assert!(!bob.is_authenticated(), "told once");
        assert_eq!(bob.unprotect(Kind::Rtp, &mut clear, length), None, "no way back to clear");
        let (mut strange, length) = rtp(5, 1);
        let protected = side(5, 2).protect(Kind::Rtp, &mut strange, length).expect("room");
        assert_eq!(
            bob.unprotect(Kind::Rtp, &mut strange, protected),
            None,
            "another source, whatever its key"
        );
        bob.follow_switch(Some(Switch { awaited: true, secure: true, ..known }), Some(&key));
        assert!(!bob.is_authenticated(), "what was heard before does not count");
        let (mut again, length) = rtp(1, 2);
        let protected = ann.protect(Kind::Rtp, &mut again, length).expect("room");
        assert_eq!(bob.unprotect(Kind::Rtp, &mut again, protected), Some(length));
        assert!(bob.is_authenticated(), "the next one does");
    }
}
