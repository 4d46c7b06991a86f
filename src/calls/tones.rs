//! Call progress tones: what each sounds like by default.
//!
//! A tone is some sine components and one or two cadence sections. A section repeats its segments until
//! its time is up; a tone that has run its sections is silent, and what follows is the call appearance's
//! affair. The table holds the defaults of the `Call Progress Tones` settings, as ToneScripts:
//!
//! ```text
//! ToneScript := FreqScript ";" ZSection [ ";" ZSection ]
//! ZSection   := Dur "(" on "/" off "/" Mix *( "," on "/" off "/" Mix ) ")"
//! 350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)        2 s stuttering, then 10 s steady
//! ```

use crate::media::tone_generator::Component;

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
}

/// What a tone sounds like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Up to six sine waves, which the segments mix.
    pub components: &'static [Component],
    /// One or two sections, one after the other.
    pub sections: &'static [Section],
}

/// A part of a tone that repeats its segments until its time is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// How long it lasts; `None`: for ever.
    pub duration_ms: Option<u32>,
    /// One to six segments.
    pub segments: &'static [Segment],
}

/// Sound, then silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// How long it sounds; `None`: to the end of the section.
    pub on_ms: Option<u32>,
    /// The silence after it.
    pub off_ms: u32,
    /// Which components sound: bit 0 is the first. 0: none.
    pub mix: u8,
}

const fn wave(hz: u16, level_dbm: i16) -> Component {
    Component { hz, level: level_dbm.saturating_mul(10) }
}

const fn part(on_ms: u32, off_ms: u32, mix: u8) -> Segment {
    Segment { on_ms: Some(on_ms), off_ms, mix }
}

const fn steady(mix: u8) -> Segment {
    Segment { on_ms: None, off_ms: 0, mix }
}

const fn lasting(duration_ms: u32, segments: &'static [Segment]) -> Section {
    Section { duration_ms: Some(duration_ms), segments }
}

/// The components of North American dial tone.
const DIAL: &[Component] = &[wave(350, -19), wave(440, -19)];
/// The components of North American busy and reorder tone.
const BUSY: &[Component] = &[wave(480, -19), wave(620, -19)];
/// Ten seconds of both components.
const TEN_STEADY: Section = lasting(10_000, &[steady(0b11)]);

// The defaults of the `Call Progress Tones`, one tone each.
const DIAL_TONE: Sound = Sound { components: DIAL, sections: &[TEN_STEADY] };
const STUTTER_TONE: Sound =
    Sound { components: DIAL, sections: &[lasting(2_000, &[part(100, 100, 0b11)]), TEN_STEADY] };
const CFWD_TONE: Sound =
    Sound { components: DIAL, sections: &[lasting(2_000, &[part(200, 200, 0b11)]), TEN_STEADY] };
const SECOND_TONE: Sound = Sound { components: &[wave(420, -19), wave(520, -19)], sections: &[TEN_STEADY] };
const OUTSIDE_TONE: Sound =
    Sound { components: &[wave(420, -16)], sections: &[lasting(10_000, &[steady(0b1)])] };
const PROMPT_TONE: Sound = Sound { components: &[wave(520, -19), wave(620, -19)], sections: &[TEN_STEADY] };
const RINGBACK_TONE: Sound = Sound {
    components: &[wave(440, -19), wave(480, -19)],
    sections: &[Section { duration_ms: None, segments: &[part(2_000, 4_000, 0b11)] }],
};
const BUSY_TONE: Sound = Sound { components: BUSY, sections: &[lasting(10_000, &[part(500, 500, 0b11)])] };
const REORDER_TONE: Sound = Sound { components: BUSY, sections: &[lasting(10_000, &[part(250, 250, 0b11)])] };
const WARNING_TONE: Sound = Sound {
    components: &[wave(480, -10), wave(620, 0)],
    sections: &[lasting(10_000, &[part(125, 125, 0b11)])],
};
const CALL_WAITING_TONE: Sound =
    Sound { components: &[wave(440, -10)], sections: &[lasting(30_000, &[part(300, 9_700, 0b1)])] };
const CONFIRM_TONE: Sound =
    Sound { components: &[wave(600, -16)], sections: &[lasting(1_000, &[part(250, 250, 0b1)])] };
const HOLDING_TONE: Sound = Sound {
    components: &[wave(600, -19)],
    sections: &[lasting(25_000, &[part(100, 100, 0b1), part(100, 100, 0b1), part(100, 9_500, 0b1)])],
};
const CONFERENCE_TONE: Sound = Sound {
    components: &[wave(350, -19)],
    sections: &[lasting(20_000, &[part(100, 100, 0b1), part(100, 9_700, 0b1)])],
};
const SECURE_TONE: Sound = Sound {
    components: &[wave(397, -19), wave(507, -19)],
    sections: &[lasting(15_000, &[part(0, 2_000, 0), part(200, 100, 0b01), part(100, 2_100, 0b10)])],
};
const SIT1_TONE: Sound = Sound {
    components: &[wave(985, -16), wave(1_428, -16), wave(1_777, -16)],
    sections: &[lasting(
        20_000,
        &[part(380, 0, 0b001), part(380, 0, 0b010), part(380, 0, 0b100), part(0, 4_000, 0)],
    )],
};
const SIT2_TONE: Sound = Sound {
    components: &[wave(914, -16), wave(1_371, -16), wave(1_777, -16)],
    sections: &[lasting(
        20_000,
        &[part(274, 0, 0b001), part(274, 0, 0b010), part(380, 0, 0b100), part(0, 4_000, 0)],
    )],
};
const SIT3_TONE: Sound = Sound {
    components: &[wave(914, -16), wave(1_371, -16), wave(1_777, -16)],
    sections: &[lasting(
        20_000,
        &[part(380, 0, 0b001), part(380, 0, 0b010), part(380, 0, 0b100), part(0, 4_000, 0)],
    )],
};
const SIT4_TONE: Sound = Sound {
    components: &[wave(985, -16), wave(1_371, -16), wave(1_777, -16)],
    sections: &[lasting(
        20_000,
        &[part(380, 0, 0b001), part(274, 0, 0b010), part(380, 0, 0b100), part(0, 4_000, 0)],
    )],
};

