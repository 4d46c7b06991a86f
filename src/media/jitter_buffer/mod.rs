//! An adaptive jitter buffer: packets come when the network brings them, samples leave when the loudspeaker
//! wants them.
//!
//! Samples are kept by timestamp, so that reordering, packets of any length and pauses need no care of
//! their own. The delay grows by what a packet comes too late, and shrinks when all packets of a while came
//! too early. How it starts and how slowly it shrinks is the phone's setting Network Jitter Level; which
//! way it may move, Jitter Buffer Adjustment. The delay is never below the larger of 30 ms and 10 ms more
//! than a packet.
//!
//! Samples are kept companded: G.711 loses nothing by it, and other codecs are decoded before they come here.
//!
//! ```
//! use deskphone::media::g711::Law;
//! use deskphone::media::jitter_buffer::{Insertion, JitterBuffer, Place, Setting};
//! let mut buffer = JitterBuffer::new(Setting::default(), Law::Mu);
//! let place = Place { sequence: 1, timestamp: 0, marker: true };
//! assert_eq!(buffer.insert(place, Law::Mu, &[0x9F; 160]), Insertion::Stored);
//! assert_eq!(buffer.insert(place, Law::Mu, &[0x9F; 160]), Insertion::Duplicate);
//! let mut samples = [0; 640];
//! buffer.fill(&mut samples);
//! assert_eq!((samples[479], samples[600]), (0, Law::Mu.decode(0x9F)), "60 ms before it");
//! ```

mod store;
#[cfg(test)]
mod tests;

use super::conceal::Concealer;
use super::g711::Law;
use crate::limits;
use store::Store;

/// The jitter buffer of one source.
#[derive(Clone, Debug)]
pub struct JitterBuffer {
    setting: Setting,
    law: Law,
    store: Store,
    concealer: Concealer,
    seen: Seen,
    playing: bool,
    /// Timestamp of the sample to play next.
    next: u32,
    /// Nothing before it is played any more: it has been, or was given up.
    floor: u32,
    /// The timestamp after the newest sample.
    end: u32,
    /// The delay to begin with, packet included, in samples.
    size: u32,
    /// Samples of pause to insert, and samples to leave out.
    hold: u32,
    leave_out: u32,
    patience: u8,
    /// Since the window began: how early packets came, at least and at most.
    earliness: Option<(i32, i32)>,
    window: u32,
    /// Length of the last packet.
    frame: u32,
    dry: u32,
    late_in_a_row: u8,
    counts: Counts,
}

/// How a buffer adapts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Setting {
    /// The phone's setting Network Jitter Level.
    pub level: Level,
    /// The phone's setting Jitter Buffer Adjustment.
    pub adjustment: Adjustment,
}

/// Network Jitter Level: the delay to begin with, and how long packets must be early before it shrinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Level {
    /// 40 ms, 2 s.
    Low,
    /// 60 ms, 4 s.
    Medium,
    /// 80 ms, 8 s: the factory setting.
    #[default]
    High,
    /// 120 ms, 16 s.
    VeryHigh,
    /// 200 ms, 32 s.
    ExtremelyHigh,
}

/// Jitter Buffer Adjustment: which way the delay may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Adjustment {
    /// It stays as it begins.
    Disabled,
    /// It only grows.
    UpOnly,
    /// It only shrinks.
    DownOnly,
    /// It follows the network: the factory setting.
    #[default]
    UpAndDown,
}

/// What a packet's header says to the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The packet's number.
    pub sequence: u16,
    /// The timestamp of its first sample.
    pub timestamp: u32,
    /// Whether a talkspurt begins with it.
    pub marker: bool,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// It will be played, or its tail.
    Stored,
    /// It came after its time.
    Late,
    /// It was there before.
    Duplicate,
    /// It holds nothing, or more than the longest packet.
    Unusable,
}

/// What a buffer has seen so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    /// Packets that came after their time.
    pub late: u32,
    /// Packets that came twice.
    pub duplicates: u32,
    /// Times that too much came at once and the oldest samples gave way.
    pub overruns: u32,
    /// Times that playing began anew.
    pub starts: u32,
    /// Samples that were missing when they were due.
    pub concealed: u32,
}

