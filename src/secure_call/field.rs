//! The fields of a certificate, each valid by construction.

use core::fmt;
use core::str::FromStr;

use zeroize::Zeroize;

use super::Fault;
use super::layout::{CA_BYTES, EXPIRY_BYTES, SUBSCRIBER_BYTES, USER_ID_BYTES};
use crate::base::{UnixTime, text};

/// Text in a field of `N` bytes, padded with NUL. It has no control characters, and nothing behind the
/// padding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Padded<const N: usize>([u8; N]);

impl<const N: usize> Padded<N> {
    /// The field that holds `text`; `None` when it is longer than `N` bytes or has a control character.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut field = [0; N];
        field.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Self::parse(&field).filter(|padded| padded.as_bytes().len() == text.len())
    }

    /// The field as it was read.
    pub(super) fn parse(field: &[u8; N]) -> Option<Self> {
        let text = trimmed(field);
        let plain = !text.iter().any(u8::is_ascii_control);
        let padding = field.get(text.len()..).unwrap_or(&[]);
        (plain && padding.iter().all(|byte| *byte == 0)).then_some(Self(*field))
    }

    /// The whole field.
    pub(super) const fn field(&self) -> &[u8; N] {
        &self.0
    }

    /// The text without its padding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        trimmed(&self.0)
    }

    /// The text for a person; what is not UTF-8 is read as Latin-1.
    #[must_use]
    pub fn readable<const M: usize>(&self) -> heapless::String<M> {
        text::readable(self.as_bytes())
    }
}

fn trimmed(field: &[u8]) -> &[u8] {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    field.get(..end).unwrap_or(field)
}

impl<const N: usize> fmt::Debug for Padded<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.readable::<64>())
    }
}

/// The user part of an address that was dialled, as a certificate's user id is compared with it.
///
/// Of a telephone number the visual separators are left out (RFC 3966 §3); anything else stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialled(Padded<USER_ID_BYTES>);

impl Dialled {
    /// The user id that belongs to `user`; `None` when no certificate can bear it.
    ///
    /// ```
    /// use deskphone::secure_call::Dialled;
    /// assert_eq!(Dialled::new("1-408-555 1234"), Dialled::new("14085551234"));
    /// assert_ne!(Dialled::new("joe.smith"), Dialled::new("joesmith"));
    /// assert_eq!(Dialled::new("140855512341408555"), None, "16 bytes at most");
    /// ```
    #[must_use]
    pub fn new(user: &str) -> Option<Self> {
        let separator = |c: char| matches!(c, '-' | '.' | '(' | ')' | ' ');
        let number = user.chars().all(|c| separator(c) || c.is_ascii_digit() || matches!(c, '+' | '*' | '#'));
        let mut kept = heapless::String::<USER_ID_BYTES>::new();
        for character in user.chars().filter(|c| !(number && separator(*c))) {
            kept.push(character).ok()?;
        }
        if kept.is_empty() { None } else { Padded::new(&kept).map(Self) }
    }

    /// Whether a certificate's user id is this one: the same bytes, case and all.
    #[must_use]
    pub fn is(&self, user_id: &Padded<USER_ID_BYTES>) -> bool {
        self.0 == *user_id
    }
}

/// When a certificate ends: a second of the phone's local time, in the years 2000 to 2099. It still holds
/// during that second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    hour: u8,
    minute: u8,
    second: u8,
    month: u8,
    day: u8,
    year: u8,
}

impl Expiry {
    /// `hhmmssMMDDYY`.
    pub(super) fn parse(field: &[u8; EXPIRY_BYTES]) -> Option<Self> {
        let mut numbers =
            field.chunks_exact(2).map(|pair| text::decimal(pair).and_then(|n| u8::try_from(n).ok()));
        let mut next = || numbers.next().flatten();
        let (hour, minute, second) = (next()?, next()?, next()?);
        Self { hour, minute, second, month: next()?, day: next()?, year: next()? }.valid()
    }

    fn valid(self) -> Option<Self> {
        let time = self.hour < 24 && self.minute < 60 && self.second < 60;
        let day = (1..=12).contains(&self.month) && (1..=days_in(self.month, self.year)).contains(&self.day);
        (time && day && self.year < 100).then_some(self)
    }

    /// The field.
    pub(super) fn field(&self) -> [u8; EXPIRY_BYTES] {
        let mut field = [b'0'; EXPIRY_BYTES];
        let numbers = [self.hour, self.minute, self.second, self.month, self.day, self.year];
        for (pair, number) in field.chunks_exact_mut(2).zip(numbers) {
            pair.copy_from_slice(&[b'0'.saturating_add(number / 10), b'0'.saturating_add(number % 10)]);
        }
        field
    }

