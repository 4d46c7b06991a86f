//! Session timers (RFC 4028): both roles, by UPDATE and by re-INVITE.

use std::format;
use std::string::{String, ToString};

use super::desk::{CONTACT, Desk, SDP, Sent, request};
use crate::ua::{Command, EndReason, Event, SessionId};

const PEER: &str = "peer@192.0.2.9:5062";
const UPDATES: &str = "Allow: INVITE, ACK, BYE, UPDATE\r\n";

/// A call of ours; the 2xx says `extra`.
fn calling(desk: &mut Desk, extra: &str) -> (SessionId, Sent) {
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "200 OK", "peer", &format!("{extra}{CONTACT}"), SDP);
    let _ = desk.next("ACK");
    desk.events();
    (id, invite)
}

/// A call of theirs that says `extra`; our tag and our 200.
fn called(desk: &mut Desk, extra: &str) -> (SessionId, String, Sent) {
    desk.receive(&request("INVITE", 1, "", &format!("{extra}{CONTACT}"), SDP));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let accepted = desk.next("200");
    let tag = accepted.param("To", "tag");
    desk.receive(&request("ACK", 1, &tag, "", ""));
    desk.events();
    (id, tag, accepted)
}

fn expires(seconds: u32, refresher: &str) -> String {
    format!("Session-Expires: {seconds};refresher={refresher}\r\n")
}

fn ended(session: SessionId, reason: EndReason) -> Option<Event> {
    Some(Event::Ended { session, reason })
}

#[test]
fn rfc4028_7_1_we_support_it_and_ask_when_told_to() {
    let mut desk = Desk::new();
    let _ = desk.call(PEER);
    let invite = desk.next("INVITE");
    assert_eq!((invite.header("Supported"), invite.header("Session-Expires")), ("timer", ""));
    let mut desk = Desk::new();
    desk.end.ua.settings_mut().session_expires_s = 600;
    let _ = desk.call(PEER);
    let invite = desk.next("INVITE");
    assert_eq!(invite.header("Session-Expires"), "600");
    // §7.3
    desk.reply(&invite, "422 Session Interval Too Small", "p", "Min-SE: 1200\r\n", "");
    let _ = desk.next("ACK");
    let longer = desk.next("INVITE");
    assert_eq!((longer.header("Session-Expires"), longer.header("Min-SE")), ("1200", "1200"));
    assert_eq!((longer.header("CSeq"), longer.header("Call-ID")), ("2 INVITE", invite.header("Call-ID")));
    desk.reply(&longer, "422 Session Interval Too Small", "p", "Min-SE: 1200\r\n", "");
    let _ = desk.next("ACK");
    desk.silent();
    assert!(matches!(desk.events().last(), Some(Event::Ended { reason: EndReason::Failed(422), .. })));
    desk.assert_empty();
}

#[test]
fn rfc4028_7_4_our_refreshes_by_update() {
    let mut desk = Desk::new();
    let (id, _) = calling(&mut desk, &format!("{UPDATES}{}", expires(1_800, "uac")));
    desk.run_ms(899_999);
    desk.silent();
    desk.run_ms(1);
    let update = desk.next("UPDATE sip:peer@192.0.2.9:5062");
    assert_eq!((update.header("Session-Expires"), update.body()), ("1800;refresher=uac", ""));
    assert_eq!((update.header("Supported"), update.header("CSeq")), ("timer", "2 UPDATE"));
    assert_eq!(update.header("Contact"), "<sip:alice@192.0.2.1:5060>");
    let ask = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n";
    desk.reply(&update, "401 Unauthorized", "", ask, "");
    let again = desk.next("UPDATE");
    assert_eq!(
        (again.header("Session-Expires"), again.header("CSeq")),
        (update.header("Session-Expires"), "3 UPDATE")
    );
    assert!(again.header("Authorization").starts_with("Digest "));
    desk.reply(&again, "200 OK", "", &format!("{}{CONTACT}", expires(1_800, "uac")), "");
    desk.run_ms(900_000);
    let update = desk.next("UPDATE");
    // §7.3: a longer interval.
    desk.reply(&update, "422 Session Interval Too Small", "", "Min-SE: 3600\r\n", "");
    let update = desk.next("UPDATE");
    assert_eq!((update.header("Session-Expires"), update.header("Min-SE")), ("3600;refresher=uac", "3600"));
    // §7.2: a 2xx without it turns the timer off.
    desk.reply(&update, "200 OK", "", CONTACT, "");
    desk.run_ms(10_000_000);
    desk.silent();
    assert!(desk.events().is_empty());
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}

