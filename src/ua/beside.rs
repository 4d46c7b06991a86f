//! Requests of ours that run beside a session's INVITE: PRACK, UPDATE, and INFO with a letter.

use super::challenge::{Attempts, Recipient, Target, Verdict};
use super::errand::{Errand, Purpose};
use super::identifier;
use super::inquiry;
use super::next_hop::NextHop;
use super::request;
use super::{Instant, Rng, SessionId, UserAgent};
use crate::base::{Writer, text};
use crate::dialog::Dialog;
use crate::limits;
use crate::sip::reliable::RAck;
use crate::sip::{HeaderName, Message, Method, compose};
use crate::transaction::ClientId;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Beside<'a> {
    /// A reliable provisional response is acknowledged (RFC 3262 §4).
    Prack(RAck<'a>),
    /// The session is refreshed (RFC 4028 §7.4).
    Update,
    /// The layer above asks something.
    Ask(&'a [u8]),
}

impl UserAgent {
    /// Sends it within `dialog`, which may be an early one beside the session's. `None`: no room, or no way
    /// there.
    pub(super) fn send_beside(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        dialog: &Dialog,
        beside: Beside<'_>,
    ) -> Option<ClientId> {
        let session = self.sessions.get(id.0)?;
        let (extension, fallback) = (session.extension, session.hop);
        let address = self.shown_address(extension)?;
        let account = self.accounts.of(extension).clone();
        let next = text::bytes::<{ limits::URI_BYTES }>(dialog.aim().next_hop)?;
        let hop = match self.dialog_hop(now, extension, &next, fallback) {
            NextHop::Known(hop) => hop,
            NextHop::Pending | NextHop::Nowhere => return None,
        };
        let branch = identifier::branch(rng);
        let Self { settings, sessions, credentials, transactions, counters, .. } = self;
        let session = sessions.get_mut(id.0)?;
        let mut vacant = transactions.vacant_client()?;
        session.beside_attempts = Attempts::new();
        // One count for all dialogs of a fork: a gap is no fault (RFC 3261 §12.2.2).
        let cseq = session.dialog.next_cseq(1);
        let mut out = Writer::new(vacant.buffer());
        let mut room = [0; 160];
        let via = request::via(&mut room, &hop, address, &branch);
        let (method, purpose) = match beside {
            Beside::Prack(_) => (Method::Prack, Purpose::Prack(id)),
            Beside::Update => (Method::Update, Purpose::Update(id)),
            Beside::Ask(_) => (Method::Info, Purpose::Ask(id)),
        };
        dialog.compose_head(&mut out, method, cseq, via, settings.max_forwards);
        match beside {
            Beside::Prack(rack) => {
                compose::begin(&mut out, HeaderName::RAck);
                rack.compose(&mut out);
                compose::end(&mut out);
            }
            Beside::Update => {
                request::contact(&mut out, &account, address);
                session.compose_timer(&mut out, settings);
            }
            Beside::Ask(_) => request::contact(&mut out, &account, address),
        }
        request::demands(&mut out, &account);
        session.write_appearance(&mut out, &account, false);
        request::user_agent(&mut out, settings);
        let body = match beside {
            Beside::Ask(body) => body,
            Beside::Prack(_) | Beside::Update => b"",
        };
        let target = Target { method: method.as_bytes(), uri: dialog.aim().request_uri, body };
        let recipient = Recipient::Anybody(&session.beside_attempts);
        let keys = credentials.of_mut(session.extension);
        keys.write(&account.identity(), &target, recipient, rng, &mut out);
        finish(&mut out, inquiry::KIND, body);
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        let errand = Errand { extension: session.extension, purpose };
        vacant.start(now, length, hop, errand.word(), &settings.timers)
    }

    /// After 401 or 407, the same request with credentials, a new branch and a new CSeq (RFC 3261 §8.1.3.5).
    /// `None`: the answer is final.
    pub(super) fn answer_challenge_beside(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        client: ClientId,
        response: &Message<'_>,
    ) -> Option<ClientId> {
        let mut attempts = self.sessions.get(id.0)?.beside_attempts;
        let verdict = self.learn(id, &mut attempts, response);
        self.sessions.get_mut(id.0)?.beside_attempts = attempts;
        if verdict != Verdict::Retry {
            return None;
        }
        let address = self.shown_address(self.sessions.get(id.0)?.extension)?;
        let branch = identifier::branch(rng);
        let Self { settings, accounts, sessions, credentials, transactions, counters, .. } = self;
        let session = sessions.get_mut(id.0)?;
        let (owner, hop) = (transactions.client_owner(client)?, transactions.client_hop(client)?);
        let cseq = session.dialog.next_cseq(1);
        let mut vacant = transactions.vacant_client()?;
        let (before, room) = vacant.copying(client)?;
        let before = Message::parse(before).ok()?;
        let (method, uri) = (before.method()?, before.request_uri()?);
        let mut out = Writer::new(room);
        compose::request_line(&mut out, method, uri);
        let mut room = [0; 160];
        compose::header(&mut out, HeaderName::Via, request::via(&mut room, &hop, address, &branch));
        compose::number_header(&mut out, HeaderName::MaxForwards, u64::from(settings.max_forwards));
        for name in [HeaderName::Route, HeaderName::From, HeaderName::To, HeaderName::CallId] {
            compose::copy(&mut out, &before, name);
        }
        compose::cseq(&mut out, cseq, method);
        for name in REPEATED {
            compose::copy(&mut out, &before, name);
        }
        let target = Target { method: method.as_bytes(), uri, body: before.body() };
        let keys = credentials.of_mut(session.extension);
        let identity = accounts.of(session.extension).identity();
        keys.write(&identity, &target, Recipient::Anybody(&session.beside_attempts), rng, &mut out);
        finish(&mut out, inquiry::KIND, before.body());
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        vacant.start(now, length, hop, owner, &settings.timers)
    }
}

fn finish(out: &mut Writer<'_>, kind: &[u8], body: &[u8]) {
    if body.is_empty() {
        compose::finish_without_body(out);
    } else {
        compose::finish_with_body(out, kind, body);
    }
}

/// What a request beside the INVITE says, apart from what every request does.
const REPEATED: [HeaderName; 10] = [
    HeaderName::ReferTo,
    HeaderName::ReferredBy,
    HeaderName::Contact,
    HeaderName::RAck,
    HeaderName::Supported,
    HeaderName::SessionExpires,
    HeaderName::MinSe,
    HeaderName::ProxyRequire,
    HeaderName::CallInfo,
    HeaderName::UserAgent,
];
