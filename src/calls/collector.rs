//! Collecting the digits of a number until it is complete.
//!
//! A number is complete at `#`, at the dial soft key, or when no key came for the long interdigit time.
//! The dial plan takes its place here: it then decides after each key.

use heapless::String;

use super::{DialKey, Tone};
use crate::base::{Instant, Timer};
use crate::limits;

/// The digits so far.
#[derive(Clone, Debug)]
pub struct Collector {
    number: String<{ limits::DIALED_BYTES }>,
    prompt: Tone,
    interdigit: Timer,
}

/// What can happen while a number is dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key of the dial pad.
    Key(DialKey),
    /// The last digit is taken back.
    Delete,
    /// The number is meant as it stands.
    Send,
    /// Time passed.
    Timeout,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// The tone to be heard from now on.
    pub tone: Option<Tone>,
    /// Whether the number is complete.
    pub verdict: Verdict,
}

/// Whether a number is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not yet.
    Collecting,
    /// Call [`Collector::number`].
    Accepted,
}

impl Collector {
    /// No digits yet; `prompt` asks for them.
    #[must_use]
    pub const fn new(prompt: Tone) -> Self {
        Self { number: String::new(), prompt, interdigit: Timer::OFF }
    }

    /// Takes one input. `long_ms` is the long interdigit time.
    pub fn step(&mut self, now: Instant, long_ms: u32, input: Input) -> Step {
        let verdict = match input {
            Input::Key(DialKey::HASH) | Input::Send => self.complete(),
            Input::Timeout if self.interdigit.is_due(now) => self.complete(),
            Input::Timeout => Verdict::Collecting,
            Input::Key(key) => {
                // A number that is too long ignores further keys; it can still be sent or taken back.
                let _full = self.number.push(key.symbol());
                self.interdigit.start(now, u64::from(long_ms));
                Verdict::Collecting
            }
            Input::Delete => {
                self.number.pop();
                self.interdigit.start(now, u64::from(long_ms));
                Verdict::Collecting
            }
        };
        if self.number.is_empty() || verdict == Verdict::Accepted {
            self.interdigit.stop();
        }
        Step { tone: self.number.is_empty().then_some(self.prompt), verdict }
    }

    /// An empty number cannot be called; the prompt goes on.
    fn complete(&self) -> Verdict {
        if self.number.is_empty() { Verdict::Collecting } else { Verdict::Accepted }
    }

    /// When the number counts as complete if no key comes.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.interdigit.due()
    }

    /// The digits so far.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    fn dial(collector: &mut Collector, now: u64, symbol: char) -> Step {
        collector.step(at(now), 10_000, Input::Key(DialKey::new(symbol).unwrap()))
    }

    #[test]
    fn the_first_key_stops_the_prompt_and_the_timer_accepts() {
        let mut collector = Collector::new(Tone::Dial);
        assert_eq!(dial(&mut collector, 0, '6'), Step { tone: None, verdict: Verdict::Collecting });
        assert_eq!(dial(&mut collector, 900, '0').verdict, Verdict::Collecting);
        assert_eq!(collector.deadline(), Some(at(10_900)));
        assert_eq!(collector.step(at(10_899), 10_000, Input::Timeout).verdict, Verdict::Collecting);
        assert_eq!(collector.step(at(10_900), 10_000, Input::Timeout).verdict, Verdict::Accepted);
        assert_eq!(collector.number(), "60");
        assert_eq!(collector.deadline(), None);
    }

    #[test]
    fn hash_sends_but_not_an_empty_number() {
        let mut collector = Collector::new(Tone::Dial);
        assert_eq!(
            dial(&mut collector, 0, '#'),
            Step { tone: Some(Tone::Dial), verdict: Verdict::Collecting }
        );
        let _ = dial(&mut collector, 1, '*');
        assert_eq!(dial(&mut collector, 2, '#').verdict, Verdict::Accepted);
    }

    #[test]
    fn with_the_last_digit_taken_back_the_prompt_returns() {
        let mut collector = Collector::new(Tone::Dial);
        let _ = dial(&mut collector, 0, '7');
        let step = collector.step(at(5), 10_000, Input::Delete);
        assert_eq!(step, Step { tone: Some(Tone::Dial), verdict: Verdict::Collecting });
        assert_eq!(collector.deadline(), None);
    }

    #[test]
    fn a_number_that_is_full_ignores_keys() {
        let mut collector = Collector::new(Tone::Dial);
        for _ in 0..limits::DIALED_BYTES + 5 {
            let _ = dial(&mut collector, 0, '1');
        }
        assert_eq!(collector.number().len(), limits::DIALED_BYTES);
    }
}
