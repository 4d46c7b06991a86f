//! Calls and other requests that come in, from a peer that is written by hand.

use std::format;

use super::desk::{CONTACT, Desk, SDP, request};
use crate::base::text;
use crate::transaction::ConnectionId;
use crate::ua::{Command, EndReason, Event, ExtensionId};

#[test]
fn rfc3261_13_3_1_4_an_offer_in_the_200_is_answered_in_the_ack() {
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, ""));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let accepted = desk.next("200");
    assert!(accepted.body().contains("m=audio"));
    let tag = accepted.param("To", "tag");
    desk.receive(&request("ACK", 1, &tag, "", SDP));
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4000);

    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, ""));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let tag = desk.next("200").param("To", "tag");
    desk.receive(&request("ACK", 1, &tag, "", ""));
    let bye = desk.next("BYE");
    assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: EndReason::Lost }));
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}

#[test]
fn rfc3261_14_2_changes_by_the_peer() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    // With an offer.
    let moved = SDP.replace("4000", "4100");
    desk.receive(&request("INVITE", 2, &tag, "Contact: <sip:peer@192.0.2.9:7000>\r\n", &moved));
    let _ = desk.next("200");
    assert_eq!(desk.events(), [Event::Media(id)]);
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4100);
    // Another one before its ACK (§14.2).
    desk.receive(&request("INVITE", 3, &tag, CONTACT, SDP));
    let early = desk.next("500");
    assert!(early.header("Retry-After").parse::<u32>().unwrap() <= 10);
    desk.receive(&request("ACK", 2, &tag, "", ""));
    // Without: our offer, their answer in the ACK.
    desk.receive(&request("INVITE", 4, &tag, CONTACT, ""));
    let offered = desk.next("200");
    assert!(offered.body().contains("m=audio"));
    desk.receive(&request("ACK", 4, &tag, "", &SDP.replace("4000", "4200")));
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4200);
    // One that we cannot take leaves everything as it is.
    desk.receive(&request("INVITE", 5, &tag, CONTACT, &SDP.replace("AVP 0", "AVP 99")));
    let refused = desk.next("488");
    assert!(refused.header("Warning").starts_with("305 "));
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4200);
    // While ours is under way.
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    assert!(hold.start().starts_with("INVITE sip:peer@192.0.2.9:5062 "), "the newest target");
    desk.receive(&request("INVITE", 6, &tag, CONTACT, SDP));
    let _ = desk.next("491");
    // §12.2.2: an old one.
    desk.receive(&request("OPTIONS", 3, &tag, "", ""));
    let _ = desk.next("500");
    desk.reply(&hold, "200 OK", "", CONTACT, SDP);
    let _ = desk.next("ACK");
    desk.receive(&request("BYE", 8, &tag, "", ""));
    let _ = desk.next("200");
    desk.assert_empty();
}

#[test]
fn rfc3261_9_2_a_cancel_that_overtook_its_invite_has_one_answer_and_still_ends_the_call() {
    let mut desk = Desk::new();
    let cancel = request("CANCEL", 1, "", "", "");
    desk.receive(&cancel);
    assert_eq!(desk.next("481").header("CSeq"), "1 CANCEL");
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let id = desk.end.incoming();
    desk.receive(&cancel);
    assert_eq!(desk.next("481").header("CSeq"), "1 CANCEL");
    assert_eq!(desk.next("487").header("CSeq"), "1 INVITE");
    assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: EndReason::Cancelled }));
}

#[test]
fn rfc3261_9_2_cancel() {
    for (reason, end) in [
        ("", EndReason::Cancelled),
        ("Reason: Q.850;cause=16\r\n", EndReason::Cancelled),
        ("Reason: SIP ;cause=200 ;text=\"Call completed elsewhere\"\r\n", EndReason::AnsweredElsewhere),
    ] {
        let mut desk = Desk::new();
        desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
        let id = desk.end.incoming();
        let _ = desk.command(Command::Ring(id));
        let tag = desk.next("180").param("To", "tag");
        desk.receive(&request("CANCEL", 1, "", reason, ""));
        assert_eq!(desk.next("200").header("CSeq"), "1 CANCEL");
        assert_eq!(desk.next("487").param("To", "tag"), tag);
        assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: end }));
        desk.receive(&request("ACK", 1, &tag, "", "").replace("bKACK1", "bKINVITE1"));
        desk.silent();
        desk.assert_empty();
    }
    // Too late: the call is answered.
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let tag = desk.next("200").param("To", "tag");
    desk.receive(&request("CANCEL", 1, "", "", ""));
    assert_eq!(desk.next("200").header("CSeq"), "1 CANCEL");
    desk.receive(&request("ACK", 1, &tag, "", ""));
    assert_eq!(desk.events().last(), Some(&Event::Answered(id)));
}

