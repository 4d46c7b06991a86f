//! What comes before the answer, on both sides: numbered provisional responses and their PRACKs (RFC 3262),
//! early media (RFC 3960).

use super::answer::Answer;
use super::beside::Beside;
use super::provisional::{Arrival, Input, Notify, Reliable};
use super::session::Session;
use super::session::progress::{self, State};
use super::{Account, Event, Instant, Rng, SessionId, UserAgent};
use crate::base::rng::up_to;
use crate::sdp::{Description, Negotiated, Revision};
use crate::sip::reliable::RAck;
use crate::sip::{HeaderName, Message, Method, Status};
use crate::transaction::{ClientId, Hop, Timers};

impl UserAgent {
    /// 101 to 199 to our INVITE.
    pub(super) fn progressed(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        status: u16,
        response: &Message<'_>,
    ) {
        let Some(session) = self.sessions.get(id.0) else { return };
        let calling = matches!(session.state, State::Calling | State::Proceeding);
        let number = response.rseq().filter(|_| response.lists(HeaderName::Require, OPTION));
        if let (true, Some(rseq)) = (calling, number)
            && !self.receive_reliable(now, rng, id, rseq, response)
        {
            // RFC 3261 §9.1: acted on or not, it lets the call be cancelled.
            self.proceed(now, rng, id, progress::Input::Provisional);
            return;
        }
        let early_media = self.take_early_answer(id, response, number.is_some());
        self.proceed(now, rng, id, progress::Input::Provisional);
        let Some(session) = self.sessions.get_mut(id.0).filter(|session| session.state.is_named()) else {
            return;
        };
        // `Sticky 183`: after the first one, ringing is not told any more.
        let stuck = session.heard_183 && self.accounts.of(session.extension).sticky_183;
        session.learn_abilities(response);
        session.heard_183 |= status == Status::SESSION_PROGRESS.code();
        // RFC 6228 §4: 199 is the end of one branch, and no news of the call.
        let silent = status == Status::EARLY_DIALOG_TERMINATED.code()
            || (stuck && status == Status::RINGING.code() && !early_media);
        if !silent {
            self.tell(Event::Progress { session: id, status, early_media });
        }
    }

    /// RFC 3262 §4: whether a numbered response is to be acted on; if so, its PRACK is sent.
    fn receive_reliable(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        rseq: u32,
        response: &Message<'_>,
    ) -> bool {
        // One transaction stays free for the CANCEL. The peer repeats what is not acknowledged.
        if self.transactions.free_clients() < 2 {
            return false;
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return false };
        let (Some(tag), Some(cseq)) = (response.to_tag(), response.cseq()) else {
            return false;
        };
        let Some(early) = session.early.open(tag) else {
            self.counters.over_limit = self.counters.over_limit.saturating_add(1);
            return false;
        };
        match early.receipt.step(rseq) {
            Arrival::New => {}
            Arrival::Again | Arrival::OutOfOrder => return false,
        }
        match session.dialog.fork(response) {
            Ok(dialog) => {
                let beside = Beside::Prack(RAck { rseq, cseq });
                // What could not be composed is counted; the peer gives the call up.
                let _: Option<ClientId> = self.send_beside(now, rng, id, &dialog, beside);
            }
            Err(_) => self.counters.over_limit = self.counters.over_limit.saturating_add(1),
        }
        true
    }

    /// Early media (RFC 3960 §3.2): the newest early dialog that describes a session wins.
    fn take_early_answer(&mut self, id: SessionId, response: &Message<'_>, reliable: bool) -> bool {
        let Some(session) = self.sessions.get_mut(id.0) else { return false };
        let early = response.to_tag().and_then(|tag| session.early.open(tag));
        // RFC 3262 §5: the offer has had its answer, what else comes is none.
        if early.as_ref().is_some_and(|early| early.answered) {
            return false;
        }
        let Ok(answer) = Description::parse(response.body()) else { return false };
        let Ok(media) = Negotiated::from_answer(&session.local, &answer) else { return false };
        if let Some(early) = early {
            early.answered = reliable;
        }
        if let Some(tag) = response.to_tag() {
            session.early.hear(tag);
        }
        session.media = Some(media);
        true
    }

    /// A response to our PRACK. Only a challenge matters: what else went wrong, the peer's INVITE transaction
    /// will say.
    pub(super) fn prack_answered(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        client: ClientId,
        id: SessionId,
        response: &Message<'_>,
    ) {
        if response.status().is_some_and(|status| matches!(status.code(), 401 | 407)) {
            let _: Option<ClientId> = self.answer_challenge_beside(now, rng, id, client, response);
        }
    }

