//! The whole phone against a far end of a few lines.

mod secure;

use core::net::SocketAddr;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::media::stream::Statistics;
use crate::secure_call::{Answer, Done, Fault, Reason};
use crate::transaction::{Hop, Transport};
use crate::ua::{ExtensionId, Service};

const SDP: &str =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

struct Dice(u32);

impl Rng for Dice {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0
    }
}

struct Desk {
    phone: Phone,
    dice: Dice,
    now: Instant,
    sent: Vec<String>,
    notices: Vec<Notice>,
    questions: Vec<crate::ua::MapPort>,
    jobs: Vec<crate::secure_call::Job>,
}

impl Desk {
    fn new() -> Self {
        let mut phone = Phone::new();
        for (tag, value) in [("Proxy_1_", "192.0.2.1"), ("User_ID_1_", "101"), ("Display_Name_1_", "Ann")] {
            phone.set(Instant::ZERO, tag, value).unwrap();
        }
        let mut desk = Self {
            phone,
            dice: Dice(7),
            now: Instant::ZERO,
            sent: Vec::new(),
            notices: Vec::new(),
            questions: Vec::new(),
            jobs: Vec::new(),
        };
        desk.give(Input::Network(Network::Up { address: [192, 0, 2, 101].into() }));
        desk
    }

    fn registered() -> Self {
        let mut desk = Self::new();
        desk.answer("200 OK", "");
        desk
    }

    fn give(&mut self, input: Input<'_>) {
        self.phone.step(self.now, &mut self.dice, input);
        while let Some(output) = self.phone.poll() {
            match output {
                Output::Transmit { bytes, .. } => {
                    self.sent.push(String::from_utf8_lossy(bytes).into_owned());
                }
                Output::MapPort(question) => self.questions.push(question),
                Output::Notice(notice) => self.notices.push(notice),
                Output::Compute(job) => self.jobs.push(job.clone()),
                Output::Resolve { host, .. } => panic!("asks for {host}"),
            }
        }
    }

    fn receive(&mut self, text: &str) {
        let remote: SocketAddr = "192.0.2.1:5060".parse().unwrap();
        let arrival = Hop { transport: Transport::Udp, remote, local_port: 5_060, connection: None };
        self.give(Input::Message { arrival, bytes: text.as_bytes() });
    }

    /// The far end's answer to the last request.
    fn answer(&mut self, status: &str, body: &str) {
        self.answer_to("", status, body);
    }

    /// The far end's answer to the last request with a method.
    fn answer_to(&mut self, method: &str, status: &str, body: &str) {
        let request = self.sent.iter().rev().find(|text| text.starts_with(method)).unwrap().clone();
        let mut text = std::format!("SIP/2.0 {status}\r\n");
        for line in request.lines() {
            let name = line.split(':').next().unwrap();
            if ["Via", "From", "To", "Call-ID", "CSeq", "Contact"].contains(&name) {
                let contact =
                    if request.starts_with("REGISTER") { line } else { "Contact: <sip:far@192.0.2.1>" };
                text.push_str(if name == "Contact" { contact } else { line });
                text.push_str(if name == "To" && !line.contains("tag=") { ";tag=far\r\n" } else { "\r\n" });
            }
        }
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        text.push_str(&std::format!("{kind}Content-Length: {}\r\n\r\n{body}", body.len()));
        self.receive(&text);
    }

    fn call_in(&mut self) {
        self.call_in_with("");
    }

    /// A call with more header lines.
    fn call_in_with(&mut self, more: &str) {
        let length = SDP.len();
        self.receive(&std::format!(
            "INVITE sip:101@192.0.2.101 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
             Max-Forwards: 70\r\n{more}\
             From: \"Joe Smith\" <sip:102@192.0.2.1>;tag=f\r\nTo: <sip:101@192.0.2.1>\r\nCall-ID: in\r\n\
             CSeq: 1 INVITE\r\nContact: <sip:102@192.0.2.1>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {length}\r\n\r\n{SDP}"
        ));
    }

    fn notify(&mut self, number: u8, event: &str, kind: &str, body: &str) {
        let length = body.len();
        self.receive(&std::format!(
            "NOTIFY sip:101@192.0.2.101 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKn{number}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:192.0.2.1>;tag=n\r\nTo: <sip:101@192.0.2.1>\r\nCall-ID: n{number}\r\n\
             CSeq: {number} NOTIFY\r\nContact: <sip:192.0.2.1>\r\nEvent: {event}\r\n\
             Subscription-State: active\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
        ));
    }

