//! Provisional responses that are acknowledged (RFC 3262), early media (RFC 3960) and what else comes before
//! the answer.

use std::format;
use std::string::{String, ToString};

use super::desk::{CONTACT, Desk, SDP, request};
use crate::ua::{Command, EndReason, Event};

const PEER: &str = "peer@192.0.2.9:5062";

fn numbered(rseq: u32) -> String {
    format!("Require: 100rel\r\nRSeq: {rseq}\r\n{CONTACT}")
}

fn prack(cseq: u32, tag: &str, rack: &str, body: &str) -> String {
    request("PRACK", cseq, tag, &format!("RAck: {rack}\r\n"), body)
}

/// An incoming call that rings reliably; our tag and the RSeq.
fn ringing(desk: &mut Desk, extra: &str, body: &str) -> (crate::ua::SessionId, String, u32) {
    desk.receive(&request("INVITE", 1, "", &format!("{extra}{CONTACT}"), body));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let sent = desk.next("180");
    assert_eq!(sent.header("Require"), "100rel");
    assert_eq!(sent.body().is_empty(), !body.is_empty(), "an offer only where none came");
    (id, sent.param("To", "tag"), sent.header("RSeq").parse().unwrap())
}

#[test]
fn rfc3262_3_who_gets_numbered_responses() {
    let cases = [
        ("Require: 100rel\r\n", false, true),
        ("Supported: timer, 100rel\r\n", false, false),
        ("Supported: timer, 100rel\r\n", true, true),
        ("", true, false),
    ];
    for (extra, setting, reliable) in cases {
        let mut desk = Desk::with(|account| account.reliable_provisional = setting);
        desk.receive(&request("INVITE", 1, "", &format!("{extra}{CONTACT}"), SDP));
        let id = desk.end.incoming();
        desk.run_ms(300);
        let trying = desk.next("100");
        assert!(trying.header("RSeq").is_empty(), "never 100");
        let _ = desk.command(Command::Ring(id));
        let sent = desk.next("180");
        let number = sent.header("RSeq").parse::<u32>().ok();
        assert_eq!(number.is_some_and(|number| (1..1 << 31).contains(&number)), reliable, "{extra}");
        assert_eq!(sent.header("Require"), if reliable { "100rel" } else { "" });
    }
}

#[test]
fn rfc3262_3_repeated_until_the_prack() {
    let mut desk = Desk::new();
    let (id, tag, rseq) = ringing(&mut desk, "Require: 100rel\r\n", SDP);
    desk.run_ms(500);
    assert_eq!(desk.next("180").header("RSeq"), rseq.to_string());
    let _ = desk.command(Command::Ring(id));
    desk.silent();
    desk.receive(&prack(2, &tag, &format!("{} 1 INVITE", rseq + 1), ""));
    assert_eq!(desk.next("481").header("CSeq"), "2 PRACK");
    let good = prack(3, &tag, &format!("{rseq} 1 INVITE"), "");
    desk.receive(&good);
    assert_eq!(desk.next("200").header("CSeq"), "3 PRACK");
    desk.receive(&good);
    assert_eq!(desk.next("200").header("CSeq"), "3 PRACK", "a retransmission has the same answer");
    desk.receive(&prack(4, &tag, &format!("{rseq} 1 INVITE"), ""));
    let _ = desk.next("481");
    // §3: after two and a half minutes the next number, so that no proxy gives up.
    desk.run_ms(149_000);
    desk.silent();
    desk.run_ms(600);
    assert_eq!(desk.next("180").header("RSeq"), (rseq + 1).to_string());
    // A final answer ends the repetition, and a PRACK may still come.
    let _ = desk.command(Command::Answer(id));
    let accepted = desk.next("200");
    assert!(accepted.body().contains("m=audio") && accepted.header("RSeq").is_empty());
    desk.receive(&prack(5, &tag, &format!("{} 1 INVITE", rseq + 1), ""));
    assert_eq!(desk.next("200").header("CSeq"), "5 PRACK");
    desk.receive(&request("ACK", 1, &tag, "", ""));
    assert_eq!(desk.events().last(), Some(&Event::Answered(id)));
    desk.receive(&request("BYE", 6, &tag, "", ""));
    let _ = desk.next("200");
    desk.assert_empty();
}

