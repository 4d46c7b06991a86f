//! The scripts of `scripts/`, one a feature, as a person would run them: `softphone --script FILE`.
//!
//! A first line `# options: --phones 3` gives the options that a script needs. A line `# as sold` says
//! that it needs more than the least capacities: where the library is built with those (`_tiny`), it is
//! not run, and named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

/// Scripts that run at a time: they mostly wait.
const AT_A_TIME: usize = 4;

#[test]
fn each_script_of_the_folder_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let mut scripts: Vec<PathBuf> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    scripts.sort();
    assert!(!scripts.is_empty(), "there are scripts");
    let waiting = Mutex::new(scripts.iter());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(script) = next(&waiting) {
                    if let Err(report) = run(script) {
                        failed.lock().expect("no script panics").push(report);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no script panics");
    assert!(
        failed.is_empty(),
        "{} of {} scripts failed:\n{}",
        failed.len(),
        scripts.len(),
        failed.join("\n")
    );
}

fn next<'a>(waiting: &Mutex<impl Iterator<Item = &'a PathBuf>>) -> Option<&'a PathBuf> {
    waiting.lock().expect("no script panics").next()
}

fn run(script: &Path) -> Result<(), String> {
    let name = script.display();
    let text = fs::read_to_string(script).map_err(|error| format!("{name}: {error}"))?;
    if !text.lines().any(|line| line.contains("expect")) {
        return Err(format!("{name}: it expects nothing, so it shows nothing"));
    }
    if deskphone::limits::SESSIONS < deskphone::limits::LINE_KEYS
        && text.lines().any(|line| line == "# as sold")
    {
        println!("{name}: not run, the library is built with its least capacities");
        return Ok(());
    }
    let options = text.lines().next().and_then(|line| line.strip_prefix("# options:")).unwrap_or_default();
    let out = Command::new(env!("CARGO_BIN_EXE_softphone"))
        .arg("--script")
        .arg(script)
        .args(options.split_whitespace())
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    if out.status.success() {
        return Ok(());
    }
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Err(format!("{name}: {}\n{}{}", out.status, said(&out.stdout), said(&out.stderr)))
}
