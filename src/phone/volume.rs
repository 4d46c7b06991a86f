//! The volume key: the device that is on becomes louder or quieter, without one the ringer.

use crate::calls::AudioDevice;

/// The loudest of the sixteen steps.
pub const LOUDEST: u8 = 15;

/// The four levels, 0 to 15.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volumes {
    /// `Ringer Volume`.
    pub ringer: u8,
    /// `Handset Volume`.
    pub handset: u8,
    /// `Speaker Volume`.
    pub speaker: u8,
    /// `Headset Volume`.
    pub headset: u8,
}

impl Volumes {
    /// The level of a device, or of the ringer.
    #[must_use]
    pub const fn of(&self, device: Option<AudioDevice>) -> u8 {
        match device {
            None => self.ringer,
            Some(AudioDevice::Handset) => self.handset,
            Some(AudioDevice::Speaker) => self.speaker,
            Some(AudioDevice::Headset) => self.headset,
        }
    }

    /// One step louder or quieter, as far as there are steps.
    pub(super) fn turn(&mut self, device: Option<AudioDevice>, louder: bool) {
        let level = match device {
            None => &mut self.ringer,
            Some(AudioDevice::Handset) => &mut self.handset,
            Some(AudioDevice::Speaker) => &mut self.speaker,
            Some(AudioDevice::Headset) => &mut self.headset,
        };
        *level = if louder { level.saturating_add(1).min(LOUDEST) } else { level.saturating_sub(1) };
    }
}

impl Default for Volumes {
    fn default() -> Self {
        Self { ringer: 8, handset: 12, speaker: 8, headset: 10 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_stop_at_their_ends() {
        let mut volumes = Volumes { ringer: 15, headset: 0, ..Volumes::default() };
        volumes.turn(None, true);
        volumes.turn(Some(AudioDevice::Headset), false);
        volumes.turn(Some(AudioDevice::Speaker), true);
        assert_eq!((volumes.ringer, volumes.headset, volumes.speaker), (15, 0, 9));
    }
}
