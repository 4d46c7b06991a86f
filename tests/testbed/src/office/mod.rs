//! A small SIP office as a sans-I/O machine: registrar with digest challenges, forking proxy, and numbers
//! that answer.
//!
//! | number | what it does |
//! |---|---|
//! | 600 | answers at once and echoes what it hears |
//! | 601 | answers at once and plays 440 Hz |
//! | 602 | rings for ever |
//! | 603 | is busy |
//! | 604 | rings twice and answers |
//! | 605 | is busy twice, then free |
//!
//! An account can be a shared line of several phones ([`Settings::shared_accounts`]).
//!
//! Accounts 101 to 109 have the passwords `pw101` to `pw109`. Everything about it can be changed:
//! [`Settings`], the numbers ([`Service`]), and what it does wrong on purpose ([`Rule`]).
//!
//! ```
//! use deskphone::base::Instant;
//! use testbed::network::{Arrival, Transport};
//! use testbed::office::Office;
//! let (desk, address) = ("10.0.0.1:5060".parse().unwrap(), "10.0.0.100:5060".parse().unwrap());
//! let mut office = Office::new(address, 1);
//! let arrival = Arrival { from: desk, to: address, transport: Transport::Udp };
//! let register = b"REGISTER sip:10.0.0.100 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n\
//!     From: <sip:101@10.0.0.100>;tag=1\r\nTo: <sip:101@10.0.0.100>\r\nCall-ID: 1\r\n\
//!     CSeq: 1 REGISTER\r\n\r\n";
//! office.receive(Instant::ZERO, arrival, register);
//! let answer = office.poll().unwrap();
//! assert!(answer.bytes.starts_with(b"SIP/2.0 401 Unauthorized\r\n"));
//! assert_eq!(answer.to, desk);
//! ```

mod challenge;
mod exchange;
mod fork;
mod leg;
mod media;
mod offer;
mod proxy;
mod registrar;
mod rule;
mod script;
mod service;
mod shared;
#[cfg(test)]
mod tests;
mod text;

use crate::framing::first_message;
use crate::network::{Arrival, StreamId, Transport};
use crate::seeded::Seeded;
use challenge::Nonces;
use deskphone::base::{Instant, Rng, earliest};
use exchange::{Client, Owner, Path, Server, Verdict};
use fork::Fork;
use leg::Leg;
use media::Media;
use registrar::Binding;
use shared::SharedLines;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use text::Text;

pub use challenge::Algorithm;
pub use media::{Audio, MediaPacket, Stream};
pub use offer::Direction;
pub use rule::{Action, Rule};
pub use service::{Answer, Service};

/// The office.
#[derive(Debug)]
pub struct Office {
    /// What can be changed at any time.
    pub settings: Settings,
    address: SocketAddr,
    passwords: BTreeMap<String, String>,
    services: BTreeMap<String, Service>,
    rules: Vec<Rule>,
    bindings: BTreeMap<String, Vec<Binding>>,
    nonces: Nonces,
    servers: Vec<Server>,
    clients: Vec<Client>,
    forks: Vec<Fork>,
    legs: Vec<Leg>,
    media: Media,
    outbox: VecDeque<Outgoing>,
    partial: BTreeMap<StreamId, Vec<u8>>,
    shared: SharedLines,
    rng: Seeded,
    ids: u64,
}

/// How the office works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The realm of its challenges, and a host name that stands for the office in URIs.
    pub domain: String,
    /// One challenge for each, in this order (RFC 8760: the office's preference first).
    pub algorithms: Vec<Algorithm>,
    /// Whether challenges offer `qop="auth"`.
    pub qop: bool,
    /// Further challenge values, for what a phone must skip.
    pub strange_challenges: Vec<String>,
    /// After this a nonce is stale.
    pub nonce_life_ms: u64,
    /// Whether REGISTER is challenged.
    pub challenge_registrations: bool,
    /// Whether calls are challenged, with 407.
    pub challenge_calls: bool,
    /// Whether the office stays in the way of requests inside a dialog.
    pub record_route: bool,
    /// Shorter registrations are refused with 423.
    pub min_expires_s: u32,
    /// Longer ones are shortened.
    pub max_expires_s: u32,
    /// After this an unanswered call gets 408.
    pub no_answer_ms: u64,
    /// Accounts that are shared lines: several phones register them, and watch and seize their appearances.
    pub shared_accounts: Vec<String>,
    /// How long a seized appearance is kept for a station that does not call.
    pub seize_s: u32,
}

/// A message that leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// For whom.
    pub to: SocketAddr,
    /// How: streams are those that others opened, the office opens none.
    pub transport: Transport,
    /// The message.
    pub bytes: Vec<u8>,
}

