//! What a registration, or none, means at the desk.

use super::*;

#[test]
fn an_unregistered_line_has_no_dial_tone_and_its_call_fails() {
    let mut desk = Desk::new(settings());
    let state = RegistrationState::Failed(403);
    desk.give(Input::Registration { extension: extension(1), state });
    assert_eq!(desk.lamp(LineKey::L1), ("amber", "steady"));
    desk.refuse_invites = true;
    desk.line(1);
    assert_eq!(desk.tone(), "none");
    desk.dial("600#");
    assert_eq!((desk.states()[0], desk.tone()), ("invalid", "reorder"));
    desk.check();
}

#[test]
fn lamps_of_an_idle_line_follow_its_registration() {
    let mut desk = Desk::new(settings());
    desk.wait(700);
    for (state, lamp) in [
        (RegistrationState::Registering, ("red", "slow")),
        (RegistrationState::Failed(408), ("amber", "steady")),
        (RegistrationState::Registered, ("green", "steady")),
        (RegistrationState::Off, ("green", "steady")),
    ] {
        desk.give(Input::Registration { extension: extension(1), state });
        assert_eq!(desk.lamp(LineKey::L2), lamp, "{state:?}");
    }
    assert_eq!(desk.calls.line(LineKey::L2).lamp().since, Instant::from_millis(700));
    desk.set("Extension_4_", "Disabled");
    assert_eq!((desk.states()[3], desk.lamp(LineKey::L4)), ("disabled", ("off", "steady")));
}
