//! One media stream of the phone's plan: the library's machine with an RTP and an RTCP socket.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{SystemTime, UNIX_EPOCH};

use deskphone::base::{Instant, UnixTime};
use deskphone::config::Config;
use deskphone::media::scripted_tone::ScriptedTone;
use deskphone::media::stream::{AudioStream, Statistics};
use deskphone::phone::{Stream as Plan, Tone};
use deskphone::rtp::rtcp::{self, Description};
use deskphone::rtp::telephone_event::Digit;
use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};

use crate::audio::{FRAME, Frame};
use crate::desk::SystemRng;
use crate::fault::Fault;
use crate::protection::{Keys, Kind, Protection};
use crate::record::Record;

const DATAGRAM: usize = 2_048;
/// Silence of the peer's own address after which another one is listened to.
const STRANGER_MS: u64 = 500;

/// A stream that runs.
#[derive(Debug)]
pub(crate) struct Stream {
    plan: Plan,
    machine: AudioStream,
    protection: Protection,
    local: SocketAddr,
    rtp: UdpSocket,
    rtcp: Option<UdpSocket>,
    /// The tone that the peer hears instead of the microphone, and since when.
    tone: Option<(Tone, Instant)>,
    tones: ScriptedTone,
    /// The press that was last given to the machine.
    pressed: Option<u32>,
    /// When the address that the peer named was last heard, or may first be.
    heard_at: Instant,
}

impl Stream {
    /// Binds the plan's ports and starts.
    pub(crate) fn open(
        now: Instant,
        plan: Plan,
        address: IpAddr,
        registry: &Registry,
        token: Token,
    ) -> io::Result<Self> {
        let local = SocketAddr::new(address, plan.local_port);
        let mut rtp = UdpSocket::bind(local)?;
        registry.register(&mut rtp, token, Interest::READABLE)?;
        let mut rtcp = UdpSocket::bind(next_port(local)).ok();
        if let Some(socket) = &mut rtcp {
            registry.register(socket, token, Interest::READABLE)?;
        }
        let machine = AudioStream::new(now, plan.media(), &mut SystemRng);
        Ok(Self {
            plan,
            machine,
            protection: Protection::default(),
            local,
            rtp,
            rtcp,
            tone: None,
            tones: ScriptedTone::new(),
            pressed: None,
            heard_at: now,
        })
    }

    /// Whether this plan is about the same call and the same port.
    pub(crate) fn continues(&self, plan: &Plan) -> bool {
        self.plan.serial == plan.serial && self.plan.local_port == plan.local_port
    }

    /// Goes on with a changed plan and the keys that belong to it.
    pub(crate) fn follow(&mut self, now: Instant, plan: Plan, keys: &Keys) {
        self.protection.follow(&plan, keys);
        if plan.media() != self.plan.media() {
            self.machine.update(now, plan.media());
        }
        let serial = plan.digit.map(|digit| digit.serial);
        if serial != self.pressed {
            self.pressed = serial;
            self.machine.release();
            if let Some(digit) = plan.digit.and_then(|digit| Digit::from_char(digit.symbol.symbol())) {
                self.machine.press(digit);
            }
        }
        self.plan = plan;
    }

    /// Begins or ends the tone for the peer, by the script that it has when it begins.
    pub(crate) fn tune(&mut self, config: &Config) {
        let wanted = self.plan.tone.map(|tone| (tone, self.plan.tone_since));
        if self.tone != wanted {
            self.tone = wanted;
            match wanted {
                Some((tone, _)) => self.tones.play(&tone.script(config)),
                None => self.tones.stop(),
            }
        }
    }

    /// The next 10 ms of the tone for the peer, if there is one.
    pub(crate) fn tone(&mut self) -> Option<Frame> {
        let _tone = self.tone?;
        let mut frame = [0; FRAME];
        self.tones.fill(&mut frame);
        Some(frame)
    }

    /// Its number, when the far end has been heard under the key of a call that is about to be secure.
    pub(crate) fn authenticated(&self) -> Option<u32> {
        self.protection.is_authenticated().then_some(self.plan.serial)
    }

    pub(crate) const fn sends(&self) -> bool {
        self.plan.send
    }

    /// Whether its far end hears the music server.
    pub(crate) const fn plays_music(&self) -> bool {
        self.plan.music
    }

    /// Whether its far end hears the other one of a conference.
    pub(crate) const fn is_conferenced(&self) -> bool {
        self.plan.conferenced
    }

