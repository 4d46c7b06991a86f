//! What the microphone hears: nothing, a sine, a WAV file.

use std::f32::consts::TAU;

use crate::audio::{FRAME, Frame};
use crate::hearing::SAMPLE_RATE;
use crate::script::Sound;
use crate::wav;

/// The amplitude of a sine: -12 dB of full scale.
const SINE_LEVEL: f32 = 8_000.0;

/// A source of frames.
#[derive(Debug)]
pub(crate) enum Microphone {
    /// Nothing.
    Silence,
    /// A sine.
    Sine {
        /// Its frequency.
        hertz: f32,
        /// The next sample's number.
        sample: u32,
    },
    /// A file, once; then silence.
    File {
        /// All of it.
        samples: Vec<i16>,
        /// The next sample's number.
        place: usize,
    },
}

impl Microphone {
    /// From the beginning of a sound.
    pub(crate) fn new(sound: &Sound) -> Result<Self, String> {
        Ok(match sound {
            Sound::Silence => Self::Silence,
            Sound::Sine(hertz) => Self::Sine { hertz: *hertz, sample: 0 },
            Sound::File(path) => Self::File { samples: wav::read(path)?, place: 0 },
        })
    }

    /// The next 10 ms.
    pub(crate) fn next_frame(&mut self) -> Frame {
        let mut frame = [0; FRAME];
        match self {
            Self::Silence => {}
            Self::Sine { hertz, sample } => {
                for value in &mut frame {
                    let turn = (f64::from(*sample) * f64::from(*hertz) / f64::from(SAMPLE_RATE)).fract();
                    *value = ((turn as f32 * TAU).sin() * SINE_LEVEL) as i16;
                    *sample = sample.wrapping_add(1);
                }
            }
            Self::File { samples, place } => {
                for (value, sample) in frame.iter_mut().zip(samples.iter().skip(*place)) {
                    *value = *sample;
                }
                *place = (*place + FRAME).min(samples.len());
            }
        }
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hearing::Hearing;
    use crate::script::Heard;

    #[test]
    fn a_sine_is_heard_as_such() {
        let mut microphone = Microphone::new(&Sound::Sine(440.0)).expect("a sine");
        let mut hearing = Hearing::default();
        (0..30).for_each(|_| hearing.push(&microphone.next_frame()));
        assert!(hearing.is(Heard::Hertz(440.0)), "{}", hearing.describe());
    }

    #[test]
    fn a_file_ends_in_silence() {
        let mut microphone = Microphone::File { samples: vec![7; 100], place: 0 };
        assert_eq!(microphone.next_frame(), [7; FRAME]);
        assert_eq!(microphone.next_frame()[..21], [[7; 20].as_slice(), &[0]].concat());
        assert_eq!(microphone.next_frame(), [0; FRAME]);
    }
}
