//! AES in Galois/Counter Mode with tags of 16 bytes (NIST SP 800-38D), as RFC 7714 uses it for SRTP.

use core::fmt;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit};

/// An AES key, ready to seal and open; wiped when dropped.
///
/// ```
/// use deskphone::crypto::Gcm;
/// let gcm = Gcm::new(&[1; 16]).unwrap();
/// let mut text = *b"abc";
/// let tag = gcm.seal(&[2; 12], b"header", &mut text).unwrap();
/// assert!(!gcm.open(&[2; 12], b"Header", &mut text, &tag));
/// assert!(gcm.open(&[2; 12], b"header", &mut text, &tag));
/// assert_eq!(&text, b"abc");
/// ```
pub struct Gcm(Key);

#[allow(clippy::large_enum_variant, reason = "no heap to put the larger one on")]
enum Key {
    Aes128(Aes128Gcm),
    Aes256(Aes256Gcm),
}

impl Gcm {
    /// Bytes of a tag.
    pub const TAG_BYTES: usize = 16;

    /// Takes a key of 16 or 32 bytes; there is none of another length.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        let key = match key.len() {
            16 => Key::Aes128(Aes128Gcm::new_from_slice(key).ok()?),
            32 => Key::Aes256(Aes256Gcm::new_from_slice(key).ok()?),
            _ => return None,
        };
        Some(Self(key))
    }

    /// Encrypts in place and gives the tag over header and text. `None` for a text of 64 GB or more.
    #[must_use]
    pub fn seal(&self, nonce: &[u8; 12], header: &[u8], text: &mut [u8]) -> Option<[u8; Self::TAG_BYTES]> {
        let (nonce, text) = (nonce.into(), text.into());
        let tag = match &self.0 {
            Key::Aes128(aes) => aes.encrypt_inout_detached(nonce, header, text),
            Key::Aes256(aes) => aes.encrypt_inout_detached(nonce, header, text),
        };
        tag.ok().map(Into::into)
    }

    /// Decrypts in place if the tag is right; else the text stays as it is.
    #[must_use]
    pub fn open(&self, nonce: &[u8; 12], header: &[u8], text: &mut [u8], tag: &[u8; 16]) -> bool {
        let (nonce, text, tag) = (nonce.into(), text.into(), tag.into());
        match &self.0 {
            Key::Aes128(aes) => aes.decrypt_inout_detached(nonce, header, text, tag).is_ok(),
            Key::Aes256(aes) => aes.decrypt_inout_detached(nonce, header, text, tag).is_ok(),
        }
    }
}

impl fmt::Debug for Gcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gcm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_wiped_when_dropped_and_not_shown() {
        const fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        wiped::<Aes128Gcm>();
        wiped::<Aes256Gcm>();
        assert_eq!(std::format!("{:?}", Gcm::new(&[7; 32]).unwrap()), "Gcm");
        assert!([0, 15, 17, 24, 31, 33].iter().all(|&length| Gcm::new(&[0; 40][..length]).is_none()));
    }
}
