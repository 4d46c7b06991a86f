use std::format;
use std::string::String;

use super::*;
use crate::limits;

/// Plans that are in use, as they were written: blanks, upper case, `S0` before a bar, sets with `x`.
const IN_USE: [&str; 20] = [
    "(*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)",
    " (0[12345789]S0|[1-7]xxS0|8[2-9]xxxxxxxxxS0|810xx.|81[123456789]S0|*xx.|xx.) ",
    "(000S0|106S0|183[12]x.|1[389]xxxxxxxxS0|13[1-9]xxxS0|0[23478]xxxxxxxxS0|001xxxx.S5|111S0|*xx.)",
    "(911S0|310xxxx|<:1514>[2-9]xxxxxx|1[2-9]xx[2-9]xxxxxxS0|*xx|***xxx|*xx.|4xxx|**275*x.|xxxxxxxxxxxx.)",
    "(*xx|<0:0044>[12357]xxxxxxxx.|<0:0044>[58][0][0]xxxxx.|00xxxxxxxxx.)",
    "([x*].)",
    "(999<:@gw0>|<5:>xx.<:@gw0>|xx.<:@gw1>|x)",
    "(*1xxxxxxxxxx<:@fwd.pulver.com;nat;uid=jsmith;pwd=xyz>|[39]11<:@gw0>)",
    "(**xxx|**xxxx|*xx|xxx*|xxx**|xxxx*|xxxx**[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)",
    "(*xxxxx*xxx|7xxx|1xxS0|[3469]11S0|911S0|[2-9]xxxxxxxxxS0)",
    "( *xx | [3469]11|0|00|<:1408>[2-9]xxxxxx | 1[2-9]xx[2-9]xxxxxx | 011x. )",
    "L:15,(xP9<:23>|S0<:1>)",
    "S:4, ( 00 | 011 xxxxx x. )",
    "(<9,:>XXXXXXXXXX|<9,:>1XXXXXXXXXX|XXXX)",
    "( P0 <:1000> )",
    "(P5<:1000>|xxxx)",
    "(1900xxxxxxx!|1 947 xxxxxxx ! |x.)",
    "(xx.|*xx|#9x.|[0-9*#]x.)",
    "(<+:00>x.|<00:+>xx.|+xx.)",
    "L:8,S:4,( 1 xxx xxxxxxx | )",
];

#[test]
fn plans_in_use_compile_as_written() {
    for script in IN_USE {
        let plan = Plan::parse(script).unwrap_or_else(|fault| panic!("{script}: {fault}"));
        assert!(plan.len() <= script.len(), "{script}");
    }
    assert!(Plan::parse("").is_ok_and(|plan| plan.is_empty()));
    assert!(Plan::parse(" \t").is_ok_and(|plan| plan.is_empty()));
}

#[test]
fn a_fault_names_the_character() {
    let fault = |script: &str| {
        let fault = Plan::parse(script).unwrap_err();
        assert_eq!(Plan::check(script), Err(fault));
        (fault.position, fault.expected)
    };
    assert_eq!(fault("xxx"), (0, Expected::Opening), "plans in use are always in parentheses");
    assert_eq!(fault("L8,(x)"), (1, Expected::TimerColon));
    assert_eq!(fault("L:8,P:4,(x)"), (4, Expected::Opening));
    assert_eq!(fault("(xxx"), (4, Expected::Sequence));
    assert_eq!(fault("(xx{|x)"), (3, Expected::Sequence));
    assert_eq!(fault("(.x)"), (1, Expected::Repeated));
    assert_eq!(fault("(x|<9:>.)"), (7, Expected::Repeated));
    assert_eq!(fault("(1!2)"), (3, Expected::EndOfSequence));
    assert_eq!(fault("([])"), (2, Expected::Filled));
    assert_eq!(fault("([1a])"), (3, Expected::SetItem));
    assert_eq!(fault("([1"), (3, Expected::SetItem));
    assert_eq!(fault("([*-9])"), (3, Expected::SetItem));
    assert_eq!(fault("([9-2])"), (4, Expected::RangeEnd));
    assert_eq!(fault("([1-x])"), (4, Expected::RangeEnd));
    assert_eq!(fault("(<9>x)"), (3, Expected::Dialled));
    assert_eq!(fault("(<9:1|x)"), (5, Expected::Sent));
    assert_eq!(fault("(<9:<1>>)"), (4, Expected::Sent));
    assert_eq!(fault("(x)(x)"), (3, Expected::Nothing));
    assert_eq!(fault("(é)"), (1, Expected::Sequence));
    assert_eq!(fault("(<:é>)"), (3, Expected::Sent));
    let long = format!("({})", "x".repeat(limits::PLAN_BYTES - 1));
    assert_eq!(fault(&long), (limits::PLAN_BYTES, Expected::Shorter));
    let text = |script: &str| format!("{}", Plan::check(script).unwrap_err());
    assert_eq!(
        text("(xx{|x)"),
        "at character 4, `{`: expected a key, `x`, `[`, `<`, `,`, a timer, `|` or `)`"
    );
    assert_eq!(text("([1"), "at the end, after character 3: expected a key, `x` or `]`");
}

