//! RTCP (RFC 3550 §6): sender and receiver reports, source descriptions, goodbyes, in compound packets.
//!
//! ```text
//! compound = (SR / RR) *(SR / RR / SDES / BYE / other)            ; §6.1
//! packet   = V=2 P count(5) type(8) length(16, words - 1) body
//! ```
//!
//! ```
//! use deskphone::rtp::rtcp::{self, Description, Item, Report};
//! let mut buffer = [0; 128];
//! let mut out = rtcp::Compound::new(&mut buffer);
//! out.receiver_report(7, None);
//! out.description(7, &Description { cname: "101@pbx", name: "Anna", tool: "" });
//! let length = out.finish().unwrap();
//! let packets: Vec<_> = rtcp::parse(&buffer[..length]).unwrap().collect();
//! assert!(matches!(packets[0], rtcp::Packet::ReceiverReport { ssrc: 7, .. }));
//! let rtcp::Packet::SourceDescription(chunks) = packets[1] else { panic!() };
//! assert_eq!(chunks.items().next(), Some((7, Item { kind: Item::CNAME, text: b"101@pbx" })));
//! ```

mod compose;
#[cfg(test)]
mod tests;

pub use compose::Compound;

use crate::base::UnixTime;

/// One packet of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// SR (§6.4.1): what its author sent, and how it hears others.
    SenderReport {
        /// Who reports.
        ssrc: u32,
        /// What it sent.
        sent: Sent,
        /// How it hears others.
        reports: Reports<'a>,
    },
    /// RR (§6.4.2): how its author hears others.
    ReceiverReport {
        /// Who reports.
        ssrc: u32,
        /// How it hears others.
        reports: Reports<'a>,
    },
    /// SDES (§6.5): names of sources.
    SourceDescription(Chunks<'a>),
    /// BYE (§6.6): sources that leave.
    Goodbye(Goodbye<'a>),
    /// Another packet type, skipped.
    Other(u8),
}

/// The sender's part of an SR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Sent {
    /// Wall-clock time of the report as an NTP timestamp: seconds since 1900 in the upper half.
    pub ntp: u64,
    /// The same instant on the media clock.
    pub timestamp: u32,
    /// Packets sent since the SSRC was taken.
    pub packets: u32,
    /// Payload bytes sent since then.
    pub octets: u32,
}

/// One report block: how a source is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Report {
    /// The source that the block is about.
    pub ssrc: u32,
    /// 256ths of its packets lost since the report before.
    pub fraction_lost: u8,
    /// Packets lost in all, as 24 bits with sign.
    pub lost: i32,
    /// Extended highest sequence number received.
    pub highest: u32,
    /// Interarrival jitter in timestamp units.
    pub jitter: u32,
    /// The middle 32 bits of the NTP timestamp of its last SR; 0 for none.
    pub last_report: u32,
    /// The delay since that SR in 65536ths of a second.
    pub delay: u32,
}

/// What an SDES packet says of its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Description<'a> {
    /// The lasting name, `user@host`; it must be present (§6.5.1).
    pub cname: &'a str,
    /// The name for people; left out when empty.
    pub name: &'a str,
    /// The product and its version; left out when empty.
    pub tool: &'a str,
}

/// One item of an SDES chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// Which item: [`Item::CNAME`] and so on.
    pub kind: u8,
    /// Its text, which should be UTF-8.
    pub text: &'a [u8],
}

/// The report blocks of an SR or RR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reports<'a>(&'a [u8]);

/// The chunks of an SDES packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunks<'a>(&'a [u8]);

/// The content of a BYE packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goodbye<'a> {
    sources: &'a [u8],
    /// Why they leave; empty when not said.
    pub reason: &'a [u8],
}

/// Why a datagram is not a compound RTCP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// A packet's version is not 2.
    Version,
    /// The first packet is neither SR nor RR (Appendix A.2).
    First,
    /// A packet ends after the datagram, or its counts after the packet.
    Length,
    /// Padding before the last packet, or more than there is.
    Padding,
}

/// The packets of a compound.
#[derive(Clone, Copy, Debug)]
pub struct Packets<'a>(&'a [u8]);

impl Item<'_> {
    /// The lasting name (§6.5.1).
    pub const CNAME: u8 = 1;
    /// The name for people (§6.5.2).
    pub const NAME: u8 = 2;
    /// The product (§6.5.6).
    pub const TOOL: u8 = 6;
}

const SECONDS_1900_TO_1970: u64 = 2_208_988_800;
const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const REPORT_BYTES: usize = 24;

/// Checks a datagram as Appendix A.2 wants it and gives its packets.
///
/// # Errors
/// Says which check failed; the whole datagram is then dropped.
pub fn parse(datagram: &[u8]) -> Result<Packets<'_>, ParseError> {
    let mut rest = datagram;
    let mut first = true;
    loop {
        let (packet, after) = split(rest)?;
        if first && !matches!(packet, Packet::SenderReport { .. } | Packet::ReceiverReport { .. }) {
            return Err(ParseError::First);
        }
        if after.is_empty() {
            return Ok(Packets(datagram));
        }
        if rest.first().is_some_and(|flags| flags & 0x20 != 0) {
            return Err(ParseError::Padding);
        }
        first = false;
        rest = after;
    }
}

