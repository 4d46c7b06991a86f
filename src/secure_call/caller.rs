//! The caller's side: the one who placed the call, and who decides that it shall be secure.
//!
//! ```text
//!           begin
//!             | own certificate and key tested (3 jobs)
//!             v                                   every failure
//!         Testing --- Caller Hello --> HelloSent ---------------> Clear(reason)
//!                                         | 200, Callee Hello
//!                                         v
//!         Sealing <-- signature good -- Examining
//!             | Caller Final
//!             v
//!         FinalSent --- 200 --> Confirming --- packet --> Secure
//! ```
//!
//! A 200 to the Final says nothing about the key that the callee found in it, so the call counts as secure
//! when the first packet under the key is authenticated; until then it can still fall back. From `Secure`
//! nothing leads back.

use super::certificate::{Examination, Expected, Provisioned};
use super::fault::{Fault, Reason};
use super::field::{Dialled, PublicKey};
use super::hello::{Block, Body, CallerFinal, Flags, Hello, Message, Role, Suite};
use super::job::{Answer, Done, Job, Ticket, Work};
use super::keys::MasterKey;
use super::line::{CONFIRM_MS, JOB_MS, Line, Notify, Peer, Protection, Terms};
use super::self_test::{Identity, Progress, SelfTest};
use crate::base::{Instant, Rng, UnixTime};

/// A caller's attempt to make its call secure. Each step consumes it: what a state has proved goes into the
/// next state, and an old one cannot be used again.
#[derive(Clone, Debug)]
pub struct Caller {
    stage: Stage,
    ticket: Ticket,
    due: Option<Instant>,
}

/// What an attempt starts from.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The extension's certificate and key.
    pub own: &'a Provisioned,
    /// The user part of the address that was dialled.
    pub dialled: &'a str,
    /// The local time, counted as if it were UTC; `None` when the phone does not know it.
    pub local_time: Option<UnixTime>,
    /// The suite to propose.
    pub suite: Suite,
    /// RTCP can be protected here.
    pub rtcp: bool,
    /// How the key is sent.
    pub form: FinalForm,
    /// The ticket of the first job; the next ones count up.
    pub ticket: Ticket,
}

/// How a Caller Final carries key and salt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FinalForm {
    /// Both in one block.
    #[default]
    OneBlock,
    /// A block each.
    TwoBlocks,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A job is done.
    Done(&'a Done),
    /// The final response to the INFO that was sent last.
    Response {
        /// Its status.
        status: u16,
        /// Its body.
        body: &'a [u8],
    },
    /// The first packet of the peer's protected stream has been authenticated.
    Authenticated,
    /// The deadline may have come.
    Timeout,
}

/// What it asks for.
#[must_use]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Send an INFO with this body.
    pub send: Option<Body>,
    /// Tell the layer above.
    pub notify: Option<Notify>,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The own certificate and key are tested.
    Testing,
    /// The Caller Hello is under way.
    HelloSent,
    /// The callee's certificate is verified.
    Examining,
    /// The key is encrypted for the callee.
    Sealing,
    /// The Caller Final is under way; we can receive under the key.
    FinalSent,
    /// We send under the key, and wait for the first packet under it.
    Confirming,
    /// Both directions are protected.
    Secure,
    /// The call stays in clear.
    Clear(Reason),
}

#[derive(Clone, Debug)]
enum Stage {
    Testing { test: SelfTest, plan: Plan },
    HelloSent { own: Identity, plan: Plan, local_ssrc: u32 },
    Examining { peer: Examination, plan: Plan, terms: Terms },
    Sealing { envelope: Envelope, line: Line },
    FinalSent { line: Line, heard: bool },
    Confirming { line: Line },
    Secure { line: Line },
    Clear(Reason),
}

/// What the attempt is to become.
#[derive(Clone, Copy, Debug)]
struct Plan {
    dialled: Dialled,
    local_time: Option<UnixTime>,
    flags: Flags,
    form: FinalForm,
}

