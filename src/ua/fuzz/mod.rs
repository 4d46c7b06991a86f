//! The fuzz body of this room: any sequence of commands, messages, pauses and failures, to one user agent,
//! whose rules must hold after each.

mod events;

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use heapless::Vec;

use super::answered::name;
use super::identifier::keyed_hash;
use super::{
    Account, Command, Event, ExtensionId, Input, Invite, Outcome, Query, SessionId, Srtp, Ticket, UserAgent,
};
use crate::base::bounded::filled;
use crate::base::{Instant, Rng, Writer, text};
use crate::limits;
use crate::media::stream::Statistics;
use crate::sdp::Codec;
use crate::sip::{Message, Method};
use crate::transaction::{Hop, Transport};

const OURS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 101));
const THEIRS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const OTHERS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";
const HELD: &str = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n";
/// With a key: the other side's answer to an offer of ours with one, and some of its own offers.
const PROTECTED: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/SAVP 0\r\n\
    a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
const SECOND: ExtensionId = {
    let [_, second, ..] = ExtensionId::ALL;
    second
};
const STATUSES: [u16; 16] = [100, 180, 183, 200, 200, 200, 302, 401, 407, 404, 423, 481, 486, 491, 500, 503];

/// One user agent, what it said, and what it may not say any more.
struct Desk {
    ua: UserAgent,
    now: Instant,
    dice: Dice,
    /// The last message of ours, and of the other side's.
    last: Vec<u8, { limits::MESSAGE_BYTES }>,
    heard: Vec<u8, 2_048>,
    /// Our latest SUBSCRIBE, for the notifications that it asks for.
    subscribe: Vec<u8, { limits::MESSAGE_BYTES }>,
    sessions: Vec<SessionId, 16>,
    questions: Vec<(Ticket, Query), 16>,
    calls: u32,
    /// Requests of the other side that stand in a dialog by their number.
    numbered: u32,
    /// Requests of the other side and their final status.
    finals: Vec<(u64, u16), 64>,
    /// A message was changed under its name: it is not the same request any more.
    changed: bool,
    /// Branches of ours.
    branches: Vec<u64, 256>,
    /// Dialogs of ours, their latest CSeq and its method.
    dialogs: Vec<(u64, u32, u64), 128>,
}

struct Dice(u32);

impl Rng for Dice {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Its low bits have short cycles.
        self.0 ^ (self.0 >> 15)
    }
}

/// Makes moves as the bytes say. What is not answered is lost.
///
/// # Panics
/// When a rule is broken: that is what it is for.
pub fn fuzz_ua_moves(data: &[u8]) {
    let mut desk = Desk {
        ua: UserAgent::new(),
        now: Instant::from_millis(1),
        dice: Dice(1),
        last: Vec::new(),
        heard: Vec::new(),
        subscribe: Vec::new(),
        sessions: Vec::new(),
        questions: Vec::new(),
        calls: 0,
        numbered: 0,
        finals: Vec::new(),
        changed: false,
        branches: Vec::new(),
        dialogs: Vec::new(),
    };
    desk.account(0);
    desk.step(Input::Network(Some(OURS)));
    let mut rest = data;
    while let Some((&[kind, value], after)) = rest.split_first_chunk() {
        rest = desk.play(kind, value, after);
    }
    desk.end();
}

