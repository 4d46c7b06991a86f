use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::base::golden;
use crate::dialplan::Service;

mod desk;
mod matrix;
mod services;

use desk::Desk;

/// The plan of real devices.
const FACTORY: &str = "(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)";
/// The same as the guides print it.
const PRINTED: &str = "(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxx|xxxxxxxxxxxx.)";

/// What becomes of keys under a plan, with `.` for the long and `,` for the short timer running out.
fn dialled(script: &str, keys: &str) -> String {
    Desk::new(script).dial(keys)
}

#[test]
fn the_factory_plan_key_by_key() {
    let mut desk = Desk::new(FACTORY);
    assert_eq!(desk.start(), "first tone");
    assert_eq!((desk.press('1'), desk.timer()), ("-".to_string(), Some(10_000)));
    for key in "212555123".chars() {
        assert_eq!((desk.press(key), desk.timer()), ("-".to_string(), Some(10_000)), "{key}");
    }
    assert_eq!(desk.press('4'), "send 12125551234", "S0: at once, though a longer number begins so");
    assert_eq!(desk.timer(), None);

    let mut desk = Desk::new(PRINTED);
    for key in "12125551234".chars() {
        assert_eq!(desk.press(key), "-");
    }
    assert_eq!((desk.collector.state(), desk.timer()), (State::Complete, Some(3_000)));
    assert_eq!(desk.wait(2_999), "-");
    assert_eq!(desk.wait(1), "send 12125551234");
}

#[test]
fn the_alternatives_of_the_factory_plan() {
    assert_eq!(dialled(FACTORY, "*69"), "send *69", "any star code of two digits; no code is known here");
    assert_eq!(dialled(FACTORY, "411,"), "send 411");
    assert_eq!(dialled(FACTORY, "511."), "as-dialled 511", "only 3, 4, 6 and 9");
    assert_eq!(dialled(FACTORY, "0,"), "send 0");
    assert_eq!(dialled(FACTORY, "0"), "pending");
    assert_eq!(dialled(FACTORY, "00,"), "send 00");
    assert_eq!(dialled(FACTORY, "5551234,"), "send 5551234");
    assert_eq!(dialled(FACTORY, "5551234"), "pending", "it may become a long one");
    assert_eq!(
        dialled(FACTORY, "00442012345,"),
        "send 00442012345",
        "twelve x, the last with a dot: 11 or more"
    );
    assert_eq!(dialled(FACTORY, "0044201234,"), "pending");
    assert_eq!(dialled(FACTORY, "0044201234."), "as-dialled 0044201234");
    assert_eq!(dialled(FACTORY, "**"), "reject");
}

#[test]
fn the_guides_examples() {
    let us = "( 1 xxx xxxxxxx )";
    assert_eq!(dialled(us, "12125551234"), "send 12125551234");
    assert_eq!(dialled(us, "2"), "reject");
    let local = "( 1 xxx xxxxxxx | <:1212> xxxxxxx )";
    assert_eq!(dialled(local, "12125551234"), "send 12125551234");
    assert_eq!(dialled(local, "5551234"), "send 12125551234");
    assert_eq!(dialled(local, "1555123,"), "send 12121555123", "seven digits as well");
    assert_eq!(dialled(local, "155512,"), "pending", "not complete");
    assert_eq!(dialled(local, "155512."), "as-dialled 155512");
    assert_eq!(dialled(local, "155512#"), "as-dialled 155512");
}

#[test]
fn outside_lines() {
    let plan = "( <9,:> 1 xxx xxxxxxx | <8,:1212> xxxxxxx )";
    let mut desk = Desk::new(plan);
    assert_eq!(desk.press('9'), "outside tone");
    assert_eq!(desk.press('1'), "-", "until the next key");
    assert_eq!(desk.dial("2125551234"), "send 12125551234", "nothing is sent for the 9");
    assert_eq!(dialled(plan, "85551212"), "send 12125551212");
    assert_eq!(dialled(plan, "1"), "reject");
    let mut desk = Desk::new("(9, 1xxxxxxxxxx|9xx)");
    assert_eq!(desk.press('9'), "outside tone");
    assert_eq!(desk.wait(9_000), "outside tone", "it goes on");
    assert_eq!(desk.dial("12125551234"), "send 912125551234");
    assert_eq!(dialled("(<8:1650>xxxxxxx)", "85551212"), "send 16505551212");
}

