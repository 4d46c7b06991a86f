//! The script language: one action a line, for one phone or for all.
//!
//! ```
//! use softphone::script::{Action, Script, Who};
//! let script = Script::parse("start\n2: dial 600#\n")?;
//! assert_eq!(script.lines.len(), 2);
//! assert_eq!(script.lines[1].who, Who::Phone(2));
//! assert!(matches!(script.lines[1].action, Action::Dial(ref keys) if keys.len() == 4));
//! # Ok::<(), softphone::script::Mistake>(())
//! ```

mod expectation;
mod words;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use deskphone::config::catalogue;
use deskphone::phone::{DialKey, Key};

pub use expectation::{Expectation, Heard, Lamp, Parts};
use words::{Word, words};

/// A whole script, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Every line that does something.
    pub lines: Vec<Line>,
}

/// One line that does something.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// The line as written, without the white space around it.
    text: String,
    /// Whom it addresses.
    pub who: Who,
    /// What it asks.
    pub action: Action,
}

impl Line {
    /// The line as a report shows it: as written, but for a password.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.action {
            Action::Set { tag, .. } if is_secret(tag) => format!("set {tag} (not shown)"),
            _ => self.text.clone(),
        }
    }
}

/// Whether the setting's value is nobody else's business.
fn is_secret(tag: &str) -> bool {
    catalogue::find(tag).is_some_and(|setting| setting.row().kind.is_secret())
}

/// The phone that a line addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Phone 1, 2, ...
    Phone(usize),
    /// `all:`
    All,
}

/// What one line asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// `set Tag "value"`
    Set {
        /// The setting's tag.
        tag: String,
        /// The new value.
        value: String,
    },
    /// `start`
    Start,
    /// `key K`, `key down K`, `key up K`
    Key {
        /// The key.
        key: Key,
        /// Down, up or both.
        stroke: Stroke,
    },
    /// `press conf`: the soft key with this label.
    Press(String),
    /// `dial 5551234#`
    Dial(Vec<Key>),
    /// `hook off` (true) and `hook on` (false).
    Handset(bool),
    /// `wait 800ms`
    Wait(Duration),
    /// `play 440Hz`
    Play(Sound),
    /// `net ...`
    Net(NetFault),
    /// `restart`
    Restart,
    /// `expect ...`
    Expect {
        /// How long it may take; `None` when the line does not say.
        within: Option<Duration>,
        /// What must hold.
        what: Expectation,
    },
    /// `mark`
    Mark,
    /// `print view`
    PrintView,
}

/// Which half of a key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Down and up again.
    Both,
    /// Down only.
    Down,
    /// Up only.
    Up,
}

/// What the microphone hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Sound {
    /// Nothing.
    Silence,
    /// A sine of so many hertz.
    Sine(f32),
    /// A WAV file, once.
    File(PathBuf),
}

/// What is wrong with a phone's network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NetFault {
    /// `net up`: nothing.
    Up,
    /// `net drop 5%`: this share of the datagrams is lost, each way.
    Drop(f32),
    /// `net down`: nothing passes.
    Down,
}

/// Why a script cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line's number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for Mistake {}

impl Script {
    /// Reads a whole script.
    ///
    /// # Errors
    /// The first line that cannot be read, or whose feature does not exist yet.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let parsed = parse_line(line.trim()).map_err(|reason| Mistake { line: number, reason })?;
            if let Some((who, action)) = parsed {
                lines.push(Line { number, text: line.trim().to_owned(), who, action });
            }
        }
        Ok(Self { lines })
    }

    /// The highest phone number that a line addresses, with that line's number.
    #[must_use]
    pub fn highest_phone(&self) -> Option<(usize, usize)> {
        let numbered = self.lines.iter().filter_map(|line| match line.who {
            Who::Phone(phone) => Some((phone, line.number)),
            Who::All => None,
        });
        numbered.max_by_key(|&(phone, _)| phone)
    }
}

/// `[ "2:" / "all:" ] action`; `None` for an empty line or a comment.
fn parse_line(line: &str) -> Result<Option<(Who, Action)>, String> {
    let all = words(line)?;
    let mut rest = all.as_slice();
    if matches!(rest.first(), None | Some(Word::Bare("#"))) {
        return Ok(None);
    }
    let mut who = Who::Phone(1);
    if let Some((Word::Bare(first), after)) = rest.split_first()
        && let Some(address) = first.strip_suffix(':')
    {
        who = match address {
            "all" => Who::All,
            _ => match address.parse() {
                Ok(number) if number > 0 => Who::Phone(number),
                _ => return Err(format!("`{first}` names no phone; write `2:` or `all:`")),
            },
        };
        rest = after;
    }
    Ok(Some((who, parse_action(rest)?)))
}

