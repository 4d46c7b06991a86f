//! Writing STUN messages (RFC 8489 §5, §14).

use core::net::{IpAddr, SocketAddr};

use super::crc::crc32;
use super::message::TransactionId;
use super::{COOKIE, FINGERPRINT, FINGERPRINT_MASK, XOR_MAPPED_ADDRESS};
use crate::base::Writer;

/// A Binding request. It has a FINGERPRINT: its port is shared with SIP (RFC 8489 §7).
pub fn binding_request(out: &mut Writer<'_>, id: TransactionId) {
    header(out, 0x0001, FINGERPRINT_BYTES, id);
    fingerprint(out);
}

/// The answer of a server that saw a request come from `seen`.
pub fn binding_success(out: &mut Writer<'_>, id: TransactionId, seen: SocketAddr) {
    let address_bytes = match seen.ip() {
        IpAddr::V4(_) => 4,
        IpAddr::V6(_) => 16,
    };
    header(out, 0x0101, FINGERPRINT_BYTES.saturating_add(8).saturating_add(address_bytes), id);
    put(out, XOR_MAPPED_ADDRESS);
    put(out, address_bytes.saturating_add(4));
    let [high, low, ..] = COOKIE.to_be_bytes();
    put(out, if seen.is_ipv4() { 1 } else { 2 });
    put(out, seen.port() ^ u16::from_be_bytes([high, low]));
    let mask = COOKIE.to_be_bytes().into_iter().chain(id.0);
    match seen.ip() {
        IpAddr::V4(ip) => ip.octets().into_iter().zip(mask).for_each(|(a, b)| out.put(&[a ^ b])),
        IpAddr::V6(ip) => ip.octets().into_iter().zip(mask).for_each(|(a, b)| out.put(&[a ^ b])),
    }
    fingerprint(out);
}

fn header(out: &mut Writer<'_>, kind: u16, length: u16, id: TransactionId) {
    put(out, kind);
    put(out, length);
    out.put(&COOKIE.to_be_bytes());
    out.put(&id.0);
}

fn fingerprint(out: &mut Writer<'_>) {
    let sum = crc32(out.written()) ^ FINGERPRINT_MASK;
    put(out, FINGERPRINT);
    put(out, 4);
    out.put(&sum.to_be_bytes());
}

fn put(out: &mut Writer<'_>, number: u16) {
    out.put(&number.to_be_bytes());
}

const FINGERPRINT_BYTES: u16 = 8;
