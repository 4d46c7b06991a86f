//! Calls that we make, to a peer that is written by hand.

use std::format;
use std::string::String;

use super::desk::{CONTACT, Desk, SDP, Sent, request, response};
use super::link::E1;
use crate::base::text;
use crate::ua::{Command, EndReason, Event, Input, Invite, Outcome, Refusal, SessionId};

const PEER: &str = "peer@192.0.2.9:5062";

fn ended(session: SessionId, reason: EndReason) -> Option<Event> {
    Some(Event::Ended { session, reason })
}

fn asked(nonce: &str) -> String {
    format!("Proxy-Authenticate: Digest realm=\"edge\", nonce=\"{nonce}\", qop=\"auth\"\r\n")
}

#[test]
fn rfc3261_22_3_challenged_requests_of_a_call() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let first = desk.next("INVITE");
    desk.reply(&first, "407 Proxy Authentication Required", "p", &asked("n1"), "");
    let ack = desk.next("ACK");
    let second = desk.next("INVITE");
    assert_eq!((ack.header("Via"), ack.header("CSeq")), (first.header("Via"), "1 ACK"), "§17.1.1.3");
    assert!(ack.header("To").ends_with(";tag=p"));
    assert_eq!(second.header("CSeq"), "2 INVITE");
    assert_ne!(second.param("Via", "branch"), first.param("Via", "branch"));
    assert_eq!(
        (second.header("Call-ID"), second.header("From")),
        (first.header("Call-ID"), first.header("From"))
    );
    assert_eq!(second.param("Proxy-Authorization", "nc"), "00000001");
    desk.reply(&second, "200 OK", "peer", CONTACT, SDP);
    let ack = desk.next("ACK");
    assert_eq!(ack.header("CSeq"), "2 ACK");
    assert_eq!(ack.header("Proxy-Authorization"), second.header("Proxy-Authorization"), "§22.1");
    assert_ne!(ack.header("Via"), second.header("Via"));

    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    assert_eq!(hold.param("Proxy-Authorization", "nc"), "00000002");
    let stale = "Proxy-Authenticate: Digest realm=\"edge\", nonce=\"n2\", stale=true, qop=\"auth\"\r\n";
    desk.reply(&hold, "407 Proxy Authentication Required", "", stale, "");
    let _ = desk.next("ACK");
    let hold = desk.next("INVITE");
    assert_eq!(
        (hold.header("CSeq"), hold.param("Proxy-Authorization", "nonce").as_str()),
        ("4 INVITE", "n2")
    );
    desk.reply(&hold, "200 OK", "", CONTACT, SDP);
    let _ = desk.next("ACK");
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    desk.reply(&bye, "407 Proxy Authentication Required", "", &asked("n3"), "");
    let bye = desk.next("BYE");
    assert_eq!((bye.header("CSeq"), bye.param("Proxy-Authorization", "nonce").as_str()), ("6 BYE", "n3"));
    desk.reply(&bye, "407 Proxy Authentication Required", "", &asked("n4"), "");
    desk.silent();
    desk.assert_empty();
}

#[test]
fn rfc3261_13_2_2_4_each_answer_of_a_fork_is_acknowledged_and_the_later_ones_ended() {
    let mut desk = Desk::new();
    let (id, invite) = desk.calling();
    let other = "Contact: <sip:other@192.0.2.10:5070>\r\n";
    desk.reply(&invite, "200 OK", "other", other, SDP);
    let ack = desk.next("ACK sip:other@192.0.2.10:5070");
    assert!(ack.header("To").ends_with(";tag=other"));
    let _ = desk.next("BYE sip:other@192.0.2.10:5070");
    // One BYE a dialog, however often the answer comes.
    desk.reply(&invite, "200 OK", "other", other, SDP);
    assert_eq!(desk.next("ACK").text, ack.text);
    desk.silent();
    assert!(desk.end.ua.session(id).is_some());
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE sip:peer@192.0.2.9:5062");
    desk.reply(&bye, "200 OK", "", "", "");
    // A third branch after the session is over.
    desk.forget();
    desk.reply(&invite, "200 OK", "late", other, SDP);
    assert_eq!(desk.next("ACK").header("CSeq"), "1 ACK");
    let bye = desk.next("BYE sip:other@192.0.2.10:5070");
    assert!(bye.header("To").ends_with(";tag=late"));
    desk.forget();
    desk.assert_empty();
}

