//! Companded samples by their timestamps: a ring, and a bit for each place that is taken.

use crate::limits::JITTER_SAMPLES;

/// The samples that are there and not played yet.
#[derive(Clone, Debug)]
pub(super) struct Store {
    bytes: [u8; JITTER_SAMPLES],
    taken: [u32; JITTER_SAMPLES / 32],
}

impl Store {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; JITTER_SAMPLES], taken: [0; JITTER_SAMPLES / 32] }
    }

    /// Keeps a sample; the first one for a timestamp stays.
    pub(super) fn put(&mut self, timestamp: u32, byte: u8) {
        let place = place(timestamp);
        let Some(word) = self.taken.get_mut(place / 32) else { return };
        if *word & bit(timestamp) == 0 {
            *word |= bit(timestamp);
            if let Some(room) = self.bytes.get_mut(place) {
                *room = byte;
            }
        }
    }

    /// Takes a sample out.
    pub(super) fn take(&mut self, timestamp: u32) -> Option<u8> {
        let place = place(timestamp);
        let word = self.taken.get_mut(place / 32)?;
        if *word & bit(timestamp) == 0 {
            return None;
        }
        *word &= !bit(timestamp);
        self.bytes.get(place).copied()
    }

    /// Drops `count` samples from a timestamp on.
    pub(super) fn forget(&mut self, timestamp: u32, count: u32) {
        for offset in 0..count {
            let _ = self.take(timestamp.wrapping_add(offset));
        }
    }

    pub(super) const fn clear(&mut self) {
        self.taken = [0; JITTER_SAMPLES / 32];
    }
}

fn place(timestamp: u32) -> usize {
    usize::try_from(timestamp).unwrap_or(0) & (JITTER_SAMPLES - 1)
}

const fn bit(timestamp: u32) -> u32 {
    1u32.wrapping_shl(timestamp)
}
