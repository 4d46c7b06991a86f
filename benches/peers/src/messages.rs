//! The messages that are compared: ours, or those of the folder that MESSAGES_DIR names.

use std::fs;
use std::path::{Path, PathBuf};

/// A message and what it is called.
pub struct Sample {
    /// Its file's name without the extension.
    pub name: String,
    /// The datagram.
    pub bytes: Vec<u8>,
}

/// The five messages of the comparison.
pub fn five() -> Vec<Sample> {
    let own = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../messages"));
    folder(&std::env::var_os("MESSAGES_DIR").map_or_else(own, PathBuf::from))
}

/// The torture messages of our own corpus, one a section of RFC 4475, and the five.
pub fn torture() -> Vec<Sample> {
    let mut samples = folder(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus/sip")));
    samples.extend(five());
    samples
}

fn folder(path: &Path) -> Vec<Sample> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sip"));
    files.sort();
    let sample = |path: &PathBuf| Sample {
        name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: fs::read(path).expect("a message"),
    };
    files.iter().map(sample).collect()
}
