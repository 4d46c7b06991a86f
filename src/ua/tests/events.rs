//! NOTIFY that nobody subscribed for: mailboxes, and what servers want the phone to do.

use std::format;
use std::string::String;

use super::desk::{CONTACT, Desk, SDP, Sent, request};
use super::link::{E1, Seeded};
use crate::base::{Writer, text};
use crate::crypto::{Algorithm, Hash, Protection, Question};
use crate::sip::message_summary::MessageCount;
use crate::ua::challenge::{Asker, Attempts, Identity, Keyring, Recipient, Target, Verdict};
use crate::ua::{Event, Service};

/// A NOTIFY to alice outside any dialog.
pub(super) fn notify(cseq: u32, extra: &str, kind: &str, body: &str) -> String {
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    request("NOTIFY", cseq, "", &format!("{extra}{kind}"), "")
        .replace("Content-Length: 0\r\n\r\n", &format!("Content-Length: {}\r\n\r\n{body}", body.len()))
}

pub(super) const SUMMARY: &str = "application/simple-message-summary";

#[test]
fn rfc3842_3_5_a_mailbox_tells_without_being_asked() {
    let mut desk = Desk::new();
    let told = |waiting, voice| [Event::MessageWaiting { extension: E1, waiting, voice }];
    let event = "Event: message-summary\r\n";
    desk.receive(&notify(1, event, SUMMARY, "Messages-Waiting: yes\r\nVoice-Message: 2/1\r\n"));
    let _ = desk.next("200");
    assert_eq!(desk.events(), told(true, Some(MessageCount { new: 2, old: 1 })));
    desk.receive(&notify(2, event, SUMMARY, "Messages-Waiting: no\r\n"));
    let _ = desk.next("200");
    assert_eq!(desk.events(), told(false, None));
    // Without a body nothing changes.
    desk.receive(&notify(3, event, "", ""));
    let _ = desk.next("200");
    // The same once more tells nothing new.
    desk.receive(&notify(2, event, SUMMARY, "Messages-Waiting: no\r\n"));
    let _ = desk.next("200");
    assert_eq!(desk.events(), []);
}

#[test]
fn rfc6665_8_2_1_an_unknown_package_is_refused_with_those_that_are_known() {
    let mut desk = Desk::new();
    for (cseq, extra) in [(1, "Event: conference\r\n"), (2, ""), (3, "Event: Resync\r\n")] {
        desk.receive(&notify(cseq, extra, "", ""));
        let refused = desk.next("489");
        assert!(refused.header("Allow-Events").starts_with("message-summary, dialog"), "{}", refused.text);
    }
    desk.end.ua.settings_mut().talk_package = true;
    desk.receive(&notify(4, "Event: x\r\n", "", ""));
    assert!(desk.next("489").header("Allow-Events").ends_with(", talk"));
    // RFC 6665 §4.1.3: a dialog that nobody knows.
    desk.receive(&request("NOTIFY", 5, "gone", "Event: message-summary\r\n", ""));
    let _ = desk.next("481");
    assert_eq!(desk.events(), []);
}

#[test]
fn resync_and_reboot_without_a_challenge() {
    let mut desk = Desk::with(|account| account.authenticate_resync = false);
    let packages = [
        ("resync", Service::Resync),
        ("check-sync", Service::Resync),
        ("reboot", Service::Reboot),
        ("reboot_now", Service::Reboot),
        ("restart_now", Service::Restart),
        ("report", Service::Report),
    ];
    for (cseq, (package, service)) in (1..).zip(packages) {
        desk.receive(&notify(cseq, &format!("Event: {package}\r\n"), "", ""));
        let _ = desk.next("200");
        assert_eq!(desk.events(), [Event::Service { extension: E1, service }]);
    }
}

/// The answer to the challenges of a 401.
fn credentials(refused: &Sent, password: &str, uri: &str) -> String {
    let (mut keys, mut attempts) = (Keyring::new(), Attempts::new());
    let asked = refused.text.lines().filter_map(|line| line.strip_prefix("WWW-Authenticate: "));
    let asked = asked.map(|value| (Asker::Server, value.as_bytes()));
    assert_eq!(keys.take(&mut attempts, 2, asked), Verdict::Retry);
    let mut buffer = [0; 1_024];
    let mut out = Writer::new(&mut buffer);
    let target = Target { method: b"NOTIFY", uri: uri.as_bytes(), body: b"" };
    let identity = Identity { user: "alice", password };
    keys.write(&identity, &target, Recipient::Anybody(&attempts), &mut Seeded(1), &mut out);
    String::from_utf8(out.written().to_vec()).unwrap()
}

