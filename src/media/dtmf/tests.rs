#![allow(clippy::arithmetic_side_effects, reason = "counts of a test")]
use super::*;
use crate::base::{Instant, golden};
use crate::rtp::telephone_event::{Digit, Event};
use core::fmt::Write;
use proptest::prelude::*;
use sender::{Input as Key, Setting, Transmit};
use std::string::String;
use std::vec::Vec;

fn digit(name: char) -> Digit {
    Digit::from_char(name).unwrap()
}

/// A sender and the media clock of its stream, 20 ms a packet.
struct Desk {
    sender: Sender,
    clock: u32,
}

impl Desk {
    fn new(setting: Setting) -> Self {
        Self { sender: Sender::new(setting), clock: 8_000 }
    }

    fn key(&mut self, input: Key) {
        assert_eq!(self.sender.step(input).transmit, None);
    }

    fn press(&mut self, name: char) {
        self.key(Key::Press(digit(name)));
    }

    fn tick(&mut self, samples: u16) -> Option<Transmit> {
        let transmit = self.sender.step(Key::Tick { timestamp: self.clock, samples }).transmit;
        self.clock = self.clock.wrapping_add(u32::from(samples));
        transmit
    }

    fn ticks(&mut self, count: usize) -> Vec<Option<Transmit>> {
        (0..count).map(|_| self.tick(160)).collect()
    }
}

fn brief(packet: Transmit) -> (bool, u32, u8, u16, bool) {
    (packet.marker, packet.timestamp, packet.event.code, packet.event.duration, packet.event.end)
}

#[test]
fn rfc_4733_2_5_1_a_key_is_marked_once_grows_and_ends_three_times() {
    let mut desk = Desk::new(Setting { mark_all: false, ..Setting::default() });
    desk.press('5');
    let mut packets = desk.ticks(3);
    desk.key(Key::Release);
    packets.extend(desk.ticks(5));
    let seen: Vec<_> = packets.iter().flatten().map(|packet| brief(*packet)).collect();
    assert_eq!(
        seen,
        [
            (true, 8_000, 5, 160, false),
            (false, 8_000, 5, 320, false),
            (false, 8_000, 5, 480, false),
            (false, 8_000, 5, 640, true),
            (false, 8_000, 5, 640, true),
            (false, 8_000, 5, 640, true),
        ]
    );
    assert_eq!(desk.sender.state(), sender::State::Idle);
}

#[test]
fn mark_all_avt_packets_marks_all() {
    let mut desk = Desk::new(Setting::default());
    desk.press('5');
    desk.key(Key::Release);
    assert!(desk.ticks(4).iter().flatten().all(|packet| packet.marker));
}

#[test]
fn a_short_press_lasts_the_minimum() {
    let mut desk = Desk::new(Setting { minimum_ms: 100, ..Setting::default() });
    desk.press('#');
    desk.key(Key::Release);
    let last = desk.ticks(9).into_iter().flatten().last().unwrap();
    assert_eq!((last.event.duration, last.event.end), (800, true));
}

#[test]
fn keys_pressed_in_a_burst_follow_each_other_with_pauses() {
    let mut desk = Desk::new(Setting::default());
    for name in ['1', '1', '2'] {
        desk.press(name);
    }
    desk.key(Key::Release);
    let mut begins: Vec<(u8, u32)> =
        desk.ticks(40).into_iter().flatten().map(|packet| (packet.event.code, packet.timestamp)).collect();
    begins.dedup();
    // 40 ms of tone, then 40 ms in which the end is repeated.
    assert_eq!(begins, [(1, 8_000), (1, 8_640), (2, 9_280)]);
}

#[test]
fn only_the_last_key_of_a_burst_can_be_held() {
    let mut desk = Desk::new(Setting::default());
    desk.press('1');
    desk.press('2');
    let packets: Vec<_> = desk.ticks(30).into_iter().flatten().collect();
    assert_eq!(desk.sender.sounding(), Some(digit('2')));
    assert_eq!(packets.iter().filter(|packet| packet.event.end).count(), 3, "only the first has ended");
}

