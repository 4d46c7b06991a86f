//! Keys in INFO requests.

use std::format;
use std::string::String;

use super::desk::{CONTACT, Desk, SDP, request};
use crate::base::text;
use crate::limits;
use crate::rtp::telephone_event::Digit;
use crate::ua::{Command, EndReason, Event, Outcome, Refusal, SessionId};

fn digit(key: char) -> Digit {
    Digit::from_char(key).unwrap()
}

fn press(desk: &mut Desk, session: SessionId, key: char) -> Outcome {
    desk.command(Command::SendDigit { session, digit: digit(key), duration_ms: 120 })
}

fn info(cseq: u32, tag: &str, kind: &str, extra: &str, body: &str) -> String {
    let text = request("INFO", cseq, tag, extra, body);
    text.replace("Content-Type: application/sdp", &format!("Content-Type: {kind}"))
}

#[test]
fn rfc6086_2_one_info_at_a_time_and_the_others_wait() {
    let mut desk = Desk::new();
    let (id, _) = desk.calling();
    assert_eq!(press(&mut desk, id, '1'), Outcome::Done);
    let first = desk.next("INFO sip:peer@192.0.2.9:5062 ");
    assert_eq!(first.header("Content-Type"), "application/dtmf-relay");
    assert_eq!(first.body(), "Signal=1\r\nDuration=120\r\n");
    assert_eq!(press(&mut desk, id, '2'), Outcome::Done);
    desk.silent();
    desk.reply(&first, "200 OK", "", "", "");
    let second = desk.next("INFO");
    assert_eq!(second.body(), "Signal=2\r\nDuration=120\r\n");
    assert_eq!(second.header("CSeq"), "3 INFO");
    // A far end that does not know INFO is no reason to end the call, nor to keep the next digit.
    desk.reply(&second, "501 Not Implemented", "", "", "");
    desk.silent();
    desk.end.ua.settings_mut().dtmf_relay_type = text::exact("application/dtmf").unwrap();
    let _ = press(&mut desk, id, '#');
    let third = desk.next("INFO");
    assert_eq!((third.header("Content-Type"), third.body()), ("application/dtmf", "#"));
    let waiting = limits::INFO_DIGITS_WAITING;
    for _ in 1..waiting {
        assert_eq!(press(&mut desk, id, '5'), Outcome::Done);
    }
    assert_eq!(press(&mut desk, id, '6'), Outcome::Refused(Refusal::Full));
    // §12.2.1.2: the far end has no such call.
    desk.reply(&third, "481 Call/Transaction Does Not Exist", "", "", "");
    assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: EndReason::Lost }));
    let bye = desk.next("BYE");
    desk.silent();
    desk.reply(&bye, "481 Call/Transaction Does Not Exist", "", "", "");
    desk.assert_empty();
}

#[test]
fn a_challenged_digit_is_sent_again_and_one_without_an_answer_ends_the_call() {
    let mut desk = Desk::new();
    let (id, _) = desk.calling();
    let _ = press(&mut desk, id, '7');
    let first = desk.next("INFO");
    let asked = "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n";
    desk.reply(&first, "407 Proxy Authentication Required", "", asked, "");
    let again = desk.next("INFO");
    assert_eq!(again.body(), first.body());
    assert_eq!(again.param("Proxy-Authorization", "realm"), "r");
    desk.reply(&again, "407 Proxy Authentication Required", "", asked, "");
    desk.silent();
    let _ = press(&mut desk, id, '8');
    assert!(desk.next("INFO").body().starts_with("Signal=8"), "refused digits do not come back");
    desk.run_ms(32_000);
    assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: EndReason::Lost }));
    desk.forget();
    desk.assert_empty();
}

#[test]
fn digits_are_for_calls_that_are_answered() {
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let id = desk.end.incoming();
    assert_eq!(press(&mut desk, id, '1'), Outcome::Refused(Refusal::WrongState));
    let _ = desk.command(Command::End(id));
    assert_eq!(press(&mut desk, id, '1'), Outcome::Refused(Refusal::NoSession));
}

#[test]
fn rfc6086_4_2_2_what_the_peer_sends() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    desk.receive(&info(2, &tag, "application/dtmf-relay", "", "Signal=9\r\nDuration=250\r\n"));
    let _ = desk.next("200");
    let heard = |key, duration_ms| Event::Digit { session: id, digit: digit(key), duration_ms };
    assert_eq!(desk.events(), [heard('9', 250)]);
    desk.receive(&info(3, &tag, "application/dtmf", "", "*"));
    let _ = desk.next("200");
    assert_eq!(desk.events(), [heard('*', 160)]);
    // Nothing at all is a keep-alive.
    desk.receive(&request("INFO", 4, &tag, "", ""));
    let _ = desk.next("200");
    desk.receive(&info(5, &tag, "application/dtmf-relay", "", "Duration=250\r\n"));
    let _ = desk.next("400");
    desk.receive(&info(6, &tag, "application/media_control+xml", "", "<x/>"));
    assert_eq!(
        desk.next("415").header("Accept"),
        "application/dtmf-relay, application/dtmf, application/x-sipura-secure"
    );
    desk.receive(&info(7, &tag, "application/x", "Info-Package: x\r\n", "x"));
    assert!(desk.next("469").text.contains("\r\nRecv-Info: \r\n"));
    desk.receive(&info(8, &tag, "application/dtmf", "Info-Package: x\r\n", "1"));
    let _ = desk.next("469");
    desk.receive(&info(9, "none", "application/dtmf", "", "1"));
    let _ = desk.next("481");
    assert_eq!(desk.events(), [], "no digit, and the call goes on");
    desk.receive(&request("INVITE", 10, "", CONTACT, "1").replace("application/sdp", "application/dtmf"));
    let _ = desk.next("415");
}