#[test]
fn timers_of_the_plan_and_of_a_sequence() {
    let plan = "S:4, ( 00 | 011 xxxxx x. )";
    assert_eq!(dialled(plan, "00"), "send 00");
    let mut desk = Desk::new(plan);
    let _ = desk.dial("01144201");
    assert_eq!((desk.collector.state(), desk.timer()), (State::Complete, Some(4_000)), "five after 011");
    assert_eq!(desk.press('2'), "-");
    assert_eq!(desk.wait(4_000), "send 011442012");
    let mut desk = Desk::new("L:8,S:4,(xx.|1)");
    assert_eq!((desk.press('1'), desk.timer()), ("-".to_string(), Some(4_000)));
    let mut desk = Desk::new("L:8 , S : 4 , (xxx)");
    assert_eq!((desk.press('1'), desk.timer()), ("-".to_string(), Some(8_000)));
    let mut desk = Desk::new("L:8,(1L20 xxx|1xxL4xx)");
    assert_eq!(
        (desk.press('1'), desk.timer()),
        ("-".to_string(), Some(20_000)),
        "the first that is possible"
    );
    let mut desk = Desk::new("(1xL2xxx|1L20xxx)");
    assert_eq!((desk.press('1'), desk.timer()), ("-".to_string(), Some(10_000)), "not yet at that point");
    assert_eq!((desk.press('1'), desk.timer()), ("-".to_string(), Some(2_000)));
    let mut desk = Desk::new("(1S7|S2x.)");
    assert_eq!((desk.press('1'), desk.timer()), ("-".to_string(), Some(7_000)), "the one that decides");
    assert_eq!((desk.press('1'), desk.timer()), ("-".to_string(), Some(2_000)));
    assert_eq!(Desk::new("(1S|1x)").timed("1"), Some(5_000), "no number: 5 s");
    assert_eq!(Desk::new("L:,(xx)").timed("1"), Some(5_000));
    assert_eq!(Desk::new("L:0,(xx)").timed("1"), Some(0), "no time at all");
}

#[test]
fn operators_and_area_codes() {
    let plan = "( 0 | [49]11 | 1 [2-9]xx [2-9]xxxxxx )";
    assert_eq!(dialled(plan, "0"), "send 0");
    assert_eq!(dialled(plan, "411"), "send 411");
    assert_eq!(dialled(plan, "12125551234"), "send 12125551234");
    assert_eq!(dialled(plan, "11"), "reject");
    assert_eq!(dialled(plan, "12121"), "reject");
    let no_900 = "( 1 [2-8]xx [2-9]xxxxxx )";
    assert_eq!(dialled(no_900, "12125551234"), "send 12125551234");
    assert_eq!(dialled(no_900, "19"), "reject");
}

#[test]
fn barred_numbers() {
    let plan = "( 1 947 xxxxxxx ! | 1 xxx xxxxxxx )";
    assert_eq!(dialled(plan, "19475551212"), "reject");
    assert_eq!(dialled(plan, "12125551234"), "send 12125551234");
    assert_eq!(dialled("(1900xxxxxxx!)", "19005551234"), "reject");
    assert_eq!(dialled("(xxx|1xx!)", "123"), "send 123", "the first decides");
    assert_eq!(dialled("(12!|1xx)", "12,"), "reject");
    assert_eq!(dialled("(12!|1xx)", "12#"), "reject");
}

