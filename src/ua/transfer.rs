//! Sending the far end elsewhere (RFC 3515), around the machine of [`super::referral`]: blind, or into the
//! place that we have in another call of ours (RFC 3891, RFC 5589 §7).

use super::challenge::{Attempts, Recipient, Target};
use super::errand::{Errand, Purpose};
use super::outgoing_call::target_uri;
use super::referral::{Input, Referral};
use super::session::progress::{self, State};
use super::{Event, Instant, Outcome, Refusal, Rng, SessionId, UserAgent, identifier, request};
use crate::base::{Writer, text};
use crate::limits;
use crate::sip::event::State as Subscribed;
use crate::sip::refer::{Replaces, sipfrag_status};
use crate::sip::{Address, HeaderName, Message, Method, Status, compose};
use crate::transaction::ClientId;

/// A transfer, its REFER, and the call that it makes superfluous.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) machine: Referral,
    pub(super) client: Option<ClientId>,
    other: Option<SessionId>,
}

impl UserAgent {
    /// Blind: to whom the person named.
    pub(super) fn transfer(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        target: &str,
    ) -> Outcome {
        let Some(session) = self.sessions.get(id.0) else { return Outcome::Refused(Refusal::NoSession) };
        let account = self.accounts.of(session.extension);
        let Some(uri) = target_uri(target, account) else { return Outcome::Refused(Refusal::BadTarget) };
        self.refer(now, rng, id, &uri, None)
    }

    /// Attended: to the far end of another call, in our place.
    pub(super) fn transfer_to(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        other: SessionId,
    ) -> Outcome {
        let (Some(session), Some(consulted)) = (self.sessions.get(id.0), self.sessions.get(other.0)) else {
            return Outcome::Refused(Refusal::NoSession);
        };
        if consulted.state != State::Confirmed || id == other {
            return Outcome::Refused(Refusal::WrongState);
        }
        let dialog = &consulted.dialog;
        // `Refer-To Target Contact`
        let party = Address::parse(dialog.remote_party()).ok();
        let uri = match party.filter(|_| !self.accounts.of(session.extension).refer_to_contact) {
            Some(party) => party.uri_text,
            None => dialog.remote_target(),
        };
        // What the URI may carry already has no place in a new request.
        let plain = uri.split(|byte| *byte == b'?').next().unwrap_or(uri);
        let mut room = [0; REFER_TO_BYTES];
        let mut out = Writer::new(&mut room);
        out.put(plain);
        let known = dialog.id();
        Replaces {
            call_id: known.call_id(),
            to_tag: known.remote_tag(),
            from_tag: known.local_tag(),
            early_only: false,
        }
        .compose_in_uri(&mut out);
        let Ok(length) = out.finish() else { return Outcome::Refused(Refusal::BadTarget) };
        let uri = room.get(..length).unwrap_or(&[]);
        self.refer(now, rng, id, uri, Some(other))
    }

    /// To a conference (RFC 4579 §5.5). A server that makes one for whoever calls it (§5.1) has said in its
    /// Contact which one is ours; one that is no focus is the room itself.
    pub(super) fn transfer_into(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        bridge: SessionId,
    ) -> Outcome {
        let Some(bridge) = self.sessions.get(bridge.0) else { return Outcome::Refused(Refusal::NoSession) };
        let dialog = &bridge.dialog;
        let called = Address::parse(dialog.remote_party()).ok().filter(|_| !dialog.is_with_focus());
        let uri = called.map_or_else(|| dialog.remote_target(), |party| party.uri_text);
        let kept = text::bytes::<{ limits::URI_BYTES }>(uri);
        let Some(uri) = kept else { return Outcome::Refused(Refusal::BadTarget) };
        self.refer(now, rng, id, &uri, None)
    }

    fn refer(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        uri: &[u8],
        other: Option<SessionId>,
    ) -> Outcome {
        let Some(session) = self.sessions.get_mut(id.0) else { return Outcome::Refused(Refusal::NoSession) };
        if session.state != State::Confirmed || session.transfer.is_some() {
            return Outcome::Refused(Refusal::WrongState);
        }
        let Some(client) = self.send_refer(now, rng, id, uri) else { return Outcome::Refused(Refusal::Full) };
        if let Some(session) = self.sessions.get_mut(id.0) {
            session.transfer = Some(Transfer { machine: Referral::new(), client: Some(client), other });
        }
        Outcome::Done
    }

