//! Which of several servers a request goes to, and which of them are known to fail (RFC 3263 §4.3).
//!
//! A server that does not answer, cannot be reached or answers 503 is put aside for a while. What is put
//! aside is tried only when nothing else is left, and not at all while it has asked to be left alone
//! (Retry-After, RFC 3261 §21.5.4).

use core::net::SocketAddr;
use heapless::Vec;

use super::names::Server;
use crate::base::Instant;
use crate::limits;
use crate::transaction::{Hop, Transport};

/// The servers that are put aside.
#[derive(Debug)]
pub(super) struct Failures {
    entries: Vec<Failure, { limits::FAILED_SERVERS }>,
    /// The number of the last failure.
    last: u32,
}

/// A point in the order of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Mark(pub(super) u32);

/// One request's way from server to server.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Search {
    /// Servers that failed since then have been tried.
    pub(super) begun: Mark,
    /// How often it moved on.
    moves: u8,
    /// A broken connection was made up for by another one to the same server.
    pub(super) reconnected: bool,
    /// The request goes out once more as it was (RFC 3263 §4.3: "identical to the previous").
    pub(super) repeated: bool,
}

/// What a request asks for beside the list of servers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wish {
    /// The server that answered last: stayed with among equals.
    pub(super) home: Option<SocketAddr>,
    /// A better server than that is gone back to; else whoever has a home stays there.
    pub(super) climbs: bool,
    /// Servers that failed since then are not tried.
    pub(super) since: Option<Mark>,
}

#[derive(Clone, Copy, Debug)]
struct Failure {
    transport: Transport,
    remote: SocketAddr,
    number: Mark,
    until: Instant,
    /// It asked to be left alone.
    asked: bool,
}

impl Failures {
    pub(super) const fn new() -> Self {
        Self { entries: Vec::new(), last: 0 }
    }

    /// Now, in the order of failures.
    pub(super) const fn mark(&self) -> Mark {
        Mark(self.last)
    }

    /// A server failed: it is put aside until then.
    pub(super) fn add(&mut self, hop: &Hop, until: Instant, asked: bool) {
        self.last = self.last.saturating_add(1);
        self.clear(hop);
        if self.entries.is_full() {
            let oldest = self.entries.iter().map(|failure| failure.number).min();
            self.entries.retain(|failure| Some(failure.number) != oldest);
        }
        let (transport, remote, number) = (hop.transport, hop.remote, Mark(self.last));
        // There is room: the oldest one gave way.
        let _full = self.entries.push(Failure { transport, remote, number, until, asked });
    }

    /// A server answered.
    pub(super) fn clear(&mut self, hop: &Hop) {
        self.entries.retain(|failure| !(failure.transport == hop.transport && failure.remote == hop.remote));
    }

    /// Whether a server failed since then.
    pub(super) fn has_failed(&self, transport: Transport, remote: SocketAddr, since: Mark) -> bool {
        self.of(transport, remote).is_some_and(|failure| failure.number > since)
    }

    /// Until when a server is put aside.
    pub(super) fn until(&self, transport: Transport, remote: SocketAddr) -> Option<Instant> {
        self.of(transport, remote).map(|failure| failure.until)
    }

    /// The server to try: the home among equals, else the first that is not put aside, else the one that
    /// failed the longest time ago.
    pub(super) fn choose(
        &self,
        now: Instant,
        transport: Transport,
        servers: &[Server],
        wish: Wish,
    ) -> Option<SocketAddr> {
        let untried = |server: &&Server| {
            wish.since.is_none_or(|since| !self.has_failed(transport, server.remote, since))
        };
        let aside = |server: &Server| self.of(transport, server.remote).filter(|failure| failure.until > now);
        let free = || servers.iter().filter(untried).filter(|server| aside(server).is_none());
        let best = free().map(|server| server.priority).min();
        let at_home = free().find(|server| Some(server.remote) == wish.home);
        if let Some(home) = at_home.filter(|home| !wish.climbs || Some(home.priority) == best) {
            return Some(home.remote);
        }
        if let Some(first) = free().find(|server| Some(server.priority) == best) {
            return Some(first.remote);
        }
        let resting = servers.iter().filter(untried).filter_map(|server| Some((server, aside(server)?)));
        let asked_for = resting.filter(|(_, failure)| !failure.asked);
        asked_for.min_by_key(|(_, failure)| failure.number).map(|(server, _)| server.remote)
    }

