//! Registration against a registrar that is written by hand.

use std::format;
use std::string::String;

use super::desk::{Desk, Sent};
use super::link::E1;
use crate::base::text;
use crate::ua::{Command, ExtensionId, Input, RegistrationState as State};

fn registering() -> (Desk, Sent) {
    let mut desk = Desk::with(|account| account.register = true);
    let _ = desk.step(Input::Timeout);
    let register = desk.next("REGISTER");
    (desk, register)
}

fn contact(expires: &str) -> String {
    format!("Contact: <sip:other@192.0.2.50>;expires=9, <sip:alice@192.0.2.1:5060>{expires}\r\n")
}

fn challenge(name: &str, rest: &str) -> String {
    format!("{name}: Digest realm=\"office\", {rest}\r\n")
}

#[test]
fn rfc3261_10_2_the_request_and_what_it_is_granted() {
    let granted = [
        (contact(";expires=600") + "Expires: 50\r\n", 600),
        (contact("") + "Expires: 50\r\n", 50),
        (contact(""), 3_600),
        ("Expires: 7\r\n".into(), 7),
        (String::new(), 3_600),
    ];
    for (headers, expires_s) in granted {
        let (mut desk, register) = registering();
        assert_eq!(register.start(), "REGISTER sip:192.0.2.99 SIP/2.0");
        assert_eq!(register.header("To"), "<sip:alice@192.0.2.99>");
        assert_eq!(register.header("Contact"), "<sip:alice@192.0.2.1:5060>");
        assert_eq!(register.header("Expires"), "3600");
        assert_eq!(desk.registered(), (State::Registering, 0));
        desk.reply(&register, "200 OK", "r", &headers, "");
        assert_eq!(desk.registered(), (State::Registered, expires_s), "{headers}");
        // Refreshed before it is over, in the same Call-ID with the next CSeq.
        let refresh_s = u64::from(expires_s / 2).max(u64::from(expires_s).saturating_sub(60));
        desk.run_ms(refresh_s * 1_000 + 499);
        let again = desk.next("REGISTER");
        assert_eq!(
            (again.header("Call-ID"), again.header("CSeq")),
            (register.header("Call-ID"), "2 REGISTER")
        );
        assert_eq!(desk.registered().0, State::Registered, "as long as nothing speaks against it");
    }
}

#[test]
fn rfc7616_challenges_are_answered_and_the_nonce_counts() {
    for algorithm in ["MD5", "SHA-256", "SHA-512-256"] {
        let (mut desk, register) = registering();
        let asked = format!("nonce=\"n1\", algorithm={algorithm}, qop=\"auth,auth-int\"");
        desk.reply(&register, "401 Unauthorized", "r", &challenge("WWW-Authenticate", &asked), "");
        let second = desk.next("REGISTER");
        assert_eq!(second.header("CSeq"), "2 REGISTER");
        assert_ne!(second.param("Via", "branch"), register.param("Via", "branch"));
        for (name, value) in [("algorithm", algorithm), ("nc", "00000001"), ("nonce", "n1"), ("qop", "auth")]
        {
            assert_eq!(second.param("Authorization", name), value, "{}", second.text);
        }
        desk.reply(&second, "200 OK", "r", &contact(";expires=100"), "");
        desk.run_ms(50_000);
        let third = desk.next("REGISTER");
        assert_eq!(third.param("Authorization", "nc"), "00000002");
        // §3.4: a nonce that is only too old is replaced without asking anybody.
        let stale = challenge("WWW-Authenticate", "nonce=\"n2\", stale=true, qop=\"auth\"");
        desk.reply(&third, "401 Unauthorized", "r", &stale, "");
        let fourth = desk.next("REGISTER");
        assert_eq!(fourth.param("Authorization", "nonce"), "n2");
        assert_eq!(fourth.param("Authorization", "nc"), "00000001");
        desk.reply(&fourth, "200 OK", "r", &contact(";expires=100"), "");
        assert_eq!(desk.registered(), (State::Registered, 100));
    }
}

#[test]
fn rfc3261_22_2_a_wrong_password_makes_no_storm() {
    let (mut desk, register) = registering();
    let asked = challenge("WWW-Authenticate", "nonce=\"n1\"");
    desk.reply(&register, "401 Unauthorized", "r", &asked, "");
    let second = desk.next("REGISTER");
    desk.reply(&second, "401 Unauthorized", "r", &challenge("WWW-Authenticate", "nonce=\"n2\""), "");
    desk.silent();
    assert_eq!(desk.registered(), (State::Failed(401), 0));
    desk.run_ms(1_199_000);
    desk.silent();
    // Reg Retry Long Intvl: once more from the start.
    desk.run_ms(1_000);
    let later = desk.next("REGISTER");
    assert_eq!(later.header("Authorization"), "", "refused credentials are not repeated");
    desk.silent();
}

