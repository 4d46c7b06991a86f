//! What the library makes of something: `inspect sip FILE...` (or `-` for standard input).
//!
//! One line a file: name, TAB, `request METHOD` / `response CODE` / `invalid`, TAB, the status that a phone
//! answers with or `-` for none, TAB, why. With `--fields` the decoded values follow as further TAB-separated
//! `key=value`.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::process::ExitCode;

mod sip;

const USAGE: &str = "usage: inspect sip [--fields] FILE...   (- reads standard input)";

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let fields = arguments.iter().any(|argument| argument == "--fields");
    arguments.retain(|argument| argument != "--fields");
    let files = match arguments.split_first() {
        Some((first, files)) if first == "sip" && !files.is_empty() => files,
        Some(_) | None => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let mut failed = false;
    let mut out = std::io::stdout().lock();
    for file in files {
        let name = file.to_string_lossy();
        let line = match read(file) {
            Ok(bytes) => sip::line(&name, &bytes, fields),
            Err(error) => {
                eprintln!("inspect: {name}: {error}");
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

fn read(file: &OsStr) -> std::io::Result<Vec<u8>> {
    if file != "-" {
        return std::fs::read(file);
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}
