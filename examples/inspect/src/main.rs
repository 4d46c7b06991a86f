//! What the library makes of something: `inspect sip FILE...` (or `-` for standard input).
//!
//! One line a file: name, TAB, `request METHOD` / `response CODE` / `invalid`, TAB, the status that a phone
//! answers with or `-` for none, TAB, why. With `--fields` the decoded values follow as further TAB-separated
//! `key=value`.

use std::io::{Read, Write};
use std::process::ExitCode;

mod sip;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let fields = arguments.iter().any(|argument| argument == "--fields");
    arguments.retain(|argument| argument != "--fields");
    let Some(("sip", files)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) else {
        return usage();
    };
    if files.is_empty() {
        return usage();
    }
    let mut failed = false;
    let mut out = std::io::stdout().lock();
    for file in files {
        let line = match read(file) {
            Ok(bytes) => sip::line(file, &bytes, fields),
            Err(error) => {
                eprintln!("{file}: {error}");
                failed = true;
                continue;
            }
        };
        // A reader that went away has seen enough.
        if writeln!(out, "{line}").is_err() {
            break;
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn usage() -> ExitCode {
    eprintln!("usage: inspect sip [--fields] FILE...   (- reads standard input)");
    ExitCode::from(2)
}

fn read(file: &str) -> std::io::Result<Vec<u8>> {
    if file != "-" {
        return std::fs::read(file);
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}
