//! The master key of one call, and the blocks of PKCS#1 v1.5 that carry it.
//!
//! ```text
//! 00 02 padding (random, none of it 0) 00 secret
//! ```
//!
//! The padding has 29 bytes when one block carries key and salt, 45 when there is a block for each. Both
//! lengths are fixed, so a block is opened without a search for the zero: each byte is looked at, whatever it
//! is.
//!
//! A block that is not so, or is not below the modulus, opens as a random key that was drawn before (implicit
//! rejection): the callee itself does not know it, answers as always, and whoever sent the block learns
//! nothing.

use core::fmt;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

use super::certificate::joined;
use super::hello::Block;
use super::layout::{KEY_BYTES, SALT_BYTES, SUBSCRIBER_BYTES};
use crate::base::Rng;

/// The master key and salt of both directions; their SSRCs keep the key streams apart. Wiped when dropped.
#[derive(Clone)]
pub struct MasterKey {
    key: [u8; KEY_BYTES],
    salt: [u8; SALT_BYTES],
}

impl MasterKey {
    /// Draws a new one.
    #[must_use]
    pub fn draw(rng: &mut dyn Rng) -> Self {
        let mut drawn = Self { key: [0; KEY_BYTES], salt: [0; SALT_BYTES] };
        fill(rng, &mut drawn.key);
        fill(rng, &mut drawn.salt);
        drawn
    }

    /// A key and salt that are known.
    #[must_use]
    pub const fn new(key: [u8; KEY_BYTES], salt: [u8; SALT_BYTES]) -> Self {
        Self { key, salt }
    }

    /// RFC 3711's master key.
    #[must_use]
    pub const fn key(&self) -> &[u8; KEY_BYTES] {
        &self.key
    }

    /// RFC 3711's master salt.
    #[must_use]
    pub const fn salt(&self) -> &[u8; SALT_BYTES] {
        &self.salt
    }

    /// The salt as it is sent: two zeros behind it.
    fn long_salt(&self) -> [u8; KEY_BYTES] {
        joined(&[&self.salt])
    }

    /// The one block that carries both.
    pub(super) fn block(&self, rng: &mut dyn Rng) -> Block {
        let mut salt = self.long_salt();
        let block = padded(rng, &[&self.key, &salt]);
        salt.zeroize();
        block
    }

    /// The blocks that carry the key and the salt.
    pub(super) fn blocks(&self, rng: &mut dyn Rng) -> (Block, Block) {
        let mut salt = self.long_salt();
        let blocks = (padded(rng, &[&self.key]), padded(rng, &[&salt]));
        salt.zeroize();
        blocks
    }

    /// What a decrypted block holds, or `self` when it is not what it should be or is not `wanted`.
    pub(super) fn or_opened(&self, block: &Block, wanted: Choice) -> Self {
        let good = wanted & is_padded(block, 2 * KEY_BYTES);
        self.or_chosen(block.get(SUBSCRIBER_BYTES - 2 * KEY_BYTES..).unwrap_or(&[]), good)
    }

    /// What two decrypted blocks hold, or `self`.
    pub(super) fn or_opened_both(&self, key: &Block, salt: &Block, wanted: Choice) -> Self {
        let good = wanted & is_padded(key, KEY_BYTES) & is_padded(salt, KEY_BYTES);
        let tail = SUBSCRIBER_BYTES - KEY_BYTES;
        let (key, salt) = (key.get(tail..).unwrap_or(&[]), salt.get(tail..).unwrap_or(&[]));
        let both = Zeroizing::new(joined::<{ 2 * KEY_BYTES }>(&[key, salt]));
        self.or_chosen(both.as_ref(), good)
    }

