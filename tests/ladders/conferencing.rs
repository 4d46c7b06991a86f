//! Conference by the keys: who hears whom, who leaves, and what is left when it fails.

use crate::scene::*;

/// The desk, Bob and Carol are in a conference, whose tone is over.
#[track_caller]
fn three() -> (Scene, PhoneId, PhoneId, PhoneId) {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).soft("conf").wait(200).dial("103#").wait(300);
    scene.at(carol).press("SPEAKER").wait(300);
    scene.at(desk).soft("conf").wait(3_500).expect_state("L1", "connected").expect_state("L2", "connected");
    (scene, desk, bob, carol)
}

#[test]
fn everybody_hears_the_tone_and_then_everybody_else() {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).soft("conf").wait(200).expect_state("L1", "held").expect("tone", "second");
    scene.at(desk).dial("103#").wait(300);
    scene.at(carol).press("SPEAKER").wait(300);
    scene.at(desk).expect("soft keys", "hold endcall conf bxfer confLx xferLx park").soft("conf");
    scene.at(desk).expect("tone", "conference").expect_in("display", "Conference").wait(350);
    scene.at(desk).expect_hears(350).wait(90);
    scene.at(bob).expect_hears(350);
    scene.at(carol).expect_hears(350);
    scene.at(desk).expect("soft keys", "hold endcall join").wait(3_000).expect("tone", "");
    scene.at(bob).speak(Some(900)).wait(500).expect_silence();
    scene.at(desk).expect_hears(900);
    scene.at(carol).expect_hears(900);
    scene.at(bob).speak(None);
    scene.at(carol).speak(Some(1_300)).wait(500).expect_silence();
    scene.at(bob).expect_hears(1_300);
    scene.at(carol).speak(None);
    scene.at(desk).speak(Some(600)).wait(500).expect_silence();
    scene.at(bob).expect_hears(600);
    scene.at(carol).expect_hears(600);
    scene.at(desk).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    scene.at(carol).press("SPEAKER");
    close(scene, "conference");
}

#[test]
fn muting_takes_only_our_own_voice_out() {
    let (mut scene, desk, bob, carol) = three();
    scene.at(desk).speak(Some(600)).press("MUTE").wait(500);
    scene.at(bob).expect_silence().speak(Some(900)).wait(500);
    scene.at(carol).expect_hears(900).press("SPEAKER").wait(100);
    scene.at(desk).expect_state("L1", "connected").expect_state("L2", "idle").press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "conference_muted");
}

#[test]
fn a_third_party_that_rings_is_heard_by_the_two_and_joins_by_answering() {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).soft("conf").dial("103#").wait(500).expect_state("L2", "proceeding").soft("conf");
    scene.at(desk).wait(1_000).expect_state("L1", "connected").expect("tone", "ringback");
    scene.at(bob).expect_hears(440);
    scene.at(carol).expect_state("L1", "ringing").press("SPEAKER").wait(500);
    scene.at(desk).expect("tone", "conference").expect_state("L2", "connected").wait(3_500);
    scene.at(carol).speak(Some(900)).wait(500);
    scene.at(bob).expect_hears(900);
    scene.at(desk).press("SPEAKER").wait(100).expect_state("L1", "idle").expect_state("L2", "idle");
    scene.at(bob).expect_state("L1", "invalid").press("SPEAKER");
    scene.at(carol).expect_state("L1", "invalid").press("SPEAKER");
    close(scene, "conference_ringing");
}

#[test]
fn a_third_party_that_declines_leaves_a_plain_call() {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).soft("conf").dial("103#").wait(500).soft("conf").wait(200);
    scene.at(carol).soft("ignore").wait(200);
    scene.at(desk).expect_state("L1", "connected").expect_state("L2", "idle").expect("tone", "");
    scene.at(bob).speak(Some(900)).wait(500);
    scene.at(desk).expect_hears(900).expect("device", "speaker").press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "conference_declined");
}

