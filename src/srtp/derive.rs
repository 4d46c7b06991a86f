//! Key derivation (RFC 3711 §4.3): session keys from a master key, once (key derivation rate 0).
//!
//! ```text
//! key_id = label || r              r = 0
//! x      = key_id XOR master_salt
//! key    = key stream of AES-CM with the master key, beginning at the block x * 2^16
//! ```

use zeroize::Zeroize;

use crate::crypto::{CounterMode, HmacSha1, MasterKey};

/// What is protected; each has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// SRTP.
    Rtp,
    /// SRTCP.
    Rtcp,
}

/// Session keys on their way into a key schedule; wiped when dropped.
pub(super) struct SessionKeys {
    cipher: [u8; 32],
    cipher_bytes: usize,
    /// The key of HMAC-SHA1 (§5.2: 160 bits).
    pub(super) mac: [u8; HmacSha1::TAG_BYTES],
    /// The salt, with zeros behind it where a suite has less (RFC 7714 §11).
    pub(super) salt: [u8; 14],
}

impl SessionKeys {
    /// The keys of one protocol. RFC 3711 §4.3.1 and §4.3.2 give the labels; RFC 6188 §3 and RFC 7714 §11 say
    /// that the length of the master key chooses the AES that derives.
    pub(super) fn derive(master: &MasterKey, protocol: Protocol) -> Option<Self> {
        let [cipher, mac, salt] = match protocol {
            Protocol::Rtp => [0, 1, 2],
            Protocol::Rtcp => [3, 4, 5],
        };
        let prf = CounterMode::new(master.key())?;
        let mut keys = Self {
            cipher: [0; 32],
            cipher_bytes: master.suite().key_bytes(),
            mac: [0; HmacSha1::TAG_BYTES],
            salt: [0; 14],
        };
        let from = |label| block(master.salt(), label);
        prf.apply(from(cipher), keys.cipher.get_mut(..keys.cipher_bytes)?);
        prf.apply(from(mac), &mut keys.mac);
        prf.apply(from(salt), keys.salt.get_mut(..master.suite().salt_bytes())?);
        Some(keys)
    }

    /// Keys as a published example has them.
    #[cfg(all(test, feature = "gcm"))]
    pub(super) fn given(cipher: &[u8], salt: &[u8]) -> Self {
        let mut keys = Self { cipher: [0; 32], cipher_bytes: cipher.len(), mac: [0; 20], salt: [0; 14] };
        keys.cipher.iter_mut().zip(cipher).for_each(|(place, byte)| *place = *byte);
        keys.salt.iter_mut().zip(salt).for_each(|(place, byte)| *place = *byte);
        keys
    }

    pub(super) fn cipher(&self) -> &[u8] {
        self.cipher.get(..self.cipher_bytes).unwrap_or(&[])
    }

    fn wipe(&mut self) {
        self.cipher.zeroize();
        self.mac.zeroize();
        self.salt.zeroize();
    }
}

/// The block at which the key stream of a label begins.
fn block(salt: &[u8], label: u8) -> [u8; 16] {
    let mut block = [0; 16];
    for (place, byte) in block.iter_mut().zip(salt) {
        *place = *byte;
    }
    // The label stands above an r of 48 bits, whose end is the salt's end.
    if let Some(place) = block.get_mut(7) {
        *place ^= label;
    }
    block
}

impl Drop for SessionKeys {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::hex;
    use super::*;
    use crate::crypto::Suite;

    fn derived(suite: Suite, key: &str, salt: &str, protocol: Protocol) -> [std::vec::Vec<u8>; 3] {
        let master = MasterKey::new(suite, &hex(key), &hex(salt)).unwrap();
        let keys = SessionKeys::derive(&master, protocol).unwrap();
        [keys.cipher().to_vec(), keys.salt.to_vec(), keys.mac.to_vec()]
    }

