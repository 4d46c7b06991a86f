//! SRTP with keys in session descriptions (RFC 4568), as a call goes.
#![allow(clippy::string_slice, reason = "a test fails by panicking")]

use std::format;
use std::string::{String, ToString};

use super::desk::{CONTACT, Desk, SDP, request};
use crate::sdp::MediaKeys;
use crate::ua::{Command, Event, SessionId, Srtp};

const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
const OTHER_KEY: &str = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

fn desk(srtp: Srtp) -> Desk {
    let mut desk = Desk::new();
    desk.end.ua.settings_mut().srtp = srtp;
    desk
}

/// The peer's description with its key.
fn secure(key: &str) -> String {
    let line = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n");
    SDP.replace("RTP/AVP", "RTP/SAVP") + &line
}

fn keys(desk: &Desk, id: SessionId) -> Option<MediaKeys> {
    desk.end.ua.media_keys(id).cloned()
}

/// The key in a description of ours.
fn digits(body: &str) -> String {
    let line = body.lines().find(|line| line.contains("crypto:1 ")).unwrap();
    line.split("inline:").nth(1).unwrap().to_string()
}

#[test]
fn switched_off_nothing_is_offered_and_an_offer_is_refused() {
    let mut desk = desk(Srtp::Off);
    let (id, invite) = desk.calling();
    assert!(invite.body().contains(" RTP/AVP ") && !invite.body().contains("crypto"));
    assert_eq!(keys(&desk, id), None);
    desk.receive(&request("INVITE", 1, "", CONTACT, &secure(KEY)));
    let refusal = desk.next("488");
    assert!(refusal.header("Warning").starts_with("302 "), "{}", refusal.text);
}

#[test]
fn a_call_is_offered_with_keys_and_keeps_them_through_hold() {
    let mut desk = desk(Srtp::Offered);
    let id = desk.call("peer@192.0.2.9:5062");
    let invite = desk.next("INVITE");
    assert!(invite.body().contains(" RTP/SAVP "), "{}", invite.body());
    desk.reply(&invite, "200 OK", "peer", CONTACT, &secure(KEY));
    let _ = desk.next("ACK");
    let agreed = keys(&desk, id).unwrap();
    assert_eq!(agreed.receive.key(), b"YS___semctl () {");
    assert!(desk.end.ua.session(id).unwrap().media.unwrap().protected);

    let _ = desk.command(Command::Hold(id));
    let hold = desk.next("INVITE");
    assert_eq!(digits(hold.body()), digits(invite.body()), "the same key");
    desk.reply(&hold, "200 OK", "", CONTACT, &format!("{}a=recvonly\r\n", secure(KEY)));
    let _ = desk.next("ACK");
    assert_eq!(keys(&desk, id), Some(agreed.clone()));

    let _ = desk.command(Command::Resume(id));
    let resume = desk.next("INVITE");
    desk.reply(&resume, "200 OK", "", CONTACT, &secure(OTHER_KEY));
    let _ = desk.next("ACK");
    let rekeyed = keys(&desk, id).unwrap();
    assert_eq!(rekeyed.send, agreed.send);
    assert_ne!(rekeyed.receive, agreed.receive, "the peer changed its key");
}

/// RFC 4568 §5.1.3: no call in clear instead of the protected one.
#[test]
fn an_answer_without_a_key_ends_the_call() {
    for body in [SDP.to_string(), SDP.replace("RTP/AVP", "RTP/SAVP")] {
        let mut desk = desk(Srtp::Offered);
        let id = desk.call("peer@192.0.2.9:5062");
        let invite = desk.next("INVITE");
        desk.reply(&invite, "200 OK", "peer", CONTACT, &body);
        let _ = desk.next("ACK");
        let bye = desk.next("BYE");
        desk.reply(&bye, "200 OK", "", "", "");
        assert!(desk.events().iter().any(|event| matches!(event, Event::Ended { .. })));
        assert_eq!(keys(&desk, id), None);
    }
}

#[test]
fn who_offers_keys_is_answered_with_one_and_a_second_offer_with_the_same() {
    let mut desk = desk(Srtp::Answered);
    desk.receive(&request("INVITE", 1, "", CONTACT, &secure(KEY)));
    let id = desk.end.incoming();
    let _ = desk.command(Command::Answer(id));
    let answer = desk.next("200");
    assert!(answer.body().contains("m=audio 16384 RTP/SAVP 0\r\n"), "{}", answer.body());
    assert_eq!(answer.body().matches("crypto").count(), 1);
    let tag = answer.param("To", "tag");
    desk.receive(&request("ACK", 1, &tag, "", ""));
    let agreed = keys(&desk, id).unwrap();

    desk.receive(&request("INVITE", 2, &tag, CONTACT, &format!("{}a=sendonly\r\n", secure(KEY))));
    let again = desk.next("200");
    assert_eq!(digits(again.body()), digits(answer.body()));
    desk.receive(&request("ACK", 2, &tag, "", ""));
    assert_eq!(keys(&desk, id), Some(agreed.clone()));

    // No way back to plain RTP in a session that is protected.
    desk.receive(&request("INVITE", 3, &tag, CONTACT, SDP));
    let _ = desk.next("488");
    desk.receive(&request("ACK", 3, &tag, "", ""));
    assert_eq!(keys(&desk, id), Some(agreed));
}

/// RFC 4568 §7.3: what the branch says that answers counts.
#[test]
fn early_media_of_one_branch_and_the_answer_of_another() {
    let mut desk = desk(Srtp::Offered);
    let id = desk.call("peer@192.0.2.9:5062");
    let invite = desk.next("INVITE");
    desk.reply(&invite, "183 Session Progress", "one", CONTACT, &secure(OTHER_KEY));
    assert_ne!(keys(&desk, id).unwrap().receive.key(), b"YS___semctl () {");
    desk.reply(&invite, "200 OK", "two", CONTACT, &secure(KEY));
    let _ = desk.next("ACK");
    assert_eq!(keys(&desk, id).unwrap().receive.key(), b"YS___semctl () {");
}

#[test]
fn keys_are_not_shown() {
    let mut desk = desk(Srtp::Offered);
    let id = desk.call("peer@192.0.2.9:5062");
    let invite = desk.next("INVITE");
    desk.reply(&invite, "200 OK", "peer", CONTACT, &secure(KEY));
    let shown = format!("{:?} {:?}", desk.end.ua, desk.end.ua.session(id));
    let bytes = |text: &str| format!("{:?}", text.as_bytes()).trim_matches(['[', ']']).to_string();
    for secret in [KEY, &digits(invite.body())] {
        assert!(!shown.contains(secret) && !shown.contains(&bytes(&secret[..8])), "a key in base64");
    }
    let agreed = keys(&desk, id).unwrap();
    for key in [&agreed.send, &agreed.receive] {
        let numbers = format!("{:?}", &key.key()[..4]);
        assert!(!shown.contains(numbers.trim_matches(['[', ']'])), "a key as numbers");
    }
}
