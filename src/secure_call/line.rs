//! What is left when the handshake is over: the key, the two SSRCs, and who the other one is.

use super::certificate::{Name, Subject, UserId};
use super::fault::Reason;
use super::hello::{Flags, Suite};
use super::keys::MasterKey;
use crate::crypto;

/// The other one, as the certificate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The name.
    pub name: Name,
    /// The number or user id.
    pub user_id: UserId,
}

impl Peer {
    pub(super) const fn of(subject: &Subject) -> Self {
        Self { name: subject.name, user_id: subject.user_id }
    }
}

/// What the audio needs to know of a call that is protected or about to be.
#[derive(Clone, Copy, Debug)]
pub struct Protection<'a> {
    /// The key of both directions.
    pub master: &'a MasterKey,
    /// The cipher suite.
    pub suite: Suite,
    /// Protect RTCP too: both sides can.
    pub rtcp: bool,
    /// The SSRC of the stream that we send; its sequence numbers start below 2^15, its roll-over counter at
    /// 0.
    pub local_ssrc: u32,
    /// The SSRC of the stream that the peer sends.
    pub remote_ssrc: u32,
    /// Whether we send under the key yet; we receive as soon as there is one.
    pub sends: bool,
    /// Whether the call is secure, for good: what is not protected is dropped.
    pub secure: bool,
}

impl Protection<'_> {
    /// The master key of both directions, as an SRTP session wants it.
    #[must_use]
    pub fn master_key(&self) -> Option<crypto::MasterKey> {
        crypto::MasterKey::new(self.suite.srtp(), self.master.key(), self.master.salt())
    }
}

/// What the layer above should notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    /// The protection is another one now.
    Protect,
    /// Both directions are protected: play the tone, show the `$` and who the certificate says it is.
    Secured,
    /// The attempt is over, the call stays in clear.
    Failed(Reason),
}

/// The two SSRCs and what was agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) flags: Flags,
    pub(super) local_ssrc: u32,
    pub(super) remote_ssrc: u32,
}

/// A key, whom it is shared with, and for which streams: all that is left of a handshake that has succeeded.
#[derive(Clone, Debug)]
pub struct Line {
    pub(super) peer: Peer,
    pub(super) master: MasterKey,
    pub(super) terms: Terms,
}

impl Line {
    /// Who the other one is.
    #[must_use]
    pub const fn peer(&self) -> &Peer {
        &self.peer
    }

    /// What the audio of a secure call is protected with.
    #[must_use]
    pub const fn secured(&self) -> Protection<'_> {
        self.protection(true, true)
    }

    pub(super) const fn protection(&self, sends: bool, secure: bool) -> Protection<'_> {
        Protection {
            master: &self.master,
            suite: self.terms.flags.suite,
            rtcp: self.terms.flags.rtcp,
            local_ssrc: self.terms.local_ssrc,
            remote_ssrc: self.terms.remote_ssrc,
            sends,
            secure,
        }
    }
}

/// What an answer to a job may take.
pub(super) const JOB_MS: u64 = 10_000;
/// What the first protected packet may take: more than two hundred packets, and room for a lost start.
pub(super) const CONFIRM_MS: u64 = 5_000;
