//! Transfer: which call is sent where, and what is left of it.

use super::*;
use crate::config::Setting;
use crate::config::kind::Bool;

impl Desk {
    /// The user agent sends a far end elsewhere.
    pub(super) fn refer(&mut self, session: SessionId, other: Option<SessionId>) -> Outcome {
        if self.sent.iter().any(|(sent, _)| *sent == session) {
            return Outcome::Refused(ua::Refusal::WrongState);
        }
        assert!(self.far_of(session).answered);
        assert!(other.is_none_or(|other| self.far_of(other).answered && other != session));
        self.sent.push((session, other));
        Outcome::Done
    }

    /// The first of them arrives there, or not.
    pub(super) fn transferred(&mut self, status: u16) {
        let alive = |far: &[Far], session| far.iter().any(|far| far.session == session);
        self.sent.retain(|(session, _)| alive(&self.far, *session));
        if self.sent.is_empty() {
            return;
        }
        let (session, other) = self.sent.remove(0);
        let leaving: Vec<SessionId> = [Some(session), other].into_iter().flatten().collect();
        let leaving: Vec<SessionId> = leaving.into_iter().filter(|id| alive(&self.far, *id)).collect();
        if status < 300 {
            self.far.retain(|far| !leaving.contains(&far.session));
        }
        self.give(Input::Event { event: Event::Transferred { session, status }, session: None });
        if status < 300 {
            for session in leaving {
                self.ended(session, EndReason::Local);
            }
        }
    }

    pub(super) fn progress(&mut self) {
        let session = self.far.iter().find(|far| !far.incoming && !far.answered).unwrap().session;
        self.event(Event::Progress { session, status: 180, early_media: false }, session);
    }

    pub(super) fn act(&mut self, action: Action) {
        self.give(Input::Action(action));
        self.check();
    }

    pub(super) fn transfers(&self) -> [Transfer; 4] {
        LineKey::ALL.map(|key| self.calls.line(key).transfer())
    }
}

/// Line 1 talks, and `xfer` is pressed.
fn consulting() -> Desk {
    let mut desk = Desk::new(settings());
    desk.call(1);
    desk.act(Action::Transfer);
    desk
}

const NONE: Transfer = Transfer::None;
const ASKED: Transfer = Transfer::Asked;

#[test]
fn attended_both_calls_go_when_the_far_end_is_there() {
    let mut desk = consulting();
    assert_eq!((desk.states(), desk.tone()), (["held", "dialing", "idle", "idle"], "second"));
    desk.dial("601#");
    assert!(!desk.calls.can_transfer(&desk.config), "nobody rings yet");
    desk.answered();
    desk.act(Action::Transfer);
    assert_eq!(
        (desk.states(), desk.transfers()),
        (["held", "connected", "idle", "idle"], [ASKED, ASKED, NONE, NONE])
    );
    assert!(!desk.calls.can_transfer(&desk.config) && !desk.calls.can_transfer_held(&desk.config));
    desk.transferred(200);
    desk.check();
    assert_eq!((desk.states(), desk.transfers(), desk.device()), (["idle"; 4], [NONE; 4], "none"));
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "INVITE 601", "REFER with Replaces"]);
}

#[test]
fn attended_and_hung_up_meanwhile_the_other_call_waits_on_hold() {
    let mut desk = consulting();
    desk.dial("601#");
    desk.answered();
    desk.act(Action::Transfer);
    desk.act(Action::End);
    assert_eq!((desk.states(), desk.device()), (["held", "held", "idle", "idle"], "none"));
    let mut failing = desk.clone();
    desk.transferred(202);
    assert_eq!(desk.states(), ["idle"; 4]);
    failing.transferred(486);
    assert_eq!(failing.states(), ["held", "held", "idle", "idle"]);
    assert_eq!(failing.transfers(), [Transfer::Failed, Transfer::Failed, NONE, NONE]);
    failing.line(1);
    assert_eq!(failing.transfers(), [NONE, Transfer::Failed, NONE, NONE], "until its state changes");
}

