//! Which sequences of a plan can still be meant: a nondeterministic automaton over its items.
//!
//! A state is the place of an item that waits: for a key, or for a pause. The set of them has one bit an item
//! and one bit for each word of those that is not empty, so that a key costs what the waiting places cost.
//! Items lead to later items only; so the set is walked from its last word, each word taken out, and changed
//! in place. Whoever lets a place of any number of keys wait walks on behind it.

use super::item::{self, Item, Outcome};
use super::plan::Plan;
use crate::limits;

const WORD_BITS: usize = 64;
const WORDS: usize = limits::PLAN_ITEMS.div_ceil(WORD_BITS);

/// The places of a plan that wait, and the sequences that are complete.
#[derive(Clone, Debug)]
pub(super) struct Candidates {
    waiting: [u64; WORDS],
    /// Which words of `waiting` are not 0.
    used: u64,
    /// The end of the first of the plan's own sequences that is complete.
    own: Option<u16>,
    /// The end of the first code or speed dial digit that is complete.
    appended: Option<u16>,
    /// Whether the last key led past a `,`.
    tone: bool,
    /// Whether a place waits for a pause.
    pauses: bool,
}

/// Where a walk past the items that take no key ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Walk {
    /// Something waits.
    Waits,
    /// The sequence is complete, and nothing of it waits.
    Complete,
}

impl Candidates {
    pub(super) const fn new() -> Self {
        Self { waiting: [0; WORDS], used: 0, own: None, appended: None, tone: false, pauses: false }
    }

    /// No key yet: every sequence waits at its beginning. One that is complete so counts if it sends
    /// something.
    pub(super) fn start(&mut self, plan: &Plan) {
        *self = Self::new();
        let (mut walking, mut emits) = (true, false);
        for (place, &packed) in plan.items().iter().enumerate() {
            let item = Item::unpack(packed);
            match item {
                Item::End(outcome) => {
                    if walking && emits {
                        self.complete(place, outcome);
                    }
                    (walking, emits) = (true, false);
                }
                Item::Key(_) | Item::Letter(_) | Item::Pause(_) if walking => {
                    self.insert(place, item);
                    walking = false;
                }
                Item::Keys(_) | Item::Letters(_) if walking => self.insert(place, item),
                Item::Emit(_) => emits = true,
                Item::Key(_)
                | Item::Letter(_)
                | Item::Pause(_)
                | Item::Keys(_)
                | Item::Letters(_)
                | Item::Tone
                | Item::Open
                | Item::Close
                | Item::Long(_)
                | Item::Short(_) => {}
            }
        }
        self.tone = false;
    }

    /// A key, given as its bit.
    pub(super) fn press(&mut self, items: &[u16], key: u16) {
        let mut words = core::mem::take(&mut self.used);
        (self.own, self.appended, self.tone, self.pauses) = (None, None, false, false);
        while let Some(index) = take_highest(&mut words) {
            let mut word = self.waiting.get_mut(index).map(core::mem::take).unwrap_or(0);
            let mut next = 0;
            while word != 0 {
                let lowest = word & word.wrapping_neg();
                word ^= lowest;
                let place = index.wrapping_mul(WORD_BITS).wrapping_add(lowest.trailing_zeros() as usize);
                let Some(&[packed, ref after @ ..]) = items.get(place..) else { continue };
                if !item::takes(packed, key) {
                    continue;
                }
                // One key behind another is nearly all of a plan, and nearly all of the time.
                let plain = item::is_key(packed) && after.first().is_some_and(|&after| item::is_key(after));
                if plain && lowest.leading_zeros() != 0 {
                    next |= lowest.wrapping_shl(1);
                    continue;
                }
                if !item::is_key(packed) {
                    self.wait_at(place);
                }
                self.walk(items, place);
            }
            if let Some(waiting) = self.waiting.get_mut(index).filter(|_| next != 0) {
                *waiting |= next;
                self.used |= split(index).1;
            }
        }
    }

    /// Past the items after `place` that take no key. What waits behind a place that waits already has been
    /// walked.
    fn walk(&mut self, items: &[u16], place: usize) -> Walk {
        let from = place.wrapping_add(1);
        let mut waits = false;
        for (place, &packed) in (from..).zip(items.get(from..).unwrap_or(&[])) {
            let item = Item::unpack(packed);
            match item {
                Item::Key(_) | Item::Letter(_) | Item::Pause(_) => {
                    self.insert(place, item);
                    return Walk::Waits;
                }
                Item::Keys(_) | Item::Letters(_) => {
                    if self.has(place) {
                        return Walk::Waits;
                    }
                    self.insert(place, item);
                    waits = true;
                }
                Item::Tone => self.tone = true,
                Item::Open | Item::Close | Item::Emit(_) | Item::Long(_) | Item::Short(_) => {}
                Item::End(outcome) => {
                    self.complete(place, outcome);
                    break;
                }
            }
        }
        if waits { Walk::Waits } else { Walk::Complete }
    }

    /// The least time without a key, in seconds, after which a sequence goes on.
    pub(super) fn shortest_pause(&self, items: &[u16]) -> Option<u32> {
        if !self.pauses {
            return None;
        }
        self.places().filter_map(|place| quiet(items, place)).min()
    }