#[test]
fn more_keys_than_fit_are_counted_not_sent() {
    let mut desk = Desk::new(Setting::default());
    for _ in 0..crate::limits::DIGITS_WAITING.saturating_add(3) {
        desk.press('9');
    }
    assert_eq!(desk.sender.refused(), 2);
}

#[test]
fn rfc_4733_2_5_1_3_a_very_long_key_is_split_and_heard_as_one() {
    let mut desk = Desk::new(Setting { mark_all: false, ..Setting::default() });
    let mut receiver = Receiver::new(120);
    let (mut begins, mut ends, mut marks, mut segments) = (0, 0, 0, Vec::new());
    desk.press('0');
    for turn in 0..1_000u64 {
        if turn == 900 {
            desk.key(Key::Release);
        }
        let Some(packet) = desk.tick(160) else { continue };
        marks += usize::from(packet.marker);
        segments.push(packet.timestamp);
        let input = receiver::Input::Event { timestamp: packet.timestamp, event: packet.event };
        let step = receiver.step(Instant::from_millis(turn.saturating_mul(20)), input);
        begins += usize::from(step.began.is_some());
        ends += usize::from(step.ended.is_some()) + usize::from(step.lapsed.is_some());
    }
    segments.dedup();
    assert_eq!(segments, [8_000, 8_000 + 0xFFFF, 8_000 + 2 * 0xFFFF]);
    assert_eq!((begins, ends, marks), (1, 1, 1));
}

#[test]
fn a_digit_lapses_when_its_end_is_lost() {
    let mut receiver = Receiver::new(120);
    let event = Event { code: 7, end: false, volume: 10, duration: 160 };
    let report = receiver::Input::Event { timestamp: 1, event };
    assert_eq!(receiver.step(Instant::from_millis(0), report).began, Some(digit('7')));
    assert_eq!(receiver.deadline(), Some(Instant::from_millis(120)));
    assert_eq!(receiver.step(Instant::from_millis(120), receiver::Input::Timeout).lapsed, Some(digit('7')));
    assert_eq!(
        receiver.step(Instant::from_millis(130), report),
        receiver::Step::default(),
        "it does not restart"
    );
}

#[test]
fn events_that_are_no_digits_are_not_heard() {
    let mut receiver = Receiver::new(120);
    let event = Event { code: 16, end: true, volume: 10, duration: 160 };
    let step = receiver.step(Instant::ZERO, receiver::Input::Event { timestamp: 1, event });
    assert_eq!(step, receiver::Step::default());
}

