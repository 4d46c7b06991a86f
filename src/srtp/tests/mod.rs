//! Vectors that nobody here made, and what a session must refuse.

mod refusals;
mod roll_over;
mod vectors;

use std::vec::Vec;

use super::Session;
use crate::crypto::{MasterKey, Suite};

/// Bytes from hexadecimal digits; blanks do not count.
pub(super) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.chars().filter_map(|c| c.to_digit(16)?.try_into().ok()).collect();
    digits.as_chunks::<2>().0.iter().map(|[high, low]| (high << 4) | low).collect()
}

pub(super) fn key(suite: Suite, key: &str, salt: &str) -> MasterKey {
    MasterKey::new(suite, &hex(key), &hex(salt)).unwrap()
}

/// Both ends of a call; each has a key of its own.
fn pair(suite: Suite) -> (Session, Session) {
    let key = |byte: u8| {
        let bytes = [byte; 46];
        MasterKey::new(suite, &bytes[..suite.key_bytes()], &bytes[..suite.salt_bytes()]).unwrap()
    };
    (Session::new(&key(1), &key(2)).unwrap(), Session::new(&key(2), &key(1)).unwrap())
}

/// The suites of this build.
fn suites() -> impl Iterator<Item = Suite> {
    Suite::ALL.into_iter().filter(|suite| suite.is_available())
}

const SSRC: u32 = 0xCAFE_BABE;

/// An RTP packet of 12 + 16 bytes.
fn rtp(sequence: u16, ssrc: u32) -> Vec<u8> {
    let mut packet = hex("800f0000decafbad");
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0xAB; 16]);
    packet
}

/// A receiver report of 8 + 16 bytes.
fn rtcp(ssrc: u32) -> Vec<u8> {
    let mut packet = hex("81c8000b");
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0xAB; 16]);
    packet
}

type Act = fn(&mut Session, &mut [u8], usize) -> Result<usize, super::Error>;

/// Lets a session work on a packet that has room to grow.
fn done(session: &mut Session, act: Act, packet: &[u8]) -> Result<Vec<u8>, super::Error> {
    let mut buffer = [packet, &[0x55; 64]].concat();
    match act(session, &mut buffer, packet.len()) {
        Ok(length) => Ok(buffer[..length].to_vec()),
        Err(error) => {
            assert_eq!(&buffer[..packet.len()], packet, "{error:?}: the packet is as it was");
            Err(error)
        }
    }
}
