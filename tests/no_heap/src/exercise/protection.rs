//! A packet of each protocol, protected and back, under each suite.

use core::hint::black_box;
use deskphone::crypto::{MasterKey, Mki, Suite};
use deskphone::rtp::Packet;
use deskphone::srtp::{Error, Session};

pub fn protection() -> bool {
    Suite::ALL.into_iter().filter(|suite| suite.is_available()).all(|suite| both_ways(black_box(suite)))
}

fn both_ways(suite: Suite) -> bool {
    let key = |byte: u8| {
        let bytes = [black_box(byte); Suite::KEY_BYTES];
        let (key, salt) = bytes.get(..suite.key_bytes()).zip(bytes.get(..suite.salt_bytes()))?;
        MasterKey::new(suite, key, salt).map(|key| key.with_mki(Mki::new(black_box(7), 2)))
    };
    let Some((ours, theirs)) = key(1).zip(key(2)) else { return false };
    let Ok(mut anna) = Session::new(&ours, &theirs) else { return false };
    let Ok(mut bert) = Session::new(&theirs, &ours) else { return false };
    let mut buffer = black_box([0x80; 128]);
    let packet = Packet { sequence: 7, ssrc: 9, payload: b"abc", ..Packet::default() };
    let Ok(length) = packet.compose(&mut buffer) else { return false };
    let sealed = anna.protect(&mut buffer, length);
    let opened = sealed.and_then(|sealed| bert.unprotect(&mut buffer, sealed));
    let same = opened == Ok(length) && buffer.get(..length).map(Packet::parse) == Some(Ok(packet));
    let replayed = anna.protect(&mut buffer, length) == Err(Error::Replayed);
    let sealed = anna.protect_rtcp(&mut buffer, 40);
    let opened = sealed.and_then(|sealed| bert.unprotect_rtcp(&mut buffer, sealed));
    same && replayed && opened == Ok(40)
}
