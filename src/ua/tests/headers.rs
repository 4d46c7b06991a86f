//! Settings that change what our messages say, and what the server's messages say of the time.

use std::format;
use std::string::String;

use super::desk::{CONTACT, Desk, SDP, request};
use super::link::E1;
use crate::base::text;
use crate::sdp::Codec;
use crate::sip::{HeaderName, Message};
use crate::ua::{Command, Event};

const DATE: &str = "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n";

#[test]
fn rfc3261_20_17_the_servers_clock_is_told_once_a_minute() {
    let mut desk = Desk::with(|account| account.proxy = text::exact("192.0.2.9:5062").unwrap());
    let ask = |desk: &mut Desk, cseq, date| {
        desk.receive(&request("OPTIONS", cseq, "", date, ""));
        let _ = desk.next("200");
        desk.events()
    };
    let told = [Event::Clock { unix_seconds: 1_289_690_940 }];
    assert_eq!(ask(&mut desk, 1, DATE), told);
    assert_eq!(ask(&mut desk, 2, DATE), [], "once a minute");
    desk.run_ms(60_000);
    assert_eq!(ask(&mut desk, 3, "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"), [], "a clock that stands");
    assert_eq!(ask(&mut desk, 4, "Date: Fri, 01 Jan 2010 16:00:00 EST\r\n"), [], "RFC 4475 §3.1.2.12");
    assert_eq!(ask(&mut desk, 5, DATE), told);
    // A stranger's clock is nothing to us.
    let mut desk = Desk::new();
    assert_eq!(ask(&mut desk, 1, DATE), []);
    // A response has a clock too.
    let mut desk = Desk::with(|account| account.proxy = text::exact("192.0.2.9:5062").unwrap());
    let _ = desk.call("5");
    let invite = desk.next("INVITE");
    desk.reply(&invite, "183 Session Progress", "t", DATE, "");
    assert_eq!(desk.events()[..1], told);
}

#[test]
fn rfc3261_20_29_and_20_3_what_requests_say_by_setting() {
    let mut desk = Desk::with(|account| account.proxy_require = text::exact("edge").unwrap());
    let settings = desk.end.ua.settings_mut();
    settings.accept_language = text::exact("de, en").unwrap();
    settings.user_agent = text::exact("Desk/1").unwrap();
    settings.register_user_agent = text::exact("Desk-reg/1").unwrap();
    settings.max_forwards = 20;
    let _ = desk.command(Command::Register(E1));
    let register = desk.next("REGISTER");
    let said = ["User-Agent", "Proxy-Require", "Accept-Language"].map(|name| register.header(name));
    assert_eq!(said, ["Desk-reg/1", "edge", "de, en"]);
    let id = desk.call("peer@192.0.2.9:5062");
    let invite = desk.next("INVITE");
    let said = ["User-Agent", "Proxy-Require", "Accept-Language"].map(|name| invite.header(name));
    assert_eq!(said, ["Desk/1", "edge", "de, en"]);
    desk.reply(&invite, "180 Ringing", "t", "", "");
    let _ = desk.command(Command::End(id));
    let cancel = desk.next("CANCEL");
    assert_eq!(
        (cancel.header("Proxy-Require"), cancel.header("Max-Forwards")),
        ("", "20"),
        "§20.29: not here"
    );
    desk.receive(&request("OPTIONS", 1, "", "", ""));
    assert_eq!(desk.next("200").header("Accept-Language"), "de, en");
}

