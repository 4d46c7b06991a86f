//! One RTP data packet (RFC 3550 §5.1).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//! |                           timestamp                           |
//! |           synchronization source (SSRC) identifier            |
//! |            contributing source (CSRC) identifiers ...         |
//! |      defined by profile       |  extension length in words    |   if X
//! |                    header extension ...                       |
//! |                         payload ...           | padding | pad |   pad = number of padding bytes, if P
//! ```
//!
//! ```
//! use deskphone::rtp::Packet;
//! let packet = Packet { sequence: 7, timestamp: 160, ssrc: 0xDECAF, payload: b"a", ..Packet::default() };
//! let mut buffer = [0; 64];
//! let length = packet.compose(&mut buffer).unwrap();
//! assert_eq!(Packet::parse(&buffer[..length]), Ok(packet));
//! ```

use crate::base::Writer;
use crate::base::write::Overflow;

/// An RTP packet; the payload and the lists are slices of the datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Packet<'a> {
    /// The profile's mark: the first packet of a talkspurt, or of an event.
    pub marker: bool,
    /// The format of the payload, 0 to 127.
    pub payload_type: u8,
    /// Increases by one with each packet sent.
    pub sequence: u16,
    /// The sampling instant of the payload's first byte, in ticks of the payload's clock.
    pub timestamp: u32,
    /// Names the sender within the session.
    pub ssrc: u32,
    /// Contributing sources, four bytes each; at most fifteen.
    pub contributing: &'a [u8],
    /// A header extension, which this library carries but does not read.
    pub extension: Option<Extension<'a>>,
    /// The media, without padding.
    pub payload: &'a [u8],
    /// How many padding bytes follow the payload, the count byte included.
    pub padding: u8,
}

/// A header extension (RFC 3550 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// The sixteen bits that the profile defines.
    pub profile: u16,
    /// The extension's words: a multiple of four bytes.
    pub words: &'a [u8],
}

/// Why a datagram is not an RTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// It ends inside the fixed header.
    Short,
    /// Its version is not 2.
    Version,
    /// It ends inside the list of contributing sources.
    Contributing,
    /// It ends inside the header extension.
    Extension,
    /// The padding count is zero or larger than what is there.
    Padding,
}

/// Bytes of the fixed header.
pub const HEADER_BYTES: usize = 12;

impl<'a> Packet<'a> {
    /// Reads a datagram with the validity checks of RFC 3550 Appendix A.1 that need no state.
    ///
    /// # Errors
    /// Says which part is wrong.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, ParseError> {
        let (header, rest) = datagram.split_first_chunk::<HEADER_BYTES>().ok_or(ParseError::Short)?;
        let [flags, kind, s0, s1, t0, t1, t2, t3, x0, x1, x2, x3] = *header;
        if flags >> 6 != 2 {
            return Err(ParseError::Version);
        }
        let contributing_bytes = usize::from(flags & 0x0F).saturating_mul(4);
        let (contributing, rest) =
            rest.split_at_checked(contributing_bytes).ok_or(ParseError::Contributing)?;
        let (extension, rest) = if flags & 0x10 == 0 { (None, rest) } else { Extension::parse(rest)? };
        let padding = if flags & 0x20 == 0 { 0 } else { *rest.last().ok_or(ParseError::Padding)? };
        if flags & 0x20 != 0 && padding == 0 {
            return Err(ParseError::Padding);
        }
        let length = rest.len().checked_sub(usize::from(padding)).ok_or(ParseError::Padding)?;
        Ok(Self {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7F,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([x0, x1, x2, x3]),
            contributing,
            extension,
            payload: rest.get(..length).unwrap_or(&[]),
            padding,
        })
    }

    /// Writes the packet to the start of `buffer` and says how long it is. Padding is written as zeros and
    /// its count.
    ///
    /// # Errors
    /// When the buffer is too short, or a list is not a multiple of four bytes or longer than its count can
    /// say.
    pub fn compose(&self, buffer: &mut [u8]) -> Result<usize, Overflow> {
        let mut out = Writer::new(buffer);
        let sources = u8::try_from(words(self.contributing)?).ok().filter(|count| *count <= 15);
        let sources = sources.ok_or(Overflow)?;
        let padded = if self.padding == 0 { 0 } else { 0x20 };
        let extended = if self.extension.is_none() { 0 } else { 0x10 };
        let marked = if self.marker { 0x80 } else { 0 };
        out.put(&[0x80 | padded | extended | sources, marked | (self.payload_type & 0x7F)]);
        out.put(&self.sequence.to_be_bytes());
        out.put(&self.timestamp.to_be_bytes());
        out.put(&self.ssrc.to_be_bytes());
        out.put(self.contributing);
        if let Some(extension) = self.extension {
            let length = u16::try_from(words(extension.words)?).map_err(|_| Overflow)?;
            out.put(&extension.profile.to_be_bytes());
            out.put(&length.to_be_bytes());
            out.put(extension.words);
        }
        out.put(self.payload);
        for left in (1..=self.padding).rev() {
            out.put(&[if left == 1 { self.padding } else { 0 }]);
        }
        out.finish()
    }

    /// The identifiers of the contributing sources.
    pub fn contributing_sources(&self) -> impl Iterator<Item = u32> + 'a {
        self.contributing.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word))
    }
}

