//! The callee's side: it answers what the caller asks for, and never begins by itself.
//!
//! ```text
//!          Caller Hello
//!   Idle -------------> Testing --- own certificate and key tested (3 jobs) ---> Examining
//!    ^                                                                               | signature good
//!    |                            Caller Final                    200, Callee Hello  v
//!    |     Confirming <--- 200 --- Opening <------------------------------------- Answered
//!    |         | packet                                            ^                 |
//!    |         v                                                   +- another Hello -+
//!    |      Secure
//!    +--- every failure before that
//! ```
//!
//! A Final that cannot be opened is answered as any other (200, the same work), and leads to a key that
//! nobody has: then no packet is ever authenticated, and the call is in clear again soon. So the phone never
//! tells whether what it decrypted made sense (PKCS#1 v1.5 has an oracle otherwise).

use subtle::Choice;

use super::certificate::{Examination, Provisioned};
use super::fault::{Fault, Reason};
use super::field::{PrivateKey, PublicKey};
use super::hello::{Block, Body, CallerFinal, Flags, Hello, Message, Role};
use super::job::{Answer, Done, Job, Ticket, Work};
use super::keys::MasterKey;
use super::line::{CONFIRM_MS, JOB_MS, Line, Notify, Peer, Protection, Terms};
use super::self_test::{Identity, Progress, SelfTest};
use crate::base::{Instant, Rng, UnixTime};

/// The callee's side of one call. Each step consumes it.
#[derive(Clone, Debug)]
pub struct Callee {
    stage: Stage,
    ticket: Ticket,
    due: Option<Instant>,
    /// How many Hellos were worked on.
    hellos: u8,
}

/// What the phone has when a request comes.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// The extension's certificate and key; [`Fault::NotProvisioned`] when it has none.
    pub own: Result<&'a Provisioned, Fault>,
    /// The local time, counted as if it were UTC; `None` when the phone does not know it.
    pub local_time: Option<UnixTime>,
    /// RTCP can be protected here.
    pub rtcp: bool,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// An INFO whose body looks like one of ours, or may be meant to.
    Request {
        /// The body.
        body: &'a [u8],
        /// What the phone has to answer with.
        means: Means<'a>,
    },
    /// A job is done.
    Done(&'a Done),
    /// The first packet of the peer's protected stream has been authenticated.
    Authenticated,
    /// The deadline may have come.
    Timeout,
}

/// What it asks for.
#[must_use]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Answer the INFO that waits, or the one that has just come.
    pub answer: Option<Response>,
    /// Tell the layer above.
    pub notify: Option<Notify>,
}

/// The final response to an INFO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Which of the two that there may be: the one that has just come, or the one that has waited.
    pub to: Request,
    /// 200, 400, 415, 488, 491 or 500.
    pub status: u16,
    /// A Callee Hello; empty otherwise.
    pub body: Body,
}

/// One of the INFOs that are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// The one of this input.
    New,
    /// The one that has been worked on.
    Waiting,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing has been asked for, or it has failed.
    Idle,
    /// The own certificate and key are tested.
    Testing,
    /// The caller's certificate is verified.
    Examining,
    /// The Callee Hello is sent.
    Answered,
    /// The caller's key is decrypted.
    Opening,
    /// We send under the key, and wait for the first packet under it.
    Confirming,
    /// Both directions are protected.
    Secure,
}

#[derive(Clone, Debug)]
enum Stage {
    Idle,
    Testing { test: SelfTest, hello: Hello, flags: Flags, local_time: Option<UnixTime> },
    Examining { own: Identity, peer: Examination, flags: Flags, remote_ssrc: u32 },
    Answered { own: Identity, peer: Peer, terms: Terms },
    Opening { envelope: Envelope, line: Line },
    Confirming { line: Line },
    Secure { line: Line },
}

/// The blocks of a Caller Final on their way to being decrypted.
#[derive(Clone, Debug)]
struct Envelope {
    key: PrivateKey,
    modulus: PublicKey,
    block: Block,
    rest: Rest,
    /// Whether all blocks were below the modulus. What was not is replaced, so that there is the same work.
    in_range: Choice,
}

#[derive(Clone, Debug)]
enum Rest {
    /// There is only one.
    None,
    /// The second one, encrypted.
    ToOpen(Block),
    /// The first one, decrypted.
    Opened(zeroize::Zeroizing<Block>),
}