    /// Takes what has arrived.
    pub(crate) fn receive(&mut self, now: Instant, fault: &Fault, record: &mut Record) {
        let mut buffer = [0; DATAGRAM];
        while let Some((length, remote)) = received(&self.rtp, &mut buffer) {
            if !fault.loses() {
                let datagram = buffer.get(..length).unwrap_or_default();
                record.datagram(remote, self.local, datagram);
                if self.admits(now, remote)
                    && let Some(length) = self.protection.unprotect(Kind::Rtp, &mut buffer, length)
                {
                    let _ = self.machine.receive(now, buffer.get(..length).unwrap_or_default());
                }
            }
        }
        let Some(rtcp) = &self.rtcp else { return };
        while let Some((length, remote)) = received(rtcp, &mut buffer) {
            if !fault.loses() {
                let datagram = buffer.get(..length).unwrap_or_default();
                record.datagram(remote, next_port(self.local), datagram);
                if let Some(length) = self.protection.unprotect(Kind::Rtcp, &mut buffer, length) {
                    let report = buffer.get(..length).unwrap_or_default();
                    let _ = self.machine.receive_rtcp(now, wall_clock(), report);
                }
            }
        }
    }

    /// Whoever still sends to this port for an earlier call must not drown the peer: another address than the
    /// one that the peer named counts only while that one is quiet (it may be behind a NAT).
    fn admits(&mut self, now: Instant, remote: SocketAddr) -> bool {
        if remote == self.plan.remote {
            self.heard_at = now;
        }
        remote == self.plan.remote || now.since_ms(self.heard_at) >= STRANGER_MS
    }

    /// What the microphone heard goes out.
    pub(crate) fn capture(&mut self, now: Instant, frame: &Frame, fault: &Fault, record: &mut Record) {
        let mut datagram = [0; DATAGRAM];
        let mut samples = frame.as_slice();
        while let Some(length) = self.machine.capture(now, samples, &mut datagram) {
            samples = &[];
            let Some(length) = self.protection.protect(Kind::Rtp, &mut datagram, length) else { continue };
            let packet = datagram.get(..length).unwrap_or_default();
            send(&self.rtp, self.local, self.plan.remote, packet, fault, record);
        }
    }

    /// What the device plays next of it.
    pub(crate) fn playout(&mut self) -> Frame {
        let mut frame = [0; FRAME];
        self.machine.playout(&mut frame);
        frame
    }

    /// Reports that are due.
    pub(crate) fn report(&mut self, now: Instant, fault: &Fault, record: &mut Record) {
        if self.machine.deadline().is_none_or(|at| at > now) {
            return;
        }
        let _ = self.machine.timeout(now);
        let mut datagram = [0; DATAGRAM];
        let cname = self.local.to_string();
        let length =
            self.machine.rtcp(now, wall_clock(), &mut SystemRng, &description(&cname), &mut datagram);
        let length = length.and_then(|length| self.protection.protect(Kind::Rtcp, &mut datagram, length));
        if let (Some(length), Some(rtcp)) = (length, &self.rtcp) {
            let packet = datagram.get(..length).unwrap_or_default();
            send(rtcp, next_port(self.local), next_port(self.plan.remote), packet, fault, record);
        }
    }

    /// What the library counted.
    pub(crate) fn statistics(&self) -> (u32, Statistics) {
        (self.plan.serial, self.machine.statistics())
    }

    /// Says goodbye; the sockets close with it.
    pub(crate) fn close(mut self, now: Instant, fault: &Fault, record: &mut Record) {
        let mut datagram = [0; DATAGRAM];
        let cname = self.local.to_string();
        let length = self.machine.goodbye(now, wall_clock(), &description(&cname), &mut datagram);
        let length = length.and_then(|length| self.protection.protect(Kind::Rtcp, &mut datagram, length));
        if let (Some(length), Some(rtcp)) = (length, &self.rtcp) {
            let packet = datagram.get(..length).unwrap_or_default();
            send(rtcp, next_port(self.local), next_port(self.plan.remote), packet, fault, record);
        }
    }
}

fn received(socket: &UdpSocket, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
    loop {
        match socket.recv_from(buffer) {
            Ok(received) => return Some(received),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {} // ICMP: try the next one.
            Err(_) => return None,
        }
    }
}

fn send(
    socket: &UdpSocket,
    from: SocketAddr,
    to: SocketAddr,
    packet: &[u8],
    fault: &Fault,
    record: &mut Record,
) {
    if !fault.loses() {
        record.datagram(from, to, packet);
        let _ = socket.send_to(packet, to); // As on any network, a packet may be lost.
    }
}

/// RTCP is one port above RTP.
fn next_port(mut address: SocketAddr) -> SocketAddr {
    address.set_port(address.port().saturating_add(1));
    address
}

fn wall_clock() -> u64 {
    let (time, millis) = unix_time();
    rtcp::ntp(time, millis)
}

/// The time in seconds, and milliseconds of the next one.
pub(crate) fn unix_time() -> (UnixTime, u16) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (UnixTime(now.as_secs()), u16::try_from(now.subsec_millis()).unwrap_or(0))
}

const fn description(cname: &str) -> Description<'_> {
    Description { cname, name: "", tool: "" }
}
