//! The keys of the phone by the names that scripts use, and the computer keys that stand for them.

use std::fmt;

/// One key of the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Button {
    /// A line key, 1 to 4.
    Line(u8),
    /// HOLD
    Hold,
    /// SPEAKER
    Speaker,
    /// HEADSET
    Headset,
    /// MUTE
    Mute,
    /// VM, the envelope
    VoiceMail,
    /// MENU
    Menu,
    /// REDIAL
    Redial,
    /// VOL+
    VolumeUp,
    /// VOL-
    VolumeDown,
    /// The rocker, to the left
    Left,
    /// The rocker, to the right
    Right,
    /// The rocker, up
    Up,
    /// The rocker, down
    Down,
    /// The middle of the rocker
    Ok,
    /// A soft key, 1 to 4
    Soft(u8),
    /// 0 to 9, * and #
    Digit(char),
}

/// Every key that is not a digit, with its name in scripts.
const NAMES: [(Button, &str); 22] = [
    (Button::Line(1), "L1"),
    (Button::Line(2), "L2"),
    (Button::Line(3), "L3"),
    (Button::Line(4), "L4"),
    (Button::Hold, "HOLD"),
    (Button::Speaker, "SPEAKER"),
    (Button::Headset, "HEADSET"),
    (Button::Mute, "MUTE"),
    (Button::VoiceMail, "VM"),
    (Button::Menu, "MENU"),
    (Button::Redial, "REDIAL"),
    (Button::VolumeUp, "VOL+"),
    (Button::VolumeDown, "VOL-"),
    (Button::Left, "LEFT"),
    (Button::Right, "RIGHT"),
    (Button::Up, "UP"),
    (Button::Down, "DOWN"),
    (Button::Ok, "OK"),
    (Button::Soft(1), "SK1"),
    (Button::Soft(2), "SK2"),
    (Button::Soft(3), "SK3"),
    (Button::Soft(4), "SK4"),
];

impl Button {
    /// The key with a name of the script language.
    ///
    /// ```
    /// use softphone::keys::Button;
    /// assert_eq!(Button::parse("SK4"), Some(Button::Soft(4)));
    /// assert_eq!(Button::parse("#"), Some(Button::Digit('#')));
    /// assert_eq!(Button::parse("L5"), None);
    /// ```
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut chars = name.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return Self::digit(c);
        }
        NAMES.iter().find(|(_, known)| *known == name).map(|&(button, _)| button)
    }

    /// The digit key that bears this character.
    #[must_use]
    pub const fn digit(c: char) -> Option<Self> {
        match c {
            '0'..='9' | '*' | '#' => Some(Self::Digit(c)),
            _ => None,
        }
    }
}

impl fmt::Display for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digit(c) => write!(f, "{c}"),
            other => match NAMES.iter().find(|(button, _)| button == other) {
                Some((_, name)) => f.write_str(name),
                None => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        let all = "L1 L2 L3 L4 HOLD SPEAKER HEADSET MUTE VM MENU REDIAL VOL+ VOL- LEFT RIGHT UP DOWN OK \
                   SK1 SK2 SK3 SK4 0 1 2 3 4 5 6 7 8 9 * #";
        for name in all.split_whitespace() {
            assert_eq!(Button::parse(name).map(|button| button.to_string()).as_deref(), Some(name));
        }
    }
}
