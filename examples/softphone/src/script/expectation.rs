//! What an `expect` line demands.

use std::fmt;

use deskphone::phone::{CallState, Tone};

use super::parse_hertz;
use super::words::Word;

/// What must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// `state L1 connected`
    State {
        /// Line key, 1 to 4.
        line: u8,
        /// The state's name.
        state: &'static str,
    },
    /// `led L1 red slow`
    Led {
        /// Whose lamp.
        lamp: Lamp,
        /// The colour's name.
        colour: &'static str,
        /// The pattern's name, when the line gives one.
        pattern: Option<&'static str>,
    },
    /// `tone dial`
    Tone(&'static str),
    /// `ring 3`, `ring none`
    Ring(Option<u8>),
    /// `display "Joe Smith"`
    Display(String),
    /// `softkey conf`, `no softkey conf`
    SoftKey {
        /// The label.
        label: String,
        /// Whether it must be offered, or must not.
        offered: bool,
    },
    /// `device speaker`
    Device(&'static str),
    /// `registered 1`, `registered 1 failed`
    Registered {
        /// Extension, 1 to 4.
        extension: u8,
        /// Whether failure is what must be seen.
        failed: bool,
    },
    /// `mwi on`, `mwi off`
    Mwi(bool),
    /// `muted`, `no muted`
    Muted(bool),
    /// `sent INVITE`, `received 486`, `no sent INVITE`
    Seen(Parts),
    /// `hears 440Hz`, `hears silence`
    Hears(Heard),
    /// `secure L1`, `no secure L1`
    Secure {
        /// Line key, 1 to 4.
        line: u8,
        /// Whether its call must be secure, or must not.
        secure: bool,
    },
}

/// A SIP message that must, or must not, have passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Sent by this phone, or received.
    pub sent: bool,
    /// The method, or the status as three digits.
    pub name: String,
    /// A text that the message holds.
    pub with: Option<String>,
    /// `no`: it must not have passed.
    pub absent: bool,
}

/// Whose lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lamp {
    /// A line key's, 1 to 4.
    Line(u8),
    /// The speaker button's.
    Speaker,
    /// The headset button's.
    Headset,
    /// The mute button's.
    Mute,
    /// The message waiting lamp.
    Message,
}

/// What the selected audio device plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// Nothing.
    Silence,
    /// A single frequency above all else.
    Hertz(f32),
}

const COLOURS: [&str; 4] = ["off", "red", "green", "amber"];
const PATTERNS: [&str; 5] = ["steady", "slow", "fast", "double", "user"];
const DEVICES: [&str; 4] = ["none", "handset", "speaker", "headset"];

