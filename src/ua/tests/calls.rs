//! INVITE sessions.

use super::link::{E1, Link};
use crate::ua::{Command, EndReason, Event, Outcome, Refusal};
use std::vec;
use std::vec::Vec;

#[test]
fn rfc3261_13_a_call_from_invite_to_bye() {
    let mut link = Link::new();
    let (alice, bob) = link.connect();
    assert_eq!(link.said(), ["--> INVITE", "<-- 180 Ringing", "<-- 200 OK", "--> ACK"]);
    assert_eq!(
        link.ends[0].events,
        [Event::Progress { session: alice, status: 180, early_media: false }, Event::Answered(alice)]
    );
    assert_eq!(link.ends[1].events, [Event::Incoming(bob), Event::Answered(bob)]);
    let heard = link.ends[1].ua.session(bob).unwrap();
    assert_eq!((heard.peer_number, heard.incoming), ("alice", true));
    let (here, there) = (link.ends[0].ua.session(alice).unwrap().media.unwrap(), heard.media.unwrap());
    assert_eq!(here.remote.port(), there.local_port);
    assert_eq!(there.remote.port(), here.local_port);
    assert!(here.send && here.receive && there.send && there.receive);

    let _ = link.command(0, Command::End(alice));
    assert_eq!(link.said(), ["--> BYE", "<-- 200 OK"]);
    assert_eq!(link.ends[0].events.last(), Some(&Event::Ended { session: alice, reason: EndReason::Local }));
    assert_eq!(link.ends[1].events.last(), Some(&Event::Ended { session: bob, reason: EndReason::Remote }));
    assert_eq!(link.ends[0].ua.session(alice), None);
    link.assert_empty();
}

#[test]
fn rfc3261_9_1_cancel_while_it_rings() {
    let mut link = Link::new();
    let alice = link.call();
    let bob = link.ends[1].incoming();
    let _ = link.command(1, Command::Ring(bob));
    let _ = link.command(0, Command::End(alice));
    assert_eq!(
        link.said(),
        [
            "--> INVITE",
            "<-- 180 Ringing",
            "--> CANCEL",
            "<-- 200 OK",
            "<-- 487 Request Terminated",
            "--> ACK"
        ]
    );
    assert_eq!(
        link.ends[1].events.last(),
        Some(&Event::Ended { session: bob, reason: EndReason::Cancelled })
    );
    assert_eq!(link.command(1, Command::Answer(bob)), Outcome::Refused(Refusal::NoSession));
    link.assert_empty();
}

#[test]
fn rfc3261_9_1_no_cancel_before_a_provisional_response() {
    let mut link = Link::new();
    link.lose = vec!["INVITE"];
    let alice = link.call();
    let _ = link.command(0, Command::End(alice));
    assert_eq!(link.said(), ["--> INVITE", "   lost: INVITE"]);
    link.run_ms(900);
    // The retransmission arrives, 100 comes after 200 ms, and then the CANCEL goes out.
    assert_eq!(
        link.said(),
        ["--> INVITE", "<-- 100 Trying", "--> CANCEL", "<-- 200 OK", "<-- 487 Request Terminated", "--> ACK"]
    );
    link.assert_empty();
}

#[test]
fn rfc3261_15_an_answer_that_crosses_the_cancel_is_hung_up() {
    let mut link = Link::new();
    let alice = link.call();
    let bob = link.ends[1].incoming();
    let _ = link.command(1, Command::Ring(bob));
    link.lose = vec!["CANCEL", "200", "200"];
    let _ = link.command(0, Command::End(alice));
    let _ = link.command(1, Command::Answer(bob));
    link.said();
    link.run_ms(2_000);
    let said = link.said();
    assert!(
        said.iter().any(|line| line == "--> ACK") && said.iter().any(|line| line == "--> BYE"),
        "{said:?}"
    );
    assert_eq!(link.ends[1].events.last(), Some(&Event::Ended { session: bob, reason: EndReason::Remote }));
    link.assert_empty();
}

#[test]
fn rfc3261_13_3_1_4_a_2xx_is_repeated_until_its_ack() {
    let mut link = Link::new();
    link.lose = vec!["ACK", "ACK"];
    let (alice, bob) = link.connect();
    link.said();
    link.run_ms(1_600);
    assert_eq!(link.said(), ["<-- 200 OK", "--> ACK", "   lost: ACK", "<-- 200 OK", "--> ACK"]);
    assert_eq!(link.ends[1].events.last(), Some(&Event::Answered(bob)));
    let _ = link.command(1, Command::End(bob));
    assert_eq!(link.ends[0].events.last(), Some(&Event::Ended { session: alice, reason: EndReason::Remote }));
    link.assert_empty();
}

