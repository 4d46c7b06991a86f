//! Scripts in the settings of a running phone: the next use is by the new one.

use super::*;

#[test]
fn a_lamp_script_takes_effect_at_once_and_begins_anew() {
    let mut desk = Desk::new(settings());
    desk.line(1);
    desk.wait(300);
    assert_eq!(desk.lamp(LineKey::L1), ("red", "steady"));
    desk.set("Local_Seized_LED", "c=a;p=f");
    assert_eq!(desk.lamp(LineKey::L1), ("amber", "fast"));
    assert_eq!(desk.calls.line(LineKey::L1).lamp().since, Instant::from_millis(300));
    desk.wait(300);
    desk.set("Local_Active_LED", "c=g;p=ud;u=.1/.9");
    assert_eq!(desk.calls.line(LineKey::L1).lamp().since, Instant::from_millis(300), "not this lamp's");
    desk.dial("600#");
    desk.answered();
    assert_eq!(desk.lamp(LineKey::L1), ("green", "user"));
    desk.set("Local_Active_LED", "");
    assert_eq!(desk.lamp(LineKey::L1), ("red", "steady"));
}

#[test]
fn a_tone_script_takes_effect_at_the_next_tone() {
    let mut desk = Desk::new(settings());
    desk.line(1);
    desk.set("Dial_Tone", "350@-19;2(*/0/1)");
    assert_eq!(desk.tones()[0], ("dial", 10_000), "this one goes on as it began");
    desk.end();
    desk.line(1);
    desk.set("Reorder_Tone", "480@-19;3(.25/.25/1)");
    let chain = [("dial", 2_000), ("reorder", 3_000), ("warning", 10_000), ("none", 0)];
    assert_eq!(desk.tones(), chain);
}

#[test]
fn a_cadence_takes_effect_at_the_next_ring() {
    let mut desk = Desk::new(settings());
    for (cadence, ring_ms) in [("", 60_000), ("10(1/1)", 10_000), ("2(1/1);3(.5/.5)", 5_000)] {
        desk.set("Cadence_1", cadence);
        let caller = desk.incoming();
        desk.wait(ring_ms - 1);
        assert_eq!(desk.calls.ring().map(|(ring, _)| ring), Some(1), "{cadence}");
        desk.wait(1);
        assert_eq!((desk.calls.ring(), desk.states()[0]), (None, "ringing"), "{cadence}");
        desk.ended(caller, EndReason::Cancelled);
    }
}

#[test]
fn a_status_that_a_template_names_has_its_special_information_tone() {
    let mut desk = Desk::new(settings());
    desk.set("SIT1_RSC", "404, 5*");
    desk.set("SIT2_RSC", "61?, 503");
    desk.set("SIT4_RSC", "486");
    for (status, tone) in
        [(404, "sit1"), (503, "sit1"), (610, "sit2"), (600, "busy"), (486, "sit4"), (403, "reorder")]
    {
        desk.line(1);
        desk.dial("600#");
        let session = desk.far[0].session;
        desk.ended(session, EndReason::Failed(status));
        assert_eq!((desk.states()[0], desk.tone()), ("invalid", tone), "{status}");
        let then = desk.tones();
        assert_eq!(then[1], ("warning", 10_000), "{status}");
        desk.end();
    }
}
