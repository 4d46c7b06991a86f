//! A phone's audio task under virtual time, on the library's own media machines: its microphone hears a
//! tone or nothing, and what its device plays is kept for a moment, so that a test can ask who hears
//! whom. Tones sound as the factory sets them.

use crate::goertzel;
use crate::seeded::Seeded;
use deskphone::base::Instant;
use deskphone::config::Config;
use deskphone::crypto::MasterKey;
use deskphone::media::mixer::Mixer;
use deskphone::media::scripted_tone::ScriptedTone;
use deskphone::media::stream::{AudioStream, Received, StreamPlan};
use deskphone::phone::{AudioPlan, Stream, Switch, Tone};
use deskphone::rtp::telephone_event::Digit;
use deskphone::sdp::MediaKeys;
use deskphone::srtp::{Receiver, Sender, Session};
use std::collections::VecDeque;
use std::net::SocketAddr;

/// Samples in 20 ms.
const FRAME: usize = 160;
const FRAME_MS: u64 = 20;
/// What is listened to: the last 300 ms.
const WINDOW: usize = 2_400;

/// The audio of one phone.
#[derive(Debug, Default)]
pub(super) struct Sound {
    pub(super) microphone_hz: Option<u32>,
    calls: Vec<Call>,
    played: VecDeque<i16>,
    next_at: Option<Instant>,
    sample: u32,
    digits: String,
    tones: ScriptedTone,
    /// A stream whose authentic packet has come, which was awaited.
    authentic: Option<u32>,
    /// The tone that sounds, and since when.
    tone: Option<(Tone, Instant)>,
}

/// The keys of the lines: of secure calls, and of descriptions.
pub(super) type Keys = ([Option<MasterKey>; 4], [Option<MediaKeys>; 4]);

/// One media stream of the plan and the machine that carries it out.
#[derive(Debug)]
struct Call {
    serial: u32,
    local_port: u16,
    remote: SocketAddr,
    audio: AudioStream,
    conferenced: bool,
    /// The far end hears the music server instead of the microphone.
    music: bool,
    /// The tone that the far end hears instead of the microphone, by the factory's script.
    tone: Option<(Tone, Instant)>,
    tones: ScriptedTone,
    /// How the packets of a secure call are told, and what opens them.
    switch: Option<Switch>,
    session: Option<Session>,
    /// What SRTP by the description needs: each direction with the key that it was made of.
    protected: bool,
    sender: Option<(MasterKey, Sender)>,
    receiver: Option<(MasterKey, Receiver)>,
    /// The press that is being sent.
    pressed: Option<u32>,
}

/// An RTP packet to send.
#[derive(Debug)]
pub(super) struct Packet {
    pub(super) local_port: u16,
    pub(super) to: SocketAddr,
    pub(super) bytes: Vec<u8>,
}

impl Sound {
    /// Takes a packet that came to a port; whether the port is one of the audio's.
    pub(super) fn receive(&mut self, now: Instant, port: u16, packet: &[u8]) -> bool {
        let Some(call) = self.calls.iter_mut().find(|call| call.local_port == port) else { return false };
        let Some(packet) = call.open(packet) else { return true };
        let awaited = call.switch.filter(|switch| switch.awaited).map(|switch| switch.remote_ssrc);
        if awaited.is_some() && ssrc_of(&packet) == awaited {
            self.authentic = Some(call.serial);
        }
        if let Received::Digits(step) = call.audio.receive(now, &packet) {
            self.digits.extend(step.began.map(Digit::to_char));
        }
        true
    }

