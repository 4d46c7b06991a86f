use std::format;
use std::string::String;

use super::*;
use crate::base::golden;

fn extension(number: u8) -> ExtensionId {
    ExtensionId::new(number).unwrap()
}

/// A call on this extension wants the server that this one stands for.
fn wish(from: u8, server: u8) -> Option<Wish> {
    Some(Wish { from: extension(from), server: extension(server) })
}

const NOBODY: Wishes = [None; limits::LINE_KEYS];
const SESSION: SessionId = SessionId::numbered(7);
const BEGUN: Input = Input::Begun { session: SESSION, serial: 3 };

fn first() -> Wishes {
    [wish(2, 1), None, None, None]
}

/// What these inputs have come to while the first line wants music.
fn after(inputs: &[Input]) -> Music {
    let mut music = Music::new();
    for input in inputs {
        let _ = music.step(&first(), *input);
    }
    music
}

#[test]
fn every_state_and_every_input() {
    let states = [
        ("", Music::new()),
        ("missed once", after(&[Input::Look, Input::Refused])),
        ("", after(&[Input::Look])),
        ("", after(&[Input::Look, BEGUN])),
        ("", after(&[Input::Look, BEGUN, Input::Answered])),
    ];
    let wanted = [
        ("nobody", NOBODY),
        ("L1", first()),
        ("L1 L2", [wish(2, 1), wish(1, 1), None, None]),
        ("L1, L2 another", [wish(2, 1), wish(3, 3), None, None]),
        ("L2 another", [None, wish(3, 3), None, None]),
    ];
    let other = Input::Begun { session: SessionId::numbered(9), serial: 4 };
    let inputs = [Input::Look, other, Input::Refused, Input::Answered, Input::Ended];
    let mut text = String::new();
    for (label, before) in &states {
        for input in inputs {
            // Only whoever looks at them does something about them.
            let wanted = if input == Input::Look { &wanted[..] } else { &wanted[1..2] };
            for (who, wishes) in wanted {
                let mut after = before.clone();
                let Step { end, call } = after.step(wishes, input);
                let has_session = matches!(after.state(), State::Calling | State::Playing);
                assert_eq!(after.session().is_some(), has_session, "{input:?}");
                assert_eq!(after.server.is_some(), after.state() != State::Off, "{input:?}");
                let (from, to) = (before.state(), after.state());
                let mut told = end.map(|session| format!(" end {session:?}")).unwrap_or_default();
                told.push_str(&call.map(|from| format!(" call from {}", from.number())).unwrap_or_default());
                text.push_str(&format!("{label:11} {from:?}, {input:?} ({who}) -> {to:?},{told}\n"));
            }
        }
    }
    golden::compare("music", &text);
}

#[test]
fn who_missed_it_once_hears_it_when_another_is_put_on_hold() {
    let mut music = after(&[Input::Look, BEGUN, Input::Ended]);
    assert_eq!(music.step(&first(), Input::Look), Step::default(), "no other attempt");
    let both = [wish(2, 1), None, wish(1, 1), None];
    assert_eq!(music.step(&both, Input::Look).call, Some(extension(1)));
    let _ = music.step(&both, BEGUN);
    let _ = music.step(&both, Input::Answered);
    assert!(both.iter().flatten().all(|wish| music.plays_for(*wish)));
    assert_eq!(music.step(&first(), Input::Look), Step::default(), "one of them still hears it");
    assert_eq!(music.step(&NOBODY, Input::Look).end, Some(SESSION));
    assert_eq!(music.step(&first(), Input::Look).call, Some(extension(2)), "on hold anew");
}

#[test]
fn another_server_is_called_when_the_first_one_has_no_listener_left() {
    let mut music = after(&[Input::Look, BEGUN, Input::Answered]);
    let two = [wish(2, 1), wish(3, 3), None, None];
    assert_eq!(music.step(&two, Input::Look), Step::default());
    assert!(music.plays_for(two[0].unwrap()) && !music.plays_for(two[1].unwrap()));
    let second = [None, wish(3, 3), None, None];
    assert_eq!(music.step(&second, Input::Look), Step { end: Some(SESSION), call: Some(extension(3)) });
}