#[test]
fn a_plan_with_a_fault_leaves_the_old_one() {
    let mut plan = Plan::parse("L:4,(<9:>xx)").unwrap();
    plan.add_code("*69", 3).unwrap();
    plan.set_revision(7);
    let before = plan.len();
    assert!(plan.load("S:1,(<9:").is_err());
    assert_eq!((plan.len(), plan.long_ms(), plan.short_ms()), (before, Some(4_000), None));
    assert_eq!(plan.rewrite("911").as_deref(), Some("11"));
    plan.load("S:1,(x)").unwrap();
    assert_eq!((plan.len(), plan.long_ms(), plan.short_ms()), (2, None, Some(1_000)), "without the code");
    assert_eq!(plan.revision(), 7);
}

#[test]
fn the_longest_plan_and_every_code_fit() {
    let mut script = String::from("(x");
    while script.len() < limits::PLAN_BYTES - 3 {
        script.push_str("|x");
    }
    script.push(')');
    let mut plan = Plan::parse(&script).unwrap();
    for service in Service::own() {
        plan.add_code(service.factory_code(), service.number()).unwrap();
    }
    let list = format!("*{}", "1".repeat(78));
    let list = CodeList::parse(&list).unwrap();
    for (keys, _) in list.codes() {
        // The lists are the first to find no room in a build with the least.
        let _ = plan.add_code(keys, Service::Referral(0).number());
        let _ = plan.add_code(keys, Service::FeatureDial(0).number());
    }
    if !cfg!(feature = "_tiny") {
        for digit in 2..=9 {
            plan.add_speed_dial(digit).unwrap();
        }
    }
    let full = loop {
        if let Err(fault) = plan.add_code("*1234", 1) {
            break fault;
        }
    };
    assert_eq!(full.expected, Expected::Shorter);
    assert!(plan.len() <= limits::PLAN_ITEMS);
}

#[test]
fn callers_are_rewritten() {
    let map = Plan::parse("(<+49:0>x.|<+:00>x.|[1-9]xx!|anonymou.s<:-x>|P1 x|<:0>xxxx)").unwrap();
    let rewritten = |text: &str| map.rewrite(text);
    assert_eq!(rewritten("+4930123").as_deref(), Some("030123"));
    assert_eq!(rewritten("+3314").as_deref(), Some("003314"));
    assert_eq!(rewritten("anonymouuuus").as_deref(), Some("anonymouuuus-x"));
    assert_eq!(rewritten("123"), None, "barred");
    assert_eq!(rewritten("5"), None, "a pause matches no text");
    assert_eq!(rewritten("1234").as_deref(), Some("01234"));
    assert_eq!(rewritten("bob"), None);
    assert_eq!(rewritten(&"1".repeat(200)), None, "too long to be a number");
    assert_eq!(Plan::new().rewrite("123"), None);
}

#[test]
fn a_repeated_key_takes_as_much_as_leaves_enough() {
    let rewritten = |script: &str, text: &str| Plan::parse(script).unwrap().rewrite(text);
    assert_eq!(rewritten("(x.<9:->x.9)", "19299").as_deref(), Some("192-9"));
    assert_eq!(rewritten("(x.<9:->x.9)", "1992").as_deref(), None);
    assert_eq!(rewritten("(<x.:>xx)", "12345").as_deref(), Some("45"));
    assert_eq!(rewritten("(1.[12].2.)", "112212").as_deref(), Some("112212"));
    assert_eq!(rewritten("(1.<[12].:->2.)", "112212").as_deref(), Some("11-"));
}
