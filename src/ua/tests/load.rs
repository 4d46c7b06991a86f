//! A thousand short calls, fifty a second, with a peer that does what SIPp's built-in scenarios do: `uac`
//! (INVITE, ACK, BYE) and `uas`. Without loss none fails; with loss none is stuck, and nothing is left.

#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::desk::{SDP, Sent, response};
use super::link::{E1, End, Seeded};
use crate::base::Instant;
use crate::base::rng::up_to;
use crate::transaction::{Hop, Transport};
use crate::ua::{Command, EndReason, Event, Input, Invite, Outcome, Refusal};

const CALLS: usize = 1_000;
const CALL_EVERY_MS: u64 = 20;
const CONTACT: &str = "Contact: <sip:sipp@192.0.2.9:5060>\r\n";

/// What comes at a time.
enum Due {
    ToDesk(String),
    ToPeer(Sent),
    Begin(usize),
    /// The peer's retransmission timer.
    Again(usize, &'static str, u64),
}

/// A call as the peer sees it.
#[derive(Default)]
struct Call {
    /// What is repeated: INVITE and BYE of a caller, 200 of a callee; empty when it is answered.
    repeating: String,
    /// The ACK of a caller, to be said again.
    ack: String,
    done: bool,
    failed: bool,
}

struct World {
    now: u64,
    desk: End,
    due: BTreeMap<(u64, u64), Due>,
    number: u64,
    loss_percent: u32,
    dice: Seeded,
    calls: Vec<Call>,
    /// Whether the peer calls.
    peer_calls: bool,
    /// Calls that found no room.
    refused: usize,
    /// Calls that were begun although there was no room for them.
    begun_in_vain: usize,
}

impl World {
    fn new(peer_calls: bool, loss_percent: u32, seed: u64) -> Self {
        let mut calls = Vec::new();
        calls.resize_with(CALLS, Call::default);
        let desk = End::new("alice", "192.0.2.1:5060");
        let (due, dice) = (BTreeMap::new(), Seeded(seed));
        Self {
            now: 1_000,
            desk,
            due,
            number: 0,
            loss_percent,
            dice,
            calls,
            peer_calls,
            refused: 0,
            begun_in_vain: 0,
        }
    }

    fn at(&mut self, after_ms: u64, due: Due) {
        self.number += 1;
        self.due.insert((self.now + after_ms, self.number), due);
    }

    fn lost(&mut self) -> bool {
        self.loss_percent > 0 && up_to(&mut self.dice, 99) < self.loss_percent
    }

    fn peer_says(&mut self, text: &str) {
        if !self.lost() {
            self.at(1, Due::ToDesk(text.into()));
        }
    }

    /// Says it now, and again until [`Call::repeating`] is another.
    fn peer_repeats(&mut self, call: usize, what: &'static str, text: String) {
        self.peer_says(&text);
        self.calls[call].repeating = text;
        self.at(500, Due::Again(call, what, 500));
    }

    fn desk_steps(&mut self, input: Input<'_>) {
        let now = Instant::from_millis(self.now);
        let _ = self.desk.step(now, input);
        while let Some(event) = self.desk.events.pop() {
            match event {
                Event::Incoming(id) => {
                    let _ = self.desk.command(now, Command::Ring(id));
                    self.fetch();
                    let _ = self.desk.command(now, Command::Answer(id));
                }
                Event::Answered(id) if !self.peer_calls => {
                    self.fetch();
                    let _ = self.desk.command(now, Command::End(id));
                }
                Event::Ended { reason: EndReason::Failed(503), .. } => self.begun_in_vain += 1,
                Event::Registration(_)
                | Event::Progress { .. }
                | Event::Answered(_)
                | Event::Media(_)
                | Event::MediaFailed { .. }
                | Event::Party(_)
                | Event::MessageWaiting { .. }
                | Event::Service { .. }
                | Event::Subscribed { .. }
                | Event::SharedLine { .. }
                | Event::Seized { .. }
                | Event::WatchedAnew { .. }
                | Event::Watched { .. }
                | Event::Transferred { .. }
                | Event::Referred { .. }
                | Event::Replaced { .. }
                | Event::Talk(_)
                | Event::Hold(_)
                | Event::Digit { .. }
                | Event::Clock { .. }
                | Event::Asked { .. }
                | Event::Replied { .. }
                | Event::Ended { .. } => {}
            }
        }
        self.fetch();
    }