#[test]
fn rfc3960_early_media_and_an_answer_from_elsewhere() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "100 Trying", "", "", "");
    desk.reply(&invite, "183 Session Progress", "gateway", CONTACT, SDP);
    assert_eq!(desk.events(), [Event::Progress { session: id, status: 183, early_media: true }]);
    let media = desk.end.ua.session(id).unwrap().media.unwrap();
    assert_eq!((media.remote.port(), media.receive), (4000, true));
    desk.reply(&invite, "180 Ringing", "phone", "", "");
    assert_eq!(desk.events(), [Event::Progress { session: id, status: 180, early_media: false }]);
    desk.reply(&invite, "200 OK", "phone", CONTACT, &SDP.replace("4000", "6000"));
    let _ = desk.next("ACK");
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 6000);
    assert_eq!(desk.events(), [Event::Answered(id)]);
}

#[test]
fn an_answer_without_usable_media_is_acknowledged_and_ended() {
    for body in ["", "v=0\r\n", &SDP.replace("AVP 0", "AVP 99")] {
        let mut desk = Desk::new();
        let id = desk.call(PEER);
        let invite = desk.next("INVITE");
        desk.reply(&invite, "200 OK", "peer", CONTACT, body);
        let _ = desk.next("ACK");
        let bye = desk.next("BYE");
        assert_eq!(desk.events().last().copied(), ended(id, EndReason::Failed(488)));
        desk.reply(&bye, "200 OK", "", "", "");
        desk.assert_empty();
    }
}

#[test]
fn rfc3261_8_1_3_4_redirections_have_a_bound() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    for hop in 0..5 {
        let invite = desk.next("INVITE");
        assert_eq!(invite.header("CSeq"), format!("{} INVITE", hop + 1));
        let contact = format!("Contact: <sip:u{hop}@192.0.2.9:5062>\r\n");
        desk.reply(&invite, "302 Moved Temporarily", "r", &contact, "");
        let _ = desk.next("ACK");
    }
    let invite = desk.next("INVITE sip:u4@192.0.2.9:5062");
    desk.reply(&invite, "302 Moved Temporarily", "r", "Contact: <sip:u9@192.0.2.9:5062>\r\n", "");
    let _ = desk.next("ACK");
    desk.silent();
    assert_eq!(desk.events().last().copied(), ended(id, EndReason::Failed(302)));
    desk.assert_empty();
}

#[test]
fn rfc3261_12_2_1_1_route_sets() {
    let mut desk = Desk::with(|account| account.outbound_proxy_in_dialog = false);
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    let routes = "Record-Route: <sip:192.0.2.31;lr>, <sip:192.0.2.30:5080;lr>\r\n";
    desk.reply(&invite, "200 OK", "peer", &format!("{routes}{CONTACT}"), SDP);
    let ack = desk.next("ACK sip:peer@192.0.2.9:5062");
    assert_eq!(ack.header("Route"), "<sip:192.0.2.30:5080;lr>, <sip:192.0.2.31;lr>");
    assert_eq!(ack.hop.remote, "192.0.2.30:5080".parse().unwrap());
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE sip:peer@192.0.2.9:5062");
    assert_eq!((bye.header("Route"), bye.hop.remote), (ack.header("Route"), ack.hop.remote));

    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    let routes = "Record-Route: <sip:192.0.2.30>\r\n";
    desk.reply(&invite, "200 OK", "peer", &format!("{routes}{CONTACT}"), SDP);
    let ack = desk.next("ACK sip:192.0.2.30 ");
    assert_eq!(ack.header("Route"), "<sip:peer@192.0.2.9:5062>", "a strict router");
    let _ = desk.command(Command::End(id));
    assert_eq!(desk.next("BYE sip:192.0.2.30 ").hop.remote, "192.0.2.30:5060".parse().unwrap());
}

