//! The places that transactions live in: a record, and the message that RFC 3261 makes us keep.

use crate::limits::MESSAGE_BYTES;

/// A place and its use; no later use of the place answers to it (until 65,536 of them).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    index: u16,
    generation: u16,
}

/// One place. The bytes stay where they are for the life of the table: a message is composed in place.
#[derive(Debug)]
pub(super) struct Slot<R> {
    generation: u16,
    record: Option<R>,
    length: usize,
    bytes: [u8; MESSAGE_BYTES],
}

/// `N` places of one kind.
#[derive(Debug)]
pub(super) struct Slots<R, const N: usize> {
    slots: [Slot<R>; N],
}

impl<R> Slot<R> {
    const VACANT: Self = Self { generation: 0, record: None, length: 0, bytes: [0; MESSAGE_BYTES] };

    pub(super) fn message(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    /// The record and the message beside it.
    pub(super) fn parts(&mut self) -> Option<(&mut R, &[u8])> {
        let message = self.bytes.get(..self.length).unwrap_or(&[]);
        self.record.as_mut().map(|record| (record, message))
    }

    /// The record and the message beside it, both to change.
    pub(super) fn parts_mut(&mut self) -> (Option<&mut R>, &mut [u8]) {
        let message = self.bytes.get_mut(..self.length).unwrap_or(&mut []);
        (self.record.as_mut(), message)
    }

    /// The whole buffer, to compose into.
    pub(super) const fn buffer(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Keeps a copy of `message`; one that does not fit is not kept at all.
    pub(super) fn keep(&mut self, message: &[u8]) -> bool {
        let Some(room) = self.bytes.get_mut(..message.len()) else { return false };
        room.copy_from_slice(message);
        self.length = message.len();
        true
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

    pub(super) fn slot_at(&mut self, index: usize) -> Option<&mut Slot<R>> {
        self.slots.get_mut(index)
    }

    /// Gives a vacant place to `record`; its buffer already holds `length` bytes of message.
    pub(super) fn occupy(&mut self, index: usize, record: R, length: usize) -> Option<Place> {
        let slot = self.slots.get_mut(index).filter(|slot| slot.record.is_none())?;
        let place = Place { index: u16::try_from(index).ok()?, generation: slot.generation };
        slot.record = Some(record);
        slot.length = length;
        Some(place)
    }

    /// Frees a place; its number is not valid any more.
    pub(super) fn free(&mut self, place: Place) {
        if let Some(slot) = self.slot_mut(place) {
            slot.record = None;
            slot.length = 0;
            slot.generation = slot.generation.wrapping_add(1);
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

    /// Every place in use: its number, its record and its message.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Place, &R, &[u8])> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let place = Place { index: u16::try_from(index).ok()?, generation: slot.generation };
            slot.record.as_ref().map(|record| (place, record, slot.message()))
        })
    }

    /// A place in use to read, and the buffer of a vacant place to write.
    pub(super) fn read_and_write(&mut self, source: Place, target: usize) -> Option<(&[u8], &mut [u8])> {
        let from = usize::from(source.index);
        let [source_slot, target_slot] = self.slots.get_disjoint_mut([from, target]).ok()?;
        let valid = source_slot.generation == source.generation && source_slot.record.is_some();
        valid.then_some((source_slot.message(), &mut target_slot.bytes[..]))
    }
}
