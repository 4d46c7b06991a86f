//! Moves of subscriptions and transfers: what the person wants, and what the other side sends within the
//! dialogs that there are.

use super::{Desk, OTHERS, SDP, SECOND, THEIRS, body};
use crate::base::Writer;
use crate::rtp::telephone_event::Digit;
use crate::sip::refer::Replaces;
use crate::ua::{Command, ExtensionId, Input, Package, Query, Records, SessionId, SrvRecord};

impl Desk {
    pub(super) fn wish(&mut self, value: u8) {
        let extension = if value & 8 == 0 { ExtensionId::PRIMARY } else { SECOND };
        let package = match (value >> 4) % 8 {
            0 => Package::MessageSummary,
            1 | 2 => Package::CallInfo,
            3 => Package::LineSeize(0),
            4 => Package::LineSeize(1),
            5 | 6 => Package::Dialog(0),
            _ => Package::Dialog(1),
        };
        let target = ["", "bob", "joe@pbx.example.com", "bob@192.0.2.2"];
        let target = target.get(usize::from(value >> 6)).copied().unwrap_or("");
        let (session, other) = (self.place(value >> 4), self.place(value >> 6));
        let command = match (value % 8, session, other) {
            (0..=2, _, _) => Command::Subscribe { extension, package, target },
            (3, _, _) => Command::Unsubscribe { extension, package },
            (4, Some(session), _) => Command::Transfer { session, target },
            (5, Some(session), Some(other)) => Command::TransferTo { session, other },
            (6, Some(session), Some(bridge)) => Command::TransferInto { session, bridge },
            (_, Some(session), _) if value >= 192 => Command::Ask { session, body: LETTER.as_bytes() },
            (_, Some(session), _) if value >= 128 => {
                let statuses = [200, 200, 400, 488];
                let status = statuses.get(usize::from((value >> 4) % 4)).copied().unwrap_or(200);
                Command::Reply { session, status, body: if status == 200 { LETTER.as_bytes() } else { b"" } }
            }
            (_, Some(session), _) => Command::SendDigit { session, digit: Digit::ZERO, duration_ms: 100 },
            (_, None, _) => return,
        };
        self.step(Input::Command(command));
    }

    /// A session that was there lately.
    fn place(&self, value: u8) -> Option<SessionId> {
        let latest = self.sessions.len().checked_sub(1)?;
        self.sessions.get(latest.saturating_sub(usize::from(value % 4))).copied()
    }

    /// The host's resolver answers the oldest question; above 200 there is no such name.
    pub(super) fn look_up(&mut self, value: u8) {
        if self.questions.is_empty() {
            return;
        }
        let (ticket, query) = self.questions.remove(0);
        let record = |priority, weight, target| SrvRecord { priority, weight, port: 5_060, target };
        let services =
            [record(1, 0, "a.example.com"), record(1, 9, "192.0.2.2"), record(2, 0, "b.example.com")];
        let records = match query {
            _ if value > 200 && query == Query::Addresses => Records::Addresses(&[]),
            _ if value > 230 => {
                Records::Services(&[SrvRecord { priority: 0, weight: 0, port: 0, target: "." }])
            }
            _ if value > 200 => Records::Services(&[]),
            Query::Addresses if value & 1 == 0 => Records::Addresses(&[THEIRS, OTHERS]),
            Query::Addresses => Records::Addresses(&[OTHERS]),
            Query::Services => Records::Services(&services),
        };
        let ttl_s = (value & 2 != 0).then_some(30);
        self.step(Input::Resolved { ticket, records, ttl_s });
    }

