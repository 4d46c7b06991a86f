//! A call that is only listened to (`Command::Listen`).

use std::format;

use super::desk::{CONTACT, Desk, SDP, request};
use super::link::E1;
use crate::limits;
use crate::ua::{Command, EndReason, Event, Outcome, Refusal};

const LISTEN: Command<'_> = Command::Listen { extension: E1, target: "music" };

/// RFC 3264 §5.1: who only wants to receive offers `recvonly`; §8: every later description says the same.
#[test]
#[cfg_attr(feature = "_tiny", ignore = "no room for it beside a call")]
fn rfc3264_5_1_who_listens_says_recvonly_in_every_description() {
    let mut desk = Desk::new();
    let Outcome::Session(id) = desk.command(LISTEN) else { panic!("no session") };
    let invite = desk.next("INVITE sip:music@192.0.2.99 ");
    assert!(invite.body().contains("a=recvonly") && !invite.body().contains("telephone-event"));
    desk.reply(&invite, "200 OK", "peer", CONTACT, &format!("{SDP}a=sendonly\r\n"));
    let _ = desk.next("ACK");
    assert_eq!(desk.events(), [Event::Answered(id)]);
    let media = desk.end.ua.session(id).unwrap().media.unwrap();
    assert_eq!((media.send, media.receive), (false, true));
    // Whatever the server offers, and when it lets us offer.
    for (cseq, body, direction) in [(1, SDP, "a=recvonly"), (2, "", "a=recvonly")] {
        desk.receive(&Desk::called_back(&invite, "INVITE", cseq, CONTACT, body));
        assert!(desk.next("200").body().contains(direction), "{body}");
        desk.receive(&Desk::called_back(&invite, "ACK", cseq, "", if body.is_empty() { SDP } else { "" }));
        assert!(!desk.end.ua.session(id).unwrap().media.unwrap().send);
    }
    for status in ["488 Not Acceptable Here", "200 OK"] {
        let _ = desk.command(Command::Hold(id));
        let again = desk.next("INVITE");
        assert!(again.body().contains("a=recvonly") && !again.body().contains("c=IN IP4 0.0.0.0"));
        desk.reply(&again, status, "", CONTACT, if status == "200 OK" { SDP } else { "" });
        let _ = desk.next("ACK");
    }
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}

/// Nobody is there who would talk with somebody else.
#[test]
#[cfg_attr(feature = "_tiny", ignore = "no room for it beside a call")]
fn whoever_plays_sends_nobody_elsewhere() {
    let mut desk = Desk::new();
    let Outcome::Session(id) = desk.command(LISTEN) else { panic!("no session") };
    let invite = desk.next("INVITE");
    desk.reply(&invite, "200 OK", "peer", CONTACT, SDP);
    let _ = desk.next("ACK");
    let refer = format!("{CONTACT}Refer-To: <sip:joe@192.0.2.7>\r\n");
    desk.receive(&Desk::called_back(&invite, "REFER", 1, &refer, ""));
    let _ = desk.next("603");
    let (call, tag) = (invite.header("Call-ID"), invite.param("From", "tag"));
    let replaces = format!("{CONTACT}Replaces: {call};to-tag={tag};from-tag=peer\r\n");
    desk.receive(&request("INVITE", 1, "", &replaces, SDP));
    let _ = desk.next("603");
    desk.events();
    assert!(desk.end.ua.session(id).is_some());
    desk.receive(&Desk::called_back(&invite, "BYE", 2, "", ""));
    let _ = desk.next("200");
    assert_eq!(desk.events(), [Event::Ended { session: id, reason: EndReason::Remote }]);
    desk.assert_empty();
}

#[test]
fn it_leaves_room_for_a_call_of_the_persons() {
    let mut desk = Desk::new();
    for _ in 0..limits::SESSIONS - 1 {
        let _ = desk.calling();
    }
    assert_eq!(desk.command(LISTEN), Outcome::Refused(Refusal::Full));
    desk.silent();
    let (last, _) = desk.calling();
    let _ = desk.command(Command::End(last));
    let bye = desk.next("BYE");
    desk.reply(&bye, "200 OK", "", "", "");
    assert_eq!(desk.command(LISTEN), Outcome::Refused(Refusal::Full), "one is the person's");
}
