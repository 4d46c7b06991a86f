//! Responses on their way to whoever asked, and the ACKs that the user agent itself owes (RFC 3261
//! §13.2.2.4).

use super::challenge::{Asker, Attempts};
use super::identifier;
use super::request;
use super::session::Session;
use super::{Instant, Owner, Rng, SessionId, UserAgent};
use crate::base::{Pool, text};
use crate::dialog::Dialog;
use crate::limits;
use crate::sip::{HeaderName, Message, Method, compose};
use crate::transaction::ResponseMatch;

impl UserAgent {
    /// A response that passed its check.
    pub(super) fn receive_response(&mut self, now: Instant, rng: &mut dyn Rng, response: &Message<'_>) {
        match self.transactions.receive_response(now, response) {
            ResponseMatch::Notify { client, .. } => match self.owner_of(client) {
                Some(Owner::Registrar(extension)) => self.register_answered(now, rng, extension, response),
                Some(Owner::Session(id)) => {
                    if !self.answered_again(now, rng, response) {
                        self.session_answered(now, rng, id, response);
                    }
                }
                // A CANCEL, or a session that is gone: a 2xx may still have to be ended.
                None => {
                    self.answered_again(now, rng, response);
                }
            },
            ResponseMatch::Absorbed => {}
            // RFC 6026 §8: a 2xx without a transaction may belong to a session that we know.
            ResponseMatch::Unmatched => {
                if !self.answered_again(now, rng, response) {
                    self.counters.strays = self.counters.strays.saturating_add(1);
                }
            }
        }
    }

    /// A 2xx to an INVITE that was acknowledged already: the ACK once more, or, when it comes from another
    /// branch of a fork, an ACK and a BYE for the dialog that nobody wants. Whether it was such a 2xx.
    fn answered_again(&mut self, now: Instant, rng: &mut dyn Rng, response: &Message<'_>) -> bool {
        let Some(cseq) = response.cseq().filter(|cseq| cseq.method == Method::Invite) else { return false };
        if !response.status().is_some_and(|status| status.is_success()) {
            return false;
        }
        let Some(tag) = response.to().and_then(|to| to.tag()) else { return false };
        let known = session_of_response(&self.sessions, response);
        let Some((id, session)) = known.and_then(|id| self.sessions.get(id.0).map(|session| (id, session)))
        else {
            return false;
        };
        if session.acknowledged.as_ref().is_none_or(|(_, acknowledged)| *acknowledged != cseq.number) {
            return false;
        }
        if session.dialog.id().remote_tag().eq_ignore_ascii_case(tag) {
            self.acknowledge(now, rng, id);
        } else {
            self.end_surplus(now, rng, id, response, cseq.number);
        }
        true
    }

    /// Sends the ACK for the last 2xx to the session's INVITE; each time the same (§13.2.2.4).
    pub(super) fn acknowledge(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        if session.acknowledged.is_none() {
            session.acknowledged = Some((identifier::branch(rng), session.dialog.local_cseq().unwrap_or(0)));
        }
        let Some((branch, cseq)) = session.acknowledged.clone() else { return };
        let dialog = session.dialog.clone();
        self.send_ack(now, id, &dialog, &branch, cseq);
    }

    fn send_ack(
        &mut self,
        now: Instant,
        id: SessionId,
        dialog: &Dialog,
        branch: &[u8],
        cseq: u32,
    ) -> Option<()> {
        let address = self.shown_address()?;
        let session = self.sessions.get(id.0)?;
        let account = self.accounts.of(session.extension).clone();
        let next = text::bytes::<{ limits::URI_BYTES }>(dialog.aim().next_hop)?;
        let fallback = session.hop;
        let hop = match self.dialog_hop(now, &account, &next, fallback) {
            super::next_hop::NextHop::Known(hop) => hop,
            super::next_hop::NextHop::Pending | super::next_hop::NextHop::Nowhere => return None,
        };
        let Self { settings, sessions, outbox, transactions, counters, .. } = self;
        let session = sessions.get(id.0)?;
        let mut room = [0; 160];
        let via = request::via(&mut room, &hop, address, branch);
        let mut out = outbox.writer();
        dialog.compose_head(&mut out, Method::Ack, cseq, via, settings.max_forwards);
        request::contact(&mut out, &account, address);
        // §22.1: an ACK cannot be challenged, so it repeats the INVITE's credentials.
        let invite = session.client.and_then(|client| transactions.request(client));
        if let Some(invite) = invite.and_then(|bytes| Message::parse(bytes).ok()) {
            compose::copy(&mut out, &invite, HeaderName::Authorization);
            compose::copy(&mut out, &invite, HeaderName::ProxyAuthorization);
        }
        compose::finish_without_body(&mut out);
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        let ticket = transactions.next_ticket();
        outbox.send(ticket, hop, length);
        Some(())
    }

    /// A fork was answered twice: the second answer is acknowledged and its dialog ended at once.
    fn end_surplus(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        response: &Message<'_>,
        cseq: u32,
    ) {
        let Some(session) = self.sessions.get(id.0) else { return };
        let Ok(dialog) = session.dialog.fork(response) else {
            self.counters.over_limit = self.counters.over_limit.saturating_add(1);
            return;
        };
        let branch = identifier::branch(rng);
        if self.send_ack(now, id, &dialog, &branch, cseq).is_some() {
            // It needs a session of its own: its BYE may be challenged. Without room the peer's own timer
            // ends it.
            let Some(surplus) = self.sessions.get(id.0).map(|session| session.surplus(dialog)) else {
                return;
            };
            if let Ok(surplus) = self.sessions.insert(surplus) {
                self.proceed(now, rng, SessionId(surplus), super::session::progress::Input::GaveUp);
            }
        }
    }
}

/// The session whose INVITE a response answers: by Call-ID and our tag; the peer's may be another
/// (§13.2.2.4).
fn session_of_response(
    sessions: &Pool<Session, { limits::SESSIONS }>,
    response: &Message<'_>,
) -> Option<SessionId> {
    let call_id = response.call_id()?;
    let tag = response.from()?.tag()?;
    let ours = |session: &Session| {
        let known = session.dialog.id();
        !session.incoming && known.call_id() == call_id && known.local_tag() == tag
    };
    sessions.find(ours).map(SessionId)
}

/// The challenges of a 401 or 407 in order.
pub(super) fn challenges<'a>(response: &Message<'a>) -> impl Iterator<Item = (Asker, &'a [u8])> + Clone {
    let mut found: heapless::Vec<_, { limits::CHALLENGE_LINES }> = heapless::Vec::new();
    for (asker, name) in
        [(Asker::Server, HeaderName::WwwAuthenticate), (Asker::Proxy, HeaderName::ProxyAuthenticate)]
    {
        for value in response.lines(name) {
            // Those beyond the bound are not answered.
            if found.push((asker, value)).is_err() {
                break;
            }
        }
    }
    found.into_iter()
}

impl Session {
    /// A session that only has to be ended: another answer to our forked INVITE.
    fn surplus(&self, dialog: Dialog) -> Self {
        let mut surplus = Self::new(super::session::Setup {
            extension: self.extension,
            incoming: false,
            state: super::session::progress::State::Closing,
            peer_name: heapless::String::new(),
            peer_number: heapless::String::new(),
            dialog,
            local: self.local.clone(),
            hop: self.hop,
        });
        surplus.attempts = Attempts::new();
        surplus
    }
}
