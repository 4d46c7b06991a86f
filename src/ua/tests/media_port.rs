//! `STUN Enable`: the address of the audio that others see (RFC 8489).

use core::net::SocketAddr;
use std::format;
use std::string::String;

use super::desk::{CONTACT, Desk, SDP, request};
use crate::base::text;
use crate::ua::{Command, Event, Input, MapPort};

const OUTSIDE: &str = "203.0.113.9:50000";

fn desk() -> Desk {
    let mut desk = Desk::with(|account| account.nat_mapping = true);
    desk.end.ua.settings_mut().stun_server = text::exact("192.0.2.77").unwrap();
    let _ = desk.step(Input::Timeout);
    desk.forget();
    desk
}

fn asked(desk: &mut Desk) -> MapPort {
    let question = desk.end.ua.poll_map_port().expect("a question");
    assert_eq!(question.server, "192.0.2.77:3478".parse().unwrap());
    assert_eq!(desk.end.ua.poll_map_port(), None, "once");
    question
}

fn map(desk: &mut Desk, question: MapPort, seen: Option<&str>) {
    let seen: Option<SocketAddr> = seen.map(|seen| seen.parse().unwrap());
    let _ = desk.step(Input::PortMapped { ticket: question.ticket, seen });
}

/// What a description says of where the audio goes.
fn place(body: &str) -> String {
    let line = |start: &str| body.lines().find(|line| line.starts_with(start)).unwrap_or("");
    let (origin, port) = (line("o="), line("m=audio"));
    let origin = origin.rsplit(' ').next().unwrap();
    format!("{origin} {} {}", line("c=").rsplit(' ').next().unwrap(), port.split(' ').nth(1).unwrap())
}

#[test]
fn an_invite_waits_for_the_mapped_address_of_its_audio() {
    let mut desk = desk();
    let id = desk.call("peer@192.0.2.9:5062");
    let question = asked(&mut desk);
    desk.silent();
    map(&mut desk, question, Some(OUTSIDE));
    let invite = desk.next("INVITE");
    assert_eq!(place(invite.body()), "203.0.113.9 203.0.113.9 50000");
    desk.reply(&invite, "200 OK", "peer", CONTACT, SDP);
    let _ = desk.next("ACK");
    let media = desk.end.ua.session(id).unwrap().media.unwrap();
    assert_eq!(media.local_port, question.local_port, "where we listen is ours");
    // Later descriptions say the same, and a late second answer changes nothing.
    map(&mut desk, question, Some("203.0.113.9:60000"));
    let _ = desk.command(Command::Hold(id));
    assert_eq!(place(desk.next("INVITE").body()), "203.0.113.9 0.0.0.0 50000", "RFC 2543 Call Hold");
}

#[test]
fn without_an_answer_the_call_goes_on_after_two_seconds() {
    for answer in [None, Some(None), Some(Some("[2001:db8::9]:50000"))] {
        let mut desk = desk();
        let _ = desk.call("peer@192.0.2.9:5062");
        let question = asked(&mut desk);
        match answer {
            Some(answer) => map(&mut desk, question, answer),
            None => {
                desk.run_ms(1_999);
                assert!(!desk.has_invited());
                desk.run_ms(1);
            }
        }
        let invite = desk.invite();
        let expected = format!("192.0.2.1 192.0.2.1 {}", question.local_port);
        assert_eq!(place(&invite), expected, "{answer:?}");
    }
}

#[test]
fn who_hangs_up_while_it_waits_is_not_called_for() {
    let mut desk = desk();
    let id = desk.call("peer@192.0.2.9:5062");
    let question = asked(&mut desk);
    let _ = desk.command(Command::End(id));
    map(&mut desk, question, Some(OUTSIDE));
    assert!(!desk.has_invited());
    assert_eq!(desk.end.ua.load().0, 0);
}

#[test]
fn an_answer_made_before_says_the_mapped_address() {
    let mut desk = desk();
    desk.receive(&request("INVITE", 1, "", CONTACT, &SDP.replace("t=0 0", "t=5 9")));
    let id = desk.end.incoming();
    let question = asked(&mut desk);
    let _ = desk.command(Command::Ring(id));
    let _ = desk.next("180");
    map(&mut desk, question, Some(OUTSIDE));
    let _ = desk.command(Command::Answer(id));
    let answer = desk.next("200");
    assert_eq!(place(answer.body()), "203.0.113.9 203.0.113.9 50000");
    assert!(answer.body().contains("t=5 9\r\n"), "{}", answer.text);
}

#[test]
fn an_answer_at_once_waits_for_the_mapped_address() {
    for seen in [Some(OUTSIDE), None] {
        let mut desk = desk();
        desk.receive(&request("INVITE", 1, "", CONTACT, SDP));
        let id = desk.end.incoming();
        let question = asked(&mut desk);
        let _ = desk.command(Command::Answer(id));
        desk.silent();
        map(&mut desk, question, seen);
        let answer = desk.next("200");
        let port = question.local_port;
        let inside = format!("192.0.2.1 192.0.2.1 {port}");
        let expected = seen.map_or(inside, |_| "203.0.113.9 203.0.113.9 50000".into());
        assert_eq!(place(answer.body()), expected);
        desk.receive(&request("ACK", 1, &answer.param("To", "tag"), "", ""));
        assert_eq!(desk.events().last(), Some(&Event::Answered(id)));
    }
}

#[test]
fn an_offer_in_a_reliable_180_is_said_for_good() {
    let mut desk = desk();
    desk.receive(&request("INVITE", 1, "", &format!("Require: 100rel\r\n{CONTACT}"), ""));
    let id = desk.end.incoming();
    let question = asked(&mut desk);
    let _ = desk.command(Command::Ring(id));
    let inside = format!("192.0.2.1 192.0.2.1 {}", question.local_port);
    assert_eq!(place(desk.next("180").body()), inside);
    map(&mut desk, question, Some(OUTSIDE));
    assert_eq!(desk.end.ua.sessions.get(id.0).unwrap().local.address.port(), question.local_port);
}

#[test]
fn settings_that_know_the_address_ask_nobody() {
    let mut desk = desk();
    desk.end.ua.settings_mut().external_rtp_port_min = Some(30_000);
    let _ = desk.call("peer@192.0.2.9:5062");
    assert_eq!(desk.end.ua.poll_map_port(), None);
    let _ = desk.next("INVITE");
    let mut desk = Desk::new();
    desk.end.ua.settings_mut().stun_server = text::exact("192.0.2.77").unwrap();
    let _ = desk.call("peer@192.0.2.9:5062");
    assert_eq!(desk.end.ua.poll_map_port(), None, "without `NAT Mapping Enable`");
    let _ = desk.next("INVITE");
}

impl Desk {
    /// The body of the INVITE among what was sent.
    fn invite(&mut self) -> String {
        while self.has_sent() {
            let sent = self.next("");
            if sent.start().starts_with("INVITE") {
                return sent.body().into();
            }
        }
        String::new()
    }

    fn has_invited(&mut self) -> bool {
        !self.invite().is_empty()
    }
}
