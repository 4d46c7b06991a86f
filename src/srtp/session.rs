//! Sessions: the contexts of RFC 3711 §3.2 for a call's two directions.

use core::fmt;

use super::index::{self, RTCP_PACKETS, RTP_PACKETS};
use super::replay::Window;
use super::rtcp::{CLEAR_BYTES, RtcpKeys};
use super::rtp::{Packet, RtpKeys};
use super::source::Sources;
use crate::crypto::MasterKey;
use crate::rtp::packet;

/// Both directions of a call.
///
/// Both may have the same key, as the Secure Call of this phone's family wants it. Then only the SSRC keeps
/// their key streams apart (RFC 3711 §9.1), and a packet under the other side's is refused.
#[derive(Debug)]
pub struct Session {
    sender: Sender,
    receiver: Receiver,
    shared: bool,
}

/// What we send. It has no `Clone`: two of one key would use key stream twice.
pub struct Sender {
    rtp: RtpKeys,
    rtcp: RtcpKeys,
    sources: Sources<Sent>,
    /// RFC 3711 §9.2: how many packets the key may still protect.
    rtp_left: u64,
    rtcp_left: u64,
}

/// What we receive.
pub struct Receiver {
    rtp: RtpKeys,
    rtcp: RtcpKeys,
    sources: Sources<Windows>,
}

/// The last index sent of each protocol.
#[derive(Clone, Copy, Debug, Default)]
struct Sent {
    rtp: Option<u64>,
    rtcp: Option<u64>,
}

/// A list for each protocol (RFC 3711 §3.3.2).
#[derive(Clone, Copy, Debug, Default)]
struct Windows {
    rtp: Window,
    rtcp: Window,
}

/// Why a packet is not protected, or not accepted. It is then as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is no packet of the protocol, or too short to be protected.
    Malformed,
    /// The buffer has no room for what is added.
    NoRoom,
    /// It is longer than the key stream of one index.
    TooLong,
    /// Its tag is not the right one: another key, or somebody changed it.
    Authentication,
    /// It came before; or, to be sent, its number was used or passed over.
    Replayed,
    /// It is older than what is remembered.
    Old,
    /// It is numbered before the first packet.
    BeforeStart,
    /// The key has protected all the packets that it may.
    KeyExhausted,
    /// One source more than [`crate::limits::SRTP_SOURCES`].
    TooManySources,
    /// Both directions have the same key, and this SSRC is the other side's.
    OtherSide,
    /// This build has no such suite.
    Unavailable,
}

impl Session {
    /// A session that sends with one key and receives with another.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when this build has not the suite of one of them.
    pub fn new(send: &MasterKey, receive: &MasterKey) -> Result<Self, Error> {
        let (sender, receiver) = (Sender::new(send)?, Receiver::new(receive)?);
        let shared = send.key() == receive.key() && send.salt() == receive.salt();
        Ok(Self { sender, receiver, shared })
    }

    /// Protects the RTP packet in `buffer[..length]` and gives its new length.
    ///
    /// # Errors
    /// Says why it cannot; the session and the packet are then as before.
    pub fn protect(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        if self.shared && self.receiver.knows(rtp_ssrc(buffer)) {
            return Err(Error::OtherSide);
        }
        self.sender.protect(buffer, length)
    }

    /// Checks the SRTP packet in `buffer[..length]`, decrypts it, and gives its new length.
    ///
    /// # Errors
    /// Says why it is not accepted; the session and the packet are then as before.
    pub fn unprotect(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        if self.shared && self.sender.knows(rtp_ssrc(buffer)) {
            return Err(Error::OtherSide);
        }
        self.receiver.unprotect(buffer, length)
    }

    /// As [`Session::protect`], for a compound RTCP packet.
    ///
    /// # Errors
    /// Says why it cannot; the session and the packet are then as before.
    pub fn protect_rtcp(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        if self.shared && self.receiver.knows(rtcp_ssrc(buffer)) {
            return Err(Error::OtherSide);
        }
        self.sender.protect_rtcp(buffer, length)
    }

    /// As [`Session::unprotect`], for an SRTCP packet.
    ///
    /// # Errors
    /// Says why it is not accepted; the session and the packet are then as before.
    pub fn unprotect_rtcp(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        if self.shared && self.sender.knows(rtcp_ssrc(buffer)) {
            return Err(Error::OtherSide);
        }
        self.receiver.unprotect_rtcp(buffer, length)
    }
}

impl Sender {
    /// Makes the session keys.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when this build has not the suite.
    pub fn new(master: &MasterKey) -> Result<Self, Error> {
        let (rtp, rtcp) = (RtpKeys::new(master)?, RtcpKeys::new(master)?);
        Ok(Self { rtp, rtcp, sources: Sources::new(), rtp_left: RTP_PACKETS, rtcp_left: RTCP_PACKETS })
    }

    /// As [`Session::protect`].
    ///
    /// # Errors
    /// Says why it cannot; the sender and the packet are then as before.
    pub fn protect(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        let (header, ssrc, sequence) = rtp_header(buffer.get(..length).ok_or(Error::NoRoom)?)?;
        let mut sent = self.sources.of(ssrc)?;
        let index = index::next(sent.rtp, sequence)?;
        let left = self.rtp_left.checked_sub(1).ok_or(Error::KeyExhausted)?;
        let length = self.rtp.seal(buffer, length, Packet { header, ssrc, index })?;
        sent.rtp = Some(index);
        self.sources.keep(ssrc, sent);
        self.rtp_left = left;
        Ok(length)
    }

