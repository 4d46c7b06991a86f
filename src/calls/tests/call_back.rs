//! Call back (guide, Call Back): repeat dialling until somebody is there.

use super::*;

/// A phone whose last call, from line 1, met a busy number; call back is ordered on line 2.
fn ordered() -> Desk {
    let mut desk = Desk::new(settings());
    desk.line(1);
    desk.dial("600#");
    let session = desk.far[0].session;
    desk.ended(session, EndReason::Failed(486));
    desk.end();
    desk.line(2);
    desk.dial("*66");
    assert_eq!((desk.tone(), desk.states()[1]), ("confirm", "dialing"));
    assert_eq!(desk.take_commands(), ["INVITE 600"], "no attempt while the line is used");
    desk.end();
    desk
}

fn attempt(desk: &Desk) -> SessionId {
    desk.far.last().unwrap().session
}

fn rings(desk: &mut Desk, session: SessionId) {
    desk.event(Event::Progress { session, status: 180, early_media: false }, session);
}

#[test]
fn without_a_last_number_there_is_nothing_to_call_back() {
    let mut desk = Desk::new(settings());
    desk.line(1);
    desk.dial("*66");
    assert_eq!((desk.tone(), desk.states()[0]), ("reorder", "invalid"));
    assert_eq!(desk.calls.deadline().map(|due| due.as_millis()), Some(10_000));
    let mut desk = ordered();
    desk.set("Call_Back_Expires", "0");
    desk.line(1);
    desk.dial("*66");
    assert_eq!(desk.tone(), "reorder");
}

#[test]
fn the_line_blinks_green_and_calls_when_it_is_idle_again() {
    let mut desk = ordered();
    assert_eq!(desk.take_commands(), ["INVITE 600"]);
    assert_eq!((desk.states(), desk.device(), desk.tone()), (["idle"; 4], "none", "none"));
    assert_eq!(desk.lamp(LineKey::L2), ("green", "slow"));
    for _ in 0..2 {
        let session = attempt(&desk);
        desk.ended(session, EndReason::Failed(486));
        desk.check();
        desk.wait(29_999);
        assert!(desk.take_commands().is_empty());
        desk.wait(1);
        assert_eq!(desk.take_commands(), ["INVITE 600"]);
    }
    let session = attempt(&desk);
    rings(&mut desk, session);
    desk.wait(499);
    assert_eq!(desk.states()[1], "idle");
    desk.wait(1);
    assert_eq!((desk.states()[1], desk.calls.ring().map(|(ring, _)| ring)), ("ringing", Some(1)));
    assert_eq!(desk.lamp(LineKey::L2), ("red", "fast"));
    desk.check();
    desk.line(2);
    assert_eq!((desk.states()[1], desk.device(), desk.tone()), ("proceeding", "speaker", "ringback"));
    desk.answered();
    assert_eq!((desk.states()[1], desk.tone()), ("connected", "none"));
    desk.end();
    assert_eq!(desk.lamp(LineKey::L2), ("green", "steady"), "the order is fulfilled");
    assert_eq!(desk.take_commands(), ["end"]);
}

#[test]
fn a_far_end_that_answers_first_waits() {
    let mut desk = ordered();
    let session = attempt(&desk);
    rings(&mut desk, session);
    desk.answered();
    assert_eq!((desk.states()[1], desk.device()), ("ringing", "none"), "an answer needs no delay");
    let since = desk.calls.line(LineKey::L2).appearance().answered_since();
    assert_eq!(since, Some(desk.now));
    desk.wait(2_000);
    desk.give(Input::Handset(true));
    assert_eq!((desk.states()[1], desk.device(), desk.tone()), ("connected", "handset", "none"));
    let appearance = desk.calls.line(LineKey::L2).appearance();
    assert_eq!((appearance.answered_since(), appearance.connected_since()), (None, Some(desk.now)));
}

