//! Keeping one extension's binding at its registrar (RFC 3261 §10.2).
//!
//! ```text
//!            Start                 Granted               Timeout (refresh)
//!    Off ───────────► Asking ───────────────► Registered ◄──────────────► Refreshing
//!     ▲                 ▲ │ Failed               │ Stop        Granted        │ Failed
//!     │           Timeout │ ▼                    ▼                            ▼
//!     └──────────────── Waiting                Leaving ──any answer──► Off  Waiting
//! ```
//! The machine decides when a REGISTER goes out and what its expiry is; the user agent composes it, answers
//! challenges and reports what came back. No REGISTER goes out while another is under way (§10.2).

use super::event::RegistrationState;
use crate::base::{Instant, Timer};

/// One extension's registration.
#[derive(Debug)]
pub(super) struct Registration {
    state: State,
    /// When to refresh (Registered) or to try again (Waiting).
    due: Timer,
    /// The expiry to ask for, seconds: the setting, or more after 423.
    ask_s: u32,
    granted_s: u32,
    /// Failures in a row, for the back-off.
    failures: u8,
    /// The last failure's status, until the next success.
    failed: Option<u16>,
    /// `Stop` came while a REGISTER was under way, or `Start` while the binding was being removed.
    turn_next: bool,
}

/// Where the registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Off,
    Asking,
    Registered,
    Refreshing,
    Waiting,
    Leaving,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Register, asking for this many seconds; at once, whatever the timers say.
    Start { expires_s: u32 },
    /// Remove the binding.
    Stop,
    /// Forget the binding without a word: the network or the account is gone.
    Reset,
    /// 2xx: our contact is bound for this long.
    Granted { expires_s: u32 },
    /// 423: the registrar wants at least this much.
    TooBrief { min_expires_s: u32 },
    /// Any other end of the REGISTER.
    Failed { status: u16, retry_after_s: Option<u32> },
    /// The time passes.
    Timeout,
}

/// What the machine wants sent, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) struct Step {
    /// A REGISTER with this expiry in seconds; 0 removes the binding.
    pub(super) register_s: Option<u32>,
    /// [`Registration::reported`] may have changed.
    pub(super) changed: bool,
}

/// When to try again, from the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    /// `Reg Min Expires`: shorter grants are raised to this.
    pub(super) min_expires_s: u32,
    /// `Reg Max Expires`: what a 423 may ask for at most.
    pub(super) max_expires_s: u32,
    /// `Reg Retry Intvl` or `Reg Retry Long Intvl`, whichever the failure's status selects; 0: never.
    pub(super) retry_s: u32,
    /// `Reg Retry Intvl Cap`: the interval doubles with each failure up to this; 0: it does not.
    pub(super) retry_cap_s: u32,
    /// What chance adds to the wait, milliseconds (`Reg Retry Random Delay`, `Reg Retry Long Random Delay`).
    pub(super) random_ms: u32,
}

impl Registration {
    pub(super) const fn new() -> Self {
        Self {
            state: State::Off,
            due: Timer::OFF,
            ask_s: 3_600,
            granted_s: 0,
            failures: 0,
            failed: None,
            turn_next: false,
        }
    }

