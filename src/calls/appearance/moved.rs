//! A call that goes on with somebody else: the far end sent us there, or another took its place.

use super::{Appearance, NOTHING, Step};
use crate::base::Instant;
use crate::calls::CallState;
use crate::ua::SessionId;

impl Appearance {
    /// A call on hold stays so; the person hears the other one ring.
    pub(super) const fn followed(&mut self, session: SessionId) -> Step {
        self.session = Some(session);
        self.held_by_peer = false;
        self.incoming = false;
        if matches!(self.state, CallState::Connected) {
            self.state = CallState::Calling;
            self.silence();
        }
        NOTHING
    }

    pub(super) fn replaced(&mut self, now: Instant, session: SessionId) -> Step {
        self.session = Some(session);
        self.held_by_peer = false;
        if self.state != CallState::Held {
            self.state = CallState::Connected;
            self.connected_since = self.connected_since.or(Some(now));
            self.silence();
        }
        NOTHING
    }
}