/// The blocks of a Caller Final on their way to being encrypted.
#[derive(Clone, Debug)]
struct Envelope {
    key: PublicKey,
    block: zeroize::Zeroizing<Block>,
    rest: Rest,
}

#[derive(Clone, Debug)]
enum Rest {
    /// There is only one.
    None,
    /// The second one, in clear.
    ToSeal(zeroize::Zeroizing<Block>),
    /// The first one, encrypted.
    Sealed(Block),
}

/// What the transaction of an INFO may take (RFC 3261, Timer F), and some more, for it has the first word.
const ANSWER_MS: u64 = 34_000;

impl Caller {
    /// Begins: the call is connected and audio flows both ways.
    pub fn begin(now: Instant, attempt: &Attempt<'_>) -> (Self, Step) {
        let flags = Flags { suite: attempt.suite, rtcp: attempt.rtcp };
        let Some(dialled) = Dialled::new(attempt.dialled) else {
            return Self::clear(attempt.ticket, Reason::Peer(Fault::UserId));
        };
        let plan = Plan { dialled, local_time: attempt.local_time, flags, form: attempt.form };
        match SelfTest::begin(attempt.own, attempt.local_time) {
            Ok(test) => {
                let stage = Stage::Testing { test, plan };
                (Self { stage, ticket: attempt.ticket, due: Some(now.plus_ms(JOB_MS)) }, Step::default())
            }
            Err(fault) => Self::clear(attempt.ticket, Reason::Own(fault)),
        }
    }

    /// Takes one input.
    pub fn step(self, now: Instant, rng: &mut dyn Rng, input: Input<'_>) -> (Self, Step) {
        match input {
            Input::Done(done) if done.ticket == self.ticket && self.job().is_some() => {
                self.done(now, rng, &done.answer)
            }
            // Another job's answer, or one that comes once more.
            Input::Done(_) => (self, Step::default()),
            Input::Response { status: 100..=199, .. } => (self, Step::default()),
            Input::Response { status, body } => self.response(now, status, body),
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
            Stage::Sealing { envelope, .. } => {
                Work::Encrypt { block: *envelope.block, modulus: *envelope.key.as_bytes() }
            }
            Stage::HelloSent { .. }
            | Stage::FinalSent { .. }
            | Stage::Confirming { .. }
            | Stage::Secure { .. }
            | Stage::Clear(_) => return None,
        };
        Some(Job { ticket: self.ticket, work })
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        match &self.stage {
            Stage::Testing { .. } => State::Testing,
            Stage::HelloSent { .. } => State::HelloSent,
            Stage::Examining { .. } => State::Examining,
            Stage::Sealing { .. } => State::Sealing,
            Stage::FinalSent { .. } => State::FinalSent,
            Stage::Confirming { .. } => State::Confirming,
            Stage::Secure { .. } => State::Secure,
            Stage::Clear(reason) => State::Clear(*reason),
        }
    }

