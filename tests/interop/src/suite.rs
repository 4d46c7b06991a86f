//! Runs the cases, a lane of them beside the other lanes, and says what became of each.

use crate::peer;
use crate::stage::Stage;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// One case.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// Cases of one lane run one after the other, lanes beside each other.
    pub lane: u8,
    /// What it needs.
    pub needs: &'static [Program],
    /// How long it may take.
    pub limit: Duration,
    /// What it does.
    pub run: fn(&Stage) -> Result<(), String>,
}

/// A peer that nobody here wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// SIPp.
    Sipp,
    /// Kamailio.
    Kamailio,
    /// baresip.
    Baresip,
    /// Asterisk, in a folder of its own.
    Asterisk,
    /// libsrtp's headers, and a C compiler.
    Libsrtp,
}

#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Program {
    const fn name(self) -> &'static str {
        match self {
            Self::Sipp => "sipp",
            Self::Kamailio => "kamailio",
            Self::Baresip => "baresip",
            Self::Asterisk => "asterisk",
            Self::Libsrtp => "libsrtp",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Sipp => "apt-get install sip-tester",
            Self::Kamailio => "apt-get install kamailio",
            Self::Baresip => "apt-get install baresip-core",
            Self::Libsrtp => "apt-get install libsrtp2-dev pkg-config gcc",
            Self::Asterisk => ".ci/asterisk FOLDER brings one and runs these cases",
        }
    }

    /// The variable that says that it must be there.
    const fn required_by(self) -> &'static str {
        match self {
            Self::Sipp | Self::Kamailio | Self::Baresip | Self::Libsrtp => "DESKPHONE_REQUIRE_PEERS",
            Self::Asterisk => "DESKPHONE_REQUIRE_ASTERISK",
        }
    }

    fn is_there(self) -> bool {
        if self == Self::Asterisk {
            return crate::asterisk::system().is_some();
        }
        if self == Self::Libsrtp {
            let found = std::process::Command::new("pkg-config").args(["--exists", "libsrtp2"]).status();
            return found.is_ok_and(|status| status.success());
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let folders = path.split(':').chain(["/usr/sbin", "/usr/local/sbin"]);
        folders.into_iter().any(|folder| Path::new(folder).join(self.name()).is_file())
    }
}

/// Runs the cases whose names hold the words on the command line, and prints the verdicts.
#[must_use]
pub fn run(cases: &[Case]) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let filters: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let wanted = |case: &&Case| filters.is_empty() || filters.iter().any(|word| case.name.contains(*word));
    let chosen: Vec<Case> = cases.iter().filter(wanted).copied().collect();
    if arguments.iter().any(|word| word == "--list") {
        chosen.iter().for_each(|case| println!("{}: test", case.name));
        return ExitCode::SUCCESS;
    }
    if let Err(error) = peer::end_all_on_signals() {
        println!("signals are not watched: {error}");
    }
    let began = Instant::now();
    let totals = Arc::new(Mutex::new(Totals::default()));
    let mut lanes: Vec<u8> = chosen.iter().map(|case| case.lane).collect();
    lanes.sort_unstable();
    lanes.dedup();
    let threads: Vec<_> = lanes
        .into_iter()
        .map(|lane| {
            let cases: Vec<Case> = chosen.iter().filter(|case| case.lane == lane).copied().collect();
            let totals = totals.clone();
            thread::spawn(move || cases.iter().for_each(|case| judge(case, &totals)))
        })
        .collect();
    for thread in threads {
        let _joined = thread.join();
    }
    peer::end_all();
    let totals = totals.lock().map(|totals| *totals).unwrap_or_default();
    println!("interop: all done in {:.1} s", began.elapsed().as_secs_f32());
    println!("{} passed, {} failed, {} skipped", totals.passed, totals.failed, totals.skipped);
    if totals.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One case, from the look for its peers to its verdict.
fn judge(case: &Case, totals: &Mutex<Totals>) {
    let count = |change: fn(&mut Totals)| {
        if let Ok(mut totals) = totals.lock() {
            change(&mut totals);
        }
    };
    if deskphone::limits::SESSIONS < 8 {
        println!("not run: {}: this build has each capacity at its minimum (feature _tiny)", case.name);
        return count(|totals| totals.skipped += 1);
    }
    if let Some(missing) = case.needs.iter().find(|program| !program.is_there()) {
        let advice = format!("{} is missing ({})", missing.name(), missing.advice());
        if std::env::var(missing.required_by()).is_ok_and(|value| value == "1") {
            println!("FAILED  {}: {advice}", case.name);
            return count(|totals| totals.failed += 1);
        }
        println!("not run: {}: {advice}", case.name);
        return count(|totals| totals.skipped += 1);
    }
    let began = Instant::now();
    let (mut verdict, mut stage) = perform(case);
    // A program that another case starts has a copy, until it is itself, of the socket by which a port was
    // found to be free.
    if verdict.as_ref().is_err_and(|error| error.contains("Address already in use")) {
        println!("again: {}: a port was taken", case.name);
        (verdict, stage) = perform(case);
    }
    let seconds = began.elapsed().as_secs_f32();
    let mut text = match &verdict {
        Ok(()) => format!("passed  {} ({seconds:.1} s)\n", case.name),
        Err(error) => format!("FAILED  {} ({seconds:.1} s): {error}\n", case.name),
    };
    if let Some(stage) = stage {
        stage.said().iter().for_each(|line| text.push_str(&format!("        {line}\n")));
        if verdict.is_err() {
            text.push_str(&stage.evidence());
        }
    }
    print!("{text}");
    match verdict {
        Ok(()) => count(|totals| totals.passed += 1),
        Err(_) => count(|totals| totals.failed += 1),
    }
}

/// Runs a case in a thread of its own; one that does not come back in time has failed, and its peers are
/// ended with the suite.
fn perform(case: &Case) -> (Result<(), String>, Option<Stage>) {
    let stage = match Stage::new(case.name, case.limit) {
        Ok(stage) => stage,
        Err(error) => return (Err(error), None),
    };
    let (sender, receiver) = channel();
    let (run, place) = (case.run, stage.clone());
    thread::spawn(move || {
        let verdict = catch_unwind(AssertUnwindSafe(|| run(&place)))
            .unwrap_or_else(|_| Err("the case panicked".to_owned()));
        drop(place);
        let _told = sender.send(verdict);
    });
    let grace = Duration::from_secs(10);
    let verdict = receiver.recv_timeout(case.limit + grace);
    (verdict.unwrap_or_else(|_| Err("the case did not end in time".to_owned())), Some(stage))
}
