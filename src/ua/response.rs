//! Responses on their way to whoever asked, and the ACKs that the user agent itself owes (RFC 3261
//! §13.2.2.4).

use super::challenge::Asker;
use super::errand::{Errand, Purpose};
use super::identifier;
use super::identity::Party;
use super::request;
use super::session::progress::{Input, State};
use super::session::{Session, Setup};
use super::{ExtensionId, Instant, Rng, SessionId, UserAgent};
use crate::base::{Pool, text};
use crate::dialog::Dialog;
use crate::limits;
use crate::sdp::Local;
use crate::sip::{HeaderName, Message, Method, compose};
use crate::transaction::{ClientId, Hop, ResponseMatch};

impl UserAgent {
    /// A response that passed its check.
    pub(super) fn receive_response(&mut self, now: Instant, rng: &mut dyn Rng, response: &Message<'_>) {
        match self.transactions.receive_response(now, response) {
            ResponseMatch::Notify { client, owner } => {
                let Some(errand) = Errand::of(owner) else { return };
                if self.goes_on_after(now, rng, errand, client, response) {
                    return;
                }
                match errand.purpose {
                    Purpose::Register if self.awaits(errand, client) => {
                        self.learn_mapping(errand.extension, response);
                        self.register_answered(now, rng, errand.extension, response);
                    }
                    Purpose::Info(id) if self.awaits(errand, client) => {
                        self.digit_answered(now, rng, id, response);
                    }
                    Purpose::Update(id) if self.awaits(errand, client) => {
                        self.update_answered(now, rng, client, id, response);
                    }
                    Purpose::Ask(id) if self.awaits(errand, client) => {
                        self.ask_answered(now, rng, client, id, response);
                    }
                    Purpose::Subscribe(id) if self.awaits(errand, client) => {
                        self.subscribe_answered(now, rng, id, response);
                    }
                    Purpose::Refer(id) if self.awaits(errand, client) => {
                        self.refer_answered(now, rng, client, id, response);
                    }
                    Purpose::Notify(id) if self.awaits(errand, client) => {
                        self.notify_done(id, response.status().map_or(0, crate::sip::Status::code));
                    }
                    Purpose::Register
                    | Purpose::Info(_)
                    | Purpose::Update(_)
                    | Purpose::Ask(_)
                    | Purpose::Subscribe(_)
                    | Purpose::Refer(_)
                    | Purpose::Notify(_)
                    | Purpose::Cancel => {}
                    Purpose::Invite(_) | Purpose::Bye(_) if self.answered_again(now, rng, response) => {}
                    Purpose::Invite(id) | Purpose::Bye(id) if self.awaits(errand, client) => {
                        self.session_answered(now, rng, id, response);
                    }
                    Purpose::Prack(id) => self.prack_answered(now, rng, client, id, response),
                    // The session is gone: a 2xx may still have to be ended.
                    Purpose::Invite(_) => self.answered_late(now, rng, client, errand.extension, response),
                    Purpose::Bye(_) => {}
                }
            }
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
        // A peer of RFC 2543 may have none (RFC 3261 §12.1.2).
        let tag = response.to_tag().unwrap_or(b"");
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
            return true;
        }
        match session.dialog.fork(response) {
            Ok(dialog) => {
                let mut surplus = session.surplus(dialog);
                surplus.cause = ELSEWHERE;
                self.end_surplus(now, rng, surplus, cseq.number);
            }
            Err(_) => self.counters.over_limit = self.counters.over_limit.saturating_add(1),
        }
        true
    }

    /// A 2xx to an INVITE whose session is over, from another branch of a fork, or because the ACK was lost.
    fn answered_late(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        client: ClientId,
        extension: ExtensionId,
        response: &Message<'_>,
    ) {
        let Some(hop) = self.transactions.client_hop(client) else { return };
        let request = self.transactions.request(client).and_then(|bytes| Message::parse(bytes).ok());
        let first = |request: &Message<'_>| request.to_tag().is_none();
        let invites = response.cseq().filter(|cseq| cseq.method == Method::Invite);
        let accepted = response.status().is_some_and(|status| status.is_success());
        let (Some(request), Some(cseq), true) = (request.filter(first), invites, accepted) else { return };
        let Ok(dialog) = Dialog::of_response(&request, response) else { return };
        let local = Local::new(hop.remote, 0);
        let mut surplus = Session::leftover(extension, dialog, local, Some(hop));
        surplus.client = Some(client);
        surplus.cause = ELSEWHERE;
        self.end_surplus(now, rng, surplus, cseq.number);
    }

