//! Answering: which device, which line.

use crate::scene::*;

#[test]
fn a_call_between_two_phones_answered_by_the_handset() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).press("SPEAKER").dial("101#").wait(200).expect_state("L1", "proceeding");
    scene.at(bob).expect("tone", "ringback");
    scene.at(desk).expect_state("L1", "ringing").expect("led L1", "red fast").expect("ring", "1");
    scene.at(desk).expect("led MESSAGE", "red fast").wait(2_000).lift().wait(100).speak(Some(500));
    scene.at(desk).expect("device", "handset").expect("ring", "").expect("led MESSAGE", "");
    scene.at(bob).speak(Some(900)).wait(600).expect_state("L1", "connected").expect_hears(500);
    scene.at(desk).expect_state("L1", "connected").expect_hears(900).hang_up().wait(100);
    scene.at(bob).expect_state("L1", "invalid").press("SPEAKER").expect_state("L1", "idle");
    close(scene, "answer_by_handset");
}

#[test]
fn answered_by_its_line_key() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).press("SPEAKER").dial("101#").wait(200);
    scene.at(desk).press("L1").wait(100).expect_state("L1", "connected").expect("device", "speaker");
    scene.at(bob).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(desk).expect_state("L1", "invalid").press("SPEAKER").expect_state("L1", "idle");
    close(scene, "answer_by_line_key");
}

#[test]
fn answered_by_the_soft_key_on_the_preferred_device() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).set("Preferred_Audio_Device", "Headset");
    scene.at(bob).press("SPEAKER").dial("101#").wait(200);
    scene.at(desk).soft("answer").wait(100).expect_state("L1", "connected").expect("device", "headset");
    scene.at(desk).expect("led HEADSET", "green steady").press("HEADSET").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "answer_by_soft_key");
}

#[test]
fn two_ring_and_the_lowest_line_is_answered_first() {
    let (mut scene, desk) = desk();
    scene.office(|office, now| office.call(now, "600", "101"));
    scene.at(desk).wait(500).expect_state("L1", "ringing");
    scene.office(|office, now| office.call(now, "601", "101"));
    scene.at(desk).wait(500).expect_state("L2", "ringing").press("SPEAKER").wait(500);
    scene.at(desk).expect_state("L1", "connected").expect_state("L2", "ringing").expect("ring", "");
    scene.at(desk).expect("tone", "callwaiting").press("SPEAKER").expect_state("L1", "idle");
    scene.at(desk).expect_state("L2", "ringing").expect("ring", "1").press("SPEAKER").wait(500);
    scene.at(desk).expect_state("L2", "connected").expect_hears(440).press("SPEAKER");
    close(scene, "lowest_ringing_line_first");
}

#[test]
fn turned_down() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).press("SPEAKER").dial("101#").wait(1_000);
    scene.at(desk).soft("ignore").expect_state("L1", "idle").wait(100).expect("ring", "");
    scene.at(bob).expect("tone", "busy").press("SPEAKER");
    close(scene, "ignored");
}

#[test]
fn the_caller_gives_up() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).lift().dial("101#").wait(1_000).hang_up().wait(100);
    scene.at(desk).expect_state("L1", "idle").expect("ring", "").expect("led MESSAGE", "");
    close(scene, "caller_gives_up");
}

#[test]
fn the_ringing_ends_after_a_minute_and_the_call_can_still_be_answered() {
    let (mut scene, desk) = desk();
    scene.office(|office, now| office.call(now, "601", "101"));
    scene.at(desk).wait(59_000).expect("ring", "1").wait(2_000).expect("ring", "");
    scene.at(desk).expect("led L1", "red fast").lift().wait(500).expect_hears(440).hang_up();
    close(scene, "ringing_for_a_minute");
}

#[test]
fn the_line_key_of_the_second_of_two_ringing_calls() {
    let (mut scene, desk) = desk();
    for number in ["600", "601"] {
        scene.office(|office, now| office.call(now, number, "101"));
    }
    scene.at(desk).wait(500).press("L2").wait(500).expect_state("L2", "connected").expect_hears(440);
    scene.at(desk).expect_state("L1", "ringing").expect("tone", "callwaiting").soft("ignore").wait(100);
    scene.at(desk).expect_state("L1", "idle").expect("tone", "").press("SPEAKER");
    close(scene, "second_ringing_line_by_its_key");
}
