//! A capture file for Wireshark and sngrep: what passed, in IP and UDP headers made up for the purpose.
//!
//! Messages over TCP are written as datagrams too, one each: they were whole when they were seen.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// Packets begin with an IPv4 or IPv6 header (LINKTYPE_RAW).
const LINK_TYPE: u32 = 101;
const UDP: u8 = 17;

/// A capture being written.
#[derive(Debug)]
pub struct Capture<W: Write = BufWriter<File>> {
    out: W,
}

impl Capture {
    /// Begins a file.
    ///
    /// # Errors
    /// Why it cannot be written, with its name.
    pub fn create(path: &Path) -> Result<Self, String> {
        let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::new(BufWriter::new(file)).map_err(|error| format!("{}: {error}", path.display()))
    }
}

impl<W: Write> Capture<W> {
    /// Begins a capture: the global header.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(&0xa1b2_c3d4_u32.to_le_bytes())?;
        for half in [2_u16, 4] {
            out.write_all(&half.to_le_bytes())?;
        }
        for word in [0, 0, 65_535, LINK_TYPE] {
            out.write_all(&u32::to_le_bytes(word))?;
        }
        Ok(Self { out })
    }

    /// Appends one datagram, with the wall clock's time since 1970.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, at: Duration, from: SocketAddr, to: SocketAddr, bytes: &[u8]) -> io::Result<()> {
        let bytes = bytes.get(..65_000).unwrap_or(bytes);
        let packet = datagram(from, to, bytes);
        let length = packet.len() as u32;
        for word in [at.as_secs() as u32, at.subsec_micros(), length, length] {
            self.out.write_all(&word.to_le_bytes())?;
        }
        self.out.write_all(&packet)?;
        self.out.flush()
    }
}

/// IP header, UDP header, payload.
fn datagram(from: SocketAddr, to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let udp_length = (bytes.len() + 8) as u16;
    let mut packet = match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let mut header = vec![0x45, 0];
            header.extend((udp_length + 20).to_be_bytes());
            header.extend([0, 0, 0x40, 0, 64, UDP, 0, 0]);
            header.extend(from.octets());
            header.extend(to.octets());
            let sum = checksum(&header).to_be_bytes();
            header[10..12].copy_from_slice(&sum);
            header
        }
        (from, to) => {
            let six = |ip: IpAddr| match ip {
                IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                IpAddr::V6(ip) => ip.octets(),
            };
            let mut header = vec![0x60, 0, 0, 0];
            header.extend(udp_length.to_be_bytes());
            header.extend([UDP, 64]);
            header.extend(six(from));
            header.extend(six(to));
            header
        }
    };
    for half in [from.port(), to.port(), udp_length, 0] {
        packet.extend(half.to_be_bytes());
    }
    packet.extend(bytes);
    packet
}

/// RFC 1071.
fn checksum(header: &[u8]) -> u16 {
    let sum: u32 = header.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1])).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !(((folded & 0xffff) + (folded >> 16)) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_has_its_headers() {
        let mut capture = Capture::new(Vec::new()).expect("memory");
        let (from, to) = ("127.0.0.1:5060", "10.0.0.2:5062");
        let at = Duration::from_micros(7_000_003);
        capture.push(at, from.parse().expect("from"), to.parse().expect("to"), b"hello").expect("memory");
        let out = capture.out;
        assert_eq!(out.len(), 24 + 16 + 20 + 8 + 5);
        assert_eq!(out[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
        assert_eq!(out[24..32], [7, 0, 0, 0, 3, 0, 0, 0]);
        assert_eq!(out[32], 33);
        let ip = &out[40..60];
        assert_eq!(ip[0], 0x45);
        assert_eq!(ip[2..4], [0, 33]);
        assert_eq!(ip[12..20], [127, 0, 0, 1, 10, 0, 0, 2]);
        assert_eq!(checksum(ip), 0, "a header with its checksum sums to nothing");
        assert_eq!(out[60..64], [0x13, 0xc4, 0x13, 0xc6]);
        assert_eq!(&out[68..], b"hello");
    }

    #[test]
    fn the_sixth_version_too() {
        let packet = datagram("[::1]:1".parse().expect("a"), "[::2]:2".parse().expect("b"), b"x");
        assert_eq!(packet.len(), 40 + 8 + 1);
        assert_eq!(packet[0], 0x60);
    }
}
