//! Subscriptions of ours, against a notifier that is written by hand.

use std::format;
use std::string::{String, ToString};

use super::desk::{Desk, Sent};
use super::events::SUMMARY;
use super::link::E1;
use crate::base::text;
use crate::sip::watched::CallStage;
use crate::ua::{AppearanceState, Command, Event, Input, Package, Standing};

const MAILBOX: Package = Package::MessageSummary;
const THERE: &str = "Contact: <sip:vm@192.0.2.99:5090>\r\n";

/// A registered extension with a mailbox, and its SUBSCRIBE.
fn with_mailbox() -> (Desk, Sent) {
    let mut desk = Desk::with(|account| {
        account.register = true;
        account.mailbox = text::exact("8000").unwrap();
    });
    desk.run_ms(1);
    let register = desk.next("REGISTER");
    let contact = format!("Contact: {};expires=100000\r\n", register.header("Contact"));
    desk.reply(&register, "200 OK", "r", &contact, "");
    desk.events();
    let subscribe = desk.next("SUBSCRIBE");
    (desk, subscribe)
}

fn subscribed(desk: &mut Desk) -> [Event; 1] {
    let events = desk.events();
    let Some(event) = events.last().copied() else { panic!("no event") };
    [event]
}

fn standing(standing: Standing) -> [Event; 1] {
    [Event::Subscribed { extension: E1, package: MAILBOX, standing }]
}

/// A notification of the subscription that a SUBSCRIBE of ours asked for.
fn notification(subscribe: &Sent, cseq: u32, extra: &str, kind: &str, body: &str) -> String {
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    let to = subscribe.header("To").split(";tag=").next().unwrap();
    format!(
        "NOTIFY sip:alice@192.0.2.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKn{cseq}{}\r\nMax-Forwards: 70\r\n\
         From: {to};tag=vm\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {cseq} NOTIFY\r\n{THERE}Event: {}\r\n\
         {extra}{kind}Content-Length: {}\r\n\r\n{body}",
        subscribe.param("From", "tag"),
        subscribe.header("From"),
        subscribe.header("Call-ID"),
        subscribe.header("Event"),
        body.len()
    )
}

const ACTIVE: &str = "Subscription-State: active;expires=3600\r\n";

#[test]
fn rfc3842_3_a_registered_extension_subscribes_to_its_mailbox() {
    let (mut desk, subscribe) = with_mailbox();
    assert_eq!(subscribe.start(), "SUBSCRIBE sip:8000@192.0.2.99 SIP/2.0");
    assert_eq!(subscribe.header("Event"), "message-summary", "RFC 6665 §4.1.2.1");
    assert_eq!(subscribe.header("Expires"), "3600");
    assert_eq!(subscribe.header("Accept"), SUMMARY);
    assert!(subscribe.header("Contact").contains("alice@192.0.2.1"));
    // The challenge, in the same call.
    let ask = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n";
    desk.reply(&subscribe, "401 Unauthorized", "x", ask, "");
    let again = desk.next("SUBSCRIBE");
    assert_eq!(again.header("Call-ID"), subscribe.header("Call-ID"));
    assert!(again.header("CSeq").starts_with("2 ") && !again.header("Authorization").is_empty());
    // RFC 6665 §3.1.1: what is granted counts.
    desk.reply(&again, "200 OK", "vm", &format!("Expires: 600\r\n{THERE}"), "");
    assert_eq!(desk.events(), []);
    desk.receive(&notification(
        &again,
        1,
        "Subscription-State: active\r\n",
        SUMMARY,
        "Messages-Waiting: yes\r\n",
    ));
    let _ = desk.next("200");
    let waiting = Event::MessageWaiting { extension: E1, waiting: true, voice: None };
    assert_eq!(desk.events(), [waiting, standing(Standing::Active)[0]]);
    // The refresh goes to the notifier's contact, within the dialog.
    desk.run_ms(540_000);
    let refresh = desk.next("SUBSCRIBE");
    assert!(refresh.start().starts_with("SUBSCRIBE sip:vm@192.0.2.99:5090 "), "{}", refresh.text);
    assert_eq!(refresh.param("To", "tag"), "vm");
    desk.reply(&refresh, "200 OK", "", "Expires: 600\r\n", "");
    // RFC 6665 §4.1.2.3: going.
    let _ = desk.command(Command::Unregister(E1));
    let _ = desk.next("REGISTER");
    let leave = desk.next("SUBSCRIBE");
    assert_eq!(leave.header("Expires"), "0");
    desk.reply(&leave, "200 OK", "", "Expires: 0\r\n", "");
    desk.receive(&notification(&again, 2, "Subscription-State: terminated;reason=timeout\r\n", "", ""));
    let _ = desk.next("200");
    desk.receive(&notification(&again, 3, ACTIVE, "", ""));
    let _ = desk.next("481");
    desk.silent();
}

