//! Calling: the INVITE and what comes back (RFC 3261 §13.2), CANCEL (§9.1), BYE (§15.1).

use core::net::{Ipv4Addr, SocketAddrV4};

use super::account::{Account, Settings};
use super::challenge::{Attempts, Recipient, Target, Verdict};
use super::errand::{Errand, Purpose};
use super::failures::{Mark, Search};
use super::identifier;
use super::identity::{self, Party};
use super::next_hop::NextHop;
use super::request;
use super::session::progress::{Input, Send, State};
use super::session::{Modify, Session, Setup};
use super::session_timer::SessionTimer;
use super::{EndReason, Event, Instant, Invite, Refusal, RegistrationState, Rng, SessionId, UserAgent};
use crate::base::{Writer, text};
use crate::dialog::{Dialog, Stage};
use crate::limits;
use crate::sdp::{Description, Negotiated};
use crate::sip::{HeaderName, Message, Method, Uri, compose};
use crate::transaction::{ClientId, Hop};

impl UserAgent {
    pub(super) fn open_call(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        invite: &Invite<'_>,
    ) -> Result<SessionId, Refusal> {
        let address = self.shown_address(invite.extension).ok_or(Refusal::NoNetwork)?;
        let account = self.accounts.of(invite.extension);
        let account = if invite.appearance.is_some() { account.shared() } else { account.clone() };
        if !account.enabled {
            return Err(Refusal::NoAccount);
        }
        let registered = self.registration(invite.extension).state == RegistrationState::Registered;
        if account.register && !registered && !account.call_without_registration {
            return Err(Refusal::NotRegistered);
        }
        let line = invite.target.is_empty() && invite.appearance.is_some();
        let target = if line { account.user.as_str() } else { invite.target };
        let target = target_uri(target, &account).ok_or(Refusal::BadTarget)?;
        let peer = Uri::parse(&target).map_err(|_| Refusal::BadTarget).map(|uri| Party::dialled(&uri))?;
        let own = identity::own_party(&account, &self.settings, invite.anonymous);
        let from = own.ok_or(Refusal::NoAccount)?;
        let to = angled(&target).ok_or(Refusal::BadTarget)?;
        let dialog = Dialog::calling(&identifier::call_id(rng), &identifier::tag(rng), &from, &to, &target)
            .map_err(|_| Refusal::BadTarget)?;
        if !self.has_room_to_call() {
            return Err(Refusal::Full);
        }
        let (mut local, rtp_port) = self.new_local(rng, &account, address);
        if let Some(choice) = invite.codecs {
            super::codecs::choose(&mut local.formats, choice);
        }
        if let (Some(keying), Some(secure)) = (&mut local.keying, invite.secure) {
            keying.set_offers(secure);
        }
        let session = Session::new(Setup {
            extension: invite.extension,
            incoming: false,
            state: State::Locating,
            peer,
            dialog,
            local,
            rtp_port,
            hop: None,
        });
        let mut session = session;
        session.anonymous = invite.anonymous;
        session.appearance = invite.appearance;
        session.search = Search::new(self.failures.mark());
        session.timers.give_up.start(now, LOCATING_MS);
        let id = self.keep(session).ok_or(Refusal::Full)?;
        self.ask_for_mapping(now, id);
        Ok(id)
    }

    /// A call that could not be cancelled or hung up is not begun.
    fn has_room_to_call(&self) -> bool {
        self.transactions.free_clients() >= 2
    }

    /// Sends the INVITE as soon as its next hop is known.
    pub(super) fn locate(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let Some(session) = self.sessions.get(id.0) else { return };
        let (extension, begun) = (session.extension, session.search.begun);
        let Some(target) = text::bytes::<{ limits::URI_BYTES }>(session.dialog.remote_target()) else {
            return;
        };
        let input = match self.request_hop(now, extension, &target, Some(begun)) {
            NextHop::Known(hop) => {
                if let Some(session) = self.sessions.get_mut(id.0) {
                    // Our offer says where the audio goes.
                    if session.mapping.is_awaited() {
                        return;
                    }
                    session.hop = Some(hop);
                    session.timers.give_up.stop();
                }
                Input::Located
            }
            NextHop::Pending => return,
            NextHop::Nowhere => Input::Failure(503),
        };
        self.proceed(now, rng, id, input);
    }