#[test]
fn rfc3261_7_3_3_compact_requests() {
    let mut desk = Desk::new();
    desk.end.ua.settings_mut().compact_headers = true;
    let id = desk.call("peer@192.0.2.9:5062");
    let invite = desk.next("INVITE");
    let all_short = |text: &str| {
        let message = Message::parse(text.as_bytes()).unwrap();
        message.headers().all(|line| line.name.short().is_none() || line.name_text.len() == 1)
    };
    assert!(all_short(&invite.text) && invite.body().contains("m=audio"), "{}", invite.text);
    // The answers have whatever names the peer likes.
    let long = [("v", "Via"), ("f", "From"), ("t", "To"), ("i", "Call-ID")];
    let mut answer = format!("SIP/2.0 200 OK\r\nCSeq: {}\r\n", invite.header("CSeq"));
    for (short, name) in long {
        let tag = if short == "t" { ";tag=p" } else { "" };
        answer += &format!("{name}: {}{tag}\r\n", invite.header(short));
    }
    answer += &format!("{CONTACT}Content-Type: application/sdp\r\n\r\n{SDP}");
    desk.receive(&answer);
    assert!(all_short(&desk.next("ACK").text));
    assert_eq!(desk.events(), [Event::Answered(id)]);
    let _ = desk.command(Command::End(id));
    assert!(all_short(&desk.next("BYE").text));
}

#[test]
fn rfc3261_7_3_3_answers_are_as_their_request() {
    let compacted = |text: String| {
        let mut bytes = text.into_bytes();
        let length = crate::sip::compact::shorten(&mut bytes);
        bytes.truncate(length);
        String::from_utf8(bytes).unwrap()
    };
    let mut desk = Desk::new();
    desk.receive(&compacted(request("INVITE", 1, "", CONTACT, SDP)));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Ring(id));
    let _ = desk.command(Command::Answer(id));
    for status in ["180", "200"] {
        let sent = desk.next(status);
        let message = Message::parse(sent.text.as_bytes()).unwrap();
        assert!(message.is_compact() && message.has(HeaderName::Contact) && sent.header("Via").is_empty());
    }
    desk.receive(&compacted(request("BYE", 9, "none", "", "")));
    assert!(desk.next("481").text.contains("\r\nv: "), "without a transaction too");
    desk.receive(&request("OPTIONS", 9, "", "", ""));
    assert!(desk.next("200").text.contains("\r\nVia: "));
}

#[test]
fn rfc3261_17_1_1_3_the_ack_of_a_compact_invite() {
    let mut desk = Desk::new();
    desk.end.ua.settings_mut().compact_headers = true;
    let _ = desk.call("peer@192.0.2.9:5062");
    let invite = desk.next("INVITE");
    let mut refusal = format!("SIP/2.0 486 Busy Here\r\nCSeq: {}\r\n", invite.header("CSeq"));
    for name in ["v", "f", "t", "i"] {
        refusal += &format!("{name}: {}\r\n", invite.header(name));
    }
    desk.receive(&format!("{refusal}\r\n"));
    let ack = desk.next("ACK");
    assert_eq!(ack.header("v"), invite.header("v"));
    assert_eq!((ack.header("l"), ack.header("Via")), ("0", ""));
}

/// The answer to a challenge, made by another phone's user agent that knows the password.
fn proof(challenge: &super::desk::Sent, password: &str) -> String {
    let mut keys = crate::ua::challenge::Keyring::new();
    let mut attempts = crate::ua::challenge::Attempts::new();
    let value = challenge.header("WWW-Authenticate").as_bytes();
    let asked = [(crate::ua::challenge::Asker::Server, value)];
    let _ = keys.take(&mut attempts, 2, asked.into_iter());
    let mut room = [0; 512];
    let mut out = crate::base::Writer::new(&mut room);
    let uri = b"sip:alice@192.0.2.1";
    keys.write(
        &crate::ua::challenge::Identity { user: "alice", password },
        &crate::ua::challenge::Target { method: b"INVITE", uri, body: SDP.as_bytes() },
        crate::ua::challenge::Recipient::Anybody(&attempts),
        &mut super::link::Seeded(7),
        &mut out,
    );
    String::from_utf8(out.written().to_vec()).unwrap()
}

