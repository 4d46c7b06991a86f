//! Shared lines: the desk, Bob and Carol share account 109 on their second and third line keys.

use crate::scene::*;

const SETTINGS: [(&str, &str); 5] = [
    ("Extension_2_", "2"),
    ("Extension_3_", "2"),
    ("Share_Ext_2_", "shared"),
    ("Share_Call_Appearance_2_", "shared"),
    ("Share_Call_Appearance_3_", "shared"),
];

/// A station: its own account on the first and last line key, the shared one between them.
#[track_caller]
fn station(scene: &mut Scene, name: &str, user: u16) -> PhoneId {
    let mut phone = account(user);
    set_account(&mut phone, 2, 109);
    let station = scene.add(name, phone);
    for (tag, value) in SETTINGS {
        scene.at(station).set(tag, value);
    }
    scene.at(station).connect().expect("led L2", "red slow").expect_within(1_000, "led L2", "green steady");
    scene.at(station).wait(6_000);
    station
}

/// An office with a shared line, and two stations of it.
#[track_caller]
fn desk_and_bob_share() -> (Scene, PhoneId, PhoneId) {
    let mut scene = office();
    scene.office(|office, _| office.settings.shared_accounts.push("109".to_owned()));
    let desk = station(&mut scene, "desk", 101);
    let bob = station(&mut scene, "bob", 102);
    scene.begin();
    (scene, desk, bob)
}

#[test]
fn a_line_is_seized_called_on_held_taken_back_and_given_up() {
    let (mut scene, desk, bob) = desk_and_bob_share();
    scene.at(desk).press("L2").expect("tone", "dial").expect("led L2", "red steady");
    scene.at(bob).expect("led L2", "red double").expect_state("L2", "busy").press("L2").expect("tone", "");
    scene.at(desk).dial("604#").wait(500).expect_state("L2", "proceeding");
    scene.at(bob).expect_state("L2", "busy").expect("led L2", "red double");
    scene.at(desk).wait(8_000).expect_state("L2", "connected").press("HOLD").wait(200);
    scene.at(desk).expect_state("L2", "held").expect("led L2", "red slow");
    scene.at(bob).expect("led L2", "red slow");
    scene.at(desk).press("L2").wait(200).expect_state("L2", "connected");
    scene.at(bob).expect("led L2", "red double");
    scene.at(desk).press("SPEAKER").wait(200).expect("led L2", "green steady").expect_state("L2", "idle");
    scene.at(bob).expect("led L2", "green steady").expect_state("L2", "idle");
    close(scene, "shared_line_call");
}

#[test]
fn two_press_the_key_at_once_and_one_has_the_line() {
    let (mut scene, desk, bob) = desk_and_bob_share();
    let key = deskphone::phone::Key::named("L2").unwrap();
    scene.at(bob).key_down(key).key_up(key);
    scene.at(desk).key_down(key).key_up(key).wait(200);
    let states = [desk, bob].map(|phone| scene.station(phone).view().tone.map(|tone| tone.name()));
    assert!(states == [Some("dial"), Some("reorder")] || states == [Some("reorder"), Some("dial")]);
    let (quick, slow) = if states[0] == Some("dial") { (desk, bob) } else { (bob, desk) };
    scene.at(slow).expect_state("L2", "invalid").expect("led L2", "red double").press("SPEAKER");
    scene.at(slow).expect_state("L2", "busy");
    // The other appearance is free.
    scene.at(slow).press("L3").wait(200).expect("tone", "dial").press("SPEAKER").wait(200);
    scene.at(quick).expect("led L3", "green steady").press("SPEAKER").wait(200);
    scene.at(slow).expect_state("L2", "idle");
    close(scene, "shared_line_race");
}

#[test]
fn a_call_to_the_line_rings_everywhere_and_is_one_stations() {
    if !ROOMY {
        return;
    }
    let (mut scene, desk, bob) = desk_and_bob_share();
    let carol = join(&mut scene, "carol", 103);
    scene.at(carol).press("SPEAKER").dial("109#").wait(200);
    scene.at(desk).expect_state("L2", "ringing").expect("led L2", "red fast");
    scene.at(bob).expect_state("L2", "ringing").press("L2").wait(300).expect_state("L2", "connected");
    scene.at(desk).expect_state("L2", "busy").expect("led L2", "red double");
    assert_eq!(scene.office.appearance("109", 1), "active");
    scene.at(bob).press("SPEAKER").wait(200);
    scene.at(desk).expect("led L2", "green steady");
    scene.at(carol).press("SPEAKER");
    close(scene, "shared_line_answer");
}

#[test]
fn a_colleagues_held_call_is_taken_by_one_key() {
    let (mut scene, desk, bob) = desk_and_bob_share();
    scene.at(bob).press("L2").wait(100).dial("601#").wait(400).expect_hears(440).press("HOLD").wait(200);
    scene.at(desk).expect("led L2", "red slow").expect_state("L2", "busy").press("L2").wait(500);
    scene.at(desk).expect_state("L2", "connected").expect_hears(440).expect("led L2", "red steady");
    scene.at(bob).expect_state("L2", "busy").expect("led L2", "red double");
    scene.at(desk).press("SPEAKER").wait(200).expect_state("L2", "idle");
    scene.at(bob).expect_state("L2", "idle");
    close(scene, "shared_line_taken_over");
}

