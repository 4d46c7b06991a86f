//! A peer's process, the leader of a process group of its own: what it starts ends with it.

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Groups that are running and folders that are in use, for the end of the whole suite.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// No peer is started any more.
static ENDING: AtomicBool = AtomicBool::new(false);

/// A running peer. Dropped, it is stopped.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    group: Pid,
    name: String,
}

impl Peer {
    /// Starts a program in `folder`; what it says goes to `NAME.log` there.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &str, folder: &Path, mut command: Command) -> Result<Self, String> {
        let say = |what: &str, error: std::io::Error| format!("{name}: {what}: {error}");
        let log = File::create(folder.join(format!("{name}.log"))).map_err(|e| say("log", e))?;
        let also = log.try_clone().map_err(|e| say("log", e))?;
        command.current_dir(folder).stdin(Stdio::null()).stdout(log).stderr(also).process_group(0);
        // Under the lock, so that the end of the suite finds it.
        let mut running = RUNNING.lock().map_err(|_| "a case broke while it started a peer".to_owned())?;
        if ENDING.load(Ordering::Relaxed) {
            return Err("the suite ends".to_owned());
        }
        let child = command.spawn().map_err(|e| say("start", e))?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or("no process id")?;
        running.push(group);
        drop(running);
        Ok(Self { child, group, name: name.to_owned() })
    }

    /// Its name in the suite.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the system does not know it.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>, String> {
        self.child.try_wait().map_err(|error| format!("{}: {error}", self.name))
    }

    /// Ends it at once, as a power cut would, and all that it started.
    pub fn kill(&mut self) {
        self.end(Signal::KILL, Duration::ZERO);
    }

    fn end(&mut self, signal: Signal, patience: Duration) {
        let _gone = kill_process_group(self.group, signal);
        let since = Instant::now();
        while since.elapsed() < patience && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(10));
        }
        end_group(self.group);
        let _status = self.child.wait();
        if let Ok(mut running) = RUNNING.lock() {
            running.retain(|group| *group != self.group);
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.end(Signal::TERM, Duration::from_millis(500));
    }
}

/// Kills a group and waits until it is gone.
fn end_group(group: Pid) {
    for _ in 0..100 {
        if kill_process_group(group, Signal::KILL).is_err() || test_kill_process_group(group).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// A folder that is removed at the end, however the end comes.
pub fn own_folder(folder: &Path) {
    if let Ok(mut folders) = FOLDERS.lock() {
        folders.push(folder.to_owned());
    }
}

/// Ends all peers and removes all folders.
pub fn end_all() {
    ENDING.store(true, Ordering::Relaxed);
    let groups = RUNNING.lock().map(|running| running.clone()).unwrap_or_default();
    for group in groups {
        let _gone = kill_process_group(group, Signal::KILL);
    }
    let folders = FOLDERS.lock().map(|mut folders| std::mem::take(&mut *folders)).unwrap_or_default();
    for folder in folders {
        let _gone = std::fs::remove_dir_all(folder);
    }
}

/// Ctrl-C, a hang-up and a polite kill end the peers too.
///
/// # Errors
/// When signals cannot be watched.
pub fn end_all_on_signals() -> Result<(), String> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(|error| error.to_string())?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            end_all();
            std::process::exit(130);
        }
    });
    Ok(())
}
