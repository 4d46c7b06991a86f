//! A phone's sound: what the microphone hears, the media streams, and what the selected device plays.
//!
//! Every 10 ms one frame of 80 samples goes from the microphone into the stream that may send, and one comes
//! out of the streams and the tone generator for the device. In a conference each far end hears the other
//! one, too. On hold it hears the music server, whose stream is the last one and plays on no device.

use std::net::IpAddr;

use deskphone::base::Instant;
use deskphone::config::Config;
use deskphone::media::mixer::Mixer;
use deskphone::media::scripted_tone::ScriptedTone;
use deskphone::media::stream::Statistics;
use deskphone::phone::{AudioPlan, LineKey, Phone, Tone};
use deskphone::script::ToneScript;
use mio::{Registry, Token};

use crate::fault::Fault;
use crate::hearing::Hearing;
use crate::microphone::Microphone;
use crate::protection::Keys;
use crate::record::Record;
use crate::script::Sound;
use crate::stream::Stream;
use crate::wav::Recording;

/// One frame: 10 ms.
pub(crate) const FRAME: usize = 80;
const FRAME_MS: u64 = 10;
/// A program that slept longer than this goes on from now.
const CATCH_UP_MS: u64 = 200;
/// Frames after which silence needs no more frames: the 300 ms that are listened to.
const QUIET_FRAMES: u32 = 40;

/// Line keys, and the music server.
const PLACES: usize = 5;

/// 10 ms of sound.
pub(crate) type Frame = [i16; FRAME];

/// Microphone, streams and loudspeaker of one phone.
#[derive(Debug)]
pub struct Audio {
    registry: Registry,
    token: Token,
    address: IpAddr,
    /// A place for each line key, and one for the music server.
    streams: [Option<Stream>; PLACES],
    /// The keys of those that are SRTP.
    keys: [Keys; PLACES],
    tones: ScriptedTone,
    /// The tone that plays, since when, and its script.
    tone: Option<(Tone, Instant, ToneScript)>,
    microphone: Microphone,
    next_at: Option<Instant>,
    quiet_frames: u32,
    /// What the selected device played lately.
    pub hearing: Hearing,
    /// Where it is recorded.
    pub recording: Option<Recording>,
}

impl Audio {
    pub(crate) fn new(registry: Registry, token: Token, address: IpAddr) -> Self {
        Self {
            registry,
            token,
            address,
            streams: [const { None }; PLACES],
            keys: Default::default(),
            tones: ScriptedTone::new(),
            tone: None,
            microphone: Microphone::Silence,
            next_at: None,
            quiet_frames: QUIET_FRAMES,
            hearing: Hearing::default(),
            recording: None,
        }
    }