#[test]
fn the_caller_does_not_wait_for_ever() {
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", &format!("Expires: 20\r\n{CONTACT}"), SDP));
    let id = desk.end.incoming();
    desk.run_ms(20_000);
    let _ = desk.next("100");
    let _ = desk.next("487");
    assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: EndReason::Cancelled }));
    desk.forget();
    // §15.1.2: BYE within the early dialog.
    desk.receive(&request("INVITE", 5, "", CONTACT, SDP).replace("Call-ID: c", "Call-ID: d"));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let tag = desk.next("180").param("To", "tag");
    desk.receive(&request("INVITE", 6, &tag, CONTACT, SDP).replace("Call-ID: c", "Call-ID: d"));
    let _ = desk.next("500");
    desk.receive(&request("BYE", 7, &tag, "", "").replace("Call-ID: c", "Call-ID: d"));
    assert_eq!(desk.next("200").header("CSeq"), "7 BYE");
    let _ = desk.next("487");
    desk.forget();
    desk.assert_empty();
}

#[test]
fn rfc3261_13_3_1_1_ringing_is_repeated_every_minute() {
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let ringing = desk.next("180");
    desk.run_ms(60_000);
    assert_eq!(desk.next("180").text, ringing.text);
    desk.run_ms(239_900);
    desk.forget();
    desk.run_ms(200);
    let _ = desk.next("487");
}

#[test]
fn rfc3261_8_2_2_2_a_request_by_two_ways() {
    let mut desk = Desk::new();
    let invite = request("INVITE", 1, "", CONTACT, SDP);
    desk.receive(&invite);
    desk.receive(&invite.replace("bKINVITE1", "bKINVITE9"));
    let _ = desk.next("482");
    // The same way once more is a retransmission.
    desk.receive(&invite);
    let _ = desk.next("100");
    desk.silent();
}

#[test]
fn rfc3581_4_where_answers_go() {
    let mut desk = Desk::new();
    let invite = request("INVITE", 1, "", CONTACT, SDP);
    desk.arrival.remote = "198.51.100.7:40000".parse().unwrap();
    desk.receive(&invite.replace(";branch", ";rport;branch"));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let ringing = desk.next("180");
    assert_eq!(ringing.hop.remote, desk.arrival.remote);
    let via = ringing.header("Via");
    assert!(via.contains("received=198.51.100.7") && via.contains("rport=40000"), "{via}");
    // Without rport: to the port of the sent-by, at the address that it came from (RFC 3261 §18.2.2).
    let other = |text: &str| text.replace("Call-ID: c", "Call-ID: d").replace("bKINVITE1", "bKINVITE2");
    desk.receive(&other(&invite));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let ringing = desk.next("180");
    assert_eq!(ringing.hop.remote, "198.51.100.7:5062".parse().unwrap());
    assert!(ringing.header("Via").contains("received=198.51.100.7"));
}

#[test]
fn rfc3261_18_2_2_answers_take_the_connection_of_the_request() {
    let mut desk = Desk::new();
    desk.over_tcp();
    let tcp = |text: std::string::String| text.replace("/UDP", "/TCP");
    desk.receive(&tcp(request("INVITE", 1, "", CONTACT, SDP)));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let accepted = desk.next("200");
    assert_eq!(accepted.hop, desk.arrival);
    assert_eq!(accepted.hop.connection, Some(ConnectionId(3)));
    desk.run_ms(500);
    let _ = desk.next("200");
    let tag = accepted.param("To", "tag");
    desk.receive(&tcp(request("ACK", 1, &tag, "", "")));
    desk.receive(&tcp(request("BYE", 2, &tag, "", "")));
    assert_eq!(desk.next("200").hop, desk.arrival);
    desk.assert_empty();
}

#[test]
fn which_extension_is_called() {
    let mut desk = Desk::new();
    let second = ExtensionId::new(2).unwrap();
    desk.account(second, |account| account.user = text::exact("a b").unwrap());
    let to = |user: &str, call: &str| {
        let text = request("INVITE", 1, "", CONTACT, SDP).replace("Call-ID: c", &format!("Call-ID: {call}"));
        text.replace("INVITE sip:alice", &format!("INVITE sip:{user}"))
            .replace("bKINVITE1", &format!("bK{call}"))
    };
    desk.receive(&to("%61%20b", "one"));
    let id = desk.end.incoming();
    assert_eq!(desk.end.ua.session(id).unwrap().extension, second, "two accounts on one port");
    desk.receive(&to("nobody", "two"));
    let _ = desk.next("404");
    desk.arrival.local_port = 5_061;
    desk.receive(&to("alice", "three"));
    let _ = desk.next("404");
}