const SAMPLES_PER_MS: u32 = 8;
#[allow(clippy::cast_possible_truncation, reason = "a few thousand")]
const STORE_SAMPLES: u32 = limits::JITTER_SAMPLES as u32;
const STORE_SAMPLES_SIGNED: i32 = STORE_SAMPLES.cast_signed();
/// The largest delay that the buffer grows to.
#[allow(clippy::cast_possible_truncation, reason = "a few thousand")]
const LARGEST_SAMPLES: u32 = (limits::JITTER_SAMPLES - limits::PACKET_SAMPLES) as u32;
const STEP_SAMPLES: u32 = 80;
/// Late packets in a row, with nothing else there, after which their time is the right one.
const LATE_PACKETS: u8 = 10;
/// Silence after which nothing is known of the sender's clock any more.
const DRY_SAMPLES: u32 = 32_000;
/// Turns that a cut waits for a quiet moment.
const PATIENCE: u8 = 50;

impl JitterBuffer {
    /// An empty buffer that keeps its samples in `law`.
    #[must_use]
    pub const fn new(setting: Setting, law: Law) -> Self {
        Self {
            setting,
            law,
            store: Store::new(),
            concealer: Concealer::new(),
            seen: Seen { newest: None, before: 0 },
            playing: false,
            next: 0,
            floor: 0,
            end: 0,
            size: setting.level.start_samples(),
            hold: 0,
            leave_out: 0,
            patience: 0,
            earliness: None,
            window: setting.level.window_samples(),
            frame: 0,
            dry: 0,
            late_in_a_row: 0,
            counts: Counts { late: 0, duplicates: 0, overruns: 0, starts: 0, concealed: 0 },
        }
    }

    /// Takes a packet's samples, companded by `law`.
    pub fn insert(&mut self, place: Place, law: Law, payload: &[u8]) -> Insertion {
        let Ok(length) = u32::try_from(payload.len()) else { return Insertion::Unusable };
        if payload.is_empty() || payload.len() > limits::PACKET_SAMPLES {
            return Insertion::Unusable;
        }
        if self.seen.again(place.sequence) {
            self.counts.duplicates = self.counts.duplicates.saturating_add(1);
            return Insertion::Duplicate;
        }
        self.frame = length;
        self.hold_back();
        let timestamp = place.timestamp;
        let talkspurt = place.marker && self.is_dry() && ahead(timestamp, self.floor) >= 0;
        if !self.playing || talkspurt {
            self.start(timestamp);
        }
        if ahead(timestamp, self.next).saturating_add(length.cast_signed()) > STORE_SAMPLES_SIGNED {
            self.leap(timestamp);
        }
        let early = ahead(timestamp, self.next.wrapping_sub(self.hold));
        let playable = early >= 0 || self.stretch(timestamp, early.unsigned_abs());
        if !playable || ahead(timestamp.wrapping_add(length), self.next) <= 0 {
            self.counts.late = self.counts.late.saturating_add(1);
            return Insertion::Late;
        }
        self.late_in_a_row = 0;
        self.observe(ahead(timestamp, self.next.wrapping_sub(self.hold)));
        self.keep(timestamp, law, payload);
        Insertion::Stored
    }

    /// Writes the next samples; where some are missing, what conceals it.
    pub fn fill(&mut self, samples: &mut [i16]) {
        self.adapt(u32::try_from(samples.len()).unwrap_or(u32::MAX));
        for sample in samples {
            *sample = match self.pull() {
                Some(byte) => self.concealer.heard(self.law.decode(byte)),
                None => self.concealer.missing(),
            };
        }
    }

    /// Forgets the source; the next packet begins anew. What the network is like is remembered.
    pub const fn reset(&mut self) {
        self.playing = false;
        self.seen = Seen { newest: None, before: 0 };
        self.store.clear();
        self.end = self.next;
    }

    /// Changes how the buffer adapts, from now on.
    pub const fn set(&mut self, setting: Setting) {
        if setting.level as u8 != self.setting.level as u8 {
            self.size = setting.level.start_samples();
            self.window = setting.level.window_samples();
        }
        self.setting = setting;
    }

    /// What waits to be played now, in milliseconds.
    #[must_use]
    pub fn delay_ms(&self) -> u32 {
        let waiting = if self.playing { ahead(self.end, self.next).max(0).unsigned_abs() } else { 0 };
        waiting.saturating_add(self.hold) / SAMPLES_PER_MS
    }

