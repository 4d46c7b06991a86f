//! Our parser beside its peers, in one run: `cargo run --release`. README.md says what the figures mean.

mod c;
mod instructions;
mod messages;
mod peer;
mod speed;
#[cfg(libsrtp)]
mod srtp;
mod table;
mod worst;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (samples, peers) = (messages::five(), peer::all());
    match arguments.first().map_or("speed", String::as_str) {
        "speed" => print!("{}", speed::compare(&peers, &samples)),
        #[cfg(libsrtp)]
        "srtp" => print!("{}", srtp::compare(&arguments[1..])),
        #[cfg(not(libsrtp))]
        "srtp" => eprintln!("libsrtp is not here: apt-get install libsrtp2-dev pkg-config, build again"),
        "instructions" => print!("{}", instructions::compare(&peers, &samples)),
        "worst" => print!("{}", worst::measure(&messages::torture())),
        "repeat" => {
            if let Err(error) = instructions::repeat(&peers, &samples, &arguments[1..]) {
                eprintln!("{error}");
                return ExitCode::from(2);
            }
        }
        "all" => {
            println!("## Speed\n\n{}", speed::compare(&peers, &samples));
            println!("## Instructions\n\n{}", instructions::compare(&peers, &samples));
            println!("## The longest time for one datagram\n\n{}", worst::measure(&messages::torture()));
        }
        _ => {
            eprintln!("peers [speed | instructions | worst | srtp [LIBSRTP.so ...] | all]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