    /// Follows the plan: what has ended is dropped, what has changed goes on with the new plan.
    pub(super) fn follow(
        &mut self,
        now: Instant,
        plan: &AudioPlan,
        (agreed_keys, described): &Keys,
        rng: &mut Seeded,
    ) {
        let wanted = |call: &Call| plan.every_stream().flatten().any(|stream| stream.serial == call.serial);
        self.calls.retain(wanted);
        // Music is in clear.
        let agreed_keys = agreed_keys.iter().chain([&None]);
        let described = described.iter().chain([&None]);
        for ((stream, key), described) in plan.every_stream().zip(agreed_keys).zip(described) {
            let Some(stream) = stream else { continue };
            let agreed = agreed(stream, plan);
            let known = self.calls.iter_mut().find(|call| call.serial == stream.serial);
            match known {
                Some(call) => {
                    call.remote = stream.remote;
                    call.local_port = stream.local_port;
                    call.conferenced = stream.conferenced;
                    call.music = stream.music;
                    if *call.audio.plan() != agreed {
                        call.audio.update(now, agreed);
                    }
                    call.follow_switch(stream, key.as_ref());
                    call.follow_keys(stream, described.as_ref());
                    call.follow_digit(stream);
                    call.follow_tone(stream);
                }
                None => self.calls.push(Call {
                    protected: stream.protected,
                    sender: None,
                    receiver: None,
                    tone: None,
                    tones: ScriptedTone::new(),
                    serial: stream.serial,
                    local_port: stream.local_port,
                    remote: stream.remote,
                    audio: AudioStream::new(now, agreed, rng),
                    conferenced: stream.conferenced,
                    music: stream.music,
                    switch: None,
                    session: None,
                    pressed: None,
                }),
            }
        }
        let tone = plan.tone.map(|tone| (tone, plan.tone_since));
        if tone != self.tone {
            self.tone = tone;
            match tone {
                Some((tone, _)) => self.tones.play(&tone.script(&Config::new())),
                None => self.tones.stop(),
            }
        }
        if self.calls.is_empty() {
            self.next_at = None;
            self.played.clear();
        } else {
            let _first = self.next_at.get_or_insert(now);
        }
    }

    /// The stream whose awaited authentic packet has come, once.
    pub(super) const fn take_authentic(&mut self) -> Option<u32> {
        self.authentic.take()
    }

    /// Plays and sends the next 20 ms if they are due.
    pub(super) fn turn(&mut self, now: Instant, plan: &AudioPlan) -> Vec<Packet> {
        let Some(at) = self.next_at.filter(|at| *at <= now) else { return Vec::new() };
        self.next_at = Some(at.plus_ms(FRAME_MS));
        let speech: Vec<i16> = (0..FRAME).map(|_| self.speak(plan)).collect();
        let mut tone = [0; FRAME];
        self.tones.mix(&mut tone);
        let (mut device, mut conference) = (Mixer::new(), Mixer::new());
        device.add(&tone);
        conference.add(&speech);
        conference.add(if plan.tone_shared { tone.as_slice() } else { &[] });
        let (music, mut played_music) = (plan.music, [0; FRAME]);
        let mut frames = Vec::new();
        for call in &mut self.calls {
            let mut frame = [0; FRAME];
            call.audio.playout(&mut frame);
            self.digits.extend(call.audio.timeout(now).began.map(Digit::to_char));
            if music.is_some_and(|music| music.serial == call.serial) {
                played_music = frame;
            } else {
                device.add(&frame);
            }
            conference.add(if call.conferenced { frame.as_slice() } else { &[] });
            frames.push(frame);
        }
        let mut packets = Vec::new();
        for (call, own) in self.calls.iter_mut().zip(&frames) {
            let mut mixed = [0; FRAME];
            conference.without(own, &mut mixed);
            let speech = match (call.music, call.conferenced) {
                (true, _) => &played_music[..],
                (false, true) => &mixed[..],
                (false, false) => &speech,
            };
            let tone = call.next_tone();
            packets.extend(call.packet(now, tone.as_ref().map_or(speech, |tone| tone)));
        }
        let mut played = [0; FRAME];
        if plan.device.is_some() {
            device.without(&[], &mut played);
        }
        self.played.extend(played);
        let excess = self.played.len().saturating_sub(WINDOW);
        self.played.drain(..excess);
        packets
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.next_at
    }

    /// Whether a frequency is heard above all else in the last 300 ms.
    pub(super) fn hears(&self, frequency_hz: u16) -> bool {
        goertzel::hears(&self.heard(), frequency_hz)
    }

    /// Whether nothing was heard in the last 300 ms.
    pub(super) fn is_silent(&self) -> bool {
        goertzel::is_silent(&self.heard())
    }

    /// The digits that came as telephone events so far.
    pub(super) fn digits(&self) -> &str {
        &self.digits
    }

    fn heard(&self) -> Vec<i16> {
        self.played.iter().copied().collect()
    }

