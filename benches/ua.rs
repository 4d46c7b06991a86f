//! Calls and transactions of one core, both ends in memory: two user agents, a wire between them that loses
//! nothing, virtual time.
//!
//! `call` is what most calls are: INVITE, 180, 200, ACK, BYE, 200. `call with hold` has nine datagrams: the
//! re-INVITE that holds the far end, its 200 and its ACK come in between. After each call the ends wait until
//! the last transaction is gone, so that their timers are part of the figure. `transaction` is one request
//! and its answer within a call that stands (INFO, 200), `table` the same through the two transaction tables
//! alone. `call-info, 4 appearances` is one notification of a shared line, its answer and what is told of
//! it; 32 are more than this phone has keys for, as in a larger office.
//! `cargo bench --bench ua -- instructions` counts instructions by valgrind.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a bench that cannot run says so by panicking"
)]

use std::net::SocketAddr;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use deskphone::base::{Instant, Rng, text};
use deskphone::rtp::telephone_event::Digit;
use deskphone::sdp::Codec;
use deskphone::sip::{Message, Status};
use deskphone::transaction::{Hop, Owner, RequestMatch, Timers, Transactions, Transport};
use deskphone::ua::{
    Account, Command, Event, ExtensionId, Input, Invite, Outcome, Package, SessionId, UserAgent,
};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, what, rounds, ..] = arguments.as_slice()
        && flag == "--count"
    {
        let (_, act) = ACTS.into_iter().find(|(name, _)| name == what).expect("the name of an act");
        let mut wire = Wire::new();
        (0..rounds.parse().expect("a number of rounds")).for_each(|_: u32| act(&mut wire));
        return;
    }
    if arguments.iter().any(|argument| argument == "instructions") {
        return print_instructions();
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut group = criterion.benchmark_group("ua");
    group.throughput(Throughput::Elements(1));
    for (name, act) in ACTS {
        let mut wire = Wire::new();
        group.bench_function(name, |bencher| bencher.iter(|| act(&mut wire)));
    }
    group.finish();
    criterion.final_summary();
}

/// The difference of two runs, so that starting up does not count.
fn print_instructions() {
    println!("| what | instructions |\n| --- | ---: |");
    for (name, _) in ACTS {
        let (few, many) = (20, 120);
        let each = (count(name, many) - count(name, few)) / u64::from(many - few);
        println!("| {name} | {each} |");
    }
}

fn count(what: &str, rounds: u32) -> u64 {
    let output = std::process::Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--count", what, &rounds.to_string()])
        .output()
        .expect("valgrind");
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("refs:")).expect("its count");
    line.rsplit(':').next().unwrap_or_default().trim().replace(',', "").parse().expect("a number")
}

type Act = fn(&mut Wire);

const ACTS: [(&str, Act); 6] = [
    ("call", Wire::call),
    ("call with hold", Wire::call_with_hold),
    ("transaction", Wire::transaction),
    ("table", Wire::table),
    ("call-info, 4 appearances", Wire::four_appearances),
    ("call-info, 32 appearances", Wire::all_appearances),
];

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
    /// The call that transactions are made in.
    standing: Option<SessionId>,
    /// The dialog of the shared line's subscription: `Call-ID` and tag, then how many notifications it had.
    watched: Option<(String, String, u32)>,
    tables: [Transactions; 2],
}

