//! Reading STUN messages (RFC 8489 §5, §14).
//!
//! ```text
//!  0                   1                   2                   3
//!  |0 0|     Message Type          |         Message Length        |
//!  |                         Magic Cookie                          |
//!  |                Transaction ID (96 bits)                       |
//!  then attributes: |  Type | Length | Value, padded to 32 bits |
//! ```

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::crc::crc32;
use super::{
    BINDING, COOKIE, ERROR_CODE, FINGERPRINT, FINGERPRINT_MASK, HEADER_BYTES, MAPPED_ADDRESS,
    XOR_MAPPED_ADDRESS,
};

/// One message about a binding; a view of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    class: Class,
    transaction: TransactionId,
    attributes: &'a [u8],
}

/// What a message is (RFC 8489 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It wants an answer.
    Request,
    /// It wants none.
    Indication,
    /// The answer that was hoped for.
    Success,
    /// Any other answer.
    Error,
}

/// Ties an answer to its request: 96 random bits (RFC 8489 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TransactionId(pub(super) [u8; 12]);

/// Why some bytes are no STUN message about a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StunError {
    /// No STUN at all: cut off, or without the cookie.
    NotStun,
    /// Another method than Binding.
    Method(u16),
    /// The message's length is not that of its bytes, or no multiple of four.
    Length,
    /// An attribute runs over the end; it begins at this byte.
    Attribute(usize),
    /// The FINGERPRINT does not fit, or is not the last attribute.
    Fingerprint,
}

/// Whether bytes at a port that is shared with SIP look like STUN: the two zero bits, the cookie, and a
/// length that fits (RFC 8489 §6.3).
#[must_use]
pub fn is_stun(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| *first < 0x40) && word(bytes, 4) == Some(COOKIE)
}

impl TransactionId {
    /// An identifier from three random words.
    #[must_use]
    pub const fn from_words(words: [u32; 3]) -> Self {
        let [first, second, third] = words;
        let ([a, b, c, d], [e, f, g, h]) = (first.to_be_bytes(), second.to_be_bytes());
        let [i, j, k, l] = third.to_be_bytes();
        Self([a, b, c, d, e, f, g, h, i, j, k, l])
    }
}

