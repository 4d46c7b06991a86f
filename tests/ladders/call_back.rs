//! Call back (guide, Call Back): a busy number is called again until somebody is there.

use crate::scene::*;

/// The desk has called this number in vain, and orders call back on line 2.
fn order(scene: &mut Scene, desk: PhoneId, number: &str) {
    scene.at(desk).press("SPEAKER").dial(number).wait(300).expect("tone", "busy").press("SPEAKER");
    scene.at(desk).press("L2").dial("*66").expect("tone", "confirm").press("SPEAKER");
}

#[test]
fn a_number_that_is_busy_twice_and_answers_first() {
    let (mut scene, desk) = desk();
    order(&mut scene, desk, "605#");
    scene.at(desk).wait(300).expect_state("L2", "idle").expect("led L2", "green slow").expect("device", "");
    scene.at(desk).expect_within(31_000, "state L2", "ringing").expect("ring", "1").expect_sent("INVITE", 4);
    scene.at(desk).expect_in("audio L2", "sending").expect_in("audio L2", "holding tone").wait(1_000);
    scene.at(desk).press("L2").expect_state("L2", "connected").expect("device", "speaker");
    scene.at(desk).speak(Some(440)).wait(600).expect_hears(440).speak(None).press("SPEAKER");
    scene.at(desk).expect("led L2", "green steady");
    close(scene, "call_back");
}

#[test]
fn a_person_who_rings_is_fetched() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).lift().dial("*78").hang_up();
    order(&mut scene, desk, "102#");
    scene.at(bob).wait(300).expect_state("L1", "idle").lift().dial("*79").hang_up();
    scene.at(bob).expect_within(31_000, "state L1", "ringing");
    scene.at(desk).expect_state("L2", "idle").wait(600).expect_state("L2", "ringing");
    scene.at(desk).lift().expect_state("L2", "proceeding").expect("tone", "ringback").wait(1_000);
    scene.at(bob).lift().wait(100).expect_state("L1", "connected").hang_up();
    scene.at(desk).wait(100).hang_up();
    close(scene, "call_back_rings");
}

#[test]
fn who_answers_first_hears_the_holding_tone() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).lift().dial("*78").hang_up();
    order(&mut scene, desk, "102#");
    scene.at(bob).lift().dial("*79").hang_up().expect_within(31_000, "state L1", "ringing").wait(1_000);
    scene.at(bob).lift().wait(350).expect_hears(600);
    scene.at(desk).expect_state("L2", "ringing").speak(Some(440)).lift().wait(500);
    scene.at(bob).expect_hears(440).hang_up();
    scene.at(desk).wait(100).hang_up();
    close(scene, "call_back_waits");
}

#[test]
fn nobody_picks_up() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).lift().dial("*78").hang_up();
    order(&mut scene, desk, "102#");
    scene.at(bob).lift().dial("*79").hang_up().expect_within(31_000, "state L1", "ringing");
    scene.at(bob).lift().wait(300).expect_state("L1", "connected");
    scene.at(desk).expect_state("L2", "ringing");
    scene.at(bob).hang_up().wait(100);
    scene.at(desk).expect_state("L2", "idle").expect("led L2", "green steady").expect("ring", "");
    close(scene, "call_back_missed");
}

#[test]
fn the_line_is_used_meanwhile() {
    let (mut scene, desk) = desk();
    order(&mut scene, desk, "605#");
    scene.at(desk).wait(300).press("L2").dial("600#").wait(35_000).expect_state("L2", "connected");
    scene.at(desk).expect_sent("INVITE", 4).press("SPEAKER").wait(300).expect_state("L2", "ringing");
    scene.at(desk).soft("ignore").wait(300).expect_state("L2", "idle").expect("led L2", "green steady");
    close(scene, "call_back_paused");
}

#[test]
fn it_is_cancelled() {
    let (mut scene, desk) = desk();
    order(&mut scene, desk, "603#");
    scene.at(desk).wait(300).expect("led L2", "green slow").lift().dial("*86").expect("tone", "confirm");
    scene.at(desk).hang_up().expect("led L2", "green steady").wait(40_000).expect_sent("INVITE", 3);
    close(scene, "call_back_cancelled");
}

#[test]
fn a_person_who_declines_is_not_called_again() {
    let (mut scene, desk) = desk();
    let declines = Service::in_turn(vec![Answer::Refuse(486), Answer::Refuse(603)], Audio::Silence);
    scene.office(|office, _| office.set_service("606", declines));
    order(&mut scene, desk, "606#");
    scene.at(desk).wait(300).expect("led L2", "green steady").wait(40_000).expect_sent("INVITE", 3);
    close(scene, "call_back_declined");
}

#[test]
fn there_is_no_last_number() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("L1").dial("*66").expect("tone", "reorder").expect_state("L1", "invalid");
    scene.at(desk).press("SPEAKER").expect("led L1", "green steady");
    close(scene, "call_back_without_a_number");
}

#[test]
fn the_server_is_gone_for_a_while() {
    let (mut scene, desk) = desk();
    order(&mut scene, desk, "605#");
    scene.office(|office, _| office.add_rule(Rule::ignore("INVITE", 20)));
    scene.at(desk).wait(90_000).expect("led L2", "green slow").expect_state("L2", "idle");
    scene.office(|office, _| office.clear_rules());
    scene.at(desk).expect_within(31_000, "state L2", "ringing").press("L2").wait(100).press("SPEAKER");
    close(scene, "call_back_through_an_outage");
}