    /// Sends INVITE, re-INVITE or BYE with the next CSeq. `None`: no room, or no way there.
    pub(super) fn send_in_session(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        method: Method<'static>,
    ) -> Option<()> {
        let extension = self.sessions.get(id.0)?.extension;
        let address = self.shown_address(extension)?;
        let account = self.accounts.of(extension).clone();
        let begun = self.sessions.get(id.0)?.search.begun;
        let hop = self.session_hop(now, id, Some(begun))?;
        let has_room = self.has_room_to_call();
        let own_server = self.is_own_server(now, extension, &hop);
        let branch = identifier::branch(rng);
        let Self { settings, sessions, credentials, transactions, counters, follows, .. } = self;
        let session = sessions.get_mut(id.0)?;
        let offers = method == Method::Invite;
        let initial = session.dialog.stage() == Stage::Early;
        if offers && initial && !has_room {
            return None;
        }
        let cseq = session.next_cseq(session.client.and_then(|client| transactions.number_of(client)));
        let mut vacant = transactions.vacant_client()?;
        let mut out = Writer::new(vacant.buffer());
        let mut room = [0; 160];
        let via = request::via(&mut room, &hop, address, &branch);
        session.dialog.compose_head(&mut out, method, cseq, via, settings.max_forwards);
        request::contact(&mut out, &account, address);
        request::demands(&mut out, &account);
        session.compose_fields(now, &mut out, settings, offers, &account, own_server);
        Self::compose_follow(follows, id, offers && initial, &mut out);
        let offer = crate::sdp::offer(&session.local);
        let mut body = [0; limits::DESCRIPTION_BYTES];
        let mut body = Writer::new(&mut body);
        if offers {
            offer.write(&mut body);
        }
        credentials.of_mut(session.extension).write(
            &account.identity(),
            &Target {
                method: method.as_bytes(),
                uri: session.dialog.aim().request_uri,
                body: body.written(),
            },
            Recipient::Anybody(&session.attempts),
            rng,
            &mut out,
        );
        if offers {
            session.begin_invite(offer.revision(), cseq);
            compose::finish_with_body(&mut out, request::SDP, body.written());
        } else {
            compose::finish_without_body(&mut out);
        }
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        let purpose = if offers { Purpose::Invite(id) } else { Purpose::Bye(id) };
        let errand = Errand { extension: session.extension, purpose };
        let client = vacant.start(now, length, hop, errand.word(), &settings.timers);
        session.client = client;
        session.hop = Some(hop);
        // A re-INVITE that stays without a final answer must neither block the session nor outlive it.
        if offers && !initial {
            client.inspect(|client| transactions.limit(now, *client));
        }
        client.map(|_| ())
    }

    /// Where the session's next request goes: before there is a dialog, where the INVITE went. To no server
    /// that failed `since` then.
    pub(super) fn session_hop(&mut self, now: Instant, id: SessionId, since: Option<Mark>) -> Option<Hop> {
        let session = self.sessions.get(id.0)?;
        if session.dialog.stage() == Stage::Early {
            return session.hop;
        }
        let (extension, fallback) = (session.extension, session.hop);
        let next = text::bytes::<{ limits::URI_BYTES }>(session.dialog.aim().next_hop)?;
        match self.dialog_hop_since(now, extension, &next, fallback, since) {
            NextHop::Known(hop) => Some(hop),
            NextHop::Pending | NextHop::Nowhere => None,
        }
    }