#[test]
fn rfc6665_4_1_2_4_a_notification_before_the_answer() {
    let (mut desk, subscribe) = with_mailbox();
    desk.receive(&notification(&subscribe, 7, ACTIVE, SUMMARY, "Messages-Waiting: no\r\n"));
    let _ = desk.next("200");
    assert_eq!(subscribed(&mut desk), standing(Standing::Active));
    desk.reply(&subscribe, "202 Accepted", "vm", &format!("Expires: 3600\r\n{THERE}"), "");
    // Timer N does not run: there was one.
    desk.run_ms(40_000);
    desk.silent();
    // RFC 3261 §12.2.2: an old one; and one of another branch of the SUBSCRIBE.
    desk.receive(&notification(&subscribe, 6, ACTIVE, "", ""));
    let _ = desk.next("500");
    desk.receive(&notification(&subscribe, 8, ACTIVE, "", "").replace(";tag=vm", ";tag=other"));
    let _ = desk.next("481");
    // §4.1.3: no state, no notification.
    desk.receive(&notification(&subscribe, 9, "", "", ""));
    let _ = desk.next("400");
}

#[test]
fn rfc6665_4_1_2_4_no_notification_at_all() {
    let (mut desk, subscribe) = with_mailbox();
    desk.reply(&subscribe, "200 OK", "vm", &format!("Expires: 3600\r\n{THERE}"), "");
    desk.run_ms(32_000);
    assert_eq!(subscribed(&mut desk), standing(Standing::Refused(408)));
    desk.silent();
    desk.run_ms(10_000);
    let again = desk.next("SUBSCRIBE");
    assert_ne!(again.header("Call-ID"), subscribe.header("Call-ID"));
    assert_eq!(again.start(), subscribe.start());
}

#[test]
fn rfc6665_4_1_2_1_refusals() {
    let (mut desk, subscribe) = with_mailbox();
    desk.reply(&subscribe, "423 Interval Too Brief", "x", "Min-Expires: 7200\r\n", "");
    let longer = desk.next("SUBSCRIBE");
    assert_eq!(longer.header("Expires"), "7200");
    desk.reply(&longer, "489 Bad Event", "x", "", "");
    assert_eq!(subscribed(&mut desk), standing(Standing::Refused(489)));
    desk.run_ms(4 * 3_600_000 - 60_000);
    assert!(desk.forget() == 0, "not for hours");
    desk.run_ms(61_000);
    let again = desk.next("SUBSCRIBE");
    desk.forget();
    desk.reply(&again, "503 Service Unavailable", "x", "Retry-After: 30\r\n", "");
    desk.run_ms(29_000);
    desk.silent();
    desk.run_ms(1_000);
    let _ = desk.next("SUBSCRIBE");
}

#[test]
fn rfc6665_4_1_2_2_a_notifier_that_forgot_us() {
    let (mut desk, subscribe) = with_mailbox();
    desk.reply(&subscribe, "200 OK", "vm", &format!("Expires: 600\r\n{THERE}"), "");
    desk.receive(&notification(&subscribe, 1, "Subscription-State: pending\r\n", "", ""));
    let _ = desk.next("200");
    assert_eq!(subscribed(&mut desk), standing(Standing::Pending));
    desk.run_ms(540_000);
    let refresh = desk.next("SUBSCRIBE");
    desk.reply(&refresh, "481 Gone", "", "", "");
    assert_eq!(subscribed(&mut desk), standing(Standing::Unknown));
    let anew = desk.next("SUBSCRIBE");
    assert_eq!(anew.start(), subscribe.start());
    assert_ne!(anew.header("Call-ID"), subscribe.header("Call-ID"));
    assert_eq!(anew.param("To", "tag"), "");
}