#[test]
fn hot_and_warm_lines() {
    assert_eq!(Desk::new("( S0 <:12125551234> )").start(), "send 12125551234");
    assert_eq!(Desk::new("( P0 <:1000> )").start(), "send 1000");
    assert_eq!(Desk::new("( P0 <:1000> | xxxx )").start(), "send 1000");
    assert_eq!(Desk::new("(<:1000>)").start(), "send 1000", "nothing else could be meant");
    let mut short = Desk::new("(<:1000>|xxxx)");
    assert_eq!((short.start(), short.timer()), ("first tone".to_string(), Some(3_000)));
    let warm = "( P5 <:1000> | xxxx )";
    let mut desk = Desk::new(warm);
    assert_eq!((desk.start(), desk.timer()), ("first tone".to_string(), Some(5_000)));
    assert_eq!(desk.wait(4_999), "first tone");
    assert_eq!(desk.wait(1), "send 1000");
    assert_eq!(dialled(warm, "2345"), "send 2345");
    assert_eq!(dialled(warm, "2,,"), "pending", "not after a first key");
    assert_eq!(dialled(warm, "2."), "as-dialled 2");
    assert_eq!(dialled(warm, "."), "send 1000");
    assert_eq!(dialled(warm, ","), "pending");
}

#[test]
fn pauses_within_a_sequence() {
    let plan = "(xP9<:23>)";
    let mut desk = Desk::new(plan);
    assert_eq!((desk.press('4'), desk.timer()), ("-".to_string(), Some(9_000)));
    assert_eq!(desk.wait(9_000), "send 423");
    assert_eq!(dialled(plan, "45"), "reject", "a key is no pause");
    assert_eq!(dialled("(1P2 P3<:0>|1xx)", "1,,"), "send 10", "5 s in all");
    let mut desk = Desk::new("(1P2 P3<:0>|1xx)");
    let _ = desk.dial("1");
    assert_eq!(desk.wait(4_999), "-");
    assert_eq!(desk.wait(1), "send 10");
    let mut late = Desk::new("(1P2,<:0>xx|1xx)");
    let _ = late.dial("1");
    assert_eq!(late.wait(2_000), "outside tone");
    assert_eq!(late.dial("23"), "send 1023", "the first decides");
    assert_eq!(dialled("(x|xP2<:99>)", "1,"), "send 1", "the first in the plan decides");
    assert_eq!(dialled("(1P15<:23>|1xx)", "1."), "as-dialled 1", "the timer of the number is over before");
}

#[test]
fn sharp_is_a_key_where_one_is_possible() {
    assert_eq!(dialled("(#9xx|xx)", "#912"), "send #912");
    assert_eq!(dialled("(1#|1xx)", "1#"), "send 1#");
    assert_eq!(dialled("(1xx)", "1#"), "as-dialled 1");
    assert_eq!(dialled("(xx.)", "1#"), "send 1");
    assert_eq!(dialled("(xx.)", "#"), "pending", "an empty number cannot be sent");
}

#[test]
fn zero_or_more() {
    assert_eq!(dialled("(x.)", "."), "pending", "nothing to send");
    assert_eq!(dialled("(x.)", "1,"), "send 1");
    assert_eq!(dialled("(xx.)", "1,"), "send 1");
    assert_eq!(dialled("(01.)", "0,"), "send 0");
    assert_eq!(dialled("(01.)", "0111,"), "send 0111");
    assert_eq!(dialled("(xx.<:@host>)", "12,"), "send 12@host");
    assert_eq!(dialled("(<9:>)", "9"), "reject", "nothing to send");
}

#[test]
fn what_is_not_complete_may_be_rejected() {
    let mut desk = Desk::new(FACTORY);
    desk.rules.incomplete = Incomplete::Reject;
    assert_eq!(desk.dial("123."), "reject");
    assert_eq!(desk.again("123#"), "reject");
    assert_eq!(desk.again("5551234,"), "send 5551234");
}