/// A Final has to follow its Hello within this time: the caller's work and two retransmitted INFOs.
const FINAL_MS: u64 = 70_000;
/// Hellos that are worked on in one call; one more is refused, for each costs RSA work.
const HELLOS: u8 = 4;

impl Callee {
    /// The state of a call in clear. `ticket` is that of the first job; the next ones count up.
    #[must_use]
    pub const fn new(ticket: Ticket) -> Self {
        Self { stage: Stage::Idle, ticket, due: None, hellos: 0 }
    }

    /// Takes one input.
    pub fn step(self, now: Instant, rng: &mut dyn Rng, input: Input<'_>) -> (Self, Step) {
        match input {
            Input::Request { body, means } => self.request(now, rng, body, &means),
            Input::Done(done) if done.ticket == self.ticket && self.job().is_some() => {
                self.done(now, rng, &done.answer)
            }
            // Another job's answer, or one that comes once more.
            Input::Done(_) => (self, Step::default()),
            Input::Authenticated => self.authenticated(),
            Input::Timeout => self.timeout(now),
        }
    }

    /// When to step with [`Input::Timeout`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// The job whose answer it waits for.
    #[must_use]
    pub fn job(&self) -> Option<Job> {
        let work = match &self.stage {
            Stage::Testing { test, .. } => test.work(),
            Stage::Examining { peer, .. } => peer.work(),
            Stage::Opening { envelope, .. } => Work::Decrypt {
                block: envelope.block,
                exponent: *envelope.key.as_bytes(),
                modulus: *envelope.modulus.as_bytes(),
            },
            Stage::Idle | Stage::Answered { .. } | Stage::Confirming { .. } | Stage::Secure { .. } => {
                return None;
            }
        };
        Some(Job { ticket: self.ticket, work })
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        match &self.stage {
            Stage::Idle => State::Idle,
            Stage::Testing { .. } => State::Testing,
            Stage::Examining { .. } => State::Examining,
            Stage::Answered { .. } => State::Answered,
            Stage::Opening { .. } => State::Opening,
            Stage::Confirming { .. } => State::Confirming,
            Stage::Secure { .. } => State::Secure,
        }
    }

