//! Who calls, who is called, and what an INVITE says beside that.

use std::borrow::ToOwned as _;
use std::format;

use super::desk::{CONTACT, Desk, SDP, request};
use super::link::E1;
use crate::base::text;
use crate::sdp::Codec;
use crate::ua::{CodecChoice, Command, Event, Invite, Outcome, SessionId};

/// A desk whose proxy is the peer.
fn trusting() -> Desk {
    Desk::with(|account| account.proxy = text::exact("192.0.2.9:5062").unwrap())
}

fn shown(desk: &Desk, id: SessionId) -> (&str, &str, bool) {
    let view = desk.end.ua.session(id).unwrap();
    (view.peer_name, view.peer_number, view.anonymous)
}

fn invited(desk: &mut Desk, headers: &str) -> SessionId {
    desk.receive(&request("INVITE", 1, "", &format!("{headers}{CONTACT}"), SDP));
    desk.end.incoming()
}

#[test]
fn rfc3325_8_only_our_own_server_is_believed() {
    let asserted = "P-Asserted-Identity: \"Boss\" <sip:4000@office>\r\n";
    let mut desk = trusting();
    let id = invited(&mut desk, asserted);
    assert_eq!(shown(&desk, id), ("Boss", "4000", false));
    let mut desk = Desk::new();
    let id = invited(&mut desk, asserted);
    assert_eq!(shown(&desk, id), ("P", "peer", false));
    let mut desk = Desk::new();
    let id = invited(&mut desk, "Privacy: id\r\n");
    assert_eq!(shown(&desk, id), ("Anonymous", "", true));
}

#[test]
fn the_connected_party_is_followed() {
    let mut desk = trusting();
    let id = desk.call("4000");
    let invite = desk.next("INVITE");
    let ringing = "Remote-Party-ID: \"Zoe\" <sip:4000@office>;party=called\r\n";
    desk.reply(&invite, "180 Ringing", "t", ringing, "");
    assert_eq!(desk.events()[0], Event::Party(id));
    assert_eq!(shown(&desk, id), ("Zoe", "4000", false));
    // Picked up by somebody else.
    let answered = format!("P-Asserted-Identity: <sip:4001@office>\r\n{CONTACT}");
    desk.reply(&invite, "200 OK", "t", &answered, SDP);
    let _ = desk.next("ACK");
    assert_eq!(desk.events(), [Event::Party(id), Event::Answered(id)]);
    assert_eq!(shown(&desk, id), ("", "4001", false));
    // Transferred by the server; what it does not say does not change.
    let (tag, call) = (desk.own_tag(id), desk.own_call(id));
    let invite = request("INVITE", 7, &tag, &format!("Remote-Party-ID: <sip:4002@office>\r\n{CONTACT}"), SDP);
    let within = |text: &str| {
        let from = text.replace("Call-ID: c\r\n", &format!("Call-ID: {call}\r\n"));
        from.replace(";tag=peer", ";tag=t")
    };
    desk.receive(&within(&invite));
    assert_eq!(desk.events(), [Event::Party(id), Event::Media(id)]);
    assert_eq!(shown(&desk, id), ("", "4002", false));
    let accepted = desk.next("200");
    assert_eq!(accepted.header("Remote-Party-ID"), "", "a change of session does not name us anew");
}

#[test]
fn rfc3323_4_1_and_rfc3325_9_3_who_we_say_we_are() {
    let call = |rpid: bool, from_too: bool, anonymous: bool, target: &str| {
        let mut desk = trusting();
        desk.account(E1, |account| {
            account.proxy = text::exact("192.0.2.9:5062").unwrap();
            account.display_name = text::exact("Alice").unwrap();
            account.remote_party_id = rpid;
            account.anonymous_with_remote_party_id = from_too;
        });
        let invite =
            Invite { extension: E1, target, anonymous, codecs: None, secure: None, appearance: None };
        let Outcome::Session(_) = desk.command(Command::Invite(invite)) else { panic!("no session") };
        let sent = desk.next("INVITE");
        let hidden = sent.header("From").contains("anonymous.invalid");
        let stated = ["Remote-Party-ID", "P-Preferred-Identity", "Privacy"].map(|name| {
            let value = sent.header(name);
            value.strip_prefix("Alice <sip:alice@192.0.2.9:5062>").unwrap_or(value).to_owned()
        });
        (hidden, stated)
    };
    let stated = |values: [&str; 3]| values.map(str::to_owned);
    let open = ";screen=yes;party=calling";
    let full = ";screen=yes;party=calling;privacy=full";
    assert_eq!(call(true, true, false, "1"), (false, stated([open, "", ""])));
    assert_eq!(call(true, true, true, "1"), (true, stated([full, "", "id"])));
    assert_eq!(call(true, false, true, "1"), (false, stated([full, "", "id"])), "Use Anonymous With RPID");
    assert_eq!(call(false, true, false, "1"), (false, stated(["", "", ""])), "SIP Remote-Party-ID");
    let (hidden, values) = call(false, true, true, "1");
    assert!(hidden && values[0].is_empty() && values[2] == "id");
    assert_eq!(values[1], "", "the value is our address and nothing more: RFC 3325 §9.2");
    // A stranger is told nothing.
    let (hidden, values) = call(true, true, true, "x@192.0.2.77");
    assert!(hidden && values[0].is_empty());
}

#[test]
fn whom_the_caller_reached() {
    let mut desk = Desk::new();
    let id = invited(&mut desk, "");
    let _ = desk.command(Command::Ring(id));
    let reached = "<sip:alice@192.0.2.99>;screen=yes;party=called";
    assert_eq!(desk.next("180").header("Remote-Party-ID"), reached);
    let _ = desk.command(Command::Answer(id));
    assert_eq!(desk.next("200").header("Remote-Party-ID"), reached);
}

#[test]
fn what_the_call_asks_for_is_in_the_view() {
    let mut desk = Desk::new();
    let headers = "Alert-Info: <http://127.0.0.1/Classic-3>\r\nCall-Info: <sip:x>;answer-after=0\r\n\
        Diversion: <sip:4002@p>\r\n";
    let id = invited(&mut desk, headers);
    let view = desk.end.ua.session(id).unwrap();
    assert_eq!((view.alert, view.answer_after_s, view.diverted_by), ("Classic-3", Some(0), "4002"));
    let mut desk = Desk::new();
    let id = invited(&mut desk, "");
    let view = desk.end.ua.session(id).unwrap();
    assert_eq!((view.alert, view.answer_after_s, view.diverted_by), ("", None, ""));
}

#[test]
fn a_codec_for_one_call() {
    for (codecs, line) in [
        (None, "RTP/AVP 0 8 101"),
        (Some(CodecChoice::Prefer(Codec::Pcma)), "RTP/AVP 8 0 101"),
        (Some(CodecChoice::Force(Codec::Pcma)), "RTP/AVP 8 101"),
    ] {
        let mut desk = Desk::new();
        let invite =
            Invite { extension: E1, target: "5", anonymous: false, codecs, secure: None, appearance: None };
        let _ = desk.command(Command::Invite(invite));
        assert!(desk.next("INVITE").body().contains(line), "{codecs:?}");
    }
}
