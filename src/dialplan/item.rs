//! One step of a compiled dial plan, and its 15 bits: twelve of a value, three of a class.
//!
//! | class | item | value |
//! |---|---|---|
//! | 0, 4 | [`Item::Key`]; 4 where the table says that another follows | its keys, a bit each |
//! | 1 | [`Item::Keys`] | its keys, a bit each |
//! | 2, 5, 6 | [`Item::Pause`], [`Item::Long`], [`Item::Short`] | seconds |
//! | 3 | a letter or a mark | which in the upper four bits, a character in the lower eight |
//! | 7 | [`Item::End`] | which in the upper four bits, a number in the lower eight |

/// `x`: the ten digits.
pub(super) const DIGITS: u16 = 0x03FF;
/// The longest time that an item can hold, in seconds.
pub(super) const LONGEST_S: u16 = 0x0FFF;

/// How many bits a value has: one for each key.
pub(super) const VALUE_BITS: usize = 12;
/// How many bits an item has.
pub(super) const ITEM_BITS: usize = 15;

/// One step of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// One of a set of keys.
    Key(u16),
    /// Any number of keys of a set: an element with `.`.
    Keys(u16),
    /// A character that no key gives.
    Letter(u8),
    /// Any number of one such character.
    Letters(u8),
    /// `<`: what is dialled from here on is not sent.
    Open,
    /// The `:` that ends it.
    Close,
    /// A character that is sent without being dialled.
    Emit(u8),
    /// `,`: the outside-line tone.
    Tone,
    /// The long timer from here on, in seconds.
    Long(u16),
    /// The short timer from here on, in seconds.
    Short(u16),
    /// Seconds without a key before it goes on.
    Pause(u16),
    /// The sequence is complete.
    End(Outcome),
}

/// What a complete sequence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A number to be sent.
    Plain,
    /// A number that must not be sent.
    Barred,
    /// A service code, by what [`Plan::add_code`](super::Plan::add_code) was told.
    Code(u8),
    /// A speed dial digit.
    SpeedDial(u8),
}

impl Item {
    pub(super) const fn pack(self) -> u16 {
        let (class, value) = match self {
            Self::Key(keys) => (0, keys),
            Self::Keys(keys) => (1, keys),
            Self::Pause(seconds) => (2, seconds),
            Self::Letter(letter) => (3, named(0, letter)),
            Self::Letters(letter) => (3, named(1, letter)),
            Self::Open => (3, named(2, 0)),
            Self::Close => (3, named(3, 0)),
            Self::Emit(letter) => (3, named(6, letter)),
            Self::Tone => (3, named(7, 0)),
            Self::Long(seconds) => (5, seconds),
            Self::Short(seconds) => (6, seconds),
            Self::End(Outcome::Plain) => (7, named(0, 0)),
            Self::End(Outcome::Barred) => (7, named(1, 0)),
            Self::End(Outcome::Code(code)) => (7, named(2, code)),
            Self::End(Outcome::SpeedDial(digit)) => (7, named(3, digit)),
        };
        class << VALUE_BITS | value & 0x0FFF
    }

    pub(super) const fn unpack(packed: u16) -> Self {
        let value = packed & 0x0FFF;
        let [byte, _] = value.to_le_bytes();
        match (packed >> VALUE_BITS & 7, value >> 8) {
            (1, _) => Self::Keys(value),
            (2, _) => Self::Pause(value),
            (3, 0) => Self::Letter(byte),
            (3, 1) => Self::Letters(byte),
            (3, 2) => Self::Open,
            (3, 3) => Self::Close,
            (3, 6) => Self::Emit(byte),
            (3, _) => Self::Tone,
            (5, _) => Self::Long(value),
            (6, _) => Self::Short(value),
            (7, 0) => Self::End(Outcome::Plain),
            (7, 1) => Self::End(Outcome::Barred),
            (7, 2) => Self::End(Outcome::Code(byte)),
            (7, _) => Self::End(Outcome::SpeedDial(byte)),
            _ => Self::Key(value),
        }
    }
}

const fn named(name: u16, byte: u8) -> u16 {
    name << 8 | byte as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packed_item_is_itself_again() {
        for packed in 0..8_u16 << VALUE_BITS {
            let item = Item::unpack(packed);
            assert_eq!(Item::unpack(item.pack()), item, "{packed:#06x}");
            assert!(item.pack() < 1 << ITEM_BITS);
        }
        assert_eq!(Item::unpack(Item::Pause(LONGEST_S).pack()), Item::Pause(4_095));
        assert_eq!(Item::unpack(Item::Key(0x0FFF).pack()), Item::Key(0x0FFF));
        let other =
            [Item::Letter(b'a'), Item::Letters(b'z'), Item::Open, Item::Close, Item::Emit(b'~'), Item::Tone];
        let ends =
            [Outcome::Plain, Outcome::Barred, Outcome::Code(255), Outcome::SpeedDial(9)].map(Item::End);
        for item in other.into_iter().chain(ends).chain([Item::Long(7), Item::Short(8), Item::Keys(1)]) {
            assert_eq!(Item::unpack(item.pack()), item);
        }
    }
}
