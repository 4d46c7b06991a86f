//! The office inside: the testbed's small SIP server behind real sockets on 127.0.0.1.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use deskphone::base::Instant;
use mio::net::{TcpListener, TcpStream, UdpSocket};
use mio::{Interest, Registry, Token};
use testbed::network::{Arrival, StreamId, Transport};
use testbed::office::Office as Machine;

/// The office and its sockets.
#[derive(Debug)]
pub struct Office {
    machine: Machine,
    udp: UdpSocket,
    listener: TcpListener,
    streams: Vec<Stream>,
    media: Vec<(u16, UdpSocket)>,
    last_stream: u32,
    registry: Registry,
    token: Token,
}

/// A connection that a phone opened.
#[derive(Debug)]
struct Stream {
    id: StreamId,
    remote: SocketAddr,
    stream: TcpStream,
    waiting: Vec<u8>,
    open: bool,
}

impl Office {
    /// Opens an office on a free port.
    pub(crate) fn open(registry: Registry, token: Token, media_ports: (u16, u16)) -> io::Result<Self> {
        let (mut udp, mut listener) = free_port()?;
        registry.register(&mut udp, token, Interest::READABLE)?;
        registry.register(&mut listener, token, Interest::READABLE)?;
        let seed = getrandom::u64().map_err(io::Error::other)?;
        let mut machine = Machine::new(udp.local_addr()?, seed);
        machine.set_media_ports(media_ports.0, media_ports.1);
        let (streams, media) = (Vec::new(), Vec::new());
        Ok(Self { machine, udp, listener, streams, media, last_stream: 0, registry, token })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.machine.address()
    }

    /// The machine itself, for what it can be told to do wrong.
    pub const fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// When it wants to work although nothing arrived.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let (signalling, media) = (self.machine.deadline(), self.machine.media_deadline());
        signalling.into_iter().chain(media).min()
    }

    /// Takes what has arrived, does what is due, sends what there is.
    pub(crate) fn work(&mut self, now: Instant) {
        self.read_datagrams(now);
        self.accept();
        self.read_streams(now);
        self.read_media();
        self.machine.timeout(now);
        self.machine.media_timeout(now);
        while let Some(out) = self.machine.poll() {
            self.send(out.to, out.transport, &out.bytes);
        }
        self.match_media();
        while let Some(packet) = self.machine.poll_media() {
            if let Some((_, socket)) = self.media.iter().find(|(port, _)| *port == packet.port) {
                let _ = socket.send_to(&packet.bytes, packet.to);
            }
        }
        for stream in self.streams.extract_if(.., |stream| !stream.open) {
            self.machine.closed(stream.id);
        }
    }

    fn read_datagrams(&mut self, now: Instant) {
        let mut buffer = vec![0; 65_536];
        let to = self.machine.address();
        loop {
            match self.udp.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    let arrival = Arrival { from, to, transport: Transport::Udp };
                    self.machine.receive(now, arrival, buffer.get(..length).unwrap_or_default());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => {}
            }
        }
    }

    fn accept(&mut self) {
        while let Ok((mut stream, remote)) = self.listener.accept() {
            let interest = Interest::READABLE | Interest::WRITABLE;
            if self.registry.register(&mut stream, self.token, interest).is_ok() {
                self.last_stream += 1;
                let id = StreamId(self.last_stream);
                self.streams.push(Stream { id, remote, stream, waiting: Vec::new(), open: true });
            }
        }
    }

    fn read_streams(&mut self, now: Instant) {
        let mut buffer = vec![0; 65_536];
        let to = self.machine.address();
        for stream in &mut self.streams {
            while stream.open {
                match stream.stream.read(&mut buffer) {
                    Ok(0) => stream.open = false,
                    Ok(length) => {
                        let transport = Transport::Tcp(stream.id);
                        let arrival = Arrival { from: stream.remote, to, transport };
                        self.machine.receive(now, arrival, buffer.get(..length).unwrap_or_default());
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(_) => stream.open = false,
                }
            }
            stream.flush();
        }
    }

    fn read_media(&mut self) {
        let mut buffer = vec![0; 2_048];
        for (port, socket) in &self.media {
            while let Ok((length, _)) = socket.recv_from(&mut buffer) {
                self.machine.receive_media(*port, buffer.get(..length).unwrap_or_default());
            }
        }
    }

    fn send(&mut self, to: SocketAddr, transport: Transport, bytes: &[u8]) {
        match transport {
            Transport::Udp => drop(self.udp.send_to(bytes, to)),
            Transport::Tcp(id) => {
                if let Some(stream) = self.streams.iter_mut().find(|stream| stream.id == id) {
                    stream.waiting.extend_from_slice(bytes);
                    stream.flush();
                }
            }
        }
    }

    /// A media socket for each stream that the machine has now.
    fn match_media(&mut self) {
        let wanted: Vec<u16> = self.machine.streams().iter().map(|stream| stream.port).collect();
        self.media.retain(|(port, _)| wanted.contains(port));
        for port in wanted {
            if self.media.iter().any(|(open, _)| *open == port) {
                continue;
            }
            let Ok(mut socket) = UdpSocket::bind(SocketAddr::new(self.machine.address().ip(), port)) else {
                continue;
            };
            if self.registry.register(&mut socket, self.token, Interest::READABLE).is_ok() {
                self.media.push((port, socket));
            }
        }
    }
}

impl Stream {
    fn flush(&mut self) {
        while !self.waiting.is_empty() {
            match self.stream.write(&self.waiting) {
                Ok(written) if written > 0 => drop(self.waiting.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Ok(_) | Err(_) => {
                    self.open = false;
                    return;
                }
            }
        }
    }
}

/// A port of 127.0.0.1 that is free for both UDP and TCP.
fn free_port() -> io::Result<(UdpSocket, TcpListener)> {
    for _ in 0..50 {
        let udp = UdpSocket::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        if let Ok(listener) = TcpListener::bind(udp.local_addr()?) {
            return Ok((udp, listener));
        }
    }
    Err(ErrorKind::AddrInUse.into())
}
