//! The items of a plan, bit by bit: word `n` of a block holds bit `n` of 64 items.
//!
//! So each of the first twelve words says which items take that key: one operation asks 64 of them at once.
//! Of an item's three class bits the third has a second meaning: where something can wait it says that the
//! item is one key and so is the next one, in the same block. Whoever waits there and gets its key moves on
//! by one bit. The last word says where something waits before the first key.

use super::item::{ITEM_BITS, Item, Outcome, VALUE_BITS};
use super::key::DialKey;
use crate::limits;

const BLOCK_ITEMS: usize = 64;
/// How many blocks a table has.
pub(super) const BLOCKS: usize = limits::PLAN_ITEMS.div_ceil(BLOCK_ITEMS);

/// The items of a plan.
#[derive(Clone, Debug)]
pub(super) struct Table {
    blocks: [Block; BLOCKS],
    len: usize,
    beginning: Beginning,
    tail: Tail,
    /// Whether a sequence has a long timer of its own.
    pub(super) long_timers: bool,
    /// Whether a sequence has a short timer of its own.
    pub(super) short_timers: bool,
    /// Whether a sequence sends anything but what is dialled.
    pub(super) rewrites: bool,
}

/// 64 items.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block([u64; ITEM_BITS + 1]);

/// What some items of a block are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kinds {
    /// Can be waited at.
    pub(super) waits: u64,
    /// Can be passed without a key.
    pub(super) passes: u64,
    pub(super) pauses: u64,
    pub(super) tones: u64,
    pub(super) ends: u64,
}

/// What holds before the first key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beginning {
    /// In which blocks something waits.
    pub(super) used: u64,
    /// The end of the first sequence that is complete and sends something.
    pub(super) complete: Option<u16>,
    /// Whether a place waits for a pause.
    pub(super) pauses: bool,
}

/// The last sequence, as far as it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tail {
    /// Its last item is a key.
    key: bool,
    /// Nothing in it has to be waited for.
    free: bool,
    /// It sends a character of its own.
    emits: bool,
}

impl Beginning {
    const NEW: Self = Self { used: 0, complete: None, pauses: false };
}

impl Tail {
    const NEW: Self = Self { key: false, free: true, emits: false };
}

