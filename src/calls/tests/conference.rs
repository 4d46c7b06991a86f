//! Conference and the choice of a held call: who is in it, what is heard, and what is left of it.

use super::*;
use crate::config::Setting;
use crate::config::kind::Bool;

/// Line 1 talks, and `conf` is pressed.
fn beginning() -> Desk {
    let mut desk = Desk::new(settings());
    desk.call(1);
    desk.act(Action::Conference);
    desk
}

/// Lines 1 and 2 are in a conference.
fn conference() -> Desk {
    let mut desk = beginning();
    desk.dial("601#");
    desk.answered();
    desk.act(Action::Conference);
    desk
}

/// Lines 1 and 2 are on hold, line 3 talks.
fn two_held() -> Desk {
    let mut desk = Desk::new(settings());
    for line in 1..=3 {
        desk.call(line);
    }
    let _before = desk.take_commands();
    desk
}

const BOTH: Option<[LineKey; 2]> = Some([LineKey::L1, LineKey::L2]);

#[test]
fn the_held_call_comes_back_beside_the_other_and_all_three_hear_the_tone() {
    let mut desk = beginning();
    assert_eq!((desk.states(), desk.tone()), (["held", "dialing", "idle", "idle"], "second"));
    desk.dial("601#");
    assert!(!desk.calls.can_confer(&desk.config), "nobody rings yet");
    desk.answered();
    assert!(!desk.calls.can_transfer(&desk.config), "it was begun for a conference");
    desk.wait(700);
    desk.act(Action::Conference);
    assert_eq!((desk.states(), desk.calls.conference()), (["connected", "connected", "idle", "idle"], BOTH));
    assert_eq!((desk.device(), desk.tone(), desk.calls.shares_tone()), ("speaker", "conference", true));
    assert_eq!(desk.lamp(LineKey::L1), desk.lamp(LineKey::L2));
    desk.wait(2_999);
    assert_eq!(desk.tone(), "conference");
    desk.wait(1);
    assert_eq!((desk.tone(), desk.calls.deadline()), ("none", None));
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold", "INVITE 601", "resume"]);
}

#[test]
fn the_tone_ends_at_the_timeout_and_by_nothing_that_comes_just_before_it() {
    let mut desk = conference();
    desk.wait(2_999);
    desk.now = desk.now.plus_ms(1);
    desk.give(Input::Mute);
    assert_eq!((desk.tone(), desk.calls.deadline()), ("conference", Some(desk.now)));
    desk.give(Input::Timeout);
    assert_eq!((desk.tone(), desk.calls.deadline()), ("none", None));
}

#[test]
fn who_only_rings_is_heard_ringing_by_the_two_and_joins_by_answering() {
    let mut desk = beginning();
    desk.dial("602#");
    desk.progress();
    desk.act(Action::Conference);
    assert_eq!(
        (desk.states()[0], desk.states()[1], desk.calls.conference()),
        ("connected", "proceeding", BOTH)
    );
    assert_eq!((desk.tone(), desk.calls.shares_tone()), ("ringback", true));
    assert!(!desk.calls.can_join(&desk.config), "there is nobody yet to leave it to");
    desk.answered();
    desk.check();
    assert_eq!((desk.states()[1], desk.tone()), ("connected", "conference"));
}

#[test]
fn who_only_rings_and_declines_leaves_a_plain_call() {
    let mut desk = beginning();
    desk.dial("602#");
    desk.progress();
    desk.act(Action::Conference);
    let mut other = desk.clone();
    let (first, third) = (desk.far[0].session, desk.far[1].session);
    desk.ended(third, EndReason::Failed(603));
    desk.check();
    assert_eq!((desk.states(), desk.calls.conference()), (["connected", "idle", "idle", "idle"], None));
    assert_eq!(desk.tone(), "none");
    other.ended(first, EndReason::Remote);
    other.check();
    assert_eq!((other.states(), other.tone()), (["idle", "proceeding", "idle", "idle"], "ringback"));
}

#[test]
fn one_leaves_and_a_plain_call_is_left() {
    for (leaves, states) in
        [(0, ["idle", "connected", "idle", "idle"]), (1, ["connected", "idle", "idle", "idle"])]
    {
        let mut desk = conference();
        let session = desk.far[leaves].session;
        desk.ended(session, EndReason::Remote);
        desk.check();
        assert_eq!((desk.states(), desk.calls.conference(), desk.tone()), (states, None, "none"));
        assert!(desk.calls.can_confer(&desk.config), "somebody else can take the place");
    }
}

