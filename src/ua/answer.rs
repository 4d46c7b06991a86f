//! Answers to requests, with or without a transaction (RFC 3261 §8.2.6, §8.2.7).

use core::net::SocketAddr;

use super::answered::name;
use super::guard::Challenge;
use super::identifier;
use super::inquiry;
use super::refresh;
use super::report::Report;
use super::request;
use super::session::Session;
use super::session_timer::Grant;
use super::{Instant, SessionId, Settings, UserAgent};
use crate::base::Writer;
use crate::sdp;
use crate::sip::admission::unsupported;
use crate::sip::compose::Reply;
use crate::sip::{HeaderName, Message, Method, Status, compose};
use crate::transaction::{Hop, Owner, ServerId, Unopened, reply_hop};

/// What an answer says beside what it copies from the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer<'a> {
    pub(super) status: Status,
    /// Our tag, for a request that has none in To.
    pub(super) tag: Option<&'a [u8]>,
    /// The Contact value.
    pub(super) contact: Option<&'a [u8]>,
    /// Who was reached.
    pub(super) reached: Option<&'a Reached<'a>>,
    /// Allow and Supported.
    pub(super) capabilities: bool,
    /// What a 2xx says of the session timer.
    pub(super) timer: Option<Grant>,
    /// The Min-SE of a 422.
    pub(super) least_session_s: Option<u32>,
    /// `Require: 100rel` and this RSeq (RFC 3262 §3).
    pub(super) rseq: Option<u32>,
    pub(super) retry_after_s: Option<u32>,
    /// Why an offer cannot be taken, for a Warning (§20.43).
    pub(super) warning: Option<sdp::Refusal>,
    /// What a 401 asks for.
    pub(super) challenge: Option<&'a Challenge<'a>>,
    /// How the call sounded.
    pub(super) report: Option<&'a Report>,
    /// A session description, or a letter.
    pub(super) body: &'a [u8],
    pub(super) is_letter: bool,
}

/// Who was reached, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached<'a> {
    /// The value of Remote-Party-ID.
    pub(super) party: Option<&'a [u8]>,
    /// The value of Call-Info: the appearance of a shared line.
    pub(super) appearance: Option<&'a [u8]>,
}

impl<'a> Answer<'a> {
    pub(super) const fn new(status: Status, tag: Option<&'a [u8]>) -> Self {
        let capabilities = false;
        Self {
            status,
            tag,
            contact: None,
            reached: None,
            capabilities,
            timer: None,
            least_session_s: None,
            rseq: None,
            retry_after_s: None,
            warning: None,
            challenge: None,
            report: None,
            body: b"",
            is_letter: false,
        }
    }
}

impl UserAgent {
    /// Answers a request outside a session, and remembers nothing of it (§8.2.7).
    pub(super) fn decline(&mut self, arrival: Hop, request: &Message<'_>, status: Status) {
        self.answer_statelessly(arrival, request, &Answer::new(status, None));
    }