    /// No key for so many seconds: the sequences whose pause that is go on. Whether one is complete by it,
    /// with nothing left that it waits for.
    pub(super) fn cross(&mut self, items: &[u16], seconds: u32) -> bool {
        let mut complete = false;
        let mut words = self.used;
        while let Some(index) = take_highest(&mut words) {
            let mut word = self.waiting.get(index).copied().unwrap_or(0);
            while let Some(bit) = take_highest(&mut word) {
                let place = index.wrapping_mul(WORD_BITS).wrapping_add(bit);
                if quiet(items, place).is_some_and(|needed| needed <= seconds) {
                    self.remove(place);
                    complete |= self.walk(items, place) == Walk::Complete;
                }
            }
        }
        complete
    }

    /// The place of the first sequence, in plan order, that waits for something.
    pub(super) fn first_waiting(&self) -> Option<usize> {
        self.places().next()
    }

    /// The end of the first complete sequence of the plan's own.
    pub(super) fn own(&self) -> Option<usize> {
        self.own.map(usize::from)
    }

    /// The end of the first complete code or speed dial digit.
    pub(super) fn appended(&self) -> Option<usize> {
        self.appended.map(usize::from)
    }

    /// Whether the last key, or the pause after it, led past a `,`.
    pub(super) const fn tone(&self) -> bool {
        self.tone
    }

    /// Whether a sequence can take a key.
    pub(super) fn takes(&self, items: &[u16], key: u16) -> bool {
        self.places().any(|place| match items.get(place).map(|&packed| Item::unpack(packed)) {
            Some(Item::Key(keys) | Item::Keys(keys)) => keys & key != 0,
            Some(
                Item::Letter(_)
                | Item::Letters(_)
                | Item::Open
                | Item::Close
                | Item::Emit(_)
                | Item::Tone
                | Item::Long(_)
                | Item::Short(_)
                | Item::Pause(_)
                | Item::End(_),
            )
            | None => false,
        })
    }

    /// The places that wait, in plan order.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        let mut words = self.used;
        let mut word = 0;
        let mut index = 0;
        core::iter::from_fn(move || {
            while word == 0 {
                index = take_lowest(&mut words)?;
                word = self.waiting.get(index).copied().unwrap_or(0);
            }
            let bit = take_lowest(&mut word)?;
            Some(index.wrapping_mul(WORD_BITS).wrapping_add(bit))
        })
    }

    fn complete(&mut self, place: usize, outcome: Outcome) {
        let first = match outcome {
            Outcome::Plain | Outcome::Barred => &mut self.own,
            Outcome::Code(_) | Outcome::SpeedDial(_) => &mut self.appended,
        };
        let place = u16::try_from(place).unwrap_or(u16::MAX);
        *first = Some(first.map_or(place, |other| other.min(place)));
    }

    fn insert(&mut self, place: usize, item: Item) {
        self.wait_at(place);
        self.pauses |= matches!(item, Item::Pause(_));
    }

    #[inline]
    fn wait_at(&mut self, place: usize) {
        let (index, bit) = split(place);
        if let Some(word) = self.waiting.get_mut(index) {
            *word |= bit;
            self.used |= split(index).1;
        }
    }

    fn remove(&mut self, place: usize) {
        let (index, bit) = split(place);
        if let Some(word) = self.waiting.get_mut(index) {
            *word &= !bit;
            if *word == 0 {
                self.used &= !split(index).1;
            }
        }
    }

    fn has(&self, place: usize) -> bool {
        let (index, bit) = split(place);
        self.waiting.get(index).is_some_and(|word| word & bit != 0)
    }
}

/// How many seconds without a key the pause at `place` needs, with the pauses just before it.
fn quiet(items: &[u16], place: usize) -> Option<u32> {
    let at = items.get(..=place)?;
    if !matches!(Item::unpack(*at.last()?), Item::Pause(_)) {
        return None;
    }
    let mut needed = 0_u32;
    for &packed in at.iter().rev() {
        match Item::unpack(packed) {
            Item::Pause(seconds) => needed = needed.saturating_add(u32::from(seconds)),
            Item::Key(_) | Item::Keys(_) | Item::Letter(_) | Item::Letters(_) | Item::End(_) => break,
            Item::Open | Item::Close | Item::Emit(_) | Item::Tone | Item::Long(_) | Item::Short(_) => {}
        }
    }
    Some(needed)
}

/// The word that a place is in, and its bit there.
const fn split(place: usize) -> (usize, u64) {
    let [low, ..] = place.to_le_bytes();
    // A shift takes the lowest six bits of its width.
    (place / WORD_BITS, 1_u64.wrapping_shl(low as u32))
}

fn take_highest(word: &mut u64) -> Option<usize> {
    let bit = word.checked_ilog2()?;
    *word ^= 1_u64.wrapping_shl(bit);
    usize::try_from(bit).ok()
}

fn take_lowest(word: &mut u64) -> Option<usize> {
    let bit = word.trailing_zeros();
    *word &= word.wrapping_sub(1);
    if bit < u64::BITS { usize::try_from(bit).ok() } else { None }
}
