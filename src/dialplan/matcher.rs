//! Which sequences of a plan can still be meant: a nondeterministic automaton over its items, all of them at
//! once.
//!
//! A state is the place of an item that waits: for a key, or for a pause. The set of them has one bit an
//! item, beside the bits of the items themselves (see `table`), and one bit for each block of 64 that is not
//! empty. A key is asked of a whole block: those who wait for it and go on to another key, which is nearly
//! all of a plan, move on by one shift. The few others of a block go on together too: an addition carries
//! them over what takes no key.
//!
//! Whoever leaves a block enters the next one when all blocks have been asked: the set is changed in place.
//!
//! ```
//! use deskphone::dialplan::{DialKey, Matcher, Outcome, Plan, Standing};
//! let plan = Plan::parse("(0|00|1xx|1900!)")?;
//! let mut matcher = Matcher::new();
//! assert_eq!(matcher.start(&plan), Standing { complete: false, open: true });
//! let key = |symbol| DialKey::new(symbol).unwrap();
//! assert_eq!(matcher.step(&plan, key('0')), Standing { complete: true, open: true });
//! assert_eq!(matcher.step(&plan, key('0')), Standing { complete: true, open: false });
//! assert_eq!(matcher.outcome(&plan), Some(Outcome::Plain));
//! assert_eq!(matcher.step(&plan, key('0')), Standing { complete: false, open: false });
//! # Ok::<(), deskphone::dialplan::PlanFault>(())
//! ```

use core::num::NonZero;

use super::item::{Item, Outcome};
use super::key::DialKey;
use super::plan::Plan;
use super::table::{BLOCKS, Block, Table, join, split};

/// Matches keys with a plan, one by one: the part of a [`Collector`](super::Collector) that knows no time.
///
/// It is for one plan: after another was loaded, or a code added, it is to be started anew.
#[derive(Clone, Debug)]
pub struct Matcher {
    waiting: [u64; BLOCKS],
    /// Which words of `waiting` are not 0.
    used: u64,
    reached: Reached,
}

/// Whether keys are a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Standing {
    /// A sequence is complete. What it means says [`Matcher::outcome`].
    pub complete: bool,
    /// More keys, or time without a key, can make a sequence complete.
    pub open: bool,
}

/// What the last key led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reached {
    /// The end of the first of the plan's own sequences that is complete. No sequence ends at place 0 that
    /// has taken or sent anything.
    own: Option<NonZero<u16>>,
    /// Whether that one is barred.
    barred: bool,
    /// The end of the first code or speed dial digit that is complete.
    appended: Option<NonZero<u16>>,
    /// Whether the key led past a `,`.
    tone: bool,
    /// Whether a place waits for a pause.
    pauses: bool,
}

impl Reached {
    const NOTHING: Self = Self { own: None, barred: false, appended: None, tone: false, pauses: false };
}

impl Matcher {
    /// One that takes no key before it is started.
    #[must_use]
    pub const fn new() -> Self {
        Self { waiting: [0; BLOCKS], used: 0, reached: Reached::NOTHING }
    }

    /// No key yet: every sequence waits at its beginning. One that is complete so counts if it sends
    /// something.
    pub fn start(&mut self, plan: &Plan) -> Standing {
        let table = plan.table();
        let beginning = table.beginning();
        let mut blocks = self.used | beginning.used;
        while let Some(index) = take_lowest(&mut blocks) {
            if let Some((word, block)) = self.waiting.get_mut(index).zip(table.block(index)) {
                *word = block.starting();
            }
        }
        self.used = beginning.used;
        self.reached = Reached { pauses: beginning.pauses, ..Reached::NOTHING };
        if let Some(end) = beginning.complete {
            let (index, bit) = split(usize::from(end));
            if let Some(block) = table.block(index) {
                self.reached.complete(block, index, bit);
            }
        }
        self.standing()
    }

