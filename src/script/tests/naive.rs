//! Scripts written out millisecond by millisecond, and texts drawn at random.

use proptest::prelude::*;
use std::format;
use std::string::String;
use std::vec::Vec;

/// A segment: on, off (`None`: `*`), mix.
pub(super) type Part = (Option<u32>, Option<u32>, u8);
/// Sections: a duration and segments.
pub(super) type Plan = Vec<(Option<u32>, Vec<Part>)>;

/// What a plan does in each of the first `window` milliseconds.
pub(super) fn expanded(plan: &Plan, window: usize) -> Vec<u8> {
    let mut all = Vec::new();
    for (duration, parts) in plan {
        let end = duration.map_or(window, |duration| all.len() + duration as usize);
        let begin = all.len();
        while all.len() < end && all.len() < window {
            let round = all.len();
            for (on, off, mix) in parts {
                all.extend(std::iter::repeat_n(*mix, on.map_or(window, |on| on as usize)));
                all.extend(std::iter::repeat_n(0, off.map_or(window, |off| off as usize)));
            }
            if all.len() == round {
                all.resize(window, 0);
            }
        }
        all.truncate(end.max(begin));
        if all.len() >= window {
            break;
        }
    }
    all.resize(window, 0);
    all
}

/// The first place after `at` where something else is on, if it lies in the window.
pub(super) fn next_change(all: &[u8], at: usize) -> Option<u64> {
    (at..all.len()).find(|place| all[*place] != all[at]).map(|place| place as u64)
}

/// The end of the last section, if there is one.
pub(super) fn length(plan: &Plan) -> Option<u64> {
    plan.iter().map(|(duration, _)| duration.map(u64::from)).sum()
}

/// Milliseconds up to `most`, at times without end.
fn span(most: u32) -> impl Strategy<Value = Option<u32>> {
    prop_oneof![8 => (0..=most).prop_map(Some), 1 => Just(Some(0)), 1 => Just(None)]
}

/// Plans whose mixes use the first `components`.
pub(super) fn plans(components: u32, longest: u32, duration: u32) -> impl Strategy<Value = Plan> {
    let mixes = if components == 0 { 1..=1u8 } else { 0..=((1u8 << components) - 1) };
    let part = (span(longest), span(longest), mixes);
    let section = (span(duration), proptest::collection::vec(part, 1..=6));
    proptest::collection::vec(section, 1..=2)
}

/// Seconds in one of the forms that the grammar allows.
fn seconds(ms: Option<u32>, form: u8) -> String {
    let Some(ms) = ms else { return String::from("*") };
    let long = format!("{}.{:03}", ms / 1_000, ms % 1_000);
    let short = long.trim_end_matches('0');
    match form % 4 {
        0 => long,
        1 if ms < 1_000 && ms > 0 => String::from(short.trim_start_matches('0')),
        2 if ms % 1_000 == 0 => format!("0{}", ms / 1_000),
        _ => String::from(short),
    }
}

/// The text of a plan, its numbers in changing forms; `blank` stands between the pieces.
pub(super) fn text(plan: &Plan, has_mixes: bool, form: u8, blank: &str) -> String {
    let mut sections = Vec::new();
    for (duration, parts) in plan {
        let parts: Vec<String> = (0u8..)
            .zip(parts)
            .map(|(number, (on, off, mix))| {
                let form = form.wrapping_add(number);
                let places = (0..6).filter(|place| mix >> place & 1 == 1);
                let places: Vec<String> = places.map(|place| format!("{}", place + 1)).collect();
                let mix = if places.is_empty() { String::from("0") } else { places.join("+") };
                let mix = if has_mixes { format!("/{mix}") } else { String::new() };
                format!("{}/{blank}{}{mix}", seconds(*on, form), seconds(*off, form / 2))
            })
            .collect();
        sections.push(format!("{}{blank}({})", seconds(*duration, form), parts.join(&format!("{blank},"))));
    }
    sections.join(&format!("{blank};{blank}"))
}