#[test]
fn rfc8760_2_4_the_topmost_that_is_supported() {
    let (mut desk, register) = registering();
    let asked = challenge("WWW-Authenticate", "nonce=\"x\", algorithm=ROT13")
        + &challenge("WWW-Authenticate", "nonce=\"s\", algorithm=SHA-256, qop=\"auth\"")
        + &challenge("WWW-Authenticate", "nonce=\"m\", algorithm=MD5, qop=\"auth\"");
    desk.reply(&register, "401 Unauthorized", "r", &asked, "");
    let second = desk.next("REGISTER");
    assert_eq!(second.param("Authorization", "algorithm"), "SHA-256");
    assert_eq!(second.text.matches("Authorization: ").count(), 1);
    // A proxy on the way has a realm of its own (RFC 3261 §22.3).
    let proxy = "Proxy-Authenticate: Digest realm=\"edge\", nonce=\"p\"\r\n";
    desk.reply(&second, "407 Proxy Authentication Required", "r", proxy, "");
    let third = desk.next("REGISTER");
    assert_eq!(third.param("Authorization", "nonce"), "s");
    assert_eq!(third.param("Proxy-Authorization", "nonce"), "p");
}

#[test]
fn rfc3261_10_2_8_too_brief() {
    let (mut desk, register) = registering();
    desk.reply(&register, "423 Interval Too Brief", "r", "Min-Expires: 7200\r\n", "");
    let second = desk.next("REGISTER");
    assert_eq!(second.header("Expires"), "7200");
    desk.reply(&second, "423 Interval Too Brief", "r", "Min-Expires: 7201\r\n", "");
    desk.silent();
    assert_eq!(desk.registered(), (State::Failed(423), 0), "beyond Reg Max Expires");
}

#[test]
fn failures_are_tried_again_as_configured() {
    // 503 with Retry-After: not before that.
    let (mut desk, register) = registering();
    desk.reply(&register, "503 Service Unavailable", "r", "Retry-After: 90 (busy)\r\n", "");
    desk.run_ms(89_900);
    desk.silent();
    desk.run_ms(200);
    let second = desk.next("REGISTER");
    // Any other status: the long interval, unless Retry Reg RSC names it.
    desk.reply(&second, "404 Not Found", "r", "", "");
    desk.run_ms(1_199_900);
    desk.silent();
    desk.run_ms(200);
    let third = desk.next("REGISTER");
    desk.end.ua.settings_mut().register_retry_statuses = text::exact("4*").unwrap();
    desk.reply(&third, "404 Not Found", "r", "", "");
    desk.run_ms(30_000);
    let _ = desk.next("REGISTER");
}

#[test]
fn without_an_answer_the_interval_doubles_up_to_its_cap() {
    let (mut desk, _) = registering();
    desk.end.ua.settings_mut().register_retry_cap_s = 100;
    for wait_ms in [30_000, 60_000, 100_000, 100_000] {
        desk.run_ms(31_999);
        assert_eq!(desk.forget(), 10, "RFC 3261 §17.1.2.2: E at 0.5, 1.5, 3.5, then each 4 s to 31.5 s");
        desk.run_ms(1);
        assert_eq!(desk.registered(), (State::Failed(408), 0));
        desk.run_ms(wait_ms - 1);
        desk.silent();
        desk.run_ms(1);
        let _ = desk.next("REGISTER");
    }
}

#[test]
fn a_binding_is_removed_at_once_or_after_the_request_under_way() {
    let (mut desk, register) = registering();
    let _ = desk.command(Command::Unregister(E1));
    desk.silent();
    desk.reply(&register, "200 OK", "r", &contact(";expires=100"), "");
    let leaving = desk.next("REGISTER");
    assert_eq!(leaving.header("Expires"), "0");
    assert_eq!(desk.registered(), (State::Off, 0));
    // A wish that comes meanwhile is carried out after it.
    let _ = desk.command(Command::Register(E1));
    desk.silent();
    let asked = challenge("WWW-Authenticate", "nonce=\"n\"");
    desk.reply(&leaving, "401 Unauthorized", "r", &asked, "");
    let leaving = desk.next("REGISTER");
    assert_eq!(leaving.header("Expires"), "0", "the challenge is answered for what was asked");
    desk.reply(&leaving, "200 OK", "r", "", "");
    let again = desk.next("REGISTER");
    assert_eq!(again.header("Expires"), "3600");
    desk.reply(&again, "200 OK", "r", &contact(";expires=100"), "");
    let _ = desk.command(Command::Unregister(E1));
    assert_eq!(desk.next("REGISTER").header("Expires"), "0");
    desk.run_ms(40_000);
    desk.forget();
    assert_eq!(desk.registered(), (State::Off, 0), "whether anybody answers or not");
    desk.assert_empty();
}

