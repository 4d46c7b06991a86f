//! Being called: the INVITE and what we make of it (RFC 3261 §13.3), and the ACK.

use super::account::{Account, Srtp};
use super::answer::{Answer, Reached};
use super::identifier;
use super::identity::{self, Party};
use super::media_port::Mapping;
use super::provisional;
use super::request;
use super::session::progress::{Input, State};
use super::session::{Session, Setup, Unshown};
use super::summons::Summons;
use super::{Event, ExtensionId, Instant, Outcome, Refusal, RegistrationState, Rng, SessionId, UserAgent};
use crate::base::rng::up_to;
use crate::base::{Writer, bounded, text};
use crate::dialog::{Dialog, Stage};
use crate::limits;
use crate::sdp::{self, Description, Local, Negotiated};
use crate::sip::values::CSeq;
use crate::sip::{HeaderName, Message, Status, compose};
use crate::transaction::Hop;

impl UserAgent {
    /// An INVITE outside any dialog, for one of our extensions.
    pub(super) fn invited(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        extension: ExtensionId,
    ) {
        // §8.2.2.2
        if self.transactions.is_merged(request) {
            self.decline(arrival, request, Status::LOOP_DETECTED);
            return;
        }
        let replaced = match self.replaced_by(request) {
            Ok(replaced) => replaced,
            Err(status) => return self.decline(arrival, request, status),
        };
        match self.open_incoming(now, rng, arrival, request, extension) {
            Ok(id) => match replaced {
                Some(old) => self.replace(now, rng, old, id),
                None => self.tell(Event::Incoming(id)),
            },
            Err(answer) => self.answer_statelessly(arrival, request, &answer),
        }
    }

