//! What a call appearance looks up while it works.

use super::Tone;
use crate::base::Writer;
use crate::config::Config;
use crate::config::catalogue::{regional, sip};
use crate::dialplan::{Incomplete, Plan, Rules};
use crate::ua::EndReason;

/// The settings, and the dial plan of the line that dials.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The dial plan.
    pub plan: &'a Plan,
}

impl Desk<'_> {
    /// `Interdigit Long Timer`, `Interdigit Short Timer`. A number that is not complete when its time is over
    /// is sent as it was dialled (guide, chapter Dial Plan).
    pub(super) fn rules(&self) -> Rules {
        Rules {
            long_ms: self.config.read(regional::INTERDIGIT_LONG_TIMER),
            short_ms: self.config.read(regional::INTERDIGIT_SHORT_TIMER),
            incomplete: Incomplete::AsDialled,
        }
    }

    /// `Reorder Delay`; `None`: no reorder tone.
    pub(super) fn reorder_delay_ms(&self) -> Option<u64> {
        self.config.read(regional::REORDER_DELAY).map(|delay_s| u64::from(delay_s).saturating_mul(1_000))
    }

    /// The special information tone whose setting names the status; else busy tone for 486 (Busy Here) and
    /// 600 (Busy Everywhere), reorder tone for everything else.
    pub(super) fn failure_tone(&self, reason: EndReason) -> Tone {
        match reason {
            EndReason::Failed(status) => {
                let sit = self.special_information(status);
                sit.unwrap_or(if matches!(status, 486 | 600) { Tone::Busy } else { Tone::Reorder })
            }
            EndReason::Local
            | EndReason::Remote
            | EndReason::Cancelled
            | EndReason::AnsweredElsewhere
            | EndReason::Lost => Tone::Reorder,
        }
    }

    /// The tone of a failed call whose status a `SIT RSC` setting names.
    fn special_information(&self, status: u16) -> Option<Tone> {
        let mut digits = [0; 5];
        let mut writer = Writer::new(&mut digits);
        writer.number(u64::from(status));
        let tones = [
            (sip::SIT1_RSC, Tone::Sit1),
            (sip::SIT2_RSC, Tone::Sit2),
            (sip::SIT3_RSC, Tone::Sit3),
            (sip::SIT4_RSC, Tone::Sit4),
        ];
        let named = tones.iter().find(|(setting, _)| self.config.read(*setting).matches(writer.written()));
        named.map(|(_, tone)| *tone)
    }
}
