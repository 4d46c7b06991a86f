//! One call's audio: from the microphone to packets, from packets to the loudspeaker, keys and reports
//! beside them.
//!
//! A host's audio task owns one [`AudioStream`] a call. Every 10 or 20 ms it gives it what the microphone
//! heard and sends the packet that comes back, and asks it for what the loudspeaker shall play; each
//! datagram from the RTP port goes to [`AudioStream::receive`]. What the call agreed on is the
//! [`StreamPlan`]; when that changes (hold, resume, another codec), [`AudioStream::update`] goes on with
//! the same source, numbers and clock (RFC 3550 §5.1, §8).
//!
//! ```
//! use deskphone::base::Instant;
//! use deskphone::media::stream::{AudioStream, Received, StreamPlan};
//! # struct Count(u32);
//! # impl deskphone::base::Rng for Count { fn next_u32(&mut self) -> u32 { self.0 += 1; self.0 } }
//! let (now, mut rng) = (Instant::ZERO, Count(0));
//! let mut anna = AudioStream::new(now, StreamPlan::default(), &mut rng);
//! let mut bert = AudioStream::new(now, StreamPlan::default(), &mut rng);
//! let mut datagram = [0; 256];
//! assert_eq!(anna.capture(now, &[1000; 80], &mut datagram), None, "half a packet");
//! let length = anna.capture(now, &[1000; 80], &mut datagram).unwrap();
//! assert_eq!(length, 12 + 160);
//! assert!(matches!(bert.receive(now, &datagram[..length]), Received::Ignored(_)));
//! let length = anna.capture(now, &[1000; 160], &mut datagram).unwrap();
//! assert_eq!(bert.receive(now, &datagram[..length]), Received::Audio);
//! let mut samples = [0; 640];
//! bert.playout(&mut samples);
//! assert!(samples[600].abs_diff(1000) < 32);
//! ```

mod incoming;
mod outgoing;
mod reports;
#[cfg(test)]
mod tests;

pub use incoming::{Ignored, Received};
pub use reports::ReceivedReport;

use super::dtmf::{receiver, sender};
use super::jitter_buffer;
use crate::base::{Instant, Rng, earliest};
use crate::rtp::telephone_event::Digit;
use crate::sdp::Codec;
use incoming::Incoming;
use outgoing::Outgoing;
use reports::Reports;

/// The audio of one call.
#[derive(Clone, Debug)]
pub struct AudioStream {
    plan: StreamPlan,
    outgoing: Outgoing,
    incoming: Incoming,
    reports: Reports,
}

/// What a call's audio looks like: what offer and answer agreed on, and the phone's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamPlan {
    /// The codec to send. Received is every codec under its static number, and this one under `payload_type`.
    pub codec: Codec,
    /// Its payload type.
    pub payload_type: u8,
    /// Audio in one packet: a multiple of 10 ms from 10 to 160; other values are brought there.
    pub packet_ms: u16,
    /// The payload type of telephone events, if both sides speak them.
    pub dtmf_payload_type: Option<u8>,
    /// Whether to send; while not, the media clock goes on.
    pub send: bool,
    /// Whether to play what comes.
    pub receive: bool,
    /// How keys are sent.
    pub dtmf: sender::Setting,
    /// How the jitter buffer adapts.
    pub jitter: jitter_buffer::Setting,
    /// Seconds between RTCP reports; 0 for none.
    pub rtcp_interval_s: u8,
    /// The identifier to send under, when the two sides have agreed on one; numbers go on from below 2^15
    /// then, as SRTP wants it (RFC 4568 §6.4).
    pub ssrc: Option<u32>,
}

/// The figures of a stream so far, over all its sources: those that `P-RTP-Stat` and the phone's status
/// page show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Packets sent.
    pub packets_sent: u32,
    /// Payload bytes sent.
    pub octets_sent: u32,
    /// Packets received from proven sources.
    pub packets_received: u32,
    /// Payload bytes received in them.
    pub octets_received: u32,
    /// Packets that never came (RFC 3550 Appendix A.3).
    pub packets_lost: u32,
    /// Packets that came too late to be played.
    pub packets_late: u32,
    /// Interarrival jitter in milliseconds (RFC 3550 Appendix A.8).
    pub jitter_ms: u32,
    /// What waits in the jitter buffer now, in milliseconds.
    pub decode_latency_ms: u32,
    /// The way to the peer and back in milliseconds, as its last report lets it be reckoned.
    pub round_trip_ms: Option<u32>,
    /// Our own packets that came back to us after a collision (RFC 3550 §8.2).
    pub packets_looped: u32,
    /// The codec of the last packet received.
    pub decoder: Option<Codec>,
}

