//! One user agent against a peer that is written by hand.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::link::{E1, End};
use crate::base::Instant;
use crate::transaction::{ConnectionId, Hop, Transport};
use crate::ua::{
    Account, Command, Event, ExtensionId, Input, Invite, Outcome, Records, RegistrationState, SessionId,
    Ticket,
};

/// The peer's session description.
pub(super) const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0\r\n";
pub(super) const CONTACT: &str = "Contact: <sip:peer@192.0.2.9:5062>\r\n";

/// What the user agent sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) hop: Hop,
    pub(super) text: String,
}

impl Sent {
    /// A header's first value; empty when it is not there.
    pub(super) fn header(&self, name: &str) -> &str {
        let start = format!("{name}: ");
        self.text.lines().find_map(|line| line.strip_prefix(start.as_str())).unwrap_or("")
    }

    pub(super) fn start(&self) -> &str {
        self.text.lines().next().unwrap_or("")
    }

    /// The value of `name=` in a header, quotes taken off.
    pub(super) fn param(&self, header: &str, name: &str) -> String {
        let value = self.header(header).replace("Digest ", "");
        let start = format!("{name}=");
        let found = value.split([',', ';']).find_map(|part| part.trim().strip_prefix(start.as_str()));
        found.unwrap_or("").trim_matches('"').to_string()
    }

    pub(super) fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }
}

pub(super) struct Desk {
    pub(super) now: Instant,
    pub(super) end: End,
    pub(super) arrival: Hop,
    sent: Vec<Sent>,
}

impl Desk {
    pub(super) fn new() -> Self {
        let end = End::new("alice", "192.0.2.1:5060");
        let arrival = Hop {
            transport: Transport::Udp,
            remote: "192.0.2.9:5062".parse().unwrap(),
            local_port: 5060,
            connection: None,
        };
        Self { now: Instant::from_millis(1_000), end, arrival, sent: Vec::new() }
    }

    /// As [`Desk::new`], with another account.
    pub(super) fn with(change: impl Fn(&mut Account)) -> Self {
        let mut desk = Self::new();
        desk.account(E1, change);
        desk
    }

    pub(super) fn account(&mut self, extension: ExtensionId, change: impl Fn(&mut Account)) {
        let mut account = Account::clone(&self.end.account);
        change(&mut account);
        self.end.ua.set_account(extension, &account);
    }

    pub(super) fn step(&mut self, input: Input<'_>) -> Outcome {
        let outcome = self.end.step(self.now, input);
        while let Some(out) = self.end.ua.poll_transmit() {
            let text = String::from_utf8_lossy(out.bytes).to_string();
            self.sent.push(Sent { hop: out.hop, text });
        }
        outcome
    }

    /// The host's answer to a question for addresses.
    pub(super) fn resolve(&mut self, ticket: Ticket, addresses: &[core::net::IpAddr]) {
        let records = Records::Addresses(addresses);
        let _ = self.step(Input::Resolved { ticket, records, ttl_s: None });
    }

    pub(super) fn command(&mut self, command: Command<'_>) -> Outcome {
        self.step(Input::Command(command))
    }

    pub(super) fn call(&mut self, target: &str) -> SessionId {
        let invite =
            Invite { extension: E1, target, anonymous: false, codecs: None, secure: None, appearance: None };
        match self.command(Command::Invite(invite)) {
            Outcome::Session(id) => id,
            other @ (Outcome::Done | Outcome::Refused(_)) => panic!("{other:?}"),
        }
    }

    pub(super) fn receive(&mut self, text: &str) {
        let arrival = self.arrival;
        let _ = self.step(Input::Message { arrival, bytes: text.as_bytes() });
    }

    /// The next message that was sent; its start line begins so.
    pub(super) fn next(&mut self, start: &str) -> Sent {
        assert!(!self.sent.is_empty(), "nothing sent instead of {start}");
        let sent = self.sent.remove(0);
        let line = sent.start().strip_prefix("SIP/2.0 ").unwrap_or_else(|| sent.start());
        assert!(line.starts_with(start), "{line} instead of {start}\n{}", sent.text);
        sent
    }

    pub(super) fn silent(&self) {
        assert!(self.sent.is_empty(), "{:#?}", self.sent);
    }

    pub(super) fn has_sent(&self) -> bool {
        !self.sent.is_empty()
    }

    pub(super) fn forget(&mut self) -> usize {
        core::mem::take(&mut self.sent).len()
    }

