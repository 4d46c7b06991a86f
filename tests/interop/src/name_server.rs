//! A name server of the suite's own (RFC 1035, RFC 2782): it knows the servers of one domain.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A running name server. Dropped, it stops.
#[derive(Debug)]
pub struct NameServer {
    address: SocketAddr,
    ending: Arc<AtomicBool>,
}

/// What it knows.
#[derive(Clone, Debug)]
struct Zone {
    domain: String,
    /// The servers' ports, the best one first. Each server has a name of its own and the address 127.0.0.1.
    ports: Vec<u16>,
}

impl NameServer {
    /// Starts one: `domain` has SIP servers over UDP and TCP on these ports of 127.0.0.1, the first with the
    /// best priority.
    ///
    /// # Errors
    /// When there is no socket for it.
    pub fn start(domain: &str, ports: &[u16]) -> Result<Self, String> {
        let say = |error: std::io::Error| format!("name server: {error}");
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(say)?;
        socket.set_read_timeout(Some(Duration::from_millis(100))).map_err(say)?;
        let address = socket.local_addr().map_err(say)?;
        let ending = Arc::new(AtomicBool::new(false));
        let (stop, zone) = (ending.clone(), Zone { domain: domain.to_owned(), ports: ports.to_vec() });
        thread::spawn(move || {
            let mut buffer = [0; 512];
            while !stop.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
                if let Some(reply) = buffer.get(..length).and_then(|question| zone.reply(question)) {
                    let _sent = socket.send_to(&reply, from);
                }
            }
        });
        Ok(Self { address, ending })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
    }
}

impl Zone {
    /// The answer to a datagram with one question; a name that it does not know has no records.
    fn reply(&self, question: &[u8]) -> Option<Vec<u8>> {
        let (name, end) = name(question)?;
        let kind = u16::from_be_bytes([*question.get(end)?, *question.get(end + 1)?]);
        let records = self.records(&name, kind);
        let mut reply = question.get(..end + 4)?.to_vec();
        // A response, with authority; one question, so many answers, nothing else (RFC 1035 §4.1.1).
        let counts = [0x84, 0, 0, 1, 0, u8::try_from(records.len()).ok()?, 0, 0, 0, 0];
        reply.get_mut(2..12)?.copy_from_slice(&counts);
        for data in records {
            // The name asked for, by pointer.
            reply.extend_from_slice(&[0xC0, 12]);
            reply.extend_from_slice(&kind.to_be_bytes());
            reply.extend_from_slice(&[0, 1]);
            reply.extend_from_slice(&LIFETIME_S.to_be_bytes());
            reply.extend_from_slice(&u16::try_from(data.len()).ok()?.to_be_bytes());
            reply.extend_from_slice(&data);
        }
        Some(reply)
    }

    fn records(&self, name: &str, kind: u16) -> Vec<Vec<u8>> {
        let numbered = self.ports.iter().zip(1_u16..);
        let services = ["_sip._udp.", "_sip._tcp."].map(|service| format!("{service}{}", self.domain));
        match kind {
            SRV if services.iter().any(|service| service.eq_ignore_ascii_case(name)) => {
                let record = |(port, number): (&u16, u16)| {
                    // Priority, weight, port (RFC 2782).
                    let mut data = [number * 10, 0, *port].map(u16::to_be_bytes).concat();
                    for label in self.server(number).split('.') {
                        data.extend(u8::try_from(label.len()));
                        data.extend_from_slice(label.as_bytes());
                    }
                    data.push(0);
                    data
                };
                numbered.map(record).collect()
            }
            A if numbered
                .map(|(_, number)| self.server(number))
                .any(|own| own.eq_ignore_ascii_case(name)) =>
            {
                vec![Ipv4Addr::LOCALHOST.octets().to_vec()]
            }
            _ => Vec::new(),
        }
    }

    fn server(&self, number: u16) -> String {
        format!("server{number}.{}", self.domain)
    }
}

/// The name that is asked for, and where it ends.
fn name(question: &[u8]) -> Option<(String, usize)> {
    let (mut name, mut at) = (String::new(), 12);
    loop {
        let length = usize::from(*question.get(at)?);
        let label = question.get(at + 1..at + 1 + length)?;
        at += 1 + length;
        if length == 0 {
            return Some((name, at));
        }
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(&String::from_utf8_lossy(label));
    }
}

/// How long its answers are good.
const LIFETIME_S: u32 = 300;
const A: u16 = 1;
const SRV: u16 = 33;

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        Zone { domain: "a.test".to_owned(), ports: vec![5_060, 5_070] }
    }

    #[test]
    fn rfc2782_two_servers_by_priority() {
        let asked = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x04_sip\x04_udp\x01a\x04test\0\0\x21\0\x01";
        let reply = zone().reply(asked).unwrap_or_default();
        assert_eq!(reply.get(..12), Some(&b"\x12\x34\x84\0\0\x01\0\x02\0\0\0\0"[..]));
        let first = b"\xC0\x0C\0\x21\0\x01\0\0\x01\x2C\0\x16\0\x0A\0\0\x13\xC4\x07server1\x01a\x04test\0";
        assert_eq!(reply.get(asked.len()..asked.len() + first.len()), Some(&first[..]));
    }

    #[test]
    fn unknown_names_have_no_records() {
        assert_eq!(zone().records("server2.A.test", A), [vec![127, 0, 0, 1]]);
        assert_eq!(zone().records("server3.a.test", A), Vec::<Vec<u8>>::new());
        assert_eq!(zone().records("_sip._udp.b.test", SRV), Vec::<Vec<u8>>::new());
        assert_eq!(zone().reply(b"\x12"), None);
    }
}
