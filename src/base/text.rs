//! Bounded text and the comparisons that protocols need.

use heapless::String;

/// A copy of `text` if it fits into `N` bytes.
#[must_use]
pub fn exact<const N: usize>(text: &str) -> Option<String<N>> {
    let mut copy = String::new();
    copy.push_str(text).ok()?;
    Some(copy)
}

/// A copy of as many whole characters of `text` as fit into `N` bytes; for what a person reads.
///
/// ```
/// use deskphone::base::text;
/// assert_eq!(text::shortened::<4>("Zoë B").as_str(), "Zoë");
/// ```
#[must_use]
pub fn shortened<const N: usize>(text: &str) -> String<N> {
    let mut copy = String::new();
    for character in text.chars() {
        if copy.push(character).is_err() {
            break;
        }
    }
    copy
}

/// Bytes from the network as text for a person: what is not UTF-8 is read as Latin-1, control characters are
/// left out, and what does not fit into `N` bytes is cut off.
///
/// ```
/// use deskphone::base::text;
/// assert_eq!(text::readable::<16>("Zoë\r\n".as_bytes()).as_str(), "Zoë");
/// assert_eq!(text::readable::<16>(b"Zo\xeb").as_str(), "Zoë");
/// ```
#[must_use]
pub fn readable<const N: usize>(bytes: &[u8]) -> String<N> {
    let mut copy = String::new();
    match core::str::from_utf8(bytes) {
        Ok(text) => push_printable(&mut copy, text.chars()),
        Err(_) => push_printable(&mut copy, bytes.iter().map(|&byte| char::from(byte))),
    }
    copy
}

fn push_printable<const N: usize>(copy: &mut String<N>, characters: impl Iterator<Item = char>) {
    for character in characters.filter(|character| !character.is_control()) {
        if copy.push(character).is_err() {
            break;
        }
    }
}

/// A copy of `bytes` if they fit into `N`.
#[must_use]
pub fn bytes<const N: usize>(bytes: &[u8]) -> Option<heapless::Vec<u8, N>> {
    heapless::Vec::from_slice(bytes).ok()
}

/// The number that a string of decimal digits stands for; `None` for anything else and for what does not fit.
///
/// ```
/// use deskphone::base::text;
/// assert_eq!(text::decimal(b"4294967295"), Some(u32::MAX));
/// assert_eq!(text::decimal(b"4294967296"), None);
/// assert_eq!(text::decimal(b"-1"), None);
/// assert_eq!(text::decimal(b""), None);
/// ```
#[must_use]
pub fn decimal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

/// `text` without spaces and tabs, carriage returns and line feeds at both ends.
#[must_use]
pub const fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}
