//! When the network or the office fails.

use crate::scene::*;

#[test]
fn a_call_into_silence_is_given_up() {
    let (mut scene, desk) = desk();
    scene.office(|office, _| office.add_rule(Rule::ignore("INVITE", 10)));
    scene.at(desk).press("SPEAKER").dial("600#").wait(31_500).expect_state("L1", "calling").wait(1_000);
    scene.at(desk).expect_state("L1", "invalid").expect("tone", "reorder").press("SPEAKER");
    close(scene, "call_into_silence");
}

#[test]
fn hanging_up_into_silence() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("600#").wait(300).expect_state("L1", "connected");
    scene.network.cut_host("10.0.0.100".parse().unwrap());
    scene.at(desk).press("SPEAKER").expect_state("L1", "idle").wait(33_000).press("SPEAKER");
    scene.at(desk).expect_state("L1", "dialing").press("SPEAKER");
    scene.network.mend();
    scene.office(|office, now| office.hang_up(now, "600"));
    scene.at(desk).wait(100);
    close(scene, "hang_up_into_silence");
}

#[test]
fn the_office_restarts_during_a_call() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("600#").wait(300).expect_state("L1", "connected");
    scene.office(|office, _| office.restart());
    scene.at(desk).press("HOLD").wait(500);
    close(scene, "office_restarts");
}

/// A proxy said 100 and then forgot everything: RFC 3261 §14.1 ends the session as after 408.
#[test]
fn a_hold_that_is_never_answered_ends_the_call() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).lift().wait(300);
    scene.network.cut_host("10.0.0.2".parse().unwrap());
    scene.at(desk).press("HOLD").wait(200).expect_state("L1", "held");
    scene.office(|office, _| office.restart());
    scene.at(desk).wait(31_000).expect_state("L1", "held").wait(1_000).expect_state("L1", "idle");
    scene.network.mend();
    scene.at(bob).hang_up().wait(100);
    close(scene, "hold_never_answered");
}

#[test]
fn an_answer_that_nobody_acknowledges_ends() {
    let (mut scene, desk) = desk();
    scene.office(|office, now| office.call(now, "601", "101"));
    scene.at(desk).wait(100);
    scene.network.cut_host("10.0.0.100".parse().unwrap());
    scene.at(desk).press("SPEAKER").expect_state("L1", "connected").wait(32_000);
    scene.at(desk).expect_state("L1", "invalid").press("SPEAKER").expect_state("L1", "idle");
    scene.network.mend();
    scene.office(|office, now| office.hang_up(now, "601"));
    scene.at(desk).wait(100);
    close(scene, "answer_not_acknowledged");
}

#[test]
fn a_poor_network_delays_and_loses_nothing() {
    let mut scene = Scene::new(7, Conditions::POOR);
    let desk = scene.add_account("desk", 101);
    let bob = scene.add_account("bob", 102);
    scene.at(desk).expect_within(40_000, "registered 1", "yes");
    scene.at(bob).expect_within(40_000, "registered 1", "yes").wait(6_000);
    scene.at(desk).press("SPEAKER").dial("102#");
    scene.at(bob).expect_within(10_000, "state L1", "ringing").lift();
    scene.at(desk).expect_within(10_000, "state L1", "connected").wait(10_000).press("SPEAKER");
    scene.at(bob).expect_within(10_000, "state L1", "invalid").hang_up();
    close(scene, "poor_network");
}