#[test]
fn the_far_end_that_is_replaced_hangs_up_without_a_tone() {
    let mut desk = consulting();
    desk.dial("601#");
    desk.answered();
    desk.act(Action::Transfer);
    let other = desk.far[1].session;
    desk.ended(other, EndReason::Remote);
    desk.check();
    assert_eq!((desk.states(), desk.device()), (["held", "idle", "idle", "idle"], "none"));
    desk.transferred(200);
    assert_eq!(desk.states(), ["idle"; 4]);
}

#[test]
fn whoever_is_sent_hangs_up_and_the_other_call_is_a_call_again() {
    let mut desk = consulting();
    desk.dial("601#");
    desk.answered();
    desk.act(Action::Transfer);
    let sent = desk.far[0].session;
    desk.ended(sent, EndReason::Remote);
    assert_eq!((desk.states(), desk.transfers()), (["idle", "connected", "idle", "idle"], [NONE; 4]));
    desk.act(Action::End);
    assert_eq!(desk.states(), ["idle"; 4]);
}

#[test]
fn semi_attended_gives_the_number_and_ends_our_own_call() {
    let mut desk = consulting();
    desk.dial("602#");
    desk.progress();
    desk.act(Action::Transfer);
    assert_eq!((desk.states(), desk.device()), (["held", "idle", "idle", "idle"], "none"));
    assert_eq!(desk.transfers(), [ASKED, NONE, NONE, NONE]);
    desk.transferred(404);
    assert_eq!((desk.states()[0], desk.transfers()[0]), ("held", Transfer::Failed));
    desk.line(1);
    assert_eq!((desk.states()[0], desk.transfers()[0]), ("connected", NONE));
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "INVITE 602", "end", "REFER 602", "resume"]);
}

#[test]
fn blind_attn_xfer_gives_the_number_of_an_answered_call_too() {
    let mut desk = Desk::new(settings());
    desk.set("Blind_Attn-Xfer_Enable_1_", "yes");
    desk.call(1);
    desk.act(Action::Transfer);
    desk.dial("601#");
    desk.answered();
    desk.act(Action::Transfer);
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "INVITE 601", "end", "REFER 601"]);
}

#[test]
fn the_target_is_busy_and_the_call_is_still_there() {
    let mut desk = consulting();
    desk.dial("603#");
    let target = desk.far[1].session;
    desk.ended(target, EndReason::Failed(486));
    assert_eq!((desk.states(), desk.tone()), (["held", "invalid", "idle", "idle"], "busy"));
    desk.act(Action::Transfer);
    desk.act(Action::End);
    assert_eq!(desk.states(), ["held", "idle", "idle", "idle"]);
    // A later call has nothing to do with it.
    desk.call(2);
    desk.act(Action::Transfer);
    assert_eq!(desk.states(), ["held", "held", "dialing", "idle"]);
}

#[test]
fn blind_the_number_is_all_it_takes() {
    let mut desk = Desk::new(settings());
    desk.call(1);
    desk.act(Action::TransferBlind);
    assert_eq!((desk.states(), desk.tone()), (["held", "dialing", "idle", "idle"], "prompt"));
    desk.dial("601#");
    desk.check();
    assert_eq!((desk.states(), desk.device()), (["held", "idle", "idle", "idle"], "none"));
    assert_eq!(desk.transfers(), [ASKED, NONE, NONE, NONE]);
    desk.transferred(200);
    assert_eq!(desk.states(), ["idle"; 4]);
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "REFER 601"]);
}

#[test]
fn blind_and_given_up_before_the_number_is_complete() {
    let mut desk = Desk::new(settings());
    desk.call(1);
    desk.act(Action::TransferBlind);
    desk.dial("60");
    desk.act(Action::Cancel);
    assert_eq!((desk.states(), desk.transfers()), (["held", "idle", "idle", "idle"], [NONE; 4]));
}

