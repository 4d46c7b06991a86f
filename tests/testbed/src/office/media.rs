//! What the office's numbers do with audio: echo it, play a tone, or nothing. The host owns the sockets.

use super::Office;
use super::offer::Direction;
use deskphone::base::Instant;
use std::collections::VecDeque;
use std::net::SocketAddr;

/// The audio of one call of a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// The number.
    pub number: String,
    /// The office's port; the host receives and sends there.
    pub port: u16,
    /// Where packets go; nowhere while the peer has not said, or holds with `c=0.0.0.0`.
    pub remote: Option<SocketAddr>,
    /// What is heard.
    pub audio: Audio,
    /// RTP payload type: 0 or 8.
    pub payload: u8,
    /// The peer's payload type for digits.
    pub digits: Option<u8>,
    /// Whether the session description lets the office send now.
    pub sending: bool,
    /// Packets received so far.
    pub received: u64,
    pub(super) leg: u64,
    /// The direction that was agreed on, as the office sees it.
    pub(super) agreed: Direction,
    sequence: u16,
    timestamp: u32,
    next_at: Option<Instant>,
}

/// What a stream's peer hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audio {
    /// Itself.
    Echo,
    /// A sine tone.
    Tone {
        /// Its frequency.
        frequency_hz: u32,
    },
    /// Nothing: no packets.
    Silence,
}

/// A packet that leaves one of the office's media ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaPacket {
    /// The office's port.
    pub port: u16,
    /// For whom.
    pub to: SocketAddr,
    /// The packet.
    pub bytes: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Media {
    streams: Vec<Stream>,
    outbox: VecDeque<MediaPacket>,
    next_port: u16,
    first_port: u16,
    last_port: u16,
}

impl Stream {
    pub(super) fn new(number: &str, port: u16, audio: Audio, leg: u64) -> Self {
        Self {
            number: number.to_owned(),
            port,
            remote: None,
            audio,
            payload: 0,
            digits: None,
            sending: false,
            received: 0,
            leg,
            agreed: Direction::SendRecv,
            sequence: 0,
            timestamp: 0,
            next_at: None,
        }
    }

    fn receive(&mut self, packet: &[u8]) -> Option<MediaPacket> {
        self.received += 1;
        let to = self.remote.filter(|_| self.sending && self.audio == Audio::Echo)?;
        let mut bytes = packet.to_vec();
        // RFC 3550 §5.1: the fourth word names the source, and the echo is another one.
        bytes.get_mut(8..12)?.copy_from_slice(&u32::from(self.port).to_be_bytes());
        Some(MediaPacket { port: self.port, to, bytes })
    }

    /// The next 20 ms of the tone, if they are due.
    fn due(&mut self, now: Instant) -> Option<MediaPacket> {
        let Audio::Tone { frequency_hz } = self.audio else { return None };
        let Some(to) = self.remote.filter(|_| self.sending) else {
            self.next_at = None;
            return None;
        };
        let at = *self.next_at.get_or_insert(now);
        if at > now {
            return None;
        }
        // A host that slept long goes on from now and does not send what it missed.
        self.next_at = Some(if now.since_ms(at) > 200 { now } else { at }.plus_ms(20));
        let mut bytes = vec![0x80, self.payload];
        bytes.extend_from_slice(&self.sequence.to_be_bytes());
        bytes.extend_from_slice(&self.timestamp.to_be_bytes());
        bytes.extend_from_slice(&u32::from(self.port).to_be_bytes());
        bytes.extend((0..160).map(|offset| {
            let sample = sine(frequency_hz, self.timestamp.wrapping_add(offset));
            if self.payload == 8 { a_law(sample) } else { mu_law(sample) }
        }));
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(160);
        Some(MediaPacket { port: self.port, to, bytes })
    }

    const fn deadline(&self) -> Option<Instant> {
        match (self.audio, self.remote, self.sending, self.next_at) {
            (Audio::Tone { .. }, Some(_), true, None) => Some(Instant::ZERO),
            (Audio::Tone { .. }, Some(_), true, at) => at,
            (_, _, _, _) => None,
        }
    }
}

impl Media {
    pub(super) const fn new() -> Self {
        Self {
            streams: Vec::new(),
            outbox: VecDeque::new(),
            next_port: FIRST_PORT,
            first_port: FIRST_PORT,
            last_port: LAST_PORT,
        }
    }

    const fn set_ports(&mut self, first: u16, last: u16) {
        self.next_port = first;
        self.first_port = first;
        self.last_port = last;
    }

    pub(super) fn open(&mut self, number: &str, audio: Audio, leg: u64) {
        let stream = Stream::new(number, self.next_port, audio, leg);
        self.next_port = if self.next_port >= self.last_port { self.first_port } else { self.next_port + 2 };
        self.streams.push(stream);
    }

