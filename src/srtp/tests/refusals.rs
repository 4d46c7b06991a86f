//! What a session must not do: accept what is changed, old or foreign, use a key too often, or change by a
//! packet that it refuses.

use super::*;
use crate::crypto::Mki;
use crate::limits;
use crate::srtp::{Error, Receiver, Sender};

/// Each bit of each field: header, payload, index, tag.
#[test]
fn a_changed_bit_is_noticed_wherever_it_is() {
    for suite in suites() {
        for (seal, open, packet) in [
            (Session::protect as Act, Session::unprotect as Act, rtp(9, SSRC)),
            (Session::protect_rtcp, Session::unprotect_rtcp, rtcp(SSRC)),
        ] {
            let (mut anna, mut bert) = pair(suite);
            let sealed = done(&mut anna, seal, &packet).unwrap();
            for bit in 0..sealed.len() * 8 {
                let mut changed = sealed.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                let refused = done(&mut bert, open, &changed);
                let expected = matches!(refused, Err(Error::Authentication | Error::Malformed));
                assert!(expected, "{suite:?}, bit {bit}: {refused:?}");
            }
            assert_eq!(done(&mut bert, open, &sealed), Ok(packet), "{suite:?}: nothing of it is remembered");
        }
    }
}

#[test]
fn a_part_of_a_packet_is_no_packet() {
    for suite in suites() {
        let (mut anna, mut bert) = pair(suite);
        let sealed = done(&mut anna, Session::protect, &rtp(9, SSRC)).unwrap();
        let sealed_rtcp = done(&mut anna, Session::protect_rtcp, &rtcp(SSRC)).unwrap();
        for length in 0..sealed.len() {
            let refused = done(&mut bert, Session::unprotect, &sealed[..length]);
            assert!(matches!(refused, Err(Error::Authentication | Error::Malformed)), "{suite:?}, {length}");
        }
        for length in 0..sealed_rtcp.len() {
            let refused = done(&mut bert, Session::unprotect_rtcp, &sealed_rtcp[..length]);
            assert!(matches!(refused, Err(Error::Authentication | Error::Malformed)), "{suite:?}, {length}");
        }
    }
}

/// A forged packet far ahead moves neither the roll-over count nor the window.
#[test]
fn nothing_changes_before_a_packet_is_authentic() {
    let (mut anna, mut bert) = pair(Suite::Aes128Sha1_80);
    let sealed: Vec<_> = (0..3).map(|n| done(&mut anna, Session::protect, &rtp(n, SSRC)).unwrap()).collect();
    assert!(done(&mut bert, Session::unprotect, &sealed[1]).is_ok());
    for sequence in [2, 100, 0x7000, 0x8001, 0xFFFF] {
        let mut forged = rtp(sequence, SSRC);
        forged.extend([0; 10]);
        let expected = if sequence > 0x8001 { Error::BeforeStart } else { Error::Authentication };
        assert_eq!(done(&mut bert, Session::unprotect, &forged), Err(expected), "{sequence}");
    }
    assert!(done(&mut bert, Session::unprotect, &sealed[0]).is_ok(), "the window did not move");
    assert!(done(&mut bert, Session::unprotect, &sealed[2]).is_ok());
}

#[test]
fn replays_are_noticed_and_each_protocol_has_a_list_of_its_own() {
    let (mut anna, mut bert) = pair(Suite::Aes128Sha1_80);
    let sealed = done(&mut anna, Session::protect, &rtp(0, SSRC)).unwrap();
    let sealed_rtcp = done(&mut anna, Session::protect_rtcp, &rtcp(SSRC)).unwrap();
    assert!(done(&mut bert, Session::unprotect, &sealed).is_ok());
    assert!(done(&mut bert, Session::unprotect_rtcp, &sealed_rtcp).is_ok(), "index 0 of another list");
    assert_eq!(done(&mut bert, Session::unprotect, &sealed), Err(Error::Replayed));
    assert_eq!(done(&mut bert, Session::unprotect_rtcp, &sealed_rtcp), Err(Error::Replayed));
    for n in 1..=128 {
        let next = done(&mut anna, Session::protect, &rtp(n, SSRC)).unwrap();
        assert!(done(&mut bert, Session::unprotect, &next).is_ok());
    }
    assert_eq!(done(&mut bert, Session::unprotect, &sealed), Err(Error::Old));
}

