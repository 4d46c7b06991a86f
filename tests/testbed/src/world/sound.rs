//! A phone's audio under virtual time: its microphone hears a tone or nothing, and what its device plays
//! is kept for a moment, so that a test can ask who hears whom.

use deskphone::base::Instant;
use deskphone::media::g711::Law;
use deskphone::phone::{AudioPlan, Stream};
use deskphone::sdp::Codec;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// Samples in 20 ms.
const FRAME: usize = 160;
/// What is listened to: the last 300 ms.
const WINDOW: usize = 2_400;
const FRAME_MS: u64 = 20;

/// The audio of one phone.
#[derive(Debug, Default)]
pub(super) struct Sound {
    pub(super) microphone_hz: Option<u32>,
    /// Frames that arrived since the last turn, by port.
    arrived: BTreeMap<u16, VecDeque<Vec<i16>>>,
    played: VecDeque<i16>,
    next_at: Option<Instant>,
    sample: u32,
    sequence: u16,
}

/// An RTP packet to send.
#[derive(Debug)]
pub(super) struct Packet {
    pub(super) local_port: u16,
    pub(super) to: SocketAddr,
    pub(super) bytes: Vec<u8>,
}

impl Sound {
    /// Takes a packet; only what the plan says is played is kept.
    pub(super) fn receive(&mut self, plan: &AudioPlan, port: u16, packet: &[u8]) {
        let Some(stream) = plan.streams.iter().flatten().find(|stream| stream.local_port == port) else {
            return;
        };
        let (Some(kind), Some(payload)) = (packet.get(1), packet.get(12..)) else { return };
        if stream.receive && plan.device.is_some() && kind & 0x7F == stream.payload_type {
            let samples = payload.iter().map(|byte| law(stream).decode(*byte)).collect();
            let waiting = self.arrived.entry(port).or_default();
            waiting.push_back(samples);
            // A late burst is not played for ever after.
            while waiting.len() > 10 {
                waiting.pop_front();
            }
        }
    }

    /// Plays and sends the next 20 ms if they are due.
    pub(super) fn turn(&mut self, now: Instant, plan: &AudioPlan) -> Vec<Packet> {
        if plan.streams.iter().all(Option::is_none) {
            self.next_at = None;
            self.arrived.clear();
            self.played.clear();
            return Vec::new();
        }
        let at = *self.next_at.get_or_insert(now);
        if at > now {
            return Vec::new();
        }
        self.next_at = Some(at.plus_ms(FRAME_MS));
        self.play();
        let speech: Vec<i16> = (0..FRAME).map(|_| self.speak(plan.muted)).collect();
        self.sequence = self.sequence.wrapping_add(1);
        let microphone = plan.device.is_some();
        let sending = plan.streams.iter().flatten().filter(|stream| stream.send && microphone);
        sending.map(|stream| self.packet(stream, &speech)).collect()
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.next_at
    }

    /// The share of a frequency in what was played over the last 300 ms; 0 for silence.
    pub(super) fn share(&self, frequency_hz: u32) -> f64 {
        share(self.played.iter().copied(), frequency_hz)
    }

    /// Whether nothing was played over the last 300 ms.
    pub(super) fn is_silent(&self) -> bool {
        self.played.iter().all(|sample| sample.abs() < 50)
    }

    fn play(&mut self) {
        let mut mixed = [0i16; FRAME];
        for frame in self.arrived.values_mut().filter_map(VecDeque::pop_front) {
            for (sum, sample) in mixed.iter_mut().zip(frame) {
                *sum = sum.saturating_add(sample);
            }
        }
        self.played.extend(mixed);
        let excess = self.played.len().saturating_sub(WINDOW);
        self.played.drain(..excess);
    }

    fn speak(&mut self, muted: bool) -> i16 {
        self.sample = self.sample.wrapping_add(1);
        let Some(frequency_hz) = self.microphone_hz.filter(|_| !muted) else { return 0 };
        let turn = f64::from(frequency_hz) * f64::from(self.sample % 8_000) / 8_000.0;
        #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and 6000 fits anyway")]
        let sample = ((turn * std::f64::consts::TAU).sin() * 6_000.0) as i16;
        sample
    }

    fn packet(&self, stream: &Stream, speech: &[i16]) -> Packet {
        let mut bytes = vec![0x80, stream.payload_type];
        bytes.extend_from_slice(&self.sequence.to_be_bytes());
        bytes.extend_from_slice(&self.sample.to_be_bytes());
        bytes.extend_from_slice(&(u32::from(stream.local_port) ^ stream.serial).to_be_bytes());
        bytes.extend(speech.iter().map(|sample| law(stream).encode(*sample)));
        Packet { local_port: stream.local_port, to: stream.remote, bytes }
    }
}

const fn law(stream: &Stream) -> Law {
    match stream.codec {
        Codec::Pcmu => Law::Mu,
        Codec::Pcma => Law::A,
    }
}

/// The share of the energy that a frequency has, by a single point of the Fourier sum.
fn share(samples: impl Iterator<Item = i16>, frequency_hz: u32) -> f64 {
    let (mut along, mut across, mut energy, mut count) = (0.0, 0.0, 0.0, 0.0);
    for sample in samples {
        let angle = std::f64::consts::TAU * f64::from(frequency_hz) * count / 8_000.0;
        let sample = f64::from(sample);
        along += sample * angle.cos();
        across += sample * angle.sin();
        energy += sample * sample;
        count += 1.0;
    }
    if energy == 0.0 { 0.0 } else { 2.0 * along.mul_add(along, across * across) / (energy * count) }
}