#[test]
fn rfc4028_7_4_our_refreshes_by_invite_repeat_the_description() {
    let mut desk = Desk::new();
    let (id, invite) = calling(&mut desk, &expires(90, "uac"));
    desk.run_ms(45_000);
    let refresh = desk.next("INVITE");
    let origin = |sent: &Sent| sent.body().lines().find(|line| line.starts_with("o=")).unwrap().to_string();
    assert_eq!(origin(&refresh), origin(&invite), "the same version: nothing changed");
    assert_eq!(refresh.header("Session-Expires"), "90;refresher=uac");
    desk.reply(&refresh, "200 OK", "", &format!("{}{CONTACT}", expires(90, "uac")), SDP);
    let _ = desk.next("ACK");
    desk.events();
    // A hold refreshes as well (§7.2).
    desk.run_ms(30_000);
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    desk.reply(&hold, "200 OK", "", &format!("{}{CONTACT}", expires(90, "uac")), SDP);
    let _ = desk.next("ACK");
    desk.events();
    desk.run_ms(44_999);
    desk.silent();
    desk.run_ms(1);
    let refresh = desk.next("INVITE");
    assert!(refresh.body().contains("a=sendonly"), "still held");
    // §10: a refusal is no end; it is tried once more, nobody is told.
    desk.reply(&refresh, "503 Service Unavailable", "", "", "");
    let _ = desk.next("ACK");
    assert!(desk.events().is_empty());
    desk.run_ms(7_500);
    let refresh = desk.next("INVITE");
    desk.reply(&refresh, "481 Call/Transaction Does Not Exist", "", "", "");
    let _ = desk.next("ACK");
    let bye = desk.next("BYE");
    assert_eq!(desk.events().last().copied(), ended(id, EndReason::Lost));
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}

#[test]
fn rfc4028_10_the_peer_refreshes_or_it_is_the_end() {
    for by_update in [true, false] {
        let mut desk = Desk::new();
        let (id, tag, accepted) =
            called(&mut desk, &format!("Supported: timer\r\n{}", expires(1_800, "uac")));
        assert_eq!(accepted.header("Session-Expires"), "1800;refresher=uac");
        assert_eq!((accepted.header("Require"), accepted.header("Supported")), ("timer", "timer"));
        desk.run_ms(900_000);
        desk.silent();
        let refresh = format!("Supported: timer\r\n{}{CONTACT}", expires(1_800, "uac"));
        if by_update {
            desk.receive(&request("UPDATE", 2, &tag, &refresh, ""));
            assert_eq!(desk.next("200").header("Session-Expires"), "1800;refresher=uac");
        } else {
            desk.receive(&request("INVITE", 2, &tag, &refresh, SDP));
            assert_eq!(desk.next("200").header("Session-Expires"), "1800;refresher=uac");
            desk.receive(&request("ACK", 2, &tag, "", ""));
        }
        desk.events();
        desk.run_ms(1_767_999);
        desk.silent();
        desk.run_ms(1);
        let bye = desk.next("BYE");
        assert_eq!(bye.header("Reason"), "SIP;cause=408;text=\"Request Timeout\"");
        assert_eq!(desk.events().last().copied(), ended(id, EndReason::Lost));
        desk.reply(&bye, "200 OK", "", "", "");
        desk.assert_empty();
    }
}

