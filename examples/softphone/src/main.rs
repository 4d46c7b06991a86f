//! See `softphone --help`.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use softphone::options::{Command, HELP, Options};
use softphone::player::{self, Verdict};
use softphone::tui;

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    match Command::parse(arguments) {
        Ok(Command::Help) => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Command::Version) => {
            println!("softphone {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Ok(Command::Run(options)) => match &options.script {
            Some(path) => script(path, &options),
            None => tui::run(&options).map_or_else(refuse, |()| ExitCode::SUCCESS),
        },
        Err(mistake) => refuse(mistake),
    }
}

fn script(path: &Path, options: &Options) -> ExitCode {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    match text.map_err(|error| format!("{}: {error}", path.display())) {
        Ok(text) => {
            let verdict = player::run(&text, options, &mut std::io::stdout());
            match verdict {
                Verdict::Unreadable(reason) => refuse(format!("{}: {reason}", path.display())),
                Verdict::Impossible(reason) => refuse(reason),
                Verdict::Held | Verdict::Failed { .. } => ExitCode::from(verdict.status()),
            }
        }
        Err(error) => refuse(error),
    }
}

fn refuse(reason: String) -> ExitCode {
    eprintln!("softphone: {reason}");
    ExitCode::from(2)
}
