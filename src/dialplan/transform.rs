//! What a number becomes: which part of it is not sent, and what is sent instead.
//!
//! Only the sequence that decides is walked, once, over keys that it is known to match. An element with `.`
//! takes as many of them as leave enough for the rest. Which counts do is one pass over the rest, from its
//! end, over a set of places in the number: no table, no search.

use heapless::String;

use super::item::{Item, Outcome};
use super::key::DialKey;
use super::table::Sequence;
use crate::limits;

/// A number as it is sent.
pub type Number = String<{ limits::NUMBER_BYTES }>;

/// What `text` becomes by a sequence that matches it; `None` when it does not match or the result is too
/// long.
pub(super) fn transmit(sequence: Sequence<'_>, text: &str) -> Option<Number> {
    let bytes = text.as_bytes();
    let mut number = Number::new();
    if !sequence.rewrites() {
        // It is sent as it is dialled.
        return number.push_str(text).ok().map(|()| number);
    }
    let mut left = bytes;
    let mut hidden = false;
    let mut rest = sequence;
    while let Some(item) = rest.next() {
        let taken = match item {
            Item::Key(_) | Item::Letter(_) => 1,
            Item::Keys(_) | Item::Letters(_) => most(item, rest, bytes, left)?,
            Item::Emit(letter) => {
                number.push(char::from(letter)).ok()?;
                0
            }
            Item::Open | Item::Close => {
                hidden = item == Item::Open;
                0
            }
            Item::Tone | Item::Long(_) | Item::Short(_) | Item::Pause(_) | Item::End(_) => 0,
        };
        let (these, those) = left.split_at_checked(taken)?;
        left = those;
        for &byte in these {
            if !takes(item, byte) {
                return None;
            }
            if !hidden {
                number.push(char::from(byte)).ok()?;
            }
        }
    }
    left.is_empty().then_some(number)
}

/// How many characters of `left`, the end of `text`, a repeated item takes.
fn most(item: Item, rest: Sequence<'_>, text: &[u8], left: &[u8]) -> Option<usize> {
    if left.is_empty() {
        return Some(0);
    }
    let ends = matched_from(rest, text);
    let start = text.len().saturating_sub(left.len());
    let run = left.iter().take_while(|&&byte| takes(item, byte)).count();
    (0..=run).rev().find(|taken| ends & bit(start.saturating_add(*taken)) != 0)
}

/// What `text` becomes by the first sequence that matches it. `None`: there is none. `Some(None)`: it is
/// barred, or what it becomes is too long. A sequence with a pause matches no text.
pub(super) fn rewrite<'p>(
    mut sequences: impl Iterator<Item = Sequence<'p>>,
    text: &str,
) -> Option<Option<Number>> {
    if text.len() >= 128 {
        return None;
    }
    let matching = |sequence: &Sequence<'_>| {
        let mut items = *sequence;
        !items.any(|item| matches!(item, Item::Pause(_))) && matched_from(*sequence, text.as_bytes()) & 1 != 0
    };
    let sequence = sequences.find(matching)?;
    Some(if sequence.outcome() == Some(Outcome::Plain) { transmit(sequence, text) } else { None })
}

/// The places from which `items` match the text to its end.
fn matched_from(items: Sequence<'_>, text: &[u8]) -> u128 {
    let mut places = bit(text.len());
    for item in items.rev() {
        match item {
            Item::Key(_) | Item::Letter(_) => places = (places >> 1) & taken(item, text),
            Item::Keys(_) | Item::Letters(_) => {
                // Each round doubles how many characters are taken at most.
                let mut run = taken(item, text);
                for shift in [1_u32, 2, 4, 8, 16, 32, 64] {
                    places |= places.wrapping_shr(shift) & run;
                    run &= run.wrapping_shr(shift);
                }
            }
            Item::Open
            | Item::Close
            | Item::Emit(_)
            | Item::Tone
            | Item::Long(_)
            | Item::Short(_)
            | Item::Pause(_)
            | Item::End(_) => {}
        }
    }
    places
}

/// The places of the characters that an item takes.
fn taken(item: Item, text: &[u8]) -> u128 {
    let places = text.iter().enumerate().filter(|&(_, &byte)| takes(item, byte));
    places.fold(0, |places, (place, _)| places | bit(place))
}

fn takes(item: Item, byte: u8) -> bool {
    match item {
        Item::Key(keys) | Item::Keys(keys) => {
            DialKey::new(char::from(byte)).is_some_and(|key| key.bit() & keys != 0)
        }
        Item::Letter(letter) | Item::Letters(letter) => letter == byte,
        Item::Open
        | Item::Close
        | Item::Emit(_)
        | Item::Tone
        | Item::Long(_)
        | Item::Short(_)
        | Item::Pause(_)
        | Item::End(_) => false,
    }
}

fn bit(place: usize) -> u128 {
    u32::try_from(place).ok().and_then(|place| 1_u128.checked_shl(place)).unwrap_or(0)
}