    /// What the audio is protected with, from the moment that the Final is answered.
    #[must_use]
    pub const fn protection(&self) -> Option<Protection<'_>> {
        match &self.stage {
            Stage::Confirming { line } => Some(line.protection(true, false)),
            Stage::Secure { line } => Some(line.protection(true, true)),
            Stage::Idle
            | Stage::Testing { .. }
            | Stage::Examining { .. }
            | Stage::Answered { .. }
            | Stage::Opening { .. } => None,
        }
    }

    /// What is left when the call is secure; the machine has no further use then.
    #[must_use]
    pub const fn line(&self) -> Option<&Line> {
        match &self.stage {
            Stage::Secure { line } => Some(line),
            Stage::Idle
            | Stage::Testing { .. }
            | Stage::Examining { .. }
            | Stage::Answered { .. }
            | Stage::Opening { .. }
            | Stage::Confirming { .. } => None,
        }
    }

    /// Who the caller says it is, once the call is secure. The person has to judge it: anyone who has the
    /// CA's signature may call, and the caller proves nothing but that.
    #[must_use]
    pub const fn peer(&self) -> Option<&Peer> {
        match self.line() {
            Some(line) => Some(&line.peer),
            None => None,
        }
    }

    fn request(self, now: Instant, rng: &mut dyn Rng, body: &[u8], means: &Means<'_>) -> (Self, Step) {
        let message = match Message::read(body) {
            Ok(message) => message,
            Err(fault) => {
                let status = status_of(fault);
                return (self, Step::refuse(status, None));
            }
        };
        match (self.stage, message) {
            (Stage::Idle | Stage::Answered { .. }, Message::Hello(hello)) if hello.role == Role::Caller => {
                Self { stage: Stage::Idle, ..self }.hello(now, hello, means)
            }
            (Stage::Answered { own, peer, terms }, Message::Final(sealed)) => {
                let envelope = Envelope::new(&own, sealed);
                // Drawn now, so that it is drawn whatever the block holds.
                let line = Line { peer, master: MasterKey::draw(rng), terms };
                let stage = Stage::Opening { envelope, line };
                (Self { stage, due: Some(now.plus_ms(JOB_MS)), ..self }, Step::default())
            }
            // One after the other.
            (
                stage @ (Stage::Testing { .. } | Stage::Examining { .. } | Stage::Opening { .. }),
                Message::Hello(_) | Message::Final(_),
            ) => (Self { stage, ..self }, Step::refuse(491, None)),
            // A Callee Hello, a Final without a Hello, and whatever would change the keys of a call that has
            // some.
            (stage @ (Stage::Idle | Stage::Answered { .. }), Message::Hello(_))
            | (stage @ Stage::Idle, Message::Final(_))
            | (
                stage @ (Stage::Confirming { .. } | Stage::Secure { .. }),
                Message::Hello(_) | Message::Final(_),
            ) => (Self { stage, ..self }, Step::refuse(400, None)),
        }
    }

    fn hello(self, now: Instant, hello: Hello, means: &Means<'_>) -> (Self, Step) {
        if self.hellos >= HELLOS {
            return (Self { due: None, ..self }, Step::refuse(400, Some(Reason::Peer(Fault::Message))));
        }
        let hellos = self.hellos.saturating_add(1);
        let flags = Flags { suite: hello.flags.suite, rtcp: means.rtcp };
        match means.own.and_then(|own| SelfTest::begin(own, means.local_time)) {
            Ok(test) => {
                let stage = Stage::Testing { test, hello, flags, local_time: means.local_time };
                let due = Some(now.plus_ms(JOB_MS));
                (Self { stage, ticket: self.ticket, due, hellos }, Step::default())
            }
            Err(fault) => (Self { due: None, ..self }, Step::refuse(415, Some(Reason::Own(fault)))),
        }
    }

    fn done(mut self, now: Instant, rng: &mut dyn Rng, answer: &Answer) -> (Self, Step) {
        self.ticket = self.ticket.next();
        let due = Some(now.plus_ms(JOB_MS));
        match core::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Testing { test, hello, flags, local_time } => match test.step(answer) {
                Progress::More(test) => {
                    let stage = Stage::Testing { test, hello, flags, local_time };
                    (Self { stage, due, ..self }, Step::default())
                }
                Progress::Passed(own) => match hello.certificate.examine(own.ca(), local_time) {
                    Ok(peer) => {
                        let stage = Stage::Examining { own, peer, flags, remote_ssrc: hello.ssrc };
                        (Self { stage, due, ..self }, Step::default())
                    }
                    Err(fault) => self.fail(488, Reason::Peer(fault)),
                },
                Progress::Failed(Reason::Engine) => self.fail(500, Reason::Engine),
                Progress::Failed(reason) => self.fail(415, reason),
            },
            Stage::Examining { own, peer, flags, remote_ssrc } => match answer {
                Answer::Ca(block) => match peer.conclude(block) {
                    Ok(peer) => {
                        let terms = Terms { flags, local_ssrc: other_than(remote_ssrc, rng), remote_ssrc };
                        self.say_hello(now, own, Peer::of(peer.subject()), terms)
                    }
                    Err(fault) => self.fail(488, Reason::Peer(fault)),
                },
                Answer::Subscriber(_) | Answer::Failed => self.fail(500, Reason::Engine),
            },
            Stage::Opening { envelope, line } => match answer {
                Answer::Subscriber(block) => self.opened(now, envelope, *block, line),
                Answer::Ca(_) | Answer::Failed => self.fail(500, Reason::Engine),
            },
            stage @ (Stage::Idle
            | Stage::Answered { .. }
            | Stage::Confirming { .. }
            | Stage::Secure { .. }) => (Self { stage, ..self }, Step::default()),
        }
    }

    fn say_hello(self, now: Instant, own: Identity, peer: Peer, terms: Terms) -> (Self, Step) {
        let certificate = *own.own().certificate();
        let hello = Hello { role: Role::Callee, flags: terms.flags, ssrc: terms.local_ssrc, certificate };
        let stage = Stage::Answered { own, peer, terms };
        (Self { stage, due: Some(now.plus_ms(FINAL_MS)), ..self }, Step::accept(hello.body(), None))
    }

    fn opened(self, now: Instant, envelope: Envelope, block: Block, line: Line) -> (Self, Step) {
        let block = zeroize::Zeroizing::new(block);
        let master = match envelope.rest {
            Rest::None => line.master.or_opened(&block, envelope.in_range),
            Rest::Opened(key) => line.master.or_opened_both(&key, &block, envelope.in_range),
            Rest::ToOpen(salt) => {
                let envelope = Envelope { block: salt, rest: Rest::Opened(block), ..envelope };
                let stage = Stage::Opening { envelope, line };
                return (Self { stage, due: Some(now.plus_ms(JOB_MS)), ..self }, Step::default());
            }
        };
        let stage = Stage::Confirming { line: Line { master, ..line } };
        let step = Step::accept(Body::new(), Some(Notify::Protect));
        (Self { stage, due: Some(now.plus_ms(CONFIRM_MS)), ..self }, step)
    }

    fn authenticated(mut self) -> (Self, Step) {
        match core::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Confirming { line } => {
                let step = Step { answer: None, notify: Some(Notify::Secured) };
                (Self { stage: Stage::Secure { line }, due: None, ..self }, step)
            }
            stage @ (Stage::Idle
            | Stage::Testing { .. }
            | Stage::Examining { .. }
            | Stage::Answered { .. }
            | Stage::Opening { .. }
            | Stage::Secure { .. }) => (Self { stage, ..self }, Step::default()),
        }
    }

    fn timeout(self, now: Instant) -> (Self, Step) {
        if self.due.is_none_or(|due| now < due) {
            return (self, Step::default());
        }
        match &self.stage {
            Stage::Testing { .. } | Stage::Examining { .. } | Stage::Opening { .. } => {
                // The job may yet be done; its answer is none to that of a later Hello.
                Self { ticket: self.ticket.next(), ..self }.fail(500, Reason::Engine)
            }
            Stage::Answered { .. } => self.end(Reason::Silence),
            Stage::Confirming { .. } => self.end(Reason::Unconfirmed),
            Stage::Idle | Stage::Secure { .. } => (self, Step::default()),
        }
    }

    /// The INFO that waits is refused.
    fn fail(self, status: u16, reason: Reason) -> (Self, Step) {
        let answer = Response { to: Request::Waiting, status, body: Body::new() };
        let step = Step { answer: Some(answer), notify: Some(Notify::Failed(reason)) };
        (Self { stage: Stage::Idle, due: None, ..self }, step)
    }

    /// No INFO waits.
    fn end(self, reason: Reason) -> (Self, Step) {
        let step = Step { answer: None, notify: Some(Notify::Failed(reason)) };
        (Self { stage: Stage::Idle, due: None, ..self }, step)
    }
}

