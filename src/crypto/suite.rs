//! The crypto suites of SRTP and their master keys, under the names of the IANA registry that RFC 4568
//! opened.
//!
//! A suite is a cipher and an authentication with the lengths that both need. Signalling names it and
//! carries a [`MasterKey`]; the `srtp` room makes session keys of that.
//!
//! ```
//! use deskphone::crypto::{MasterKey, Suite};
//! let suite = Suite::of_name(b"AES_CM_128_HMAC_SHA1_80").unwrap();
//! assert_eq!((suite.key_bytes(), suite.salt_bytes()), (16, 14));
//! let key = MasterKey::new(suite, &[7; 16], &[9; 14]).unwrap();
//! assert_eq!(format!("{key:?}"), "MasterKey(AES_CM_128_HMAC_SHA1_80)");
//! ```

use core::fmt;

use zeroize::Zeroize;

use super::same;

/// A cipher and an authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// AES-CM with a key of 128 bits, tags of 80 bits: what everybody has (RFC 3711 §5).
    Aes128Sha1_80,
    /// The same with tags of 32 bits; RTCP keeps 80 (RFC 4568 §6.2.2).
    Aes128Sha1_32,
    /// AES-CM with a key of 192 bits, tags of 80 bits (RFC 6188).
    Aes192Sha1_80,
    /// The same with tags of 32 bits.
    Aes192Sha1_32,
    /// AES-CM with a key of 256 bits, tags of 80 bits (RFC 6188).
    Aes256Sha1_80,
    /// The same with tags of 32 bits.
    Aes256Sha1_32,
    /// AES-GCM with a key of 128 bits (RFC 7714); needs the feature `gcm`.
    Aes128Gcm,
    /// AES-GCM with a key of 256 bits (RFC 7714); needs the feature `gcm`.
    Aes256Gcm,
    /// No encryption, tags of 80 bits (RFC 3711 §4.1.3). Signalling has no name for it.
    NullSha1_80,
}

/// The keys of one direction, from which session keys are made; wiped when dropped, shown nowhere.
#[derive(Clone)]
pub struct MasterKey {
    suite: Suite,
    key: [u8; Suite::KEY_BYTES],
    salt: [u8; Suite::SALT_BYTES],
    mki: Option<Mki>,
}

/// A master key identifier: a number that stands in each packet protected with the key (RFC 3711 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mki {
    value: u32,
    length: u8,
}

impl Suite {
    /// All suites.
    pub const ALL: [Self; 9] = [
        Self::Aes128Sha1_80,
        Self::Aes128Sha1_32,
        Self::Aes192Sha1_80,
        Self::Aes192Sha1_32,
        Self::Aes256Sha1_80,
        Self::Aes256Sha1_32,
        Self::Aes128Gcm,
        Self::Aes256Gcm,
        Self::NullSha1_80,
    ];
    /// Bytes of the longest master key.
    pub const KEY_BYTES: usize = 32;
    /// Bytes of the longest master salt.
    pub const SALT_BYTES: usize = 14;

