//! Secure calls: what keeps them, what puts them in doubt, and what ends them.

use std::format;
use std::string::{String, ToString};

use super::{Desk, Dice, SDP};
use crate::base::{Instant, UnixTime};
use crate::phone::{CallState, Input, LineKey, Notice, Switch};
use crate::secure_call::{Callee, Fault, Means, Notify, Provisioned, Reason, Ticket, callee, engine};

/// Seconds since 1970: in May 2026.
const TODAY: UnixTime = UnixTime(1_780_000_000);
const JOE: [&str; 2] =
    [include_str!("../../secure_call/vectors/joe.cert"), include_str!("../../secure_call/vectors/joe.key")];
const JANE: [&str; 2] =
    [include_str!("../../secure_call/vectors/jane.cert"), include_str!("../../secure_call/vectors/jane.key")];

impl Desk {
    /// Joe's phone, which wants all its calls secure.
    fn of_joe() -> Self {
        let mut desk = Self::registered();
        let [certificate, key] = JOE;
        for (tag, value) in [
            ("Mini_Certificate_1_", certificate.trim()),
            ("SRTP_Private_Key_1_", key.trim()),
            ("Secure_Call_Setting", "yes"),
        ] {
            desk.phone.set(desk.now, tag, value).unwrap();
        }
        desk.give(Input::Clock(TODAY));
        desk
    }

    /// Joe talks with Jane, and the call is secure.
    fn talking_to_jane() -> Self {
        let mut desk = Self::of_joe();
        desk.call_jane(SDP);
        desk.shake_hands();
        desk
    }

    fn call_jane(&mut self, answer: &str) {
        self.press("L1 1 4 0 8 5 5 5 6 7 8 9");
        assert_eq!(self.last(), "INVITE sip:14085556789@192.0.2.1 SIP/2.0", "the plan knows it to be whole");
        self.answer("200 OK", answer);
    }

    /// Jane's phone does its part of the handshake.
    fn shake_hands(&mut self) {
        let [certificate, key] = JANE.map(str::trim);
        let jane = Provisioned::read(certificate, key).unwrap();
        let mut dice = Dice(99);
        let mut far = Callee::new(Ticket(1_000));
        for _ in 0..2 {
            self.work();
            let question = self.sent.last().unwrap().clone();
            assert!(question.starts_with("INFO "), "{question}");
            let body = question.split("\r\n\r\n").nth(1).unwrap().as_bytes();
            let means = Means { own: Ok(&jane), local_time: Some(TODAY), rtcp: true };
            let (next, mut step) = far.step(self.now, &mut dice, callee::Input::Request { body, means });
            far = next;
            while let Some(job) = far.job() {
                let done = engine::perform(&job);
                (far, step) = far.step(self.now, &mut dice, callee::Input::Done(&done));
            }
            let answer = step.answer.unwrap();
            assert_eq!(answer.status, 200);
            self.answer("200 OK", core::str::from_utf8(&answer.body).unwrap());
        }
        assert!(!matches!(
            far.step(self.now, &mut dice, callee::Input::Timeout).1.notify,
            Some(Notify::Failed(_))
        ));
        assert!(self.switch().awaited && !self.switch().secure);
        self.hear();
        assert!(self.shows("$Connected") && self.shows("Jane Doe"));
        assert!(self.switch().secure && !self.switch().awaited);
    }

    /// The host does what RSA there is to do.
    fn work(&mut self) {
        while let Some(job) = self.jobs.pop() {
            self.give(Input::Computed(&engine::perform(&job)));
        }
    }

    fn switch(&self) -> Switch {
        self.phone.view().audio.streams[0].unwrap().switch.unwrap()
    }

    /// A packet of the far end is authentic.
    fn hear(&mut self) {
        let serial = self.phone.view().audio.streams[0].unwrap().serial;
        self.give(Input::Authenticated { serial });
    }

    fn shows(&self, text: &str) -> bool {
        self.phone.view().display(self.now).contains(text)
    }

    /// A request of the far end within the call that we made.
    fn request(&mut self, method: &str, number: u8, more: &str, body: &str) {
        let invite = self.sent.iter().find(|text| text.starts_with("INVITE ")).unwrap();
        let header =
            |name: &str| invite.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_string();
        let (from, to, call_id) = (header("From: "), header("To: "), header("Call-ID: "));
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let branch = if method == "ACK" { "a" } else { "r" };
        let length = body.len();
        self.receive(&format!(
            "{method} sip:101@192.0.2.101 SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK{branch}{number}\r\nMax-Forwards: 70\r\n{more}\
             From: {to};tag=far\r\nTo: {from}\r\nCall-ID: {call_id}\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:far@192.0.2.1>\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
        ));
    }

    /// Their re-INVITE, which we take.
    fn changed(&mut self, number: u8, more: &str, body: &str) {
        self.request("INVITE", number, more, body);
        assert_eq!(self.last(), "SIP/2.0 200 OK");
        self.request("ACK", number, "", "");
    }
}

