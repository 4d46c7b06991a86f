//! Whole packets: those of libsrtp's test driver, RFC 7714 §16 and §17, and some that two other
//! implementations agree on.

use super::*;
use crate::srtp::{Receiver, Sender};

const KEY: &str = "E1F97A0D3E018BE0D64FA32C06DE4139";
const SALT: &str = "0EC675AD498AFEEBB6960B3AABE6";

fn protected(sender: &mut Sender, packet: &[u8]) -> Vec<u8> {
    let mut buffer = [packet, &[0; 64]].concat();
    let length = sender.protect(&mut buffer, packet.len()).unwrap();
    buffer[..length].to_vec()
}

fn protected_rtcp(sender: &mut Sender, packet: &[u8]) -> Vec<u8> {
    let mut buffer = [packet, &[0; 64]].concat();
    let length = sender.protect_rtcp(&mut buffer, packet.len()).unwrap();
    buffer[..length].to_vec()
}

/// The packet with sequence number 0x1234, protected; what is protected comes back.
fn first(master: &MasterKey) -> Vec<u8> {
    let packet = rtp(0x1234, SSRC);
    let sealed = protected(&mut Sender::new(master).unwrap(), &packet);
    let mut opened = sealed.clone();
    let length = Receiver::new(master).unwrap().unprotect(&mut opened, sealed.len()).unwrap();
    assert_eq!(opened[..length], packet);
    assert_eq!(sealed[..12], packet[..12]);
    sealed[12..].to_vec()
}

/// The RTCP packet with index 1; what is protected comes back.
fn second_rtcp(master: &MasterKey) -> Vec<u8> {
    let packet = rtcp(SSRC);
    let mut sender = Sender::new(master).unwrap();
    protected_rtcp(&mut sender, &packet);
    let sealed = protected_rtcp(&mut sender, &packet);
    let mut opened = sealed.clone();
    let length = Receiver::new(master).unwrap().unprotect_rtcp(&mut opened, sealed.len()).unwrap();
    assert_eq!(opened[..length], packet);
    sealed
}

#[test]
fn libsrtp_aes_128_hmac_sha1_80() {
    let master = key(Suite::Aes128Sha1_80, KEY, SALT);
    assert_eq!(first(&master), hex("4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"));
    let sealed = "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798";
    assert_eq!(second_rtcp(&master), hex(sealed));
}

#[test]
fn libsrtp_null_cipher() {
    let master = key(Suite::NullSha1_80, KEY, SALT);
    assert_eq!(first(&master), hex("abababababababababababababababab aba136270b679134ce9b"));
    let sealed = "81c8000bcafebabe abababababababababababababababab 00000001fe88c7fdfd37ebce615d";
    assert_eq!(second_rtcp(&master), hex(sealed));
}

#[test]
fn libsrtp_aes_256_hmac_sha1_80() {
    let master_key = "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6";
    let master = key(Suite::Aes256Sha1_80, master_key, "3b04803de51ee7c96423ab5b78d2");
    assert_eq!(first(&master), hex("f1d9de17ff251ff1aa007774b0b4b40da08d9d9a5b3a55d8873b"));
}

#[test]
fn aes_192_as_another_implementation_has_it() {
    let master_key = "73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1";
    let master = key(Suite::Aes192Sha1_80, master_key, "c8522f3acd4ce86d5add78edbb11");
    assert_eq!(first(&master), hex("1e84e1395a55cc6cd7b80db939a83a78e3e7e10bf579c261e5c6"));
}

/// The short tag; RTCP keeps the long one (RFC 4568 §6.2.2), so its packet is that of the other suite.
#[test]
fn hmac_sha1_32_as_another_implementation_has_it() {
    let master = key(Suite::Aes128Sha1_32, KEY, SALT);
    assert_eq!(first(&master), hex("4e55dc4ce79978d88ca4d215949d2402b78d6acc"));
    assert_eq!(second_rtcp(&master), second_rtcp(&key(Suite::Aes128Sha1_80, KEY, SALT)));
}

