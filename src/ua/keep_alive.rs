//! Keeping the way through a NAT open: when a keep-alive is due (`NAT Keep Alive Enable`, `NAT Keep Alive
//! Intvl`). What it says is in [`super::nat`].
//!
//! ```text
//!          wanted               due: send
//!   Off ───────────► On ◄───────────────────┐
//!    ▲  not wanted   │──────────────────────┘
//!    └───────────────┘
//! ```

use crate::base::{Instant, Timer};

/// One extension's keep-alives.
#[derive(Clone, Debug)]
pub(super) struct KeepAlive {
    due: Timer,
    interval_ms: u64,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// One every so often, milliseconds; 0: none.
    Every(u64),
    /// Something else has to go out first.
    Postpone,
    /// The time has come.
    Timeout,
}

/// Whether a keep-alive is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) struct Step {
    pub(super) send: bool,
}

impl KeepAlive {
    pub(super) const fn new() -> Self {
        Self { due: Timer::OFF, interval_ms: 0 }
    }

    pub(super) fn step(&mut self, now: Instant, input: Input) -> Step {
        let send = match (self.interval_ms, input) {
            (_, Input::Every(0)) => {
                *self = Self::new();
                false
            }
            (_, Input::Every(interval_ms)) => {
                if interval_ms != self.interval_ms {
                    self.interval_ms = interval_ms;
                    self.due.start(now, interval_ms);
                }
                false
            }
            (0, Input::Postpone | Input::Timeout) => false,
            (_, Input::Postpone) => {
                self.due.start(now, POSTPONED_MS);
                false
            }
            (interval_ms, Input::Timeout) => {
                let due = self.due.take_due(now);
                if due {
                    self.due.start(now, interval_ms);
                }
                due
            }
        };
        Step { send }
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.due.due()
    }
}

const POSTPONED_MS: u64 = 10;

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;

    use super::*;
    use crate::base::golden;

    #[test]
    fn every_state_and_every_input() {
        let mut text = String::new();
        for interval_ms in [0, 15_000] {
            for input in
                [Input::Every(0), Input::Every(15_000), Input::Every(20_000), Input::Postpone, Input::Timeout]
            {
                let mut machine = KeepAlive::new();
                let _ = machine.step(Instant::ZERO, Input::Every(interval_ms));
                let now = machine.deadline().unwrap_or(Instant::ZERO);
                let step = machine.step(now, input);
                let due = machine.deadline().map(|due| due.since_ms(now));
                text += &format!("every {interval_ms} {input:?} -> send={} due={due:?}\n", step.send);
            }
        }
        golden::compare("ua_keep_alive", &text);
    }

    #[test]
    fn not_before_its_time() {
        let mut machine = KeepAlive::new();
        let _ = machine.step(Instant::ZERO, Input::Every(15_000));
        assert!(!machine.step(Instant::from_millis(14_999), Input::Timeout).send);
        assert!(machine.step(Instant::from_millis(15_000), Input::Timeout).send);
        assert!(!machine.step(Instant::from_millis(15_000), Input::Timeout).send);
    }
}
