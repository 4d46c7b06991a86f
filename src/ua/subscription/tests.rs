use std::format;
use std::string::String;

use super::*;
use crate::base::golden;

const POLICY: Policy = Policy { min_expires_s: 10, max_expires_s: 7_200, retry_s: 10, notify_ms: 32_000 };
const ONCE: Policy = Policy { retry_s: 0, ..POLICY };
const START: Input = Input::Start { expires_s: 3_600 };
const ACCEPTED: Input = Input::Accepted { expires_s: 600 };
const ACTIVE: Input = Input::Notified { pending: false, expires_s: None };
const LOST: Input = Input::Failed { status: 503, retry_after_s: None };

/// The machine after these inputs, one second apart; `Timeout` when it is due.
fn after(inputs: &[Input]) -> (Subscription, Instant) {
    let (mut machine, mut now) = (Subscription::new(), Instant::ZERO);
    for input in inputs {
        now = now.plus_ms(1_000);
        if *input == Input::Timeout {
            now = machine.deadline().unwrap();
        }
        let _ = machine.step(now, POLICY, *input);
    }
    (machine, now)
}

#[test]
fn every_state_and_every_input() {
    let machines = [
        after(&[]),
        after(&[START]),
        after(&[START, Input::Stop]),
        after(&[START, ACTIVE]),
        after(&[START, ACCEPTED]),
        after(&[START, ACCEPTED, ACTIVE]),
        after(&[START, ACCEPTED, ACTIVE, Input::Timeout]),
        after(&[START, ACCEPTED, ACTIVE, Input::Timeout, Input::Stop]),
        after(&[START, LOST]),
        after(&[START, Input::Failed { status: 489, retry_after_s: None }]),
        after(&[START, ACCEPTED, ACTIVE, Input::Stop]),
        after(&[START, ACCEPTED, ACTIVE, Input::Lapse]),
    ];
    let terminated = |reason| Input::Terminated { reason, retry_after_s: None };
    let inputs = [
        START,
        Input::Stop,
        ACCEPTED,
        Input::Accepted { expires_s: 0 },
        Input::TooBrief { min_expires_s: 7_200 },
        Input::TooBrief { min_expires_s: 7_201 },
        LOST,
        Input::Failed { status: 408, retry_after_s: None },
        Input::Failed { status: 480, retry_after_s: Some(240) },
        Input::Failed { status: 481, retry_after_s: None },
        Input::Failed { status: 489, retry_after_s: None },
        Input::Notified { pending: true, expires_s: Some(100) },
        ACTIVE,
        terminated(Reason::Deactivated),
        Input::Terminated { reason: Reason::Probation, retry_after_s: Some(60) },
        terminated(Reason::Rejected),
        terminated(Reason::Timeout),
        terminated(Reason::GiveUp),
        terminated(Reason::NoResource),
        terminated(Reason::Other),
        Input::Refresh,
        Input::Lapse,
        Input::Timeout,
    ];
    let mut text = String::new();
    for ((machine, then), input) in machines.iter().flat_map(|machine| inputs.map(|input| (machine, input))) {
        let mut machine = machine.clone();
        let now = if input == Input::Timeout { machine.deadline().unwrap_or(*then) } else { *then };
        let told = |machine: &Subscription| {
            let stopping = match (machine.stopping, machine.lapsing) {
                (true, _) => ", stopping",
                (false, true) => ", lapsing",
                (false, false) => "",
            };
            format!("{:?}{stopping} {:?}", machine.state, machine.standing)
        };
        text += &format!("{} | {input:?} -> ", told(&machine));
        let step = machine.step(now, POLICY, input);
        let sent = step.subscribe.map_or_else(
            || "-".into(),
            |sent| format!("{}{}", sent.expires_s, if sent.anew { " anew" } else { "" }),
        );
        let due = machine.deadline().map(|due| due.since_ms(now));
        text += &format!("{} subscribe={sent} changed={} over={}", told(&machine), step.changed, step.over);
        text += &format!(" due={due:?}\n");
        assert!(input != Input::Timeout || due.is_none_or(|due| due > 0), "{text}");
    }
    golden::compare("ua_subscription", &text);
}

#[test]
fn rfc6665_4_1_2_2_a_refresh_that_fails_leaves_what_was_granted() {
    let (mut machine, now) = after(&[START, ACCEPTED, ACTIVE, Input::Timeout]);
    let until = machine.until;
    let _ = machine.step(now, POLICY, LOST);
    assert_eq!((machine.state(), machine.standing()), (State::Active, Standing::Active));
    while let Some(due) = machine.deadline().filter(|due| *due < until) {
        let again = machine.step(due, POLICY, Input::Timeout);
        assert_eq!(again.subscribe, Some(Subscribe { expires_s: 3_600, anew: false }));
        let _ = machine.step(due, POLICY, LOST);
    }
    let due = machine.deadline().unwrap();
    let step = machine.step(due, POLICY, Input::Timeout);
    assert_eq!(step.subscribe, Some(Subscribe { expires_s: 3_600, anew: true }), "it has run out");
    assert_eq!(machine.standing(), Standing::Unknown);
}

#[test]
fn a_notifier_that_ends_at_once_what_it_begins_makes_no_storm() {
    let (mut machine, mut now) = after(&[START]);
    let mut asked = 0;
    while now < Instant::from_millis(100_000) {
        let ended = Input::Terminated { reason: Reason::Deactivated, retry_after_s: None };
        let step = machine.step(now, POLICY, ended);
        asked += u32::from(step.subscribe.is_some());
        if step.subscribe.is_none() {
            now = machine.deadline().unwrap();
            asked += u32::from(machine.step(now, POLICY, Input::Timeout).subscribe.is_some());
        }
    }
    assert!((5..=12).contains(&asked), "{asked}");
}

#[test]
fn what_is_wanted_only_once_is_not_tried_again() {
    let (mut machine, mut now) = (Subscription::new(), Instant::ZERO);
    let _ = machine.step(now, ONCE, Input::Start { expires_s: 15 });
    let step = machine.step(now, ONCE, Input::Failed { status: 480, retry_after_s: Some(1) });
    assert!(step.over && step.changed);
    assert_eq!((machine.standing(), machine.deadline()), (Standing::Refused(480), None));
    for reason in [Reason::Deactivated, Reason::Timeout, Reason::NoResource, Reason::Other] {
        let mut machine = Subscription::new();
        let _ = machine.step(now, ONCE, Input::Start { expires_s: 15 });
        let _ = machine.step(now, ONCE, Input::Accepted { expires_s: 15 });
        let _ = machine.step(now, ONCE, ACTIVE);
        assert!(
            machine.step(now, ONCE, Input::Terminated { reason, retry_after_s: None }).over,
            "{reason:?}"
        );
        now = now.plus_ms(1);
    }
}

#[test]
fn rfc6665_4_1_2_4_without_a_notification_there_is_no_subscription() {
    let (mut machine, _) = after(&[START, ACCEPTED]);
    let due = machine.deadline().unwrap();
    assert_eq!(due, Instant::from_millis(34_000), "Timer N");
    assert!(machine.awaits_first());
    let _ = machine.step(due, POLICY, Input::Timeout);
    assert_eq!((machine.state(), machine.standing()), (State::Waiting, Standing::Refused(408)));
}