    /// A notification of what our latest SUBSCRIBE asked for, or of nothing.
    pub(super) fn notify(&mut self, value: u8) {
        let mut buffer = [0; 2_048];
        let mut out = Writer::new(&mut buffer);
        out.text("NOTIFY sip:101@192.0.2.101 SIP/2.0\r\n");
        let number = self.number_head(&mut out);
        let asked = value >= 16 && !self.subscribe.is_empty();
        if asked {
            mirror(&self.subscribe, &mut out, if value & 1 == 0 { "a" } else { "b" });
        } else {
            out.text("From: <sip:joe@192.0.2.1>;tag=f\r\nTo: <sip:101@192.0.2.1>\r\nCall-ID: n");
            out.number(u64::from(number));
            out.text(if value & 8 == 0 { "\r\nEvent: message-summary" } else { "\r\nEvent: check-sync" });
            out.text("\r\n");
        }
        out.text("CSeq: ");
        out.number(u64::from(number));
        out.text(" NOTIFY\r\n");
        let state = STANDINGS.get(usize::from((value >> 1) % 8)).copied().unwrap_or("");
        out.text(state);
        out.text("Contact: <sip:joe@192.0.2.1>\r\n");
        out.text("Call-Info: <sip:192.0.2.1>;appearance-index=1;appearance-state=seized\r\n");
        body(&mut out, if value & 32 == 0 { "Messages-Waiting: yes\r\n" } else { WATCHED });
        let length = out.finish().unwrap_or(0);
        self.receive(buffer.get(..length).unwrap_or(&[]));
    }

    /// The branch of a new request of the other side, and its number, which rises.
    fn number_head(&mut self, out: &mut Writer<'_>) -> u32 {
        self.numbered = self.numbered.saturating_add(1);
        out.text("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKd");
        out.number(u64::from(self.numbered));
        out.text("\r\nMax-Forwards: 70\r\n");
        self.numbered.saturating_add(40)
    }

    /// The far end says something within one of our calls.
    pub(super) fn talk(&mut self, value: u8) {
        let place = self.place(value >> 6);
        let Some(session) = place.and_then(|id| self.ua.sessions.get(id.0)) else { return };
        let dialog = session.dialog.clone();
        let (method, extra, text) = match value % 16 {
            0..=2 => ("REFER", "Refer-To: <sip:ann@192.0.2.1>\r\nReferred-By: <sip:joe@192.0.2.1>\r\n", ""),
            3 => ("REFER", "Refer-To: <sip:ann@pbx.example.com>\r\n", ""),
            4 => ("REFER", "Refer-To: <sip:ann@192.0.2.1?Replaces=c%3bto-tag%3d1%3bfrom-tag%3d2>\r\n", ""),
            5 => ("NOTIFY", TOLD_ON_THE_WAY, "SIP/2.0 180 Ringing\r\n"),
            6 => ("NOTIFY", TOLD_AT_LAST, "SIP/2.0 200 OK\r\n"),
            7 => ("NOTIFY", TOLD_AT_LAST, "SIP/2.0 486 Busy Here\r\n"),
            8 => ("INVITE", "", self.described(value >> 2)),
            9 => ("UPDATE", "Supported: timer\r\nSession-Expires: 90\r\n", ""),
            10 if value & 32 != 0 => ("INFO", "", LETTER),
            10 => ("INFO", "", "Signal=1\r\n"),
            11 | 12 => ("ACK", "", ""),
            13 => ("REFER", "Refer-To: <http://x/>\r\n", ""),
            14 => ("INVITE", "", ""),
            _ => ("BYE", "", ""),
        };
        let mut buffer = [0; 2_048];
        let mut out = Writer::new(&mut buffer);
        out.text(method);
        out.text(" sip:101@192.0.2.101 SIP/2.0\r\n");
        // An ACK has the number of its INVITE, which was the latest request or the one before all others.
        let number = match (method, value & 32) {
            ("ACK", 0) => 1,
            ("ACK", _) => self.numbered.saturating_add(40),
            _ => self.number_head(&mut out),
        };
        if method == "ACK" {
            out.text("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nMax-Forwards: 70\r\n");
        }
        let id = dialog.id();
        party(&mut out, "From: ", dialog.remote_party(), id.remote_tag());
        party(&mut out, "To: ", dialog.local_party(), id.local_tag());
        out.text("Call-ID: ");
        out.put(id.call_id());
        out.text("\r\nCSeq: ");
        out.number(u64::from(number));
        out.text(" ");
        out.text(method);
        out.text("\r\nContact: <sip:joe@192.0.2.1>\r\n");
        out.text(extra);
        body(&mut out, text);
        let length = out.finish().unwrap_or(0);
        self.receive(buffer.get(..length).unwrap_or(&[]));
    }

