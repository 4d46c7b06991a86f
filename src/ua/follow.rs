//! Being sent elsewhere: the REFER within a call, the new call that it asks for, and telling how that fares
//! (RFC 3515 §2.4, RFC 3892 §2.2), around the machine of [`super::notifier`].
//!
//! The phone follows without asking, as the reference phone does. A REFER outside of any call is declined: a
//! stranger does not make this phone call somebody.

use heapless::Vec;

use super::challenge::{Attempts, Recipient, Target};
use super::errand::{Errand, Purpose};
use super::notifier::{Input, Notifier};
use super::session::Session;
use super::session::progress::{self, State};
use super::{EndReason, Event, Instant, Invite, Rng, SessionId, UserAgent, identifier, request};
use crate::base::{Writer, text};
use crate::limits;
use crate::sip::refer::{Replaces, uri_header};
use crate::sip::{Address, HeaderName, Message, Method, Status, Uri, compose};
use crate::transaction::{ClientId, Hop};

/// A call that we make because somebody asked us to.
#[derive(Debug)]
pub(super) struct Follow {
    /// The new call.
    pub(super) session: SessionId,
    /// The call that the REFER came in.
    pub(super) referrer: SessionId,
    /// The REFER's CSeq: the id of its subscription (RFC 3515 §2.4.6).
    refer: u32,
    notifier: Notifier,
    pub(super) client: Option<ClientId>,
    /// The new call stands, or the person has left both: the old one has no use any more.
    forsaken: bool,
    /// Replaces and Referred-By of the INVITE; empty when there is none.
    replaces: Vec<u8, { limits::REPLACES_BYTES }>,
    referred_by: Vec<u8, { limits::PARTY_BYTES }>,
}

impl UserAgent {
    /// A REFER within a call.
    pub(super) fn referred(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        id: SessionId,
    ) {
        match self.follow(now, rng, request, id) {
            Ok(new) => {
                self.reply(now, arrival, request, id, Status::ACCEPTED);
                self.tell(Event::Referred { session: id, by: new });
                self.locate(now, rng, new);
            }
            Err(status) => self.reply(now, arrival, request, id, status),
        }
    }

    fn follow(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        request: &Message<'_>,
        id: SessionId,
    ) -> Result<SessionId, Status> {
        // RFC 3515 §2.4.2: exactly one; two were not admitted.
        let wanted = request.refer_to().ok_or(Status::BAD_REQUEST)?;
        let cseq = request.cseq().ok_or(Status::BAD_REQUEST)?;
        let session = self.sessions.get(id.0).ok_or(Status::CALL_DOES_NOT_EXIST)?;
        let (extension, on_hold, appearance) = (session.extension, session.hold_wanted, session.appearance);
        // Who was spoken with under SRTP is not left for a call in clear.
        let secure = session.media.as_ref().is_some_and(|media| media.keys.is_some()).then_some(true);
        let busy = self.follows.iter().any(|(_, follow)| follow.referrer == id || follow.session == id);
        if session.state != State::Confirmed || session.listens || busy || self.follows.is_full() {
            return Err(Status::DECLINE);
        }
        let target = invitable(&wanted).ok_or(Status::DECLINE)?;
        let target = core::str::from_utf8(&target).map_err(|_| Status::DECLINE)?;
        let replaces: Vec<u8, { limits::REPLACES_BYTES }> = match wanted.uri.sip().and_then(|sip| sip.headers)
        {
            Some(_) => uri_header(&wanted.uri, b"Replaces").unwrap_or_default(),
            None => Vec::new(),
        };
        // RFC 3892 §2.2: as it stands. One that is too long is no reason to stay.
        let referred_by = request.raw(HeaderName::ReferredBy).and_then(text::bytes).unwrap_or_default();
        if !replaces.is_empty() {
            Replaces::parse(&replaces).map_err(|_| Status::BAD_REQUEST)?;
        }
        let invite = Invite { extension, target, anonymous: false, codecs: None, secure, appearance };
        let new = self.open_call(now, rng, &invite).map_err(|_| Status::DECLINE)?;
        let follow = Follow {
            session: new,
            referrer: id,
            refer: cseq.number,
            notifier: Notifier::new(),
            client: None,
            forsaken: false,
            replaces,
            referred_by,
        };
        if self.follows.insert(follow).is_err() {
            self.sessions.remove(new.0);
            return Err(Status::DECLINE);
        }
        if let Some(session) = self.sessions.get_mut(new.0) {
            session.hold_wanted = on_hold;
        }
        Ok(new)
    }

    /// What the layer above is told about a call that we were sent to is told to who sent us, too.
    pub(super) fn follow_told(&mut self, event: &Event) {
        let Some((session, heard)) = progress_of(event) else { return };
        let Self { follows, sessions, events, .. } = self;
        let Some((_, follow)) = follows.iter_mut().find(|(_, follow)| follow.session == session) else {
            return;
        };
        let _later = follow.notifier.step(Input::Heard(heard));
        // The person who hangs up has had enough of both calls.
        let ended = if let Event::Ended { reason, .. } = event { Some(*reason) } else { None };
        let returns = ended.is_some_and(|reason| reason != EndReason::Local) && !follow.forsaken;
        follow.forsaken |= heard == 200 || ended == Some(EndReason::Local);
        let there = sessions.get(follow.referrer.0).is_some_and(|session| session.state.is_named());
        // The call that we were sent away from is the call again.
        if returns && there && events.push_back(Event::Replaced { session, by: follow.referrer }).is_err() {
            crate::note!("event lost");
        }
    }

