//! A call that has become secure: it says so, and who the other one is by its certificate.

use super::{Appearance, CallState, Desk, Tone};
use crate::base::Instant;

impl Appearance {
    /// Whether both directions are protected.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The far end may have become another one, or turns out to be the same.
    pub(in crate::calls) const fn set_secure(&mut self, secure: bool) {
        self.secure = secure;
    }

    /// The call is protected from now on. A held one becomes so without a sound; what the far end's hold
    /// sounds like goes on.
    pub(in crate::calls) fn become_secure(&mut self, now: Instant, desk: Desk<'_>) {
        self.secure = true;
        if self.state == CallState::Connected && self.tone.is_none() {
            self.sound(now, desk, Some(Tone::Secure));
        }
    }
}
