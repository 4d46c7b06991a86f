//! HMAC-SHA1 (RFC 2104) with the key's two hash states computed once.
//!
//! The hash of a short packet is a handful of blocks, and half of what a general HMAC spends on it goes into
//! copying and finishing states. Here a message is hashed where it lies; only its end is copied.
//!
//! ```
//! use deskphone::crypto::HmacSha1;
//! // RFC 2202 §3, test case 2
//! let tag = HmacSha1::new(b"Jefe").tag(b"what do ya want for nothing?", &[]);
//! assert_eq!(tag[..4], [0xef, 0xfc, 0xdf, 0x6a]);
//! ```

use core::fmt;

use sha1::block_api::compress;
use sha1::{Digest, Sha1};
use zeroize::Zeroize;

use crate::base::Writer;

/// A key, ready to make tags; wiped when dropped.
pub struct HmacSha1 {
    inner: State,
    outer: State,
}

/// What SHA-1 carries from block to block.
type State = [u32; 5];

const BLOCK: usize = 64;
/// Bytes that end a message: a one bit in a byte of its own, and the length.
const ENDING: usize = 9;
const START: State = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];

impl HmacSha1 {
    /// Bytes of a tag.
    pub const TAG_BYTES: usize = 20;
    /// Bytes that a suffix has at most.
    pub const SUFFIX_BYTES: usize = 8;

    /// Takes a key of any length.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            fill(&mut block, &Sha1::digest(key));
        } else {
            fill(&mut block, key);
        }
        let keyed = |block: &mut [u8; BLOCK], pad: u8| {
            let mut state = START;
            block.iter_mut().for_each(|byte| *byte ^= pad);
            compress(&mut state, &[*block]);
            state
        };
        let inner = keyed(&mut block, 0x36);
        let outer = keyed(&mut block, 0x36 ^ 0x5C);
        block.zeroize();
        Self { inner, outer }
    }

    /// The tag of a message followed by a suffix, of which the first [`Self::SUFFIX_BYTES`] count.
    #[must_use]
    #[inline]
    pub fn tag(&self, message: &[u8], suffix: &[u8]) -> [u8; Self::TAG_BYTES] {
        let suffix = suffix.get(..Self::SUFFIX_BYTES).unwrap_or(suffix);
        let (blocks, rest) = message.as_chunks::<BLOCK>();
        let mut state = self.inner;
        compress(&mut state, blocks);
        // What is left, the suffix and the ending take one block more, or two.
        let mut last = [[0; BLOCK]; 2];
        let mut out = Writer::new(last.as_flattened_mut());
        out.put(rest);
        out.put(suffix);
        out.put(&[0x80]);
        let used = out.len().saturating_add(ENDING).saturating_sub(1);
        let hashed = BLOCK.saturating_add(message.len()).saturating_add(suffix.len());
        let [first, second] = &mut last;
        if used <= BLOCK {
            write_length(first, hashed);
            compress(&mut state, &[*first]);
        } else {
            write_length(second, hashed);
            compress(&mut state, &last);
        }
        let mut block = [0; BLOCK];
        fill(&mut block, &bytes_of(state));
        if let Some(end) = block.get_mut(Self::TAG_BYTES) {
            *end = 0x80;
        }
        write_length(&mut block, BLOCK.saturating_add(Self::TAG_BYTES));
        let mut state = self.outer;
        compress(&mut state, &[block]);
        bytes_of(state)
    }

    fn wipe(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

fn fill(block: &mut [u8; BLOCK], bytes: &[u8]) {
    for (place, byte) in block.iter_mut().zip(bytes) {
        *place = *byte;
    }
}

/// The last eight bytes of a message's last block: its length in bits.
fn write_length(block: &mut [u8; BLOCK], bytes: usize) {
    let bits = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(8);
    if let Some(end) = block.last_chunk_mut::<8>() {
        *end = bits.to_be_bytes();
    }
}

fn bytes_of(state: State) -> [u8; HmacSha1::TAG_BYTES] {
    let mut bytes = [0; HmacSha1::TAG_BYTES];
    for (place, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    bytes
}

impl Drop for HmacSha1 {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for HmacSha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSha1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::prelude::*;
    use std::string::String;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| std::format!("{byte:02x}")).collect()
    }

    #[test]
    fn rfc_2202_section_3() {
        let tag = |key: &[u8], message: &[u8]| hex(&HmacSha1::new(key).tag(message, &[]));
        assert_eq!(tag(&[0x0B; 20], b"Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00");
        let question = b"what do ya want for nothing?";
        assert_eq!(tag(b"Jefe", question), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(tag(&[0xAA; 20], &[0xDD; 50]), "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
        let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(tag(&[0xAA; 80], long), "aa4ae5e15272d00e95705637ce8a3b55ed402112");
    }

    #[test]
    fn states_are_wiped_and_not_shown() {
        let mut mac = HmacSha1::new(b"key");
        assert_eq!(std::format!("{mac:?}"), "HmacSha1");
        mac.wipe();
        assert_eq!((mac.inner, mac.outer), ([0; 5], [0; 5]));
    }

    proptest! {
        /// The crate that everybody uses says the same.
        #[test]
        fn agrees_with_the_hmac_crate(
            key in prop::collection::vec(any::<u8>(), 0..150),
            message in prop::collection::vec(any::<u8>(), 0..300),
            suffix in prop::collection::vec(any::<u8>(), 0..9),
        ) {
            let mut reference = Hmac::<Sha1>::new_from_slice(&key).unwrap();
            reference.update(&message);
            reference.update(&suffix);
            let tag = HmacSha1::new(&key).tag(&message, &suffix);
            prop_assert_eq!(&tag[..], &reference.finalize().into_bytes()[..]);
        }
    }
}
