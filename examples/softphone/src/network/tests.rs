use super::*;
use crate::script::NetFault;
use mio::{Events, Poll};
use std::net::Ipv4Addr;
use std::time::Duration;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const OPTIONS: &[u8] = b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 2\r\n\r\nhi";

/// Two phones' sockets.
struct Pair {
    poll: Poll,
    networks: [Network; 2],
    ports: [u16; 2],
    fault: Fault,
    record: Record,
}

impl Pair {
    fn new() -> Self {
        let poll = Poll::new().expect("a poll");
        let mut networks = [1, 2].map(|number| {
            let registry = poll.registry().try_clone().expect("a registry");
            Network::new(registry, Token(number), number, HERE)
        });
        let ports = networks.each_mut().map(|network| network.listen(0).expect("a port"));
        Self { poll, networks, ports, fault: Fault::default(), record: Record::default() }
    }

    fn hop(&self, transport: Transport) -> Hop {
        let remote = SocketAddr::new(HERE, self.ports[1]);
        Hop { transport, remote, local_port: self.ports[0], connection: None }
    }

    fn send(&mut self, phone: usize, hop: Hop, bytes: &[u8]) {
        self.networks[phone].transmit(7, hop, bytes, &self.fault, &mut self.record);
    }

    /// What arrives at a phone; gives both phones some rounds to work in.
    fn arrived(&mut self, phone: usize) -> Vec<Arrived> {
        let mut all = Vec::new();
        let mut events = Events::with_capacity(16);
        for _ in 0..20 {
            self.poll.poll(&mut events, Some(Duration::from_millis(10))).expect("polled");
            for (number, network) in self.networks.iter_mut().enumerate() {
                let arrived = network.arrived(8, &self.fault, &mut self.record);
                if number == phone {
                    all.extend(arrived);
                }
            }
            if !all.is_empty() {
                break;
            }
        }
        all
    }
}

fn message(arrived: &[Arrived]) -> (Hop, &[u8]) {
    match arrived {
        [Arrived::Message { arrival, bytes }] => (*arrival, bytes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn datagrams_go_there_and_back() {
    let mut pair = Pair::new();
    pair.send(0, pair.hop(Transport::Udp), OPTIONS);
    let arrived = pair.arrived(1);
    let (hop, bytes) = message(&arrived);
    assert_eq!(bytes, OPTIONS);
    assert_eq!((hop.remote.port(), hop.local_port), (pair.ports[0], pair.ports[1]));
    pair.send(1, hop, b"SIP/2.0 200 OK\r\n\r\n");
    let back = pair.arrived(0);
    assert_eq!(message(&back).1, b"SIP/2.0 200 OK\r\n\r\n");
    assert_eq!(pair.record.ladder.names(1, 0, true), "OPTIONS");
    assert_eq!(pair.record.ladder.names(1, 0, false), "200");
}

#[test]
fn a_connection_is_opened_once_and_used_both_ways() {
    let mut pair = Pair::new();
    pair.send(0, pair.hop(Transport::Tcp), OPTIONS);
    let arrived = pair.arrived(1);
    let (hop, bytes) = message(&arrived);
    assert_eq!(bytes, OPTIONS);
    assert_eq!((hop.transport, hop.local_port), (Transport::Tcp, pair.ports[1]));
    assert!(hop.connection.is_some());
    pair.send(1, hop, b"SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n");
    let back = pair.arrived(0);
    let (hop, bytes) = message(&back);
    assert!(bytes.starts_with(b"SIP/2.0 200"));
    assert_eq!(hop.local_port, pair.ports[0], "the port of our Via, not the connection's own");
    pair.send(0, pair.hop(Transport::Tcp), OPTIONS);
    assert_eq!(message(&pair.arrived(1)).1, OPTIONS);
    assert_eq!(pair.networks.each_ref().map(|network| network.connections.len()), [1, 1]);
}

#[test]
fn a_connection_that_cannot_be_opened_is_reported() {
    let mut pair = Pair::new();
    let free = std::net::TcpListener::bind((HERE, 0)).expect("a port");
    let mut hop = pair.hop(Transport::Tcp);
    hop.remote = free.local_addr().expect("its address");
    drop(free);
    pair.send(0, hop, OPTIONS);
    let arrived = pair.arrived(0);
    assert!(matches!(arrived[..], [Arrived::Lost(lost)] if lost.remote == hop.remote), "{arrived:?}");
    pair.send(0, pair.hop(Transport::Tls), OPTIONS);
    assert!(matches!(pair.arrived(0)[..], [Arrived::Lost(_)]));
}

#[test]
fn what_is_lost_on_purpose_does_not_arrive() {
    let mut pair = Pair::new();
    pair.fault.set(NetFault::Down);
    pair.send(0, pair.hop(Transport::Udp), OPTIONS);
    assert!(pair.arrived(1).is_empty());
    assert!(pair.record.ladder.since(0).all(|passed| passed.lost));
    pair.fault.set(NetFault::Up);
    pair.send(0, pair.hop(Transport::Udp), OPTIONS);
    assert_eq!(pair.arrived(1).len(), 1);
}
