//! The bounded store: the settings that differ from the factory's, one after the other.
//!
//! ```text
//! store := *entry
//! entry := setting (2 bytes) length (2 bytes) text       in the order of the settings
//! ```

use super::setting::Id;
use crate::base::turn;
use crate::limits;
use heapless::Vec;
use zeroize::Zeroize;

/// The settings of one's own.
#[derive(Clone)]
pub(super) struct Store {
    bytes: Vec<u8, { limits::SETTINGS_BYTES }>,
}

/// Bytes before an entry's text.
const HEAD: usize = 4;

impl Store {
    pub(super) const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// The setting's text, if it has one of its own.
    pub(super) fn find(&self, setting: Id) -> Option<&str> {
        // They are in order: behind its place there is nothing to look for.
        let first = self.entries().find(|(id, _)| *id >= setting);
        first.filter(|(id, _)| *id == setting).map(|(_, text)| text)
    }

    /// All settings with a text of their own, in their order.
    pub(super) fn entries(&self) -> Entries<'_> {
        Entries { rest: &self.bytes }
    }

    /// Gives a setting a text in place of the one it has, if it has one. `false`: no room, nothing changed.
    pub(super) fn put(&mut self, setting: Id, text: &str) -> bool {
        let Ok(length) = u16::try_from(text.len()) else { return false };
        let (from, old) = self.place(setting);
        let new = HEAD.saturating_add(text.len());
        let total = self.bytes.len().saturating_sub(old).saturating_add(new);
        if total > self.bytes.capacity() {
            return false;
        }
        self.make_room(from, old, new);
        let [id_high, id_low] = setting.bits().to_be_bytes();
        let [high, low] = length.to_be_bytes();
        let head = [id_high, id_low, high, low];
        let place = self.bytes.iter_mut().skip(from);
        for (to, byte) in place.zip(head.iter().chain(text.as_bytes())) {
            *to = *byte;
        }
        true
    }

    /// Takes a setting's own text away.
    pub(super) fn remove(&mut self, setting: Id) {
        let (from, old) = self.place(setting);
        self.make_room(from, old, 0);
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.bytes.zeroize();
    }

    /// Bytes in use.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Where a setting's entry is or has to be, and how long it is now.
    fn place(&self, setting: Id) -> (usize, usize) {
        let mut from = 0usize;
        for (id, text) in self.entries() {
            let length = HEAD.saturating_add(text.len());
            if id >= setting {
                return (from, if id == setting { length } else { 0 });
            }
            from = from.saturating_add(length);
        }
        (from, 0)
    }

    /// Makes `old` bytes at `from` into `new` ones; what is behind them moves. There is room.
    fn make_room(&mut self, from: usize, old: usize, new: usize) {
        let length = self.bytes.len();
        let tail = from.saturating_add(old);
        if new > old {
            let grown = new.saturating_sub(old);
            let _fits = self.bytes.resize(length.saturating_add(grown), 0);
            if let Some(tail) = self.bytes.get_mut(tail..) {
                turn::right(tail, grown);
            }
        } else {
            let shrunk = old.saturating_sub(new);
            if let Some(tail) = self.bytes.get_mut(from.saturating_add(new)..) {
                turn::left(tail, shrunk);
                let kept = tail.len().saturating_sub(shrunk);
                if let Some(gone) = tail.get_mut(kept..) {
                    gone.zeroize();
                }
            }
            self.bytes.truncate(length.saturating_sub(shrunk));
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The entries of a store.
pub(super) struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Id, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let [id_high, id_low, high, low, rest @ ..] = self.rest else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (text, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        let id = Id::of_bits(u16::from_be_bytes([*id_high, *id_low]));
        Some((id, core::str::from_utf8(text).unwrap_or_default()))
    }
}
