//! The places that transactions live in, and the messages that RFC 3261 makes us keep.
//!
//! Messages are of very different lengths, so they stand one behind the other in one stretch of memory
//! ([`Messages`]), and a place knows where its own is. When one goes, those behind it move down.

use core::fmt;

use crate::base::bounded::slide;
use crate::limits::{KEPT_BYTES, MESSAGE_BYTES};

/// A place and its use; no later use of the place answers to it (until 65,536 of them).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    index: u16,
    generation: u16,
}

/// Where a message stands in [`Messages`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stretch {
    at: u16,
    length: u16,
    /// Bytes that are set aside for it: a longer message may take its place.
    room: u16,
}

/// One place.
#[derive(Debug)]
pub(super) struct Slot<R> {
    generation: u16,
    record: Option<R>,
    pub(super) stretch: Stretch,
}

/// `N` places of one kind.
#[derive(Debug)]
pub(super) struct Slots<R, const N: usize> {
    slots: [Slot<R>; N],
}

/// The messages of all places, and behind them room to compose one more.
pub(super) struct Messages {
    bytes: [u8; KEPT_BYTES + MESSAGE_BYTES],
    used: u16,
}

/// Bytes that are not needed any more; the messages behind them have moved down.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(super) struct Gap {
    at: u16,
    bytes: u16,
}

/// Without the messages: they may have keys in them (RFC 4568).
impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").field("used", &self.used).finish_non_exhaustive()
    }
}

impl Messages {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; KEPT_BYTES + MESSAGE_BYTES], used: 0 }
    }

    /// Whether one more message of any length can be kept.
    pub(super) fn has_room(&self) -> bool {
        KEPT_BYTES.saturating_sub(usize::from(self.used)) >= MESSAGE_BYTES
    }

    /// Where messages are composed, each [`MESSAGE_BYTES`] at the most; nothing here outlives a call.
    pub(super) fn scratch(&mut self) -> &mut [u8] {
        self.read_and_write(Stretch::default()).1
    }

    /// A message that is kept.
    pub(super) fn at(&self, stretch: Stretch) -> &[u8] {
        self.bytes.get(stretch.range()).unwrap_or(&[])
    }

    /// A message that is kept, to change.
    pub(super) fn at_mut(&mut self, stretch: Stretch) -> &mut [u8] {
        self.bytes.get_mut(stretch.range()).unwrap_or(&mut [])
    }

    /// A message to read and where to compose another.
    pub(super) fn read_and_write(&mut self, stretch: Stretch) -> (&[u8], &mut [u8]) {
        match self.bytes.split_at_mut_checked(usize::from(self.used)) {
            Some((kept, free)) => {
                (kept.get(stretch.range()).unwrap_or(&[]), free.get_mut(..MESSAGE_BYTES).unwrap_or(&mut []))
            }
            None => (&[], &mut []),
        }
    }

    /// Keeps the first `length` bytes of what was composed, and sets aside `room` for what replaces it.
    pub(super) fn keep(&mut self, length: usize, room: usize) -> Option<Stretch> {
        let (length, room) = (u16::try_from(length).ok()?, u16::try_from(room.max(length)).ok()?);
        let used = self.used.checked_add(room).filter(|used| usize::from(*used) <= KEPT_BYTES)?;
        let stretch = Stretch { at: self.used, length, room };
        self.used = used;
        Some(stretch)
    }

    /// Puts the first `length` bytes of what was composed in the place of a message; `None` when they are
    /// more than was set aside for it.
    pub(super) fn replace(&mut self, stretch: &mut Stretch, length: usize) -> Option<()> {
        let length = u16::try_from(length).ok().filter(|length| *length <= stretch.room)?;
        let scratch = usize::from(self.used);
        slide(&mut self.bytes, scratch, usize::from(length), usize::from(stretch.at));
        stretch.length = length;
        Some(())
    }

    /// Takes bytes out.
    pub(super) fn close(&mut self, gap: Gap) {
        let end = gap.at.saturating_add(gap.bytes);
        if gap.bytes != 0 && end <= self.used {
            let behind = usize::from(self.used.saturating_sub(end));
            slide(&mut self.bytes, usize::from(end), behind, usize::from(gap.at));
            self.used = self.used.saturating_sub(gap.bytes);
        }
    }
}

impl Stretch {
    fn range(self) -> core::ops::Range<usize> {
        usize::from(self.at)..usize::from(self.at).saturating_add(usize::from(self.length))
    }

    /// Bytes that are kept or set aside.
    pub(super) fn room(self) -> usize {
        usize::from(self.room)
    }

    /// The message is the last one of its place: what was set aside beyond it.
    pub(super) const fn spare(&mut self) -> Gap {
        let gap =
            Gap { at: self.at.saturating_add(self.length), bytes: self.room.saturating_sub(self.length) };
        self.room = self.length;
        gap
    }
}

impl<R> Slot<R> {
    const VACANT: Self = Self { generation: 0, record: None, stretch: Stretch { at: 0, length: 0, room: 0 } };

