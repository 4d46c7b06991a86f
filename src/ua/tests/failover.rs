//! Finding and losing servers: several of them, of which one dies (RFC 3263 §4.2, §4.3). All times are
//! virtual; what they say is measured from the loss to the answer of the next server.

use core::net::IpAddr;
use std::string::ToString;

use super::desk::{CONTACT, Desk, SDP, Sent};
use super::link::E1;
use crate::base::text;
use crate::transaction::Transport;
use crate::ua::{
    Account, Command, EndReason, Event, Input, Query, Records, RegistrationState as State, SrvRecord,
};

pub(super) const A: &str = "192.0.2.20:5060";
pub(super) const B: &str = "192.0.2.21:5070";
const GRANTED: &str = "Contact: <sip:alice@192.0.2.1:5060>;expires=7200\r\n";

/// A desk whose proxy is a service with two servers, A before B; the office's names are known.
fn office(change: impl Fn(&mut Account)) -> Desk {
    let mut desk = Desk::with(|account| {
        account.proxy = text::exact("office.test").unwrap();
        account.use_dns_srv = true;
        account.dns_srv_auto_prefix = true;
        change(account);
    });
    let _ = desk.step(Input::Timeout);
    desk
}

/// Answers every question that the desk has.
fn resolve(desk: &mut Desk) {
    let record = |priority, port, target| SrvRecord { priority, weight: 1, port, target };
    while let Some(asked) = desk.end.ua.poll_resolve() {
        let (ticket, query, host) = (asked.ticket, asked.query, asked.host.to_string());
        match (query, host.as_str()) {
            (Query::Services, "_sip._udp.office.test") => {
                let services = [record(20, 5_070, "b.office.test"), record(10, 5_060, "a.office.test")];
                let records = Records::Services(&services);
                let _ = desk.step(Input::Resolved { ticket, records, ttl_s: Some(86_400) });
            }
            (Query::Addresses, "a.office.test") => answer(desk, ticket, "192.0.2.20"),
            (Query::Addresses, "b.office.test") => answer(desk, ticket, "192.0.2.21"),
            (_, other) => panic!("asked for {other}"),
        }
    }
}

fn answer(desk: &mut Desk, ticket: crate::ua::Ticket, address: &str) {
    let addresses: [IpAddr; 1] = [address.parse().unwrap()];
    let records = Records::Addresses(&addresses);
    let _ = desk.step(Input::Resolved { ticket, records, ttl_s: Some(86_400) });
}

pub(super) fn at(sent: &Sent) -> std::string::String {
    sent.hop.remote.to_string()
}

/// Runs on while the same request is repeated to a dead server; what comes after it, and when.
pub(super) fn until_next(desk: &mut Desk, dead: &str) -> (Sent, u64) {
    let start = desk.now;
    loop {
        desk.run_ms(100);
        resolve(desk);
        while desk.has_sent() {
            let sent = desk.next("");
            if at(&sent) != dead {
                return (sent, desk.now.since_ms(start));
            }
        }
        assert!(desk.now.since_ms(start) < 200_000, "nothing goes anywhere else");
    }
}

/// Registered at A.
pub(super) fn registered() -> Desk {
    let mut desk = office(|account| account.register = true);
    resolve(&mut desk);
    let register = desk.next("REGISTER");
    assert_eq!(at(&register), A);
    desk.reply(&register, "200 OK", "r", GRANTED, "");
    assert_eq!(desk.registered().0, State::Registered);
    desk
}

#[test]
fn rfc3263_4_2_the_best_server_of_a_service_is_asked_first() {
    let mut desk = office(|account| account.register = true);
    desk.silent();
    resolve(&mut desk);
    let register = desk.next("REGISTER");
    assert_eq!((at(&register), register.start()), (A.into(), "REGISTER sip:office.test SIP/2.0"));
    desk.silent();
}

