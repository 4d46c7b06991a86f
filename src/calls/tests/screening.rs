//! Calls that do not ring (guide, Call Forward, Do Not Disturb, Block Anonymous Call).

use super::*;

/// L1 on extension 1, L2 on extension 2.
fn two_extensions() -> Desk {
    let mut desk = Desk::new(settings());
    for (tag, value) in [
        ("Extension_2_", "2"),
        ("Extension_3_", "Disabled"),
        ("Extension_4_", "Disabled"),
        ("Cfwd_All_Serv", "yes"),
        ("Cfwd_Busy_Serv", "yes"),
        ("Block_ANC_Serv", "yes"),
    ] {
        desk.set(tag, value);
    }
    desk
}

/// What becomes of a call to an extension.
fn called(desk: &mut Desk, number: u8) -> Text {
    desk.called = number;
    desk.incoming();
    if desk.states().contains(&"ringing") {
        desk.give(Input::Action(Action::Ignore));
        desk.take_commands();
        return "rings".into();
    }
    desk.take_commands().pop().unwrap_or_default()
}

#[test]
fn do_not_disturb_is_busy_to_everybody() {
    let mut desk = two_extensions();
    desk.set("DND_Setting", "yes");
    assert_eq!([1, 2].map(|number| called(&mut desk, number)), ["refuse", "refuse"]);
    desk.set("Cfwd_Busy_Dest", "700");
    assert_eq!([1, 2].map(|number| called(&mut desk, number)), ["refuse 302 700", "refuse"]);
    desk.set("DND_Serv", "no");
    assert_eq!([1, 2].map(|number| called(&mut desk, number)), ["rings", "rings"]);
}

#[test]
fn only_the_primary_extension_forwards() {
    let mut desk = two_extensions();
    desk.set("Cfwd_All_Dest", "joe@example.com");
    assert_eq!([1, 2].map(|number| called(&mut desk, number)), ["refuse 302 joe@example.com", "rings"]);
    desk.set("DND_Setting", "yes");
    assert_eq!([1, 2].map(|number| called(&mut desk, number)), ["refuse 302 joe@example.com", "refuse"]);
    desk.set("Cfwd_All_Serv", "no");
    assert_eq!(called(&mut desk, 1), "refuse");
    desk.set("DND_Setting", "no");
    assert_eq!(called(&mut desk, 1), "rings");
}

#[test]
fn a_busy_phone_forwards_calls_to_the_primary_extension() {
    let mut desk = two_extensions();
    desk.set("Cfwd_Busy_Dest", "700");
    desk.call(1);
    desk.take_commands();
    assert_eq!(
        [1, 2].map(|number| called(&mut desk, number)),
        ["refuse 302 700", "rings"],
        "no line is idle"
    );
    desk.set("CW_Setting", "no");
    assert_eq!([1, 2].map(|number| called(&mut desk, number)), ["refuse 302 700", "refuse"]);
    desk.end();
    desk.take_commands();
    assert_eq!([1, 2].map(|number| called(&mut desk, number)), ["rings", "rings"]);
}

#[test]
fn who_hides_is_refused_before_anything_else() {
    let mut desk = two_extensions();
    desk.set("Block_ANC_Setting", "yes");
    desk.set("Cfwd_All_Dest", "700");
    assert_eq!(called(&mut desk, 1), "refuse 302 700");
    desk.caller = "";
    assert_eq!([1, 2].map(|number| called(&mut desk, number)), ["refuse 406", "refuse 406"]);
    desk.set("Block_ANC_Serv", "no");
    assert_eq!([1, 2].map(|number| called(&mut desk, number)), ["refuse 302 700", "rings"]);
}