/// Reads what follows `expect`.
pub(super) fn parse(all: &[Word<'_>]) -> Result<Expectation, String> {
    let (absent, rest) = match all {
        [Word::Bare("no"), rest @ ..] => (true, rest),
        _ => (false, all),
    };
    let Some((Word::Bare(subject), rest)) = rest.split_first() else {
        return Err("expected what?".into());
    };
    match (*subject, rest) {
        ("softkey", [label]) => {
            Ok(Expectation::SoftKey { label: label.text().into_owned(), offered: !absent })
        }
        ("sent", rest) => parse_seen(rest, true, absent),
        ("received", rest) => parse_seen(rest, false, absent),
        ("muted", []) => Ok(Expectation::Muted(!absent)),
        ("secure", [line]) => Ok(Expectation::Secure { line: line_key(line)?, secure: !absent }),
        (subject, _) if absent => Err(format!("`no` does not go with `{subject}`")),
        ("state", [line, state]) => Ok(Expectation::State {
            line: line_key(line)?,
            state: one_of("state", &CallState::ALL.map(CallState::name), state)?,
        }),
        ("led", [lamp, colour]) => Ok(Expectation::Led {
            lamp: parse_lamp(lamp)?,
            colour: one_of("colour", &COLOURS, colour)?,
            pattern: None,
        }),
        ("led", [lamp, colour, pattern]) => Ok(Expectation::Led {
            lamp: parse_lamp(lamp)?,
            colour: one_of("colour", &COLOURS, colour)?,
            pattern: Some(one_of("pattern", &PATTERNS, pattern)?),
        }),
        ("tone", [tone]) => Ok(Expectation::Tone(parse_tone(tone)?)),
        ("ring", [Word::Bare("none")]) => Ok(Expectation::Ring(None)),
        ("ring", [number]) => match number.text().parse() {
            Ok(number @ 1..=10) => Ok(Expectation::Ring(Some(number))),
            _ => Err(format!("`{}` is no ring tone; write 1 to 10, or none", number.text())),
        },
        ("display", [text]) => Ok(Expectation::Display(text.text().into_owned())),
        ("device", [device]) => Ok(Expectation::Device(one_of("device", &DEVICES, device)?)),
        ("registered", [extension]) => {
            Ok(Expectation::Registered { extension: parse_extension(extension)?, failed: false })
        }
        ("registered", [extension, Word::Bare("failed")]) => {
            Ok(Expectation::Registered { extension: parse_extension(extension)?, failed: true })
        }
        ("mwi", [Word::Bare("on")]) => Ok(Expectation::Mwi(true)),
        ("mwi", [Word::Bare("off")]) => Ok(Expectation::Mwi(false)),
        ("hears", [Word::Bare("silence")]) => Ok(Expectation::Hears(Heard::Silence)),
        ("hears", [sound]) => match parse_hertz(&sound.text()) {
            Some(hertz) => Ok(Expectation::Hears(Heard::Hertz(hertz))),
            None => Err(format!("`{}` cannot be heard; write 440Hz or silence", sound.text())),
        },
        (subject, _) => Err(format!("`expect {subject}` is not written so")),
    }
}

fn parse_seen(rest: &[Word<'_>], sent: bool, absent: bool) -> Result<Expectation, String> {
    let (name, with) = match rest {
        [name] => (name, None),
        [name, Word::Bare("with"), text] => (name, Some(text.text().into_owned())),
        _ => return Err("write `sent INVITE` or `sent INVITE with \"text\"`".into()),
    };
    Ok(Expectation::Seen(Parts { sent, name: name.text().into_owned(), with, absent }))
}

fn one_of(kind: &str, names: &[&'static str], word: &Word<'_>) -> Result<&'static str, String> {
    let text = word.text();
    let found = names.iter().find(|name| **name == text);
    found.copied().ok_or_else(|| format!("`{text}` is no {kind}; there are {}", names.join(" ")))
}

fn parse_tone(word: &Word<'_>) -> Result<&'static str, String> {
    let names: Vec<&'static str> = std::iter::once("none").chain(Tone::ALL.map(Tone::name)).collect();
    one_of("tone", &names, word)
}

fn line_key(word: &Word<'_>) -> Result<u8, String> {
    match &*word.text() {
        "L1" => Ok(1),
        "L2" => Ok(2),
        "L3" => Ok(3),
        "L4" => Ok(4),
        other => Err(format!("`{other}` is no line key; there are L1 to L4")),
    }
}

fn parse_lamp(word: &Word<'_>) -> Result<Lamp, String> {
    match &*word.text() {
        "SPEAKER" => Ok(Lamp::Speaker),
        "HEADSET" => Ok(Lamp::Headset),
        "MUTE" => Ok(Lamp::Mute),
        "VM" => Ok(Lamp::Message),
        _ => line_key(word).map(Lamp::Line),
    }
}

fn parse_extension(word: &Word<'_>) -> Result<u8, String> {
    match word.text().parse() {
        Ok(number @ 1..=4) => Ok(number),
        _ => Err(format!("`{}` is no extension; there are 1 to 4", word.text())),
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State { line, state } => write!(f, "state L{line} {state}"),
            Self::Led { lamp, colour, pattern } => {
                write!(f, "led {lamp} {colour}{}", pattern.map(|p| format!(" {p}")).unwrap_or_default())
            }
            Self::Tone(tone) => write!(f, "tone {tone}"),
            Self::Ring(None) => write!(f, "ring none"),
            Self::Ring(Some(ring)) => write!(f, "ring {ring}"),
            Self::Display(text) => write!(f, "display \"{text}\""),
            Self::SoftKey { label, offered: true } => write!(f, "softkey {label}"),
            Self::SoftKey { label, offered: false } => write!(f, "no softkey {label}"),
            Self::Device(device) => write!(f, "device {device}"),
            Self::Registered { extension, failed: false } => write!(f, "registered {extension}"),
            Self::Registered { extension, failed: true } => write!(f, "registered {extension} failed"),
            Self::Mwi(on) => write!(f, "mwi {}", if *on { "on" } else { "off" }),
            Self::Muted(true) => write!(f, "muted"),
            Self::Muted(false) => write!(f, "no muted"),
            Self::Secure { line, secure: true } => write!(f, "secure L{line}"),
            Self::Secure { line, secure: false } => write!(f, "no secure L{line}"),
            Self::Seen(parts) => write!(f, "{parts}"),
            Self::Hears(Heard::Silence) => write!(f, "hears silence"),
            Self::Hears(Heard::Hertz(hertz)) => write!(f, "hears {hertz}Hz"),
        }
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let no = if self.absent { "no " } else { "" };
        let way = if self.sent { "sent" } else { "received" };
        write!(f, "{no}{way} {}", self.name)?;
        match &self.with {
            Some(text) => write!(f, " with \"{text}\""),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Lamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "L{line}"),
            Self::Speaker => write!(f, "SPEAKER"),
            Self::Headset => write!(f, "HEADSET"),
            Self::Mute => write!(f, "MUTE"),
            Self::Message => write!(f, "VM"),
        }
    }
}
