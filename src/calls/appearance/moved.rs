//! A call that goes on with somebody else: the far end sent us there, or another took its place; or without
//! us.

use super::{Appearance, Input, NOTHING, Step};
use crate::base::Instant;
use crate::calls::CallState;
use crate::ua::SessionId;

impl Appearance {
    pub(super) fn moved(&mut self, now: Instant, news: Input<'_>) -> Step {
        let stands = matches!(self.state, CallState::Connected | CallState::Held);
        let begins = matches!(self.state, CallState::Calling | CallState::Proceeding);
        if let (Input::Followed(session), true) = (news, stands) {
            return self.followed(session);
        }
        if let (Input::Replaced(session), true) = (news, stands || begins) {
            return self.replaced(now, session);
        }
        // What is active in it is over, too: nobody is on the line who could hear a tone.
        if matches!(news, Input::Transferred | Input::Left) && (stands || begins) {
            self.rest();
        }
        NOTHING
    }

    /// A call on hold stays so; the person hears the other one ring. The conversation with that one begins
    /// when it answers.
    const fn followed(&mut self, session: SessionId) -> Step {
        self.session = Some(session);
        // Who was spoken with in secret is not left for a call in clear, if that can be had.
        if self.secure {
            self.one_call.secure = Some(true);
        }
        (self.held_by_peer, self.secure) = (false, false);
        self.incoming = false;
        self.connected_since = None;
        if matches!(self.state, CallState::Connected) {
            self.state = CallState::Calling;
            self.silence();
        }
        NOTHING
    }

    /// What is on hold may be answered, too, when the far end has sent us to somebody else meanwhile.
    pub(super) fn answered(&mut self, now: Instant) -> Step {
        if matches!(self.state, CallState::Calling | CallState::Proceeding) {
            return self.connect(now, None);
        }
        if self.state == CallState::Ringing {
            return self.far_end_waits(now);
        }
        if self.state == CallState::Held {
            self.connected_since = self.connected_since.or(Some(now));
        }
        NOTHING
    }

    fn replaced(&mut self, now: Instant, session: SessionId) -> Step {
        self.session = Some(session);
        (self.held_by_peer, self.secure) = (false, false);
        self.connected_since = self.connected_since.or(Some(now));
        if self.state != CallState::Held {
            self.state = CallState::Connected;
            self.silence();
        }
        NOTHING
    }
}