    /// A key.
    #[inline]
    pub fn step(&mut self, plan: &Plan, key: DialKey) -> Standing {
        let table = plan.table();
        let mut blocks = self.used;
        self.reached = Reached::NOTHING;
        while let Some(index) = take_lowest(&mut blocks) {
            let Some(block) = table.block(index) else { break };
            let others = self.ask(block, index, key);
            if others != 0 {
                self.go_on(table, key, (index, others), blocks);
                break;
            }
        }
        self.standing()
    }

    /// What the first complete sequence means; of the plan's own and of codes and speed dial digits together,
    /// the one that decides.
    #[must_use]
    pub fn outcome(&self, plan: &Plan) -> Option<Outcome> {
        plan.table().outcome(self.complete()?)
    }

    #[inline]
    const fn standing(&self) -> Standing {
        let complete = self.reached.own.is_some() || self.reached.appended.is_some();
        Standing { complete, open: self.used != 0 }
    }

    /// Who waits for a key in one block, and waits for another then, goes on to it. The others who got
    /// theirs.
    #[inline]
    fn ask(&mut self, block: &Block, index: usize, key: DialKey) -> u64 {
        let Some(word) = self.waiting.get_mut(index) else { return 0 };
        let taken = *word & block.taking(key);
        let plain = taken & block.followed();
        *word = plain << 1;
        if taken == 0 {
            self.used &= !split(index).1;
        }
        taken ^ plain
    }

    /// The rest of a step from a block on where some who got their key do not simply wait for another.
    #[inline(never)]
    fn go_on(&mut self, table: &Table, key: DialKey, first: (usize, u64), blocks: u64) {
        let (mut index, mut taken) = first;
        let (mut blocks, mut left) = (blocks, 0);
        loop {
            if let Some(block) = table.block(index).filter(|_| taken != 0) {
                // What waits for a pause or a letter took nothing.
                let taken = taken & block.dialled();
                self.wait(index, taken & block.repeated());
                let (_waits, leaves) = self.pass(block, index, taken << 1);
                if self.waiting.get(index) == Some(&0) {
                    self.used &= !split(index).1;
                }
                if leaves || taken >> 63 != 0 {
                    left |= split(index).1;
                }
            }
            let Some(next) = take_lowest(&mut blocks) else { break };
            index = next;
            taken = table.block(index).map_or(0, |block| self.ask(block, index, key));
        }
        // Only now, when all have been asked: who enters a block must not take the same key there.
        while let Some(index) = take_lowest(&mut left) {
            let _waits = self.enter(table, index.wrapping_add(1), 1);
        }
    }

    /// Enters a block, and those behind it as far as no key is needed. Whether something waits there.
    fn enter(&mut self, table: &Table, index: usize, entered: u64) -> bool {
        let (mut waits, mut entered) = (false, entered);
        for (index, block) in (0..).zip(table.blocks()).skip(index) {
            let (waits_here, leaves) = self.pass(block, index, entered);
            waits |= waits_here;
            if !leaves {
                break;
            }
            entered = 1;
        }
        waits
    }

    /// Past what takes no key, in one block, from some items on. Whether something waits then, and whether
    /// the block is left.
    ///
    /// An addition carries a bit over the items that can be passed, and what it changes are the items that it
    /// came by.
    fn pass(&mut self, block: &Block, index: usize, entered: u64) -> (bool, bool) {
        let kinds = block.kinds();
        let (sum, leaves) = kinds.passes.overflowing_add(entered & kinds.passes);
        let came = entered | kinds.passes ^ sum;
        self.wait(index, came & kinds.waits);
        self.reached.pauses |= came & kinds.pauses != 0;
        self.reached.tone |= came & kinds.tones != 0;
        if came & kinds.ends != 0 {
            self.reached.complete(block, index, came & kinds.ends);
        }
        (came & kinds.waits != 0, leaves)
    }

    /// The least time without a key, in seconds, after which a sequence goes on.
    #[inline]
    pub(super) fn shortest_pause(&self, plan: &Plan) -> Option<u32> {
        if self.reached.pauses { self.least_pause(plan) } else { None }
    }

    #[inline(never)]
    fn least_pause(&self, plan: &Plan) -> Option<u32> {
        self.places().filter_map(|place| quiet(plan.table(), place)).min()
    }

