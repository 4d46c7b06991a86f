//! Registration: the lamps tell how it stands.

use crate::scene::*;

#[test]
fn a_challenge_is_answered_and_the_registration_refreshed() {
    let mut scene = office();
    let desk = scene.add("desk", account(101));
    scene.at(desk).set("Register_Expires_1_", "60").connect().expect("led L1", "red slow");
    scene.at(desk).expect_within(100, "registered 1", "yes").expect("led L1", "green steady");
    scene.at(desk).expect_sent("REGISTER", 2).wait(60_000).expect("registered 1", "yes");
    scene.at(desk).expect_sent("REGISTER", 3).set("Register_Expires_1_", "3600").wait(100);
    close(scene, "register_and_refresh");
}

#[test]
fn a_wrong_password_is_told_and_does_not_storm() {
    let mut scene = office();
    let desk = scene.add("desk", account(101));
    scene.at(desk).set("Password_1_", "wrong").connect().wait(1_000).expect("led L1", "amber steady");
    scene.at(desk).expect_in("display", "Not registered").wait(120_000);
    let sent = scene.ladder.sent_by("desk", 0).count();
    assert!(sent <= 12, "{sent} requests in two minutes");
    scene.at(desk).press("SPEAKER").expect("tone", "").dial("600#").wait(200).expect("tone", "reorder");
    scene.at(desk).press("SPEAKER").set("Password_1_", "pw101").wait(500).expect("registered 1", "yes");
    close(scene, "wrong_password");
}

#[test]
fn a_silent_server_is_asked_again_until_it_answers() {
    let mut scene = office();
    scene.office(|office, _| office.add_rule(Rule::ignore("REGISTER", 11)));
    let desk = scene.add("desk", account(101));
    scene.at(desk).connect().wait(31_900).expect("led L1", "red slow");
    scene.at(desk).wait(200).expect("led L1", "amber steady").wait(31_000).expect("registered 1", "yes");
    close(scene, "server_silent");
}

#[test]
fn a_restarted_server_is_told_again_at_the_next_refresh() {
    let mut scene = office();
    let desk = scene.add("desk", account(101));
    scene.at(desk).set("Register_Expires_1_", "60").connect().wait(7_000).expect("registered 1", "yes");
    scene.office(|office, _| office.restart());
    assert!(!scene.office(|office, now| office.call(now, "601", "101")), "nobody knows the phone now");
    scene.at(desk).wait(60_000).expect("registered 1", "yes");
    assert!(scene.office(|office, now| office.call(now, "601", "101")));
    scene.at(desk).wait(100).expect_state("L1", "ringing").soft("ignore").expect_state("L1", "idle");
    scene.at(desk).set("Register_Expires_1_", "3600").wait(100);
    close(scene, "server_restart");
}

#[test]
fn a_stale_nonce_and_too_brief_an_interval_are_no_failures() {
    let mut scene = office();
    scene.office.settings.min_expires_s = 120;
    let desk = scene.add("desk", account(101));
    scene.at(desk).set("Register_Expires_1_", "60").connect().wait(7_000).expect("registered 1", "yes");
    scene.office(|office, _| office.forget_nonces());
    scene.at(desk).wait(120_000).expect("registered 1", "yes").expect("led L1", "green steady");
    close(scene, "register_too_brief_and_stale");
}

#[test]
fn a_phone_that_was_switched_off_and_on_registers_again() {
    let (mut scene, desk) = desk();
    scene.at(desk).press("SPEAKER").dial("600#").expect_within(500, "state L1", "connected").wait(300);
    scene.at(desk).restart().expect_state("L1", "idle").wait(500).expect("registered 1", "yes");
    scene.at(desk).press("SPEAKER").expect("tone", "dial").press("SPEAKER");
    scene.office(|office, now| office.hang_up(now, "600"));
    scene.at(desk).wait(100);
    close(scene, "phone_restart");
}

#[test]
fn four_line_keys_on_four_extensions() {
    let mut scene = office();
    let mut phone = account(101);
    for extension in 2..=4 {
        set_account(&mut phone, extension, 100 + u16::from(extension));
    }
    let desk = scene.add("desk", phone);
    for key in 2..=4 {
        scene.at(desk).set(&format!("Extension_{key}_"), &key.to_string());
    }
    scene.at(desk).connect().wait(if ROOMY { 7_000 } else { 130_000 });
    for extension in 1..=4 {
        scene.at(desk).expect(&format!("registered {extension}"), "yes");
    }
    scene.office(|office, now| office.call(now, "601", "103"));
    scene.at(desk).wait(100).expect_state("L3", "ringing").expect_state("L1", "idle").press("L3").wait(400);
    scene.at(desk).expect_state("L3", "connected").expect_hears(440).press("L4");
    scene.at(desk).expect_state("L3", "held").expect_in("display", "104 Dialing").dial("600#").wait(600);
    scene.at(desk).expect_state("L4", "connected").press("SPEAKER").wait(100);
    scene.at(desk).press("L3").wait(300).expect_state("L3", "connected").press("SPEAKER");
    close(scene, "four_extensions");
}
