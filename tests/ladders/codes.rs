//! Service codes: dialled to the phone itself.

use crate::scene::*;
use testbed::summary::header;

/// Who calls, as the first INVITE of each call says it.
fn callers(scene: &Scene, who: &str) -> Vec<String> {
    let invites = scene.ladder.sent_by(who, 0).filter(|(word, _)| *word == "INVITE");
    let mut calls: Vec<_> =
        invites.map(|(_, bytes)| (header(bytes, "Call-ID"), header(bytes, "From"))).collect();
    calls.dedup_by(|later, first| later.0 == first.0);
    calls.into_iter().filter_map(|(_, from)| from).collect()
}

#[test]
fn do_not_disturb() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).lift().dial("*78").expect("tone", "confirm").wait(1_000).expect("tone", "dial").hang_up();
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "busy").press("SPEAKER");
    scene.at(desk).lift().dial("*79").expect("tone", "confirm").hang_up();
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "ringback").press("SPEAKER");
    scene.at(desk).wait(200);
    close(scene, "do_not_disturb");
}

#[test]
fn all_calls_are_forwarded() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).lift().dial("*72").expect("tone", "prompt").dial("601#").expect("tone", "confirm");
    scene.at(desk).wait(1_000).expect("tone", "cfwd").hang_up();
    scene.at(bob).press("SPEAKER").dial("101#").wait(800).expect_state("L1", "connected");
    scene.at(bob).expect_hears(440).press("SPEAKER").wait(100);
    scene.at(desk).lift().expect("tone", "cfwd").dial("*73").wait(1_000).expect("tone", "dial").hang_up();
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "ringback").press("SPEAKER");
    scene.at(desk).wait(200);
    close(scene, "forward_all");
}

#[test]
fn a_busy_phone_forwards() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).dial("*90601#").expect_state("L1", "dialing").expect("tone", "confirm").wait(100);
    scene.at(desk).dial("*57").expect("tone", "confirm").dial("600#").wait(300);
    scene.at(bob).press("SPEAKER").dial("101#").wait(800).expect_hears(440).press("SPEAKER").wait(100);
    scene.at(desk).press("SPEAKER").wait(100).expect_state("L1", "idle");
    close(scene, "forward_busy");
}

#[test]
fn a_call_without_ones_number() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("*81").expect("tone", "dial").dial("102#").wait(400);
    scene.at(bob).expect_in("display", "Anonymous");
    scene.at(desk).press("SPEAKER").wait(300).press("SPEAKER").dial("102#").wait(400);
    scene.at(bob).expect_in("display", "101");
    scene.at(desk).press("SPEAKER").wait(300).press("REDIAL").wait(400).press("SPEAKER").wait(300);
    let from = callers(&scene, "desk");
    let hidden: Vec<bool> = from.iter().map(|from| from.contains("anonymous.invalid")).collect();
    assert_eq!(hidden, [true, false, false], "the code is for one call: {from:?}");
    close(scene, "hidden_for_one_call");
}

#[test]
fn anonymous_callers_are_refused() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).lift().dial("*77").expect("tone", "confirm").hang_up();
    scene.at(desk).lift().dial("*67").expect("tone", "confirm").wait(1_000).dial("102#").wait(300);
    scene.at(desk).expect_state("L1", "invalid").expect("tone", "reorder").hang_up();
    scene.at(desk).lift().dial("*82102#").wait(300).expect("tone", "ringback").hang_up().wait(200);
    close(scene, "anonymous_callers_refused");
}

#[test]
fn the_last_caller_is_called_back() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).lift().dial("*69").expect("tone", "reorder").expect("device", "handset").hang_up();
    scene.at(bob).press("SPEAKER").dial("101#").wait(1_000).press("SPEAKER").wait(200);
    scene.at(desk).lift().dial("*69").wait(300).expect_state("L1", "proceeding").expect("tone", "ringback");
    scene.at(bob).lift().wait(300).expect_state("L1", "connected").hang_up().wait(100);
    scene.at(desk).hang_up();
    close(scene, "call_return");
}

#[test]
fn no_call_waiting_for_one_call() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("*70").expect("tone", "dial").dial("600#").wait(300);
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "busy").press("SPEAKER");
    scene.at(desk).press("SPEAKER").wait(100).press("SPEAKER").dial("600#").wait(300);
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "ringback").press("SPEAKER");
    scene.at(desk).wait(200).press("SPEAKER").wait(100);
    close(scene, "call_waiting_off_for_one_call");
}

#[test]
fn a_codec_for_one_call() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("*027111").expect("tone", "dial").dial("601#").wait(600);
    scene.at(desk).expect_in("audio L1", "pcma").expect_hears(440).press("SPEAKER").wait(100);
    scene.at(desk).press("SPEAKER").dial("601#").wait(300).expect_in("audio L1", "pcmu").press("SPEAKER");
    close(scene, "codec_for_one_call");
}

#[test]
fn several_codes_before_a_number_on_the_hook() {
    let (mut scene, desk) = desk();
    scene.at(desk).dial("*81*027111600").expect("device", "").soft("dial").wait(300);
    scene.at(desk).expect_state("L1", "connected").expect_in("audio L1", "pcma").press("SPEAKER").wait(100);
    scene.at(desk).press("REDIAL").wait(300).expect_in("audio L1", "pcma").press("SPEAKER").wait(100);
    let from = callers(&scene, "desk");
    assert!(from.iter().all(|from| from.contains("anonymous.invalid")), "{from:?}");
    close(scene, "codes_on_the_hook");
}

#[test]
fn a_feature_dial_service_calls_code_and_number() {
    let (mut scene, desk) = desk();
    let service = Service::new(Answer::PickUp { ring_ms: 0 }, Audio::Tone { frequency_hz: 440 });
    scene.office(|office, _| office.set_service("*74600", service));
    scene.at(desk).set("Feature_Dial_Services_Codes", "*74`o`").press("SPEAKER").dial("*74");
    scene.at(desk).expect("tone", "outside").dial("600#").wait(300).expect_state("L1", "connected");
    scene.at(desk).expect_sent("INVITE", 2).press("SPEAKER");
    close(scene, "feature_dial_service");
}

#[test]
fn a_code_that_cannot_be_served_is_refused() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("*98").expect("tone", "reorder").expect("device", "speaker");
    scene.at(desk).wait(10_000).expect("tone", "warning").press("SPEAKER").expect_state("L1", "idle");
    close(scene, "code_refused");
}

#[test]
fn a_code_that_is_blank_is_the_servers() {
    let (mut scene, desk) = desk();
    let service = Service::new(Answer::PickUp { ring_ms: 0 }, Audio::Tone { frequency_hz: 440 });
    scene.office(|office, _| office.set_service("*78", service));
    scene.at(desk).set("DND_Act_Code", "\"\"").press("SPEAKER").dial("*78").wait(300);
    scene.at(desk).expect_state("L1", "connected").expect_hears(440).press("SPEAKER");
    close(scene, "code_for_the_server");
}

#[test]
fn what_a_code_set_outlives_a_restart() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).lift().dial("*78").expect("tone", "confirm").hang_up().restart().wait(500);
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "busy").press("SPEAKER");
    scene.at(desk).wait(7_000);
    close(scene, "do_not_disturb_after_a_restart");
}
