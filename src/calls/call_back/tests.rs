use std::format;
use std::string::String;
use std::vec::Vec;

use super::*;
use crate::base::golden;

const RULES: Rules = Rules { retry_ms: 30_000, expires_ms: 1_800_000, delay_ms: 500 };

const fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn session() -> SessionId {
    SessionId::numbered(7)
}

/// An order to which these inputs happened, a second apart.
fn after(inputs: &[Input]) -> CallBack {
    let mut call_back = CallBack::new();
    for (second, input) in (0u64..).zip(inputs) {
        let _ = call_back.step(at(second.saturating_mul(1_000)), RULES, *input);
    }
    call_back
}

const ORDER: Input = Input::Order(LineKey::L2);

fn tried() -> Vec<Input> {
    std::vec![ORDER, Input::Free(true), Input::Begun(session())]
}

#[test]
fn every_state_and_every_input() {
    let more = |input: &[Input]| after(&[&tried()[..], input].concat());
    let states = [
        ("", CallBack::new()),
        ("ordered", after(&[ORDER])),
        ("between attempts", more(&[Input::Failed(Some(486))])),
        ("not begun", after(&[ORDER, Input::Free(true)])),
        ("", more(&[])),
        ("", more(&[Input::Progress(180)])),
    ];
    let inputs = [
        Input::Order(LineKey::L1),
        Input::Cancel,
        Input::Free(true),
        Input::Free(false),
        Input::Begun(SessionId::numbered(9)),
        Input::Refused,
        Input::Progress(180),
        Input::Progress(183),
        Input::Progress(199),
        Input::Answered,
        Input::Failed(Some(486)),
        Input::Failed(Some(404)),
        Input::Failed(Some(603)),
        Input::Failed(None),
        Input::Timeout,
    ];
    let mut text = String::new();
    for (label, before) in &states {
        for input in inputs {
            let mut after = before.clone();
            let now = before.deadline().unwrap_or(at(9_000));
            let step = after.step(now, RULES, input);
            let due = after.deadline().map_or_else(|| "-".into(), |due| format!("{}ms", due.since_ms(now)));
            assert!(after.deadline().is_none_or(|due| due >= now));
            assert_eq!(after.line().is_some(), after.state() != State::Off);
            let (from, to) = (before.state(), after.state());
            let Step { call, end, ring } = step;
            let mut told = if call { String::from(" call") } else { String::new() };
            told.push_str(&end.map(|session| format!(" end {session:?}")).unwrap_or_default());
            told.push_str(&ring.map(|reached| format!(" ring {reached:?}")).unwrap_or_default());
            text.push_str(&format!("{label:18} {from:?}, {input:?} -> {to:?},{told} next {due}\n"));
        }
    }
    golden::compare("call_back", &text);
}

#[test]
fn a_busy_number_is_called_each_half_minute_and_no_more_after_half_an_hour() {
    let mut call_back = after(&[ORDER]);
    let mut attempts = Vec::new();
    let mut now = Instant::ZERO;
    loop {
        if call_back.step(now, RULES, Input::Free(true)).call {
            attempts.push(now.as_millis());
            let _ = call_back.step(now, RULES, Input::Begun(session()));
            let _ = call_back.step(now.plus_ms(40), RULES, Input::Failed(Some(486)));
        }
        let Some(due) = call_back.deadline() else { break };
        now = due;
        let step = call_back.step(now, RULES, Input::Timeout);
        assert_eq!(step, Step::default());
    }
    let wanted: Vec<u64> = (0u64..60).map(|attempt| attempt.saturating_mul(30_000)).collect();
    assert_eq!((attempts, now), (wanted, at(1_800_000)));
}

#[test]
fn a_busy_answer_within_the_delay_after_the_first_ringing_is_a_failure() {
    let mut call_back = after(&tried());
    let _ = call_back.step(at(3_000), RULES, Input::Progress(183));
    let step = call_back.step(at(3_499), RULES, Input::Failed(Some(486)));
    assert_eq!((step, call_back.state()), (Step::default(), State::Waiting));
    let mut call_back = after(&tried());
    let _ = call_back.step(at(3_000), RULES, Input::Progress(180));
    assert_eq!(call_back.deadline(), Some(at(3_500)));
    let step = call_back.step(at(3_500), RULES, Input::Timeout);
    assert_eq!(step.ring, Some(Reached { session: session(), answered: false }));
    assert_eq!((call_back.state(), call_back.deadline()), (State::Off, None));
}

#[test]
fn an_interval_of_zero_is_a_second() {
    let rules = Rules { retry_ms: 0, ..RULES };
    let mut call_back = after(&[ORDER]);
    assert!(call_back.step(at(0), rules, Input::Free(true)).call);
    let _ = call_back.step(at(0), rules, Input::Refused);
    assert!(!call_back.step(at(0), rules, Input::Free(true)).call);
    assert_eq!(call_back.deadline(), Some(at(1_000)));
    let mut slow = after(&tried());
    let _ = slow.step(at(31_000), RULES, Input::Timeout);
    let _ = slow.step(at(33_000), RULES, Input::Failed(Some(408)));
    assert_eq!(slow.deadline(), Some(at(34_000)), "an attempt that took longer than the interval");
}

#[test]
fn without_delay_ringing_is_ringing() {
    let rules = Rules { delay_ms: 0, ..RULES };
    let step = after(&tried()).step(at(3_000), rules, Input::Progress(180));
    assert!(step.ring.is_some_and(|reached| !reached.answered));
}

#[test]
fn an_order_that_expires_at_once_is_none() {
    let mut call_back = CallBack::new();
    let _ = call_back.step(at(0), Rules { expires_ms: 0, ..RULES }, ORDER);
    assert_eq!((call_back.state(), call_back.line(), call_back.deadline()), (State::Off, None, None));
}
