//! From samples to packets: one source, one numbering, one clock, whatever the plan says meanwhile.

use super::{Statistics, StreamPlan};
use crate::base::{Instant, Rng, bounded};
use crate::limits;
use crate::media::dtmf::{Sender, sender};
use crate::media::g711::Law;
use crate::rtp::Packet;
use crate::rtp::telephone_event::Digit;

#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    ssrc: u32,
    /// The identifier to change to in a collision, drawn beforehand.
    spare_ssrc: u32,
    /// The identifier before the collision, until its BYE is sent.
    former_ssrc: Option<u32>,
    collided: bool,
    looped: u32,
    sequence: u16,
    /// Of the first sample that is not sent yet.
    timestamp: u32,
    captured_at: Instant,
    /// Companded samples that wait for a full packet.
    waiting: [u8; WAITING],
    filled: usize,
    /// The next audio packet begins a talkspurt.
    marker: bool,
    keys: Sender,
    packets: u32,
    octets: u32,
    /// What was sent under earlier identifiers.
    packets_before: u32,
    octets_before: u32,
}

/// A packet of the longest kind, and 40 ms that come before it is fetched.
const WAITING: usize = limits::PACKET_SAMPLES + 320;
const SAMPLES_PER_MS: u64 = 8;

impl Outgoing {
    pub(super) fn new(now: Instant, plan: &StreamPlan, rng: &mut dyn Rng) -> Self {
        // Below 2^15, so that a lost first packet cannot hide a roll-over from SRTP (RFC 4568 §6.4).
        let [_, _, high, low] = (rng.next_u32() & 0x7FFF).to_be_bytes();
        Self {
            ssrc: rng.next_u32(),
            spare_ssrc: rng.next_u32(),
            former_ssrc: None,
            collided: false,
            looped: 0,
            sequence: u16::from_be_bytes([high, low]),
            timestamp: rng.next_u32(),
            captured_at: now,
            waiting: [0; WAITING],
            filled: 0,
            marker: true,
            keys: Sender::new(plan.dtmf),
            packets: 0,
            octets: 0,
            packets_before: 0,
            octets_before: 0,
        }
    }

    pub(super) fn update(&mut self, old: &StreamPlan, new: &StreamPlan) {
        if old.codec != new.codec {
            let (from, to) = (Law::of(old.codec), Law::of(new.codec));
            for byte in self.waiting.iter_mut().take(self.filled) {
                *byte = to.encode(from.decode(*byte));
            }
        }
        if !new.send || new.dtmf_payload_type.is_none() {
            self.keys = Sender::new(new.dtmf);
        }
        self.keys.set(new.dtmf);
        if let Some(ssrc) = new.ssrc.filter(|ssrc| *ssrc != self.ssrc && old.ssrc != new.ssrc) {
            self.go_on_as(ssrc);
        }
    }

    /// Another identifier, agreed on with the peer: nobody may chase it away again.
    fn go_on_as(&mut self, ssrc: u32) {
        (self.ssrc, self.former_ssrc, self.collided) = (ssrc, None, true);
        self.sequence &= 0x7FFF;
        self.marker = true;
        self.packets_before = self.packets_before.saturating_add(core::mem::take(&mut self.packets));
        self.octets_before = self.octets_before.saturating_add(core::mem::take(&mut self.octets));
    }

    pub(super) fn capture(
        &mut self,
        now: Instant,
        plan: &StreamPlan,
        samples: &[i16],
        out: &mut [u8],
    ) -> Option<usize> {
        if !samples.is_empty() {
            self.captured_at = now;
        }
        if !plan.send {
            self.pass(samples.len());
            return None;
        }
        self.keep(Law::of(plan.codec), samples);
        let length = plan.packet_samples();
        let timestamp = self.timestamp;
        if self.filled < length {
            return None;
        }
        let event = plan.dtmf_payload_type.and_then(|payload_type| {
            let tick = sender::Input::Tick { timestamp, samples: u16::try_from(length).unwrap_or(u16::MAX) };
            self.keys.step(tick).transmit.map(|transmit| (payload_type, transmit))
        });
        let written = match event {
            Some((payload_type, transmit)) => {
                // RFC 4733 §2.5.1.2: same numbering and clock as the audio, whose place the event takes.
                self.marker = true;
                let payload = transmit.event.compose();
                self.write(out, payload_type, transmit.marker, transmit.timestamp, &payload)
            }
            None => {
                // RFC 3551 §4.1: the marker stands at the beginning of a talkspurt.
                let marker = core::mem::take(&mut self.marker);
                let waiting = self.waiting;
                let payload = waiting.get(..length).unwrap_or(&[]);
                self.write(out, plan.payload_type, marker, timestamp, payload)
            }
        };
        bounded::move_to_front(&mut self.waiting, length, self.filled);
        self.filled = self.filled.saturating_sub(length);
        self.timestamp = timestamp.wrapping_add(u32::try_from(length).unwrap_or(0));
        written
    }

