//! The ladder recorder: what a person does and sees at one phone on the left, the time in the middle,
//! what the others do on the right. Ladders kept as goldens are the documentation of the features.
//!
//! ```
//! use deskphone::base::Instant;
//! use testbed::ladder::Ladder;
//! let mut ladder = Ladder::new();
//! ladder.act(Instant::ZERO, "desk", "key SPEAKER");
//! ladder.show(Instant::ZERO, "desk", "tone", "dial");
//! ladder.message(Instant::from_millis(900), "desk", "office", b"BYE sip:102@office SIP/2.0\r\n\r\n");
//! ladder.act(Instant::from_millis(950), "bob", "hook on");
//! let lines: Vec<_> = ladder.render("desk").lines().skip(2).map(str::to_owned).collect();
//! assert_eq!(lines[0], "key SPEAKER                             |        0       |");
//! assert_eq!(lines[1], "  tone dial                             |                |");
//! assert_eq!(lines[2], "BYE 102                                 |      900 --->  | office");
//! assert_eq!(lines[3], "                                        |      950       | bob: hook on");
//! ```

use crate::{golden, summary};
use deskphone::base::Instant;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::hash::{Hash, Hasher};

/// Everything that was recorded, in order. Participants are named; any of them can be the one on the
/// left.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    entries: Vec<Entry>,
    levels: BTreeMap<(String, String), String>,
    sent: BTreeSet<(String, String, u64)>,
}

/// One recorded thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// Whose key or lamp, or who sent it.
    pub who: String,
    /// What.
    pub kind: Kind,
    /// In words.
    pub text: String,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody did something: a key, the hook, a restart.
    Act,
    /// Something is shown or heard from now on: a lamp, a tone, a line of the display.
    Show,
    /// A message left for somebody; its first word or its status is kept for expectations.
    Message {
        /// For whom.
        to: String,
        /// Method or status.
        word: String,
        /// The message.
        bytes: Vec<u8>,
    },
}

impl Ladder {
    /// An empty ladder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records what somebody does.
    pub fn act(&mut self, at: Instant, who: &str, text: &str) {
        self.push(at, who, Kind::Act, text.to_owned());
    }

    /// Records a level: nothing when `what` of `who` has this value already. The empty value is the one
    /// before the first, so a dark lamp is recorded only when it was lit.
    pub fn show(&mut self, at: Instant, who: &str, what: &str, value: &str) {
        let kept = self.levels.entry((who.to_owned(), what.to_owned())).or_default();
        if kept != value {
            value.clone_into(kept);
            let value = if value.is_empty() { "-" } else { value };
            self.push(at, who, Kind::Show, format!("{what} {value}"));
        }
    }

    /// Records a SIP message as it leaves. The same bytes a second time are marked as a retransmission.
    pub fn message(&mut self, at: Instant, from: &str, to: &str, bytes: &[u8]) {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let first = self.sent.insert((from.to_owned(), to.to_owned(), hasher.finish()));
        let again = if first { "" } else { " (again)" };
        let text = format!("{}{again}", summary::line(bytes));
        let kind = Kind::Message { to: to.to_owned(), word: summary::kind(bytes), bytes: bytes.to_vec() };
        self.push(at, from, kind, text);
    }