proptest! {
    /// Each digit is heard once if any packet of it came, in order, and ends as often as it begins.
    #[test]
    fn digits_survive_thirty_percent_loss(
        keys in prop::collection::vec((0u8..16, 0usize..12), 1..20),
        fate in prop::collection::vec((0u8..100, 0usize..3), 2_000),
        start: u32,
    ) {
        let mut desk = Desk::new(Setting::default());
        desk.clock = start;
        let mut receiver = Receiver::new(160);
        let (mut wanted, mut heard, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        let mut fate = fate.into_iter();
        let mut turn = 0u64;
        for (code, hold) in keys {
            desk.key(Key::Press(Digit::from_code(code).unwrap()));
            for age in 0..hold.saturating_add(20) {
                if age == hold {
                    desk.key(Key::Release);
                }
                turn = turn.saturating_add(20);
                let now = Instant::from_millis(turn);
                let mut steps = std::vec![receiver.step(now, receiver::Input::Timeout)];
                if let Some(packet) = desk.tick(160) {
                    let (chance, copies) = fate.next().unwrap_or((0, 0));
                    if chance >= 30 {
                        wanted.push((packet.timestamp, packet.event.digit().unwrap()));
                        let Transmit { timestamp, event, .. } = packet;
                        let input = receiver::Input::Event { timestamp, event };
                        steps.extend((0..=copies).map(|_| receiver.step(now, input)));
                    }
                }
                for step in steps {
                    ends.extend(step.lapsed);
                    heard.extend(step.began);
                    ends.extend(step.ended);
                }
            }
        }
        wanted.dedup();
        let wanted: Vec<_> = wanted.into_iter().map(|(_, digit)| digit).collect();
        let end = Instant::from_millis(turn.saturating_add(1_000));
        ends.extend(receiver.step(end, receiver::Input::Timeout).lapsed);
        prop_assert_eq!(&heard, &wanted);
        prop_assert_eq!(&ends, &wanted);
    }

    #[test]
    fn the_receiver_is_total(
        reports in prop::collection::vec((any::<u32>(), any::<[u8; 4]>(), 0u64..400), 0..100),
    ) {
        let mut receiver = Receiver::new(120);
        let (mut now, mut sounding) = (Instant::ZERO, 0i32);
        for (timestamp, payload, pause) in reports {
            now = now.plus_ms(pause);
            let event = Event::parse(&payload).unwrap();
            for input in [receiver::Input::Timeout, receiver::Input::Event { timestamp, event }] {
                let step = receiver.step(now, input);
                sounding += i32::from(step.began.is_some());
                sounding -= i32::from(step.ended.is_some()) + i32::from(step.lapsed.is_some());
                prop_assert!((0..=1).contains(&sounding));
            }
        }
    }
}

#[test]
fn sender_matrix() {
    let mut text = String::new();
    let states: [(&str, &[Key]); 5] = [
        ("Idle", &[]),
        ("Tone held", &[Key::Press(digit('1'))]),
        ("Tone released", &[Key::Press(digit('1')), Key::Release]),
        ("Ending", &[Key::Press(digit('1')), Key::Release, tick(0), tick(320)]),
        (
            "Pause, next waiting",
            &[Key::Press(digit('1')), Key::Press(digit('2')), tick(320), tick(160), tick(160)],
        ),
    ];
    let inputs = [("Press", Key::Press(digit('3'))), ("Release", Key::Release), ("Tick", tick(160))];
    for (state, path) in states {
        for (name, input) in inputs {
            let mut sender = Sender::new(Setting::default());
            for earlier in path {
                let _ = sender.step(*earlier);
            }
            let step = sender.step(input);
            let packet = step.transmit.map(|packet| {
                let Event { code, end, duration, .. } = packet.event;
                std::format!(
                    "event {code} at {} for {duration}{}",
                    packet.timestamp,
                    if end { " end" } else { "" }
                )
            });
            let packet = packet.unwrap_or_else(|| "-".into());
            writeln!(text, "{state} + {name} -> {:?}, send {packet}", sender.state()).unwrap();
        }
    }
    golden::compare("dtmf_sender", &text);
}

fn tick(samples: u16) -> Key {
    Key::Tick { timestamp: 1_000, samples }
}

#[test]
fn receiver_matrix() {
    let report = |timestamp, code, end| {
        let event = Event { code, end, volume: 10, duration: 40_000 };
        receiver::Input::Event { timestamp, event }
    };
    let inputs = [
        ("same event", report(1_000, 1, false)),
        ("same event, end", report(1_000, 1, true)),
        ("next segment", report(1_000 + 0xFFFF, 1, false)),
        ("older event", report(500, 2, true)),
        ("newer event", report(2_000, 2, false)),
        ("newer event, end", report(2_000, 2, true)),
        ("no digit", report(2_000, 36, false)),
        ("timeout", receiver::Input::Timeout),
    ];
    let states: [(&str, &[receiver::Input]); 3] = [
        ("Idle, nothing heard", &[]),
        ("Sounding 1", &[report(1_000, 1, false)]),
        ("Idle, 1 heard", &[report(1_000, 1, true)]),
    ];
    let mut text = String::new();
    for (state, path) in states {
        for (name, input) in inputs {
            let mut receiver = Receiver::new(120);
            for earlier in path {
                let _ = receiver.step(Instant::ZERO, *earlier);
            }
            let step = receiver.step(Instant::from_millis(120), input);
            let show = |digit: Option<Digit>| digit.map_or('-', Digit::to_char);
            let next = match receiver.state() {
                receiver::State::Idle => "Idle",
                receiver::State::Sounding { .. } => "Sounding",
            };
            let (lapsed, began, ended) = (show(step.lapsed), show(step.began), show(step.ended));
            writeln!(text, "{state} + {name} -> {next}, lapsed {lapsed} began {began} ended {ended}")
                .unwrap();
        }
    }
    golden::compare("dtmf_receiver", &text);
}
