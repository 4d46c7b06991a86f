//! The keys that belong to calls: line keys and the dial pad.

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

/// One of the twelve keys of the dial pad.
///
/// ```
/// use deskphone::calls::DialKey;
/// assert_eq!(DialKey::new('#').unwrap().event(), 11);
/// assert_eq!(DialKey::new('a'), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialKey(u8);

impl DialKey {
    /// The key that sends a number: `#`.
    pub const HASH: Self = Self(b'#');

    /// The key with a symbol: `0` to `9`, `*` or `#`; `None` for any other.
    #[must_use]
    pub const fn new(symbol: char) -> Option<Self> {
        match symbol {
            '*' => Some(Self(b'*')),
            '#' => Some(Self(b'#')),
            '0' => Some(Self(b'0')),
            '1' => Some(Self(b'1')),
            '2' => Some(Self(b'2')),
            '3' => Some(Self(b'3')),
            '4' => Some(Self(b'4')),
            '5' => Some(Self(b'5')),
            '6' => Some(Self(b'6')),
            '7' => Some(Self(b'7')),
            '8' => Some(Self(b'8')),
            '9' => Some(Self(b'9')),
            _ => None,
        }
    }

    /// Its symbol.
    #[must_use]
    pub const fn symbol(self) -> char {
        self.0 as char
    }

    /// Its telephone event (RFC 4733 §3.2): 0 to 9, 10 for `*`, 11 for `#`.
    #[must_use]
    pub const fn event(self) -> u8 {
        match self.0 {
            b'*' => 10,
            b'#' => 11,
            digit => digit.wrapping_sub(b'0'),
        }
    }
}