    /// What the buffer has seen so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        Counts { concealed: self.concealer.total(), ..self.counts }
    }

    /// The next sample, if it is there; time moves on by one sample.
    fn pull(&mut self) -> Option<u8> {
        if !self.playing {
            return None;
        }
        if self.hold > 0 {
            self.hold = self.hold.saturating_sub(1);
            return None;
        }
        let byte = self.store.take(self.next);
        self.next = self.next.wrapping_add(1);
        if byte.is_some() {
            self.floor = self.next;
            self.dry = 0;
        } else {
            self.dry = self.dry.saturating_add(1);
            self.playing = self.dry < DRY_SAMPLES;
        }
        byte
    }

    /// Begins to play so that a packet waits for as long as the delay wants.
    fn start(&mut self, timestamp: u32) {
        self.store.clear();
        let size = self.size.max(self.smallest()).min(LARGEST_SAMPLES);
        self.next = timestamp.wrapping_sub(size.saturating_sub(self.frame));
        self.floor = self.next;
        self.end = self.next;
        self.hold = 0;
        self.leave_out = 0;
        self.earliness = None;
        self.dry = 0;
        self.playing = true;
        self.counts.starts = self.counts.starts.saturating_add(1);
    }

    /// Too much is there: goes on so that the newest packet waits for as long as the delay wants.
    fn leap(&mut self, timestamp: u32) {
        let size = self.size.max(self.smallest()).min(LARGEST_SAMPLES);
        let next = timestamp.wrapping_sub(size.saturating_sub(self.frame));
        if ahead(self.end, next) <= 0 {
            self.start(timestamp);
            return;
        }
        self.counts.overruns = self.counts.overruns.saturating_add(1);
        self.hold = 0;
        self.skip(ahead(next, self.next).max(0).unsigned_abs());
        self.earliness = None;
    }

    /// A packet is too late: makes the delay longer if it may. Whether any of the packet can be played.
    fn stretch(&mut self, timestamp: u32, lateness: u32) -> bool {
        let unheard = ahead(timestamp, self.floor) >= 0;
        let grows = self.may_grow(lateness);
        if self.is_dry() && unheard {
            if lateness > LARGEST_SAMPLES {
                self.start(timestamp);
                return true;
            }
            if grows {
                // Nothing newer has been played: the pause that is heard already becomes the longer delay.
                self.next = timestamp;
                self.hold = 0;
                self.grow(lateness);
                return true;
            }
        } else if grows {
            self.hold = self.hold.saturating_add(lateness);
            self.grow(lateness);
        }
        if ahead(timestamp.wrapping_add(self.frame), self.next) > 0 {
            return true;
        }
        self.late_in_a_row = self.late_in_a_row.saturating_add(1);
        // What is older than the last sound is not played, unless the clock went back by more than there is
        // room for.
        let forward = unheard || lateness > STORE_SAMPLES;
        if self.late_in_a_row >= LATE_PACKETS && self.is_dry() && forward {
            self.late_in_a_row = 0;
            self.start(timestamp);
            return true;
        }
        false
    }

    /// A pause to come is the same as going back, as long as nothing waits and nothing newer has been played.
    fn hold_back(&mut self) {
        if self.is_dry() {
            let back = ahead(self.next, self.floor).max(0).unsigned_abs().min(self.hold);
            self.next = self.next.wrapping_sub(back);
            self.hold = self.hold.saturating_sub(back);
        }
    }

    fn may_grow(&self, lateness: u32) -> bool {
        let allowed = matches!(self.setting.adjustment, Adjustment::UpOnly | Adjustment::UpAndDown);
        let most = self.earliness.map_or(0, |(_, most)| most.max(0).unsigned_abs());
        allowed && most.saturating_add(self.frame).saturating_add(lateness) <= LARGEST_SAMPLES
    }

    fn grow(&mut self, lateness: u32) {
        let longer = lateness.cast_signed();
        if let Some((least, most)) = &mut self.earliness {
            *least = least.saturating_add(longer);
            *most = most.saturating_add(longer);
            let measured = most.max(&mut 0).unsigned_abs().saturating_add(self.frame);
            self.size = self.size.max(measured).min(LARGEST_SAMPLES);
        }
    }

    fn observe(&mut self, early: i32) {
        let (least, most) = self.earliness.unwrap_or((early, early));
        self.earliness = Some((least.min(early), most.max(early)));
    }

    /// At the end of a window decides whether to shrink; shrinks when it is quiet, or has waited for it too
    /// long.
    fn adapt(&mut self, samples: u32) {
        self.window = self.window.saturating_sub(samples);
        if self.window == 0 {
            self.window = self.setting.level.window_samples();
            self.shrink_if_early();
        }
        if self.leave_out == 0 {
            return;
        }
        self.patience = self.patience.saturating_sub(1);
        if self.patience == 0 || self.concealer.is_quiet() {
            self.skip(self.leave_out);
            self.leave_out = 0;
            self.earliness = None;
        }
    }

    fn shrink_if_early(&mut self) {
        let Some((least, most)) = self.earliness.take() else { return };
        if !matches!(self.setting.adjustment, Adjustment::DownOnly | Adjustment::UpAndDown) {
            return;
        }
        // A quarter of what is spare at a time, so that a network that calms down does not sound chopped.
        let needed = self.smallest().saturating_sub(self.frame).cast_signed();
        let spare = least.saturating_sub(needed).max(0).unsigned_abs();
        if spare >= STEP_SAMPLES {
            self.leave_out = (spare / 4).max(STEP_SAMPLES);
            self.patience = PATIENCE;
        }
        let measured = most.max(0).unsigned_abs().saturating_add(self.frame).saturating_sub(self.leave_out);
        self.size = self.size.min(measured).max(self.smallest());
    }

    fn skip(&mut self, count: u32) {
        self.store.forget(self.next, count.min(STORE_SAMPLES));
        self.next = self.next.wrapping_add(count);
        // What has not come yet is not given up.
        let given_up = if self.is_dry() { self.end } else { self.next };
        if ahead(given_up, self.floor) > 0 {
            self.floor = given_up;
        }
        self.concealer.cut();
    }

    fn keep(&mut self, timestamp: u32, law: Law, payload: &[u8]) {
        let gone = ahead(self.next, timestamp).max(0).unsigned_abs();
        let from = usize::try_from(gone).unwrap_or(usize::MAX);
        let mut place = timestamp.wrapping_add(gone);
        for byte in payload.iter().skip(from) {
            let byte = if law == self.law { *byte } else { self.law.encode(law.decode(*byte)) };
            self.store.put(place, byte);
            place = place.wrapping_add(1);
        }
        if ahead(place, self.end) > 0 {
            self.end = place;
        }
    }

    fn is_dry(&self) -> bool {
        ahead(self.end, self.next) <= 0
    }

    /// The smallest delay: the larger of 30 ms and 10 ms more than a packet.
    fn smallest(&self) -> u32 {
        self.frame.saturating_add(10 * SAMPLES_PER_MS).max(30 * SAMPLES_PER_MS)
    }
}

