//! Services that calls meet: forwarding without an answer, voice mail, pages, distinctive ringing, mapped
//! callers, emergency calls, and what a server does by code.

use super::*;

#[test]
fn a_call_that_nobody_answers_goes_to_another_number() {
    let mut desk = Desk::new(settings());
    desk.set("Cfwd_No_Ans_Dest", "700");
    desk.incoming();
    desk.wait(19_999);
    assert_eq!(desk.states()[0], "ringing");
    desk.wait(1);
    assert_eq!((desk.states()[0], desk.calls.ring()), ("idle", None));
    assert_eq!(desk.take_commands(), ["refuse 302 700"]);
    desk.set("Cfwd_No_Ans_Delay", "5");
    desk.call(1);
    desk.incoming();
    desk.wait(5_000);
    assert_eq!((desk.states()[1], desk.tone()), ("idle", "none"), "a call that waits, too");
    assert_eq!(desk.take_commands(), ["INVITE 600", "refuse 302 700"]);
    desk.end();
    desk.incoming();
    desk.wait(4_000);
    desk.line(1);
    desk.wait(9_000);
    assert_eq!(desk.states()[0], "connected", "answered in time");
    desk.check();
}

#[test]
fn a_call_keeps_ringing_where_nothing_is_to_be_forwarded() {
    for (tag, value, extension) in
        [("Cfwd_No_Ans_Dest", "", 1), ("Cfwd_No_Ans_Serv", "no", 1), ("Extension_2_", "2", 2)]
    {
        let mut desk = Desk::new(settings());
        desk.set("Cfwd_No_Ans_Dest", "700");
        desk.set(tag, value);
        desk.called = extension;
        desk.incoming();
        desk.wait(200_000);
        assert!(desk.states().contains(&"ringing") && desk.take_commands().is_empty(), "{tag}");
    }
    let mut desk = Desk::new(settings());
    desk.set("Cfwd_No_Ans_Dest", "700");
    desk.incoming();
    desk.set("Cfwd_No_Ans_Dest", "\"\"");
    desk.wait(200_000);
    assert_eq!(desk.states()[0], "ringing", "the person changed it meanwhile");
}

#[test]
fn the_voice_mail_key_calls_the_voice_mail() {
    let mut desk = Desk::new(settings());
    desk.set("Voice_Mail_Number", "*98");
    desk.give(Input::Action(Action::VoiceMail));
    assert_eq!((desk.states()[0], desk.device()), ("calling", "speaker"));
    assert_eq!(desk.take_commands(), ["INVITE *98"], "the server's number, not a code of ours");
    desk.answered();
    desk.give(Input::Action(Action::VoiceMail));
    assert_eq!(desk.states()[..2], ["held", "calling"]);
    desk.give(Input::Action(Action::VoiceMail));
    assert_eq!(desk.states()[..3], ["held", "idle", "calling"]);
    desk.end();
    desk.line(4);
    desk.give(Input::Action(Action::VoiceMail));
    assert_eq!(desk.states()[3], "calling", "on the line that waits for a number");
    desk.check();
}

#[test]
fn a_voice_mail_number_is_asked_for_once() {
    let mut desk = Desk::new(settings());
    desk.give(Input::Action(Action::VoiceMail));
    assert_eq!((desk.states()[0], desk.tone()), ("dialing", "prompt"));
    desk.dial("800#");
    assert_eq!(
        (desk.states()[0], desk.tone(), desk.text("Voice_Mail_Number")),
        ("dialing", "confirm", "800")
    );
    desk.end();
    desk.give(Input::Action(Action::VoiceMail));
    assert_eq!(desk.take_commands(), ["INVITE 800"]);
    let mut full = Desk::new(settings());
    for line in 1..=4 {
        full.call(line);
        full.give(Input::Hold);
    }
    full.give(Input::Action(Action::VoiceMail));
    assert_eq!(full.states(), ["held"; 4], "no idle line");
}

#[test]
fn a_page_is_answered_by_itself() {
    let mut desk = Desk::new(settings());
    desk.page = Some(0);
    desk.incoming();
    assert_eq!((desk.states()[0], desk.device(), desk.tone()), ("connected", "speaker", "page"));
    assert_eq!(desk.calls.ring(), None);
    desk.wait(300);
    assert_eq!(desk.tone(), "none");
    assert_eq!(desk.take_commands(), ["answer"]);
    desk.incoming();
    assert_eq!((desk.states()[1], desk.tone()), ("ringing", "callwaiting"), "not into a conversation");
    desk.give(Input::Action(Action::Ignore));
    desk.end();
    desk.page = Some(3);
    desk.incoming();
    desk.wait(2_999);
    assert_eq!(desk.states()[0], "ringing");
    desk.wait(1);
    assert_eq!((desk.states()[0], desk.tone()), ("connected", "page"));
    desk.check();
}

