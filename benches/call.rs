//! One call, both ends in memory: two user agents, a wire between them that loses nothing, virtual time.
//!
//! `call` is what most calls are: INVITE, 180, 200, ACK, BYE, 200. `call with hold` has nine datagrams: the
//! re-INVITE that holds the far end, its 200 and its ACK come in between. After each call the ends wait until
//! the last transaction is gone, so that their timers are part of the figure. `call --count WHAT ROUNDS` runs
//! the calls without measuring, for an instruction counter.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a bench that cannot run says so by panicking"
)]

use std::net::SocketAddr;
use std::time::Duration;

use criterion::Criterion;
use deskphone::base::{Instant, Rng, text};
use deskphone::sdp::Codec;
use deskphone::transaction::{Hop, Transport};
use deskphone::ua::{Account, Command, Event, ExtensionId, Input, Invite, Outcome, SessionId, UserAgent};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, what, rounds, ..] = arguments.as_slice()
        && flag == "--count"
    {
        let (_, act) = ACTS.into_iter().find(|(name, _)| name == what).expect("the name of a call");
        let mut wire = Wire::new();
        (0..rounds.parse().expect("a number of rounds")).for_each(|_: u32| act(&mut wire));
        println!("datagrams: {}", wire.datagrams);
        return;
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut wire = Wire::new();
    for (name, act) in ACTS {
        criterion.bench_function(name, |bencher| bencher.iter(|| act(&mut wire)));
    }
    criterion.final_summary();
}

type Act = fn(&mut Wire);

const ACTS: [(&str, Act); 2] = [("call", Wire::call), ("call with hold", Wire::call_with_hold)];

/// Timers B, D, H and J of RFC 3261 are at most 32 s; the next call begins after them.
const QUIET_MS: u64 = 64 * 500 + 5_000;

/// A generator that is enough for identifiers (splitmix64).
struct Seeded(u64);

impl Rng for Seeded {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        u32::try_from(mixed >> 32).expect("32 bits")
    }
}

/// One end of the wire.
struct End {
    ua: UserAgent,
    rng: Seeded,
    address: SocketAddr,
    incoming: Option<SessionId>,
}

impl End {
    fn new(name: &str, address: &str) -> Self {
        let address: SocketAddr = address.parse().expect("an address");
        let mut account = Account::new();
        account.enabled = true;
        account.register = false;
        account.user = text::exact(name).expect("a short name");
        account.proxy = text::exact("192.0.2.99").expect("a short name");
        account.port = address.port();
        account.codecs.extend([Codec::Pcmu, Codec::Pcma]);
        let mut end = Self { ua: UserAgent::new(), rng: Seeded(7), address, incoming: None };
        end.ua.set_account(ExtensionId::PRIMARY, &account);
        let _ = end.step(Instant::ZERO, Input::Network(Some(address.ip())));
        end
    }

    fn step(&mut self, now: Instant, input: Input<'_>) -> Outcome {
        let outcome = self.ua.step(now, &mut self.rng, input);
        while let Some(event) = self.ua.poll_event() {
            if let Event::Incoming(session) = event {
                self.incoming = Some(session);
            }
        }
        outcome
    }
}

/// Two ends and what is between them.
struct Wire {
    now: Instant,
    ends: [End; 2],
    buffer: Vec<u8>,
    datagrams: usize,
}

impl Wire {
    fn new() -> Self {
        Self {
            now: Instant::from_millis(1_000),
            ends: [End::new("alice", "192.0.2.1:5060"), End::new("bob", "192.0.2.2:5060")],
            buffer: Vec::with_capacity(65_536),
            datagrams: 0,
        }
    }

    fn call(&mut self) {
        let session = self.connect();
        self.finish(session);
    }

    fn call_with_hold(&mut self) {
        let session = self.connect();
        assert_eq!(self.command(0, Command::Hold(session)), Outcome::Done);
        self.finish(session);
    }

    fn connect(&mut self) -> SessionId {
        let invite = Invite {
            extension: ExtensionId::PRIMARY,
            target: "bob@192.0.2.2",
            anonymous: false,
            codecs: None,
        };
        let Outcome::Session(caller) = self.command(0, Command::Invite(invite)) else {
            panic!("no session");
        };
        let callee = self.ends[1].incoming.take().expect("an incoming call");
        assert_eq!(self.command(1, Command::Ring(callee)), Outcome::Done);
        assert_eq!(self.command(1, Command::Answer(callee)), Outcome::Done);
        caller
    }

    fn finish(&mut self, caller: SessionId) {
        assert_eq!(self.command(0, Command::End(caller)), Outcome::Done);
        let end = self.now.plus_ms(QUIET_MS);
        while let Some(due) = self.ends.iter().filter_map(|end| end.ua.deadline()).min()
            && due <= end
        {
            self.now = self.now.max(due);
            for end in &mut self.ends {
                let _ = end.step(self.now, Input::Timeout);
            }
            self.carry();
        }
        self.now = end;
        assert!(self.ends.iter().all(|end| end.ua.load() == (0, 0)), "nothing is left");
    }

    fn command(&mut self, from: usize, command: Command<'_>) -> Outcome {
        let now = self.now;
        let outcome = self.ends[from].step(now, Input::Command(command));
        self.carry();
        outcome
    }

    /// Carries datagrams, each as soon as it is there, until nobody has anything to say.
    fn carry(&mut self) {
        loop {
            let [alice, bob] = &mut self.ends;
            let moved = carry_one(self.now, alice, bob, &mut self.buffer)
                || carry_one(self.now, bob, alice, &mut self.buffer);
            if !moved {
                return;
            }
            self.datagrams += 1;
        }
    }
}

fn carry_one(now: Instant, from: &mut End, to: &mut End, buffer: &mut Vec<u8>) -> bool {
    let Some(out) = from.ua.poll_transmit() else { return false };
    assert_eq!(out.hop.remote, to.address);
    buffer.clear();
    buffer.extend_from_slice(out.bytes);
    let arrival = Hop {
        transport: Transport::Udp,
        remote: from.address,
        local_port: to.address.port(),
        connection: None,
    };
    let _ = to.step(now, Input::Message { arrival, bytes: buffer });
    true
}