#[test]
fn rfc3261_13_3_1_4_without_any_ack_the_callee_hangs_up() {
    let mut link = Link::new();
    link.lose = vec!["ACK"; 20];
    let (_, bob) = link.connect();
    link.run_ms(33_000);
    assert!(link.ends[1].events.contains(&Event::Ended { session: bob, reason: EndReason::Lost }));
    assert!(link.said().iter().any(|line| line == "<-- BYE"));
    link.lose.clear();
    link.assert_empty();
}

#[test]
fn rfc3264_8_4_hold_and_resume() {
    let mut link = Link::new();
    let (alice, bob) = link.connect();
    link.said();
    assert_eq!(link.command(0, Command::Hold(alice)), Outcome::Done);
    assert_eq!(link.said(), ["--> INVITE", "<-- 200 OK", "--> ACK"]);
    assert!(link.ends[0].ua.session(alice).unwrap().on_hold);
    let there = link.ends[1].ua.session(bob).unwrap().media.unwrap();
    assert!(there.held_by_peer && !there.send);
    assert_eq!(link.ends[1].events.last(), Some(&Event::Media(bob)));
    let _ = link.command(0, Command::Resume(alice));
    let there = link.ends[1].ua.session(bob).unwrap().media.unwrap();
    assert!(!there.held_by_peer && there.send && there.receive);
    let _ = link.command(1, Command::End(bob));
    link.assert_empty();
}

#[test]
fn rfc3261_14_1_glare_is_settled_after_491() {
    let mut link = Link::new();
    let (alice, bob) = link.connect();
    // Both ask at once: neither message is carried before both are sent.
    let now = link.now;
    let _ = link.ends[0].command(now, Command::Hold(alice));
    let _ = link.ends[1].command(now, Command::Hold(bob));
    link.said();
    link.settle();
    let said = link.said();
    assert_eq!(said.iter().filter(|line| line.contains("491")).count(), 2, "{said:?}");
    link.run_ms(6_000);
    assert!(link.ends[0].ua.session(alice).unwrap().on_hold && link.ends[1].ua.session(bob).unwrap().on_hold);
    assert!(!link.ends[0].ua.session(alice).unwrap().media.unwrap().send);
    let _ = link.command(0, Command::End(alice));
    link.assert_empty();
}

#[test]
fn a_call_turned_down_and_a_redirection() {
    let mut link = Link::new();
    let alice = link.call();
    let bob = link.ends[1].incoming();
    let _ = link.command(1, Command::Refuse { session: bob, status: 486, contact: None });
    assert_eq!(link.said(), ["--> INVITE", "<-- 486 Busy Here", "--> ACK"]);
    let reason = EndReason::Failed(486);
    assert_eq!(link.ends[0].events.last(), Some(&Event::Ended { session: alice, reason }));

    let _ = link.call();
    let bob = link.ends[1].incoming();
    let contact = Some("sip:bob@192.0.2.2:5060;again=1");
    let _ = link.command(1, Command::Refuse { session: bob, status: 302, contact });
    // RFC 3261 §8.1.3.4: the new INVITE is a new transaction of the same call.
    assert_eq!(link.said(), ["--> INVITE", "<-- 302 Moved Temporarily", "--> ACK", "--> INVITE"]);
    let bob = link.ends[1].incoming();
    let _ = link.command(1, Command::Refuse { session: bob, status: 603, contact: None });
    link.assert_empty();
}

#[test]
fn nobody_there_is_408_after_timer_b() {
    let mut link = Link::new();
    let invite = crate::ua::Invite {
        extension: E1,
        target: "x@192.0.2.77",
        anonymous: false,
        codecs: None,
        secure: None,
        appearance: None,
    };
    let Outcome::Session(id) = link.command(0, Command::Invite(invite)) else { panic!("no session") };
    link.run_ms(32_500);
    let reason = EndReason::Failed(408);
    assert_eq!(link.ends[0].events.last(), Some(&Event::Ended { session: id, reason }));
    assert_eq!(link.said().len(), 7, "RFC 3261 §17.1.1.2: at 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s");
    link.assert_empty();
}