/// The far end's description at another address.
fn elsewhere() -> String {
    SDP.replace("c=IN IP4 192.0.2.1\r", "c=IN IP4 192.0.2.9\r")
}

/// What no description speaks of, no description takes away: hold and resume, of either side.
#[test]
fn their_re_invite_keeps_the_key() {
    let mut desk = Desk::talking_to_jane();
    let key = desk.phone.call_key(LineKey::L1).unwrap();
    let before = desk.switch();
    desk.changed(2, "", &format!("{SDP}a=sendonly\r\n"));
    assert!(desk.phone.view().lines[0].held_by_peer && desk.shows("$"));
    desk.changed(3, "", SDP);
    assert!(desk.shows("$Connected") && !desk.phone.view().lines[0].held_by_peer);
    desk.press("HOLD");
    desk.answer_to("INVITE", "200 OK", &format!("{SDP}a=recvonly\r\n"));
    desk.press("L1");
    desk.answer_to("INVITE", "200 OK", SDP);
    assert_eq!((desk.switch(), desk.phone.call_key(LineKey::L1)), (before, Some(key)));
    desk.wait(60_000);
    assert!(
        desk.shows("$Connected") && desk.sent.iter().filter(|text| text.starts_with("INFO")).count() == 2
    );
}

/// A far end at another address may be another one. Until it is heard under the key the call does not say
/// that it is secure, and is so all the same.
#[test]
fn a_far_end_that_has_moved_shows_that_it_has_the_key() {
    let mut desk = Desk::talking_to_jane();
    let before = desk.switch();
    desk.changed(2, "", &elsewhere());
    assert!(desk.shows("Connected") && !desk.shows("$"), "in doubt");
    assert_eq!(desk.switch(), Switch { awaited: true, ..before }, "nothing in clear, either way");
    assert!(!desk.phone.view().lines[0].secure);
    // What was under way when it moved proves nothing.
    desk.wait(499);
    desk.hear();
    assert!(!desk.shows("$"));
    desk.wait(1);
    desk.hear();
    assert!(desk.shows("$Connected") && desk.shows("Jane Doe"));
    assert_eq!(desk.switch(), before);
    assert_eq!(desk.phone.view().tone, Some(crate::phone::Tone::Secure), "the handshake's, which goes on");
    desk.wait(60_000);
    assert_eq!(desk.state(LineKey::L1), CallState::Connected);
}

/// There is no way back to clear: who does not have the key is not spoken with.
#[test]
fn a_far_end_without_the_key_ends_the_call() {
    let mut desk = Desk::talking_to_jane();
    desk.changed(2, "", &elsewhere());
    desk.wait(4_999);
    assert_eq!(desk.state(LineKey::L1), CallState::Connected);
    desk.wait(1);
    assert!(desk.sent.iter().any(|text| text.starts_with("BYE ")), "{}", desk.last());
    assert_eq!(desk.state(LineKey::L1), CallState::Invalid);
    assert_eq!(desk.phone.view().audio.streams[0], None);
}

/// While one of the two holds the other there is nothing to be heard, and no hurry.
#[test]
fn on_hold_the_proof_has_time() {
    let mut desk = Desk::talking_to_jane();
    desk.changed(2, "", &elsewhere());
    desk.press("HOLD");
    desk.answer_to("INVITE", "200 OK", &format!("{}a=recvonly\r\n", elsewhere()));
    desk.wait(20_000);
    assert_eq!(desk.state(LineKey::L1), CallState::Held);
    assert!(!desk.shows("$"));
    desk.press("L1");
    desk.answer_to("INVITE", "200 OK", &elsewhere());
    desk.wait(4_000);
    desk.hear();
    assert!(desk.shows("$Connected"));
}

/// The server says that somebody else is there: its word is shown, without the sign.
#[test]
fn somebody_else_whom_the_server_names_is_not_the_one_of_the_certificate() {
    let mut desk = Desk::talking_to_jane();
    desk.changed(2, "P-Asserted-Identity: \"Eve\" <sip:666@192.0.2.1>\r\n", SDP);
    assert!(desk.shows("Eve") && !desk.shows("Jane Doe") && !desk.shows("$"));
    desk.wait(600);
    desk.hear();
    assert!(desk.shows("Jane Doe") && desk.shows("$Connected") && !desk.shows("Eve"), "the key is hers");
}

/// A call that is answered while nothing flows becomes secure as soon as something does.
#[test]
fn a_call_that_is_answered_on_hold_is_tried_when_it_is_taken_back() {
    let mut desk = Desk::of_joe();
    desk.call_jane(&format!("{SDP}a=sendonly\r\n"));
    assert!(desk.phone.view().lines[0].held_by_peer && desk.jobs.is_empty());
    desk.wait(10_000);
    assert!(!desk.sent.iter().any(|text| text.starts_with("INFO")));
    desk.changed(2, "", SDP);
    desk.shake_hands();
    // Once: a second change of the audio is none of it.
    desk.changed(3, "", &format!("{SDP}a=sendonly\r\n"));
    desk.changed(4, "", SDP);
    assert!(desk.jobs.is_empty() && desk.shows("$Connected"));
}