    /// Sends the notifications that are due, and drops what is told to the end.
    pub(super) fn settle_follows(&mut self, now: Instant, rng: &mut dyn Rng) {
        let ids: Vec<_, { limits::REFERRALS }> =
            crate::base::bounded::filled(self.follows.iter().map(|(id, _)| id));
        for id in ids {
            let Some(follow) = self.follows.get_mut(id) else { continue };
            let referrer = follow.referrer;
            let account = self.sessions.get(referrer.0).map(|session| {
                let account = self.accounts.of(session.extension);
                (account.notify_refer_on_1xx, account.referee_bye_delay_s)
            });
            let named = self.sessions.get(referrer.0).is_some_and(|session| session.state.is_named());
            let Some((provisional, delay_s)) = account.filter(|_| named) else {
                // Whoever sent us has hung up: nobody is left to tell.
                let _none = follow.notifier.step(Input::Failed);
                // Its INVITE may still have to be sent.
                if follow.forsaken || self.sessions.get(follow.session.0).is_none() {
                    self.follows.remove(id);
                }
                continue;
            };
            let tell = follow.notifier.step(Input::Ready { provisional });
            let (refer, over, forsaken) = (follow.refer, follow.notifier.is_over(), follow.forsaken);
            let ended = self.sessions.get(follow.session.0).is_none();
            if let Some(status) = tell {
                let client = self.notify_refer(now, rng, referrer, refer, status);
                if let Some(follow) = self.follows.get_mut(id) {
                    follow.client = client;
                    if client.is_none() {
                        let _none = follow.notifier.step(Input::Failed);
                    }
                }
            } else if over && (forsaken || ended) {
                self.follows.remove(id);
                if let Some(session) = self.sessions.get_mut(referrer.0).filter(|_| forsaken) {
                    // `Referee Bye Delay`
                    session.leave.start(now, u64::from(delay_s).saturating_mul(1_000));
                }
            }
        }
    }

    fn notify_refer(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        refer: u32,
        status: u16,
    ) -> Option<ClientId> {
        let extension = self.sessions.get(id.0)?.extension;
        let address = self.shown_address(extension)?;
        let account = self.accounts.of(extension).clone();
        let hop = self.session_hop(now, id, None)?;
        let branch = identifier::branch(rng);
        let Self { settings, sessions, credentials, transactions, counters, .. } = self;
        let session = sessions.get_mut(id.0)?;
        let mut vacant = transactions.vacant_client()?;
        let mut out = Writer::new(vacant.buffer());
        let mut room = [0; 160];
        let via = request::via(&mut room, &hop, address, &branch);
        let cseq = session.dialog.next_cseq(1);
        session.dialog.compose_head(&mut out, Method::Notify, cseq, via, settings.max_forwards);
        request::contact(&mut out, &account, address);
        // §2.4.6
        compose::begin(&mut out, HeaderName::Event);
        out.text("refer;id=");
        out.number(u64::from(refer));
        compose::end(&mut out);
        let state: &[u8] = if status < 200 { b"active;expires=60" } else { b"terminated;reason=noresource" };
        compose::header(&mut out, HeaderName::SubscriptionState, state);
        request::demands(&mut out, &account);
        request::user_agent(&mut out, settings);
        let mut room = [0; 64];
        let mut body = Writer::new(&mut room);
        compose::status_line(&mut body, Status::new(status)?);
        let uri = session.dialog.aim().request_uri;
        let target = Target { method: b"NOTIFY", uri, body: body.written() };
        let (none, keys) = (Attempts::new(), credentials.of_mut(extension));
        keys.write(&account.identity(), &target, Recipient::Anybody(&none), rng, &mut out);
        // RFC 3420 §2
        compose::finish_with_body(&mut out, b"message/sipfrag;version=2.0", body.written());
        let Ok(length) = out.finish() else {
            counters.unsendable = counters.unsendable.saturating_add(1);
            return None;
        };
        let errand = Errand { extension, purpose: Purpose::Notify(id) };
        vacant.start(now, length, hop, errand.word(), &settings.timers)
    }

    /// The end of a NOTIFY of ours; 408 or 503 when nobody answered.
    pub(super) fn notify_done(&mut self, id: SessionId, status: u16) {
        if status < 200 {
            return;
        }
        if let Some((_, follow)) = self.follows.iter_mut().find(|(_, follow)| follow.referrer == id) {
            follow.client = None;
            let _later = follow.notifier.step(if status < 300 { Input::Delivered } else { Input::Failed });
        }
    }

