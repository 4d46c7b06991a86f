#![allow(clippy::arithmetic_side_effects, reason = "times and counts of a simulation")]
use super::*;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

/// A packet under way: when it arrives, its number, its timestamp.
type Flight = (u64, u16, u32);

/// What a run of the simulation saw.
#[derive(Debug, Default)]
struct Run {
    heard: Vec<u32>,
    missing: usize,
    longest_delay_ms: u32,
    last_delay_ms: u32,
}

/// Sends packets of `frame_ms` with the network's delay for each (`None`: lost) and plays 10 ms at a time.
fn run(buffer: &mut JitterBuffer, frame_ms: u32, start: u32, delays_ms: &[Option<u64>]) -> Run {
    let mut flights: Vec<Flight> = Vec::new();
    for (number, delay) in (0u32..).zip(delays_ms) {
        if let Some(delay) = delay {
            let sent = u64::from(number * frame_ms);
            let sequence = u16::try_from(number % 65_536).unwrap().wrapping_add(65_500);
            flights.push((sent + delay, sequence, start.wrapping_add(number * frame_ms * 8)));
        }
    }
    flights.sort_by_key(|flight| flight.0);
    let mut flights = flights.into_iter().peekable();
    let mut seen = Run::default();
    let end = u64::from(frame_ms) * u64::try_from(delays_ms.len()).unwrap();
    for now in (0..end).step_by(10) {
        while let Some((_, sequence, timestamp)) = flights.next_if(|flight| flight.0 <= now) {
            let payload = vec![0x9F; usize::try_from(frame_ms * 8).unwrap()];
            buffer.insert(Place { sequence, timestamp, marker: sequence == 65_500 }, Law::Mu, &payload);
            seen.last_delay_ms = buffer.delay_ms();
        }
        seen.longest_delay_ms = seen.longest_delay_ms.max(buffer.delay_ms());
        buffer.adapt(80);
        for _ in 0..80 {
            let at = buffer.next;
            match buffer.pull() {
                Some(_) => seen.heard.push(at.wrapping_sub(start)),
                None => seen.missing += 1,
            }
        }
    }
    seen
}

fn new(level: Level, adjustment: Adjustment) -> JitterBuffer {
    JitterBuffer::new(Setting { level, adjustment }, Law::Mu)
}

fn increasing(heard: &[u32]) -> bool {
    heard.windows(2).all(|pair| pair[0] < pair[1])
}

#[test]
fn an_even_network_loses_nothing_and_starts_with_the_level_s_delay() {
    let levels = [
        (Level::Low, 40),
        (Level::Medium, 60),
        (Level::High, 80),
        (Level::VeryHigh, 120),
        (Level::ExtremelyHigh, 200),
    ];
    for (level, delay_ms) in levels {
        let seen = run(&mut new(level, Adjustment::Disabled), 20, 5, &[Some(7); 100]);
        assert_eq!(seen.last_delay_ms, delay_ms, "{level:?}");
        assert!(increasing(&seen.heard));
        let waiting = seen.missing;
        assert!(
            (delay_ms..=delay_ms + 10).contains(&u32::try_from(waiting / 8 + 20).unwrap()),
            "{level:?}: {waiting}"
        );
    }
}

#[test]
fn the_delay_is_never_below_10_ms_more_than_a_packet() {
    for frame_ms in [10, 20, 30, 60, 160] {
        let mut buffer = new(Level::Low, Adjustment::UpAndDown);
        let seen = run(&mut buffer, frame_ms, 0, &vec![Some(0); 600]);
        let smallest = (frame_ms + 10).max(30);
        assert!(
            seen.last_delay_ms >= smallest - 10 && seen.last_delay_ms <= smallest + 10,
            "{frame_ms}: {seen:?}"
        );
    }
}

#[test]
fn a_calm_network_lets_the_delay_shrink_faster_at_a_lower_level() {
    let after_20_s =
        |level| run(&mut new(level, Adjustment::UpAndDown), 20, 0, &[Some(0); 1_000]).last_delay_ms;
    assert!(after_20_s(Level::Medium) <= 40);
    assert!(after_20_s(Level::High) > 40);
    assert_eq!(after_20_s(Level::ExtremelyHigh), 200);
    let up_only = run(&mut new(Level::Medium, Adjustment::UpOnly), 20, 0, &[Some(0); 1_000]);
    assert_eq!(up_only.last_delay_ms, 60);
}

#[test]
fn a_network_that_gets_uneven_makes_the_delay_grow_until_nothing_is_late() {
    let uneven = |number: u64| Some(if number % 7 == 3 && number > 100 { 150 } else { 5 });
    let delays: Vec<_> = (0..600).map(uneven).collect();
    let mut buffer = new(Level::Low, Adjustment::UpOnly);
    let seen = run(&mut buffer, 20, 0, &delays);
    assert!(buffer.counts().late <= 3, "{:?}", buffer.counts());
    assert!((130..=200).contains(&seen.last_delay_ms), "{}", seen.last_delay_ms);
    assert!(increasing(&seen.heard));
    let mut fixed = new(Level::Low, Adjustment::Disabled);
    let _ = run(&mut fixed, 20, 0, &delays);
    assert!(fixed.counts().late > 50, "without adjustment each of them is late");
}

