//! Host names on their way to addresses: a small cache in front of the host's resolver.
//!
//! Whoever needs an address asks [`Names::find`] again and again: numeric hosts are answered at once, a name
//! that is not known goes out as a question, and when its answer has come the next `find` has it.

use core::net::IpAddr;
use heapless::{String, Vec};

use super::ids::Ticket;
use crate::base::{Instant, bounded, text};
use crate::limits;

/// What is known of some host names.
#[derive(Debug)]
pub(super) struct Names {
    entries: [Option<Entry>; limits::HOST_NAMES],
    next_ticket: u32,
}

/// What is known of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This address, the first that has not failed.
    Address(IpAddr),
    /// The host is asked.
    Pending,
    /// There is none, or no room to ask.
    Nothing,
}

#[derive(Debug)]
struct Entry {
    host: String<{ limits::HOST_BYTES }>,
    ticket: Ticket,
    state: State,
    used: Instant,
}

#[derive(Debug)]
enum State {
    Wanted,
    Asked,
    Known { addresses: Vec<IpAddr, { limits::ADDRESSES }>, until: Instant },
}

impl Names {
    pub(super) const fn new() -> Self {
        Self { entries: [const { None }; limits::HOST_NAMES], next_ticket: 1 }
    }

    /// The address of a host, numeric or not.
    pub(super) fn find(&mut self, now: Instant, host: &str) -> Found {
        let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = literal.parse() {
            return Found::Address(address);
        }
        self.drop_stale(now);
        let known = self.entries.iter_mut().flatten().find(|entry| entry.host.eq_ignore_ascii_case(host));
        if let Some(entry) = known {
            entry.used = now;
            return match &entry.state {
                State::Wanted | State::Asked => Found::Pending,
                State::Known { addresses, .. } => {
                    addresses.first().map_or(Found::Nothing, |address| Found::Address(*address))
                }
            };
        }
        if self.want(now, host).is_some() { Found::Pending } else { Found::Nothing }
    }

    /// Whether there is a question to ask.
    pub(super) fn is_wanted(&self) -> bool {
        self.entries.iter().flatten().any(|entry| matches!(entry.state, State::Wanted))
    }

    /// A question for the host's resolver, if there is one to ask.
    pub(super) fn poll(&mut self) -> Option<(Ticket, &str)> {
        let wanted = |entry: &&mut Entry| matches!(entry.state, State::Wanted);
        let entry = self.entries.iter_mut().flatten().find(wanted)?;
        entry.state = State::Asked;
        Some((entry.ticket, entry.host.as_str()))
    }

    /// The resolver's answer; none at all when the name has no address. Whether somebody waited for it.
    pub(super) fn resolved(&mut self, now: Instant, ticket: Ticket, addresses: &[IpAddr]) -> bool {
        let entry = self.entries.iter_mut().flatten().find(|entry| entry.ticket == ticket);
        let Some(entry) = entry.filter(|entry| matches!(entry.state, State::Asked)) else { return false };
        let lifetime_ms = if addresses.is_empty() { UNKNOWN_LIFETIME_MS } else { KNOWN_LIFETIME_MS };
        let addresses = bounded::filled(addresses.iter().copied());
        entry.state = State::Known { addresses, until: now.plus_ms(lifetime_ms) };
        true
    }

    /// An address did not answer: the next one of its name comes to the front. How many the name has (RFC
    /// 3263 §4.3: the request goes on to the next one).
    pub(super) fn failed(&mut self, address: IpAddr) -> usize {
        let mut count = 0;
        for entry in self.entries.iter_mut().flatten() {
            if let State::Known { addresses, .. } = &mut entry.state
                && addresses.first() == Some(&address)
            {
                addresses.rotate_left(1);
                count = addresses.len();
            }
        }
        count
    }

    fn drop_stale(&mut self, now: Instant) {
        for place in &mut self.entries {
            let stale = |entry: &Entry| matches!(entry.state, State::Known { until, .. } if until <= now);
            if place.as_ref().is_some_and(stale) {
                *place = None;
            }
        }
    }

    /// Takes a free place, or that of the known name which was not used for the longest time.
    fn want(&mut self, now: Instant, host: &str) -> Option<Ticket> {
        let host = text::exact(host)?;
        let ticket = Ticket(self.next_ticket);
        let age = |place: &Option<Entry>| match place {
            None => Some(u64::MAX),
            Some(Entry { state: State::Known { .. }, used, .. }) => Some(now.since_ms(*used)),
            Some(Entry { state: State::Wanted | State::Asked, .. }) => None,
        };
        let oldest = self.entries.iter_mut().filter_map(|place| age(place).map(|age| (age, place)));
        let (_, place) = oldest.max_by_key(|(age, _)| *age)?;
        *place = Some(Entry { host, ticket, state: State::Wanted, used: now });
        self.next_ticket = self.next_ticket.wrapping_add(1);
        Some(ticket)
    }
}

/// How long an answer is used, and how long its absence is believed. The resolver's own cache knows better
/// than we.
const KNOWN_LIFETIME_MS: u64 = 60_000;
const UNKNOWN_LIFETIME_MS: u64 = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_millis(1_000);

    #[test]
    fn numeric_hosts_need_no_question() {
        let mut names = Names::new();
        assert_eq!(names.find(NOW, "192.0.2.7"), Found::Address("192.0.2.7".parse().unwrap()));
        assert_eq!(names.find(NOW, "[2001:db8::1]"), Found::Address("2001:db8::1".parse().unwrap()));
        assert!(names.poll().is_none());
    }

    #[test]
    fn a_name_is_asked_once_and_kept_for_a_minute() {
        let mut names = Names::new();
        assert_eq!(names.find(NOW, "sip.example.com"), Found::Pending);
        assert_eq!(names.find(NOW, "SIP.example.com"), Found::Pending);
        let ticket = names.poll().map(|(ticket, _)| ticket).unwrap();
        assert!(names.poll().is_none());
        let addresses = ["192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()];
        assert!(names.resolved(NOW, ticket, &addresses));
        assert!(!names.resolved(NOW, ticket, &[]), "one answer a question");
        assert_eq!(names.find(NOW, "sip.example.com"), Found::Address(addresses[0]));
        assert_eq!(names.failed(addresses[0]), limits::ADDRESSES.min(2));
        let next = if limits::ADDRESSES > 1 { addresses[1] } else { addresses[0] };
        assert_eq!(names.find(NOW, "sip.example.com"), Found::Address(next), "the next one, if it is kept");
        assert_eq!(names.failed("192.0.2.3".parse().unwrap()), 0, "nobody's address");
        assert_eq!(names.find(NOW.plus_ms(60_000), "sip.example.com"), Found::Pending, "asked anew");
    }

    #[test]
    fn no_room_for_one_more_question_is_no_address() {
        let mut names = Names::new();
        for host in
            ["a.test", "b.test", "c.test", "d.test", "e.test", "f.test"].iter().take(limits::HOST_NAMES)
        {
            assert_eq!(names.find(NOW, host), Found::Pending);
        }
        assert_eq!(names.find(NOW, "one-more.test"), Found::Nothing);
    }
}