impl<'a> Message<'a> {
    /// Reads a message; unknown attributes are passed over, a FINGERPRINT must fit.
    ///
    /// # Errors
    /// [`StunError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StunError> {
        if !is_stun(bytes) {
            return Err(StunError::NotStun);
        }
        let kind = half(bytes, 0).ok_or(StunError::NotStun)?;
        let length = usize::from(half(bytes, 2).ok_or(StunError::NotStun)?);
        let id = bytes.get(8..HEADER_BYTES).and_then(|id| id.try_into().ok()).ok_or(StunError::NotStun)?;
        let attributes = bytes.get(HEADER_BYTES..).ok_or(StunError::NotStun)?;
        if attributes.len() != length || !length.is_multiple_of(4) {
            return Err(StunError::Length);
        }
        // Class and method share the type: M11..M7 C1 M6..M4 C0 M3..M0.
        let method = (kind & 0x000F) | ((kind & 0x00E0) >> 1) | ((kind & 0x3E00) >> 2);
        if method != BINDING {
            return Err(StunError::Method(method));
        }
        let class = match (kind & 0x0100 != 0, kind & 0x0010 != 0) {
            (false, false) => Class::Request,
            (false, true) => Class::Indication,
            (true, false) => Class::Success,
            (true, true) => Class::Error,
        };
        let message = Self { class, transaction: TransactionId(id), attributes };
        message.check(bytes)?;
        Ok(message)
    }

    /// What it is.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// Which transaction it belongs to.
    #[must_use]
    pub const fn transaction(&self) -> TransactionId {
        self.transaction
    }

    /// Where the server saw the request come from: XOR-MAPPED-ADDRESS, or MAPPED-ADDRESS of an old server
    /// (RFC 8489 §14.1, §14.2).
    #[must_use]
    pub fn mapped_address(&self) -> Option<SocketAddr> {
        let masked = self.attribute(XOR_MAPPED_ADDRESS).and_then(|value| self.address(value, true));
        masked.or_else(|| self.attribute(MAPPED_ADDRESS).and_then(|value| self.address(value, false)))
    }

    /// The number of an error, 300 to 699 (RFC 8489 §14.8).
    #[must_use]
    pub fn error_code(&self) -> Option<u16> {
        let value = self.attribute(ERROR_CODE)?;
        let (class, number) = (*value.get(2)? & 0x07, *value.get(3)?);
        let code = u16::from(class).checked_mul(100)?.checked_add(u16::from(number))?;
        ((300..=699).contains(&code) && number < 100).then_some(code)
    }

    /// Whether it says a check sum, which then fits.
    #[must_use]
    pub fn has_fingerprint(&self) -> bool {
        self.attribute(FINGERPRINT).is_some()
    }

    /// Whether it has an attribute that must be understood and is not: a response is then discarded (RFC 8489
    /// §6.3.3). What concerns credentials is understood as far as that we ask for none.
    #[must_use]
    pub fn has_unknown_required(&self) -> bool {
        self.attributes().any(|(kind, _)| kind < 0x8000 && !UNDERSTOOD.contains(&kind))
    }

    /// Its attributes: type and value, in order.
    pub fn attributes(&self) -> impl Iterator<Item = (u16, &'a [u8])> {
        let mut rest = self.attributes;
        core::iter::from_fn(move || {
            let (kind, value, after) = cut(rest)?;
            rest = after;
            Some((kind, value))
        })
    }

    /// The first attribute of a type; later ones do not count (RFC 8489 §14).
    fn attribute(&self, wanted: u16) -> Option<&'a [u8]> {
        self.attributes().find(|(kind, _)| *kind == wanted).map(|(_, value)| value)
    }

    /// The attributes fill the message, and a FINGERPRINT is the last of them and fits (RFC 8489 §14.7).
    fn check(&self, bytes: &[u8]) -> Result<(), StunError> {
        let mut rest = self.attributes;
        while !rest.is_empty() {
            let at = bytes.len().saturating_sub(rest.len());
            let (kind, value, after) = cut(rest).ok_or(StunError::Attribute(at))?;
            rest = after;
            if kind == FINGERPRINT {
                let sum = bytes.get(..at).map(crc32).ok_or(StunError::Fingerprint)? ^ FINGERPRINT_MASK;
                if value != sum.to_be_bytes() || !rest.is_empty() {
                    return Err(StunError::Fingerprint);
                }
            }
        }
        Ok(())
    }

    /// An address, as it is or XORed with cookie and transaction (RFC 8489 §14.2).
    fn address(&self, value: &[u8], masked: bool) -> Option<SocketAddr> {
        let family = *value.get(1)?;
        let port = half(value, 2)?;
        let octets = value.get(4..)?;
        let mut mask = [0; 16];
        if masked {
            let key = COOKIE.to_be_bytes().into_iter().chain(self.transaction.0);
            mask.iter_mut().zip(key).for_each(|(place, byte)| *place = byte);
        }
        let [high, low, ..] = mask;
        let port = port ^ u16::from_be_bytes([high, low]);
        let ip: IpAddr = match (family, octets.len()) {
            (1, 4) => Ipv4Addr::from(unmasked::<4>(octets, &mask)).into(),
            (2, 16) => Ipv6Addr::from(unmasked::<16>(octets, &mask)).into(),
            _ => return None,
        };
        Some(SocketAddr::new(ip, port))
    }
}

fn unmasked<const N: usize>(octets: &[u8], mask: &[u8; 16]) -> [u8; N] {
    let mut plain = [0; N];
    let bytes = octets.iter().zip(mask).map(|(octet, mask)| octet ^ mask);
    plain.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    plain
}

/// The first attribute of some, and what follows it.
fn cut(attributes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (kind, length) = (half(attributes, 0)?, usize::from(half(attributes, 2)?));
    let (value, _) = attributes.get(4..)?.split_at_checked(length)?;
    let padded = length.checked_next_multiple_of(4)?.checked_add(4)?;
    Some((kind, value, attributes.get(padded..)?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..)?.first_chunk::<2>()?;
    Some(u16::from_be_bytes(*pair))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_be_bytes(*four))
}

impl fmt::Display for StunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStun => f.write_str("no STUN message"),
            Self::Method(method) => write!(f, "unknown STUN method {method}"),
            Self::Length => f.write_str("the length is not that of the message"),
            Self::Attribute(at) => write!(f, "the attribute at byte {at} is cut off"),
            Self::Fingerprint => f.write_str("the fingerprint does not fit"),
        }
    }
}

impl core::error::Error for StunError {}

/// Of those that must be understood: addresses, errors, credentials (RFC 8489 §18.3).
const UNDERSTOOD: [u16; 11] = [
    MAPPED_ADDRESS,
    0x0006,
    0x0008,
    ERROR_CODE,
    0x000A,
    0x0014,
    0x0015,
    0x001C,
    0x001D,
    0x001E,
    XOR_MAPPED_ADDRESS,
];

#[cfg(test)]
mod tests;