    /// A PRACK within the session's dialog (RFC 3262 §3).
    pub(super) fn pracked(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        id: SessionId,
    ) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let rack = request.rack().filter(|rack| rack.cseq.method == Method::Invite);
        let input = rack.map(|rack| Input::Prack { rseq: rack.rseq, cseq: rack.cseq.number });
        let notify = input.and_then(|input| session.provisional.step(now, input).notify);
        if notify != Some(Notify::Acknowledged) {
            self.reply(now, arrival, request, id, Status::CALL_DOES_NOT_EXIST);
            return;
        }
        let asked = session.offer_pending && session.state == State::Incoming;
        if asked {
            // §5: our offer was in the response, its answer is in the PRACK.
            let answered = session.take_answer(request);
            self.reply(now, arrival, request, id, Status::OK);
            if !answered {
                self.reject(now, id, Status::NOT_ACCEPTABLE_HERE.code(), None);
                self.proceed(now, rng, id, progress::Input::Failure(488));
                return;
            }
        } else if request.body().is_empty() {
            self.reply(now, arrival, request, id, Status::OK);
        } else {
            self.answer_offer(now, rng, arrival, request, id);
        }
        self.answer_if_ready(now, rng, id);
    }

    /// An offer in PRACK or UPDATE: 200 with our answer, or why there is none (RFC 3262 §5, RFC 3311 §5.2).
    pub(super) fn answer_offer(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        id: SessionId,
    ) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let tag = session.own_tag();
        // RFC 3311 §5.2: an offer of the peer's waits for its answer.
        let busy = session.state == State::Incoming && !session.answer.0.is_empty();
        let taken = if busy {
            Err(Answer {
                retry_after_s: Some(up_to(rng, 10)),
                ..Answer::new(Status::SERVER_INTERNAL_ERROR, Some(&tag))
            })
        } else {
            session.take_offer(request)
        };
        match taken {
            Ok(()) => {
                let body = core::mem::take(&mut session.answer.0);
                let (extension, told) = (session.extension, session.state != State::Incoming);
                let refreshes = told && request.method() == Some(Method::Update);
                let timer = if refreshes { session.begin_timer(now) } else { None };
                let contact = self.own_contact(extension);
                let contact = (request.method() == Some(Method::Update)).then_some(&contact[..]);
                let answer = Answer { contact, timer, body: &body, ..Answer::new(Status::OK, Some(&tag)) };
                self.reply_with(now, arrival, request, &answer);
                if told {
                    self.tell(Event::Media(id));
                }
            }
            Err(refusal) => {
                let refusal = Answer { tag: Some(&tag), ..refusal };
                self.reply_with(now, arrival, request, &refusal);
            }
        }
    }

    /// Whether the 200 has to wait; it goes out when what it waits for has come.
    pub(super) fn answer_waits(&mut self, id: SessionId) -> bool {
        let Some(session) = self.sessions.get_mut(id.0) else { return false };
        session.answer_wanted = session.holds_answer();
        session.answer_wanted
    }

    /// What is due of numbered responses.
    pub(super) fn provisional_timeout(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let step = session.provisional.step(now, Input::Timeout);
        if let (Some(_), Some(server)) = (step.transmit, session.server) {
            self.transactions.resend(now, server);
        }
        if step.notify == Some(Notify::GaveUp) {
            self.proceed(now, rng, id, progress::Input::GaveUp);
        }
    }
}

impl Session {
    /// Our INVITE with an offer goes out: what came before it came to another one.
    pub(super) fn begin_invite(&mut self, revision: Revision, cseq: u32) {
        self.local.revision = revision;
        self.offer_pending = true;
        self.invite_cseq = cseq;
        self.early.clear();
        self.heard_183 = false;
    }

    /// RFC 3262 §3: reliable if the caller demands it, or if both sides can and we want it.
    pub(super) fn begin_provisional(
        &mut self,
        rng: &mut dyn Rng,
        account: &Account,
        request: &Message<'_>,
        timers: &Timers,
    ) {
        let demanded = request.lists(HeaderName::Require, OPTION);
        let wanted = account.reliable_provisional && request.supports(OPTION);
        if let (true, Some(cseq)) = (demanded || wanted, request.cseq()) {
            self.provisional = Reliable::new(rng.next_u32(), cseq.number, timers);
        }
    }

    /// The answer to our offer; whether it is one that we can use.
    pub(super) fn take_answer(&mut self, message: &Message<'_>) -> bool {
        self.offer_pending = false;
        let answer = Description::parse(message.body()).ok();
        let media = answer.and_then(|answer| Negotiated::from_answer(&self.local, &answer).ok());
        if let Some(media) = &media {
            self.local.follow(media);
        }
        let usable = media.is_some();
        self.media = media.or_else(|| self.media.take());
        usable
    }
}

/// The option tag of RFC 3262.
pub(super) const OPTION: &[u8] = b"100rel";