#[test]
fn a_stall_and_the_burst_after_it() {
    let mut delays = vec![Some(5); 400];
    for (place, delay) in (0u64..).zip(delays.iter_mut().skip(100).take(40)) {
        *delay = Some(805 - place * 20);
    }
    let mut buffer = new(Level::High, Adjustment::UpAndDown);
    let seen = run(&mut buffer, 20, 0, &delays);
    assert!(increasing(&seen.heard));
    assert!(seen.longest_delay_ms <= 512);
    assert!(seen.heard.len() > 48_000, "the sound is back: {}", seen.heard.len());
}

#[test]
fn a_sender_whose_clock_is_slow_or_fast_stays_in_reach() {
    for (frame, drift) in [(161, "slow"), (159, "fast")] {
        let mut buffer = new(Level::Medium, Adjustment::UpAndDown);
        let (mut heard, mut longest) = (0, 0);
        for number in 0..6_000u16 {
            let timestamp = u32::from(number) * frame;
            let payload = [0x9F; 161];
            let place = Place { sequence: number, timestamp, marker: false };
            buffer.insert(place, Law::Mu, &payload[..usize::try_from(frame).unwrap()]);
            buffer.adapt(160);
            heard += (0..160).filter(|_| buffer.pull().is_some()).count();
            longest = longest.max(buffer.delay_ms());
        }
        assert!(heard > 6_000 * 155, "{drift}: {heard}");
        assert!(longest < 200, "{drift}: {longest}");
    }
}

#[test]
fn timestamps_that_jump_begin_anew() {
    for jump in [1_000_000u32, 0u32.wrapping_sub(1_000_000), 0x8000_0000] {
        let mut buffer = new(Level::Medium, Adjustment::UpAndDown);
        let mut heard = 0;
        for number in 0..200u16 {
            let base = if number < 100 { 0 } else { jump };
            let timestamp = base.wrapping_add(u32::from(number) * 160);
            buffer.insert(Place { sequence: number, timestamp, marker: false }, Law::Mu, &[0x9F; 160]);
            buffer.adapt(160);
            heard += (0..160).filter(|_| buffer.pull().is_some()).count();
        }
        assert!(heard > 170 * 160, "{jump}: {heard}");
    }
}

#[test]
fn a_pause_with_a_clock_that_stood_still() {
    let mut buffer = new(Level::Medium, Adjustment::UpAndDown);
    let mut heard = 0;
    for turn in 0..300u16 {
        if !(100..200).contains(&turn) {
            let number = if turn < 100 { turn } else { turn - 100 };
            let place = Place { sequence: number, timestamp: u32::from(number) * 160, marker: false };
            buffer.insert(place, Law::Mu, &[0x9F; 160]);
        }
        buffer.adapt(160);
        heard += (0..160).filter(|_| buffer.pull().is_some()).count();
    }
    assert!(heard > 190 * 160, "{heard}");
}

/// Ten late packets begin anew, but not with what is older than the last sound.
#[test]
fn late_packets_out_of_order_do_not_turn_time_back() {
    let first = [0, 89, 79, 69, 59, 49, 39, 87, 0, 31, 31, 31].map(Some);
    let mut delays: Vec<_> = first.into_iter().chain([None; 34]).collect();
    delays.extend([Some(1), None, Some(56)]);
    let mut buffer = new(Level::Low, Adjustment::Disabled);
    assert!(increasing(&run(&mut buffer, 10, 0, &delays).heard));
}

#[test]
fn the_other_law_is_converted() {
    let mut buffer = JitterBuffer::new(Setting::default(), Law::A);
    buffer.insert(Place { sequence: 1, timestamp: 0, marker: true }, Law::Mu, &[0x9F; 160]);
    let mut samples = [0; 600];
    buffer.fill(&mut samples);
    assert_eq!(samples[580], Law::A.decode(Law::A.encode(Law::Mu.decode(0x9F))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Loss, reordering, duplicates: nothing is played twice or backwards, and the delay has a bound.
    #[test]
    fn a_bad_network_never_makes_it_play_twice(
        level in prop::sample::select(vec![Level::Low, Level::High, Level::ExtremelyHigh]),
        adjustment in prop::sample::select(vec![
            Adjustment::Disabled, Adjustment::UpOnly, Adjustment::DownOnly, Adjustment::UpAndDown,
        ]),
        frame_ms in prop::sample::select(vec![10u32, 20, 30, 60, 160]),
        start: u32,
        delays in prop::collection::vec(prop::option::weighted(0.8, 0u64..150), 50..400),
    ) {
        let mut buffer = new(level, adjustment);
        let seen = run(&mut buffer, frame_ms, start, &delays);
        prop_assert!(increasing(&seen.heard));
        prop_assert!(seen.longest_delay_ms <= 512, "{}", seen.longest_delay_ms);
    }

    /// Whatever comes: every sample asked for is given, no panic, and the delay has a bound.
    #[test]
    fn total_for_any_packets(
        packets in prop::collection::vec(
            (any::<u16>(), any::<u32>(), any::<bool>(), 0usize..1_400, 0usize..400), 0..120),
    ) {
        let mut buffer = new(Level::Low, Adjustment::UpAndDown);
        let mut samples = [0; 400];
        for (sequence, timestamp, marker, length, played) in packets {
            let payload = vec![0x80; length];
            buffer.insert(Place { sequence, timestamp: timestamp % 20_000, marker }, Law::Mu, &payload);
            buffer.insert(Place { sequence, timestamp, marker }, Law::A, &payload);
            buffer.fill(&mut samples[..played]);
            prop_assert!(buffer.delay_ms() <= 1_024);
        }
    }
}