    /// Somebody calls in the place of one of our calls (RFC 3891).
    pub(super) fn replace(&mut self, value: u8) {
        let place = self.place(value);
        let Some(session) = place.and_then(|id| self.ua.sessions.get(id.0)) else { return };
        let id = session.dialog.id().clone();
        let mut buffer = [0; 2_048];
        let mut out = Writer::new(&mut buffer);
        out.text("INVITE sip:101@192.0.2.101 SIP/2.0\r\n");
        let number = self.number_head(&mut out);
        out.text("From: <sip:eve@192.0.2.1>;tag=e\r\nTo: <sip:101@192.0.2.1>\r\nCall-ID: r");
        out.number(u64::from(number));
        out.text("\r\nCSeq: 1 INVITE\r\nContact: <sip:eve@192.0.2.1>\r\nReplaces: ");
        Replaces {
            call_id: id.call_id(),
            to_tag: id.local_tag(),
            from_tag: if id.remote_tag().is_empty() { b"a" } else { id.remote_tag() },
            early_only: value & 16 != 0,
        }
        .compose(&mut out);
        out.text("\r\n");
        body(&mut out, if value & 32 == 0 { SDP } else { "" });
        let length = out.finish().unwrap_or(0);
        self.receive(buffer.get(..length).unwrap_or(&[]));
    }
}

/// The lines of a request of ours as the other side sends them in the dialog that it makes.
fn mirror(text: &[u8], out: &mut Writer<'_>, tag: &str) {
    for line in text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end) {
        if let Some(value) = line.strip_prefix(b"From:") {
            out.text("To:");
            out.put(value);
        } else if let Some(value) = line.strip_prefix(b"To:") {
            out.text("From:");
            out.put(value);
            if !value.windows(5).any(|part| part == b";tag=") {
                out.text(";tag=");
                out.text(tag);
            }
        } else if line.starts_with(b"Call-ID:") || line.starts_with(b"Event:") {
            out.put(line);
        } else {
            continue;
        }
        out.text("\r\n");
    }
}

fn party(out: &mut Writer<'_>, name: &str, party: &[u8], tag: &[u8]) {
    out.text(name);
    out.put(party);
    if !tag.is_empty() {
        out.text(";tag=");
        out.put(tag);
    }
    out.text("\r\n");
}

/// A question that is the layer above's to answer.
const LETTER: &str = include_str!("../../secure_call/vectors/caller_hello");
const STANDINGS: [&str; 8] = [
    "Subscription-State: active;expires=600\r\n",
    "Subscription-State: pending\r\n",
    "Subscription-State: active\r\n",
    "Subscription-State: terminated;reason=deactivated\r\n",
    "Subscription-State: terminated;reason=rejected\r\n",
    "Subscription-State: terminated;reason=timeout\r\n",
    "Subscription-State: terminated;reason=probation;retry-after=9\r\n",
    "",
];
const TOLD_ON_THE_WAY: &str = "Event: refer\r\nSubscription-State: active;expires=60\r\n";
const TOLD_AT_LAST: &str = "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\n";
const WATCHED: &str = "<?xml version=\"1.0\"?><dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" \
    version=\"3\" state=\"partial\" entity=\"sip:bob@h\"><dialog id=\"1\"><state>early</state></dialog>\
    </dialog-info>";
