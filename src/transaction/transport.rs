//! Where a transaction's messages go: RFC 3261 §18, and the symmetric answers of RFC 3581.

use core::net::SocketAddr;

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