#[test]
fn hanging_up_ends_both() {
    let mut desk = conference();
    desk.give(Input::Device(AudioDevice::Speaker));
    desk.check();
    assert_eq!((desk.states(), desk.device()), (["idle"; 4], "none"));
    assert_eq!(desk.take_commands()[4..], ["end", "end"]);
}

#[test]
fn hold_holds_both_and_each_comes_back_by_its_key() {
    let mut desk = conference();
    desk.give(Input::Hold);
    desk.check();
    assert_eq!((desk.states(), desk.device()), (["held", "held", "idle", "idle"], "none"));
    desk.line(2);
    desk.check();
    assert_eq!((desk.states(), desk.calls.conference()), (["held", "connected", "idle", "idle"], None));
    desk.line(1);
    assert_eq!(desk.states(), ["connected", "held", "idle", "idle"]);
    desk.act(Action::ConferenceHeld);
    assert_eq!(desk.calls.conference(), Some([LineKey::L2, LineKey::L1]));
}

#[test]
fn hold_while_the_third_one_rings_leaves_it_ringing() {
    let mut desk = beginning();
    desk.dial("602#");
    desk.progress();
    desk.act(Action::Conference);
    desk.give(Input::Hold);
    desk.check();
    assert_eq!((desk.states(), desk.tone()), (["held", "proceeding", "idle", "idle"], "ringback"));
    desk.act(Action::ConferenceHeld);
    assert_eq!(desk.states(), ["connected", "proceeding", "idle", "idle"]);
    // What cannot be held gives way to another line.
    desk.line(4);
    desk.check();
    assert_eq!(desk.states(), ["held", "idle", "idle", "dialing"]);
}

#[test]
fn another_line_key_holds_both_and_a_caller_waits_meanwhile() {
    let mut desk = conference();
    desk.wait(5_000);
    desk.incoming();
    assert_eq!((desk.tone(), desk.calls.shares_tone()), ("callwaiting", false), "it is for us alone");
    desk.line(1);
    desk.line(2);
    assert_eq!(desk.calls.conference(), BOTH, "its own keys do nothing");
    desk.line(3);
    desk.check();
    assert_eq!(desk.states(), ["held", "held", "connected", "idle"]);
    // The code for a blind transfer means the one that was held last; both were.
    desk.line(4);
    desk.dial("*98601#");
    desk.check();
    assert_eq!(desk.take_commands().last().unwrap(), "REFER 601");
}

#[test]
fn keys_are_for_both_and_muting_too() {
    let mut desk = conference();
    desk.give(Input::Dial(DialKey::new('5').unwrap()));
    assert!(desk.calls.digit().is_some());
    desk.set("DTMF_Tx_Method_1_", "INFO");
    let step = desk.calls.step(desk.now, &mut desk.config, Input::Dial(DialKey::new('6').unwrap()));
    assert_eq!(step.orders.len(), 2);
    desk.give(Input::Mute);
    assert!(desk.calls.path().is_muted());
    desk.check();
}

#[test]
fn nothing_but_hold_hanging_up_and_join_is_offered_in_a_conference() {
    let desk = conference();
    let (calls, config) = (&desk.calls, &desk.config);
    assert!(calls.can_join(config));
    assert!(!calls.can_confer(config) && !calls.can_confer_held(config));
    assert!(!calls.can_transfer(config) && !calls.can_transfer_held(config));
    assert!(!calls.can_transfer_blind(config));
}

#[test]
fn join_sends_the_first_to_the_second_and_the_conference_lasts_until_they_have_met() {
    let mut desk = conference();
    desk.act(Action::Join);
    assert_eq!((desk.states(), desk.calls.conference()), (["connected", "connected", "idle", "idle"], BOTH));
    assert_eq!(desk.transfers()[..2], [Transfer::Asked; 2]);
    assert!(!desk.calls.can_join(&desk.config));
    let mut failing = desk.clone();
    desk.transferred(200);
    desk.check();
    assert_eq!((desk.states(), desk.device()), (["idle"; 4], "none"));
    assert_eq!(desk.take_commands()[4..], ["REFER with Replaces"]);
    failing.transferred(486);
    failing.check();
    assert_eq!(failing.calls.conference(), BOTH);
    assert_eq!(failing.transfers()[..2], [Transfer::Failed; 2]);
    assert!(failing.calls.can_join(&failing.config), "it can be tried again");
}

#[test]
fn join_and_hung_up_meanwhile_the_calls_wait_on_hold() {
    let mut desk = conference();
    desk.act(Action::Join);
    desk.act(Action::End);
    assert_eq!((desk.states(), desk.device()), (["held", "held", "idle", "idle"], "none"));
    desk.transferred(200);
    desk.check();
    assert_eq!(desk.states(), ["idle"; 4]);
}