    /// No key for so many seconds: the sequences whose pause that is go on. Whether one is complete by it,
    /// with nothing left that it waits for.
    pub(super) fn cross(&mut self, plan: &Plan, seconds: u32) -> bool {
        let mut complete = false;
        let mut words = self.used;
        while let Some(index) = take_highest(&mut words) {
            let mut word = self.waiting.get(index).copied().unwrap_or(0);
            while let Some(bit) = take_highest(&mut word) {
                if quiet(plan.table(), join(index, bit)).is_some_and(|needed| needed <= seconds) {
                    let pause = split(bit).1;
                    self.remove(index, pause);
                    let (next, entered) =
                        if bit == 63 { (index.wrapping_add(1), 1) } else { (index, pause << 1) };
                    complete |= !self.enter(plan.table(), next, entered);
                }
            }
        }
        complete
    }

    /// Whether something waits, for a key or a pause.
    pub(super) const fn waits(&self) -> bool {
        self.used != 0
    }

    /// The place of the first sequence, in plan order, that waits for something.
    pub(super) fn first_waiting(&self) -> Option<usize> {
        self.places().next()
    }

    /// The end of the complete sequence that decides: the first of the plan's own if it is barred, else a
    /// code or digit, else that sequence.
    pub(super) fn complete(&self) -> Option<usize> {
        let Reached { own, barred, appended, .. } = self.reached;
        let end = if barred { own } else { appended.or(own) };
        end.map(|end| usize::from(end.get()))
    }

    /// Whether the last key, or the pause after it, led past a `,`.
    pub(super) const fn tone(&self) -> bool {
        self.reached.tone
    }

    /// Whether a sequence can take a key.
    pub(super) fn takes(&self, plan: &Plan, key: DialKey) -> bool {
        let blocks = self.waiting.iter().zip(plan.table().blocks());
        blocks.into_iter().any(|(waiting, block)| waiting & block.taking(key) & block.dialled() != 0)
    }

    /// The places that wait, in plan order.
    fn places(&self) -> impl Iterator<Item = usize> {
        let mut words = self.used;
        let mut word = 0;
        let mut index = 0;
        core::iter::from_fn(move || {
            while word == 0 {
                index = take_lowest(&mut words)?;
                word = self.waiting.get(index).copied().unwrap_or(0);
            }
            Some(join(index, take_lowest(&mut word)?))
        })
    }

    fn wait(&mut self, index: usize, items: u64) {
        if let Some(word) = self.waiting.get_mut(index).filter(|_| items != 0) {
            *word |= items;
            self.used |= split(index).1;
        }
    }

    fn remove(&mut self, index: usize, item: u64) {
        if let Some(word) = self.waiting.get_mut(index) {
            *word &= !item;
            if *word == 0 {
                self.used &= !split(index).1;
            }
        }
    }
}

impl Default for Matcher {
    fn default() -> Self {
        Self::new()
    }
}

impl Reached {
    /// Some sequences are complete, whose ends are in one block. The first in the plan decides.
    fn complete(&mut self, block: &Block, index: usize, ends: u64) {
        let (barred, appended) = block.outcomes();
        let first = |ends: u64| {
            let place = u16::try_from(join(index, ends.trailing_zeros() as usize)).ok();
            place.and_then(NonZero::new)
        };
        let before =
            |place: Option<NonZero<u16>>, other: Option<NonZero<u16>>| other.is_none() || place < other;
        let own = ends & !appended;
        if own != 0 && before(first(own), self.own) {
            self.own = first(own);
            self.barred = own & own.wrapping_neg() & barred != 0;
        }
        let appended = ends & appended;
        if appended != 0 && before(first(appended), self.appended) {
            self.appended = first(appended);
        }
    }
}