    fn send_refer(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, uri: &[u8]) -> Option<ClientId> {
        let extension = self.sessions.get(id.0)?.extension;
        let address = self.shown_address(extension)?;
        let account = self.accounts.of(extension).clone();
        let hop = self.session_hop(now, id, None)?;
        let branch = identifier::branch(rng);
        let Self { settings, sessions, credentials, transactions, counters, .. } = self;
        let session = sessions.get_mut(id.0)?;
        let mut vacant = transactions.vacant_client()?;
        session.beside_attempts = Attempts::new();
        let mut out = Writer::new(vacant.buffer());
        let mut room = [0; 160];
        let via = request::via(&mut room, &hop, address, &branch);
        let cseq = session.dialog.next_cseq(1);
        session.dialog.compose_head(&mut out, Method::Refer, cseq, via, settings.max_forwards);
        request::contact(&mut out, &account, address);
        compose::begin(&mut out, HeaderName::ReferTo);
        out.text("<");
        compose::put_line(&mut out, uri);
        out.text(">");
        compose::end(&mut out);
        // RFC 3892 §2.1: who sends them.
        compose::begin(&mut out, HeaderName::ReferredBy);
        request::address_of_record(&mut out, &account, settings);
        compose::end(&mut out);
        request::demands(&mut out, &account);
        session.write_appearance(&mut out, &account, false);
        request::user_agent(&mut out, settings);
        let target = Target { method: b"REFER", uri: session.dialog.aim().request_uri, body: b"" };
        let recipient = Recipient::Anybody(&session.beside_attempts);
        let keys = credentials.of_mut(extension);
        keys.write(&account.identity(), &target, recipient, rng, &mut out);
        compose::finish_without_body(&mut out);
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        let errand = Errand { extension, purpose: Purpose::Refer(id) };
        vacant.start(now, length, hop, errand.word(), &settings.timers)
    }

    /// A response to our REFER.
    pub(super) fn refer_answered(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        client: ClientId,
        id: SessionId,
        response: &Message<'_>,
    ) {
        let Some(status) = response.status().map(Status::code).filter(|status| *status >= 200) else {
            return;
        };
        if matches!(status, 401 | 407)
            && let Some(again) = self.answer_challenge_beside(now, rng, id, client, response)
        {
            if let Some(transfer) = self.sessions.get_mut(id.0).and_then(|session| session.transfer.as_mut())
            {
                transfer.client = Some(again);
            }
            return;
        }
        // RFC 4488 §4
        let silent = response.raw(HeaderName::ReferSub).is_some_and(|value| {
            value.split(|byte| *byte == b';').next().is_some_and(|word| word.trim_ascii() == b"false")
        });
        let accepted = Input::Accepted { status, subscribed: !silent };
        self.transfer_step(now, rng, id, if status < 300 { accepted } else { Input::Refused(status) });
    }

    pub(super) fn refer_failed(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, status: u16) {
        self.transfer_step(now, rng, id, Input::Refused(status));
    }

    /// NOTIFY `Event: refer` (RFC 3515 §2.4.5).
    pub(super) fn transfer_notified(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        request: &Message<'_>,
    ) {
        let last = request.subscription_state().is_some_and(|state| state.state == Subscribed::Terminated);
        let status = sipfrag_status(request.body()).map_or(100, Status::code);
        self.transfer_step(now, rng, id, Input::Notified { status, last });
    }

    pub(super) fn transfer_timeout(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        self.transfer_step(now, rng, id, Input::Timeout);
        let due = self.sessions.get_mut(id.0).is_some_and(|session| session.leave.take_due(now));
        if due {
            self.proceed(now, rng, id, progress::Input::End);
        }
    }

    fn transfer_step(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, input: Input) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let delay_s = self.accounts.of(session.extension).referor_bye_delay_s;
        let Some(transfer) = &mut session.transfer else { return };
        let step = transfer.machine.step(now, delay_s, input);
        let other = transfer.other;
        if transfer.machine.is_over() {
            session.transfer = None;
        }
        if let Some(status) = step.result {
            self.tell(Event::Transferred { session: id, status });
        }
        if step.hang_up {
            self.proceed(now, rng, id, progress::Input::End);
            // The other one is replaced by now, or will be: BYEs may cross.
            if let Some(other) = other {
                self.proceed(now, rng, other, progress::Input::End);
            }
        } else if matches!(step.result, Some(408 | 481)) {
            // RFC 3261 §12.2.1.2
            self.proceed(now, rng, id, progress::Input::Lost);
        }
    }
}

/// A URI and the name of a dialog, each byte of it escaped.
const REFER_TO_BYTES: usize = limits::URI_BYTES + 3 * (limits::CALL_ID_BYTES + 2 * limits::TAG_BYTES + 40);
