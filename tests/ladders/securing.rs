//! Secure calls: from a call in clear to one that nobody listens to.

use crate::scene::*;

/// Two phones with certificates of one CA; the caller's person wants all calls secure.
#[track_caller]
fn certified_desk_and_bob() -> (Scene, PhoneId, PhoneId) {
    let (mut scene, desk, bob) = desk_and_bob();
    let cards = [
        (desk, include_str!("certificates/101.cert"), include_str!("certificates/101.key")),
        (bob, include_str!("certificates/102.cert"), include_str!("certificates/102.key")),
    ];
    for (phone, certificate, key) in cards {
        scene.at(phone).set("Mini_Certificate_1_", certificate.trim()).set("SRTP_Private_Key_1_", key.trim());
        scene.at(phone).tell_time(IN_2026);
    }
    scene.at(desk).set("Secure_Call_Setting", "yes").wait(100);
    scene.begin();
    (scene, desk, bob)
}

#[test]
fn a_call_becomes_secure() {
    let (mut scene, desk, bob) = certified_desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(200).speak(Some(500));
    scene.at(bob).press("SPEAKER").wait(400).expect("tone", "secure");
    scene.at(bob).expect_in("display", "$Connected").expect_in("display", "Ada Lovelace");
    scene.at(desk).expect("tone", "secure").expect_in("display", "$Connected");
    scene.at(desk).expect_in("display", "Bob Stone").expect_in("audio L1", "secure");
    scene.at(bob).expect_in("audio L1", "secure").wait(16_000).expect("tone", "").expect_hears(500);
    scene.at(desk).expect("tone", "").press("SPEAKER").wait(100).expect_state("L1", "idle");
    scene.at(bob).press("SPEAKER");
    close(scene, "secure_call");
}

#[test]
fn a_certificate_that_has_ended_leaves_the_call_in_clear() {
    let (mut scene, desk, bob) = certified_desk_and_bob();
    scene.at(bob).tell_time(IN_2036);
    scene.at(desk).press("SPEAKER").dial("102#").wait(200).speak(Some(500));
    scene.at(bob).press("SPEAKER").wait(1_000).expect("tone", "").expect_hears(500);
    scene.at(bob).expect_in("display", "102 Connected");
    scene.at(desk).expect_in("display", "101 Connected").expect_sent("INFO", 1).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "secure_call_refused");
}

#[test]
fn without_a_clock_no_certificate_counts() {
    let (mut scene, desk, bob) = desk_and_bob();
    let (certificate, key) = (include_str!("certificates/101.cert"), include_str!("certificates/101.key"));
    scene.at(desk).set("Mini_Certificate_1_", certificate.trim()).set("SRTP_Private_Key_1_", key.trim());
    scene.at(desk).set("Secure_Call_Setting", "yes").press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).press("SPEAKER").wait(1_000);
    scene.at(desk).expect_in("display", "101 Connected").expect_sent("INFO", 0).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    scene.expect_quiet();
}

#[test]
fn hold_and_resume_keep_the_keys() {
    let (mut scene, desk, bob) = certified_desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(200).speak(Some(500));
    scene.at(bob).press("SPEAKER").wait(16_500).expect_hears(500).speak(Some(900)).wait(500);
    scene.at(desk).expect_hears(900).press("HOLD").wait(500).expect_state("L1", "held");
    scene.at(bob).expect("held-by-peer L1", "yes").expect_in("display", "$Connected");
    scene.at(desk).press("L1").wait(600).expect_in("display", "$Connected").expect_hears(900);
    scene.at(bob).expect_in("audio L1", "secure").expect_hears(500);
    scene.at(desk).expect_sent("INFO", 2).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "secure_call_hold");
}

#[test]
fn only_the_callers_wish_counts_and_a_code_turns_it() {
    let (mut scene, desk, bob) = certified_desk_and_bob();
    // `*19`: not this one.
    scene.at(desk).press("SPEAKER").dial("*19102#").wait(200);
    scene
        .at(bob)
        .press("SPEAKER")
        .wait(1_000)
        .expect_in("display", "102 Connected")
        .press("SPEAKER")
        .wait(100);
    scene.at(desk).expect_sent("INFO", 0).press("SPEAKER").wait(100);
    // Bob does not want it, but Bob is called.
    scene.at(bob).press("SPEAKER").dial("101#").wait(200);
    scene.at(desk).press("SPEAKER").wait(1_000).expect_in("display", "101 Connected").press("SPEAKER");
    scene.at(bob).expect_sent("INFO", 0).wait(100).press("SPEAKER");
    scene.expect_quiet();
}

/// Seconds since 1970.
const IN_2026: u64 = 1_780_000_000;
const IN_2036: u64 = 2_090_000_000;
