//! The fuzz body of this room: any bytes as a sequence of inputs to a phone, whose rules must hold after
//! each.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use heapless::Vec;

use super::{Hook, Input, Key, Network, Output, Phone, Switch, View};
use crate::base::{Instant, Rng, Writer};
use crate::calls::{DialKey, LineKey};
use crate::limits;
use crate::media::stream::Statistics;
use crate::secure_call;
use crate::transaction::{Hop, Transport};
use crate::ua::{Records, Ticket};

const OURS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 101));
const THEIRS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";
const HELD: &str = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n";
/// The far end is another one, perhaps.
const MOVED: &str = "v=0\r\no=- 1 3 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
    m=audio 4002 RTP/AVP 0\r\n";
const STATUSES: [u16; 16] = [100, 180, 183, 200, 200, 200, 301, 302, 401, 407, 404, 423, 481, 486, 491, 503];

/// One phone and the last message that it sent.
struct Desk {
    phone: Phone,
    now: Instant,
    dice: Dice,
    last: Vec<u8, { limits::MESSAGE_BYTES }>,
    port: u16,
    resolve: Option<Ticket>,
    question: Option<Ticket>,
    calls: u32,
}

struct Dice(u32);

impl Rng for Dice {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0
    }
}

/// Makes moves as the bytes say: keys, the handset, time, answers to what the phone sent, calls, raw
/// datagrams.
///
/// # Panics
/// When a rule is broken: that is what it is for.
pub fn fuzz_phone_moves(data: &[u8]) {
    let mut desk = Desk {
        phone: Phone::new(),
        now: Instant::ZERO,
        dice: Dice(1),
        last: Vec::new(),
        port: 5_060,
        resolve: None,
        question: None,
        calls: 0,
    };
    for (tag, value) in [
        ("Proxy_1_", "192.0.2.1"),
        ("User_ID_1_", "101"),
        ("Password_1_", "pw101"),
        ("Proxy_2_", "pbx.example.com"),
        ("User_ID_2_", "102"),
        ("Extension_4_", "2"),
        ("Make_Call_Without_Reg_1_", "yes"),
        ("Ans_Call_Without_Reg_1_", "yes"),
    ] {
        assert!(desk.phone.set(desk.now, tag, value).is_ok(), "{tag}");
    }
    desk.step(Input::Network(Network::Up { address: OURS }));
    let mut rest = data;
    while let Some((&[kind, value], after)) = rest.split_first_chunk() {
        rest = desk.play(kind, value, after);
    }
}

