//! Transfers in all three roles, against peers that are written by hand (RFC 3515, RFC 3891, RFC 3892).

use std::format;
use std::string::String;

use super::desk::{CONTACT, Desk, SDP, request};
use crate::ua::{Command, EndReason, Event, Outcome, Refusal, SessionId};

/// A NOTIFY of the peer's about its new call.
fn fares(cseq: u32, our_tag: &str, state: &str, status: &str) -> String {
    let extra = format!("Event: refer\r\nSubscription-State: {state}\r\n{CONTACT}");
    request("NOTIFY", cseq, our_tag, &extra, &format!("SIP/2.0 {status}\r\n"))
        .replace("application/sdp", "message/sipfrag;version=2.0")
}

const OVER: &str = "terminated;reason=noresource";

fn transferring() -> (Desk, SessionId, String, super::desk::Sent) {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    let _ = desk.command(Command::Transfer { session: id, target: "joe" });
    let refer = desk.next("REFER");
    (desk, id, tag, refer)
}

#[test]
fn rfc3515_2_4_a_blind_transfer() {
    let (mut desk, id, tag, refer) = transferring();
    assert_eq!(refer.header("Refer-To"), "<sip:joe@192.0.2.99>");
    assert_eq!(refer.header("Referred-By"), "<sip:alice@192.0.2.99>", "RFC 3892 §2.1");
    let twice = desk.command(Command::Transfer { session: id, target: "joe" });
    assert_eq!(twice, Outcome::Refused(Refusal::WrongState));
    // The challenge.
    desk.reply(&refer, "401 Unauthorized", "", "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
    let again = desk.next("REFER");
    assert_eq!(again.header("Refer-To"), refer.header("Refer-To"));
    assert!(!again.header("Authorization").is_empty() && again.header("CSeq") != refer.header("CSeq"));
    desk.reply(&again, "202 Accepted", "", "", "");
    desk.receive(&fares(2, &tag, "active;expires=60", "100 Trying"));
    let _ = desk.next("200");
    desk.receive(&fares(3, &tag, "active;expires=60", "180 Ringing"));
    let _ = desk.next("200");
    assert_eq!(desk.events(), []);
    desk.receive(&fares(4, &tag, OVER, "200 OK"));
    let _ = desk.next("200");
    let bye = desk.next("BYE");
    let ended = Event::Ended { session: id, reason: EndReason::Local };
    assert_eq!(desk.events(), [Event::Transferred { session: id, status: 200 }, ended]);
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}

#[test]
fn rfc3515_2_4_5_a_transfer_that_fails_gives_the_call_back() {
    let (mut desk, id, tag, refer) = transferring();
    // §2.4.4: it comes before the 2xx.
    desk.receive(&fares(2, &tag, OVER, "486 Busy Here"));
    let _ = desk.next("200");
    desk.reply(&refer, "202 Accepted", "", "", "");
    assert_eq!(desk.events(), [Event::Transferred { session: id, status: 486 }]);
    desk.run_ms(60_000);
    desk.silent();
    // RFC 6665 §4.1.3: nothing is told any more.
    desk.receive(&fares(3, &tag, OVER, "200 OK"));
    let _ = desk.next("481");
    // Once more; this time the far end does not want to.
    let _ = desk.command(Command::Transfer { session: id, target: "joe" });
    let refer = desk.next("REFER");
    desk.reply(&refer, "603 Decline", "", "", "");
    assert_eq!(desk.events(), [Event::Transferred { session: id, status: 603 }]);
    assert!(desk.end.ua.session(id).is_some());
}

#[test]
fn referor_bye_delay_and_rfc4488_who_is_not_told() {
    let (mut desk, id, _, refer) = transferring();
    desk.reply(&refer, "202 Accepted", "", "", "");
    desk.run_ms(3_999);
    desk.silent();
    desk.run_ms(1);
    let _ = desk.next("BYE");
    assert_eq!(desk.events()[0], Event::Transferred { session: id, status: 202 });

    let (mut desk, id, _, refer) = transferring();
    desk.reply(&refer, "200 OK", "", "Refer-Sub: false\r\n", "");
    let _ = desk.next("BYE");
    assert_eq!(desk.events()[0], Event::Transferred { session: id, status: 200 });
}

#[test]
fn rfc5589_7_an_attended_transfer_names_the_other_call() {
    for contact in [false, true] {
        let mut desk = Desk::with(|account| account.refer_to_contact = contact);
        let id = desk.answered();
        let (other, invite) = desk.calling();
        let (call, ours) = (invite.header("Call-ID"), invite.param("From", "tag"));
        let alone = desk.command(Command::TransferTo { session: id, other: id });
        assert_eq!(alone, Outcome::Refused(Refusal::WrongState));
        let _ = desk.command(Command::TransferTo { session: id, other });
        let refer = desk.next("REFER");
        let uri =
            if contact { "sip:peer@192.0.2.9:5062" } else { invite.header("To").trim_matches(['<', '>']) };
        let replaces = format!("{call}%3bto-tag%3dpeer%3bfrom-tag%3d{ours}");
        assert_eq!(refer.header("Refer-To"), format!("<{uri}?Replaces={replaces}>"));
        desk.reply(&refer, "202 Accepted", "", "", "");
        let tag = desk.own_tag(id);
        desk.receive(&fares(2, &tag, OVER, "200 OK"));
        let _ = desk.next("200");
        let byes = [desk.next("BYE"), desk.next("BYE")];
        byes.iter().for_each(|bye| desk.reply(bye, "200 OK", "", "", ""));
        desk.assert_empty();
    }
}

#[test]
fn rfc4579_5_5_a_conference_is_named_by_its_contact_if_that_is_a_focus() {
    for (feature, uri) in [(";isfocus", "sip:peer@192.0.2.9:5062"), ("", "sip:room@192.0.2.9:5062")] {
        let mut desk = Desk::new();
        let id = desk.answered();
        let bridge = desk.call("room@192.0.2.9:5062");
        let invite = desk.next("INVITE");
        let contact = CONTACT.replace("\r\n", &format!("{feature}\r\n"));
        desk.reply(&invite, "200 OK", "peer", &contact, SDP);
        let _ = (desk.next("ACK"), desk.events());
        let _ = desk.command(Command::TransferInto { session: id, bridge });
        let refer = desk.next("REFER");
        assert_eq!(refer.header("Refer-To"), format!("<{uri}>"));
        desk.reply(&refer, "202 Accepted", "", "", "");
        desk.run_ms(4_000);
        let _bye = desk.next("BYE");
        assert_eq!(desk.events()[0], Event::Transferred { session: id, status: 202 });
        assert!(desk.end.ua.session(bridge).is_some(), "the call with the conference goes on");
    }
}

/// A REFER of the peer's.
fn refer(cseq: u32, our_tag: &str, extra: &str) -> String {
    request("REFER", cseq, our_tag, &format!("{CONTACT}{extra}"), "")
}

#[test]
fn rfc3515_2_4_2_being_sent_elsewhere() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    let to = "Refer-To: <sip:joe@192.0.2.7?Replaces=x%40y%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n\
        Referred-By: <sip:boss@example.com>\r\n";
    desk.receive(&refer(5, &tag, to));
    let _ = desk.next("202");
    let invite = desk.next("INVITE");
    assert!(invite.start().starts_with("INVITE sip:joe@192.0.2.7 SIP/2.0"), "{}", invite.text);
    assert_eq!(invite.header("Replaces"), "x@y;to-tag=1;from-tag=2");
    assert_eq!(invite.header("Referred-By"), "<sip:boss@example.com>", "RFC 3892 §2.2");
    let trying = desk.next("NOTIFY");
    assert_eq!((trying.header("Event"), trying.body()), ("refer;id=5", "SIP/2.0 100 Trying\r\n"));
    assert_eq!(trying.header("Subscription-State"), "active;expires=60");
    let events = desk.events();
    let [Event::Referred { session, by: new }] = events[..] else { panic!("{events:?}") };
    assert_eq!(session, id);
    // One NOTIFY at a time.
    desk.reply(&invite, "180 Ringing", "joe", CONTACT, "");
    desk.silent();
    desk.reply(&trying, "200 OK", "", "", "");
    let ringing = desk.next("NOTIFY");
    assert_eq!(ringing.body(), "SIP/2.0 180 Ringing\r\n");
    desk.reply(&ringing, "200 OK", "", "", "");
    // A second one meanwhile.
    desk.receive(&refer(6, &tag, "Refer-To: <sip:ann@192.0.2.7>\r\n"));
    let _ = desk.next("603");
    desk.reply(&invite, "200 OK", "joe", CONTACT, SDP);
    let _ = desk.next("ACK");
    let last = desk.next("NOTIFY");
    assert_eq!((last.header("Subscription-State"), last.body()), (OVER, "SIP/2.0 200 OK\r\n"));
    assert!(desk.events().contains(&Event::Answered(new)));
    desk.run_ms(1);
    desk.silent();
    desk.reply(&last, "200 OK", "", "", "");
    // `Referee Bye Delay`
    desk.run_ms(1);
    let bye = desk.next("BYE");
    assert_eq!(bye.header("Call-ID"), "c");
    desk.reply(&bye, "200 OK", "", "", "");
    assert!(desk.end.ua.session(new).is_some());
}

