//! Host and service names on their way to servers: a small cache in front of the host's resolver.
//!
//! Whoever needs a server asks [`Names::servers`] again and again: numeric hosts are answered at once, a name
//! that is not known goes out as a question, and when its answer has come the next call has it.

use core::cmp::Reverse;
use core::net::{IpAddr, SocketAddr};
use heapless::{String, Vec};

use super::ids::Ticket;
use super::resolve::{Query, Records, Resolve};
use super::srv::Targets;
use crate::base::{Instant, Rng, bounded, text};
use crate::limits;
use crate::transaction::Transport;

/// What is known of some names.
#[derive(Debug)]
pub(super) struct Names {
    hosts: Lookups<Addresses, { limits::HOST_NAMES }>,
    services: Lookups<Targets, { limits::SERVICE_NAMES }>,
    next_ticket: u32,
}

/// Where somebody wants to send, as a setting or a URI names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
    pub(super) transport: Transport,
    pub(super) lookup: Lookup,
}

/// How a name without a port is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// By its addresses.
    Host,
    /// As the name of a service (`Use DNS SRV`).
    Service,
    /// The same with `_sip._udp.` and the like put before it (`DNS SRV Auto Prefix`).
    Prefixed,
}

/// One server; the lowest priority is the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) remote: SocketAddr,
    pub(super) priority: u16,
}

/// The servers of one place in the order in which they are tried.
pub(super) type Servers = Vec<Server, { limits::SERVERS }>;

/// What is known of a place. It lives on the stack for a moment.
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the list on")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// Its servers, at least one. The last ones may be missing until their names are resolved.
    Known(Servers),
    /// The host is asked, or will be.
    Pending,
    /// There is none.
    Nothing,
}

type Addresses = Vec<IpAddr, { limits::ADDRESSES }>;
/// A name with a prefix such as `_sips._tcp.`.
type Name = String<{ limits::HOST_BYTES + PREFIX_BYTES }>;

#[derive(Debug)]
struct Lookups<A, const N: usize> {
    places: [Option<Entry<A>>; N],
}

#[derive(Debug)]
struct Entry<A> {
    name: Name,
    ticket: Ticket,
    state: State<A>,
    used: Instant,
}

#[derive(Debug)]
enum State<A> {
    Wanted,
    Asked,
    Known { answer: A, until: Instant },
}

impl Names {
    pub(super) const fn new() -> Self {
        Self { hosts: Lookups::new(), services: Lookups::new(), next_ticket: 1 }
    }

    /// The servers of a place (RFC 3263 §4.2): a numeric host and a name with a port have no service
    /// records; a name without service records is the server's own.
    pub(super) fn servers(&mut self, now: Instant, place: &Place<'_>) -> Listed {
        let port = place.port.unwrap_or_else(|| place.transport.default_port());
        let host = place.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(place.host);
        if let Ok(address) = host.parse::<IpAddr>() {
            let server = Server { remote: (address, port).into(), priority: 0 };
            return Listed::Known(bounded::filled([server]));
        }
        if host.is_empty() {
            return Listed::Nothing;
        }
        let prefix = match (place.lookup, place.port) {
            (Lookup::Host, _) | (_, Some(_)) => return self.hosts_alone(now, host, port),
            (Lookup::Service, None) => "",
            (Lookup::Prefixed, None) => service_prefix(place.transport),
        };
        let Some(name) = joined(prefix, host) else { return Listed::Nothing };
        let targets = match self.services.find(now, &name, &mut self.next_ticket) {
            None => return Listed::Pending,
            Some(Targets::Refused) => return Listed::Nothing,
            Some(Targets::Ordered(targets)) => targets,
        };
        if targets.is_empty() {
            return self.hosts_alone(now, host, port);
        }
        let mut servers = Servers::new();
        let mut complete = true;
        for target in targets {
            let Some(addresses) = found(&mut self.hosts, now, &target.host, &mut self.next_ticket) else {
                // Those after it wait: the order is what counts.
                complete = false;
                continue;
            };
            for address in addresses.iter().filter(|_| complete) {
                let server = Server { remote: (*address, target.port).into(), priority: target.priority };
                if servers.push(server).is_err() {
                    break;
                }
            }
        }
        listed(servers, complete)
    }

    /// Whether there is a question to ask.
    pub(super) fn is_wanted(&self) -> bool {
        self.services.is_wanted() || self.hosts.is_wanted()
    }

    /// A question for the host's resolver, if there is one to ask.
    pub(super) fn poll(&mut self) -> Option<Resolve<'_>> {
        if self.services.is_wanted() {
            let (ticket, host) = self.services.poll()?;
            return Some(Resolve { ticket, query: Query::Services, host });
        }
        let (ticket, host) = self.hosts.poll()?;
        Some(Resolve { ticket, query: Query::Addresses, host })
    }

    /// The resolver's answer and how long it is good. Whether somebody waited for it.
    pub(super) fn resolved(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        ticket: Ticket,
        records: Records<'_>,
        ttl_s: Option<u32>,
    ) -> bool {
        match records {
            Records::Addresses(addresses) => {
                let known = lifetime_ms(addresses.is_empty(), ttl_s);
                let answer = bounded::filled(addresses.iter().copied());
                self.hosts.answer(now, ticket, answer, known)
            }
            Records::Services(services) => {
                let targets = Targets::of(services, rng);
                let known = lifetime_ms(targets.is_empty(), ttl_s);
                self.services.answer(now, ticket, targets, known)
            }
        }
    }

    fn hosts_alone(&mut self, now: Instant, host: &str, port: u16) -> Listed {
        let Some(addresses) = found(&mut self.hosts, now, host, &mut self.next_ticket) else {
            return Listed::Pending;
        };
        let server = |address: &IpAddr| Server { remote: (*address, port).into(), priority: 0 };
        listed(bounded::filled(addresses.iter().map(server)), true)
    }
}

