//! Calls on shared lines: what their messages say, as a strict server reads it.

use std::format;
use std::string::ToString;

use super::desk::{CONTACT, Desk, SDP, request};
use super::link::E1;
use crate::base::text;
use crate::ua::{Command, Invite, Outcome, Package, SessionId};

const THERE: &str = "Contact: <sip:line@192.0.2.99:5090>\r\n";
const SECOND: &str = "<sip:192.0.2.99>;appearance-index=2";

impl Desk {
    fn call_on(&mut self, target: &str, index: u8) -> SessionId {
        let appearance = Some(index);
        let invite =
            Invite { extension: E1, target, anonymous: false, codecs: None, secure: None, appearance };
        let Outcome::Session(id) = self.command(Command::Invite(invite)) else { panic!("no session") };
        id
    }
}

#[test]
fn every_request_of_a_call_on_a_shared_line_says_its_appearance() {
    let mut desk = Desk::new();
    let id = desk.call_on("peer@192.0.2.9:5062", 2);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "200 OK", "peer", CONTACT, SDP);
    let _ = desk.next("ACK");
    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    desk.reply(&hold, "200 OK", "", CONTACT, SDP);
    let _ = desk.next("ACK");
    let _ = desk.command(Command::Resume(id));
    let resume = desk.next("INVITE");
    desk.reply(&resume, "200 OK", "", CONTACT, SDP);
    let _ = desk.next("ACK");
    let _ = desk.command(Command::HoldPrivately(id));
    let private = desk.next("INVITE");
    assert_eq!(private.header("Call-Info"), format!("{SECOND};appearance-state=held-private"));
    assert!(private.body().contains("a=sendonly"));
    desk.reply(&private, "200 OK", "", CONTACT, SDP);
    let _ = desk.next("ACK");
    let _ = desk.command(Command::Transfer { session: id, target: "joe" });
    let refer = desk.next("REFER");
    desk.reply(&refer, "603 Decline", "", "", "");
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    for sent in [&invite, &hold, &resume, &refer] {
        assert_eq!(sent.header("Call-Info"), SECOND, "{}", sent.text);
        assert_eq!(sent.header("Contact"), invite.header("Contact"), "{}", sent.text);
    }
    assert_eq!(bye.header("Call-Info"), SECOND, "{}", bye.text);
}

#[test]
fn a_call_that_goes_on_with_somebody_else_stays_on_its_appearance() {
    for referred in [true, false] {
        let mut desk = Desk::new();
        desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
        let id = desk.end.incoming();
        let _ = desk.command(Command::Appear { session: id, index: 2 });
        let _ = desk.command(Command::Answer(id));
        let tag = desk.next("200").param("To", "tag");
        desk.receive(&request("ACK", 1, &tag, "", ""));
        let next = if referred {
            let refer_to = format!("{CONTACT}Refer-To: <sip:joe@192.0.2.7>\r\n");
            desk.receive(&request("REFER", 2, &tag, &refer_to, ""));
            let _ = desk.next("202");
            desk.next("INVITE")
        } else {
            let replaces = format!("{CONTACT}Replaces: c;to-tag={tag};from-tag=peer\r\n");
            let invite = request("INVITE", 3, "", &replaces, SDP).replace("Call-ID: c", "Call-ID: d");
            desk.receive(&invite.replace(";tag=peer\r", ";tag=ann\r"));
            desk.next("200")
        };
        assert_eq!(next.header("Call-Info"), SECOND, "{}", next.text);
    }
}

#[test]
fn a_cancel_says_which_appearance_becomes_free() {
    let mut desk = Desk::new();
    let id = desk.call_on("peer@192.0.2.9:5062", 2);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "180 Ringing", "peer", CONTACT, "");
    let _ = desk.command(Command::End(id));
    assert_eq!(desk.next("CANCEL").header("Call-Info"), SECOND);
}

#[test]
fn a_call_on_a_private_line_says_nothing_of_appearances() {
    let mut desk = Desk::new();
    let (id, invite) = desk.calling();
    let _ = desk.command(Command::End(id));
    assert_eq!((invite.header("Call-Info"), desk.next("BYE").header("Call-Info")), ("", ""));
}

#[test]
fn the_answer_says_where_the_call_shows() {
    let mut desk = Desk::new();
    let named = format!("{CONTACT}Call-Info: <sip:x>;appearance-index=3;appearance-state=alerting\r\n");
    desk.receive(&request("INVITE", 1, "", &named, SDP));
    let id = desk.end.incoming();
    assert_eq!(desk.end.ua.session(id).unwrap().appearance, Some(3));
    assert_eq!(desk.command(Command::Appear { session: id, index: 2 }), Outcome::Done);
    let _ = desk.command(Command::Answer(id));
    let answer = desk.next("200");
    assert_eq!(answer.header("Call-Info"), SECOND);
    desk.receive(&request("ACK", 1, &answer.param("To", "tag"), "", ""));
    let _ = desk.command(Command::End(id));
    assert_eq!(desk.next("BYE").header("Call-Info"), SECOND);
}