#[test]
fn rfc3263_4_3_a_registration_moves_on_after_timer_f_and_comes_back() {
    let mut desk = office(|account| {
        account.register = true;
        account.proxy_fallback_s = 600;
    });
    resolve(&mut desk);
    let first = desk.next("REGISTER");
    let (second, after_ms) = until_next(&mut desk, A);
    assert_eq!((at(&second), after_ms), (B.into(), 32_000), "Timer F");
    assert_ne!(first.param("Via", "branch"), second.param("Via", "branch"), "another transaction");
    assert_eq!(second.header("CSeq"), "2 REGISTER", "RFC 3261 §10.2: each REGISTER has the next one");
    desk.reply(&second, "200 OK", "r", GRANTED, "");
    assert_eq!(desk.registered(), (State::Registered, 7_200));
    // The extension's calls follow its registration.
    let _ = desk.call("5551234");
    let invite = desk.next("INVITE");
    assert_eq!(at(&invite), B);
    desk.reply(&invite, "486 Busy Here", "p", "", "");
    let _ = desk.next("ACK");
    // `Proxy Fallback Intvl`: the best server is asked again, and calls wait for its answer.
    desk.run_ms(600_000);
    let back = desk.next("REGISTER");
    assert_eq!(at(&back), A);
    let _ = desk.call("5551234");
    let invite = desk.next("INVITE");
    assert_eq!(at(&invite), B);
    desk.reply(&invite, "486 Busy Here", "p", "", "");
    let _ = desk.next("ACK");
    desk.reply(&back, "200 OK", "r", GRANTED, "");
    let _ = desk.call("5551234");
    assert_eq!(at(&desk.next("INVITE")), A);
}

#[test]
fn rfc3263_4_3_a_call_goes_on_to_the_next_server_as_it_was() {
    let mut desk = registered();
    let id = desk.call("5551234");
    let first = desk.next("INVITE");
    assert_eq!(at(&first), A);
    // Timer B, then the same INVITE to B; the binding is asked for there at once.
    let (second, after_ms) = until_next(&mut desk, A);
    assert_eq!((at(&second), after_ms), (B.into(), 32_000));
    let register = desk.next("REGISTER");
    assert_eq!(at(&register), B);
    desk.reply(&register, "200 OK", "r", GRANTED, "");
    for name in ["From", "To", "Call-ID", "CSeq", "Contact"] {
        assert_eq!(first.header(name), second.header(name));
    }
    assert_ne!(first.param("Via", "branch"), second.param("Via", "branch"));
    desk.reply(&second, "180 Ringing", "p", "", "");
    desk.events();
    // RFC 3261 §9.1: CANCEL takes the INVITE's way; §17.1.1.3: so does the ACK to its refusal.
    let _ = desk.command(Command::End(id));
    let cancel = desk.next("CANCEL");
    assert_eq!((at(&cancel), cancel.header("Via")), (B.into(), second.header("Via")));
    desk.reply(&cancel, "200 OK", "", "", "");
    desk.reply(&second, "487 Request Terminated", "p", "", "");
    let ack = desk.next("ACK");
    assert_eq!((at(&ack), ack.header("Via")), (B.into(), second.header("Via")));
    // The next call goes to B at once.
    let _ = desk.call("5551234");
    assert_eq!(at(&desk.next("INVITE")), B);
}

#[test]
fn rfc3261_21_5_4_a_server_is_left_alone_as_long_as_it_asks() {
    let mut desk = office(|_| {});
    let _ = desk.call("5551234");
    resolve(&mut desk);
    let first = desk.next("INVITE");
    desk.reply(&first, "503 Service Unavailable", "p", "Retry-After: 60\r\n", "");
    let ack = desk.next("ACK");
    assert_eq!((at(&ack), ack.param("Via", "branch")), (A.into(), first.param("Via", "branch")));
    let second = desk.next("INVITE");
    assert_eq!(at(&second), B);
    // B is busy too: nobody is left, and the call ends without another attempt.
    desk.reply(&second, "503 Service Unavailable", "p", "Retry-After: 60\r\n", "");
    let _ = desk.next("ACK");
    assert!(matches!(desk.events().last(), Some(Event::Ended { reason: EndReason::Failed(503), .. })));
    desk.forget();
    let _ = desk.call("5551234");
    desk.silent();
    assert!(matches!(desk.events().last(), Some(Event::Ended { reason: EndReason::Failed(503), .. })));
    desk.run_ms(60_000);
    desk.forget();
    let _ = desk.call("5551234");
    assert_eq!(at(&desk.next("INVITE")), A);
}

