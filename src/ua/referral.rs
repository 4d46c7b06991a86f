//! Sending the far end to somebody else, from the transferor's side (RFC 3515 §2.4, RFC 5589 §6).
//!
//! ```text
//!   REFER        202                    NOTIFY 2xx, or Referor Bye Delay: hang up
//!  ────────► Asking ────► Following ───────────────────────────────────────────► (over)
//!              │ refused      │ NOTIFY 3xx-6xx: the call is ours again
//!              └──────────────┴────────────────────────────────────────────────► (over)
//! ```
//! The implicit subscription tells by NOTIFY how the far end fares with its new call. Some never tell, and
//! who asked for `Refer-Sub: false` (RFC 4488) is not told: then the 2xx is all there is.

use crate::base::{Instant, Timer};

/// One transfer.
#[derive(Clone, Debug)]
pub(super) struct Referral {
    state: State,
    /// The latest status that is known of the new call.
    latest: u16,
    /// `Referor Bye Delay`
    hang_up: Timer,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// REFER is sent.
    Asking,
    /// The far end does it.
    Following,
    /// Nothing more will be told.
    Over,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// 2xx to the REFER; whether notifications will follow.
    Accepted { status: u16, subscribed: bool },
    /// Any other end of the REFER.
    Refused(u16),
    /// A notification, and whether it is the last one.
    Notified { status: u16, last: bool },
    /// The time passes.
    Timeout,
}

/// What comes of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[must_use]
pub(super) struct Step {
    /// How the transfer ended: below 300 the far end is gone to the other, else the call is as it was.
    pub(super) result: Option<u16>,
    /// End the call.
    pub(super) hang_up: bool,
}

impl Referral {
    pub(super) const fn new() -> Self {
        Self { state: State::Asking, latest: 0, hang_up: Timer::OFF }
    }

    /// `delay_s` is `Referor Bye Delay`.
    pub(super) fn step(&mut self, now: Instant, delay_s: u8, input: Input) -> Step {
        match (self.state, input) {
            (State::Asking, Input::Accepted { status, subscribed: false }) => self.over(status),
            (State::Asking, Input::Accepted { status, subscribed: true }) => {
                self.state = State::Following;
                self.latest = self.latest.max(status);
                self.hang_up.start(now, u64::from(delay_s).saturating_mul(1_000));
                Step::default()
            }
            (State::Asking, Input::Refused(status)) => self.over(status),
            // §2.4.4: it may come before the 2xx.
            (State::Asking | State::Following, Input::Notified { status, last }) => {
                if status >= 200 || last {
                    return self.over(status);
                }
                self.latest = status;
                Step::default()
            }
            (State::Following, Input::Timeout) if self.hang_up.take_due(now) => self.over(self.latest),
            (State::Asking | State::Following | State::Over, Input::Timeout)
            | (State::Following, Input::Accepted { .. } | Input::Refused(_))
            | (State::Over, Input::Accepted { .. } | Input::Refused(_) | Input::Notified { .. }) => {
                Step::default()
            }
        }
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.hang_up.due()
    }

    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    fn over(&mut self, status: u16) -> Step {
        self.state = State::Over;
        self.hang_up.stop();
        Step { result: Some(status), hang_up: status < 300 }
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;

    use super::*;
    use crate::base::golden;

    #[test]
    fn every_state_and_every_input() {
        let accepted = Input::Accepted { status: 202, subscribed: true };
        let trying = Input::Notified { status: 100, last: false };
        let after = |inputs: &[Input]| {
            let mut machine = Referral::new();
            for input in inputs {
                let _ = machine.step(Instant::ZERO, 4, *input);
            }
            machine
        };
        let machines = [
            after(&[]),
            after(&[trying]),
            after(&[accepted]),
            after(&[accepted, trying]),
            after(&[Input::Refused(603)]),
        ];
        let inputs = [
            accepted,
            Input::Accepted { status: 202, subscribed: false },
            Input::Refused(405),
            trying,
            Input::Notified { status: 180, last: true },
            Input::Notified { status: 200, last: true },
            Input::Notified { status: 200, last: false },
            Input::Notified { status: 486, last: true },
            Input::Timeout,
        ];
        let mut text = String::new();
        for (machine, input) in machines.iter().flat_map(|machine| inputs.map(|input| (machine, input))) {
            let mut machine = machine.clone();
            let now = machine.deadline().unwrap_or(Instant::ZERO);
            text += &format!("{:?} {} {input:?} -> ", machine.state, machine.latest);
            let Step { result, hang_up } = machine.step(now, 4, input);
            let due = machine.deadline().map(|due| due.since_ms(now));
            text += &format!("{:?} {} result={result:?} ", machine.state, machine.latest);
            text += &format!("hang_up={hang_up} due={due:?}\n");
        }
        golden::compare("ua_referral", &text);
    }
}
