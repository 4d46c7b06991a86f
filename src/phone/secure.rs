//! The secure call: the machines of its handshakes between the user agent that carries their messages, the
//! host that does their RSA, the audio that they protect, and the calls that show it.
//!
//! Few handshakes run at a time; when all places are taken, a call stays in clear. What is left when one has
//! succeeded is little, and there is room for it for every line.

use super::output::Notice;
use super::trust::{self, Trusted};
use super::{LineKey, Phone};
use crate::base::{Instant, Rng, UnixTime, earliest};
use crate::calls;
use crate::config::catalogue::{ext, phone, regional, sip};
use crate::limits;
use crate::script::CivilTime;
use crate::secure_call::callee::Response;
use crate::secure_call::{
    Attempt, Callee, Caller, Done, Fault, FinalForm, Job, Line, Means, Notify, Protection, Provisioned,
    Reason, Suite, Ticket, callee, caller,
};
use crate::ua::{self, Command, Event, ExtensionId, Outcome, SessionId};

/// All that the phone keeps of secure calls.
#[derive(Debug)]
pub(super) struct Secure {
    handshakes: [Option<Handshake>; limits::SECURE_HANDSHAKES],
    /// Those that have succeeded.
    pub(super) trusted: Trusted,
    /// Calls that are to be secure and were answered while no audio flowed: on hold, perhaps.
    waiting: [Option<SessionId>; limits::LINE_KEYS],
    /// The first ticket of the next machine.
    tickets: Ticket,
    /// The job that was given out last.
    job: Option<Job>,
    /// What the time was, and when.
    clock: Option<(Instant, UnixTime)>,
    /// Why a call stays in clear, for the host.
    reason: Option<Reason>,
}

#[derive(Debug)]
struct Handshake {
    session: SessionId,
    machine: Machine,
    /// The job that the host has.
    given: Option<Ticket>,
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "without a heap a place must hold the larger one")]
enum Machine {
    Caller(Caller),
    Callee(Callee),
}

/// What happens to a machine.
#[derive(Clone, Copy, Debug)]
enum News<'a> {
    Done(&'a Done),
    Authenticated,
    Timeout,
    Response { status: u16, body: &'a [u8] },
    Request { body: &'a [u8], means: Means<'a> },
}

/// What a machine wants.
#[derive(Debug, Default)]
struct Wish {
    ask: Option<crate::secure_call::Body>,
    answer: Option<Response>,
    notify: Option<Notify>,
}

/// Tickets of one machine: three jobs of its own key, two for each of four Hellos, two for the Final, and
/// some.
const TICKETS: u32 = 64;
/// RTCP can be protected here.
const RTCP: bool = true;

impl Machine {
    fn job(&self) -> Option<Job> {
        match self {
            Self::Caller(machine) => machine.job(),
            Self::Callee(machine) => machine.job(),
        }
    }

    const fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Caller(machine) => machine.deadline(),
            Self::Callee(machine) => machine.deadline(),
        }
    }

    const fn protection(&self) -> Option<Protection<'_>> {
        match self {
            Self::Caller(machine) => machine.protection(),
            Self::Callee(machine) => machine.protection(),
        }
    }

    const fn line(&self) -> Option<&Line> {
        match self {
            Self::Caller(machine) => machine.line(),
            Self::Callee(machine) => machine.line(),
        }
    }

    /// Takes one piece of news. What belongs to the other side's machine changes nothing.
    fn step(self, now: Instant, rng: &mut dyn Rng, news: News<'_>) -> (Self, Wish) {
        match self {
            Self::Caller(machine) => {
                let input = match news {
                    News::Done(done) => caller::Input::Done(done),
                    News::Authenticated => caller::Input::Authenticated,
                    News::Timeout => caller::Input::Timeout,
                    News::Response { status, body } => caller::Input::Response { status, body },
                    News::Request { .. } => return (Self::Caller(machine), Wish::default()),
                };
                let (machine, step) = machine.step(now, rng, input);
                (Self::Caller(machine), Wish { ask: step.send, answer: None, notify: step.notify })
            }
            Self::Callee(machine) => {
                let input = match news {
                    News::Done(done) => callee::Input::Done(done),
                    News::Authenticated => callee::Input::Authenticated,
                    News::Timeout => callee::Input::Timeout,
                    News::Request { body, means } => callee::Input::Request { body, means },
                    News::Response { .. } => return (Self::Callee(machine), Wish::default()),
                };
                let (machine, step) = machine.step(now, rng, input);
                (Self::Callee(machine), Wish { ask: None, answer: step.answer, notify: step.notify })
            }
        }
    }
}