/// Why an item is not taken: the table is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Table {
    pub(super) const fn new() -> Self {
        Self {
            blocks: [Block([0; ITEM_BITS + 1]); BLOCKS],
            len: 0,
            beginning: Beginning::NEW,
            tail: Tail::NEW,
            long_timers: false,
            short_timers: false,
            rewrites: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.truncate(0);
        self.beginning = Beginning::NEW;
        (self.long_timers, self.short_timers, self.rewrites) = (false, false, false);
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Appends an item.
    pub(super) fn push(&mut self, item: Item) -> Result<(), Full> {
        let place = self.len;
        let (index, bit) = split(place);
        let Some(block) = self.blocks.get_mut(index).filter(|_| place < limits::PLAN_ITEMS) else {
            return Err(Full);
        };
        block.set(bit, item.pack());
        let Block([.., follows, starting]) = block;
        let key = matches!(item, Item::Key(_));
        if key && self.tail.key {
            // Behind the last item of a block nothing is left of it.
            *follows |= bit >> 1;
        }
        self.tail.key = key;
        let waits = matches!(
            item,
            Item::Key(_) | Item::Keys(_) | Item::Letter(_) | Item::Letters(_) | Item::Pause(_)
        );
        if waits && self.tail.free {
            *starting |= bit;
            self.beginning.used |= split(index).1;
            self.beginning.pauses |= matches!(item, Item::Pause(_));
            self.tail.free = matches!(item, Item::Keys(_) | Item::Letters(_));
        }
        self.len = place.saturating_add(1);
        self.note(place, item);
        Ok(())
    }

    fn note(&mut self, place: usize, item: Item) {
        match item {
            Item::Open | Item::Close => self.rewrites = true,
            Item::Emit(_) => (self.rewrites, self.tail.emits) = (true, true),
            Item::Long(_) => self.long_timers = true,
            Item::Short(_) => self.short_timers = true,
            Item::End(_) => {
                if self.tail.free && self.tail.emits && self.beginning.complete.is_none() {
                    self.beginning.complete = u16::try_from(place).ok();
                }
                self.tail = Tail::NEW;
            }
            Item::Key(_)
            | Item::Keys(_)
            | Item::Letter(_)
            | Item::Letters(_)
            | Item::Tone
            | Item::Pause(_) => {}
        }
    }

    /// Takes the last items back, as many as leave whole sequences.
    pub(super) fn truncate(&mut self, len: usize) {
        let (first, bit) = split(len);
        let last = split(self.len).0;
        let blocks = self.blocks.iter_mut().enumerate().take(last.saturating_add(1)).skip(first);
        for (index, Block(words)) in blocks {
            let kept = if index == first { bit.wrapping_sub(1) } else { 0 };
            words.iter_mut().for_each(|word| *word &= kept);
            let [.., starting] = words;
            if *starting == 0 {
                self.beginning.used &= !split(index).1;
            }
        }
        self.len = self.len.min(len);
        self.tail = Tail::NEW;
    }

    /// 64 items.
    #[inline]
    pub(super) fn block(&self, index: usize) -> Option<&Block> {
        self.blocks.get(index)
    }

    /// The blocks.
    pub(super) const fn blocks(&self) -> &[Block; BLOCKS] {
        &self.blocks
    }

    /// What holds before the first key.
    pub(super) const fn beginning(&self) -> Beginning {
        self.beginning
    }

    /// An item.
    pub(super) fn item(&self, place: usize) -> Item {
        let (index, bit) = split(place);
        Item::unpack(self.blocks.get(index).map_or(0, |block| block.packed(bit)))
    }

    /// What the sequence that ends at `place` means.
    pub(super) fn outcome(&self, place: usize) -> Option<Outcome> {
        let (index, bit) = split(place);
        let block = self.blocks.get(index).filter(|block| block.ends() & bit != 0)?;
        let (barred, appended) = block.outcomes();
        if appended & bit != 0
            && let Item::End(outcome) = self.item(place)
        {
            return Some(outcome);
        }
        Some(if barred & bit != 0 { Outcome::Barred } else { Outcome::Plain })
    }

    /// The sequence whose end is at `end`, or that has come there.
    pub(super) fn sequence_before(&self, end: usize) -> Sequence<'_> {
        let (mut index, bit) = split(end);
        let mut before = bit.wrapping_sub(1);
        let from = loop {
            let ends = self.blocks.get(index).map_or(0, Block::ends) & before;
            if let Some(bit) = ends.checked_ilog2() {
                break join(index, bit as usize).wrapping_add(1);
            }
            let Some(earlier) = index.checked_sub(1) else { break 0 };
            (index, before) = (earlier, u64::MAX);
        };
        Sequence { table: self, from, end }
    }

    /// The last item before `place`, and in its sequence, that is one of some.
    pub(super) fn last_before(&self, place: usize, among: fn(&Block) -> u64) -> Option<Item> {
        let (mut index, bit) = split(place);
        let mut before = bit.wrapping_sub(1);
        loop {
            let block = self.blocks.get(index)?;
            let (found, ends) = (among(block) & before, block.ends() & before);
            if found > ends {
                return found.checked_ilog2().map(|bit| self.item(join(index, bit as usize)));
            }
            if ends != 0 {
                return None;
            }
            (index, before) = (index.checked_sub(1)?, u64::MAX);
        }
    }

    /// The first sequence whose items are at `from` or behind.
    pub(super) fn sequence_from(&self, from: usize) -> Option<Sequence<'_>> {
        let (first, bit) = split(from);
        let mut behind = bit.wrapping_neg();
        for (index, block) in self.blocks.iter().enumerate().skip(first) {
            let ends = block.ends() & behind;
            if ends != 0 {
                let end = join(index, ends.trailing_zeros() as usize);
                return Some(Sequence { table: self, from, end });
            }
            behind = u64::MAX;
        }
        None
    }
}

impl Block {
    /// Which items take a key. Of items that nothing waits at it says nothing.
    #[inline]
    pub(super) fn taking(&self, key: DialKey) -> u64 {
        self.0.get(usize::from(key.event() & 15)).copied().unwrap_or(0)
    }

