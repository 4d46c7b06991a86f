//! SRTCP packets (RFC 3711 §3.4, RFC 7714 §9.2): the index is sent, and says whether the packet is encrypted.
//!
//! ```text
//! header, SSRC | encrypted rest | E, index | MKI | tag      HMAC-SHA1 over all before the MKI
//! header, SSRC | encrypted rest | tag | E, index | MKI      AES-GCM; E and index are associated data, too
//! ```

use super::Error;
use super::authenticate::{is_mki, put, put_mki};
#[cfg(feature = "gcm")]
use super::cipher::Aead;
use super::derive::Protocol;
use super::rtp::{Packet, Transform, cut_back};
#[cfg(feature = "gcm")]
use crate::crypto::Gcm;
use crate::crypto::{MasterKey, Mki};

/// The session keys of RTCP.
pub(super) struct RtcpKeys {
    transform: Transform,
    mki: Option<Mki>,
}

/// The word that says E and the index.
#[derive(Clone, Copy)]
pub(super) struct Word {
    pub(super) encrypted: bool,
    pub(super) index: u32,
}

/// The first header and its SSRC stay readable.
pub(super) const CLEAR_BYTES: usize = 8;
const WORD_BYTES: usize = 4;
const ENCRYPTED: u32 = 1 << 31;
/// More than any datagram; keeps one packet inside the key stream of its index.
const REST_BYTES: usize = 16 << 16;

impl RtcpKeys {
    pub(super) fn new(master: &MasterKey) -> Result<Self, Error> {
        Ok(Self { transform: Transform::new(master, Protocol::Rtcp)?, mki: master.mki() })
    }

    /// Keys as a published example has them.
    #[cfg(all(test, feature = "gcm"))]
    pub(super) const fn given(aead: Aead) -> Self {
        Self { transform: Transform::Aead(aead), mki: None }
    }

    /// Protects `buffer[..length]`; gives the new length.
    pub(super) fn seal(&self, buffer: &mut [u8], length: usize, packet: Packet) -> Result<usize, Error> {
        let Packet { header, ssrc, index } = packet;
        if length.saturating_sub(header) > REST_BYTES {
            return Err(Error::TooLong);
        }
        let whole = length.saturating_add(self.overhead());
        let buffer = buffer.get_mut(..whole).ok_or(Error::NoRoom)?;
        let index_word = u32::try_from(index).unwrap_or(u32::MAX);
        match &self.transform {
            Transform::Hmac(cipher, mac) => {
                cipher.apply(ssrc, index, buffer.get_mut(header..length).ok_or(Error::NoRoom)?);
                let flag = if cipher.encrypts() { ENCRYPTED } else { 0 };
                let covered = put(buffer, length, &(flag | index_word).to_be_bytes())?;
                let end = put_mki(buffer, covered, self.mki)?;
                mac.append(buffer, covered, &[], end)
            }
            #[cfg(feature = "gcm")]
            Transform::Aead(aead) => {
                let word = (ENCRYPTED | index_word).to_be_bytes();
                let (clear, rest) = buffer.split_first_chunk_mut::<CLEAR_BYTES>().ok_or(Error::NoRoom)?;
                let text = rest.get_mut(..length.saturating_sub(CLEAR_BYTES)).ok_or(Error::NoRoom)?;
                let nonce = aead.nonce(ssrc, index);
                let tag = aead.gcm().seal(&nonce, &associated(clear, word), text).ok_or(Error::TooLong)?;
                let end = put(buffer, length, &tag)?;
                let end = put(buffer, end, &word)?;
                put_mki(buffer, end, self.mki)
            }
        }
    }

    /// The word of a packet that came, which is not authentic yet.
    pub(super) fn word(&self, whole: &[u8]) -> Result<Word, Error> {
        let behind = match &self.transform {
            Transform::Hmac(_, mac) => mac.tag_bytes(),
            #[cfg(feature = "gcm")]
            Transform::Aead(_) => 0,
        };
        let behind = behind.saturating_add(self.mki.map_or(0, Mki::length));
        let (before, _) = cut_back(whole, behind).ok_or(Error::Malformed)?;
        let word = u32::from_be_bytes(*before.last_chunk().ok_or(Error::Malformed)?);
        Ok(Word { encrypted: word & ENCRYPTED != 0, index: word & !ENCRYPTED })
    }

