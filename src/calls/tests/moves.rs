//! Every short sequence of moves, and many long ones, keep the rules of [`Desk::check`].

use std::collections::HashSet;
use std::format;
use std::string::String;

use super::*;

/// Everything that a person or the network can do in one move.
const MOVES: usize = 44;

fn make(desk: &mut Desk, number: usize) {
    desk.now = desk.now.plus_ms(100);
    match number {
        0..=3 => desk.give(Input::Line(LineKey::ALL[number])),
        4 => desk.give(Input::Device(AudioDevice::Speaker)),
        5 => desk.give(Input::Device(AudioDevice::Headset)),
        6 => desk.give(Input::Handset(true)),
        7 => desk.give(Input::Handset(false)),
        8 => desk.give(Input::Hold),
        9 => desk.give(Input::Mute),
        10 => desk.dial("5"),
        11 => desk.dial("#"),
        12 => desk.give(Input::Dial(DialKey::new('8').unwrap())),
        13 => desk.give(Input::Action(Action::Dial)),
        14 => desk.give(Input::Action(Action::DeleteLast)),
        15 => desk.give(Input::Action(Action::Cancel)),
        16 => desk.give(Input::Action(Action::End)),
        17 => desk.give(Input::Action(Action::Answer)),
        18 => desk.give(Input::Action(Action::Ignore)),
        19 => desk.give(Input::Action(Action::Resume)),
        20 => desk.give(Input::Action(Action::NewCall)),
        21 => desk.give(Input::Action(Action::Redial)),
        22 => drop(desk.incoming()),
        23 => desk.answered(),
        24 => {
            if let Some(far) = desk.far.iter().find(|far| !far.incoming && !far.answered).cloned() {
                let event = Event::Progress { session: far.session, status: 180, early_media: false };
                desk.event(event, far.session);
            }
        }
        25..=28 => {
            if let Some(far) = desk.far.get(number.abs_diff(25)).cloned() {
                let reason = match (far.answered, far.incoming) {
                    (true, _) => EndReason::Remote,
                    (false, true) => EndReason::Cancelled,
                    (false, false) => EndReason::Failed(486),
                };
                desk.ended(far.session, reason);
            }
        }
        29 => {
            if let Some(due) = desk.calls.deadline() {
                desk.now = desk.now.max(due);
            }
            desk.give(Input::Timeout);
            assert!(desk.calls.deadline().is_none_or(|due| due > desk.now), "{:?}", desk.calls);
        }
        30 => desk.refuse_invites = !desk.refuse_invites,
        31 => desk.set("Line_Enable_1_", "no"),
        32 => desk.set("Line_Enable_1_", ""),
        33 => desk.give(Input::Action(Action::Transfer)),
        34 => desk.give(Input::Action(Action::TransferHeld)),
        35 => desk.give(Input::Action(Action::TransferBlind)),
        36 => desk.transferred(200),
        37 => desk.transferred(486),
        38 => desk.give(Input::Action(Action::Conference)),
        39 => desk.give(Input::Action(Action::ConferenceHeld)),
        40 => desk.give(Input::Action(Action::Join)),
        41 => order_call_back(desk),
        42 => desk.dial("*86"),
        _ => {
            let registered = desk.calls.registered(extension(1)) == RegistrationState::Registered;
            let state =
                if registered { RegistrationState::Failed(408) } else { RegistrationState::Registered };
            desk.give(Input::Registration { extension: extension(1), state });
        }
    }
    desk.check();
}

fn order_call_back(desk: &mut Desk) {
    desk.line(2);
    desk.dial("*66");
    desk.end();
}

/// What tells two desks apart, but for the time.
fn face(desk: &Desk) -> String {
    let lines = LineKey::ALL.map(|key| {
        let line = desk.calls.line(key);
        let tone = line.tone().map(|(tone, _)| tone.name());
        (
            line.state().name(),
            tone,
            String::from(line.dialled()),
            line.session(),
            line.appearance().deadline().is_some(),
        )
    });
    let path = desk.calls.path();
    let typed = (desk.calls.on_hook_number(), desk.calls.last_number(), desk.calls.digit());
    let registered = desk.calls.registered(extension(1));
    let order = desk.calls.call_back_order();
    let order = (order.state(), order.line(), order.deadline().is_some());
    format!(
        "{order:?} {lines:?} {path:?} {typed:?} {:?} {:?} {registered:?} {} {:?} {:?} {:?}",
        desk.calls.alert.waiting().is_some(),
        desk.calls.ring().is_some(),
        desk.refuse_invites,
        desk.far,
        desk.calls.conference(),
        desk.calls.choice()
    )
}

/// Every sequence of so many moves; a desk that is like another one is not gone on from a second time.
fn explore(first: Desk, depth: usize) -> usize {
    let (mut desks, mut moves) = (std::vec![first], 0usize);
    for level in 1..=depth {
        let (mut next, mut known) = (Vec::new(), HashSet::new());
        for (desk, number) in desks.iter().flat_map(|desk| (0..MOVES).map(move |number| (desk, number))) {
            let mut after = desk.clone();
            make(&mut after, number);
            moves = moves.saturating_add(1);
            if level < depth && known.insert(face(&after)) {
                next.push(after);
            }
        }
        desks = next;
    }
    moves
}

#[test]
fn every_short_sequence_of_moves_keeps_the_rules() {
    // The plan is there before, so that it is not compiled again in each of the sequences.
    let mut idle = Desk::new(settings());
    idle.line(1);
    idle.give(Input::Action(Action::Cancel));
    let mut talking = Desk::new(settings());
    talking.call(1);
    talking.incoming();
    let moves = explore(idle, 3).saturating_add(explore(talking, 3));
    assert!(moves > 8_000, "{moves}");
}

#[test]
fn long_walks_keep_the_rules() {
    for seed in 0..400u64 {
        let mut desk = Desk::new(settings());
        if seed % 4 == 1 {
            desk.set("Conference_Bridge_URL_1_", "conf");
        }
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        for _ in 0..120 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            make(&mut desk, usize::try_from(random % 44).unwrap());
        }
    }
}
