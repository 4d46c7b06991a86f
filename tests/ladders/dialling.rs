//! Numbers by the dial plan, and what is heard while they are dialled.

use crate::scene::*;

#[test]
fn a_plan_says_when_a_number_is_complete() {
    let (mut scene, desk) = desk();
    scene.at(desk).set("Dial_Plan_1_", "(<8:6>0x|6xx|1900xxx!)").press("SPEAKER").dial("80").wait(2_000);
    scene.at(desk).expect_state("L1", "dialing").dial("1").wait(300).expect_state("L1", "connected");
    scene.at(desk).expect_hears(440).press("SPEAKER").expect_state("L1", "idle");
    close(scene, "plan_completes_a_number");
}

#[test]
fn the_outside_line_has_its_own_dial_tone() {
    let (mut scene, desk) = desk();
    scene.at(desk).set("Dial_Plan_1_", "(<9,:>6xx)").lift().expect("tone", "dial").dial("9");
    scene.at(desk).expect("tone", "outside").dial("6").expect("tone", "").dial("00").wait(300);
    scene.at(desk).expect_state("L1", "connected").hang_up();
    close(scene, "outside_line");
}

#[test]
fn a_barred_number_is_rejected() {
    let (mut scene, desk) = desk();
    scene.at(desk).set("Dial_Plan_1_", "(604!|6xx)").press("SPEAKER").dial("604").expect("tone", "reorder");
    scene.at(desk).expect_state("L1", "invalid").wait(10_000).expect("tone", "warning").press("SPEAKER");
    scene.at(desk).expect_sent("INVITE", 0).expect_state("L1", "idle");
    close(scene, "barred_number");
}

#[test]
fn a_hot_line_calls_as_soon_as_the_handset_is_lifted() {
    let (mut scene, desk) = desk();
    scene.at(desk).set("Dial_Plan_1_", "( S0 <:601> )").lift().wait(300).expect_state("L1", "connected");
    scene.at(desk).expect_hears(440).hang_up();
    close(scene, "hot_line");
}

#[test]
fn a_warm_line_waits_for_a_number_first() {
    let (mut scene, desk) = desk();
    scene.at(desk).set("Dial_Plan_1_", "( P5 <:601> | xxx )").lift().expect("tone", "dial").wait(4_800);
    scene.at(desk).expect_state("L1", "dialing").wait(500).expect_state("L1", "connected").hang_up();
    scene.at(desk).lift().wait(1_000).dial("600").wait(300).expect_state("L1", "connected").hang_up();
    close(scene, "warm_line");
}

#[test]
fn a_speed_dial_digit_alone_calls_its_number() {
    let (mut scene, desk) = desk();
    scene.at(desk).set("Speed_Dial_5", "601").press("SPEAKER").dial("5").wait(2_800);
    scene.at(desk).expect_state("L1", "dialing").wait(500).expect_state("L1", "connected").press("SPEAKER");
    scene.at(desk).dial("5#").wait(300).expect_state("L1", "connected").press("SPEAKER");
    close(scene, "speed_dial");
}

#[test]
fn an_ip_address_is_dialled_with_stars() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102*10*0*0*2#").wait(300).expect_state("L1", "proceeding");
    scene.at(bob).lift().wait(300).expect_state("L1", "connected").hang_up().wait(100);
    scene.at(desk).press("SPEAKER").expect_state("L1", "idle").dial("10*0*0*2#").wait(300);
    scene.at(desk).expect_sent("INVITE", 2).press("SPEAKER").wait(100);
    close(scene, "ip_dialling");
}

#[test]
fn a_plan_that_changes_while_a_number_is_dialled() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("77").set("Dial_Plan_1_", "(<77:60>x)").dial("1").wait(300);
    scene.at(desk).expect_state("L1", "connected").expect_hears(440).press("SPEAKER");
    close(scene, "plan_changes_meanwhile");
}

#[test]
fn a_status_with_a_special_information_tone() {
    let (mut scene, desk) = desk();
    scene.at(desk).set("SIT2_RSC", "404").press("SPEAKER").dial("999#").wait(200).expect("tone", "sit2");
    scene.at(desk).wait(20_000).expect("tone", "warning").press("SPEAKER");
    close(scene, "special_information_tone");
}

#[test]
fn lamps_tones_and_cadences_of_a_running_phone() {
    let (mut scene, desk) = desk();
    scene.at(desk).set("Local_Seized_LED", "c=a;p=ud;u=.1/.9").set("Dial_Tone", "350@-19;2(*/0/1)");
    scene.at(desk).set("Reorder_Tone", "480@-19;3(.25/.25/1)").set("Cadence_1", "4(1/1)");
    scene.at(desk).press("SPEAKER").expect("led L1", "amber user").wait(2_000).expect("tone", "reorder");
    scene.at(desk).wait(3_000).expect("tone", "warning").press("SPEAKER");
    scene.office(|office, now| office.call(now, "601", "101"));
    scene.at(desk).wait(200).expect("ring", "1").wait(4_000).expect("ring", "").soft("ignore").wait(200);
    close(scene, "scripts_of_a_running_phone");
}
