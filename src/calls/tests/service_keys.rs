//! Keys that do what codes do: `cfwd`, `dnd`, `lcr`, `pickup`, `gpickup`, `unpark`, and `park`.

use super::*;
use crate::calls::ServiceKey;

impl Desk {
    fn key(&mut self, key: ServiceKey) {
        self.give(Input::Action(Action::Serve(key)));
    }
}

const ALL: [ServiceKey; 6] = [
    ServiceKey::Forward,
    ServiceKey::DoNotDisturb,
    ServiceKey::CallReturn,
    ServiceKey::Pickup,
    ServiceKey::GroupPickup,
    ServiceKey::Unpark,
];

#[test]
fn the_key_for_forwarding_asks_where_to_and_takes_it_back() {
    let mut desk = Desk::new(settings());
    desk.key(ServiceKey::Forward);
    assert_eq!((desk.states()[0], desk.device(), desk.tone()), ("dialing", "speaker", "prompt"));
    assert_eq!(
        desk.calls.line(LineKey::L1).appearance().asks_for(),
        Some(crate::dialplan::Service::ForwardAllOn)
    );
    desk.dial("700#");
    assert_eq!((desk.states()[0], desk.tone(), desk.text("Cfwd_All_Dest")), ("dialing", "confirm", "700"));
    desk.end();
    desk.incoming();
    assert_eq!(desk.take_commands(), ["refuse 302 700"]);
    desk.key(ServiceKey::Forward);
    assert_eq!((desk.states()[0], desk.device(), desk.text("Cfwd_All_Dest")), ("idle", "none", ""));
    desk.line(2);
    desk.key(ServiceKey::Forward);
    desk.dial("701#");
    desk.key(ServiceKey::Forward);
    assert_eq!((desk.states()[1], desk.tone(), desk.text("Cfwd_All_Dest")), ("dialing", "confirm", ""));
    desk.wait(1_000);
    assert_eq!(desk.tone(), "dial");
    desk.check();
}

#[test]
fn the_key_for_peace_switches_it_with_and_without_a_line() {
    let mut desk = Desk::new(settings());
    desk.key(ServiceKey::DoNotDisturb);
    assert_eq!((desk.states()[0], desk.device(), desk.text("DND_Setting")), ("idle", "none", "yes"));
    desk.incoming();
    assert_eq!(desk.take_commands(), ["refuse"]);
    desk.line(1);
    desk.key(ServiceKey::DoNotDisturb);
    assert_eq!((desk.states()[0], desk.tone(), desk.text("DND_Setting")), ("dialing", "confirm", "no"));
    desk.dial("600#");
    desk.answered();
    desk.give(Input::Hold);
    desk.key(ServiceKey::DoNotDisturb);
    assert_eq!((desk.states()[0], desk.text("DND_Setting")), ("held", "yes"));
    assert_eq!(desk.take_commands(), ["INVITE 600", "hold"]);
    desk.check();
}

#[test]
fn the_last_caller_is_called_by_a_key() {
    let mut desk = Desk::new(settings());
    desk.key(ServiceKey::CallReturn);
    assert_eq!(desk.states()[0], "idle", "nobody called");
    desk.incoming();
    desk.give(Input::Action(Action::Ignore));
    desk.key(ServiceKey::CallReturn);
    assert_eq!((desk.states()[0], desk.device()), ("calling", "speaker"));
    desk.end();
    desk.line(3);
    desk.key(ServiceKey::CallReturn);
    assert_eq!(desk.states()[2], "calling", "on the line with dial tone");
    desk.end();
    assert_eq!(desk.take_commands(), ["refuse", "INVITE 102", "end", "INVITE 102", "end"]);
    desk.caller = "";
    desk.incoming();
    desk.give(Input::Action(Action::Ignore));
    desk.key(ServiceKey::CallReturn);
    assert_eq!(desk.states()[0], "idle", "who hides cannot be called");
}

