//! SIPp with a scenario, its own or ours, and what it counted.

use crate::peer::Peer;
use crate::ports;
use crate::stage::Stage;
use deskphone::transaction::Transport;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

/// A running SIPp.
#[derive(Debug)]
pub struct Sipp {
    peer: Peer,
    statistics: PathBuf,
    errors: PathBuf,
    port: u16,
}

/// What SIPp counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Calls that went as the scenario says.
    pub successful: u32,
    /// Calls that did not.
    pub failed: u32,
    /// Messages that SIPp repeated.
    pub retransmissions: u32,
}

impl Sipp {
    /// Starts SIPp: `arguments` choose the scenario and its figures.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(
        stage: &Stage,
        port: u16,
        target: Option<SocketAddr>,
        arguments: &[&str],
    ) -> Result<Self, String> {
        let media = ports::free(6)?;
        let statistics = stage.folder().join("sipp.csv");
        let errors = stage.folder().join("sipp-errors.log");
        let mut command = Command::new("sipp");
        command.args(target.map(|target| target.to_string()));
        command.args(["-i", "127.0.0.1", "-p", &port.to_string(), "-mi", "127.0.0.1"]);
        command.args(["-mp", &media.to_string(), "-nostdin", "-fd", "1", "-trace_stat", "-trace_err"]);
        command.arg("-stf").arg(&statistics).arg("-error_file").arg(&errors).args(arguments);
        let peer = stage.start("sipp", command)?;
        Ok(Self { peer, statistics, errors, port })
    }

    /// Waits until its port is taken.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn wait_until_it_listens(&mut self, transport: Transport, stage: &Stage) -> Result<(), String> {
        let here = (Ipv4Addr::LOCALHOST, self.port);
        while match transport {
            Transport::Udp => UdpSocket::bind(here).is_ok(),
            Transport::Tcp | Transport::Tls => TcpListener::bind(here).is_ok(),
        } {
            if stage.is_late() || !self.is_running()? {
                return Err("SIPp does not listen".to_owned());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// When the system does not know it.
    pub fn is_running(&mut self) -> Result<bool, String> {
        Ok(self.peer.ended()?.is_none())
    }

    /// Its exit code, once it has ended: 0 if each call went as the scenario says.
    ///
    /// # Errors
    /// When the system does not know it.
    pub fn code(&mut self) -> Result<Option<i32>, String> {
        Ok(self.peer.ended()?.map(|status| status.code().unwrap_or(-1)))
    }

    /// What it counted up to now.
    #[must_use]
    pub fn counted(&self) -> Option<Counted> {
        counted(&fs::read_to_string(&self.statistics).ok()?)
    }

    /// The first lines of what it complained about.
    #[must_use]
    pub fn complaints(&self) -> String {
        complaints(&self.errors)
    }
}

/// The last line of SIPp's statistics, whose first one names the columns.
fn counted(csv: &str) -> Option<Counted> {
    let mut lines = csv.lines().filter(|line| !line.is_empty());
    let names = lines.next()?;
    let values: Vec<&str> = lines.next_back()?.split(';').collect();
    let value = |wanted: &str| {
        let place = names.split(';').position(|name| name == wanted)?;
        values.get(place)?.parse().ok()
    };
    Some(Counted {
        successful: value("SuccessfulCall(C)")?,
        failed: value("FailedCall(C)")?,
        retransmissions: value("Retransmissions(C)")?,
    })
}

fn complaints(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().filter(|line| line.starts_with("20"));
    lines.take(8).map(|line| line.split('\t').next_back().unwrap_or_default().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts() {
        let names = "T;SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);Retransmissions(C);";
        let csv = &format!("{names}\na;1;2;3;4;\nb;5;6;7;8;\n");
        assert_eq!(counted(csv), Some(Counted { successful: 6, failed: 7, retransmissions: 8 }));
        assert_eq!(counted(""), None);
    }
}
