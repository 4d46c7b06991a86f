//! The messages that the phones sent and received, and the ladder drawn from them.

use std::collections::VecDeque;
use std::fmt::Write;
use std::net::SocketAddr;

use testbed::summary;

use crate::script::Parts;

/// Messages kept; older ones fall away.
const KEPT: usize = 5_000;
/// Characters from one lane to the next.
const LANE: usize = 34;

/// One SIP message that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Milliseconds since the start.
    pub at_ms: u64,
    /// The phone that sent or received it, from 1.
    pub phone: usize,
    /// Sent by that phone, or received.
    pub sent: bool,
    /// That phone's own address.
    pub local: SocketAddr,
    /// The other side's address.
    pub remote: SocketAddr,
    /// Over TCP.
    pub tcp: bool,
    /// It was lost on purpose (`net drop`, `net down`).
    pub lost: bool,
    /// The message.
    pub bytes: Vec<u8>,
}

impl Passed {
    /// The method, or the status.
    #[must_use]
    pub fn name(&self) -> String {
        summary::kind(&self.bytes)
    }

    /// For a person: `INVITE 600 (sendrecv)`, `180 INVITE`.
    #[must_use]
    pub fn label(&self) -> String {
        summary::line(&self.bytes)
    }

    fn is(&self, parts: &Parts) -> bool {
        self.sent == parts.sent
            && (self.sent || !self.lost)
            && self.name().eq_ignore_ascii_case(&parts.name)
            && parts
                .with
                .as_ref()
                .is_none_or(|text| String::from_utf8_lossy(&self.bytes).contains(text.as_str()))
    }
}

/// Everything that passed, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    all: VecDeque<Passed>,
    forgotten: usize,
}

impl Ladder {
    /// Appends a message.
    pub fn push(&mut self, passed: Passed) {
        if self.all.len() == KEPT {
            self.all.pop_front();
            self.forgotten += 1;
        }
        self.all.push_back(passed);
    }

    /// How many messages have ever passed: a mark to look from later.
    #[must_use]
    pub fn mark(&self) -> usize {
        self.forgotten + self.all.len()
    }

    /// The messages since a mark.
    pub fn since(&self, mark: usize) -> impl DoubleEndedIterator<Item = &Passed> {
        self.all.iter().skip(mark.saturating_sub(self.forgotten))
    }

    /// Whether such a message passed a phone since a mark; the `absent` of `parts` is not looked at.
    #[must_use]
    pub fn has(&self, phone: usize, mark: usize, parts: &Parts) -> bool {
        self.since(mark).any(|passed| passed.phone == phone && passed.is(parts))
    }

    /// The names of what a phone sent, or received, since a mark.
    #[must_use]
    pub fn names(&self, phone: usize, mark: usize, sent: bool) -> String {
        let of_phone = self.since(mark).filter(|passed| passed.phone == phone && passed.sent == sent);
        let names: Vec<String> = of_phone.map(Passed::name).collect();
        if names.is_empty() { "nothing".into() } else { names.join(" ") }
    }

    /// The ladder as text: a lane for each phone, then one for each other address.
    #[must_use]
    pub fn draw(&self) -> String {
        let mut lanes: Vec<Lane> = Vec::new();
        for passed in &self.all {
            lane_of_phone(&mut lanes, passed);
        }
        lanes.sort_by_key(|lane| lane.phone);
        for passed in &self.all {
            lane_of_remote(&mut lanes, passed.remote);
        }
        let mut text = String::from("    time  ");
        for lane in &lanes {
            let _ = write!(text, "{:LANE$}", lane.name());
        }
        trim_end(&mut text);
        text.push('\n');
        for passed in &self.all {
            draw_one(&mut text, &mut lanes, passed);
        }
        text
    }
}

/// A column of the ladder.
struct Lane {
    phone: Option<usize>,
    addresses: Vec<SocketAddr>,
}

impl Lane {
    fn name(&self) -> String {
        match (self.phone, self.addresses.first()) {
            (Some(phone), _) => format!("phone {phone}"),
            (None, Some(address)) => address.to_string(),
            (None, None) => String::new(),
        }
    }
}

fn lane_of_phone(lanes: &mut Vec<Lane>, passed: &Passed) {
    match lanes.iter_mut().find(|lane| lane.phone == Some(passed.phone)) {
        Some(lane) if !lane.addresses.contains(&passed.local) => lane.addresses.push(passed.local),
        Some(_) => {}
        None => lanes.push(Lane { phone: Some(passed.phone), addresses: vec![passed.local] }),
    }
}