#[test]
fn the_last_key_taken_back() {
    let mut desk = Desk::new("(<9,:>1xx|0)");
    let _ = desk.dial("91");
    assert_eq!(desk.input(Input::Delete), "outside tone");
    assert_eq!(desk.input(Input::Delete), "first tone");
    assert_eq!((desk.input(Input::Delete), desk.timer()), ("first tone".to_string(), None));
    assert_eq!(desk.press('0'), "send 0");
    assert_eq!(desk.input(Input::Delete), "-", "decided");
    let mut warm = Desk::new("(P5<:1000>|xxxx)");
    let _ = warm.dial("2");
    assert_eq!(warm.input(Input::Delete), "first tone");
    assert_eq!(warm.wait(5_000), "send 1000", "as at the beginning");
}

#[test]
fn a_plan_that_changes_gets_the_same_keys() {
    let mut desk = Desk::new("(<9,:>1xxx)");
    let _ = desk.dial("91");
    desk.plan.load("(91xx<:0>)").unwrap();
    desk.plan.set_revision(1);
    assert_eq!(desk.dial("23"), "send 91230");
    let mut desk = Desk::new("(1xxx)");
    let _ = desk.dial("1");
    desk.plan.load("(2xxx)").unwrap();
    desk.plan.set_revision(1);
    assert_eq!(desk.input(Input::Timeout), "reject", "nothing begins so any more");
    assert_eq!(desk.collector.keys(), "1");
}

#[test]
fn a_plan_that_changes_leaves_the_person_the_time_that_was_left() {
    for (script, tone) in [("(xx.)", "-"), ("(5xx)", "-"), ("(P5<:1000>|5xx)", "-")] {
        let mut desk = Desk::new(script);
        let due = |desk: &Desk| desk.collector.deadline().map(|due| due.since_ms(desk.now));
        let _ = desk.dial("5");
        let before = due(&desk);
        assert_eq!(desk.wait(1_000), tone);
        desk.plan.set_revision(1);
        assert_eq!(desk.input(Input::Timeout), tone);
        assert_eq!(due(&desk), before.map(|ms| ms - 1_000), "{script}");
    }
    let mut desk = Desk::new("(xx.)");
    let _ = desk.dial("5");
    assert_eq!(desk.wait(2_999), "-");
    desk.plan.set_revision(1);
    assert_eq!(desk.wait(1), "send 5", "also when it was the last moment");
}

#[test]
fn a_number_that_is_full_takes_no_more_keys() {
    let mut desk = Desk::new("(x.)");
    for _ in 0..limits::DIALED_BYTES + 5 {
        assert_eq!(desk.press('1').trim_start_matches("first tone"), "-");
    }
    assert_eq!(desk.collector.keys().len(), limits::DIALED_BYTES);
    assert!(desk.press('#').starts_with("send 1111"));
    let long = format!("(x.<:{}>)", "9".repeat(limits::NUMBER_BYTES));
    assert_eq!(dialled(&long, "1#"), "reject", "longer than a number can be");
}

#[test]
fn numbers_entered_whole() {
    let plan = Plan::parse("(<9:>1xxx|0|1900!)").unwrap();
    let mut collector = Collector::new();
    let mut enter = |number: &str, rules: &Rules| {
        let verdict = collector.enter(Instant::ZERO, &plan, rules, number);
        (verdict, collector.number().to_string(), collector.deadline())
    };
    let rules = Rules::DEFAULT;
    assert_eq!(enter("91234", &rules), (Verdict::Send, "1234".to_string(), None));
    assert_eq!(enter("912", &rules), (Verdict::AsDialled, "912".to_string(), None));
    assert_eq!(enter("555", &rules), (Verdict::AsDialled, "555".to_string(), None));
    assert_eq!(enter("555", &Rules { incomplete: Incomplete::Reject, ..rules }).0, Verdict::Rejected);
    assert_eq!(enter("1900", &rules).0, Verdict::Rejected);
    assert_eq!(enter("bob@example.com", &rules).1, "bob@example.com");
    assert_eq!(enter("", &rules).0, Verdict::Rejected);
}