#[test]
fn join_without_replaces_ends_our_own_call_first() {
    let mut desk = conference();
    desk.set("Blind_Attn-Xfer_Enable_1_", "yes");
    desk.act(Action::Join);
    assert_eq!(desk.states(), ["connected", "idle", "idle", "idle"]);
    assert_eq!(desk.take_commands()[4..], ["end", "REFER 601"]);
    desk.transferred(200);
    desk.check();
    assert_eq!(desk.states(), ["idle"; 4]);
}

#[test]
fn a_far_end_that_does_not_come_back_from_hold_leaves_the_other_call() {
    let mut desk = conference();
    let session = desk.far[0].session;
    desk.far_of(session).on_hold = true;
    desk.event(Event::MediaFailed { session, status: 488 }, session);
    desk.check();
    assert_eq!((desk.states(), desk.calls.conference()), (["held", "connected", "idle", "idle"], None));
}

#[test]
fn without_an_idle_line_there_is_no_third_party() {
    let mut desk = Desk::new(settings());
    for line in 1..=4 {
        desk.call(line);
    }
    assert!(!desk.calls.can_confer(&desk.config) && desk.calls.can_confer_held(&desk.config));
    desk.act(Action::Conference);
    assert_eq!(desk.states(), ["held", "held", "held", "connected"]);
}

#[test]
fn given_up_before_the_third_one_answers_the_first_waits_on_hold() {
    let mut desk = beginning();
    desk.dial("60");
    desk.act(Action::Cancel);
    assert_eq!((desk.states(), desk.calls.conference()), (["held", "idle", "idle", "idle"], None));
}

#[test]
fn a_service_that_is_off_does_nothing() {
    let switches: [(Setting<Bool>, Action); 3] = [
        (phone::CONFERENCE_SERV, Action::Conference),
        (phone::CONFERENCE_SERV, Action::Join),
        (phone::ATTN_TRANSFER_SERV, Action::Join),
    ];
    for (switch, action) in switches {
        let mut desk = conference();
        if action == Action::Conference {
            desk = Desk::new(settings());
            desk.call(1);
        }
        let before = (desk.states(), desk.transfers());
        desk.config.put(switch.id(), "no").unwrap();
        desk.act(action);
        assert_eq!((desk.states(), desk.transfers()), before);
    }
}

#[test]
fn of_several_held_calls_a_line_key_says_which() {
    let mut desk = two_held();
    desk.act(Action::ConferenceHeld);
    assert_eq!((desk.states(), desk.device()), (["held", "held", "held", "idle"], "none"));
    assert_eq!((desk.calls.choice(), desk.calls.focus()), (Some(Choice::Conference), Some(LineKey::L3)));
    desk.line(4);
    desk.dial("5");
    desk.check();
    assert!(desk.calls.choice().is_some() && desk.calls.on_hook_number().is_empty(), "it cannot be meant");
    desk.line(2);
    desk.check();
    assert_eq!((desk.states(), desk.device()), (["held", "connected", "connected", "idle"], "speaker"));
    assert_eq!(desk.calls.conference(), Some([LineKey::L2, LineKey::L3]));
    assert_eq!(desk.take_commands(), ["hold", "resume", "resume"]);
}

#[test]
fn a_page_ends_the_question_so_that_no_third_call_is_active() {
    for action in [Action::ConferenceHeld, Action::TransferHeld] {
        let mut desk = two_held();
        desk.act(action);
        desk.page = Some(0);
        desk.incoming();
        assert_eq!((desk.states(), desk.tone()), (["held", "held", "held", "connected"], "page"));
        assert_eq!(desk.calls.choice(), None);
        desk.line(2);
        assert_eq!((desk.states(), desk.calls.conference()), (["held", "connected", "held", "held"], None));
        desk.check();
    }
}

#[test]
fn the_chosen_one_is_sent_to_the_one_that_was_active() {
    let mut desk = two_held();
    desk.act(Action::TransferHeld);
    assert_eq!(desk.calls.choice(), Some(Choice::Transfer));
    let mut blind = desk.clone();
    desk.line(1);
    desk.check();
    assert_eq!((desk.states(), desk.transfers()[0]), (["held", "held", "held", "idle"], Transfer::Asked));
    desk.transferred(200);
    desk.check();
    assert_eq!(desk.states(), ["idle", "held", "idle", "idle"]);
    assert_eq!(desk.take_commands(), ["hold", "REFER with Replaces"]);
    blind.set("Blind_Attn-Xfer_Enable_1_", "yes");
    blind.line(1);
    blind.check();
    assert_eq!(blind.states(), ["held", "held", "idle", "idle"]);
    assert_eq!(blind.take_commands(), ["hold", "end", "REFER 600"]);
}