/// A call that fails to become secure is not tried again by each hold.
#[test]
fn a_failed_attempt_is_the_only_one() {
    let mut desk = Desk::of_joe();
    desk.call_jane(SDP);
    desk.work();
    desk.answer_to("INFO", "415 Unsupported Media Type", "");
    assert_eq!(desk.notices.last(), Some(&Notice::StaysClear { reason: Reason::Refused(415) }));
    desk.changed(2, "", &format!("{SDP}a=sendonly\r\n"));
    desk.changed(3, "", SDP);
    assert!(desk.jobs.is_empty() && desk.shows("Connected") && !desk.shows("$"));
}

/// The far end sends us to somebody who is busy: the secure call comes back, with its key.
#[test]
fn a_secure_call_that_comes_back_is_secure() {
    let mut desk = Desk::talking_to_jane();
    let key = desk.phone.call_key(LineKey::L1);
    desk.request("REFER", 2, "Refer-To: <sip:103@192.0.2.1>\r\n", "");
    assert!(desk.sent.iter().any(|text| text.starts_with("INVITE sip:103@")));
    assert_eq!(desk.state(LineKey::L1), CallState::Calling);
    assert!(!desk.shows("$") && desk.phone.call_key(LineKey::L1).is_none());
    desk.answer_to("INVITE", "486 Busy Here", "");
    assert!(desk.shows("$Connected") && desk.shows("Jane Doe"));
    assert_eq!(desk.phone.call_key(LineKey::L1), key);
}

/// `Time Zone` and `Daylight Saving Time Rule`: a certificate ends by the clock on the wall.
#[test]
fn certificates_go_by_the_local_time_with_summer_time() {
    let mut desk = Desk::registered();
    // 2026-06-01 00:00:00 UTC, and six months later.
    let (summer, winter) = (UnixTime(1_780_272_000), UnixTime(1_796_083_200));
    let local = |desk: &mut Desk, time: UnixTime| {
        desk.give(Input::Clock(time));
        desk.phone.local_time(desk.now)
    };
    for (tag, value) in [
        ("Time_Zone", "GMT+01:00"),
        ("Time_Offset__HH_mm_", ""),
        ("Daylight_Saving_Time_Rule", "start=3/-1/7/2;end=10/-1/7/3;save=1"),
    ] {
        desk.phone.set(Instant::ZERO, tag, value).unwrap();
    }
    assert_eq!(local(&mut desk, summer), Some(UnixTime(1_780_272_000 + 7_200)));
    assert_eq!(local(&mut desk, winter), Some(UnixTime(1_796_083_200 + 3_600)));
    desk.phone.set(Instant::ZERO, "Daylight_Saving_Time_Enable", "no").unwrap();
    assert_eq!(local(&mut desk, summer), Some(UnixTime(1_780_272_000 + 3_600)));
}

/// `*18` and `*19` choose SRTP by session descriptions for one call, too. An emergency call is never refused
/// for it.
#[test]
fn codes_for_one_call_choose_srtp() {
    for (setting, number, protocol) in [
        ("no", "* 1 8 6 0 0", " RTP/SAVP "),
        ("no", "6 0 0", " RTP/AVP "),
        ("yes", "6 0 0", " RTP/SAVP "),
        ("yes", "* 1 9 6 0 0", " RTP/AVP "),
        ("yes", "9 1 1", " RTP/AVP "),
    ] {
        let mut desk = Desk::registered();
        for (tag, value) in [
            ("SRTP_Method", "s-descriptor"),
            ("Secure_Call_Setting", setting),
            ("Emergency_Number_1_", "911"),
        ] {
            desk.phone.set(desk.now, tag, value).unwrap();
        }
        desk.press("L1");
        desk.press(number);
        if !desk.last().starts_with("INVITE ") {
            desk.soft("dial");
        }
        let invite = desk.sent.last().unwrap();
        assert!(invite.starts_with("INVITE ") && invite.contains(protocol), "{number}: {invite}");
    }
}

/// Without a certificate nothing is asked, and the host is told why.
#[test]
fn without_a_certificate_a_call_stays_in_clear() {
    let mut desk = Desk::of_joe();
    desk.phone.set(desk.now, "Mini_Certificate_1_", "").unwrap();
    desk.call_jane(SDP);
    let reason = Reason::Own(Fault::NotProvisioned);
    assert_eq!(desk.notices.last(), Some(&Notice::StaysClear { reason }));
    assert!(desk.jobs.is_empty() && desk.shows("Connected") && !desk.shows("$"));
}
