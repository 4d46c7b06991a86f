//! One call of a number of the office: a small user agent (RFC 3261 §12 to §15), on either side of the
//! call.

use super::Office;
use super::exchange::{LIFE_MS, Owner, Path, T1_MS, T2_MS};
use super::media::Audio;
use super::offer::{self, Direction};
use super::service::Answer;
use super::text::{Text, uri_of};
use deskphone::base::{Instant, Timer, earliest};

/// A call.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: u64,
    pub(super) number: String,
    pub(super) state: State,
    pub(super) call_id: String,
    /// Our From and the peer's To in requests of ours, with their tags.
    pub(super) local: String,
    pub(super) remote: String,
    pub(super) target: String,
    pub(super) routes: Vec<String>,
    pub(super) path: Path,
    pub(super) cseq: u32,
    /// The peer's INVITE that is not answered yet.
    invite: Option<u64>,
    /// Our INVITE that is not answered yet.
    pub(super) client: Option<u64>,
    /// The ACK that a 2xx of the peer gets again.
    ack: Vec<u8>,
    /// Our 2xx, until its ACK comes.
    success: Option<(Path, Text)>,
    again: Timer,
    interval_ms: u64,
    give_up: Timer,
    answer_at: Timer,
    retry_at: Timer,
    pub(super) wanted: Direction,
    version: u32,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It rings here.
    Ringing,
    /// It rings there.
    Calling,
    /// It stands.
    Answered,
    /// Our BYE is under way.
    Ending,
}

impl Leg {
    pub(super) fn new(id: u64, number: &str, state: State, path: Path) -> Self {
        Self {
            id,
            number: number.to_owned(),
            state,
            call_id: String::new(),
            local: String::new(),
            remote: String::new(),
            target: String::new(),
            routes: Vec::new(),
            path,
            cseq: 0,
            invite: None,
            client: None,
            ack: Vec::new(),
            success: None,
            again: Timer::OFF,
            interval_ms: T1_MS,
            give_up: Timer::OFF,
            answer_at: Timer::OFF,
            retry_at: Timer::OFF,
            wanted: Direction::SendRecv,
            version: 0,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        earliest([self.again, self.give_up, self.answer_at, self.retry_at].map(Timer::due))
    }

    pub(super) fn words(&self) -> String {
        format!("call of {} {:?} with {}", self.number, self.state, self.remote)
    }

    /// A request inside the dialog (RFC 3261 §12.2.1.1).
    pub(super) fn request(&self, method: &str, cseq: u32) -> Text {
        let start = format!("{method} {} SIP/2.0", self.target);
        let mut text = Text { start, fields: Vec::new(), body: Vec::new() };
        self.routes.iter().for_each(|route| text.push("Route", route));
        text.push("From", &self.local);
        text.push("To", &self.remote);
        text.push("Call-ID", &self.call_id);
        text.push("CSeq", &format!("{cseq} {method}"));
        text.push("Max-Forwards", "70");
        text
    }

    fn stop(&mut self) {
        self.success = None;
        for timer in [&mut self.again, &mut self.give_up, &mut self.answer_at, &mut self.retry_at] {
            timer.stop();
        }
    }
}

impl Office {
    /// The call that a request inside a dialog belongs to.
    pub(super) fn leg_of(&self, request: &Text) -> Option<u64> {
        let tags = |value: &str| super::text::parameter(value, "tag").unwrap_or("").to_owned();
        let (ours, theirs) = (request.tag("To"), request.tag("From"));
        let same = |leg: &&Leg| {
            leg.call_id == request.call_id() && tags(&leg.local) == ours && tags(&leg.remote) == theirs
        };
        self.legs.iter().find(same).map(|leg| leg.id)
    }