    /// A response to the session's INVITE, re-INVITE or BYE.
    pub(super) fn session_answered(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        response: &Message<'_>,
    ) {
        let Some(status) = response.status().map(|status| status.code()) else { return };
        if let Some(hop) = self.sessions.get(id.0).and_then(|session| session.hop).filter(|_| status < 300) {
            self.learn_party(now, id, &hop, response);
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let wants_retry =
            matches!(status, 401 | 407) && !matches!(session.state, State::Abandoned | State::Cancelling);
        if wants_retry {
            let mut attempts = session.attempts;
            let verdict = self.learn(id, &mut attempts, response);
            if let Some(session) = self.sessions.get_mut(id.0) {
                session.attempts = attempts;
            }
            if verdict == Verdict::Retry && self.retry(now, rng, id).is_some() {
                return;
            }
        }
        if self.session_refused(now, rng, id, status, response) {
            return;
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        match session.state {
            State::Calling | State::Proceeding | State::Abandoned | State::Cancelling => {
                self.invite_answered(now, rng, id, status, response);
            }
            State::Confirmed => self.change_answered(now, rng, id, status, response),
            State::Ending => {
                if status >= 200 {
                    self.proceed(now, rng, id, Input::ByeDone);
                }
            }
            State::Locating | State::Incoming | State::Accepted | State::Closing => {}
        }
    }

    pub(super) fn learn(
        &mut self,
        id: SessionId,
        attempts: &mut Attempts,
        response: &Message<'_>,
    ) -> Verdict {
        let max_auth = self.settings.max_auth;
        let Some(session) = self.sessions.get(id.0) else {
            return Verdict::GiveUp(super::challenge::Reason::Unsupported);
        };
        let keys = self.credentials.of_mut(session.extension);
        keys.take(attempts, max_auth, super::response::challenges(response).iter().copied())
    }

    /// The same request once more, with a new branch and CSeq (§8.1.3.5).
    pub(super) fn retry(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) -> Option<()> {
        let session = self.sessions.get_mut(id.0)?;
        let method = if session.state == State::Ending { Method::Bye } else { Method::Invite };
        // §9.1: nobody has answered the new one yet.
        if session.state == State::Proceeding {
            session.state = State::Calling;
        }
        self.send_in_session(now, rng, id, method)
    }

    fn invite_answered(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        status: u16,
        response: &Message<'_>,
    ) {
        match status {
            100 => self.proceed(now, rng, id, Input::Provisional),
            101..=199 => self.progressed(now, rng, id, status, response),
            200..=299 => self.invite_accepted(now, rng, id, response),
            422 if self.lengthen(now, rng, id, response) => {}
            300..=399 if self.redirect(now, rng, id, response) => {}
            _ => self.proceed(now, rng, id, Input::Failure(status)),
        }
    }

    /// §13.2.2.4: the first 2xx makes the session. Later ones of a fork are ended in [`super::response`].
    fn invite_accepted(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, response: &Message<'_>) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let Ok(dialog) = session.dialog.fork(response) else {
            self.counters.over_limit = self.counters.over_limit.saturating_add(1);
            self.proceed(now, rng, id, Input::Failure(513));
            return;
        };
        // What the early dialog knew of the peer's numbers, the dialog goes on with (§12.2.2).
        let early = response.to_tag().and_then(|tag| session.early.find(tag));
        let talked_over = early.as_ref().is_some_and(|early| early.answered && !early.heard);
        let remote_cseq = early.and_then(|early| early.remote_cseq);
        session.description_stale = talked_over && response.body().is_empty();
        session.dialog = dialog;
        let _first = remote_cseq.map(|number| session.dialog.receive_cseq(number));
        session.early.clear();
        session.learn_abilities(response);
        session.heed_timer(now, response);
        let answer = Description::parse(response.body()).ok();
        let media = answer.and_then(|answer| Negotiated::from_answer(&session.local, &answer).ok());
        let usable = media.is_some() || (response.body().is_empty() && session.media.is_some());
        if let Some(media) = media {
            session.local.follow(&media);
            session.media = Some(media);
        }
        session.offer_pending = false;
        session.acknowledged = None;
        session.answered_at = Some(now);
        if usable || !session.state.is_named() {
            self.proceed(now, rng, id, Input::Success);
            let confirmed = self.sessions.get(id.0).is_some_and(|session| session.state == State::Confirmed);
            if confirmed {
                self.tell(Event::Answered(id));
                self.settle_hold(now, rng, id);
            }
        } else {
            // An answer that we cannot use is acknowledged, and the session ended (§13.2.2.4).
            session.state = State::Cancelling;
            session.cause = 488;
            self.tell(Event::Ended { session: id, reason: EndReason::Failed(488) });
            self.proceed(now, rng, id, Input::Success);
        }
    }

    /// §8.1.3.4: tries the first contact that is not the address that was just tried.
    fn redirect(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, response: &Message<'_>) -> bool {
        let max_redirection = self.settings.max_redirection;
        let mark = self.failures.mark();
        let Some(session) = self.sessions.get_mut(id.0) else { return false };
        if !session.state.is_named() || session.redirections >= max_redirection {
            return false;
        }
        let tried = Uri::parse(session.dialog.remote_target()).ok();
        let fresh = |contact: &crate::sip::Address<'_>| {
            contact.uri.sip().is_some()
                && tried.as_ref().is_none_or(|tried| !tried.is_equivalent(&contact.uri))
        };
        let Some(contact) = response.addresses(HeaderName::Contact).find(fresh) else { return false };
        let Some(uri) = text::bytes::<{ limits::URI_BYTES }>(contact.uri_text) else { return false };
        if session.dialog.redirect(&uri).is_err() {
            return false;
        }
        session.redirections = session.redirections.saturating_add(1);
        session.attempts = Attempts::new();
        session.search = Search::new(mark);
        session.state = State::Locating;
        session.timers.stop_call_setup();
        session.timers.give_up.start(now, LOCATING_MS);
        self.locate(now, rng, id);
        true
    }