#[test]
fn rfc3261_10_2_2_an_account_that_is_not_to_register_any_more_removes_its_binding() {
    let (mut desk, register) = registering();
    desk.reply(&register, "200 OK", "r", &contact(";expires=100"), "");
    desk.account(E1, |account| {
        account.register = true;
        account.call_without_registration = true;
    });
    let _ = desk.step(Input::Timeout);
    desk.silent();
    assert_eq!(desk.registered(), (State::Registered, 100), "the binding has nothing to do with it");
    desk.account(E1, |account| {
        account.register = true;
        account.enabled = false;
    });
    let _ = desk.step(Input::Timeout);
    let leaving = desk.next("REGISTER");
    assert_eq!(leaving.header("Expires"), "0");
    assert_eq!(leaving.header("To"), "<sip:alice@192.0.2.99>");
    assert_eq!(desk.registered(), (State::Off, 0));
    desk.reply(&leaving, "200 OK", "r", "", "");
    desk.silent();
}

#[test]
fn network_and_account_come_and_go() {
    let (mut desk, register) = registering();
    desk.reply(&register, "200 OK", "r", &contact(";expires=100"), "");
    let _ = desk.step(Input::Network(None));
    assert_eq!(desk.registered(), (State::Off, 0));
    desk.run_ms(500_000);
    desk.silent();
    let _ = desk.step(Input::Network(Some("192.0.2.7".parse().unwrap())));
    let there = desk.next("REGISTER");
    assert_eq!(there.header("Contact"), "<sip:alice@192.0.2.7:5060>");
    // The answer to the first is lost: it is repeated.
    desk.run_ms(500);
    assert_eq!(desk.next("REGISTER").text, there.text);
    desk.account(E1, |account| {
        account.register = true;
        account.user = text::exact("bob").unwrap();
    });
    let _ = desk.step(Input::Timeout);
    let bob = desk.next("REGISTER");
    assert_eq!(bob.header("To"), "<sip:bob@192.0.2.99>");
    desk.reply(&there, "200 OK", "r", "Expires: 77\r\n", "");
    assert_eq!(desk.registered(), (State::Registering, 0), "an answer for alice says nothing of bob");
    desk.account(E1, |account| account.enabled = false);
    let _ = desk.step(Input::Timeout);
    desk.silent();
    assert_eq!(desk.registered(), (State::Off, 0));
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "three client transactions")]
fn four_extensions_on_four_ports_at_once() {
    let mut desk = Desk::new();
    for extension in ExtensionId::ALL {
        desk.account(extension, |account| {
            account.register = true;
            account.port = 5_060 + u16::from(extension.number());
            account.user = text::exact(&format!("{}", 2_100 + u16::from(extension.number()))).unwrap();
        });
    }
    let _ = desk.step(Input::Timeout);
    for number in 1..=4 {
        let register = desk.next("REGISTER");
        assert_eq!(register.hop.local_port, 5_060 + number);
        assert!(register.header("Via").starts_with(&format!("SIP/2.0/UDP 192.0.2.1:{};", 5_060 + number)));
        let granted = format!("Contact: {};expires={number}00\r\n", register.header("Contact"));
        desk.reply(&register, "200 OK", "r", &granted, "");
    }
    for extension in ExtensionId::ALL {
        let view = desk.end.ua.registration(extension);
        assert_eq!((view.state, view.expires_s), (State::Registered, 100 * u32::from(extension.number())));
    }
}

fn named() -> (Desk, crate::ua::Ticket) {
    let mut desk = Desk::with(|account| {
        account.register = true;
        account.proxy = text::exact("sip.example.com").unwrap();
    });
    let _ = desk.step(Input::Timeout);
    desk.silent();
    let asked = desk.end.ua.poll_resolve().unwrap();
    assert_eq!(asked.host, "sip.example.com");
    let ticket = asked.ticket;
    (desk, ticket)
}

#[test]
fn a_name_is_resolved_first() {
    let (mut desk, ticket) = named();
    desk.run_ms(60_000);
    let addresses = ["192.0.2.20".parse().unwrap()];
    desk.resolve(ticket, &addresses);
    assert_eq!(desk.next("REGISTER").hop.remote, "192.0.2.20:5060".parse().unwrap());

    let (mut desk, ticket) = named();
    desk.resolve(ticket, &[]);
    assert_eq!(desk.registered(), (State::Failed(503), 0));
    desk.run_ms(30_000);
    desk.silent();
    assert!(desk.end.ua.poll_resolve().is_some(), "asked again with the next try");
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "one address a name")]
fn rfc3263_4_3_a_dead_address_is_followed_by_the_next() {
    let (mut desk, ticket) = named();
    let addresses = ["192.0.2.20".parse().unwrap(), "192.0.2.21".parse().unwrap()];
    desk.resolve(ticket, &addresses);
    let first = desk.next("REGISTER");
    assert_eq!(first.hop.remote.ip(), addresses[0]);
    let _ = desk.step(Input::Unreachable(first.hop));
    let second = desk.next("REGISTER");
    assert_eq!(second.hop.remote.ip(), addresses[1]);
    let _ = desk.step(Input::Unreachable(second.hop));
    desk.silent();
    assert_eq!(desk.registered(), (State::Failed(503), 0), "each address once");
}
