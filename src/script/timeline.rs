//! The arithmetic behind cadences and blinking: what is on at an instant, and until when.

use super::{Section, Segment};

/// What is on, and when that changes next; `until` counts from the same zero as the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Which sources are on, bit 0 the first.
    pub(super) mix: u8,
    /// When something else is on; `None`: never.
    pub(super) until: Option<u64>,
}

/// What sections, played one after the other, do `elapsed_ms` after their beginning.
pub(super) fn sections_at(sections: &[Section], elapsed_ms: u64) -> Moment {
    let mut at = elapsed_ms;
    let mut start = 0u64;
    let mut mix = None;
    for section in sections {
        let end = section.duration_ms.map(|duration| start.saturating_add(u64::from(duration)));
        if end.is_none_or(|end| at < end) {
            let here = round_at(parts(&section.segments), at.saturating_sub(start));
            let mix = *mix.get_or_insert(here.mix);
            if mix != here.mix {
                return Moment { mix, until: Some(at) };
            }
            let until = here.until.map(|until| start.saturating_add(until));
            match (until, end) {
                (Some(until), Some(end)) if until < end => return Moment { mix, until: Some(until) },
                (_, Some(end)) => at = end,
                (until, None) => return Moment { mix, until },
            }
        }
        start = end.unwrap_or(start);
    }
    match mix {
        None | Some(0) => Moment { mix: 0, until: None },
        Some(mix) => Moment { mix, until: Some(at) },
    }
}

/// What parts that repeat for ever do at a place; each part is a length (`None`: without end) and a mix.
pub(super) fn round_at(parts: impl Iterator<Item = (Option<u32>, u8)> + Clone, place_ms: u64) -> Moment {
    let parts = parts.filter(|(length, _)| *length != Some(0));
    let round = parts.clone().try_fold(0u64, |sum, (length, _)| Some(sum.saturating_add(length?.into())));
    let begun = match round {
        Some(0) => return Moment { mix: 0, until: None },
        Some(round) => place_ms.checked_rem(round).unwrap_or(0),
        None => place_ms,
    };
    let mut at = place_ms.saturating_sub(begun);
    let mut mix = None;
    // Whatever does not change in a whole round after the place never does; two rounds contain it.
    for (length, part) in parts.clone().chain(parts) {
        let end = length.map(|length| at.saturating_add(length.into()));
        if end.is_none_or(|end| place_ms < end) {
            let mix = *mix.get_or_insert(part);
            if mix != part {
                return Moment { mix, until: Some(at) };
            }
        }
        let Some(end) = end else { break };
        at = end;
    }
    Moment { mix: mix.unwrap_or(0), until: None }
}

/// Each segment is its sound, then its silence.
fn parts(segments: &[Segment]) -> impl Iterator<Item = (Option<u32>, u8)> + Clone {
    segments.iter().flat_map(|segment| [(segment.on_ms, segment.mix), (segment.off_ms, 0)])
}