#[test]
fn rfc4028_9_we_refresh_for_a_caller_that_cannot() {
    let mut desk = Desk::new();
    // A proxy asks; the caller knows no timer (Table 2, first row) and is not refused (§8.1).
    let (id, _, accepted) = called(&mut desk, "Session-Expires: 60\r\n");
    assert_eq!(accepted.header("Session-Expires"), "60;refresher=uas");
    assert_eq!(accepted.header("Require"), "");
    desk.run_ms(30_000);
    let refresh = desk.next("INVITE");
    assert_eq!(refresh.header("Session-Expires"), "90;refresher=uac", "§7.4: the default of Min-SE");
    desk.reply(&refresh, "200 OK", "", CONTACT, SDP);
    let _ = desk.next("ACK");
    desk.run_ms(100_000);
    desk.silent();
    assert!(desk.end.ua.session(id).is_some());
}

#[test]
fn rfc4028_9_an_interval_that_is_too_small() {
    let mut desk = Desk::new();
    let small = format!("Supported: timer\r\nSession-Expires: 60\r\n{CONTACT}");
    desk.receive(&request("INVITE", 1, "", &small, SDP));
    assert_eq!(desk.next("422").header("Min-SE"), "90");
    assert_eq!(desk.end.ua.load(), (0, 0), "nothing rings");
    let id = desk.answered_as("d");
    let tag = desk.own_tag(id);
    let other = |text: String| text.replace("Call-ID: c\r", "Call-ID: d\r");
    desk.receive(&other(request("UPDATE", 2, &tag, &small, "")));
    assert_eq!(desk.next("422").header("Min-SE"), "90");
    desk.receive(&other(request("INVITE", 3, &tag, &small, SDP)));
    assert_eq!(desk.next("422").header("Min-SE"), "90");
}

#[test]
fn rfc3311_5_3_a_refresh_that_meets_another() {
    let mut desk = Desk::new();
    let (id, _) = calling(&mut desk, &format!("{UPDATES}{}", expires(90, "uac")));
    desk.run_ms(45_000);
    let update = desk.next("UPDATE");
    // Hold waits until the answer is there.
    let _ = desk.command(Command::Hold(id));
    desk.silent();
    desk.reply(&update, "491 Request Pending", "", "", "");
    desk.silent();
    let (waited_ms, hold) = desk.next_within(4_000, "INVITE");
    assert!((2_100..=4_000).contains(&waited_ms), "RFC 3261 §14.1: {waited_ms}");
    assert!(hold.body().contains("a=sendonly"), "one request does both");
    desk.reply(&hold, "200 OK", "", &format!("{}{CONTACT}", expires(90, "uac")), SDP);
    let _ = desk.next("ACK");
    desk.run_ms(45_000);
    let update = desk.next("UPDATE");
    desk.reply(&update, "500 Server Internal Error", "", "Retry-After: 3\r\n", "");
    desk.run_ms(2_999);
    desk.silent();
    desk.run_ms(1);
    let update = desk.next("UPDATE");
    // It does not take UPDATE after all.
    desk.reply(&update, "405 Method Not Allowed", "", "Allow: INVITE\r\n", "");
    let refresh = desk.next("INVITE");
    desk.reply(&refresh, "491 Request Pending", "", "", "");
    let _ = desk.next("ACK");
    let (_, refresh) = desk.next_within(4_000, "INVITE");
    desk.reply(&refresh, "200 OK", "", &format!("{}{CONTACT}", expires(90, "uac")), SDP);
    let _ = desk.next("ACK");
    assert!(!desk.events().iter().any(|event| matches!(event, Event::MediaFailed { .. })));
    // Nobody answers any more.
    desk.run_ms(45_000);
    let _ = desk.next("INVITE");
    desk.run_ms(32_000);
    assert_eq!(desk.events().last().copied(), ended(id, EndReason::Lost));
    desk.forget();
    desk.assert_empty();
}

#[test]
fn a_call_that_ends_during_a_refresh() {
    let mut desk = Desk::new();
    let (id, _) = calling(&mut desk, &format!("{UPDATES}{}", expires(90, "uac")));
    desk.run_ms(45_000);
    let update = desk.next("UPDATE");
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    desk.reply(&update, "200 OK", "", &format!("{}{CONTACT}", expires(90, "uac")), "");
    desk.reply(&bye, "200 OK", "", "", "");
    desk.run_ms(100_000);
    desk.silent();
    desk.assert_empty();
}
