//! Music on hold: one call to a server that plays it (`MOH Server`), while a far end on hold wants it.
//!
//! ```text
//!   Off ── a held call wants it ──► Asked ── session ──► Calling ── 2xx ──► Playing
//!    ▲                                │ refused            │ failed           │ lost, ended
//!    └────────────────────────────────┴────────────────────┴──────────────────┴── nobody wants it any more
//! ```
//! The phone itself hears the server and passes the sound on, so that the held call stays what it is. There
//! is one such call at a time. Who has missed the music once, because the server refused or was lost, is no
//! reason for another attempt; whoever is put on hold next is.

use crate::limits;
use crate::ua::{ExtensionId, SessionId};

/// The call to the music server.
#[derive(Clone, Debug)]
pub struct Music {
    state: State,
    server: Option<ExtensionId>,
    session: Option<SessionId>,
    serial: u32,
    missed: [bool; limits::LINE_KEYS],
}

/// What each line key's call wants.
pub type Wishes = [Option<Wish>; limits::LINE_KEYS];

/// A call on hold that is to hear music.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The call's extension, which calls the server.
    pub from: ExtensionId,
    /// What stands for the server: the lowest extension that has the same one.
    pub server: ExtensionId,
}

/// How the call to the server stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is none.
    Off,
    /// It is ordered.
    Asked,
    /// The server has not answered yet.
    Calling,
    /// The server plays.
    Playing,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Something else has happened: calls may be on hold, or not any more.
    Look,
    /// The call has its session, and the number of its sound.
    Begun {
        /// The session.
        session: SessionId,
        /// As [`crate::calls::Line::serial`].
        serial: u32,
    },
    /// The user agent does not call.
    Refused,
    /// The server answered.
    Answered,
    /// The call is over.
    Ended,
}

/// What is to be done, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// End this session.
    pub end: Option<SessionId>,
    /// Call the server of this extension.
    pub call: Option<ExtensionId>,
}

impl Music {
    /// Silence.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Off, server: None, session: None, serial: 0, missed: [false; limits::LINE_KEYS] }
    }

    /// Takes one input, with what the calls want now.
    pub fn step(&mut self, wishes: &Wishes, input: Input) -> Step {
        match (self.state, input) {
            (State::Off | State::Calling | State::Playing, Input::Look) => self.look(wishes),
            (State::Asked, Input::Begun { session, serial }) => {
                self.state = State::Calling;
                self.session = Some(session);
                self.serial = serial;
                Step::default()
            }
            // Nobody waits for it.
            (State::Off | State::Calling | State::Playing, Input::Begun { session, .. }) => {
                Step { end: Some(session), call: None }
            }
            (State::Calling, Input::Answered) => {
                self.state = State::Playing;
                Step::default()
            }
            (State::Asked, Input::Refused) | (State::Calling | State::Playing, Input::Ended) => {
                self.miss(wishes)
            }
            // What has been ordered gets its session, or is refused, before anything else.
            (State::Asked, Input::Look | Input::Answered | Input::Ended)
            | (State::Off, Input::Refused | Input::Answered | Input::Ended)
            | (State::Calling, Input::Refused)
            | (State::Playing, Input::Refused | Input::Answered) => Step::default(),
        }
    }

    /// How it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Its session, while there is one.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// The number of its sound, another one for each call of the phone.
    #[must_use]
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// Whether who wants this hears the music now.
    #[must_use]
    pub fn plays_for(&self, wish: Wish) -> bool {
        self.state == State::Playing && self.server == Some(wish.server)
    }

    fn look(&mut self, wishes: &Wishes) -> Step {
        for (missed, wish) in self.missed.iter_mut().zip(wishes) {
            *missed &= wish.is_some();
        }
        let mut step = Step::default();
        if self.server.is_some() && !wishes.iter().flatten().any(|wish| self.server == Some(wish.server)) {
            step.end = self.stop();
        }
        if self.state == State::Off {
            let mut fresh = wishes.iter().zip(self.missed).filter(|(_, missed)| !missed);
            if let Some(wish) = fresh.find_map(|(wish, _)| *wish) {
                self.state = State::Asked;
                self.server = Some(wish.server);
                step.call = Some(wish.from);
            }
        }
        step
    }

    fn miss(&mut self, wishes: &Wishes) -> Step {
        for (missed, wish) in self.missed.iter_mut().zip(wishes) {
            *missed |= wish.is_some_and(|wish| self.server == Some(wish.server));
        }
        let _over = self.stop();
        Step::default()
    }

    const fn stop(&mut self) -> Option<SessionId> {
        self.state = State::Off;
        self.server = None;
        self.session.take()
    }
}

impl Default for Music {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
