//! Services around calls: forwarding without an answer, voice mail, pages, park and pickup by code,
//! emergency numbers, callers by another number.

use crate::scene::*;

#[test]
fn a_call_that_nobody_answers_is_forwarded() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).set("Cfwd_No_Ans_Delay", "5").lift().dial("*92").expect("tone", "prompt");
    scene
        .at(desk)
        .expect_in("display", "Forward unanswered to")
        .dial("601#")
        .expect("tone", "confirm")
        .hang_up();
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "ringback");
    scene.at(desk).expect_state("L1", "ringing").wait(5_200).expect_state("L1", "idle").expect("ring", "");
    scene.at(bob).wait(600).expect_hears(440).press("SPEAKER").wait(100);
    scene.at(desk).lift().dial("*93").expect("tone", "confirm").hang_up();
    scene.at(bob).press("SPEAKER").dial("101#").wait(8_000).expect("tone", "ringback").press("SPEAKER");
    scene.at(desk).wait(200);
    close(scene, "forward_no_answer");
}

#[test]
fn the_voice_mail_key_asks_once_for_the_number() {
    let (mut scene, desk) = desk();
    scene
        .at(desk)
        .press("VM")
        .expect("tone", "prompt")
        .expect_in("display", "Voice mail number")
        .dial("601#");
    scene.at(desk).expect("tone", "confirm").press("SPEAKER");
    scene.at(desk).press("VM").wait(600).expect_hears(440).press("SPEAKER").wait(100);
    close(scene, "voice_mail_key");
}

#[test]
fn a_page_is_answered_and_heard() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).speak(Some(440)).lift().dial("*96").expect("tone", "prompt").dial("102#").wait(100);
    scene.at(desk).expect_state("L1", "connected");
    scene.at(bob).expect_state("L1", "connected").expect("device", "speaker").wait(700).expect_hears(440);
    scene.at(bob).press("SPEAKER").wait(100);
    scene.at(desk).hang_up();
    scene.at(bob).set("Auto_Answer_Page", "no");
    scene.at(desk).press("REDIAL").wait(600).expect("tone", "ringback").press("SPEAKER");
    scene.at(bob).wait(200).expect_state("L1", "idle");
    close(scene, "page");
}

#[test]
fn a_page_does_not_break_into_a_conversation() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).press("SPEAKER").dial("600#").wait(300).expect_state("L1", "connected");
    scene.at(desk).lift().dial("*96102#").wait(300).expect("tone", "ringback");
    scene.at(bob).expect_state("L2", "ringing").expect("tone", "callwaiting").press("SPEAKER");
    scene.at(bob).wait(300).expect_state("L2", "ringing");
    scene.at(desk).hang_up().wait(300);
    scene.at(bob).expect_state("L2", "idle");
    close(scene, "page_waits");
}

#[test]
fn group_pickup_and_unpark_are_the_servers() {
    let (mut scene, desk) = desk();
    for number in ["*37", "*39701"] {
        let service = Service::new(Answer::PickUp { ring_ms: 0 }, Audio::Tone { frequency_hz: 440 });
        scene.office(|office, _| office.set_service(number, service));
    }
    scene.at(desk).lift().dial("*37").wait(600).expect_hears(440).hang_up().wait(100);
    scene.at(desk).lift().dial("*39").expect("tone", "prompt").expect_in("display", "Take from").dial("701#");
    scene.at(desk).wait(600).expect_hears(440).hang_up().wait(100);
    scene.at(desk).lift().dial("*36799#").wait(300).expect("tone", "reorder").hang_up();
    close(scene, "pickup_and_unpark");
}

#[test]
fn a_call_is_parked() {
    let (mut scene, desk, bob) = desk_and_bob();
    let lot = Service::new(Answer::PickUp { ring_ms: 0 }, Audio::Tone { frequency_hz: 440 });
    scene.office(|office, _| office.set_service("*38701", lot));
    scene.at(bob).press("SPEAKER").dial("101#").wait(300);
    scene.at(desk).lift().wait(300).expect_state("L1", "connected").press("L2").dial("*38");
    scene.at(desk).expect_in("display", "Park at").dial("701#").wait(1_000).expect_state("L1", "idle");
    scene.at(bob).wait(400).expect_hears(440).press("SPEAKER").wait(100);
    scene.at(desk).hang_up().lift().dial("*38").expect("tone", "reorder").hang_up();
    close(scene, "park");
}

#[test]
fn media_loopback_is_refused() {
    let (mut scene, desk) = desk();
    scene.at(desk).lift().dial("*03").expect("tone", "reorder").expect_state("L1", "invalid").hang_up();
    close(scene, "media_loopback_refused");
}

#[test]
fn an_emergency_call_cannot_be_put_aside() {
    let (mut scene, desk, bob) = desk_and_bob();
    let help = Service::new(Answer::PickUp { ring_ms: 0 }, Audio::Tone { frequency_hz: 440 });
    scene.office(|office, _| office.set_service("112", help));
    scene.at(desk).set("Emergency_Number_1_", "112").set("Block_CID_Setting", "yes");
    scene
        .at(desk)
        .lift()
        .dial("112#")
        .wait(300)
        .expect_state("L1", "connected")
        .expect("soft keys", "endcall");
    scene.at(desk).press("HOLD").press("L2").press("VM").wait(100).expect_state("L1", "connected");
    scene.at(desk).expect_state("L2", "idle");
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "busy").press("SPEAKER");
    scene.at(desk).hang_up().wait(100).expect_state("L1", "idle");
    close(scene, "emergency_call");
}

#[test]
fn a_caller_is_shown_by_the_number_that_calls_it_back() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).set("Caller_ID_Map_1_", "(<1:6>02)");
    scene.at(bob).press("SPEAKER").dial("101#").wait(300);
    scene.at(desk).expect_in("display", "602");
    scene.at(bob).press("SPEAKER").wait(100);
    scene
        .at(desk)
        .lift()
        .dial("*69")
        .wait(300)
        .expect_in("display", "602")
        .expect("tone", "ringback")
        .hang_up();
    scene.at(desk).wait(100);
    close(scene, "caller_id_map");
}

#[test]
fn what_becomes_of_callers_is_shown() {
    let (mut scene, desk) = desk();
    scene.at(desk).lift().dial("*78").expect("tone", "confirm").hang_up();
    scene.at(desk).expect_in("display", "Do not disturb").lift().dial("*72").expect("tone", "prompt");
    scene.at(desk).dial("601#").expect("tone", "confirm").hang_up();
    scene.at(desk).expect_in("display", "Do not disturb / Calls go to 601");
    scene.at(desk).lift().dial("*79").hang_up().lift().dial("*73").hang_up();
    scene.at(desk).expect("display", "101 / L1 101 / L2 101 / L3 101 / L4 101");
    close(scene, "callers_sent_away");
}