#[test]
fn blind_and_the_far_end_hangs_up_meanwhile_nobody_else_is_sent() {
    let mut desk = Desk::new(settings());
    desk.call(1);
    desk.line(2);
    desk.dial("600#");
    desk.answered();
    desk.act(Action::TransferBlind);
    let second = desk.far[1].session;
    desk.dial("60");
    desk.ended(second, EndReason::Remote);
    desk.dial("1#");
    assert_eq!((desk.states(), desk.tone()), (["held", "idle", "invalid", "idle"], "reorder"));
    assert_eq!(desk.transfers(), [NONE; 4]);
}

#[test]
fn by_its_code_the_call_goes_that_was_held_last() {
    let mut desk = Desk::new(settings());
    desk.call(2);
    desk.wait(1_000);
    desk.call(1);
    desk.wait(1_000);
    desk.line(3);
    desk.dial("*98");
    assert_eq!((desk.states(), desk.tone()), (["held", "held", "dialing", "idle"], "prompt"));
    desk.dial("601#");
    assert_eq!(desk.transfers(), [ASKED, NONE, NONE, NONE]);
    desk.transferred(200);
    assert_eq!(desk.states(), ["idle", "held", "idle", "idle"]);
}

#[test]
fn by_its_code_without_a_held_call_is_refused() {
    let mut desk = Desk::new(settings());
    desk.line(1);
    desk.dial("*98");
    assert_eq!((desk.states()[0], desk.tone()), ("invalid", "reorder"));
    desk.check();
}

#[test]
fn a_referral_code_is_a_part_of_the_target() {
    let mut desk = Desk::new(settings());
    desk.set("Referral_Services_Codes", "*06");
    desk.call(1);
    desk.line(2);
    desk.dial("*06601#");
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "REFER *06601"]);
}

#[test]
fn the_other_line_is_of_the_same_extension_then_of_the_same_proxy() {
    let mut config = settings();
    let settings = [
        ("Extension_2_", "3"),
        ("Extension_3_", "2"),
        ("Extension_4_", "1"),
        ("Proxy_1_", "here"),
        ("Proxy_2_", "here"),
        ("Proxy_3_", "there"),
    ];
    settings.iter().for_each(|(tag, value)| config.set(tag, value).unwrap());
    let lines = |config: &Config| {
        let mut desk = Desk::new(config.clone());
        desk.call(1);
        desk.act(Action::Transfer);
        desk.states().iter().position(|state| *state == "dialing").map(|place| place + 1)
    };
    assert_eq!(lines(&config), Some(4));
    config.set("Extension_4_", "Disabled").unwrap();
    assert_eq!(lines(&config), Some(3));
    config.set("Extension_3_", "Disabled").unwrap();
    assert_eq!(lines(&config), Some(2));
    config.set("Extension_2_", "Disabled").unwrap();
    assert_eq!(lines(&config), None);
}

#[test]
fn one_held_call_is_sent_to_the_active_one() {
    let mut desk = Desk::new(settings());
    desk.call(1);
    desk.line(2);
    desk.dial("601#");
    assert!(!desk.calls.can_transfer_held(&desk.config));
    desk.progress();
    assert!(desk.calls.can_transfer_held(&desk.config));
    desk.answered();
    let mut three = desk.clone();
    desk.act(Action::TransferHeld);
    assert_eq!(desk.transfers(), [ASKED, ASKED, NONE, NONE]);
    three.line(3);
    three.dial("600#");
    three.answered();
    three.act(Action::TransferHeld);
    assert_eq!(three.states(), ["held", "held", "held", "idle"], "two were held: which one?");
}

#[test]
fn a_service_that_is_off_does_nothing() {
    let switches: [(Setting<Bool>, Action); 3] = [
        (phone::ATTN_TRANSFER_SERV, Action::Transfer),
        (phone::ATTN_TRANSFER_SERV, Action::TransferHeld),
        (phone::BLIND_TRANSFER_SERV, Action::TransferBlind),
    ];
    for (switch, action) in switches {
        let mut desk = Desk::new(settings());
        desk.config.put(switch.id(), "no").unwrap();
        desk.call(1);
        desk.act(action);
        assert_eq!(desk.states(), ["connected", "idle", "idle", "idle"]);
    }
}