    /// The suite with this name, upper or lower case; `AES_256_CM` may also be spelt `AES_CM_256`, which
    /// some peers do.
    #[must_use]
    pub fn of_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| {
            let names = [suite.name(), suite.other_name()].into_iter().flatten();
            names.into_iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
        })
    }

    /// Its name in signalling.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Aes128Sha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::Aes128Sha1_32 => "AES_CM_128_HMAC_SHA1_32",
            Self::Aes192Sha1_80 => "AES_192_CM_HMAC_SHA1_80",
            Self::Aes192Sha1_32 => "AES_192_CM_HMAC_SHA1_32",
            Self::Aes256Sha1_80 => "AES_256_CM_HMAC_SHA1_80",
            Self::Aes256Sha1_32 => "AES_256_CM_HMAC_SHA1_32",
            Self::Aes128Gcm => "AEAD_AES_128_GCM",
            Self::Aes256Gcm => "AEAD_AES_256_GCM",
            Self::NullSha1_80 => return None,
        })
    }

    const fn other_name(self) -> Option<&'static str> {
        Some(match self {
            Self::Aes192Sha1_80 => "AES_CM_192_HMAC_SHA1_80",
            Self::Aes192Sha1_32 => "AES_CM_192_HMAC_SHA1_32",
            Self::Aes256Sha1_80 => "AES_CM_256_HMAC_SHA1_80",
            Self::Aes256Sha1_32 => "AES_CM_256_HMAC_SHA1_32",
            Self::Aes128Sha1_80
            | Self::Aes128Sha1_32
            | Self::Aes128Gcm
            | Self::Aes256Gcm
            | Self::NullSha1_80 => return None,
        })
    }

    /// Bytes of a master key, and of a session's cipher key.
    #[must_use]
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::Aes128Sha1_80 | Self::Aes128Sha1_32 | Self::Aes128Gcm | Self::NullSha1_80 => 16,
            Self::Aes192Sha1_80 | Self::Aes192Sha1_32 => 24,
            Self::Aes256Sha1_80 | Self::Aes256Sha1_32 | Self::Aes256Gcm => 32,
        }
    }

    /// Bytes of a master salt, and of a session's salt.
    #[must_use]
    pub const fn salt_bytes(self) -> usize {
        if self.is_aead() { 12 } else { 14 }
    }

    /// Bytes of the tag behind an RTP packet.
    #[must_use]
    pub const fn rtp_tag_bytes(self) -> usize {
        match self {
            Self::Aes128Sha1_80 | Self::Aes192Sha1_80 | Self::Aes256Sha1_80 | Self::NullSha1_80 => 10,
            Self::Aes128Sha1_32 | Self::Aes192Sha1_32 | Self::Aes256Sha1_32 => 4,
            Self::Aes128Gcm | Self::Aes256Gcm => 16,
        }
    }

    /// Bytes of the tag behind an RTCP packet: never the short one (RFC 3711 §5.2).
    #[must_use]
    pub const fn rtcp_tag_bytes(self) -> usize {
        if self.is_aead() { 16 } else { 10 }
    }

    /// Whether cipher and authentication are one (RFC 7714).
    #[must_use]
    pub const fn is_aead(self) -> bool {
        matches!(self, Self::Aes128Gcm | Self::Aes256Gcm)
    }

    /// Whether this build of the library has it.
    #[must_use]
    pub const fn is_available(self) -> bool {
        !self.is_aead() || cfg!(feature = "gcm")
    }
}

impl MasterKey {
    /// A key and a salt; `None` when one of them has not the length that the suite wants.
    #[must_use]
    pub fn new(suite: Suite, key: &[u8], salt: &[u8]) -> Option<Self> {
        let fits = key.len() == suite.key_bytes() && salt.len() == suite.salt_bytes();
        let mut master = Self { suite, key: [0; Suite::KEY_BYTES], salt: [0; Suite::SALT_BYTES], mki: None };
        master.key.get_mut(..key.len())?.copy_from_slice(key);
        master.salt.get_mut(..salt.len())?.copy_from_slice(salt);
        fits.then_some(master)
    }

    /// The same key with an identifier in each packet.
    #[must_use]
    pub fn with_mki(mut self, mki: Option<Mki>) -> Self {
        self.mki = mki;
        self
    }

    /// The suite that the key is for.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The identifier that stands in each packet, if there is one.
    #[must_use]
    pub const fn mki(&self) -> Option<Mki> {
        self.mki
    }

    /// The key. Show it to nobody.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.key.get(..self.suite.key_bytes()).unwrap_or(&[])
    }

    /// The salt. Show it to nobody.
    #[must_use]
    pub fn salt(&self) -> &[u8] {
        self.salt.get(..self.suite.salt_bytes()).unwrap_or(&[])
    }

    fn wipe(&mut self) {
        self.key.zeroize();
        self.salt.zeroize();
    }
}

impl Mki {
    /// An identifier of 1 to 128 bytes (RFC 4568 §6.1); `None` for other lengths, and for a value that does
    /// not fit.
    #[must_use]
    pub const fn new(value: u32, length: u8) -> Option<Self> {
        let most = match length {
            1 => 0xFF,
            2 => 0xFFFF,
            3 => 0xFF_FFFF,
            4..=128 => u32::MAX,
            0 | 129.. => return None,
        };
        if value > most { None } else { Some(Self { value, length }) }
    }