#[test]
fn hold_holds_both_and_each_comes_back_by_its_line_key() {
    let (mut scene, desk, bob, carol) = three();
    scene.at(desk).press("HOLD").wait(300).expect_state("L1", "held").expect_state("L2", "held");
    scene.at(bob).expect_in("display", "Remote hold");
    scene.at(carol).expect_in("display", "Remote hold");
    scene.at(desk).press("L2").wait(300).expect_state("L1", "held").expect_state("L2", "connected");
    scene.at(desk).soft("confLx").wait(3_600).expect_state("L1", "connected");
    scene.at(bob).speak(Some(900)).wait(500);
    scene.at(carol).expect_hears(900).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER").wait(100);
    scene.at(desk).expect_state("L1", "invalid").press("SPEAKER");
    close(scene, "conference_hold");
}

#[test]
fn join_leaves_the_two_connected() {
    let (mut scene, desk, bob, carol) = three();
    scene.at(desk).soft("join").expect_in("display", "Transferring").wait(1_000);
    bob_has_carol(&mut scene, desk, bob, carol);
    close(scene, "conference_join");
}

#[test]
fn a_join_that_fails_leaves_the_conference() {
    let (mut scene, desk) = desk();
    scene.office(|office, _| office.add_rule(Rule::answer("REFER", 1, 603).in_dialog(true)));
    scene.at(desk).press("SPEAKER").dial("601#").wait(300).soft("conf").dial("600#").wait(300).soft("conf");
    scene.at(desk).wait(300).soft("join").wait(300).expect_in("display", "Transfer failed");
    scene.at(desk).expect_state("L1", "connected").expect_state("L2", "connected").wait(3_500);
    scene.at(desk).expect_hears(440).press("SPEAKER");
    close(scene, "conference_join_fails");
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "three calls at a time")]
fn a_caller_is_told_of_to_us_alone_and_answering_holds_both() {
    let (mut scene, desk, bob, carol) = three();
    assert!(scene.office(|office, now| office.call(now, "601", "101")));
    scene.at(desk).wait(500).expect("tone", "callwaiting");
    scene.at(bob).expect_silence();
    scene.at(desk).soft("answer").wait(300).expect_state("L3", "connected").expect_state("L1", "held");
    scene.at(desk).expect_state("L2", "held").press("SPEAKER").wait(100).expect_state("L3", "idle");
    scene.at(bob).press("SPEAKER").wait(100);
    scene.at(carol).press("SPEAKER");
    close(scene, "conference_call_waiting");
}

#[test]
fn digits_go_to_both() {
    let (mut scene, desk, bob, carol) = three();
    scene.at(desk).dial("42").wait(1_000).press("SPEAKER").wait(100);
    assert_eq!((scene.digits(bob), scene.digits(carol)), ("42", "42"));
    scene.at(bob).press("SPEAKER");
    scene.at(carol).press("SPEAKER");
    close(scene, "conference_digits");
}

#[test]
fn without_an_idle_line_conf_is_not_offered() {
    let (mut scene, desk) = desk();
    for line in ["Extension_2_", "Extension_3_", "Extension_4_"] {
        scene.at(desk).set(line, "Disabled");
    }
    scene.at(desk).press("SPEAKER").dial("601#").wait(300).expect("soft keys", "hold endcall");
    scene.at(desk).press("SPEAKER");
    close(scene, "conference_no_line");
}

