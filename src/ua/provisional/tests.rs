//! RFC 3262 §3 and §4, and every state with every input.

use std::format;
use std::string::String;

use super::*;
use crate::base::golden;

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn after(inputs: &[Input]) -> Reliable {
    let mut machine = Reliable::new(7, 1, &Timers::RFC_3261);
    for input in inputs {
        let _ = machine.step(at(0), *input);
    }
    machine
}

const RING: Input = Input::Respond { description: false };
const OFFER: Input = Input::Respond { description: true };

#[test]
fn every_state_and_every_input() {
    let machines = [
        ("plain", Reliable::PLAIN),
        ("ready", after(&[])),
        ("ringing", after(&[RING])),
        ("offered", after(&[OFFER])),
        ("acknowledged", after(&[RING, Input::Prack { rseq: 7, cseq: 1 }])),
        ("answered early", after(&[RING, Input::Final])),
        ("over", after(&[Input::Final])),
    ];
    let inputs = [
        RING,
        OFFER,
        Input::Prack { rseq: 7, cseq: 1 },
        Input::Prack { rseq: 8, cseq: 1 },
        Input::Prack { rseq: 7, cseq: 2 },
        Input::Final,
        Input::Timeout,
    ];
    let mut text = String::new();
    for ((label, machine), input) in machines.iter().flat_map(|line| inputs.map(|input| (line, input))) {
        let mut machine = machine.clone();
        let from = machine.state();
        let now = machine.deadline().unwrap_or_else(|| at(1_000));
        let Step { transmit, notify } = machine.step(now, input);
        let transmit = transmit.map_or_else(|| "-".into(), |transmit| format!("{transmit:?}"));
        let notify = notify.map_or_else(|| "-".into(), |notify| format!("{notify:?}"));
        let due = machine.deadline().map_or(-1, |due| i64::try_from(due.since_ms(now)).unwrap());
        text += &format!(
            "{label} {from:?} @{now:?} {input:?} -> {:?} send={transmit} tell={notify} next={due} holds={}\n",
            machine.state(),
            machine.holds_success()
        );
    }
    for (label, latest) in [("nothing", None), ("seven", Some(7)), ("the last", Some(u32::MAX))] {
        for rseq in [6, 7, 8, 9] {
            let mut receipt = Receipt { latest };
            let arrival = receipt.step(rseq);
            text += &format!("received {label}, {rseq} comes -> {arrival:?} latest={:?}\n", receipt.latest);
        }
    }
    golden::compare("ua_provisional", &text);
}

#[test]
fn rfc3262_3_the_interval_doubles_from_t1_and_ends_at_64_t1() {
    let mut machine = after(&[RING]);
    let mut sent = std::vec::Vec::new();
    let end = loop {
        let now = machine.deadline().unwrap();
        let step = machine.step(now, Input::Timeout);
        if step.notify == Some(Notify::GaveUp) {
            break now;
        }
        assert_eq!(step.transmit, Some(Transmit::Again));
        sent.push(now.as_millis());
    };
    assert_eq!(sent, [500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert_eq!((end, machine.deadline()), (at(32_000), None));
}

#[test]
fn rfc3262_3_numbers_begin_between_1_and_2_to_the_31_and_rise_by_one() {
    for (first, expected) in [(0, 1), (0x8000_0000, 1), (u32::MAX, 0x7FFF_FFFF), (5, 5)] {
        let mut machine = Reliable::new(first, 1, &Timers::RFC_3261);
        assert_eq!(machine.step(at(0), RING).transmit, Some(Transmit::Reliable(expected)));
        let _ = machine.step(at(0), Input::Prack { rseq: expected, cseq: 1 });
        assert_eq!(machine.step(at(0), RING).transmit, Some(Transmit::Reliable(expected + 1)));
    }
}