    /// Checks a packet and decrypts it if it is authentic; gives its length.
    pub(super) fn open(&self, whole: &mut [u8], encrypted: bool, packet: Packet) -> Result<usize, Error> {
        let Packet { header, ssrc, index } = packet;
        let length = whole.len().checked_sub(self.overhead()).ok_or(Error::Malformed)?;
        let rest_bytes = length.checked_sub(header).ok_or(Error::Malformed)?;
        if rest_bytes > REST_BYTES {
            return Err(Error::TooLong);
        }
        match &self.transform {
            Transform::Hmac(cipher, mac) => {
                let covered = length.saturating_add(WORD_BYTES);
                let (message, rest) = whole.split_at_mut_checked(covered).ok_or(Error::Malformed)?;
                let (mki, tag) = cut_back(rest, mac.tag_bytes()).ok_or(Error::Malformed)?;
                if !is_mki(mki, self.mki) {
                    return Err(Error::Authentication);
                }
                mac.verify(message, &[], tag)?;
                if encrypted {
                    cipher.apply(ssrc, index, message.get_mut(header..length).ok_or(Error::Malformed)?);
                }
            }
            #[cfg(feature = "gcm")]
            Transform::Aead(aead) => {
                let (_, mki) = cut_back(whole, self.mki.map_or(0, Mki::length)).ok_or(Error::Malformed)?;
                if !is_mki(mki, self.mki) {
                    return Err(Error::Authentication);
                }
                let nonce = aead.nonce(ssrc, index);
                if encrypted {
                    open_encrypted(aead, &nonce, whole, rest_bytes)?
                } else {
                    open_clear(aead, &nonce, whole, length)?
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
        tag.saturating_add(WORD_BYTES).saturating_add(self.mki.map_or(0, Mki::length))
    }
}

/// RFC 7714 §9.2: header and word, without what stands between them.
#[cfg(feature = "gcm")]
fn associated(clear: &[u8; CLEAR_BYTES], word: [u8; WORD_BYTES]) -> [u8; CLEAR_BYTES + WORD_BYTES] {
    let mut associated = [0; CLEAR_BYTES + WORD_BYTES];
    for (place, byte) in associated.iter_mut().zip(clear.iter().chain(&word)) {
        *place = *byte;
    }
    associated
}

#[cfg(feature = "gcm")]
fn open_encrypted(aead: &Aead, nonce: &[u8; 12], whole: &mut [u8], rest_bytes: usize) -> Result<(), Error> {
    let (clear, rest) = whole.split_first_chunk_mut::<CLEAR_BYTES>().ok_or(Error::Malformed)?;
    let (text, rest) = rest.split_at_mut_checked(rest_bytes).ok_or(Error::Malformed)?;
    let (tag, rest) = rest.split_first_chunk::<{ Gcm::TAG_BYTES }>().ok_or(Error::Malformed)?;
    let word = *rest.first_chunk::<WORD_BYTES>().ok_or(Error::Malformed)?;
    let authentic = aead.gcm().open(nonce, &associated(clear, word), text, tag);
    if authentic { Ok(()) } else { Err(Error::Authentication) }
}

/// RFC 7714 §9.3: without encryption the whole packet and the word are associated data. They have to stand
/// side by side for that, so the word changes places with the tag while it is checked.
#[cfg(feature = "gcm")]
fn open_clear(aead: &Aead, nonce: &[u8; 12], whole: &mut [u8], length: usize) -> Result<(), Error> {
    let (_, rest) = whole.split_at_mut_checked(length).ok_or(Error::Malformed)?;
    let behind = rest.first_chunk_mut::<{ Gcm::TAG_BYTES + WORD_BYTES }>().ok_or(Error::Malformed)?;
    let before = *behind;
    let (tag, word) = before.split_first_chunk::<{ Gcm::TAG_BYTES }>().ok_or(Error::Malformed)?;
    for (place, byte) in behind.iter_mut().zip(word) {
        *place = *byte;
    }
    let covered = whole.get(..length.saturating_add(WORD_BYTES)).ok_or(Error::Malformed)?;
    let authentic = aead.gcm().open(nonce, covered, &mut [], tag);
    put(whole, length, &before)?;
    if authentic { Ok(()) } else { Err(Error::Authentication) }
}
