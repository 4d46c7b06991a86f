//! What one case has: a folder, its peers, a time limit, and what it says.

use crate::peer::{self, Peer};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The place of one case.
#[derive(Clone, Debug)]
pub struct Stage {
    folder: PathBuf,
    began: Instant,
    limit: Duration,
    said: Arc<Mutex<Vec<String>>>,
    evidence: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    /// A fresh folder for a case.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn new(case: &str, limit: Duration) -> Result<Self, String> {
        let name = format!("deskphone-interop-{}-{case}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _old = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        peer::own_folder(&folder);
        let (said, evidence) = Default::default();
        Ok(Self { folder, began: Instant::now(), limit, said, evidence })
    }

    /// The case's own folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a peer.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, name: &str, command: Command) -> Result<Peer, String> {
        Peer::start(name, &self.folder, command)
    }

    /// Whether the case's time is over.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.began.elapsed() >= self.limit
    }

    /// Writes a file of a peer.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
        }
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }

    /// A figure or a finding, printed with the case's verdict.
    pub fn say(&self, text: impl Into<String>) {
        if let Ok(mut said) = self.said.lock() {
            said.push(format!("{:5.1} s  {}", self.began.elapsed().as_secs_f32(), text.into()));
        }
    }

    /// A ladder or the like, printed when the case fails.
    pub fn keep(&self, text: impl Into<String>) {
        if let Ok(mut evidence) = self.evidence.lock() {
            evidence.push(text.into());
        }
    }

    /// What was said, line by line.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        self.said.lock().map(|said| said.clone()).unwrap_or_default()
    }

    /// All that may tell why the case failed: ladders and the ends of the peers' logs.
    #[must_use]
    pub fn evidence(&self) -> String {
        let mut text = String::new();
        for kept in self.evidence.lock().map(|evidence| evidence.clone()).unwrap_or_default() {
            let _ = writeln!(text, "{kept}");
        }
        let Ok(files) = fs::read_dir(&self.folder) else { return text };
        for path in files.flatten().map(|file| file.path()) {
            if path.extension().is_some_and(|extension| extension == "log") {
                let bytes = fs::read(&path).unwrap_or_default();
                let log = String::from_utf8_lossy(&bytes);
                let lines: Vec<&str> = log.lines().collect();
                let tail = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default();
                let _ = writeln!(text, "--- end of {}\n{}", path.display(), tail.join("\n"));
            }
        }
        text
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // The last of the clones clears up.
        if Arc::strong_count(&self.said) == 1 {
            let _gone = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Lines of each log that are shown when a case fails.
const LOG_LINES: usize = 60;