    fn press(&mut self, names: &str) {
        for name in names.split(' ') {
            let key = Key::named(name).unwrap();
            self.give(Input::KeyDown(key));
            self.give(Input::KeyUp(key));
        }
    }

    fn soft(&mut self, label: &str) {
        let way = self.phone.view().soft_keys.way_to(label).expect(label);
        for _ in 0..way.turns {
            self.give(Input::KeyDown(way.turn));
        }
        self.give(Input::KeyDown(way.key));
    }

    fn state(&self, line: LineKey) -> CallState {
        self.phone.view().lines[line.index()].state
    }

    fn last(&self) -> &str {
        self.sent.last().map_or("", |text| text.lines().next().unwrap())
    }

    fn labels(&self) -> Vec<&'static str> {
        self.phone.view().soft_keys.offered().map(SoftKey::label).collect()
    }

    fn wait(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        while let Some(due) = self.phone.deadline().filter(|due| *due <= end) {
            self.now = due;
            self.give(Input::Timeout);
            assert!(self.phone.deadline().is_none_or(|due| due > self.now));
        }
        self.now = end;
    }
}

#[test]
fn a_phone_can_live_in_a_static() {
    const PHONE: Phone = Phone::new();
    assert_eq!(PHONE.view().lines[0].state, CallState::Disabled, "settings come with the first input");
}

#[test]
fn it_registers_and_its_keys_turn_green() {
    let mut desk = Desk::new();
    assert_eq!(desk.last(), "REGISTER sip:192.0.2.1 SIP/2.0");
    let lamp = desk.phone.view().lines[0].lamp;
    assert_eq!((lamp.colour, lamp.pattern), (Colour::Red, Pattern::Slow));
    desk.answer("200 OK", "");
    assert_eq!(desk.phone.view().lines[0].lamp.colour, Colour::Green);
    let state = crate::ua::RegistrationState::Registered;
    assert_eq!(desk.notices.last(), Some(&Notice::Registration { extension: ExtensionId::PRIMARY, state }));
    let display = desk.phone.view().display(desk.now);
    assert_eq!(display.rows().collect::<Vec<_>>(), ["Ann", "L1 101", "L2 101", "L3 101", "L4 101"]);
}

#[test]
fn a_call_from_the_first_key_to_the_last() {
    let mut desk = Desk::registered();
    desk.press("L2");
    assert_eq!(desk.phone.view().audio.tone, Some(Tone::Dial));
    desk.press("6 0 0");
    assert_eq!(desk.labels(), ["dial", "delchr", "cancel"]);
    assert!(desk.phone.view().display(desk.now).contains("600_"));
    desk.soft("dial");
    assert_eq!(desk.last(), "INVITE sip:600@192.0.2.1 SIP/2.0");
    desk.answer("180 Ringing", "");
    assert_eq!(
        (desk.state(LineKey::L2), desk.phone.view().tone),
        (CallState::Proceeding, Some(Tone::Ringback))
    );
    assert_eq!(desk.phone.view().soft_keys.shown(), [None, Some(SoftKey::EndCall), None, None]);
    desk.answer("200 OK", SDP);
    assert!(desk.last().starts_with("ACK "), "{}", desk.last());
    let view = desk.phone.view();
    let stream = view.audio.streams[1].unwrap();
    assert_eq!((stream.send, stream.receive, stream.remote.port(), stream.serial), (true, true, 4_000, 1));
    assert_eq!((view.audio.device, view.tone), (Some(AudioDevice::Speaker), None));
    desk.wait(62_000);
    assert!(desk.phone.view().display(desk.now).contains("101 Connected 1:02"));
    assert_eq!(desk.labels(), ["hold", "endcall", "conf", "xfer", "bxfer", "park"]);
    desk.press("HOLD");
    let stream = desk.phone.view().audio.streams[1].unwrap();
    assert_eq!((stream.send, stream.receive, desk.phone.view().device), (false, false, None));
    assert!(desk.sent.last().unwrap().contains("a=sendonly"), "{}", desk.sent.last().unwrap());
    assert_eq!(desk.labels(), ["resume", "newcall", "redial", "cfwd", "dnd"]);
}

