//! The fuzz body: settings given, taken back, saved, damaged and restored, beside a model of what must hold.

use super::image::{self, Restored};
use super::{Config, Id, Kind, Wrong, catalogue};
use crate::base::{Overflow, Writer, text};
use crate::limits;

/// More than there are settings.
const SETTINGS: usize = 1_024;
/// More than the longest image.
const IMAGE_BYTES: usize = 16_384;
/// Text to fill the store with.
const FILLING: &str = match core::str::from_utf8(&[b'a'; 512]) {
    Ok(text) => text,
    Err(_) => "",
};

/// Reads `data` as an image; as the entries of an image with a right checksum; and as lines of `TAG=VALUE`,
/// `@NUMBER=VALUE` (by place in the catalogue), `!` (reset), `+` (fill to the brim), `>` (save into the next
/// of two slots), `^NUMBER` (flip a bit there) and `<` (restore).
///
/// # Panics
/// When a setting is lost or changed by what should not: that is what the fuzzer looks for.
pub fn fuzz_config_store(data: &[u8]) {
    any_image(data);
    let mut whole = [0; IMAGE_BYTES];
    if let Ok(length) = image::wrap(1, data, &mut whole) {
        any_image(whole.get(..length).unwrap_or(&[]));
    }
    let Ok(text) = core::str::from_utf8(data) else { return };
    let mut desk = Desk::new();
    for line in text.lines().take(100) {
        desk.line(line);
    }
    desk.check();
    desk.save();
    desk.restore();
}

/// Whatever an image says, what was taken from it can be saved and comes back.
fn any_image(slot: &[u8]) {
    let mut config = Config::new();
    let restored = config.restore(&[slot]);
    assert!(restored.slot.is_some() || config.changed().next().is_none(), "nothing came from nowhere");
    check_order(&config);
    let mut bytes = [0; IMAGE_BYTES];
    let length = config.save(9, &mut bytes).unwrap_or(0);
    let mut again = Config::new();
    let whole = Restored { slot: Some(1), sequence: 9, left_out: 0 };
    assert_eq!(again.restore(&[&[], bytes.get(..length).unwrap_or(&[])]), whole);
    assert!(again.changed().eq(config.changed()), "saved and restored is the same");
}

/// What the settings must be: `None` is the factory's.
type Model<'a> = [Option<&'a str>; SETTINGS];

struct Slot<'a> {
    bytes: [u8; IMAGE_BYTES],
    /// As it was written.
    written: [u8; IMAGE_BYTES],
    length: usize,
    sequence: u32,
    holds: Model<'a>,
}

struct Desk<'a> {
    config: Config,
    model: Model<'a>,
    slots: [Slot<'a>; 2],
    sequence: u32,
}

impl Slot<'_> {
    const fn new() -> Self {
        Self {
            bytes: [0; IMAGE_BYTES],
            written: [0; IMAGE_BYTES],
            length: 0,
            sequence: 0,
            holds: [None; SETTINGS],
        }
    }

    fn is_whole(&self) -> bool {
        let mut both = self.bytes.iter().zip(&self.written).take(self.length);
        self.length > 0 && both.all(|(now, then)| now == then)
    }
}

impl<'a> Desk<'a> {
    const fn new() -> Self {
        Self {
            config: Config::new(),
            model: [None; SETTINGS],
            slots: [Slot::new(), Slot::new()],
            sequence: 0,
        }
    }

    fn line(&mut self, line: &'a str) {
        let number = |digits: &str| text::decimal(digits.as_bytes()).and_then(|n| usize::try_from(n).ok());
        match line.split_at_checked(1) {
            Some(("!", _)) => {
                self.config.reset();
                self.model = [None; SETTINGS];
            }
            Some(("+", _)) => self.fill(),
            Some((">", _)) => self.save(),
            Some(("<", _)) => self.restore(),
            Some(("^", place)) => self.damage(number(place).unwrap_or(0)),
            Some(("@", rest)) => {
                let Some((place, value)) = rest.split_once('=') else { return };
                let count = catalogue::all().count().max(1);
                let place = number(place).unwrap_or(0).checked_rem(count).unwrap_or(0);
                self.set_at(place, value);
            }
            Some(_) | None => {
                let Some((tag, value)) = line.split_once('=') else { return };
                match catalogue::find(tag) {
                    Some(setting) => self.set(tag, setting, value),
                    None => {
                        let failed = self.config.set(tag, value).map_err(|error| error.wrong);
                        assert_eq!(failed, Err(Wrong::Tag), "there is no such setting");
                    }
                }
            }
        }
        check_order(&self.config);
    }