impl Level {
    const fn start_samples(self) -> u32 {
        match self {
            Self::Low => 320,
            Self::Medium => 480,
            Self::High => 640,
            Self::VeryHigh => 960,
            Self::ExtremelyHigh => 1_600,
        }
    }

    const fn window_samples(self) -> u32 {
        match self {
            Self::Low => 16_000,
            Self::Medium => 32_000,
            Self::High => 64_000,
            Self::VeryHigh => 128_000,
            Self::ExtremelyHigh => 256_000,
        }
    }
}

/// Which of the last 64 packet numbers have been there.
#[derive(Clone, Copy, Debug)]
struct Seen {
    newest: Option<u16>,
    before: u64,
}

impl Seen {
    /// Notes a number, and says whether it is noted already. Of numbers further back it knows nothing.
    fn again(&mut self, sequence: u16) -> bool {
        let Some(newest) = self.newest else {
            *self = Self { newest: Some(sequence), before: 1 };
            return false;
        };
        let forward = sequence.wrapping_sub(newest).cast_signed();
        if forward > 0 {
            let moved = self.before.checked_shl(u32::from(forward.unsigned_abs())).unwrap_or(0);
            *self = Self { newest: Some(sequence), before: moved | 1 };
            return false;
        }
        let bit = 1u64.checked_shl(u32::from(forward.unsigned_abs())).unwrap_or(0);
        let again = self.before & bit != 0;
        self.before |= bit;
        again
    }
}

/// How far a timestamp is ahead of another; negative when it is behind.
const fn ahead(timestamp: u32, other: u32) -> i32 {
    timestamp.wrapping_sub(other).cast_signed()
}