    /// As [`Session::protect_rtcp`].
    ///
    /// # Errors
    /// Says why it cannot; the sender and the packet are then as before.
    pub fn protect_rtcp(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        let ssrc = rtcp_header(buffer.get(..length).ok_or(Error::NoRoom)?)?;
        let mut sent = self.sources.of(ssrc)?;
        // RFC 3711 §3.4: zero for the first packet, one more for each.
        let index = sent.rtcp.map_or(0, |last| last.saturating_add(1));
        let left = self.rtcp_left.checked_sub(1).ok_or(Error::KeyExhausted)?;
        if index >= RTCP_PACKETS {
            return Err(Error::KeyExhausted);
        }
        let length = self.rtcp.seal(buffer, length, Packet { header: CLEAR_BYTES, ssrc, index })?;
        sent.rtcp = Some(index);
        self.sources.keep(ssrc, sent);
        self.rtcp_left = left;
        Ok(length)
    }

    fn knows(&self, ssrc: Option<u32>) -> bool {
        ssrc.is_some_and(|ssrc| self.sources.knows(ssrc))
    }
}

impl Receiver {
    /// Makes the session keys.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when this build has not the suite.
    pub fn new(master: &MasterKey) -> Result<Self, Error> {
        let (rtp, rtcp) = (RtpKeys::new(master)?, RtcpKeys::new(master)?);
        Ok(Self { rtp, rtcp, sources: Sources::new() })
    }

    /// As [`Session::unprotect`].
    ///
    /// # Errors
    /// Says why it is not accepted; the receiver and the packet are then as before.
    pub fn unprotect(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        let whole = buffer.get_mut(..length).ok_or(Error::NoRoom)?;
        let (header, ssrc, sequence) = rtp_header(whole)?;
        let mut windows = self.sources.of(ssrc)?;
        // RFC 3711 §3.3: guess, look for a replay, authenticate and decrypt; then only keep what is new.
        let index = index::guess(windows.rtp.highest(), sequence)?;
        windows.rtp.check(index)?;
        let length = self.rtp.open(whole, Packet { header, ssrc, index })?;
        windows.rtp.accept(index);
        self.sources.keep(ssrc, windows);
        Ok(length)
    }

    /// As [`Session::unprotect_rtcp`].
    ///
    /// # Errors
    /// Says why it is not accepted; the receiver and the packet are then as before.
    pub fn unprotect_rtcp(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        let whole = buffer.get_mut(..length).ok_or(Error::NoRoom)?;
        let ssrc = rtcp_header(whole)?;
        let mut windows = self.sources.of(ssrc)?;
        let word = self.rtcp.word(whole)?;
        let index = u64::from(word.index);
        windows.rtcp.check(index)?;
        let length = self.rtcp.open(whole, word.encrypted, Packet { header: CLEAR_BYTES, ssrc, index })?;
        windows.rtcp.accept(index);
        self.sources.keep(ssrc, windows);
        Ok(length)
    }

    fn knows(&self, ssrc: Option<u32>) -> bool {
        ssrc.is_some_and(|ssrc| self.sources.knows(ssrc))
    }
}

/// Where the payload begins, the source, the sequence number.
#[inline]
fn rtp_header(whole: &[u8]) -> Result<(usize, u32, u16), Error> {
    let header = packet::header_bytes(whole).map_err(|_| Error::Malformed)?;
    let [_, _, s0, s1, _, _, _, _, x0, x1, x2, x3] = *whole.first_chunk().ok_or(Error::Malformed)?;
    Ok((header, u32::from_be_bytes([x0, x1, x2, x3]), u16::from_be_bytes([s0, s1])))
}

fn rtp_ssrc(whole: &[u8]) -> Option<u32> {
    whole.get(8..12)?.first_chunk().copied().map(u32::from_be_bytes)
}

/// The source of a compound packet.
fn rtcp_header(whole: &[u8]) -> Result<u32, Error> {
    let [flags, _, _, _, x0, x1, x2, x3] = *whole.first_chunk::<CLEAR_BYTES>().ok_or(Error::Malformed)?;
    if flags >> 6 == 2 { Ok(u32::from_be_bytes([x0, x1, x2, x3])) } else { Err(Error::Malformed) }
}

fn rtcp_ssrc(whole: &[u8]) -> Option<u32> {
    whole.get(4..8)?.first_chunk().copied().map(u32::from_be_bytes)
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("sources", &self.sources).finish_non_exhaustive()
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("sources", &self.sources).finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a packet of the protocol",
            Self::NoRoom => "the buffer is too short",
            Self::TooLong => "longer than the key stream of one packet",
            Self::Authentication => "not authentic",
            Self::Replayed => "the same packet again",
            Self::Old => "older than what is remembered",
            Self::BeforeStart => "numbered before the first packet",
            Self::KeyExhausted => "the key has protected all the packets that it may",
            Self::TooManySources => "too many sources",
            Self::OtherSide => "the other side's SSRC under the same key",
            Self::Unavailable => "the suite is not in this build",
        })
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
impl Sender {
    /// As if so many packets had been sent.
    pub(super) fn pretend_sent(&mut self, ssrc: u32, rtp: u64, rtcp: u64) {
        self.sources.keep(ssrc, Sent { rtp: Some(rtp), rtcp: Some(rtcp) });
    }

    /// As if the key might protect only so many packets more.
    pub(super) fn pretend_left(&mut self, packets: u64) {
        self.rtp_left = packets;
        self.rtcp_left = packets;
    }
}
