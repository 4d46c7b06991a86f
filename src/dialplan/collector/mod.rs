//! The machine that collects a number, key by key (guide, Dial Plan: how a number is matched).
//!
//! | after a key | what happens |
//! |---|---|
//! | no sequence is left | rejected |
//! | one is complete and nothing else could be meant | accepted, and sent as the plan transforms it |
//! | one is complete, others could still be meant | the short timer runs, then it is accepted |
//! | none is complete | the long timer runs, then the number is sent as dialled, or rejected |
//!
//! `#` and the dial soft key do what the running timer does at its end. Among sequences that are complete the
//! first in the plan decides; a service code or a speed dial digit stands before them, unless that one is
//! barred.
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::dialplan::{Collector, DialKey, Input, Plan, Rules, Verdict};
//! let plan = Plan::parse("(<9,:>1xxxxxxxxxx|0|00)")?;
//! let mut collector = Collector::new();
//! let now = Instant::ZERO;
//! for symbol in "9121255512".chars() {
//!     let key = Input::Key(DialKey::new(symbol).unwrap());
//!     assert_eq!(collector.step(now, &plan, &Rules::DEFAULT, key).verdict, Verdict::Collecting);
//! }
//! for (symbol, verdict) in [('3', Verdict::Collecting), ('4', Verdict::Send)] {
//!     let key = Input::Key(DialKey::new(symbol).unwrap());
//!     assert_eq!(collector.step(now, &plan, &Rules::DEFAULT, key).verdict, verdict);
//! }
//! assert_eq!(collector.number(), "12125551234");
//! # Ok::<(), deskphone::dialplan::PlanFault>(())
//! ```

use heapless::String;

use super::ip;
use super::item::Outcome;
use super::key::DialKey;
use super::matcher::Matcher;
use super::plan::Plan;
use super::transform::{self, Number};
use crate::base::{Instant, Timer, earliest};
use crate::limits;

/// Collects one number.
#[derive(Clone, Debug)]
pub struct Collector {
    state: State,
    keys: String<{ limits::DIALED_BYTES }>,
    /// Whether `*` is one of them: without it they are no IP address.
    star: bool,
    number: Number,
    matcher: Matcher,
    /// The plan's revision that `matcher` belongs to.
    revision: u32,
    /// When the last key was pressed: pauses count from there.
    quiet_since: Instant,
    pause: Timer,
    interdigit: Timer,
}

/// How far a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not begun.
    Idle,
    /// No sequence is complete.
    Open,
    /// A sequence is complete, and another could still be meant.
    Complete,
    /// A verdict was given. [`Input::Start`] begins the next number.
    Decided,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A number begins: the prompt is to be heard.
    Start,
    /// A key of the dial pad.
    Key(DialKey),
    /// The last key is taken back.
    Delete,
    /// The number is meant as it stands: the dial soft key.
    Send,
    /// Time passed.
    Timeout,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// The tone to be heard from now on.
    pub tone: Option<Prompt>,
    /// What the number is.
    pub verdict: Verdict,
}

/// A tone that asks for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// The tone of the beginning: dial tone, or whatever asks for this number.
    First,
    /// The outside-line tone: a `,` in the plan.
    OutsideLine,
}

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not known yet; or it was given before.
    Collecting,
    /// A number of the plan: send [`Collector::number`].
    Send,
    /// No number of the plan: send [`Collector::number`], which is what was dialled.
    AsDialled,
    /// No number at all: reorder tone.
    Rejected,
    /// A service code, by what [`Plan::add_code`] was told.
    Code(u8),
    /// A speed dial digit.
    SpeedDial(u8),
}

/// What holds for every plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `Interdigit Long Timer`, in milliseconds.
    pub long_ms: u32,
    /// `Interdigit Short Timer`, in milliseconds.
    pub short_ms: u32,
    /// What becomes of a number that is not complete when it is sent or its time is over.
    pub incomplete: Incomplete,
}