/// The addresses of a name; `None`: the host is asked.
fn found(
    hosts: &mut Lookups<Addresses, { limits::HOST_NAMES }>,
    now: Instant,
    host: &str,
    next_ticket: &mut u32,
) -> Option<Addresses> {
    if let Ok(address) = host.parse() {
        return Some(bounded::filled([address]));
    }
    let Some(name) = joined("", host) else { return Some(Addresses::new()) };
    hosts.find(now, &name, next_ticket).cloned()
}

fn listed(servers: Servers, complete: bool) -> Listed {
    match (servers.is_empty(), complete) {
        (false, _) => Listed::Known(servers),
        (true, false) => Listed::Pending,
        (true, true) => Listed::Nothing,
    }
}

fn joined(prefix: &str, host: &str) -> Option<Name> {
    let mut name: Name = text::exact(prefix)?;
    name.push_str(host.strip_suffix('.').unwrap_or(host)).ok()?;
    Some(name)
}

/// The service's name before the domain (RFC 3263 §4.2; the phone's guide has the first).
const fn service_prefix(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "_sip._udp.",
        Transport::Tcp => "_sip._tcp.",
        Transport::Tls => "_sips._tcp.",
    }
}

/// An answer is kept as long as its records allow, within bounds: a phone neither asks before each request
/// nor holds on to what was true last week.
fn lifetime_ms(empty: bool, ttl_s: Option<u32>) -> u64 {
    let lifetime_s = match (empty, ttl_s) {
        (true, _) => UNKNOWN_LIFETIME_S,
        (false, None) => KNOWN_LIFETIME_S,
        (false, Some(ttl_s)) => ttl_s.clamp(SHORTEST_LIFETIME_S, LONGEST_LIFETIME_S),
    };
    u64::from(lifetime_s).saturating_mul(1_000)
}

impl<A, const N: usize> Lookups<A, N> {
    const fn new() -> Self {
        Self { places: [const { None }; N] }
    }

    /// What is known of a name; `None`: the host is asked, or will be when another answer has made room.
    fn find(&mut self, now: Instant, name: &Name, next_ticket: &mut u32) -> Option<&A> {
        self.drop_stale(now);
        let is_it = |entry: &Entry<A>| entry.name.eq_ignore_ascii_case(name);
        let at = self.places.iter().position(|place| place.as_ref().is_some_and(is_it));
        if at.is_none() {
            self.want(now, name, next_ticket);
        }
        let entry = self.places.get_mut(at?)?.as_mut()?;
        entry.used = now;
        match &entry.state {
            State::Wanted | State::Asked => None,
            State::Known { answer, .. } => Some(answer),
        }
    }

    fn is_wanted(&self) -> bool {
        self.places.iter().flatten().any(|entry| matches!(entry.state, State::Wanted))
    }

    fn poll(&mut self) -> Option<(Ticket, &str)> {
        let wanted = |entry: &&mut Entry<A>| matches!(entry.state, State::Wanted);
        let entry = self.places.iter_mut().flatten().filter(wanted).min_by_key(|entry| entry.ticket.0)?;
        entry.state = State::Asked;
        Some((entry.ticket, entry.name.as_str()))
    }

    fn answer(&mut self, now: Instant, ticket: Ticket, answer: A, lifetime_ms: u64) -> bool {
        let entry = self.places.iter_mut().flatten().find(|entry| entry.ticket == ticket);
        let Some(entry) = entry.filter(|entry| matches!(entry.state, State::Asked)) else { return false };
        entry.state = State::Known { answer, until: now.plus_ms(lifetime_ms) };
        true
    }

    fn drop_stale(&mut self, now: Instant) {
        for place in &mut self.places {
            let stale = |entry: &Entry<A>| matches!(entry.state, State::Known { until, .. } if until <= now);
            if place.as_ref().is_some_and(stale) {
                *place = None;
            }
        }
    }

    /// Takes a free place, or that of the known name which was not used for the longest time.
    fn want(&mut self, now: Instant, name: &Name, next_ticket: &mut u32) {
        let age = |place: &Option<Entry<A>>| match place {
            None => Some(u64::MAX),
            Some(Entry { state: State::Known { .. }, used, .. }) => Some(now.since_ms(*used)),
            Some(Entry { state: State::Wanted | State::Asked, .. }) => None,
        };
        let oldest = self.places.iter_mut().filter_map(|place| age(place).map(|age| (age, place)));
        let Some((_, place)) = oldest.min_by_key(|(age, _)| Reverse(*age)) else { return };
        let ticket = Ticket(*next_ticket);
        *next_ticket = next_ticket.wrapping_add(1);
        *place = Some(Entry { name: name.clone(), ticket, state: State::Wanted, used: now });
    }
}

/// The longest of the prefixes.
const PREFIX_BYTES: usize = "_sips._tcp.".len();
/// How long an answer is used whose host does not say how long it is good.
const KNOWN_LIFETIME_S: u32 = 60;
/// How long the absence of records is believed.
const UNKNOWN_LIFETIME_S: u32 = 5;
const SHORTEST_LIFETIME_S: u32 = 5;
const LONGEST_LIFETIME_S: u32 = 3_600;

#[cfg(test)]
mod tests;
