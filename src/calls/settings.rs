//! What calls must know of the phone's settings, as plain values.

use heapless::String;

use super::AudioDevice;
use crate::limits;
use crate::ua::ExtensionId;

/// The settings of line keys, timers and the person's preferences.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The four line keys.
    pub lines: [LineSettings; limits::LINE_KEYS],
    /// `Make Call Without Reg` of each extension: there is a dial tone even while it is not registered.
    pub call_without_registration: [bool; limits::EXTENSIONS],
    /// `Default Ring` of each extension.
    pub ring: [u8; limits::EXTENSIONS],
    /// `CW Setting`: a call that comes in during another one is let through.
    pub call_waiting: bool,
    /// `Preferred Audio Device`, speaker or headset: for calls that become active without a device.
    pub preferred_device: AudioDevice,
    /// The timers of a call appearance.
    pub timing: Timing,
}

/// One line key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineSettings {
    /// The extension that it is an appearance of; `None`: disabled.
    pub extension: Option<ExtensionId>,
    /// `Short Name`: its label on the display.
    pub label: String<15>,
}

/// The timers of a call appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// `Interdigit Long Timer`: a number without a further key for this long is complete.
    pub interdigit_long_ms: u32,
    /// `Reorder Delay`: from the far end's hanging up to the reorder tone; `None`: no reorder tone.
    pub reorder_delay_ms: Option<u32>,
}

impl Settings {
    /// All line keys disabled, all else as the reference phone has it.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            lines: [const { LineSettings { extension: None, label: String::new() } }; limits::LINE_KEYS],
            call_without_registration: [false; limits::EXTENSIONS],
            ring: [1; limits::EXTENSIONS],
            call_waiting: true,
            preferred_device: AudioDevice::Speaker,
            timing: Timing { interdigit_long_ms: 10_000, reorder_delay_ms: Some(5_000) },
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}
