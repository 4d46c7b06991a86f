//! Authentication: HMAC-SHA1 of which the leftmost bytes are the tag (RFC 3711 §4.2), and where the master
//! key identifier stands.

use super::Error;
use super::derive::SessionKeys;
use crate::crypto::{HmacSha1, Mki, same};

/// HMAC-SHA1 with tags of one length.
pub(super) struct Authenticator {
    mac: HmacSha1,
    tag_bytes: usize,
}

impl Authenticator {
    pub(super) fn new(keys: &SessionKeys, tag_bytes: usize) -> Self {
        Self { mac: HmacSha1::new(&keys.mac), tag_bytes }
    }

    pub(super) const fn tag_bytes(&self) -> usize {
        self.tag_bytes
    }

    /// Whether `tag` is the tag of a message and what is authenticated behind it.
    #[inline]
    pub(super) fn verify(&self, message: &[u8], suffix: &[u8], tag: &[u8]) -> Result<(), Error> {
        let ours = self.mac.tag(message, suffix);
        let ours = ours.get(..self.tag_bytes).unwrap_or(&[]);
        if same(ours, tag) { Ok(()) } else { Err(Error::Authentication) }
    }

    /// Puts the tag of `buffer[..covered]` and the suffix at `at`; gives its end.
    #[inline]
    pub(super) fn append(
        &self,
        buffer: &mut [u8],
        covered: usize,
        suffix: &[u8],
        at: usize,
    ) -> Result<usize, Error> {
        let tag = self.mac.tag(buffer.get(..covered).ok_or(Error::NoRoom)?, suffix);
        put(buffer, at, tag.get(..self.tag_bytes).unwrap_or(&[]))
    }
}

/// Puts bytes at a place; gives their end.
#[inline]
pub(super) fn put(buffer: &mut [u8], at: usize, bytes: &[u8]) -> Result<usize, Error> {
    let room = buffer.get_mut(at..).and_then(|rest| rest.get_mut(..bytes.len())).ok_or(Error::NoRoom)?;
    room.copy_from_slice(bytes);
    Ok(at.saturating_add(bytes.len()))
}

/// Puts the identifier, if the key has one; gives its end.
pub(super) fn put_mki(buffer: &mut [u8], at: usize, mki: Option<Mki>) -> Result<usize, Error> {
    let Some(mki) = mki else { return Ok(at) };
    let end = at.saturating_add(mki.length());
    let room = buffer.get_mut(at..end).ok_or(Error::NoRoom)?;
    room.fill(0);
    for (place, byte) in room.iter_mut().rev().zip(mki.value().to_le_bytes()) {
        *place = byte;
    }
    Ok(end)
}

/// Whether the identifier in a packet is the key's.
pub(super) fn is_mki(bytes: &[u8], mki: Option<Mki>) -> bool {
    let value = mki.map_or(0, Mki::value).to_le_bytes();
    bytes.iter().rev().zip(value.into_iter().chain(core::iter::repeat(0))).all(|(found, ours)| *found == ours)
}
