//! Codes, speed dial digits and addresses beside the plan's own sequences.

use super::*;
use crate::limits;

fn service(script: &str, keys: &str) -> String {
    Desk::with_codes(script).dial(keys)
}

#[test]
fn a_code_comes_before_the_plans_own_star_sequence() {
    assert_eq!(service(FACTORY, "*69"), "service *69");
    assert_eq!(service(FACTORY, "*72"), "service *72");
    assert_eq!(service(FACTORY, "*55"), "send *55", "not a code: an ordinary number");
    assert_eq!(service("(xxxx)", "*69"), "service *69", "implicitly appended");
    assert_eq!(service("(*69!|xxxx)", "*69"), "reject", "the plan bars it");
    assert_eq!(service("(*xx.|xxxx)", "*69"), "pending", "a longer number could be meant");
    assert_eq!(service("(*xx.|xxxx)", "*69,"), "service *69");
    assert_eq!(service("(*xx.|xxxx)", "*69#"), "service *69");
    assert_eq!(service("(*xx.|xxxx)", "*691,"), "send *691");
}

#[test]
fn no_code_fires_on_a_prefix_of_another() {
    for known in Service::own() {
        let code = known.factory_code();
        let mut desk = Desk::with_codes("(xxxx)");
        let (last, first) = code.chars().next_back().zip(code.get(..code.len() - 1)).unwrap();
        assert_eq!(desk.dial(first), "pending", "{code}");
        assert_eq!(desk.press(last), format!("service {code}"));
        let mut desk = Desk::with_codes("(xxxx)");
        let _ = desk.start();
        let verdicts: Vec<Verdict> = code
            .chars()
            .map(|key| {
                let key = Input::Key(DialKey::new(key).unwrap());
                desk.collector.step(Instant::ZERO, &desk.plan, &Rules::DEFAULT, key).verdict
            })
            .collect();
        assert_eq!(verdicts.last(), Some(&Verdict::Code(known.number())));
    }
    assert_eq!(service(FACTORY, "*01"), "pending", "codec codes begin so");
    assert_eq!(service(FACTORY, "*01,"), "send *01");
    assert_eq!(service(FACTORY, "*01729"), "service *01729");
    assert_eq!(service(FACTORY, "*0172616"), "service *0172616");
    assert_eq!(service(FACTORY, "*03"), "service *03");
}

#[test]
fn a_code_without_a_text_is_the_servers() {
    let mut plan = Plan::parse(FACTORY).unwrap();
    let before = plan.len();
    plan.add_code("", 7).unwrap();
    assert_eq!(plan.len(), before);
    let fault = plan.add_code("*6a", 7).unwrap_err();
    assert_eq!((fault.position, fault.found, plan.len()), (2, Some('a'), before));
}

#[test]
fn a_hot_line_does_not_wait_for_codes() {
    assert_eq!(Desk::with_codes("( S0 <:12125551234> )").start(), "send 12125551234");
    assert_eq!(Desk::with_codes("( P0 <:1000> )").start(), "send 1000");
    assert_eq!(service("( P5 <:1000> | xxxx )", "."), "send 1000");
}

#[test]
fn a_speed_dial_digit() {
    let mut desk = Desk::with_codes(FACTORY);
    desk.plan.add_speed_dial(5).unwrap();
    desk.plan.add_speed_dial(12).unwrap();
    assert_eq!(desk.again("5"), "pending", "a local number begins so");
    assert_eq!(desk.again("5,"), "speed dial 5");
    assert_eq!(desk.again("5#"), "speed dial 5", "allowed, not needed");
    assert_eq!(desk.again("5551234,"), "send 5551234");
    assert_eq!(desk.again("4."), "as-dialled 4", "that slot is empty");
    let mut desk = Desk::new("(1xxx)");
    desk.plan.add_speed_dial(5).unwrap();
    assert_eq!(desk.again("5"), "speed dial 5", "nothing else could be meant");
}

#[test]
fn ip_addresses() {
    let address = |script: &str, keys: &str| {
        let mut desk = Desk::with_codes(script);
        desk.plan.allow_ip_dialling(true);
        desk.dial(keys)
    };
    assert_eq!(address(FACTORY, "192*168*1*70,"), "send 192.168.1.70");
    assert_eq!(address(FACTORY, "192*168*1*70#"), "send 192.168.1.70");
    assert_eq!(address(FACTORY, "192*168*1*7"), "pending");
    assert_eq!(address(FACTORY, "192*168*1*70*5062#"), "send 192.168.1.70:5062");
    let longest = "5551234*192*168*1*70*65000";
    if longest.len() <= limits::DIALED_BYTES {
        assert_eq!(address(FACTORY, longest), "send 5551234@192.168.1.70:65000");
    }
    assert_eq!(address(FACTORY, "999*168*25"), "pending", "a user-id and two octets");
    assert_eq!(address(FACTORY, "192*168*256"), "reject");
    assert_eq!(address(FACTORY, "192*168#"), "as-dialled 192*168");
    let mapped = "(<9:1>xxx|1900!)";
    assert_eq!(address(mapped, "9555"), "send 1555", "before a `*` the plan alone decides");
    assert_eq!(address(mapped, "91*10*0*0*1#"), "send 91@10.0.0.1", "no number of the plan");
    assert_eq!(address("(<9:1>xxx|91)", "9*10*0*0*1#"), "send 9@10.0.0.1");
    assert_eq!(address("(<9:1>xxxx.|0)", "9555*10*0*0*1#"), "send 1555@10.0.0.1", "as a number of the plan");
    assert_eq!(address("(1900!|xxxxx)", "1900*10*0*0*1#"), "reject", "a barred user-id");
    assert_eq!(Desk::with_codes(FACTORY).dial("192*"), "reject", "not without the setting");
    assert_eq!(address(FACTORY, "*69"), "service *69");
}