    /// Sends the CANCEL of the session's INVITE, on the same way (§9.1). Nobody waits for its answer.
    pub(super) fn cancel_invite(&mut self, now: Instant, id: SessionId) {
        let Self { settings, sessions, transactions, .. } = self;
        let Some(session) = sessions.get(id.0) else { return };
        let Some(invite) = session.client else { return };
        let Some(hop) = transactions.client_hop(invite) else { return };
        let Some(mut vacant) = transactions.vacant_client() else { return };
        let Some((bytes, room)) = vacant.copying(invite) else { return };
        let Ok(request) = Message::parse(bytes) else { return };
        let mut out = Writer::new(room);
        let mut room = [0; 80];
        let reason = session.reason().map(|(status, text)| request::reason(&mut room, status, text));
        compose::cancel(&mut out, &request, reason);
        if let Ok(length) = out.finish() {
            let errand = Errand { extension: session.extension, purpose: Purpose::Cancel };
            // A CANCEL that could not start is made up for by the session's own timer.
            let _: Option<ClientId> = vacant.start(now, length, hop, errand.word(), &settings.timers);
        }
    }

    /// The INVITE, re-INVITE or BYE ended without an answer.
    pub(super) fn session_request_failed(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        status: u16,
    ) {
        if self.session_moves_on(now, rng, id) {
            return;
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        match session.state {
            State::Confirmed if session.modify == Modify::Sent => self.change_failed(now, rng, id, status),
            // An old failure's ACK did not get through.
            State::Confirmed => {}
            State::Ending => self.proceed(now, rng, id, Input::ByeDone),
            State::Locating
            | State::Calling
            | State::Proceeding
            | State::Abandoned
            | State::Cancelling
            | State::Incoming
            | State::Accepted
            | State::Closing => self.proceed(now, rng, id, Input::Failure(status)),
        }
    }

    /// Moves the session on and does what that takes.
    pub(super) fn proceed(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, input: Input) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let step = session.state.step(input);
        session.blame(step.ended);
        if let Some(next) = step.next {
            session.state = next;
        }
        if step.ended.is_some() {
            self.close_inquiry(now, id);
        }
        let sent = self.carry_out(now, rng, id, step.send);
        // Without a BYE nothing would end the session.
        let unsaid = sent.is_none() && matches!(step.send, Send::Bye | Send::AckThenBye);
        if step.next.is_none() || unsaid {
            self.forsake_change(now, id);
            self.sessions.remove(id.0);
        }
        if let Some(reason) = step.ended {
            self.tell(Event::Ended { session: id, reason });
        }
        if sent.is_none() && step.send == Send::Invite {
            self.proceed(now, rng, id, Input::Failure(503));
        }
    }

    /// A session that ends does not wait for the answer to its re-INVITE or UPDATE, which may never come.
    fn forsake_change(&mut self, now: Instant, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let under_way = match core::mem::replace(&mut session.modify, Modify::Idle) {
            Modify::Sent => session.client,
            Modify::Refreshing => session.update,
            Modify::Idle | Modify::Waiting => None,
        };
        if let Some(client) = under_way {
            self.transactions.abandon(now, client);
        }
    }