#[test]
fn rfc3262_3_without_a_prack_the_call_is_rejected() {
    let mut desk = Desk::new();
    let (id, ..) = ringing(&mut desk, "Require: 100rel\r\n", SDP);
    desk.run_ms(31_999);
    assert_eq!(desk.forget(), 6);
    desk.run_ms(1);
    let _ = desk.next("504");
    assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: EndReason::Lost }));
    desk.forget();
    desk.assert_empty();
}

#[test]
fn rfc3262_5_our_offer_in_the_response_their_answer_in_the_prack() {
    let mut desk = Desk::new();
    let (id, tag, rseq) = ringing(&mut desk, "Require: 100rel\r\n", "");
    let _ = desk.command(Command::Answer(id));
    desk.silent();
    desk.receive(&prack(2, &tag, &format!("{rseq} 1 INVITE"), SDP));
    assert_eq!(desk.next("200").header("CSeq"), "2 PRACK");
    let accepted = desk.next("200");
    assert_eq!((accepted.header("CSeq"), accepted.body()), ("1 INVITE", ""), "the exchange is over");
    desk.receive(&request("ACK", 1, &tag, "", ""));
    assert_eq!(desk.events().last(), Some(&Event::Answered(id)));
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4000);
    desk.receive(&request("BYE", 3, &tag, "", ""));
    let _ = desk.next("200");
    desk.assert_empty();
    // Without an answer there is nothing to speak of.
    let mut desk = Desk::new();
    let (id, tag, rseq) = ringing(&mut desk, "Require: 100rel\r\n", "");
    desk.receive(&prack(2, &tag, &format!("{rseq} 1 INVITE"), ""));
    assert_eq!(desk.next("200").header("CSeq"), "2 PRACK");
    let _ = desk.next("488");
    assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: EndReason::Lost }));
    desk.forget();
    desk.assert_empty();
    // After it the PRACK of the next response may bring a new offer; before our first answer it may not.
    let mut desk = Desk::new();
    let (_, tag, rseq) = ringing(&mut desk, "Require: 100rel\r\n", SDP);
    desk.receive(&prack(2, &tag, &format!("{rseq} 1 INVITE"), SDP));
    assert!(desk.next("500").header("Retry-After").parse::<u32>().unwrap() <= 10);
    let mut desk = Desk::new();
    let (_, tag, rseq) = ringing(&mut desk, "Require: 100rel\r\n", "");
    desk.receive(&prack(2, &tag, &format!("{rseq} 1 INVITE"), SDP));
    let _ = desk.next("200");
    desk.run_ms(150_000);
    let _ = desk.next("180");
    desk.receive(&prack(3, &tag, &format!("{} 1 INVITE", rseq + 1), &SDP.replace("4000", "4600")));
    assert!(desk.next("200").body().contains("m=audio"));
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "one early dialog")]
fn rfc3262_4_numbered_responses_are_acknowledged_in_order() {
    let mut desk = Desk::with(|account| account.reliable_provisional = true);
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    assert!(invite.text.contains("Supported: 100rel\r\n"));
    let routes = format!("Record-Route: <sip:192.0.2.30;lr>\r\n{}", numbered(10));
    desk.reply(&invite, "180 Ringing", "peer", &routes, "");
    let first = desk.next("PRACK sip:peer@192.0.2.9:5062");
    assert_eq!((first.header("RAck"), first.header("CSeq")), ("10 1 INVITE", "2 PRACK"));
    assert_eq!(first.header("Route"), "<sip:192.0.2.30;lr>");
    assert!(first.header("To").ends_with(";tag=peer"));
    desk.events();
    // It comes again: the PRACK's own transaction repeats. It comes too soon: the peer repeats.
    desk.reply(&invite, "180 Ringing", "peer", &routes, "");
    desk.reply(&invite, "183 Session Progress", "peer", &numbered(12), SDP);
    desk.silent();
    assert!(desk.events().is_empty());
    desk.run_ms(500);
    assert_eq!(desk.next("PRACK").text, first.text);
    desk.reply(&first, "200 OK", "", "", "");
    desk.reply(&invite, "183 Session Progress", "peer", &numbered(11), SDP);
    let second = desk.next("PRACK");
    assert_eq!((second.header("RAck"), second.header("CSeq")), ("11 1 INVITE", "3 PRACK"));
    assert_eq!(desk.events(), [Event::Progress { session: id, status: 183, early_media: true }]);
    desk.reply(&second, "200 OK", "", "", "");
    // Another branch counts for itself.
    desk.reply(&invite, "180 Ringing", "other", &numbered(500), "");
    let third = desk.next("PRACK");
    assert_eq!((third.header("RAck"), third.header("CSeq")), ("500 1 INVITE", "4 PRACK"));
    desk.reply(&third, "200 OK", "", "", "");
    // The offer has had its answer: the 2xx needs none.
    desk.reply(&invite, "200 OK", "peer", CONTACT, "");
    assert_eq!(desk.next("ACK").header("CSeq"), "1 ACK");
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4000);
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    assert_eq!(bye.header("CSeq"), "5 BYE", "one count for all");
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}

