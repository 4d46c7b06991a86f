//! Session timers in a session (RFC 4028): what our requests and answers say of them, and our refreshes by
//! UPDATE or re-INVITE.

use super::answer::Answer;
use super::beside::Beside;
use super::session::progress::{Input, State};
use super::session::{Modify, Session};
use super::session_timer::{self, Asked, Grant, Notify};
use super::{Instant, Rng, SessionId, Settings, UserAgent};
use crate::base::Writer;
use crate::base::rng::up_to;
use crate::sip::timing::Refresher;
use crate::sip::{HeaderName, Message, Method, Status, compose};
use crate::transaction::ClientId;

impl UserAgent {
    /// 422 to our first INVITE: the same with a longer interval (RFC 4028 §7.3). Whether it is sent.
    pub(super) fn lengthen(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        response: &Message<'_>,
    ) -> bool {
        let Some(session) = self.sessions.get_mut(id.0).filter(|session| session.state.is_named()) else {
            return false;
        };
        session.too_small(now, response) && self.retry(now, rng, id).is_some()
    }

    /// What is due of the session timer.
    pub(super) fn refresh_timeout(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        match session.timer.step(now, session_timer::Input::Timeout) {
            Some(Notify::Refresh) => {
                session.refresh_due = true;
                self.settle_hold(now, rng, id);
            }
            // §10
            Some(Notify::Expired) => self.proceed(now, rng, id, Input::GaveUp),
            None => {}
        }
    }

    /// Sends an UPDATE without an offer (§7.4).
    pub(super) fn refresh_by_update(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId) {
        let Some(session) = self.sessions.get(id.0) else { return };
        let dialog = session.dialog.clone();
        let sent = self.send_beside(now, rng, id, &dialog, Beside::Update);
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.update = sent;
        match sent {
            Some(_) => session.modify = Modify::Refreshing,
            None => session.refresh_refused(now),
        }
    }

    /// A response to our UPDATE.
    pub(super) fn update_answered(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        client: ClientId,
        id: SessionId,
        response: &Message<'_>,
    ) {
        let Some(status) = response.status().filter(|status| status.is_final()) else { return };
        if matches!(status.code(), 401 | 407) {
            let again = self.answer_challenge_beside(now, rng, id, client, response);
            if let (Some(client), Some(session)) = (again, self.sessions.get_mut(id.0)) {
                session.update = Some(client);
                return;
            }
        }
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.modify = Modify::Idle;
        match status.code() {
            200..=299 => {
                // A target that is too long to keep: the old one still leads to the peer's proxy.
                let _ = session.dialog.refresh_target(response);
                session.heed_timer(now, response);
            }
            422 => session.refresh_due = session.too_small(now, response),
            // RFC 3311 §5.3: as after a re-INVITE.
            491 => session.try_refresh_later(now, rng, None),
            500 if response.retry_after().is_some() => {
                session.try_refresh_later(now, rng, response.retry_after().map(|after| after.wait_s));
            }
            // It does not take UPDATE after all.
            405 | 501 => (session.peer_updates, session.refresh_due) = (false, true),
            408 | 481 => return self.proceed(now, rng, id, Input::Lost),
            _ => session.refresh_refused(now),
        }
        self.settle_hold(now, rng, id);
    }

    /// Our UPDATE ended without an answer.
    pub(super) fn update_failed(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, status: u16) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.modify = Modify::Idle;
        if status == Status::REQUEST_TIMEOUT.code() && session.state == State::Confirmed {
            self.proceed(now, rng, id, Input::Lost);
        } else {
            session.refresh_refused(now);
            self.settle_hold(now, rng, id);
        }
    }
}

