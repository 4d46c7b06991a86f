//! Which computer key stands for which key of the phone.

use deskphone::phone::{DialKey, Key, LineKey};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a computer key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    /// A key of the phone.
    Key(Key),
    /// The handset goes up or down.
    Handset,
    /// Hum into the microphone, or stop.
    Talk,
    /// Leave.
    Quit,
}

/// The meaning, if it has one.
pub(super) fn meaning(event: &KeyEvent) -> Option<Stroke> {
    if event.modifiers.contains(KeyModifiers::CONTROL) {
        return (event.code == KeyCode::Char('c')).then_some(Stroke::Quit);
    }
    let key = match event.code {
        KeyCode::F(number) => Key::Line(LineKey::new(number)?),
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Enter => Key::Ok,
        KeyCode::Char(c) => return of_character(c),
        _ => return None,
    };
    Some(Stroke::Key(key))
}

fn of_character(c: char) -> Option<Stroke> {
    if let Some(digit) = DialKey::new(c) {
        return Some(Stroke::Key(Key::Dial(digit)));
    }
    let key = match c.to_ascii_lowercase() {
        'a' => Key::Soft1,
        'b' => Key::Soft2,
        'c' => Key::Soft3,
        'd' => Key::Soft4,
        'h' => Key::Hold,
        's' => Key::Speaker,
        'e' => Key::Headset,
        'm' => Key::Mute,
        'r' => Key::Redial,
        'v' => Key::VoiceMail,
        'n' => Key::Menu,
        '+' | '=' => Key::VolumeUp,
        '-' => Key::VolumeDown,
        'i' => Key::Line(LineKey::L1),
        'j' => Key::Line(LineKey::L2),
        'k' => Key::Line(LineKey::L3),
        'l' => Key::Line(LineKey::L4),
        ' ' => return Some(Stroke::Handset),
        't' => return Some(Stroke::Talk),
        'q' => return Some(Stroke::Quit),
        _ => return None,
    };
    Some(Stroke::Key(key))
}

/// What stands on the phone's key.
pub(super) fn name(key: Key) -> String {
    match key {
        Key::Line(line) => format!("L{}", line.number()),
        Key::Dial(digit) => digit.symbol().to_string(),
        Key::Hold => "HOLD".into(),
        Key::Speaker => "SPEAKER".into(),
        Key::Headset => "HEADSET".into(),
        Key::Mute => "MUTE".into(),
        Key::VoiceMail => "VM".into(),
        Key::Menu => "MENU".into(),
        Key::Redial => "REDIAL".into(),
        Key::VolumeUp => "VOL+".into(),
        Key::VolumeDown => "VOL-".into(),
        Key::Left => "LEFT".into(),
        Key::Right => "RIGHT".into(),
        Key::Up => "UP".into(),
        Key::Down => "DOWN".into(),
        Key::Ok => "OK".into(),
        Key::Soft1 => "SK1".into(),
        Key::Soft2 => "SK2".into(),
        Key::Soft3 => "SK3".into(),
        Key::Soft4 => "SK4".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_phone_can_be_reached() {
        let strokes: Vec<KeyCode> = (' '..='~')
            .map(KeyCode::Char)
            .chain((1..=4).map(KeyCode::F))
            .chain([KeyCode::Left, KeyCode::Right, KeyCode::Up, KeyCode::Down, KeyCode::Enter])
            .collect();
        let all = "L1 L2 L3 L4 HOLD SPEAKER HEADSET MUTE VM MENU REDIAL VOL+ VOL- LEFT RIGHT UP DOWN OK \
                   SK1 SK2 SK3 SK4 0 1 2 3 4 5 6 7 8 9 * #";
        for wanted in all.split_whitespace() {
            let key = Key::named(wanted).expect(wanted);
            assert_eq!(name(key), wanted);
            let event = |code| KeyEvent::new(code, KeyModifiers::NONE);
            assert!(strokes.iter().any(|code| meaning(&event(*code)) == Some(Stroke::Key(key))), "{wanted}");
        }
    }

    #[test]
    fn control_c_leaves_and_c_is_a_soft_key() {
        let control = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(meaning(&control), Some(Stroke::Quit));
        let plain = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE);
        assert_eq!(meaning(&plain), Some(Stroke::Key(Key::Soft3)));
    }
}
