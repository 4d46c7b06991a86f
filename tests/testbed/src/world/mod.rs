//! Phones, an office and a network in one loop under virtual time. Nothing sleeps: time leaps from one
//! event to the next, everything that a person sees or a wire carries goes into the ladder, and a seed
//! replays exactly.
//!
//! Phones are at 10.0.0.1, 10.0.0.2 and so on, port 5060; the office at 10.0.0.100, its domain is that
//! address.

mod desk;
mod phone;
mod service;
mod sound;
mod station;
#[cfg(test)]
mod tests;

pub use desk::Desk;
pub use phone::{account, set_account};
pub use service::Srv;
pub use station::{Levels, Station, levels};

use crate::framing;
use crate::ladder::Ladder;
use crate::network::{Arrival, Conditions, Delivery, Network, StreamId, Transport, What};
use crate::office::Office;
use crate::seeded::Seeded;
use deskphone::base::{Instant, earliest};
use deskphone::phone::{Input, Output};
use deskphone::secure_call::{Job, engine};
use deskphone::transaction::{self, ConnectionId, Hop};
use deskphone::ua::{Query, Records, Ticket};
use sound::Sound;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Everything.
#[derive(Debug)]
pub struct World<S> {
    /// The network; change its conditions at any time.
    pub network: Network,
    /// The office; let it do things with [`World::office`].
    pub office: Office,
    /// What happened so far.
    pub ladder: Ladder,
    now: Instant,
    rng: Seeded,
    phones: Vec<Host<S>>,
    names: BTreeMap<String, Vec<IpAddr>>,
    services: BTreeMap<String, Vec<Srv>>,
    mark: usize,
    quick: bool,
}

/// A phone of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PhoneId(usize);

#[derive(Debug)]
struct Host<S> {
    name: String,
    ip: IpAddr,
    station: S,
    rng: Seeded,
    streams: BTreeMap<StreamId, Open>,
    sound: Sound,
}

/// A connection that a phone opened.
#[derive(Debug)]
struct Open {
    remote: SocketAddr,
    local_port: u16,
    buffer: Vec<u8>,
}

/// What a phone asked for, taken out of its hands.
enum Wish {
    Transmit(Hop, Vec<u8>),
    Resolve(Ticket, Query, String),
    Compute(Job),
}

impl<S: Station> World<S> {
    /// A world without phones; the seed decides everything that is left to chance.
    #[must_use]
    pub fn new(seed: u64, conditions: Conditions) -> Self {
        let mut rng = Seeded::new(seed);
        let address = SocketAddr::new(Ipv4Addr::new(10, 0, 0, 100).into(), 5060);
        let mut network = Network::new(rng.next_u64(), conditions);
        network.listen(address);
        let office = Office::new(address, rng.next_u64());
        let names = BTreeMap::from([("office.example".to_owned(), vec![address.ip()])]);
        let (ladder, now, phones) = (Ladder::new(), Instant::ZERO, Vec::new());
        let services = BTreeMap::new();
        Self { network, office, ladder, now, rng, phones, names, services, mark: 0, quick: false }
    }

    /// Brings a phone. It has no network before [`Desk::connect`].
    pub fn add(&mut self, name: &str, station: S) -> PhoneId {
        let id = self.phones.len();
        let last = u8::try_from(id.saturating_add(1)).unwrap_or(u8::MAX);
        let (rng, streams, sound) = (self.rng.fork(), BTreeMap::new(), Sound::default());
        let ip = Ipv4Addr::new(10, 0, 0, last).into();
        self.phones.push(Host { name: name.to_owned(), ip, station, rng, streams, sound });
        PhoneId(id)
    }

    /// No sound from now on, and no lamps, tones and displays in the ladder: much faster. Messages and what
    /// people do are still recorded.
    pub const fn set_quick(&mut self) {
        self.quick = true;
    }

    /// A host name that phones can resolve; no addresses: it is known not to exist.
    pub fn set_name(&mut self, name: &str, addresses: Vec<IpAddr>) {
        self.names.insert(name.to_owned(), addresses);
    }

    /// A service that phones can find by its SRV records; none: it is known not to exist.
    pub fn set_service(&mut self, name: &str, records: Vec<Srv>) {
        self.services.insert(name.to_owned(), records);
    }

    /// What time it is.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Lets the office do something: `world.office(|office, now| office.hang_up(now, "600"))`.
    pub fn office<R>(&mut self, act: impl FnOnce(&mut Office, Instant) -> R) -> R {
        let result = act(&mut self.office, self.now);
        self.settle();
        result
    }