#[test]
fn who_is_sent_elsewhere_while_on_hold_stays_so_unless_it_is_taken_back_before_the_answer() {
    for resumed in [false, true] {
        let mut desk = Desk::new();
        let id = desk.answered();
        let tag = desk.own_tag(id);
        let _ = desk.command(Command::Hold(id));
        let held = desk.next("INVITE");
        desk.reply(&held, "200 OK", "", CONTACT, SDP);
        let _ = (desk.next("ACK"), desk.events());
        desk.receive(&refer(5, &tag, "Refer-To: <sip:joe@192.0.2.7>\r\n"));
        let _ = desk.next("202");
        let invite = desk.next("INVITE");
        let trying = desk.next("NOTIFY");
        desk.reply(&trying, "200 OK", "", "", "");
        let events = desk.events();
        let [Event::Referred { by: new, .. }] = events[..] else { panic!("{events:?}") };
        if resumed {
            assert_eq!(desk.command(Command::Resume(new)), Outcome::Done);
        }
        desk.reply(&invite, "200 OK", "joe", CONTACT, SDP);
        let _ = desk.next("ACK");
        if !resumed {
            assert!(desk.next("INVITE").body().contains("a=sendonly"), "the new one is put on hold");
        }
        let told = desk.next("NOTIFY");
        desk.reply(&told, "200 OK", "", "", "");
        desk.run_ms(1);
        let _bye = desk.next("BYE");
        desk.silent();
    }
}

