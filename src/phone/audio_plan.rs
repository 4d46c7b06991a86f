//! What the audio task has to do: the phone's only tie to its media.
//!
//! The plan is a level, not a list of orders: after each step a host reads it, compares it with what its
//! audio task does, and makes the difference. Packets never touch the phone.

use core::net::SocketAddr;

use super::Phone;
use crate::base::Instant;
use crate::calls::music::State;
use crate::calls::{AudioDevice, CallState, Digit, LineKey, Tone};
use crate::config::Config;
use crate::config::catalogue::{ext, sip};
use crate::limits;
use crate::media::dtmf::sender;
use crate::media::jitter_buffer::{self, Adjustment, Level};
use crate::media::stream::StreamPlan;
use crate::sdp::Codec;
use crate::ua::{ExtensionId, SessionMedia};

/// What has to be open, playing and flowing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioPlan {
    /// The device that is on: its earpiece and, unless muted, its microphone. At most one.
    pub device: Option<AudioDevice>,
    /// Send silence instead of what the microphone hears.
    pub muted: bool,
    /// The tone to play on the device.
    pub tone: Option<Tone>,
    /// When the tone began; [`Tone::script`] tells what it sounds like since then.
    pub tone_since: Instant,
    /// The tone is for the conferenced far ends, too.
    pub tone_shared: bool,
    /// The ring tone to play on the ringer (the speaker), by number.
    pub ring: Option<u8>,
    /// When the ringing began; [`crate::calls::ring::cadence`] tells when it sounds.
    pub ring_since: Instant,
    /// The loudness of the device, or of the ringer while no device is on: 0 to 15.
    pub volume: u8,
    /// The media stream of each line key's call.
    pub streams: [Option<Stream>; limits::LINE_KEYS],
    /// The stream of the call to the music server (`MOH Server`), while it plays: what it receives is for the
    /// far ends on hold ([`Stream::music`]) and never for the device; it sends nothing.
    pub music: Option<Stream>,
}

/// One call's media stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Changes when another call begins on the line key: a new stream with new random start values.
    pub serial: u32,
    /// Our RTP port; RTCP is one above it.
    pub local_port: u16,
    /// The far end's RTP address.
    pub remote: SocketAddr,
    /// The codec of both directions.
    pub codec: Codec,
    /// Its payload type.
    pub payload_type: u8,
    /// Audio in one packet, milliseconds.
    pub packet_ms: u16,
    /// The payload type of telephone events (RFC 4733), if both sides speak them.
    pub dtmf_payload_type: Option<u8>,
    /// Send what the device's microphone hears, or the tone or the music below.
    pub send: bool,
    /// The tone that the far end hears in place of the microphone, with or without a device.
    pub tone: Option<Tone>,
    /// When that tone began.
    pub tone_since: Instant,
    /// The far end is on hold and hears what [`AudioPlan::music`] plays in place of the microphone, with or
    /// without a device.
    pub music: bool,
    /// Play what the far end sends on the device.
    pub receive: bool,
    /// The call is in a conference: its far end also hears what the other conferenced stream plays.
    pub conferenced: bool,
    /// The digit that is sounding in the conversation.
    pub digit: Option<Digit>,
    /// How digits are sent (`Mark All AVT Packets`).
    pub dtmf: sender::Setting,
    /// `Network Jitter Level`, `Jitter Buffer Adjustment`.
    pub jitter: jitter_buffer::Setting,
    /// `RTCP Tx Interval`, seconds; 0: no reports.
    pub rtcp_interval_s: u8,
    /// The stream is SRTP: nothing is sent or taken in clear. The keys are not here, so that a plan can be
    /// copied and shown: [`Phone::media_keys`] lends them. They are a level like the plan; a host compares
    /// them too, for a far end may change its own during a call.
    pub protected: bool,
    /// The call is secure, or about to be, by a key that was agreed on in it.
    pub switch: Option<Switch>,
}

