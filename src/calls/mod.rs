//! Call appearances: what a person does with four calls, without a word of SIP.

pub mod audio_path;
pub mod collector;
pub mod dtmf;
pub mod keys;
pub mod lamp;
pub mod ring;
pub mod settings;
pub mod state;
pub mod tones;

pub use audio_path::{AudioDevice, AudioPath};
pub use dtmf::Digit;
pub use keys::{DialKey, LineKey};
pub use lamp::{Colour, Lamp, LampState, Pattern};
pub use settings::{LineSettings, Settings, Timing};
pub use state::CallState;
pub use tones::Tone;