    /// Whether the certificate has ended at `local`, the local time counted as if it were UTC.
    #[must_use]
    pub fn is_over(&self, local: UnixTime) -> bool {
        local.0 > self.seconds()
    }

    /// Seconds since 1970, as if the local time were UTC.
    fn seconds(&self) -> u64 {
        let year = u64::from(self.year);
        let leap_days_before = year.saturating_add(3) / 4;
        let months: u64 = (1..self.month).map(|month| u64::from(days_in(month, self.year))).sum();
        let days = (year.saturating_mul(365)).saturating_add(leap_days_before).saturating_add(months);
        let days = days.saturating_add(u64::from(self.day)).saturating_sub(1);
        let hours = days.saturating_mul(24).saturating_add(u64::from(self.hour));
        let minutes = hours.saturating_mul(60).saturating_add(u64::from(self.minute));
        let seconds = minutes.saturating_mul(60).saturating_add(u64::from(self.second));
        seconds.saturating_add(YEAR_2000)
    }
}

/// 2000 is a leap year, and so is each fourth one after it up to 2099.
const fn days_in(month: u8, year: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        _ => 31,
    }
}

/// 2000-01-01 00:00:00 UTC.
const YEAR_2000: u64 = 946_684_800;

impl FromStr for Expiry {
    type Err = Fault;

    /// Reads `hh:mm:ss M/D/YY`, as a person writes it; `34` is 2034.
    fn from_str(written: &str) -> Result<Self, Fault> {
        let read = || {
            let (time, date) = written.trim().split_once(' ')?;
            let mut time = time.split(':').map(short_number);
            let mut date = date.trim().split('/').map(short_number);
            let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
            let (month, day, year) = (date.next()??, date.next()??, date.next()??);
            let whole = time.next().is_none() && date.next().is_none();
            Self { hour, minute, second, month, day, year }.valid().filter(|_| whole)
        };
        read().ok_or(Fault::Expiry)
    }
}

fn short_number(digits: &str) -> Option<u8> {
    let short = digits.len() <= 2;
    text::decimal(digits.as_bytes()).and_then(|number| u8::try_from(number).ok()).filter(|_| short)
}

impl fmt::Display for Expiry {
    /// `hh:mm:ss M/D/YY`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hour, minute, second, month, day, year } = self;
        write!(f, "{hour:02}:{minute:02}:{second:02} {month}/{day}/{year:02}")
    }
}

/// A modulus of `N` bytes: an odd number whose highest byte is not zero. The public exponent is 65537.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Modulus<const N: usize>([u8; N]);

/// The key that certificates are verified with: RSA-1024.
pub type CaKey = Modulus<CA_BYTES>;
/// A subscriber's public key: RSA-512.
pub type PublicKey = Modulus<SUBSCRIBER_BYTES>;

impl<const N: usize> Modulus<N> {
    /// A modulus; `None` for an even number and one whose highest byte is zero.
    #[must_use]
    pub fn new(bytes: &[u8; N]) -> Option<Self> {
        let odd = bytes.last().is_some_and(|low| low % 2 == 1);
        let full = bytes.first().is_some_and(|high| *high != 0);
        (odd && full).then_some(Self(*bytes))
    }

    /// Its bytes, big-endian.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// Whether a number lies in `0..modulus`. It takes as long for every number.
    pub(super) fn exceeds(&self, number: &[u8; N]) -> subtle::Choice {
        // Subtract from the lowest byte up: a borrow at the end means that the number was below.
        let mut borrow = 0u16;
        for (number, modulus) in number.iter().rev().zip(self.0.iter().rev()) {
            let lower = u16::from(*number).wrapping_sub(u16::from(*modulus)).wrapping_sub(borrow);
            borrow = lower >> 15;
        }
        subtle::Choice::from(u8::try_from(borrow & 1).unwrap_or(0))
    }
}

impl<const N: usize> fmt::Debug for Modulus<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Modulus")
    }
}

/// A subscriber's private exponent, wiped when dropped.
#[derive(Clone)]
pub struct PrivateKey([u8; SUBSCRIBER_BYTES]);

impl PrivateKey {
    /// A private exponent, big-endian.
    #[must_use]
    pub const fn new(bytes: [u8; SUBSCRIBER_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; SUBSCRIBER_BYTES] {
        &self.0
    }
}

impl Drop for PrivateKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::ToString;

