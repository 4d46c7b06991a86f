//! A tone script as sound: the tone generator with the script's cadence, exact to the sample.
//!
//! It counts the samples that it gives, not the time, so that a change comes at its own sample whatever the
//! size of the buffers. A millisecond has eight samples; what begins and ends glides for four milliseconds.
//!
//! ```
//! use deskphone::media::scripted_tone::ScriptedTone;
//! use deskphone::script::ToneScript;
//! let busy = ToneScript::parse("480@-19,620@-19;10(.5/.5/1+2)").unwrap();
//! let mut tone = ScriptedTone::new();
//! tone.play(&busy);
//! let mut second = [0; 8_000];
//! tone.fill(&mut second);
//! assert!(second[..4_000].iter().any(|sample| *sample > 3_000));
//! assert!(second[4_032..].iter().all(|sample| *sample == 0));
//! ```

use super::tone_generator::ToneGenerator;
use crate::script::ToneScript;

/// A script being heard, or silence.
#[derive(Clone, Debug)]
pub struct ScriptedTone {
    script: Option<ToneScript>,
    generator: ToneGenerator,
    /// Samples given since the script began.
    place: u64,
    /// Where other components sound.
    change_at: Option<u64>,
}

const SAMPLES_PER_MS: u64 = 8;

impl ScriptedTone {
    /// Silence.
    #[must_use]
    pub const fn new() -> Self {
        Self { script: None, generator: ToneGenerator::new(), place: 0, change_at: None }
    }

    /// Begins a script with the next sample; what sounded before fades.
    pub fn play(&mut self, script: &ToneScript) {
        self.script = Some(script.clone());
        self.place = 0;
        self.change_at = Some(0);
    }

    /// Ends what sounds; it fades.
    pub fn stop(&mut self) {
        self.script = None;
        self.change_at = None;
        self.generator.silence();
    }

    /// Whether no script plays any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let end = |script: &ToneScript| Some(script.duration_ms()?.saturating_mul(SAMPLES_PER_MS));
        self.script.as_ref().is_none_or(|script| end(script).is_some_and(|end| end <= self.place))
    }

    /// Writes the next samples over what is there.
    pub fn fill(&mut self, samples: &mut [i16]) {
        samples.fill(0);
        self.mix(samples);
    }

    /// Adds the next samples to what is there, limited to what a sample can hold.
    pub fn mix(&mut self, samples: &mut [i16]) {
        let mut rest = samples;
        while !rest.is_empty() {
            if self.change_at.is_some_and(|change| change <= self.place) {
                self.change();
            }
            let left = self.change_at.map(|change| change.saturating_sub(self.place));
            let run = left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX).min(rest.len());
            let Some((now, later)) = rest.split_at_mut_checked(run) else { break };
            self.generator.mix(now);
            self.place = self.place.saturating_add(u64::try_from(run).unwrap_or(0));
            rest = later;
        }
    }

    /// Sounds what the script has at this sample.
    fn change(&mut self) {
        let Some(script) = &self.script else { return };
        let elapsed_ms = self.place / SAMPLES_PER_MS;
        self.generator.set(&script.components_at(elapsed_ms));
        self.change_at = script.change_after(elapsed_ms).map(|at| at.saturating_mul(SAMPLES_PER_MS));
    }
}

impl Default for ScriptedTone {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
