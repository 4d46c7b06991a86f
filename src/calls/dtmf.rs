//! The digit that is sounding in a conversation.

use super::DialKey;
use crate::base::{Instant, Timer};

/// No digit is shorter, however short the press.
const SHORTEST_MS: u64 = 100;

/// A key of the dial pad that a person presses during a conversation. It stays for as long as the key is
/// down, and no less than 100 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digit {
    /// Which key.
    pub symbol: DialKey,
    /// Changes with each press, so that the same key twice is two digits.
    pub serial: u32,
}

/// Keeps the digit of the active call as a level.
#[derive(Clone, Copy, Debug)]
pub struct Dtmf {
    digit: Option<Digit>,
    down: bool,
    shortest: Timer,
    presses: u32,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key went down.
    Down(DialKey),
    /// A key came up.
    Up(DialKey),
    /// The conversation is over or on hold.
    Stop,
    /// Time passed.
    Timeout,
}

impl Dtmf {
    /// No digit.
    #[must_use]
    pub const fn new() -> Self {
        Self { digit: None, down: false, shortest: Timer::OFF, presses: 0 }
    }

    /// Takes one input. A second key takes over from one that is still down.
    pub fn step(&mut self, now: Instant, input: Input) {
        match input {
            Input::Down(symbol) => {
                self.presses = self.presses.wrapping_add(1);
                self.digit = Some(Digit { symbol, serial: self.presses });
                self.down = true;
                self.shortest.start(now, SHORTEST_MS);
            }
            Input::Up(symbol) => {
                if self.digit.is_some_and(|digit| digit.symbol == symbol) {
                    self.down = false;
                }
            }
            Input::Stop => {
                self.digit = None;
                self.shortest.stop();
            }
            Input::Timeout => {}
        }
        self.shortest.take_due(now);
        if !self.down && !self.shortest.is_running() {
            self.digit = None;
        }
    }

    /// When the shortest time of a digit is over.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.shortest.due()
    }

    /// The digit that sounds now.
    #[must_use]
    pub const fn digit(&self) -> Option<Digit> {
        self.digit
    }
}

impl Default for Dtmf {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    #[test]
    fn a_short_press_sounds_for_100_ms_and_a_long_one_until_it_ends() {
        let seven = DialKey::new('7').unwrap();
        let mut dtmf = Dtmf::new();
        dtmf.step(at(0), Input::Down(seven));
        dtmf.step(at(20), Input::Up(seven));
        assert_eq!(dtmf.digit(), Some(Digit { symbol: seven, serial: 1 }));
        assert_eq!(dtmf.deadline(), Some(at(100)));
        dtmf.step(at(100), Input::Timeout);
        assert_eq!(dtmf.digit(), None);
        dtmf.step(at(200), Input::Down(seven));
        dtmf.step(at(300), Input::Timeout);
        assert_eq!(dtmf.digit(), Some(Digit { symbol: seven, serial: 2 }));
        assert_eq!(dtmf.deadline(), None);
        dtmf.step(at(900), Input::Up(seven));
        assert_eq!(dtmf.digit(), None);
    }
}
