//! The fuzz body: a plan on the first line, what a person does with it on the rest.

use super::{Collector, DialKey, Input, Plan, Rules, Service, State, Verdict};
use crate::base::Instant;

/// Reads `data` as a plan and dials by it: keys, `.` and `,` for time, `D` and `S` for deleting and sending,
/// `!` for a plan that changed.
///
/// # Panics
/// When a verdict is one that cannot be, or a timer does not end: that is what the fuzzer looks for.
pub fn fuzz_dial_plan(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let (script, keys) = text.split_once('\n').unwrap_or((text, ""));
    let mut plan = Plan::new();
    assert_eq!(plan.load(script), Plan::check(script), "compiling and checking agree");
    if let Err(fault) = Plan::check(script) {
        assert!(fault.position <= script.len(), "a fault is within the text");
        return;
    }
    assert!(plan.len() <= script.len(), "at most one item a character");
    let _ = plan.rewrite(keys);
    for service in Service::own() {
        let _full = plan.add_code(service.factory_code(), service.number());
    }
    plan.allow_ip_dialling(true);
    let mut collector = Collector::new();
    let _ = collector.enter(Instant::ZERO, &plan, &Rules::DEFAULT, keys);
    let mut now = Instant::ZERO;
    for symbol in keys.chars() {
        let input = match symbol {
            'D' => Input::Delete,
            'S' => Input::Send,
            '.' | ',' => Input::Timeout,
            '!' => {
                plan.set_revision(plan.revision().wrapping_add(1));
                Input::Timeout
            }
            _ => DialKey::new(symbol).map_or(Input::Start, Input::Key),
        };
        if collector.state() == State::Decided {
            step(&mut collector, now, &plan, Input::Start);
        }
        now = now.plus_ms(match symbol {
            '.' => 10_000,
            ',' => 3_000,
            _ => 100,
        });
        step(&mut collector, now, &plan, input);
        let mut wakes = 0_u32;
        while collector.deadline().is_some_and(|due| due <= now) {
            step(&mut collector, now, &plan, Input::Timeout);
            wakes = wakes.saturating_add(1);
            assert!(wakes < 5_000, "a timer that is due ends");
        }
    }
}

fn step(collector: &mut Collector, now: Instant, plan: &Plan, input: Input) {
    let verdict = collector.step(now, plan, &Rules::DEFAULT, input).verdict;
    match verdict {
        Verdict::Send => assert!(!collector.number().is_empty(), "a number is sent"),
        Verdict::AsDialled => assert_eq!(collector.number(), collector.keys(), "as dialled"),
        Verdict::Code(_) | Verdict::SpeedDial(_) => assert!(!collector.keys().is_empty(), "it was dialled"),
        Verdict::Collecting | Verdict::Rejected => {}
    }
    let decided = collector.state() == State::Decided;
    assert!(decided || verdict == Verdict::Collecting, "a verdict ends the number");
    assert!(!decided || collector.deadline().is_none(), "no timer after a verdict");
}