    pub(super) fn answer_statelessly(&mut self, arrival: Hop, request: &Message<'_>, answer: &Answer<'_>) {
        // §17.1.1.3: nobody waits for an answer to an ACK.
        if request.method() == Some(Method::Ack) {
            return;
        }
        let branch = request.raw(HeaderName::Via).unwrap_or(b"");
        let call_id = request.call_id().unwrap_or(b"");
        let made = identifier::stateless_tag(self.secret.unwrap_or(0), &[branch, call_id]);
        let (hop, mark) = self.way_back(&arrival, request);
        let Self { settings, outbox, transactions, counters, .. } = self;
        if !answer.status.is_success() {
            counters.rejected = counters.rejected.saturating_add(1);
        }
        let mut out = outbox.writer();
        let reply = Reply { status: answer.status, to_tag: answer.tag.or(Some(&made)), source: mark };
        compose::respond(&mut out, request, &reply);
        explain(&mut out, request, answer.status, settings);
        request::server(&mut out, settings);
        finish(&mut out, answer);
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return;
        };
        let length = if request.is_compact() { outbox.shorten(length) } else { length };
        let ticket = transactions.next_ticket();
        outbox.send(ticket, hop, length);
        self.remember(request, answer.status);
    }

    /// The same request gets no other final answer, even when its transaction is gone.
    /// A challenge is not kept: it is made anew, for its nonce does not last.
    fn remember(&mut self, message: &Message<'_>, status: Status) {
        if status == Status::UNAUTHORIZED {
            return;
        }
        if let (true, Some(name)) = (status.is_final(), name(self.secret.unwrap_or(0), message)) {
            self.answered.keep(name, status.code());
        }
    }

    /// A request that was answered before its transaction was given away: the same status once more. A 2xx to
    /// INVITE is not repeated: its transaction goes only after the ACK. Whether it was such a request.
    pub(super) fn answered_before(&mut self, arrival: Hop, request: &Message<'_>) -> bool {
        let name = name(self.secret.unwrap_or(0), request);
        let status = name.and_then(|name| self.answered.status_of(name)).and_then(Status::new);
        let Some(status) = status else { return false };
        if !(status.is_success() && request.method() == Some(Method::Invite)) {
            self.decline(arrival, request, status);
        }
        true
    }

    /// Answers a request other than INVITE within a session's dialog, so that its retransmissions get the
    /// same answer even when the session is gone.
    pub(super) fn reply(
        &mut self,
        now: Instant,
        arrival: Hop,
        request: &Message<'_>,
        id: SessionId,
        status: Status,
    ) {
        let tag = self.sessions.get(id.0).map(Session::own_tag);
        self.reply_with(now, arrival, request, &Answer::new(status, tag.as_deref()));
    }

    /// As [`UserAgent::reply`], with more to say.
    pub(super) fn reply_with(
        &mut self,
        now: Instant,
        arrival: Hop,
        request: &Message<'_>,
        answer: &Answer<'_>,
    ) {
        match self.open_server(now, &arrival, request) {
            Ok(server) => {
                // What does not fit is 513.
                let _whole = self.respond(now, server, answer);
            }
            Err(_) => self.answer_statelessly(arrival, request, answer),
        }
    }

    pub(super) fn open_server(
        &mut self,
        now: Instant,
        arrival: &Hop,
        request: &Message<'_>,
    ) -> Result<ServerId, Status> {
        let way_back = self.way_back(arrival, request);
        // What names the request is kept with its transaction, for `Answered`.
        let owner = Owner(name(self.secret.unwrap_or(0), request).unwrap_or(0));
        let Self { settings, transactions, .. } = self;
        let opened = transactions.open_server(now, request, way_back, owner, &settings.timers);
        opened.map_err(|unopened| match unopened {
            Unopened::Full => Status::SERVICE_UNAVAILABLE,
            Unopened::TooLarge => Status::MESSAGE_TOO_LARGE,
        })
    }

    /// Sends an answer in a transaction, composed from the one before it. A final one that does not fit is
    /// replaced by 513, for something has to end the transaction. Whether it went out as it is.
    pub(super) fn respond(&mut self, now: Instant, server: ServerId, answer: &Answer<'_>) -> Option<()> {
        let Self { settings, transactions, counters, answered, .. } = self;
        let name = transactions.server_owner(server)?;
        let mut draft = transactions.respond(server)?;
        let (before, room) = draft.copying();
        let before = Message::parse(before).ok()?;
        let mut out = Writer::new(&mut *room);
        let reply = Reply { status: answer.status, to_tag: answer.tag, source: None };
        compose::respond(&mut out, &before, &reply);
        request::server(&mut out, settings);
        finish(&mut out, answer);
        let whole = out.finish().ok();
        let (status, length) = match whole {
            Some(length) => (answer.status, length),
            None => {
                counters.unsendable = counters.unsendable.saturating_add(1);
                (Status::MESSAGE_TOO_LARGE, bare(answer, &before, room)?)
            }
        };
        let sent = draft.send(now, status, length);
        if sent && status.is_final() {
            answered.keep(name.0, status.code());
        }
        whole.filter(|_| sent).map(drop)
    }

    /// Where the answers to a request go, and what its topmost Via is marked with.
    fn way_back(&self, arrival: &Hop, request: &Message<'_>) -> (Hop, Option<SocketAddr>) {
        let hop = request
            .via()
            .map_or(*arrival, |via| reply_hop(&via, arrival, self.settings.respond_to_source_port));
        (hop, Some(arrival.remote))
    }
}

