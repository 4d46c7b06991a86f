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
}

impl Default for Volumes {
    fn default() -> Self {
        Self { ringer: 8, handset: 12, speaker: 8, headset: 10 }
    }
}