impl Desk {
    /// One move; gives back the bytes that it did not use.
    fn play<'a>(&mut self, kind: u8, value: u8, rest: &'a [u8]) -> &'a [u8] {
        match kind % 24 {
            0..=3 => self.command(value),
            4 => self.now = self.now.plus_ms(u64::from(value).saturating_mul(20)),
            5 => self.time_out(),
            6..=9 => self.answer(value),
            10 => self.call(value),
            11 => self.request(value),
            12 => {
                let whole = (rest, &[][..]);
                let (datagram, rest) = rest.split_at_checked(usize::from(value)).unwrap_or(whole);
                self.receive(datagram);
                return rest;
            }
            13 => self.hear_again(value, rest.first().copied()),
            14 => self.host(value),
            15 => self.account(value),
            16 | 17 => self.wish(value),
            18 | 19 => self.notify(value),
            20..=22 => self.talk(value),
            _ => self.replace(value),
        }
        rest
    }

    fn step(&mut self, input: Input<'_>) {
        if let Outcome::Session(id) = self.ua.step(self.now, &mut self.dice, input) {
            self.know(id);
        }
        while let Some(event) = self.ua.poll_event() {
            if let Event::Incoming(id) = event {
                self.know(id);
            }
        }
        let mut sent = 0u32;
        while let Some(out) = self.ua.poll_transmit() {
            sent = sent.saturating_add(1);
            assert!(sent < 100, "messages come to an end");
            self.last.clear();
            assert!(self.last.extend_from_slice(out.bytes).is_ok(), "a message fits");
            self.check();
            if self.last.starts_with(b"SUBSCRIBE") {
                self.subscribe.clone_from(&self.last);
            }
        }
        while let Some(resolve) = self.ua.poll_resolve() {
            let question = (resolve.ticket, resolve.query);
            if self.questions.is_full() {
                self.questions.remove(0);
            }
            assert!(self.questions.push(question).is_ok(), "room was made");
        }
    }

    fn know(&mut self, id: SessionId) {
        if self.sessions.is_full() {
            self.sessions.remove(0);
        }
        assert!(self.sessions.push(id).is_ok(), "room was made");
    }

    /// What must hold of every message.
    fn check(&mut self) {
        let parsed = Message::parse(&self.last);
        assert!(parsed.is_ok(), "what we say parses");
        let Ok(message) = parsed else { return };
        if let Some(status) = message.status() {
            let cancels = message.cseq().is_some_and(|cseq| cseq.method == Method::Cancel);
            let Some(name) = name(1, &message).filter(|_| status.is_final() && !cancels && !self.changed)
            else {
                return;
            };
            match self.finals.iter().find(|(known, _)| *known == name) {
                // A refusal takes no slot (RFC 3261 §8.2.7): asked again it follows how the phone stands now.
                Some((_, before)) => assert!(
                    *before == status.code() || *before >= 300,
                    "one final answer a request: {before}, then {}",
                    status.code()
                ),
                None => {
                    if self.finals.is_full() {
                        self.finals.remove(0);
                    }
                    assert!(self.finals.push((name, status.code())).is_ok(), "room was made");
                }
            }
            return;
        }
        assert_eq!(message.check(), Ok(()), "our requests are right");
        let (Some(cseq), Some(via)) = (message.cseq(), message.via()) else { return };
        if matches!(cseq.method, Method::Ack | Method::Cancel) {
            return;
        }
        let branch = keyed_hash(1, &[via.branch().unwrap_or(b"")]);
        if self.branches.contains(&branch) {
            return;
        }
        // Enough for any input of a sensible length; what lies further back is not told from a new one.
        if self.branches.push(branch).is_err() || self.dialogs.is_full() {
            (self.branches, self.dialogs) = (Vec::new(), Vec::new());
            return;
        }
        let (from, to) = (message.from(), message.to());
        let ours = from.as_ref().and_then(|from| from.tag()).unwrap_or(b"");
        let theirs = to.as_ref().and_then(|to| to.tag()).unwrap_or(b"");
        let call_id = message.call_id().unwrap_or(b"");
        let dialog = keyed_hash(1, &[call_id, b"\0", ours, b"\0", theirs]);
        let method = keyed_hash(2, &[cseq.method.as_bytes()]);
        match self.dialogs.iter_mut().find(|(known, _, _)| *known == dialog) {
            Some((_, latest, last_method)) => {
                // A 2xx that is still repeated when its session is forgotten is ended once more, in the same
                // words. RFC 3263 §4.3: what goes on to another server is the same but for its branch.
                let again =
                    cseq.method != Method::Register && (cseq.number, method) == (*latest, *last_method);
                assert!(cseq.number > *latest || again, "RFC 3261 §12.2.1.1: our CSeq rises");
                (*latest, *last_method) = (cseq.number, method);
            }
            None => assert!(self.dialogs.push((dialog, cseq.number, method)).is_ok(), "there is room"),
        }
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.heard.clear();
        // One that is longer is not heard again.
        let _ = self.heard.extend_from_slice(bytes);
        let remote = SocketAddr::new(THEIRS, 5_060);
        let arrival = Hop { transport: Transport::Udp, remote, local_port: 5_060, connection: None };
        self.step(Input::Message { arrival, bytes });
    }

    /// The network delivers twice, perhaps with a byte changed.
    fn hear_again(&mut self, value: u8, change: Option<u8>) {
        let mut again = self.heard.clone();
        let place = usize::from(value).saturating_mul(3);
        if let (true, Some(byte), Some(change)) = (value >= 64, again.get_mut(place), change) {
            *byte = change;
            self.changed = true;
        }
        self.receive(&again);
    }

    fn command(&mut self, value: u8) {
        let latest = self.sessions.len().saturating_sub(1);
        let place = latest.saturating_sub(usize::from(value >> 6));
        let extension = if value & 32 == 0 { ExtensionId::PRIMARY } else { SECOND };
        let targets = ["bob@192.0.2.1", "5551234", "joe@pbx.example.com", "tel:+1"];
        let target = targets.get(usize::from(value >> 6)).copied().unwrap_or("");
        let invite = Invite {
            extension,
            target,
            anonymous: value & 16 != 0,
            codecs: None,
            secure: [None, Some(true), None, Some(false)].get(usize::from(value >> 6)).copied().flatten(),
            appearance: None,
        };
        let command = match (value % 16, self.sessions.get(place)) {
            (0..=2, _) => Command::Invite(invite),
            (3, _) => Command::Register(extension),
            (4, _) => Command::Unregister(extension),
            (5 | 6, Some(id)) => Command::Hold(*id),
            (7, Some(id)) => Command::Resume(*id),
            (8 | 9, Some(id)) => Command::Ring(*id),
            (10..=12, Some(id)) => Command::Answer(*id),
            (13, Some(id)) => Command::Refuse { session: *id, status: 302, contact: Some("2102") },
            (14, Some(id)) => Command::Refuse { session: *id, status: 486, contact: None },
            (_, Some(id)) => Command::End(*id),
            (_, None) => return,
        };
        self.step(Input::Command(command));
    }

    /// After the timeout at its deadline the user agent wants the next one later.
    fn time_out(&mut self) {
        if let Some(due) = self.ua.deadline() {
            self.now = self.now.max(due);
        }
        self.step(Input::Timeout);
        assert!(self.ua.deadline().is_none_or(|due| due > self.now), "a deadline in the past");
    }

    /// The other side answers our last request, as well as it can.
    fn answer(&mut self, value: u8) {
        let status = STATUSES.get(usize::from(value % 16)).copied().unwrap_or(200);
        let mut buffer = [0; 2_048];
        let mut out = Writer::new(&mut buffer);
        out.text("SIP/2.0 ");
        out.number(u64::from(status));
        out.text(" So\r\n");
        self.echo(
            &mut out,
            &["Via", "From", "To", "Call-ID", "CSeq"],
            if value & 16 == 0 { "a" } else { "b" },
        );
        if status == 401 || status == 407 {
            out.text(if status == 401 { "WWW" } else { "Proxy" });
            out.text("-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n");
        }
        if matches!(status, 180 | 183) && value & 32 != 0 {
            out.text("Require: 100rel\r\nRSeq: ");
            out.number(u64::from(value >> 6).saturating_add(1));
            out.text("\r\n");
        }
        if value & 64 != 0 {
            out.text("Allow: INVITE, UPDATE\r\nMin-SE: 100\r\nSession-Expires: 9");
            out.text(if value & 16 == 0 { "0;refresher=uac\r\n" } else { "0;refresher=uas\r\n" });
        }
        out.text("Contact: <sip:far@192.0.2.1>;expires=60\r\nMin-Expires: 90\r\n");
        let plain = [SDP, HELD, "", SDP].get(usize::from(value >> 6)).copied().unwrap_or(SDP);
        let offered = self.last.windows(10).any(|part| part == b" RTP/SAVP ");
        body(&mut out, if offered && plain == SDP { PROTECTED } else { plain });
        let length = out.finish().unwrap_or(0);
        self.receive(buffer.get(..length).unwrap_or(&[]));
    }

    /// Copies header lines of our last message; a `To` without a tag gets one.
    fn echo(&self, out: &mut Writer<'_>, wanted: &[&str], tag: &str) {
        for line in self.last.split(|&byte| byte == b'\n') {
            let line = line.trim_ascii_end();
            let name = line.split(|&byte| byte == b':').next().unwrap_or(line);
            if wanted.iter().any(|wanted| wanted.as_bytes() == name) {
                out.put(line);
                if name == b"To" && !line.windows(5).any(|part| part == b";tag=") {
                    out.text(";tag=");
                    out.text(tag);
                }
                out.text("\r\n");
            }
        }
    }

    /// Somebody calls.
    fn call(&mut self, value: u8) {
        self.calls = self.calls.wrapping_add(u32::from(value < 200));
        let mut buffer = [0; 2_048];
        let mut out = Writer::new(&mut buffer);
        out.text("INVITE sip:101@192.0.2.101 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK");
        out.number(u64::from(self.calls));
        out.text(
            "\r\nMax-Forwards: 70\r\nFrom: \"Joe\" <sip:joe@example.com>;tag=f\r\n\
             To: <sip:101@192.0.2.1>\r\nCall-ID: c",
        );
        out.number(u64::from(self.calls));
        out.text("\r\nCSeq: 1 INVITE\r\nContact: <sip:joe@192.0.2.1>\r\n");
        if value.is_multiple_of(5) {
            out.text("Require: 100rel\r\n");
        }
        if value.is_multiple_of(7) {
            out.text("Supported: timer\r\nAllow: UPDATE\r\nSession-Expires: 90;refresher=uas\r\n");
        }
        body(&mut out, if value.is_multiple_of(3) { "" } else { self.described(value) });
        let length = out.finish().unwrap_or(0);
        self.receive(buffer.get(..length).unwrap_or(&[]));
    }

    /// A description of the other side's: with a key now and then, where we take them.
    const fn described(&self, value: u8) -> &'static str {
        match self.ua.settings.srtp {
            Srtp::Answered | Srtp::Offered if value & 8 != 0 => PROTECTED,
            Srtp::Off | Srtp::Answered | Srtp::Offered => SDP,
        }
    }

    /// The other side ends, changes or acknowledges: a request built from our last message.
    fn request(&mut self, value: u8) {
        let methods =
            ["ACK", "BYE", "CANCEL", "INVITE", "OPTIONS", "NOTIFY", "INVITE", "ACK", "PRACK", "UPDATE"];
        let method = methods.get(usize::from(value % 10)).copied().unwrap_or("BYE");
        let mut buffer = [0; 2_048];
        let mut out = Writer::new(&mut buffer);
        out.text(method);
        out.text(" sip:101@192.0.2.101 SIP/2.0\r\n");
        if self.last.starts_with(b"SIP/2.0") && value < 128 {
            self.echo(&mut out, &["Via", "From", "To", "Call-ID"], "x");
        } else {
            out.text("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKr");
            out.number(self.now.as_millis());
            out.text("\r\n");
            self.swapped(&mut out);
        }
        out.text("Max-Forwards: 70\r\nContact: <sip:joe@192.0.2.1>\r\nCSeq: ");
        out.number(u64::from(value >> 3));
        out.text(" ");
        out.text(method);
        out.text("\r\n");
        if value & 32 != 0 && matches!(method, "INVITE" | "UPDATE") {
            out.text("Supported: timer\r\nSession-Expires: 90\r\n");
        }
        if method == "PRACK" {
            let last = Message::parse(&self.last).ok();
            out.text("RAck: ");
            out.number(last.and_then(|last| last.rseq()).unwrap_or(1).into());
            out.text(" 1 INVITE\r\n");
        }
        body(&mut out, [HELD, "", SDP].get(usize::from(value % 3)).copied().unwrap_or(""));
        let length = out.finish().unwrap_or(0);
        self.receive(buffer.get(..length).unwrap_or(&[]));
    }

    /// From and To as the other side writes them: an answer of ours has them so already.
    fn swapped(&self, out: &mut Writer<'_>) {
        if self.last.starts_with(b"SIP/2.0") {
            return self.echo(out, &["From", "To", "Call-ID"], "x");
        }
        for line in self.last.split(|&byte| byte == b'\n') {
            let line = line.trim_ascii_end();
            if let Some(value) = line.strip_prefix(b"From:") {
                out.text("To:");
                out.put(value);
                out.text("\r\n");
            } else if let Some(value) = line.strip_prefix(b"To:") {
                out.text("From:");
                out.put(value);
                out.text("\r\n");
            }
        }
        self.echo(out, &["Call-ID"], "x");
    }

    fn host(&mut self, value: u8) {
        let remote = SocketAddr::new(THEIRS, 5_060);
        let remote = if value & 64 == 0 { remote } else { SocketAddr::new(OTHERS, 5_060) };
        match value % 4 {
            0 if value >= 240 => self.protect(value),
            0 if value >= 192 => self.map_port(value),
            0 => self.step(Input::Network(None)),
            1 if value >= 192 => self.count(u32::from(value)),
            1 => self.step(Input::Network(Some(OURS))),
            2 => self.step(Input::Unreachable(Hop {
                transport: Transport::Udp,
                remote,
                local_port: 5_060,
                connection: None,
            })),
            _ => self.look_up(value),
        }
    }

    /// Keys in descriptions: never, when others want them, in our own calls too.
    fn protect(&mut self, value: u8) {
        // What is refused without state is judged by the setting of the moment.
        self.finals.clear();
        let ways = [Srtp::Off, Srtp::Answered, Srtp::Offered, Srtp::Offered];
        self.ua.settings_mut().srtp = ways.get(usize::from((value >> 2) % 4)).copied().unwrap_or(Srtp::Off);
    }

    /// The answer to a question about a port, or to one that nobody asked.
    fn map_port(&mut self, value: u8) {
        let asked = self.ua.poll_map_port().map(|question| question.ticket);
        let ticket = asked.unwrap_or_else(|| Ticket(u32::from(value & 7)));
        let seen = (value & 8 == 0).then(|| SocketAddr::new(OTHERS, u16::from(value)));
        self.step(Input::PortMapped { ticket, seen });
    }

    /// The audio task counts.
    fn count(&mut self, number: u32) {
        let figures = Statistics {
            packets_sent: number,
            decode_latency_ms: u32::MAX,
            round_trip_ms: Some(u32::MAX),
            ..Statistics::default()
        };
        let session = self.ua.sessions.iter().next().map(|(id, _)| SessionId(id));
        if let Some(session) = session {
            self.step(Input::MediaStatistics { session, figures: &figures });
        }
    }

    fn account(&mut self, value: u8) {
        // A refusal without state (RFC 3261 §8.2.7) is what the accounts make of the request now.
        self.finals.clear();
        let mut account = Account::new();
        account.enabled = value & 1 == 0;
        account.register = value & 2 != 0;
        account.call_without_registration = true;
        account.answer_without_registration = true;
        account.user = text::exact("101").unwrap_or_default();
        account.auth_user = text::exact("101").unwrap_or_default();
        account.proxy =
            text::exact(if value & 4 == 0 { "192.0.2.1" } else { "pbx.example.com" }).unwrap_or_default();
        account.use_dns_srv = value & 16 != 0;
        account.dns_srv_auto_prefix = value & 32 != 0;
        if value & 64 != 0 {
            account.mailbox = text::exact("8000").unwrap_or_default();
        }
        if value & 128 != 0 {
            account.transport = Transport::Tcp;
        }
        account.notify_refer_on_1xx = value & 16 != 0;
        account.codecs = filled([Codec::Pcmu, Codec::Pcma]);
        self.ua.set_account(ExtensionId::PRIMARY, &account);
        account.user = text::exact("102").unwrap_or_default();
        account.enabled = value & 8 != 0;
        self.ua.set_account(SECOND, &account);
    }

    /// Everybody goes home, the network is healed: nothing may be left.
    fn end(&mut self) {
        self.account(1);
        self.step(Input::Timeout);
        self.step(Input::Network(Some(OURS)));
        self.step(Input::Timeout);
        for index in 0..limits::SESSIONS {
            let named =
                self.ua.sessions.iter().find(|(id, session)| id.index() == index && session.state.is_named());
            if let Some(id) = named.map(|(id, _)| SessionId(id)) {
                self.step(Input::Command(Command::End(id)));
            }
        }
        for index in 0..limits::SUBSCRIPTIONS {
            let known = self.ua.subscribers.iter().find(|(id, _)| id.index() == index);
            if let Some((extension, package)) = known.map(|(_, known)| (known.extension, known.package)) {
                self.step(Input::Command(Command::Unsubscribe { extension, package }));
            }
        }
        // A REGISTER is given up at each of four addresses in turn, then so is the one that removes the
        // binding.
        let end = self.now.plus_ms(64 * 500 * (9));
        loop {
            while !self.questions.is_empty() {
                self.look_up(0);
            }
            if self.ua.deadline().is_none_or(|due| due > end) {
                break;
            }
            self.time_out();
        }
        assert_eq!(self.ua.load(), (0, 0), "nothing is left");
        assert_eq!(self.ua.subscribers.len(), 0, "no subscription is left");
        assert_eq!(self.ua.follows.len(), 0, "nobody is followed any more");
        assert_eq!(self.ua.transaction_counters().misused, 0, "no call of ours makes no sense");
    }
}

fn body(out: &mut Writer<'_>, text: &str) {
    if !text.is_empty() {
        out.text("Content-Type: application/sdp\r\n");
    }
    out.text("Content-Length: ");
    out.number(u64::try_from(text.len()).unwrap_or(0));
    out.text("\r\n\r\n");
    out.text(text);
}
