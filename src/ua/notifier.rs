//! Telling the one who sent us elsewhere how we fare there (RFC 3515 §2.4.4, RFC 6665 §4.2): the notifier of
//! the subscription that a REFER makes.
//!
//! One notification is under way at a time; what happens meanwhile is told with the next one, and only the
//! latest of it.

/// The notifier's side of one REFER.
#[derive(Clone, Debug)]
pub(super) struct Notifier {
    state: State,
    /// The latest status of the new call, and the one that was told last.
    latest: u16,
    told: u16,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing is under way.
    Quiet,
    /// A NOTIFY is.
    Telling,
    /// The last one was sent, or nobody wants to hear.
    Over,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A response to our new INVITE, or what stands for one.
    Heard(u16),
    /// A NOTIFY can be sent now; whether those for 101 to 199 are wanted (`Ntfy Refer On 1xx-To-Inv`).
    Ready { provisional: bool },
    /// A NOTIFY was answered 2xx.
    Delivered,
    /// It was not, or there is no dialog any more.
    Failed,
}

impl Notifier {
    pub(super) const fn new() -> Self {
        // §2.4.4: something has to be told at once.
        Self { state: State::Quiet, latest: 100, told: 0 }
    }

    /// A status to tell in a NOTIFY; 200 and above in the last one.
    #[must_use]
    pub(super) const fn step(&mut self, input: Input) -> Option<u16> {
        match (self.state, input) {
            (State::Quiet | State::Telling, Input::Heard(status)) => {
                if self.latest < 200 {
                    self.latest = status;
                }
                None
            }
            (State::Quiet, Input::Ready { provisional }) => {
                let wanted = self.latest >= 200 || self.told == 0 || provisional;
                if self.latest == self.told || !wanted {
                    return None;
                }
                if self.told == 0 && self.latest < 200 {
                    self.latest = 100;
                }
                self.told = self.latest;
                self.state = State::Telling;
                Some(self.told)
            }
            (State::Telling, Input::Delivered) => {
                self.state = if self.told >= 200 { State::Over } else { State::Quiet };
                None
            }
            (State::Quiet | State::Telling, Input::Failed) => {
                self.state = State::Over;
                None
            }
            (State::Telling, Input::Ready { .. })
            | (State::Quiet, Input::Delivered)
            | (State::Over, Input::Heard(_) | Input::Ready { .. } | Input::Delivered | Input::Failed) => None,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
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
        let ready = Input::Ready { provisional: true };
        let after = |inputs: &[Input]| {
            let mut machine = Notifier::new();
            for input in inputs {
                let _ = machine.step(*input);
            }
            machine
        };
        let machines = [
            after(&[]),
            after(&[Input::Heard(200)]),
            after(&[ready]),
            after(&[ready, Input::Heard(180)]),
            after(&[ready, Input::Delivered, Input::Heard(180)]),
            after(&[ready, Input::Heard(486), Input::Delivered]),
            after(&[ready, Input::Heard(200), Input::Delivered, ready]),
            after(&[Input::Failed]),
        ];
        let inputs = [
            Input::Heard(183),
            Input::Heard(200),
            ready,
            Input::Ready { provisional: false },
            Input::Delivered,
            Input::Failed,
        ];
        let mut text = String::new();
        for (machine, input) in machines.iter().flat_map(|machine| inputs.map(|input| (machine, input))) {
            let mut machine = machine.clone();
            text += &format!("{:?} {} told {} | {input:?} -> ", machine.state, machine.latest, machine.told);
            let tell = machine.step(input);
            text += &format!("{:?} {} notify={tell:?}\n", machine.state, machine.latest);
        }
        golden::compare("ua_notifier", &text);
    }
}