impl Secure {
    pub(super) const fn new() -> Self {
        Self {
            handshakes: [const { None }; limits::SECURE_HANDSHAKES],
            trusted: Trusted::new(),
            waiting: [None; limits::LINE_KEYS],
            tickets: Ticket(0),
            job: None,
            clock: None,
            reason: None,
        }
    }

    /// The time is known.
    pub(super) const fn set_clock(&mut self, now: Instant, time: UnixTime) {
        self.clock = Some((now, time));
    }

    /// Why a call has stayed in clear, once.
    pub(super) fn take_notice(&mut self) -> Option<Notice> {
        self.reason.take().map(|reason| Notice::StaysClear { reason })
    }

    /// The next job that the host does not have yet.
    pub(super) fn take_job(&mut self) -> Option<&Job> {
        let (handshake, job) = self.handshakes.iter_mut().flatten().find_map(|handshake| {
            let job = handshake.machine.job().filter(|job| handshake.given != Some(job.ticket))?;
            Some((handshake, job))
        })?;
        handshake.given = Some(job.ticket);
        Some(self.job.insert(job))
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let running = self.handshakes.iter().map(|place| place.as_ref()?.machine.deadline());
        earliest(running.chain([self.trusted.deadline()]))
    }

    /// What a session's audio is protected with, and whether the far end has to be heard under the key.
    pub(super) fn protection(&self, session: SessionId) -> Option<(Protection<'_>, bool)> {
        let running = self.handshakes.iter().flatten().find(|handshake| handshake.session == session);
        match running {
            Some(handshake) => Some((handshake.machine.protection()?, true)),
            None => self.trusted.protection(session),
        }
    }

    /// A call will be tried as soon as its audio flows.
    fn wait_for_audio(&mut self, session: SessionId) {
        if let Some(place) = self.waiting.iter_mut().find(|place| place.is_none()) {
            *place = Some(session);
        }
    }

    /// Whether a call has waited for its audio, which may flow now.
    fn take_waiting(&mut self, session: SessionId) -> bool {
        let mut places = self.waiting.iter_mut();
        places.any(|place| place.take_if(|waiting| *waiting == session).is_some())
    }

    /// A place for another machine: one that nobody has, or that of a callee that waits for nothing.
    fn vacant(&mut self) -> Option<&mut Option<Handshake>> {
        let is_spare = |handshake: &Handshake| {
            handshake.machine.deadline().is_none() && handshake.machine.protection().is_none()
        };
        trust::vacant(&mut self.handshakes, is_spare)
    }

    fn next_tickets(&mut self) -> Ticket {
        let Ticket(first) = self.tickets;
        self.tickets = Ticket(first.wrapping_add(TICKETS));
        Ticket(first)
    }

    /// Calls that are over leave nothing behind.
    fn retain(&mut self, stands: impl Fn(SessionId) -> bool) {
        for place in &mut self.handshakes {
            place.take_if(|handshake| !stands(handshake.session));
        }
        for place in &mut self.waiting {
            place.take_if(|waiting| !stands(*waiting));
        }
        self.trusted.retain(stands);
    }
}

impl Phone {
    /// A call of ours is answered, or its audio has changed: it becomes secure if the person wants it so.
    pub(super) fn secure_begins(&mut self, now: Instant, rng: &mut dyn Rng, event: &Event) -> calls::Step {
        if let Event::Answered(session) = *event {
            return self.secure_answered(now, rng, session);
        }
        if let Event::Media(session) = *event
            && self.secure.take_waiting(session)
        {
            return self.secure_answered(now, rng, session);
        }
        calls::Step::default()
    }

