//! Which audio device is on: handset, speaker or headset, and whether its microphone is muted.

/// One of the three sets of microphone and earpiece. The speaker also rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AudioDevice {
    /// The handset.
    Handset,
    /// The built-in speaker and microphone.
    Speaker,
    /// The headset.
    Headset,
}

impl AudioDevice {
    /// The device in one lower-case word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Handset => "handset",
            Self::Speaker => "speaker",
            Self::Headset => "headset",
        }
    }
}

/// The device that is on, at most one. Turning a device on is going off hook, turning it off is hanging
/// up; what that means for calls is [`super::Calls`]' affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioPath {
    selected: Option<AudioDevice>,
    lifted: bool,
    muted: bool,
}

impl AudioPath {
    /// All devices off, the handset in its cradle.
    #[must_use]
    pub const fn new() -> Self {
        Self { selected: None, lifted: false, muted: false }
    }

    /// Turns a device on, and whichever was on off. Going from the speaker to the handset un-mutes.
    pub fn select(&mut self, device: AudioDevice) {
        if self.selected == Some(AudioDevice::Speaker) && device == AudioDevice::Handset {
            self.muted = false;
        }
        self.selected = Some(device);
    }

    /// A call became active by itself: a device that is on stays; else the handset if it is lifted, else the
    /// preferred one.
    pub fn select_automatically(&mut self, preferred: AudioDevice) {
        if self.selected.is_none() {
            self.select(if self.lifted { AudioDevice::Handset } else { preferred });
        }
    }

    /// Turns all devices off. Muting ends with it.
    pub const fn release(&mut self) {
        self.selected = None;
        self.muted = false;
    }

    /// The handset left its cradle, or came back to it.
    pub const fn lift(&mut self, lifted: bool) {
        self.lifted = lifted;
    }

    /// The mute button: without a device it does nothing.
    pub const fn toggle_mute(&mut self) {
        self.muted = self.selected.is_some() && !self.muted;
    }

    /// The device that is on.
    #[must_use]
    pub const fn selected(&self) -> Option<AudioDevice> {
        self.selected
    }

    /// Whether the handset is out of its cradle.
    pub(super) const fn is_lifted(&self) -> bool {
        self.lifted
    }

    /// Whether the microphone is off although a device is on.
    #[must_use]
    pub const fn is_muted(&self) -> bool {
        self.muted
    }
}

impl Default for AudioPath {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_way_from_speaker_to_handset_unmutes() {
        let mut path = AudioPath::new();
        path.toggle_mute();
        assert!(!path.is_muted(), "no device is on");
        path.select(AudioDevice::Speaker);
        path.toggle_mute();
        path.select(AudioDevice::Headset);
        assert!(path.is_muted());
        path.select(AudioDevice::Handset);
        assert!(path.is_muted());
        path.select(AudioDevice::Speaker);
        path.select(AudioDevice::Handset);
        assert!(!path.is_muted());
    }

    #[test]
    fn a_lifted_handset_comes_before_the_preferred_device() {
        let mut path = AudioPath::new();
        path.lift(true);
        path.select_automatically(AudioDevice::Headset);
        assert_eq!(path.selected(), Some(AudioDevice::Handset));
        path.release();
        path.lift(false);
        path.select_automatically(AudioDevice::Headset);
        assert_eq!(path.selected(), Some(AudioDevice::Headset));
    }
}
