//! UPDATE (RFC 3311), and changes of ours that nobody answers.

use std::format;

use super::desk::{CONTACT, Desk, SDP, request};
use crate::ua::{Command, Event};

const PEER: &str = "peer@192.0.2.9:5062";

#[test]
fn rfc3311_5_2_before_the_answer_to_our_call() {
    let mut desk = Desk::new();
    let id = desk.call(PEER);
    let invite = desk.next("INVITE");
    let moved = SDP.replace("4000", "4400");
    let update = |cseq, body| Desk::called_back(&invite, "UPDATE", cseq, CONTACT, body);
    desk.receive(&update(1, &moved));
    let _ = desk.next("481");
    desk.reply(&invite, "183 Session Progress", "peer", CONTACT, SDP);
    desk.events();
    // §5.2: our offer is not answered for good.
    desk.receive(&update(2, &moved));
    let _ = desk.next("491");
    desk.receive(&update(3, ""));
    assert_eq!(desk.next("200").header("Contact"), "<sip:alice@192.0.2.1:5060>");
    let reliable = format!("Require: 100rel\r\nRSeq: 1\r\n{CONTACT}");
    desk.reply(&invite, "183 Session Progress", "peer", &reliable, SDP);
    let prack = desk.next("PRACK");
    desk.reply(&prack, "200 OK", "", "", "");
    desk.events();
    desk.receive(&update(4, &moved));
    assert!(desk.next("200").body().contains("m=audio"));
    assert_eq!(desk.events(), [Event::Media(id)]);
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4400);
    desk.receive(&update(2, "").replace("bKUPDATE2", "bKold"));
    let _ = desk.next("500");
    desk.receive(&Desk::called_back(&invite, "INVITE", 5, CONTACT, SDP));
    let _ = desk.next("491");
    desk.reply(&invite, "200 OK", "peer", CONTACT, "");
    let _ = desk.next("ACK");
    assert_eq!(desk.end.ua.session(id).unwrap().media.unwrap().remote.port(), 4400);
    // §12.2.2: the numbers go on in the confirmed dialog.
    desk.receive(&update(4, "").replace("bKUPDATE4", "bKolder"));
    let _ = desk.next("500");
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}

#[test]
fn rfc3311_5_2_before_our_answer() {
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let tag = desk.next("180").param("To", "tag");
    // Their offer waits for our answer.
    desk.receive(&request("UPDATE", 2, &tag, CONTACT, SDP));
    assert!(desk.next("500").header("Retry-After").parse::<u32>().unwrap() <= 10);
    desk.receive(&request("UPDATE", 3, &tag, "Contact: <sip:peer@192.0.2.9:7000>\r\n", ""));
    let _ = desk.next("200");
    let _ = desk.command(Command::Answer(id));
    assert!(desk.next("200").body().contains("m=audio"));
    desk.receive(&request("ACK", 1, &tag, "", ""));
    let _ = desk.command(Command::End(id));
    let _ = desk.next("BYE sip:peer@192.0.2.9:7000");
    // Ours is not sent yet.
    let mut desk = Desk::new();
    desk.receive(&request("INVITE", 1, "", CONTACT, ""));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let tag = desk.next("180").param("To", "tag");
    desk.receive(&request("UPDATE", 2, &tag, CONTACT, SDP));
    let _ = desk.next("491");
}

#[test]
fn rfc3311_5_2_in_a_call() {
    let mut desk = Desk::new();
    let id = desk.answered();
    let tag = desk.own_tag(id);
    desk.receive(&request("UPDATE", 2, &tag, CONTACT, &format!("{SDP}a=sendonly\r\n")));
    assert!(desk.next("200").body().contains("a=recvonly"));
    assert_eq!(desk.events(), [Event::Media(id)]);
    assert!(desk.end.ua.session(id).unwrap().media.unwrap().held_by_peer);
    desk.receive(&request("UPDATE", 3, &tag, CONTACT, &SDP.replace("AVP 0", "AVP 99")));
    assert!(desk.next("488").header("Warning").starts_with("305 "));
    assert!(desk.end.ua.session(id).unwrap().media.unwrap().held_by_peer, "as it was");
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    desk.receive(&request("UPDATE", 4, &tag, CONTACT, SDP));
    let _ = desk.next("491");
    desk.receive(&request("UPDATE", 5, &tag, CONTACT, ""));
    let _ = desk.next("200");
    desk.reply(&hold, "200 OK", "", CONTACT, SDP);
    let _ = desk.next("ACK");
    let _ = desk.command(Command::End(id));
    let _ = desk.next("BYE");
    desk.receive(&request("UPDATE", 6, &tag, CONTACT, ""));
    let _ = desk.next("481");
}

/// `ReINVITE Expires`
#[test]
fn a_change_that_somebody_ponders_is_cancelled() {
    let mut desk = Desk::new();
    let (id, _) = desk.calling();
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    assert_eq!(hold.header("Expires"), "30");
    desk.reply(&hold, "180 Ringing", "", "", "");
    desk.run_ms(30_000);
    let cancel = desk.next("CANCEL");
    assert_eq!(cancel.header("CSeq"), hold.header("CSeq").replace("INVITE", "CANCEL"));
    desk.reply(&cancel, "200 OK", "", "", "");
    desk.reply(&hold, "487 Request Terminated", "", "", "");
    let _ = desk.next("ACK");
    assert_eq!(desk.events(), [Event::MediaFailed { session: id, status: 487 }]);
    assert!(!desk.end.ua.session(id).unwrap().on_hold);
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    desk.reply(&bye, "200 OK", "", "", "");
    desk.assert_empty();
}