#[test]
fn somebody_vanishes_and_the_network_is_lost_in_the_middle() {
    let (mut scene, desk, bob, carol) = three();
    scene.network.cut_host([10, 0, 0, 2].into());
    scene.at(bob).press("SPEAKER").wait(1_000);
    scene.at(desk).expect_state("L1", "connected").press("HOLD").wait(40_000);
    scene.network.mend();
    scene.at(desk).press("L2").wait(300).expect_state("L2", "connected").press("SPEAKER").wait(100);
    scene.at(carol).expect_state("L1", "invalid").press("SPEAKER");
    close(scene, "conference_network");
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "three calls at a time")]
fn of_several_held_calls_a_line_key_says_which() {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).press("L2").dial("103#").wait(300);
    scene.at(carol).press("SPEAKER").wait(300);
    scene.at(desk).press("L3").dial("601#").wait(300).soft("confLx").wait(300);
    scene.at(desk).expect_state("L3", "held").expect_in("display", "Conference with which line?");
    scene.at(desk).expect("soft keys", "cancel").press("L4").expect_state("L4", "idle").press("L1");
    scene.at(desk).wait(3_800).expect_state("L1", "connected").expect_state("L3", "connected");
    scene.at(desk).expect_state("L2", "held");
    scene.at(bob).expect_hears(440);
    scene.at(desk).press("SPEAKER").wait(100).press("L2").wait(300).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    scene.at(carol).press("SPEAKER");
    close(scene, "conference_choice");
}

#[test]
#[cfg_attr(feature = "_tiny", ignore = "three calls at a time")]
fn of_several_held_calls_one_is_sent_to_the_active_one() {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).press("L2").dial("601#").wait(300).press("L3").dial("103#").wait(300);
    scene.at(carol).press("SPEAKER").wait(300);
    scene.at(desk).soft("xferLx").wait(300).expect_in("display", "Transfer to which line?");
    scene.at(desk).soft("cancel").wait(300).expect_state("L3", "connected").soft("xferLx").wait(300);
    scene.at(desk).press("L1").wait(1_000).expect_state("L2", "held").press("L2").wait(300);
    scene.at(desk).press("SPEAKER").wait(100);
    scene.at(desk).expect_state("L3", "idle");
    bob_has_carol(&mut scene, desk, bob, carol);
    close(scene, "transfer_choice");
}

/// The desk talks with Carol, begun by `conf`, with Bob on hold; a bridge brings them together.
#[track_caller]
fn about_to_bridge(number: &str) -> (Scene, PhoneId, PhoneId, PhoneId) {
    let (mut scene, desk, bob, carol) = talking_to_bob();
    scene.at(desk).set("Conference_Bridge_URL_1_", number).soft("conf").dial("103#").wait(500);
    scene.at(desk).expect_state("L2", "proceeding").expect("soft keys", "endcall xferLx");
    scene.at(carol).press("SPEAKER").wait(300);
    (scene, desk, bob, carol)
}

#[test]
fn rfc4579_5_5_a_bridge_takes_everybody() {
    if !ROOMY {
        return;
    }
    let (mut scene, desk, bob, carol) = about_to_bridge("601");
    scene.at(desk).soft("conf").wait(1_500).expect_state("L1", "idle").expect_state("L2", "idle");
    scene.at(desk).expect_state("L3", "connected").expect_hears(440);
    scene.at(bob).expect_state("L1", "connected").expect_hears(440);
    scene.at(carol).expect_state("L1", "connected").expect_hears(440);
    for phone in [desk, bob, carol] {
        scene.at(phone).press("SPEAKER").wait(100);
    }
    close(scene, "conference_bridge");
}

#[test]
fn a_bridge_that_is_busy_leaves_both_on_hold() {
    if !ROOMY {
        return;
    }
    let (mut scene, desk, bob, carol) = about_to_bridge("603");
    scene.at(desk).soft("conf").wait(500).expect("tone", "busy").expect_state("L3", "invalid");
    scene.at(desk).press("SPEAKER").wait(100).expect_state("L1", "held").expect_state("L2", "held");
    scene.at(desk).press("L1").wait(300).press("SPEAKER").wait(100).press("L2").wait(300).press("SPEAKER");
    scene.at(bob).wait(100).press("SPEAKER");
    scene.at(carol).press("SPEAKER");
    close(scene, "conference_bridge_busy");
}