    fn or_chosen(&self, key_and_salt: &[u8], good: Choice) -> Self {
        let mut chosen = self.clone();
        let own = chosen.key.iter_mut().chain(chosen.salt.iter_mut());
        for (own, opened) in own.zip(key_and_salt) {
            own.conditional_assign(opened, good);
        }
        chosen
    }
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.key.zeroize();
        self.salt.zeroize();
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

/// Fills with random bytes.
pub(super) fn fill(rng: &mut dyn Rng, bytes: &mut [u8]) {
    for four in bytes.chunks_mut(4) {
        for (place, byte) in four.iter_mut().zip(rng.next_u32().to_be_bytes()) {
            *place = byte;
        }
    }
}

/// A block whose padding fills what the secret leaves.
fn padded(rng: &mut dyn Rng, secret: &[&[u8]]) -> Block {
    let length: usize = secret.iter().map(|part| part.len()).sum();
    let mut block: Block = [0; SUBSCRIBER_BYTES];
    let padding = SUBSCRIBER_BYTES.saturating_sub(length).saturating_sub(3);
    let bytes = secret.iter().flat_map(|part| part.iter());
    for (place, byte) in block.iter_mut().skip(padding.saturating_add(3)).zip(bytes) {
        *place = *byte;
    }
    for (place, byte) in block.iter_mut().zip([0, 2]) {
        *place = byte;
    }
    for place in block.iter_mut().skip(2).take(padding) {
        *place = non_zero(rng);
    }
    block
}

/// A random byte that is not zero. A generator that gives zeros only must not hold the phone up: after some
/// tries the byte is 1.
fn non_zero(rng: &mut dyn Rng) -> u8 {
    for _ in 0..8 {
        if let Some(byte) = rng.next_u32().to_be_bytes().into_iter().find(|byte| *byte != 0) {
            return byte;
        }
    }
    1
}

/// Whether a block is padded as one that carries `secret` bytes; it takes as long for every block.
fn is_padded(block: &Block, secret: usize) -> Choice {
    let zero = SUBSCRIBER_BYTES.saturating_sub(secret).saturating_sub(1);
    let mut good = Choice::from(1);
    for (place, byte) in block.iter().enumerate() {
        good &= match place {
            0 => byte.ct_eq(&0),
            1 => byte.ct_eq(&2),
            _ if place < zero => !byte.ct_eq(&0),
            _ if place == zero => byte.ct_eq(&0),
            _ => Choice::from(1),
        };
    }
    good
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secure_call::tests::Dice;
    use std::format;

    struct Zeros;

    impl Rng for Zeros {
        fn next_u32(&mut self) -> u32 {
            0
        }
    }

    fn opens(block: &Block, wanted: u8) -> [u8; 30] {
        let other = MasterKey::new([0xEE; 16], [0xEE; 14]);
        let opened = other.or_opened(block, Choice::from(wanted));
        joined(&[opened.key(), opened.salt()])
    }

    #[test]
    fn each_changed_byte_of_the_padding_gives_the_other_key() {
        let mut rng = Dice::new(1);
        let master = MasterKey::draw(&mut rng);
        let sent: [u8; 30] = joined(&[master.key(), master.salt()]);
        let block = master.block(&mut rng);
        assert_eq!(opens(&block, 1), sent);
        assert_eq!(opens(&block, 0), [0xEE; 30], "a block that was not below the modulus");
        for place in 0..32 {
            let mut changed = block;
            changed[place] = match place {
                0 | 1 | 31 => changed[place] ^ 0x40,
                _ => 0,
            };
            assert_eq!(opens(&changed, 1), [0xEE; 30], "{place}");
        }
        // The last two bytes of the salt are for padding only.
        let mut changed = block;
        changed[63] = 9;
        assert_eq!(opens(&changed, 1), sent);
    }

    #[test]
    fn two_blocks_open_together_or_not_at_all() {
        let mut rng = Dice::new(2);
        let master = MasterKey::draw(&mut rng);
        let (key, salt) = master.blocks(&mut rng);
        let other = MasterKey::new([0xEE; 16], [0xEE; 14]);
        let opened = other.or_opened_both(&key, &salt, Choice::from(1));
        assert_eq!((opened.key(), opened.salt()), (master.key(), master.salt()));
        for place in 0..48 {
            for second in [false, true] {
                let (mut key, mut salt) = (key, salt);
                let changed = if second { &mut salt } else { &mut key };
                changed[place] = if matches!(place, 0 | 1 | 47) { 0x40 } else { 0 };
                let opened = other.or_opened_both(&key, &salt, Choice::from(1));
                assert_eq!((opened.key(), opened.salt()), (other.key(), other.salt()), "{place} {second}");
            }
        }
    }

    #[test]
    fn the_padding_has_no_zero_even_from_a_dead_generator() {
        for block in
            [MasterKey::draw(&mut Zeros).block(&mut Zeros), MasterKey::draw(&mut Zeros).blocks(&mut Zeros).0]
        {
            let zero = block.iter().skip(2).position(|byte| *byte == 0).unwrap() + 2;
            assert!(zero == 31 || zero == 47, "{zero}");
        }
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", MasterKey::new([7; 16], [7; 14])), "MasterKey");
    }
}
