//! Secure calls: from a call in clear to one that nobody listens to.

use crate::scene::*;

/// Two phones with certificates of one CA; the caller's person wants all calls secure.
#[track_caller]
fn certified_desk_and_bob() -> (Scene, PhoneId, PhoneId) {
    let (mut scene, desk, bob) = desk_and_bob();
    certify(&mut scene, desk, ADA);
    certify(&mut scene, bob, BOB);
    scene.at(desk).set("Secure_Call_Setting", "yes").wait(100);
    scene.begin();
    (scene, desk, bob)
}

/// The desk talks with Bob in a secure call, and has Carol's phone beside it.
#[track_caller]
fn secure_with_bob(carols: Option<[&str; 2]>) -> (Scene, PhoneId, PhoneId, PhoneId) {
    let (mut scene, desk, bob) = certified_desk_and_bob();
    let carol = join(&mut scene, "carol", 103);
    if let Some(card) = carols {
        certify(&mut scene, carol, card);
    }
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).press("SPEAKER").wait(400).expect_in("display", "$Connected");
    scene.at(desk).expect_in("display", "$Connected").wait(16_000);
    (scene, desk, bob, carol)
}

/// A phone gets a certificate with its key, and learns the time.
#[track_caller]
fn certify(scene: &mut Scene, phone: PhoneId, [certificate, key]: [&str; 2]) {
    scene.at(phone).set("Mini_Certificate_1_", certificate.trim()).set("SRTP_Private_Key_1_", key.trim());
    scene.at(phone).tell_time(IN_2026);
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
    let [certificate, key] = ADA;
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

/// The transferee calls the target, in a dialog of its own, in clear at first; who was spoken with in secret
/// is not left for a call in clear, so it asks for security although it was called and wants none itself.
#[test]
fn an_attended_transfer_is_secured_anew() {
    let (mut scene, desk, bob, carol) = secure_with_bob(Some(CAROL));
    scene.at(desk).soft("xfer").dial("103#").wait(200);
    scene.at(carol).press("SPEAKER").wait(400).expect_in("display", "$Connected");
    scene.at(desk).expect_in("display", "$Connected").expect_in("display", "Carol Reed");
    scene.at(desk).soft("xfer").wait(1_000).expect_state("L1", "idle").expect_state("L2", "idle");
    scene.at(bob).expect_in("display", "$Connected").expect_in("display", "Carol Reed");
    scene.at(carol).expect_in("display", "$Connected").expect_in("display", "Bob Stone").wait(16_000);
    scene.at(bob).expect_in("audio L1", "secure").speak(Some(900)).wait(500);
    scene.at(carol).expect_in("audio L1", "secure").expect_hears(900).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "secure_call_transfer");
}

#[test]
fn a_blind_transfer_is_secured_anew() {
    let (mut scene, desk, bob, carol) = secure_with_bob(Some(CAROL));
    scene.at(desk).soft("bxfer").dial("103#").wait(500);
    scene.at(bob).expect_in("display", "103");
    scene.at(carol).expect_state("L1", "ringing").press("SPEAKER").wait(1_000);
    scene.at(bob).expect_in("display", "$Connected").expect_in("display", "Carol Reed");
    scene.at(carol).expect_in("display", "$Connected").expect_in("display", "Bob Stone").wait(16_000);
    scene.at(carol).speak(Some(900)).wait(500);
    scene.at(bob).expect_hears(900).press("SPEAKER").wait(100);
    scene.at(carol).press("SPEAKER");
    scene.at(desk).expect_state("L1", "idle");
    close(scene, "secure_call_transfer_blind");
}

/// The target has no certificate: the call goes on in clear, and nobody is told otherwise.
#[test]
fn a_transfer_to_a_phone_without_a_certificate_is_in_clear() {
    let (mut scene, desk, bob, carol) = secure_with_bob(None);
    scene.at(desk).soft("bxfer").dial("103#").wait(500);
    scene.at(carol).press("SPEAKER").wait(1_000).expect_in("display", "103 Connected");
    scene.at(bob).expect_in("display", "102 Connected").speak(Some(900)).wait(500);
    scene.at(carol).expect_hears(900).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    scene.at(desk).expect_state("L1", "idle");
    scene.expect_quiet();
}

