//! The world with puppets in place of phones: they register, call and answer in the simplest way.

use super::*;
use crate::office::{Direction, Rule};
use crate::summary;
use deskphone::base::{Rng, Timer};
use deskphone::phone::{AudioDevice, AudioPlan, Key, Stream};
use deskphone::sdp::Codec;
use std::collections::VecDeque;

/// Speaks SIP by rote: `#` calls the number dialled, the speaker key hangs up, `*` registers.
struct Puppet {
    user: &'static str,
    address: SocketAddr,
    transport: transaction::Transport,
    office: SocketAddr,
    out: VecDeque<Vec<u8>>,
    lent: Vec<u8>,
    number: String,
    cseq: u32,
    dialog: Option<Vec<(String, String)>>,
    remote: Option<SocketAddr>,
    blink: Timer,
    lit: bool,
}

impl Puppet {
    fn new(user: &'static str, last: u8) -> Self {
        Self {
            user,
            address: SocketAddr::new(Ipv4Addr::new(10, 0, 0, last).into(), 5060),
            transport: transaction::Transport::Udp,
            office: "10.0.0.100:5060".parse().unwrap(),
            out: VecDeque::new(),
            lent: Vec::new(),
            number: String::new(),
            cseq: 0,
            dialog: None,
            remote: None,
            blink: Timer::OFF,
            lit: false,
        }
    }

    fn sdp(&self) -> String {
        let ip = self.address.ip();
        format!("v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 14000 RTP/AVP 0\r\n")
    }

    fn say(&mut self, start: &str, fields: &[(String, String)], body: &str) {
        let lines: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let length = body.len();
        self.out.push_back(
            format!("{start} SIP/2.0\r\n{lines}{kind}Content-Length: {length}\r\n\r\n{body}").into(),
        );
    }

    fn request(&mut self, method: &str, user: &str, rng: &mut dyn Rng, body: &str) {
        self.cseq += 1;
        let (me, address, cseq) = (self.user, self.address, self.cseq);
        let via = format!("SIP/2.0/{} {address};branch=z9hG4bK{:x}", self.transport.name(), rng.next_u32());
        let to = if method == "REGISTER" { me } else { user };
        let fields = [
            ("Via", via),
            ("From", format!("<sip:{me}@10.0.0.100>;tag={me}")),
            ("To", format!("<sip:{to}@10.0.0.100>")),
            ("Call-ID", format!("{method}-{me}-{cseq}")),
            ("CSeq", format!("{cseq} {method}")),
            ("Contact", format!("<sip:{me}@{address}>;expires=3600")),
            ("Max-Forwards", "70".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        let uri =
            if user.is_empty() { "sip:10.0.0.100".to_owned() } else { format!("sip:{user}@10.0.0.100") };
        self.say(&format!("{method} {uri}"), &fields, body);
    }

    fn in_dialog(&mut self, method: &str, rng: &mut dyn Rng) {
        let Some(mut fields) = self.dialog.clone() else { return };
        let via =
            format!("SIP/2.0/{} {};branch=z9hG4bK{:x}", self.transport.name(), self.address, rng.next_u32());
        let target = fields.pop().unwrap().1;
        self.cseq += u32::from(method != "ACK");
        fields.insert(0, ("Via".to_owned(), via));
        fields.push(("CSeq".to_owned(), format!("{} {method}", self.cseq)));
        self.say(&format!("{method} {target}"), &fields, "");
    }

    fn media_of(bytes: &[u8]) -> Option<SocketAddr> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let host = text.split("c=IN IP4 ").nth(1)?.lines().next()?;
        let port = text.split("m=audio ").nth(1)?.split(' ').next()?;
        format!("{host}:{port}").parse().ok()
    }

    fn answer(&mut self, bytes: &[u8], body: &str) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let head = text.split("\r\n\r\n").next().unwrap();
        let wanted = ["Via", "From", "To", "Call-ID", "CSeq", "Record-Route"];
        let mut lines: String = head
            .lines()
            .filter(|line| wanted.iter().any(|name| line.starts_with(&format!("{name}:"))))
            .map(|line| format!("{line}\r\n"))
            .collect();
        if !text.contains(&format!("tag={}", self.user)) {
            let to = summary::header(bytes, "To").unwrap();
            lines = lines.replace(&format!("To: {to}"), &format!("To: {to};tag={}", self.user));
        }
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let contact = format!("Contact: <sip:{}@{}>", self.user, self.address);
        let length = body.len();
        self.out.push_back(
            format!("SIP/2.0 200 OK\r\n{lines}{contact}\r\n{kind}Content-Length: {length}\r\n\r\n{body}")
                .into(),
        );
    }

    fn message(&mut self, bytes: &[u8], rng: &mut dyn Rng) {
        let field = |name: &str| (name.to_owned(), summary::header(bytes, name).unwrap_or_default());
        match (summary::kind(bytes).as_str(), field("CSeq").1.split(' ').nth(1)) {
            ("200", Some("INVITE")) => {
                let target = field("Contact").1.trim_matches(['<', '>']).to_owned();
                let mut fields: Vec<_> = ["From", "To", "Call-ID", "Max-Forwards"].map(field).into();
                fields
                    .extend(summary::header(bytes, "Record-Route").map(|route| ("Route".to_owned(), route)));
                fields.push((String::new(), target));
                self.dialog = Some(fields);
                self.remote = Self::media_of(bytes);
                self.in_dialog("ACK", rng);
            }
            ("INVITE", _) => {
                self.remote = Self::media_of(bytes);
                self.answer(bytes, &self.sdp());
            }
            ("BYE", _) => {
                (self.dialog, self.remote) = (None, None);
                self.answer(bytes, "");
            }
            (_, _) => {}
        }
    }
}