#[test]
fn rfc6665_4_1_3_terminated() {
    let end = |reason: &str, wait_s: Option<u64>| {
        let (mut desk, subscribe) = with_mailbox();
        desk.reply(&subscribe, "200 OK", "vm", &format!("Expires: 60000\r\n{THERE}"), "");
        desk.receive(&notification(&subscribe, 1, ACTIVE, "", ""));
        desk.run_ms(30_000);
        desk.forget();
        desk.receive(&notification(
            &subscribe,
            2,
            &format!("Subscription-State: terminated{reason}\r\n"),
            "",
            "",
        ));
        let _ = desk.next("200");
        match wait_s {
            Some(wait_s) => {
                desk.run_ms((wait_s * 1_000).saturating_sub(1));
                if wait_s > 0 {
                    desk.silent();
                    desk.run_ms(1);
                }
                let _ = desk.next("SUBSCRIBE");
            }
            None => {
                desk.run_ms(30_000_000);
                desk.silent();
            }
        }
    };
    end(";reason=deactivated", Some(0));
    end(";reason=timeout", Some(0));
    end(";reason=probation;retry-after=60", Some(60));
    end(";reason=giveup", Some(10));
    end("", Some(10));
    end(";reason=rejected", None);
    end(";reason=noresource", None);
}

#[test]
fn another_mailbox_is_another_subscription() {
    let (mut desk, subscribe) = with_mailbox();
    desk.reply(&subscribe, "200 OK", "vm", &format!("Expires: 3600\r\n{THERE}"), "");
    desk.receive(&notification(&subscribe, 1, ACTIVE, "", ""));
    let _ = desk.next("200");
    desk.account(E1, |account| {
        account.register = true;
        account.mailbox = text::exact("8001").unwrap();
    });
    desk.run_ms(1);
    let leave = desk.next("SUBSCRIBE");
    assert_eq!(leave.header("Expires"), "0");
    desk.reply(&leave, "481 Gone", "", "", "");
    assert!(desk.next("SUBSCRIBE").start().contains("sip:8001@"));
}

/// What was asked for was forgotten with the network, and then asked for with `Expires: 0`.
#[test]
fn a_watched_line_comes_back_with_the_network() {
    let mut desk = Desk::new();
    let watch = Command::Subscribe { extension: E1, package: Package::CallInfo, target: "" };
    let _ = desk.command(watch);
    let subscribe = desk.next("SUBSCRIBE");
    desk.reply(&subscribe, "200 OK", "vm", &format!("Expires: 3600\r\n{THERE}"), "");
    let _ = desk.step(Input::Network(None));
    let _ = desk.step(Input::Network(Some("192.0.2.1".parse().unwrap())));
    let again = desk.next("SUBSCRIBE");
    assert_eq!(again.header("Expires"), subscribe.header("Expires"));
    assert_ne!(again.header("Call-ID"), subscribe.header("Call-ID"), "nobody knows the old one's address");
}

/// A wish that came while the last subscription was being given up was lost.
#[test]
fn rfc6665_4_1_2_3_given_up_and_wanted_again() {
    let mut desk = Desk::new();
    let package = Package::CallInfo;
    let watch = Command::Subscribe { extension: E1, package, target: "" };
    let _ = desk.command(watch);
    let subscribe = desk.next("SUBSCRIBE");
    desk.reply(&subscribe, "200 OK", "vm", &format!("Expires: 3600\r\n{THERE}"), "");
    desk.receive(&notification(&subscribe, 1, ACTIVE, "", ""));
    let _ = desk.next("200");
    let _ = desk.command(Command::Unsubscribe { extension: E1, package });
    let leave = desk.next("SUBSCRIBE");
    assert_eq!(leave.header("Expires"), "0");
    let _ = desk.command(watch);
    desk.reply(&leave, "200 OK", "", "Expires: 0\r\n", "");
    desk.silent();
    desk.receive(&notification(&subscribe, 2, "Subscription-State: terminated\r\n", "", ""));
    let _ = desk.next("200");
    let again = desk.next("SUBSCRIBE");
    assert_eq!(again.header("Expires"), "3600");
    assert_ne!(again.header("Call-ID"), leave.header("Call-ID"));
}