impl Office {
    /// An office at an address, which is also its domain. The seed decides tags, branches and nonces.
    #[must_use]
    pub fn new(address: SocketAddr, seed: u64) -> Self {
        let passwords = (101..=109).map(|user| (user.to_string(), format!("pw{user}"))).collect();
        Self {
            settings: Settings::new(address),
            address,
            passwords,
            services: service::built_in(),
            rules: Vec::new(),
            bindings: BTreeMap::new(),
            nonces: Nonces::default(),
            servers: Vec::new(),
            clients: Vec::new(),
            forks: Vec::new(),
            legs: Vec::new(),
            media: Media::new(),
            outbox: VecDeque::new(),
            partial: BTreeMap::new(),
            shared: SharedLines::default(),
            rng: Seeded::new(seed),
            ids: 0,
        }
    }

    /// Where the office is.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes a datagram, or the next bytes of a stream.
    pub fn receive(&mut self, now: Instant, arrival: Arrival, bytes: &[u8]) {
        self.timeout(now);
        match arrival.transport {
            Transport::Udp => self.message(now, arrival, bytes),
            Transport::Tcp(stream) => {
                self.partial.entry(stream).or_default().extend_from_slice(bytes);
                while let Some(message) = self.partial.get_mut(&stream).and_then(first_message) {
                    self.message(now, arrival, &message);
                }
            }
        }
    }

    /// A stream is gone, and with it the registrations that came on it.
    pub fn closed(&mut self, stream: StreamId) {
        self.partial.remove(&stream);
        for bindings in self.bindings.values_mut() {
            bindings.retain(|binding| binding.flow.transport != Transport::Tcp(stream));
        }
    }

    /// Does what is due by `now`; early or twice is no harm.
    pub fn timeout(&mut self, now: Instant) {
        self.server_timers(now);
        self.client_timers(now);
        self.fork_timers(now);
        self.leg_timers(now);
        self.shared_timers(now);
        for bindings in self.bindings.values_mut() {
            bindings.retain(|binding| binding.until > now);
        }
    }

    /// The next message to send. Call until `None`.
    pub fn poll(&mut self) -> Option<Outgoing> {
        self.outbox.pop_front()
    }