#[test]
fn rfc3515_2_4_5_who_is_sent_in_vain_comes_back() {
    let mut desk = Desk::with(|account| account.notify_refer_on_1xx = false);
    let id = desk.answered();
    let tag = desk.own_tag(id);
    desk.receive(&refer(2, &tag, "Refer-To: <sip:joe@192.0.2.7>\r\n"));
    let _ = desk.next("202");
    let invite = desk.next("INVITE");
    let trying = desk.next("NOTIFY");
    desk.reply(&trying, "200 OK", "", "", "");
    desk.reply(&invite, "180 Ringing", "joe", CONTACT, "");
    desk.silent();
    desk.reply(&invite, "486 Busy Here", "joe", "", "");
    let _ = desk.next("ACK");
    let last = desk.next("NOTIFY");
    assert_eq!(last.body(), "SIP/2.0 486 Busy Here\r\n");
    let events = desk.events();
    let back = events.iter().position(|event| matches!(event, Event::Replaced { by, .. } if *by == id));
    let ended = events.iter().position(|event| matches!(event, Event::Ended { .. }));
    assert!(back.unwrap() < ended.unwrap(), "{events:?}");
    desk.reply(&last, "200 OK", "", "", "");
    desk.run_ms(60_000);
    desk.silent();
    assert!(desk.end.ua.session(id).is_some());
    // And once more.
    desk.receive(&refer(9, &tag, "Refer-To: <sip:joe@192.0.2.7>\r\n"));
    let _ = desk.next("202");
}