    pub(super) fn step(&mut self, now: Instant, policy: Policy, input: Input) -> Step {
        let before = self.reported();
        let register_s = match (self.state, input) {
            (State::Off | State::Waiting | State::Registered, Input::Start { expires_s }) => {
                let next = if self.state == State::Registered { State::Refreshing } else { State::Asking };
                self.ask_s = expires_s;
                self.ask(next)
            }
            (State::Asking | State::Refreshing | State::Leaving, Input::Start { expires_s }) => {
                // §10.2: not before the previous one is answered; the end of leaving starts anew.
                self.ask_s = expires_s;
                self.turn_next = self.state == State::Leaving;
                None
            }
            (_, Input::Reset) => {
                *self = Self::new();
                None
            }
            (State::Registered, Input::Stop) => self.leave(),
            (State::Asking | State::Refreshing, Input::Stop) => {
                self.turn_next = true;
                None
            }
            (State::Waiting, Input::Stop) => {
                *self = Self::new();
                None
            }
            (State::Asking | State::Refreshing, Input::Granted { expires_s }) => {
                self.granted(now, policy, expires_s)
            }
            (State::Asking | State::Refreshing, Input::TooBrief { min_expires_s }) => {
                self.too_brief(now, policy, min_expires_s)
            }
            (State::Asking | State::Refreshing, Input::Failed { status, retry_after_s }) => {
                self.failed(now, policy, status, retry_after_s)
            }
            (State::Leaving, Input::Granted { .. } | Input::TooBrief { .. } | Input::Failed { .. }) => {
                let (again, ask_s) = (self.turn_next, self.ask_s);
                *self = Self { ask_s, ..Self::new() };
                if again { self.ask(State::Asking) } else { None }
            }
            (State::Leaving, Input::Stop) => {
                self.turn_next = false;
                None
            }
            (State::Registered, Input::Timeout) if self.due.take_due(now) => self.ask(State::Refreshing),
            (State::Waiting, Input::Timeout) if self.due.take_due(now) => self.ask(State::Asking),
            (State::Off, Input::Stop)
            | (_, Input::Timeout)
            | (
                State::Off | State::Registered | State::Waiting,
                Input::Granted { .. } | Input::TooBrief { .. } | Input::Failed { .. },
            ) => None,
        };
        Step { register_s, changed: self.reported() != before }
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.due.due()
    }

    /// What the layer above may know.
    pub(super) fn reported(&self) -> RegistrationState {
        match (self.state, self.failed) {
            (State::Off | State::Leaving, _) => RegistrationState::Off,
            (State::Registered | State::Refreshing, _) => RegistrationState::Registered,
            (State::Waiting, Some(status)) => RegistrationState::Failed(status),
            (State::Asking | State::Waiting, _) => RegistrationState::Registering,
        }
    }

    /// Whether there is a binding and nothing under way.
    pub(super) const fn is_registered(&self) -> bool {
        matches!(self.state, State::Registered)
    }

    /// Whether there is no binding, and none is asked for or given up.
    pub(super) fn is_off(&self) -> bool {
        self.state == State::Off
    }

    /// What the registrar granted, seconds; 0 when there is no binding.
    pub(super) const fn granted_s(&self) -> u32 {
        self.granted_s
    }

    const fn ask(&mut self, next: State) -> Option<u32> {
        self.state = next;
        self.due.stop();
        Some(self.ask_s)
    }

    fn leave(&mut self) -> Option<u32> {
        *self = Self { state: State::Leaving, ..Self::new() };
        Some(0)
    }

    /// §10.2.4: renewed before it runs out, early enough for one lost attempt (Timer F) and a second one.
    fn granted(&mut self, now: Instant, policy: Policy, expires_s: u32) -> Option<u32> {
        let expires_s = expires_s.max(policy.min_expires_s);
        *self =
            Self { state: State::Registered, ask_s: self.ask_s, turn_next: self.turn_next, ..Self::new() };
        if self.turn_next {
            return self.leave();
        }
        self.granted_s = expires_s;
        let refresh_s = (expires_s / 2).max(expires_s.saturating_sub(REFRESH_MARGIN_S)).max(1);
        self.due.start(now, u64::from(refresh_s).saturating_mul(1_000));
        None
    }

    /// §10.2.8: ask again for what the registrar wants, if that is more than we asked and not beyond our
    /// bound.
    fn too_brief(&mut self, now: Instant, policy: Policy, min_expires_s: u32) -> Option<u32> {
        if self.turn_next || min_expires_s <= self.ask_s || min_expires_s > policy.max_expires_s {
            return self.failed(now, policy, 423, None);
        }
        self.ask_s = min_expires_s;
        Some(self.ask_s)
    }