#[test]
fn auth_page_asks_only_those_who_want_to_be_answered() {
    let page = format!("Call-Info: <sip:x>;answer-after=0\r\n{CONTACT}");
    let mut desk = Desk::with(|account| account.auth_page = true);
    desk.receive(&request("INVITE", 1, "", &page, SDP));
    let challenge = desk.next("401");
    assert_eq!(challenge.param("WWW-Authenticate", "realm"), "192.0.2.99");
    assert_eq!(desk.events(), [], "nobody is listened to");
    let forged = format!("{}{page}", proof(&challenge, "guessed"));
    desk.receive(&request("INVITE", 2, "", &forged, SDP));
    let challenge = desk.next("401");
    let proven = format!("{}{page}", proof(&challenge, "pwalice"));
    desk.receive(&request("INVITE", 3, "", &proven, SDP));
    let id = desk.end.incoming();
    assert_eq!(desk.end.ua.session(id).unwrap().answer_after_s, Some(0));
    // Who only wants the phone to ring need not know anything.
    let mut desk = Desk::with(|account| account.auth_page = true);
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let id = desk.end.incoming();
    assert_eq!(desk.end.ua.session(id).unwrap().answer_after_s, None);
}

#[test]
fn auth_page_realm_and_password_open_pages_alone() {
    let change = |account: &mut crate::ua::Account| {
        (account.auth_page, account.auth_invite) = (true, true);
        account.auth_page_realm = text::exact("floor 2").unwrap();
        account.auth_page_password = text::exact("ding-dong").unwrap();
    };
    let page = format!("Alert-Info: <http://x>;info=alert-autoanswer\r\n{CONTACT}");
    let mut desk = Desk::with(change);
    desk.receive(&request("INVITE", 1, "", &page, SDP));
    let challenge = desk.next("401");
    assert_eq!(challenge.param("WWW-Authenticate", "realm"), "floor 2");
    desk.receive(&request("INVITE", 2, "", &format!("{}{page}", proof(&challenge, "pwalice")), SDP));
    let challenge = desk.next("401");
    desk.receive(&request("INVITE", 3, "", &format!("{}{page}", proof(&challenge, "ding-dong")), SDP));
    let _ = desk.end.incoming();
    // `Auth INVITE` asks for our own password, whatever pages have to know.
    let mut desk = Desk::with(change);
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    assert_eq!(desk.next("401").param("WWW-Authenticate", "realm"), "192.0.2.99");
    // A page cannot do with fewer passwords than there are: an empty one opens nothing.
    let mut desk = Desk::with(|account| {
        account.auth_page = true;
        account.password = text::exact("").unwrap();
    });
    desk.receive(&request("INVITE", 1, "", &page, SDP));
    let challenge = desk.next("401");
    desk.receive(&request("INVITE", 2, "", &format!("{}{page}", proof(&challenge, "")), SDP));
    let _ = desk.next("401");
}

#[test]
fn rfc3261_22_2_a_caller_has_to_know_the_password() {
    let mut desk = Desk::with(|account| account.auth_invite = true);
    desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
    let challenge = desk.next("401");
    assert_eq!(challenge.param("WWW-Authenticate", "realm"), "192.0.2.99");
    assert_eq!(desk.events(), [], "nothing rings");
    let tag = challenge.param("To", "tag");
    desk.receive(&request("ACK", 1, &tag, "", ""));
    desk.silent();
    let proof = proof(&challenge, "pwalice");
    desk.receive(&request("INVITE", 2, "", &format!("{proof}{CONTACT}"), SDP));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let tag = desk.next("200").param("To", "tag");
    desk.receive(&request("ACK", 2, &tag, "", ""));
    // §22.2: the session stands; its changes need no password.
    desk.receive(&request("INVITE", 3, &tag, CONTACT, SDP));
    let _ = desk.next("200");
}