#[test]
fn rfc3261_22_3_a_prack_is_challenged() {
    let mut desk = Desk::new();
    let _ = desk.call(PEER);
    let invite = desk.next("INVITE");
    assert!(!invite.text.contains("100rel"), "not asked for");
    desk.reply(&invite, "180 Ringing", "peer", &numbered(1), "");
    let prack = desk.next("PRACK");
    let ask = |nonce| format!("Proxy-Authenticate: Digest realm=\"edge\", nonce=\"{nonce}\"\r\n");
    desk.reply(&prack, "407 Proxy Authentication Required", "", &ask("n1"), "");
    let again = desk.next("PRACK");
    assert_eq!((again.header("RAck"), again.header("CSeq")), ("1 1 INVITE", "3 PRACK"));
    assert_eq!(
        (again.header("To"), again.param("Proxy-Authorization", "nonce")),
        (prack.header("To"), "n1".into())
    );
    desk.reply(&again, "407 Proxy Authentication Required", "", &ask("n2"), "");
    desk.silent();
}

#[test]
fn a_call_that_is_given_up_acknowledges_nothing_more() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "180 Ringing", "peer", &numbered(1), "");
    let prack = desk.next("PRACK");
    desk.reply(&prack, "200 OK", "", "", "");
    let _ = desk.command(Command::End(id));
    let cancel = desk.next("CANCEL");
    assert_eq!(cancel.header("CSeq"), "1 CANCEL");
    desk.reply(&invite, "183 Session Progress", "peer", &numbered(2), SDP);
    desk.silent();
    // §9.1: the answer crossed the CANCEL.
    desk.reply(&cancel, "200 OK", "peer", "", "");
    desk.reply(&invite, "200 OK", "peer", CONTACT, SDP);
    assert_eq!(desk.next("ACK").header("CSeq"), "1 ACK");
    let bye = desk.next("BYE");
    assert_eq!(bye.header("CSeq"), "3 BYE");
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}

#[test]
fn sticky_183() {
    for (sticky, expected) in [(false, 2), (true, 1)] {
        let mut desk = Desk::with(|account| account.sticky_183 = sticky);
        let _ = desk.call(PEER);
        let invite = desk.next("INVITE");
        desk.reply(&invite, "183 Session Progress", "gateway", CONTACT, SDP);
        desk.reply(&invite, "180 Ringing", "phone", "", "");
        assert_eq!(desk.events().len(), expected);
        desk.reply(&invite, "180 Ringing", "phone", CONTACT, SDP);
        assert_eq!(desk.events().len(), 1, "with sound it is news");
        // RFC 6228 §4
        desk.reply(&invite, "199 Early Dialog Terminated", "gateway", "", "");
        assert!(desk.events().is_empty());
    }
}

