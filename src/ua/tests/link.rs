//! The wire.

use std::collections::VecDeque;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use crate::base::{Instant, Rng, text};
use crate::sdp::Codec;
use crate::transaction::{Hop, Transport};
use crate::ua::{Account, Command, Event, ExtensionId, Input, Outcome, SessionId, UserAgent};

pub(super) const E1: ExtensionId = ExtensionId::PRIMARY;

/// A seeded generator (splitmix64).
pub(super) struct Seeded(pub(super) u64);

impl Rng for Seeded {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap()
    }
}

/// One end of the wire.
pub(super) struct End {
    pub(super) ua: UserAgent,
    pub(super) rng: Seeded,
    pub(super) events: Vec<Event>,
    pub(super) account: Account,
    address: core::net::SocketAddr,
}

impl End {
    pub(super) fn new(name: &str, address: &str) -> Self {
        let address: core::net::SocketAddr = address.parse().unwrap();
        let mut ua = UserAgent::new();
        let mut account = Account::new();
        account.enabled = true;
        account.register = false;
        account.user = text::exact(name).unwrap();
        account.auth_user = text::exact(name).unwrap();
        account.password = text::exact(&format!("pw{name}")).unwrap();
        account.proxy = text::exact("192.0.2.99").unwrap();
        account.port = address.port();
        account.codecs.extend([Codec::Pcmu, Codec::Pcma]);
        ua.set_account(E1, &account);
        let seed = name.bytes().map(u64::from).sum();
        let mut end = Self { ua, rng: Seeded(seed), events: Vec::new(), account, address };
        let _ = end.step(Instant::ZERO, Input::Network(Some(address.ip())));
        end
    }

    pub(super) fn step(&mut self, now: Instant, input: Input<'_>) -> Outcome {
        let outcome = self.ua.step(now, &mut self.rng, input);
        while let Some(event) = self.ua.poll_event() {
            self.events.push(event);
        }
        outcome
    }

    pub(super) fn command(&mut self, now: Instant, command: Command<'_>) -> Outcome {
        self.step(now, Input::Command(command))
    }

    /// The session of the latest incoming call.
    pub(super) fn incoming(&self) -> SessionId {
        let incoming = |event: &Event| if let Event::Incoming(id) = event { Some(*id) } else { None };
        self.events.iter().rev().find_map(incoming).expect("an incoming call")
    }
}

/// Two ends, and what is said between them.
pub(super) struct Link {
    pub(super) now: Instant,
    pub(super) ends: [End; 2],
    pub(super) ladder: Vec<String>,
    /// Start lines that are lost, once each.
    pub(super) lose: Vec<&'static str>,
    in_flight: VecDeque<(usize, Hop, Vec<u8>)>,
}

impl Link {
    pub(super) fn new() -> Self {
        Self {
            now: Instant::from_millis(1_000),
            ends: [End::new("alice", "192.0.2.1:5060"), End::new("bob", "192.0.2.2:5060")],
            ladder: Vec::new(),
            lose: Vec::new(),
            in_flight: VecDeque::new(),
        }
    }

    pub(super) fn command(&mut self, from: usize, command: Command<'_>) -> Outcome {
        let outcome = self.ends[from].command(self.now, command);
        self.settle();
        outcome
    }

    /// Alice calls bob's address; the session's name at alice.
    pub(super) fn call(&mut self) -> SessionId {
        let invite = crate::ua::Invite {
            extension: E1,
            target: "bob@192.0.2.2",
            anonymous: false,
            codecs: None,
            secure: None,
            appearance: None,
        };
        match self.command(0, Command::Invite(invite)) {
            Outcome::Session(id) => id,
            refused @ (Outcome::Done | Outcome::Refused(_)) => panic!("{refused:?}"),
        }
    }

    /// A call that is answered; the session's names at alice and bob.
    pub(super) fn connect(&mut self) -> (SessionId, SessionId) {
        let alice = self.call();
        let bob = self.ends[1].incoming();
        let _ = self.command(1, Command::Ring(bob));
        let _ = self.command(1, Command::Answer(bob));
        (alice, bob)
    }

    /// Carries everything until nobody has anything to say.
    pub(super) fn settle(&mut self) {
        loop {
            for from in 0..2 {
                while let Some(out) = self.ends[from].ua.poll_transmit() {
                    let (hop, bytes) = (out.hop, out.bytes.to_vec());
                    self.record(from, &bytes);
                    self.in_flight.push_back((from, hop, bytes));
                }
            }
            let Some((from, hop, bytes)) = self.in_flight.pop_front() else { break };
            let start = first_line(&bytes);
            if let Some(place) = self.lose.iter().position(|lost| start.starts_with(lost)) {
                self.lose.remove(place);
                self.ladder.push(format!("   lost: {start}"));
                continue;
            }
            let Some(to) = (0..2).find(|to| self.ends[*to].address == hop.remote) else { continue };
            let arrival = Hop {
                transport: Transport::Udp,
                remote: self.ends[from].address,
                local_port: hop.remote.port(),
                connection: None,
            };
            let now = self.now;
            let _ = self.ends[to].step(now, Input::Message { arrival, bytes: &bytes });
        }
    }

    /// Gives one end bytes as if the other had sent them.
    pub(super) fn inject(&mut self, to: usize, bytes: &[u8]) {
        let remote = self.ends[usize::from(to == 0)].address;
        let local_port = self.ends[to].address.port();
        let arrival = Hop { transport: Transport::Udp, remote, local_port, connection: None };
        let now = self.now;
        let _ = self.ends[to].step(now, Input::Message { arrival, bytes });
        self.settle();
    }

    /// Lets time pass, deadline by deadline.
    pub(super) fn run_ms(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        loop {
            let due = self.ends.iter().filter_map(|end| end.ua.deadline()).min();
            let Some(due) = due.filter(|due| *due <= end) else { break };
            self.now = self.now.max(due);
            for end in &mut self.ends {
                let _ = end.step(self.now, Input::Timeout);
                assert!(end.ua.deadline().is_none_or(|next| next > self.now), "a deadline in the past");
            }
            self.settle();
        }
        self.now = end;
    }

    fn record(&mut self, from: usize, bytes: &[u8]) {
        let arrow = if from == 0 { "-->" } else { "<--" };
        self.ladder.push(format!("{arrow} {}", first_line(bytes)));
    }

    /// What was said since the last call of this.
    pub(super) fn said(&mut self) -> Vec<String> {
        core::mem::take(&mut self.ladder)
    }

    /// After everything: nobody holds anything any more.
    pub(super) fn assert_empty(&mut self) {
        self.run_ms(64 * 500 * 3);
        for end in &self.ends {
            assert_eq!(end.ua.load(), (0, 0), "nothing is left");
        }
    }
}

/// The start line, without the Request-URI and the version.
fn first_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().next().unwrap_or("");
    match line.strip_prefix("SIP/2.0 ") {
        Some(status) => status.to_string(),
        None => line.split(' ').next().unwrap_or("").to_string(),
    }
}