#[test]
fn a_held_call_is_taken_over_by_calling_the_line_itself() {
    let mut desk = Desk::with(|account| account.shared_user = text::exact("2000").unwrap());
    let _ = desk.call_on("", 2);
    let invite = desk.next("INVITE");
    assert_eq!(invite.start(), "INVITE sip:2000@192.0.2.99 SIP/2.0");
    assert!(invite.header("From").contains("<sip:2000@192.0.2.99>"), "Shared User ID: {}", invite.text);
    assert_eq!(invite.header("To"), "<sip:2000@192.0.2.99>");
    assert_eq!(invite.header("Call-Info"), SECOND);
    assert!(invite.header("Contact").starts_with("<sip:alice@"), "one Contact for one extension");
    let _ = desk.command(Command::Subscribe { extension: E1, package: Package::CallInfo, target: "" });
    let watch = desk.next("SUBSCRIBE");
    assert_eq!(watch.start(), "SUBSCRIBE sip:2000@192.0.2.99 SIP/2.0");
    assert!(watch.header("From").contains("<sip:2000@192.0.2.99>"));
    assert_eq!(watch.header("Contact"), invite.header("Contact"));
}

#[test]
fn who_asks_again_how_a_line_stands_asks_within_the_subscription() {
    let mut desk = Desk::new();
    let watch = Command::Subscribe { extension: E1, package: Package::CallInfo, target: "" };
    let _ = desk.command(watch);
    let first = desk.next("SUBSCRIBE");
    desk.reply(&first, "202 Accepted", "srv", &format!("{THERE}Expires: 3600\r\n"), "");
    let _ = desk.command(watch);
    let again = desk.next("SUBSCRIBE");
    assert_eq!(again.header("Call-ID"), first.header("Call-ID"));
    assert_eq!(again.param("To", "tag"), "srv");
    assert_eq!(again.header("Expires"), first.header("Expires"));
}

#[test]
fn a_seizure_is_renewed_until_its_call_goes_out() {
    let mut desk = Desk::new();
    let package = Package::LineSeize(2);
    let _ = desk.command(Command::Subscribe { extension: E1, package, target: "" });
    let seize = desk.next("SUBSCRIBE");
    desk.reply(&seize, "200 OK", "line", &format!("Expires: 15\r\n{THERE}"), "");
    let granted = crate::ua::Event::Seized { extension: E1, asked: 2, index: 2 };
    assert_eq!(desk.events(), [granted], "the answer is the grant");
    desk.run_ms(7_500);
    let refresh = desk.next("SUBSCRIBE");
    assert_eq!(refresh.param("To", "tag"), "line");
    desk.reply(&refresh, "200 OK", "", "Expires: 15\r\n", "");
    assert_eq!(desk.events(), [], "once");
    let id = desk.call_on("peer@192.0.2.9:5062", 2);
    let invite = desk.next("INVITE");
    desk.reply(&invite, "200 OK", "peer", CONTACT, SDP);
    let _ = desk.next("ACK");
    // Neither renewed nor given up: both would be about the call's appearance.
    desk.run_ms(20_000);
    desk.silent();
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    desk.reply(&bye, "200 OK", "", "", "");
    let _ = desk.command(Command::Subscribe { extension: E1, package, target: "" });
    assert_ne!(desk.next("SUBSCRIBE").header("Call-ID"), seize.header("Call-ID").to_string());
}

#[test]
fn a_seizure_that_nobody_renews_is_lost_and_not_asked_for_again() {
    let mut desk = Desk::new();
    let package = Package::LineSeize(1);
    let _ = desk.command(Command::Subscribe { extension: E1, package, target: "" });
    let seize = desk.next("SUBSCRIBE");
    desk.reply(&seize, "200 OK", "line", &format!("Expires: 15\r\n{THERE}"), "");
    desk.run_ms(7_500);
    let refresh = desk.next("SUBSCRIBE");
    desk.reply(&refresh, "481 Gone", "", "", "");
    let over = desk.events().pop();
    let standing = crate::ua::Standing::Unknown;
    let lost = crate::ua::Event::Subscribed { extension: E1, package, standing };
    assert_eq!(over, Some(lost));
    desk.run_ms(60_000);
    desk.silent();
}
