//! On-hook dialling: a number is typed first, then a line is chosen for it.

use heapless::String;

use super::DialKey;
use crate::base::{Instant, Timer};
use crate::limits;

/// A number that nobody completes is dropped after this time without a key.
const PATIENCE_MS: u64 = 30_000;

/// The number typed while no call is active.
#[derive(Clone, Debug)]
pub struct OnHook {
    number: String<{ limits::DIALED_BYTES }>,
    patience: Timer,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// One more digit.
    Key(DialKey),
    /// The last digit is taken back.
    Delete,
    /// The number is dropped, or has been sent.
    Drop,
    /// Time passed.
    Timeout,
}

impl OnHook {
    /// No number.
    #[must_use]
    pub const fn new() -> Self {
        Self { number: String::new(), patience: Timer::OFF }
    }

    /// Takes one input. A number that is full ignores further keys.
    pub fn step(&mut self, now: Instant, input: Input) {
        match input {
            Input::Key(key) => {
                let _full = self.number.push(key.symbol());
                self.patience.start(now, PATIENCE_MS);
            }
            Input::Delete => {
                self.number.pop();
                self.patience.start(now, PATIENCE_MS);
            }
            Input::Drop => self.number.clear(),
            Input::Timeout => {
                if self.patience.take_due(now) {
                    self.number.clear();
                }
            }
        }
        if self.number.is_empty() {
            self.patience.stop();
        }
    }

    /// When the number is dropped.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.patience.due()
    }

    /// The number so far; empty when none is being typed.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }
}

impl Default for OnHook {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_seconds_without_a_key_drop_the_number() {
        let mut on_hook = OnHook::new();
        on_hook.step(Instant::ZERO, Input::Key(DialKey::new('6').unwrap()));
        on_hook.step(Instant::from_millis(9_000), Input::Key(DialKey::new('0').unwrap()));
        assert_eq!(on_hook.deadline(), Some(Instant::from_millis(39_000)));
        on_hook.step(Instant::from_millis(38_999), Input::Timeout);
        assert_eq!(on_hook.number(), "60");
        on_hook.step(Instant::from_millis(39_000), Input::Timeout);
        assert_eq!((on_hook.number(), on_hook.deadline()), ("", None));
    }
}