    fn fetch(&mut self) {
        let mut sent = Vec::new();
        while let Some(out) = self.desk.ua.poll_transmit() {
            sent.push(Sent { hop: out.hop, text: String::from_utf8_lossy(out.bytes).to_string() });
        }
        for sent in sent {
            if !self.lost() {
                self.at(1, Due::ToPeer(sent));
            }
        }
    }

    fn run(&mut self) {
        for call in 0..CALLS {
            let after_ms = u64::try_from(call).unwrap() * CALL_EVERY_MS;
            self.at(after_ms, Due::Begin(call));
        }
        loop {
            let next = self.due.first_key_value().map(|((at, _), _)| *at);
            let deadline = self.desk.ua.deadline().map(Instant::as_millis);
            let Some(at) = [next, deadline].into_iter().flatten().min() else { break };
            self.now = self.now.max(at);
            if deadline.is_some_and(|due| due <= self.now) {
                self.desk_steps(Input::Timeout);
                let due = self.desk.ua.deadline();
                assert!(due.is_none_or(|due| due.as_millis() > self.now), "a deadline in the past");
                continue;
            }
            let Some((_, due)) = self.due.pop_first() else { break };
            match due {
                Due::ToDesk(text) => {
                    let remote = "192.0.2.9:5060".parse().unwrap();
                    let transport = Transport::Udp;
                    let arrival = Hop { transport, remote, local_port: 5060, connection: None };
                    self.desk_steps(Input::Message { arrival, bytes: text.as_bytes() });
                }
                Due::ToPeer(sent) => self.peer_hears(&sent),
                Due::Begin(call) => self.begin(call),
                Due::Again(call, what, wait_ms) => self.again(call, what, wait_ms),
            }
        }
    }

    fn begin(&mut self, call: usize) {
        if self.peer_calls {
            let invite = uac(call, "INVITE", 1, "", SDP);
            return self.peer_repeats(call, "INVITE", invite);
        }
        let target = format!("{call}@192.0.2.9");
        let invite = Command::Invite(Invite {
            extension: E1,
            target: &target,
            anonymous: false,
            codecs: None,
            secure: None,
            appearance: None,
        });
        match self.desk.command(Instant::from_millis(self.now), invite) {
            Outcome::Session(_) => {}
            other @ (Outcome::Done | Outcome::Refused(_)) => {
                assert_eq!(other, Outcome::Refused(Refusal::Full));
                self.refused += 1;
            }
        }
        self.desk_steps(Input::Timeout);
    }

    fn again(&mut self, call: usize, what: &'static str, wait_ms: u64) {
        let text = self.calls[call].repeating.clone();
        if !text.starts_with(what) {
            return;
        }
        if wait_ms >= 32_000 {
            self.calls[call].failed = true;
            self.calls[call].repeating.clear();
            return;
        }
        self.peer_says(&text);
        let next_ms = if what == "INVITE" { wait_ms * 2 } else { (wait_ms * 2).min(4_000) };
        self.at(next_ms, Due::Again(call, what, next_ms));
    }

    fn peer_hears(&mut self, sent: &Sent) {
        if self.peer_calls { self.caller_hears(sent) } else { self.callee_hears(sent) }
    }