#[test]
fn a_roll_over_as_another_implementation_has_it() {
    let mut sender = Sender::new(&key(Suite::Aes128Sha1_80, KEY, SALT)).unwrap();
    let sealed = [
        (0xFFFE, "dae8b0de83c8b04e96f24a2425bce81efd162555e37f4389d3a4"),
        (0xFFFF, "f36e96fc87ac01758cea5f94ba171db81149c9c49efa93c1b483"),
        (0x0000, "24ecf92d9c97bf2ac679b796fdfd365a267beecdc56456590e62"),
        (0x0001, "b6f1f0a458a238ac3d2f55ac6566b25c051f89495037505c44c7"),
    ];
    for (sequence, sealed) in sealed {
        assert_eq!(protected(&mut sender, &rtp(sequence, SSRC))[12..], hex(sealed), "{sequence:#x}");
    }
    // On to the roll-over count 2.
    for sequence in [0x7000, 0xE000, 0x1233] {
        protected(&mut sender, &rtp(sequence, SSRC));
    }
    let sealed = "b7b1f926d2e2316775b3d8f3197b194b13616174bc06be9798ab";
    assert_eq!(protected(&mut sender, &rtp(0x1234, SSRC))[12..], hex(sealed));
}

#[test]
fn rtcp_indices_as_another_implementation_has_them() {
    let master = key(Suite::Aes128Sha1_80, KEY, SALT);
    let mut sender = Sender::new(&master).unwrap();
    let third = (0..3).map(|_| protected_rtcp(&mut sender, &rtcp(SSRC))).last().unwrap();
    assert_eq!(third[8..], hex("621934ea9f788cdad295b3a512d8bc5f80000002c8dc9c552c823658cdac"));
    // An unencrypted one, which says so.
    let clear = hex("81c8000bcafebabe abababababababababababababababab 00000001fe88c7fdfd37ebce615d");
    let mut buffer = clear.clone();
    let length = Receiver::new(&master).unwrap().unprotect_rtcp(&mut buffer, clear.len()).unwrap();
    assert_eq!(buffer[..length], rtcp(SSRC));
}

/// 20 ms of PCMU with sequence number 1.
#[test]
fn a_packet_of_speech_as_another_implementation_has_it() {
    let mut packet = hex("800000010000000012345678");
    packet.extend((0..160u8).map(|i| i.wrapping_mul(7).wrapping_add(3)));
    let sealed = protected(&mut Sender::new(&key(Suite::Aes128Sha1_80, KEY, SALT)).unwrap(), &packet);
    assert_eq!(sealed[12..28], hex("2fdd12ae6065f265472ed38b202284a6"));
    assert_eq!(sealed[172..], hex("25a0525e2199546b7570"));
    let digest = <sha1::Sha1 as sha1::Digest>::digest(&sealed);
    assert_eq!(digest[..], hex("7b901a72d84ccad37a052976b8142b2c1005c097"));
}

#[cfg(feature = "gcm")]
#[test]
fn libsrtp_aes_128_gcm() {
    let master = key(Suite::Aes128Gcm, "000102030405060708090a0b0c0d0e0f", "a0a1a2a3a4a5a6a7a8a9aaab");
    assert_eq!(first(&master), hex("c5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392"));
    let sealed = "81c8000bcafebabec98b8b5df0392a55852b6c21ac8e7025c52c6fbea2b3b446ea31123ba88ce61e80000001";
    assert_eq!(second_rtcp(&master), hex(sealed));
}

/// RFC 7714 §16 and §17 give session keys, so they bypass the derivation.
#[cfg(feature = "gcm")]
mod rfc_7714 {
    use super::*;
    use crate::srtp::Error;
    use crate::srtp::cipher::Aead;
    use crate::srtp::derive::SessionKeys;
    use crate::srtp::rtcp::RtcpKeys;
    use crate::srtp::rtp::{Packet, RtpKeys};

    const SALT: &str = "517569642070726f2071756f";
    const HEADER: &str = "8040f17b8041f8d35501a0b2";
    const TEXT: &[u8] = b"Gallia est omnis divisa in partes tres";
    const RTCP: &str = "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61
                        deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
    const RTP_AT: Packet = Packet { header: 12, ssrc: 0x5501_A0B2, index: 0xF17B };
    const RTCP_AT: Packet = Packet { header: 8, ssrc: 0x4D61_7273, index: 0x5D4 };