fn lane_of_remote(lanes: &mut Vec<Lane>, address: SocketAddr) -> usize {
    match lanes.iter().position(|lane| lane.addresses.contains(&address)) {
        Some(found) => found,
        None => {
            lanes.push(Lane { phone: None, addresses: vec![address] });
            lanes.len() - 1
        }
    }
}

fn draw_one(text: &mut String, lanes: &mut Vec<Lane>, passed: &Passed) {
    let remote = lane_of_remote(lanes, passed.remote);
    let Some(own) = lanes.iter().position(|lane| lane.phone == Some(passed.phone)) else { return };
    let direct = lanes.get(remote).is_some_and(|lane| lane.phone.is_some());
    if direct && !passed.sent && remote != own {
        return; // Between two of our phones: drawn where it was sent.
    }
    let (left, right) = (own.min(remote), own.max(remote));
    let to_right = (own < remote) == passed.sent;
    let _ = write!(text, "{:4}.{:03}  ", passed.at_ms / 1_000, passed.at_ms % 1_000);
    for _ in 0..left {
        let _ = write!(text, "{:LANE$}", "│");
    }
    let width = (right.saturating_sub(left) * LANE).saturating_sub(1);
    text.push('│');
    text.push_str(&arrow(&passed.label(), width, to_right, passed.lost));
    text.push('│');
    for _ in right + 1..lanes.len() {
        text.extend(std::iter::repeat_n(' ', LANE - 1));
        text.push('│');
    }
    trim_end(text);
    text.push('\n');
}

fn arrow(label: &str, width: usize, to_right: bool, lost: bool) -> String {
    let label: String = label.chars().take(width.saturating_sub(4)).collect();
    let fill = width.saturating_sub(label.chars().count() + 2);
    let head = match (lost, to_right) {
        (true, _) => '✗',
        (false, true) => '▶',
        (false, false) => '◀',
    };
    let dashes: String = std::iter::repeat_n('─', fill).collect();
    if to_right { format!("─{label}{dashes}{head}") } else { format!("{head}{dashes}{label}─") }
}

fn trim_end(text: &mut String) {
    text.truncate(text.trim_end_matches(' ').len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(phone: usize, sent: bool, remote: &str, bytes: &str) -> Passed {
        Passed {
            at_ms: 1_250,
            phone,
            sent,
            local: format!("127.0.0.1:{}", 6_000 + phone).parse().expect("an address"),
            remote: remote.parse().expect("an address"),
            tcp: false,
            lost: false,
            bytes: bytes.replace('\n', "\r\n").into_bytes(),
        }
    }

    fn sample() -> Ladder {
        let mut ladder = Ladder::default();
        ladder.push(passed(1, true, "127.0.0.1:5060", "INVITE sip:102@a SIP/2.0\nCSeq: 1 INVITE\n\nv=0\n"));
        ladder.push(passed(2, false, "127.0.0.1:5060", "INVITE sip:102@b SIP/2.0\nCSeq: 1 INVITE\n\n"));
        ladder.push(passed(2, true, "127.0.0.1:5060", "SIP/2.0 486 Busy Here\nCSeq: 1 INVITE\n\n"));
        ladder.push(passed(1, true, "127.0.0.1:6002", "BYE sip:102@b SIP/2.0\nCSeq: 2 BYE\n\n"));
        ladder.push(passed(2, false, "127.0.0.1:6001", "BYE sip:102@b SIP/2.0\nCSeq: 2 BYE\n\n"));
        ladder
    }

    #[test]
    fn drawn_with_a_lane_each() {
        let want = "    \
    time  phone 1                           phone 2                           127.0.0.1:5060
   1.250  │─INVITE 102───────────────────────────────────────────────────────▶│
   1.250  │                                 │◀─────────────────────INVITE 102─│
   1.250  │                                 │─486 INVITE─────────────────────▶│
   1.250  │─BYE 102────────────────────────▶│                                 │
";
        assert_eq!(sample().draw(), want, "\n{}", sample().draw());
    }

    #[test]
    fn looked_up_since_a_mark() {
        let ladder = sample();
        let parts = |sent, name: &str, with: Option<&str>| Parts {
            sent,
            name: name.into(),
            with: with.map(Into::into),
            absent: false,
        };
        assert!(ladder.has(1, 0, &parts(true, "INVITE", Some("v=0"))));
        assert!(!ladder.has(1, 0, &parts(true, "INVITE", Some("Replaces:"))));
        assert!(!ladder.has(1, 1, &parts(true, "INVITE", None)));
        assert!(ladder.has(2, 1, &parts(true, "486", None)));
        assert!(!ladder.has(2, 1, &parts(false, "486", None)));
        assert_eq!(ladder.names(1, 0, true), "INVITE BYE");
        assert_eq!(ladder.names(1, ladder.mark(), true), "nothing");
    }
}
