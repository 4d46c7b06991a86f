//! From datagrams to samples: which source is the peer's, what is lost, what is played.

use super::outgoing::Outgoing;
use super::{Statistics, StreamPlan};
use crate::base::Instant;
use crate::media::dtmf::{Receiver, receiver};
use crate::media::g711::Law;
use crate::media::jitter_buffer::{Insertion, JitterBuffer, Place};
use crate::rtp::packet::ParseError;
use crate::rtp::{Packet, Sequence, Verdict, is_rtcp, telephone_event};
use crate::sdp::Codec;

/// What became of a datagram from the RTP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Audio that will be played.
    Audio,
    /// A telephone event, and the digits that begin or end by it; often none.
    Digits(receiver::Step),
    /// Nothing is played of it.
    Ignored(Ignored),
}

/// Why nothing is played of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// It is no RTP packet.
    Malformed(ParseError),
    /// It is RTCP on the RTP port.
    Rtcp,
    /// Nobody agreed on its payload type.
    Payload(u8),
    /// Comfort noise (RFC 3389), which the phone replaces by its own silence.
    ComfortNoise,
    /// Its source is not proven yet (RFC 3550 Appendix A.1).
    Probation,
    /// Its number is far from what its source sent before.
    Implausible,
    /// Another source than the one that is heard now.
    Stranger,
    /// The plan says not to receive.
    OnHold,
    /// It came after its time.
    Late,
    /// It came before.
    Duplicate,
    /// It is empty or too long.
    Unusable,
}

#[derive(Clone, Debug)]
pub(super) struct Incoming {
    source: Option<Source>,
    /// A source that is about to prove itself.
    candidate: Option<Source>,
    candidate_at: Instant,
    heard_at: Instant,
    jitter: JitterBuffer,
    keys: Receiver,
    packets: u32,
    octets: u32,
    /// What sources before this one lost.
    lost_before: u32,
    late_before: u32,
    decoder: Option<Codec>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) ssrc: u32,
    pub(super) sequence: Sequence,
}

/// Silence of the source that is heard, after which a proven other one takes its place.
const QUIET_MS: u64 = 100;
const COMFORT_NOISE: u8 = 13;

impl Incoming {
    pub(super) fn new(plan: &StreamPlan) -> Self {
        Self {
            source: None,
            candidate: None,
            candidate_at: Instant::ZERO,
            heard_at: Instant::ZERO,
            jitter: JitterBuffer::new(plan.jitter, Law::of(plan.codec)),
            keys: receiver_for(plan),
            packets: 0,
            octets: 0,
            lost_before: 0,
            late_before: 0,
            decoder: None,
        }
    }

    pub(super) fn update(&mut self, old: &StreamPlan, new: &StreamPlan) {
        if old.codec != new.codec {
            self.late_before = self.late();
            self.jitter = JitterBuffer::new(new.jitter, Law::of(new.codec));
        }
        self.jitter.set(new.jitter);
        if old.receive != new.receive {
            self.jitter.reset();
            if let Some(source) = &mut self.source {
                source.sequence.forget_transit();
            }
        }
    }

    pub(super) fn receive(
        &mut self,
        now: Instant,
        plan: &StreamPlan,
        outgoing: &mut Outgoing,
        datagram: &[u8],
    ) -> Received {
        if is_rtcp(datagram) {
            return Received::Ignored(Ignored::Rtcp);
        }
        let packet = match Packet::parse(datagram) {
            Ok(packet) => packet,
            Err(error) => return Received::Ignored(Ignored::Malformed(error)),
        };
        let codec = plan.codec_of(packet.payload_type);
        let event = plan.dtmf_payload_type == Some(packet.payload_type);
        if codec.is_none() && !event && packet.payload_type != COMFORT_NOISE {
            return Received::Ignored(Ignored::Payload(packet.payload_type));
        }
        if packet.ssrc == outgoing.ssrc() {
            outgoing.collision();
        }
        if let Err(reason) = self.admit(now, &packet) {
            return Received::Ignored(reason);
        }
        self.packets = self.packets.saturating_add(1);
        let octets = u32::try_from(packet.payload.len()).unwrap_or(u32::MAX);
        self.octets = self.octets.saturating_add(octets);
        if !plan.receive {
            return Received::Ignored(Ignored::OnHold);
        }
        if event {
            return Received::Digits(self.hear(now, &packet));
        }
        let Some(codec) = codec else { return Received::Ignored(Ignored::ComfortNoise) };
        self.decoder = Some(codec);
        let place = Place { sequence: packet.sequence, timestamp: packet.timestamp, marker: packet.marker };
        match self.jitter.insert(place, Law::of(codec), packet.payload) {
            Insertion::Stored => Received::Audio,
            Insertion::Late => Received::Ignored(Ignored::Late),
            Insertion::Duplicate => Received::Ignored(Ignored::Duplicate),
            Insertion::Unusable => Received::Ignored(Ignored::Unusable),
        }
    }

    pub(super) fn playout(&mut self, plan: &StreamPlan, samples: &mut [i16]) {
        if plan.receive {
            self.jitter.fill(samples);
        } else {
            samples.fill(0);
        }
    }