    /// SIPp's `uac`.
    fn caller_hears(&mut self, sent: &Sent) {
        let call: usize = sent.header("Call-ID").parse().unwrap();
        let status: u16 = sent.start().split(' ').nth(1).unwrap().parse().expect("a callee only answers");
        let tag = sent.param("To", "tag");
        let method = sent.header("CSeq").split(' ').nth(1).unwrap();
        match (method, status) {
            ("INVITE", 100..=199) => {
                if self.calls[call].repeating.starts_with("INVITE") {
                    self.calls[call].repeating.clear();
                }
            }
            ("INVITE", 200) if self.calls[call].ack.is_empty() => {
                let ack = uac(call, "ACK", 1, &tag, "");
                self.peer_says(&ack);
                self.calls[call].ack = ack;
                let bye = uac(call, "BYE", 2, &tag, "");
                self.peer_repeats(call, "BYE", bye);
            }
            ("INVITE", 200) => {
                let ack = self.calls[call].ack.clone();
                self.peer_says(&ack);
            }
            ("BYE", 200) => {
                self.calls[call].repeating.clear();
                self.calls[call].done = true;
            }
            ("INVITE", _) => {
                let ack = uac(call, "ACK", 1, &tag, "").replace("bKACK", "bKINVITE");
                self.peer_says(&ack);
                self.calls[call].repeating.clear();
                (self.calls[call].done, self.calls[call].failed) = (true, true);
            }
            _ => {
                self.calls[call].repeating.clear();
                (self.calls[call].done, self.calls[call].failed) = (true, true);
            }
        }
    }

    /// SIPp's `uas`.
    fn callee_hears(&mut self, sent: &Sent) {
        let start = sent.header("To");
        let call: usize = start.split([':', '@']).nth(1).unwrap().parse().unwrap();
        match sent.start().split(' ').next().unwrap() {
            "INVITE" => {
                if self.calls[call].ack.is_empty() {
                    self.calls[call].ack = "answered".into();
                    self.peer_says(&response(sent, "180 Ringing", "s", CONTACT, ""));
                    let accepted = response(sent, "200 OK", "s", CONTACT, SDP);
                    self.peer_repeats(call, "SIP/2.0 200", accepted);
                }
            }
            "ACK" => self.calls[call].repeating.clear(),
            "BYE" => {
                self.calls[call].repeating.clear();
                self.calls[call].done = true;
                self.peer_says(&response(sent, "200 OK", "s", "", ""));
            }
            other => panic!("{other}"),
        }
    }
}

fn uac(call: usize, method: &str, cseq: u32, tag: &str, body: &str) -> String {
    let tag = if tag.is_empty() { String::new() } else { format!(";tag={tag}") };
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "{method} sip:alice@192.0.2.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK{method}-{call}\r\n\
         Max-Forwards: 70\r\nFrom: sipp <sip:sipp@192.0.2.9>;tag={call}\r\n\
         To: alice <sip:alice@192.0.2.1>{tag}\r\n\
         Call-ID: {call}\r\nCSeq: {cseq} {method}\r\n{CONTACT}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn failures(world: &World) -> usize {
    world.calls.iter().filter(|call| call.failed).count()
}

#[test]
fn none_fails_without_loss() {
    for peer_calls in [true, false] {
        let mut world = World::new(peer_calls, 0, 1);
        world.run();
        assert!(world.calls.iter().all(|call| call.done && !call.failed));
        assert_eq!((world.refused, world.desk.ua.load()), (0, (0, 0)));
        assert_eq!(world.desk.ua.transaction_counters().misused, 0);
    }
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "two sessions refuse most of fifty calls a second")]
fn none_is_stuck_with_loss() {
    for (peer_calls, seed) in [(true, 1), (false, 4)] {
        let mut world = World::new(peer_calls, 5, seed);
        world.run();
        let open = world.calls.iter().filter(|call| !call.done && !call.failed).count();
        assert_eq!((open - world.refused, world.desk.ua.load()), (0, (0, 0)), "none is stuck");
        assert_eq!(
            world.begun_in_vain, 0,
            "what has no room is refused at once, so that it can be tried again"
        );
        // Bad luck costs a call here and there when all sessions wait for retransmissions.
        assert!(
            failures(&world) <= CALLS / 50 && world.refused <= CALLS / 10,
            "{} {}",
            failures(&world),
            world.refused
        );
        assert_eq!(world.desk.ua.transaction_counters().misused, 0);
    }
}