/// 513 in the place of a final answer, with nothing that it need not say.
fn bare(answer: &Answer<'_>, before: &Message<'_>, room: &mut [u8]) -> Option<usize> {
    answer.status.is_final().then_some(())?;
    let mut out = Writer::new(room);
    let reply = Reply { status: Status::MESSAGE_TOO_LARGE, to_tag: answer.tag, source: None };
    compose::respond(&mut out, before, &reply);
    compose::finish_without_body(&mut out);
    out.finish().ok()
}

fn finish(out: &mut Writer<'_>, answer: &Answer<'_>) {
    if let Some(contact) = answer.contact {
        compose::header(out, HeaderName::Contact, contact);
    }
    if let Some(party) = answer.reached.and_then(|reached| reached.party) {
        compose::header(out, HeaderName::RemotePartyId, party);
    }
    if answer.capabilities {
        request::capabilities(out);
        compose::header(out, HeaderName::Supported, refresh::OPTION);
    }
    if let Some(appearance) = answer.reached.and_then(|reached| reached.appearance) {
        compose::header(out, HeaderName::CallInfo, appearance);
    }
    if let Some(grant) = &answer.timer {
        refresh::compose_grant(out, grant);
    }
    if let Some(least_s) = answer.least_session_s {
        compose::number_header(out, HeaderName::MinSe, u64::from(least_s));
    }
    if let Some(rseq) = answer.rseq {
        compose::header(out, HeaderName::Require, super::early::OPTION);
        compose::number_header(out, HeaderName::RSeq, u64::from(rseq));
    }
    if let Some(seconds) = answer.retry_after_s {
        compose::number_header(out, HeaderName::RetryAfter, u64::from(seconds));
    }
    if let Some(refusal) = answer.warning {
        compose::begin(out, HeaderName::Warning);
        out.number(u64::from(refusal.warning_code()));
        out.text(" - ");
        compose::quoted(out, refusal.warning_text().as_bytes());
        compose::end(out);
    }
    if let Some(challenge) = answer.challenge {
        challenge.write(out);
    }
    if let Some(report) = answer.report {
        report.compose(out);
    }
    if answer.body.is_empty() {
        compose::finish_without_body(out);
    } else {
        let kind = if answer.is_letter { inquiry::KIND } else { request::SDP };
        compose::finish_with_body(out, kind, answer.body);
    }
}

/// What a refusal must say so that the peer can do better (§8.2.1, §8.2.2.3, §8.2.3), and what 200 to OPTIONS
/// tells (§11.2).
fn explain(out: &mut Writer<'_>, request: &Message<'_>, status: Status, settings: &Settings) {
    match status.code() {
        200 if request.method() == Some(Method::Options) => {
            request::capabilities(out);
            compose::header(out, HeaderName::Supported, refresh::OPTION);
            compose::header(out, HeaderName::Accept, request::SDP);
            compose::header(out, HeaderName::AcceptEncoding, b"identity");
            let language = settings.accept_language.as_bytes();
            let language = if language.is_empty() { b"en" } else { language };
            compose::header(out, HeaderName::AcceptLanguage, language);
            request::allow_events(out, settings);
        }
        // RFC 6665 §8.3.2
        489 => request::allow_events(out, settings),
        405 | 501 => compose::header(out, HeaderName::Allow, request::ALLOW),
        415 | 406 => {
            compose::list_header(out, HeaderName::Accept, request::abilities(request).bodies.iter().copied());
            compose::header(out, HeaderName::AcceptEncoding, b"identity");
        }
        // RFC 6086 §5.2: the packages that we take, which are none.
        469 => compose::header(out, HeaderName::RecvInfo, b""),
        420 => {
            compose::list_header(out, HeaderName::Unsupported, unsupported(request, &request::ABILITIES));
        }
        _ => {}
    }
}
