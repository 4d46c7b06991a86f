//! Players under hosts that call early, late and too often.

use super::naive::{expanded, length, next_change, plans, text};
use crate::base::{Instant, golden};
use crate::script::*;
use proptest::prelude::*;
use std::fmt::Write;
use std::string::String;
use std::vec::Vec;

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

#[test]
fn matrix() {
    let tone = ToneScript::parse("350@-19,440@-19;1.1(.1/.2/1+2)").unwrap();
    let next = ToneScript::parse("600@-16;*(*/0/1)").unwrap();
    let since = at(1_000);
    let playing = |now: u64| {
        let mut player = TonePlayer::new();
        let _ = player.step(at(now), Input::Play { script: &tone, since });
        player
    };
    let states = [
        ("idle", TonePlayer::new(), 1_000),
        ("sounding", playing(1_000), 1_000),
        ("between", playing(1_150), 1_150),
        ("last silence", playing(2_050), 2_050),
    ];
    let mut table = String::new();
    for (name, player, now) in states {
        let inputs = [
            ("play", now, Input::Play { script: &next, since: at(now) }),
            ("play late", now + 250, Input::Play { script: &tone, since: at(now) }),
            ("play what is over", now, Input::Play { script: &tone, since: at(0) }),
            ("stop", now, Input::Stop),
            ("timeout, early", now + 10, Input::Timeout),
            ("timeout, due", player.deadline().map_or(now, Instant::as_millis), Input::Timeout),
            ("timeout, 10 ms late", player.deadline().map_or(now, Instant::as_millis) + 10, Input::Timeout),
            ("timeout, at the end", 2_100, Input::Timeout),
            ("timeout, long after", 1_000_000, Input::Timeout),
        ];
        for (input, now, given) in inputs {
            let mut after = player.clone();
            let Step { change, has_ended } = after.step(at(now), given);
            let change = change.map(|sounding| sounding.iter().map(|one| one.hz).collect::<Vec<_>>());
            writeln!(
                table,
                "{name} | {input} at {now} | {:?}, due {:?} | change {change:?}, ended {has_ended}",
                after.state(),
                after.deadline(),
            )
            .unwrap();
        }
    }
    golden::compare("script_player", &table);
}

#[test]
fn dial_tone_then_reorder_then_the_warning() {
    // Ten seconds each, one after the other; the host is 3 ms late each time and it does not add up.
    let chain =
        ["350@-19,440@-19;10(*/0/1+2)", "480@-19,620@-19;10(.25/.25/1+2)", "480@-10,620@0;10(.125/.125/1+2)"];
    let mut scripts = chain.iter().map(|text| ToneScript::parse(text).unwrap());
    let mut player = TonePlayer::new();
    let first = scripts.next().unwrap();
    let _ = player.step(at(0), Input::Play { script: &first, since: at(0) });
    let mut ends = Vec::new();
    while let Some(due) = player.deadline() {
        let late = due.plus_ms(3);
        if player.step(late, Input::Timeout).has_ended {
            ends.push(due.as_millis());
            if let Some(script) = scripts.next() {
                let _ = player.step(late, Input::Play { script: &script, since: due });
            }
        }
    }
    assert_eq!(ends, [10_000, 20_000, 30_000]);
    assert_eq!((player.state(), player.output().len()), (State::Idle, 0));
}

#[test]
fn a_lamp_blinks_until_it_is_told_otherwise() {
    let mut player = LedPlayer::new();
    let slow = LedScript::parse("c=r;p=s").unwrap();
    assert_eq!(player.step(at(7), Input::Play { script: &slow, since: at(7) }).change, Some(Colour::Red));
    for round in 0..1_000 {
        let due = at(507 + 500 * round);
        assert_eq!(player.deadline(), Some(due));
        let expected = if round % 2 == 0 { Colour::Off } else { Colour::Red };
        assert_eq!(player.step(due, Input::Timeout), Step { change: Some(expected), has_ended: false });
    }
    let steady = LedScript::parse("c=g").unwrap();
    assert_eq!(
        player.step(at(1_000_000), Input::Play { script: &steady, since: at(0) }).change,
        Some(Colour::Green)
    );
    assert_eq!((player.deadline(), player.state()), (None, State::Playing));
    assert_eq!(player.step(at(1_000_001), Input::Stop), Step { change: Some(Colour::Off), has_ended: false });
    assert_eq!((player.deadline(), player.state()), (None, State::Idle));
}

/// How a host waits: until the deadline, a while after it, or not at all for it.
#[derive(Clone, Copy, Debug)]
enum Wait {
    Deadline,
    Late(u64),
    Any(u64),
}

fn waits() -> impl Strategy<Value = Vec<Wait>> {
    let wait =
        prop_oneof![Just(Wait::Deadline), (1..60u64).prop_map(Wait::Late), (0..60u64).prop_map(Wait::Any)];
    proptest::collection::vec(wait, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_deadline_is_missed_or_repeated(plan in plans(0, 40, 200), waits in waits(), begun in 0..50u64) {
        const WINDOW: usize = 2_000;
        let text = text(&plan, false, 3, "");
        prop_assume!(text.len() <= CHARACTERS);
        let script = CadenceScript::parse(&text).unwrap();
        let all = expanded(&plan, WINDOW);
        let end = length(&plan);
        let since = at(5_000);
        let mut player = CadencePlayer::new();
        let mut now = since.plus_ms(begun);
        let mut step = player.step(now, Input::Play { script: &script, since });
        let (mut shown, mut ended, mut last_due) = (false, 0, None);
        for wait in waits {
            let elapsed = now.since_ms(since);
            let place = usize::try_from(elapsed).unwrap();
            prop_assert_eq!(player.output(), all[place] != 0, "{} after {}", text, elapsed);
            prop_assert_eq!(step.change, Some(player.output()).filter(|output| *output != shown));
            shown = player.output();
            ended += usize::from(step.has_ended);
            prop_assert_eq!(ended, usize::from(end.is_some_and(|end| end <= elapsed)), "ends once");
            prop_assert_eq!(player.state() == State::Idle, ended == 1);
            let next = next_change(&all, place).or_else(|| end.filter(|end| *end > elapsed));
            let due = player.deadline().map(|due| due.since_ms(since));
            let seen = |at: &u64| *at < WINDOW as u64;
            prop_assert_eq!(due.filter(seen), next.filter(seen), "{} after {}", text, elapsed);
            prop_assert!(player.deadline().is_none_or(|due| due > now), "a deadline in the past");
            prop_assert!(last_due.is_none_or(|last| due.is_none_or(|due| due >= last)), "one comes again");
            last_due = due;
            now = match (wait, player.deadline()) {
                (Wait::Deadline, Some(due)) => due,
                (Wait::Late(ms), Some(due)) => due.plus_ms(ms),
                (Wait::Any(ms) | Wait::Late(ms), _) => now.plus_ms(ms),
                (Wait::Deadline, None) => now,
            };
            if now.since_ms(since) >= WINDOW as u64 {
                break;
            }
            step = player.step(now, Input::Timeout);
        }
    }
}