impl AudioStream {
    /// A stream with random SSRC, sequence number and timestamp (RFC 3550 §5.1).
    pub fn new(now: Instant, plan: StreamPlan, rng: &mut dyn Rng) -> Self {
        let plan = plan.settled();
        Self {
            plan,
            outgoing: Outgoing::new(now, &plan, rng),
            incoming: Incoming::new(&plan),
            reports: Reports::new(now, plan.rtcp_interval_s),
        }
    }

    /// Goes on with another plan: same source, numbers and clock.
    pub fn update(&mut self, now: Instant, plan: StreamPlan) {
        let plan = plan.settled();
        self.outgoing.update(&self.plan, &plan);
        self.incoming.update(&self.plan, &plan);
        self.reports.update(now, plan.rtcp_interval_s);
        self.plan = plan;
    }

    /// Takes what the microphone heard next, at 8,000 samples a second, and writes the packet that is full
    /// by it.
    ///
    /// One call gives one packet at most: when more audio comes than `packet_ms`, call again with no
    /// samples until the answer is `None`. A packet that does not fit into `out` is dropped.
    pub fn capture(&mut self, now: Instant, samples: &[i16], out: &mut [u8]) -> Option<usize> {
        self.outgoing.capture(now, &self.plan, samples, out)
    }

    /// Takes a datagram from the RTP port. An answer other than [`Received::Ignored`] says that the packet
    /// was a valid one of the call, which is when a phone with symmetric RTP learns where to send to.
    pub fn receive(&mut self, now: Instant, datagram: &[u8]) -> Received {
        self.incoming.receive(now, &self.plan, &mut self.outgoing, datagram)
    }

    /// Writes what the loudspeaker plays next.
    pub fn playout(&mut self, samples: &mut [i16]) {
        self.incoming.playout(&self.plan, samples);
    }

    /// A key goes down. Says whether it is sent as an event; if not, the plan has no payload type for events.
    pub fn press(&mut self, digit: Digit) -> bool {
        self.outgoing.press(&self.plan, digit)
    }

    /// The key goes up.
    pub fn release(&mut self) {
        self.outgoing.release();
    }

    /// When [`AudioStream::timeout`] or [`AudioStream::rtcp`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        earliest([self.incoming.deadline(), self.reports.deadline()])
    }

    /// Time passed: a digit whose end was never reported may have ended.
    pub fn timeout(&mut self, now: Instant) -> receiver::Step {
        self.incoming.timeout(now)
    }

    /// The plan in force.
    #[must_use]
    pub const fn plan(&self) -> &StreamPlan {
        &self.plan
    }

    /// Our identifier; it changes only when another source turns out to use it (RFC 3550 §8.2).
    #[must_use]
    pub const fn ssrc(&self) -> u32 {
        self.outgoing.ssrc()
    }

    /// The peer's identifier, once its packets have proven it.
    #[must_use]
    pub fn remote_ssrc(&self) -> Option<u32> {
        self.incoming.ssrc()
    }

    /// The figures so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let mut figures = Statistics::default();
        self.outgoing.report(&mut figures);
        self.incoming.report(&mut figures);
        figures.round_trip_ms = self.reports.round_trip_ms();
        figures
    }
}

impl StreamPlan {
    /// Samples in one packet.
    fn packet_samples(&self) -> usize {
        usize::from(self.packet_ms).saturating_mul(8)
    }

    fn settled(self) -> Self {
        let packet_ms = (self.packet_ms / 10).clamp(1, 16).saturating_mul(10);
        Self { packet_ms, ..self }
    }

    /// What a received payload type holds.
    fn codec_of(&self, payload_type: u8) -> Option<Codec> {
        if payload_type == self.payload_type { Some(self.codec) } else { Codec::of_static(payload_type) }
    }
}

impl Default for StreamPlan {
    /// G.711 µ-law both ways in packets of 20 ms, digits as payload type 101, no reports.
    fn default() -> Self {
        Self {
            codec: Codec::Pcmu,
            payload_type: 0,
            packet_ms: 20,
            dtmf_payload_type: Some(101),
            send: true,
            receive: true,
            dtmf: sender::Setting::default(),
            jitter: jitter_buffer::Setting::default(),
            rtcp_interval_s: 0,
            ssrc: None,
        }
    }
}