    fn open_incoming(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        extension: ExtensionId,
    ) -> Result<SessionId, Answer<'static>> {
        let refuse = |status: Status| Answer::new(status, None);
        let account = self.accounts.of(extension).clone();
        let registered = self.registration(extension).state == RegistrationState::Registered;
        if account.register && !registered && !account.answer_without_registration {
            return Err(refuse(Status::TEMPORARILY_UNAVAILABLE));
        }
        let address = self.shown_address(extension).ok_or_else(|| refuse(Status::TEMPORARILY_UNAVAILABLE))?;
        let spare = |session: &Session| session.state == State::Ending;
        if self.sessions.is_full() && self.sessions.find(spare).is_none() {
            return Err(refuse(Status::BUSY_HERE));
        }
        // §8.1.1.8: an INVITE has exactly one; without it there is no way back.
        request.contact().ok_or_else(|| refuse(Status::BAD_REQUEST))?;
        let dialog = Dialog::of_request(request, &identifier::tag(rng))
            .map_err(|_| refuse(Status::MESSAGE_TOO_LARGE))?;
        let trusted = self.is_own_server(now, extension, &arrival);
        let caller = Party::of_request(request, self.settings.caller_id_header, trusted)
            .ok_or_else(|| refuse(Status::BAD_REQUEST))?;
        let (local, rtp_port) = self.new_local(rng, &account, address);
        let mut session = Session::new(Setup {
            extension,
            incoming: true,
            state: State::Incoming,
            peer: caller,
            dialog,
            local,
            rtp_port,
            hop: Some(arrival),
        });
        session.summons = Summons::of(request);
        session.admit_timer(now, &self.settings, request)?;
        session.learn_abilities(request);
        session.take_offer(request)?;
        session.begin_provisional(rng, &account, request, &self.settings.timers);
        session.timers.expires.start(now, ring_limit_ms(request));
        session.server = Some(self.open_server(now, &arrival, request).map_err(refuse)?);
        let id = self.keep(session).ok_or_else(|| refuse(Status::BUSY_HERE))?;
        self.ask_for_mapping(now, id);
        Ok(id)
    }

    /// 180, and again every minute so that no proxy gives up (§13.3.1.1).
    pub(super) fn ring(&mut self, now: Instant, id: SessionId) -> Outcome {
        let Some(session) = self.sessions.get_mut(id.0) else { return Outcome::Refused(Refusal::NoSession) };
        let (State::Incoming, Some(server)) = (session.state, session.server) else {
            return Outcome::Refused(Refusal::WrongState);
        };
        // RFC 3262 §5: our offer, if they made none, is in the first reliable answer.
        let description = session.offer_pending && session.provisional.state() != provisional::State::Plain;
        let rseq = match session.provisional.step(now, provisional::Input::Respond { description }).transmit {
            Some(provisional::Transmit::Plain) => None,
            Some(provisional::Transmit::Reliable(rseq)) => Some(rseq),
            // It is being said.
            Some(provisional::Transmit::Again) | None => return Outcome::Done,
        };
        let again_ms = if rseq.is_some() { RING_AGAIN_RELIABLY_MS } else { RING_AGAIN_MS };
        session.timers.ringing.start(now, again_ms);
        let mut room = [0; limits::DESCRIPTION_BYTES];
        let mut body = Writer::new(&mut room);
        if description {
            session.describe(&mut body);
            // What is said cannot wait any more.
            session.mapping = Mapping::NONE;
        }
        let tag = session.own_tag();
        let extension = session.extension;
        let contact = self.own_contact(extension);
        let reached = identity::reached_party(self.accounts.of(extension), &self.settings);
        let answer = Answer {
            contact: Some(&contact),
            reached: Some(&Reached { party: reached.as_deref(), appearance: None }),
            rseq,
            body: body.written(),
            ..Answer::new(Status::RINGING, Some(&tag))
        };
        self.respond(now, server, &answer);
        Outcome::Done
    }

    pub(super) fn refuse(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        id: SessionId,
        status: u16,
        contact: Option<&str>,
    ) -> Outcome {
        let Some(session) = self.sessions.get(id.0) else { return Outcome::Refused(Refusal::NoSession) };
        if session.state != State::Incoming || !(300..=699).contains(&status) {
            return Outcome::Refused(Refusal::WrongState);
        }
        if let Some(contact) = contact {
            let account = self.accounts.of(session.extension);
            let Some(target) = super::outgoing_call::target_uri(contact, account) else {
                return Outcome::Refused(Refusal::BadTarget);
            };
            let Some(value) = super::outgoing_call::angled(&target) else {
                return Outcome::Refused(Refusal::BadTarget);
            };
            self.reject(now, id, status, Some(&value));
        }
        self.proceed(now, rng, id, Input::Refuse(status));
        Outcome::Done
    }

    /// A final answer other than 2xx. After the first one the transaction lets no other through.
    pub(super) fn reject(&mut self, now: Instant, id: SessionId, status: u16, contact: Option<&[u8]>) {
        let (Some(session), Some(status)) = (self.sessions.get_mut(id.0), Status::new(status)) else {
            return;
        };
        let Some(server) = session.server.take() else { return };
        let _over = session.provisional.step(now, provisional::Input::Final);
        let tag = session.own_tag();
        self.respond(now, server, &Answer { contact, ..Answer::new(status, Some(&tag)) });
    }

    /// 200 with our session description; repeated until the ACK comes, whatever the transport (§13.3.1.4).
    pub(super) fn accept(&mut self, now: Instant, id: SessionId) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let Some(server) = session.server else { return };
        let is_new = session.dialog.stage() == Stage::Early;
        session.dialog.confirm();
        let _over = session.provisional.step(now, provisional::Input::Final);
        session.timers.stop_call_setup();
        let t1_ms = self.settings.timers.t1_ms.max(SHORTEST_REPEAT_MS);
        session.timers.repeat_ms = t1_ms;
        session.timers.repeat.start(now, u64::from(t1_ms));
        session.timers.give_up.start(now, u64::from(self.settings.timers.accepted_ms()));
        let mut room = [0; limits::DESCRIPTION_BYTES];
        let mut body = Writer::new(&mut room);
        session.describe(&mut body);
        let timer = session.begin_timer(now);
        let tag = session.own_tag();
        let extension = session.extension;
        let appearance = session.appearance_value(self.accounts.of(extension));
        let contact = self.own_contact(extension);
        let reached = identity::reached_party(self.accounts.of(extension), &self.settings);
        let party = reached.as_deref().filter(|_| is_new);
        let answer = Answer {
            contact: Some(&contact),
            reached: Some(&Reached { party, appearance: appearance.as_deref() }),
            capabilities: true,
            timer,
            body: body.written(),
            ..Answer::new(Status::OK, Some(&tag))
        };
        // Without its answer the call cannot be; it is over when the ACK timer gives up.
        self.respond(now, server, &answer);
    }

    /// The ACK to a 2xx of ours (§13.3.1.4); it may bring the answer to our offer.
    pub(super) fn acknowledged(&mut self, now: Instant, rng: &mut dyn Rng, id: SessionId, ack: &Message<'_>) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let Some(server) = session.server else { return };
        // What is not answered by a 2xx yet cannot be acknowledged, whatever a peer says.
        let invite_cseq = self.transactions.response(server).and_then(accepted_cseq);
        if ack.cseq().map(|cseq| cseq.number) != invite_cseq {
            return;
        }
        self.transactions.acknowledge(server);
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.server = None;
        session.timers.stop_call_setup();
        let was_new = session.state == State::Accepted;
        let mut changed = false;
        if session.offer_pending {
            session.offer_pending = false;
            let answer = Description::parse(ack.body()).ok();
            match answer.and_then(|answer| Negotiated::from_answer(&session.local, &answer).ok()) {
                Some(media) => {
                    session.local.follow(&media);
                    session.media = Some(media);
                    changed = true;
                }
                // Our offer went unanswered: there is no session to speak of.
                None if session.media.is_none() => {
                    self.proceed(now, rng, id, Input::Acknowledged);
                    self.proceed(now, rng, id, Input::Lost);
                    return;
                }
                None => {}
            }
        }
        self.proceed(now, rng, id, Input::Acknowledged);
        if was_new {
            if let Some(session) = self.sessions.get_mut(id.0) {
                session.answered_at = Some(now);
            }
            self.tell(Event::Answered(id));
        } else if changed {
            self.tell(Event::Media(id));
        }
        self.settle_hold(now, rng, id);
    }

    /// An INVITE within the session's dialog (§14.2).
    pub(super) fn reinvited(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        arrival: Hop,
        request: &Message<'_>,
        id: SessionId,
    ) {
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        let tag = session.own_tag();
        let refusal = match session.state {
            State::Confirmed if session.modify == super::session::Modify::Sent => {
                Some(Answer::new(Status::REQUEST_PENDING, Some(&tag)))
            }
            State::Confirmed if session.server.is_none() => None,
            // An earlier one is not finished.
            State::Confirmed | State::Accepted | State::Closing | State::Incoming => Some(Answer {
                retry_after_s: Some(up_to(rng, 10)),
                ..Answer::new(Status::SERVER_INTERNAL_ERROR, Some(&tag))
            }),
            // §14.2: our first INVITE is not answered yet.
            State::Calling | State::Proceeding => Some(Answer::new(Status::REQUEST_PENDING, Some(&tag))),
            State::Locating | State::Abandoned | State::Cancelling | State::Ending => {
                Some(Answer::new(Status::CALL_DOES_NOT_EXIST, Some(&tag)))
            }
        };
        let refusal = match refusal {
            Some(refusal) => Err(refusal),
            None => {
                session.learn_abilities(request);
                let admitted = session.admit_timer(now, &self.settings, request);
                admitted.and_then(|()| session.take_offer(request))
            }
        };
        if let Err(refusal) = refusal {
            let refusal = Answer { tag: Some(&tag), ..refusal };
            self.answer_statelessly(arrival, request, &refusal);
            return;
        }
        if session.dialog.refresh_target(request).is_err() {
            let refusal = Answer::new(Status::MESSAGE_TOO_LARGE, Some(&tag));
            self.answer_statelessly(arrival, request, &refusal);
            return;
        }
        session.hop = Some(arrival);
        let server = self.open_server(now, &arrival, request);
        let Some(session) = self.sessions.get_mut(id.0) else { return };
        session.server = server.ok();
        if let Err(status) = server {
            self.answer_statelessly(arrival, request, &Answer::new(status, Some(&tag)));
            return;
        }
        let offered = !session.offer_pending;
        self.learn_party(now, id, &arrival, request);
        self.accept(now, id);
        if offered {
            self.tell(Event::Media(id));
        }
    }

    pub(super) fn own_contact(&self, extension: ExtensionId) -> heapless::Vec<u8, { limits::PARTY_BYTES }> {
        let mut room = [0; limits::PARTY_BYTES];
        let mut out = Writer::new(&mut room);
        if let Some(shown) = self.shown_address(extension) {
            out.text("<");
            request::contact_uri(&mut out, self.accounts.of(extension), shown);
            out.text(">");
        }
        text::bytes(out.written()).unwrap_or_default()
    }

    /// What a new session has to offer: the account's codecs at a port of its own; and that port as it is
    /// here.
    pub(super) fn new_local(
        &mut self,
        rng: &mut dyn Rng,
        account: &Account,
        shown: super::nat::Shown,
    ) -> (Local, u16) {
        let port = self.free_rtp_port();
        let id = u64::from(rng.next_u32()) << 32 | u64::from(rng.next_u32());
        let mut local = Local::new((shown.media, self.settings.shown_rtp_port(port)).into(), id);
        let formats = account.codecs.iter().filter_map(|codec| {
            codec.static_payload_type().map(|payload_type| sdp::Format { codec: *codec, payload_type })
        });
        local.formats = bounded::filled(formats);
        local.packet_ms = self.settings.packet_ms;
        local.dtmf_payload_type = self.settings.dtmf_payload_type;
        local.dtmf_name.clone_from(&self.settings.dtmf_codec_name);
        local.hold_by_address = self.settings.rfc2543_hold;
        local.keying = match self.settings.srtp {
            Srtp::Off => None,
            Srtp::Answered => Some(sdp::Keying::new(rng, false)),
            Srtp::Offered => Some(sdp::Keying::new(rng, true)),
        };
        (local, port)
    }

    /// The next even port of the range that no session uses; each session has one of its own, and a port
    /// rests as long as possible before it is used again.
    fn free_rtp_port(&mut self) -> u16 {
        let first = self.settings.rtp_port_min.saturating_add(self.settings.rtp_port_min & 1);
        let last = self.settings.rtp_port_max.max(first);
        for _ in 0..=limits::SESSIONS {
            let port = if (first..=last).contains(&self.next_port) { self.next_port } else { first };
            self.next_port = port.checked_add(2).unwrap_or(first);
            let used = |session: &Session| session.rtp_port == port;
            if self.sessions.find(used).is_none() {
                return port;
            }
        }
        first
    }
}

