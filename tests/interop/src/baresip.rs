//! baresip without a sound card: it sends a sine, records what it hears, and obeys over its control port.

use crate::peer::Peer;
use crate::ports;
use crate::stage::Stage;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// What its microphone hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Microphone {
    /// A sine of so many hertz.
    Sine(u16),
    /// Its own loudspeaker: whoever calls hears himself.
    Echo,
}

/// A running baresip.
#[derive(Debug)]
pub struct Baresip {
    _peer: Peer,
    folder: PathBuf,
    log: PathBuf,
    control: TcpStream,
    received: Vec<u8>,
    events: Vec<Value>,
}

impl Baresip {
    /// Starts one with the account `user` at `server`.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(
        stage: &Stage,
        user: &str,
        server: SocketAddr,
        microphone: Microphone,
    ) -> Result<Self, String> {
        Self::start_with(stage, user, server, microphone, false)
    }

    /// As [`Baresip::start`]; `protected`: with SRTP and nothing else, keys in session descriptions.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start_with(
        stage: &Stage,
        user: &str,
        server: SocketAddr,
        microphone: Microphone,
        protected: bool,
    ) -> Result<Self, String> {
        let name = format!("baresip-{user}");
        let (sip, control, rtp) = (ports::free(2)?, ports::free(1)?, ports::free(20)?);
        let folder = stage.folder().join(&name);
        let (source, player_channels) = match microphone {
            Microphone::Sine(hertz) => (format!("ausine,{hertz}"), "1"),
            Microphone::Echo => ("aubridge,loudspeaker".to_owned(), "2"),
        };
        let text = CONFIGURATION
            .replace("@FOLDER@", &folder.display().to_string())
            .replace("@SIP@", &sip.to_string())
            .replace("@CONTROL@", &control.to_string())
            .replace("@RTP@", &format!("{rtp}-{}", rtp + 18))
            .replace("@CHANNELS@", player_channels)
            .replace("@SOURCE@", &source);
        stage.write(&format!("{name}/config"), &text)?;
        let account = format!(
            "<sip:{user}@{server}>;auth_user={user};auth_pass=pw{user};regint=60;answermode=manual;\
             audio_codecs=PCMU,PCMA{media}\n",
            media = if protected { ";mediaenc=srtp-mand" } else { "" }
        );
        stage.write(&format!("{name}/accounts"), &account)?;
        stage.write(&format!("{name}/contacts"), "")?;
        // Line by line: what it traces is read while it runs.
        let mut command = Command::new("stdbuf");
        command.args(["-oL", "-eL", "baresip", "-4", "-s", "-v", "-f"]).arg(&folder);
        let mut peer = stage.start(&name, command)?;
        let control = connect(&mut peer, control)?;
        let log = stage.folder().join(format!("{name}.log"));
        Ok(Self { _peer: peer, folder, log, control, received: Vec::new(), events: Vec::new() })
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// When baresip refuses it or does not answer within two seconds.
    pub fn command(&mut self, command: &str, parameters: &str) -> Result<String, String> {
        let order = json!({ "command": command, "params": parameters, "token": "suite" }).to_string();
        let framed = format!("{}:{order},", order.len());
        self.control.write_all(framed.as_bytes()).map_err(|error| format!("{command}: {error}"))?;
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            self.read();
            let answer = self.events.iter().position(|event| event.get("response").is_some());
            if let Some(answer) = answer.map(|place| self.events.remove(place)) {
                let said = answer.get("data").and_then(Value::as_str).unwrap_or_default().to_owned();
                let done = answer.get("ok").and_then(Value::as_bool).unwrap_or_default();
                return if done { Ok(said) } else { Err(format!("{command} {parameters}: {said}")) };
            }
        }
        Err(format!("{command}: baresip does not answer"))
    }

    /// Whether it has reported an event of this type, and with what parameter; each is told once.
    pub fn event(&mut self, kind: &str) -> Option<String> {
        self.read();
        let is = |event: &Value| event.get("type").and_then(Value::as_str) == Some(kind);
        let place = self.events.iter().position(is)?;
        let event = self.events.remove(place);
        Some(event.get("param").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// Forgets what it has reported so far.
    pub fn forget(&mut self) {
        self.read();
        self.events.clear();
    }

    /// The types of what it has reported and nobody asked for.
    #[must_use]
    pub fn unheard(&self) -> String {
        let kinds = self.events.iter().filter_map(|event| event.get("type").and_then(Value::as_str));
        kinds.collect::<Vec<_>>().join(" ")
    }

    /// What it has said and traced so far.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// All that it heard in its calls so far, at 8,000 samples a second. A call's recording is complete when
    /// the call is over.
    ///
    /// # Errors
    /// When there is no recording.
    pub fn heard(&self) -> Result<Vec<i16>, String> {
        let files = fs::read_dir(&self.folder).map_err(|error| error.to_string())?;
        let mut recordings: Vec<PathBuf> = files.flatten().map(|file| file.path()).collect();
        recordings.retain(|path| path.to_string_lossy().ends_with("dec.wav"));
        recordings.sort();
        let mut heard = Vec::new();
        for path in recordings {
            let mut reader = hound::WavReader::open(&path).map_err(|error| format!("recording: {error}"))?;
            let spec = reader.spec();
            let apart = usize::from(spec.channels) * usize::try_from(spec.sample_rate / 8_000).unwrap_or(1);
            heard.extend(reader.samples::<i16>().step_by(apart.max(1)).flatten());
        }
        if heard.is_empty() { Err("baresip recorded nothing".to_owned()) } else { Ok(heard) }
    }

    /// Takes what has come over the control port.
    fn read(&mut self) {
        let mut buffer = [0; 4_096];
        while let Ok(length @ 1..) = self.control.read(&mut buffer) {
            self.received.extend_from_slice(buffer.get(..length).unwrap_or_default());
        }
        while let Some((text, length)) = netstring(&self.received) {
            self.events.extend(serde_json::from_slice::<Value>(text));
            self.received.drain(..length);
        }
    }
}

/// The first netstring (`LENGTH:TEXT,`) and the bytes that it takes, if it is whole.
fn netstring(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let length: usize = std::str::from_utf8(bytes.get(..colon)?).ok()?.parse().ok()?;
    let end = colon + 1 + length;
    bytes.get(end)?;
    Some((bytes.get(colon + 1..end)?, end + 1))
}

fn connect(peer: &mut Peer, port: u16) -> Result<TcpStream, String> {
    for _ in 0..200 {
        if peer.ended()?.is_some() {
            break;
        }
        if let Ok(stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            let brief = Some(Duration::from_millis(1));
            stream.set_read_timeout(brief).map_err(|error| error.to_string())?;
            return Ok(stream);
        }
        thread::sleep(Duration::from_millis(25));
    }
    Err("baresip does not come up".to_owned())
}

const CONFIGURATION: &str = "\
poll_method epoll
sip_listen 127.0.0.1:@SIP@
sip_trans_def udp
call_local_timeout 120
call_max_calls 4
audio_source @SOURCE@
audio_player aubridge,loudspeaker
audio_alert aubridge,alert
ausrc_srate 48000
ausrc_channels 2
auplay_channels @CHANNELS@
auplay_srate 48000
audio_level no
rtp_ports @RTP@
rtcp_mux no
rtp_timeout 60
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
module g711.so
module ausine.so
module aubridge.so
module sndfile.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:@CONTROL@
snd_path @FOLDER@
dtmf_duration 100
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn netstrings_come_in_pieces() {
        assert_eq!(netstring(b"3:abc,2:"), Some((&b"abc"[..], 6)));
        for part in [&b""[..], b"3", b"3:ab", b"3:abc", b"x:abc,"] {
            assert_eq!(netstring(part), None);
        }
    }
}