impl Desk {
    /// One move; gives back the bytes that it did not use.
    fn play<'a>(&mut self, kind: u8, value: u8, rest: &'a [u8]) -> &'a [u8] {
        match kind % 16 {
            0..=4 => self.key(value),
            5 => self.step(Input::Hook(if value.is_multiple_of(2) { Hook::OffHook } else { Hook::OnHook })),
            6 => self.now = self.now.plus_ms(u64::from(value).saturating_mul(20)),
            7 => self.time_out(),
            8..=10 => self.answer(value),
            11 => self.call(value),
            12 => self.request(value),
            13 => {
                let (datagram, rest) = rest.split_at(usize::from(value).min(rest.len()));
                self.receive(datagram);
                return rest;
            }
            14 => self.host(value),
            _ => self.set(value),
        }
        rest
    }

    fn step(&mut self, input: Input<'_>) {
        self.phone.step(self.now, &mut self.dice, input);
        let mut outputs = 0u32;
        while let Some(output) = self.phone.poll() {
            outputs = outputs.saturating_add(1);
            assert!(outputs < 100, "outputs come to an end");
            match output {
                Output::Transmit { hop, bytes } => {
                    self.last.clear();
                    assert!(self.last.extend_from_slice(bytes).is_ok(), "a message fits");
                    self.port = hop.local_port;
                }
                Output::Resolve { ticket, .. } => self.resolve = Some(ticket),
                Output::MapPort(question) => self.question = Some(question.ticket),
                // Handshakes have a fuzz body of their own.
                Output::Compute(_) | Output::Notice(_) => {}
            }
        }
        check(&self.phone.view(), self.now);
    }

    fn receive(&mut self, bytes: &[u8]) {
        let remote = SocketAddr::new(THEIRS, 5_060);
        let arrival = Hop { transport: Transport::Udp, remote, local_port: self.port, connection: None };
        self.step(Input::Message { arrival, bytes });
    }

    fn key(&mut self, value: u8) {
        const DIAL: &[u8] = b"0123456789*#";
        let others = [
            Key::Line(LineKey::L1),
            Key::Line(LineKey::L2),
            Key::Line(LineKey::L3),
            Key::Line(LineKey::L4),
            Key::Hold,
            Key::Speaker,
            Key::Headset,
            Key::Mute,
            Key::Redial,
            Key::VolumeUp,
            Key::VolumeDown,
            Key::Left,
            Key::Right,
            Key::Soft1,
            Key::Soft2,
            Key::Soft3,
            Key::Soft4,
            Key::Menu,
        ];
        let dial = DIAL.get(usize::from(value % 32)).and_then(|&digit| DialKey::new(char::from(digit)));
        let other = others.get(usize::from(value % 32).saturating_sub(DIAL.len())).copied();
        if let Some(key) = dial.map(Key::Dial).or(other) {
            self.step(Input::KeyDown(key));
            if value < 192 {
                self.step(Input::KeyUp(key));
            }
        }
    }

    /// After the timeout at its deadline the phone wants the next one later.
    fn time_out(&mut self) {
        if let Some(due) = self.phone.deadline() {
            self.now = self.now.max(due);
        }
        self.step(Input::Timeout);
        assert!(self.phone.deadline().is_none_or(|due| due > self.now), "a deadline in the past");
    }

    /// The other side answers the last request, as well as it can.
    fn answer(&mut self, value: u8) {
        let status = STATUSES.get(usize::from(value % 16)).copied().unwrap_or(200);
        let mut buffer = [0; 2_048];
        let mut out = Writer::new(&mut buffer);
        out.text("SIP/2.0 ");
        out.number(u64::from(status));
        out.text(" So\r\n");
        self.echo(&mut out, &["Via", "From", "To", "Call-ID", "CSeq"]);
        if status == 401 || status == 407 {
            out.text(if status == 401 { "WWW" } else { "Proxy" });
            out.text("-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n");
        }
        out.text("Contact: <sip:far@192.0.2.1>;expires=60\r\nMin-Expires: 90\r\n");
        body(&mut out, [SDP, HELD, ""].get(usize::from(value >> 6)).copied().unwrap_or(SDP));
        let length = out.finish().unwrap_or(0);
        self.receive(buffer.get(..length).unwrap_or(&[]));
    }

    /// Copies header lines of the last message; a `To` without a tag gets one.
    fn echo(&self, out: &mut Writer<'_>, wanted: &[&str]) {
        for line in self.last.split(|&byte| byte == b'\n') {
            let line = line.trim_ascii_end();
            let name = line.split(|&byte| byte == b':').next().unwrap_or(line);
            if wanted.iter().any(|wanted| wanted.as_bytes() == name) {
                out.put(line);
                if name == b"To" && !line.windows(5).any(|part| part == b";tag=") {
                    out.text(";tag=far");
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
        let user = if value.is_multiple_of(4) { "102" } else { "101" };
        out.text("INVITE sip:");
        out.text(user);
        out.text("@192.0.2.101 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK");
        out.number(u64::from(self.calls));
        out.text(
            "\r\nMax-Forwards: 70\r\nFrom: \"Joe\" <sip:joe@example.com>;tag=f\r\n\
             To: <sip:101@192.0.2.1>\r\nCall-ID: c",
        );
        out.number(u64::from(self.calls));
        out.text("\r\nCSeq: 1 INVITE\r\nContact: <sip:joe@192.0.2.1>\r\n");
        body(&mut out, if value.is_multiple_of(3) { "" } else { SDP });
        let length = out.finish().unwrap_or(0);
        self.receive(buffer.get(..length).unwrap_or(&[]));
    }

    /// The other side ends, changes or acknowledges: a request built from the last message, whichever it was.
    fn request(&mut self, value: u8) {
        let methods = ["ACK", "BYE", "CANCEL", "INVITE", "OPTIONS", "NOTIFY", "UPDATE", "ACK"];
        let method = methods.get(usize::from(value % 8)).copied().unwrap_or("BYE");
        let mut buffer = [0; 2_048];
        let mut out = Writer::new(&mut buffer);
        out.text(method);
        out.text(" sip:101@192.0.2.101 SIP/2.0\r\n");
        let answers_theirs = self.last.starts_with(b"SIP/2.0");
        if answers_theirs && value < 128 {
            self.echo(&mut out, &["Via", "From", "To", "Call-ID"]);
        } else {
            out.text("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKr");
            out.number(self.now.as_millis());
            out.text("\r\n");
            self.echo(&mut out, &["From", "To", "Call-ID"]);
        }
        out.text("Max-Forwards: 70\r\nContact: <sip:joe@192.0.2.1>\r\nCSeq: ");
        out.number(u64::from(value >> 3));
        out.text(" ");
        out.text(method);
        out.text("\r\n");
        let described = if value & 64 == 0 { HELD } else { MOVED };
        body(&mut out, if value.is_multiple_of(2) { described } else { "" });
        let length = out.finish().unwrap_or(0);
        self.receive(buffer.get(..length).unwrap_or(&[]));
    }

    fn host(&mut self, value: u8) {
        match value % 4 {
            0 if value >= 192 => {
                if let Some(ticket) = self.question {
                    let seen = (value < 240).then(|| SocketAddr::new(THEIRS, u16::from(value)));
                    self.step(Input::PortMapped { ticket, seen });
                }
            }
            0 => self.step(Input::Network(Network::Down)),
            1 if value >= 192 => {
                let figures = Statistics { packets_sent: u32::from(value), ..Statistics::default() };
                self.step(Input::MediaStatistics { serial: self.calls, figures });
            }
            1 => self.step(Input::Network(Network::Up { address: OURS })),
            2 => {
                let remote = SocketAddr::new(THEIRS, 5_060);
                let local_port = self.port;
                let connection = None;
                self.step(Input::Unreachable(Hop {
                    transport: Transport::Udp,
                    remote,
                    local_port,
                    connection,
                }));
            }
            3 if value >= 192 => self.protect(value >> 2),
            _ => {
                if let Some(ticket) = self.resolve.take() {
                    let addresses: &[IpAddr] = if value < 128 { &[THEIRS] } else { &[] };
                    self.step(Input::Resolved {
                        ticket,
                        records: Records::Addresses(addresses),
                        ttl_s: None,
                    });
                }
            }
        }
    }

    /// A call becomes secure, or its far end is heard under the key.
    fn protect(&mut self, value: u8) {
        let Some(&key) = LineKey::ALL.get(usize::from(value % 2)) else { return };
        let (session, serial) = (self.phone.calls.line(key).session(), self.phone.calls.line(key).serial());
        if value & 2 != 0 {
            self.step(Input::Authenticated { serial });
        } else if let (Some(session), Some(line)) = (session, secure_call::Line::with_jane(&mut self.dice))
            && self.phone.secure.protection(session).is_none()
        {
            let step = self.phone.trust(self.now, session, line);
            assert!(step.orders.is_empty(), "nothing is asked of the network");
            check(&self.phone.view(), self.now);
        }
    }

    fn set(&mut self, value: u8) {
        let settings = [
            ("Line_Enable_1_", "no"),
            ("Line_Enable_1_", "yes"),
            ("Extension_2_", "Disabled"),
            ("Extension_2_", "2"),
            ("CW_Setting", "no"),
            ("CW_Setting", "yes"),
            ("Register_1_", "no"),
            ("Register_1_", "yes"),
            ("Make_Call_Without_Reg_1_", "no"),
            ("Proxy_1_", "other.example.com"),
            ("Reorder_Delay", "0"),
            ("Interdigit_Long_Timer", "0"),
            ("Stats_In_BYE", "yes"),
            ("NAT_Mapping_Enable_1_", "yes"),
            ("STUN_Server", "192.0.2.77"),
            ("STUN_Enable", "yes"),
            ("Auth_Page_1_", "yes"),
        ];
        if let Some((tag, value)) = settings.get(usize::from(value)) {
            assert!(self.phone.set(self.now, tag, value).is_ok(), "{tag}");
            check(&self.phone.view(), self.now);
        }
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

/// What must hold whatever happened.
fn check(view: &View<'_>, now: Instant) {
    let active = view.lines.iter().filter(|line| line.state.is_active()).count();
    let conferenced = view.lines.iter().filter(|line| line.conferenced && line.state.is_active()).count();
    assert!(active <= 1 || (active, conferenced) == (2, 2), "at most one active call, or a conference");
    assert!(matches!(conferenced, 0 | 2), "a conference has two calls");
    assert_eq!(view.device.is_some(), active > 0, "a device is on exactly while a call is active");
    let mut open = view.audio.open_microphones();
    assert!(open.clone().count() <= 1 || open.all(|stream| stream.conferenced), "one open microphone");
    assert!(!view.muted || view.device.is_some(), "muting belongs to a device");
    assert!(view.tone.is_none() || view.device.is_some(), "a tone needs a device");
    for (line, stream) in view.lines.iter().zip(&view.audio.streams) {
        let speaks = stream.is_some_and(|stream| stream.send || stream.receive);
        assert!(!speaks || line.state.is_active(), "only the active call speaks with the device");
        let protects = |switch: Switch| switch.secure && !switch.awaited;
        let protected = stream.is_none_or(|stream| stream.switch.is_some_and(protects));
        assert!(!line.secure || protected, "the sign stands for a key that the far end has");
    }
    assert!(view.display(now).rows().count() > 0, "the display is never empty");
    assert!(view.soft_keys.offered().count() <= super::soft_keys::MOST, "soft keys have room");
}
