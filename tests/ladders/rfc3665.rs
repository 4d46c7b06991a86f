//! The call flows of RFC 3665, and RFC 3261 §24, as far as one office between phones plays them.
//!
//! Not here, because more than one server takes part: RFC 3665 §3.2 and §3.3 with their second proxy, §3.4
//! (a proxy fails) and §3.5 (an ALG); and §2.3, a query that the phone never makes.

use crate::scene::*;

#[test]
fn rfc3665_2_1_successful_new_registration() {
    let mut scene = office();
    let desk = scene.add("desk", account(101));
    scene.at(desk).connect().wait(100).expect("registered 1", "yes").expect_sent("REGISTER", 2);
    close(scene, "rfc3665_2_1_new_registration");
}

#[test]
fn rfc3261_24_1_registration() {
    let mut scene = office();
    // The registrar of the example asks for no password.
    scene.office(|office, _| office.settings.challenge_registrations = false);
    scene.office(|office, _| office.settings.max_expires_s = 7_200);
    let desk = scene.add("desk", account(101));
    scene.at(desk).set("Register_Expires_1_", "7200").connect().wait(100).expect("registered 1", "yes");
    scene.at(desk).expect_sent("REGISTER", 1).wait(3_600_000).expect_sent("REGISTER", 1);
    // Renewed before its two hours are over.
    scene.at(desk).wait(3_600_000).expect_sent("REGISTER", 2).expect("registered 1", "yes");
    close(scene, "rfc3261_24_1_registration");
}

#[test]
fn rfc3665_2_2_update_of_contact_list() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).set("SIP_Port_1_", "5070").wait(100).expect("registered 1", "yes");
    // The list has two contacts now; only the new one rings.
    scene.at(bob).press("SPEAKER").dial("101#").wait(300);
    scene.at(desk).expect_state("L1", "ringing").press("SPEAKER").wait(300).expect_state("L1", "connected");
    scene.at(bob).press("SPEAKER").wait(100);
    scene.at(desk).press("SPEAKER").set("SIP_Port_1_", "5060").wait(100);
    close(scene, "rfc3665_2_2_contact_update");
}

#[test]
fn rfc3665_2_4_cancellation_of_registration() {
    let (mut scene, desk) = desk();
    scene.at(desk).set("Register_1_", "no").wait(100).expect("registered 1", "");
    assert!(!scene.office(|office, now| office.call(now, "601", "101")), "nobody knows the phone now");
    scene.at(desk).set("Register_1_", "yes").wait(100).expect("registered 1", "yes");
    close(scene, "rfc3665_2_4_cancellation");
}

#[test]
fn rfc3665_2_5_unsuccessful_registration() {
    let mut scene = office();
    let desk = scene.add("desk", account(101));
    scene.at(desk).set("Password_1_", "no idea").connect().wait(500).expect("registered 1", "failed 401");
    scene.at(desk).expect_sent("REGISTER", 2).set("Password_1_", "pw101").wait(500);
    scene.at(desk).expect("registered 1", "yes");
    close(scene, "rfc3665_2_5_unsuccessful");
}

#[test]
fn rfc3665_3_1_and_rfc3261_24_2_session_setup() {
    let (mut scene, desk, bob) = desk_and_bob();
    // RFC 3261 §24.2: the proxies are not in the way of ACK and BYE.
    scene.office(|office, _| office.settings.record_route = false);
    scene.office(|office, _| office.settings.challenge_calls = false);
    scene.at(desk).press("SPEAKER").dial("102#").wait(1_000).expect("tone", "ringback");
    scene.at(bob).expect_state("L1", "ringing").press("SPEAKER").speak(Some(700)).wait(600);
    scene.at(desk).expect_state("L1", "connected").expect_hears(700);
    scene.at(bob).press("SPEAKER").wait(100);
    scene.at(desk).expect_state("L1", "invalid").press("SPEAKER");
    close(scene, "rfc3665_3_1_session");
}

#[test]
fn rfc3665_3_2_through_a_proxy_that_challenges_and_stays() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.office(|office, _| office.settings.record_route = true);
    scene.at(desk).press("SPEAKER").dial("102#").wait(1_000).expect_sent("INVITE", 2);
    scene.at(bob).press("SPEAKER").wait(300).expect_state("L1", "connected");
    scene.at(desk).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(bob).expect_state("L1", "invalid").press("SPEAKER");
    close(scene, "rfc3665_3_2_proxy");
}

#[test]
fn rfc3665_3_6_redirected() {
    let (mut scene, desk, bob) = desk_and_bob();
    let service = Service::new(Answer::Redirect("sip:102@10.0.0.100".to_owned()), Audio::Silence);
    scene.office(|office, _| office.set_service("612", service));
    scene.at(desk).press("SPEAKER").dial("612#").wait(500).expect_state("L1", "proceeding");
    scene.at(bob).press("SPEAKER").wait(300).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(desk).press("SPEAKER");
    close(scene, "rfc3665_3_6_redirect");
}

#[test]
fn rfc3665_3_7_a_session_is_changed_by_re_invite() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(500);
    scene.at(bob).press("SPEAKER").wait(300);
    scene.at(desk).soft("hold").wait(300).expect_state("L1", "held").press("L1").wait(300);
    scene.at(desk).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "rfc3665_3_7_re_invite");
}

#[test]
fn rfc3665_3_8_no_answer_and_cancelled() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(3_000).expect_state("L1", "proceeding");
    scene.at(bob).expect_state("L1", "ringing");
    scene.at(desk).press("SPEAKER").wait(200).expect_state("L1", "idle").expect_sent("CANCEL", 1);
    scene.at(bob).expect_state("L1", "idle");
    close(scene, "rfc3665_3_8_no_answer");
}

#[test]
fn rfc3665_3_9_busy() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).set("CW_Setting", "no").press("SPEAKER").dial("601#").wait(500);
    scene.at(desk).press("SPEAKER").dial("102#").wait(300).expect_state("L1", "invalid");
    scene.at(desk).expect("tone", "busy").press("SPEAKER");
    scene.at(bob).press("SPEAKER").wait(100);
    close(scene, "rfc3665_3_9_busy");
}

#[test]
fn rfc3665_3_10_no_response_from_the_called_phone() {
    let (mut scene, desk) = desk();
    scene.office(|office, _| office.set_service("613", Service::new(Answer::Silent, Audio::Silence)));
    scene.at(desk).press("SPEAKER").dial("613#").wait(20_000).expect("tone", "").press("SPEAKER").wait(200);
    scene.at(desk).expect_state("L1", "idle").expect_sent("CANCEL", 1);
    close(scene, "rfc3665_3_10_no_response");
}

#[test]
fn rfc3665_3_11_temporarily_unavailable() {
    let (mut scene, desk) = desk();
    let service = Service::new(Answer::Refuse(480), Audio::Silence);
    scene.office(|office, _| office.set_service("614", service));
    scene.at(desk).press("SPEAKER").dial("614#").wait(200).expect_state("L1", "invalid");
    scene.at(desk).expect("tone", "reorder").press("SPEAKER");
    close(scene, "rfc3665_3_11_unavailable");
}