#[test]
fn whether_and_where_a_page_is_heard() {
    let page = |tags: &[(&str, &str)]| {
        let mut desk = Desk::new(settings());
        for (tag, value) in tags {
            desk.set(tag, value);
        }
        desk.page = Some(0);
        desk.incoming();
        desk.wait(60_000);
        (desk.states()[0], desk.device())
    };
    assert_eq!(page(&[("Auto_Answer_Page", "no")]), ("ringing", "none"));
    assert_eq!(page(&[("DND_Setting", "yes")]), ("idle", "none"));
    let headset = ("Preferred_Audio_Device", "Headset");
    assert_eq!(page(&[headset]), ("connected", "headset"));
    assert_eq!(page(&[headset, ("Send_Audio_To_Speaker", "yes")]), ("connected", "speaker"));
}

#[test]
fn a_caller_rings_by_the_ring_that_its_server_names() {
    let mut desk = Desk::new(settings());
    desk.set("Default_Ring__1__", "4");
    for (alert, ring) in [("", 4), ("Simple-2", 6), ("simple-2", 6), ("Bellcore-dr3", 4), ("Office", 10)] {
        desk.alert = alert;
        desk.incoming();
        assert_eq!(desk.calls.ring().map(|(number, _)| number), Some(ring), "{alert}");
        desk.give(Input::Action(Action::Ignore));
    }
}

#[test]
fn a_callers_number_is_mapped_before_it_is_shown_or_called_back() {
    let mut desk = Desk::new(settings());
    desk.set("Caller_ID_Map_1_", "(<+44:0>x.|<1650:>xxxxxxx)");
    for (caller, shown) in [("16505551234", "5551234"), ("+442079460000", "02079460000"), ("102", "102")] {
        desk.caller = caller;
        desk.line(2);
        desk.dial("55");
        let session = desk.incoming();
        desk.event(Event::Party(session), session);
        assert_eq!(desk.calls.line(LineKey::L1).party().number, shown);
        desk.give(Input::Action(Action::Ignore));
        desk.dial("5#");
        desk.end();
        desk.line(1);
        desk.dial("*69");
        desk.end();
        let call = std::format!("INVITE {shown}");
        let commands = ["refuse", "INVITE 555", "end", call.as_str(), "end"];
        assert_eq!(desk.take_commands(), commands, "what was being dialled goes on");
    }
}

#[test]
fn an_emergency_call_is_known_and_left_alone() {
    let mut desk = Desk::new(settings());
    desk.set("Emergency_Number_1_", "112, 911");
    desk.set("Block_CID_Setting", "yes");
    desk.line(1);
    desk.dial("*81911#");
    desk.answered();
    assert!(desk.calls.is_emergency(&desk.config));
    assert_eq!(desk.take_commands(), ["INVITE 911"], "never anonymous");
    desk.give(Input::Hold);
    desk.line(2);
    desk.give(Input::Action(Action::NewCall));
    desk.give(Input::Action(Action::Transfer));
    desk.give(Input::Action(Action::TransferBlind));
    desk.give(Input::Action(Action::VoiceMail));
    assert_eq!(desk.states(), ["connected", "idle", "idle", "idle"]);
    assert!(!desk.calls.can_transfer(&desk.config) && !desk.calls.can_transfer_blind(&desk.config));
    assert!(desk.take_commands().is_empty());
    desk.incoming();
    assert_eq!(desk.take_commands(), ["refuse"], "nobody waits");
    desk.end();
    assert_eq!((desk.states()[0], desk.take_commands()), ("idle", ["end".into()].into()));
    desk.line(1);
    desk.dial("9110#");
    assert_eq!(desk.take_commands(), ["INVITE 9110 hidden"], "another number");
    desk.check();
}

#[test]
fn a_call_is_parked_where_the_person_says_or_at_the_own_number() {
    for (keys, target) in [("*38701#", "*38701"), ("*38#", "*38101")] {
        let mut desk = Desk::new(settings());
        desk.set("User_ID_1_", "101");
        desk.call(1);
        desk.line(2);
        desk.dial(keys);
        let refer = std::format!("REFER {target}");
        assert_eq!(desk.take_commands(), ["INVITE 600", "hold", refer.as_str()]);
        assert_eq!(desk.states()[..2], ["held", "idle"]);
        desk.transferred(200);
        assert_eq!(desk.states()[0], "idle");
        desk.check();
    }
}

#[test]
fn a_page_is_a_call_that_asks_to_be_answered() {
    let mut desk = Desk::new(settings());
    desk.line(1);
    desk.dial("*96");
    assert_eq!(desk.tone(), "prompt");
    desk.dial("102#");
    desk.answered();
    assert_eq!(desk.states()[0], "connected");
    desk.end();
    desk.give(Input::Action(Action::Redial));
    desk.end();
    desk.line(1);
    desk.dial("102#");
    let commands = ["page 102", "end", "page 102", "end", "INVITE 102"];
    assert_eq!(desk.take_commands(), commands, "again by the same keys, and no further call");
}

#[test]
fn what_others_have_is_taken_by_code() {
    for (keys, target) in [("*39701#", "*39701"), ("*36102#", "*36102"), ("*37", "*37")] {
        let mut desk = Desk::new(settings());
        desk.line(1);
        desk.dial(keys);
        desk.end();
        desk.give(Input::Action(Action::Redial));
        let call = std::format!("INVITE {target}");
        assert_eq!(desk.take_commands(), [call.as_str(), "end", call.as_str()], "{keys}, and again");
    }
}