#[test]
fn rfc3515_2_4_2_what_is_not_followed() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    for (cseq, status, extra) in [
        (2, "400", ""),
        (3, "400", "Refer-To: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n"),
        (4, "603", "Refer-To: <sip:joe@192.0.2.7;method=BYE>\r\n"),
        (5, "603", "Refer-To: <http://example.com/>\r\n"),
        (6, "400", "Refer-To: <sip:joe@192.0.2.7?Replaces=x>\r\n"),
    ] {
        desk.receive(&refer(cseq, &tag, extra));
        let _ = desk.next(status);
    }
    // Outside of any call.
    desk.receive(&refer(7, "", "Refer-To: <sip:joe@192.0.2.7>\r\n"));
    let _ = desk.next("603");
    assert_eq!(desk.events(), []);
}

/// An INVITE of somebody else's in a call of its own.
fn taking_over(cseq: u32, replaces: &str) -> String {
    request("INVITE", cseq, "", &format!("{CONTACT}Replaces: {replaces}\r\n"), SDP)
        .replace("Call-ID: c", "Call-ID: d")
        .replace(";tag=peer", ";tag=ann")
}

#[test]
fn rfc3891_3_a_call_takes_the_place_of_another() {
    let mut desk = Desk::new();
    let old = desk.answered();
    let tag = desk.own_tag(old);
    for (cseq, status, replaces) in [
        (20, "481", format!("x;to-tag={tag};from-tag=peer")),
        (21, "481", format!("c;to-tag=peer;from-tag={tag}")),
        (22, "486", format!("c;to-tag={tag};from-tag=peer;early-only")),
        (23, "400", "c".into()),
        (24, "400", format!("c;to-tag={tag};from-tag=peer\r\nJoin: c;to-tag=1;from-tag=2")),
    ] {
        desk.receive(&taking_over(cseq, &replaces));
        let _ = desk.next(status);
    }
    assert_eq!(desk.events(), []);
    desk.receive(&taking_over(25, &format!("c;to-tag={tag};from-tag=peer")));
    let events = desk.events();
    let [Event::Replaced { session, by }] = events[..] else { panic!("{events:?}") };
    assert_eq!(session, old);
    let accepted = desk.next("200");
    assert!(accepted.body().contains("m=audio"));
    let new_tag = accepted.param("To", "tag");
    let ack = request("ACK", 25, &new_tag, "", "").replace("Call-ID: c", "Call-ID: d");
    desk.receive(&ack.replace(";tag=peer", ";tag=ann"));
    assert!(desk.events().contains(&Event::Answered(by)));
    desk.run_ms(1);
    let bye = desk.next("BYE");
    assert_eq!(bye.header("Call-ID"), "c");
    // The old one is not there to be replaced any more.
    desk.receive(
        &taking_over(26, &format!("c;to-tag={tag};from-tag=peer")).replace("Call-ID: d", "Call-ID: e"),
    );
    let _ = desk.next("603");
    desk.reply(&bye, "200 OK", "", "", "");
}

#[test]
fn rfc3891_3_early_calls() {
    // One that rings here is not ours to give away.
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let tag = desk.own_tag(desk.end.incoming());
    desk.receive(&taking_over(20, &format!("c;to-tag={tag};from-tag=peer")));
    let _ = desk.next("481");
    // One that rings there is picked up by somebody else.
    let mut desk = Desk::new();
    let id = desk.call("peer@192.0.2.9:5062");
    let invite = desk.next("INVITE");
    desk.reply(&invite, "180 Ringing", "peer", CONTACT, "");
    desk.events();
    let (call, ours) = (desk.own_call(id), desk.own_tag(id));
    desk.receive(&taking_over(20, &format!("{call};to-tag={ours};from-tag=peer;early-only")));
    let _ = desk.next("200");
    let _ = desk.next("CANCEL");
    let events = desk.events();
    assert!(matches!(events[0], Event::Replaced { session, .. } if session == id), "{events:?}");
}

#[test]
fn refer_target_bye_delay() {
    let mut desk = Desk::with(|account| account.refer_target_bye_delay_s = 3);
    let old = desk.answered();
    let tag = desk.own_tag(old);
    desk.receive(&taking_over(20, &format!("c;to-tag={tag};from-tag=peer")));
    let accepted = desk.next("200");
    let ack = request("ACK", 20, &accepted.param("To", "tag"), "", "").replace("Call-ID: c", "Call-ID: d");
    desk.receive(&ack.replace(";tag=peer", ";tag=ann"));
    desk.run_ms(2_999);
    desk.silent();
    desk.run_ms(1);
    let _ = desk.next("BYE");
}