    #[test]
    fn the_documented_date() {
        let expiry: Expiry = "00:00:00 1/1/34".parse().unwrap();
        assert_eq!(&expiry.field(), b"000000010134");
        assert_eq!(Expiry::parse(b"000000010134"), Some(expiry));
        assert_eq!(expiry.to_string(), "00:00:00 1/1/34");
        // 2034-01-01 00:00:00 UTC
        assert!(!expiry.is_over(UnixTime(2_019_686_400)), "the last second counts");
        assert!(expiry.is_over(UnixTime(2_019_686_401)));
    }

    #[test]
    fn each_day_of_the_century_has_its_second() {
        let mut expected = YEAR_2000;
        for year in 0..100 {
            for month in 1..=12 {
                for day in 1..=days_in(month, year) {
                    let expiry = Expiry { hour: 0, minute: 0, second: 0, month, day, year };
                    assert_eq!(expiry.seconds(), expected, "{expiry}");
                    assert_eq!(Expiry::parse(&expiry.field()), Some(expiry));
                    assert_eq!(expiry.to_string().parse(), Ok(expiry));
                    expected += 86_400;
                }
            }
        }
        // 2100-01-01 00:00:00 UTC
        assert_eq!(expected, 4_102_444_800);
    }

    #[test]
    fn dates_that_do_not_exist() {
        for text in [
            "",
            "00:00:00",
            "1/1/34",
            "24:00:00 1/1/34",
            "00:60:00 1/1/34",
            "00:00:60 1/1/34",
            "00:00:00 0/1/34",
            "00:00:00 13/1/34",
            "00:00:00 1/32/34",
            "00:00:00 4/31/34",
            "00:00:00 2/29/34",
            "00:00:00 1/0/34",
            "00:00:00 1/1/2034",
            "00:00:00 1/1",
            "00:00 1/1/34",
            "0:0:0:0 1/1/34",
            "00:00:00 1/1/34/1",
            "-1:00:00 1/1/34",
            "00:00:00 1/1/3a",
        ] {
            assert_eq!(text.parse::<Expiry>(), Err(Fault::Expiry), "{text}");
        }
        assert!("00:00:00 2/29/36".parse::<Expiry>().is_ok());
        for field in [b"00000001013 ", b"240000010134", b"000000013134x".first_chunk().unwrap()] {
            let valid = field == b"000000013134";
            assert_eq!(Expiry::parse(field).is_some(), valid, "{field:?}");
        }
    }

    #[test]
    fn text_fields() {
        let padded = Padded::<4>::new("Zoë").unwrap();
        assert_eq!((padded.as_bytes(), padded.field()), ("Zoë".as_bytes(), &[b'Z', b'o', 0xC3, 0xAB]));
        assert_eq!(padded.readable::<8>(), "Zoë");
        assert_eq!(Padded::<4>::new("abcde"), None);
        assert_eq!(Padded::<4>::new("a\0"), None, "a NUL is padding");
        assert_eq!(Padded::<4>::new("a\n"), None);
        assert_eq!(Padded::parse(b"ab\0c"), None, "nothing stands behind the padding");
        assert_eq!(Padded::parse(b"\0\0\0\0").map(|field| field.as_bytes().len()), Some(0));
    }

    #[test]
    fn comparing_with_what_was_dialled() {
        let id = |text| Padded::new(text).unwrap();
        for (dialled, user_id, same) in [
            ("14085551234", "14085551234", true),
            ("1-408-555-1234", "14085551234", true),
            ("(408) 555.1234", "4085551234", true),
            ("+14085551234", "14085551234", false),
            ("joe", "joe", true),
            ("Joe", "joe", false),
            ("joe.smith", "joe.smith", true),
            ("joe.smith", "joesmith", false),
            ("1408555123", "14085551234", false),
        ] {
            assert_eq!(Dialled::new(dialled).unwrap().is(&id(user_id)), same, "{dialled} {user_id}");
        }
        assert_eq!(Dialled::new(""), None);
        assert_eq!(Dialled::new("-"), None, "an empty user id is nobody's");
    }

    #[test]
    fn a_modulus_is_odd_and_full() {
        assert!(Modulus::new(&[0x80, 0x01]).is_some());
        assert_eq!(Modulus::new(&[0x80, 0x02]), None);
        assert_eq!(Modulus::new(&[0x00, 0x01]), None);
    }

    #[test]
    fn numbers_below_a_modulus() {
        let modulus = Modulus::new(&[0x12, 0x35]).unwrap();
        for number in 0..=u16::MAX {
            let below = bool::from(modulus.exceeds(&number.to_be_bytes()));
            assert_eq!(below, number < 0x1235, "{number:x}");
        }
    }

    #[test]
    fn a_private_key_is_not_shown() {
        assert_eq!(format!("{:?}", PrivateKey::new([7; 64])), "PrivateKey");
    }
}
