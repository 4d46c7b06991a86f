//! A line without a call of its own: disabled, idle, or in use by another station; and how it becomes that.

use super::{Appearance, CallState, Input, NOTHING, Order, Party, Step, order};
use crate::base::text;
use crate::ua::SessionId;
use heapless::String;

impl Appearance {
    pub(super) fn looked_at(&mut self, input: Input<'_>) -> Step {
        if let Input::Enable(enabled) = input {
            return self.face(enabled, self.elsewhere);
        }
        if let Input::Elsewhere(elsewhere) = input {
            return self.face(self.enabled, elsewhere);
        }
        if let (Input::Join { number }, CallState::Busy) = (input, self.state) {
            return self.join(number);
        }
        NOTHING
    }

    const fn face(&mut self, enabled: bool, elsewhere: bool) -> Step {
        (self.enabled, self.elsewhere) = (enabled, elsewhere);
        match self.state {
            CallState::Disabled | CallState::Idle | CallState::Busy => self.state = self.at_rest(),
            CallState::Dialing
            | CallState::Calling
            | CallState::Proceeding
            | CallState::Ringing
            | CallState::Connected
            | CallState::Held
            | CallState::Invalid => {}
        }
        NOTHING
    }

    const fn at_rest(&self) -> CallState {
        match (self.enabled, self.elsewhere) {
            (false, _) => CallState::Disabled,
            (true, true) => CallState::Busy,
            (true, false) => CallState::Idle,
        }
    }

    fn join(&mut self, number: &str) -> Step {
        self.state = CallState::Calling;
        self.party = Party { name: String::new(), number: text::shortened(number) };
        order(Some(Order::Invite))
    }

    /// The person leaves the call; what the user agent still does about its session is no longer ours.
    pub(super) fn leave(&mut self, wish: fn(SessionId) -> Order) -> Step {
        let wish = self.session.map(wish);
        self.rest();
        order(wish)
    }

    pub(super) fn rest(&mut self) {
        let (enabled, elsewhere) = (self.enabled, self.elsewhere);
        *self = Self::new();
        (self.enabled, self.elsewhere) = (enabled, elsewhere);
        self.state = self.at_rest();
    }
}
