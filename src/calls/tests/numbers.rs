//! Numbers by the dial plan: speed dial digits, hot lines, outside lines, barred numbers, addresses.

use super::*;

fn plan(script: &str) -> Desk {
    let mut desk = Desk::new(settings());
    desk.set("Dial_Plan_1_", script);
    desk
}

/// What becomes of keys on a line off hook, within a time.
fn dialled(desk: &mut Desk, keys: &str, ms: u64) -> Text {
    desk.line(1);
    desk.dial(keys);
    desk.wait(ms);
    let outcome = desk.take_commands().pop().unwrap_or_else(|| desk.tone().into());
    desk.end();
    desk.take_commands();
    outcome
}

#[test]
fn a_speed_dial_digit_waits_for_the_number_it_could_begin() {
    let mut desk = Desk::new(settings());
    desk.set("Speed_Dial_5", "600");
    assert_eq!(dialled(&mut desk, "5", 2_999), "none");
    assert_eq!(dialled(&mut desk, "5", 3_000), "INVITE 600", "`Interdigit Short Timer`");
    assert_eq!(dialled(&mut desk, "5#", 0), "INVITE 600");
    assert_eq!(dialled(&mut desk, "5551234", 0), "none", "another timer: a longer number could follow");
    assert_eq!(dialled(&mut desk, "5551234#", 0), "INVITE 5551234");
    assert_eq!(dialled(&mut desk, "4#", 0), "INVITE 4", "that slot is empty");
    desk.dial("5#");
    assert_eq!(desk.take_commands(), ["INVITE 600"], "on the hook");
    desk.end();
    desk.give(Input::Action(Action::Redial));
    assert_eq!(desk.take_commands(), ["end", "INVITE 600"]);
}

#[test]
fn a_speed_dial_number_can_have_codes_be_an_address_or_a_digit() {
    let mut desk = plan("(<9:>xxx|x.)");
    for (number, call) in [
        ("*819600", "INVITE 600 hidden"),
        ("joe@example.com", "INVITE joe@example.com"),
        ("5", "INVITE 5"),
        ("*815", "INVITE 5 hidden"),
    ] {
        desk.set("Speed_Dial_5", number);
        assert_eq!(dialled(&mut desk, "5#", 0), call);
        desk.give(Input::Action(Action::Redial));
        assert_eq!(desk.take_commands(), [call], "again");
        desk.end();
        desk.take_commands();
    }
    desk.set("Speed_Dial_5", "*78");
    assert_eq!(dialled(&mut desk, "5#", 0), "confirm");
    assert_eq!(desk.text("DND_Setting"), "yes");
}

#[test]
fn a_number_to_forward_to_can_be_a_speed_dial_digit() {
    let mut desk = Desk::new(settings());
    desk.set("Cfwd_All_Serv", "yes");
    desk.set("Speed_Dial_5", "sip:joe@example.com");
    assert_eq!(dialled(&mut desk, "*725#", 0), "confirm");
    assert_eq!(desk.text("Cfwd_All_Dest"), "sip:joe@example.com");
}

#[test]
fn a_hot_line_calls_as_soon_as_it_is_off_hook() {
    for script in ["( S0 <:12125551234> )", "( P0 <:12125551234> )"] {
        let mut desk = plan(script);
        desk.line(1);
        assert_eq!((desk.states()[0], desk.device(), desk.tone()), ("calling", "speaker", "none"));
        desk.end();
        desk.dial("*78");
        desk.give(Input::Action(Action::Dial));
        let call = "INVITE 12125551234";
        assert_eq!(desk.take_commands(), [call, "end", call], "whatever was typed on the hook");
        assert_eq!(desk.text("DND_Setting"), "no", "nothing else happens then");
        desk.end();
        desk.give(Input::Action(Action::Redial));
        assert_eq!(desk.take_commands(), ["end", call]);
    }
}

#[test]
fn a_warm_line_calls_who_dials_nothing() {
    let mut desk = plan("( P5 <:1000> | xxxx )");
    desk.set("Cfwd_All_Serv", "yes");
    desk.line(1);
    desk.wait(4_999);
    assert_eq!((desk.states()[0], desk.tone()), ("dialing", "dial"));
    desk.wait(1);
    assert_eq!(desk.take_commands(), ["INVITE 1000"]);
    desk.end();
    assert_eq!(dialled(&mut desk, "2345", 0), "INVITE 2345");
    assert_eq!(dialled(&mut desk, "*73", 5_000), "INVITE 1000", "a line left alone after a code is one, too");
    assert_eq!(dialled(&mut desk, "*72", 9_000), "prompt", "but what a service asks for is no call");
    desk.line(1);
    desk.dial("*72");
    desk.wait(7_000);
    desk.dial("2345");
    assert_eq!((desk.tone(), desk.text("Cfwd_All_Dest")), ("confirm", "2345"));
}

