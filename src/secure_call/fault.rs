//! What can be wrong with a certificate, a key or a message, and why a call stays in clear.

use core::fmt;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The extension has no certificate or no private key.
    NotProvisioned,
    /// It is not base64.
    Base64,
    /// It is too short or too long.
    Length,
    /// A name or user id has a control character, or something behind its padding.
    Text,
    /// The end of a certificate is no date.
    Expiry,
    /// A modulus is even or has a zero as its highest byte.
    Modulus,
    /// It is not the message that is due.
    Message,
    /// The version of the Hello is not 1.
    Version,
    /// The two sides do not agree on a cipher suite.
    Suite,
    /// The certificate has ended.
    Expired,
    /// The phone does not know the time, so it cannot tell whether a certificate has ended.
    Clock,
    /// The signature is not the CA's.
    Signature,
    /// The private key does not belong to the certificate.
    PrivateKey,
    /// The certificate is another's than the one who was dialled.
    UserId,
    /// Both sides chose the same SSRC: their streams would share a key stream.
    Ssrc,
}

impl Fault {
    /// A word for the log.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotProvisioned => "no certificate or private key",
            Self::Base64 => "not base64",
            Self::Length => "wrong length",
            Self::Text => "bad name or user id",
            Self::Expiry => "bad expiry date",
            Self::Modulus => "bad modulus",
            Self::Message => "unexpected message",
            Self::Version => "unknown version",
            Self::Suite => "no common cipher suite",
            Self::Expired => "certificate has expired",
            Self::Clock => "time not known",
            Self::Signature => "signature is not the CA's",
            Self::PrivateKey => "private key does not fit the certificate",
            Self::UserId => "certificate is not the dialled user's",
            Self::Ssrc => "both sides chose the same SSRC",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Fault {}

/// Why a call stays in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Our own certificate or private key is wrong.
    Own(Fault),
    /// What the peer sent is wrong.
    Peer(Fault),
    /// The peer refused, with this status.
    Refused(u16),
    /// The peer did not go on in time.
    Silence,
    /// Whoever does the RSA work did not, or not in time.
    Engine,
    /// No packet under the new keys arrived in time: the peer has other keys, or someone drops its packets.
    Unconfirmed,
}

impl Reason {
    /// A word for the log.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Own(fault) | Self::Peer(fault) => fault.text(),
            Self::Refused(_) => "refused by the peer",
            Self::Silence => "no answer from the peer",
            Self::Engine => "RSA work not done",
            Self::Unconfirmed => "no protected packet arrived",
        }
    }
}
