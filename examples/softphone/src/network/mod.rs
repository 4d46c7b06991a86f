//! The SIP sockets of one phone: a UDP socket and a TCP listener for each local port, and the connections.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr};

use deskphone::transaction::{ConnectionId, Hop, Transport};
use mio::net::{TcpListener, TcpStream, UdpSocket};
use mio::{Interest, Registry, Token};

use crate::fault::Fault;
use crate::framing::Framing;
use crate::ladder::Passed;
use crate::record::Record;

/// The largest UDP datagram.
const DATAGRAM: usize = 65_536;

/// What came out of the sockets.
#[derive(Debug)]
pub(crate) enum Arrived {
    /// A message.
    Message {
        /// From where, and to which port.
        arrival: Hop,
        /// The message.
        bytes: Vec<u8>,
    },
    /// A connection could not be opened, or is gone.
    Lost(Hop),
}

/// The sockets.
#[derive(Debug)]
pub(crate) struct Network {
    registry: Registry,
    token: Token,
    phone: usize,
    address: IpAddr,
    ports: Vec<Port>,
    connections: Vec<Connection>,
    last_connection: u32,
    lost: Vec<Hop>,
}

/// One local port.
#[derive(Debug)]
struct Port {
    number: u16,
    udp: UdpSocket,
    listener: Option<TcpListener>,
}

/// One TCP connection.
#[derive(Debug)]
struct Connection {
    hop: Hop,
    stream: TcpStream,
    framing: Framing,
    waiting: Vec<u8>,
    open: bool,
    /// The hops that were sent to over it, as the phone named them.
    used: Vec<Hop>,
}

impl Network {
    pub(crate) const fn new(registry: Registry, token: Token, phone: usize, address: IpAddr) -> Self {
        Self {
            registry,
            token,
            phone,
            address,
            ports: Vec::new(),
            connections: Vec::new(),
            last_connection: 0,
            lost: Vec::new(),
        }
    }

    /// The phone's own address.
    pub(crate) const fn address(&self) -> IpAddr {
        self.address
    }

    /// Listens on a port; 0 takes a free one. Listening already is fine.
    pub(crate) fn listen(&mut self, number: u16) -> io::Result<u16> {
        if number != 0 && self.ports.iter().any(|port| port.number == number) {
            return Ok(number);
        }
        // A free UDP port may be taken for TCP: a few tries find one that is free for both.
        for _ in 0..50 {
            let mut udp = UdpSocket::bind(SocketAddr::new(self.address, number))?;
            let found = udp.local_addr()?.port();
            let mut listener = TcpListener::bind(SocketAddr::new(self.address, found)).ok();
            if listener.is_none() && number == 0 {
                continue;
            }
            self.registry.register(&mut udp, self.token, Interest::READABLE)?;
            if let Some(listener) = &mut listener {
                self.registry.register(listener, self.token, Interest::READABLE)?;
            }
            self.ports.push(Port { number: found, udp, listener });
            return Ok(found);
        }
        Err(ErrorKind::AddrInUse.into())
    }

    /// Sends a message; what cannot be sent is reported by the next [`Self::arrived`].
    pub(crate) fn transmit(
        &mut self,
        now_ms: u64,
        hop: Hop,
        bytes: &[u8],
        fault: &Fault,
        record: &mut Record,
    ) {
        let lost = match hop.transport {
            Transport::Udp => fault.loses(),
            Transport::Tcp | Transport::Tls => false,
        };
        self.note(now_ms, &hop, bytes, true, lost, record);
        let sent = match hop.transport {
            Transport::Udp if lost => Ok(()),
            Transport::Udp => self.send_datagram(&hop, bytes),
            Transport::Tcp => self.send_stream(&hop, bytes, fault),
            Transport::Tls => Err(ErrorKind::Unsupported.into()),
        };
        if sent.is_err() {
            self.lost.push(hop);
        }
    }

    fn send_datagram(&mut self, hop: &Hop, bytes: &[u8]) -> io::Result<()> {
        let number = self.listen(hop.local_port)?;
        match self.ports.iter().find(|port| port.number == number) {
            Some(port) => match port.udp.send_to(bytes, hop.remote) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()), // Lost, as datagrams may be.
                other => other.map(|_| ()),
            },
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn send_stream(&mut self, hop: &Hop, bytes: &[u8], fault: &Fault) -> io::Result<()> {
        let named =
            |connection: &Connection| hop.connection.is_some() && connection.hop.connection == hop.connection;
        let reached = |connection: &Connection| connection.hop.remote == hop.remote;
        let at = self.connections.iter().position(named);
        let at = at.or_else(|| self.connections.iter().position(reached));
        let at = match at {
            Some(at) => at,
            None => self.connect(hop)?,
        };
        if let Some(connection) = self.connections.get_mut(at) {
            connection.waiting.extend_from_slice(bytes);
            if !connection.used.contains(hop) {
                connection.used.push(*hop);
            }
            if !fault.is_down() && connection.flush().is_err() {
                connection.open = false;
            }
        }
        Ok(())
    }