    /// Its value.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.value
    }

    /// Its bytes in a packet.
    #[must_use]
    pub fn length(self) -> usize {
        usize::from(self.length)
    }
}

impl PartialEq for MasterKey {
    /// In a time that says nothing about where the keys differ.
    fn eq(&self, other: &Self) -> bool {
        let keys = same(&self.key, &other.key) & same(&self.salt, &other.salt);
        keys && self.suite == other.suite && self.mki == other.mki
    }
}

impl Eq for MasterKey {}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.suite.name().unwrap_or("unencrypted"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn names_lead_back_to_their_suites() {
        for suite in Suite::ALL {
            if let Some(name) = suite.name() {
                assert_eq!(Suite::of_name(name.as_bytes()), Some(suite));
                assert_eq!(Suite::of_name(name.to_lowercase().as_bytes()), Some(suite));
            }
        }
        assert_eq!(Suite::of_name(b"AES_CM_256_HMAC_SHA1_80"), Some(Suite::Aes256Sha1_80));
        assert_eq!(Suite::of_name(b"AES_CM_192_HMAC_SHA1_32"), Some(Suite::Aes192Sha1_32));
        assert_eq!(Suite::of_name(b"F8_128_HMAC_SHA1_80"), None);
        assert_eq!(Suite::of_name(b""), None);
    }

    /// RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §14.2.
    #[test]
    fn lengths_are_those_of_the_registry() {
        let lengths = Suite::ALL.map(|suite| {
            let key = suite.key_bytes() + suite.salt_bytes();
            (key, suite.rtp_tag_bytes(), suite.rtcp_tag_bytes())
        });
        let cm = [(30, 10, 10), (30, 4, 10), (38, 10, 10), (38, 4, 10), (46, 10, 10), (46, 4, 10)];
        assert_eq!(lengths[..6], cm);
        assert_eq!(lengths[6..], [(28, 16, 16), (44, 16, 16), (30, 10, 10)]);
    }

    #[test]
    fn keys_of_another_length_are_none() {
        assert!(MasterKey::new(Suite::Aes128Sha1_80, &[1; 16], &[2; 14]).is_some());
        for (key, salt) in [(15, 14), (17, 14), (16, 12), (32, 14), (99, 14), (16, 99)] {
            assert_eq!(MasterKey::new(Suite::Aes128Sha1_80, &[1; 99][..key], &[2; 99][..salt]), None);
        }
        assert!(MasterKey::new(Suite::Aes256Gcm, &[1; 32], &[2; 12]).is_some());
    }

    #[test]
    fn keys_are_the_same_only_with_each_bit_and_are_not_shown() {
        let key = |at: usize, suite| {
            let mut bytes = [5; 30];
            bytes[at] ^= 1;
            MasterKey::new(suite, &bytes[..16], &bytes[16..]).unwrap()
        };
        assert_eq!(key(0, Suite::Aes128Sha1_80), key(0, Suite::Aes128Sha1_80));
        assert_ne!(key(0, Suite::Aes128Sha1_80), key(0, Suite::Aes128Sha1_32));
        for at in 1..30 {
            assert_ne!(key(0, Suite::Aes128Sha1_80), key(at, Suite::Aes128Sha1_80));
        }
        let mki = key(0, Suite::Aes128Sha1_80).with_mki(Mki::new(1, 1));
        assert_ne!(mki, key(0, Suite::Aes128Sha1_80));
        let mut shown = key(3, Suite::NullSha1_80);
        assert_eq!(format!("{shown:?}"), "MasterKey(unencrypted)");
        shown.wipe();
        assert_eq!((shown.key(), shown.salt()), (&[0; 16][..], &[0; 14][..]));
    }

    #[test]
    fn an_identifier_fits_its_length() {
        assert_eq!(Mki::new(255, 1).map(|mki| (mki.value(), mki.length())), Some((255, 1)));
        assert_eq!(Mki::new(256, 1), None);
        assert_eq!(Mki::new(1, 0), None);
        assert!(Mki::new(0xFF_FFFF, 3).is_some() && Mki::new(0x100_0000, 3).is_none());
        assert!(Mki::new(u32::MAX, 4).is_some() && Mki::new(u32::MAX, 128).is_some());
        assert_eq!(Mki::new(1, 129), None);
    }
}