    pub(super) fn close(&mut self, leg: u64) {
        self.streams.retain(|stream| stream.leg != leg);
    }

    pub(super) fn of(&mut self, leg: u64) -> Option<&mut Stream> {
        self.streams.iter_mut().find(|stream| stream.leg == leg)
    }
}

impl Office {
    /// The audio of all calls now: the host opens a socket for each port it does not have, and closes the
    /// others.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        &self.media.streams
    }

    /// The even ports that new calls take, first and last: several offices on one host need ranges of
    /// their own.
    pub const fn set_media_ports(&mut self, first: u16, last: u16) {
        self.media.set_ports(first, last);
    }

    /// Takes a packet that came to one of the office's media ports.
    pub fn receive_media(&mut self, port: u16, packet: &[u8]) {
        let stream = self.media.streams.iter_mut().find(|stream| stream.port == port);
        let echo = stream.and_then(|stream| stream.receive(packet));
        self.media.outbox.extend(echo);
    }

    /// Sends what is due; call every few milliseconds, or by [`Office::media_deadline`].
    pub fn media_timeout(&mut self, now: Instant) {
        for stream in &mut self.media.streams {
            self.media.outbox.extend(stream.due(now));
        }
    }

    /// When a tone's next packet is due.
    #[must_use]
    pub fn media_deadline(&self) -> Option<Instant> {
        self.media.streams.iter().filter_map(Stream::deadline).min()
    }

    /// The next media packet to send. Call until `None`.
    pub fn poll_media(&mut self) -> Option<MediaPacket> {
        self.media.outbox.pop_front()
    }
}

fn sine(frequency_hz: u32, sample: u32) -> i16 {
    let turn = f64::from(frequency_hz) * f64::from(sample % 8_000) / 8_000.0;
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and 8000 fits anyway")]
    let value = ((turn * std::f64::consts::TAU).sin() * 8_000.0) as i16;
    value
}

/// ITU-T G.711 µ-law of one sample.
fn mu_law(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.unsigned_abs().min(32_635) + 132;
    let exponent = (0..8u8).rev().find(|exponent| magnitude >> (exponent + 7) != 0).unwrap_or(0);
    let mantissa = u8::try_from((magnitude >> (exponent + 3)) & 0x0F).unwrap_or(0);
    !(sign | (exponent << 4) | mantissa)
}

/// ITU-T G.711 A-law of one sample.
fn a_law(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    let magnitude = (if sample < 0 { !sample } else { sample }).unsigned_abs() >> 3;
    let exponent = (1..8u8).rev().find(|exponent| magnitude >> (exponent + 4) != 0).unwrap_or(0);
    let shift = exponent.max(1);
    let mantissa = u8::try_from((magnitude >> shift) & 0x0F).unwrap_or(0);
    (sign | (exponent << 4) | mantissa) ^ 0x55
}

const FIRST_PORT: u16 = 40_000;
const LAST_PORT: u16 = 49_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g711_at_known_points() {
        // ITU-T G.711 tables: the code words of silence, of the loudest samples and of one between.
        assert_eq!([mu_law(0), mu_law(32_767), mu_law(-32_768), mu_law(1_000)], [0xFF, 0x80, 0x00, 0xCE]);
        assert_eq!([a_law(0), a_law(32_767), a_law(-32_768), a_law(1_000)], [0xD5, 0xAA, 0x2A, 0xFA]);
    }

    #[test]
    fn a_tone_comes_every_20_ms_while_it_may() {
        let mut stream = Stream::new("601", 40_000, Audio::Tone { frequency_hz: 440 }, 1);
        assert_eq!((stream.deadline(), stream.due(Instant::ZERO)), (None, None));
        stream.remote = Some("10.0.0.1:4000".parse().unwrap());
        stream.sending = true;
        let start = Instant::from_millis(1_000);
        let first = stream.due(start).unwrap();
        assert_eq!((first.bytes.len(), stream.due(start)), (172, None));
        assert_eq!(stream.deadline(), Some(start.plus_ms(20)));
        let second = stream.due(start.plus_ms(20)).unwrap();
        assert_eq!(&second.bytes[..8], [0x80, 0, 0, 1, 0, 0, 0, 160]);
    }

    #[test]
    fn an_echo_has_a_source_of_its_own() {
        let mut stream = Stream::new("600", 40_000, Audio::Echo, 1);
        assert_eq!(stream.receive(&[0x80; 12]), None, "not before it may");
        stream.remote = Some("10.0.0.1:4000".parse().unwrap());
        stream.sending = true;
        let echo = stream.receive(&[0x80; 14]).unwrap();
        assert_eq!(&echo.bytes[7..], [0x80, 0, 0, 0x9C, 0x40, 0x80, 0x80]);
        assert_eq!(stream.receive(&[1, 2]), None, "too short to be a packet");
        assert_eq!(stream.received, 3);
    }
}
