//! Long streams over a network that loses, reorders and doubles.
#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

use super::*;
use crate::srtp::Error;
use proptest::prelude::*;

/// 140,000 packets over two roll-overs: each is accepted once, in whatever order.
#[test]
fn streams_survive_roll_overs_with_loss_reordering_and_duplicates() {
    let (mut anna, mut bert) = pair(Suite::Aes128Sha1_80);
    let mut state = 7u32;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let (mut waiting, mut delivered) = (Vec::new(), 0);
    for number in 0u32..140_000 {
        let sequence = sequence_of(number);
        let sealed = done(&mut anna, Session::protect, &rtp(sequence, SSRC)).unwrap();
        if random() % 10 > 0 {
            waiting.push((number, sealed));
        }
        while waiting.len() > 20 {
            // In any order, but not so late that it is forgotten.
            let late = number - waiting[0].0 > 100;
            let (sent, sealed) = waiting.remove(if late { 0 } else { random() as usize % 20 });
            let sequence = sequence_of(sent);
            assert_eq!(done(&mut bert, Session::unprotect, &sealed), Ok(rtp(sequence, SSRC)), "{number}");
            delivered += 1;
            if random() % 8 == 0 {
                assert_eq!(done(&mut bert, Session::unprotect, &sealed), Err(Error::Replayed));
            }
        }
    }
    assert!(delivered > 120_000);
}

/// The stream begins shortly before a roll-over.
fn sequence_of(number: u32) -> u16 {
    let [_, _, high, low] = (number + 65_000).to_be_bytes();
    u16::from_be_bytes([high, low])
}

proptest! {
    /// Whatever the packet, the suite and the identifier: what was protected comes back, and grew by what the
    /// suite says.
    #[test]
    fn unprotect_undoes_protect(
        suite in prop::sample::select(suites().collect::<Vec<_>>()),
        first in prop::sample::select(std::vec![0x80u8, 0x83, 0x90, 0x9F, 0xA0]),
        mki in prop::option::of((0u32..256, 1u8..9)),
        rest in prop::collection::vec(any::<u8>(), 7 + 4..300),
    ) {
        let mki = mki.and_then(|(value, length)| crate::crypto::Mki::new(value, length));
        let bytes = [9; 46];
        let master = MasterKey::new(suite, &bytes[..suite.key_bytes()], &bytes[..suite.salt_bytes()]);
        let master = master.unwrap().with_mki(mki);
        let grown = mki.map_or(0, |mki| mki.length());
        let packet = [&[first], &rest[..]].concat();
        let mut anna = crate::srtp::Sender::new(&master).unwrap();
        let mut bert = crate::srtp::Receiver::new(&master).unwrap();
        let mut buffer = [&packet[..], &[0; 64]].concat();
        if let Ok(length) = anna.protect(&mut buffer, packet.len()) {
            prop_assert_eq!(length, packet.len() + suite.rtp_tag_bytes() + grown);
            prop_assert_eq!(bert.unprotect(&mut buffer, length), Ok(packet.len()));
        } else {
            prop_assert!(crate::rtp::packet::header_bytes(&packet).is_err());
        }
        prop_assert_eq!(&buffer[..packet.len()], &packet[..]);
        let mut anna = crate::srtp::Sender::new(&master).unwrap();
        let mut bert = crate::srtp::Receiver::new(&master).unwrap();
        let length = anna.protect_rtcp(&mut buffer, packet.len()).unwrap();
        prop_assert_eq!(length, packet.len() + suite.rtcp_tag_bytes() + 4 + grown);
        prop_assert_eq!(bert.unprotect_rtcp(&mut buffer, length), Ok(packet.len()));
        prop_assert_eq!(&buffer[..packet.len()], &packet[..]);
    }
}