    /// The record, and where its message is.
    pub(super) const fn parts(&mut self) -> Option<(&mut R, &mut Stretch)> {
        match &mut self.record {
            Some(record) => Some((record, &mut self.stretch)),
            None => None,
        }
    }
}

impl<R, const N: usize> Slots<R, N> {
    pub(super) const fn new() -> Self {
        Self { slots: [const { Slot::VACANT }; N] }
    }

    /// A place that nobody uses.
    pub(super) fn vacant(&self) -> Option<usize> {
        self.slots.iter().position(|slot| slot.record.is_none())
    }

    /// Gives a vacant place to `record`, whose message is kept at `stretch`.
    pub(super) fn occupy(&mut self, index: usize, record: R, stretch: Stretch) -> Option<Place> {
        let slot = self.slots.get_mut(index).filter(|slot| slot.record.is_none())?;
        let place = Place { index: u16::try_from(index).ok()?, generation: slot.generation };
        slot.record = Some(record);
        slot.stretch = stretch;
        Some(place)
    }

    /// Frees a place; its number is not valid any more.
    pub(super) fn free(&mut self, place: Place) -> Gap {
        let Some(slot) = self.slot_mut(place) else { return Gap { at: 0, bytes: 0 } };
        slot.record = None;
        slot.generation = slot.generation.wrapping_add(1);
        slot.stretch.length = 0;
        slot.stretch.spare()
    }

    /// The messages behind a gap have moved.
    pub(super) fn moved(&mut self, gap: Gap) {
        for slot in self.slots.iter_mut().filter(|slot| slot.record.is_some() && slot.stretch.at > gap.at) {
            slot.stretch.at = slot.stretch.at.saturating_sub(gap.bytes);
        }
    }

    pub(super) fn slot(&self, place: Place) -> Option<&Slot<R>> {
        let slot = self.slots.get(usize::from(place.index))?;
        (slot.generation == place.generation && slot.record.is_some()).then_some(slot)
    }

    pub(super) fn slot_mut(&mut self, place: Place) -> Option<&mut Slot<R>> {
        let slot = self.slots.get_mut(usize::from(place.index))?;
        (slot.generation == place.generation && slot.record.is_some()).then_some(slot)
    }

    pub(super) fn record(&self, place: Place) -> Option<&R> {
        self.slot(place)?.record.as_ref()
    }

    pub(super) fn record_mut(&mut self, place: Place) -> Option<&mut R> {
        self.slot_mut(place)?.record.as_mut()
    }

    /// Every place in use: its number, its record and where its message is.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Place, &R, Stretch)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let place = Place { index: u16::try_from(index).ok()?, generation: slot.generation };
            slot.record.as_ref().map(|record| (place, record, slot.stretch))
        })
    }
}

const _: () = assert!(KEPT_BYTES + MESSAGE_BYTES < 65_536, "places in the stretch have 16 bits");

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(messages: &mut Messages, byte: u8, length: usize, room: usize) -> Stretch {
        messages.scratch()[..length].fill(byte);
        messages.keep(length, room).unwrap()
    }

    #[test]
    fn what_stands_behind_a_message_that_goes_moves_down() {
        let (mut messages, mut slots) = (Messages::new(), Slots::<u8, 3>::new());
        let places: std::vec::Vec<_> = (0..3u8)
            .map(|number| {
                let stretch = keep(&mut messages, number, 10 + usize::from(number), 40);
                slots.occupy(usize::from(number), number, stretch).unwrap()
            })
            .collect();
        let gap = slots.free(places[0]);
        messages.close(gap);
        slots.moved(gap);
        assert_eq!((messages.used, slots.vacant()), (80, Some(0)));
        // The second one becomes final: what was set aside for it is free.
        messages.scratch()[..30].fill(9);
        let (_, stretch) = slots.slot_mut(places[1]).unwrap().parts().unwrap();
        messages.replace(stretch, 30).unwrap();
        let gap = stretch.spare();
        messages.close(gap);
        slots.moved(gap);
        assert_eq!(messages.used, 70);
        let of = |place| messages.at(slots.slot(place).unwrap().stretch);
        assert_eq!((of(places[1]), of(places[2])), (&[9; 30][..], &[2; 12][..]));
        assert!(slots.slot(places[0]).is_none());
    }

    #[test]
    fn nothing_is_kept_beyond_what_is_set_aside() {
        let mut messages = Messages::new();
        let mut stretch = keep(&mut messages, 1, 10, 20);
        messages.scratch()[..21].fill(2);
        assert_eq!(messages.replace(&mut stretch, 21), None);
        assert_eq!(messages.at(stretch), [1; 10]);
        while messages.has_room() {
            let _kept = keep(&mut messages, 3, 1, MESSAGE_BYTES);
        }
        assert!(messages.scratch().len() >= MESSAGE_BYTES, "an answer can always be composed");
        assert_eq!(messages.keep(1, MESSAGE_BYTES), None);
    }
}