#[test]
fn whom_we_call_and_who_we_are() {
    let mut desk = Desk::new();
    let _ = desk.call("a b#1");
    assert_eq!(desk.next("INVITE").start(), "INVITE sip:a%20b%231@192.0.2.99 SIP/2.0");
    let anonymous = Invite {
        extension: E1,
        target: "5551234",
        anonymous: true,
        codecs: None,
        secure: None,
        appearance: None,
    };
    let Outcome::Session(_) = desk.command(Command::Invite(anonymous)) else { panic!("no session") };
    let invite = desk.next("INVITE sip:5551234@192.0.2.99 ");
    assert!(invite.header("From").starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="));
    assert_eq!(invite.header("Privacy"), "id");
    assert!(invite.header("To").starts_with("<sip:5551234@192.0.2.99>"));
    assert_eq!(invite.header("Expires"), "240");
    for target in ["", "sip:", "sip:@", &"9".repeat(300)] {
        let invite =
            Invite { extension: E1, target, anonymous: false, codecs: None, secure: None, appearance: None };
        assert_eq!(desk.command(Command::Invite(invite)), Outcome::Refused(Refusal::BadTarget), "{target}");
    }
}

#[test]
fn a_page_asks_to_be_answered_by_itself_also_with_credentials() {
    let mut desk = Desk::new();
    let page = Invite {
        extension: E1,
        target: PEER,
        anonymous: false,
        codecs: None,
        secure: None,
        appearance: None,
    };
    let Outcome::Session(_) = desk.command(Command::Page(page)) else { panic!("no session") };
    let first = desk.next("INVITE");
    assert_eq!(first.header("Call-Info"), "<sip:192.0.2.99>;answer-after=0");
    let challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n";
    desk.reply(&first, "401 Unauthorized", "peer", challenge, "");
    let _ack = desk.next("ACK");
    assert_eq!(desk.next("INVITE").header("Call-Info"), "<sip:192.0.2.99>;answer-after=0");
    let _ = desk.call("600");
    assert!(!desk.next("INVITE sip:600@").text.contains("answer-after"));
}

#[test]
fn rfc3261_13_2_1_the_time_to_answer_is_over() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "180 Ringing", "peer", "", "");
    desk.run_ms(240_000);
    let cancel = desk.next("CANCEL");
    assert_eq!((cancel.header("Via"), cancel.header("CSeq")), (invite.header("Via"), "1 CANCEL"));
    assert_eq!(desk.events().last().copied(), ended(id, EndReason::Failed(408)));
    desk.reply(&cancel, "200 OK", "peer", "", "");
    desk.reply(&invite, "487 Request Terminated", "peer", "", "");
    let _ = desk.next("ACK");
    desk.assert_empty();
}

#[test]
fn rfc3261_14_1_a_change_that_fails() {
    let cases = [
        ("488 Not Acceptable Here", None),
        ("503 Service Unavailable", None),
        ("481 Call/Transaction Does Not Exist", Some(EndReason::Lost)),
        ("408 Request Timeout", Some(EndReason::Lost)),
    ];
    for (status, end) in cases {
        let mut desk = Desk::new();
        let (id, _) = desk.calling();
        let _ = desk.command(Command::Hold(id));
        let hold = desk.next("INVITE");
        desk.reply(&hold, status, "", "", "");
        let code: u16 = status.split(' ').next().unwrap().parse().unwrap();
        if let Some(reason) = end {
            assert_eq!(desk.events().last().copied(), ended(id, reason));
            let _ = desk.next("ACK");
            let bye = desk.next("BYE");
            desk.reply(&bye, "200 OK", "", "", "");
        } else {
            let _ = desk.next("ACK");
            assert_eq!(desk.events(), [Event::MediaFailed { session: id, status: code }]);
            let session = desk.end.ua.session(id).unwrap();
            assert!(!session.on_hold && session.media.unwrap().send);
            let _ = desk.command(Command::End(id));
            let bye = desk.next("BYE");
            desk.reply(&bye, "200 OK", "", "", "");
        }
        desk.assert_empty();
    }
    // No answer at all (§12.2.1.2).
    let mut desk = Desk::new();
    let (id, _) = desk.calling();
    let _ = desk.command(Command::Hold(id));
    desk.run_ms(32_000);
    assert_eq!(desk.events().last().copied(), ended(id, EndReason::Lost));
    desk.forget();
    desk.assert_empty();
}

#[test]
fn rfc3264_8_4_hold_pressed_twice_settles_on_the_last_wish() {
    let mut desk = Desk::new();
    let (id, _) = desk.calling();
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    assert!(
        hold.body().contains("a=sendonly") && hold.body().contains("c=IN IP4 0.0.0.0"),
        "{}",
        hold.body()
    );
    let _ = desk.command(Command::Resume(id));
    desk.silent();
    desk.reply(&hold, "200 OK", "", CONTACT, &format!("{SDP}a=recvonly\r\n"));
    let _ = desk.next("ACK");
    let resume = desk.next("INVITE");
    assert!(!resume.body().contains("a=sendonly") && resume.body().contains("c=IN IP4 192.0.2.1"));
    desk.reply(&resume, "200 OK", "", CONTACT, SDP);
    let _ = desk.next("ACK");
    desk.silent();
    let session = desk.end.ua.session(id).unwrap();
    assert!(!session.on_hold && session.media.unwrap().receive);
}

