//! Music on hold from a server (guide, `MOH Server`): 601 plays 440 Hz. Bob's own phone sounds the holding
//! tone for a second and a half, then comes a long pause.

use crate::scene::*;

/// The desk, which has this music server, talks with Bob; nothing where there is no room for the server.
fn talking(server: &str) -> Option<(Scene, PhoneId, PhoneId)> {
    if !ROOMY {
        return None;
    }
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).set("MOH_Server_1_", server).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).press("SPEAKER").wait(300).expect_state("L1", "connected");
    scene.begin();
    Some((scene, desk, bob))
}

#[test]
fn who_is_on_hold_hears_the_server() {
    let Some((mut scene, desk, bob)) = talking("601") else { return };
    scene.at(desk).speak(Some(900)).press("HOLD").wait(2_500).expect_state("L1", "held");
    scene.at(desk).expect_in("audio L1", "music").expect_in("music", "pcmu from").expect_silence();
    scene.at(desk).expect("device", "").expect_in("display", "Held");
    for key in ["L2", "L3", "L4"] {
        scene.at(desk).expect_state(key, "idle");
    }
    scene.at(bob).expect("held-by-peer L1", "yes").expect_hears(440);
    // Another call, and its far end, hear nothing of it.
    scene.at(desk).press("L2").dial("600#").wait(800).expect_state("L2", "connected").expect_hears(900);
    scene.at(bob).expect_hears(440);
    scene.at(desk).press("L1").wait(800).expect_state("L1", "connected").expect_state("L2", "held");
    // The echo hears the music now: it is on hold.
    scene.at(desk).expect_in("audio L2", "music");
    scene.at(bob).expect_hears(900);
    scene.at(desk).press("SPEAKER").wait(100).press("L2").wait(500).expect("music", "").expect_hears(900);
    scene.at(desk).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "music_on_hold");
}

#[test]
fn the_music_stays_during_a_consultation_and_the_transfer() {
    let Some((mut scene, desk, bob)) = talking("sip:601@10.0.0.100") else { return };
    scene.at(desk).soft("xfer").wait(2_500);
    scene.at(bob).expect_hears(440);
    scene.at(desk).dial("600#").wait(500).expect_state("L2", "connected").expect_in("audio L1", "music");
    scene.at(desk).soft("xfer").wait(1_000).expect_state("L1", "idle").expect_state("L2", "idle");
    scene.at(desk).expect("music", "");
    scene.at(bob).speak(Some(700)).wait(500).expect_hears(700).press("SPEAKER");
    close(scene, "music_on_hold_transfer");
}

#[test]
fn a_server_that_declines_is_silence_until_the_next_hold() {
    let Some((mut scene, desk, bob)) = talking("601") else { return };
    scene.office(|office, _| office.add_rule(Rule::answer("INVITE", 1, 603).to("601")));
    scene.at(desk).press("HOLD").wait(2_500).expect_state("L1", "held").expect_in("audio L1", "still");
    scene.at(desk).expect("tone", "").expect("music", "").wait(5_000);
    scene.at(bob).expect_silence();
    scene.at(desk).press("L1").wait(300).press("HOLD").wait(2_500).expect_in("audio L1", "music");
    scene.at(bob).expect_hears(440);
    scene.at(desk).press("L1").wait(300).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "music_on_hold_declined");
}

#[test]
fn a_server_that_hangs_up_is_silence() {
    let Some((mut scene, desk, bob)) = talking("601") else { return };
    scene.at(desk).press("HOLD").wait(2_500);
    scene.at(bob).expect_hears(440);
    scene.office(|office, now| office.hang_up(now, "601"));
    scene.at(desk).wait(1_000).expect_state("L1", "held").expect("music", "").expect_in("audio L1", "still");
    scene.at(bob).expect_silence().expect_state("L1", "connected");
    scene.at(desk).press("L1").wait(300).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "music_on_hold_hangs_up");
}

#[test]
fn a_server_that_only_rings_is_cancelled() {
    let Some((mut scene, desk, bob)) = talking("602") else { return };
    scene.at(desk).press("HOLD").wait(2_500).expect("music", "").expect_in("audio L1", "still");
    scene.at(bob).expect_silence();
    scene.at(desk).press("L1").wait(300).expect_sent("CANCEL", 1).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "music_on_hold_rings");
}

/// The server never answers. The phone gives it up after 64 T1 (RFC 3261 §17.1.1.2), and the call on hold
/// is what it was.
#[test]
fn a_server_that_has_vanished_is_given_up() {
    let Some((mut scene, desk, bob)) = talking("601") else { return };
    scene.office(|office, _| office.add_rule(Rule::ignore("INVITE", 10).to("601")));
    scene.at(desk).press("HOLD").wait(40_000).expect_state("L1", "held").expect_in("audio L1", "still");
    scene.office(|office, _| office.clear_rules());
    scene.at(desk).wait(5_000).expect("music", "").press("L1").wait(500).expect_state("L1", "connected");
    scene.at(desk).speak(Some(900)).wait(500);
    scene.at(bob).expect_hears(900);
    scene.at(desk).press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "music_on_hold_vanished");
}

/// The network is gone while the server plays: hanging up ends both, as far as it can be told.
#[test]
fn the_network_is_lost_in_the_middle() {
    let Some((mut scene, desk, bob)) = talking("601") else { return };
    scene.at(desk).press("HOLD").wait(2_500);
    scene.network.cut_host("10.0.0.1".parse().unwrap());
    scene.at(desk).wait(5_000).expect_state("L1", "held").press("L1").wait(40_000).expect("music", "");
    scene.network.mend();
    scene.office(|office, now| office.hang_up(now, "601"));
    scene.at(desk).wait(1_000).press("SPEAKER").wait(1_000).expect_state("L1", "idle");
    scene.at(bob).press("SPEAKER");
    close(scene, "music_on_hold_network_lost");
}