#[test]
fn rfc3326_3_1_reasons_that_we_give_and_read() {
    // A branch that answers too late.
    let mut desk = Desk::new();
    let (id, invite) = desk.calling();
    desk.reply(&invite, "200 OK", "other", CONTACT, SDP);
    let _ = desk.next("ACK");
    assert_eq!(desk.next("BYE").header("Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"");
    let _ = desk.command(Command::End(id));
    assert_eq!(desk.next("BYE").header("Reason"), "", "a person needs none");
    // The time to answer is over.
    let mut desk = Desk::new();
    let _ = desk.call(PEER);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "180 Ringing", "peer", "", "");
    desk.run_ms(240_000);
    assert_eq!(desk.next("CANCEL").header("Reason"), "SIP;cause=408;text=\"Request Timeout\"");
    // BYE in the early dialog (RFC 3261 §15.1.2), and another phone's answer as a gateway tells it.
    for (reason, end) in [
        ("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n", EndReason::AnsweredElsewhere),
        ("Reason: Q.850;cause=26\r\n", EndReason::AnsweredElsewhere),
        ("Reason: Q.850;cause=16\r\n", EndReason::Cancelled),
    ] {
        let mut desk = Desk::new();
        desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
        let id = desk.end.incoming();
        let _ = desk.command(Command::Ring(id));
        let tag = desk.next("180").param("To", "tag");
        desk.receive(&request("BYE", 2, &tag, reason, ""));
        let _ = desk.next("200");
        let _ = desk.next("487");
        assert_eq!(desk.events().last(), Some(&Event::Ended { session: id, reason: end }));
    }
}

#[test]
fn rfc3261_12_1_a_peer_of_rfc_2543_has_no_tags() {
    // It answers: each 2xx has its ACK, and its BYE finds the call.
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "200 OK", "", CONTACT, SDP);
    let ack = desk.next("ACK");
    assert!(!ack.header("To").contains(";tag="));
    desk.reply(&invite, "200 OK", "", CONTACT, SDP);
    assert_eq!(desk.next("ACK").text, ack.text);
    desk.events();
    let bye = Desk::called_back(&invite, "BYE", 1, "", "").replace(";tag=peer", "");
    desk.receive(&bye);
    let _ = desk.next("200");
    assert_eq!(desk.events(), [Event::Ended { session: id, reason: EndReason::Remote }]);
    desk.assert_empty();
    // It calls: no From tag, no cookie in its branch, hold by address.
    let old = |text: String| text.replace(";tag=peer", "").replace("z9hG4bK", "");
    let mut desk = Desk::new();
    desk.receive(&old(request("INVITE", 1, "", CONTACT, SDP)));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let tag = desk.next("200").param("To", "tag");
    desk.receive(&old(request("ACK", 1, &tag, "", "")));
    assert_eq!(desk.events().last(), Some(&Event::Answered(id)));
    let held = SDP.replace("c=IN IP4 192.0.2.9", "c=IN IP4 0.0.0.0");
    desk.receive(&old(request("INVITE", 2, &tag, CONTACT, &held)));
    let _ = desk.next("200");
    desk.receive(&old(request("ACK", 2, &tag, "", "")));
    assert!(desk.end.ua.session(id).unwrap().media.unwrap().held_by_peer);
    desk.receive(&old(request("BYE", 3, &tag, "", "")));
    let _ = desk.next("200");
    desk.assert_empty();
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "one early dialog")]
fn rfc3262_5_a_branch_that_was_talked_over_says_its_description_again() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    for (tag, port) in [("first", "4100"), ("second", "4200")] {
        desk.reply(&invite, "183 Session Progress", tag, &numbered(1), &SDP.replace("4000", port));
        let prack = desk.next("PRACK");
        desk.reply(&prack, "200 OK", "", "", "");
    }
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4200, "RFC 3960 §3.2");
    desk.reply(&invite, "200 OK", "first", CONTACT, "");
    let _ = desk.next("ACK");
    let again = desk.next("INVITE");
    assert!(again.header("To").ends_with(";tag=first"));
    desk.reply(&again, "200 OK", "", CONTACT, &SDP.replace("4000", "4100"));
    let ack = desk.next("ACK");
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4100);
    // RFC 3261 §13.2.2.4: the 2xx to a re-INVITE comes again, and so does its ACK.
    desk.reply(&again, "200 OK", "", CONTACT, &SDP.replace("4000", "4100"));
    assert_eq!(desk.next("ACK").text, ack.text);
    desk.silent();
}