impl<'a> Extension<'a> {
    fn parse(rest: &'a [u8]) -> Result<(Option<Self>, &'a [u8]), ParseError> {
        let ([p0, p1, l0, l1], rest) = rest.split_first_chunk::<4>().ok_or(ParseError::Extension)?;
        let length = usize::from(u16::from_be_bytes([*l0, *l1])).saturating_mul(4);
        let (words, rest) = rest.split_at_checked(length).ok_or(ParseError::Extension)?;
        Ok((Some(Self { profile: u16::from_be_bytes([*p0, *p1]), words }), rest))
    }
}

/// Bytes of a datagram's whole header: fixed part, contributing sources, extension. That is all that can be
/// known of a packet whose payload is encrypted (RFC 3711 §3.1: its padding is, too).
///
/// # Errors
/// As [`Packet::parse`], but never [`ParseError::Padding`].
pub fn header_bytes(datagram: &[u8]) -> Result<usize, ParseError> {
    let (header, rest) = datagram.split_first_chunk::<HEADER_BYTES>().ok_or(ParseError::Short)?;
    let [flags, ..] = *header;
    if flags >> 6 != 2 {
        return Err(ParseError::Version);
    }
    let contributing_bytes = usize::from(flags & 0x0F).saturating_mul(4);
    let (_, rest) = rest.split_at_checked(contributing_bytes).ok_or(ParseError::Contributing)?;
    let (_, payload) = if flags & 0x10 == 0 { (None, rest) } else { Extension::parse(rest)? };
    Ok(datagram.len().saturating_sub(payload.len()))
}

fn words(bytes: &[u8]) -> Result<usize, Overflow> {
    if bytes.len().is_multiple_of(4) { Ok(bytes.len() / 4) } else { Err(Overflow) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn each_check_of_rfc_3550_a_1_has_its_word() {
        let plain = [0x80, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        let with = |first: u8, tail: &[u8]| -> Vec<u8> {
            let mut bytes = Vec::from(plain);
            bytes[0] = first;
            bytes.extend_from_slice(tail);
            bytes
        };
        assert_eq!(Packet::parse(&plain[..11]), Err(ParseError::Short));
        assert_eq!(Packet::parse(&with(0x40, &[])), Err(ParseError::Version));
        assert_eq!(Packet::parse(&with(0x81, &[0; 3])), Err(ParseError::Contributing));
        assert_eq!(Packet::parse(&with(0x90, &[0; 3])), Err(ParseError::Extension));
        assert_eq!(Packet::parse(&with(0x90, &[0, 0, 0, 2, 0, 0, 0, 0])), Err(ParseError::Extension));
        assert_eq!(Packet::parse(&with(0xA0, &[])), Err(ParseError::Padding));
        assert_eq!(Packet::parse(&with(0xA0, &[0])), Err(ParseError::Padding));
        assert_eq!(Packet::parse(&with(0xA0, &[9, 3])), Err(ParseError::Padding));
        assert_eq!(Packet::parse(&with(0xA0, &[9, 0, 2])).map(|packet| packet.payload), Ok(&[9][..]));
    }

    #[test]
    fn contributing_sources_are_read_as_numbers() {
        let bytes = [0x82, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 1, 0];
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(packet.contributing_sources().collect::<Vec<_>>(), [4, 256]);
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let mut buffer = [0; 128];
        let crooked = Packet { contributing: &[0; 5], ..Packet::default() };
        assert_eq!(crooked.compose(&mut buffer), Err(Overflow));
        let many = Packet { contributing: &[0; 64], ..Packet::default() };
        assert_eq!(many.compose(&mut buffer), Err(Overflow));
        assert_eq!(Packet { payload: &[0; 120], ..Packet::default() }.compose(&mut buffer), Err(Overflow));
    }

    proptest! {
        #[test]
        fn parse_undoes_compose(
            marker: bool, payload_type in 0u8..128, sequence: u16, timestamp: u32, ssrc: u32,
            sources in prop::collection::vec(any::<[u8; 4]>(), 0..16),
            extension in prop::option::of((any::<u16>(), prop::collection::vec(any::<[u8; 4]>(), 0..5))),
            payload in prop::collection::vec(any::<u8>(), 0..64), padding: u8,
        ) {
            let sources = sources.concat();
            let extension = extension.map(|(profile, words)| (profile, words.concat()));
            let packet = Packet {
                marker, payload_type, sequence, timestamp, ssrc, padding,
                contributing: &sources,
                extension: extension.as_ref().map(|(profile, words)| Extension { profile: *profile, words }),
                payload: &payload,
            };
            let mut buffer = [0; 512];
            let length = packet.compose(&mut buffer).unwrap();
            prop_assert_eq!(Packet::parse(&buffer[..length]), Ok(packet));
            let header = Packet { payload: &[], padding: 0, ..packet }.compose(&mut [0; 512]).unwrap();
            prop_assert_eq!(header_bytes(&buffer[..length]), Ok(header));
            prop_assert_eq!(header_bytes(&buffer[..header]), Ok(header));
            prop_assert!((0..header).all(|part| header_bytes(&buffer[..part]).is_err()));
        }

        #[test]
        fn compose_undoes_parse(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(packet) = Packet::parse(&bytes) {
                let mut buffer = [0; 128];
                let length = packet.compose(&mut buffer).unwrap();
                prop_assert_eq!(length, bytes.len());
                prop_assert_eq!(Packet::parse(&buffer[..length]), Ok(packet));
            }
        }
    }
}