/// A key for each leg; the phone mixes what it has decrypted.
#[test]
fn a_conference_of_two_secure_calls() {
    let (mut scene, desk, bob, carol) = secure_with_bob(Some(CAROL));
    scene.at(desk).soft("conf").dial("103#").wait(200);
    scene.at(carol).press("SPEAKER").wait(400).expect_in("display", "$Connected").wait(16_000);
    scene.at(desk).soft("conf").wait(300).expect_in("display", "$Conference").wait(3_500);
    scene.at(desk).expect_in("audio L1", "secure").expect_in("audio L2", "secure");
    scene.at(bob).speak(Some(900)).wait(500);
    scene.at(desk).expect_hears(900);
    scene.at(carol).expect_hears(900);
    scene.at(bob).speak(None);
    scene.at(carol).speak(Some(1_300)).wait(500);
    scene.at(bob).expect_hears(1_300);
    scene.at(carol).speak(None);
    scene.at(desk).speak(Some(600)).wait(500);
    scene.at(bob).expect_hears(600);
    scene.at(carol).expect_hears(600);
    scene.at(desk).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    scene.at(carol).press("SPEAKER");
    close(scene, "secure_call_conference");
}

/// What is said in a conference goes to both: with one of them in clear it is not secret, and the display
/// does not say so.
#[test]
fn a_conference_with_one_call_in_clear_shows_no_sign() {
    let (mut scene, desk, bob, carol) = secure_with_bob(None);
    scene.at(desk).soft("conf").dial("103#").wait(200);
    scene.at(carol).press("SPEAKER").wait(400).expect_in("display", "103 Connected");
    scene.at(desk).expect_in("display", "L1 $Held").expect_in("display", "101 Connected");
    scene.at(desk).soft("conf").wait(300).expect_in("display", "101 Conference").wait(3_500);
    scene.at(bob).speak(Some(900)).wait(500);
    scene.at(carol).expect_hears(900).press("SPEAKER").wait(300);
    scene.at(desk).expect_in("display", "101 $Connected").expect_hears(900).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "secure_call_conference_in_clear");
}

/// SRTP by session descriptions (RFC 4568), for one call by its code: both sides say their keys, which no
/// ladder shows, and keep them through a hold.
#[test]
fn srtp_for_one_call() {
    let (mut scene, desk, bob) = desk_and_bob();
    for phone in [desk, bob] {
        scene.at(phone).set("SRTP_Method", "s-descriptor");
    }
    scene.begin();
    scene.at(desk).press("SPEAKER").dial("*18102#").wait(200).speak(Some(500));
    scene.at(bob).press("SPEAKER").wait(600).expect_hears(500).speak(Some(900)).wait(500);
    scene.at(desk).expect_in("audio L1", "srtp").expect_hears(900).press("HOLD").wait(500);
    scene.at(bob).expect("held-by-peer L1", "yes");
    scene.at(desk).press("L1").wait(600).expect_hears(900);
    scene.at(bob).expect_in("audio L1", "srtp").expect_hears(500);
    scene.at(desk).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER").wait(100);
    // The next one is in clear again.
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).press("SPEAKER").wait(600).expect_hears(500).press("SPEAKER").wait(100);
    scene.at(desk).press("SPEAKER");
    close(scene, "srtp_for_one_call");
}

/// Certificate and private key of 101, 102 and 103, by the CA of the documents.
const ADA: [&str; 2] = [include_str!("certificates/101.cert"), include_str!("certificates/101.key")];
const BOB: [&str; 2] = [include_str!("certificates/102.cert"), include_str!("certificates/102.key")];
const CAROL: [&str; 2] = [include_str!("certificates/103.cert"), include_str!("certificates/103.key")];
/// Seconds since 1970.
const IN_2026: u64 = 1_780_000_000;
const IN_2036: u64 = 2_090_000_000;