impl Tone {
    /// All tones.
    pub const ALL: [Self; 19] = [
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
        }
    }

    /// The default sound.
    #[must_use]
    pub const fn sound(self) -> Sound {
        match self {
            Self::Dial => DIAL_TONE,
            Self::Stutter => STUTTER_TONE,
            Self::Cfwd => CFWD_TONE,
            Self::Second => SECOND_TONE,
            Self::Outside => OUTSIDE_TONE,
            Self::Prompt => PROMPT_TONE,
            Self::Ringback => RINGBACK_TONE,
            Self::Busy => BUSY_TONE,
            Self::Reorder => REORDER_TONE,
            Self::Warning => WARNING_TONE,
            Self::CallWaiting => CALL_WAITING_TONE,
            Self::Confirm => CONFIRM_TONE,
            Self::Holding => HOLDING_TONE,
            Self::Conference => CONFERENCE_TONE,
            Self::Secure => SECURE_TONE,
            Self::Sit1 => SIT1_TONE,
            Self::Sit2 => SIT2_TONE,
            Self::Sit3 => SIT3_TONE,
            Self::Sit4 => SIT4_TONE,
        }
    }

    /// Whether the tone starts anew when it has run through: call waiting, which lasts as long as its call
    /// waits.
    #[must_use]
    pub const fn repeats(self) -> bool {
        matches!(self, Self::CallWaiting)
    }

    /// How long the whole tone lasts; `None`: until it is stopped.
    #[must_use]
    pub fn duration_ms(self) -> Option<u32> {
        if self.repeats() { None } else { self.sound().duration_ms() }
    }

    /// Which components sound `elapsed_ms` after the tone began (bit 0 is the first), 0 for silence.
    ///
    /// ```
    /// use deskphone::calls::Tone;
    /// assert_eq!(Tone::Busy.mix_at(499), 0b11);
    /// assert_eq!(Tone::Busy.mix_at(500), 0);
    /// assert_eq!(Tone::Busy.mix_at(10_000), 0, "it has run its ten seconds");
    /// ```
    #[must_use]
    pub fn mix_at(self, elapsed_ms: u64) -> u8 {
        let sound = self.sound();
        let round = sound.duration_ms().filter(|_| self.repeats()).map(u64::from);
        let place = round.and_then(|round| elapsed_ms.checked_rem(round)).unwrap_or(elapsed_ms);
        sound.mix_at(place)
    }
}

impl Sound {
    /// How long all sections last together; `None`: for ever.
    #[must_use]
    pub fn duration_ms(&self) -> Option<u32> {
        self.sections.iter().try_fold(0u32, |sum, section| Some(sum.saturating_add(section.duration_ms?)))
    }

    /// Which components sound `elapsed_ms` after the beginning.
    #[must_use]
    pub fn mix_at(&self, elapsed_ms: u64) -> u8 {
        let mut place = elapsed_ms;
        for section in self.sections {
            match section.duration_ms.and_then(|duration| place.checked_sub(u64::from(duration))) {
                Some(rest) => place = rest,
                None => return section.mix_at(place),
            }
        }
        0
    }
}

impl Section {
    /// Which components sound `place_ms` after the section's beginning.
    fn mix_at(&self, place_ms: u64) -> u8 {
        let period = self.segments.iter().fold(0u64, |sum, segment| {
            sum.saturating_add(u64::from(segment.on_ms.unwrap_or(u32::MAX)))
                .saturating_add(u64::from(segment.off_ms))
        });
        let mut place = place_ms.checked_rem(period).unwrap_or(0);
        for segment in self.segments {
            let Some(on_ms) = segment.on_ms else { return segment.mix };
            let Some(after_on) = place.checked_sub(u64::from(on_ms)) else { return segment.mix };
            let Some(rest) = after_on.checked_sub(u64::from(segment.off_ms)) else { return 0 };
            place = rest;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stutter_tone_stutters_for_two_seconds_and_then_is_steady() {
        assert_eq!(Tone::Stutter.duration_ms(), Some(12_000));
        assert_eq!(Tone::Stutter.mix_at(50), 0b11);
        assert_eq!(Tone::Stutter.mix_at(150), 0);
        assert_eq!(Tone::Stutter.mix_at(1_950), 0);
        assert_eq!(Tone::Stutter.mix_at(2_150), 0b11);
        assert_eq!(Tone::Stutter.mix_at(12_000), 0);
    }

    #[test]
    fn special_information_tone_steps_through_its_three_frequencies() {
        let mixes = [0, 379, 380, 759, 760, 1_139, 1_140, 5_139, 5_140].map(|at| Tone::Sit1.mix_at(at));
        assert_eq!(mixes, [1, 1, 2, 2, 4, 4, 0, 0, 1]);
    }

    #[test]
    fn ringback_never_ends_and_call_waiting_starts_anew() {
        assert_eq!(Tone::Ringback.duration_ms(), None);
        assert_eq!(Tone::Ringback.mix_at(6_000_000_000), 0b11);
        assert_eq!(Tone::CallWaiting.duration_ms(), None);
        assert_eq!(Tone::CallWaiting.mix_at(30_100), 0b1);
        assert_eq!(Tone::CallWaiting.mix_at(30_400), 0);
    }
}