    /// All entries so far.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Messages that `from` sent, since entry number `since` (see [`Ladder::mark`]).
    pub fn sent_by<'a>(&'a self, from: &'a str, since: usize) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.entries.iter().skip(since).filter(move |entry| entry.who == from).filter_map(
            |entry| match &entry.kind {
                Kind::Message { word, bytes, .. } => Some((word.as_str(), bytes.as_slice())),
                Kind::Act | Kind::Show => None,
            },
        )
    }

    /// Messages for `who`, since entry number `since`. They were sent; whether they arrived, the network
    /// knows.
    pub fn sent_to<'a>(&'a self, who: &'a str, since: usize) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.entries.iter().skip(since).filter_map(move |entry| match &entry.kind {
            Kind::Message { to, word, bytes } if to == who => Some((word.as_str(), bytes.as_slice())),
            Kind::Message { .. } | Kind::Act | Kind::Show => None,
        })
    }

    /// The story begins now: what was recorded before is forgotten, levels that were shown stay known.
    pub fn begin(&mut self) {
        self.entries.clear();
    }

    /// The number of entries: what "since now" means later.
    #[must_use]
    pub const fn mark(&self) -> usize {
        self.entries.len()
    }

    /// The ladder as text, with `subject` on the left.
    #[must_use]
    pub fn render(&self, subject: &str) -> String {
        let mut text = format!("{subject:LEFT$}| {:^14} | peers\n", "ms");
        let _ = writeln!(text, "{:-<LEFT$}+{:-<16}+{:-<40}", "", "", "");
        let mut previous = None;
        for entry in &self.entries {
            let [left, arrow, right] = columns(entry, subject);
            let time =
                if previous == Some(entry.at) { String::new() } else { entry.at.as_millis().to_string() };
            previous = Some(entry.at);
            let line = format!("{left:LEFT$}| {time:>8} {arrow:5} | {right}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    /// Compares the ladder with its golden `tests/golden/ladders/NAME.txt`.
    ///
    /// # Panics
    /// When they differ.
    #[track_caller]
    pub fn check(&self, name: &str, subject: &str) {
        golden::compare(&golden::ladder_path(name), &self.render(subject));
    }

    fn push(&mut self, at: Instant, who: &str, kind: Kind, text: String) {
        self.entries.push(Entry { at, who: who.to_owned(), kind, text });
    }
}

/// Where the parts of an entry stand.
fn columns(entry: &Entry, subject: &str) -> [String; 3] {
    let (who, text, none) = (&entry.who, &entry.text, String::new);
    match &entry.kind {
        Kind::Act if who == subject => [text.clone(), none(), none()],
        Kind::Show if who == subject => [format!("  {text}"), none(), none()],
        Kind::Act => [none(), none(), format!("{who}: {text}")],
        Kind::Show => [none(), none(), format!("  {who}: {text}")],
        Kind::Message { to, .. } if who == subject => [text.clone(), "--->".to_owned(), to.clone()],
        Kind::Message { to, .. } if to == subject => [none(), "<---".to_owned(), format!("{who}: {text}")],
        Kind::Message { to, .. } => [none(), none(), format!("  {who} -> {to}: {text}")],
    }
}

/// Width of the left column.
const LEFT: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    fn scene() -> Ladder {
        let mut ladder = Ladder::new();
        ladder.act(ms(0), "desk", "key L1");
        ladder.show(ms(0), "desk", "led L1", "red steady");
        ladder.show(ms(5), "desk", "led L1", "red steady");
        ladder.show(ms(5), "desk", "tone", "");
        ladder.message(ms(700), "desk", "office", b"INVITE sip:102@office SIP/2.0\r\n\r\n");
        ladder.message(ms(1200), "desk", "office", b"INVITE sip:102@office SIP/2.0\r\n\r\n");
        ladder.message(ms(1201), "office", "bob", b"INVITE sip:102@bob SIP/2.0\r\n\r\n");
        ladder.show(ms(1202), "bob", "ring", "1");
        ladder.message(ms(1203), "office", "desk", b"SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n");
        ladder.show(ms(1300), "desk", "led L1", "");
        ladder
    }

    #[test]
    fn each_participant_can_stand_on_the_left() {
        scene().check("testbed_desk", "desk");
        scene().check("testbed_bob", "bob");
    }

    #[test]
    fn messages_can_be_asked_for() {
        let ladder = scene();
        let words =
            |found: Vec<(&str, &[u8])>| found.iter().map(|(word, _)| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(words(ladder.sent_by("desk", 0).collect()), ["INVITE", "INVITE"]);
        assert_eq!(words(ladder.sent_to("desk", 0).collect()), ["180"]);
        assert_eq!(ladder.sent_by("desk", ladder.mark()).count(), 0);
    }
}
