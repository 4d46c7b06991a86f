//! Call progress tones, and the setting that each sounds by.
//!
//! A tone that has run its script is silent, and what follows is the call appearance's affair.

use crate::config::catalogue::regional;
use crate::config::{Config, Setting, kind};
use crate::script::ToneScript;

/// A call progress tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Prompts for a number.
    Dial,
    /// Dial tone while messages wait.
    Stutter,
    /// Dial tone while all calls are forwarded.
    Cfwd,
    /// Dial tone for the second party of a three-way call.
    Second,
    /// Dial tone after the prefix for an outside line.
    Outside,
    /// Prompts for the number that a service needs.
    Prompt,
    /// The far end rings.
    Ringback,
    /// The far end is busy.
    Busy,
    /// The call failed, or is over.
    Reorder,
    /// The line was left off hook.
    Warning,
    /// Another call comes in.
    CallWaiting,
    /// The last input was accepted.
    Confirm,
    /// The far end has put us on hold.
    Holding,
    /// A three-way conference has begun.
    Conference,
    /// The call is encrypted from now on.
    Secure,
    /// Special information tone 1.
    Sit1,
    /// Special information tone 2.
    Sit2,
    /// Special information tone 3.
    Sit3,
    /// Special information tone 4.
    Sit4,
    /// A page begins.
    Page,
    /// Something wants to be noticed.
    Alert,
}

impl Tone {
    /// All tones.
    pub const ALL: [Self; 21] = [
        Self::Dial,
        Self::Stutter,
        Self::Cfwd,
        Self::Second,
        Self::Outside,
        Self::Prompt,
        Self::Ringback,
        Self::Busy,
        Self::Reorder,
        Self::Warning,
        Self::CallWaiting,
        Self::Confirm,
        Self::Holding,
        Self::Conference,
        Self::Secure,
        Self::Sit1,
        Self::Sit2,
        Self::Sit3,
        Self::Sit4,
        Self::Page,
        Self::Alert,
    ];

    /// The tone in one lower-case word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dial => "dial",
            Self::Stutter => "stutter",
            Self::Cfwd => "cfwd",
            Self::Second => "second",
            Self::Outside => "outside",
            Self::Prompt => "prompt",
            Self::Ringback => "ringback",
            Self::Busy => "busy",
            Self::Reorder => "reorder",
            Self::Warning => "warning",
            Self::CallWaiting => "callwaiting",
            Self::Confirm => "confirm",
            Self::Holding => "holding",
            Self::Conference => "conference",
            Self::Secure => "secure",
            Self::Sit1 => "sit1",
            Self::Sit2 => "sit2",
            Self::Sit3 => "sit3",
            Self::Sit4 => "sit4",
            Self::Page => "page",
            Self::Alert => "alert",
        }
    }

    /// Its setting among the `Call Progress Tones`.
    #[must_use]
    pub const fn setting(self) -> Setting<kind::Tone> {
        match self {
            Self::Dial => regional::DIAL_TONE,
            Self::Stutter => regional::MWI_DIAL_TONE,
            Self::Cfwd => regional::CFWD_DIAL_TONE,
            Self::Second => regional::SECOND_DIAL_TONE,
            Self::Outside => regional::OUTSIDE_DIAL_TONE,
            Self::Prompt => regional::PROMPT_TONE,
            Self::Ringback => regional::RING_BACK_TONE,
            Self::Busy => regional::BUSY_TONE,
            Self::Reorder => regional::REORDER_TONE,
            Self::Warning => regional::OFF_HOOK_WARNING_TONE,
            Self::CallWaiting => regional::CALL_WAITING_TONE,
            Self::Confirm => regional::CONFIRM_TONE,
            Self::Holding => regional::HOLDING_TONE,
            Self::Conference => regional::CONFERENCE_TONE,
            Self::Secure => regional::SECURE_CALL_INDICATION_TONE,
            Self::Sit1 => regional::SIT1_TONE,
            Self::Sit2 => regional::SIT2_TONE,
            Self::Sit3 => regional::SIT3_TONE,
            Self::Sit4 => regional::SIT4_TONE,
            Self::Page => regional::PAGE_TONE,
            Self::Alert => regional::ALERT_TONE,
        }
    }

    /// What it sounds like, as the phone is set.
    ///
    /// ```
    /// use deskphone::{calls::Tone, config::Config};
    /// let busy = Tone::Busy.script(&Config::new());
    /// assert_eq!(busy.mix_at(499), 0b11);
    /// assert_eq!(busy.mix_at(500), 0);
    /// assert_eq!(busy.duration_ms(), Some(10_000));
    /// ```
    #[must_use]
    pub fn script(self, config: &Config) -> ToneScript {
        config.read(self.setting())
    }

    /// Whether the tone starts anew when it has run through: call waiting, which lasts as long as its call
    /// waits.
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(self, Self::CallWaiting)
    }

    /// How long the whole tone lasts; `None`: until it is stopped.
    #[must_use]
    pub fn duration_ms(self, config: &Config) -> Option<u64> {
        if self.repeats() { None } else { self.script(config).duration_ms() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stutter_tone_stutters_for_two_seconds_and_then_is_steady() {
        let stutter = Tone::Stutter.script(&Config::new());
        assert_eq!(stutter.duration_ms(), Some(12_000));
        let mixes = [50, 150, 1_950, 2_150, 11_999, 12_000].map(|at| stutter.mix_at(at));
        assert_eq!(mixes, [0b11, 0, 0, 0b11, 0b11, 0]);
    }

    #[test]
    fn ringback_never_ends_and_call_waiting_starts_anew() {
        let config = Config::new();
        assert_eq!(Tone::Ringback.duration_ms(&config), None);
        assert_eq!(Tone::CallWaiting.duration_ms(&config), None);
        assert_eq!(Tone::CallWaiting.script(&config).duration_ms(), Some(30_000));
    }

    #[test]
    fn another_script_in_the_setting_is_another_sound() {
        let mut config = Config::new();
        config.set("Busy_Tone", "500@-10;4(1/1/1)").unwrap();
        assert_eq!(Tone::Busy.duration_ms(&config), Some(4_000));
        assert_eq!(Tone::Busy.script(&config).components().len(), 1);
    }
}