    fn set_at(&mut self, place: usize, value: &'a str) {
        let Some(setting) = catalogue::all().nth(place) else { return };
        let mut buffer = [0; 64];
        let mut tag = Writer::new(&mut buffer);
        assert_eq!(core::fmt::write(&mut tag, format_args!("{}", setting.tag())), Ok(()));
        let tag = core::str::from_utf8(tag.written()).unwrap_or_default();
        assert_eq!(catalogue::find(tag), Some(setting), "found by its tag");
        self.set(tag, setting, value);
    }

    fn set(&mut self, tag: &str, setting: Id, value: &'a str) {
        let (kind, default) = (setting.row().kind, setting.default_text());
        let wanted = match value {
            "" => default,
            "\"\"" => "",
            value => value,
        };
        let taken = if wanted == default { Ok(()) } else { kind.takes(wanted) };
        let wanted = kind.canonical(wanted);
        let place = catalogue::all().position(|id| id == setting).unwrap_or(SETTINGS);
        let Some(expected) = self.model.get_mut(place) else { return };
        let room = limits::SETTINGS_BYTES.saturating_sub(self.config.bytes_used());
        let own = expected.map_or(0, |text| text.len().saturating_add(4));
        let fits = wanted == default || wanted.len().saturating_add(4) <= room.saturating_add(own);
        let outcome = taken.and(if fits { Ok(()) } else { Err(Wrong::Full) });
        let revision = self.config.revision();
        assert_eq!(self.config.set(tag, value).map_err(|error| error.wrong), outcome, "{tag}");
        if outcome.is_ok() {
            *expected = Some(wanted).filter(|text| *text != default);
        } else {
            assert_eq!(self.config.revision(), revision, "what is refused changes nothing");
        }
        let expected = expected.unwrap_or(default);
        assert_eq!(self.config.text(setting), expected, "{tag}");
    }

    /// Gives every text its greatest length.
    fn fill(&mut self) {
        for (place, setting) in catalogue::all().enumerate() {
            if let Kind::Text(most) | Kind::Secret(most) = setting.row().kind {
                self.set_at(place, FILLING.get(..most).unwrap_or(FILLING));
            }
        }
    }

    fn save(&mut self) {
        let entries = self.config.changed().map(|(_, text)| text.len().saturating_add(7));
        let length = entries.fold(18_usize, usize::saturating_add);
        self.sequence = self.sequence.saturating_add(1);
        let [first, second] = &mut self.slots;
        let slot = if self.sequence % 2 == 1 { first } else { second };
        let (config, sequence) = (&self.config, self.sequence);
        let short = slot.bytes.get_mut(..length.saturating_sub(1)).map(|short| config.save(sequence, short));
        assert_eq!(short, Some(Err(Overflow)), "one byte less is too short");
        let exact = slot.bytes.get_mut(..length).map(|exact| config.save(sequence, exact));
        assert_eq!(exact, Some(Ok(length)), "it takes what the grammar says");
        slot.written = slot.bytes;
        slot.length = length;
        slot.sequence = sequence;
        slot.holds = self.model;
    }

    fn damage(&mut self, place: usize) {
        let [first, second] = &mut self.slots;
        let slot = if place.is_multiple_of(2) { first } else { second };
        let bit = place / 2;
        let byte = (bit / 8).checked_rem(slot.length).unwrap_or(0);
        if let Some(byte) = slot.bytes.get_mut(byte) {
            *byte ^= 1_u8.wrapping_shl(u32::try_from(bit % 8).unwrap_or(0));
        }
    }

    fn restore(&mut self) {
        let whole = self.slots.iter().enumerate().filter(|(_, slot)| slot.is_whole());
        let newest = whole.max_by_key(|(_, slot)| slot.sequence);
        let expected = newest.map_or_else(Restored::default, |(place, slot)| Restored {
            slot: Some(place),
            sequence: slot.sequence,
            left_out: 0,
        });
        self.model = newest.map_or([None; SETTINGS], |(_, slot)| slot.holds);
        let [first, second] = &self.slots;
        assert_eq!(self.config.restore(&[&first.bytes, &second.bytes]), expected);
        self.check();
    }

    /// Nothing is lost, and nothing else is there.
    fn check(&self) {
        let own = |(setting, text): (Id, &Option<&'a str>)| text.map(|text| (setting, text));
        let expected = catalogue::all().zip(&self.model).filter_map(own);
        assert!(self.config.changed().eq(expected), "the settings are those of the model");
    }
}

/// What differs from the factory's is kept once, in order, within the bound.
fn check_order(config: &Config) {
    assert!(config.changed().map(|(setting, _)| setting).is_sorted_by(|one, next| one < next), "in order");
    assert!(config.changed().all(|(setting, text)| text != setting.default_text()), "it differs");
    let bytes = config.changed().map(|(_, text)| text.len().saturating_add(4));
    assert_eq!(bytes.fold(0, usize::saturating_add), config.bytes_used());
    assert!(config.bytes_used() <= limits::SETTINGS_BYTES, "within the bound");
}
