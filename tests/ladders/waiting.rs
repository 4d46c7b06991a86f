//! A second call during the first.

use crate::scene::*;

#[test]
fn call_waiting_and_the_second_call_puts_the_first_on_hold() {
    let (mut scene, desk) = desk();
    scene.at(desk).lift().dial("600#").speak(Some(700)).wait(500);
    scene.office(|office, now| office.call(now, "601", "101"));
    scene.at(desk).wait(200).expect_state("L2", "ringing").expect("led L2", "red fast").expect("ring", "");
    scene.at(desk).expect("tone", "callwaiting").expect("led MESSAGE", "red fast").press("L2").wait(500);
    scene.at(desk).expect_state("L1", "held").expect_state("L2", "connected").expect("tone", "");
    scene.at(desk).expect_hears(440).expect("device", "handset").hang_up().wait(100);
    scene.at(desk).expect_state("L1", "held").press("L1").wait(500).expect_hears(700).press("SPEAKER");
    close(scene, "call_waiting");
}

#[test]
fn a_waiting_call_rings_when_the_first_ends() {
    let (mut scene, desk) = desk();
    scene.at(desk).lift().dial("600#").wait(500);
    scene.office(|office, now| office.call(now, "601", "101"));
    scene.at(desk).wait(1_000).hang_up().expect("ring", "1").expect_state("L2", "ringing").lift().wait(400);
    scene.at(desk).expect_state("L2", "connected").expect_hears(440).hang_up();
    close(scene, "waiting_call_rings");
}

#[test]
fn with_call_waiting_off_the_second_caller_hears_busy() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).set("CW_Setting", "no").lift().dial("600#").wait(500);
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "busy").press("SPEAKER");
    scene.at(desk).expect_state("L2", "idle").hang_up().wait(100);
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "ringback").press("SPEAKER");
    scene.at(desk).wait(100);
    close(scene, "call_waiting_off");
}

#[test]
fn all_lines_busy() {
    let (mut scene, desk, bob) = desk_and_bob();
    let lines = if ROOMY { 4 } else { deskphone::limits::SESSIONS };
    for _ in 0..lines {
        scene.office(|office, now| office.call(now, "601", "101"));
        scene.at(desk).wait(100);
    }
    scene.at(desk).expect("led L1", "red fast").expect(&format!("led L{lines}"), "red fast");
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "busy").press("SPEAKER");
    scene.at(desk).press("SPEAKER").expect_state("L1", "connected").expect_state("L2", "ringing");
    scene.at(desk).expect("tone", "callwaiting").press("SPEAKER");
    scene.office(|office, now| office.hang_up(now, "601"));
    scene.at(desk).wait(100).expect("ring", "").expect_state("L2", "idle");
    close(scene, "all_lines_busy");
}

#[test]
fn call_waiting_while_dialling() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").wait(500);
    scene.office(|office, now| office.call(now, "601", "101"));
    scene.at(desk).wait(200).expect("tone", "dial").dial("6").expect("tone", "callwaiting");
    scene.at(desk).soft("answer").wait(400).expect_state("L1", "idle").expect_state("L2", "connected");
    scene.at(desk).expect_hears(440).press("SPEAKER");
    close(scene, "call_waiting_while_dialling");
}
