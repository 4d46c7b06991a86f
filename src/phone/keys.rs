//! Every key of the phone.

use crate::calls::{DialKey, LineKey};

/// A key. Speaker, headset and mute are buttons: each press toggles them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// One of the four line keys.
    Line(LineKey),
    /// A key of the dial pad.
    Dial(DialKey),
    /// Puts the active call on hold.
    Hold,
    /// Turns the speaker and its microphone on and off.
    Speaker,
    /// Turns the headset on and off.
    Headset,
    /// Turns the microphone off and on.
    Mute,
    /// Voice mail.
    VoiceMail,
    /// The menu.
    Menu,
    /// Calls the last number again.
    Redial,
    /// Louder.
    VolumeUp,
    /// Quieter.
    VolumeDown,
    /// The rocker to the left: more soft keys.
    Left,
    /// The rocker to the right: more soft keys.
    Right,
    /// The rocker upwards.
    Up,
    /// The rocker downwards.
    Down,
    /// The rocker's middle.
    Ok,
    /// The first of the four keys under the display.
    Soft1,
    /// The second of the four keys under the display.
    Soft2,
    /// The third of the four keys under the display.
    Soft3,
    /// The fourth of the four keys under the display.
    Soft4,
}

const NAMED: [(&str, Key); 22] = [
    ("L1", Key::Line(LineKey::L1)),
    ("L2", Key::Line(LineKey::L2)),
    ("L3", Key::Line(LineKey::L3)),
    ("L4", Key::Line(LineKey::L4)),
    ("HOLD", Key::Hold),
    ("SPEAKER", Key::Speaker),
    ("HEADSET", Key::Headset),
    ("MUTE", Key::Mute),
    ("VM", Key::VoiceMail),
    ("MENU", Key::Menu),
    ("REDIAL", Key::Redial),
    ("VOL+", Key::VolumeUp),
    ("VOL-", Key::VolumeDown),
    ("LEFT", Key::Left),
    ("RIGHT", Key::Right),
    ("UP", Key::Up),
    ("DOWN", Key::Down),
    ("OK", Key::Ok),
    ("SK1", Key::Soft1),
    ("SK2", Key::Soft2),
    ("SK3", Key::Soft3),
    ("SK4", Key::Soft4),
];

impl Key {
    /// The key with a name: `L1` to `L4`, `HOLD`, `SPEAKER`, `HEADSET`, `MUTE`, `VM`, `MENU`, `REDIAL`,
    /// `VOL+`,
    /// `VOL-`, `LEFT`, `RIGHT`, `UP`, `DOWN`, `OK`, `SK1` to `SK4`, `0` to `9`, `*`, `#`.
    ///
    /// ```
    /// use deskphone::phone::Key;
    /// assert_eq!(Key::named("VOL+"), Some(Key::VolumeUp));
    /// assert_eq!(Key::named("vol"), None);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut characters = name.chars();
        let dial = characters.next().filter(|_| characters.next().is_none()).and_then(DialKey::new);
        let named = || NAMED.iter().find(|(known, _)| *known == name).map(|&(_, key)| key);
        dial.map(Self::Dial).or_else(named)
    }
}
