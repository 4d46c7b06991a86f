//! The office's transactions (RFC 3261 §17, RFC 6026): what it keeps so that a retransmission is noticed
//! and a lost message sent again.

use super::text::Text;
use crate::network::Transport;
use deskphone::base::{Instant, Timer, earliest};
use std::net::SocketAddr;

pub(super) const T1_MS: u64 = 500;
pub(super) const T2_MS: u64 = 4_000;
pub(super) const T4_MS: u64 = 5_000;
pub(super) const LIFE_MS: u64 = 64 * T1_MS;

/// Where a message goes, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) to: SocketAddr,
    pub(super) transport: Transport,
}

impl Path {
    pub(super) const fn is_reliable(self) -> bool {
        matches!(self.transport, Transport::Tcp(_))
    }
}

/// Who wants to hear of the responses to a request of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The branch of a forwarded request.
    Branch { fork: u64, branch: u64 },
    /// A call that a service has.
    Leg(u64),
    /// Who is told of a shared line.
    Subscription(u64),
    /// Nobody: the response to a CANCEL.
    Nobody,
}

/// A request that came, and what it was answered.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) id: u64,
    pub(super) request: Text,
    pub(super) path: Path,
    /// The latest response, for retransmissions; empty before the first.
    pub(super) answer: Vec<u8>,
    pub(super) status: u16,
    acknowledged: bool,
    again: Timer,
    interval_ms: u64,
    end: Timer,
}

/// A request that the office sent.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: u64,
    pub(super) request: Text,
    pub(super) path: Path,
    pub(super) owner: Owner,
    pub(super) status: u16,
    cancelled: bool,
    bytes: Vec<u8>,
    again: Timer,
    interval_ms: u64,
    end: Timer,
}

/// What a client transaction makes of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The owner shall see it.
    Pass,
    /// The owner shall see it, and an ACK leaves.
    PassAndAcknowledge,
    /// A retransmission: an ACK leaves.
    Acknowledge,
    /// A retransmission.
    Absorb,
}

impl Server {
    pub(super) fn new(id: u64, request: Text, path: Path) -> Self {
        let (again, end) = (Timer::OFF, Timer::OFF);
        Self {
            id,
            request,
            path,
            answer: Vec::new(),
            status: 0,
            acknowledged: false,
            again,
            interval_ms: 0,
            end,
        }
    }

    /// RFC 3261 §17.2.3: the same branch and sent-by, and the same method but for ACK.
    pub(super) fn matches(&self, request: &Text, method: &str) -> bool {
        self.request.branch() == request.branch()
            && self.request.method() == method
            && sent_by(&self.request) == sent_by(request)
            && self.request.call_id() == request.call_id()
    }

    pub(super) fn is_invite(&self) -> bool {
        self.request.method() == "INVITE"
    }

    /// Takes a response to send; says whether it may be sent (one final response only).
    pub(super) fn answered(&mut self, now: Instant, status: u16, bytes: Vec<u8>) -> bool {
        let second_success = self.is_invite() && self.status / 100 == 2 && status / 100 == 2;
        if self.status >= 200 && !second_success {
            return false;
        }
        self.status = status;
        self.answer = bytes;
        if status < 200 {
            return true;
        }
        let waits = self.is_invite() || !self.path.is_reliable();
        self.end.start(now, if waits { LIFE_MS } else { 0 });
        if self.is_invite() && status >= 300 && !self.path.is_reliable() {
            self.interval_ms = T1_MS;
            self.again.start(now, T1_MS);
        }
        true
    }

    /// The ACK for a final response other than 2xx (Figure 7: Completed to Confirmed).
    pub(super) fn acknowledge(&mut self, now: Instant) {
        if self.status >= 300 && !self.acknowledged {
            self.acknowledged = true;
            self.again.stop();
            self.end.start(now, if self.path.is_reliable() { 0 } else { T4_MS });
        }
    }

    /// Timer G: the final response again, if it is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<&[u8]> {
        if !self.again.take_due(now) {
            return None;
        }
        self.interval_ms = (self.interval_ms * 2).min(T2_MS);
        self.again.start(now, self.interval_ms);
        Some(&self.answer)
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.end.is_due(now)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest([self.again.due(), self.end.due()])
    }
}