#[test]
fn it_can_answer_or_leave_while_the_line_rings() {
    let mut desk = ordered();
    let session = attempt(&desk);
    rings(&mut desk, session);
    desk.wait(700);
    desk.answered();
    assert!(desk.calls.line(LineKey::L2).appearance().answered_since().is_some());
    desk.ended(session, EndReason::Remote);
    assert_eq!((desk.states()[1], desk.calls.ring()), ("idle", None));
    assert_eq!(desk.lamp(LineKey::L2), ("green", "steady"));
    desk.wait(40_000);
    assert_eq!(desk.take_commands(), ["INVITE 600"], "who was there is not called again");
}

#[test]
fn a_person_who_does_not_want_it_any_more_ends_it() {
    let mut desk = ordered();
    let session = attempt(&desk);
    rings(&mut desk, session);
    desk.wait(700);
    desk.give(Input::Action(Action::Ignore));
    assert_eq!(desk.states()[1], "idle");
    assert_eq!(desk.take_commands(), ["INVITE 600", "end"]);
    desk.check();
}

#[test]
fn another_call_on_the_line_pauses_it() {
    let mut desk = ordered();
    assert_eq!(desk.take_commands(), ["INVITE 600"]);
    desk.line(2);
    assert_eq!((desk.states()[1], desk.tone()), ("dialing", "dial"));
    assert_eq!(desk.take_commands(), ["end"], "the attempt is given up");
    desk.dial("601#");
    desk.answered();
    desk.wait(60_000);
    assert_eq!(desk.take_commands(), ["INVITE 601"]);
    desk.end();
    assert_eq!(desk.take_commands(), ["end", "INVITE 600"], "idle again, and the interval is over");
    let session = attempt(&desk);
    desk.ended(session, EndReason::Failed(486));
    desk.line(1);
    desk.dial("602#");
    desk.answered();
    desk.wait(30_000);
    assert_eq!(desk.take_commands(), ["INVITE 602", "INVITE 600"], "other lines do not matter");
    let session = attempt(&desk);
    rings(&mut desk, session);
    desk.wait(500);
    assert_eq!((desk.states()[1], desk.tone()), ("ringing", "callwaiting"));
    desk.check();
}

#[test]
fn an_incoming_call_takes_the_line_and_pauses_it_too() {
    let mut desk = Desk::new(settings());
    for line in 2..=4 {
        desk.set(&std::format!("Extension_{line}_"), "Disabled");
    }
    desk.line(1);
    desk.dial("600#");
    let session = desk.far[0].session;
    desk.ended(session, EndReason::Failed(486));
    desk.end();
    desk.line(1);
    desk.dial("*66");
    desk.end();
    let caller = desk.incoming();
    assert_eq!(desk.states()[0], "ringing");
    assert_eq!(desk.take_commands(), ["INVITE 600", "INVITE 600", "end"]);
    desk.check();
    desk.ended(caller, EndReason::Cancelled);
    assert_eq!(desk.lamp(LineKey::L1), ("green", "slow"));
    desk.wait(30_000);
    assert_eq!(desk.take_commands(), ["INVITE 600"]);
}

#[test]
fn without_call_waiting_nobody_is_fetched_into_a_conversation() {
    let mut desk = ordered();
    desk.set("CW_Setting", "no");
    let session = attempt(&desk);
    desk.ended(session, EndReason::Failed(486));
    desk.call(1);
    desk.wait(90_000);
    assert_eq!(desk.take_commands(), ["INVITE 600", "INVITE 600"]);
    desk.end();
    assert_eq!(desk.take_commands(), ["end", "INVITE 600"]);
}

#[test]
fn it_is_cancelled_from_any_line() {
    let mut desk = ordered();
    desk.line(4);
    desk.dial("*86");
    assert_eq!((desk.tone(), desk.states()[3]), ("confirm", "dialing"));
    assert_eq!(desk.take_commands(), ["INVITE 600", "end"]);
    assert_eq!(desk.lamp(LineKey::L2), ("green", "steady"));
    desk.end();
    desk.wait(60_000);
    assert!(desk.take_commands().is_empty());
    desk.line(4);
    desk.dial("*86");
    assert_eq!(desk.tone(), "confirm", "there is none any more, as was wished");
}

