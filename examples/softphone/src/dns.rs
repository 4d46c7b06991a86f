//! A small DNS client (RFC 1035, RFC 2782, RFC 3596): one question in one datagram, one answer back. The
//! standard library finds addresses only; SRV records need this.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use deskphone::ua::{Query, SrvRecord};

/// What a name server knows of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Its addresses.
    Addresses(Vec<IpAddr>),
    /// The servers of a service.
    Services(Vec<Srv>),
}

/// One SRV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Srv {
    priority: u16,
    weight: u16,
    port: u16,
    target: String,
}

impl Srv {
    pub(crate) fn service(&self) -> SrvRecord<'_> {
        SrvRecord { priority: self.priority, weight: self.weight, port: self.port, target: &self.target }
    }
}

/// Asks the name server; what it found and for how long that is good. A server that says nothing is asked
/// twice.
pub(crate) fn ask(server: SocketAddr, query: Query, name: &str) -> io::Result<(Found, Option<u32>)> {
    let kinds: &[u16] = match query {
        Query::Addresses => &[A, AAAA],
        Query::Services => &[SRV],
    };
    let replies = kinds.iter().map(|kind| exchange(server, *kind, name)).collect::<io::Result<Vec<_>>>()?;
    let mut asked = Vec::new();
    for (kind, reply) in kinds.iter().zip(&replies) {
        asked.extend(records(reply).unwrap_or_default().into_iter().filter(|record| record.kind == *kind));
    }
    let shortest = asked.iter().map(|record| record.ttl_s).min();
    let found = match query {
        Query::Addresses => Found::Addresses(asked.iter().filter_map(Record::address).collect()),
        Query::Services => Found::Services(asked.iter().filter_map(Record::service).collect()),
    };
    Ok((found, shortest))
}

/// The system's name servers, as `/etc/resolv.conf` lists them.
pub(crate) fn system_server() -> Option<SocketAddr> {
    let text = std::fs::read_to_string("/etc/resolv.conf").ok()?;
    let address = |line: &str| line.trim().strip_prefix("nameserver")?.trim().parse::<IpAddr>().ok();
    text.lines().find_map(address).map(|address| SocketAddr::new(address, PORT))
}

fn exchange(server: SocketAddr, kind: u16, name: &str) -> io::Result<Vec<u8>> {
    let local: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(local, 0))?;
    socket.connect(server)?;
    let mut id = [0; 2];
    getrandom::fill(&mut id).map_err(|_| io::ErrorKind::Other)?;
    let question = question(id, kind, name).ok_or(io::ErrorKind::InvalidInput)?;
    let mut reply = vec![0; 4_096];
    for _ in 0..2 {
        socket.send(&question)?;
        let end = Instant::now() + WAIT;
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            socket.set_read_timeout(Some(left))?;
            let Ok(length) = socket.recv(&mut reply) else { break };
            // Whoever guesses neither the port nor the number is not listened to.
            if reply.get(..2) == Some(&id[..]) {
                reply.truncate(length);
                return Ok(reply);
            }
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// One question, recursion desired.
fn question(id: [u8; 2], kind: u16, name: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![id[0], id[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        bytes.push(length);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend_from_slice(&kind.to_be_bytes());
    bytes.extend_from_slice(&INTERNET.to_be_bytes());
    Some(bytes)
}

/// One record of an answer.
#[derive(Debug)]
struct Record<'a> {
    kind: u16,
    ttl_s: u32,
    message: &'a [u8],
    /// Where its data begins.
    at: usize,
    data: &'a [u8],
}

impl Record<'_> {
    fn address(&self) -> Option<IpAddr> {
        match self.kind {
            A => <[u8; 4]>::try_from(self.data).ok().map(|octets| Ipv4Addr::from(octets).into()),
            AAAA => <[u8; 16]>::try_from(self.data).ok().map(|octets| Ipv6Addr::from(octets).into()),
            _ => None,
        }
    }

    fn service(&self) -> Option<Srv> {
        let number = |at: usize| Some(u16::from_be_bytes([*self.data.get(at)?, *self.data.get(at + 1)?]));
        let (target, _) = name(self.message, self.at + 6)?;
        Some(Srv { priority: number(0)?, weight: number(2)?, port: number(4)?, target })
    }
}

/// The answers in a reply; `None` when it is cut off or says that something is wrong.
fn records(message: &[u8]) -> Option<Vec<Record<'_>>> {
    let number = |at: usize| Some(u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]));
    if number(2)? & 0x8000 == 0 {
        return None; // A question.
    }
    let mut at = 12;
    for _ in 0..number(4)? {
        at = name(message, at)?.1 + 4;
    }
    let mut found = Vec::new();
    for _ in 0..number(6)? {
        at = name(message, at)?.1;
        let ttl_s = u32::from(number(at + 4)?) << 16 | u32::from(number(at + 6)?);
        let length = usize::from(number(at + 8)?);
        let data = message.get(at + 10..at + 10 + length)?;
        found.push(Record { kind: number(at)?, ttl_s, message, at: at + 10, data });
        at += 10 + length;
    }
    Some(found)
}