#[test]
fn a_held_call_with_another_phone_is_taken_by_one_key() {
    if !ROOMY {
        return;
    }
    let (mut scene, desk, bob) = desk_and_bob_share();
    let carol = join(&mut scene, "carol", 103);
    scene.at(bob).press("L2").wait(100).dial("103#").wait(200);
    scene.at(carol).lift().speak(Some(900)).wait(300);
    scene.at(bob).expect_hears(900).press("HOLD").wait(300);
    scene.at(desk).press("L2").wait(600).expect_state("L2", "connected").expect_hears(900);
    scene.at(bob).expect_state("L2", "busy");
    scene.at(carol).expect_state("L1", "connected").hang_up().wait(300);
    scene.at(desk).expect_state("L2", "invalid").press("SPEAKER").expect_state("L2", "idle");
    scene.at(bob).expect_state("L2", "idle");
    close(scene, "shared_line_taken_over_from_a_phone");
}

#[test]
fn a_call_on_private_hold_stays_where_it_is() {
    let (mut scene, desk, bob) = desk_and_bob_share();
    scene.at(desk).press("L2").wait(100).dial("601#").wait(400).soft("phold").wait(200);
    assert_eq!(scene.office.appearance("109", 1), "held-private");
    scene.at(desk).expect_state("L2", "held");
    scene.at(bob).expect("led L2", "red slow").press("L2").wait(200).expect_state("L2", "busy");
    scene.at(desk).press("L2").wait(200).expect_state("L2", "connected").press("HOLD").wait(200);
    assert_eq!(scene.office.appearance("109", 1), "held");
    scene.at(desk).press("L2").wait(200).press("SPEAKER").wait(200);
    close(scene, "shared_line_private_hold");
}

#[test]
fn a_failed_call_gives_the_line_back_while_its_person_hears_why() {
    let (mut scene, desk, bob) = desk_and_bob_share();
    scene.at(desk).press("L2").wait(100).dial("603#").wait(200).expect("tone", "busy");
    scene.at(bob).expect_state("L2", "idle").press("L2").wait(100).expect("tone", "dial");
    scene.at(desk).expect_state("L2", "invalid").expect("led L2", "red double").press("SPEAKER");
    scene.at(desk).expect_state("L2", "busy");
    scene.at(bob).press("SPEAKER").wait(100);
    close(scene, "shared_line_busy_far_end");
}

#[test]
fn a_lost_subscription_is_remote_undefined_until_it_is_back() {
    let (mut scene, desk, bob) = desk_and_bob_share();
    scene.at(bob).press("L2").wait(100).dial("601#").wait(400);
    scene.office(|office, now| office.end_subscriptions(now, "giveup"));
    scene.at(desk).wait(100).expect("led L2", "red double").expect("led L3", "red double");
    scene.at(desk).press("L3").wait(100).expect("tone", "").expect_state("L3", "busy");
    scene.at(bob).expect_state("L2", "connected").expect_state("L3", "busy");
    scene.at(desk).wait(12_000).expect_state("L3", "idle").expect("led L3", "green steady");
    scene.at(bob).expect_state("L2", "connected").press("SPEAKER").wait(500).expect_state("L2", "idle");
    close(scene, "shared_line_lost_subscription");
}

#[test]
fn a_seizure_is_renewed_while_dialling_goes_on_and_lost_when_it_is_not() {
    let (mut scene, desk, bob) = desk_and_bob_share();
    scene
        .at(desk)
        .press("L2")
        .wait(100)
        .dial("5")
        .wait(4_000)
        .dial("5")
        .wait(4_000)
        .expect_state("L2", "dialing");
    scene.at(desk).expect_sent("SUBSCRIBE", 2);
    scene.at(bob).expect_state("L2", "busy");
    scene.office(|office, _| office.add_rule(Rule::answer("SUBSCRIBE", 1, 481).in_dialog(true)));
    scene.at(desk).dial("5").wait(4_000).dial("5").wait(4_000).expect("tone", "reorder");
    scene.at(desk).press("SPEAKER").wait(8_000).expect_state("L2", "idle");
    scene.at(bob).expect_state("L2", "idle");
    close(scene, "shared_line_expiry");
}

#[test]
fn a_server_without_shared_lines_leaves_them_private() {
    let mut scene = office();
    scene.office(|office, _| office.add_rule(Rule::answer("SUBSCRIBE", 9, 489)));
    let desk = station(&mut scene, "desk", 101);
    scene.begin();
    scene.at(desk).press("L2").expect("tone", "dial").dial("600#").wait(300).expect_state("L2", "connected");
    scene.at(desk).press("SPEAKER").wait(100);
    close(scene, "shared_line_without_server");
}

#[test]
fn a_server_that_starts_anew_is_asked_anew() {
    let (mut scene, desk, bob) = desk_and_bob_share();
    scene.at(desk).set("Subscription_Expires_2_", "60").restart().wait(20_000);
    scene.at(bob).press("L2").wait(100).dial("5").wait(100);
    scene.at(desk).expect_state("L2", "busy");
    scene.office(|office, _| office.restart());
    // The seizure cannot be renewed, and says so.
    scene.at(bob).wait(4_000).dial("5").wait(4_000).expect("tone", "reorder").press("SPEAKER");
    // The next refresh is for a subscription that is gone: another one tells how the line stands.
    scene.at(desk).expect_within(30_000, "state L2", "idle").expect("led L2", "green steady");
    scene.at(desk).press("L2").wait(200).expect("tone", "dial").press("SPEAKER").wait(200);
    scene.at(desk).set("Subscription_Expires_2_", "3600").restart().wait(2_000);
    scene.at(bob).restart().wait(2_000).expect_state("L2", "idle");
    close(scene, "shared_line_server_restart");
}