/// How the packets of a secure call are told from those in clear. [`Phone::call_key`] lends the key, the same
/// for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The source that we send as once `sends` is set: everything is protected from then on.
    pub local_ssrc: u32,
    /// The source that the far end sends protected.
    pub remote_ssrc: u32,
    /// Whether the far end has to show that it has the key: the next packet of that source that is authentic
    /// is told with [`super::Input::Authenticated`]. That is so at first, and again when the far end may have
    /// become another one.
    pub awaited: bool,
    /// Whether to send protected yet.
    pub sends: bool,
    /// Whether to drop all that comes in clear; else packets of other sources are played as they are.
    pub secure: bool,
    /// Protect RTCP too.
    pub rtcp: bool,
}

impl Stream {
    /// Whether the far end hears the microphone, when a device is on.
    #[must_use]
    pub const fn speaks(&self) -> bool {
        self.send && self.tone.is_none() && !self.music
    }

    /// The plan in the words of the machine that carries it out.
    #[must_use]
    pub const fn media(&self) -> StreamPlan {
        StreamPlan {
            codec: self.codec,
            payload_type: self.payload_type,
            packet_ms: self.packet_ms,
            dtmf_payload_type: self.dtmf_payload_type,
            send: self.send,
            receive: self.receive,
            dtmf: self.dtmf,
            jitter: self.jitter,
            rtcp_interval_s: self.rtcp_interval_s,
            ssrc: match self.switch {
                Some(switch) if switch.sends => Some(switch.local_ssrc),
                Some(_) | None => None,
            },
        }
    }
}

impl AudioPlan {
    /// Nothing open, nothing playing.
    pub const SILENT: Self = Self {
        device: None,
        muted: false,
        tone: None,
        tone_since: Instant::ZERO,
        tone_shared: false,
        ring: None,
        ring_since: Instant::ZERO,
        volume: 0,
        streams: [None; limits::LINE_KEYS],
        music: None,
    };

    /// The line streams that the device's microphone feeds; more than one only in a conference.
    pub fn open_microphones(&self) -> impl Iterator<Item = &Stream> + Clone {
        let open = |stream: &&Stream| stream.speaks() && self.device.is_some();
        self.streams.iter().flatten().filter(open)
    }

    /// All streams that need a socket, each line key's and at last that of the music.
    pub fn every_stream(&self) -> impl Iterator<Item = &Option<Stream>> + Clone {
        self.streams.iter().chain([&self.music])
    }
}

/// The plan of a phone.
pub(super) fn of(phone: &Phone) -> AudioPlan {
    let calls = &phone.calls;
    let device = calls.path().selected();
    let tone = calls.tone();
    let ring = calls.ring().or_else(|| burst(phone));
    AudioPlan {
        device,
        muted: calls.path().is_muted(),
        tone: tone.map(|(tone, _)| tone),
        tone_since: tone.map_or(Instant::ZERO, |(_, since)| since),
        tone_shared: calls.shares_tone(),
        ring: ring.map(|(number, _)| number),
        ring_since: ring.map_or(Instant::ZERO, |(_, since)| since),
        volume: phone.volumes().of(device),
        streams: LineKey::ALL.map(|key| stream(phone, key)),
        music: music(phone),
    }
}

/// The ringer shows its new volume with the primary extension's ring tone.
fn burst(phone: &Phone) -> Option<(u8, Instant)> {
    let number = phone.config.read(ext::DEFAULT_RING.of(1));
    let sounds = phone.burst.is_running() && phone.calls.path().selected().is_none();
    sounds.then_some((u8::try_from(number).unwrap_or(1), phone.burst_since))
}