#[test]
fn a_shared_line_is_seized_and_watched() {
    let mut desk = Desk::new();
    let watch = Command::Subscribe { extension: E1, package: Package::CallInfo, target: "" };
    let _ = desk.command(watch);
    let subscribe = desk.next("SUBSCRIBE");
    assert_eq!(subscribe.start(), "SUBSCRIBE sip:alice@192.0.2.99 SIP/2.0");
    desk.reply(&subscribe, "202 OK", "vm", &format!("Expires: 3600\r\n{THERE}"), "");
    let info = "Call-Info: <sip:x>;appearance-index=2;appearance-state=held,\
        <sip:x>;appearance-index=*;appearance-state=idle\r\n";
    desk.receive(&notification(&subscribe, 1, &format!("{info}{ACTIVE}"), "", ""));
    let _ = desk.next("200");
    let idle = Some(AppearanceState::Idle);
    let mut appearances = [idle; crate::limits::LINE_KEYS];
    appearances[1] = Some(AppearanceState::Held);
    let stands = Event::Subscribed { extension: E1, package: Package::CallInfo, standing: Standing::Active };
    assert_eq!(desk.events(), [Event::SharedLine { extension: E1, appearances }, stands]);
    // The seizure.
    let package = Package::LineSeize(0);
    let _ = desk.command(Command::Subscribe { extension: E1, package, target: "" });
    let seize = desk.next("SUBSCRIBE");
    assert_eq!(seize.header("Expires"), "15");
    assert_eq!(seize.header("Call-Info"), "<sip:192.0.2.99>;appearance-index=0;appearance-state=seized");
    desk.reply(&seize, "200 OK", "vm", &format!("Expires: 15\r\n{THERE}"), "");
    let granted = "Call-Info: <sip:x>;appearance-index=3\r\nSubscription-State: active;expires=15\r\n";
    desk.receive(&notification(&seize, 1, granted, "", ""));
    let _ = desk.next("200");
    assert_eq!(desk.events()[0], Event::Seized { extension: E1, asked: 0, index: 3 });
    // Still dialling.
    desk.run_ms(7_500);
    let refresh = desk.next("SUBSCRIBE");
    desk.reply(&refresh, "200 OK", "", "Expires: 15\r\n", "");
    // The call is under way.
    let over = "Subscription-State: terminated;reason=noresource\r\n";
    desk.receive(&notification(&seize, 2, over, "", ""));
    let _ = desk.next("200");
    desk.run_ms(60_000);
    desk.silent();
    // Somebody was quicker.
    desk.events();
    let package = Package::LineSeize(1);
    let _ = desk.command(Command::Subscribe { extension: E1, package, target: "" });
    let seize = desk.next("SUBSCRIBE");
    desk.reply(&seize, "480 Temporarily Unavailable", "x", "Retry-After: 1\r\n", "");
    let standing = Standing::Refused(480);
    assert_eq!(desk.events(), [Event::Subscribed { extension: E1, package, standing }]);
    desk.run_ms(60_000);
    desk.silent();
}

#[test]
fn rfc4235_4_3_somebody_is_watched() {
    let mut desk = Desk::new();
    let package = Package::Dialog(5);
    let _ = desk.command(Command::Subscribe { extension: E1, package, target: "joe@192.0.2.99" });
    let subscribe = desk.next("SUBSCRIBE");
    assert_eq!(subscribe.start(), "SUBSCRIBE sip:joe@192.0.2.99 SIP/2.0");
    desk.reply(&subscribe, "200 OK", "vm", &format!("Expires: 3600\r\n{THERE}"), "");
    let kind = "application/dialog-info+xml";
    let info = |version: u32, state: &str, dialog: &str| {
        format!(
            "<dialog-info version=\"{version}\" state=\"{state}\" entity=\"sip:joe@x\">{dialog}</dialog-info>"
        )
    };
    let call = |state: &str| format!("<dialog id=\"d\"><state>{state}</state></dialog>");
    desk.receive(&notification(&subscribe, 1, ACTIVE, kind, &info(0, "full", &call("early"))));
    let _ = desk.next("200");
    let events = desk.events();
    assert_eq!(events[0], Event::WatchedAnew { extension: E1, place: 5 });
    let Event::Watched { call: first, state: CallStage::Early, .. } = events[1] else { panic!("{events:?}") };
    desk.receive(&notification(&subscribe, 2, ACTIVE, kind, &info(1, "partial", &call("confirmed"))));
    let _ = desk.next("200");
    let state = CallStage::Confirmed;
    assert_eq!(desk.events(), [Event::Watched { extension: E1, place: 5, call: first, state }]);
    // An old version is passed over.
    desk.receive(&notification(&subscribe, 3, ACTIVE, kind, &info(1, "partial", &call("terminated"))));
    let _ = desk.next("200");
    assert_eq!(desk.events(), []);
    // One was lost: all is asked for.
    desk.receive(&notification(&subscribe, 4, ACTIVE, kind, &info(3, "partial", "")));
    let _ = desk.next("200");
    let all = desk.next("SUBSCRIBE");
    assert_eq!(all.param("To", "tag"), "vm".to_string());
}