impl Step {
    const fn accept(body: Body, notify: Option<Notify>) -> Self {
        Self { answer: Some(Response { to: Request::Waiting, status: 200, body }), notify }
    }

    fn refuse(status: u16, reason: Option<Reason>) -> Self {
        let answer = Response { to: Request::New, status, body: Body::new() };
        Self { answer: Some(answer), notify: reason.map(Notify::Failed) }
    }
}

impl Envelope {
    fn new(own: &Identity, sealed: CallerFinal) -> Self {
        let modulus = own.own().subject().public_key;
        let one = || {
            let mut one: Block = [0; size_of::<Block>()];
            if let Some(low) = one.last_mut() {
                *low = 1;
            }
            one
        };
        let below = |block: Block| {
            let in_range = modulus.exceeds(&block);
            let in_clear: bool = in_range.into();
            (if in_clear { block } else { one() }, in_range)
        };
        let (first, rest) = match sealed {
            CallerFinal::One(block) => (below(block), None),
            CallerFinal::Two(key, salt) => (below(key), Some(below(salt))),
        };
        let (block, mut in_range) = first;
        let rest = match rest {
            None => Rest::None,
            Some((salt, salt_in_range)) => {
                in_range &= salt_in_range;
                Rest::ToOpen(salt)
            }
        };
        Self { key: own.key().clone(), modulus, block, rest, in_range }
    }
}

/// How a body that cannot be read is answered.
const fn status_of(fault: Fault) -> u16 {
    match fault {
        Fault::Base64 | Fault::Length | Fault::Message => 400,
        Fault::NotProvisioned | Fault::PrivateKey => 415,
        Fault::Text
        | Fault::Expiry
        | Fault::Modulus
        | Fault::Version
        | Fault::Suite
        | Fault::Expired
        | Fault::Clock
        | Fault::Signature
        | Fault::UserId
        | Fault::Ssrc => 488,
    }
}

/// A random SSRC that is not the caller's: both streams are under one key (RFC 3711 §9.1).
fn other_than(remote: u32, rng: &mut dyn Rng) -> u32 {
    let drawn = rng.next_u32();
    if drawn == remote { drawn.wrapping_add(1) } else { drawn }
}
