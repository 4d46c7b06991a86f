//! Hold and resume, from either side.

use crate::scene::*;

#[test]
fn the_hold_key_and_the_line_key() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).lift().speak(Some(900)).wait(500);
    scene.at(desk).expect_hears(900).press("HOLD").wait(400).expect_state("L1", "held");
    scene.at(desk).expect("led L1", "red slow").expect("device", "").expect_silence();
    scene.at(bob).expect("held-by-peer L1", "yes").expect("tone", "holding").expect_state("L1", "connected");
    scene.at(desk).press("L1").wait(500).expect_state("L1", "connected").expect("device", "speaker");
    scene.at(desk).expect_hears(900).press("SPEAKER").wait(100);
    scene.at(bob).expect("held-by-peer L1", "").hang_up();
    close(scene, "hold_and_resume");
}

#[test]
fn another_line_key_holds_and_begins_a_second_call() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("600#").wait(300).press("L2").wait(100);
    scene.at(desk).expect_state("L1", "held").expect_state("L2", "dialing").expect("tone", "dial");
    scene.at(desk).dial("601#").wait(500).expect_state("L2", "connected").expect_hears(440);
    scene.at(desk).press("L1").wait(400).expect_state("L1", "connected").expect_state("L2", "held");
    scene.at(desk).press("HOLD").wait(100).expect_state("L1", "held").expect_state("L2", "held");
    scene.at(desk).expect("device", "").wait(5_000).expect_state("L1", "held").expect_state("L2", "held");
    scene.at(desk).soft("resume").wait(100).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(desk).expect_state("L2", "held").press("L2").wait(400).expect_hears(440).press("SPEAKER");
    close(scene, "two_held_calls");
}

#[test]
fn a_number_half_dialled_or_a_ringing_far_end_gives_way_to_another_line() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("L1").dial("60").press("L2").expect_state("L1", "idle").dial("602#").wait(200);
    scene.at(desk).expect_state("L2", "proceeding").press("L3").wait(200).expect_state("L2", "idle");
    scene.at(desk).expect_state("L3", "dialing").expect_sent("CANCEL", 1).press("SPEAKER");
    close(scene, "half_dialled_gives_way");
}

#[test]
fn held_by_the_office() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("601#").wait(400).expect_hears(440);
    scene.office(|office, now| office.reinvite(now, "601", Direction::SendOnly));
    scene.at(desk).wait(200).expect("held-by-peer L1", "yes").expect_in("display", "Remote hold");
    scene.office(|office, now| office.reinvite(now, "601", Direction::SendRecv));
    scene.at(desk).wait(200).expect("held-by-peer L1", "").expect("tone", "").press("SPEAKER");
    close(scene, "held_by_the_office");
}

#[test]
fn both_hold_and_one_resumes_after_the_other() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).press("SPEAKER").wait(300).press("HOLD").wait(300);
    scene.at(desk).expect("held-by-peer L1", "yes").press("HOLD").wait(300).expect_state("L1", "held");
    scene.at(bob).press("L1").wait(300).expect_state("L1", "connected").expect("held-by-peer L1", "yes");
    scene.at(desk).press("L1").wait(300).expect("held-by-peer L1", "").speak(Some(500)).wait(400);
    scene.at(bob).expect("held-by-peer L1", "").expect_hears(500).press("SPEAKER").wait(100);
    scene.at(desk).press("SPEAKER");
    // RFC 3261 §13.3.1: how long a telephone may ring says only the first INVITE; a change has its own limit.
    let mut sent = scene.ladder.sent_by("bob", 0);
    assert!(
        sent.all(|(_, bytes)| testbed::summary::header(bytes, "Expires").is_none_or(|value| value == "30"))
    );
    drop(sent);
    close(scene, "both_hold");
}

#[test]
fn both_press_hold_at_once_and_one_tries_again() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).press("SPEAKER").wait(300);
    scene.at(desk).key_down(deskphone::phone::Key::Hold).key_up(deskphone::phone::Key::Hold);
    scene.at(bob).key_down(deskphone::phone::Key::Hold).key_up(deskphone::phone::Key::Hold);
    scene.at(desk).wait(6_000).expect_state("L1", "held");
    scene.at(bob).expect_state("L1", "held").press("L1").wait(300);
    scene.at(desk).press("L1").wait(300).expect("held-by-peer L1", "").speak(Some(500)).wait(400);
    scene.at(bob).expect_hears(500).press("SPEAKER").wait(100);
    scene.at(desk).press("SPEAKER");
    close(scene, "glare");
}

#[test]
fn a_refused_hold_still_closes_both_ears() {
    let (mut scene, desk) = desk();
    scene.office(|office, _| office.add_rule(Rule::answer("INVITE", 1, 488).in_dialog(true)));
    scene.at(desk).press("SPEAKER").dial("600#").wait(300).press("HOLD").wait(300);
    scene.at(desk).expect_state("L1", "held").expect_in("audio L1", "still").press("L1").wait(300);
    scene.at(desk).expect_state("L1", "connected").expect_in("audio L1", "both ways").press("SPEAKER");
    close(scene, "hold_refused");
}