/// A name and where what follows it begins. Pointers lead backwards only, so that none runs in a circle.
fn name(message: &[u8], start: usize) -> Option<(String, usize)> {
    let (mut labels, mut at, mut end) = (Vec::new(), start, None);
    loop {
        match *message.get(at)? {
            0 => break,
            high @ 0xC0.. => {
                let to = usize::from(high & 0x3F) << 8 | usize::from(*message.get(at + 1)?);
                end.get_or_insert(at + 2);
                if to >= at {
                    return None;
                }
                at = to;
            }
            length => {
                let label = message.get(at + 1..at + 1 + usize::from(length))?;
                labels.push(String::from_utf8_lossy(label).into_owned());
                at += 1 + usize::from(length);
            }
        }
    }
    let text = if labels.is_empty() { ".".to_owned() } else { labels.join(".") };
    Some((text, end.unwrap_or(at + 1)))
}

/// The port of a name server.
pub(crate) const PORT: u16 = 53;
const WAIT: Duration = Duration::from_secs(2);
const A: u16 = 1;
const AAAA: u16 = 28;
const SRV: u16 = 33;
const INTERNET: u16 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// A name server that knows one thing, and its address.
    fn server(answer: &'static [u8], count: usize) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let address = socket.local_addr().expect("an address");
        thread::spawn(move || {
            let mut buffer = [0; 512];
            for _ in 0..count {
                let (length, from) = socket.recv_from(&mut buffer).expect("a question");
                let mut reply = buffer[..length].to_vec();
                reply[2] = 0x81;
                reply[7] = 1;
                reply.extend_from_slice(answer);
                socket.send_to(&reply, from).expect("sent");
            }
        });
        address
    }

    #[test]
    fn rfc2782_a_service_record_with_a_compressed_owner() {
        let server =
            server(b"\xC0\x0C\0\x21\0\x01\0\0\x01\x2C\0\x12\0\x0A\0\x3C\x13\xC4\x03sip\x04test\0\0\0", 1);
        let (found, ttl_s) = ask(server, Query::Services, "_sip._udp.test").expect("an answer");
        let target = "sip.test".to_owned();
        assert_eq!(found, Found::Services(vec![Srv { priority: 10, weight: 60, port: 5_060, target }]));
        assert_eq!(ttl_s, Some(300));
    }

    #[test]
    fn rfc1035_addresses() {
        let server = server(b"\xC0\x0C\0\x01\0\x01\0\0\0\x05\0\x04\x0A\x01\x02\x03", 2);
        let (found, ttl_s) = ask(server, Query::Addresses, "sip.test").expect("an answer");
        assert_eq!(found, Found::Addresses(vec!["10.1.2.3".parse().expect("an address")]));
        assert_eq!(ttl_s, Some(5));
    }

    #[test]
    fn names_that_run_in_circles_or_are_cut_off_are_none() {
        assert_eq!(name(b"\xC0\0", 0), None);
        assert_eq!(name(b"\x03ab", 0), None);
        assert_eq!(name(b"\0", 0), Some((".".into(), 1)));
        assert_eq!(question([0; 2], SRV, "a..b"), None);
    }
}