#[test]
fn more_callers_than_sessions_get_486() {
    let mut link = Link::new();
    for _ in 0..crate::limits::SESSIONS {
        let _ = link.call();
        link.ends[0].events.clear();
    }
    let invite = crate::ua::Invite {
        extension: E1,
        target: "bob@192.0.2.2",
        anonymous: false,
        codecs: None,
        secure: None,
        appearance: None,
    };
    assert_eq!(link.command(0, Command::Invite(invite)), Outcome::Refused(Refusal::Full));
    link.said();
    link.inject(1, &stranger("INVITE", "z9hG4bKstranger", ""));
    assert_eq!(link.said(), ["<-- 486 Busy Here"]);
}

#[test]
fn rfc3261_12_2_2_requests_that_belong_nowhere() {
    let mut link = Link::new();
    link.inject(1, &stranger("BYE", "z9hG4bKa", ";tag=nobody"));
    assert_eq!(link.said(), ["<-- 481 Call/Transaction Does Not Exist"]);
    link.inject(1, &stranger("CANCEL", "z9hG4bKb", ""));
    assert_eq!(link.said(), ["<-- 481 Call/Transaction Does Not Exist"]);
    link.inject(1, &stranger("ACK", "z9hG4bKc", ";tag=nobody"));
    assert!(link.said().is_empty());
    link.inject(1, &stranger("OPTIONS", "z9hG4bKd", ""));
    assert_eq!(link.said(), ["<-- 200 OK"]);
    link.inject(1, &stranger("REGISTER", "z9hG4bKe", ""));
    assert_eq!(link.said(), ["<-- 405 Method Not Allowed"]);
    link.inject(1, &stranger("JUGGLE", "z9hG4bKf", ""));
    assert_eq!(link.said(), ["<-- 501 Not Implemented"]);
    link.assert_empty();
}

fn stranger(method: &str, branch: &str, to_tag: &str) -> Vec<u8> {
    std::format!(
        "{method} sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:s@192.0.2.1>;tag=st\r\nTo: <sip:bob@192.0.2.2>{to_tag}\r\n\
         Call-ID: stranger-{branch}\r\nCSeq: 1 {method}\r\nContact: <sip:s@192.0.2.1>\r\n\
         Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

#[test]
fn rfc3262_two_phones_that_ring_reliably() {
    let mut link = Link::new();
    for end in &mut link.ends {
        end.account.reliable_provisional = true;
        let account = end.account.clone();
        end.ua.set_account(E1, &account);
    }
    link.lose = vec!["180", "PRACK"];
    let alice = link.call();
    let bob = link.ends[1].incoming();
    let _ = link.command(1, Command::Ring(bob));
    link.run_ms(1_400);
    assert_eq!(
        link.said(),
        [
            "--> INVITE",
            "<-- 180 Ringing",
            "   lost: 180 Ringing",
            "--> INVITE",
            "<-- 180 Ringing",
            "<-- 180 Ringing",
            "--> PRACK",
            "   lost: PRACK",
            "--> PRACK",
            "<-- 200 OK",
        ],
        "§3 repeats the response, the transaction the PRACK"
    );
    let _ = link.command(1, Command::Answer(bob));
    assert_eq!(link.said(), ["<-- 200 OK", "--> ACK"]);
    assert_eq!(
        link.ends[0].events,
        [Event::Progress { session: alice, status: 180, early_media: false }, Event::Answered(alice)]
    );
    let _ = link.command(0, Command::End(alice));
    link.assert_empty();
}

#[test]
fn rfc4028_two_phones_refresh_until_one_is_gone() {
    let mut link = Link::new();
    link.ends[0].ua.settings_mut().session_expires_s = 90;
    let (alice, bob) = link.connect();
    link.said();
    // Who asked refreshes, by UPDATE, at half the interval.
    link.run_ms(90_000);
    assert_eq!(link.said(), ["--> UPDATE", "<-- 200 OK", "--> UPDATE", "<-- 200 OK"]);
    // Nothing gets through any more: both give up by themselves.
    link.lose = vec!["UPDATE"; 11];
    link.lose.extend(["BYE"; 22]);
    link.run_ms(100_000);
    let ended = |session| Some(Event::Ended { session, reason: EndReason::Lost });
    assert_eq!(link.ends[0].events.last().copied(), ended(alice));
    assert_eq!(link.ends[1].events.last().copied(), ended(bob));
    link.assert_empty();
}
