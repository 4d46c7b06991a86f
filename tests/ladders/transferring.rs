//! Transfer by the keys: blind, attended, semi-attended, and what is left when it fails.

use crate::scene::*;

#[test]
fn rfc5589_7_3_attended() {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).soft("xfer").wait(200).expect_state("L1", "held").expect("tone", "second");
    scene.at(desk).dial("103#").wait(200);
    scene.at(carol).press("SPEAKER").wait(300).expect_state("L1", "connected");
    scene.at(desk).soft("xfer").expect_in("display", "Transferring").wait(1_000);
    bob_has_carol(&mut scene, desk, bob, carol);
    close(scene, "transfer_attended");
}

#[test]
fn attended_with_a_held_call_and_the_handset_put_down() {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).lift().press("L2").dial("103#").wait(200);
    scene.at(carol).press("SPEAKER").wait(300);
    scene.at(desk).soft("xferLx").hang_up().wait(1_000);
    bob_has_carol(&mut scene, desk, bob, carol);
    close(scene, "transfer_held_call");
}

#[test]
fn rfc5589_7_6_semi_attended() {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).soft("xfer").dial("103#").wait(500).expect_state("L2", "proceeding");
    scene.at(carol).expect_state("L1", "ringing");
    scene.at(desk).soft("xfer").wait(500).expect_state("L2", "idle").expect_sent("CANCEL", 1);
    scene.at(carol).expect_state("L1", "ringing").press("SPEAKER").wait(500);
    bob_has_carol(&mut scene, desk, bob, carol);
    close(scene, "transfer_semi_attended");
}

#[test]
fn the_target_is_busy_before_the_transfer() {
    let (mut scene, desk, bob, _carol) = talking_to_bob();
    scene.at(desk).soft("xfer").dial("603#").wait(200).expect("tone", "busy").press("SPEAKER").wait(100);
    scene.at(desk).expect_state("L1", "held").expect_state("L2", "idle").soft("resume").wait(300);
    scene.at(desk).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "transfer_target_busy");
}

#[test]
fn rfc5589_6_4_blind_to_somebody_who_is_busy_comes_back() {
    let (mut scene, desk, bob, _carol) = talking_to_bob();
    scene.at(desk).soft("bxfer").dial("603#").wait(500);
    scene.at(desk).expect_state("L1", "held").expect_in("display", "Transfer failed").expect("device", "");
    scene.at(desk).press("L1").wait(300).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(bob).expect_state("L1", "invalid").press("SPEAKER");
    close(scene, "transfer_blind_busy");
}

#[test]
fn rfc3515_2_4_2_refused() {
    let (mut scene, desk) = desk();
    scene.office(|office, _| office.add_rule(Rule::answer("REFER", 1, 603).in_dialog(true)));
    scene.at(desk).press("SPEAKER").dial("601#").wait(300).soft("bxfer").dial("600#").wait(300);
    scene.at(desk).expect_state("L1", "held").expect_in("display", "Transfer failed");
    scene.at(desk).soft("resume").wait(300).expect_hears(440).press("SPEAKER");
    close(scene, "transfer_refused");
}

#[test]
fn blind_given_up_comes_back_as_held() {
    let (mut scene, desk, bob, _carol) = talking_to_bob();
    scene.at(desk).soft("bxfer").expect("tone", "prompt").dial("10").press("SPEAKER").wait(100);
    scene.at(desk).expect_state("L1", "held").expect_state("L2", "idle").expect_sent("REFER", 0);
    scene.at(desk).press("L1").wait(300).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "transfer_given_up");
}

#[test]
fn blind_by_its_code_sends_the_call_that_was_held_last() {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).press("L2").dial("*98").wait(100).expect("tone", "prompt").dial("103#").wait(500);
    scene.at(carol).expect_state("L1", "ringing").press("SPEAKER").wait(500);
    bob_has_carol(&mut scene, desk, bob, carol);
    close(scene, "transfer_by_code");
}