    /// Where one key stands before another.
    #[inline]
    pub(super) const fn followed(&self) -> u64 {
        let [.., follows, _] = self.0;
        follows
    }

    /// Which of the items that can be waited at take a key.
    #[inline]
    pub(super) const fn dialled(&self) -> u64 {
        let [.., high, _, _] = self.0;
        !high
    }

    /// Which of the items that take a key take any number of them.
    #[inline]
    pub(super) const fn repeated(&self) -> u64 {
        let [.., low, _, _, _] = self.0;
        low
    }

    /// Where something waits before the first key.
    #[inline]
    pub(super) const fn starting(&self) -> u64 {
        let [.., starting] = self.0;
        starting
    }

    /// Which items end a sequence.
    pub(super) const fn ends(&self) -> u64 {
        let [.., low, high, follows, _] = self.0;
        low & high & follows
    }

    /// Which items set the long timer.
    pub(super) const fn long_timers(&self) -> u64 {
        let [.., low, high, follows, _] = self.0;
        low & !high & follows
    }

    /// Which items set the short timer.
    pub(super) const fn short_timers(&self) -> u64 {
        let [.., low, high, follows, _] = self.0;
        !low & high & follows
    }

    /// Which ends are barred numbers, and which are codes or speed dial digits.
    pub(super) const fn outcomes(&self) -> (u64, u64) {
        let [.., first, second, _, _, _, _, _, _] = self.0;
        (first & !second, second)
    }

    /// What the items are.
    pub(super) const fn kinds(&self) -> Kinds {
        let [.., a, b, c, _, low, high, follows, _] = self.0;
        let marks = low & high & !follows;
        let (keys, pauses) = (!low & !high, high & !low & !follows);
        let (letter, letters) = (marks & !b & !a, marks & !b & a);
        let repeated = low & !high & !follows;
        Kinds {
            waits: keys | repeated | pauses | letter | letters,
            passes: (low ^ high) & follows | repeated | marks & !letter,
            pauses,
            tones: marks & a & c,
            ends: low & high & follows,
        }
    }

    fn set(&mut self, bit: u64, packed: u16) {
        for (place, word) in (0_u32..).zip(&mut self.0) {
            *word |= bit & 0_u64.wrapping_sub(u64::from(packed >> place & 1));
        }
    }

    fn packed(&self, bit: u64) -> u16 {
        let Self([item @ .., _]) = self;
        item.iter().rev().fold(0, |packed, word| packed << 1 | u16::from(word & bit != 0))
    }
}

/// The items of a sequence, without its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequence<'t> {
    table: &'t Table,
    from: usize,
    end: usize,
}

impl Sequence<'_> {
    /// The place of its end.
    pub(super) const fn end(&self) -> usize {
        self.end
    }

    /// What it means, when it is a whole one.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.table.outcome(self.end)
    }

    /// Whether it may send anything but what is dialled.
    pub(super) const fn rewrites(&self) -> bool {
        self.table.rewrites
    }
}

impl Iterator for Sequence<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if self.from >= self.end {
            return None;
        }
        let item = self.table.item(self.from);
        self.from = self.from.saturating_add(1);
        Some(item)
    }
}

impl DoubleEndedIterator for Sequence<'_> {
    fn next_back(&mut self) -> Option<Item> {
        if self.from >= self.end {
            return None;
        }
        self.end = self.end.saturating_sub(1);
        Some(self.table.item(self.end))
    }
}

/// The block that a place is in, and its bit there.
pub(super) const fn split(place: usize) -> (usize, u64) {
    let [low, ..] = place.to_le_bytes();
    // A shift takes the lowest six bits of its width.
    (place / BLOCK_ITEMS, 1_u64.wrapping_shl(low as u32))
}

/// The place of a bit in a block.
pub(super) const fn join(index: usize, bit: usize) -> usize {
    index.wrapping_mul(BLOCK_ITEMS).wrapping_add(bit)
}

const _: () = assert!(VALUE_BITS + 3 == ITEM_BITS, "the words of a class follow those of a value");
