//! The phone: inputs in, outputs and a view out.

pub mod audio_plan;
pub mod display;
pub mod input;
pub mod keys;
pub mod output;
pub mod soft_keys;
pub mod view;
pub mod volume;

pub use crate::calls::{AudioDevice, CallState, Colour, DialKey, Digit, Lamp, LineKey, Pattern, Tone};
pub use audio_plan::{AudioPlan, Stream};
pub use display::Display;
pub use input::{Hook, Input, Network};
pub use keys::Key;
pub use output::{Notice, Output};
pub use soft_keys::{SoftKey, SoftKeyRow};
pub use view::{LineView, View};
pub use volume::Volumes;
