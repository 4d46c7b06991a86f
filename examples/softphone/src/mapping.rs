//! Questions to a STUN server about media ports, each asked from the port itself before a stream takes it.

use std::io;
use std::net::{IpAddr, SocketAddr};

use deskphone::base::{Instant, Rng, Writer};
use deskphone::stun::binding::{self, Binding, State};
use deskphone::stun::{self, TransactionId, compose};
use deskphone::ua::{MapPort, Ticket};
use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};

use crate::desk::SystemRng;
use crate::fault::Fault;
use crate::record::Record;

/// Longer than the phone waits for an answer.
const GIVE_UP_MS: u64 = 2_500;

/// One question.
#[derive(Debug)]
pub(crate) struct Question {
    about: MapPort,
    local: SocketAddr,
    socket: UdpSocket,
    machine: Binding,
    give_up_at: Instant,
}

/// What came of it: the ticket, and the address that the server saw.
pub(crate) type Mapped = (Ticket, Option<SocketAddr>);

impl Question {
    /// Opens the port and asks.
    pub(crate) fn open(
        now: Instant,
        about: MapPort,
        address: IpAddr,
        registry: &Registry,
        token: Token,
    ) -> io::Result<Self> {
        let local = SocketAddr::new(address, about.local_port);
        let mut socket = UdpSocket::bind(local)?;
        registry.register(&mut socket, token, Interest::READABLE)?;
        let give_up_at = now.plus_ms(GIVE_UP_MS);
        Ok(Self { about, local, socket, machine: Binding::new(), give_up_at })
    }

    /// When it wants to work although nothing arrived.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.machine.deadline()
    }

    /// Takes what has arrived and does what is due; the answer, once there is one. The port is free again
    /// when the question is dropped.
    pub(crate) fn work(&mut self, now: Instant, fault: &Fault, record: &mut Record) -> Option<Mapped> {
        if self.machine.state() == State::Idle {
            self.step(now, binding::Input::Start, fault, record);
        }
        let mut buffer = [0; 1_024];
        while let Ok((length, remote)) = self.socket.recv_from(&mut buffer) {
            let datagram = buffer.get(..length).unwrap_or_default();
            if remote == self.about.server && !fault.loses() {
                record.datagram(remote, self.local, datagram);
                if let Some(input) = read(datagram) {
                    self.step(now, input, fault, record);
                }
            }
        }
        self.step(now, binding::Input::Timeout, fault, record);
        let over = self.machine.state() == State::Lost || now >= self.give_up_at;
        (over || self.machine.mapped().is_some()).then(|| (self.about.ticket, self.machine.mapped()))
    }

    fn step(&mut self, now: Instant, input: binding::Input, fault: &Fault, record: &mut Record) {
        let fresh = TransactionId::from_words([(); 3].map(|()| SystemRng.next_u32()));
        if !self.machine.step(now, fresh, input).transmit || fault.loses() {
            return;
        }
        let mut room = [0; 64];
        let mut out = Writer::new(&mut room);
        compose::binding_request(&mut out, self.machine.transaction());
        record.datagram(self.local, self.about.server, out.written());
        let _ = self.socket.send_to(out.written(), self.about.server); // It is repeated.
    }
}

/// What a server's answer says.
fn read(datagram: &[u8]) -> Option<binding::Input> {
    let message = stun::Message::parse(datagram).ok()?;
    let transaction = message.transaction();
    let seen = message.mapped_address().filter(|_| !message.has_unknown_required());
    match (message.class(), seen) {
        (stun::Class::Success, Some(seen)) => Some(binding::Input::Mapped { transaction, seen }),
        (stun::Class::Success, None) | (stun::Class::Error, _) => {
            Some(binding::Input::Refused { transaction })
        }
        (stun::Class::Request | stun::Class::Indication, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket as Server;
    use std::time::Duration;

    #[test]
    fn a_server_is_asked_from_the_port_and_its_answer_taken() {
        let server = Server::bind("127.0.0.1:0").unwrap();
        server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let free = Server::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let about =
            MapPort { ticket: Ticket(7), local_port: free.port(), server: server.local_addr().unwrap() };
        let poll = mio::Poll::new().unwrap();
        let (fault, mut record) = (Fault::default(), Record::default());
        let mut question =
            Question::open(Instant::ZERO, about, free.ip(), poll.registry(), Token(1)).unwrap();
        assert_eq!(question.work(Instant::ZERO, &fault, &mut record), None);
        let mut buffer = [0; 100];
        let (length, from) = server.recv_from(&mut buffer).unwrap();
        assert_eq!(from, free);
        let asked = stun::Message::parse(&buffer[..length]).unwrap();
        let seen = "203.0.113.9:50000".parse().unwrap();
        let mut room = [0; 64];
        let mut out = Writer::new(&mut room);
        compose::binding_success(&mut out, asked.transaction(), seen);
        server.send_to(out.written(), from).unwrap();
        let answer = (0..).find_map(|_| question.work(Instant::ZERO, &fault, &mut record));
        assert_eq!(answer, Some((Ticket(7), Some(seen))));
    }

    #[test]
    fn a_server_that_is_silent_has_no_answer() {
        let server = Server::bind("127.0.0.1:0").unwrap();
        let about = MapPort { ticket: Ticket(7), local_port: 0, server: server.local_addr().unwrap() };
        let poll = mio::Poll::new().unwrap();
        let (fault, mut record) = (Fault::default(), Record::default());
        let address = "127.0.0.1".parse().unwrap();
        let mut question = Question::open(Instant::ZERO, about, address, poll.registry(), Token(1)).unwrap();
        assert_eq!(question.work(Instant::from_millis(GIVE_UP_MS - 1), &fault, &mut record), None);
        assert_eq!(
            question.work(Instant::from_millis(GIVE_UP_MS), &fault, &mut record),
            Some((Ticket(7), None))
        );
    }
}