#[test]
fn a_sequence_number_is_used_once() {
    let (mut anna, _) = pair(Suite::Aes128Sha1_80);
    assert!(done(&mut anna, Session::protect, &rtp(10, SSRC)).is_ok());
    assert_eq!(done(&mut anna, Session::protect, &rtp(10, SSRC)), Err(Error::Replayed));
    assert_eq!(done(&mut anna, Session::protect, &rtp(9, SSRC)), Err(Error::Replayed));
    assert!(done(&mut anna, Session::protect, &rtp(11, SSRC)).is_ok());
}

/// RFC 3711 §9.2.
#[test]
fn a_key_ends() {
    let master =
        key(Suite::Aes128Sha1_80, "E1F97A0D3E018BE0D64FA32C06DE4139", "0EC675AD498AFEEBB6960B3AABE6");
    let mut sender = Sender::new(&master).unwrap();
    sender.pretend_sent(SSRC, (1 << 48) - 2, (1 << 31) - 2);
    let mut protect = |sequence: u16| {
        let mut buffer = [rtp(sequence, SSRC), [0; 16].to_vec()].concat();
        sender.protect(&mut buffer, 28)
    };
    assert_eq!(protect(0xFFFF), Ok(38));
    assert_eq!(protect(0), Err(Error::KeyExhausted));
    let mut protect_rtcp = || {
        let mut buffer = [rtcp(SSRC), [0; 16].to_vec()].concat();
        sender.protect_rtcp(&mut buffer, 24)
    };
    assert_eq!(protect_rtcp(), Ok(38));
    assert_eq!(protect_rtcp(), Err(Error::KeyExhausted));
    // Another source begins with its own numbers, but not with another key.
    let mut sender = Sender::new(&master).unwrap();
    sender.pretend_left(1);
    let mut buffer = [0; 64];
    buffer[..28].copy_from_slice(&rtp(0, SSRC));
    assert_eq!(sender.protect(&mut buffer, 28), Ok(38));
    buffer[..28].copy_from_slice(&rtp(0, SSRC + 1));
    let other = if limits::SRTP_SOURCES > 1 { Error::KeyExhausted } else { Error::TooManySources };
    assert_eq!(sender.protect(&mut buffer, 28), Err(other));
}

#[test]
fn sources_are_apart_and_bounded() {
    let (mut anna, mut bert) = pair(Suite::Aes128Sha1_80);
    let most = u32::try_from(limits::SRTP_SOURCES).unwrap();
    for ssrc in 0..most {
        let sealed = done(&mut anna, Session::protect, &rtp(7, ssrc)).unwrap();
        assert!(done(&mut bert, Session::unprotect, &sealed).is_ok());
        assert_eq!(done(&mut bert, Session::unprotect, &sealed), Err(Error::Replayed));
    }
    assert_eq!(done(&mut anna, Session::protect, &rtp(7, most)), Err(Error::TooManySources));
    assert_eq!(done(&mut bert, Session::unprotect, &rtp(7, most)), Err(Error::TooManySources));
}

