//! Messages from the network: what is no SIP, what asks too much, and what goes on to a session (RFC 3261
//! §8.2, §12.2.2, §18.1.2).

use super::answer::Answer;
use super::digits;
use super::guard::Lock;
use super::inquiry::is_letter;
use super::request::abilities;
use super::session::progress::{Input, State};
use super::summons::asks_to_be_answered;
use super::{ExtensionId, Instant, Rng, SessionId, UserAgent};
use crate::dialog::Sequence;
use crate::sip::admission::{Verdict, judge};
use crate::sip::{Message, Method, Status};
use crate::transaction::{Hop, RequestMatch, ServerId};

impl UserAgent {
    pub(super) fn receive(&mut self, now: Instant, rng: &mut dyn Rng, arrival: Hop, bytes: &[u8]) {
        // A keep-alive, or nothing (RFC 5626 §4.4.1).
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        // RFC 8489 §6.3: the port is shared.
        if crate::stun::is_stun(bytes) {
            self.take_stun(now, rng, bytes);
            return;
        }
        self.secret.get_or_insert_with(|| rng.next_u32());
        let Ok(message) = Message::parse(bytes) else {
            self.counters.malformed = self.counters.malformed.saturating_add(1);
            return;
        };
        let verdict = judge(&message, &abilities(&message));
        if verdict == Verdict::Admit {
            self.take_date(now, &arrival, &message);
        }
        match verdict {
            Verdict::Admit if message.is_request() => self.receive_request(now, rng, arrival, &message),
            Verdict::Admit => self.receive_response(now, rng, &message),
            // A letter is one whatever its type says.
            Verdict::Answer(rejection)
                if rejection.status == Status::UNSUPPORTED_MEDIA_TYPE && is_letter(&message) =>
            {
                self.receive_request(now, rng, arrival, &message);
            }
            // RFC 6086 §4.2.2: the package comes before its body.
            Verdict::Answer(rejection) if rejection.status == Status::UNSUPPORTED_MEDIA_TYPE => {
                let of_package = digits::is_of_package(&message);
                let status = if of_package { Status::BAD_INFO_PACKAGE } else { rejection.status };
                self.decline(arrival, &message, status);
            }
            Verdict::Answer(rejection) => self.decline(arrival, &message, rejection.status),
            Verdict::Drop(_) => self.counters.malformed = self.counters.malformed.saturating_add(1),
        }
    }

    fn receive_request(&mut self, now: Instant, rng: &mut dyn Rng, arrival: Hop, request: &Message<'_>) {
        match self.transactions.receive_request(now, request, &arrival) {
            RequestMatch::Absorbed => {}
            RequestMatch::Acknowledged { server, .. } => {
                if let Some(id) = self.session_of_server(server) {
                    self.acknowledged(now, rng, id, request);
                }
            }
            RequestMatch::Cancel { server, .. } => self.cancelled(now, rng, arrival, request, server),
            RequestMatch::New => self.new_request(now, rng, arrival, request),
        }
    }

    fn new_request(&mut self, now: Instant, rng: &mut dyn Rng, arrival: Hop, request: &Message<'_>) {
        let Some(method) = request.method() else { return };
        let session = self.session_of_request(request);
        if method == Method::Ack {
            match session {
                Some(id) => self.acknowledged(now, rng, id, request),
                None => self.counters.strays = self.counters.strays.saturating_add(1),
            }
            return;
        }
        if self.answered_before(arrival, request) {
            return;
        }
        if method == Method::Cancel {
            // §9.2: it finds no INVITE.
            self.decline(arrival, request, Status::CALL_DOES_NOT_EXIST);
            return;
        }
        if method == Method::Notify
            && session.is_none()
            && self.subscription_notified(now, rng, arrival, request)
        {
            return;
        }
        let within_dialog = request.to_tag().is_some();
        match (session, within_dialog) {
            (Some(id), _) => self.dialog_request(now, rng, arrival, request, id, method),
            // §12.2.2
            (None, true) => {
                self.counters.strays = self.counters.strays.saturating_add(1);
                self.decline(arrival, request, Status::CALL_DOES_NOT_EXIST);
            }
            (None, false) => self.first_request(now, rng, arrival, request, method),
        }
    }

