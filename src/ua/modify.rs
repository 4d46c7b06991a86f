//! Our changes to a session that stands: hold and resume by re-INVITE (RFC 3264 §8.4, RFC 3261 §14.1), and
//! the timers of a session.

use super::challenge::Attempts;
use super::failures::Search;
use super::incoming_call::SHORTEST_REPEAT_MS;
use super::session::Modify;
use super::session::progress::{Input, State};
use super::{Event, Instant, Outcome, Refusal, Rng, SessionId, UserAgent};
use crate::sdp::{Description, Negotiated};
use crate::sip::{Message, Method};

/// An INVITE of ours has no final answer.
const fn is_called(state: State) -> bool {
    matches!(state, State::Locating | State::Calling | State::Proceeding)
}

impl UserAgent {
    pub(super) fn change_hold(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        hold: bool,
        private: bool,
    ) -> Outcome {
        let Some(session) = self.sessions.get_mut(id.0).filter(|session| session.state.is_named()) else {
            return Outcome::Refused(Refusal::NoSession);
        };
        // Who was sent to somebody else while on hold says so when that one has answered, or not any more.
        let waits = session.hold_wanted && is_called(session.state);
        if !waits && !matches!(session.state, State::Confirmed | State::Accepted) {
            return Outcome::Refused(Refusal::WrongState);
        }
        (session.hold_wanted, session.hold_private) = (hold, private);
        self.settle_hold(now, rng, id);
        Outcome::Done
    }

    /// Sends a re-INVITE if the far end does not yet know what we want, and nothing else is under way
    /// (§14.1).
    pub(super) fn settle_hold(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let mark = self.failures.mark();
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let settled = session.hold_wanted == session.hold_agreed;
        let stale = session.description_stale;
        if session.state != State::Confirmed
            || session.modify != Modify::Idle
            || (settled && !session.refresh_due && !stale)
        {
            return;
        }
        // Their re-INVITE comes first; its ACK brings us back here.
        if session.server.is_some() {
            return;
        }
        session.refresh_due = false;
        session.description_stale = false;
        if settled && !stale && session.peer_updates {
            return self.refresh_by_update(now, rng, id);
        }
        session.attempts = Attempts::new();
        session.search = Search::new(mark);
        session.local.direction = session.direction(session.hold_wanted);
        session.modify = Modify::Sent;
        session.hold_asked = session.hold_wanted;
        if self.send_in_session(now, rng, id, Method::Invite).is_none() {
            self.change_failed(now, rng, id, 503);
        }
    }

    /// A response to our re-INVITE.
    pub(super) fn change_answered(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        status: u16,
        response: &Message<'_>,
    ) {
        if let (200.., Some(session)) = (status, self.sessions.get_mut(id.0)) {
            session.timers.expires.stop();
        }
        match status {
            100..=199 => self.change_awaited(now, id),
            200..=299 => {
                let Some(session) =
                    self.sessions.get_mut(id.0).filter(|session| session.modify == Modify::Sent)
                else {
                    return;
                };
                session.modify = Modify::Idle;
                session.hold_agreed = session.hold_asked;
                session.offer_pending = false;
                session.acknowledged = None;
                session.learn_abilities(response);
                session.heed_timer(now, response);
                // A target that is too long to keep: the old one still leads to the peer's proxy.
                let _ = session.dialog.refresh_target(response);
                let answer = Description::parse(response.body()).ok();
                if let Some(media) =
                    answer.and_then(|answer| Negotiated::from_answer(&session.local, &answer).ok())
                {
                    session.local.follow(&media);
                    session.media = Some(media);
                }
                self.acknowledge(now, rng, id);
                self.tell(Event::Media(id));
                self.settle_hold(now, rng, id);
            }
            491 => {
                let Some(session) = self.sessions.get_mut(id.0) else { return };
                session.offer_pending = false;
                session.refresh_due |= session.hold_asked == session.hold_agreed;
                session.wait_after_glare(now, rng);
            }
            422 if self.sessions.get_mut(id.0).is_some_and(|session| session.too_small(now, response)) => {
                let Some(session) = self.sessions.get_mut(id.0) else { return };
                session.modify = Modify::Idle;
                session.offer_pending = false;
                session.refresh_due = true;
                self.settle_hold(now, rng, id);
            }
            _ => self.change_failed(now, rng, id, status),
        }
    }

    /// Somebody works on our re-INVITE; it may be cancelled from now on (§9.1), and is when `ReINVITE
    /// Expires` is over.
    fn change_awaited(&mut self, now: Instant, id: SessionId) {
        let expires_ms = u64::from(self.settings.reinvite_expires_s).saturating_mul(1_000);
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        if expires_ms > 0 && !session.timers.expires.is_running() {
            session.timers.expires.start(now, expires_ms);
        }
    }

    /// Our re-INVITE failed: the session is as it was (§14.1), or gone at the far end (§12.2.1.2).
    pub(super) fn change_failed(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, status: u16) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let only_refresh = session.hold_asked == session.hold_agreed;
        session.modify = Modify::Idle;
        session.timers.expires.stop();
        session.refresh_refused(now);
        session.offer_pending = false;
        session.hold_wanted = session.hold_agreed;
        session.local.direction = session.direction(session.hold_agreed);
        if matches!(status, 408 | 481) {
            self.proceed(now, rng, id, Input::Lost);
        } else if !only_refresh {
            self.tell(Event::MediaFailed { session: id, status });
        }
    }

    /// What is due in a session.
    pub(super) fn session_timeout(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let timers = self.settings.timers;
        let longest_ms = timers.t2_ms.max(timers.t1_ms).max(SHORTEST_REPEAT_MS);
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        if session.timers.repeat.take_due(now) {
            let repeat_ms = session.timers.repeat_ms.saturating_mul(2).min(longest_ms);
            session.timers.repeat_ms = repeat_ms;
            session.timers.repeat.start(now, u64::from(repeat_ms));
            if let Some(server) = session.server {
                self.transactions.resend(now, server);
            }
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        if session.timers.ringing.take_due(now) {
            let _again = self.ring(now, id);
        }
        self.provisional_timeout(now, rng, id);
        self.refresh_timeout(now, rng, id);
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        if session.timers.modify.take_due(now) && session.modify == Modify::Waiting {
            session.modify = Modify::Idle;
            self.settle_hold(now, rng, id);
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        if session.timers.expires.take_due(now) {
            if session.modify == Modify::Sent {
                self.cancel_invite(now, id);
            }
            self.proceed(now, rng, id, Input::Expired);
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        if session.timers.give_up.take_due(now) {
            self.give_up(now, rng, id);
        }
    }

    fn give_up(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.timers.stop_call_setup();
        session.server = None;
        let input = if session.state == State::Locating { Input::Failure(503) } else { Input::GaveUp };
        if let (State::Cancelling, Some(client)) = (session.state, session.client) {
            self.transactions.abandon(now, client);
        }
        self.proceed(now, rng, id, input);
    }
}
