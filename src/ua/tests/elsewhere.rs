//! Requests beside the calls go on to the next server (RFC 3263 §4.3). The office of [`super::failover`]: A
//! before B.

use super::desk::{CONTACT, Desk, SDP, Sent};
use super::failover::{A, B, at, registered, until_next};
use super::link::E1;
use crate::base::text;
use crate::rtp::telephone_event::Digit;
use crate::sip::{HeaderName, compose};
use crate::ua::{Command, Event, Input, Package, SessionId, Standing};

const ROUTE: &str = "Record-Route: <sip:office.test;lr>\r\n";

/// A call through the office's proxies that stands; `extra` is what its 200 says besides.
fn connected(extra: &str) -> (Desk, SessionId) {
    let mut desk = registered();
    let id = desk.call("5551234");
    let invite = desk.next("INVITE");
    desk.reply(&invite, "200 OK", "peer", &std::format!("{CONTACT}{ROUTE}{extra}"), SDP);
    let _ = desk.next("ACK");
    desk.events();
    (desk, id)
}

/// The same request in a transaction of its own.
#[track_caller]
fn assert_repeated(first: &Sent, second: &Sent) {
    assert_eq!((at(first), at(second)), (A.into(), B.into()));
    assert_ne!(first.param("Via", "branch"), second.param("Via", "branch"));
    let without_via = |sent: &Sent| {
        let lines = sent.text.split("\r\n").filter(|line| !line.starts_with("Via:"));
        lines.collect::<std::vec::Vec<_>>().join("\n")
    };
    assert_eq!(without_via(first), without_via(second), "identical to the previous one");
}

fn press(desk: &mut Desk, session: SessionId) -> Sent {
    let digit = Digit::from_char('5').unwrap();
    let _ = desk.command(Command::SendDigit { session, digit, duration_ms: 100 });
    desk.next("INFO")
}

#[test]
fn rfc3263_4_3_an_info_goes_on_after_timer_f_and_the_call_stands() {
    let (mut desk, id) = connected("");
    let first = press(&mut desk, id);
    let (second, after_ms) = until_next(&mut desk, A);
    assert_eq!(after_ms, 32_000, "Timer F");
    assert_repeated(&first, &second);
    desk.reply(&second, "200 OK", "peer", "", "");
    assert_eq!(desk.events(), []);
    // When nobody answers at B either, the call is lost (RFC 3261 §12.2.1.2), as without a second server.
    let first = press(&mut desk, id);
    let second = until_next(&mut desk, A).0;
    assert_repeated(&first, &second);
    desk.run_ms(32_000);
    assert!(desk.events().iter().any(|event| matches!(event, Event::Ended { .. })));
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "three requests of ours at a time")]
fn rfc3261_12_2_2_what_is_not_the_latest_any_more_has_a_number_of_its_own() {
    let (mut desk, id) = connected("");
    let info = press(&mut desk, id);
    assert_eq!(info.header("CSeq"), "2 INFO");
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    assert_eq!(hold.header("CSeq"), "3 INVITE");
    desk.reply(&info, "503 Service Unavailable", "peer", "", "");
    let again = desk.next("INFO");
    assert_eq!((at(&again).as_str(), again.header("CSeq"), again.body()), (B, "4 INFO", info.body()));
    desk.reply(&again, "200 OK", "peer", "", "");
    desk.reply(&hold, "503 Service Unavailable", "peer", "", "");
    let _ = desk.next("ACK");
    let hold = desk.next("INVITE");
    assert_eq!((at(&hold).as_str(), hold.header("CSeq")), (B, "5 INVITE"));
    // Of a call that is hung up nothing goes on but its BYE.
    let (mut desk, id) = connected("");
    let info = press(&mut desk, id);
    let _ = desk.command(Command::End(id));
    let _ = desk.next("BYE");
    desk.reply(&info, "503 Service Unavailable", "peer", "", "");
    desk.silent();
}

#[test]
fn rfc3263_4_3_a_refusal_of_the_server_sends_a_refer_on() {
    let (mut desk, id) = connected("");
    let _ = desk.command(Command::Transfer { session: id, target: "600" });
    let first = desk.next("REFER");
    desk.reply(&first, "503 Service Unavailable", "peer", "", "");
    let second = desk.next("REFER");
    assert_repeated(&first, &second);
    // The peer's own word is taken for what it is.
    desk.reply(&second, "603 Decline", "peer", "", "");
    assert_eq!(desk.events(), [Event::Transferred { session: id, status: 603 }]);
    desk.silent();
    // B has failed nobody; A is asked first all the same, for it was only this request that it did not take.
    let _ = desk.command(Command::Transfer { session: id, target: "600" });
    let first = desk.next("REFER");
    assert_eq!(at(&first), A);
    desk.end.ua.settings_mut().try_backup_statuses = text::exact("50?").unwrap();
    desk.reply(&first, "502 Bad Gateway", "peer", "", "");
    let second = desk.next("REFER");
    assert_repeated(&first, &second);
    desk.reply(&second, "502 Bad Gateway", "peer", "", "");
    desk.silent();
    assert_eq!(desk.events(), [Event::Transferred { session: id, status: 502 }], "each server once");
}

/// The next UPDATE, whatever else is sent.
fn update(desk: &mut Desk) -> Sent {
    loop {
        let sent = desk.next("");
        if sent.start().starts_with("UPDATE") {
            return sent;
        }
    }
}