impl Session {
    /// What the peer's INVITE or UPDATE asks of the timer (RFC 4028 §9); the grant is kept for the 2xx.
    pub(super) fn admit_timer(
        &mut self,
        now: Instant,
        settings: &Settings,
        request: &Message<'_>,
    ) -> Result<(), Answer<'static>> {
        let asked = Asked {
            expires: request.session_expires(),
            least_s: request.min_se(),
            supported: request.supports(OPTION),
        };
        let too_small = |least_s| Answer {
            least_session_s: Some(least_s),
            ..Answer::new(Status::SESSION_INTERVAL_TOO_SMALL, None)
        };
        let grant =
            asked.judge(settings.session_expires_min_s, settings.session_expires_s).map_err(too_small)?;
        if let Some(least_s) = asked.least_s {
            let _none = self.timer.step(now, session_timer::Input::Least { least_s });
        }
        self.grant = Some(grant);
        Ok(())
    }

    /// Our 2xx to it goes out: what it says of the timer.
    pub(super) fn begin_timer(&mut self, now: Instant) -> Option<Grant> {
        let grant = self.grant.take()?;
        let input = match grant.expires {
            Some(expires) => session_timer::Input::Agreed {
                interval_s: expires.interval_s,
                ours: expires.refresher == Some(Refresher::Uas),
            },
            None => session_timer::Input::Unlimited,
        };
        let _none = self.timer.step(now, input);
        Some(grant)
    }

    /// A 2xx to our INVITE or UPDATE (§7.2).
    pub(super) fn heed_timer(&mut self, now: Instant, response: &Message<'_>) {
        let input = match response.session_expires() {
            Some(expires) => session_timer::Input::Agreed {
                interval_s: expires.interval_s,
                ours: expires.refresher != Some(Refresher::Uas),
            },
            None => session_timer::Input::Unlimited,
        };
        let _none = self.timer.step(now, input);
        self.refresh_due = false;
    }

    /// 422 to our INVITE or UPDATE: whether it is worth another try (§7.3).
    pub(super) fn too_small(&mut self, now: Instant, response: &Message<'_>) -> bool {
        let least_s = response.min_se().unwrap_or(0);
        self.timer.step(now, session_timer::Input::TooSmall { least_s }) == Some(Notify::Refresh)
    }

    /// A refresh failed, and the session goes on (§10).
    pub(super) fn refresh_refused(&mut self, now: Instant) {
        let _none = self.timer.step(now, session_timer::Input::Refused);
    }

    /// Both sides changed the session at once: after a while, as RFC 3261 §14.1 has it, or as they ask.
    fn try_refresh_later(&mut self, now: Instant, rng: &mut dyn Rng, asked_s: Option<u32>) {
        self.refresh_due = true;
        match asked_s {
            Some(asked_s) => {
                self.modify = Modify::Waiting;
                self.timers.modify.start(now, u64::from(asked_s.clamp(1, LATER_S)).saturating_mul(1_000));
            }
            None => self.wait_after_glare(now, rng),
        }
    }

    /// §14.1: who made the Call-ID waits longer; steps of 10 ms.
    pub(super) fn wait_after_glare(&mut self, now: Instant, rng: &mut dyn Rng) {
        let (least, steps) = if self.incoming { (0, 200) } else { (2_100, 190) };
        let wait_ms = u64::from(up_to(rng, steps)).saturating_mul(10).saturating_add(least);
        self.modify = Modify::Waiting;
        self.timers.modify.start(now, wait_ms);
    }

    /// What the peer can do, as its Allow says.
    pub(super) fn learn_abilities(&mut self, message: &Message<'_>) {
        self.peer_updates = message.allows(Method::Update).unwrap_or(self.peer_updates);
    }

    /// What an INVITE or UPDATE of ours says of the timer (§7.1, §7.4).
    pub(super) fn compose_timer(&self, out: &mut Writer<'_>, settings: &Settings) {
        let says = self.timer.request(settings.session_expires_s);
        compose::header(out, HeaderName::Supported, OPTION);
        if let Some(expires) = says.expires {
            compose::begin(out, HeaderName::SessionExpires);
            expires.compose(out);
            compose::end(out);
        }
        if let Some(least_s) = says.least_s {
            compose::number_header(out, HeaderName::MinSe, u64::from(least_s));
        }
    }
}

/// Writes what our 2xx says of the timer.
pub(super) fn compose_grant(out: &mut Writer<'_>, grant: &Grant) {
    if grant.required {
        compose::header(out, HeaderName::Require, OPTION);
    }
    if let Some(expires) = grant.expires {
        compose::begin(out, HeaderName::SessionExpires);
        expires.compose(out);
        compose::end(out);
    }
}

/// The option tag of RFC 4028.
pub(super) const OPTION: &[u8] = b"timer";
/// RFC 3311 §5.2: a peer asks for ten seconds at most.
const LATER_S: u32 = 10;
