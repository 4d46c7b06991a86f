//! The keys that belong to calls: line keys and the dial pad.

pub use crate::dialplan::DialKey;
use crate::limits;

/// One of the four line keys, L1 to L4; each is one call appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKey {
    /// Line key 1.
    L1,
    /// Line key 2.
    L2,
    /// Line key 3.
    L3,
    /// Line key 4.
    L4,
}

impl LineKey {
    /// All line keys in order.
    pub const ALL: [Self; limits::LINE_KEYS] = [Self::L1, Self::L2, Self::L3, Self::L4];

    /// The line key with a number from 1 to 4; `None` for any other.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::L1),
            2 => Some(Self::L2),
            3 => Some(Self::L3),
            4 => Some(Self::L4),
            _ => None,
        }
    }

    /// Its number, 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::L1 => 1,
            Self::L2 => 2,
            Self::L3 => 3,
            Self::L4 => 4,
        }
    }

    /// Its own of things of which each line key has one.
    pub(super) const fn of<T>(self, all: &[T; limits::LINE_KEYS]) -> &T {
        let [l1, l2, l3, l4] = all;
        match self {
            Self::L1 => l1,
            Self::L2 => l2,
            Self::L3 => l3,
            Self::L4 => l4,
        }
    }

    /// The same, to change.
    pub(super) const fn of_mut<T>(self, all: &mut [T; limits::LINE_KEYS]) -> &mut T {
        let [l1, l2, l3, l4] = all;
        match self {
            Self::L1 => l1,
            Self::L2 => l2,
            Self::L3 => l3,
            Self::L4 => l4,
        }
    }

    /// Its place in an array of line keys, 0 to 3.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::L1 => 0,
            Self::L2 => 1,
            Self::L3 => 2,
            Self::L4 => 3,
        }
    }
}
