//! The tones about a call, and what follows when one has run through.

use super::{Appearance, CallState, Desk, NOTHING, Step, Tone};
use crate::base::Instant;

impl Appearance {
    /// Dial tone, then reorder tone, then off-hook warning tone, then silence.
    pub(super) fn next_tone(&mut self, now: Instant, desk: Desk<'_>) {
        match self.tone {
            Some(Tone::Dial | Tone::Stutter | Tone::Cfwd | Tone::Second | Tone::Outside | Tone::Prompt) => {
                let _failed = self.fail(now, desk, Tone::Reorder);
            }
            Some(Tone::Reorder | Tone::Busy | Tone::Sit1 | Tone::Sit2 | Tone::Sit3 | Tone::Sit4) => {
                self.sound(now, desk, Some(Tone::Warning));
            }
            // What was confirmed leaves the line ready for another number.
            Some(Tone::Confirm) if self.state == CallState::Dialing => self.sound(now, desk, self.prompt),
            // The silence after a far end's hanging up.
            None => self.sound(now, desk, Some(Tone::Reorder)),
            Some(
                Tone::Ringback
                | Tone::Warning
                | Tone::CallWaiting
                | Tone::Confirm
                | Tone::Holding
                | Tone::Conference
                | Tone::Secure
                | Tone::Page
                | Tone::Alert,
            ) => self.silence(),
        }
    }

    pub(super) fn fail(&mut self, now: Instant, desk: Desk<'_>, tone: Tone) -> Step {
        self.invalidate();
        self.sound(now, desk, Some(tone));
        NOTHING
    }

    pub(super) fn sound(&mut self, now: Instant, desk: Desk<'_>, tone: Option<Tone>) {
        self.tone = tone;
        self.tone_since = now;
        match tone.and_then(|tone| tone.duration_ms(desk.config)) {
            Some(duration_ms) => self.tone_over.start(now, duration_ms),
            None => self.tone_over.stop(),
        }
    }

    pub(super) const fn silence(&mut self) {
        self.tone = None;
        self.tone_over.stop();
    }
}
