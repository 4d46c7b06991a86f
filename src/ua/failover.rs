//! Losing a server: which failures put it aside, and how a request goes on to the next one (RFC 3263 §4.3).
//!
//! A request moves on as it was, in a transaction of its own. CANCEL and the ACK to a refusal belong to their
//! INVITE's transaction and go where that went (RFC 3261 §9.1, §17.1.1.3).

use super::errand::{Errand, Purpose};
use super::names::Listed;
use super::next_hop::NextHop;
use super::register::seconds;
use super::session::Modify;
use super::session::progress::State;
use super::{ExtensionId, Instant, Rng, SessionId, UserAgent};
use crate::base::{Writer, text};
use crate::dialplan::Template;
use crate::limits;
use crate::sip::{HeaderName, Message, Method};
use crate::transaction::{ClientId, Hop};

/// How a request remained without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Timer B or F.
    TimedOut,
    /// The transport could not deliver it.
    Unreachable,
}

impl Loss {
    /// The status that stands for it (RFC 3261 §8.1.3.1).
    pub(super) const fn status(self) -> u16 {
        match self {
            Self::TimedOut => 408,
            Self::Unreachable => 503,
        }
    }
}

impl UserAgent {
    /// Whether the loss is only that of a connection to a server that is known to work: the request is tried
    /// there once more, over another one.
    pub(super) fn reconnects(&mut self, errand: Errand, client: ClientId, hop: &Hop, loss: Loss) -> bool {
        let home = self.registrars.of(errand.extension).home == Some(hop.remote);
        if loss != Loss::Unreachable || !hop.transport.is_reliable() || !home || !self.awaits(errand, client)
        {
            return false;
        }
        let search = match errand.purpose {
            Purpose::Register => Some(&mut self.registrars.of_mut(errand.extension).search),
            Purpose::Invite(id) | Purpose::Bye(id) => {
                self.sessions.get_mut(id.0).map(|session| &mut session.search)
            }
            // A subscription is asked for again by itself.
            Purpose::Cancel
            | Purpose::Info(_)
            | Purpose::Prack(_)
            | Purpose::Update(_)
            | Purpose::Ask(_)
            | Purpose::Refer(_)
            | Purpose::Notify(_)
            | Purpose::Subscribe(_) => None,
        };
        search.is_some_and(|search| !core::mem::replace(&mut search.reconnected, true))
    }

    /// No answer came from a server. It is put aside; for this request only, if somebody behind it may be
    /// silent: a request within a dialog is the peer's to answer (RFC 4321 §1.2).
    pub(super) fn server_lost(&mut self, now: Instant, errand: Errand, hop: &Hop, loss: Loss) {
        let within_dialog = match errand.purpose {
            Purpose::Register => false,
            Purpose::Subscribe(id) => {
                self.subscribers.get(id).is_some_and(super::subscriber::Subscriber::has_dialog)
            }
            Purpose::Refer(_)
            | Purpose::Notify(_)
            | Purpose::Cancel
            | Purpose::Bye(_)
            | Purpose::Info(_)
            | Purpose::Update(_)
            | Purpose::Ask(_)
            | Purpose::Prack(_) => true,
            Purpose::Invite(id) => {
                self.sessions.get(id.0).is_some_and(|session| session.state == State::Confirmed)
            }
        };
        let lasting = loss == Loss::Unreachable || !within_dialog;
        let aside_s = if lasting { self.accounts.of(errand.extension).proxy_fallback_s } else { 0 };
        self.failures.add(hop, now.plus_ms(u64::from(aside_s).saturating_mul(1_000)), false);
        if lasting {
            self.leave(now, hop);
        }
    }

    /// Whether a status sends a request on to another server: 503, and those of `Try Backup RSC`.
    pub(super) fn calls_for_backup(&self, status: u16) -> bool {
        status == 503 || names_status(&self.settings.try_backup_statuses, status)
    }

    /// A server answered so. After 503 it is put aside, for as long as it asked (RFC 3261 §21.5.4); after
    /// another status only for this request, unless it is a registrar.
    pub(super) fn server_refused(
        &mut self,
        now: Instant,
        extension: ExtensionId,
        hop: &Hop,
        status: u16,
        retry_after_s: Option<u32>,
        registering: bool,
    ) {
        let asked_s = retry_after_s.filter(|_| status == 503).map(|asked_s| asked_s.min(LONGEST_REST_S));
        let lasting = status == 503 || registering;
        let fallback_s = if lasting { self.accounts.of(extension).proxy_fallback_s } else { 0 };
        let aside_ms = u64::from(asked_s.unwrap_or(fallback_s)).saturating_mul(1_000);
        self.failures.add(hop, now.plus_ms(aside_ms), asked_s.is_some());
        if lasting {
            self.leave(now, hop);
        }
    }

