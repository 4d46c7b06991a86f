//! Questions to the domain name system, which the host asks for the user agent, and their answers (RFC 3263
//! §4).

use core::net::IpAddr;

use super::ids::Ticket;

/// A name that the host looks up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolve<'a> {
    /// To be given back with the answer.
    pub ticket: Ticket,
    /// Which records are asked for.
    pub query: Query,
    /// The name.
    pub host: &'a str,
}

/// Which records are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// A and AAAA: the addresses of a host.
    Addresses,
    /// SRV: the servers of a service (RFC 2782).
    Services,
}

/// What the host found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records<'a> {
    /// Addresses, best first; none when the name has none.
    Addresses(&'a [IpAddr]),
    /// SRV records in any order; none when the name has none.
    Services(&'a [SrvRecord<'a>]),
}

/// One SRV record (RFC 2782).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SrvRecord<'a> {
    /// The lowest is tried first.
    pub priority: u16,
    /// Its share of the requests among those of the same priority.
    pub weight: u16,
    /// The server's port.
    pub port: u16,
    /// The server's name; `.` says that there is no such service here.
    pub target: &'a str,
}
