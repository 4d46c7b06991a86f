//! Kamailio as registrar and proxy, with a configuration of our own.

use crate::peer::Peer;
use crate::stage::Stage;
use crate::{ports, probe};
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

/// The digest that its challenges ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// RFC 2617.
    Md5,
    /// RFC 8760.
    Sha256,
}

/// What stands in the Record-Route of two that serve one domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The address of the one that the call went through.
    Address,
    /// The domain.
    Domain,
}

/// A running Kamailio.
#[derive(Debug)]
pub struct Kamailio {
    stage: Stage,
    name: &'static str,
    defines: &'static [&'static str],
    port: u16,
    peer: Peer,
}

impl Kamailio {
    /// Starts one with the accounts 101 to 109, whose passwords are `pw101` to `pw109`. Its nonces are good
    /// for `nonce_s` seconds.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(stage: &Stage, digest: Digest, nonce_s: u32) -> Result<Self, String> {
        let port = ports::free(2)?;
        let text = configuration(stage, "kamailio", port).replace("@NONCE_EXPIRE@", &nonce_s.to_string());
        let algorithm = match digest {
            Digest::Md5 => "MD5",
            Digest::Sha256 => "SHA-256",
        };
        Self::bring_up(stage, "kamailio", port, &[], &text.replace("@ALGORITHM@", algorithm))
    }

    /// Starts one that shares the lines of those who ask for it (module `sca`).
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start_shared(stage: &Stage) -> Result<Self, String> {
        let port = ports::free(2)?;
        let text = configuration(stage, "kamailio", port).replace("@NONCE_EXPIRE@", "300");
        Self::bring_up(stage, "kamailio", port, &["SHARED"], &text.replace("@ALGORITHM@", "MD5"))
    }

    /// Starts two that serve [`DOMAIN`] with the same accounts, and tell each other of bindings.
    ///
    /// # Errors
    /// When one does not come up.
    pub fn start_pair(stage: &Stage, route: Route) -> Result<[Self; 2], String> {
        let (first, second) = (ports::free(2)?, ports::free(2)?);
        let defines: &'static [&'static str] = match route {
            Route::Address => &["PAIR"],
            Route::Domain => &["PAIR", "NAMED_ROUTE"],
        };
        let start = |name, port, partner: u16| {
            let text = configuration(stage, name, port)
                .replace("@PARTNER@", &partner.to_string())
                .replace("@NONCE_EXPIRE@", "300")
                .replace("@ALGORITHM@", "MD5");
            Self::bring_up(stage, name, port, defines, &text)
        };
        Ok([start("first", first, second)?, start("second", second, first)?])
    }

    fn bring_up(
        stage: &Stage,
        name: &'static str,
        port: u16,
        defines: &'static [&'static str],
        text: &str,
    ) -> Result<Self, String> {
        stage.write(&format!("{name}/kamailio.cfg"), text)?;
        stage.write(
            &format!("{name}/users/version"),
            "table_name(string) table_version(int)\nsubscriber:7\nsca_subscriptions:2\n",
        )?;
        stage.write(&format!("{name}/users/sca_subscriptions"), SUBSCRIPTIONS)?;
        let mut users = "id(int,auto) username(string) domain(string) password(string)\n".to_owned();
        for number in 1..=9 {
            let _ = writeln!(users, "{number}:10{number}:127.0.0.1:pw10{number}");
        }
        stage.write(&format!("{name}/users/subscriber"), &users)?;
        let peer = run(stage, name, defines)?;
        let mut kamailio = Self { stage: stage.clone(), name, defines, port, peer };
        kamailio.wait_until_it_answers()?;
        Ok(kamailio)
    }

    /// Where it listens, over UDP and TCP.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// A power cut: it is gone, and with it all bindings.
    pub fn kill(&mut self) {
        self.peer.kill();
    }

    /// It comes up again at the same address.
    ///
    /// # Errors
    /// When it does not.
    pub fn restart(&mut self) -> Result<(), String> {
        self.peer = run(&self.stage, self.name, self.defines)?;
        self.wait_until_it_answers()
    }

    /// Sends an OPTIONS through it, from a socket of our own; the first line of the final answer. `meanwhile`
    /// is called again and again until it comes.
    ///
    /// # Errors
    /// When none comes within two seconds.
    pub fn ask(&self, uri: &str, meanwhile: impl FnMut()) -> Result<String, String> {
        probe::options(self.address(), uri, meanwhile)
    }

    fn wait_until_it_answers(&mut self) -> Result<(), String> {
        let uri = format!("sip:{}", self.address());
        for _ in 0..10 {
            if self.peer.ended()?.is_some() {
                break;
            }
            if self.ask(&uri, || {}).is_ok_and(|first| first.starts_with("SIP/2.0 200")) {
                return Ok(());
            }
        }
        Err("Kamailio does not come up".to_owned())
    }
}

fn configuration(stage: &Stage, name: &str, port: u16) -> String {
    CONFIGURATION
        .replace("@PORT@", &port.to_string())
        .replace("@DOMAIN@", DOMAIN)
        .replace("@FOLDER@", &stage.folder().join(name).display().to_string())
}

fn run(stage: &Stage, name: &str, defines: &[&str]) -> Result<Peer, String> {
    let folder = stage.folder().join(name);
    let mut command = Command::new("kamailio");
    command.args(["-DD", "-E", "-m", "32", "-M", "4", "-f"]).arg(folder.join("kamailio.cfg"));
    command.arg("-Y").arg(&folder).arg("-P").arg(folder.join("kamailio.pid")).arg("-w").arg(&folder);
    for define in defines {
        command.args(["-A", define]);
    }
    command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
    stage.start(name, command)
}

/// The domain that they serve beside their addresses.
pub const DOMAIN: &str = "office.test";

/// The columns of the table that `sca` keeps its subscriptions in.
const SUBSCRIPTIONS: &str = "id(int,auto) subscriber(string) aor(string) event(int) expires(int) state(int) \
    app_idx(int) call_id(string) from_tag(string) to_tag(string) record_route(string,null) notify_cseq(int) \
    subscribe_cseq(int) server_id(int)\n";

const CONFIGURATION: &str = include_str!("kamailio.cfg");