#[test]
fn what_others_have_is_taken_by_a_key() {
    for (key, digits, target) in [
        (ServiceKey::Pickup, "102#", "*36102"),
        (ServiceKey::GroupPickup, "", "*37"),
        (ServiceKey::Unpark, "701#", "*39701"),
    ] {
        let mut desk = Desk::new(settings());
        let call = std::format!("INVITE {target}");
        desk.key(key);
        if !digits.is_empty() {
            assert_eq!((desk.states()[0], desk.tone()), ("dialing", "prompt"), "{key:?}");
        }
        desk.dial(digits);
        desk.end();
        desk.give(Input::Action(Action::Redial));
        assert_eq!(desk.take_commands(), [call.as_str(), "end", call.as_str()], "{key:?}, and again");
        desk.end();
        desk.refuse_invites = true;
        desk.line(1);
        desk.key(key);
        desk.dial(digits);
        assert_eq!((desk.states()[0], desk.tone()), ("invalid", "reorder"), "{key:?} cannot be called");
        desk.check();
    }
}

#[test]
fn a_hot_line_is_not_called_by_a_key() {
    for key in ALL {
        let mut desk = Desk::new(settings());
        desk.set("Dial_Plan_1_", "(S0<:999>|xx.)");
        desk.incoming();
        desk.give(Input::Action(Action::Ignore));
        desk.take_commands();
        desk.key(key);
        desk.wait(1_000);
        assert!(!desk.take_commands().contains(&"INVITE 999".into()), "{key:?}");
    }
}

#[test]
fn a_key_out_of_place_does_nothing() {
    for key in ALL {
        let mut desk = Desk::new(settings());
        desk.incoming();
        desk.give(Input::Action(Action::Ignore));
        desk.line(1);
        desk.dial("6");
        desk.take_commands();
        desk.key(key);
        assert_eq!(desk.states()[..2], ["dialing", "idle"], "{key:?} amid a number");
        desk.dial("00#");
        desk.key(key);
        desk.answered();
        desk.key(key);
        assert_eq!(desk.states()[..2], ["connected", "idle"], "{key:?} in a conversation");
        desk.end();
        desk.line(1);
        desk.dial("*90");
        desk.key(key);
        let asks = desk.calls.line(LineKey::L1).appearance().asks_for();
        assert_eq!(asks, Some(crate::dialplan::Service::ForwardBusyOn), "{key:?} amid a service");
        assert_eq!(desk.take_commands(), ["INVITE 600", "end"], "{key:?}");
        assert_eq!((desk.text("DND_Setting"), desk.text("Cfwd_All_Dest")), ("no", ""), "{key:?}");
    }
    let mut full = Desk::new(settings());
    for line in 1..=4 {
        full.incoming();
        full.give(Input::Action(Action::Ignore));
        full.call(line);
        full.give(Input::Hold);
    }
    for key in ALL.into_iter().filter(|key| *key != ServiceKey::DoNotDisturb) {
        full.key(key);
        assert_eq!(full.states(), ["held"; 4], "{key:?} has no line");
    }
}

#[test]
fn a_conversation_is_parked_by_a_key() {
    for (digits, target) in [("701#", "REFER *38701"), ("#", "REFER *38101")] {
        let mut desk = Desk::new(settings());
        desk.set("User_ID_1_", "101");
        desk.call(1);
        desk.give(Input::Action(Action::Park));
        assert_eq!((desk.states()[..2].to_vec(), desk.tone()), (["held", "dialing"].to_vec(), "prompt"));
        desk.dial(digits);
        assert_eq!(desk.take_commands(), ["INVITE 600", "hold", target]);
        desk.transferred(404);
        let line = desk.calls.line(LineKey::L1);
        assert_eq!((line.state(), line.transfer()), (CallState::Held, Transfer::Failed), "no such place");
        desk.check();
    }
}

#[test]
fn without_another_line_or_a_code_nothing_is_parked() {
    let mut desk = Desk::new(settings());
    desk.set("Call_Park_Code", "\"\"");
    desk.call(1);
    desk.give(Input::Action(Action::Park));
    assert_eq!(desk.states()[0], "connected", "no code");
    desk.set("Call_Park_Code", "*38");
    for line in 2..=4 {
        desk.call(line);
    }
    desk.give(Input::Action(Action::Park));
    assert_eq!(desk.states(), ["held", "held", "held", "connected"], "no line");
    desk.end();
    desk.give(Input::Action(Action::Park));
    assert_eq!(desk.states(), ["held", "held", "held", "idle"], "nothing active");
    desk.check();
    let mut help = Desk::new(settings());
    help.set("Emergency_Number_1_", "600");
    help.call(1);
    help.give(Input::Action(Action::Park));
    assert_eq!(help.states()[..2], ["connected", "idle"], "an emergency call stays");
}
