//! Keys that do what codes do: what a person presses, and what then goes over the wire.

use crate::scene::*;

#[test]
fn all_calls_are_forwarded_by_a_key_and_come_again_by_it() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).soft("cfwd").expect("tone", "prompt").expect_in("display", "Forward all calls to");
    scene.at(desk).dial("601#").expect("tone", "confirm").press("SPEAKER");
    scene.at(desk).expect_in("display", "Calls go to 601");
    scene.at(bob).press("SPEAKER").dial("101#").wait(800).expect_hears(440).press("SPEAKER").wait(100);
    scene.at(desk).soft("cfwd").expect("display", "101 / L1 101 / L2 101 / L3 101 / L4 101");
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "ringback").press("SPEAKER");
    scene.at(desk).wait(200);
    close(scene, "key_cfwd");
}

#[test]
fn nobody_disturbs_by_a_key() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).soft("dnd").expect_in("display", "Do not disturb");
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "busy").press("SPEAKER");
    scene.at(desk).lift().soft("dnd").expect("tone", "confirm").hang_up();
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).expect("tone", "ringback").press("SPEAKER");
    scene.at(desk).wait(200);
    close(scene, "key_dnd");
}

#[test]
fn the_last_caller_is_called_by_a_key() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(bob).press("SPEAKER").dial("101#").wait(300).press("SPEAKER").wait(100);
    scene.at(desk).soft("lcr").wait(300).expect("tone", "ringback").press("SPEAKER");
    scene.at(bob).wait(200).soft("dnd");
    scene.at(desk).lift().soft("lcr").wait(300).expect("tone", "busy").hang_up();
    close(scene, "key_lcr");
}

#[test]
fn others_calls_are_picked_up_by_keys_or_are_gone() {
    let (mut scene, desk) = desk();
    for number in ["*37", "*36102", "*39701"] {
        let service = Service::new(Answer::PickUp { ring_ms: 0 }, Audio::Tone { frequency_hz: 440 });
        scene.office(|office, _| office.set_service(number, service));
    }
    scene.at(desk).soft("gpickup").wait(600).expect_hears(440).press("SPEAKER").wait(100);
    scene.at(desk).soft("pickup").expect_in("display", "Pick up").dial("102#").wait(600).expect_hears(440);
    scene.at(desk).press("SPEAKER").wait(100);
    scene.at(desk).soft("unpark").expect_in("display", "Take from").dial("701#").wait(600).expect_hears(440);
    scene.at(desk).press("SPEAKER").wait(100);
    scene.at(desk).lift().soft("unpark").dial("799#").wait(300).expect("tone", "reorder").hang_up();
    close(scene, "keys_pickup_and_unpark");
}

#[test]
fn a_conversation_is_parked_by_a_key() {
    let (mut scene, desk, bob) = desk_and_bob();
    let lot = Service::new(Answer::PickUp { ring_ms: 0 }, Audio::Tone { frequency_hz: 440 });
    scene.office(|office, _| office.set_service("*38701", lot));
    scene.at(bob).press("SPEAKER").dial("101#").wait(300);
    scene.at(desk).lift().wait(300).expect_state("L1", "connected").soft("park");
    scene.at(desk).expect("tone", "prompt").expect_in("display", "Park at").dial("799#").wait(1_000);
    scene.at(desk).expect_in("display", "Transfer failed").press("L1").wait(100).soft("park");
    scene.at(desk).dial("701#").wait(1_000).expect_state("L1", "idle");
    scene.at(bob).wait(400).expect_hears(440).press("SPEAKER").wait(100);
    scene.at(desk).hang_up();
    close(scene, "key_park");
}
