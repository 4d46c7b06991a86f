//! Service codes (guide, Vertical Service Activation Codes, Outbound Call Codec Selection Codes).

use super::*;

/// A phone that offers every service, with a line off hook.
fn off_hook() -> Desk {
    let mut desk = Desk::new(settings());
    for tag in ["Cfwd_All_Serv", "Cfwd_Busy_Serv", "Cfwd_No_Ans_Serv", "DND_Serv", "Block_CID_Serv"] {
        desk.set(tag, "yes");
    }
    desk.line(1);
    desk
}

#[test]
fn a_switch_is_confirmed_and_dial_tone_follows() {
    let switches = [
        ("*56", "CW_Setting", "no", "yes"),
        ("*57", "CW_Setting", "yes", "no"),
        ("*67", "Block_CID_Setting", "no", "yes"),
        ("*68", "Block_CID_Setting", "yes", "no"),
        ("*77", "Block_ANC_Setting", "no", "yes"),
        ("*87", "Block_ANC_Setting", "yes", "no"),
        ("*78", "DND_Setting", "no", "yes"),
        ("*79", "DND_Setting", "yes", "no"),
        ("*16", "Secure_Call_Setting", "no", "yes"),
        ("*17", "Secure_Call_Setting", "yes", "no"),
        ("*73", "Cfwd_All_Dest", "600", ""),
        ("*91", "Cfwd_Busy_Dest", "600", ""),
        ("*93", "Cfwd_No_Ans_Dest", "600", ""),
    ];
    for (code, tag, before, after) in switches {
        let mut desk = off_hook();
        desk.set(tag, before);
        desk.dial(code);
        assert_eq!((desk.tone(), desk.states()[0], desk.text(tag)), ("confirm", "dialing", after), "{code}");
        let tones = desk.tones();
        let chain = [("confirm", 1_000), ("dial", 10_000), ("reorder", 10_000), ("warning", 10_000)];
        assert_eq!(tones[..4], chain, "{code}");
        assert!(desk.take_commands().is_empty());
    }
}

#[test]
fn a_number_can_follow_while_the_confirm_tone_sounds() {
    let mut desk = off_hook();
    desk.dial("*78");
    desk.wait(500);
    desk.dial("6");
    assert_eq!(desk.tone(), "none");
    desk.wait(5_000);
    assert_eq!((desk.tone(), desk.states()[0]), ("none", "dialing"), "no dial tone comes back");
    desk.give(Input::Action(Action::DeleteLast));
    assert_eq!(desk.tone(), "dial");
    desk.dial("600#");
    assert_eq!(desk.take_commands(), ["INVITE 600"]);
}

#[test]
fn codes_for_one_call_hold_for_that_call() {
    let mut desk = off_hook();
    for (code, command) in [
        ("*81", "INVITE 600 hidden"),
        ("*82", "INVITE 600"),
        ("*017110", "INVITE 600 Prefer(Pcmu)"),
        ("*027110", "INVITE 600 Force(Pcmu)"),
        ("*017111", "INVITE 600 Prefer(Pcma)"),
        ("*027111", "INVITE 600 Force(Pcma)"),
    ] {
        desk.dial(code);
        assert_eq!((desk.tone(), desk.states()[0]), ("dial", "dialing"), "{code}");
        desk.dial("600#");
        desk.end();
        desk.line(1);
        desk.dial("600#");
        desk.end();
        assert_eq!(desk.take_commands(), [command, "end", "INVITE 600", "end"], "{code}");
        desk.line(1);
    }
    desk.dial("*81");
    desk.give(Input::Action(Action::Cancel));
    desk.line(1);
    desk.dial("600#");
    assert_eq!(desk.take_commands(), ["INVITE 600"], "idle again without a call");
}

#[test]
fn a_secure_or_clear_call_is_chosen_for_the_appearance() {
    for (code, chosen) in [("*18", Some(true)), ("*19", Some(false)), ("*82", None)] {
        let mut desk = off_hook();
        desk.dial(code);
        desk.dial("600#");
        assert_eq!(desk.calls.line(LineKey::L1).appearance().one_call().secure, chosen, "{code}");
        desk.end();
        assert_eq!(desk.calls.line(LineKey::L1).appearance().one_call(), &OneCall::new());
    }
}

#[test]
fn what_is_set_for_all_calls_can_be_otherwise_for_one() {
    let mut desk = off_hook();
    desk.dial("*67");
    desk.dial("*82600#");
    desk.end();
    desk.line(1);
    desk.dial("600#");
    desk.end();
    desk.set("Block_CID_Serv", "no");
    desk.line(1);
    desk.dial("600#");
    assert_eq!(
        desk.take_commands(),
        ["INVITE 600", "end", "INVITE 600 hidden", "end", "INVITE 600"],
        "a service that is not offered does nothing"
    );
}

