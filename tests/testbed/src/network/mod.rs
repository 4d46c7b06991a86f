//! A network under virtual time: datagrams that may be lost, doubled, delayed, overtaken or cut off, and
//! streams that are slow at worst, as TCP's are. The seed decides everything, so a run replays exactly.
//!
//! ```
//! use deskphone::base::Instant;
//! use testbed::network::{Conditions, Network, Transport, What};
//! let mut network = Network::new(7, Conditions::LAN);
//! let (desk, office) = ("10.0.0.1:5060".parse().unwrap(), "10.0.0.100:5060".parse().unwrap());
//! network.send(Instant::ZERO, desk, office, Transport::Udp, b"hello");
//! let at = network.next_at().unwrap();
//! let delivery = network.deliver(at).unwrap();
//! assert_eq!((delivery.arrival.from, delivery.what), (desk, What::Bytes(b"hello".to_vec())));
//! assert!(network.is_empty());
//! ```

mod stream;
#[cfg(test)]
mod tests;

use crate::seeded::Seeded;
use deskphone::base::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use stream::Streams;

/// The network and everything that is under way in it.
#[derive(Debug)]
pub struct Network {
    rng: Seeded,
    conditions: Conditions,
    /// Conditions of their own for one direction between two hosts.
    special: BTreeMap<(IpAddr, IpAddr), Conditions>,
    cut_hosts: BTreeSet<IpAddr>,
    cut_pairs: BTreeSet<(IpAddr, IpAddr)>,
    flights: BTreeMap<(Instant, u64), Flight>,
    /// When the latest packet in step arrives: without reordering nothing overtakes it.
    latest: BTreeMap<(SocketAddr, SocketAddr), Instant>,
    streams: Streams,
    order: u64,
    tally: Tally,
}

/// How good the network is. Chances are per mille.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// The least time under way.
    pub delay_least_ms: u32,
    /// The most time under way (losses on streams and reordering come on top).
    pub delay_most_ms: u32,
    /// Datagrams that never arrive; on a stream, segments that arrive 200 ms later.
    pub loss: u32,
    /// Datagrams that arrive twice.
    pub duplication: u32,
    /// Datagrams that others may overtake.
    pub reordering: u32,
    /// How much later an overtaken datagram arrives, at most.
    pub reorder_ms: u32,
    /// Streams arrive in pieces of at most this many bytes; 0: as they were sent.
    pub segment_bytes: u32,
}

/// How something travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// As a datagram.
    Udp,
    /// On a stream that [`Network::connect`] opened.
    Tcp(StreamId),
}

/// One stream connection; both ends know it by this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

/// Who sent what arrives, to whom and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The sender.
    pub from: SocketAddr,
    /// The receiver.
    pub to: SocketAddr,
    /// The way.
    pub transport: Transport,
}

/// Something that reaches a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// From whom, to whom.
    pub arrival: Arrival,
    /// What it is.
    pub what: What,
}

/// What reaches a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A datagram, or the next bytes of a stream.
    Bytes(Vec<u8>),
    /// To the listener: someone opened a stream.
    Opened,
    /// To the opener: the stream stands.
    Connected,
    /// To the opener: nobody listens there.
    Refused,
    /// The other end closed the stream.
    Closed,
}

/// What happened to datagrams so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tally {
    /// Given to [`Network::send`].
    pub sent: u64,
    /// Lost by chance.
    pub lost: u64,
    /// Delivered a second time.
    pub doubled: u64,
    /// Swallowed by a partition.
    pub cut: u64,
    /// Delivered.
    pub delivered: u64,
}

#[derive(Debug)]
enum Flight {
    Datagram {
        from: SocketAddr,
        to: SocketAddr,
        bytes: Vec<u8>,
    },
    /// The next thing in this direction of a stream; what it is, the stream's own queue knows.
    Stream {
        id: StreamId,
        towards_server: bool,
    },
}

impl Conditions {
    /// Nothing goes wrong: one millisecond each way.
    pub const LAN: Self = Self::steady(1);
    /// A poor mobile connection: late, 5 % lost, some doubled, some overtaken.
    pub const POOR: Self = Self {
        delay_least_ms: 20,
        delay_most_ms: 150,
        loss: 50,
        duplication: 20,
        reordering: 50,
        reorder_ms: 400,
        segment_bytes: 200,
    };

    /// Always the same delay and no other trouble.
    #[must_use]
    pub const fn steady(delay_ms: u32) -> Self {
        Self {
            delay_least_ms: delay_ms,
            delay_most_ms: delay_ms,
            loss: 0,
            duplication: 0,
            reordering: 0,
            reorder_ms: 0,
            segment_bytes: 0,
        }
    }

    /// The same with another loss.
    #[must_use]
    pub const fn with_loss(self, per_mille: u32) -> Self {
        Self { loss: per_mille, ..self }
    }
}

