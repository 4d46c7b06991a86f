//! The person at the phone, as a list of habits.

use deskphone::ua::{Command, SessionId};

/// What the person does upon something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habit {
    /// Upon what.
    pub upon: Occasion,
    /// How long after it; 0: at once.
    pub after_ms: u64,
    /// What.
    pub deed: Deed,
}

/// What the person notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A number was dialled.
    WeDial,
    /// Somebody calls.
    TheyCall,
    /// The called phone rings, or says something; each time that it does.
    TheyRing,
    /// Our call is answered.
    TheyAnswer,
    /// Our answer reached the caller.
    WeAnswered,
}

/// What the person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Lets it ring.
    Ring,
    /// Answers.
    Answer,
    /// Puts the far end on hold.
    Hold,
    /// Hangs up.
    HangUp,
}

/// Answers every call, and hangs up as soon as somebody answers.
pub const EAGER: &[Habit] = &[
    habit(Occasion::TheyCall, 0, Deed::Ring),
    habit(Occasion::TheyCall, 0, Deed::Answer),
    habit(Occasion::TheyAnswer, 0, Deed::HangUp),
];

/// One habit.
#[must_use]
pub const fn habit(upon: Occasion, after_ms: u64, deed: Deed) -> Habit {
    Habit { upon, after_ms, deed }
}

impl Deed {
    /// The wish that the user agent is told.
    #[must_use]
    pub const fn command(self, session: SessionId) -> Command<'static> {
        match self {
            Self::Ring => Command::Ring(session),
            Self::Answer => Command::Answer(session),
            Self::Hold => Command::Hold(session),
            Self::HangUp => Command::End(session),
        }
    }
}
