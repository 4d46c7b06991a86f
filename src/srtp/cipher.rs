//! The ciphers: AES in counter mode (RFC 3711 §4.1.1, RFC 6188), none (§4.1.3), and AES-GCM (RFC 7714), each
//! with what makes a packet's key stream its own.

#[cfg(feature = "gcm")]
use zeroize::Zeroize;
use zeroize::Zeroizing;

use super::derive::SessionKeys;
#[cfg(feature = "gcm")]
use crate::crypto::Gcm;
use crate::crypto::{CounterMode, Suite};

/// AES in counter mode, or no cipher.
pub(super) struct Cipher {
    aes: Option<CounterMode>,
    /// `k_s * 2^16`
    salt: Zeroizing<u128>,
}

impl Cipher {
    pub(super) fn new(suite: Suite, keys: &SessionKeys) -> Self {
        let aes = if suite == Suite::NullSha1_80 { None } else { CounterMode::new(keys.cipher()) };
        Self { aes, salt: Zeroizing::new(number(&keys.salt, 16)) }
    }

    /// Whether it changes anything.
    pub(super) const fn encrypts(&self) -> bool {
        self.aes.is_some()
    }

    /// Encrypts or decrypts: `IV = (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16)`.
    #[inline]
    pub(super) fn apply(&self, ssrc: u32, index: u64, bytes: &mut [u8]) {
        if let Some(aes) = &self.aes {
            let counter = *self.salt ^ (u128::from(ssrc) << 64) ^ (u128::from(index) << 16);
            aes.apply(counter.to_be_bytes(), bytes);
        }
    }
}

/// AES-GCM.
#[cfg(feature = "gcm")]
pub(super) struct Aead {
    gcm: Gcm,
    salt: [u8; 12],
}

#[cfg(feature = "gcm")]
impl Aead {
    pub(super) fn new(keys: &SessionKeys) -> Option<Self> {
        let (salt, _) = keys.salt.split_first_chunk::<12>()?;
        Some(Self { gcm: Gcm::new(keys.cipher())?, salt: *salt })
    }

    /// RFC 7714 §8.1 and §9.1: `IV = (00 00 || SSRC || index of 48 bits) XOR salt`; an RTCP index is 31 bits.
    pub(super) fn nonce(&self, ssrc: u32, index: u64) -> [u8; 12] {
        let number = (u128::from(ssrc) << 48) ^ u128::from(index);
        let mut nonce = self.salt;
        for (place, byte) in nonce.iter_mut().zip(number.to_be_bytes().into_iter().skip(4)) {
            *place ^= byte;
        }
        nonce
    }

    pub(super) const fn gcm(&self) -> &Gcm {
        &self.gcm
    }
}

#[cfg(feature = "gcm")]
impl Drop for Aead {
    fn drop(&mut self) {
        self.salt.zeroize();
    }
}

/// The bytes as a number, shifted to stand above `below` bits.
fn number(bytes: &[u8], below: u32) -> u128 {
    let number = bytes.iter().fold(0u128, |number, byte| (number << 8) | u128::from(*byte));
    number.checked_shl(below).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::tests::hex;
    use super::*;

    /// The key stream of a key and an offset whose last 16 bits are 0, at some blocks.
    fn key_stream(key: &str) -> [std::vec::Vec<u8>; 6] {
        let mut stream = std::vec![0; 0xFF02 * 16];
        let offset = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
        let aes = CounterMode::new(&hex(key));
        // With SSRC 0 and index 0 the salt alone is the offset.
        Cipher { aes, salt: Zeroizing::new(number(&offset, 16)) }.apply(0, 0, &mut stream);
        [0, 1, 2, 0xFEFF, 0xFF00, 0xFF01].map(|block: usize| stream.as_chunks::<16>().0[block].to_vec())
    }

    #[test]
    fn rfc_3711_appendix_b_2() {
        let blocks = [
            "E03EAD0935C95E80E166B16DD92B4EB4",
            "D23513162B02D0F72A43A2FE4A5F97AB",
            "41E95B3BB0A2E8DD477901E4FCA894C0",
            "EC8CDF7398607CB0F2D21675EA9EA1E4",
            "362B7C3C6773516318A077D7FC5073AE",
            "6A2CC3787889374FBEB4C81B17BA6C44",
        ];
        assert_eq!(key_stream("2B7E151628AED2A6ABF7158809CF4F3C"), blocks.map(hex));
    }

    #[test]
    fn rfc_6188_section_7() {
        let blocks = [
            "92bdd28a93c3f52511c677d08b5515a4",
            "9da71b2378a854f67050756ded165bac",
            "63c4868b7096d88421b563b8c94c9a31",
            "cea518c90fd91ced9cbb18c078a54711",
            "3dbc4814f4da5f00a08772b63c6a046d",
            "6eb246913062a16891433e97dd01a57f",
        ];
        let key = "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98";
        assert_eq!(key_stream(key), blocks.map(hex));
        let blocks = [
            "35096cba4610028dc1b57503804ce37c",
            "5de986291dcce161d5165ec4568f5c9a",
            "474a40c77894bc17180202272a4c264d",
            "d108d1a31a00bad6367ec23eb044b415",
            "c8f57129fdeb970b59f917b257662d4c",
            "a5dab625811034e8cebdfeb6dc158dd3",
        ];
        assert_eq!(key_stream("eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7"), blocks.map(hex));
    }
}