    #[test]
    fn rfc_3711_appendix_b_3() {
        let (key, salt) = ("E1F97A0D3E018BE0D64FA32C06DE4139", "0EC675AD498AFEEBB6960B3AABE6");
        let rtp = derived(Suite::Aes128Sha1_80, key, salt, Protocol::Rtp);
        let cipher_key = hex("C61E7A93744F39EE10734AFE3FF7A087");
        let mac_key = hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4");
        assert_eq!(rtp, [cipher_key, hex("30CBBC08863D8C85D49DB34A9AE1"), mac_key]);
        // Not in the RFC: the same with labels 3 to 5.
        let rtcp = derived(Suite::Aes128Sha1_80, key, salt, Protocol::Rtcp);
        let cipher_key = hex("4c1aa45a81f73d61c800bbb00fbb1eaa");
        let mac_key = hex("8d54534feb49ae8e7993a6bd0b844fc323a93dfd");
        assert_eq!(rtcp, [cipher_key, hex("9581c7ad87b3e530bf3e4454a8b3"), mac_key]);
    }

    /// All 94 bytes that the RFC prints, although no transform of ours takes more than 20 of them.
    #[test]
    fn rfc_3711_appendix_b_3_whole_authentication_key() {
        let prf = CounterMode::new(&hex("E1F97A0D3E018BE0D64FA32C06DE4139")).unwrap();
        let mut key = [0; 94];
        prf.apply(block(&hex("0EC675AD498AFEEBB6960B3AABE6"), 1), &mut key);
        let whole = "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE
                     E049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC25
                     6D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2";
        assert_eq!(key[..], hex(whole));
    }

    #[test]
    fn rfc_6188_section_7() {
        let key = "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6";
        let found = derived(Suite::Aes256Sha1_80, key, "3b04803de51ee7c96423ab5b78d2", Protocol::Rtp);
        let cipher_key = hex("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4");
        let mac_key = hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
        assert_eq!(found, [cipher_key, hex("fa31791685ca444a9e07c6c64e93"), mac_key]);

        let key = "73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1";
        let found = derived(Suite::Aes192Sha1_80, key, "c8522f3acd4ce86d5add78edbb11", Protocol::Rtp);
        let cipher_key = hex("31874736a8f1143870c26e4857d8a5b2c4a354407faadabb");
        let mac_key = hex("355b10973cd95b9eacf4061c7e1a7151e7cfbfcb");
        assert_eq!(found, [cipher_key, hex("2372b82d639b6d8503a47adc0a6c"), mac_key]);
    }

    /// What libsrtp got before 2.8.0 for the same AES-192 master key (its issue 763): it ran AES-256 over key
    /// and salt as they stand behind each other, filled up with zeros. So those that disagree with us do not
    /// follow RFC 6188.
    #[test]
    fn what_others_got_with_192_bits_is_another_derivation() {
        let joined = hex("73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1c8522f3acd4ce86d5add78edbb11");
        let (key, salt) = joined.split_at(32);
        let prf = CounterMode::new(key).unwrap();
        let (mut cipher_key, mut cipher_salt) = ([0; 24], [0; 14]);
        prf.apply(block(salt, 0), &mut cipher_key);
        prf.apply(block(salt, 2), &mut cipher_salt);
        assert_eq!(cipher_key[..], hex("7af9f9f2cb705d213cce5fa377b290a0183389701878e7d7"));
        assert_eq!(cipher_salt[..], hex("2166ce644b08c8f855708bc2189e"));
    }

    #[test]
    fn keys_are_wiped() {
        let master = MasterKey::new(Suite::Aes256Sha1_80, &[1; 32], &[2; 14]).unwrap();
        let mut keys = SessionKeys::derive(&master, Protocol::Rtp).unwrap();
        keys.wipe();
        assert_eq!((keys.cipher, keys.mac, keys.salt), ([0; 32], [0; 20], [0; 14]));
    }
}