    fn of(&self, transport: Transport, remote: SocketAddr) -> Option<&Failure> {
        self.entries.iter().find(|failure| failure.transport == transport && failure.remote == remote)
    }
}

impl Mark {
    /// Before the first failure.
    pub(super) const START: Self = Self(0);
}

impl Search {
    /// A request that has been nowhere yet.
    pub(super) const fn new(begun: Mark) -> Self {
        Self { begun, moves: 0, reconnected: false, repeated: false }
    }

    /// Counts a move to another server. Whether there may be one more.
    pub(super) fn moves_on(&mut self) -> bool {
        self.moves = self.moves.saturating_add(1);
        self.repeated = true;
        usize::from(self.moves) <= limits::SERVERS
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;

    use super::*;
    use crate::base::golden;

    const NOW: Instant = Instant::from_millis(10_000);
    const A: &str = "192.0.2.1:5060";
    const B: &str = "192.0.2.2:5060";
    const C: &str = "[2001:db8::3]:5060";

    fn hop(remote: &str) -> Hop {
        let remote = remote.parse().unwrap();
        Hop { transport: Transport::Udp, remote, local_port: 5_060, connection: None }
    }

    fn servers(priorities: [u16; 3]) -> [Server; 3] {
        let [a, b, c] = priorities;
        [(A, a), (B, b), (C, c)]
            .map(|(remote, priority)| Server { remote: remote.parse().unwrap(), priority })
    }

    /// Every home × every set of failures, with services of two priorities and with equals.
    #[test]
    #[cfg_attr(feature = "_tiny", ignore = "two servers at the most")]
    fn every_choice() {
        let mut text = String::new();
        for (kind, priorities) in [("equals", [0, 0, 0]), ("a<b=c", [1, 2, 2])] {
            for (home, climbs) in
                [(None, true), (Some(A), true), (Some(B), true), (Some(B), false), (Some(C), true)]
            {
                for failed in ["", "A", "B", "AB", "BA", "ABC", "CBA", "a", "aB", "abc"] {
                    let mut failures = Failures::new();
                    for name in failed.chars() {
                        let remote = match name.to_ascii_uppercase() {
                            'A' => A,
                            'B' => B,
                            _ => C,
                        };
                        failures.add(&hop(remote), NOW.plus_ms(1), name.is_ascii_lowercase());
                    }
                    let home = home.map(|home: &str| home.parse().unwrap());
                    let wish = Wish { home, climbs, since: None };
                    let chosen = |now, wish| {
                        let found = failures.choose(now, Transport::Udp, &servers(priorities), wish);
                        found.map_or("-", |found| {
                            [A, B, C].into_iter().find(|one| found == one.parse().unwrap()).unwrap()
                        })
                    };
                    let now = chosen(NOW, wish);
                    let once = chosen(NOW, Wish { since: Some(Mark(0)), ..wish });
                    let later = chosen(NOW.plus_ms(1), wish);
                    let home = home.map_or_else(|| "-".into(), |home: SocketAddr| format!("{home}"));
                    text += &format!("{kind} home={home} climbs={climbs} failed={failed:?} -> ");
                    text += &format!("{now}, untried {once}, later {later}\n");
                }
            }
        }
        golden::compare("ua_failures", &text);
    }

    #[test]
    fn the_oldest_failure_gives_way() {
        let mut failures = Failures::new();
        for port in 1..=u16::try_from(limits::FAILED_SERVERS).unwrap() + 1 {
            failures.add(&hop(&format!("192.0.2.9:{port}")), NOW, false);
        }
        assert!(failures.until(Transport::Udp, "192.0.2.9:1".parse().unwrap()).is_none());
        assert!(failures.until(Transport::Udp, "192.0.2.9:2".parse().unwrap()).is_some());
        assert!(
            failures.until(Transport::Tcp, "192.0.2.9:2".parse().unwrap()).is_none(),
            "another way there"
        );
    }

    #[test]
    fn a_request_moves_on_a_bounded_number_of_times() {
        let mut search = Search::new(Mark(0));
        let moves = (0..100).filter(|_| search.moves_on()).count();
        assert_eq!(moves, limits::SERVERS);
    }
}
