//! See `softphone --help`.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use softphone::options::{Command, HELP, Options};
use softphone::player::{self, Verdict};
use softphone::tui;

fn main() -> ExitCode {
    match Command::parse(std::env::args().skip(1)) {
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
            if let Verdict::Unreadable(reason) = &verdict {
                return refuse(format!("{}: {reason}", path.display()));
            }
            ExitCode::from(verdict.status())
        }
        Err(error) => refuse(error),
    }
}

fn refuse(reason: String) -> ExitCode {
    eprintln!("softphone: {reason}");
    ExitCode::from(2)
}