    /// From now on the microphone hears this.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn play(&mut self, sound: &Sound) -> Result<(), String> {
        self.microphone = Microphone::new(sound)?;
        Ok(())
    }

    /// When the next frame is due.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.next_at
    }

    /// The power is gone: no goodbye.
    pub(crate) fn cut(&mut self) {
        self.streams = [const { None }; PLACES];
    }

    /// The figures of each stream that runs, by its serial.
    pub(crate) fn statistics(&self) -> Vec<(u32, Statistics)> {
        self.streams.iter().flatten().map(Stream::statistics).collect()
    }

    /// The keys of the streams, by line, as the phone has them now.
    pub(crate) fn secure(&mut self, phone: &Phone) {
        let lines = LineKey::ALL.map(|line| (phone.media_keys(line), phone.call_key(line)));
        for (kept, (keys, agreed)) in
            self.keys.iter_mut().zip(lines.into_iter().chain([(phone.music_keys(), None)]))
        {
            if kept.described.as_ref() != keys {
                kept.described = keys.cloned();
            }
            kept.agreed = agreed;
        }
    }

    /// The streams of calls that are about to be secure whose far end has been heard under the key.
    pub(crate) fn authenticated(&self) -> Vec<u32> {
        self.streams.iter().flatten().filter_map(Stream::authenticated).collect()
    }

    /// Follows the plan, takes what has arrived, and moves the frames that are due.
    pub(crate) fn work(&mut self, now: Instant, plan: &AudioPlan, fault: &Fault, record: &mut Record) {
        self.follow(now, plan, fault, record);
        for stream in self.streams.iter_mut().flatten() {
            stream.receive(now, fault, record);
            stream.report(now, fault, record);
        }
        let idle = plan.device.is_none() && self.streams.iter().all(Option::is_none);
        if idle && self.quiet_frames >= QUIET_FRAMES {
            self.next_at = None;
            return;
        }
        let mut next = self.next_at.unwrap_or(now);
        if now.since_ms(next) > CATCH_UP_MS {
            next = now;
        }
        // One frame at a time: when frames are late, those of the other phones come between, as they would
        // have.
        if next <= now {
            self.frame(now, plan, fault, record);
            self.quiet_frames = if idle { self.quiet_frames.saturating_add(1) } else { 0 };
            next = next.plus_ms(FRAME_MS);
        }
        self.next_at = Some(next);
    }

    /// A stream, and its sockets, for each of the plan's.
    fn follow(&mut self, now: Instant, plan: &AudioPlan, fault: &Fault, record: &mut Record) {
        for (running, wanted) in self.streams.iter_mut().zip(plan.every_stream()) {
            let goes_on = |stream: &Stream| wanted.as_ref().is_some_and(|wanted| stream.continues(wanted));
            if let Some(over) = running.take_if(|stream| !goes_on(stream)) {
                over.close(now, fault, record);
            }
        }
        for ((running, wanted), keys) in self.streams.iter_mut().zip(plan.every_stream()).zip(&self.keys) {
            let Some(wanted) = wanted else { continue };
            if running.is_none() {
                // A port that is still taken is tried again by the next step.
                *running = Stream::open(now, *wanted, self.address, &self.registry, self.token).ok();
            }
            if let Some(stream) = running {
                stream.follow(now, *wanted, keys);
            }
        }
    }

    /// 10 ms of everything.
    fn frame(&mut self, now: Instant, plan: &AudioPlan, fault: &Fault, record: &mut Record) {
        let heard = self.microphone.next_frame();
        let silence = [0; FRAME];
        let said = if plan.device.is_some() && !plan.muted { heard } else { silence };
        self.repeat();
        let mut tone = silence;
        self.tones.mix(&mut tone);
        let (mut device, mut conference) = (Mixer::new(), Mixer::new());
        device.add(&tone);
        conference.add(&said);
        conference.add(if plan.tone_shared { &tone } else { &silence });
        let mut frames = [silence; PLACES];
        for (stream, frame) in self.streams.iter_mut().zip(&mut frames) {
            let Some(stream) = stream else { continue };
            *frame = stream.playout();
        }
        let [lines @ .., music] = &frames;
        for (stream, frame) in self.streams.iter().zip(lines) {
            let Some(stream) = stream else { continue };
            device.add(frame);
            if stream.is_conferenced() {
                conference.add(frame);
            }
        }
        for (stream, own) in self.streams.iter_mut().zip(&frames) {
            let Some(stream) = stream else { continue };
            let mut goes_out = if stream.plays_music() { *music } else { said };
            if stream.is_conferenced() {
                conference.without(own, &mut goes_out);
            }
            let said = if stream.sends() { &goes_out } else { &silence };
            let tone = stream.tone();
            stream.capture(now, tone.as_ref().unwrap_or(said), fault, record);
        }
        let mut played = silence;
        device.without(&[], &mut played);
        if plan.device.is_none() {
            played = silence;
        }
        self.hearing.push(&played);
        if let Some(recording) = &mut self.recording {
            recording.push(&played);
        }
    }

    /// Plays a tone by the script that it has when it begins: before the work that the plan asks for.
    pub(crate) fn tune(&mut self, plan: &AudioPlan, config: &Config) {
        let playing = self.tone.as_ref().map(|(tone, since, _)| (*tone, *since));
        let wanted = plan.tone.map(|tone| (tone, plan.tone_since));
        if playing != wanted {
            self.tone = wanted.map(|(tone, since)| (tone, since, tone.script(config)));
            match &self.tone {
                Some((_, _, script)) => self.tones.play(script),
                None => self.tones.stop(),
            }
        }
        for stream in self.streams.iter_mut().flatten() {
            stream.tune(config);
        }
    }

    /// A tone that repeats begins anew when its script has run through.
    fn repeat(&mut self) {
        if let Some((tone, _, script)) = &self.tone
            && tone.repeats()
            && self.tones.is_over()
        {
            self.tones.play(script);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port_range::PortRange;
    use crate::script::{Heard, NetFault};
    use deskphone::phone::{AudioDevice, Stream as Plan};
    use deskphone::sdp::Codec;
    use std::net::{Ipv4Addr, SocketAddr};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn plan(local_port: u16, remote_port: u16) -> AudioPlan {
        let stream = Plan {
            serial: 1,
            local_port,
            remote: SocketAddr::new(HERE, remote_port),
            codec: Codec::Pcmu,
            payload_type: 0,
            packet_ms: 20,
            dtmf_payload_type: None,
            send: true,
            tone: None,
            tone_since: Instant::ZERO,
            music: false,
            receive: true,
            conferenced: false,
            digit: None,
            dtmf: Default::default(),
            jitter: Default::default(),
            rtcp_interval_s: 5,
            protected: false,
            switch: None,
        };
        let streams = [Some(stream), None, None, None];
        AudioPlan { device: Some(AudioDevice::Speaker), streams, ..AudioPlan::SILENT }
    }

    /// Two phones' audio, and their plans, on ports of their own; the clock is not a real one.
    struct Pair {
        _poll: mio::Poll,
        _ports: PortRange,
        audio: [Audio; 2],
        plans: [AudioPlan; 2],
        fault: Fault,
        now: Instant,
    }

    impl Pair {
        fn new() -> Self {
            let poll = mio::Poll::new().expect("a poll");
            let ports = PortRange::claim(HERE).expect("ports");
            let audio = [1, 2].map(|token| {
                Audio::new(poll.registry().try_clone().expect("a registry"), Token(token), HERE)
            });
            let (one, two) = (ports.first(), ports.first() + 2);
            let (plans, fault) = ([plan(one, two), plan(two, one)], Fault::default());
            Self { _poll: poll, _ports: ports, audio, plans, fault, now: Instant::from_millis(1) }
        }

        fn run(&mut self, frames: usize) {
            for _ in 0..frames {
                self.now = self.now.plus_ms(10);
                for (audio, plan) in self.audio.iter_mut().zip(&self.plans) {
                    audio.tune(plan, &Config::new());
                    audio.work(self.now, plan, &self.fault, &mut Record::default());
                }
            }
        }

        fn hears(&self, phone: usize, heard: Heard) -> bool {
            self.audio[phone].hearing.is(heard)
        }
    }

    #[test]
    fn each_side_hears_what_the_other_says() {
        let mut pair = Pair::new();
        pair.audio[0].play(&Sound::Sine(440.0)).expect("a sine");
        pair.audio[1].play(&Sound::Sine(1_000.0)).expect("a sine");
        pair.run(100);
        assert!(pair.hears(0, Heard::Hertz(1_000.0)), "{}", pair.audio[0].hearing.describe());
        assert!(pair.hears(1, Heard::Hertz(440.0)), "{}", pair.audio[1].hearing.describe());
    }

    #[test]
    fn muted_held_and_cut_off_are_silence() {
        let mut pair = Pair::new();
        pair.audio[0].play(&Sound::Sine(440.0)).expect("a sine");
        pair.run(100);
        assert!(pair.hears(1, Heard::Hertz(440.0)));
        pair.plans[0].muted = true;
        pair.run(100);
        assert!(pair.hears(1, Heard::Silence));
        pair.plans[0].muted = false;
        pair.run(100);
        assert!(pair.hears(1, Heard::Hertz(440.0)));
        pair.fault.set(NetFault::Down);
        pair.run(150);
        assert!(pair.hears(1, Heard::Silence), "{}", pair.audio[1].hearing.describe());
    }

    #[test]
    fn tones_sound_in_the_device_and_nowhere_else() {
        let mut pair = Pair::new();
        pair.plans[0] = AudioPlan { device: None, tone: Some(Tone::Outside), ..AudioPlan::SILENT };
        pair.run(50);
        assert!(pair.hears(0, Heard::Silence));
        pair.plans[0].device = Some(AudioDevice::Handset);
        pair.run(50);
        assert!(pair.hears(0, Heard::Hertz(420.0)), "{}", pair.audio[0].hearing.describe());
    }

    #[test]
    fn an_idle_phone_needs_no_frames() {
        let mut pair = Pair::new();
        pair.run(10);
        assert!(pair.audio[0].deadline().is_some());
        pair.plans[0] = AudioPlan::SILENT;
        pair.run(100);
        assert_eq!(pair.audio[0].deadline(), None);
    }
}
