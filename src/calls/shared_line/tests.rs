use std::format;
use std::string::String;
use std::vec::Vec;

use super::*;
use crate::base::golden;

const STATES: [AppearanceState; 10] = [
    AppearanceState::Idle,
    AppearanceState::Seized,
    AppearanceState::Progressing,
    AppearanceState::Alerting,
    AppearanceState::Active,
    AppearanceState::Held,
    AppearanceState::HeldPrivate,
    AppearanceState::BridgeActive,
    AppearanceState::BridgeHeld,
    AppearanceState::Other,
];

fn after(inputs: &[Input]) -> SharedAppearance {
    let mut appearance = SharedAppearance::new();
    for input in inputs {
        let _ = appearance.step(Instant::ZERO, *input);
    }
    appearance
}

fn every_state() -> Vec<SharedAppearance> {
    let idle = Input::Told(AppearanceState::Idle);
    let mut all = std::vec![
        after(&[]),
        after(&[idle]),
        after(&[idle, Input::Seize]),
        after(&[idle, Input::Seize, Input::Told(AppearanceState::Seized)]),
        after(&[idle, Input::Seize, Input::Granted]),
        after(&[idle, Input::Seize, Input::Granted, Input::Lost]),
        after(&[idle, Input::Begin]),
        after(&[idle, Input::Begin, Input::Told(AppearanceState::Active)]),
    ];
    all.extend(STATES.iter().skip(1).map(|state| after(&[Input::Told(*state)])));
    all
}

fn every_input() -> Vec<Input> {
    let mut all: Vec<Input> = STATES.iter().map(|state| Input::Told(*state)).collect();
    all.extend([Input::Lost, Input::Seize, Input::Granted, Input::Refused, Input::Begin, Input::Over]);
    all.push(Input::Timeout);
    all
}

fn words(step: Step) -> String {
    let all =
        [(step.seize, " seize"), (step.release, " release"), (step.dial, " dial"), (step.reject, " reject")];
    let said: String = all.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
    if said.is_empty() { " nothing".into() } else { said }
}

#[test]
fn every_state_and_every_notification_and_key() {
    let mut text = String::new();
    for appearance in every_state() {
        for input in every_input() {
            let mut next = appearance.clone();
            let now = next.deadline().unwrap_or(Instant::from_millis(9_000));
            let step = next.step(now, input);
            assert!(next.deadline().is_none_or(|due| due > now || input != Input::Timeout), "{next:?}");
            let told = appearance.told.map_or_else(|| "nothing".into(), |told| format!("{told:?}"));
            let from = format!("{:?} ({told} told)", appearance.state());
            text.push_str(&format!("{from}, {input:?} -> {:?},{}\n", next.state(), words(step)));
        }
    }
    golden::compare("shared_line", &text);
}

#[test]
fn a_grant_is_waited_for_four_seconds() {
    let mut appearance = after(&[Input::Told(AppearanceState::Idle), Input::Seize]);
    assert_eq!(appearance.deadline(), Some(Instant::from_millis(4_000)));
    let step = appearance.step(Instant::from_millis(3_999), Input::Timeout);
    assert_eq!((step, appearance.state()), (Step::default(), State::LocalSeizing));
    let step = appearance.step(Instant::from_millis(4_000), Input::Timeout);
    assert!(step.release && step.reject && !step.dial);
    assert_eq!((appearance.state(), appearance.deadline()), (State::Idle, None));
}

#[test]
fn who_was_quicker_is_shown_when_the_refusal_comes() {
    let mut appearance = after(&[Input::Told(AppearanceState::Idle), Input::Seize]);
    let _ = appearance.step(Instant::ZERO, Input::Told(AppearanceState::Seized));
    assert_eq!(appearance.state(), State::LocalSeizing, "it may be ours");
    assert!(appearance.step(Instant::ZERO, Input::Refused).reject);
    assert_eq!(appearance.state(), State::Remote(AppearanceState::Seized));
}

#[test]
fn a_held_call_that_a_colleague_took_is_the_colleagues() {
    let idle = Input::Told(AppearanceState::Idle);
    let mut appearance = after(&[idle, Input::Begin, Input::Told(AppearanceState::Active)]);
    assert_eq!(appearance.state(), State::LocalCall);
    let _ = appearance.step(Instant::ZERO, Input::Over);
    assert_eq!(appearance.state(), State::Remote(AppearanceState::Active));
}