fn parse_action(all: &[Word<'_>]) -> Result<Action, String> {
    let Some((Word::Bare(verb), rest)) = all.split_first() else {
        return Err("expected an action".into());
    };
    if let Some(within) = expect_verb(verb)? {
        return Ok(Action::Expect { within, what: expectation::parse(rest)? });
    }
    match (*verb, rest) {
        ("set", [Word::Bare(tag), value]) => {
            Ok(Action::Set { tag: (*tag).to_owned(), value: value.text().into_owned() })
        }
        ("start", []) => Ok(Action::Start),
        ("key", [Word::Bare("down"), Word::Bare(name)]) => parse_key(name, Stroke::Down),
        ("key", [Word::Bare("up"), Word::Bare(name)]) => parse_key(name, Stroke::Up),
        ("key", [Word::Bare(name)]) => parse_key(name, Stroke::Both),
        ("press", [label]) => Ok(Action::Press(label.text().into_owned())),
        ("dial", [number]) => parse_number(&number.text()),
        ("hook", [Word::Bare("off")]) => Ok(Action::Handset(true)),
        ("hook", [Word::Bare("on")]) => Ok(Action::Handset(false)),
        ("wait", [Word::Bare(time)]) => Ok(Action::Wait(parse_duration(time)?)),
        ("play", [sound]) => Ok(Action::Play(parse_sound(&sound.text())?)),
        ("net", [Word::Bare("up")]) => Ok(Action::Net(NetFault::Up)),
        ("net", [Word::Bare("down")]) => Ok(Action::Net(NetFault::Down)),
        ("net", [Word::Bare("drop"), Word::Bare(share)]) => Ok(Action::Net(parse_share(share)?)),
        ("restart", []) => Ok(Action::Restart),
        ("mark", []) => Ok(Action::Mark),
        ("print", [Word::Bare("view")]) => Ok(Action::PrintView),
        _ => Err(usage(verb)),
    }
}

/// `expect` or `expect[20s]`; `None` for another verb.
fn expect_verb(verb: &str) -> Result<Option<Option<Duration>>, String> {
    if verb == "expect" {
        return Ok(Some(None));
    }
    let Some(time) = verb.strip_prefix("expect[") else { return Ok(None) };
    let Some(time) = time.strip_suffix(']') else {
        return Err(format!("`{verb}`: write `expect[20s]`, without spaces"));
    };
    Ok(Some(Some(parse_duration(time)?)))
}

fn usage(verb: &str) -> String {
    let form = match verb {
        "set" => "set Tag \"value\"",
        "key" => "key L1, key down L1 or key up L1",
        "press" => "press LABEL",
        "dial" => "dial 5551234#",
        "hook" => "hook off or hook on",
        "wait" => "wait 800ms or wait 3s",
        "play" => "play 440Hz, play FILE.wav or play none",
        "net" => "net drop 5%, net down or net up",
        "print" => "print view",
        "start" | "restart" | "mark" => return format!("`{verb}` stands alone"),
        _ => return format!("unknown action `{verb}`"),
    };
    format!("`{verb}` is written `{form}`")
}

fn parse_key(name: &str, stroke: Stroke) -> Result<Action, String> {
    let key = Key::named(name).ok_or_else(|| format!("no key is called `{name}`"))?;
    Ok(Action::Key { key, stroke })
}

fn parse_number(number: &str) -> Result<Action, String> {
    let keys: Option<Vec<Key>> = number.chars().map(|c| DialKey::new(c).map(Key::Dial)).collect();
    match keys {
        Some(keys) if !keys.is_empty() => Ok(Action::Dial(keys)),
        _ => Err(format!("`{number}` cannot be dialled: digits, * and # only")),
    }
}

/// `800ms`, `3s`, `1.5s`, `2m`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time; write 800ms or 3s");
    let split = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at_checked(split).ok_or_else(wrong)?;
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "ms" => number / 1_000.0,
        "s" => number,
        "m" => number * 60.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// `440Hz`, `none`, or a file's name.
pub(crate) fn parse_sound(text: &str) -> Result<Sound, String> {
    if text == "none" {
        return Ok(Sound::Silence);
    }
    match parse_hertz(text) {
        Some(hertz) => Ok(Sound::Sine(hertz)),
        None if text.to_ascii_lowercase().ends_with(".wav") => Ok(Sound::File(PathBuf::from(text))),
        None => Err(format!("`{text}` cannot be played; write 440Hz, FILE.wav or none")),
    }
}

/// `440Hz`, up to half the sample rate.
fn parse_hertz(text: &str) -> Option<f32> {
    let hertz: f32 = text.strip_suffix("Hz").or_else(|| text.strip_suffix("hz"))?.parse().ok()?;
    (hertz > 0.0 && hertz < 4_000.0).then_some(hertz)
}

fn parse_share(text: &str) -> Result<NetFault, String> {
    let percent = text.strip_suffix('%').and_then(|number| number.parse::<f32>().ok());
    match percent {
        Some(percent) if (0.0..=100.0).contains(&percent) => Ok(NetFault::Drop(percent / 100.0)),
        _ => Err(format!("`{text}` is not a share; write 5%")),
    }
}

#[cfg(test)]
mod tests;