    fn secure_answered(&mut self, now: Instant, rng: &mut dyn Rng, session: SessionId) -> calls::Step {
        let Some(view) = self.ua.session(session).filter(|view| !view.incoming) else {
            return calls::Step::default();
        };
        let ours = |key: &LineKey| self.calls.line(*key).session() == Some(session);
        let line = LineKey::ALL.into_iter().find(ours);
        if !line.is_some_and(|key| self.calls.wants_security(&self.config, key)) {
            return calls::Step::default();
        }
        let protected = view.media.is_some_and(|media| media.protected);
        if protected || !self.uses_certificates() || self.secure.protection(session).is_some() {
            return calls::Step::default();
        }
        if !view.media.is_some_and(|media| media.send && media.receive) {
            self.secure.wait_for_audio(session);
            return calls::Step::default();
        }
        let (local_time, provisioned) = (self.local_time(now), self.provisioned(view.extension));
        let dialled = self.ua.called(session).unwrap_or_default();
        let ticket = self.secure.next_tickets();
        let own = match provisioned {
            Ok(own) => own,
            Err(fault) => return self.stays_clear(Reason::Own(fault)),
        };
        let attempt = Attempt {
            own: &own,
            dialled: &dialled,
            local_time,
            suite: Suite::AesCm128HmacSha1Tag80,
            rtcp: RTCP,
            form: FinalForm::OneBlock,
            ticket,
        };
        let (machine, step) = Caller::begin(now, &attempt);
        let Some(place) = self.secure.vacant() else { return self.stays_clear(Reason::Engine) };
        *place = Some(Handshake { session, machine: Machine::Caller(machine), given: None });
        let wish = Wish { ask: step.send, answer: None, notify: step.notify };
        self.carry_out(now, rng, session, wish)
    }

    /// The far end of a call asks something: only who was called answers, and only while nothing is agreed.
    pub(super) fn secure_asked(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        session: SessionId,
    ) -> calls::Step {
        let Some(view) = self.ua.session(session) else { return calls::Step::default() };
        if !view.incoming || self.secure.trusted.has(session) {
            return self.answer_question(now, rng, session, OUT_OF_ORDER);
        }
        let protected = view.media.is_some_and(|media| media.protected);
        let offered = self.config.read(phone::SECURE_CALL_SERV) && self.uses_certificates() && !protected;
        let provisioned = self.provisioned(view.extension);
        let own = match &provisioned {
            Ok(own) if offered => Ok(own),
            Ok(_) => Err(Fault::NotProvisioned),
            Err(fault) => Err(*fault),
        };
        let means = Means { own, local_time: self.local_time(now), rtcp: RTCP };
        let known = self.secure.handshakes.iter().flatten().any(|handshake| handshake.session == session);
        if !known {
            let machine = Machine::Callee(Callee::new(self.secure.next_tickets()));
            let Some(place) = self.secure.vacant() else {
                return self.answer_question(now, rng, session, NO_ROOM);
            };
            *place = Some(Handshake { session, machine, given: None });
        }
        let letter = self.letter();
        self.secure_news(now, rng, session, News::Request { body: &letter, means })
    }

    /// What the far end wrote, to be read while the user agent is stepped.
    fn letter(&self) -> heapless::Vec<u8, { limits::LETTER_BYTES }> {
        heapless::Vec::from_slice(self.ua.letter()).unwrap_or_default()
    }

    /// The answer to what our machine asked.
    pub(super) fn secure_replied(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        session: SessionId,
        status: u16,
    ) -> calls::Step {
        let letter = self.letter();
        self.secure_news(now, rng, session, News::Response { status, body: &letter })
    }

    /// The host has done a job.
    pub(super) fn computed(&mut self, now: Instant, rng: &mut dyn Rng, done: &Done) -> calls::Step {
        let mut waiting = self.secure.handshakes.iter().flatten();
        let found = waiting.find(|handshake| handshake.given == Some(done.ticket));
        match found.map(|handshake| handshake.session) {
            Some(session) => self.secure_news(now, rng, session, News::Done(done)),
            None => calls::Step::default(),
        }
    }

    /// The audio task has heard a packet that is authentic, and was awaited.
    pub(super) fn authenticated(&mut self, now: Instant, rng: &mut dyn Rng, serial: u32) -> calls::Step {
        match self.calls.numbered(serial) {
            Some(session) if self.secure.trusted.has(session) => self.confirmed(now, session),
            Some(session) => self.secure_news(now, rng, session, News::Authenticated),
            None => calls::Step::default(),
        }
    }

    /// The handshake that is due, or the secure call that is in doubt for too long, if there is one.
    pub(super) fn secure_timeout(&mut self, now: Instant, rng: &mut dyn Rng) -> Option<calls::Step> {
        if let Some(step) = self.trust_timeout(now) {
            return Some(step);
        }
        let mut running = self.secure.handshakes.iter().flatten();
        let due = running.find(|handshake| handshake.machine.deadline().is_some_and(|due| due <= now))?;
        let session = due.session;
        Some(self.secure_news(now, rng, session, News::Timeout))
    }

    /// Calls that are over take their keys along.
    pub(super) fn settle_secure(&mut self) {
        let ua = &self.ua;
        self.secure.retain(|session| ua.session(session).is_some());
    }

