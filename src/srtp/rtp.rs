//! SRTP packets (RFC 3711 §3.1, RFC 7714 §8.2).
//!
//! ```text
//! header | encrypted payload | MKI | tag          HMAC-SHA1 over header, payload and roll-over count
//! header | encrypted payload | tag | MKI          AES-GCM with the header as associated data
//! ```

use super::Error;
#[cfg(feature = "gcm")]
use super::authenticate::put;
use super::authenticate::{Authenticator, is_mki, put_mki};
#[cfg(feature = "gcm")]
use super::cipher::Aead;
use super::cipher::Cipher;
use super::derive::{Protocol, SessionKeys};
#[cfg(feature = "gcm")]
use crate::crypto::Gcm;
use crate::crypto::{MasterKey, Mki};

/// The session keys of RTP.
pub(super) struct RtpKeys {
    transform: Transform,
    mki: Option<Mki>,
}

/// Cipher and authentication, apart or as one; of both protocols.
#[allow(clippy::large_enum_variant, reason = "no heap to put the larger one on")]
pub(super) enum Transform {
    Hmac(Cipher, Authenticator),
    #[cfg(feature = "gcm")]
    Aead(Aead),
}

/// Where a packet's payload begins, whose it is, and its number.
#[derive(Clone, Copy)]
pub(super) struct Packet {
    pub(super) header: usize,
    pub(super) ssrc: u32,
    pub(super) index: u64,
}

/// RFC 3711 §4.1.1: one index gives 2^16 blocks of key stream.
const PAYLOAD_BYTES: usize = 16 << 16;

impl Transform {
    pub(super) fn new(master: &MasterKey, protocol: Protocol) -> Result<Self, Error> {
        let suite = master.suite();
        let keys = SessionKeys::derive(master, protocol).ok_or(Error::Unavailable)?;
        let tag_bytes = match protocol {
            Protocol::Rtp => suite.rtp_tag_bytes(),
            Protocol::Rtcp => suite.rtcp_tag_bytes(),
        };
        if !suite.is_available() {
            return Err(Error::Unavailable);
        }
        #[cfg(feature = "gcm")]
        if suite.is_aead() {
            return Aead::new(&keys).map(Self::Aead).ok_or(Error::Unavailable);
        }
        Ok(Self::Hmac(Cipher::new(suite, &keys), Authenticator::new(&keys, tag_bytes)))
    }
}

impl RtpKeys {
    pub(super) fn new(master: &MasterKey) -> Result<Self, Error> {
        Ok(Self { transform: Transform::new(master, Protocol::Rtp)?, mki: master.mki() })
    }

    /// Keys as a published example has them.
    #[cfg(all(test, feature = "gcm"))]
    pub(super) const fn given(aead: Aead) -> Self {
        Self { transform: Transform::Aead(aead), mki: None }
    }

    /// Protects `buffer[..length]`; gives the new length.
    #[inline]
    pub(super) fn seal(&self, buffer: &mut [u8], length: usize, packet: Packet) -> Result<usize, Error> {
        let Packet { header, ssrc, index } = packet;
        if length.saturating_sub(header) > PAYLOAD_BYTES {
            return Err(Error::TooLong);
        }
        let whole = length.saturating_add(self.overhead());
        let buffer = buffer.get_mut(..whole).ok_or(Error::NoRoom)?;
        match &self.transform {
            Transform::Hmac(cipher, mac) => {
                cipher.apply(ssrc, index, buffer.get_mut(header..length).ok_or(Error::NoRoom)?);
                let end = put_mki(buffer, length, self.mki)?;
                mac.append(buffer, length, &roll_over(index), end)
            }
            #[cfg(feature = "gcm")]
            Transform::Aead(aead) => {
                let (header, rest) = buffer.split_at_mut_checked(header).ok_or(Error::NoRoom)?;
                let text = rest.get_mut(..length.saturating_sub(header.len())).ok_or(Error::NoRoom)?;
                let tag = aead.gcm().seal(&aead.nonce(ssrc, index), header, text).ok_or(Error::TooLong)?;
                let end = put(buffer, length, &tag)?;
                put_mki(buffer, end, self.mki)
            }
        }
    }

    /// Checks a packet and decrypts it if it is authentic; gives its length.
    #[inline]
    pub(super) fn open(&self, whole: &mut [u8], packet: Packet) -> Result<usize, Error> {
        let Packet { header, ssrc, index } = packet;
        let length = whole.len().checked_sub(self.overhead()).ok_or(Error::Malformed)?;
        let payload_bytes = length.checked_sub(header).ok_or(Error::Malformed)?;
        if payload_bytes > PAYLOAD_BYTES {
            return Err(Error::TooLong);
        }
        match &self.transform {
            Transform::Hmac(cipher, mac) => {
                let (message, rest) = whole.split_at_mut_checked(length).ok_or(Error::Malformed)?;
                let (mki, tag) = cut_back(rest, mac.tag_bytes()).ok_or(Error::Malformed)?;
                if !is_mki(mki, self.mki) {
                    return Err(Error::Authentication);
                }
                mac.verify(message, &roll_over(index), tag)?;
                cipher.apply(ssrc, index, message.get_mut(header..).ok_or(Error::Malformed)?);
            }
            #[cfg(feature = "gcm")]
            Transform::Aead(aead) => {
                let (header, rest) = whole.split_at_mut_checked(header).ok_or(Error::Malformed)?;
                let (text, rest) = rest.split_at_mut_checked(payload_bytes).ok_or(Error::Malformed)?;
                let (tag, mki) = rest.split_first_chunk::<{ Gcm::TAG_BYTES }>().ok_or(Error::Malformed)?;
                if !is_mki(mki, self.mki) || !aead.gcm().open(&aead.nonce(ssrc, index), header, text, tag) {
                    return Err(Error::Authentication);
                }
            }
        }
        Ok(length)
    }

    /// By how many bytes a packet grows.
    fn overhead(&self) -> usize {
        let tag = match &self.transform {
            Transform::Hmac(_, mac) => mac.tag_bytes(),
            #[cfg(feature = "gcm")]
            Transform::Aead(_) => Gcm::TAG_BYTES,
        };
        tag.saturating_add(self.mki.map_or(0, Mki::length))
    }
}

/// The roll-over count, which is authenticated but not sent.
fn roll_over(index: u64) -> [u8; 4] {
    let [_, _, a, b, c, d, ..] = index.to_be_bytes();
    [a, b, c, d]
}

/// What stands before the last `length` bytes, and those.
pub(super) fn cut_back(bytes: &[u8], length: usize) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(bytes.len().checked_sub(length)?)
}
