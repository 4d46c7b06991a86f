//! Every state and every input: the next state, what is said, and the next deadline.

use super::*;

const PLAN: &str = "(<9,:>12|34|3xx|5P2<:6>|7x!|#8)";

#[test]
fn each_state_and_each_input() {
    let reached = [
        ("idle", None),
        ("begun", Some("")),
        ("open", Some("3")),
        ("outside", Some("9")),
        ("complete", Some("34")),
        ("paused", Some("5")),
        ("decided", Some("912")),
    ];
    let key = |symbol| Input::Key(DialKey::new(symbol).unwrap());
    let inputs = [
        ("start", Input::Start),
        ("key 1", key('1')),
        ("key 2", key('2')),
        ("key #", key('#')),
        ("delete", Input::Delete),
        ("send", Input::Send),
        ("timeout, not due", Input::Timeout),
        ("timeout, due", Input::Timeout),
    ];
    let mut text = String::from("state, input -> state, verdict, tone, due\n");
    for (name, keys) in reached {
        for (what, input) in inputs {
            let mut desk = Desk::new(PLAN);
            if let Some(keys) = keys {
                let _ = desk.dial(keys);
            }
            if what.ends_with(", due") {
                desk.now = desk.collector.deadline().unwrap_or(desk.now);
            }
            let step = desk.collector.step(desk.now, &desk.plan, &desk.rules, input);
            let (number, due) = (desk.collector.number(), desk.timer());
            let tone = step.tone.map_or_else(|| "-".to_string(), |tone| format!("{tone:?}"));
            let due = due.map_or_else(|| "-".to_string(), |ms| format!("{ms} ms"));
            let state = desk.collector.state();
            text += &format!("{name}, {what} -> {state:?}, {:?} {number}, {tone}, {due}\n", step.verdict);
        }
    }
    golden::compare("dialplan_collector", &text);
}