/// How many seconds without a key the pause at `place` needs, with the pauses just before it.
fn quiet(table: &Table, place: usize) -> Option<u32> {
    let Item::Pause(_) = table.item(place) else { return None };
    let mut needed = 0_u32;
    for item in (0..=place).rev().map(|place| table.item(place)) {
        match item {
            Item::Pause(seconds) => needed = needed.saturating_add(u32::from(seconds)),
            Item::Key(_) | Item::Keys(_) | Item::Letter(_) | Item::Letters(_) | Item::End(_) => break,
            Item::Open | Item::Close | Item::Emit(_) | Item::Tone | Item::Long(_) | Item::Short(_) => {}
        }
    }
    Some(needed)
}

fn take_highest(word: &mut u64) -> Option<usize> {
    let bit = word.checked_ilog2()?;
    *word ^= 1_u64.wrapping_shl(bit);
    usize::try_from(bit).ok()
}

fn take_lowest(word: &mut u64) -> Option<usize> {
    if *word == 0 {
        return None;
    }
    let bit = word.trailing_zeros();
    *word &= word.wrapping_sub(1);
    Some(bit as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Whether something is complete (`c`) and open (`o`), before the first key and after each.
    fn standings(plan: &Plan, keys: &str) -> Vec<&'static str> {
        let mut matcher = Matcher::new();
        let mut standings = [matcher.start(plan)].to_vec();
        standings.extend(keys.chars().map(|key| matcher.step(plan, DialKey::new(key).unwrap())));
        let said = |standing: Standing| match (standing.complete, standing.open) {
            (true, true) => "co",
            (true, false) => "c",
            (false, true) => "o",
            (false, false) => "-",
        };
        standings.into_iter().map(said).collect()
    }

    #[test]
    fn a_key_after_another() {
        let plan = Plan::parse("(0|00|[3469]11|1x.2)").unwrap();
        assert_eq!(standings(&plan, "00"), ["o", "co", "c"]);
        assert_eq!(standings(&plan, "000"), ["o", "co", "c", "-"]);
        assert_eq!(standings(&plan, "911"), ["o", "o", "o", "c"]);
        assert_eq!(standings(&plan, "12262"), ["o", "o", "co", "co", "o", "co"]);
        assert_eq!(standings(&plan, "5"), ["o", "-"]);
        assert_eq!(standings(&Plan::new(), "5"), ["-", "-"]);
        assert_eq!(Matcher::new().step(&plan, DialKey::STAR), Standing { complete: false, open: false });
    }

    #[test]
    fn what_waits_for_no_key_stays_open() {
        let plan = Plan::parse("(<:5>|P3<:1>|1P2|2a|3<:7>,4)").unwrap();
        assert_eq!(standings(&plan, ""), ["co"]);
        assert_eq!(standings(&plan, "1"), ["co", "o"], "a pause");
        assert_eq!(standings(&plan, "11"), ["co", "o", "-"]);
        assert_eq!(standings(&plan, "2"), ["co", "o"], "a letter, which no key gives");
        assert_eq!(standings(&plan, "21"), ["co", "o", "-"]);
        assert_eq!(standings(&plan, "34"), ["co", "o", "c"]);
    }

    #[test]
    fn which_sequence_decides() {
        let mut plan = Plan::parse("(1x|12!|21!|2x|3)").unwrap();
        plan.add_code("21", 7).unwrap();
        plan.add_code("12", 8).unwrap();
        plan.add_speed_dial(3).unwrap();
        let outcome = |keys: &str| {
            let mut matcher = Matcher::new();
            let _begun = matcher.start(&plan);
            for key in keys.chars() {
                let _standing = matcher.step(&plan, DialKey::new(key).unwrap());
            }
            matcher.outcome(&plan)
        };
        assert_eq!(outcome("1"), None);
        assert_eq!(
            outcome("12"),
            Some(Outcome::Code(8)),
            "before the first of the plan, which is not barred"
        );
        assert_eq!(outcome("13"), Some(Outcome::Plain));
        assert_eq!(outcome("21"), Some(Outcome::Barred), "before the code");
        assert_eq!(outcome("22"), Some(Outcome::Plain));
        assert_eq!(outcome("3"), Some(Outcome::SpeedDial(3)));
        assert_eq!(outcome("31"), None);
    }
}