#[test]
fn an_incoming_call_rings_and_a_lifted_handset_answers_it() {
    let mut desk = Desk::registered();
    desk.call_in();
    assert_eq!(desk.last(), "SIP/2.0 180 Ringing");
    let view = desk.phone.view();
    assert_eq!(
        (view.ring, view.message_lamp.pattern, view.lines[0].name),
        (Some(1), Pattern::Fast, "Joe Smith")
    );
    assert_eq!(desk.labels(), ["answer", "ignore"]);
    assert!(view.display(desk.now).contains("Joe Smith"));
    desk.give(Input::Hook(Hook::OffHook));
    assert_eq!(desk.last(), "SIP/2.0 200 OK");
    let view = desk.phone.view();
    assert_eq!((view.device, view.ring, view.message_lamp), (Some(AudioDevice::Handset), None, Lamp::OFF));
    assert!(view.audio.streams[0].is_some());
    desk.give(Input::Hook(Hook::OnHook));
    assert_eq!((desk.state(LineKey::L1), desk.phone.view().device), (CallState::Idle, None));
}

#[test]
fn the_end_of_a_call_says_how_it_sounded() {
    let mut desk = Desk::registered();
    desk.phone.set(desk.now, "Stats_In_BYE", "yes").unwrap();
    desk.press("L1 6 0 0");
    desk.soft("dial");
    desk.answer("200 OK", SDP);
    let serial = desk.phone.view().audio.streams[0].unwrap().serial;
    let figures = |packets_sent| Statistics { packets_sent, ..Statistics::default() };
    desk.give(Input::MediaStatistics { serial, figures: figures(50) });
    desk.give(Input::MediaStatistics { serial: serial + 1, figures: figures(99) });
    desk.wait(1_000);
    desk.soft("endcall");
    let bye = desk.sent.last().unwrap();
    assert!(bye.starts_with("BYE ") && bye.contains("\r\nP-RTP-Stat: PS=50,"), "{bye}");
    assert!(bye.contains(",DU=1,EN=G711u,DE=G711u\r\n"), "{bye}");
}

#[test]
fn stun_enable_asks_the_host_where_others_see_the_audio() {
    let mut desk = Desk::registered();
    for (tag, value) in
        [("NAT_Mapping_Enable_1_", "yes"), ("STUN_Server", "192.0.2.77"), ("STUN_Enable", "yes")]
    {
        desk.phone.set(desk.now, tag, value).unwrap();
    }
    desk.press("L1 6 0 0");
    desk.soft("dial");
    let question = desk.questions.pop().unwrap();
    assert_eq!(question.server, "192.0.2.77:3478".parse().unwrap());
    let invited = |desk: &Desk| desk.sent.iter().any(|text| text.starts_with("INVITE "));
    assert!(!invited(&desk), "it waits");
    let seen = Some("203.0.113.9:50000".parse().unwrap());
    desk.give(Input::PortMapped { ticket: question.ticket, seen });
    let invite = desk.sent.iter().find(|text| text.starts_with("INVITE ")).unwrap();
    assert!(invite.contains("c=IN IP4 203.0.113.9\r\n") && invite.contains("m=audio 50000 "), "{invite}");
    desk.sent.retain(|text| text.starts_with("INVITE "));
    desk.answer("200 OK", SDP);
    let stream = desk.phone.view().audio.streams[0].unwrap();
    assert_eq!(stream.local_port, question.local_port, "the host's port is its own");
}

#[test]
fn pages_are_challenged_when_the_setting_says_so() {
    let mut desk = Desk::registered();
    for (tag, value) in [("Auth_Page_1_", "yes"), ("Auth_Page_Realm_1_", "hall")] {
        desk.phone.set(desk.now, tag, value).unwrap();
    }
    desk.call_in_with("Call-Info: <sip:192.0.2.1>;answer-after=0\r\n");
    assert_eq!(desk.last(), "SIP/2.0 401 Unauthorized");
    assert!(desk.sent.last().unwrap().contains("Digest realm=\"hall\""));
    assert_eq!(desk.state(LineKey::L1), CallState::Idle, "nothing rings");
}

#[test]
fn the_ignore_soft_key_says_busy() {
    let mut desk = Desk::registered();
    desk.call_in();
    desk.soft("ignore");
    assert_eq!(desk.last(), "SIP/2.0 486 Busy Here");
    assert_eq!(desk.state(LineKey::L1), CallState::Idle);
}