#[test]
fn call_waiting_for_one_call() {
    for (setting, code, during, after) in [
        ("yes", "*70", "refuse", "rings"),
        ("no", "*71", "rings", "refuse"),
        ("no", "*82", "refuse", "refuse"),
    ] {
        let mut desk = off_hook();
        desk.set("CW_Setting", setting);
        desk.dial(code);
        desk.dial("600#");
        desk.answered();
        let verdicts = [(); 2].map(|()| {
            let _caller = desk.incoming();
            let verdict = if desk.states()[1] == "ringing" { "rings" } else { "refuse" };
            if desk.states()[1] == "ringing" {
                desk.give(Input::Action(Action::Ignore));
            }
            desk.end();
            desk.call(1);
            verdict
        });
        assert_eq!(verdicts, [during, after], "{code}");
    }
}

#[test]
fn several_codes_one_after_the_other() {
    let mut desk = off_hook();
    for code in ["*81", "*18", "*027111"] {
        desk.dial(code);
        assert_eq!(desk.tone(), "dial");
    }
    desk.dial("600#");
    assert_eq!(desk.calls.line(LineKey::L1).appearance().one_call().secure, Some(true));
    desk.end();
    desk.give(Input::Action(Action::Redial));
    assert_eq!(desk.calls.line(LineKey::L1).appearance().one_call().secure, Some(true));
    let call = "INVITE 600 hidden Force(Pcma)";
    assert_eq!(desk.take_commands(), [call, "end", call], "codes are dialled again with their number");
}

#[test]
fn several_codes_before_a_number_on_the_hook() {
    let mut desk = Desk::new(settings());
    desk.dial("*67*18*0171105551234");
    assert_eq!((desk.states()[0], desk.text("Block_CID_Setting")), ("idle", "no"), "nothing yet");
    desk.give(Input::Action(Action::Dial));
    assert_eq!(desk.take_commands(), ["INVITE 5551234 hidden Prefer(Pcmu)"]);
    assert_eq!(desk.text("Block_CID_Setting"), "yes");
    assert_eq!(desk.calls.line(LineKey::L1).appearance().one_call().secure, Some(true));
    desk.end();
    desk.dial("*78");
    desk.give(Input::Handset(true));
    assert_eq!((desk.states()[0], desk.tone(), desk.text("DND_Setting")), ("dialing", "confirm", "yes"));
    desk.end();
    desk.dial("*98600#");
    assert_eq!((desk.states()[0], desk.tone()), ("invalid", "reorder"), "a refused code ends it");
    assert_eq!(desk.take_commands(), ["end"]);
}

#[test]
fn forwarding_wants_a_number() {
    for (on, tag, tone) in [
        ("*72", "Cfwd_All_Dest", "cfwd"),
        ("*90", "Cfwd_Busy_Dest", "dial"),
        ("*92", "Cfwd_No_Ans_Dest", "dial"),
    ] {
        let mut desk = off_hook();
        desk.dial(on);
        assert_eq!((desk.tone(), desk.states()[0]), ("prompt", "dialing"));
        desk.dial("6");
        assert_eq!(desk.tone(), "none");
        desk.dial("00#");
        assert_eq!((desk.tone(), desk.text(tag)), ("confirm", "600"));
        desk.wait(1_000);
        assert_eq!(desk.tone(), tone);
        desk.end();
        assert!(desk.take_commands().is_empty());
        desk.line(2);
        assert_eq!(desk.tone(), tone);
    }
    let mut desk = off_hook();
    desk.dial("*72");
    assert_eq!(desk.tones()[..2], [("prompt", 10_000), ("reorder", 10_000)]);
    assert_eq!(desk.text("Cfwd_All_Dest"), "");
}

#[test]
fn the_number_to_forward_to_goes_by_the_plan() {
    let mut desk = off_hook();
    desk.set("Dial_Plan_1_", "(<8:1650>xxxxxxx|1900xxxxxxx!)");
    desk.dial("*7285551212");
    assert_eq!((desk.tone(), desk.text("Cfwd_All_Dest")), ("confirm", "16505551212"));
    desk.dial("*7219005551212");
    assert_eq!((desk.tone(), desk.text("Cfwd_All_Dest")), ("reorder", "16505551212"), "barred");
    desk.end();
    desk.dial("*7285550000#");
    assert_eq!((desk.tone(), desk.text("Cfwd_All_Dest")), ("confirm", "16505550000"), "on the hook");
    desk.end();
    desk.dial("*72#");
    assert_eq!((desk.states()[0], desk.tone()), ("dialing", "prompt"), "the number is still to come");
}