impl Session {
    /// Takes the offer of an INVITE and makes our answer to it; without an offer, ours will be in the 200
    /// (§13.2.1).
    pub(super) fn take_offer(&mut self, request: &Message<'_>) -> Result<(), Answer<'static>> {
        self.answer.0.clear();
        self.offer_pending = request.description().is_empty();
        if self.offer_pending {
            return Ok(());
        }
        let offer = Description::parse(request.description())
            .map_err(|_| Answer::new(Status::NOT_ACCEPTABLE_HERE, None))?;
        let (media, answer) = sdp::answer(&offer, &self.local).map_err(|refusal| Answer {
            warning: Some(refusal),
            ..Answer::new(Status::NOT_ACCEPTABLE_HERE, None)
        })?;
        let mut room = [0; limits::DESCRIPTION_BYTES];
        let mut out = Writer::new(&mut room);
        answer.write(&mut out);
        let fits = text::bytes(out.written()).filter(|_| out.finish().is_ok());
        self.answer = Unshown(fits.ok_or_else(|| Answer::new(Status::MESSAGE_TOO_LARGE, None))?);
        self.local.revision = answer.revision();
        self.local.follow(&media);
        self.media = Some(media);
        Ok(())
    }

    /// The session description of our 200: the answer, or our offer.
    fn describe(&mut self, out: &mut Writer<'_>) {
        if self.offer_pending {
            let offer = sdp::offer(&self.local);
            offer.write(out);
            let revision = offer.revision();
            self.local.revision = revision;
        } else {
            out.put(&self.answer.0);
        }
    }
}

/// The number of the INVITE that a 2xx answers.
fn accepted_cseq(response: &[u8]) -> Option<u32> {
    response.starts_with(b"SIP/2.0 2").then_some(())?;
    let cseq = compose::lines_of(response, HeaderName::CSeq).next()?;
    CSeq::parse(cseq).ok().map(|cseq| cseq.number)
}

/// How long a call may ring: what its Expires says (§13.3.1), and five minutes at most, so that a caller who
/// vanished does not ring for ever.
fn ring_limit_ms(request: &Message<'_>) -> u64 {
    let asked_s = super::register::seconds(request, HeaderName::Expires).unwrap_or(RING_LIMIT_S);
    u64::from(asked_s.clamp(1, RING_LIMIT_S)).saturating_mul(1_000)
}

const RING_LIMIT_S: u32 = 300;
const RING_AGAIN_MS: u64 = 60_000;
/// RFC 3262 §3
const RING_AGAIN_RELIABLY_MS: u64 = 150_000;
/// A T1 of zero must not flood the network.
pub(super) const SHORTEST_REPEAT_MS: u32 = 10;
