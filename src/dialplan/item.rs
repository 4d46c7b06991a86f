//! One step of a compiled dial plan, in 16 bits: what it is in the upper four, its value in the other twelve.

/// `x`: the ten digits.
pub(super) const DIGITS: u16 = 0x03FF;
/// The longest time that an item can hold, in seconds.
pub(super) const LONGEST_S: u16 = 0x0FFF;

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
pub(super) enum Outcome {
    /// A number to be sent.
    Plain,
    /// A number that must not be sent.
    Barred,
    /// A service code.
    Code(u8),
    /// A speed dial digit.
    SpeedDial(u8),
}

impl Item {
    pub(super) const fn pack(self) -> u16 {
        let (kind, value) = match self {
            Self::Key(keys) => (0, keys),
            Self::Keys(keys) => (1, keys),
            Self::Letter(letter) => (2, letter as u16),
            Self::Letters(letter) => (3, letter as u16),
            Self::Open => (4, 0),
            Self::Close => (5, 0),
            Self::Emit(letter) => (6, letter as u16),
            Self::Tone => (7, 0),
            Self::Long(seconds) => (8, seconds),
            Self::Short(seconds) => (9, seconds),
            Self::Pause(seconds) => (10, seconds),
            Self::End(Outcome::Plain) => (11, 0),
            Self::End(Outcome::Barred) => (12, 0),
            Self::End(Outcome::Code(code)) => (13, code as u16),
            Self::End(Outcome::SpeedDial(digit)) => (14, digit as u16),
        };
        kind << 12 | value & 0x0FFF
    }

    pub(super) const fn unpack(packed: u16) -> Self {
        let value = packed & 0x0FFF;
        let [byte, _] = value.to_le_bytes();
        match packed >> 12 {
            0 => Self::Key(value),
            1 => Self::Keys(value),
            2 => Self::Letter(byte),
            3 => Self::Letters(byte),
            4 => Self::Open,
            5 => Self::Close,
            6 => Self::Emit(byte),
            7 => Self::Tone,
            8 => Self::Long(value),
            9 => Self::Short(value),
            10 => Self::Pause(value),
            11 => Self::End(Outcome::Plain),
            12 => Self::End(Outcome::Barred),
            13 => Self::End(Outcome::Code(byte)),
            _ => Self::End(Outcome::SpeedDial(byte)),
        }
    }
}

/// Whether a packed item is [`Item::Key`].
pub(super) const fn is_key(packed: u16) -> bool {
    packed >> 12 == 0
}

/// Whether a packed item is [`Item::Key`] or [`Item::Keys`] and takes a key, given as its bit.
pub(super) const fn takes(packed: u16, key: u16) -> bool {
    packed >> 12 <= 1 && packed & key != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packed_item_is_itself_again() {
        for packed in 0..15_u16 << 12 {
            let item = Item::unpack(packed);
            assert_eq!(Item::unpack(item.pack()), item, "{packed:#06x}");
            assert_eq!(is_key(packed), matches!(item, Item::Key(_)));
            for key in (0..12).map(|place| 1 << place) {
                let taken = matches!(item, Item::Key(keys) | Item::Keys(keys) if keys & key != 0);
                assert_eq!(takes(packed, key), taken, "{packed:#06x} {key:#05x}");
            }
        }
        assert_eq!(Item::unpack(Item::Pause(LONGEST_S).pack()), Item::Pause(4_095));
        assert_eq!(Item::unpack(Item::Key(0x0FFF).pack()), Item::Key(0x0FFF));
    }
}
