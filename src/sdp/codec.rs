//! The audio codecs that the phone knows, under the names and numbers of RFC 3551 §6.

use crate::limits;

/// An audio codec.
///
/// A codec comes with its encoding name, its clock rate and, if RFC 3551 §6 gives it one, its static payload
/// type. One that has none gets its number from the configuration when we offer and from the offer when we
/// answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

impl Codec {
    /// All codecs, in the order of the phone's default preference.
    pub const ALL: [Self; 2] = [Self::Pcmu, Self::Pcma];

    /// The encoding name in `a=rtpmap`.
    #[must_use]
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// The RTP clock rate in `a=rtpmap`, in Hz. (For G.722 that is not the sampling rate, RFC 3551 §4.5.2.)
    #[must_use]
    pub const fn clock_hz(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => 8_000,
        }
    }

    /// The payload type that RFC 3551 §6 gives to this codec for good.
    #[must_use]
    pub const fn static_payload_type(self) -> Option<u8> {
        match self {
            Self::Pcmu => Some(0),
            Self::Pcma => Some(8),
        }
    }

    /// The codec of a payload type below 96. Names in `a=rtpmap` do not matter there.
    #[must_use]
    pub fn of_static(payload_type: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.static_payload_type() == Some(payload_type))
    }

    /// The codec with an encoding name, upper or lower case (RFC 8866 §6.6), and a clock rate.
    ///
    /// ```
    /// use deskphone::sdp::Codec;
    /// assert_eq!(Codec::of_name(b"pcmA", 8_000), Some(Codec::Pcma));
    /// assert_eq!(Codec::of_name(b"PCMA", 16_000), None);
    /// ```
    #[must_use]
    pub fn of_name(name: &[u8], clock_hz: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| {
            codec.encoding().as_bytes().eq_ignore_ascii_case(name) && codec.clock_hz() == clock_hz
        })
    }
}

/// A codec and the RTP payload type number that stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    /// The codec.
    pub codec: Codec,
    /// Its payload type number.
    pub payload_type: u8,
}

impl Format {
    /// G.711 µ-law under its static number.
    pub const PCMU: Self = Self { codec: Codec::Pcmu, payload_type: 0 };
    /// G.711 A-law under its static number.
    pub const PCMA: Self = Self { codec: Codec::Pcma, payload_type: 8 };
}

/// Formats in order of preference.
pub type Formats = heapless::Vec<Format, { limits::CODECS }>;

/// The first payload type number that a description has to map by `a=rtpmap` (RFC 3551 §6).
pub const FIRST_DYNAMIC: u8 = 96;
/// The encoding name of RFC 4733 digits.
pub const TELEPHONE_EVENT: &str = "telephone-event";
/// The clock rate of RFC 4733 digits beside our codecs, in Hz.
pub const TELEPHONE_EVENT_HZ: u32 = 8_000;