#[test]
fn the_name_of_telephone_events_is_a_setting() {
    let mut desk = Desk::with(|account| account.codecs = [Codec::Pcmu].into_iter().collect());
    desk.end.ua.settings_mut().dtmf_codec_name = text::exact("x-keys").unwrap();
    desk.end.ua.settings_mut().dtmf_payload_type = Some(99);
    let id = desk.call("peer@192.0.2.9:5062");
    let invite = desk.next("INVITE");
    assert!(invite.body().contains("a=rtpmap:99 x-keys/8000"));
    let usual = SDP.replace("AVP 0\r\n", "AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n");
    desk.reply(&invite, "200 OK", "p", CONTACT, &usual);
    let media = desk.end.ua.session(id).unwrap().media.unwrap();
    assert_eq!((media.dtmf_payload_type, media.receive_dtmf_payload_type), (Some(101), Some(99)));
}

/// A desk that is registered at the peer.
fn registered() -> Desk {
    let mut desk = Desk::with(|account| account.proxy = text::exact("192.0.2.9:5062").unwrap());
    desk.end.ua.settings_mut().remove_last_registration = true;
    let _ = desk.command(Command::Register(E1));
    let register = desk.next("REGISTER");
    desk.reply(&register, "200 OK", "r", "", "");
    desk.events();
    desk
}

#[test]
fn rfc3261_10_2_2_the_contact_before_goes_with_the_new_one() {
    let mut desk = registered();
    desk.account(E1, |account| {
        account.proxy = text::exact("192.0.2.9:5062").unwrap();
        account.register = true;
        account.port = 5070;
    });
    desk.run_ms(0);
    let moved = desk.next("REGISTER");
    let contacts: std::vec::Vec<_> =
        moved.text.lines().filter_map(|line| line.strip_prefix("Contact: ")).collect();
    assert_eq!(contacts, ["<sip:alice@192.0.2.1:5060>;expires=0", "<sip:alice@192.0.2.1:5070>"]);
    desk.reply(&moved, "200 OK", "r", "", "");
    desk.events();
    let _ = desk.command(Command::Register(E1));
    assert_eq!(desk.next("REGISTER").text.matches("Contact: ").count(), 1, "once is enough");
}

#[test]
fn remove_last_reg_another_party_waits_until_the_first_has_left() {
    for (status, extra) in [("200 OK", ""), ("404 Not Found", "")] {
        let mut desk = registered();
        let other = |account: &mut crate::ua::Account| {
            account.proxy = text::exact("192.0.2.9:5062").unwrap();
            account.register = true;
            account.user = text::exact("carol").unwrap();
        };
        desk.account(E1, other);
        desk.run_ms(0);
        let leaving = desk.next("REGISTER");
        assert!(leaving.header("To").contains("alice@") && leaving.header("Expires") == "0");
        desk.silent();
        desk.reply(&leaving, status, "r", extra, "");
        desk.run_ms(0);
        let coming = desk.next("REGISTER");
        assert!(coming.header("To").contains("carol@") && coming.header("Expires") == "3600");
        assert_eq!(coming.text.matches("Contact: ").count(), 1);
        desk.silent();
    }
}

#[test]
fn random_reg_cid_on_reboot() {
    let mut before = registered();
    let mark = before.end.ua.registration_mark(E1).unwrap();
    let _ = before.command(Command::Register(E1));
    let last = before.next("REGISTER");
    let mut after = Desk::with(|account| account.proxy = text::exact("192.0.2.9:5062").unwrap());
    assert_eq!(after.end.ua.registration_mark(E1), None);
    after.end.ua.resume_registration(E1, &mark);
    let _ = after.command(Command::Register(E1));
    let next = after.next("REGISTER");
    assert_eq!(next.header("Call-ID"), last.header("Call-ID"));
    assert_eq!((mark.cseq, next.header("CSeq")), (1, "2 REGISTER"), "§10.2: it rises");
    after.end.ua.resume_registration(E1, &crate::ua::RegistrationMark { cseq: 9, ..mark });
    assert_eq!(after.end.ua.registration_mark(E1).unwrap().cseq, 2, "too late");
}
