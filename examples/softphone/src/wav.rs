//! Sound in and out of WAV files: 8,000 samples a second, one channel, 16 bits inside this program.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use crate::hearing::SAMPLE_RATE;

/// Reads a whole file, whatever its rate, channels and format.
///
/// # Errors
/// Why the file cannot be read, with its name.
pub fn read(path: &Path) -> Result<Vec<i16>, String> {
    let wrong = |error: hound::Error| format!("{}: {error}", path.display());
    let mut reader = WavReader::open(path).map_err(wrong)?;
    let spec = reader.spec();
    let full = 2.0_f32.powi(i32::from(spec.bits_per_sample) - 1);
    let samples: Result<Vec<f32>, hound::Error> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect(),
        SampleFormat::Int => reader.samples::<i32>().map(|sample| Ok(sample? as f32 / full)).collect(),
    };
    let channels = usize::from(spec.channels.max(1));
    let mono: Vec<f32> = samples
        .map_err(wrong)?
        .chunks(channels)
        .map(|frame| frame.iter().sum::<f32>() / channels as f32)
        .collect();
    Ok(resample(&mono, spec.sample_rate))
}

/// To our rate, by straight lines between samples. Good enough for speech.
fn resample(samples: &[f32], rate: u32) -> Vec<i16> {
    let step = f64::from(rate) / f64::from(SAMPLE_RATE);
    let length = (samples.len() as f64 / step) as usize;
    let at = |index: usize| samples.get(index).or(samples.last()).copied().unwrap_or(0.0);
    (0..length)
        .map(|n| {
            let place = n as f64 * step;
            let (whole, part) = (place as usize, place.fract() as f32);
            let value = at(whole) * (1.0 - part) + at(whole + 1) * part;
            (value * 32_767.0).clamp(-32_768.0, 32_767.0) as i16
        })
        .collect()
}

/// A file being recorded. The header is right after each second and at the end.
pub struct Recording {
    writer: WavWriter<BufWriter<File>>,
    unflushed: usize,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recording").field("samples", &self.writer.duration()).finish()
    }
}

impl Recording {
    /// Begins a file.
    ///
    /// # Errors
    /// Why it cannot be written, with its name.
    pub fn create(path: &Path) -> Result<Self, String> {
        let spec = WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let writer = WavWriter::create(path, spec).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { writer, unflushed: 0 })
    }

    /// Appends sound. A full disk ends the recording silently: the call goes on.
    pub fn push(&mut self, samples: &[i16]) {
        for &sample in samples {
            if self.writer.write_sample(sample).is_err() {
                return;
            }
        }
        self.unflushed += samples.len();
        if self.unflushed >= SAMPLE_RATE as usize {
            self.unflushed = 0;
            let _ = self.writer.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_can_be_read_back() {
        let path = std::env::temp_dir().join(format!("softphone-wav-{}.wav", std::process::id()));
        let samples: Vec<i16> = (0..4_000).map(|n| (n % 200) * 100).collect();
        let mut recording = Recording::create(&path).expect("a file");
        recording.push(&samples);
        drop(recording);
        let read_back = read(&path).expect("a WAV file");
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(read_back.len(), samples.len());
        assert!(read_back.iter().zip(&samples).all(|(a, b)| (a - b).abs() <= 1));
    }

    #[test]
    fn another_rate_keeps_the_duration() {
        assert_eq!(resample(&[0.5; 44_100], 44_100).len(), 8_000);
        assert_eq!(resample(&[], 16_000), []);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(Path::new("no-such.wav")).expect_err("missing");
        assert!(error.starts_with("no-such.wav: "), "{error}");
    }
}