#[test]
fn try_backup_rsc_names_further_statuses() {
    let mut desk = registered();
    desk.end.ua.settings_mut().try_backup_statuses = text::exact("404, 50?").unwrap();
    let _ = desk.call("5551234");
    let first = desk.next("INVITE");
    desk.reply(&first, "404 Not Found", "p", "", "");
    let _ = desk.next("ACK");
    let second = desk.next("INVITE");
    assert_eq!((at(&second), second.header("CSeq")), (B.into(), first.header("CSeq")));
    desk.reply(&second, "404 Not Found", "p", "", "");
    let _ = desk.next("ACK");
    assert!(matches!(desk.events().last(), Some(Event::Ended { reason: EndReason::Failed(404), .. })));
    // It was this call's affair: the next one begins at A again.
    let _ = desk.call("5551234");
    assert_eq!(at(&desk.next("INVITE")), A);
}

#[test]
fn rfc3263_4_3_a_call_in_progress_survives_its_proxy() {
    let mut desk = registered();
    let id = desk.call("5551234");
    let invite = desk.next("INVITE");
    let route = std::format!("{CONTACT}Record-Route: <sip:office.test;lr>\r\n");
    desk.reply(&invite, "200 OK", "peer", &route, SDP);
    let _ = desk.next("ACK");
    desk.events();
    // A dies. Hold goes to it, and after Timer B as it was to B; the call stands.
    let _ = desk.command(Command::Hold(id));
    let first = desk.next("INVITE");
    assert_eq!((at(&first), first.header("Route")), (A.into(), "<sip:office.test;lr>"));
    let (second, after_ms) = until_next(&mut desk, A);
    assert_eq!((at(&second), after_ms), (B.into(), 32_000));
    assert_eq!((second.header("CSeq"), second.body()), (first.header("CSeq"), first.body()));
    desk.reply(&second, "200 OK", "peer", CONTACT, SDP);
    assert_eq!(desk.events(), [Event::Media(id)]);
    desk.forget();
    // A BYE that A does not take ends the call at B.
    let _ = desk.command(Command::End(id));
    let bye = desk.next("BYE");
    let _ = desk.step(Input::Unreachable(bye.hop));
    let bye = desk.next("BYE");
    assert_eq!(at(&bye), B);
    desk.reply(&bye, "200 OK", "peer", "", "");
    assert_eq!(desk.end.ua.sessions.len(), 0);
}

#[test]
fn a_lost_connection_to_a_server_that_works_is_opened_again() {
    let mut desk = Desk::with(|account| {
        account.register = true;
        account.transport = Transport::Tcp;
    });
    let _ = desk.step(Input::Timeout);
    let register = desk.next("REGISTER");
    assert!(register.header("Via").ends_with(";rport;alias"), "RFC 5923 §4: {}", register.header("Via"));
    desk.reply(&register, "200 OK", "r", GRANTED, "");
    let id = desk.call("5551234");
    let first = desk.next("INVITE");
    let _ = desk.step(Input::Unreachable(first.hop));
    let second = desk.next("INVITE");
    assert_eq!(at(&first), at(&second));
    let _ = desk.step(Input::Unreachable(second.hop));
    desk.silent();
    assert_eq!(
        desk.events().last().copied(),
        Some(Event::Ended { session: id, reason: EndReason::Failed(503) })
    );
}

#[test]
fn proxy_redundancy_by_port_leaves_out_other_ports() {
    let mut desk = office(|account| {
        account.register = true;
        account.proxy_redundancy = crate::ua::Redundancy::SrvPort;
    });
    resolve(&mut desk);
    let register = desk.next("REGISTER");
    let _ = desk.step(Input::Unreachable(register.hop));
    desk.silent();
    assert_eq!(desk.registered().0, State::Failed(503), "B has another port");
}

#[test]
fn reg_retry_random_delay_comes_on_top() {
    let mut desk = Desk::with(|account| account.register = true);
    desk.end.ua.settings_mut().register_retry_random_s = 20;
    let _ = desk.step(Input::Timeout);
    let register = desk.next("REGISTER");
    let lost = desk.now;
    let _ = desk.step(Input::Unreachable(register.hop));
    desk.run_ms(30_000);
    desk.silent();
    desk.run_ms(20_000);
    let _ = desk.next("REGISTER");
    assert_eq!(desk.end.ua.registration(E1).state, State::Registering);
    assert!(desk.now.since_ms(lost) >= 30_000);
}
