//! The SIP ladder of one end: each message as a line, with the time, the direction and the call.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::net::SocketAddr;

/// Lines that are kept; the oldest give way.
const KEPT: usize = 20_000;

/// What went over one end's wire.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    lines: VecDeque<Line>,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Line {
    /// Milliseconds since the host began.
    pub at_ms: u64,
    /// Whether it came in.
    pub incoming: bool,
    /// The other end.
    pub remote: SocketAddr,
    /// The message.
    pub text: String,
}

impl Trace {
    /// Records a message.
    pub fn record(&mut self, at_ms: u64, incoming: bool, remote: SocketAddr, bytes: &[u8]) {
        if self.lines.len() >= KEPT {
            self.lines.pop_front();
        }
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.lines.push_back(Line { at_ms, incoming, remote, text });
    }

    /// All that is kept, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    /// The last `count` messages as a ladder.
    #[must_use]
    pub fn last(&self, count: usize) -> String {
        let skipped = self.lines.len().saturating_sub(count);
        ladder(self.lines.iter().skip(skipped))
    }

    /// How often each status from 300 on was sent, with the method that it answers.
    #[must_use]
    pub fn refusals(&self) -> BTreeMap<String, u32> {
        let mut refusals = BTreeMap::new();
        for line in self.lines.iter().filter(|line| !line.incoming) {
            let status = line.first().strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3)).unwrap_or("");
            if status >= "300" {
                let method = line.header("CSeq").split(' ').next_back().unwrap_or_default();
                *refusals.entry(format!("{status} {method}")).or_default() += 1;
            }
        }
        refusals
    }

    /// The requests of a method, or the answers with a status to one (`200 INVITE`), that went in one
    /// direction, each once however often it was repeated, oldest first.
    #[must_use]
    pub fn told(&self, incoming: bool, what: &str) -> Vec<&Line> {
        let (status, method) = what.split_once(' ').unwrap_or(("", what));
        let mut found: Vec<&Line> = Vec::new();
        for line in self.lines.iter().filter(|line| line.incoming == incoming) {
            let start = if status.is_empty() { format!("{method} ") } else { format!("SIP/2.0 {status} ") };
            let same =
                line.first().starts_with(&start) && line.header("CSeq").ends_with(&format!(" {method}"));
            if same && !found.iter().any(|known| known.text == line.text) {
                found.push(line);
            }
        }
        found
    }

    /// The ladder of one call.
    #[must_use]
    pub fn of_call(&self, call_id: &str) -> String {
        ladder(self.lines.iter().filter(|line| line.header("Call-ID") == call_id))
    }
}

impl Line {
    /// The first line of the message.
    #[must_use]
    pub fn first(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    /// The first value of a header, as our peers spell it; empty when there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value.trim())
    }
}

fn ladder<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let mut text = String::new();
    for line in lines {
        let arrow = if line.incoming { "<---" } else { "--->" };
        let (first, cseq, call) = (line.first(), line.header("CSeq"), line.header("Call-ID"));
        let _ = writeln!(text, "{:>8} {arrow} {:<21} {first}  [{cseq}] {call}", line.at_ms, line.remote);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_its_ladder() {
        let mut trace = Trace::default();
        let peer = SocketAddr::from(([127, 0, 0, 1], 5060));
        trace.record(5, true, peer, b"BYE sip:a SIP/2.0\r\nCall-ID: one\r\nCSeq: 2 BYE\r\n\r\nCall-ID: two");
        trace.record(6, false, peer, b"SIP/2.0 200 OK\r\ncall-id: two\r\n\r\n");
        assert_eq!(
            trace.of_call("one"),
            "       5 <--- 127.0.0.1:5060        BYE sip:a SIP/2.0  [2 BYE] one\n"
        );
        assert_eq!(trace.last(1).lines().count(), 1);
        trace.record(7, false, peer, b"SIP/2.0 481 Gone\r\nCSeq: 3 BYE\r\n\r\n");
        assert_eq!(trace.refusals(), BTreeMap::from([("481 BYE".to_owned(), 1)]));
        trace.record(8, false, peer, b"SIP/2.0 481 Gone\r\nCSeq: 3 BYE\r\n\r\n");
        assert_eq!(trace.told(false, "481 BYE").len(), 1, "the repeated one is the same");
        assert_eq!((trace.told(true, "BYE").len(), trace.told(false, "BYE").len()), (1, 0));
    }
}