    pub(super) fn press(&mut self, plan: &StreamPlan, digit: Digit) -> bool {
        let sendable = plan.send && plan.dtmf_payload_type.is_some();
        if sendable {
            let _at_the_next_tick = self.keys.step(sender::Input::Press(digit));
        }
        sendable
    }

    pub(super) fn release(&mut self) {
        let _at_the_next_tick = self.keys.step(sender::Input::Release);
    }

    /// RFC 3550 §8.2: a packet came under our own identifier. The first time it is taken for a collision:
    /// ours changes, and the packet is another's. If the new one comes back as well it is a loop, and ours
    /// stays.
    pub(super) fn collision(&mut self) {
        if self.collided {
            self.looped = self.looped.saturating_add(1);
            return;
        }
        self.collided = true;
        self.former_ssrc = Some(self.ssrc);
        self.ssrc = self.spare_ssrc;
        self.packets_before = core::mem::take(&mut self.packets);
        self.octets_before = core::mem::take(&mut self.octets);
    }

    pub(super) const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    pub(super) const fn take_former_ssrc(&mut self) -> Option<u32> {
        self.former_ssrc.take()
    }

    /// Packets and payload bytes sent under the present identifier.
    pub(super) const fn sent(&self) -> (u32, u32) {
        (self.packets, self.octets)
    }

    /// What the media clock shows at an instant.
    pub(super) fn clock(&self, now: Instant) -> u32 {
        let since = now.since_ms(self.captured_at).saturating_mul(SAMPLES_PER_MS) & u64::from(u32::MAX);
        let waiting = u32::try_from(self.filled).unwrap_or(0);
        self.timestamp.wrapping_add(waiting).wrapping_add(u32::try_from(since).unwrap_or(0))
    }

    pub(super) const fn report(&self, figures: &mut Statistics) {
        figures.packets_sent = self.packets_before.saturating_add(self.packets);
        figures.octets_sent = self.octets_before.saturating_add(self.octets);
        figures.packets_looped = self.looped;
    }

    /// Nothing is sent: the clock goes on, and what comes next begins a talkspurt.
    fn pass(&mut self, samples: usize) {
        let passed = self.filled.saturating_add(samples);
        self.filled = 0;
        self.timestamp = self.timestamp.wrapping_add(u32::try_from(passed).unwrap_or(0));
        self.marker = true;
    }

    fn keep(&mut self, law: Law, samples: &[i16]) {
        let room = self.waiting.get_mut(self.filled..).unwrap_or_default();
        let taken = room.len().min(samples.len());
        for (place, sample) in room.iter_mut().zip(samples) {
            *place = law.encode(*sample);
        }
        self.filled = self.filled.saturating_add(taken);
    }

    fn write(
        &mut self,
        out: &mut [u8],
        payload_type: u8,
        marker: bool,
        timestamp: u32,
        payload: &[u8],
    ) -> Option<usize> {
        let (sequence, ssrc) = (self.sequence, self.ssrc);
        let packet = Packet { marker, payload_type, sequence, timestamp, ssrc, payload, ..Packet::default() };
        let length = packet.compose(out).ok()?;
        self.sequence = sequence.wrapping_add(1);
        self.packets = self.packets.saturating_add(1);
        self.octets = self.octets.saturating_add(u32::try_from(payload.len()).unwrap_or(0));
        Some(length)
    }
}
