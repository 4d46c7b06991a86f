//! The telephone-event payload (RFC 4733 §2.3): keys pressed, named instead of played.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! |     event     |E|R| volume    |          duration             |
//! ```
//!
//! ```
//! use deskphone::rtp::telephone_event::{Digit, Event};
//! let event = Event { code: Digit::from_char('#').unwrap().code(), end: true, volume: 10, duration: 800 };
//! assert_eq!(event.compose(), [11, 0x8A, 0x03, 0x20]);
//! assert_eq!(Event::parse(&event.compose()), Some(event));
//! ```

/// One event block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which event; 0 to 15 are the DTMF digits ([`Digit`]).
    pub code: u8,
    /// Whether the event has ended with this report (the E bit).
    pub end: bool,
    /// Power of the tone below 0 dBm0, 0 to 63 (§2.3.4).
    pub volume: u8,
    /// How long the event, or this segment of it, lasts so far, in timestamp units.
    pub duration: u16,
}

/// A DTMF digit: `0`-`9`, `*`, `#`, `A`-`D` (RFC 4733 §3.2, Table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digit(u8);

impl Event {
    /// Reads the first event block of a payload; `None` when it is shorter than one.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [code, flags, d0, d1] = *payload.first_chunk::<4>()?;
        let duration = u16::from_be_bytes([d0, d1]);
        Some(Self { code, end: flags & 0x80 != 0, volume: flags & 0x3F, duration })
    }

    /// The event as four bytes; the reserved bit is zero.
    #[must_use]
    pub const fn compose(self) -> [u8; 4] {
        let [d0, d1] = self.duration.to_be_bytes();
        let volume = if self.volume > 63 { 63 } else { self.volume };
        [self.code, if self.end { 0x80 | volume } else { volume }, d0, d1]
    }

    /// The digit that the event stands for; `None` for events that are no digits.
    #[must_use]
    pub fn digit(self) -> Option<Digit> {
        Digit::from_code(self.code)
    }
}

/// The events of a payload with the timestamp at which each began: several follow each other without pause
/// (§2.5.1.5).
pub fn events(timestamp: u32, payload: &[u8]) -> impl Iterator<Item = (u32, Event)> + '_ {
    let blocks = payload.as_chunks::<4>().0.iter().filter_map(|block| Event::parse(block));
    blocks.scan(timestamp, |begin, event| {
        let began = *begin;
        *begin = begin.wrapping_add(u32::from(event.duration));
        Some((began, event))
    })
}

impl Digit {
    /// The key `0`.
    pub const ZERO: Self = Self(0);

    /// The digit of an event code 0 to 15.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        if code <= 15 { Some(Self(code)) } else { None }
    }

    /// The digit that a character names; lower-case letters too.
    #[must_use]
    pub fn from_char(name: char) -> Option<Self> {
        let place = KEYS.iter().position(|key| char::from(*key) == name.to_ascii_uppercase())?;
        u8::try_from(place).ok().map(Self)
    }

    /// The event code, 0 to 15.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.0
    }

    /// The character on the key.
    #[must_use]
    pub fn to_char(self) -> char {
        KEYS.get(usize::from(self.0)).map_or('?', |key| char::from(*key))
    }

    /// The two frequencies of the digit in hertz, low group first (ITU-T Q.23).
    #[must_use]
    pub const fn frequencies(self) -> (u16, u16) {
        let low = match self.0 {
            1 | 2 | 3 | 12 => 697,
            4 | 5 | 6 | 13 => 770,
            7 | 8 | 9 | 14 => 852,
            _ => 941,
        };
        let high = match self.0 {
            1 | 4 | 7 | 10 => 1209,
            0 | 2 | 5 | 8 => 1336,
            3 | 6 | 9 | 11 => 1477,
            _ => 1633,
        };
        (low, high)
    }
}

const KEYS: &[u8; 16] = b"0123456789*#ABCD";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn every_key_has_its_code_of_rfc_4733_table_3() {
        for (code, name) in (0u8..).zip("0123456789*#ABCD".chars()) {
            let digit = Digit::from_char(name).unwrap();
            assert_eq!((digit.code(), digit.to_char()), (code, name));
            assert_eq!(Digit::from_code(code), Some(digit));
        }
        assert_eq!(Digit::from_code(16), None);
        assert_eq!(Digit::from_char('!'), None);
        assert_eq!(Digit::from_char('d').map(Digit::frequencies), Some((941, 1633)));
        assert_eq!(Digit::from_char('5').map(Digit::frequencies), Some((770, 1336)));
    }

    #[test]
    fn packed_events_follow_each_other_in_time() {
        let payload = [1, 0x8A, 0x01, 0x90, 2, 0x0A, 0x00, 0x50, 7];
        let seen: Vec<_> = events(u32::MAX, &payload).map(|(at, event)| (at, event.code)).collect();
        assert_eq!(seen, [(u32::MAX, 1), (399, 2)]);
    }

    proptest! {
        #[test]
        fn parse_undoes_compose(code: u8, end: bool, volume in 0u8..64, duration: u16) {
            let event = Event { code, end, volume, duration };
            prop_assert_eq!(Event::parse(&event.compose()), Some(event));
        }
    }
}
