//! The media parts of a phone: G.711, tone generator, jitter buffer, DTMF, one audio stream, mixer.
//!
//! These are machines of the data plane: a host's audio task owns them and steps them every 10 or 20 ms.
//! They use integer arithmetic only, because the smallest microcontrollers have nothing else.

pub mod conceal;
pub mod dtmf;
#[cfg(feature = "_fuzzing")]
mod fuzz;
pub mod g711;
pub mod jitter_buffer;
pub mod mixer;
pub mod scripted_tone;
pub mod stream;
pub mod tone_generator;

#[cfg(feature = "_fuzzing")]
#[doc(hidden)]
pub use fuzz::fuzz_media;