#[test]
fn the_call_comes_back_by_cancel_its_own_key_or_a_device() {
    let ways: [(Input<'_>, &str); 4] = [
        (Input::Action(Action::Cancel), "headset"),
        (Input::Line(LineKey::L3), "headset"),
        (Input::Device(AudioDevice::Speaker), "speaker"),
        (Input::Handset(true), "handset"),
    ];
    for (way, device) in ways {
        let mut desk = two_held();
        desk.give(Input::Device(AudioDevice::Headset));
        desk.give(Input::Mute);
        desk.act(Action::ConferenceHeld);
        desk.give(way);
        desk.check();
        assert_eq!((desk.states(), desk.calls.choice()), (["held", "held", "connected", "idle"], None));
        assert_eq!(desk.device(), device);
        assert_eq!(desk.calls.path().is_muted(), device == "headset", "as it was before");
    }
}

#[test]
fn the_question_is_dropped_by_hold_and_after_half_a_minute() {
    let mut desk = two_held();
    desk.act(Action::ConferenceHeld);
    let mut patient = desk.clone();
    desk.give(Input::Hold);
    assert_eq!((desk.states(), desk.calls.choice()), (["held", "held", "held", "idle"], None));
    patient.wait(29_999);
    assert!(patient.calls.choice().is_some());
    patient.wait(1);
    patient.check();
    assert_eq!((patient.states(), patient.calls.choice()), (["held", "held", "held", "idle"], None));
    assert_eq!(patient.calls.deadline(), None);
}

#[test]
fn the_question_is_dropped_when_nobody_is_left_for_it() {
    let mut desk = two_held();
    desk.act(Action::ConferenceHeld);
    let [first, second, third] = [0, 1, 2].map(|place: usize| desk.far[place].session);
    let mut own = desk.clone();
    desk.ended(first, EndReason::Remote);
    assert!(desk.calls.choice().is_some(), "one is still there");
    desk.ended(second, EndReason::Remote);
    desk.check();
    assert_eq!((desk.states(), desk.calls.choice()), (["idle", "idle", "held", "idle"], None));
    own.ended(third, EndReason::Remote);
    own.check();
    assert_eq!((own.states(), own.calls.choice()), (["held", "held", "idle", "idle"], None));
}

#[test]
fn a_caller_comes_before_the_question() {
    let mut desk = two_held();
    desk.act(Action::TransferHeld);
    desk.incoming();
    let mut by_key = desk.clone();
    desk.act(Action::Answer);
    assert_eq!((desk.states(), desk.calls.choice()), (["held", "held", "held", "connected"], None));
    by_key.line(4);
    assert_eq!((by_key.states(), by_key.calls.choice()), (["held", "held", "held", "connected"], None));
}

#[test]
fn a_call_that_only_rings_stays_active_while_the_question_is_asked() {
    let mut desk = two_held();
    desk.act(Action::End);
    desk.line(4);
    desk.dial("602#");
    desk.progress();
    desk.act(Action::ConferenceHeld);
    assert_eq!((desk.states(), desk.tone()), (["held", "held", "idle", "proceeding"], "ringback"));
    desk.answered();
    desk.check();
    assert!(desk.calls.choice().is_some());
    desk.line(1);
    desk.check();
    assert_eq!(desk.calls.conference(), Some([LineKey::L1, LineKey::L4]));
}

#[test]
fn a_hot_or_warm_line_is_not_called_by_who_looks_for_another_party() {
    for (plan, action) in [
        ("(S0<:601>|6xxS0)", Action::Conference),
        ("(S0<:601>|6xxS0)", Action::Transfer),
        ("(S0<:601>|6xxS0)", Action::TransferBlind),
        ("(P5<:601>|6xxS0)", Action::Conference),
    ] {
        let mut desk = Desk::new(settings());
        desk.set("Dial_Plan_1_", plan);
        desk.line(1);
        desk.dial("600");
        desk.wait(6_000);
        desk.answered();
        let before = desk.take_commands();
        desk.act(action);
        let tone = if action == Action::TransferBlind { "prompt" } else { "second" };
        assert_eq!((desk.states()[1], desk.tone()), ("dialing", tone), "{plan} {before:?}");
        desk.wait(8_000);
        assert_eq!((desk.states()[1], desk.take_commands()), ("dialing", std::vec!["hold".into()]), "{plan}");
        desk.dial("602");
        let asked = if action == Action::TransferBlind { "REFER 602" } else { "INVITE 602" };
        assert_eq!(desk.take_commands(), [asked], "{plan}");
    }
}