    pub(super) fn run_ms(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        while let Some(due) = self.end.ua.deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            let _ = self.step(Input::Timeout);
            assert!(self.end.ua.deadline().is_none_or(|next| next > self.now), "a deadline in the past");
        }
        self.now = end;
    }

    /// Answers a request of the user agent's.
    pub(super) fn reply(&mut self, request: &Sent, status: &str, tag: &str, extra: &str, body: &str) {
        self.receive(&response(request, status, tag, extra, body));
    }

    pub(super) fn events(&mut self) -> Vec<Event> {
        core::mem::take(&mut self.end.events)
    }

    pub(super) fn registered(&self) -> (RegistrationState, u32) {
        let view = self.end.ua.registration(E1);
        (view.state, view.expires_s)
    }

    /// A call that the peer has made and we have answered.
    pub(super) fn answered(&mut self) -> SessionId {
        self.receive(&request("INVITE", 1, "", CONTACT, SDP));
        let id = self.end.incoming();
        let _ = self.command(Command::Answer(id));
        let tag = self.next("200").param("To", "tag");
        self.receive(&request("ACK", 1, &tag, "", ""));
        self.events();
        id
    }

    /// A call that we have made and the peer has answered; and its INVITE.
    pub(super) fn calling(&mut self) -> (SessionId, Sent) {
        let id = self.call("peer@192.0.2.9:5062");
        let invite = self.next("INVITE");
        self.reply(&invite, "200 OK", "peer", CONTACT, SDP);
        let _ = self.next("ACK");
        self.events();
        (id, invite)
    }

    /// Our tag in the session that is there.
    pub(super) fn own_tag(&self, id: SessionId) -> String {
        let session = self.end.ua.sessions.get(id.0).unwrap();
        String::from_utf8(session.dialog.id().local_tag().to_vec()).unwrap()
    }

    /// The Call-ID of the session that is there.
    pub(super) fn own_call(&self, id: SessionId) -> String {
        let session = self.end.ua.sessions.get(id.0).unwrap();
        String::from_utf8(session.dialog.id().call_id().to_vec()).unwrap()
    }

    pub(super) fn assert_empty(&mut self) {
        self.run_ms(64 * 500 * 3);
        assert_eq!(self.end.ua.load(), (0, 0), "nothing is left");
    }

    pub(super) fn over_tcp(&mut self) {
        self.arrival.transport = Transport::Tcp;
        self.arrival.remote = "192.0.2.9:40000".parse().unwrap();
        self.arrival.connection = Some(ConnectionId(3));
    }
}

/// The answer of a peer to our request.
pub(super) fn response(request: &Sent, status: &str, tag: &str, extra: &str, body: &str) -> String {
    let to = request.header("To");
    let tag = if tag.is_empty() || to.contains(";tag=") { String::new() } else { format!(";tag={tag}") };
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n{extra}{kind}\
         Content-Length: {}\r\n\r\n{body}",
        request.header("Via"),
        request.header("From"),
        request.header("Call-ID"),
        request.header("CSeq"),
        body.len(),
    )
}

/// A request of the peer's to us in its call `c`; with our tag within the dialog.
pub(super) fn request(method: &str, cseq: u32, our_tag: &str, extra: &str, body: &str) -> String {
    let to_tag = if our_tag.is_empty() { String::new() } else { format!(";tag={our_tag}") };
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    let branch = if method == "CANCEL" { "INVITE" } else { method };
    format!(
        "{method} sip:alice@192.0.2.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK{branch}{cseq}\r\n\
         Max-Forwards: 70\r\nFrom: \"P\" <sip:peer@192.0.2.9>;tag=peer\r\n\
         To: <sip:alice@192.0.2.1>{to_tag}\r\n\
         Call-ID: c\r\nCSeq: {cseq} {method}\r\n{extra}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

impl Desk {
    /// The next message that comes of itself within `ms`, and how long it took.
    pub(super) fn next_within(&mut self, ms: u64, start: &str) -> (u64, Sent) {
        let begun = self.now;
        while self.sent.is_empty() && self.now.since_ms(begun) < ms {
            self.run_ms(10);
        }
        (self.now.since_ms(begun), self.next(start))
    }

    /// As [`Desk::answered`], under another Call-ID.
    pub(super) fn answered_as(&mut self, call: &str) -> SessionId {
        let other = |text: String| text.replace("Call-ID: c\r", &format!("Call-ID: {call}\r"));
        self.receive(&other(request("INVITE", 1, "", CONTACT, SDP)).replace("bKINVITE1", "bKother"));
        let id = self.end.incoming();
        let _ = self.command(Command::Answer(id));
        let tag = self.next("200").param("To", "tag");
        self.receive(&other(request("ACK", 1, &tag, "", "")));
        self.events();
        id
    }

    /// A request of the peer's in a call that we make: our tag and Call-ID from the INVITE.
    pub(super) fn called_back(invite: &Sent, method: &str, cseq: u32, extra: &str, body: &str) -> String {
        let (call, tag) = (invite.header("Call-ID"), invite.param("From", "tag"));
        request(method, cseq, &tag, extra, body).replace("Call-ID: c\r", &format!("Call-ID: {call}\r"))
    }
}
