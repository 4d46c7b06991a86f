//! Vectors that nobody here made, and what a session must refuse.

mod refusals;
mod roll_over;
mod vectors;

use std::string::String;
use std::vec::Vec;

use super::Session;
use crate::crypto::{MasterKey, Suite};

/// Bytes from hexadecimal digits; blanks do not count.
pub(super) fn hex(digits: &str) -> Vec<u8> {
    let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
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