    /// A server is lost: the bindings that it holds are asked for elsewhere, if there is anywhere else.
    fn leave(&mut self, now: Instant, hop: &Hop) {
        for extension in ExtensionId::ALL {
            if self.registrars.of(extension).home != Some(hop.remote) {
                continue;
            }
            let elsewhere = match self.server_hop(now, extension) {
                NextHop::Known(next) => next.remote != hop.remote,
                NextHop::Pending | NextHop::Nowhere => false,
            };
            if elsewhere {
                self.registrars.of_mut(extension).leave_home();
            }
        }
    }

    /// A server took our registration: the extension stays with it, until it is time to go back to a better
    /// one (`Proxy Fallback Intvl`).
    pub(super) fn settle(&mut self, now: Instant, extension: ExtensionId, hop: &Hop) {
        self.failures.clear(hop);
        let registrar = self.registrars.of_mut(extension);
        registrar.home = Some(hop.remote);
        registrar.fall_back.stop();
        let Listed::Known(servers) = self.own_servers(now, extension) else { return };
        let ours = servers.iter().find(|server| server.remote == hop.remote);
        let Some(priority) = ours.map(|server| server.priority) else { return };
        let better = servers.iter().filter(|server| server.priority < priority);
        let back = better.filter_map(|server| self.failures.until(hop.transport, server.remote)).min();
        if let Some(back) = back {
            self.registrars.of_mut(extension).fall_back.start_at(back.max(now.plus_ms(1)));
        }
    }

    /// A response to a session's request. Whether it is dealt with here: the request has gone on to another
    /// server.
    pub(super) fn session_refused(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        status: u16,
        response: &Message<'_>,
    ) -> bool {
        let Some(session) = self.sessions.get(id.0) else { return false };
        let (extension, hop) = (session.extension, session.client);
        let Some(hop) = hop.and_then(|client| self.transactions.client_hop(client)) else { return false };
        if !self.calls_for_backup(status) {
            self.failures.clear(&hop);
            if !self.accounts.of(extension).wants_binding() {
                self.settle_calls(now, extension, &hop);
            }
            return false;
        }
        let retry_after_s = seconds(response, HeaderName::RetryAfter);
        // A refusal within a dialog is the peer's word as often as its proxy's.
        let status = if session.state == State::Confirmed { 500 } else { status };
        self.server_refused(now, extension, &hop, status, retry_after_s, false);
        self.session_moves_on(now, rng, id)
    }

    /// An extension without registration stays with the server that takes its calls.
    fn settle_calls(&mut self, now: Instant, extension: ExtensionId, hop: &Hop) {
        if let Listed::Known(servers) = self.own_servers(now, extension)
            && servers.iter().any(|server| server.remote == hop.remote)
        {
            self.registrars.of_mut(extension).home = Some(hop.remote);
        }
    }

    /// Sends the session's request to the next server that did not fail since it began. Whether there is one.
    pub(super) fn session_moves_on(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) -> bool {
        let Some(session) = self.sessions.get(id.0) else { return false };
        let method = match session.state {
            State::Calling | State::Proceeding => return self.call_moves_on(now, rng, id),
            State::Confirmed if session.modify == Modify::Sent => Method::Invite,
            State::Ending => Method::Bye,
            State::Locating
            | State::Abandoned
            | State::Cancelling
            | State::Incoming
            | State::Accepted
            | State::Closing
            | State::Confirmed => return false,
        };
        let begun = session.search.begun;
        if self.session_hop(now, id, Some(begun)).is_none() {
            return false;
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return false };
        session.search.moves_on() && self.send_in_session(now, rng, id, method).is_some()
    }

    fn call_moves_on(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) -> bool {
        let Some(session) = self.sessions.get(id.0) else { return false };
        let (extension, begun) = (session.extension, session.search.begun);
        let target = text::bytes::<{ limits::URI_BYTES }>(session.dialog.remote_target());
        let next = target.map(|target| self.request_hop(now, extension, &target, Some(begun)));
        if next.is_none_or(|next| next == NextHop::Nowhere) {
            return false;
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return false };
        if !session.search.moves_on() {
            return false;
        }
        session.attempts = super::challenge::Attempts::new();
        session.media = None;
        session.state = State::Locating;
        session.timers.stop_call_setup();
        session.timers.give_up.start(now, super::outgoing_call::LOCATING_MS);
        self.locate(now, rng, id);
        true
    }
}

/// Whether a template of statuses names this one.
pub(super) fn names_status(template: &str, status: u16) -> bool {
    let mut digits = [0; 8];
    let mut out = Writer::new(&mut digits);
    out.number(u64::from(status));
    Template::new(template).matches(out.written())
}

/// A server that asks for more is tried after that all the same, seconds.
const LONGEST_REST_S: u32 = 600;
