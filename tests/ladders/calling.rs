//! Calling: dial tone, digits, what the far end does.

use crate::scene::*;

#[test]
fn off_hook_to_the_echo_number_and_back_to_rest() {
    let (mut scene, desk) = desk();
    scene.at(desk).lift().expect("tone", "dial").expect("device", "handset").wait(800);
    scene.at(desk).dial("600").expect("tone", "").dial("#").speak(Some(700)).wait(600);
    scene.at(desk).expect_state("L1", "connected").expect("led L1", "red steady").expect_hears(700);
    scene.at(desk).hang_up().wait(100).expect_state("L1", "idle").expect("device", "").expect_sent("BYE", 1);
    close(scene, "call_off_hook");
}

#[test]
fn by_the_speaker_button() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").expect("led SPEAKER", "green steady").dial("600#").wait(300);
    scene.at(desk).expect_state("L1", "connected").press("SPEAKER").expect("led SPEAKER", "").wait(100);
    close(scene, "call_by_speaker");
}

#[test]
fn by_a_line_key() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("L3").expect("tone", "dial").expect("device", "speaker").dial("600#").wait(300);
    scene.at(desk).expect_state("L3", "connected").press("L3").expect_state("L3", "connected");
    scene.at(desk).soft("endcall").wait(100).expect_state("L3", "idle");
    close(scene, "call_by_line_key");
}

#[test]
fn on_hook_dialling_with_the_dial_soft_key() {
    let (mut scene, desk) = desk();
    scene.at(desk).dial("6001").expect("device", "").expect_in("display", "Dial: 6001_").soft("delchr");
    scene.at(desk).soft("dial").wait(300).expect_state("L1", "connected").expect("device", "speaker");
    scene.at(desk).soft("endcall").wait(100);
    scene.at(desk).press("REDIAL").wait(300).expect_state("L1", "connected").soft("endcall");
    close(scene, "call_on_hook");
}

#[test]
fn on_hook_dialling_sent_by_a_line_key_and_by_the_handset() {
    let (mut scene, desk) = desk();
    scene.at(desk).dial("600").press("L2").wait(300).expect_state("L2", "connected").press("SPEAKER");
    scene.at(desk).dial("600").lift().wait(300).expect_state("L1", "connected").hang_up().wait(100);
    close(scene, "call_on_hook_by_line_key_and_handset");
}

#[test]
fn a_number_typed_on_hook_is_dropped_after_half_a_minute() {
    let (mut scene, desk) = desk();
    scene.at(desk).dial("600").wait(29_900).expect_in("display", "Dial: 600_").wait(200);
    scene.at(desk).expect("soft keys", "").dial("60").soft("cancel").expect("soft keys", "");
    scene.at(desk).expect_sent("INVITE", 0);
    close(scene, "on_hook_number_dropped");
}

#[test]
fn the_interdigit_timer_sends() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("600").wait(9_900).expect_state("L1", "dialing").wait(300);
    scene.at(desk).expect_state("L1", "connected").press("SPEAKER");
    close(scene, "interdigit_timer");
}

#[test]
fn a_busy_number() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("603#").wait(200).expect_state("L1", "invalid");
    scene.at(desk).expect("tone", "busy").expect("led L1", "red steady").wait(10_000);
    scene.at(desk).expect("tone", "warning").wait(10_000).expect("tone", "").press("SPEAKER");
    scene.at(desk).expect_state("L1", "idle");
    close(scene, "busy");
}

#[test]
fn an_unknown_number() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("999#").wait(200).expect_state("L1", "invalid");
    scene.at(desk).expect("tone", "reorder").press("SPEAKER").expect_state("L1", "idle");
    close(scene, "unknown_number");
}

#[test]
fn ring_back_and_giving_up() {
    let (mut scene, desk) = desk();
    scene.at(desk).lift().dial("602#").wait(200).expect_state("L1", "proceeding").expect("tone", "ringback");
    scene.at(desk).wait(4_000).hang_up().wait(200).expect_state("L1", "idle").expect_sent("CANCEL", 1);
    close(scene, "ring_back_and_cancel");
}

#[test]
fn two_rings_and_an_answer() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("604#").wait(7_000).expect("tone", "ringback").wait(1_300);
    scene.at(desk).expect_state("L1", "connected").expect("tone", "").press("SPEAKER");
    close(scene, "answered_after_two_rings");
}

#[test]
fn early_media_takes_the_place_of_ring_back() {
    let (mut scene, desk) = desk();
    let service = Service::new(Answer::EarlyMedia { ring_ms: 2_000 }, Audio::Tone { frequency_hz: 425 });
    scene.office(|office, _| office.set_service("610", service));
    scene.at(desk).press("SPEAKER").dial("610#").wait(800).expect_state("L1", "proceeding");
    scene.at(desk).expect("tone", "").expect_hears(425).wait(2_000).expect_state("L1", "connected");
    scene.at(desk).expect_hears(425).press("SPEAKER");
    close(scene, "early_media");
}

#[test]
fn a_redirection_is_followed() {
    let (mut scene, desk) = desk();
    let service = Service::new(Answer::Redirect("sip:600@10.0.0.100".to_owned()), Audio::Silence);
    scene.office(|office, _| office.set_service("611", service));
    scene.at(desk).press("SPEAKER").dial("611#").wait(500).expect_state("L1", "connected").press("SPEAKER");
    close(scene, "redirection");
}

#[test]
fn a_redirection_in_circles_ends() {
    let (mut scene, desk) = desk();
    let service = Service::new(Answer::Redirect("sip:611@10.0.0.100".to_owned()), Audio::Silence);
    scene.office(|office, _| office.set_service("611", service));
    scene.at(desk).press("SPEAKER").dial("611#").wait(2_000).expect_state("L1", "invalid");
    scene.at(desk).expect("tone", "reorder").press("SPEAKER");
    let invites = scene.ladder.sent_by("desk", 0).filter(|(word, _)| *word == "INVITE").count();
    assert!(invites <= 14, "{invites}");
    close(scene, "redirection_in_circles");
}

#[test]
fn dial_tone_ends_in_reorder_warning_and_silence() {
    let (mut scene, desk) = desk();
    scene.at(desk).lift().wait(9_900).expect("tone", "dial").wait(200).expect("tone", "reorder");
    scene.at(desk).expect_state("L1", "invalid").wait(10_000).expect("tone", "warning");
    scene.at(desk).wait(10_000).expect("tone", "").hang_up().expect_state("L1", "idle");
    close(scene, "dial_tone_runs_out");
}

#[test]
fn taking_back_all_digits_brings_the_dial_tone_back() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("L1").dial("6").expect("tone", "").soft("delchr").expect("tone", "dial");
    scene.at(desk).dial("#").expect_state("L1", "dialing").dial("600").soft("cancel");
    scene.at(desk).expect_state("L1", "idle").expect("device", "");
    close(scene, "digits_taken_back");
}
