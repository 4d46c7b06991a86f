//! Behind a NAT: what others see of us, and keeping the way open.

use super::desk::{Desk, Sent};
use super::link::E1;
use crate::base::{Writer, text};
use crate::sip::Message;
use crate::stun;
use crate::transaction::{Hop, Transport};
use crate::ua::{Input, KeepAliveMessage};

fn behind_nat() -> Desk {
    Desk::with(|account| {
        account.register = true;
        account.nat_mapping = true;
    })
}

fn grant(desk: &mut Desk, register: &Sent) {
    let contact = std::format!("Contact: {};expires=3600\r\n", register.header("Contact"));
    desk.reply(register, "200 OK", "r", &contact, "");
}

#[test]
fn rfc3581_3_what_the_registrar_saw_stands_in_contact() {
    let mut desk = behind_nat();
    let settings = desk.end.ua.settings_mut();
    (settings.handle_via_received, settings.handle_via_rport) = (true, true);
    let _ = desk.step(Input::Timeout);
    let first = desk.next("REGISTER");
    assert_eq!(first.header("Contact"), "<sip:alice@192.0.2.1:5060>");
    let seen = Sent { text: first.text.replace(";rport", ";rport=40000;received=203.0.113.9"), ..first };
    grant(&mut desk, &seen);
    let second = desk.next("REGISTER");
    assert_eq!(second.header("Contact"), "<sip:alice@203.0.113.9:40000>");
    assert!(second.header("Via").starts_with("SIP/2.0/UDP 192.0.2.1:5060;"), "Substitute VIA Addr is off");
    let seen = Sent { text: second.text.replace(";rport", ";rport=40000;received=203.0.113.9"), ..second };
    grant(&mut desk, &seen);
    desk.silent();
    desk.end.ua.settings_mut().substitute_via_address = true;
    let _ = desk.call("5551234");
    let invite = desk.next("INVITE");
    assert!(invite.header("Via").starts_with("SIP/2.0/UDP 203.0.113.9:40000;"), "{}", invite.text);
    assert!(invite.body().contains("c=IN IP4 203.0.113.9"), "{}", invite.body());
}

#[test]
fn ext_ip_and_ext_ports_stand_in_what_is_sent() {
    let mut desk = Desk::with(|account| account.external_port = Some(9_060));
    let settings = desk.end.ua.settings_mut();
    settings.external_address = "203.0.113.9".parse().ok();
    settings.external_rtp_port_min = Some(30_000);
    let (own, shown) = (settings.rtp_port_min, 30_000);
    let (id, invite) = desk.calling();
    assert_eq!(invite.header("Contact"), "<sip:alice@203.0.113.9:9060>");
    assert!(invite.body().contains(&std::format!("m=audio {shown} ")), "{}", invite.body());
    let media = desk.end.ua.session(id).unwrap().media.unwrap();
    assert_eq!(media.local_port, own, "the port to bind is ours");
}

#[test]
fn keep_alives_go_out_every_interval() {
    let messages = [
        (KeepAliveMessage::Notify, "NOTIFY sip:192.0.2.99 SIP/2.0"),
        (KeepAliveMessage::Register, "REGISTER sip:192.0.2.99 SIP/2.0"),
        (KeepAliveMessage::Ping, "PING sip:192.0.2.99 SIP/2.0"),
        (KeepAliveMessage::parse("hello").unwrap(), "hello"),
    ];
    for (message, start) in messages {
        let mut desk = Desk::with(|account| {
            account.keep_alive = true;
            account.keep_alive_message = message.clone();
        });
        let _ = desk.step(Input::Timeout);
        desk.run_ms(14_999);
        desk.silent();
        for _ in 0..3 {
            desk.run_ms(1);
            let sent = desk.next("");
            assert_eq!((sent.start(), sent.hop.remote), (start, "192.0.2.99:5060".parse().unwrap()));
            if start != "hello" {
                assert!(Message::parse(sent.text.as_bytes()).unwrap().check().is_ok(), "{}", sent.text);
                assert_eq!(sent.header("Contact"), "");
            }
            desk.run_ms(14_999);
            desk.silent();
        }
    }
    assert_eq!(KeepAliveMessage::parse(&"x".repeat(32)), None);
}

#[test]
fn an_empty_keep_alive_over_a_connection_is_two_line_ends() {
    let mut desk = Desk::with(|account| {
        account.keep_alive = true;
        account.keep_alive_message = KeepAliveMessage::parse("").unwrap();
        account.keep_alive_destination = text::exact("192.0.2.98:5070").unwrap();
        account.transport = Transport::Tcp;
    });
    let _ = desk.step(Input::Timeout);
    desk.run_ms(15_000);
    let sent = desk.next("");
    assert_eq!((sent.text.as_str(), sent.hop.remote), ("\r\n\r\n", "192.0.2.98:5070".parse().unwrap()));
}

#[test]
fn rfc8489_what_the_stun_server_saw_stands_in_contact() {
    let mut desk = behind_nat();
    desk.end.ua.settings_mut().stun_server = text::exact("192.0.2.77").unwrap();
    let at = desk.now;
    let _ = desk.end.step(at, Input::Timeout);
    let mut asked = None;
    while let Some(out) = desk.end.ua.poll_transmit() {
        if stun::is_stun(out.bytes) {
            let message = stun::Message::parse(out.bytes).unwrap();
            asked = Some((message.transaction(), out.hop));
        }
    }
    let (transaction, hop) = asked.expect("a question");
    assert_eq!((hop.remote, hop.local_port), ("192.0.2.77:3478".parse().unwrap(), 5_060));
    let mut buffer = [0; 64];
    let mut out = Writer::new(&mut buffer);
    stun::compose::binding_success(&mut out, transaction, "203.0.113.9:40000".parse().unwrap());
    let arrival = Hop { connection: None, ..hop };
    let _ = desk.step(Input::Message { arrival, bytes: out.written() });
    assert_eq!(desk.end.ua.mapped.of(E1).map(|mapped| mapped.port()), Some(40_000));
    assert_eq!(desk.end.ua.shown_address(E1).unwrap().contact, "203.0.113.9:40000".parse().unwrap());
}