impl Station for Puppet {
    fn step(&mut self, now: Instant, rng: &mut dyn Rng, input: Input<'_>) {
        match input {
            Input::Message { bytes, .. } => self.message(bytes, rng),
            Input::KeyDown(key) if Key::named("#") == Some(key) => {
                let (number, sdp) = (std::mem::take(&mut self.number), self.sdp());
                self.request("INVITE", &number, rng, &sdp);
            }
            Input::KeyDown(key) if Key::named("*") == Some(key) => self.request("REGISTER", "", rng, ""),
            Input::KeyDown(Key::Dial(digit)) => self.number.push(digit.symbol()),
            Input::KeyDown(Key::Speaker) => {
                self.in_dialog("BYE", rng);
                (self.dialog, self.remote) = (None, None);
            }
            Input::KeyDown(Key::Mute) => self.blink.start(now, 300),
            Input::Timeout => self.lit ^= self.blink.take_due(now),
            _ => {}
        }
    }

    fn poll(&mut self) -> Option<Output<'_>> {
        self.lent = self.out.pop_front()?;
        let (transport, remote) = (self.transport, self.office);
        let hop = Hop { transport, remote, local_port: 5060, connection: None };
        Some(Output::Transmit { hop, bytes: &self.lent })
    }

    fn deadline(&self) -> Option<Instant> {
        self.blink.due()
    }

    fn levels(&self, _: Instant) -> Levels {
        let state = if self.remote.is_some() { "connected" } else { "" };
        let lit = if self.lit { "red steady" } else { "" };
        vec![("state L1".to_owned(), state.to_owned()), ("led MUTE".to_owned(), lit.to_owned())]
    }

    fn plan(&self) -> AudioPlan {
        let mut plan = AudioPlan { device: Some(AudioDevice::Speaker), ..AudioPlan::SILENT };
        plan.streams[0] = self.remote.map(|remote| Stream {
            serial: 1,
            local_port: 14_000,
            remote,
            codec: Codec::Pcmu,
            payload_type: 0,
            packet_ms: 20,
            dtmf_payload_type: None,
            send: true,
            tone: None,
            tone_since: Instant::ZERO,
            music: false,
            receive: true,
            conferenced: false,
            digit: None,
            dtmf: Default::default(),
            jitter: Default::default(),
            rtcp_interval_s: 0,
            protected: false,
            switch: None,
        });
        plan
    }

    fn way_to(&self, _: &str) -> Option<Vec<Key>> {
        None
    }
}

fn world(seed: u64, conditions: Conditions) -> (World<Puppet>, PhoneId, PhoneId) {
    let mut world = World::new(seed, conditions);
    world.office.settings.challenge_calls = false;
    world.office.settings.challenge_registrations = false;
    let desk = world.add("desk", Puppet::new("101", 1));
    let bob = world.add("bob", Puppet::new("102", 2));
    (world, desk, bob)
}

#[test]
fn a_call_to_the_echo_number_as_a_ladder() {
    let (mut world, desk, _) = world(1, Conditions::LAN);
    world.at(desk).speak(Some(700)).dial("600#").expect_within(1_000, "state L1", "connected").wait(500);
    world.at(desk).expect_hears(700).speak(None).wait(500).expect_silence();
    world.at(desk).press("SPEAKER").expect_sent("BYE", 1).expect_state("L1", "");
    world.expect_quiet();
    world.check("testbed_world_echo", desk);
}

#[test]
fn two_phones_hear_each_other_through_the_proxy() {
    for transport in [transaction::Transport::Udp, transaction::Transport::Tcp] {
        let (mut world, desk, bob) = world(2, Conditions { segment_bytes: 90, ..Conditions::steady(20) });
        world.phones[bob.0].station.transport = transport;
        world.at(bob).press("*").wait(200);
        world.at(desk).dial("102#").wait(500);
        world.at(desk).speak(Some(500)).expect_state("L1", "connected");
        world.at(bob).speak(Some(900)).expect_state("L1", "connected").wait(600).expect_hears(500);
        world.at(desk).expect_hears(900).press("SPEAKER").wait(200);
        world.at(bob).expect_state("L1", "");
        world.expect_quiet();
    }
}

#[test]
fn the_office_acts_and_rules_count() {
    let (mut world, desk, _) = world(3, Conditions::LAN);
    world.office(|office, _| office.add_rule(Rule::answer("INVITE", 1, 503)));
    world.at(desk).dial("601#").wait(100).expect_state("L1", "");
    world.mark();
    world.at(desk).dial("601#").wait(600).expect_hears(440).expect_sent("INVITE", 1);
    world.office(|office, now| office.reinvite(now, "601", Direction::SendOnly));
    world.at(desk).wait(100);
    world.office(|office, now| office.hang_up(now, "601"));
    world.at(desk).wait(100).expect_state("L1", "").expect_sent("200", 2);
}

#[test]
fn a_seed_replays_exactly() {
    let run = |seed| {
        let (mut world, desk, bob) = world(seed, Conditions::POOR);
        world.at(bob).press("*").wait(1_000);
        world.at(desk).dial("102#").wait(5_000).press("SPEAKER").wait(40_000);
        world.ladder.render("desk")
    };
    assert_eq!(run(11), run(11));
    assert_ne!(run(11), run(12));
}

#[test]
fn timers_fire_at_their_moment() {
    let (mut world, desk, _) = world(1, Conditions::LAN);
    world.at(desk).press("MUTE").wait(249).expect("led MUTE", "").wait(1).expect("led MUTE", "red steady");
}
