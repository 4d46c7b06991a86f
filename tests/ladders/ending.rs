//! The far end hangs up.

use crate::scene::*;

#[test]
fn the_far_end_hangs_up_and_the_line_stays_off_hook() {
    let (mut scene, desk) = desk();
    scene.at(desk).lift().dial("601#").wait(400).expect_hears(440);
    scene.office(|office, now| office.hang_up(now, "601"));
    scene.at(desk).wait(100).expect_state("L1", "invalid").expect("tone", "").expect("device", "handset");
    scene.at(desk).wait(4_800).expect("tone", "").wait(200).expect("tone", "reorder").wait(10_000);
    scene.at(desk).expect("tone", "warning").hang_up().expect_state("L1", "idle");
    close(scene, "far_end_hangs_up");
}

#[test]
fn a_held_call_that_the_far_end_ends_is_gone_at_once() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("601#").wait(300).press("HOLD").wait(200).expect_state("L1", "held");
    scene.office(|office, now| office.hang_up(now, "601"));
    scene.at(desk).wait(100).expect_state("L1", "idle").expect("led L1", "green steady");
    close(scene, "far_end_ends_a_held_call");
}

#[test]
fn another_line_key_or_the_hold_key_ends_what_is_over() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("603#").wait(200).expect_state("L1", "invalid").press("L2");
    scene.at(desk).expect_state("L1", "idle").expect_state("L2", "dialing").expect("tone", "dial");
    scene.at(desk).dial("603#").wait(200).expect_state("L2", "invalid").press("HOLD");
    scene.at(desk).expect_state("L2", "idle").expect("device", "");
    close(scene, "invalid_ended_by_keys");
}

#[test]
fn both_hang_up_at_once() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("601#").wait(300);
    scene.office(|office, now| office.hang_up(now, "601"));
    scene.at(desk).press("SPEAKER").wait(200).expect_state("L1", "idle");
    close(scene, "both_hang_up");
}

#[test]
fn hanging_up_at_the_moment_of_the_answer() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("604#").wait(7_985).press("SPEAKER").expect_state("L1", "idle");
    scene.at(desk).wait(200).expect("device", "").expect_sent("CANCEL", 1).expect_sent("BYE", 1);
    close(scene, "cancel_crosses_answer");
}