#[test]
fn the_outside_line_has_its_tone_and_is_not_sent() {
    let mut desk = plan("(<9,:>1xxxxxxxxxx|[1-8]xx)");
    desk.line(1);
    desk.dial("9");
    assert_eq!(desk.tone(), "outside");
    desk.dial("1");
    assert_eq!(desk.tone(), "none");
    desk.give(Input::Action(Action::DeleteLast));
    assert_eq!(desk.tone(), "outside");
    desk.give(Input::Action(Action::DeleteLast));
    assert_eq!(desk.tone(), "dial");
    desk.dial("912125551234");
    assert_eq!(desk.take_commands(), ["INVITE 12125551234"]);
    desk.end();
    desk.give(Input::Action(Action::Redial));
    assert_eq!(desk.take_commands(), ["end", "INVITE 12125551234"], "the keys are kept, not the number");
    desk.end();
    desk.take_commands();
    assert_eq!(dialled(&mut desk, "9", 10_000), "reorder", "nobody wanted the outside line");
}

#[test]
fn a_number_that_the_plan_bars_or_does_not_know_is_rejected() {
    let mut desk = plan("(1900xxxxxxx!|1xxxxxxxxxx|<:1212>xxxxxxx)");
    assert_eq!(dialled(&mut desk, "18005551234", 0), "INVITE 18005551234");
    assert_eq!(dialled(&mut desk, "19005551234", 0), "reorder");
    assert_eq!(dialled(&mut desk, "*4", 0), "reorder", "neither a number nor a code");
    desk.line(1);
    desk.dial("19005551234");
    let chain = [("reorder", 10_000), ("warning", 10_000), ("none", 0)];
    assert_eq!((desk.states()[0], desk.device(), desk.tones()), ("invalid", "speaker", chain.to_vec()));
    desk.end();
    desk.dial("19005551234#");
    assert_eq!((desk.states()[0], desk.tone()), ("invalid", "reorder"), "on the hook, too");
    assert!(desk.take_commands().is_empty());
}

#[test]
fn an_address_is_dialled_with_stars() {
    let mut desk = Desk::new(settings());
    assert_eq!(dialled(&mut desk, "10*0*0*5#", 0), "INVITE 10.0.0.5");
    assert_eq!(dialled(&mut desk, "10*0*0*5*5070#", 0), "INVITE 10.0.0.5:5070");
    assert_eq!(dialled(&mut desk, "101*10*0*0*5#", 0), "INVITE 101@10.0.0.5");
    desk.dial("10*0*0*5#");
    assert_eq!(desk.take_commands(), ["INVITE 10.0.0.5"], "on the hook");
    desk.end();
    desk.take_commands();
    desk.set("Enable_IP_Dialing_1_", "no");
    assert_eq!(dialled(&mut desk, "10*0*0*5#", 0), "reorder");
}

#[test]
fn nobody_dials_dial_reorder_warning_silence() {
    let mut desk = Desk::new(settings());
    desk.line(1);
    let chain = [("dial", 10_000), ("reorder", 10_000), ("warning", 10_000), ("none", 0)];
    assert_eq!(desk.tones(), chain);
    assert_eq!((desk.states()[0], desk.device()), ("invalid", "speaker"));
}

#[test]
fn a_plan_that_changes_meanwhile_is_given_the_same_keys() {
    let mut desk = plan("(7777)");
    desk.line(1);
    desk.dial("77");
    desk.set("Dial_Plan_1_", "(<77:001>xx)");
    assert_eq!(desk.calls.line(LineKey::L1).dialled(), "77");
    desk.dial("12");
    assert_eq!(desk.take_commands(), ["INVITE 00112"]);
    desk.end();
    desk.line(1);
    desk.dial("77");
    desk.set("Dial_Plan_1_", "(55)");
    desk.dial("1");
    assert_eq!((desk.states()[0], desk.tone()), ("invalid", "reorder"), "the new plan knows no such number");
}

#[test]
fn a_setting_that_stays_as_it_is_does_not_begin_the_number_anew() {
    let mut desk = Desk::new(settings());
    desk.line(1);
    desk.dial("600");
    desk.wait(9_000);
    desk.set("Voice_Mail_Number", "");
    desk.wait(1_000);
    assert_eq!(desk.take_commands(), ["INVITE 600"], "ten seconds after the last key");
}

#[test]
fn each_extension_has_its_own_plan() {
    let mut desk = plan("(7xx)");
    desk.set("Extension_2_", "2");
    desk.set("Dial_Plan_2_", "(<7:8>xxx)");
    let state = RegistrationState::Registered;
    desk.give(Input::Registration { extension: extension(2), state });
    desk.line(1);
    desk.dial("712");
    desk.line(2);
    desk.dial("7123");
    assert_eq!(desk.take_commands(), ["INVITE 712", "end", "INVITE 8123"]);
}

#[test]
fn the_timers_are_settings() {
    let mut desk = Desk::new(settings());
    desk.set("Interdigit_Long_Timer", "4");
    desk.set("Interdigit_Short_Timer", "1");
    assert_eq!(dialled(&mut desk, "600", 3_999), "none");
    assert_eq!(dialled(&mut desk, "600", 4_000), "INVITE 600");
    assert_eq!(dialled(&mut desk, "0", 999), "none");
    assert_eq!(dialled(&mut desk, "0", 1_000), "INVITE 0");
}

#[test]
fn a_setting_that_changes_while_somebody_dials_gives_no_more_time() {
    let mut desk = plan("(xx.)");
    desk.line(1);
    desk.dial("60");
    desk.wait(2_000);
    desk.config.set("Speaker_Volume", "9").unwrap();
    desk.wait(999);
    assert_eq!(desk.take_commands(), [""; 0]);
    desk.wait(1);
    assert_eq!(desk.take_commands(), ["INVITE 60"]);
}