    /// What the audio is protected with, from the moment that the Caller Final is sent.
    #[must_use]
    pub const fn protection(&self) -> Option<Protection<'_>> {
        match &self.stage {
            Stage::FinalSent { line, .. } => Some(line.protection(false, false)),
            Stage::Confirming { line } => Some(line.protection(true, false)),
            Stage::Secure { line } => Some(line.protection(true, true)),
            Stage::Testing { .. }
            | Stage::HelloSent { .. }
            | Stage::Examining { .. }
            | Stage::Sealing { .. }
            | Stage::Clear(_) => None,
        }
    }

    /// What is left when the call is secure; the machine has no further use then.
    #[must_use]
    pub const fn line(&self) -> Option<&Line> {
        match &self.stage {
            Stage::Secure { line } => Some(line),
            Stage::Testing { .. }
            | Stage::HelloSent { .. }
            | Stage::Examining { .. }
            | Stage::Sealing { .. }
            | Stage::FinalSent { .. }
            | Stage::Confirming { .. }
            | Stage::Clear(_) => None,
        }
    }

    /// Who the callee is, once the call is secure.
    #[must_use]
    pub const fn peer(&self) -> Option<&Peer> {
        match self.line() {
            Some(line) => Some(&line.peer),
            None => None,
        }
    }

    fn done(self, now: Instant, rng: &mut dyn Rng, answer: &Answer) -> (Self, Step) {
        let ticket = self.ticket.next();
        match self.stage {
            Stage::Testing { test, plan } => match test.step(answer) {
                Progress::More(test) => Self::go(Stage::Testing { test, plan }, ticket, now, JOB_MS),
                Progress::Passed(own) => Self::say_hello(now, rng, ticket, own, plan),
                Progress::Failed(reason) => Self::clear(ticket, reason),
            },
            Stage::Examining { peer, plan, terms } => match answer {
                Answer::Ca(block) => match peer.conclude(block).and_then(|peer| peer.called(&plan.dialled)) {
                    Ok(peer) => Self::seal(now, rng, ticket, &peer, plan, terms),
                    Err(fault) => Self::clear(ticket, Reason::Peer(fault)),
                },
                Answer::Subscriber(_) | Answer::Failed => Self::clear(ticket, Reason::Engine),
            },
            Stage::Sealing { envelope, line } => match answer {
                Answer::Subscriber(block) => Self::sealed(now, ticket, envelope, *block, line),
                Answer::Ca(_) | Answer::Failed => Self::clear(ticket, Reason::Engine),
            },
            stage @ (Stage::HelloSent { .. }
            | Stage::FinalSent { .. }
            | Stage::Confirming { .. }
            | Stage::Secure { .. }
            | Stage::Clear(_)) => (Self { stage, ticket, due: self.due }, Step::default()),
        }
    }

    fn say_hello(now: Instant, rng: &mut dyn Rng, ticket: Ticket, own: Identity, plan: Plan) -> (Self, Step) {
        let local_ssrc = rng.next_u32();
        let certificate = *own.own().certificate();
        let hello = Hello { role: Role::Caller, flags: plan.flags, ssrc: local_ssrc, certificate };
        let stage = Stage::HelloSent { own, plan, local_ssrc };
        (Self { stage, ticket, due: Some(now.plus_ms(ANSWER_MS)) }, Step::send(hello.body()))
    }

    fn seal(
        now: Instant,
        rng: &mut dyn Rng,
        ticket: Ticket,
        peer: &Expected,
        plan: Plan,
        terms: Terms,
    ) -> (Self, Step) {
        let master = MasterKey::draw(rng);
        let (block, rest) = match plan.form {
            FinalForm::OneBlock => (master.block(rng), Rest::None),
            FinalForm::TwoBlocks => {
                let (key, salt) = master.blocks(rng);
                (key, Rest::ToSeal(salt.into()))
            }
        };
        let subject = peer.subject();
        let envelope = Envelope { key: subject.public_key, block: block.into(), rest };
        let line = Line { peer: Peer::of(subject), master, terms };
        Self::go(Stage::Sealing { envelope, line }, ticket, now, JOB_MS)
    }

    fn sealed(now: Instant, ticket: Ticket, envelope: Envelope, block: Block, line: Line) -> (Self, Step) {
        let message = match envelope.rest {
            Rest::None => CallerFinal::One(block),
            Rest::Sealed(first) => CallerFinal::Two(first, block),
            Rest::ToSeal(second) => {
                let envelope = Envelope { key: envelope.key, block: second, rest: Rest::Sealed(block) };
                return Self::go(Stage::Sealing { envelope, line }, ticket, now, JOB_MS);
            }
        };
        let stage = Stage::FinalSent { line, heard: false };
        let step = Step { send: Some(message.body()), notify: Some(Notify::Protect) };
        (Self { stage, ticket, due: Some(now.plus_ms(ANSWER_MS)) }, step)
    }

    fn response(self, now: Instant, status: u16, body: &[u8]) -> (Self, Step) {
        let ticket = self.ticket;
        let success = (200..=299).contains(&status);
        match self.stage {
            Stage::HelloSent { .. } | Stage::FinalSent { .. } if !success => {
                Self::clear(ticket, Reason::Refused(status))
            }
            Stage::HelloSent { own, plan, local_ssrc } => match answered(&own, &plan, local_ssrc, body) {
                Ok((peer, terms)) => Self::go(Stage::Examining { peer, plan, terms }, ticket, now, JOB_MS),
                Err(fault) => Self::clear(ticket, Reason::Peer(fault)),
            },
            Stage::FinalSent { line, heard: false } => {
                let stage = Stage::Confirming { line };
                let step = Step { send: None, notify: Some(Notify::Protect) };
                (Self { stage, ticket, due: Some(now.plus_ms(CONFIRM_MS)) }, step)
            }
            // The callee's first packet was faster than its 200.
            Stage::FinalSent { line, heard: true } => Self::secure(ticket, line),
            stage @ (Stage::Testing { .. }
            | Stage::Examining { .. }
            | Stage::Sealing { .. }
            | Stage::Confirming { .. }
            | Stage::Secure { .. }
            | Stage::Clear(_)) => (Self { stage, ticket, due: self.due }, Step::default()),
        }
    }

    fn authenticated(self) -> (Self, Step) {
        match self.stage {
            Stage::Confirming { line } => Self::secure(self.ticket, line),
            Stage::FinalSent { line, .. } => {
                (Self { stage: Stage::FinalSent { line, heard: true }, ..self }, Step::default())
            }
            stage @ (Stage::Testing { .. }
            | Stage::HelloSent { .. }
            | Stage::Examining { .. }
            | Stage::Sealing { .. }
            | Stage::Secure { .. }
            | Stage::Clear(_)) => (Self { stage, ..self }, Step::default()),
        }
    }

    fn timeout(self, now: Instant) -> (Self, Step) {
        if self.due.is_none_or(|due| now < due) {
            return (self, Step::default());
        }
        let reason = match &self.stage {
            Stage::Testing { .. } | Stage::Examining { .. } | Stage::Sealing { .. } => Reason::Engine,
            Stage::HelloSent { .. } | Stage::FinalSent { .. } => Reason::Silence,
            Stage::Confirming { .. } => Reason::Unconfirmed,
            Stage::Secure { .. } | Stage::Clear(_) => return (self, Step::default()),
        };
        Self::clear(self.ticket, reason)
    }

    fn go(stage: Stage, ticket: Ticket, now: Instant, ms: u64) -> (Self, Step) {
        (Self { stage, ticket, due: Some(now.plus_ms(ms)) }, Step::default())
    }

    fn secure(ticket: Ticket, line: Line) -> (Self, Step) {
        let step = Step { send: None, notify: Some(Notify::Secured) };
        (Self { stage: Stage::Secure { line }, ticket, due: None }, step)
    }

    fn clear(ticket: Ticket, reason: Reason) -> (Self, Step) {
        let step = Step { send: None, notify: Some(Notify::Failed(reason)) };
        (Self { stage: Stage::Clear(reason), ticket, due: None }, step)
    }
}

impl Step {
    const fn send(body: Body) -> Self {
        Self { send: Some(body), notify: None }
    }
}

/// What a Callee Hello is worth before its signature is known.
fn answered(
    own: &Identity,
    plan: &Plan,
    local_ssrc: u32,
    body: &[u8],
) -> Result<(Examination, Terms), Fault> {
    let hello = match Message::read(body)? {
        Message::Hello(hello) if hello.role == Role::Callee => hello,
        Message::Hello(_) | Message::Final(_) => return Err(Fault::Message),
    };
    if hello.flags.suite != plan.flags.suite {
        return Err(Fault::Suite);
    }
    // Under one key, two streams of one SSRC would share a key stream (RFC 3711 §9.1).
    if hello.ssrc == local_ssrc {
        return Err(Fault::Ssrc);
    }
    let flags = Flags { rtcp: plan.flags.rtcp && hello.flags.rtcp, ..plan.flags };
    let peer = hello.certificate.examine(own.ca(), plan.local_time)?;
    Ok((peer, Terms { flags, local_ssrc, remote_ssrc: hello.ssrc }))
}
