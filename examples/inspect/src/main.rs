//! What the library makes of something: `inspect sip FILE...`, `inspect script KIND TEXT`,
//! `inspect plan PLAN KEYS`, `inspect setting TAG [VALUE]`.
//!
//! `sip` reads messages (`-` is standard input). One line a file: name, TAB, `request METHOD` / `response
//! CODE` /
//! `invalid`, TAB, the status that a phone answers with or `-` for none, TAB, why. With `--fields` the
//! decoded values follow as further TAB-separated `key=value`.
//!
//! `script` reads one of the phone's scripts and shows what it does: one line for each change.
//!
//! `plan` shows what a dial plan makes of keys: one line a key, then the verdict.
//!
//! `setting` shows what a setting is, and what a value of it means.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::process::ExitCode;

mod plan;
mod script;
mod setting;
mod sip;

const USAGE: &str = "\
usage: inspect sip [--fields] FILE...   (- reads standard input)
       inspect script led|tone|cad|ring|freq TEXT [--for 3s]
       inspect plan PLAN [KEYS]         (. and , let the long and the short timer run out)
       inspect setting TAG [VALUE]      (an empty VALUE is the factory's, \"\" the empty text)";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    // Each command gives `None` when it is called in a wrong way.
    let ended = match arguments.split_first() {
        Some((command, rest)) if command == "sip" => messages(rest),
        Some((command, rest)) if command == "script" => script::run(rest),
        Some((command, rest)) if command == "plan" => plan::run(rest),
        Some((command, rest)) if command == "setting" => setting::run(rest),
        Some(_) | None => None,
    };
    ended.unwrap_or_else(|| {
        eprintln!("{USAGE}");
        ExitCode::from(2)
    })
}

fn messages(arguments: &[OsString]) -> Option<ExitCode> {
    let fields = arguments.iter().any(|argument| argument == "--fields");
    let files: Vec<&OsString> = arguments.iter().filter(|argument| *argument != "--fields").collect();
    if files.is_empty() {
        return None;
    }
    let mut failed = false;
    for file in files {
        let name = file.to_string_lossy();
        match read(file) {
            Ok(bytes) if print(&sip::line(&name, &bytes, fields)) => {}
            Ok(_) => break,
            Err(error) => {
                eprintln!("inspect: {name}: {error}");
                failed = true;
            }
        }
    }
    Some(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Prints a line; false when the reader went away, having seen enough.
fn print(line: &str) -> bool {
    writeln!(std::io::stdout().lock(), "{line}").is_ok()
}

fn read(file: &OsStr) -> std::io::Result<Vec<u8>> {
    if file != "-" {
        return std::fs::read(file);
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}