    fn speak(&mut self, plan: &AudioPlan) -> i16 {
        self.sample = self.sample.wrapping_add(1);
        let open = !plan.muted && plan.device.is_some();
        let Some(frequency_hz) = self.microphone_hz.filter(|_| open) else { return 0 };
        let turn = f64::from(frequency_hz) * f64::from(self.sample % 8_000) / 8_000.0;
        #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and 6000 fits anyway")]
        let sample = ((turn * std::f64::consts::TAU).sin() * 6_000.0) as i16;
        sample
    }
}

impl Call {
    fn follow_digit(&mut self, stream: &Stream) {
        let serial = stream.digit.map(|digit| digit.serial);
        if serial == self.pressed {
            return;
        }
        self.pressed = serial;
        self.audio.release();
        if let Some(digit) = stream.digit.and_then(|digit| Digit::from_char(digit.symbol.symbol())) {
            let _as_event = self.audio.press(digit);
        }
    }

    fn follow_tone(&mut self, stream: &Stream) {
        let wanted = stream.tone.map(|tone| (tone, stream.tone_since));
        if self.tone != wanted {
            self.tone = wanted;
            match wanted {
                Some((tone, _)) => self.tones.play(&tone.script(&Config::new())),
                None => self.tones.stop(),
            }
        }
    }

    fn next_tone(&mut self) -> Option<[i16; FRAME]> {
        let _tone = self.tone?;
        let mut frame = [0; FRAME];
        self.tones.fill(&mut frame);
        Some(frame)
    }

    fn follow_switch(&mut self, stream: &Stream, key: Option<&MasterKey>) {
        self.switch = stream.switch;
        match (stream.switch, key) {
            (Some(_), Some(key)) if self.session.is_none() => self.session = Session::new(key, key).ok(),
            (Some(_), _) => {}
            (None, _) => self.session = None,
        }
    }

    /// A direction whose key stays goes on with its numbers (RFC 4568 §7.1.4).
    fn follow_keys(&mut self, stream: &Stream, keys: Option<&MediaKeys>) {
        self.protected = stream.protected;
        let Some(keys) = keys else { return };
        if self.sender.as_ref().is_none_or(|(key, _)| *key != keys.send) {
            self.sender = Sender::new(&keys.send).ok().map(|sender| (keys.send.clone(), sender));
        }
        if self.receiver.as_ref().is_none_or(|(key, _)| *key != keys.receive) {
            let receiver = Receiver::new(&keys.receive).ok();
            self.receiver = receiver.map(|receiver| (keys.receive.clone(), receiver));
        }
    }

    /// What a packet says: that of a secure call's source is opened, another's is in clear as long as it may
    /// be.
    fn open(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = packet.to_vec();
        if self.protected {
            let (_, receiver) = self.receiver.as_mut()?;
            let length = receiver.unprotect(&mut bytes, packet.len()).ok()?;
            bytes.truncate(length);
            return Some(bytes);
        }
        let Some(switch) = self.switch else { return Some(bytes) };
        if ssrc_of(packet) != Some(switch.remote_ssrc) {
            return Some(bytes).filter(|_| !switch.secure);
        }
        let length = self.session.as_mut()?.unprotect(&mut bytes, packet.len()).ok()?;
        bytes.truncate(length);
        Some(bytes)
    }

    fn packet(&mut self, now: Instant, speech: &[i16]) -> Option<Packet> {
        let mut bytes = [0; 512];
        let mut length = self.audio.capture(now, speech, &mut bytes)?;
        if self.switch.is_some_and(|switch| switch.sends) {
            length = self.session.as_mut()?.protect(&mut bytes, length).ok()?;
        }
        if self.protected {
            let (_, sender) = self.sender.as_mut()?;
            length = sender.protect(&mut bytes, length).ok()?;
        }
        let bytes = bytes.get(..length)?.to_vec();
        Some(Packet { local_port: self.local_port, to: self.remote, bytes })
    }
}

fn ssrc_of(packet: &[u8]) -> Option<u32> {
    packet.get(8..12)?.first_chunk().copied().map(u32::from_be_bytes)
}

/// What a stream's machine is told; without a device nothing is sent.
fn agreed(stream: &Stream, plan: &AudioPlan) -> StreamPlan {
    StreamPlan {
        codec: stream.codec,
        payload_type: stream.payload_type,
        packet_ms: stream.packet_ms,
        dtmf_payload_type: stream.dtmf_payload_type,
        send: stream.send && (plan.device.is_some() || !stream.speaks()),
        receive: stream.receive,
        ssrc: stream.media().ssrc,
        ..StreamPlan::default()
    }
}