#[test]
fn rfc3264_8_4_hold_without_the_address_and_while_the_peer_holds() {
    let mut desk = Desk::new();
    desk.end.ua.settings_mut().rfc2543_hold = false;
    let (id, _) = desk.calling();
    let tag = desk.own_tag(id);
    let held = format!("{SDP}a=sendonly\r\n");
    let call = desk.own_call(id);
    let theirs = |text: String| text.replace("Call-ID: c", &format!("Call-ID: {call}"));
    desk.receive(&theirs(request("INVITE", 7, &tag, CONTACT, &held)));
    let answer = desk.next("200");
    assert!(answer.body().contains("a=recvonly"), "{}", answer.body());
    desk.receive(&theirs(request("ACK", 7, &tag, "", "")));
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    assert!(hold.body().contains("a=sendonly") && hold.body().contains("c=IN IP4 192.0.2.1"));
    desk.reply(&hold, "200 OK", "", CONTACT, &format!("{SDP}a=inactive\r\n"));
    let _ = desk.next("ACK");
    let media = desk.end.ua.session(id).unwrap().media.unwrap();
    assert!(media.held_by_peer && !media.send && !media.receive);
}

#[test]
fn rfc3261_15_both_hang_up_at_once() {
    let mut desk = Desk::new();
    let (id, _) = desk.calling();
    let tag = desk.own_tag(id);
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    let call = format!("Call-ID: {}", desk.own_call(id));
    desk.receive(&request("BYE", 1, &tag, "", "").replace("Call-ID: c", &call));
    let _ = desk.next("200");
    desk.reply(&bye, "481 Call/Transaction Does Not Exist", "", "", "");
    desk.silent();
    desk.assert_empty();
}

#[test]
fn over_a_connection_nothing_is_repeated_but_the_2xx() {
    use crate::transaction::Transport;
    let mut desk = Desk::with(|account| account.transport = Transport::Tcp);
    let id = desk.call("5551234");
    let invite = desk.next("INVITE");
    assert_eq!(invite.hop.transport, Transport::Tcp);
    assert!(invite.header("Via").starts_with("SIP/2.0/TCP "));
    assert!(invite.header("Contact").contains(";transport=tcp"));
    desk.run_ms(31_000);
    desk.silent();
    desk.run_ms(1_000);
    assert_eq!(desk.events().last().copied(), ended(id, EndReason::Failed(408)));

    let id = desk.call("5551234");
    let invite = desk.next("INVITE");
    let _ = desk.step(Input::Unreachable(invite.hop));
    assert_eq!(desk.events().last().copied(), ended(id, EndReason::Failed(503)));
    desk.assert_empty();
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "one address a name")]
fn rfc3263_4_3_a_call_goes_on_to_the_next_address() {
    let mut desk = Desk::with(|account| account.proxy = text::exact("sip.example.com").unwrap());
    let id = desk.call("5551234");
    let ticket = desk.end.ua.poll_resolve().unwrap().ticket;
    let addresses = ["192.0.2.20".parse().unwrap(), "192.0.2.21".parse().unwrap()];
    desk.resolve(ticket, &addresses);
    let first = desk.next("INVITE");
    let _ = desk.step(Input::Unreachable(first.hop));
    let second: Sent = desk.next("INVITE");
    assert_eq!((first.hop.remote.ip(), second.hop.remote.ip()), (addresses[0], addresses[1]));
    let _ = desk.step(Input::Unreachable(second.hop));
    assert_eq!(desk.events().last().copied(), ended(id, EndReason::Failed(503)));

    // Nobody resolves the name: the call fails after ten seconds.
    let mut desk = Desk::with(|account| account.proxy = text::exact("sip.example.com").unwrap());
    let id = desk.call("5551234");
    desk.run_ms(10_000);
    assert_eq!(desk.events().last().copied(), ended(id, EndReason::Failed(503)));
}

#[test]
fn a_response_that_is_not_for_us_changes_nothing() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    let good = response(&invite, "200 OK", "peer", CONTACT, SDP);
    let own = invite.param("Via", "branch");
    for bad in [
        good.replace(&own, "z9hG4bKother"),
        good.replace("1 INVITE", "1 BYE"),
        good.replacen("Via:", "Via: SIP/2.0/UDP 192.0.2.8;branch=z9hG4bKx\r\nVia:", 1),
        good.replace("CSeq", "CSick"),
    ] {
        desk.receive(&bad);
        desk.silent();
        assert!(desk.events().is_empty());
    }
    desk.receive(&good);
    let _ = desk.next("ACK");
    assert_eq!(desk.events(), [Event::Answered(id)]);
}

#[test]
fn a_change_that_is_never_answered_ends_with_its_session() {
    let mut desk = Desk::new();
    let (id, _) = desk.calling();
    let tag = desk.own_tag(id);
    let call = format!("Call-ID: {}", desk.own_call(id));
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    desk.reply(&hold, "100 Trying", "", "", "");
    desk.receive(&request("BYE", 1, &tag, "", "").replace("Call-ID: c", &call));
    let _ = desk.next("200");
    desk.assert_empty();

    let (id, _) = desk.calling();
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    desk.reply(&hold, "100 Trying", "", "", "");
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}
