//! Comparing with a text file that is kept beside the tests.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The golden ladder called `name`: `tests/golden/ladders/NAME.txt` of the repository.
#[must_use]
pub fn ladder_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden/ladders").join(format!("{name}.txt"))
}

/// Compares `text` with the file at `path`; with `UPDATE_GOLDEN` set in the environment it writes the
/// file instead.
///
/// # Panics
/// When they differ: the message shows the first line that does.
#[track_caller]
pub fn compare(path: &Path, text: &str) {
    if env::var_os("UPDATE_GOLDEN").is_some() {
        write(path, text);
        return;
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    if let Some(report) = difference(&kept, text) {
        panic!(
            "{} differs (UPDATE_GOLDEN=1 rewrites it)\n{report}\nthe whole of it:\n{text}",
            path.display()
        );
    }
}

fn write(path: &Path, text: &str) {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    assert!(written.is_ok(), "{} cannot be written: {written:?}", path.display());
}

/// Where two texts part: the line's number and both lines; `None` when they are equal.
#[must_use]
pub fn difference(kept: &str, text: &str) -> Option<String> {
    if kept == text {
        return None;
    }
    let (mut kept, mut text, mut number) = (kept.lines(), text.lines(), 1);
    loop {
        match (kept.next(), text.next()) {
            (Some(old), Some(new)) if old == new => number += 1,
            (None, None) => return Some("they differ in line ends only".to_owned()),
            (old, new) => {
                let [old, new] = [old, new].map(|line| line.unwrap_or("(end)"));
                return Some(format!("line {number}\n  kept: {old}\n  now:  {new}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_shown() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(difference("a\nb\n", "a\nc\n").unwrap(), "line 2\n  kept: b\n  now:  c");
        assert_eq!(difference("a\n", "a\nb\n").unwrap(), "line 2\n  kept: (end)\n  now:  b");
        assert!(difference("a", "a\n").unwrap().contains("line ends"));
    }
}