/// One key for both directions: the SSRCs must differ, and a packet that comes back is not taken.
#[test]
fn with_one_key_the_other_sides_source_is_refused() {
    let master = MasterKey::new(Suite::Aes128Sha1_80, &[1; 16], &[2; 14]).unwrap();
    let [mut anna, mut bert] = [(), ()].map(|()| Session::new(&master, &master).unwrap());
    let sealed = done(&mut anna, Session::protect, &rtp(1, 0xA)).unwrap();
    assert_eq!(done(&mut anna, Session::unprotect, &sealed), Err(Error::OtherSide));
    assert!(done(&mut bert, Session::unprotect, &sealed).is_ok());
    assert_eq!(done(&mut bert, Session::protect, &rtp(1, 0xA)), Err(Error::OtherSide));
    assert_eq!(done(&mut bert, Session::protect_rtcp, &rtcp(0xA)), Err(Error::OtherSide));
    let sealed = done(&mut bert, Session::protect, &rtp(1, 0xB)).unwrap();
    assert!(done(&mut anna, Session::unprotect, &sealed).is_ok());
    let sealed = done(&mut anna, Session::protect_rtcp, &rtcp(0xA)).unwrap();
    assert_eq!(done(&mut anna, Session::unprotect_rtcp, &sealed), Err(Error::OtherSide));
}

#[test]
fn buffers_without_room_and_packets_without_end() {
    let (mut anna, mut bert) = pair(Suite::Aes128Sha1_80);
    let mut short = [rtp(1, SSRC), [0; 9].to_vec()].concat();
    let before = short.clone();
    assert_eq!(anna.protect(&mut short, 28), Err(Error::NoRoom));
    assert_eq!(short, before);
    assert_eq!(anna.protect(&mut short, 99), Err(Error::NoRoom));
    assert_eq!(bert.unprotect(&mut short, 99), Err(Error::NoRoom));
    assert_eq!(anna.protect_rtcp(&mut short, 36), Err(Error::NoRoom));
    let long = [rtp(1, SSRC), [0; 16 << 16].to_vec()].concat();
    assert_eq!(done(&mut anna, Session::protect, &long), Err(Error::TooLong));
    assert_eq!(done(&mut bert, Session::unprotect, &long), Err(Error::TooLong));
    assert_eq!(done(&mut anna, Session::protect_rtcp, &long), Err(Error::TooLong));
    assert_eq!(done(&mut bert, Session::unprotect_rtcp, &long), Err(Error::TooLong));
    for packet in [&[][..], &[0x80; 7], &[0x40; 40]] {
        assert_eq!(done(&mut anna, Session::protect, packet), Err(Error::Malformed));
        assert_eq!(done(&mut anna, Session::protect_rtcp, packet), Err(Error::Malformed));
        assert_eq!(done(&mut bert, Session::unprotect, packet), Err(Error::Malformed));
        assert_eq!(done(&mut bert, Session::unprotect_rtcp, packet), Err(Error::Malformed));
    }
}

#[test]
fn an_identifier_that_is_not_the_keys_is_refused() {
    for suite in suites() {
        let bytes = [5; 46];
        let master =
            MasterKey::new(suite, &bytes[..suite.key_bytes()], &bytes[..suite.salt_bytes()]).unwrap();
        let with = |value| master.clone().with_mki(Mki::new(value, 2));
        let mut buffer = [rtp(1, SSRC), [0; 32].to_vec()].concat();
        let length = Sender::new(&with(0x102)).unwrap().protect(&mut buffer, 28).unwrap();
        let mki_at = if suite.is_aead() { length - 2 } else { 28 };
        assert_eq!(buffer[mki_at..mki_at + 2], [1, 2]);
        let mut refused = buffer.clone();
        let refusal = Receiver::new(&with(0x103)).unwrap().unprotect(&mut refused, length);
        assert_eq!(refusal, Err(Error::Authentication));
        assert_eq!(Receiver::new(&with(0x102)).unwrap().unprotect(&mut buffer, length), Ok(28));
    }
}

#[test]
fn suites_of_another_build_are_refused_and_nothing_is_shown() {
    for suite in Suite::ALL {
        let bytes = [0xC5; 46];
        let master =
            MasterKey::new(suite, &bytes[..suite.key_bytes()], &bytes[..suite.salt_bytes()]).unwrap();
        let session = Session::new(&master, &master);
        assert_eq!(session.is_ok(), suite.is_available());
        let shown = std::format!("{session:?} {master:?}");
        assert!(!shown.contains("197") && !shown.to_lowercase().contains("c5"), "{shown}");
    }
}