    /// A phone's own power off and on: another machine, the same place; its connections are gone.
    pub fn replace(&mut self, id: PhoneId, station: S) {
        self.note(id, "restart");
        let Some(host) = self.phones.get_mut(id.0) else { return };
        for (stream, open) in std::mem::take(&mut host.streams) {
            self.network.close(self.now, stream, SocketAddr::new(host.ip, open.local_port));
        }
        host.station = station;
        self.settle();
    }

    /// Lets time pass.
    pub fn run_for(&mut self, ms: u64) {
        let until = self.now.plus_ms(ms);
        while self.now < until {
            self.advance(until);
        }
    }

    /// Goes to the next event, at most to `until`.
    ///
    /// # Panics
    /// When somebody's deadline does not move although it was kept.
    pub fn advance(&mut self, until: Instant) {
        self.settle();
        let next = self.next_at().map_or(until, |at| at.min(until)).max(self.now);
        self.now = next;
        let mut turns = 0;
        self.sounds();
        while self.next_at().is_some_and(|at| at <= self.now) {
            turns += 1;
            assert!(turns < 10_000, "a deadline stays at {:?}: {}", self.now, self.late());
            self.turn();
        }
    }

    /// The ladder's messages before now count no more in [`Desk::expect_sent`].
    pub const fn mark(&mut self) {
        self.mark = self.ladder.mark();
    }

    /// The ladder begins now; how everyone came here is forgotten.
    pub fn begin(&mut self) {
        self.settle();
        self.ladder.begin();
        self.mark = 0;
    }

    /// Mends the network, waits until every transaction has died, and looks for what is left over.
    ///
    /// # Panics
    /// When something is left: a packet, a transaction of the office, or what a phone's own check finds.
    #[track_caller]
    pub fn expect_quiet(&mut self) {
        self.network.mend();
        self.network.set_conditions(Conditions::LAN);
        self.run_for(64 * 500 + 10_000);
        // A refresh may be under way at this very moment, which is no leak.
        for _ in 0..50 {
            if self.leftovers().is_empty() {
                return;
            }
            self.run_for(1_000);
        }
        let left = self.leftovers();
        assert!(left.is_empty(), "left over:\n{left}\n{}", self.report(PhoneId(0)));
    }

    /// Compares the ladder with a golden, with a phone on the left.
    #[track_caller]
    pub fn check(&self, name: &str, subject: PhoneId) {
        self.ladder.check(name, self.name_of(subject));
    }

    fn leftovers(&self) -> String {
        let phones = self.phones.iter().map(|host| host.station.leftovers());
        let office = self.office.leftovers();
        let network = if self.network.is_empty() { String::new() } else { "packets under way".to_owned() };
        let all = phones.chain([office, network]).filter(|text| !text.is_empty());
        all.collect::<Vec<_>>().join("\n")
    }

    fn next_at(&self) -> Option<Instant> {
        let phones = self.phones.iter();
        earliest([
            self.network.next_at(),
            self.office.deadline(),
            self.office.media_deadline().filter(|_| !self.quick),
            phones.clone().filter_map(|host| host.station.deadline()).min(),
            phones.filter_map(|host| host.sound.deadline()).min(),
        ])
    }

    fn late(&self) -> String {
        let late = self.phones.iter().filter(|host| host.station.deadline().is_some_and(|at| at <= self.now));
        let mut names: Vec<&str> = late.map(|host| host.name.as_str()).collect();
        names.extend(self.office.deadline().filter(|at| *at <= self.now).map(|_| "office"));
        names.join(" ")
    }

    /// Everything that is due at this moment, once.
    fn turn(&mut self) {
        while let Some(delivery) = self.network.deliver(self.now) {
            self.deliver(delivery);
            self.settle();
        }
        self.office.timeout(self.now);
        if !self.quick {
            self.office.media_timeout(self.now);
        }
        for id in (0..self.phones.len()).map(PhoneId) {
            if self.station(id).deadline().is_some_and(|at| at <= self.now) {
                self.input(id, Input::Timeout);
            }
        }
        self.settle();
        self.sounds();
    }

