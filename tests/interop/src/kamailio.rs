//! Kamailio as registrar and proxy, with a configuration of our own.

use crate::peer::Peer;
use crate::ports;
use crate::stage::Stage;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command;
use std::time::{Duration, Instant};

/// The digest that its challenges ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// RFC 2617.
    Md5,
    /// RFC 8760.
    Sha256,
}

/// A running Kamailio.
#[derive(Debug)]
pub struct Kamailio {
    stage: Stage,
    port: u16,
    peer: Peer,
}

impl Kamailio {
    /// Starts one with the accounts 101 to 109, whose passwords are `pw101` to `pw109`. Its nonces are good
    /// for
    /// `nonce_s` seconds.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(stage: &Stage, digest: Digest, nonce_s: u32) -> Result<Self, String> {
        let port = ports::free(2)?;
        let algorithm = match digest {
            Digest::Md5 => "MD5",
            Digest::Sha256 => "SHA-256",
        };
        let folder = stage.folder().display().to_string();
        let text = CONFIGURATION
            .replace("@PORT@", &port.to_string())
            .replace("@FOLDER@", &folder)
            .replace("@NONCE_EXPIRE@", &nonce_s.to_string())
            .replace("@ALGORITHM@", algorithm);
        stage.write("kamailio.cfg", &text)?;
        stage.write("users/version", "table_name(string) table_version(int)\nsubscriber:7\n")?;
        let mut users = "id(int,auto) username(string) domain(string) password(string)\n".to_owned();
        for number in 1..=9 {
            let _ = writeln!(users, "{number}:10{number}:127.0.0.1:pw10{number}");
        }
        stage.write("users/subscriber", &users)?;
        let peer = run(stage)?;
        let mut kamailio = Self { stage: stage.clone(), port, peer };
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
        self.peer = run(&self.stage)?;
        self.wait_until_it_answers()
    }

    /// Sends an OPTIONS through it, from a socket of our own; the first line of the final answer. `meanwhile`
    /// is called again and again until it comes.
    ///
    /// # Errors
    /// When none comes within two seconds.
    pub fn ask(&self, uri: &str, mut meanwhile: impl FnMut()) -> Result<String, String> {
        let method = "OPTIONS";
        let say = |error: std::io::Error| format!("{method} {uri}: {error}");
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(say)?;
        let port = socket.local_addr().map_err(say)?.port();
        let request = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-suite-{port}\r\n\
             From: <sip:suite@suite.invalid>;tag={port}\r\nTo: <{uri}>\r\nCall-ID: suite-{port}\r\n\
             CSeq: 1 {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        );
        socket.set_read_timeout(Some(Duration::from_millis(5))).map_err(say)?;
        let mut buffer = [0; 4_096];
        let began = Instant::now();
        let mut sent = 0;
        while began.elapsed() < Duration::from_secs(2) {
            if began.elapsed() >= sent * Duration::from_millis(500) {
                sent += 1;
                socket.send_to(request.as_bytes(), self.address()).map_err(say)?;
            }
            meanwhile();
            // Nobody there yet counts as no answer.
            let Ok(length) = socket.recv(&mut buffer) else { continue };
            let text = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
            let first = text.lines().next().unwrap_or_default();
            if !first.starts_with("SIP/2.0 1") {
                return Ok(first.to_owned());
            }
        }
        Err(format!("{method} {uri}: no answer"))
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

fn run(stage: &Stage) -> Result<Peer, String> {
    let folder = stage.folder();
    let mut command = Command::new("kamailio");
    command.args(["-DD", "-E", "-m", "32", "-M", "4", "-f"]).arg(folder.join("kamailio.cfg"));
    command.arg("-Y").arg(folder).arg("-P").arg(folder.join("kamailio.pid")).arg("-w").arg(folder);
    command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
    stage.start("kamailio", command)
}

const CONFIGURATION: &str = include_str!("kamailio.cfg");