/// Only the active call speaks with the device, or both of a conference. Ring-back tone stands for a far end
/// that is not to be heard.
fn stream(phone: &Phone, key: LineKey) -> Option<Stream> {
    let line = phone.calls.line(key);
    let media = phone.ua.session(line.session()?)?.media?;
    let waits = line.appearance().answered_since();
    let (active, digit) = match line.state() {
        CallState::Connected => (true, phone.calls.digit()),
        CallState::Calling | CallState::Proceeding => (true, None),
        CallState::Held => (false, None),
        // Who was called back waits for the person, and hears the holding tone.
        CallState::Ringing if waits.is_some() => (false, None),
        CallState::Disabled
        | CallState::Idle
        | CallState::Dialing
        | CallState::Ringing
        | CallState::Invalid
        | CallState::Busy => return None,
    };
    let rings = line.tone().is_some_and(|(tone, _)| tone == Tone::Ringback);
    let config = &phone.config;
    let music = phone.calls.hears_music(config, key);
    let method = config.read(ext::DTMF_TX_METHOD.of(line.extension()?.number()));
    let dtmf = DigitPath::of(method);
    Some(Stream {
        send: (active || waits.is_some() || music) && media.send,
        tone: waits.map(|_| Tone::Holding),
        tone_since: waits.unwrap_or(Instant::ZERO),
        music,
        receive: active && media.receive && !rings,
        conferenced: phone.calls.is_conferenced(key),
        digit: digit.filter(|_| dtmf.reaches(media.dtmf_payload_type.is_some())),
        dtmf_payload_type: media.dtmf_payload_type.filter(|_| dtmf != DigitPath::InBand),
        switch: phone.secure.protection(line.session()?).map(|(known, awaited)| Switch {
            awaited,
            local_ssrc: known.local_ssrc,
            remote_ssrc: known.remote_ssrc,
            sends: known.sends,
            secure: known.secure,
            rtcp: known.rtcp,
        }),
        ..still(config, line.serial(), line.extension()?, &media)
    })
}

/// What the music server plays, once it has answered.
fn music(phone: &Phone) -> Option<Stream> {
    let music = phone.calls.music();
    let view = phone.ua.session(music.session().filter(|_| music.state() == State::Playing)?)?;
    let media = view.media?;
    Some(Stream { receive: media.receive, ..still(&phone.config, music.serial(), view.extension, &media) })
}

/// A session's audio while nothing is heard of it and nothing said.
fn still(config: &Config, serial: u32, extension: ExtensionId, media: &SessionMedia) -> Stream {
    Stream {
        serial,
        local_port: media.local_port,
        remote: media.remote,
        codec: media.codec,
        payload_type: media.payload_type,
        packet_ms: media.packet_ms,
        dtmf_payload_type: None,
        send: false,
        tone: None,
        tone_since: Instant::ZERO,
        music: false,
        receive: false,
        conferenced: false,
        digit: None,
        dtmf: sender::Setting {
            mark_all: config.read(sip::MARK_ALL_AVT_PACKETS),
            ..sender::Setting::default()
        },
        jitter: jitter(config, extension),
        rtcp_interval_s: u8::try_from(config.read(sip::RTCP_TX_INTERVAL)).unwrap_or(u8::MAX),
        protected: media.protected,
        switch: None,
    }
}

/// `DTMF Tx Method`: what of it concerns the audio; INFO goes with the signalling.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DigitPath {
    /// As telephone events where the far end takes them, else as sound.
    Negotiated,
    /// As telephone events only.
    Events,
    /// As sound only.
    InBand,
    /// Not in the audio.
    Nowhere,
}

impl DigitPath {
    fn of(method: &str) -> Self {
        match method {
            "InBand" | "InBand+INFO" => Self::InBand,
            "AVT" | "AVT+INFO" => Self::Events,
            "INFO" => Self::Nowhere,
            _ => Self::Negotiated,
        }
    }

    const fn reaches(self, has_events: bool) -> bool {
        match self {
            Self::Negotiated | Self::InBand => true,
            Self::Events => has_events,
            Self::Nowhere => false,
        }
    }
}

fn jitter(config: &Config, extension: ExtensionId) -> jitter_buffer::Setting {
    let level = match config.read(ext::NETWORK_JITTER_LEVEL.of(extension.number())) {
        "low" => Level::Low,
        "medium" => Level::Medium,
        "very high" => Level::VeryHigh,
        "extremely high" => Level::ExtremelyHigh,
        _ => Level::High,
    };
    let adjustment = match config.read(ext::JITTER_BUFFER_ADJUSTMENT.of(extension.number())) {
        "disabled" => Adjustment::Disabled,
        "up only" => Adjustment::UpOnly,
        "down only" => Adjustment::DownOnly,
        _ => Adjustment::UpAndDown,
    };
    jitter_buffer::Setting { level, adjustment }
}
