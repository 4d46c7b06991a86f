//! Conference by a bridge: who is sent there, when, and what is left when it fails.

use super::*;

/// Line 1 talks, line 2 too, begun by `conf`; the extension has a bridge.
fn two_calls() -> Desk {
    let mut desk = Desk::new(settings());
    desk.set("Conference_Bridge_URL_1_", "conf");
    desk.call(1);
    desk.act(Action::Conference);
    desk.dial("601#");
    desk.progress();
    assert!(!desk.calls.can_confer(&desk.config), "only when the third party has answered");
    assert!(!desk.calls.can_confer_held(&desk.config), "a ringing call cannot be brought in");
    desk.answered();
    assert!(desk.calls.can_confer(&desk.config));
    desk
}

/// The bridge is being called on line 3.
fn calling() -> Desk {
    let mut desk = two_calls();
    let _before = desk.take_commands();
    desk.act(Action::Conference);
    assert_eq!(desk.states(), ["held", "held", "calling", "idle"]);
    assert_eq!(desk.take_commands(), ["hold", "INVITE conf"]);
    assert_eq!((desk.calls.last_number(), desk.calls.conference()), (Some("601"), None));
    desk
}

/// Line 3 talks with the bridge, both others have got there.
fn bridged() -> Desk {
    let mut desk = calling();
    desk.answered();
    desk.check();
    assert_eq!(desk.take_commands(), ["REFER to the bridge"; 2]);
    assert_eq!(desk.transfers()[..3], [Transfer::Asked, Transfer::Asked, Transfer::None]);
    desk.transferred(200);
    desk.transferred(200);
    desk.check();
    assert_eq!(
        (desk.states(), desk.calls.bridge()),
        (["idle", "idle", "connected", "idle"], Some(LineKey::L3))
    );
    desk
}

#[test]
fn both_are_sent_to_the_bridge_as_soon_as_it_answers() {
    let mut desk = bridged();
    desk.act(Action::End);
    assert_eq!((desk.states(), desk.calls.bridge()), (["idle"; 4], None));
    assert_eq!(desk.take_commands(), ["end"], "the others stay there");
}

#[test]
fn the_bridge_is_not_whom_call_back_means() {
    let mut desk = bridged();
    desk.act(Action::End);
    desk.line(1);
    desk.dial("*66");
    let _before = desk.take_commands();
    desk.act(Action::End);
    assert_eq!(desk.take_commands(), ["INVITE 601"]);
}

#[test]
fn who_does_not_get_there_waits_on_hold() {
    let mut desk = calling();
    desk.answered();
    desk.transferred(200);
    desk.transferred(486);
    desk.check();
    assert_eq!(
        (desk.states(), desk.transfers()[1]),
        (["idle", "held", "connected", "idle"], Transfer::Failed)
    );
    desk.act(Action::ConferenceHeld);
    assert_eq!(desk.transfers()[1], Transfer::Asked, "once more");
}

#[test]
fn further_parties_are_brought_in_by_conf_and_by_conf_lx() {
    let mut desk = bridged();
    desk.act(Action::Conference);
    assert_eq!((desk.states(), desk.tone()), (["dialing", "idle", "held", "idle"], "second"));
    desk.dial("602#");
    desk.answered();
    desk.act(Action::Conference);
    desk.check();
    assert_eq!(
        (desk.states(), desk.transfers()[0]),
        (["held", "idle", "connected", "idle"], Transfer::Asked)
    );
    desk.transferred(202);
    for line in [1, 2] {
        desk.call(line);
    }
    desk.line(3);
    let _before = desk.take_commands();
    desk.act(Action::ConferenceHeld);
    assert_eq!((desk.states(), desk.device()), (["held", "held", "held", "idle"], "none"));
    desk.line(2);
    desk.check();
    assert_eq!(
        (desk.states(), desk.transfers()[1]),
        (["held", "held", "connected", "idle"], Transfer::Asked)
    );
    assert_eq!(desk.take_commands(), ["hold", "resume", "REFER to the bridge"]);
}

#[test]
fn a_bridge_that_is_busy_or_given_up_leaves_both_on_hold() {
    let mut desk = calling();
    let mut given_up = desk.clone();
    let bridge = desk.far[2].session;
    desk.ended(bridge, EndReason::Failed(486));
    desk.check();
    assert_eq!((desk.states(), desk.tone()), (["held", "held", "invalid", "idle"], "busy"));
    assert_eq!((desk.transfers(), desk.calls.bridge()), ([Transfer::None; 4], None));
    given_up.act(Action::End);
    assert_eq!((given_up.states(), given_up.calls.bridge()), (["held", "held", "idle", "idle"], None));
}

#[test]
fn a_guest_that_hangs_up_before_the_bridge_answers_is_not_sent() {
    let mut desk = calling();
    let first = desk.far[0].session;
    desk.ended(first, EndReason::Remote);
    desk.answered();
    desk.check();
    assert_eq!(desk.take_commands(), ["REFER to the bridge"]);
}

#[test]
fn without_a_line_for_the_bridge_there_is_no_conference() {
    let mut config = settings();
    for tag in ["Extension_3_", "Extension_4_"] {
        config.set(tag, "Disabled").unwrap();
    }
    config.set("Conference_Bridge_URL_1_", "sip:conf@192.0.2.9:5070").unwrap();
    let mut desk = Desk::new(config);
    desk.call(1);
    desk.act(Action::Conference);
    desk.dial("601#");
    desk.answered();
    assert!(!desk.calls.can_confer(&desk.config) && !desk.calls.can_confer_held(&desk.config));
    assert!(desk.calls.can_transfer_held(&desk.config));
}