    /// Sends the ACK for the last 2xx to the session's INVITE; each time the same (§13.2.2.4).
    pub(super) fn acknowledge(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        if session.acknowledged.is_none() {
            session.acknowledged = Some((identifier::branch(rng), session.invite_cseq));
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
        let session = self.sessions.get(id.0)?;
        let extension = session.extension;
        let address = self.shown_address(extension)?;
        let next = text::bytes::<{ limits::URI_BYTES }>(dialog.aim().next_hop)?;
        let fallback = session.hop;
        let hop = match self.dialog_hop(now, extension, &next, fallback) {
            super::next_hop::NextHop::Known(hop) => hop,
            super::next_hop::NextHop::Pending | super::next_hop::NextHop::Nowhere => return None,
        };
        let Self { settings, accounts, sessions, outbox, transactions, counters, .. } = self;
        let session = sessions.get(id.0)?;
        let mut room = [0; 160];
        let via = request::via(&mut room, &hop, address, branch);
        let mut out = outbox.writer();
        dialog.compose_head(&mut out, Method::Ack, cseq, via, settings.max_forwards);
        request::contact(&mut out, accounts.of(extension), address);
        // §22.1: an ACK cannot be challenged, so it repeats the INVITE's credentials.
        let latest = session.client.and_then(|client| transactions.request(client));
        if let Some(invite) = latest.filter(|latest| latest.starts_with(b"INVITE ")) {
            for name in [HeaderName::Authorization, HeaderName::ProxyAuthorization] {
                compose::lines_of(invite, name).for_each(|value| compose::header(&mut out, name, value));
            }
        }
        compose::finish_without_body(&mut out);
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        let length = if settings.compact_headers { outbox.shorten(length) } else { length };
        let ticket = transactions.next_ticket();
        outbox.send(ticket, hop, length);
        Some(())
    }

    /// A fork was answered twice: the second answer is acknowledged and its dialog ended at once.
    ///
    /// Its BYE may be challenged, so it needs a session of its own. Without room it is not acknowledged: the
    /// peer asks again, or gives up.
    fn end_surplus(&mut self, now: Instant, rng: &mut dyn Rng, mut surplus: Session, cseq: u32) {
        surplus.acknowledged = Some((identifier::branch(rng), cseq));
        let Some(id) = self.keep(surplus) else {
            self.counters.over_limit = self.counters.over_limit.saturating_add(1);
            return;
        };
        self.acknowledge(now, rng, id);
        self.proceed(now, rng, id, Input::GaveUp);
    }
}

/// The status in the Reason of a BYE to whom a call was not for: another branch took it (RFC 3326 §3.1).
const ELSEWHERE: u16 = 200;

/// The session whose INVITE a response answers: that of its dialog, or the one that it is a fork of; that has
/// the same Call-ID and our tag (§13.2.2.4).
fn session_of_response(
    sessions: &Pool<Session, { limits::SESSIONS }>,
    response: &Message<'_>,
) -> Option<SessionId> {
    let call_id = response.call_id()?;
    let tag = response.from_tag()?;
    let ours = |session: &Session| {
        let known = session.dialog.id();
        !session.incoming && known.call_id() == call_id && known.local_tag() == tag
    };
    let same = sessions.find(|session| session.dialog.id().has_response(response));
    same.or_else(|| sessions.find(ours)).map(SessionId)
}

/// The challenges of a 401 or 407 in order.
pub(super) fn challenges<'a>(
    response: &Message<'a>,
) -> heapless::Vec<(Asker, &'a [u8]), { limits::CHALLENGE_LINES }> {
    let mut found = heapless::Vec::new();
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
    found
}

impl Session {
    /// A session that only has to be ended: another answer to our forked INVITE.
    fn surplus(&self, dialog: Dialog) -> Self {
        let mut surplus = Self::leftover(self.extension, dialog, self.local.clone(), self.hop);
        surplus.client = self.client;
        surplus
    }

    fn leftover(extension: ExtensionId, dialog: Dialog, local: Local, hop: Option<Hop>) -> Self {
        Self::new(Setup {
            extension,
            incoming: false,
            state: State::Closing,
            peer: Party::default(),
            dialog,
            local,
            rtp_port: 0,
            hop,
        })
    }
}
