//! The numbers that the office answers itself.

use super::media::Audio;
use std::collections::BTreeMap;

/// What a number does when it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// For the first call, the second, and so on; the last holds for all further ones.
    pub answers: Vec<Answer>,
    /// What a caller hears.
    pub audio: Audio,
    pub(super) calls: usize,
}

/// How one call is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Rings for this time and answers; at once when it is 0.
    PickUp {
        /// How long it rings.
        ring_ms: u64,
    },
    /// Plays its audio as early media with 183, and answers after this time.
    EarlyMedia {
        /// How long the early media lasts.
        ring_ms: u64,
    },
    /// Rings for ever.
    Ring,
    /// A final status.
    Refuse(u16),
    /// 302 to this URI.
    Redirect(String),
    /// Says 100 and nothing else.
    Silent,
}

impl Service {
    /// A number that treats every call alike.
    #[must_use]
    pub fn new(answer: Answer, audio: Audio) -> Self {
        Self::in_turn(vec![answer], audio)
    }

    /// A number that treats the first call by the first answer, and so on.
    #[must_use]
    pub const fn in_turn(answers: Vec<Answer>, audio: Audio) -> Self {
        Self { answers, audio, calls: 0 }
    }

    pub(super) fn next(&mut self) -> Answer {
        let answer = self.answers.get(self.calls).or_else(|| self.answers.last()).cloned();
        self.calls += 1;
        answer.unwrap_or(Answer::Refuse(480))
    }
}

/// Two rings of two seconds, each with its pause of four.
const TWO_RINGS_MS: u64 = 8_000;

pub(super) fn built_in() -> BTreeMap<String, Service> {
    let busy = Answer::Refuse(486);
    let at_once = Answer::PickUp { ring_ms: 0 };
    let numbers = [
        ("600", Service::new(at_once.clone(), Audio::Echo)),
        ("601", Service::new(at_once.clone(), Audio::Tone { frequency_hz: 440 })),
        ("602", Service::new(Answer::Ring, Audio::Silence)),
        ("603", Service::new(busy.clone(), Audio::Silence)),
        ("604", Service::new(Answer::PickUp { ring_ms: TWO_RINGS_MS }, Audio::Echo)),
        ("605", Service::in_turn(vec![busy.clone(), busy, at_once], Audio::Echo)),
    ];
    numbers.into_iter().map(|(number, service)| (number.to_owned(), service)).collect()
}