#[test]
fn rfc3263_4_3_a_refresh_goes_on_where_it_can_be_delivered() {
    let timer = "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: INVITE, UPDATE\r\n";
    let (mut desk, id) = connected(timer);
    desk.run_ms(300_000);
    let first = desk.next("UPDATE");
    let _ = desk.step(Input::Unreachable(first.hop));
    // The binding moves at the same time.
    let second = update(&mut desk);
    assert_repeated(&first, &second);
    desk.reply(&second, "200 OK", "peer", &std::format!("{CONTACT}{timer}"), "");
    assert!(desk.end.ua.session(id).is_some());
    desk.forget();
    desk.run_ms(300_000);
    assert_ne!(update(&mut desk).header("CSeq"), second.header("CSeq"), "the timer runs anew");
}

#[test]
fn rfc3263_4_3_a_prack_of_an_early_dialog_goes_on_by_its_own_route() {
    let mut desk = registered();
    let _ = desk.call("5551234");
    let invite = desk.next("INVITE");
    let numbered = std::format!("{CONTACT}{ROUTE}Require: 100rel\r\nRSeq: 7\r\n");
    desk.reply(&invite, "183 Session Progress", "p1", &numbered, SDP);
    let first = desk.next("PRACK");
    desk.reply(&first, "503 Service Unavailable", "p1", "", "");
    let second = desk.next("PRACK");
    assert_repeated(&first, &second);
    assert_eq!(second.header("RAck"), "7 1 INVITE");
    desk.reply(&second, "200 OK", "p1", "", "");
    desk.silent();
}

#[test]
fn rfc3263_4_3_a_notification_goes_on_to_the_next_server() {
    let mut desk = registered();
    let id = desk.call("5551234");
    let invite = desk.next("INVITE");
    desk.reply(&invite, "200 OK", "peer", &std::format!("{CONTACT}{ROUTE}"), SDP);
    let _ = desk.next("ACK");
    // Its transaction makes room (Timer M).
    desk.run_ms(33_000);
    let refer = std::format!("{CONTACT}Refer-To: <sip:joe@192.0.2.7>\r\n");
    desk.receive(&Desk::called_back(&invite, "REFER", 5, &refer, ""));
    let _ = desk.next("202");
    let elsewhere = desk.next("INVITE");
    // Refused by the server.
    let first = desk.next("NOTIFY");
    desk.reply(&first, "503 Service Unavailable", "peer", "", "");
    let second = desk.next("NOTIFY");
    assert_repeated(&first, &second);
    // It is still the only one under way.
    desk.reply(&elsewhere, "180 Ringing", "joe", CONTACT, "");
    desk.silent();
    desk.reply(&second, "200 OK", "peer", "", "");
    // Lost on its way.
    let first = desk.next("NOTIFY");
    assert_eq!(first.body(), "SIP/2.0 180 Ringing\r\n");
    let (second, after_ms) = until_next(&mut desk, A);
    assert_eq!(after_ms, 32_000, "Timer F");
    assert_repeated(&first, &second);
    // The end is told; then the call has done its work.
    desk.reply(&second, "200 OK", "peer", "", "");
    desk.reply(&elsewhere, "200 OK", "joe", CONTACT, SDP);
    desk.run_ms(1);
    let told = core::iter::from_fn(|| desk.has_sent().then(|| desk.next("")));
    let last = told.filter(|sent| sent.start().starts_with("NOTIFY")).last().unwrap();
    assert_eq!(
        (at(&last).as_str(), last.body()),
        (A, "SIP/2.0 200 OK\r\n"),
        "a timeout is not held against A"
    );
    desk.reply(&last, "200 OK", "peer", "", "");
    desk.run_ms(1);
    assert!(desk.end.ua.session(id).is_none(), "`Referee Bye Delay`");
    assert_eq!(at(&desk.next("BYE")), A);
}

#[test]
fn rfc3263_4_3_a_subscription_is_asked_for_at_the_next_server() {
    let mut desk = registered();
    let package = Package::Dialog(0);
    let _ = desk.command(Command::Subscribe { extension: E1, package, target: "101" });
    let first = desk.next("SUBSCRIBE");
    desk.reply(&first, "503 Service Unavailable", "p", "Retry-After: 600\r\n", "");
    let second = desk.next("SUBSCRIBE");
    assert_repeated(&first, &second);
    desk.reply(&second, "503 Service Unavailable", "p", "", "");
    desk.silent();
    let active = |event: &Event| matches!(event, Event::Subscribed { standing: Standing::Active, .. });
    assert!(!desk.events().iter().any(active), "each server once");
    // A server without subscriptions is a server for calls.
    let _ = desk.call("5551234");
    assert_eq!(at(&desk.next("INVITE")), A);
}

#[test]
fn compact_or_not_only_the_via_is_another() {
    for text in [
        "INFO sip:a@b SIP/2.0\r\nVia: old\r\nCSeq: 1 INFO\r\n\r\nbody",
        "INFO sip:a@b SIP/2.0\r\nv: old\r\nl: 0\r\n\r\n",
    ] {
        let mut room = [0; 200];
        let mut out = crate::base::Writer::new(&mut room);
        compose::reroute(&mut out, text.as_bytes(), b"new", None);
        let name = HeaderName::Via.as_str();
        let expected = text.replace("Via: old", "v: old").replace("v: old", &std::format!("{name}: new"));
        assert_eq!(std::str::from_utf8(out.written()).unwrap(), expected);
    }
}
