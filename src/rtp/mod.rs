//! RTP and RTCP packets (RFC 3550), sequence validation, telephone events (RFC 4733): syntax and
//! bookkeeping only.
//!
//! [`packet`] reads and writes one RTP packet, [`rtcp`] one compound RTCP packet, [`sequence`] keeps what
//! RFC 3550 Appendix A keeps for each source, [`telephone_event`] is the payload that carries keys.

#[cfg(feature = "_fuzzing")]
mod fuzz;
pub mod packet;
pub mod rtcp;
pub mod sequence;
pub mod telephone_event;

#[cfg(feature = "_fuzzing")]
#[doc(hidden)]
pub use fuzz::fuzz_rtp;
pub use packet::{Extension, Packet};
pub use sequence::{Sequence, Verdict};
pub use telephone_event::Event;

/// Whether a datagram on a port that carries both is RTCP (RFC 5761 §4: packet types 64 to 95 of the second
/// byte without its first bit, which RTP payload types there must avoid).
///
/// ```
/// assert!(deskphone::rtp::is_rtcp(&[0x80, 200, 0, 6]));
/// assert!(!deskphone::rtp::is_rtcp(&[0x80, 0, 0, 6]));
/// ```
#[must_use]
pub fn is_rtcp(datagram: &[u8]) -> bool {
    datagram.get(1).is_some_and(|second| (192..=223).contains(second))
}