    fn sounds(&mut self) {
        if self.quick {
            return;
        }
        for host in &mut self.phones {
            let plan = host.station.plan();
            let keys = (host.station.call_keys(), host.station.media_keys());
            host.sound.follow(self.now, &plan, &keys, &mut host.rng);
            for packet in host.sound.turn(self.now, &plan) {
                let from = SocketAddr::new(host.ip, packet.local_port);
                self.network.send(self.now, from, packet.to, Transport::Udp, &packet.bytes);
            }
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        let Delivery { arrival, what } = delivery;
        if arrival.to.ip() == self.office.address().ip() {
            return match what {
                What::Bytes(bytes) if arrival.to == self.office.address() => {
                    self.office.receive(self.now, arrival, &bytes);
                }
                What::Bytes(bytes) => self.office.receive_media(arrival.to.port(), &bytes),
                What::Closed => {
                    if let Transport::Tcp(id) = arrival.transport {
                        self.office.closed(id);
                    }
                }
                What::Opened | What::Connected | What::Refused => {}
            };
        }
        let to = self.phones.iter().position(|host| host.ip == arrival.to.ip());
        if let Some(id) = to.map(PhoneId) {
            self.deliver_to(id, arrival, what);
        }
    }

    fn deliver_to(&mut self, id: PhoneId, arrival: Arrival, what: What) {
        let now = self.now;
        let Some(host) = self.phones.get_mut(id.0) else { return };
        match (arrival.transport, what) {
            (Transport::Udp, What::Bytes(bytes)) => {
                let ours = host.sound.receive(now, arrival.to.port(), &bytes);
                if let Some(serial) = host.sound.take_authentic() {
                    host.station.step(now, &mut host.rng, Input::Authenticated { serial });
                }
                if ours || arrival.to.port() >= MEDIA_PORTS {
                    return;
                }
                let hop = hop(arrival, arrival.to.port());
                host.station.step(now, &mut host.rng, Input::Message { arrival: hop, bytes: &bytes });
            }
            (Transport::Tcp(stream), What::Bytes(bytes)) => {
                let Some(open) = host.streams.get_mut(&stream) else { return };
                open.buffer.extend_from_slice(&bytes);
                let hop = hop(arrival, open.local_port);
                while let Some(bytes) = framing::first_message(&mut open.buffer) {
                    host.station.step(now, &mut host.rng, Input::Message { arrival: hop, bytes: &bytes });
                }
            }
            (Transport::Tcp(stream), What::Refused | What::Closed) => {
                let Some(open) = host.streams.remove(&stream) else { return };
                let hop = hop(arrival, open.local_port);
                host.station.step(now, &mut host.rng, Input::Unreachable(hop));
            }
            (_, What::Opened | What::Connected | What::Refused | What::Closed) => {}
        }
    }

    /// Steps a phone, and carries out what follows.
    fn input(&mut self, id: PhoneId, input: Input<'_>) {
        if let Some(host) = self.phones.get_mut(id.0) {
            host.station.step(self.now, &mut host.rng, input);
        }
        self.settle();
    }

    /// Carries out all that was asked for, and records what is to be seen.
    fn settle(&mut self) {
        for id in (0..self.phones.len()).map(PhoneId) {
            while let Some(wish) = self.wish(id) {
                match wish {
                    Wish::Transmit(hop, bytes) => self.transmit(id, hop, &bytes),
                    Wish::Resolve(ticket, query, name) => self.resolve(id, ticket, query, &name),
                    Wish::Compute(job) => self.compute(id, &job),
                }
            }
            self.record(id);
        }
        while let Some(out) = self.office.poll() {
            let to = self.name_at(out.to.ip());
            self.ladder.message(self.now, "office", &to, &out.bytes);
            self.network.send(self.now, self.office.address(), out.to, out.transport, &out.bytes);
        }
        while let Some(packet) = self.office.poll_media() {
            let from = SocketAddr::new(self.office.address().ip(), packet.port);
            self.network.send(self.now, from, packet.to, Transport::Udp, &packet.bytes);
        }
    }

    fn wish(&mut self, id: PhoneId) -> Option<Wish> {
        let host = self.phones.get_mut(id.0)?;
        loop {
            match host.station.poll()? {
                Output::Transmit { hop, bytes } => return Some(Wish::Transmit(hop, bytes.to_vec())),
                Output::Resolve { ticket, query, host } => {
                    return Some(Wish::Resolve(ticket, query, host.to_owned()));
                }
                Output::Compute(job) => return Some(Wish::Compute(job.clone())),
                // The world has no STUN server: who asks one is not answered.
                Output::MapPort(_) | Output::Notice(_) => {}
            }
        }
    }

    fn transmit(&mut self, id: PhoneId, hop: Hop, bytes: &[u8]) {
        let to = self.name_at(hop.remote.ip());
        let Some(host) = self.phones.get_mut(id.0) else { return };
        let from = SocketAddr::new(host.ip, hop.local_port);
        self.ladder.message(self.now, &host.name, &to, bytes);
        let transport = match hop.transport {
            transaction::Transport::Udp => Transport::Udp,
            transaction::Transport::Tcp | transaction::Transport::Tls => {
                let named = hop.connection.map(|connection| StreamId(connection.0));
                let known = named.filter(|stream| host.streams.contains_key(stream)).or_else(|| {
                    host.streams.iter().find(|(_, open)| open.remote == hop.remote).map(|(stream, _)| *stream)
                });
                let (network, now) = (&mut self.network, self.now);
                let stream = known.unwrap_or_else(|| network.connect(now, from, hop.remote));
                let open = || Open { remote: hop.remote, local_port: hop.local_port, buffer: Vec::new() };
                host.streams.entry(stream).or_insert_with(open);
                Transport::Tcp(stream)
            }
        };
        self.network.send(self.now, from, hop.remote, transport, bytes);
    }

    fn compute(&mut self, id: PhoneId, job: &Job) {
        let done = engine::perform(job);
        if let Some(host) = self.phones.get_mut(id.0) {
            host.station.step(self.now, &mut host.rng, Input::Computed(&done));
        }
    }

    fn resolve(&mut self, id: PhoneId, ticket: Ticket, query: Query, name: &str) {
        let addresses = self.names.get(name).cloned().unwrap_or_default();
        let services = self.services.get(name).cloned().unwrap_or_default();
        let services: Vec<_> = services.iter().map(Srv::service).collect();
        let records = match query {
            Query::Addresses => Records::Addresses(&addresses),
            Query::Services => Records::Services(&services),
        };
        if let Some(host) = self.phones.get_mut(id.0) {
            let input = Input::Resolved { ticket, records, ttl_s: None };
            host.station.step(self.now, &mut host.rng, input);
        }
    }

    fn record(&mut self, id: PhoneId) {
        let Some(host) = self.phones.get(id.0).filter(|_| !self.quick) else { return };
        for (what, value) in host.station.levels(self.now) {
            self.ladder.show(self.now, &host.name, &what, &value);
        }
    }

    fn note(&mut self, id: PhoneId, text: &str) {
        let name = self.name_of(id).to_owned();
        self.ladder.act(self.now, &name, text);
    }

    fn report(&self, id: PhoneId) -> String {
        self.ladder.render(self.name_of(id))
    }

    fn level(&self, id: PhoneId, level: &str) -> String {
        let levels = self.station(id).levels(self.now);
        levels.into_iter().find(|(name, _)| name == level).map(|(_, value)| value).unwrap_or_default()
    }

    fn sent(&self, id: PhoneId, word: &str) -> usize {
        self.ladder.sent_by(self.name_of(id), self.mark).filter(|(sent, _)| *sent == word).count()
    }

    fn hears(&self, id: PhoneId, frequency_hz: u16) -> bool {
        self.phones.get(id.0).is_some_and(|host| host.sound.hears(frequency_hz))
    }

    /// The digits that a phone heard as telephone events so far.
    #[must_use]
    pub fn digits(&self, id: PhoneId) -> &str {
        self.phones.get(id.0).map_or("", |host| host.sound.digits())
    }

    fn is_silent(&self, id: PhoneId) -> bool {
        self.phones.get(id.0).is_none_or(|host| host.sound.is_silent())
    }

    fn set_microphone(&mut self, id: PhoneId, frequency_hz: Option<u32>) {
        if let Some(host) = self.phones.get_mut(id.0) {
            host.sound.microphone_hz = frequency_hz;
        }
    }

    /// A phone's machine.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "only World::add makes a PhoneId, and no phone ever leaves")]
    pub fn station(&self, id: PhoneId) -> &S {
        &self.phones[id.0].station
    }

    fn ip_of(&self, id: PhoneId) -> IpAddr {
        self.phones.get(id.0).map_or(Ipv4Addr::UNSPECIFIED.into(), |host| host.ip)
    }

    fn name_of(&self, id: PhoneId) -> &str {
        self.phones.get(id.0).map_or("nobody", |host| &host.name)
    }

    fn name_at(&self, ip: IpAddr) -> String {
        if ip == self.office.address().ip() {
            return "office".to_owned();
        }
        self.phones.iter().find(|host| host.ip == ip).map_or_else(|| ip.to_string(), |host| host.name.clone())
    }
}

/// The hop that something arrived over, as the phone's host names it.
fn hop(arrival: Arrival, local_port: u16) -> Hop {
    let (transport, connection) = match arrival.transport {
        Transport::Udp => (transaction::Transport::Udp, None),
        Transport::Tcp(stream) => (transaction::Transport::Tcp, Some(ConnectionId(stream.0))),
    };
    Hop { transport, remote: arrival.from, local_port, connection }
}

/// From here up ports are for media, below for SIP (one port for each extension).
const MEDIA_PORTS: u16 = 10_000;