    /// Somebody calls a number.
    pub(super) fn call_arrives(
        &mut self,
        now: Instant,
        server: u64,
        invite: &Text,
        number: &str,
        path: Path,
    ) {
        let described = offer::read(invite);
        if let Some(Err(status)) = described {
            return self.reply(now, server, status);
        }
        let Some(service) = self.services.get_mut(number) else { return };
        let (answer, audio) = (service.next(), service.audio);
        match &answer {
            Answer::Refuse(status) => return self.reply(now, server, *status),
            Answer::Redirect(uri) => {
                return self.reply_with(now, server, 302, &[("Contact", &format!("<{uri}>"))]);
            }
            Answer::PickUp { .. } | Answer::EarlyMedia { .. } | Answer::Ring | Answer::Silent => {}
        }
        let id = self.next_id();
        let mut leg = Leg::new(id, number, State::Ringing, path);
        leg.call_id = invite.call_id().to_owned();
        leg.local = format!("{};tag={}", invite.first("To").unwrap_or(""), self.token());
        leg.remote = invite.first("From").unwrap_or("").to_owned();
        leg.target = uri_of(invite.first("Contact").unwrap_or("")).to_owned();
        leg.routes = invite.all("Record-Route").map(str::to_owned).collect();
        leg.invite = Some(server);
        self.legs.push(leg);
        self.media.open(number, audio, id);
        if let (Some(Ok(peer)), Some(stream)) = (described, self.media.of(id)) {
            offer::agree(stream, &peer, peer.direction.answer());
            // Before the answer nothing is sent, unless early media was agreed on.
            stream.sending &= matches!(answer, Answer::EarlyMedia { .. });
        }
        match answer {
            Answer::PickUp { ring_ms: 0 } => self.answer_call(now, id),
            Answer::PickUp { ring_ms } => self.ring(now, id, 180, Some(ring_ms)),
            Answer::EarlyMedia { ring_ms } => self.ring(now, id, 183, Some(ring_ms)),
            Answer::Ring => self.ring(now, id, 180, None),
            Answer::Silent | Answer::Refuse(_) | Answer::Redirect(_) => self.reply(now, server, 100),
        }
    }

    /// A request inside a call.
    pub(super) fn leg_request(&mut self, now: Instant, id: u64, server: u64, request: &Text) {
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) else { return };
        match request.method() {
            // It is over here; the peer has not heard yet.
            method if method != "BYE" && leg.state == State::Ending => self.reply(now, server, 481),
            "BYE" => {
                let unanswered = leg.invite.take();
                self.reply(now, server, 200);
                if let Some(invite) = unanswered {
                    self.reply(now, invite, 487);
                }
                self.end_leg(id);
            }
            // RFC 3261 §14.2: our own re-INVITE is pending; or one of the peer's is.
            "INVITE" if leg.client.is_some() => self.reply(now, server, 491),
            "INVITE" if leg.invite.is_some() || leg.success.is_some() => {
                self.reply_with(now, server, 500, &[("Retry-After", "2")]);
            }
            "INVITE" => {
                leg.invite = Some(server);
                self.session_changes(now, id, server, request);
            }
            "UPDATE" => self.session_changes(now, id, server, request),
            "INFO" | "OPTIONS" | "MESSAGE" => self.reply(now, server, 200),
            "REFER" => self.reply(now, server, 603),
            "NOTIFY" | "PRACK" => self.reply(now, server, 481),
            _ => self.reply_with(now, server, 405, &[("Allow", ALLOW)]),
        }
    }