impl Wire {
    fn new() -> Self {
        Self {
            now: Instant::from_millis(1_000),
            ends: [End::new("alice", "192.0.2.1:5060"), End::new("bob", "192.0.2.2:5060")],
            buffer: Vec::with_capacity(65_536),
            standing: None,
            watched: None,
            tables: [Transactions::new(), Transactions::new()],
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
            secure: None,
            appearance: None,
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
        self.rest(0);
    }

    /// One digit, told by INFO.
    fn transaction(&mut self) {
        let session = self.standing.take().unwrap_or_else(|| self.connect());
        self.standing = Some(session);
        let digit = Command::SendDigit { session, digit: Digit::ZERO, duration_ms: 100 };
        assert_eq!(self.command(0, digit), Outcome::Done);
        self.rest(1);
    }

    /// Until the last transaction is gone.
    fn rest(&mut self, sessions: usize) {
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
        assert!(self.ends.iter().all(|end| end.ua.load() == (sessions, 0)), "nothing is left");
    }

    fn four_appearances(&mut self) {
        self.notified(4);
    }

    fn all_appearances(&mut self) {
        self.notified(32);
    }

    /// A notification of so many appearances, the first of which is another one's call each second time.
    fn notified(&mut self, count: u32) {
        let (call_id, tag, told) = self.watched.take().unwrap_or_else(|| self.watch());
        let told = told + 1;
        let state = |index| if index == 1 && told % 2 == 1 { "active" } else { "idle" };
        let values = (1..=count).map(|index| {
            format!("<sip:192.0.2.99>;appearance-index={index};appearance-state={}", state(index))
        });
        let values: Vec<String> = values.collect();
        let notify = format!(
            "NOTIFY sip:alice@192.0.2.1:5060 SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bKn{told}\r\nMax-Forwards: 70\r\n\
             From: <sip:alice@192.0.2.99>;tag=server\r\nTo: <sip:alice@192.0.2.99>;tag={tag}\r\n\
             Call-ID: {call_id}\r\nCSeq: {told} NOTIFY\r\nContact: <sip:192.0.2.99>\r\n\
             Event: call-info\r\nSubscription-State: active;expires=4000000\r\n\
             Call-Info: {},<sip:192.0.2.99>;appearance-index=*;appearance-state=idle\r\n\
             Content-Length: 0\r\n\r\n",
            values.join(",")
        );
        self.watched = Some((call_id, tag, told));
        let answer = self.told(&notify);
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
        // Until the transaction is gone; the subscription lasts longer.
        self.now = self.now.plus_ms(QUIET_MS);
        let _ = self.ends[0].step(self.now, Input::Timeout);
        while let Some(sent) = self.ends[0].ua.poll_transmit() {
            assert!(sent.bytes.starts_with(b"SUBSCRIBE"), "a refresh");
        }
    }

    /// Alice watches her line.
    fn watch(&mut self) -> (String, String, u32) {
        let (extension, package) = (ExtensionId::PRIMARY, Package::CallInfo);
        let command = Command::Subscribe { extension, package, target: "" };
        assert_eq!(self.ends[0].step(self.now, Input::Command(command)), Outcome::Done);
        let sent = self.ends[0].ua.poll_transmit().expect("a SUBSCRIBE");
        let sent = String::from_utf8(sent.bytes.to_vec()).expect("text");
        let line = |name: &str| {
            let line = sent.lines().find(|line| line.starts_with(name)).expect("a header");
            line.strip_prefix(name).unwrap_or_default().to_owned()
        };
        let (via, from, call_id) = (line("Via: "), line("From: "), line("Call-ID: "));
        let (to, cseq) = (line("To: "), line("CSeq: "));
        let tag = from.rsplit("tag=").next().expect("a tag").to_owned();
        let accepted = format!(
            "SIP/2.0 202 Accepted\r\nVia: {via}\r\nFrom: {from}\r\nTo: {to};tag=server\r\n\
             Call-ID: {call_id}\r\nCSeq: {cseq}\r\nContact: <sip:192.0.2.99>\r\nExpires: 4000000\r\n\
             Content-Length: 0\r\n\r\n"
        );
        let _nothing = self.told(&accepted);
        (call_id, tag, 0)
    }

    /// The server says something to Alice; what she answers.
    fn told(&mut self, text: &str) -> String {
        let arrival = Hop {
            transport: Transport::Udp,
            remote: SocketAddr::from(([192, 0, 2, 99], 5_060)),
            local_port: 5_060,
            connection: None,
        };
        let _ = self.ends[0].step(self.now, Input::Message { arrival, bytes: text.as_bytes() });
        let answer = self.ends[0].ua.poll_transmit();
        answer.map(|sent| String::from_utf8_lossy(sent.bytes).into_owned()).unwrap_or_default()
    }

    /// A request and its answer, without anybody who reads them.
    fn table(&mut self) {
        let (now, timers) = (self.now, Timers::default());
        let hop = Hop {
            transport: Transport::Udp,
            remote: self.ends[1].address,
            local_port: 5_060,
            connection: None,
        };
        let [client, server] = &mut self.tables;
        let mut vacant = client.vacant_client().expect("a free slot");
        vacant.buffer()[..OPTIONS.len()].copy_from_slice(OPTIONS.as_bytes());
        vacant.start(now, OPTIONS.len(), hop, Owner(0), &timers).expect("a client transaction");
        self.buffer.clear();
        self.buffer.extend_from_slice(client.take_pending().expect("the request").bytes);
        let request = Message::parse(&self.buffer).expect("a request");
        assert_eq!(server.receive_request(now, &request, &hop), RequestMatch::New);
        let opened = server.open_server(now, &request, (hop, None), Owner(0), &timers).expect("a free slot");
        let mut draft = server.respond(opened).expect("a transaction that is not answered");
        draft.buffer()[..ANSWER.len()].copy_from_slice(ANSWER.as_bytes());
        assert!(draft.send(now, Status::OK, ANSWER.len()));
        self.buffer.clear();
        self.buffer.extend_from_slice(server.take_pending().expect("the answer").bytes);
        let _told = client.receive_response(now, &Message::parse(&self.buffer).expect("a response"));
        self.now = now.plus_ms(QUIET_MS);
        for table in &mut self.tables {
            while table.step_timeout(self.now).is_some() {}
            assert!(table.is_empty(), "nothing is left");
        }
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

const OPTIONS: &str = "OPTIONS sip:bob@192.0.2.2 SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK4d1f1c0a9b8e7f60;rport\r\nMax-Forwards: 70\r\n\
    From: <sip:alice@192.0.2.99>;tag=84f42fa9e29f83a5\r\nTo: <sip:bob@192.0.2.2>\r\n\
    Call-ID: 3c7bc72b3d2026fdaf08b4e25ba3dc13\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
const ANSWER: &str = "SIP/2.0 200 OK\r\n\
    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK4d1f1c0a9b8e7f60;rport=5060;received=192.0.2.1\r\n\
    From: <sip:alice@192.0.2.99>;tag=84f42fa9e29f83a5\r\nTo: <sip:bob@192.0.2.2>;tag=7a0c\r\n\
    Call-ID: 3c7bc72b3d2026fdaf08b4e25ba3dc13\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