    fn carry_out(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, send: Send) -> Option<()> {
        match send {
            Send::Nothing => Some(()),
            Send::Invite => {
                let expires_ms = u64::from(self.settings.invite_expires_s).saturating_mul(1_000);
                let session = self.sessions.get_mut(id.0)?;
                if expires_ms > 0 {
                    session.timers.expires.start(now, expires_ms);
                }
                self.send_in_session(now, rng, id, Method::Invite)
            }
            Send::Cancel => {
                let give_up_ms = u64::from(self.settings.timers.accepted_ms());
                self.sessions.get_mut(id.0)?.timers.give_up.start(now, give_up_ms);
                self.cancel_invite(now, id);
                Some(())
            }
            Send::Ack => {
                self.sessions.get_mut(id.0)?.timers.stop_call_setup();
                self.acknowledge(now, rng, id);
                Some(())
            }
            Send::AckThenBye => {
                self.acknowledge(now, rng, id);
                self.carry_out(now, rng, id, Send::Bye)
            }
            Send::Bye => {
                self.forsake_change(now, id);
                let mark = self.failures.mark();
                let session = self.sessions.get_mut(id.0)?;
                session.search = Search::new(mark);
                session.timers = super::session::Timers::default();
                session.timer = SessionTimer::new();
                session.attempts = Attempts::new();
                self.send_in_session(now, rng, id, Method::Bye)
            }
            Send::Accept => {
                self.accept(now, id);
                Some(())
            }
            Send::Reject(status) => {
                self.reject(now, id, status, None);
                Some(())
            }
        }
    }
}

impl Session {
    /// Privacy, and what an INVITE says of itself; before the session's first answer it also says how long it
    /// is good and, to the extension's own server, who calls.
    fn compose_fields(
        &self,
        now: Instant,
        out: &mut Writer<'_>,
        settings: &Settings,
        offers: bool,
        account: &Account,
        own_server: bool,
    ) {
        let initial = offers && self.dialog.stage() == Stage::Early;
        if own_server && initial {
            identity::own_identity(out, account, settings, self.anonymous);
        }
        if let (false, Some((status, text))) = (offers, self.reason()) {
            let mut room = [0; 80];
            compose::header(out, HeaderName::Reason, request::reason(&mut room, status, text));
        }
        if let (false, Some(report)) = (offers, self.report(now, settings)) {
            report.compose(out);
        }
        if self.anonymous {
            compose::header(out, HeaderName::Privacy, b"id");
        }
        let expires_s = if initial { settings.invite_expires_s } else { settings.reinvite_expires_s };
        if offers && expires_s > 0 {
            compose::number_header(out, HeaderName::Expires, u64::from(expires_s));
        }
        if offers {
            // A re-INVITE is long enough without them.
            if initial {
                self.summons.compose(out, account);
                request::languages(out, settings);
                request::capabilities(out);
            }
            self.compose_timer(out, settings);
            if account.reliable_provisional {
                compose::header(out, HeaderName::Supported, super::early::OPTION);
            }
            if initial {
                compose::header(out, HeaderName::Supported, b"replaces");
            }
        }
        self.write_appearance(out, account, offers);
        request::user_agent(out, settings);
    }
}

/// What a person dialled as a URI: a whole one, `user@host`, an IP address with or without a port, or a user
/// of the extension's proxy.
pub(super) fn target_uri(
    target: &str,
    account: &Account,
) -> Option<heapless::Vec<u8, { limits::URI_BYTES }>> {
    let mut room = [0; limits::URI_BYTES];
    let mut out = Writer::new(&mut room);
    let has_scheme =
        |scheme: &str| target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if has_scheme("sip:") || has_scheme("sips:") || has_scheme("tel:") {
        out.text(target);
    } else if target.contains('@') || is_address(target) {
        out.text("sip:");
        out.text(target);
    } else {
        if target.is_empty() || account.proxy.is_empty() {
            return None;
        }
        out.text("sip:");
        request::user(&mut out, target.as_bytes());
        out.text("@");
        out.text(account.domain());
    }
    let length = out.finish().ok()?;
    let uri = room.get(..length)?;
    Uri::parse(uri).ok().filter(|uri| uri.host().is_some() || uri.user().is_some())?;
    text::bytes(uri)
}

fn is_address(target: &str) -> bool {
    target.parse::<Ipv4Addr>().is_ok() || target.parse::<SocketAddrV4>().is_ok()
}

pub(super) fn angled(uri: &[u8]) -> Option<heapless::Vec<u8, { limits::PARTY_BYTES }>> {
    let mut room = [0; limits::PARTY_BYTES];
    let mut out = Writer::new(&mut room);
    out.text("<");
    out.put(uri);
    out.text(">");
    let length = out.finish().ok()?;
    text::bytes(room.get(..length)?)
}

/// How long a name may take to resolve before the call fails.
pub(super) const LOCATING_MS: u64 = 10_000;
