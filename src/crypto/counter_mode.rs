//! AES in counter mode with a key schedule that is computed once (RFC 3711 §4.1.1, RFC 6188 §2).
//!
//! ```
//! use deskphone::crypto::CounterMode;
//! // NIST SP 800-38A F.5.1, the first block
//! let key = 0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c_u128.to_be_bytes();
//! let counter = 0xf0f1_f2f3_f4f5_f6f7_f8f9_fafb_fcfd_feff_u128.to_be_bytes();
//! let mut block = 0x6bc1_bee2_2e40_9f96_e93d_7e11_7393_172a_u128.to_be_bytes();
//! CounterMode::new(&key).unwrap().apply(counter, &mut block);
//! assert_eq!(block, 0x874d_6191_b620_e326_1bef_6864_990d_b6ce_u128.to_be_bytes());
//! ```

use core::fmt;

use aes::cipher::array::Array;
use aes::cipher::{BlockCipherEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipherCore, consts::U16};
use aes::{Aes128Enc, Aes192Enc, Aes256Enc};
use ctr::CtrCore;
use ctr::flavors::Ctr32BE;

/// An AES key, ready to make key stream; wiped when dropped.
pub struct CounterMode(Schedule);

#[allow(clippy::large_enum_variant, reason = "no heap to put the larger one on")]
enum Schedule {
    Aes128(Aes128Enc),
    Aes192(Aes192Enc),
    Aes256(Aes256Enc),
}

impl CounterMode {
    /// Takes a key of 16, 24 or 32 bytes; there is none of another length.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        let schedule = match key.len() {
            16 => Schedule::Aes128(Aes128Enc::new_from_slice(key).ok()?),
            24 => Schedule::Aes192(Aes192Enc::new_from_slice(key).ok()?),
            32 => Schedule::Aes256(Aes256Enc::new_from_slice(key).ok()?),
            _ => return None,
        };
        Some(Self(schedule))
    }

    /// Adds the key stream that begins with this counter block: encrypts or decrypts. The counter is the
    /// last 32 bits.
    #[inline]
    pub fn apply(&self, counter: [u8; 16], bytes: &mut [u8]) {
        match &self.0 {
            Schedule::Aes128(aes) => apply(aes, counter, bytes),
            Schedule::Aes192(aes) => apply(aes, counter, bytes),
            Schedule::Aes256(aes) => apply(aes, counter, bytes),
        }
    }
}

#[inline]
fn apply<C>(aes: &C, counter: [u8; 16], bytes: &mut [u8])
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>,
{
    let mut stream = CtrCore::<&C, Ctr32BE>::inner_iv_init(aes, &counter.into());
    let (blocks, rest) = bytes.as_chunks_mut::<16>();
    stream.apply_keystream_blocks(Array::cast_slice_from_core_mut(blocks));
    if !rest.is_empty() {
        let mut last = [0; 16].into();
        stream.write_keystream_block(&mut last);
        for (byte, key) in rest.iter_mut().zip(last) {
            *byte ^= key;
        }
    }
}

impl fmt::Debug for CounterMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CounterMode")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_decides_which_aes_it_is() {
        assert!([16, 24, 32].iter().all(|&length| CounterMode::new(&[0; 32][..length]).is_some()));
        assert!([0, 15, 17, 31].iter().all(|&length| CounterMode::new(&[0; 32][..length]).is_none()));
    }

    /// The crate's types say that they wipe themselves; ours consists of nothing else.
    #[test]
    fn key_schedules_are_wiped_when_dropped() {
        const fn wiped<T: zeroize::ZeroizeOnDrop>() {}
        wiped::<Aes128Enc>();
        wiped::<Aes192Enc>();
        wiped::<Aes256Enc>();
        assert_eq!(std::format!("{:?}", CounterMode::new(&[7; 16]).unwrap()), "CounterMode");
    }

    /// The stream is the same in one piece and in pieces that end inside a block.
    #[test]
    fn a_part_of_the_stream_is_its_beginning() {
        let cipher = CounterMode::new(&[7; 24]).unwrap();
        let mut whole = [0; 100];
        cipher.apply([1; 16], &mut whole);
        for length in 0..100 {
            let mut part = [0; 100];
            cipher.apply([1; 16], &mut part[..length]);
            assert_eq!(part[..length], whole[..length]);
            assert!(part[length..].iter().all(|&byte| byte == 0));
        }
    }
}