#[test]
fn digits_of_a_conversation_stay_for_100_ms_in_its_stream() {
    let mut desk = Desk::registered();
    desk.call_in();
    desk.press("L1 5");
    let digit = desk.phone.view().audio.streams[0].unwrap().digit.unwrap();
    assert_eq!((digit.symbol.symbol(), digit.serial), ('5', 1));
    desk.wait(100);
    assert_eq!(desk.phone.view().audio.streams[0].unwrap().digit, None);
}

#[test]
fn the_volume_key_turns_the_device_that_is_on_and_else_the_ringer() {
    let mut desk = Desk::registered();
    desk.press("VOL+");
    let view = desk.phone.view();
    assert_eq!((view.volumes.ringer, view.audio.volume, view.ring), (9, 9, Some(1)));
    assert!(view.display(desk.now).contains("Ringer volume 9"));
    desk.wait(1_000);
    assert_eq!(desk.phone.view().ring, None);
    desk.press("SPEAKER VOL-");
    let view = desk.phone.view();
    assert_eq!((view.volumes.speaker, view.audio.volume, view.ring), (7, 7, None));
    desk.wait(3_000);
    assert!(!desk.phone.view().display(desk.now).contains("volume"));
}

#[test]
fn more_than_four_soft_keys_have_pages() {
    let mut desk = Desk::registered();
    desk.press("6 0 0");
    desk.soft("dial");
    desk.answer("200 OK", SDP);
    desk.press("HOLD");
    desk.answer("200 OK", SDP);
    let dnd = Some(SoftKey::Service(ServiceKey::DoNotDisturb));
    assert!(desk.phone.view().soft_keys.more_right() && !desk.phone.view().soft_keys.more_left());
    desk.press("RIGHT");
    assert_eq!(desk.phone.view().soft_keys.shown()[1], dnd);
    assert!(desk.phone.view().soft_keys.more_left() && !desk.phone.view().soft_keys.more_right());
    desk.call_in();
    assert_eq!(desk.labels(), ["answer", "ignore"], "the first page of other keys");
    desk.press("L1");
    assert_eq!(
        (desk.state(LineKey::L1), desk.state(LineKey::L2)),
        (CallState::Connected, CallState::Ringing)
    );
    assert_eq!(desk.labels(), ["answer", "ignore", "hold", "endcall", "conf", "xfer", "bxfer", "park"]);
}

#[test]
fn a_setting_is_refused_by_name_and_a_changed_account_registers_anew() {
    let mut desk = Desk::registered();
    let error = desk.phone.set(desk.now, "Dial_Plan_1_", "(xx|[2-)").unwrap_err();
    assert!(error.to_string().starts_with("Dial_Plan_1_: at character 8, `)`: expected"), "{error}");
    let error = desk.phone.set(desk.now, "Coffee", "yes").unwrap_err();
    assert_eq!(error.to_string(), "Coffee: no such setting");
    desk.phone.set(desk.now, "User_ID_1_", "105").unwrap();
    desk.wait(0);
    assert!(desk.sent.last().unwrap().contains("<sip:105@192.0.2.1>"));
    assert_eq!(desk.phone.view().lines[0].label, "105");
}

#[test]
fn random_moves_keep_the_rules() {
    let mut dice = Dice(42);
    for _ in 0..60 {
        let bytes: Vec<u8> = (0..400).map(|_| dice.next_u32().to_le_bytes()[2]).collect();
        fuzz_phone_moves(&bytes);
    }
}

/// A call that is answered, becomes secure and is moved; its far end is heard, moves again and is not.
#[test]
fn moves_of_a_secure_call_keep_the_rules() {
    fuzz_phone_moves(&[11, 1, 5, 0, 12, 8, 14, 195, 12, 70, 6, 50, 14, 203, 12, 86, 7, 0, 7, 0]);
}

