//! RTCP of one stream (RFC 3550 §6): when to report, what to say, what to learn from the peer's reports.

use super::{AudioStream, incoming::Source};
use crate::base::{Instant, Rng, Timer, rng};
use crate::rtp::rtcp::{self, Compound, Description, Packet, ParseError, Report, Sent};

/// What a datagram from the RTCP port was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceivedReport {
    /// Reports, which the statistics now reflect.
    Taken,
    /// The peer's source leaves (§6.6).
    Goodbye,
    /// No compound packet.
    Malformed(ParseError),
}

#[derive(Clone, Debug)]
pub(super) struct Reports {
    interval_ms: u32,
    due: Timer,
    /// Packets sent by the report before, to know who is a sender (§6.4).
    sent_before: u32,
    /// Whether any report went out: who never sent anything says no goodbye (§6.3.7).
    reported: bool,
    /// The peer's last SR: the middle of its NTP timestamp, and when it came.
    heard: Option<(u32, Instant)>,
    round_trip_ms: Option<u32>,
}

impl Reports {
    pub(super) fn new(now: Instant, interval_s: u8) -> Self {
        let mut reports = Self {
            interval_ms: 0,
            due: Timer::OFF,
            sent_before: 0,
            reported: false,
            heard: None,
            round_trip_ms: None,
        };
        reports.update(now, interval_s);
        reports
    }

    pub(super) fn update(&mut self, now: Instant, interval_s: u8) {
        let interval_ms = u32::from(interval_s).saturating_mul(1_000);
        if interval_ms == self.interval_ms {
            return;
        }
        self.interval_ms = interval_ms;
        self.due.stop();
        if interval_ms > 0 {
            // §6.2: half the interval before the first report.
            self.due.start(now, u64::from(interval_ms / 2));
        }
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.due.due()
    }

    pub(super) const fn round_trip_ms(&self) -> Option<u32> {
        self.round_trip_ms
    }

    /// How the peer's source is heard (§6.4.1).
    fn block(&self, now: Instant, source: &mut Source) -> Report {
        let (last_report, delay) = self.heard.map_or((0, 0), |(middle, at)| {
            let units = now.since_ms(at).saturating_mul(65_536) / 1_000;
            (middle, u32::try_from(units).unwrap_or(u32::MAX))
        });
        Report {
            ssrc: source.ssrc,
            fraction_lost: source.sequence.take_fraction_lost(),
            lost: source.sequence.lost(),
            highest: source.sequence.highest(),
            jitter: source.sequence.jitter(),
            last_report,
            delay,
        }
    }
}

/// The reports of a stream.
///
/// `ntp` is the host's wall clock as [`rtcp::ntp`] makes it; a host without one may count from its start.
impl AudioStream {
    /// Writes the report that is due, if one is: SR or RR, and SDES.
    ///
    /// The interval is the phone's setting RTCP Tx Interval, spread over half to one and a half of it
    /// (§6.3.1). The rules for sharing bandwidth among many do not matter between two.
    pub fn rtcp(
        &mut self,
        now: Instant,
        ntp: u64,
        rng: &mut dyn Rng,
        description: &Description<'_>,
        out: &mut [u8],
    ) -> Option<usize> {
        if !self.reports.due.take_due(now) {
            return None;
        }
        if let Some(former) = self.outgoing.take_former_ssrc() {
            // §8.2: the identifier that collided says goodbye; the report follows at once.
            self.reports.due.start_at(now);
            let mut compound = Compound::new(out);
            compound.receiver_report(former, None);
            compound.description(former, description);
            compound.goodbye(former);
            return compound.finish().ok();
        }
        let interval = self.reports.interval_ms;
        let spread = u64::from(rng::up_to(rng, interval)).saturating_add(u64::from(interval / 2));
        self.reports.due.start(now, spread);
        self.compose(now, ntp, description, false, out)
    }

    /// Writes the last report, with a BYE (§6.6). None when reports are off, or nothing was ever sent.
    pub fn goodbye(
        &mut self,
        now: Instant,
        ntp: u64,
        description: &Description<'_>,
        out: &mut [u8],
    ) -> Option<usize> {
        self.reports.due.stop();
        let silent = self.outgoing.sent().0 == 0 && !self.reports.reported;
        if self.reports.interval_ms == 0 || silent {
            return None;
        }
        self.compose(now, ntp, description, true, out)
    }

    /// Takes a datagram from the RTCP port.
    pub fn receive_rtcp(&mut self, now: Instant, ntp: u64, datagram: &[u8]) -> ReceivedReport {
        let packets = match rtcp::parse(datagram) {
            Ok(packets) => packets,
            Err(error) => return ReceivedReport::Malformed(error),
        };
        let mut answer = ReceivedReport::Taken;
        for packet in packets {
            match packet {
                Packet::SenderReport { ssrc, sent, reports } => {
                    if self.remote_ssrc() == Some(ssrc) {
                        self.reports.heard = Some((middle(sent.ntp), now));
                    }
                    self.learn(ssrc, ntp, reports.about(self.ssrc()));
                }
                Packet::ReceiverReport { ssrc, reports } => {
                    self.learn(ssrc, ntp, reports.about(self.ssrc()));
                }
                Packet::Goodbye(goodbye) => {
                    if goodbye.sources().any(|source| Some(source) == self.remote_ssrc()) {
                        self.incoming.leave();
                        self.reports.heard = None;
                        answer = ReceivedReport::Goodbye;
                    }
                }
                Packet::SourceDescription(_) | Packet::Other(_) => {}
            }
        }
        answer
    }

    fn compose(
        &mut self,
        now: Instant,
        ntp: u64,
        description: &Description<'_>,
        last: bool,
        out: &mut [u8],
    ) -> Option<usize> {
        let ssrc = self.outgoing.ssrc();
        let (packets, octets) = self.outgoing.sent();
        let block = self.incoming.source_mut().map(|source| self.reports.block(now, source));
        let mut compound = Compound::new(out);
        // §6.4: SR if anything was sent since the report before, else RR.
        if packets == self.reports.sent_before {
            compound.receiver_report(ssrc, block.as_ref());
        } else {
            let sent = Sent { ntp, timestamp: self.outgoing.clock(now), packets, octets };
            compound.sender_report(ssrc, &sent, block.as_ref());
        }
        self.reports.sent_before = packets;
        self.reports.reported = true;
        compound.description(ssrc, description);
        if last {
            compound.goodbye(ssrc);
        }
        compound.finish().ok()
    }

    /// §6.4.1: the round trip is now, less the time of our SR, less the time that the peer kept it.
    fn learn(&mut self, author: u32, ntp: u64, about_us: Option<Report>) {
        if author == self.outgoing.ssrc() {
            self.outgoing.collision();
        }
        let Some(report) = about_us.filter(|report| report.last_report != 0) else { return };
        let units = middle(ntp).wrapping_sub(report.last_report).wrapping_sub(report.delay);
        // A clock that was set meanwhile, or a peer that lies, makes it negative.
        if units.cast_signed() >= 0 {
            let ms = u64::from(units).saturating_mul(1_000) >> 16;
            self.reports.round_trip_ms = u32::try_from(ms).ok();
        }
    }
}

const fn middle(ntp: u64) -> u32 {
    let [_, _, b2, b3, b4, b5, ..] = ntp.to_be_bytes();
    u32::from_be_bytes([b2, b3, b4, b5])
}