    fn connect(&mut self, hop: &Hop) -> io::Result<usize> {
        let mut stream = TcpStream::connect(hop.remote)?;
        let _ = stream.set_nodelay(true);
        self.registry.register(&mut stream, self.token, Interest::READABLE | Interest::WRITABLE)?;
        self.adopt(stream, hop.remote, hop.local_port);
        Ok(self.connections.len() - 1)
    }

    fn adopt(&mut self, stream: TcpStream, remote: SocketAddr, local_port: u16) {
        self.last_connection += 1;
        let connection = Some(ConnectionId(self.last_connection));
        let hop = Hop { transport: Transport::Tcp, remote, local_port, connection };
        let (framing, waiting, used) = (Framing::default(), Vec::new(), Vec::new());
        self.connections.push(Connection { hop, stream, framing, waiting, open: true, used });
    }

    /// Everything that has arrived meanwhile.
    pub(crate) fn arrived(&mut self, now_ms: u64, fault: &Fault, record: &mut Record) -> Vec<Arrived> {
        let mut all: Vec<Arrived> = Vec::new();
        self.read_datagrams(fault, &mut all);
        if !fault.is_down() {
            self.accept();
            self.read_streams(&mut all);
        }
        for arrived in &all {
            if let Arrived::Message { arrival, bytes } = arrived {
                self.note(now_ms, arrival, bytes, false, false, record);
            }
        }
        all.extend(self.lost.drain(..).map(Arrived::Lost));
        all
    }

    fn read_datagrams(&mut self, fault: &Fault, all: &mut Vec<Arrived>) {
        let mut buffer = vec![0; DATAGRAM];
        for port in &self.ports {
            loop {
                let (length, remote) = match port.udp.recv_from(&mut buffer) {
                    Ok(received) => received,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(_) => continue, // An ICMP answer to something sent earlier.
                };
                if fault.loses() {
                    continue;
                }
                let local_port = port.number;
                let arrival = Hop { transport: Transport::Udp, remote, local_port, connection: None };
                let bytes = buffer.get(..length).unwrap_or_default().to_vec();
                all.push(Arrived::Message { arrival, bytes });
            }
        }
    }

    fn accept(&mut self) {
        let mut accepted = Vec::new();
        for port in &self.ports {
            while let Some(Ok((stream, remote))) = port.listener.as_ref().map(TcpListener::accept) {
                accepted.push((stream, remote, port.number));
            }
        }
        for (mut stream, remote, port) in accepted {
            let _ = stream.set_nodelay(true);
            let interest = Interest::READABLE | Interest::WRITABLE;
            if self.registry.register(&mut stream, self.token, interest).is_ok() {
                self.adopt(stream, remote, port);
            }
        }
    }

    fn read_streams(&mut self, all: &mut Vec<Arrived>) {
        for connection in &mut self.connections {
            connection.read(all);
            if connection.flush().is_err() {
                connection.open = false;
            }
        }
        let gone = self.connections.extract_if(.., |connection| !connection.open);
        for mut connection in gone {
            if connection.used.is_empty() {
                connection.used.push(connection.hop);
            }
            self.lost.extend(connection.used);
        }
    }

    /// Closes every connection without a word, as a power cut does. The ports stay.
    pub(crate) fn cut(&mut self) {
        self.connections.clear();
        self.lost.clear();
    }

    fn note(&self, now_ms: u64, hop: &Hop, bytes: &[u8], sent: bool, lost: bool, record: &mut Record) {
        let local = SocketAddr::new(self.address, hop.local_port);
        let tcp = hop.transport != Transport::Udp;
        let (phone, remote, bytes) = (self.phone, hop.remote, bytes.to_vec());
        if bytes.iter().any(|byte| !byte.is_ascii_whitespace() && *byte != 0) {
            record.sip(Passed { at_ms: now_ms, phone, sent, local, remote, tcp, lost, bytes });
        }
    }
}

impl Connection {
    fn read(&mut self, all: &mut Vec<Arrived>) {
        let mut buffer = vec![0; DATAGRAM];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => self.open = false,
                Ok(length) => {
                    let bytes = buffer.get(..length).unwrap_or_default();
                    let framed = self.framing.feed(bytes);
                    let arrival = self.hop;
                    let messages = framed.messages.into_iter();
                    all.extend(messages.map(|bytes| Arrived::Message { arrival, bytes }));
                    for _ in 0..framed.pings {
                        self.waiting.extend_from_slice(b"\r\n"); // RFC 5626 §4.4.1: the answer to a ping.
                    }
                    self.open &= !framed.broken;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::NotConnected => return, // Still being opened.
                Err(_) => self.open = false,
            }
            if !self.open {
                return;
            }
        }
    }

    /// Writes what waits, as far as it goes.
    fn flush(&mut self) -> io::Result<()> {
        while !self.waiting.is_empty() {
            match self.stream.write(&self.waiting) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => drop(self.waiting.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
