//! The sockets of one end on 127.0.0.1: UDP and TCP on the same port. All that arrives comes out of one
//! queue.

use deskphone::sip::stream::{Frame, Framer};
use deskphone::transaction::{ConnectionId, Hop, Transport};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// What a socket brought.
#[derive(Debug)]
pub enum Arrival {
    /// A datagram, or a message of a stream.
    Message {
        /// From where, and over what.
        hop: Hop,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Somebody connected.
    Opened(TcpStream, SocketAddr),
    /// A connection is gone.
    Closed(Hop),
}

/// UDP and TCP on one port.
#[derive(Debug)]
pub struct Wire {
    local: SocketAddr,
    udp: UdpSocket,
    connections: BTreeMap<u32, (TcpStream, SocketAddr)>,
    next_connection: u32,
    sender: Sender<Arrival>,
    receiver: Receiver<Arrival>,
    closing: Arc<AtomicBool>,
}

impl Wire {
    /// Opens both sockets.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn open(port: u16) -> Result<Self, String> {
        let say = |error: std::io::Error| format!("port {port}: {error}");
        let local = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let udp = UdpSocket::bind(local).map_err(say)?;
        let listener = TcpListener::bind(local).map_err(say)?;
        let (sender, receiver) = channel();
        let closing = Arc::new(AtomicBool::new(false));
        let reader = udp.try_clone().map_err(say)?;
        reader.set_read_timeout(Some(Duration::from_millis(100))).map_err(say)?;
        let (queue, stop) = (sender.clone(), closing.clone());
        thread::spawn(move || read_datagrams(&reader, port, &queue, &stop));
        let (queue, stop) = (sender.clone(), closing.clone());
        thread::spawn(move || accept(&listener, &queue, &stop));
        let connections = BTreeMap::new();
        Ok(Self { local, udp, connections, next_connection: 1, sender, receiver, closing })
    }

    /// Our port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.local.port()
    }

    /// The next thing that arrived, or nothing after a while.
    pub fn next(&mut self, wait: Duration) -> Option<Arrival> {
        let arrival = self.receiver.recv_timeout(wait).ok()?;
        match arrival {
            Arrival::Opened(stream, remote) => {
                self.adopt(stream, remote);
                None
            }
            Arrival::Closed(hop) => {
                if let Some(id) = hop.connection {
                    self.connections.remove(&id.0);
                }
                Some(Arrival::Closed(hop))
            }
            Arrival::Message { .. } => Some(arrival),
        }
    }

    /// Sends a message; says whether that could be done.
    pub fn send(&mut self, hop: &Hop, bytes: &[u8]) -> bool {
        match hop.transport {
            Transport::Udp => self.udp.send_to(bytes, hop.remote).is_ok(),
            Transport::Tcp => self.send_over_connection(hop, bytes),
            Transport::Tls => false,
        }
    }

    fn send_over_connection(&mut self, hop: &Hop, bytes: &[u8]) -> bool {
        let named = hop.connection.map(|id| id.0).filter(|id| self.connections.contains_key(id));
        let open =
            || self.connections.iter().find(|(_, (_, remote))| *remote == hop.remote).map(|(id, _)| *id);
        let id = match named.or_else(open) {
            Some(id) => id,
            None => {
                let Ok(stream) = TcpStream::connect_timeout(&hop.remote, Duration::from_secs(1)) else {
                    return false;
                };
                self.adopt(stream, hop.remote)
            }
        };
        self.connections.get_mut(&id).is_some_and(|(stream, _)| stream.write_all(bytes).is_ok())
    }

    fn adopt(&mut self, stream: TcpStream, remote: SocketAddr) -> u32 {
        let id = self.next_connection;
        self.next_connection += 1;
        let _quick = stream.set_nodelay(true);
        if let Ok(reader) = stream.try_clone() {
            let hop = Hop {
                transport: Transport::Tcp,
                remote,
                local_port: self.port(),
                connection: Some(ConnectionId(id)),
            };
            let queue = self.sender.clone();
            thread::spawn(move || read_stream(reader, hop, &queue));
        }
        self.connections.insert(id, (stream, remote));
        id
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        for (stream, _) in self.connections.values() {
            let _closed = stream.shutdown(Shutdown::Both);
        }
        // Wakes whoever waits for a connection.
        let _woken = TcpStream::connect_timeout(&self.local, Duration::from_millis(200));
    }
}

fn read_datagrams(socket: &UdpSocket, port: u16, queue: &Sender<Arrival>, closing: &AtomicBool) {
    let mut buffer = vec![0; 65_536];
    while !closing.load(Ordering::Relaxed) {
        let Ok((length, remote)) = socket.recv_from(&mut buffer) else { continue };
        let hop = Hop { transport: Transport::Udp, remote, local_port: port, connection: None };
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if queue.send(Arrival::Message { hop, bytes }).is_err() {
            return;
        }
    }
}

fn accept(listener: &TcpListener, queue: &Sender<Arrival>, closing: &AtomicBool) {
    while let Ok((stream, remote)) = listener.accept() {
        if closing.load(Ordering::Relaxed) || queue.send(Arrival::Opened(stream, remote)).is_err() {
            return;
        }
    }
}

fn read_stream(mut stream: TcpStream, hop: Hop, queue: &Sender<Arrival>) {
    let mut framer = Box::new(Framer::new());
    let mut buffer = [0; 4_096];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        let mut received = buffer.get(..length).unwrap_or_default();
        while !received.is_empty() {
            let taken = framer.feed(received);
            received = received.get(taken..).unwrap_or_default();
            while let Some(frame) = framer.poll() {
                match frame {
                    Frame::Message(message) => {
                        let bytes = message.to_vec();
                        if queue.send(Arrival::Message { hop, bytes }).is_err() {
                            return;
                        }
                    }
                    Frame::Ping => {
                        let _answered = stream.write_all(b"\r\n");
                    }
                    Frame::Pong => {}
                    Frame::Broken { .. } => {
                        let _closed = stream.shutdown(Shutdown::Both);
                    }
                }
            }
        }
    }
    let _gone = queue.send(Arrival::Closed(hop));
}
