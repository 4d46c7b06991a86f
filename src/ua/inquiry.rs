//! Questions within a call whose answers are the layer above's to give: INFO requests with a letter in them
//! (RFC 6086 §2, the use of INFO that is older than packages). The secure call's handshake goes this way.
//!
//! One question of each side is under way at a time. Theirs keeps its transaction until it is answered or
//! the call is over. Silence, or a 408, does not end the call: who does not understand the letter may as well
//! not answer it. A 481 does (RFC 3261 §12.2.1.2).

use heapless::{String, Vec};

use super::answer::Answer;
use super::beside::Beside;
use super::digits::BODIES;
use super::session::Session;
use super::session::progress::{Input, State};
use super::{Event, Instant, Outcome, Refusal, Rng, SessionId, UserAgent, identity};
use crate::limits;
use crate::secure_call;
use crate::sip::{Address, Message, Method, Status};
use crate::transaction::{ClientId, Hop, ServerId};

/// The questions of one session.
#[derive(Debug, Default)]
pub(super) struct Inquiry {
    /// Theirs, not answered yet.
    pub(super) asked: Option<ServerId>,
    /// Ours.
    pub(super) asking: Option<ClientId>,
}

/// What was written: the body of a question or of an answer. A key may be in it, so it is not shown.
pub(super) struct Letter(Vec<u8, { limits::LETTER_BYTES }>);

/// The type of a letter. What it is shows in itself, whatever type the other side gives it.
pub(super) const KIND: &[u8] = b"application/x-sipura-secure";

impl core::fmt::Debug for Letter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Letter {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }
}

/// Whether an INFO brings a letter.
pub(super) fn is_letter(request: &Message<'_>) -> bool {
    let typed = |kind: &[u8]| request.content_type().is_some_and(|found| found.is(kind));
    request.method() == Some(Method::Info)
        && !BODIES.into_iter().filter(|kind| *kind != KIND).any(typed)
        && (typed(KIND) || secure_call::Message::is_candidate(request.body()))
}

impl UserAgent {
    /// The letter that the latest [`Event::Asked`] or [`Event::Replied`] speaks of; read it before the next
    /// input.
    #[must_use]
    pub fn letter(&self) -> &[u8] {
        &self.letter.0
    }

    /// The user part of the address that a call of ours went to, whatever the network says of who has
    /// answered; where the far end of another call sent us, the address that it named.
    #[must_use]
    pub fn called(&self, id: SessionId) -> Option<String<{ limits::NAME_BYTES }>> {
        let session = self.sessions.get(id.0).filter(|session| !session.incoming)?;
        let address = Address::parse(session.dialog.remote_party()).ok()?;
        Some(identity::number_of(&address.uri))
    }

    /// Their question.
    pub(super) fn asked(&mut self, now: Instant, arrival: Hop, request: &Message<'_>, id: SessionId) {
        let Some(session) = self.sessions.get(id.0) else { return };
        let refusal = if session.inquiry.asked.is_some() || !session.can_ask() {
            Some(Status::REQUEST_PENDING)
        } else if request.body().len() > limits::LETTER_BYTES {
            Some(Status::BAD_REQUEST)
        } else {
            None
        };
        if let Some(status) = refusal {
            return self.reply(now, arrival, request, id, status);
        }
        match self.open_server(now, &arrival, request) {
            Ok(server) => {
                if let Some(session) = self.sessions.get_mut(id.0) {
                    session.inquiry.asked = Some(server);
                }
                self.keep_letter(request.body());
                self.tell(Event::Asked { session: id });
            }
            Err(status) => self.reply(now, arrival, request, id, status),
        }
    }

    /// The answer to their question.
    pub(super) fn reply_to_question(
        &mut self,
        now: Instant,
        id: SessionId,
        status: u16,
        body: &[u8],
    ) -> Outcome {
        let Some(session) = self.sessions.get_mut(id.0).filter(|session| session.state.is_named()) else {
            return Outcome::Refused(Refusal::NoSession);
        };
        let status = Status::new(status).filter(|status| status.is_final());
        let (Some(status), Some(server)) = (status, session.inquiry.asked) else {
            return Outcome::Refused(Refusal::WrongState);
        };
        session.inquiry.asked = None;
        let tag = session.own_tag();
        let answer = Answer { body, is_letter: true, ..Answer::new(status, Some(&tag)) };
        match self.respond(now, server, &answer) {
            Some(()) => Outcome::Done,
            None => Outcome::Refused(Refusal::Full),
        }
    }

    /// A question of ours.
    pub(super) fn ask(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, body: &[u8]) -> Outcome {
        let Some(session) = self.sessions.get(id.0).filter(|session| session.state.is_named()) else {
            return Outcome::Refused(Refusal::NoSession);
        };
        if !session.can_ask() || session.inquiry.asking.is_some() {
            return Outcome::Refused(Refusal::WrongState);
        }
        let dialog = session.dialog.clone();
        let client = self.send_beside(now, rng, id, &dialog, Beside::Ask(body));
        if let Some(session) = self.sessions.get_mut(id.0) {
            session.inquiry.asking = client;
        }
        if client.is_some() { Outcome::Done } else { Outcome::Refused(Refusal::Full) }
    }

    /// A response to our question.
    pub(super) fn ask_answered(
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
                session.inquiry.asking = Some(client);
                return;
            }
        }
        self.ask_done(now, rng, id, status.code(), response.body());
    }

    /// Our question is over.
    pub(super) fn ask_done(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        status: u16,
        body: &[u8],
    ) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.inquiry.asking = None;
        if status == Status::CALL_DOES_NOT_EXIST.code() {
            return self.proceed(now, rng, id, Input::Lost);
        }
        self.keep_letter(body);
        self.tell(Event::Replied { session: id, status });
    }

    /// The call is over: nobody answers their question any more (RFC 3261 §15.1.2), or waits for an answer.
    pub(super) fn close_inquiry(&mut self, now: Instant, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.inquiry.asking = None;
        let Some(server) = session.inquiry.asked.take() else { return };
        let tag = session.own_tag();
        // When there is no room for it the other side's own timer ends the question.
        let _room = self.respond(now, server, &Answer::new(Status::REQUEST_TERMINATED, Some(&tag)));
    }

    /// A letter that is too long is none.
    fn keep_letter(&mut self, body: &[u8]) {
        self.letter = Letter(Vec::from_slice(body).unwrap_or_default());
    }
}

impl Session {
    const fn can_ask(&self) -> bool {
        matches!(self.state, State::Confirmed | State::Accepted)
    }
}
