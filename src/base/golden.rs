//! Tables of behaviour as files: tests compare against them, a reader judges their changes.

use std::path::PathBuf;
use std::string::String;
use std::{env, fs};

/// Compares `text` with `tests/golden/{name}.txt`; with `UPDATE_GOLDEN` set it writes the file instead.
pub(crate) fn compare(name: &str, text: &str) {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.push("tests/golden");
    path.push(std::format!("{name}.txt"));
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    let golden: String = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(golden, text, "{} differs; UPDATE_GOLDEN=1 rewrites it", path.display());
}