impl Rules {
    /// The factory defaults: 10 s, 3 s, and what the phone of 2005 does.
    pub const DEFAULT: Self = Self { long_ms: 10_000, short_ms: 3_000, incomplete: Incomplete::AsDialled };
}

/// What becomes of a number that is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incomplete {
    /// It is sent as dialled: the guides of 2005 to 2008.
    AsDialled,
    /// It is rejected: later guides.
    Reject,
}

/// Which complete sequence decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    /// The end of a sequence of the table.
    End(usize),
    /// An IP address.
    Address,
}

impl Collector {
    /// No number yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: State::Idle,
            keys: String::new(),
            star: false,
            number: Number::new(),
            matcher: Matcher::new(),
            revision: 0,
            quiet_since: Instant::ZERO,
            pause: Timer::OFF,
            interdigit: Timer::OFF,
        }
    }

    /// Takes one input. A key before [`Input::Start`] begins a number itself: whoever presses it does not
    /// mean the hot line.
    pub fn step(&mut self, now: Instant, plan: &Plan, rules: &Rules, input: Input) -> Step {
        let verdict = match (self.state, input) {
            (State::Idle | State::Open | State::Complete | State::Decided, Input::Start) => {
                self.keys.clear();
                self.again(now, plan, rules)
            }
            (State::Idle, Input::Key(key)) => {
                self.keys.clear();
                match self.again(now, plan, rules) {
                    Verdict::Collecting | Verdict::Send => {
                        self.number.clear();
                        self.press(now, plan, rules, key)
                    }
                    decided @ (Verdict::AsDialled
                    | Verdict::Rejected
                    | Verdict::Code(_)
                    | Verdict::SpeedDial(_)) => decided,
                }
            }
            (State::Open | State::Complete, input) => match self.follow(plan, rules) {
                Verdict::Collecting => self.take(now, plan, rules, input),
                decided @ (Verdict::Send
                | Verdict::AsDialled
                | Verdict::Rejected
                | Verdict::Code(_)
                | Verdict::SpeedDial(_)) => decided,
            },
            (State::Idle, Input::Delete | Input::Send | Input::Timeout)
            | (State::Decided, Input::Key(_) | Input::Delete | Input::Send | Input::Timeout) => {
                Verdict::Collecting
            }
        };
        Step { tone: self.tone(), verdict }
    }

    /// Judges a number that was entered whole: on the hook, or taken from a list. It is complete or it is
    /// not; no timer runs. What no dial pad can enter is sent as it stands.
    pub fn enter(&mut self, now: Instant, plan: &Plan, rules: &Rules, number: &str) -> Verdict {
        self.keys.clear();
        self.revision = plan.revision();
        self.state = State::Decided;
        self.number.clear();
        let dialled = number.chars().all(|symbol| DialKey::new(symbol).is_some());
        if number.is_empty() || self.number.push_str(number).is_err() {
            return self.decide(Verdict::Rejected);
        }
        if !dialled || self.keys.push_str(number).is_err() {
            return self.decide(Verdict::AsDialled);
        }
        self.replay(now, plan);
        self.send(plan, rules)
    }

    /// When the collector wants to be stepped with [`Input::Timeout`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        earliest([self.pause.due(), self.interdigit.due()])
    }

    /// How far the number is.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// The keys so far, as they were pressed.
    #[must_use]
    pub fn keys(&self) -> &str {
        &self.keys
    }

    /// What is to be sent, after [`Verdict::Send`] or [`Verdict::AsDialled`].
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    fn take(&mut self, now: Instant, plan: &Plan, rules: &Rules, input: Input) -> Verdict {
        match input {
            Input::Start => self.again(now, plan, rules),
            Input::Key(key) => self.press(now, plan, rules, key),
            Input::Delete => {
                if self.keys.pop().is_none() {
                    return Verdict::Collecting;
                }
                self.again(now, plan, rules)
            }
            Input::Send => self.send(plan, rules),
            Input::Timeout => self.timeout(now, plan, rules),
        }
    }

    /// A key is one of the number if a sequence can take it; else `#` sends. What does not fit is ignored.
    #[inline(always)]
    fn press(&mut self, now: Instant, plan: &Plan, rules: &Rules, key: DialKey) -> Verdict {
        let full = self.keys.len() >= self.keys.capacity();
        if key == DialKey::HASH && (full || !self.matcher.takes(plan, key)) {
            return self.send(plan, rules);
        }
        if full || self.keys.push(key.symbol()).is_err() {
            return Verdict::Collecting;
        }
        self.star |= key == DialKey::STAR;
        let _standing = self.matcher.step(plan, key);
        self.quiet_since = now;
        self.settle(now, plan, rules)
    }

    /// A plan that changed meanwhile is given the same keys. Time goes on from when the last was pressed.
    fn follow(&mut self, plan: &Plan, rules: &Rules) -> Verdict {
        if self.revision == plan.revision() {
            Verdict::Collecting
        } else {
            self.again(self.quiet_since, plan, rules)
        }
    }

    /// Begins anew with the keys there are, the last of them pressed now.
    fn again(&mut self, now: Instant, plan: &Plan, rules: &Rules) -> Verdict {
        self.number.clear();
        self.replay(now, plan);
        self.settle(now, plan, rules)
    }

    fn replay(&mut self, now: Instant, plan: &Plan) {
        self.revision = plan.revision();
        self.quiet_since = now;
        self.star = false;
        let mut _standing = self.matcher.start(plan);
        for key in self.keys.chars().filter_map(DialKey::new) {
            self.star |= key == DialKey::STAR;
            _standing = self.matcher.step(plan, key);
        }
    }

    /// What holds after the keys changed: a verdict, or which timer runs.
    #[inline]
    fn settle(&mut self, now: Instant, plan: &Plan, rules: &Rules) -> Verdict {
        let mut at_once = false;
        while self.matcher.shortest_pause(plan) == Some(0) {
            at_once |= self.matcher.cross(plan, 0);
        }
        self.wait(now, plan, rules, at_once)
    }

    /// `at_once`: a pause made a sequence complete that waits for nothing more.
    #[inline(always)]
    fn wait(&mut self, now: Instant, plan: &Plan, rules: &Rules, at_once: bool) -> Verdict {
        self.interdigit.stop();
        self.pause.stop();
        let address = self.address(plan);
        let more = self.matcher.waits() || address.is_some_and(|reading| reading.extends);
        if let Some(decision) = self.decision(address) {
            return self.complete(now, plan, rules, decision, more && !at_once);
        }
        self.state = State::Open;
        // Before the first key the prompt has its own end.
        if !self.keys.is_empty() {
            if !more {
                return self.decide(Verdict::Rejected);
            }
            let long_ms = match self.matcher.first_waiting().filter(|_| plan.table().long_timers) {
                Some(place) => plan.long_at(place),
                None => plan.long_ms(),
            };
            self.interdigit.start(now, u64::from(long_ms.unwrap_or(rules.long_ms)));
        }
        self.await_pause(plan);
        Verdict::Collecting
    }

    /// A number is complete. `more`: another can still be meant.
    #[inline(never)]
    fn complete(
        &mut self,
        now: Instant,
        plan: &Plan,
        rules: &Rules,
        decision: Decision,
        more: bool,
    ) -> Verdict {
        let short_ms = match decision {
            Decision::End(end) => plan.short_at(end),
            Decision::Address => plan.short_ms(),
        };
        let short_ms = short_ms.unwrap_or(rules.short_ms);
        if !more || short_ms == 0 {
            return self.accept(plan, decision);
        }
        self.state = State::Complete;
        self.interdigit.start(now, u64::from(short_ms));
        self.await_pause(plan);
        Verdict::Collecting
    }

    fn await_pause(&mut self, plan: &Plan) {
        if let Some(seconds) = self.matcher.shortest_pause(plan) {
            self.pause.start(self.quiet_since, u64::from(seconds).saturating_mul(1_000));
        }
    }

    /// What is due first happens first: a pause may be over while the timer of the number still runs.
    fn timeout(&mut self, now: Instant, plan: &Plan, rules: &Rules) -> Verdict {
        let before = |other: Timer| match (self.pause.due(), other.due()) {
            (Some(pause), Some(other)) => pause <= other,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if self.pause.is_due(now) && before(self.interdigit) {
            let due = self.pause.due().unwrap_or(now);
            let quiet_s = due.since_ms(self.quiet_since) / 1_000;
            let quiet_s = u32::try_from(quiet_s).unwrap_or(u32::MAX);
            let mut at_once = false;
            while self.matcher.shortest_pause(plan).is_some_and(|needed| needed <= quiet_s) {
                at_once |= self.matcher.cross(plan, quiet_s);
            }
            return self.wait(now, plan, rules, at_once);
        }
        if self.interdigit.is_due(now) { self.send(plan, rules) } else { Verdict::Collecting }
    }

    /// The number is meant as it stands.
    fn send(&mut self, plan: &Plan, rules: &Rules) -> Verdict {
        match (self.decision(self.address(plan)), rules.incomplete) {
            (Some(decision), Incomplete::AsDialled | Incomplete::Reject) => self.accept(plan, decision),
            (None, Incomplete::AsDialled | Incomplete::Reject) if self.keys.is_empty() => Verdict::Collecting,
            (None, Incomplete::AsDialled) => {
                self.number.clear();
                match self.number.push_str(&self.keys) {
                    Ok(()) => self.decide(Verdict::AsDialled),
                    Err(_) => self.decide(Verdict::Rejected),
                }
            }
            (None, Incomplete::Reject) => self.decide(Verdict::Rejected),
        }
    }

    /// A sequence of the plan, a code or a digit stands before an address.
    fn decision(&self, address: Option<ip::Reading<'_>>) -> Option<Decision> {
        let address = address.and_then(|reading| reading.address).map(|_| Decision::Address);
        self.matcher.complete().map(Decision::End).or(address)
    }

    #[inline]
    fn address<'k>(&'k self, plan: &Plan) -> Option<ip::Reading<'k>> {
        if self.star && plan.has_ip_dialling() { ip::read(&self.keys) } else { None }
    }

    /// An empty number cannot be called; one that is too long is none of the plan.
    fn accept(&mut self, plan: &Plan, decision: Decision) -> Verdict {
        let number = match decision {
            Decision::Address => self.addressed(plan),
            Decision::End(end) => match plan.table().outcome(end) {
                Some(Outcome::Code(code)) => return self.decide(Verdict::Code(code)),
                Some(Outcome::SpeedDial(digit)) => return self.decide(Verdict::SpeedDial(digit)),
                Some(Outcome::Barred) | None => None,
                Some(Outcome::Plain) => transform::transmit(plan.table().sequence_before(end), &self.keys),
            },
        };
        match number {
            Some(number) if !number.is_empty() => {
                self.number = number;
                self.decide(Verdict::Send)
            }
            Some(_) | None => self.decide(Verdict::Rejected),
        }
    }

    /// An address whose user-id matches the plan has it as a number of the plan; barred is barred.
    fn addressed(&self, plan: &Plan) -> Option<Number> {
        let address = self.address(plan)?.address?;
        match address.user.map(|user| (user, transform::rewrite(plan.own_sequences(), user))) {
            Some((_, Some(number))) => address.number(Some(&number?)),
            Some((user, None)) => address.number(Some(user)),
            None => address.number(None),
        }
    }

    fn decide(&mut self, verdict: Verdict) -> Verdict {
        self.state = State::Decided;
        self.interdigit.stop();
        self.pause.stop();
        verdict
    }

    fn tone(&self) -> Option<Prompt> {
        match self.state {
            State::Idle | State::Decided => None,
            State::Open | State::Complete if self.keys.is_empty() => Some(Prompt::First),
            State::Open | State::Complete => self.matcher.tone().then_some(Prompt::OutsideLine),
        }
    }
}

impl Default for Collector {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