impl Network {
    /// A network without hosts; a host exists by sending and being sent to.
    #[must_use]
    pub fn new(seed: u64, conditions: Conditions) -> Self {
        Self {
            rng: Seeded::new(seed),
            conditions,
            special: BTreeMap::new(),
            cut_hosts: BTreeSet::new(),
            cut_pairs: BTreeSet::new(),
            flights: BTreeMap::new(),
            latest: BTreeMap::new(),
            streams: Streams::default(),
            order: 0,
            tally: Tally::default(),
        }
    }

    /// Sends a datagram, or bytes on an open stream. Bytes for a stream that is closed vanish.
    pub fn send(
        &mut self,
        now: Instant,
        from: SocketAddr,
        to: SocketAddr,
        transport: Transport,
        bytes: &[u8],
    ) {
        match transport {
            Transport::Udp => self.send_datagram(now, from, to, bytes),
            Transport::Tcp(id) => self.send_stream(now, from, id, bytes),
        }
    }

    /// The next thing that reaches a host by `now`. Call until `None`.
    pub fn deliver(&mut self, now: Instant) -> Option<Delivery> {
        loop {
            let entry = self.flights.first_entry().filter(|entry| entry.key().0 <= now)?;
            let ((at, _), flight) = entry.remove_entry();
            if let Some(delivery) = self.land(at, flight) {
                return Some(delivery);
            }
        }
    }

    /// When the next thing arrives.
    #[must_use]
    pub fn next_at(&self) -> Option<Instant> {
        self.flights.first_key_value().map(|((at, _), _)| *at)
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }

    /// What happened to datagrams so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// The whole network is like this from now on; what is under way is left alone.
    pub fn set_conditions(&mut self, conditions: Conditions) {
        self.conditions = conditions;
        self.special.clear();
    }

    /// The way from one host to another (not back) is like this from now on.
    pub fn set_way(&mut self, from: IpAddr, to: IpAddr, conditions: Conditions) {
        self.special.insert((from, to), conditions);
    }

    /// Nothing reaches or leaves this host: datagrams vanish, streams stand still.
    pub fn cut_host(&mut self, host: IpAddr) {
        self.cut_hosts.insert(host);
    }

    /// Nothing passes between these two hosts.
    pub fn cut_pair(&mut self, one: IpAddr, other: IpAddr) {
        self.cut_pairs.insert((one.min(other), one.max(other)));
    }

    /// Ends every partition; the conditions stay.
    pub fn mend(&mut self) {
        self.cut_hosts.clear();
        self.cut_pairs.clear();
    }

    /// Ends the partition of one host.
    pub fn mend_host(&mut self, host: IpAddr) {
        self.cut_hosts.remove(&host);
    }

    fn send_datagram(&mut self, now: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.tally.sent += 1;
        let conditions = self.way(from.ip(), to.ip());
        if self.rng.chance(conditions.loss) {
            self.tally.lost += 1;
            return;
        }
        let twice = self.rng.chance(conditions.duplication);
        self.tally.doubled += u64::from(twice);
        for _ in 0..=u8::from(twice) {
            let delay = self.rng.between(conditions.delay_least_ms, conditions.delay_most_ms);
            let mut at = now.plus_ms(u64::from(delay));
            if self.rng.chance(conditions.reordering) {
                at = at.plus_ms(u64::from(self.rng.between(0, conditions.reorder_ms)));
            } else {
                let latest = self.latest.entry((from, to)).or_insert(at);
                at = at.max(*latest);
                *latest = at;
            }
            self.take_off(at, Flight::Datagram { from, to, bytes: bytes.to_vec() });
        }
    }

    fn take_off(&mut self, at: Instant, flight: Flight) {
        self.order += 1;
        self.flights.insert((at, self.order), flight);
    }

    fn land(&mut self, at: Instant, flight: Flight) -> Option<Delivery> {
        match flight {
            Flight::Datagram { from, to, bytes } => {
                if self.is_cut(from.ip(), to.ip()) {
                    self.tally.cut += 1;
                    return None;
                }
                self.tally.delivered += 1;
                let arrival = Arrival { from, to, transport: Transport::Udp };
                Some(Delivery { arrival, what: What::Bytes(bytes) })
            }
            Flight::Stream { id, towards_server } => self.land_stream(at, id, towards_server),
        }
    }

    fn way(&self, from: IpAddr, to: IpAddr) -> Conditions {
        self.special.get(&(from, to)).unwrap_or(&self.conditions).clone()
    }

    fn is_cut(&self, from: IpAddr, to: IpAddr) -> bool {
        let pair = (from.min(to), from.max(to));
        [from, to].iter().any(|host| self.cut_hosts.contains(host)) || self.cut_pairs.contains(&pair)
    }
}