    /// The client transaction of the NOTIFY that is under way in a call.
    pub(super) fn notify_client(&self, id: SessionId) -> Option<ClientId> {
        self.follows.iter().find(|(_, follow)| follow.referrer == id).and_then(|(_, follow)| follow.client)
    }

    /// What the INVITE of a call says of who asked for it.
    pub(super) fn compose_follow(follows: &Follows, id: SessionId, first: bool, out: &mut Writer<'_>) {
        let ours = |follow: &Follow| first && follow.session == id;
        let Some((_, follow)) = follows.iter().find(|(_, follow)| ours(follow)) else { return };
        if !follow.replaces.is_empty() {
            compose::header(out, HeaderName::Replaces, &follow.replaces);
        }
        if !follow.referred_by.is_empty() {
            compose::header(out, HeaderName::ReferredBy, &follow.referred_by);
        }
    }

    /// An INVITE with Replaces: the call that it takes the place of (RFC 3891 §3), or why it cannot.
    pub(super) fn replaced_by(&self, request: &Message<'_>) -> Result<Option<SessionId>, Status> {
        let Some(replaces) = request.replaces().map_err(|_| Status::BAD_REQUEST)? else { return Ok(None) };
        if request.has(HeaderName::Join) {
            return Err(Status::BAD_REQUEST);
        }
        let means = |session: &Session| {
            let known = session.dialog.id();
            known.is_replaced_by(replaces.call_id, replaces.to_tag, replaces.from_tag)
                // Before the answer a call of ours has no tag of the far end, or several.
                || (!session.incoming
                    && matches!(session.state, State::Calling | State::Proceeding)
                    && known.call_id() == replaces.call_id
                    && known.local_tag().eq_ignore_ascii_case(replaces.to_tag))
        };
        let found = self.sessions.find(means).ok_or(Status::CALL_DOES_NOT_EXIST)?;
        if self.sessions.get(found).is_some_and(|session| session.listens) {
            return Err(Status::DECLINE);
        }
        match self.sessions.get(found).map(|session| session.state) {
            Some(State::Confirmed | State::Accepted) if replaces.early_only => Err(Status::BUSY_HERE),
            Some(State::Confirmed | State::Accepted | State::Calling | State::Proceeding) => {
                Ok(Some(SessionId(found)))
            }
            // Only who called may have its early dialog replaced.
            Some(State::Incoming | State::Locating) | None => Err(Status::CALL_DOES_NOT_EXIST),
            Some(State::Abandoned | State::Cancelling | State::Closing | State::Ending) => {
                Err(Status::DECLINE)
            }
        }
    }

    /// The call `by` takes the place of `old`: it is answered at once, the old one ended.
    pub(super) fn replace(&mut self, now: Instant, rng: &mut dyn Rng, old: SessionId, by: SessionId) {
        self.tell(Event::Replaced { session: old, by });
        let before = self.sessions.get(old.0).map(|session| (session.hold_wanted, session.appearance));
        if let (Some(session), Some(before)) = (self.sessions.get_mut(by.0), before) {
            (session.hold_wanted, session.appearance) = before;
        }
        if !self.answer_waits(by) {
            self.proceed(now, rng, by, progress::Input::Answer);
        }
        let Some(session) = self.sessions.get_mut(old.0) else { return };
        if matches!(session.state, State::Confirmed | State::Accepted) {
            // `Refer Target Bye Delay`
            let delay_s = self.accounts.of(session.extension).refer_target_bye_delay_s;
            session.leave.start(now, u64::from(delay_s).saturating_mul(1_000));
        } else {
            // RFC 3891 §3: CANCEL for an early dialog.
            self.proceed(now, rng, old, progress::Input::End);
        }
    }
}

/// Which call an event speaks of, and the status that stands for it; a 487 for an end without one.
const fn progress_of(event: &Event) -> Option<(SessionId, u16)> {
    if let Event::Progress { session, status, .. } = event {
        Some((*session, *status))
    } else if let Event::Answered(session) = event {
        Some((*session, 200))
    } else if let Event::Ended { session, reason: EndReason::Failed(status) } = event {
        Some((*session, *status))
    } else if let Event::Ended { session, .. } = event {
        Some((*session, 487))
    } else {
        None
    }
}

/// The pool of calls that others asked for.
pub(super) type Follows = crate::base::Pool<Follow, { limits::REFERRALS }>;

/// Whom a Refer-To wants called, without what is no part of a Request-URI; `None` for what is no call.
fn invitable(wanted: &Address<'_>) -> Option<Vec<u8, { limits::URI_BYTES }>> {
    let mut room = [0; limits::URI_BYTES];
    let mut out = Writer::new(&mut room);
    match &wanted.uri {
        Uri::Sip(sip) => {
            if sip.params.get(b"method").is_some_and(|method| !method.eq_ignore_ascii_case(b"INVITE")) {
                return None;
            }
            crate::sip::uri::SipUri { headers: None, ..*sip }.compose(&mut out);
        }
        Uri::Tel(_) => out.put(wanted.uri_text),
        Uri::Other { .. } => return None,
    }
    let length = out.finish().ok()?;
    text::bytes(room.get(..length)?)
}