    fn aead(key_bytes: u8) -> Aead {
        Aead::new(&SessionKeys::given(&(0..key_bytes).collect::<Vec<_>>(), &hex(SALT))).unwrap()
    }

    #[test]
    fn section_8_1_and_9_1_nonces() {
        assert_eq!(aead(16).nonce(RTP_AT.ssrc, RTP_AT.index)[..], hex("51753c6580c2726f20718414"));
        assert_eq!(aead(16).nonce(RTCP_AT.ssrc, RTCP_AT.index)[..], hex("517524055203726f207170bb"));
    }

    #[test]
    fn section_16_rtp() {
        let expected = [
            (
                16,
                "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833
                  899d7f27beb16a9152cf765ee4390cce",
            ),
            (
                32,
                "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b
                  7aa3db36dfffd6b0f9bb7878d7a76c13",
            ),
        ];
        for (key_bytes, sealed) in expected {
            let keys = RtpKeys::given(aead(key_bytes));
            let packet = [&hex(HEADER), TEXT].concat();
            let mut buffer = [&packet[..], &[0; 16]].concat();
            assert_eq!(keys.seal(&mut buffer, packet.len(), RTP_AT), Ok(buffer.len()));
            assert_eq!(buffer[12..], hex(sealed));
            assert_eq!(keys.open(&mut buffer, RTP_AT), Ok(packet.len()));
            assert_eq!(buffer[..packet.len()], packet);
        }
    }

    /// Nothing is encrypted: all of the packet is associated data.
    #[test]
    fn section_16_tag_only() {
        let expected = [(16, "22493f82d2bce397e9d79e3b19aa4216"), (32, "a866d5910f887463067ceefec45215d4")];
        for (key_bytes, tag) in expected {
            let aead = aead(key_bytes);
            let packet = [&hex(HEADER), TEXT].concat();
            let found = aead.gcm().seal(&aead.nonce(RTP_AT.ssrc, RTP_AT.index), &packet, &mut []);
            assert_eq!(found.unwrap()[..], hex(tag));
        }
    }

    #[test]
    fn section_17_rtcp() {
        let expected = [
            (
                16,
                "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b46
                  86303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4",
            ),
            (
                32,
                "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658
                  c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4",
            ),
        ];
        for (key_bytes, sealed) in expected {
            let keys = RtcpKeys::given(aead(key_bytes));
            let packet = hex(RTCP);
            let mut buffer = [&packet[..], &[0; 20]].concat();
            assert_eq!(keys.seal(&mut buffer, packet.len(), RTCP_AT), Ok(buffer.len()));
            assert_eq!(buffer, hex(sealed));
            let word = keys.word(&buffer).unwrap();
            assert_eq!((word.encrypted, word.index), (true, 0x5D4));
            assert_eq!(keys.open(&mut buffer, true, RTCP_AT), Ok(packet.len()));
            assert_eq!(buffer[..packet.len()], packet);
        }
    }

    #[test]
    fn section_17_tag_only() {
        let expected = [(16, "841dd9683dd78ec92ae58790125f62b3"), (32, "91db4afbfeee5a978fab4393ed2615fe")];
        for (key_bytes, tag) in expected {
            let keys = RtcpKeys::given(aead(key_bytes));
            let sealed = [hex(RTCP), hex(tag), hex("000005d4")].concat();
            let mut buffer = sealed.clone();
            assert!(!keys.word(&buffer).unwrap().encrypted);
            assert_eq!(keys.open(&mut buffer, false, RTCP_AT), Ok(hex(RTCP).len()));
            assert_eq!(buffer, sealed);
            buffer[9] ^= 1;
            let changed = buffer.clone();
            assert_eq!(keys.open(&mut buffer, false, RTCP_AT), Err(Error::Authentication));
            assert_eq!(buffer, changed, "a packet that is refused is as it was");
        }
    }
}