    /// When [`Office::timeout`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        earliest([
            self.servers.iter().filter_map(Server::deadline).min(),
            self.clients.iter().filter_map(Client::deadline).min(),
            self.forks.iter().filter_map(Fork::deadline).min(),
            self.legs.iter().filter_map(Leg::deadline).min(),
            self.bindings.values().flatten().map(|binding| binding.until).min(),
            self.shared.deadline(),
        ])
    }

    /// Whether nothing is left over: no transaction, no forwarded call, no call of a number.
    /// Registrations may stand.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.servers.is_empty() && self.clients.is_empty() && self.forks.is_empty() && self.legs.is_empty()
    }

    /// What is left over, in words: for the message of a failed leak check. Registrations are refreshed
    /// for ever, so an answered REGISTER that only absorbs retransmissions is none of it.
    #[must_use]
    pub fn leftovers(&self) -> String {
        let servers =
            self.servers.iter().map(|server| format!("<- {} {}", server.request.start, server.status));
        let clients =
            self.clients.iter().map(|client| format!("-> {} {}", client.request.start, client.status));
        let forks = self.forks.iter().map(|fork| format!("fork {fork:?}"));
        let legs = self.legs.iter().map(Leg::words);
        servers.chain(clients).chain(forks).chain(legs).collect::<Vec<_>>().join("\n")
    }

    /// Calls that the numbers of the office have now.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.legs.len()
    }

    fn message(&mut self, now: Instant, arrival: Arrival, bytes: &[u8]) {
        let Some(mut text) = Text::parse(bytes) else { return };
        if text.is_request() {
            text.mark_source(arrival.from);
            let to = match arrival.transport {
                Transport::Udp => text.via_address().unwrap_or(arrival.from),
                Transport::Tcp(_) => arrival.from,
            };
            self.request(now, Path { to, transport: arrival.transport }, text);
        } else {
            self.response(now, &text);
        }
    }

    fn request(&mut self, now: Instant, path: Path, text: Text) {
        let method = text.start.split(' ').next().unwrap_or("").to_owned();
        if method == "ACK" {
            return self.acknowledged(now, &text);
        }
        if let Some(server) = self.servers.iter().find(|server| server.matches(&text, &method)) {
            // Accepted absorbs: who answered with 2xx sends it again itself (RFC 6026 §7.1).
            if !(server.answer.is_empty() || server.is_invite() && server.status / 100 == 2) {
                let (path, bytes) = (server.path, server.answer.clone());
                self.transmit(path, bytes);
            }
            return;
        }
        let id = self.next_id();
        self.servers.push(Server::new(id, text.clone(), path));
        if method == "CANCEL" {
            return self.cancel(now, id, &text);
        }
        if !self.obey_rule(now, id, &text) {
            self.dispatch(now, id, text);
        }
    }

    /// An ACK belongs to a refused INVITE, to a call of ours, or to somebody else's answer.
    fn acknowledged(&mut self, now: Instant, ack: &Text) {
        let refused = |server: &&mut Server| server.matches(ack, "INVITE") && server.status >= 300;
        if let Some(server) = self.servers.iter_mut().find(refused) {
            server.acknowledge(now);
        } else if let Some(leg) = self.leg_of(ack) {
            self.leg_acknowledged(leg, ack);
        } else {
            self.forward_ack(ack);
        }
    }

    fn response(&mut self, now: Instant, response: &Text) {
        let Some(client) = self.clients.iter_mut().find(|client| client.matches(response)) else {
            return self.forward_stray(response);
        };
        let (owner, path) = (client.owner, client.path);
        let verdict = client.receive(now, response.status());
        if matches!(verdict, Verdict::PassAndAcknowledge | Verdict::Acknowledge) {
            let ack = client.acknowledgement(response).compose();
            self.transmit(path, ack);
        }
        if matches!(verdict, Verdict::Pass | Verdict::PassAndAcknowledge) {
            match owner {
                Owner::Branch { fork, branch } => self.branch_response(now, fork, branch, response),
                Owner::Leg(leg) => self.leg_response(now, leg, response),
                Owner::Subscription(id) => self.notified(id, response.status()),
                Owner::Nobody => {}
            }
        }
    }

    fn server_timers(&mut self, now: Instant) {
        let mut again = Vec::new();
        for server in &mut self.servers {
            let path = server.path;
            again.extend(server.due(now).map(|bytes| (path, bytes.to_vec())));
        }
        self.servers.retain(|server| !server.is_over(now));
        again.into_iter().for_each(|(path, bytes)| self.transmit(path, bytes));
    }

    fn client_timers(&mut self, now: Instant) {
        let (mut again, mut silent) = (Vec::new(), Vec::new());
        for client in &mut self.clients {
            let path = client.path;
            if !client.is_over(now) {
                again.extend(client.due(now).map(|bytes| (path, bytes.to_vec())));
            } else if client.status < 200 {
                silent.push((client.owner, client.silence()));
            }
        }
        self.clients.retain(|client| !client.is_over(now));
        again.into_iter().for_each(|(path, bytes)| self.transmit(path, bytes));
        for (owner, response) in silent {
            match owner {
                Owner::Branch { fork, branch } => self.branch_response(now, fork, branch, &response),
                Owner::Leg(leg) => self.leg_response(now, leg, &response),
                Owner::Subscription(id) => self.notified(id, response.status()),
                Owner::Nobody => {}
            }
        }
    }

    /// Answers a request with a status and nothing more.
    fn reply(&mut self, now: Instant, server: u64, status: u16) {
        self.reply_with(now, server, status, &[]);
    }

    fn reply_with(&mut self, now: Instant, server: u64, status: u16, fields: &[(&str, &str)]) {
        let tag = if status == 100 { String::new() } else { self.token() };
        let Some(request) = self.servers.iter().find(|found| found.id == server).map(|found| &found.request)
        else {
            return;
        };
        let mut response = Text::response(request, status, &tag);
        for (name, value) in fields {
            response.push(name, value);
        }
        self.reply_text(now, server, &response);
    }

    fn reply_text(&mut self, now: Instant, server: u64, response: &Text) {
        let Some(server) = self.servers.iter_mut().find(|found| found.id == server) else { return };
        let (path, bytes) = (server.path, response.compose());
        if server.answered(now, response.status(), bytes.clone()) {
            let request = server.request.clone();
            self.transmit(path, bytes);
            self.shared_response(now, &request, response);
        }
    }

    /// Sends a request in a transaction of its own; it gets its Via here.
    fn send_request(&mut self, now: Instant, mut request: Text, path: Path, owner: Owner) -> u64 {
        request.push_front("Via", &self.via(path));
        let id = self.next_id();
        let bytes = request.compose();
        self.clients.push(Client::new(now, id, request, path, owner));
        self.transmit(path, bytes);
        id
    }

    fn cancel_client(&mut self, now: Instant, client: u64) {
        let Some(client) = self.clients.iter_mut().find(|found| found.id == client) else { return };
        let (request, path) = (client.cancel(now), client.path);
        let id = self.next_id();
        let bytes = request.compose();
        self.clients.push(Client::new(now, id, request, path, Owner::Nobody));
        self.transmit(path, bytes);
    }

    fn transmit(&mut self, path: Path, bytes: Vec<u8>) {
        self.outbox.push_back(Outgoing { to: path.to, transport: path.transport, bytes });
    }

    fn via(&mut self, path: Path) -> String {
        let transport = if path.is_reliable() { "TCP" } else { "UDP" };
        let branch = self.token();
        format!("SIP/2.0/{transport} {};branch=z9hG4bK{branch}", self.address)
    }

    const fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    fn token(&mut self) -> String {
        format!("{:08x}", self.rng.next_u32())
    }
}

impl Settings {
    fn new(address: SocketAddr) -> Self {
        Self {
            domain: address.ip().to_string(),
            algorithms: vec![Algorithm::Md5],
            qop: true,
            strange_challenges: Vec::new(),
            nonce_life_ms: 300_000,
            challenge_registrations: true,
            challenge_calls: true,
            record_route: true,
            min_expires_s: 10,
            max_expires_s: 3_600,
            no_answer_ms: 180_000,
            shared_accounts: Vec::new(),
            seize_s: 15,
        }
    }
}
