//! Devices, muting, digits in a conversation.

use crate::scene::*;

#[test]
fn a_conversation_moves_from_device_to_device() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("600#").wait(300).lift().expect("device", "handset");
    scene.at(desk).expect("led SPEAKER", "").press("HEADSET").expect("device", "headset");
    scene.at(desk).expect("led HEADSET", "green steady").hang_up().expect_state("L1", "connected");
    scene.at(desk).press("SPEAKER").expect("device", "speaker").expect("led HEADSET", "");
    scene.at(desk).press("SPEAKER").expect_state("L1", "idle");
    close(scene, "device_to_device");
}

#[test]
fn mute_works_only_while_a_device_is_on() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("MUTE").expect("led MUTE", "").press("SPEAKER").dial("600#").speak(Some(700));
    scene.at(desk).wait(500).expect_hears(700).press("MUTE").expect("led MUTE", "red steady").wait(500);
    scene.at(desk).expect_silence().press("MUTE").expect("led MUTE", "").wait(500).expect_hears(700);
    scene.at(desk).press("MUTE").lift().expect("muted", "").wait(500).expect_hears(700);
    scene.at(desk).press("MUTE").press("SPEAKER").expect("muted", "yes").press("SPEAKER");
    scene.at(desk).expect("muted", "").expect_state("L1", "idle").hang_up();
    close(scene, "mute");
}

#[test]
fn digits_of_a_conversation_reach_the_other_phone() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).lift().wait(300);
    scene.at(desk).dial("12*#0").wait(1_500).press("SPEAKER").wait(100);
    assert_eq!(scene.digits(bob), "12*#0");
    scene.at(bob).hang_up();
    close(scene, "digits");
}

#[test]
fn the_volume_keys() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("VOL+").expect("ring", "1").expect_in("display", "Ringer volume 9").wait(1_000);
    scene.at(desk).expect("ring", "").press("SPEAKER").press("VOL-").expect_in("display", "Speaker volume 7");
    scene.at(desk).press("SPEAKER").wait(3_000);
    close(scene, "volume");
}