    fn failed(
        &mut self,
        now: Instant,
        policy: Policy,
        status: u16,
        retry_after_s: Option<u32>,
    ) -> Option<u32> {
        if self.turn_next {
            *self = Self::new();
            return None;
        }
        let doublings = if policy.retry_cap_s == 0 { 0 } else { u32::from(self.failures.min(16)) };
        let doubled_s = policy.retry_s.saturating_mul(1 << doublings);
        let capped_s =
            if doublings == 0 { doubled_s } else { doubled_s.min(policy.retry_cap_s.max(policy.retry_s)) };
        self.state = State::Waiting;
        self.granted_s = 0;
        self.failed = Some(status);
        self.failures = self.failures.saturating_add(1);
        self.due.stop();
        if policy.retry_s > 0 {
            let wait_s = capped_s.max(retry_after_s.unwrap_or(0));
            let wait_ms = u64::from(wait_s).saturating_mul(1_000);
            self.due.start(now, wait_ms.saturating_add(u64::from(policy.random_ms)));
        }
        None
    }
}

/// Timer F (32 s) and some room for the second attempt.
const REFRESH_MARGIN_S: u32 = 60;

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use super::*;
    use crate::base::golden;

    const POLICY: Policy =
        Policy { min_expires_s: 60, max_expires_s: 7_200, retry_s: 30, retry_cap_s: 100, random_ms: 0 };
    const FAILED: Input = Input::Failed { status: 503, retry_after_s: None };

    fn after(inputs: &[Input]) -> Registration {
        let mut machine = Registration::new();
        for input in inputs {
            let _ = machine.step(Instant::ZERO, POLICY, *input);
        }
        machine
    }

    #[test]
    fn every_state_and_every_input() {
        let start = Input::Start { expires_s: 3_600 };
        let granted = Input::Granted { expires_s: 600 };
        let machines = [
            after(&[]),
            after(&[start]),
            after(&[start, Input::Stop]),
            after(&[start, granted]),
            after(&[start, granted, start]),
            after(&[start, granted, start, Input::Stop]),
            after(&[start, FAILED]),
            after(&[start, granted, Input::Stop]),
            after(&[start, granted, Input::Stop, start]),
        ];
        let inputs = [
            start,
            Input::Stop,
            Input::Reset,
            granted,
            Input::Granted { expires_s: 0 },
            Input::TooBrief { min_expires_s: 7_200 },
            Input::TooBrief { min_expires_s: 7_201 },
            Input::TooBrief { min_expires_s: 60 },
            FAILED,
            Input::Failed { status: 480, retry_after_s: Some(240) },
            Input::Timeout,
        ];
        let mut text = String::new();
        for (machine, input) in machines.iter().flat_map(|machine| inputs.map(|input| (machine, input))) {
            let mut machine = Registration { ..*machine };
            let now = machine.deadline().unwrap_or(Instant::from_millis(1_000));
            let turning =
                |machine: &Registration| if machine.turn_next { ", then the other way" } else { "" };
            text += &format!("{:?}{} {input:?} -> ", machine.state, turning(&machine));
            let step = machine.step(now, POLICY, input);
            let due = machine.deadline().map(|due| due.since_ms(now));
            let (state, reported) = (machine.state, machine.reported());
            text += &format!("{state:?}{} register={:?} ", turning(&machine), step.register_s);
            text += &format!("changed={} {reported:?} due={due:?}\n", step.changed);
            assert!(input != Input::Timeout || due.is_none_or(|due| due > 0), "{text}");
        }
        golden::compare("ua_registration", &text);
    }

    #[test]
    fn the_interval_doubles_up_to_the_cap() {
        let mut machine = after(&[Input::Start { expires_s: 3_600 }]);
        let mut waits_s = Vec::new();
        for _ in 0..4 {
            let _ = machine.step(Instant::ZERO, POLICY, FAILED);
            let due = machine.deadline().unwrap();
            waits_s.push(due.as_millis() / 1_000);
            assert_eq!(machine.step(due, POLICY, Input::Timeout).register_s, Some(3_600));
        }
        assert_eq!(waits_s, [30, 60, 100, 100]);
        let spread = Policy { random_ms: 7_000, ..POLICY };
        let _ = machine.step(Instant::ZERO, spread, FAILED);
        assert_eq!(machine.deadline(), Some(Instant::from_millis(107_000)), "chance comes on top");
        let _ = machine.step(Instant::from_millis(107_000), POLICY, Input::Timeout);
        let late = Policy { retry_s: 0, ..POLICY };
        let _ = machine.step(Instant::ZERO, late, FAILED);
        assert_eq!(machine.deadline(), None, "an interval of 0: never");
    }
}