/// The NTP timestamp (§4) of a wall-clock time: seconds since 1900 and their 2^32nds.
///
/// ```
/// use deskphone::base::UnixTime;
/// assert_eq!(deskphone::rtp::rtcp::ntp(UnixTime(0), 500), (2_208_988_800 << 32) | 0x8000_0000);
/// ```
#[must_use]
pub fn ntp(time: UnixTime, millis: u16) -> u64 {
    let seconds = time.0.wrapping_add(SECONDS_1900_TO_1970) & u64::from(u32::MAX);
    (seconds << 32) | ((u64::from(millis.min(999)) << 32) / 1_000)
}

/// One packet, and what follows it.
fn split(bytes: &[u8]) -> Result<(Packet<'_>, &[u8]), ParseError> {
    let ([flags, kind, l0, l1], rest) = bytes.split_first_chunk::<4>().ok_or(ParseError::Length)?;
    if flags >> 6 != 2 {
        return Err(ParseError::Version);
    }
    let length = usize::from(u16::from_be_bytes([*l0, *l1])).saturating_mul(4);
    let (mut body, after) = rest.split_at_checked(length).ok_or(ParseError::Length)?;
    if flags & 0x20 != 0 {
        let padding = usize::from(*body.last().ok_or(ParseError::Padding)?);
        let kept = body.len().checked_sub(padding).filter(|_| padding > 0).ok_or(ParseError::Padding)?;
        body = body.get(..kept).unwrap_or(&[]);
    }
    let packet = read(*kind, usize::from(flags & 0x1F), body).ok_or(ParseError::Length)?;
    Ok((packet, after))
}

fn read(kind: u8, count: usize, body: &[u8]) -> Option<Packet<'_>> {
    Some(match kind {
        SENDER_REPORT => {
            let (ssrc, rest) = word(body)?;
            let (upper, rest) = word(rest)?;
            let (lower, rest) = word(rest)?;
            let (timestamp, rest) = word(rest)?;
            let (packets, rest) = word(rest)?;
            let (octets, rest) = word(rest)?;
            let ntp = (u64::from(upper) << 32) | u64::from(lower);
            let sent = Sent { ntp, timestamp, packets, octets };
            Packet::SenderReport { ssrc, sent, reports: Reports::take(rest, count)? }
        }
        RECEIVER_REPORT => {
            let (ssrc, rest) = word(body)?;
            Packet::ReceiverReport { ssrc, reports: Reports::take(rest, count)? }
        }
        SOURCE_DESCRIPTION => Packet::SourceDescription(Chunks(body)),
        GOODBYE => {
            let (sources, rest) = body.split_at_checked(count.saturating_mul(4))?;
            let reason = match rest.split_first() {
                Some((length, text)) => text.get(..usize::from(*length))?,
                None => &[],
            };
            Packet::Goodbye(Goodbye { sources, reason })
        }
        other => Packet::Other(other),
    })
}

fn word(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*word), rest))
}

impl<'a> Iterator for Packets<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        let (packet, after) = split(self.0).ok()?;
        self.0 = after;
        Some(packet)
    }
}

impl<'a> Reports<'a> {
    fn take(bytes: &'a [u8], count: usize) -> Option<Self> {
        bytes.get(..count.saturating_mul(REPORT_BYTES)).map(Self)
    }

    /// The blocks in order.
    pub fn iter(&self) -> impl Iterator<Item = Report> + 'a {
        self.0.as_chunks::<REPORT_BYTES>().0.iter().filter_map(Report::read)
    }

    /// The block about one source.
    #[must_use]
    pub fn about(&self, ssrc: u32) -> Option<Report> {
        self.iter().find(|report| report.ssrc == ssrc)
    }
}

impl Report {
    fn read(block: &[u8; REPORT_BYTES]) -> Option<Self> {
        let (ssrc, rest) = word(block)?;
        let (losses, rest) = word(rest)?;
        let (highest, rest) = word(rest)?;
        let (jitter, rest) = word(rest)?;
        let (last_report, rest) = word(rest)?;
        let (delay, _) = word(rest)?;
        let [fraction_lost, ..] = losses.to_be_bytes();
        // The lower 24 bits carry a sign: up to the top and back with it.
        let lost = losses.wrapping_shl(8).cast_signed() >> 8;
        Some(Self { ssrc, fraction_lost, lost, highest, jitter, last_report, delay })
    }
}

impl<'a> Chunks<'a> {
    /// Every item of every chunk, with the source that it describes. Stops at the first that is cut off.
    pub fn items(&self) -> impl Iterator<Item = (u32, Item<'a>)> + 'a {
        let mut chunk = word(self.0);
        let mut used = 0usize;
        core::iter::from_fn(move || {
            loop {
                let (ssrc, bytes) = chunk?;
                let (kind, rest) = bytes.split_first()?;
                if *kind == 0 {
                    // The list ends with one to four zeros, up to the next word.
                    let zeros = 4usize.saturating_sub(used % 4);
                    chunk = word(bytes.get(zeros..)?);
                    used = 0;
                    continue;
                }
                let (length, rest) = rest.split_first()?;
                let (text, rest) = rest.split_at_checked(usize::from(*length))?;
                used = used.saturating_add(2).saturating_add(text.len());
                chunk = Some((ssrc, rest));
                return Some((ssrc, Item { kind: *kind, text }));
            }
        })
    }
}

impl<'a> Goodbye<'a> {
    /// The sources that leave.
    pub fn sources(&self) -> impl Iterator<Item = u32> + 'a {
        self.sources.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word))
    }
}