    pub(super) fn timeout(&mut self, now: Instant) -> receiver::Step {
        self.keys.step(now, receiver::Input::Timeout)
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.keys.deadline()
    }

    pub(super) fn ssrc(&self) -> Option<u32> {
        self.source.map(|source| source.ssrc)
    }

    pub(super) const fn source_mut(&mut self) -> Option<&mut Source> {
        self.source.as_mut()
    }

    /// The peer said goodbye: whoever sends next must prove itself.
    pub(super) fn leave(&mut self) {
        self.lost_before = self.lost();
        self.source = None;
        self.candidate = None;
        self.jitter.reset();
    }

    pub(super) fn report(&self, figures: &mut Statistics) {
        figures.packets_received = self.packets;
        figures.octets_received = self.octets;
        figures.packets_lost = self.lost();
        figures.packets_late = self.late();
        figures.jitter_ms = self.source.map_or(0, |source| source.sequence.jitter() / 8);
        figures.decode_latency_ms = self.jitter.delay_ms();
        figures.decoder = self.decoder;
    }

    /// Lets only a proven source's plausible packets through (RFC 3550 Appendix A.1), one source at a time.
    fn admit(&mut self, now: Instant, packet: &Packet<'_>) -> Result<(), Ignored> {
        match &mut self.source {
            Some(source) if source.ssrc == packet.ssrc => {
                let lost = source.sequence.lost();
                let verdict = source.sequence.step(packet.sequence);
                proven(verdict)?;
                if verdict == Verdict::Restarted {
                    let lost = u32::try_from(lost).unwrap_or(0);
                    self.lost_before = self.lost_before.saturating_add(lost);
                    self.begin_anew();
                }
            }
            Some(_) | None => self.try_another(now, packet)?,
        }
        self.heard_at = now;
        if let Some(source) = &mut self.source {
            let [.., b4, b5, b6, b7] = now.as_millis().wrapping_mul(8).to_be_bytes();
            source.sequence.arrived(u32::from_be_bytes([b4, b5, b6, b7]), packet.timestamp);
        }
        Ok(())
    }

    /// A packet of a source that is not the one heard now: it has to prove itself, and to wait for the
    /// other's pause. A restart while it waits proves it as well, and changes nothing for the one heard.
    fn try_another(&mut self, now: Instant, packet: &Packet<'_>) -> Result<(), Ignored> {
        let same = self.candidate.filter(|candidate| candidate.ssrc == packet.ssrc);
        // Two sources whose packets take turns must not undo each other's proof for ever: the first goes on.
        let other = self.candidate.is_some() && same.is_none();
        if other && now.since_ms(self.candidate_at) < QUIET_MS {
            return Err(Ignored::Probation);
        }
        self.candidate_at = now;
        let mut candidate =
            same.unwrap_or_else(|| Source { ssrc: packet.ssrc, sequence: Sequence::new(packet.sequence) });
        let verdict = candidate.sequence.step(packet.sequence);
        self.candidate = Some(candidate);
        proven(verdict)?;
        if self.source.is_some() && now.since_ms(self.heard_at) < QUIET_MS {
            return Err(Ignored::Stranger);
        }
        self.lost_before = self.lost();
        self.source = Some(candidate);
        self.candidate = None;
        self.begin_anew();
        Ok(())
    }

    fn begin_anew(&mut self) {
        self.jitter.reset();
        self.keys.forget();
        if let Some(source) = &mut self.source {
            source.sequence.forget_transit();
        }
    }

    /// The events of a packet. Phones send one; of several the first that begins and the first that ends
    /// count.
    fn hear(&mut self, now: Instant, packet: &Packet<'_>) -> receiver::Step {
        let mut heard = receiver::Step::default();
        for (timestamp, event) in telephone_event::events(packet.timestamp, packet.payload) {
            let step = self.keys.step(now, receiver::Input::Event { timestamp, event });
            heard.lapsed = heard.lapsed.or(step.lapsed);
            heard.began = heard.began.or(step.began);
            heard.ended = heard.ended.or(step.ended);
        }
        heard
    }

    fn lost(&self) -> u32 {
        let lost = self.source.map_or(0, |source| source.sequence.lost());
        self.lost_before.saturating_add(u32::try_from(lost).unwrap_or(0))
    }

    const fn late(&self) -> u32 {
        self.late_before.saturating_add(self.jitter.counts().late)
    }
}

/// Whether a source with this verdict on its packet may be heard (RFC 3550 Appendix A.1).
const fn proven(verdict: Verdict) -> Result<(), Ignored> {
    match verdict {
        Verdict::Valid | Verdict::Restarted => Ok(()),
        Verdict::Probation => Err(Ignored::Probation),
        Verdict::Implausible => Err(Ignored::Implausible),
    }
}

/// RFC 4733 §2.5.2.2: a digit lapses three packet times after its last report; 60 ms more for what the
/// network delays.
fn receiver_for(plan: &StreamPlan) -> Receiver {
    Receiver::new(plan.packet_ms.saturating_mul(3).max(60).saturating_add(60))
}