    fn secure_news(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        session: SessionId,
        news: News<'_>,
    ) -> calls::Step {
        let mut running = self.secure.handshakes.iter_mut().flatten();
        let Some(handshake) = running.find(|handshake| handshake.session == session) else {
            return calls::Step::default();
        };
        let (machine, wish) = handshake.machine.clone().step(now, rng, news);
        handshake.machine = machine;
        self.carry_out(now, rng, session, wish)
    }

    fn carry_out(&mut self, now: Instant, rng: &mut dyn Rng, session: SessionId, wish: Wish) -> calls::Step {
        if let Some(answer) = wish.answer {
            let (status, body) = (answer.status, &answer.body);
            let command = Command::Reply { session, status, body };
            // Without its answer the far end gives up by itself.
            let _done = self.ua.step(now, rng, ua::Input::Command(command));
        }
        if let Some(body) = wish.ask {
            let command = Command::Ask { session, body: &body };
            if let Outcome::Refused(_) = self.ua.step(now, rng, ua::Input::Command(command)) {
                return self.secure_news(now, rng, session, News::Response { status: UNSENT, body: b"" });
            }
        }
        match wish.notify {
            Some(Notify::Secured) => self.keep(now, session),
            Some(Notify::Failed(reason)) => {
                self.forget_caller(session);
                self.stays_clear(reason)
            }
            Some(Notify::Protect) | None => calls::Step::default(),
        }
    }

    /// Both directions are protected: the machine has done its work.
    fn keep(&mut self, now: Instant, session: SessionId) -> calls::Step {
        let mut running = self.secure.handshakes.iter_mut();
        let place = running.find(|place| place.as_ref().is_some_and(|one| one.session == session));
        let Some(place) = place else { return calls::Step::default() };
        let Some(line) = place.take().and_then(|handshake| handshake.machine.line().cloned()) else {
            return calls::Step::default();
        };
        self.trust(now, session, line)
    }

    /// A caller that has failed does not try again. A callee keeps count of what it was asked.
    fn forget_caller(&mut self, session: SessionId) {
        for place in &mut self.secure.handshakes {
            place.take_if(|one| one.session == session && matches!(one.machine, Machine::Caller(_)));
        }
    }

    fn stays_clear(&mut self, reason: Reason) -> calls::Step {
        crate::note!("no secure call: {}", reason.text());
        self.secure.reason = Some(reason);
        calls::Step::default()
    }

    fn answer_question(
        &mut self,
        now: Instant,
        rng: &mut dyn Rng,
        session: SessionId,
        status: u16,
    ) -> calls::Step {
        let command = Command::Reply { session, status, body: b"" };
        let _done = self.ua.step(now, rng, ua::Input::Command(command));
        calls::Step::default()
    }

    /// `SRTP Method`: the other one puts its keys into the session description.
    fn uses_certificates(&self) -> bool {
        self.config.read(sip::SRTP_METHOD) == "x-sipura"
    }

    fn provisioned(&self, extension: ExtensionId) -> Result<Provisioned, Fault> {
        let number = extension.number();
        let certificate = self.config.read(ext::MINI_CERTIFICATE.of(number));
        Provisioned::read(certificate, self.config.text(ext::SRTP_PRIVATE_KEY.of(number).id()))
    }

    /// The local time, counted as if it were UTC: by `Time Zone`, `Time Offset`, and in summer
    /// `Daylight Saving Time Rule`.
    pub(super) fn local_time(&self, now: Instant) -> Option<UnixTime> {
        let (since, UnixTime(told)) = self.secure.clock?;
        let utc = told.saturating_add(now.since_ms(since) / 1_000);
        let zone = i64::from(self.config.read(regional::TIME_ZONE).seconds());
        let offset = i64::from(self.config.read(regional::TIME_OFFSET__HH_MM).seconds());
        let standard = utc.saturating_add_signed(zone.saturating_add(offset));
        let wanted = self.config.read(regional::DAYLIGHT_SAVING_TIME_ENABLE);
        let rule = self.config.read(regional::DAYLIGHT_SAVING_TIME_RULE).filter(|_| wanted);
        let civil = CivilTime::of_seconds(i64::try_from(standard).unwrap_or(i64::MAX));
        let summer = rule.map_or(0, |rule| i64::from(rule.offset_s(civil)));
        Some(UnixTime(standard.saturating_add_signed(summer)))
    }
}

/// A question that nobody may ask now.
const OUT_OF_ORDER: u16 = 400;
/// All places are taken: the call stays in clear.
const NO_ROOM: u16 = 500;
/// Our question could not be sent.
const UNSENT: u16 = 500;
