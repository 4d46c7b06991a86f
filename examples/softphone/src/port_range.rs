//! Ranges of UDP ports that nobody else of our kind uses: several phones, and several test processes, run on
//! one machine.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, UdpSocket};

/// Ports in one range. The last pair is never used for media: its socket claims the range.
const SIZE: u16 = 64;
const FIRST: u16 = 16_384;
const LAST: u16 = 32_000;

/// A range that is ours until this value is dropped.
#[derive(Debug)]
pub(crate) struct PortRange {
    first: u16,
    _claim: UdpSocket,
}

impl PortRange {
    /// Claims a range on an address.
    pub(crate) fn claim(address: IpAddr) -> io::Result<Self> {
        let ranges = (LAST - FIRST) / SIZE;
        for _ in 0..200 {
            let drawn = getrandom::u32().map_err(io::Error::other)? % u32::from(ranges);
            let first = FIRST + u16::try_from(drawn).unwrap_or(0) * SIZE;
            if let Ok(claim) = UdpSocket::bind(SocketAddr::new(address, first + SIZE - 1)) {
                return Ok(Self { first, _claim: claim });
            }
        }
        Err(ErrorKind::AddrInUse.into())
    }

    /// The lowest port: even.
    pub(crate) const fn first(&self) -> u16 {
        self.first
    }

    /// The highest port to use.
    pub(crate) const fn last(&self) -> u16 {
        self.first + SIZE - 3
    }
}