#[test]
fn waiting_messages_light_the_envelope_and_the_dial_tone_stutters() {
    let mut desk = Desk::registered();
    desk.notices.clear();
    let kind = "Content-Type: application/simple-message-summary\r\n";
    desk.notify(1, "message-summary", kind, "Messages-Waiting: yes\r\n");
    assert_eq!(desk.notices, [Notice::Settings], "to be kept over a restart");
    assert_eq!(desk.phone.view().message_lamp, Lamp::steady(Colour::Red, Instant::ZERO));
    desk.press("SPEAKER");
    assert_eq!(desk.phone.view().tone, Some(Tone::Stutter));
    let mut image = [0; 16_384];
    desk.phone.config().save(1, &mut image).unwrap();
    let mut restarted = Phone::new();
    let _restored = restarted.restore(Instant::ZERO, &[&image]);
    assert_eq!(restarted.view().message_lamp, Lamp::steady(Colour::Red, Instant::ZERO), "after a restart");
    desk.notify(2, "message-summary", kind, "Messages-Waiting: no\r\n");
    assert_eq!(desk.phone.view().message_lamp, Lamp::OFF);
}

#[test]
fn the_host_hears_what_a_server_wants_and_what_time_it_is() {
    let mut desk = Desk::registered();
    desk.phone.set(desk.now, "Auth_Resync-Reboot_1_", "no").unwrap();
    desk.notices.clear();
    desk.notify(1, "reboot", "Date: Thu, 01 Jan 1970 00:01:40 GMT\r\n", "");
    let (extension, service) = (ExtensionId::PRIMARY, Service::Reboot);
    assert!(desk.notices.contains(&Notice::Service { extension, service }), "{:?}", desk.notices);
    let clock = desk.notices.iter().any(|notice| matches!(notice, Notice::Clock { .. }));
    assert!(!clock, "a year before there were phones is no time");
    desk.notify(2, "reboot", "Date: Mon, 23 Nov 2026 05:00:00 GMT\r\n", "");
    assert!(desk.notices.contains(&Notice::Clock { unix_seconds: 1_795_410_000 }), "{:?}", desk.notices);
}

#[test]
fn a_diverted_call_names_who_sent_it_on() {
    let mut desk = Desk::registered();
    desk.call_in_with("Diversion: <sip:104@192.0.2.1>;reason=unconditional\r\n");
    assert!(desk.phone.view().display(desk.now).contains("Diverted by 104"));
}

/// SDES is off as the phone leaves the factory, and follows `SRTP Method` and `Secure Call Setting`.
#[test]
fn srtp_follows_its_settings_and_lends_its_keys() {
    for (method, secure, protocol) in [
        ("x-sipura", "yes", " RTP/AVP "),
        ("s-descriptor", "no", " RTP/AVP "),
        ("s-descriptor", "yes", " RTP/SAVP "),
    ] {
        let mut desk = Desk::registered();
        desk.phone.set(desk.now, "SRTP_Method", method).unwrap();
        desk.phone.set(desk.now, "Secure_Call_Setting", secure).unwrap();
        desk.press("L1 6 0 0");
        desk.soft("dial");
        assert!(desk.sent.last().unwrap().contains(protocol), "{}", desk.sent.last().unwrap());
        let line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
        let protected = protocol == " RTP/SAVP ";
        let body = if protected { SDP.replace("/AVP", "/SAVP") + line } else { SDP.to_string() };
        desk.answer("200 OK", &body);
        let stream = desk.phone.view().audio.streams[0].unwrap();
        assert_eq!(stream.protected, protected);
        let keys = desk.phone.media_keys(LineKey::L1);
        assert_eq!(keys.map(|keys| keys.receive.key()), protected.then_some(&b"YS___semctl () {"[..]));
        assert_eq!(desk.phone.media_keys(LineKey::L2), None);
    }
}

