//! Asterisk in a folder that holds a whole system, with a configuration of our own.

use crate::peer::{Peer, own_folder};
use crate::stage::Stage;
use crate::{ports, probe};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// A running Asterisk. Dropped, it is stopped and leaves its log with the case.
#[derive(Debug)]
pub struct Asterisk {
    peer: Peer,
    stage: Stage,
    folder: PathBuf,
    port: u16,
}

/// The folder that `DESKPHONE_ASTERISK` names, when Asterisk is in it.
#[must_use]
pub fn system() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("DESKPHONE_ASTERISK")?);
    folder.join("usr/sbin/asterisk").is_file().then_some(folder)
}

impl Asterisk {
    /// Starts one with the accounts 101 to 105, whose passwords are `pw101` to `pw105`.
    ///
    /// # Errors
    /// When it does not come up; `chroot` asks for root.
    pub fn start(stage: &Stage) -> Result<Self, String> {
        Self::start_with(stage, "no")
    }

    /// Starts one that takes SRTP with keys in session descriptions (RFC 4568) and nothing else.
    ///
    /// # Errors
    /// As [`Asterisk::start`].
    pub fn protected(stage: &Stage) -> Result<Self, String> {
        Self::start_with(stage, "sdes")
    }

    fn start_with(stage: &Stage, encryption: &str) -> Result<Self, String> {
        let system = system().ok_or("no system with Asterisk")?;
        let case = stage.folder().file_name().unwrap_or_default();
        let folder = system.join("run").join(case);
        let _old = fs::remove_dir_all(&folder);
        own_folder(&folder);
        let inside = Path::new("/run").join(case);
        let (port, rtp) = (ports::free(2)?, ports::free(40)?);
        let modules = modules(&system).ok_or("Asterisk has no modules")?;
        for (name, text) in CONFIGURATION {
            let text = text
                .replace("@FOLDER@", &inside.display().to_string())
                .replace("@MODULES@", &modules)
                .replace("@PORT@", &port.to_string())
                .replace("@ENCRYPTION@", encryption)
                .replace("@RTP_FIRST@", &rtp.to_string())
                .replace("@RTP_LAST@", &(rtp + 39).to_string());
            write(&folder.join("etc").join(name), &text)?;
        }
        for mailbox in ["101", "102"] {
            let inbox = folder.join("spool/voicemail/default").join(mailbox).join("INBOX");
            fs::create_dir_all(&inbox).map_err(|error| format!("{}: {error}", inbox.display()))?;
        }
        let mut command = Command::new("chroot");
        command.arg(&system).args(["asterisk", "-f", "-n", "-C"]).arg(inside.join("etc/asterisk.conf"));
        let peer = stage.start("asterisk", command)?;
        let mut asterisk = Self { peer, stage: stage.clone(), folder, port };
        asterisk.wait_until_it_answers()?;
        Ok(asterisk)
    }

    /// Where it listens, over UDP and TCP.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// What it has written down so far.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join(LOG)).unwrap_or_default()).into_owned()
    }

    /// How many new messages a mailbox holds.
    #[must_use]
    pub fn messages(&self, mailbox: &str) -> usize {
        let files = fs::read_dir(self.inbox(mailbox)).map(|files| files.flatten().count());
        files.map_or(0, |files| files / FILES_A_MESSAGE)
    }

    /// Takes all new messages out of a mailbox, as if they were deleted.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn clear(&self, mailbox: &str) -> Result<(), String> {
        let files = fs::read_dir(self.inbox(mailbox)).map_err(|error| error.to_string())?;
        for file in files.flatten() {
            fs::remove_file(file.path()).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Where 606 writes down what it hears.
    #[must_use]
    pub fn heard(&self) -> PathBuf {
        self.folder.join("heard.wav")
    }

    fn inbox(&self, mailbox: &str) -> PathBuf {
        self.folder.join("spool/voicemail/default").join(mailbox).join("INBOX")
    }

    fn wait_until_it_answers(&mut self) -> Result<(), String> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE && self.peer.ended()?.is_none() {
            // It takes messages before it knows its numbers.
            let ready = self.log().contains("Asterisk Ready.");
            if ready && probe::options(self.address(), &format!("sip:{}", self.address()), || {}).is_ok() {
                self.stage.say(format!("Asterisk came up in {} ms", began.elapsed().as_millis()));
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err("Asterisk does not come up".to_owned())
    }
}

impl Drop for Asterisk {
    fn drop(&mut self) {
        self.peer.kill();
        let _kept = fs::copy(self.folder.join(LOG), self.stage.folder().join(LOG));
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

/// Where the modules are: the folder has the machine's name in it.
fn modules(system: &Path) -> Option<String> {
    let machines = fs::read_dir(system.join("usr/lib")).ok()?;
    let mut folders = machines.flatten().map(|machine| machine.path().join("asterisk/modules"));
    let found = folders.find(|folder| folder.is_dir())?;
    Some(format!("/{}", found.strip_prefix(system).ok()?.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let say = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(say)?;
    }
    fs::write(path, text).map_err(say)
}

const LOG: &str = "messages.log";
/// The sound and what is known about it.
const FILES_A_MESSAGE: usize = 2;
const PATIENCE: Duration = Duration::from_secs(30);

const CONFIGURATION: [(&str, &str); 7] = [
    ("asterisk.conf", include_str!("../asterisk/asterisk.conf")),
    ("extensions.conf", include_str!("../asterisk/extensions.conf")),
    ("logger.conf", include_str!("../asterisk/logger.conf")),
    ("modules.conf", include_str!("../asterisk/modules.conf")),
    ("pjsip.conf", include_str!("../asterisk/pjsip.conf")),
    ("rtp.conf", include_str!("../asterisk/rtp.conf")),
    ("voicemail.conf", include_str!("../asterisk/voicemail.conf")),
];