const URI: &str = "sip:alice@192.0.2.1";

#[test]
fn rfc3261_22_2_reboot_needs_the_password() {
    let mut desk = Desk::new();
    let event = "Event: reboot\r\n";
    desk.receive(&notify(1, event, "", ""));
    let refused = desk.next("401");
    assert_eq!(desk.events(), []);
    assert_eq!(refused.param("WWW-Authenticate", "realm"), "192.0.2.99");
    assert_eq!(refused.param("WWW-Authenticate", "algorithm"), "SHA-256", "RFC 8760 §2.3: the best first");
    // A retransmission is asked as well.
    desk.receive(&notify(1, event, "", ""));
    assert!(desk.next("401").text.contains("algorithm=MD5"));
    for (cseq, wrong) in
        [(2, credentials(&refused, "wrong", URI)), (3, credentials(&refused, "pwalice", "sip:bob@192.0.2.1"))]
    {
        desk.receive(&notify(cseq, &format!("{event}{wrong}"), "", ""));
        assert!(!desk.next("401").text.contains("stale"));
    }
    let right = credentials(&refused, "pwalice", URI);
    desk.receive(&notify(4, &format!("{event}{right}"), "", ""));
    let _ = desk.next("200");
    assert_eq!(desk.events(), [Event::Service { extension: E1, service: Service::Reboot }]);
    // Overheard and sent again: the nonce is spent.
    desk.receive(&notify(5, &format!("{event}{right}"), "", ""));
    let again = desk.next("401");
    assert!(again.text.contains("stale=true"));
    // Too late.
    let late = credentials(&again, "pwalice", URI);
    desk.run_ms(40_000);
    desk.receive(&notify(6, &format!("{event}{late}"), "", ""));
    assert!(desk.next("401").text.contains("stale=true"));
    assert_eq!(desk.events(), []);
}

#[test]
fn rfc3261_22_4_a_server_that_knows_md5_and_no_qop() {
    let mut desk = Desk::new();
    desk.receive(&notify(1, "Event: resync\r\n", "", ""));
    let nonce = desk.next("401").param("WWW-Authenticate", "nonce");
    let question = Question {
        algorithm: Algorithm { hash: Hash::Md5, session: false },
        username: b"alice",
        realm: b"192.0.2.99",
        password: b"pwalice",
        nonce: nonce.as_bytes(),
        cnonce: b"",
        method: b"NOTIFY",
        uri: URI.as_bytes(),
        protection: Protection::Legacy,
    };
    let answer = format!(
        "Event: resync\r\nAuthorization: Digest username=\"alice\", realm=\"192.0.2.99\", nonce=\"{nonce}\", \
         uri=\"{URI}\", response=\"{}\"\r\n",
        question.response().as_str()
    );
    desk.receive(&notify(2, &answer, "", ""));
    let _ = desk.next("200");
    assert_eq!(desk.events(), [Event::Service { extension: E1, service: Service::Resync }]);
}

#[test]
fn an_empty_password_opens_nothing() {
    let mut desk = Desk::with(|account| account.password = text::exact("").unwrap());
    desk.receive(&notify(1, "Event: resync\r\n", "", ""));
    let refused = desk.next("401");
    desk.receive(&notify(2, &format!("Event: resync\r\n{}", credentials(&refused, "", URI)), "", ""));
    let _ = desk.next("401");
    assert_eq!(desk.events(), []);
}

#[test]
fn talk_and_hold_reach_the_call_when_they_are_set() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    desk.receive(&request("NOTIFY", 2, &tag, "Event: talk\r\n", ""));
    let _ = desk.next("489");
    desk.end.ua.settings_mut().talk_package = true;
    desk.end.ua.settings_mut().hold_package = true;
    desk.receive(&request("NOTIFY", 3, &tag, "Event: hold\r\n", ""));
    let _ = desk.next("200");
    desk.receive(&request("NOTIFY", 4, &tag, "Event: talk\r\n", ""));
    let _ = desk.next("200");
    assert_eq!(desk.events(), [Event::Hold(id), Event::Talk(id)]);
    // Before the answer, too.
    desk.receive(&request("INVITE", 7, "", CONTACT, SDP).replace("Call-ID: c", "Call-ID: d"));
    let ringing = desk.end.incoming();
    let tag = desk.own_tag(ringing);
    desk.events();
    desk.receive(&request("NOTIFY", 8, &tag, "Event: talk\r\n", "").replace("Call-ID: c", "Call-ID: d"));
    let _ = desk.next("200");
    assert_eq!(desk.events(), [Event::Talk(ringing)]);
}