    /// A request outside any dialog.
    fn first_request(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        method: Method<'_>,
    ) {
        let Some(extension) = self.called_extension(&arrival, request) else {
            self.decline(arrival, request, Status::NOT_FOUND);
            return;
        };
        // §22.2: a challenge is answered with a new INVITE.
        if method == Method::Invite {
            let account = self.accounts.of(extension).clone();
            let lock = if account.auth_page && asks_to_be_answered(request) {
                Some(Lock::page(&account))
            } else {
                account.auth_invite.then(|| Lock::own(&account))
            };
            if lock.is_some_and(|lock| !self.admits(now, rng, arrival, request, lock)) {
                return;
            }
            self.invited(now, rng, arrival, request, extension);
        } else if method == Method::Options {
            self.decline(arrival, request, Status::OK);
        } else if method == Method::Notify {
            self.notified(now, rng, arrival, request, extension);
        } else if method == Method::Refer {
            // A stranger does not make the phone call somebody.
            self.decline(arrival, request, Status::DECLINE);
        } else {
            // A BYE without a dialog; all others were not admitted.
            self.decline(arrival, request, Status::CALL_DOES_NOT_EXIST);
        }
    }

    /// A request within a session's dialog.
    fn dialog_request(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        id: SessionId,
        method: Method<'_>,
    ) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        // §12.2.2: an old request is answered 500.
        if session.receive_cseq(request) == Sequence::OutOfOrder {
            self.decline(arrival, request, Status::SERVER_INTERNAL_ERROR);
            return;
        }
        if method == Method::Invite {
            self.reinvited(now, rng, arrival, request, id);
        } else if method == Method::Prack {
            self.pracked(now, rng, arrival, request, id);
        } else if method == Method::Update {
            self.updated(now, rng, arrival, request, id);
        } else if method == Method::Bye {
            // A peer that hangs up got our 2xx, even if its ACK is lost.
            if let Some(server) = session.server {
                self.transactions.acknowledge(server);
            }
            self.answer_bye(now, arrival, request, id);
            // §15.1.2, RFC 3326: before the answer it has the sense of a CANCEL.
            let ringing = self.sessions.get(id.0).is_some_and(|session| session.state == State::Incoming);
            let elsewhere = request.reasons().any(|reason| reason.is_answered_elsewhere());
            self.proceed(now, rng, id, if ringing { Input::Cancel { elsewhere } } else { Input::Bye });
        } else if method == Method::Notify {
            self.session_notified(now, rng, arrival, request, id);
        } else if method == Method::Refer {
            self.referred(now, rng, arrival, request, id);
        } else if digits::is_of_package(request) {
            self.reply(now, arrival, request, id, Status::BAD_INFO_PACKAGE);
        } else if method == Method::Info {
            self.informed(now, arrival, request, id);
        } else {
            self.reply(now, arrival, request, id, Status::OK);
        }
    }

    /// 200, and how the call sounded.
    fn answer_bye(&mut self, now: Instant, arrival: Hop, request: &Message<'_>, id: SessionId) {
        let Some(session) = self.sessions.get(id.0) else { return };
        let (tag, report) = (session.own_tag(), session.report(now, &self.settings));
        let answer = Answer { report: report.as_ref(), ..Answer::new(Status::OK, Some(&tag)) };
        self.reply_with(now, arrival, request, &answer);
    }

    /// §9.2: 200 to the CANCEL, 487 to the INVITE if it is not answered yet. One that overtook its INVITE
    /// had a 481 for an answer; its copies get the same (§17.2.2), and mean what they say.
    fn cancelled(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        server: ServerId,
    ) {
        let session = self.session_of_server(server);
        let tag = session.and_then(|id| self.sessions.get(id.0)).map(|session| session.own_tag());
        if !self.answered_before(arrival, request) {
            self.answer_statelessly(arrival, request, &Answer::new(Status::OK, tag.as_deref()));
        }
        // RFC 3326 §2: another phone took the call.
        let elsewhere = request.reasons().any(|reason| reason.is_answered_elsewhere());
        if let Some(id) = session {
            self.proceed(now, rng, id, Input::Cancel { elsewhere });
        }
    }

    /// The extension that a request is for: of those that listen on its port, the one whose user it names.
    fn called_extension(&self, arrival: &Hop, request: &Message<'_>) -> Option<ExtensionId> {
        let uri = crate::sip::Uri::parse(request.request_uri()?).ok()?;
        let user = uri.user();
        ExtensionId::ALL.into_iter().find(|extension| {
            let account = self.accounts.of(*extension);
            let named = user.is_none_or(|user| crate::sip::uri::unescaped(user).eq(account.user.bytes()));
            account.enabled && account.port == arrival.local_port && named
        })
    }

    /// The session that a request within a dialog belongs to (§12.2.2).
    fn session_of_request(&self, request: &Message<'_>) -> Option<SessionId> {
        request.to_tag()?;
        self.sessions.find(|session| session.has_request(request)).map(SessionId)
    }

    pub(super) fn session_of_server(&self, server: ServerId) -> Option<SessionId> {
        self.sessions.find(|session| session.server == Some(server)).map(SessionId)
    }
}
