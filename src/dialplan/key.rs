//! The keys of the dial pad.

/// One of the twelve keys of the dial pad.
///
/// ```
/// use deskphone::dialplan::DialKey;
/// assert_eq!(DialKey::new('#').unwrap().event(), 11);
/// assert_eq!(DialKey::new('a'), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialKey(u8);

impl DialKey {
    /// The key that sends a number: `#`.
    pub const HASH: Self = Self(11);

    /// The key that opens a service code, and stands for `@`, `.` and `:` in an IP address: `*`.
    pub const STAR: Self = Self(10);

    /// The key with a symbol: `0` to `9`, `*` or `#`; `None` for any other.
    #[must_use]
    pub const fn new(symbol: char) -> Option<Self> {
        match symbol {
            '0'..='9' => Some(Self((symbol as u8).wrapping_sub(b'0'))),
            '*' => Some(Self::STAR),
            '#' => Some(Self::HASH),
            _ => None,
        }
    }

    /// Its symbol.
    #[must_use]
    pub const fn symbol(self) -> char {
        match self.0 {
            10 => '*',
            11 => '#',
            digit => digit.wrapping_add(b'0') as char,
        }
    }

    /// Its telephone event (RFC 4733 §3.2): 0 to 9, 10 for `*`, 11 for `#`.
    #[must_use]
    pub const fn event(self) -> u8 {
        self.0
    }

    /// Its bit in a set of keys.
    pub(super) const fn bit(self) -> u16 {
        1_u16.wrapping_shl(self.0 as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_symbol() {
        for (event, symbol) in (0..).zip("0123456789*#".chars()) {
            let key = DialKey::new(symbol).unwrap();
            assert_eq!((key.symbol(), key.event(), key.bit()), (symbol, event, 1 << event));
        }
        for symbol in ['/', ':', 'a', '\0', 'ı', '٣'] {
            assert_eq!(DialKey::new(symbol), None);
        }
    }
}
