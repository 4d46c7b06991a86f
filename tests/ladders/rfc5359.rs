//! The service examples of RFC 5359, as far as phones and one office play them.
//!
//! In §2.7 and §2.8 the called phone redirects, where the RFC has a proxy do it. Not here: §2.3 (a server
//! plays music), §2.6 (instant messages), §2.9 to §2.18.

use crate::scene::*;

#[test]
fn rfc5359_2_1_call_hold() {
    let (mut scene, desk, bob) = desk_and_bob();
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).press("SPEAKER").wait(300).soft("hold").wait(300).expect_state("L1", "held");
    scene.at(desk).expect("held-by-peer L1", "yes");
    scene.at(bob).soft("resume").wait(300).expect_state("L1", "connected");
    scene.at(desk).expect("held-by-peer L1", "").press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "rfc5359_2_1_hold");
}

#[test]
fn rfc5359_2_2_consultation_hold() {
    let (mut scene, desk, bob) = desk_and_bob();
    let carol = join(&mut scene, "carol", 103);
    scene.at(desk).press("SPEAKER").dial("102#").wait(200);
    scene.at(bob).press("SPEAKER").wait(300).press("L2").dial("103#").wait(200);
    scene.at(carol).press("SPEAKER").wait(300);
    scene.at(desk).expect("held-by-peer L1", "yes");
    scene.at(bob).expect_state("L2", "connected").press("SPEAKER").wait(100).press("L1").wait(300);
    scene.at(carol).expect_state("L1", "invalid").press("SPEAKER");
    scene.at(desk).expect("held-by-peer L1", "").press("SPEAKER").wait(100);
    scene.at(bob).press("SPEAKER");
    close(scene, "rfc5359_2_2_consultation");
}

#[test]
fn rfc5359_2_4_unattended_transfer() {
    let (mut scene, desk, bob) = desk_and_bob();
    let carol = join(&mut scene, "carol", 103);
    scene.at(bob).press("SPEAKER").dial("101#").wait(200);
    scene.at(desk).press("SPEAKER").wait(300).soft("bxfer").dial("103#").wait(500);
    scene.at(desk).expect_in("display", "Transferring");
    scene.at(bob).expect_state("L1", "proceeding").expect("tone", "ringback");
    scene.at(carol).expect_state("L1", "ringing").press("SPEAKER").wait(500);
    scene.at(desk).expect_state("L1", "idle").expect("device", "");
    scene.at(bob).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(carol).press("SPEAKER");
    close(scene, "rfc5359_2_4_unattended");
}

#[test]
fn rfc5359_2_5_attended_transfer() {
    let (mut scene, desk, bob) = desk_and_bob();
    let carol = join(&mut scene, "carol", 103);
    scene.at(bob).press("SPEAKER").dial("101#").wait(200);
    scene.at(desk).press("SPEAKER").wait(300).soft("xfer").dial("103#").wait(200);
    scene.at(carol).press("SPEAKER").wait(300);
    scene.at(desk).soft("xfer").wait(1_000).expect_state("L1", "idle").expect_state("L2", "idle");
    scene.at(bob).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(carol).expect_state("L1", "invalid").press("SPEAKER");
    close(scene, "rfc5359_2_5_attended");
}

#[test]
fn rfc5359_2_7_call_forwarding_unconditional() {
    let (mut scene, desk, bob) = desk_and_bob();
    let carol = join(&mut scene, "carol", 103);
    scene.at(bob).set("Cfwd_All_Dest", "103");
    scene.at(desk).press("SPEAKER").dial("102#").wait(400);
    scene.at(bob).expect_state("L1", "idle");
    scene.at(carol).expect_state("L1", "ringing").press("SPEAKER").wait(300);
    scene.at(desk).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(carol).press("SPEAKER");
    close(scene, "rfc5359_2_7_forwarding");
}

#[test]
fn rfc5359_2_8_call_forwarding_busy() {
    let (mut scene, desk, bob) = desk_and_bob();
    let carol = join(&mut scene, "carol", 103);
    scene.at(bob).set("Cfwd_Busy_Dest", "103").set("CW_Setting", "no").press("SPEAKER").dial("601#");
    scene.at(bob).wait(300).expect_state("L1", "connected");
    scene.at(desk).press("SPEAKER").dial("102#").wait(400);
    scene.at(carol).expect_state("L1", "ringing").press("SPEAKER").wait(300);
    scene.at(desk).expect_state("L1", "connected").press("SPEAKER").wait(100);
    scene.at(carol).press("SPEAKER");
    scene.at(bob).press("SPEAKER");
    close(scene, "rfc5359_2_8_forwarding_busy");
}
