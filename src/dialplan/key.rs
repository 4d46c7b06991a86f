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
    pub const HASH: Self = Self(b'#');

    /// The key that opens a service code, and stands for `@`, `.` and `:` in an IP address: `*`.
    pub const STAR: Self = Self(b'*');

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

    /// Its bit in a set of keys.
    pub(super) const fn bit(self) -> u16 {
        1_u16.wrapping_shl(self.event() as u32)
    }
}