impl Client {
    pub(super) fn new(now: Instant, id: u64, request: Text, path: Path, owner: Owner) -> Self {
        let (mut again, mut end) = (Timer::OFF, Timer::OFF);
        end.start(now, LIFE_MS);
        if !path.is_reliable() {
            again.start(now, T1_MS);
        }
        let bytes = request.compose();
        Self { id, request, path, owner, status: 0, cancelled: false, bytes, again, interval_ms: T1_MS, end }
    }

    pub(super) fn is_invite(&self) -> bool {
        self.request.method() == "INVITE"
    }

    /// RFC 3261 §17.1.3: the branch is ours, so only the method must tell a CANCEL from its INVITE.
    pub(super) fn matches(&self, response: &Text) -> bool {
        self.request.branch() == response.branch() && self.request.method() == response.method()
    }

    pub(super) fn receive(&mut self, now: Instant, status: u16) -> Verdict {
        let first_final = self.status < 200;
        if first_final {
            self.status = status;
        }
        match (self.is_invite(), status) {
            (true, ..200) if first_final => {
                self.again.stop();
                if !self.cancelled {
                    self.end.stop();
                }
                Verdict::Pass
            }
            (false, ..200) if first_final => {
                self.interval_ms = T2_MS;
                Verdict::Pass
            }
            (_, ..200) => Verdict::Absorb,
            (true, 200..300) if first_final || self.status < 300 => {
                self.again.stop();
                self.end.start(now, LIFE_MS);
                Verdict::Pass
            }
            (true, _) if first_final => {
                self.again.stop();
                self.end.start(now, if self.path.is_reliable() { 0 } else { LIFE_MS });
                Verdict::PassAndAcknowledge
            }
            (true, _) if self.status >= 300 => Verdict::Acknowledge,
            (false, _) if first_final => {
                self.again.stop();
                self.end.start(now, if self.path.is_reliable() { 0 } else { T4_MS });
                Verdict::Pass
            }
            (_, _) => Verdict::Absorb,
        }
    }

    /// Timers A and E: the request again, if it is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<&[u8]> {
        if self.status >= 200 || !self.again.take_due(now) {
            return None;
        }
        let doubled = self.interval_ms * 2;
        self.interval_ms = if self.is_invite() { doubled } else { doubled.min(T2_MS) };
        self.again.start(now, self.interval_ms);
        Some(&self.bytes)
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.end.is_due(now)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest([self.again.due(), self.end.due()])
    }

    /// The ACK for a final response other than 2xx (RFC 3261 §17.1.1.3).
    pub(super) fn acknowledgement(&self, response: &Text) -> Text {
        let mut ack = self.same_branch("ACK");
        ack.set("To", response.first("To").unwrap_or(""));
        ack
    }

    /// The CANCEL for this INVITE; without a final response it counts as ended after a while (RFC 3261
    /// §9.1).
    pub(super) fn cancel(&mut self, now: Instant) -> Text {
        self.cancelled = true;
        self.end.start(now, LIFE_MS);
        self.same_branch("CANCEL")
    }

    /// What its owner is told when it ends without a final response.
    pub(super) fn silence(&self) -> Text {
        Text::response(&self.request, if self.cancelled { 487 } else { 408 }, "")
    }

    fn same_branch(&self, method: &str) -> Text {
        let request = &self.request;
        let mut text =
            Text { start: format!("{method} {} SIP/2.0", request.uri()), fields: vec![], body: vec![] };
        text.push("Via", request.first("Via").unwrap_or(""));
        for name in ["Route", "From", "To", "Call-ID"] {
            for value in request.all(name) {
                text.push(name, value);
            }
        }
        text.push("CSeq", &format!("{} {method}", request.cseq()));
        text.push("Max-Forwards", "70");
        text
    }
}

/// The sent-by of the top Via: all before its parameters.
fn sent_by(text: &Text) -> Option<&str> {
    text.first("Via")?.split(';').next()
}
