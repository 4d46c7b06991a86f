//! What a person sees and hears: levels that a host shows after each step.

use super::display::Display;
use super::soft_keys::SoftKeyRow;
use super::volume::Volumes;
use crate::base::Instant;
use crate::calls::{AudioDevice, CallState, Lamp, LineKey, Tone};
use crate::limits;
use crate::ua::{ExtensionId, RegistrationView};

use super::audio_plan::AudioPlan;

/// The whole face of the phone.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The four call appearances, in line key order.
    pub lines: [LineView<'a>; limits::LINE_KEYS],
    /// The line key that display and soft keys speak of: the active call, else the lowest ringing one, else the
    /// lowest held one.
    pub focus: Option<LineKey>,
    /// The audio device that is on.
    pub device: Option<AudioDevice>,
    /// Whether the microphone is off although a device is on.
    pub muted: bool,
    /// The lamp of the speaker button.
    pub speaker_lamp: Lamp,
    /// The lamp of the headset button.
    pub headset_lamp: Lamp,
    /// The lamp of the mute button.
    pub mute_lamp: Lamp,
    /// The lamp with the envelope: it blinks red while a call comes in.
    pub message_lamp: Lamp,
    /// The tone in the device.
    pub tone: Option<Tone>,
    /// The ring tone that sounds, by number.
    pub ring: Option<u8>,
    /// The four soft keys.
    pub soft_keys: SoftKeyRow,
    /// How loud things are.
    pub volumes: Volumes,
    /// Where each extension stands with its registrar.
    pub registrations: [RegistrationView; limits::EXTENSIONS],
    /// What the audio task has to do.
    pub audio: AudioPlan,
    pub(super) on_hook_number: &'a str,
    pub(super) identity: &'a str,
    pub(super) volume_shown: bool,
}

/// One call appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineView<'a> {
    /// Its state.
    pub state: CallState,
    /// The LED of its line key.
    pub lamp: Lamp,
    /// The extension it belongs to; `None` for a disabled line key.
    pub extension: Option<ExtensionId>,
    /// Its name beside the key.
    pub label: &'a str,
    /// The other side's name; may be empty.
    pub name: &'a str,
    /// The other side's number, or the digits dialled so far.
    pub number: &'a str,
    /// Whether the other side called us.
    pub incoming: bool,
    /// Whether the far end has put us on hold.
    pub held_by_peer: bool,
    /// When the conversation began; the call timer counts from here.
    pub connected_since: Option<Instant>,
}

impl View<'_> {
    /// The lines of the display at an instant; the call timers need it.
    #[must_use]
    pub fn display(&self, now: Instant) -> Display {
        super::display::render(self, now)
    }
}