/// A Hello comes in a call: without certificate or time it is refused and the call stays in clear; else the
/// phone asks its host for RSA.
#[test]
fn a_hello_gives_a_job_to_the_host_or_a_reason() {
    let hello = include_str!("../../secure_call/vectors/caller_hello").trim();
    let mut desk = Desk::registered();
    desk.call_in_with("");
    desk.press("SPEAKER");
    let answer = desk.sent.last().unwrap();
    let to = answer.lines().find(|line| line.starts_with("To: ")).unwrap().to_string();
    let info = |desk: &mut Desk, number: u8| {
        desk.notices.clear();
        let length = hello.len();
        desk.receive(&std::format!(
            "INFO sip:101@192.0.2.101 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKi{number}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:102@192.0.2.1>;tag=f\r\n{to}\r\nCall-ID: in\r\n\
             CSeq: {number} INFO\r\nContent-Type: application/x-sipura-secure\r\n\
             Content-Length: {length}\r\n\r\n{hello}"
        ));
    };
    let reason = |fault| [Notice::StaysClear { reason: Reason::Own(fault) }];
    info(&mut desk, 2);
    assert!(desk.sent.last().unwrap().starts_with("SIP/2.0 415"), "{}", desk.sent.last().unwrap());
    assert_eq!(desk.notices, reason(Fault::NotProvisioned));
    let cards = [
        ("Mini_Certificate_1_", include_str!("../../secure_call/vectors/jane.cert")),
        ("SRTP_Private_Key_1_", include_str!("../../secure_call/vectors/jane.key")),
    ];
    for (tag, value) in cards {
        desk.phone.set(desk.now, tag, value.trim()).unwrap();
    }
    info(&mut desk, 3);
    assert_eq!(desk.notices, reason(Fault::Clock));
    desk.give(Input::Clock(crate::base::UnixTime(1_780_000_000)));
    info(&mut desk, 4);
    assert_eq!((desk.jobs.len(), desk.notices.len()), (1, 0), "one job at a time");
    let ticket = desk.jobs[0].ticket;
    // Another's answer changes nothing; without the host's help the call stays in clear.
    desk.give(Input::Computed(&Done { ticket: ticket.next(), answer: Answer::Failed }));
    desk.give(Input::Computed(&Done { ticket, answer: Answer::Failed }));
    assert!(desk.sent.last().unwrap().starts_with("SIP/2.0 500"), "{}", desk.sent.last().unwrap());
    assert_eq!(desk.notices, [Notice::StaysClear { reason: Reason::Engine }]);
    assert_eq!(desk.phone.view().audio.streams[0].unwrap().switch, None);
}

/// A call on hold hears the music server (`MOH Server`); the server is on no line.
#[test]
#[cfg_attr(feature = "_tiny", ignore = "no room for it beside a call")]
fn music_on_hold_goes_from_one_stream_to_the_other() {
    let mut desk = Desk::registered();
    desk.phone.set(desk.now, "MOH_Server_1_", "sip:music@192.0.2.1").unwrap();
    desk.call_in();
    desk.press("SPEAKER");
    let to = desk.sent.last().unwrap().lines().find(|line| line.starts_with("To: ")).unwrap().to_string();
    desk.receive(&std::format!(
        "ACK sip:101@192.0.2.101 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n\
         Max-Forwards: 70\r\nFrom: <sip:102@192.0.2.1>;tag=f\r\n{to}\r\nCall-ID: in\r\nCSeq: 1 ACK\r\n\r\n"
    ));
    desk.press("HOLD");
    assert!(desk.sent.last().unwrap().contains("a=sendonly"));
    desk.answer("200 OK", &(SDP.to_string() + "a=recvonly\r\n"));
    assert_eq!(desk.last(), "INVITE sip:music@192.0.2.1 SIP/2.0");
    let plan = desk.phone.view().audio;
    assert_eq!((plan.streams[0].map(|stream| stream.send), plan.music), (Some(false), None));
    desk.answer("200 OK", &(SDP.replace("4000", "4002") + "a=sendonly\r\n"));
    let plan = desk.phone.view().audio;
    let (held, music) = (plan.streams[0].unwrap(), plan.music.unwrap());
    assert!(held.send && held.music && !held.receive && !held.speaks());
    assert!(music.receive && !music.send && !music.music);
    assert_eq!((held.remote.port(), music.remote.port()), (4_000, 4_002));
    assert!(held.serial != music.serial && held.local_port != music.local_port);
    assert_eq!(plan.every_stream().flatten().count(), 2);
    assert_eq!((plan.open_microphones().count(), plan.device), (0, None));
    assert_eq!(desk.phone.music_keys(), None, "in clear");
    let lines = desk.phone.view().lines;
    assert!(lines[1..].iter().all(|line| line.state == CallState::Idle), "the server is on no line");
    // The figures of its sound go to the server, and to nobody else.
    desk.phone.set(desk.now, "Stats_In_BYE", "yes").unwrap();
    let figures = Statistics { packets_received: 250, ..Statistics::default() };
    desk.give(Input::MediaStatistics { serial: music.serial, figures });
    desk.sent.clear();
    desk.press("L1");
    let bye = desk.sent.iter().find(|sent| sent.starts_with("BYE")).unwrap();
    assert!(bye.contains("P-RTP-Stat: ") && bye.contains("PR=250"), "{bye}");
    assert_eq!(desk.phone.view().audio.music, None);
}
