//! What is read is what was written; what plays is what the arithmetic says.

use super::naive::{expanded, next_change, plans, text};
use crate::script::*;
use proptest::prelude::*;
use std::string::{String, ToString};
use std::vec::Vec;

const WINDOW: usize = 400;

fn components() -> impl Strategy<Value = Vec<(u16, i16)>> {
    proptest::collection::vec((any::<u16>(), -999..=999i16), 1..=6)
}

fn frequencies(components: &[(u16, i16)], blank: &str) -> String {
    let written = components.iter().map(|(hz, level)| {
        let sign = if *level < 0 { "-" } else { ["", "+"][usize::from(hz % 2)] };
        std::format!("{hz}@{sign}{}.{}", level.abs() / 10, level.abs() % 10)
    });
    written.collect::<Vec<_>>().join(&std::format!("{blank},{blank}"))
}

/// Texts over the characters that the scripts use: most are wrong, and none may do harm.
fn noise() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[0-9./*@,;()+=ncwbtpuorgasfd \\-]{0,40}").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_cadence_is_its_arithmetic(
        plan in plans(0, 40, 200), form: u8, blank in "[ \t]{0,1}", at in 0..WINDOW - 1,
    ) {
        let text = text(&plan, false, form, &blank);
        prop_assume!(text.len() <= CHARACTERS);
        let script = CadenceScript::parse(&text).unwrap();
        let all = expanded(&plan, WINDOW);
        for (place, mix) in (0u64..).zip(&all) {
            prop_assert_eq!(script.sounds_at(place), *mix != 0, "{} at {}", text, place);
        }
        let change = script.change_after(at as u64);
        prop_assert_eq!(change.filter(|change| *change < WINDOW as u64), next_change(&all, at), "{}", text);
        prop_assert!(change.is_none_or(|change| change > at as u64));
    }

    #[test]
    fn a_tone_is_its_arithmetic(
        sines in components(), plan in plans(6, 40, 200), form: u8, at in 0..WINDOW - 1,
    ) {
        let known = (1u8 << sines.len()) - 1;
        let mut plan = plan;
        plan.iter_mut().flat_map(|(_, parts)| parts).for_each(|(_, _, mix)| *mix &= known);
        let text = std::format!("{};{}", frequencies(&sines, ""), text(&plan, true, form, ""));
        prop_assume!(text.len() <= CHARACTERS);
        let script = ToneScript::parse(&text).unwrap();
        let all = expanded(&plan, WINDOW);
        for (place, mix) in (0u64..).zip(&all) {
            prop_assert_eq!(script.mix_at(place), *mix, "{} at {}", text, place);
        }
        let sounding = sines.iter().enumerate().filter(|(place, _)| all[at] >> place & 1 == 1);
        let sounding: Vec<_> = sounding.map(|(_, &(hz, level))| Component { hz, level }).collect();
        prop_assert_eq!(&script.components_at(at as u64)[..], &sounding[..]);
        let change = script.change_after(at as u64);
        prop_assert_eq!(change.filter(|change| *change < WINDOW as u64), next_change(&all, at), "{}", text);
    }

    #[test]
    fn a_lamp_is_its_arithmetic(
        phases in proptest::collection::vec((0..20u32, 0..20u32), 1..=4), at in 0..WINDOW - 1,
    ) {
        prop_assume!(phases.iter().any(|phases| *phases != (0, 0)));
        let pairs = phases.iter().map(|(on, off)| std::format!("{}.{:02}/.{:02}", on / 100, on % 100, off));
        let text = std::format!("c=g;p=ud;u={}", pairs.collect::<Vec<_>>().join("/"));
        let script = LedScript::parse(&text).unwrap();
        let parts = phases.iter().map(|(on, off)| (Some(on * 10), Some(off * 10), 1)).collect();
        let all = expanded(&std::vec![(None, parts)], 4 * WINDOW);
        for (place, mix) in (0u64..).zip(&all).take(WINDOW) {
            prop_assert_eq!(script.colour_at(place) == Colour::Green, *mix != 0, "{} at {}", text, place);
        }
        prop_assert_eq!(script.change_after(at as u64), next_change(&all, at), "{}", text);
        prop_assert_eq!(LedScript::parse(&script.to_string()), Ok(script));
    }

    #[test]
    fn cadences_and_tones_of_any_size_are_written_as_they_are_read(
        sines in components(), plan in plans(1, u32::MAX, u32::MAX), form: u8, blank in "[ \t]{0,1}",
    ) {
        let sounds = frequencies(&sines, &blank);
        let cadence = text(&plan, true, form, &blank);
        if cadence.len() + sounds.len() < CHARACTERS {
            let text = std::format!("{sounds};{cadence}");
            let script = ToneScript::parse(&text).unwrap();
            let written = script.to_string();
            prop_assert!(written.len() <= text.len(), "{} is longer than {}", written, text);
            prop_assert_eq!(ToneScript::parse(&written), Ok(script));
        }
        if sounds.len() <= CHARACTERS {
            let script = FrequencyScript::parse(&sounds).unwrap();
            let expected = sines.iter().map(|&(hz, level)| Component { hz, level });
            prop_assert!(script.components().iter().copied().eq(expected));
            prop_assert_eq!(FrequencyScript::parse(&script.to_string()), Ok(script));
        }
        let text = text(&plan, false, form, &blank);
        if text.len() <= CHARACTERS {
            let script = CadenceScript::parse(&text);
            // The first parts of a plan may have a mix of 0 here, which a cadence cannot say.
            let written = script.as_ref().unwrap().to_string();
            prop_assert_eq!(CadenceScript::parse(&written), script);
        }
    }

    #[test]
    fn rings_rules_and_entries_are_written_as_they_are_read(
        name in "[A-Za-z0-9._-]{0,12}",
        waveform in "[134]|(tftp://)?[a-z0-9.]{1,9}(:[0-9]{2})?/[a-z0-9/.]{1,9}",
        cadence in 0..=9u8,
        pause in proptest::option::of(0..10_000u32),
        total in proptest::option::of(0..90u32),
        month in 1..=12u8, day in -31..=31i8, weekday in 1..=7u8, clock in 0..86_400u32,
    ) {
        prop_assume!(cadence > 0 || waveform != "1");
        let mut text = std::format!("w={waveform};c={cadence};n={name}");
        pause.into_iter().for_each(|ms| text += &std::format!(";b={}.{:03}", ms / 1_000, ms % 1_000));
        total.into_iter().for_each(|seconds| text += &std::format!(";t={seconds}"));
        let ring = RingScript::parse(&text).unwrap();
        let expected = (name.as_str(), cadence, pause, total.map(|seconds| seconds * 1_000));
        prop_assert_eq!((ring.name, ring.cadence, ring.break_ms, ring.total_ms), expected);
        let written = ring.to_string();
        prop_assert_eq!(RingScript::parse(&written), Ok(ring));

        prop_assume!(day != 0);
        let time = std::format!("{}:{}:{}", clock / 3_600, clock / 60 % 60, clock % 60);
        let rule = std::format!("start={month}/{day}/{weekday}/{time};end=10/-1/7;save=-{time}");
        let rule = DaylightRule::parse(&rule).unwrap();
        prop_assert_eq!(DaylightRule::parse(&rule.to_string()), Ok(rule));

        let entry = std::format!("n=x{name};p={name}1;r={}", cadence + 1);
        let entry = DirectoryEntry::parse(&entry).unwrap().unwrap();
        let written = entry.to_string();
        prop_assert_eq!(DirectoryEntry::parse(&written), Ok(Some(entry)));
    }

    #[test]
    fn noise_is_read_again_as_it_was_or_refused_inside_the_text(text in noise()) {
        let mut faults = Vec::new();
        match CadenceScript::parse(&text) {
            Ok(script) => prop_assert_eq!(CadenceScript::parse(&script.to_string()), Ok(script)),
            Err(fault) => faults.push(fault),
        }
        match ToneScript::parse(&text) {
            Ok(script) => prop_assert_eq!(ToneScript::parse(&script.to_string()), Ok(script)),
            Err(fault) => faults.push(fault),
        }
        match LedScript::parse(&text) {
            Ok(script) => prop_assert_eq!(LedScript::parse(&script.to_string()), Ok(script)),
            Err(fault) => faults.push(fault),
        }
        match RingScript::parse(&text) {
            Ok(script) => {
                let written = script.to_string();
                prop_assert_eq!(RingScript::parse(&written), Ok(script));
            }
            Err(fault) => faults.push(fault),
        }
        match DirectoryEntry::parse(&text) {
            Ok(Some(entry)) => {
                let written = entry.to_string();
                prop_assert_eq!(DirectoryEntry::parse(&written), Ok(Some(entry)));
            }
            Ok(None) => prop_assert_eq!(text.trim(), ""),
            Err(fault) => faults.push(fault),
        }
        prop_assert!(faults.iter().all(|fault| fault.position <= text.len()));
    }
}
