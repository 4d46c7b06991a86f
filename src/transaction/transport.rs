//! Where a transaction's messages go: RFC 3261 §18, and the symmetric answers of RFC 3581.

use core::net::SocketAddr;

use crate::base::scan;
use crate::sip::{Host, Via};

/// The transports of the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Datagrams; a transaction repeats its messages itself.
    Udp,
    /// A connection.
    Tcp,
    /// A connection under TLS.
    Tls,
}

impl Transport {
    /// Whether the transport delivers by itself what is given to it (RFC 3261 §17).
    #[must_use]
    pub const fn is_reliable(self) -> bool {
        match self {
            Self::Udp => false,
            Self::Tcp | Self::Tls => true,
        }
    }

    /// The transport's name in a Via (RFC 3261 §20.42).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }

    /// The port that is meant when none is named (RFC 3261 §18.2.2, §19.1.2).
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
        }
    }
}

/// A connection of the host, by the number that the host gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionId(pub u32);

/// One hop: the next element as the host's sockets see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The transport.
    pub transport: Transport,
    /// The other end.
    pub remote: SocketAddr,
    /// The port on this end, which stands in our Via and Contact.
    pub local_port: u16,
    /// The connection that must be used as long as it is there; without one the host opens or reuses one.
    pub connection: Option<ConnectionId>,
}

impl Hop {
    /// Whether a message to this hop would go the way that failed.
    #[must_use]
    pub fn is_part_of(&self, failed: &Self) -> bool {
        let connection = match (self.connection, failed.connection) {
            (Some(ours), Some(failed)) => ours == failed,
            (None, _) | (_, None) => true,
        };
        self.transport == failed.transport && self.remote == failed.remote && connection
    }
}

/// Where the answers to a request go: RFC 3261 §18.2.2, RFC 3581 §4.
///
/// Over a connection: back through it. Over UDP: to `maddr` when the Via names one; else to the address
/// that the request came from, at its port if the Via asks so (`rport`) or `to_source_port` says so (a
/// setting of the phone), else at the port of the sent-by.
///
/// ```
/// use deskphone::sip::Via;
/// use deskphone::transaction::{Hop, Transport, reply_hop};
/// let arrival = Hop {
///     transport: Transport::Udp,
///     remote: "203.0.113.9:40000".parse().unwrap(),
///     local_port: 5060,
///     connection: None,
/// };
/// let to = |via: &'static [u8]| reply_hop(&Via::parse(via).unwrap(), &arrival, false).remote.to_string();
/// assert_eq!(to(b"SIP/2.0/UDP 10.1.1.1:5070;branch=z9hG4bK1"), "203.0.113.9:5070");
/// assert_eq!(to(b"SIP/2.0/UDP 10.1.1.1:5070;branch=z9hG4bK1;rport"), "203.0.113.9:40000");
/// ```
#[must_use]
pub fn reply_hop(via: &Via<'_>, arrival: &Hop, to_source_port: bool) -> Hop {
    let mut hop = *arrival;
    if arrival.transport.is_reliable() {
        return hop;
    }
    let maddr = via.params.get(b"maddr").and_then(|maddr| Host::parse(maddr).ok()).and_then(|host| host.ip());
    if let Some(address) = maddr {
        hop.remote = SocketAddr::new(address, sent_by_port(via, arrival.transport));
    } else if !to_source_port && !via.params.has(b"rport") {
        hop.remote.set_port(sent_by_port(via, arrival.transport));
    }
    hop
}

/// Puts another transport into the first Via of a request of ours; both names have three letters. Whether
/// it was there.
pub(super) fn rename_transport(request: &mut [u8], from: Transport, to: Transport) -> bool {
    let Some(at) = scan::find(request, b"\r\nVia: SIP/2.0/") else { return false };
    let start = at.saturating_add(b"\r\nVia: SIP/2.0/".len());
    let name = request.get_mut(start..).and_then(|rest| rest.get_mut(..from.name().len()));
    match name.filter(|name| *name == from.name().as_bytes() && from.name().len() == to.name().len()) {
        Some(name) => {
            name.copy_from_slice(to.name().as_bytes());
            true
        }
        None => false,
    }
}

/// The port of the sent-by, or the one that is meant when none is written.
pub(super) fn sent_by_port(via: &Via<'_>, transport: Transport) -> u16 {
    via.port.unwrap_or_else(|| transport.default_port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(transport: Transport, via: &[u8], to_source_port: bool) -> Hop {
        let remote = SocketAddr::from(([203, 0, 113, 9], 40_000));
        let arrival = Hop { transport, remote, local_port: 5060, connection: Some(ConnectionId(7)) };
        reply_hop(&Via::parse(via).unwrap(), &arrival, to_source_port)
    }

    #[test]
    fn rfc3261_18_2_2_the_same_connection() {
        let hop = reply(Transport::Tcp, b"SIP/2.0/TCP 10.1.1.1:5070;branch=z9hG4bK1", false);
        assert_eq!(hop.connection, Some(ConnectionId(7)));
        assert_eq!(hop.remote.port(), 40_000);
    }

    #[test]
    fn rfc3261_18_2_2_maddr_before_the_source() {
        let hop = reply(Transport::Udp, b"SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1;maddr=198.51.100.4", false);
        assert_eq!(hop.remote, SocketAddr::from(([198, 51, 100, 4], 5060)));
    }

    #[test]
    fn rfc3581_4_rport_or_the_setting_mean_the_source_port() {
        assert_eq!(
            reply(Transport::Udp, b"SIP/2.0/UDP h;branch=z9hG4bK1;rport", false).remote.port(),
            40_000
        );
        assert_eq!(reply(Transport::Udp, b"SIP/2.0/UDP h;branch=z9hG4bK1", true).remote.port(), 40_000);
        assert_eq!(reply(Transport::Udp, b"SIP/2.0/UDP h;branch=z9hG4bK1", false).remote.port(), 5060);
    }
}