#[test]
fn call_return_calls_the_last_caller_if_there_is_one() {
    let mut desk = off_hook();
    desk.set("Dial_Plan_1_", "(1xx!|xxxx)");
    desk.dial("*69");
    assert_eq!((desk.states()[0], desk.device(), desk.tone()), ("invalid", "speaker", "reorder"));
    desk.end();
    desk.incoming();
    desk.give(Input::Action(Action::Ignore));
    desk.line(1);
    desk.dial("*69");
    desk.end();
    desk.give(Input::Action(Action::Redial));
    assert_eq!(desk.calls.last_number(), Some("102"), "not the code");
    desk.end();
    assert_eq!(desk.take_commands()[..2], ["refuse", "INVITE 102"], "as it came, whatever the plan says");
    desk.caller = "";
    desk.incoming();
    desk.give(Input::Action(Action::Ignore));
    desk.line(1);
    desk.dial("*69");
    assert_eq!(desk.tone(), "reorder", "who called last has hidden");
}

#[test]
fn feature_dial_services_prompt_with_their_own_tone_and_call_code_and_number() {
    let letters = [
        ("`c`", "cfwd"),
        ("`d`", "dial"),
        ("`m`", "stutter"),
        ("`o`", "outside"),
        ("`p`", "prompt"),
        ("`s`", "second"),
        ("`x`", "none"),
        ("", "prompt"),
    ];
    for (letter, tone) in letters {
        let mut desk = off_hook();
        desk.set("Dial_Plan_1_", "(<9,:>xxx|x.)");
        desk.set("Feature_Dial_Services_Codes", &std::format!("*40|*74{letter}"));
        desk.dial("*74");
        assert_eq!((desk.tone(), desk.states()[0]), (tone, "dialing"), "{letter}");
        desk.dial("9600#");
        desk.end();
        desk.give(Input::Action(Action::Redial));
        desk.end();
        let calls = ["INVITE *74600", "end", "INVITE *74600", "end"];
        assert_eq!(desk.take_commands(), calls, "dialled again by the same keys");
        desk.dial("*74123#");
        assert_eq!(desk.take_commands(), ["INVITE *74123"], "on the hook");
    }
}

#[test]
fn services_that_cannot_be_had_are_refused() {
    for code in ["*38", "*03", "*01723", "*0172616", "*02729"] {
        let mut desk = off_hook();
        desk.dial(code);
        assert_eq!(
            (desk.states()[0], desk.device(), desk.tone()),
            ("invalid", "speaker", "reorder"),
            "{code}"
        );
        desk.wait(10_000);
        assert_eq!(desk.tone(), "warning");
        desk.end();
        assert_eq!((desk.states()[0], desk.device()), ("idle", "none"));
    }
}

#[test]
fn a_blank_code_and_one_of_a_service_that_is_not_offered_are_the_servers() {
    let mut desk = off_hook();
    desk.set("Cfwd_All_Act_Code", "\"\"");
    desk.set("DND_Serv", "no");
    for code in ["*72", "*78"] {
        desk.dial(code);
        desk.end();
        desk.dial(code);
        desk.give(Input::Action(Action::Dial));
        desk.end();
        let call = std::format!("INVITE {code}");
        assert_eq!(desk.take_commands(), [call.as_str(), "end", call.as_str(), "end"]);
        desk.line(1);
    }
    assert_eq!(desk.text("DND_Setting"), "no");
    desk.set("Cfwd_All_Act_Code", "*55");
    desk.dial("*55");
    assert_eq!(desk.tone(), "prompt", "another code for the service");
}

#[test]
fn no_code_is_acted_upon_at_a_part_of_another() {
    let mut desk = off_hook();
    for key in ["*", "0", "1", "7", "1", "1"] {
        desk.dial(key);
        assert_eq!((desk.states()[0], desk.tone()), ("dialing", "none"));
    }
    desk.dial("1");
    assert_eq!(desk.tone(), "dial", "*017111");
    desk.dial("*01");
    desk.wait(2_999);
    assert_eq!(desk.states()[0], "dialing");
    desk.wait(1);
    assert_eq!(desk.take_commands(), ["INVITE *01 Prefer(Pcma)"], "the plan's own *xx, when nothing follows");
}