#[test]
fn a_new_order_takes_the_place_of_the_old_one() {
    let mut desk = ordered();
    desk.line(3);
    desk.dial("*81601#");
    let session = attempt(&desk);
    desk.ended(session, EndReason::Failed(486));
    desk.end();
    desk.line(4);
    desk.dial("*66");
    let lamps = [LineKey::L2, LineKey::L4].map(|key| desk.lamp(key));
    assert_eq!(lamps, [("green", "steady"), ("red", "steady")]);
    desk.end();
    let wanted = ["INVITE 600", "INVITE 601 hidden", "end", "INVITE 601 hidden"];
    assert_eq!(desk.take_commands(), wanted, "what was chosen for the call is chosen again");
    assert_eq!(desk.lamp(LineKey::L4), ("green", "slow"));
}

#[test]
fn what_cannot_be_called_at_all_is_not_called_again_and_what_may_be_later_is() {
    for (reason, again) in [
        (EndReason::Failed(404), false),
        (EndReason::Failed(603), false),
        (EndReason::Failed(486), true),
        (EndReason::Failed(600), true),
        (EndReason::Failed(480), true),
        (EndReason::Failed(408), true),
        (EndReason::Failed(503), true),
        (EndReason::Lost, true),
    ] {
        let mut desk = ordered();
        desk.take_commands();
        let session = attempt(&desk);
        desk.ended(session, reason);
        desk.wait(30_000);
        assert_eq!(!desk.take_commands().is_empty(), again, "{reason:?}");
    }
    let mut desk = ordered();
    let session = attempt(&desk);
    desk.ended(session, EndReason::Failed(503));
    desk.refuse_invites = true;
    desk.wait(65_000);
    let refused = ["INVITE 600", "refused INVITE 600", "refused INVITE 600"];
    assert_eq!(desk.take_commands(), refused, "no network: later");
    desk.refuse_invites = false;
    desk.wait(30_000);
    assert_eq!(desk.take_commands(), ["INVITE 600"]);
}

#[test]
fn it_expires() {
    let mut desk = ordered();
    desk.wait(1_799_000);
    assert_eq!(desk.lamp(LineKey::L2), ("green", "slow"));
    desk.take_commands();
    desk.wait(2_000);
    assert_eq!(desk.lamp(LineKey::L2), ("green", "steady"));
    assert_eq!(desk.take_commands(), ["end"], "with the attempt that is under way");
    assert_eq!(desk.calls.deadline(), None);
}

#[test]
fn a_number_that_follows_the_code_is_called_from_the_hook_too() {
    let mut desk = ordered();
    desk.take_commands();
    desk.dial("*66601#");
    assert_eq!((desk.states()[0], desk.calls.last_number()), ("calling", Some("601")));
    assert_eq!(desk.take_commands(), ["end", "INVITE 601"], "the order is a new one, and its line is used");
}

#[test]
fn somebody_can_be_sent_to_who_is_called_back() {
    let mut desk = ordered();
    let session = attempt(&desk);
    desk.line(1);
    desk.dial("601#");
    let other = attempt(&desk);
    desk.far_of(other).answered = true;
    desk.event(Event::Answered(other), other);
    rings(&mut desk, session);
    desk.wait(500);
    desk.line(2);
    desk.take_commands();
    assert_eq!(&desk.states()[..2], ["held", "proceeding"]);
    desk.act(Action::TransferHeld);
    assert_eq!(desk.take_commands(), ["end", "REFER 600"]);
    desk.check();
}

#[test]
fn a_service_that_is_not_offered_is_the_servers() {
    let mut desk = Desk::new(settings());
    desk.set("Call_Back_Serv", "no");
    desk.call(1);
    desk.end();
    desk.line(1);
    desk.dial("*66");
    desk.wait(10_000);
    assert_eq!(desk.take_commands(), ["INVITE 600", "end", "INVITE *66"]);
}