    /// A call of a number goes on with another station: the one that had it is told BYE. Whether there is
    /// one.
    pub(super) fn leg_taken_over(
        &mut self,
        now: Instant,
        call_id: &str,
        server: u64,
        invite: &Text,
        path: Path,
    ) -> bool {
        let tag = self.token();
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.call_id == call_id) else { return false };
        let id = leg.id;
        leg.cseq += 1;
        let bye = leg.request("BYE", leg.cseq);
        let old_path = self.leg_path(id, &bye);
        self.send_request(now, bye, old_path, Owner::Nobody);
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) {
            leg.stop();
            leg.cseq = 0;
            invite.call_id().clone_into(&mut leg.call_id);
            leg.local = format!("{};tag={tag}", invite.first("To").unwrap_or(""));
            invite.first("From").unwrap_or("").clone_into(&mut leg.remote);
            leg.routes = invite.all("Record-Route").map(str::to_owned).collect();
            leg.path = path;
            leg.invite = Some(server);
        }
        self.session_changes(now, id, server, invite);
        true
    }

    fn session_changes(&mut self, now: Instant, id: u64, server: u64, request: &Text) {
        let described = offer::read(request);
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) else { return };
        if let Some(Err(status)) = described {
            leg.invite = None;
            return self.reply(now, server, status);
        }
        if let Some(contact) = request.first("Contact") {
            uri_of(contact).clone_into(&mut leg.target);
        }
        if let (Some(Ok(peer)), Some(stream)) = (described, self.media.of(id)) {
            offer::agree(stream, &peer, peer.direction.answer());
        }
        if request.method() == "INVITE" {
            self.answer_call(now, id);
        } else if let Some(success) = self.leg_response_text(id, server, 200) {
            self.reply_text(now, server, &success);
        }
    }

    pub(super) fn leg_acknowledged(&mut self, id: u64, ack: &Text) {
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) else { return };
        leg.success = None;
        leg.again.stop();
        leg.give_up.stop();
        if let (Some(Ok(peer)), Some(stream)) = (offer::read(ack), self.media.of(id)) {
            offer::agree(stream, &peer, peer.direction.answer());
        }
    }

    /// The caller gave up.
    pub(super) fn leg_cancelled(&mut self, now: Instant, invite: u64) {
        let Some(leg) = self.legs.iter().find(|leg| leg.invite == Some(invite)) else { return };
        let (id, ringing) = (leg.id, leg.state == State::Ringing);
        if let Some(mut response) = self.leg_response_text(id, invite, 487) {
            response.body.clear();
            response.remove_all("Content-Type");
            self.reply_text(now, invite, &response);
        }
        if ringing {
            self.end_leg(id);
        }
    }

    /// A response to a request of a call.
    pub(super) fn leg_response(&mut self, now: Instant, id: u64, response: &Text) {
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) else { return };
        match (response.method(), response.status()) {
            (_, ..200) => {}
            ("BYE", _) => self.end_leg(id),
            ("INVITE", 200..300) if leg.client.is_some() => self.our_invite_succeeds(id, response),
            ("INVITE", 200..300) => {
                let (path, ack) = (leg.path, leg.ack.clone());
                self.transmit(path, ack);
            }
            ("INVITE", _) if leg.state == State::Calling => self.end_leg(id),
            ("INVITE", 408 | 481) => {
                leg.client = None;
                self.bye(now, id);
            }
            // RFC 3261 §14.1: who does not own the Call-ID waits up to two seconds, who does 2.1 to 4.
            ("INVITE", 491) => {
                leg.client = None;
                let owns = leg.call_id.starts_with("office-");
                let wait = if owns { self.rng.between(210, 400) } else { self.rng.between(0, 200) };
                leg.retry_at.start(now, u64::from(wait) * 10);
            }
            (_, _) => leg.client = None,
        }
    }

    fn our_invite_succeeds(&mut self, id: u64, response: &Text) {
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) else { return };
        leg.client = None;
        if leg.state == State::Calling {
            response.first("To").unwrap_or("").clone_into(&mut leg.remote);
            leg.routes = response.all("Record-Route").map(str::to_owned).collect();
            leg.routes.reverse();
            leg.state = State::Answered;
        }
        if let Some(contact) = response.first("Contact") {
            uri_of(contact).clone_into(&mut leg.target);
        }
        let ack = leg.request("ACK", response.cseq());
        let wanted = leg.wanted;
        if let (Some(Ok(peer)), Some(stream)) = (offer::read(response), self.media.of(id)) {
            offer::agree(stream, &peer, peer.direction.answer());
            stream.sending &= wanted.sends();
        }
        let path = self.leg_path(id, &ack);
        let via = self.via(path);
        let mut ack = ack;
        ack.push_front("Via", &via);
        let bytes = ack.compose();
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) {
            leg.ack.clone_from(&bytes);
            leg.path = path;
        }
        self.transmit(path, bytes);
    }

    pub(super) fn leg_timers(&mut self, now: Instant) {
        let (mut answers, mut successes, mut lost, mut retries) = (vec![], vec![], vec![], vec![]);
        for leg in &mut self.legs {
            if leg.answer_at.take_due(now) {
                answers.push(leg.id);
            }
            if leg.again.take_due(now) {
                leg.interval_ms = (leg.interval_ms * 2).min(T2_MS);
                leg.again.start(now, leg.interval_ms);
                successes.extend(leg.success.as_ref().map(|(path, success)| (*path, success.compose())));
            }
            if leg.give_up.take_due(now) {
                lost.push(leg.id);
            }
            if leg.retry_at.take_due(now) {
                retries.push((leg.id, leg.wanted));
            }
        }
        answers.into_iter().for_each(|id| self.answer_call(now, id));
        successes.into_iter().for_each(|(path, bytes)| self.transmit(path, bytes));
        lost.into_iter().for_each(|id| self.bye(now, id));
        retries.into_iter().for_each(|(id, wanted)| self.change_session(now, id, wanted));
    }

    /// Ends a call from our side.
    pub(super) fn bye(&mut self, now: Instant, id: u64) {
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) else { return };
        leg.stop();
        match leg.state {
            State::Ending => {}
            State::Calling => {
                if let Some(client) = leg.client {
                    self.cancel_client(now, client);
                }
            }
            State::Ringing => {
                let invite = leg.invite.take();
                self.end_leg(id);
                if let Some(invite) = invite {
                    self.reply(now, invite, 480);
                }
            }
            State::Answered => {
                leg.state = State::Ending;
                leg.cseq += 1;
                let request = leg.request("BYE", leg.cseq);
                let path = self.leg_path(id, &request);
                let tags = [request.tag("From"), request.tag("To")].map(str::to_owned);
                let call_id = request.call_id().to_owned();
                self.send_request(now, request, path, Owner::Leg(id));
                self.media.close(id);
                self.shared_over(now, &call_id, tags.each_ref().map(String::as_str));
            }
        }
    }

    /// Offers a new session in a re-INVITE.
    pub(super) fn change_session(&mut self, now: Instant, id: u64, wanted: Direction) {
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id && leg.state == State::Answered) else {
            return;
        };
        if leg.client.is_some() || leg.invite.is_some() {
            return;
        }
        leg.wanted = wanted;
        leg.version += 1;
        leg.cseq += 1;
        let mut request = leg.request("INVITE", leg.cseq);
        request.push("Contact", &format!("<sip:{}@{}>", leg.number, self.address));
        let version = leg.version;
        if let Some(stream) = self.media.of(id) {
            let body = offer::write(self.address.ip(), stream, version, wanted, false);
            request.set_body("application/sdp", &body);
        }
        let path = self.leg_path(id, &request);
        let client = self.send_request(now, request, path, Owner::Leg(id));
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) {
            leg.client = Some(client);
        }
    }

    fn ring(&mut self, now: Instant, id: u64, status: u16, ring_ms: Option<u64>) {
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) else { return };
        if let Some(ring_ms) = ring_ms {
            leg.answer_at.start(now, ring_ms);
        }
        let Some(invite) = leg.invite else { return };
        if let Some(mut response) = self.leg_response_text(id, invite, status) {
            if status == 180 {
                response.body.clear();
                response.remove_all("Content-Type");
            }
            self.reply_text(now, invite, &response);
        }
    }

    /// Answers the INVITE that waits, with 200 until an ACK comes (RFC 3261 §13.3.1.4).
    fn answer_call(&mut self, now: Instant, id: u64) {
        let Some(leg) = self.legs.iter_mut().find(|leg| leg.id == id) else { return };
        let Some(invite) = leg.invite.take() else { return };
        leg.state = State::Answered;
        leg.answer_at.stop();
        let Some(stream) = self.media.of(id) else { return };
        stream.sending = stream.remote.is_some() && stream.audio != Audio::Silence && stream.agreed.sends();
        let Some(success) = self.leg_response_text(id, invite, 200) else { return };
        let path = self.servers.iter().find(|server| server.id == invite).map(|server| server.path);
        if let (Some(leg), Some(path)) = (self.legs.iter_mut().find(|leg| leg.id == id), path) {
            leg.success = Some((path, success.clone()));
            leg.interval_ms = T1_MS;
            leg.again.start(now, T1_MS);
            leg.give_up.start(now, LIFE_MS);
        }
        self.reply_text(now, invite, &success);
    }

    /// A response of a call: its tag, route and contact, and the description that the request asks for.
    fn leg_response_text(&mut self, id: u64, server: u64, status: u16) -> Option<Text> {
        let leg = self.legs.iter_mut().find(|leg| leg.id == id)?;
        let request = &self.servers.iter().find(|found| found.id == server)?.request;
        let tag = super::text::parameter(&leg.local, "tag").unwrap_or("").to_owned();
        let mut response = Text::response(request, status, &tag);
        request.all("Record-Route").for_each(|route| response.push("Record-Route", route));
        response.push("Contact", &format!("<sip:{}@{}>", leg.number, self.address));
        response.push("Allow", ALLOW);
        let stream = self.media.of(id)?;
        let answer = !request.body.is_empty();
        if answer || request.method() == "INVITE" {
            leg.version += u32::from(status >= 200);
            let direction = if answer { stream.agreed } else { Direction::SendRecv };
            let body = offer::write(self.address.ip(), stream, leg.version, direction, answer);
            response.set_body("application/sdp", &body);
        }
        Some(response)
    }

    /// On a stream the call's own way, as a datagram where the route leads.
    fn leg_path(&self, id: u64, request: &Text) -> Path {
        let own = self.legs.iter().find(|leg| leg.id == id).map(|leg| leg.path);
        let routed = self.path_to(request.first("Route").map_or_else(|| request.uri(), uri_of));
        match (own, routed) {
            (Some(own), Some(routed)) => {
                if own.is_reliable() {
                    own
                } else {
                    routed
                }
            }
            (Some(path), None) | (None, Some(path)) => path,
            (None, None) => Path { to: self.address, transport: crate::network::Transport::Udp },
        }
    }

    pub(super) fn end_leg(&mut self, id: u64) {
        self.legs.retain(|leg| leg.id != id);
        self.media.close(id);
    }
}

const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO";