#[test]
fn rfc3261_8_2_what_is_not_let_in() {
    let cases = [
        (request("INVITE", 1, "", CONTACT, SDP).replace("application/sdp", "text/plain"), "415", "Accept"),
        (request("INVITE", 2, "", &format!("Require: 100rel, x\r\n{CONTACT}"), SDP), "420", "Unsupported"),
        (request("INVITE", 3, "", &format!("Accept: text/plain\r\n{CONTACT}"), SDP), "406", "Accept"),
        (request("INVITE", 4, "", CONTACT, "v=0\r\ngarbage\r\n"), "488", "To"),
        (request("INVITE", 5, "", "", SDP), "400", "To"),
        (
            request("INVITE", 6, "", &format!("{CONTACT}Record-Route: <sip:{}>\r\n", "h".repeat(500)), SDP),
            "513",
            "To",
        ),
        (request("INVITE", 7, "", &format!("Contact: <sip:{}@h>\r\n", "u".repeat(300)), SDP), "513", "To"),
        (
            request("INVITE", 8, "", CONTACT, SDP)
                .replace("Call-ID: c", &format!("Call-ID: {}", "c".repeat(200))),
            "513",
            "To",
        ),
        (request("OPTIONS", 9, "", "", ""), "200", "Allow"),
        (request("BYE", 10, "nobody", "", ""), "481", "To"),
        (request("PUBLISH", 11, "nobody", "", ""), "405", "Allow"),
        (
            request("INVITE", 12, "", CONTACT, SDP).replace("sip:alice@192.0.2.1 SIP", "http://x SIP"),
            "416",
            "To",
        ),
    ];
    let mut desk = Desk::new();
    for (text, status, header) in cases {
        desk.receive(&text);
        let answer = desk.next(status);
        assert!(!answer.header(header).is_empty(), "{}", answer.text);
        assert!(answer.header("To").contains(";tag="), "{}", answer.text);
        desk.silent();
        // The same request has the same answer.
        desk.receive(&text);
        assert_eq!(desk.next(status).header("To"), answer.header("To"));
        assert!(desk.events().is_empty());
    }
    assert_eq!(desk.end.ua.load(), (0, 0));
}

#[test]
fn an_answer_outlives_its_transaction() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    let bye = request("BYE", 2, &tag, "", "");
    desk.receive(&bye);
    let _ = desk.next("200");
    desk.run_ms(200_000);
    assert_eq!(desk.end.ua.load(), (0, 0));
    desk.receive(&bye);
    let _ = desk.next("200");
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    desk.silent();
    assert_eq!(desk.end.ua.load(), (0, 0), "a call that is over does not ring again");
}

#[test]
fn a_lost_ack_is_made_up_for_by_bye() {
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let tag = desk.next("200").param("To", "tag");
    desk.receive(&request("BYE", 2, &tag, "", ""));
    let _ = desk.next("200");
    assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: EndReason::Remote }));
    desk.run_ms(3_000);
    desk.silent();
    desk.assert_empty();
}

#[test]
fn rfc3261_15_the_callee_hangs_up_after_the_ack() {
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let tag = desk.next("200").param("To", "tag");
    let _ = desk.command(Command::End(id));
    desk.silent();
    desk.receive(&request("ACK", 1, &tag, "", ""));
    let bye = desk.next("BYE");
    assert_eq!(bye.header("Contact"), "<sip:alice@192.0.2.1:5060>");
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}

/// Found by the fuzz body: the INVITE's transaction was forgotten, and stayed for ever.
#[test]
fn rfc3261_13_3_1_4_an_ack_before_the_answer_means_nothing() {
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, ""));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let tag = desk.next("180").param("To", "tag");
    desk.receive(&request("ACK", 1, &tag, "", SDP));
    assert_eq!(desk.end.ua.session(id).map(|session| session.media.is_some()), Some(false));
    let _ = desk.command(Command::End(id));
    let refused = desk.next("480");
    desk.receive(&response_ack(&refused));
    desk.assert_empty();
}

fn response_ack(refused: &super::desk::Sent) -> std::string::String {
    let tag = refused.param("To", "tag");
    request("ACK", 1, &tag, "", "").replace("bKACK1", "bKINVITE1")
}
