//! A line that rings because somebody is there who was to be called back.

use heapless::String;

use super::{Appearance, NOTHING, Party, Reached, Step};
use crate::base::{Instant, text};
use crate::calls::desk::Desk;
use crate::calls::{CallState, Tone};

impl Appearance {
    pub(super) const fn called_back(&mut self, now: Instant, reached: Reached) -> Step {
        self.state = CallState::Ringing;
        self.session = Some(reached.session);
        self.incoming = false;
        if reached.answered {
            return self.far_end_waits(now);
        }
        NOTHING
    }

    /// Whom the person wanted to reach: that number is sent on, too, when somebody is transferred there.
    pub fn meet_called(&mut self, target: &str) {
        self.target = text::shortened(target);
        self.party = Party { name: String::new(), number: text::shortened(target) };
    }

    /// The far end answers before the person does, and hears the holding tone.
    pub(super) const fn far_end_waits(&mut self, now: Instant) -> Step {
        if !self.incoming && self.answered_since.is_none() {
            self.answered_since = Some(now);
        }
        NOTHING
    }

    /// Who picks up before the far end does hears it ring (guide, Call Back).
    pub(super) fn pick_up(&mut self, now: Instant, desk: Desk<'_>) -> Step {
        if self.answered_since.take().is_some() {
            return self.connect(now, None);
        }
        self.state = CallState::Proceeding;
        self.sound(now, desk, Some(Tone::Ringback));
        NOTHING
    }

    /// Since when a far end that was called back waits for the person to pick up.
    #[must_use]
    pub const fn answered_since(&self) -> Option<Instant> {
        self.answered_since
    }
}
