//! The types of settings: how each is written, and what is said when a text is not one.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr};

use heapless::String;
use heapless::string::StringView;

use crate::base::text;
use crate::sdp::Codec;
use crate::transaction::Transport;

/// `Preferred Audio Device`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreferredDevice {
    /// `Speaker`.
    Speaker,
    /// `Headset`.
    Headset,
}

/// A setting was not taken; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    /// The tag as it was given (cut if very long).
    pub tag: String<48>,
    /// What would have been taken; `None`: there is no such setting.
    pub expected: Option<Expected>,
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A text of at most so many bytes.
    Text(usize),
    /// Yes or no.
    Flag,
    /// A port.
    Port,
    /// A whole number between two.
    Number(u32, u32),
    /// Seconds with up to three decimals, between two numbers of milliseconds.
    Seconds(u32, u32),
    /// An audio packet's length.
    PacketTime,
    /// A codec.
    Codec,
    /// A transport.
    Transport,
    /// Speaker or headset.
    Device,
    /// An extension of the phone, or none.
    Extension,
    /// An IPv4 address.
    Address,
}

/// A setting in its place, with its type.
#[derive(Debug)]
pub(super) enum Field<'a> {
    Text(&'a mut StringView),
    Name(&'a mut Option<String<63>>),
    Flag(&'a mut bool),
    Port(&'a mut u16),
    Small(&'a mut u8, u8, u8),
    Reorder(&'a mut u8),
    Seconds(&'a mut u32),
    Millis(&'a mut u32),
    PacketTime(&'a mut u16),
    Codec(&'a mut Codec),
    Transport(&'a mut Transport),
    Device(&'a mut PreferredDevice),
    Extension(&'a mut Option<u8>),
    Address(&'a mut Option<IpAddr>),
}

/// `SIP T1` and its like: `Time3`, 0 to 64 seconds.
const MOST_MILLIS: u32 = 64_000;

impl Field<'_> {
    /// Takes a value; what cannot be one leaves the field as it is.
    pub(super) fn set(self, value: &str) -> Result<(), Expected> {
        let expected = self.expected();
        self.try_set(value).ok_or(expected)
    }

    fn try_set(self, value: &str) -> Option<()> {
        match self {
            Self::Text(field) => {
                if value.len() > field.capacity() {
                    return None;
                }
                field.clear();
                field.push_str(value).ok()?;
            }
            Self::Name(field) => *field = Some(text::exact(value)?),
            Self::Flag(field) => *field = flag(value)?,
            Self::Port(field) => *field = u16::try_from(number(value)?).ok()?,
            Self::Small(field, low, high) => {
                let small = u8::try_from(number(value)?).ok()?;
                *field = Some(small).filter(|small| (low..=high).contains(small))?;
            }
            Self::Reorder(field) => {
                *field = if value.eq_ignore_ascii_case("inf") {
                    u8::MAX
                } else {
                    u8::try_from(number(value)?).ok()?
                };
            }
            Self::Seconds(field) => {
                *field = number(value).filter(|&seconds| i32::try_from(seconds).is_ok())?;
            }
            Self::Millis(field) => *field = millis(value).filter(|&ms| ms <= MOST_MILLIS)?,
            Self::PacketTime(field) => {
                let packet_ms = millis(value).filter(|ms| (10..=160).contains(ms) && ms % 10 == 0)?;
                *field = u16::try_from(packet_ms).ok()?;
            }
            Self::Codec(field) => *field = codec(value)?,
            Self::Transport(field) => {
                let all = [Transport::Udp, Transport::Tcp, Transport::Tls];
                *field = all.into_iter().find(|all| all.name().eq_ignore_ascii_case(value))?;
            }
            Self::Device(field) => {
                let all = [("Speaker", PreferredDevice::Speaker), ("Headset", PreferredDevice::Headset)];
                *field = all.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(value))?.1;
            }
            Self::Extension(field) => {
                *field = match value {
                    "1" => Some(1),
                    "2" => Some(2),
                    "3" => Some(3),
                    "4" => Some(4),
                    other => Some(None).filter(|_| other.eq_ignore_ascii_case("Disabled"))?,
                };
            }
            Self::Address(field) => {
                let address: Ipv4Addr = value.parse().ok()?;
                *field = Some(IpAddr::V4(address)).filter(|address| !address.is_unspecified());
            }
        }
        Some(())
    }

    /// Takes the value of the same field of another configuration.
    pub(super) fn take(self, other: Field<'_>) {
        match (self, other) {
            (Self::Text(field), Field::Text(other)) => {
                field.clear();
                // The same setting has the same room.
                let _fits = field.push_str(other);
            }
            (Self::Name(field), Field::Name(other)) => *field = other.take(),
            (Self::Flag(field), Field::Flag(other)) => *field = *other,
            (Self::Port(field), Field::Port(other)) | (Self::PacketTime(field), Field::PacketTime(other)) => {
                *field = *other
            }
            (Self::Small(field, ..), Field::Small(other, ..))
            | (Self::Reorder(field), Field::Reorder(other)) => *field = *other,
            (Self::Seconds(field), Field::Seconds(other)) | (Self::Millis(field), Field::Millis(other)) => {
                *field = *other
            }
            (Self::Codec(field), Field::Codec(other)) => *field = *other,
            (Self::Transport(field), Field::Transport(other)) => *field = *other,
            (Self::Device(field), Field::Device(other)) => *field = *other,
            (Self::Extension(field), Field::Extension(other)) => *field = *other,
            (Self::Address(field), Field::Address(other)) => *field = *other,
            (
                Self::Text(_)
                | Self::Name(_)
                | Self::Flag(_)
                | Self::Port(_)
                | Self::Small(..)
                | Self::Reorder(_)
                | Self::Seconds(_)
                | Self::Millis(_)
                | Self::PacketTime(_)
                | Self::Codec(_)
                | Self::Transport(_)
                | Self::Device(_)
                | Self::Extension(_)
                | Self::Address(_),
                _,
            ) => {}
        }
    }

    fn expected(&self) -> Expected {
        match self {
            Self::Text(field) => Expected::Text(field.capacity()),
            Self::Name(_) => Expected::Text(63),
            Self::Flag(_) => Expected::Flag,
            Self::Port(_) => Expected::Port,
            Self::Small(_, low, high) => Expected::Number(u32::from(*low), u32::from(*high)),
            Self::Reorder(_) => Expected::Number(0, u32::from(u8::MAX)),
            Self::Seconds(_) => Expected::Number(0, i32::MAX.unsigned_abs()),
            Self::Millis(_) => Expected::Seconds(0, MOST_MILLIS),
            Self::PacketTime(_) => Expected::PacketTime,
            Self::Codec(_) => Expected::Codec,
            Self::Transport(_) => Expected::Transport,
            Self::Device(_) => Expected::Device,
            Self::Extension(_) => Expected::Extension,
            Self::Address(_) => Expected::Address,
        }
    }
}

fn flag(value: &str) -> Option<bool> {
    match value {
        _ if value.eq_ignore_ascii_case("yes") => Some(true),
        _ if value.eq_ignore_ascii_case("no") => Some(false),
        _ => None,
    }
}

/// `Uns<n>`: decimal, or hexadecimal after `0x`.
fn number(value: &str) -> Option<u32> {
    match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        Some(hex) if !hex.starts_with('+') => u32::from_str_radix(hex, 16).ok(),
        Some(_) => None,
        None => text::decimal(value.as_bytes()),
    }
}

/// `Time3`: seconds with up to three decimals; further ones are ignored.
fn millis(value: &str) -> Option<u32> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if whole.is_empty() && decimals.is_empty() {
        return None;
    }
    let seconds = if whole.is_empty() { 0 } else { text::decimal(whole.as_bytes())? };
    let mut thousandths = 0u32;
    for place in 0..3 {
        let digit = decimals.as_bytes().get(place).copied().unwrap_or(b'0');
        thousandths = thousandths.checked_mul(10)?.checked_add(text::decimal(&[digit])?)?;
    }
    if !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    seconds.checked_mul(1_000)?.checked_add(thousandths)
}

fn codec(value: &str) -> Option<Codec> {
    let known = [("G711u", Codec::Pcmu), ("G711a", Codec::Pcma)];
    known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(value)).map(|(_, codec)| codec)
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(most) => write!(f, "a text of at most {most} bytes"),
            Self::Flag => f.write_str("yes or no"),
            Self::Port => f.write_str("a port, 0 to 65535"),
            Self::Number(low, high) => write!(f, "a whole number, {low} to {high}"),
            Self::Seconds(low, high) => write!(f, "seconds, {} to {}", low / 1_000, high / 1_000),
            Self::PacketTime => f.write_str("0.01 to 0.16 seconds in steps of 0.01"),
            Self::Codec => f.write_str("G711u or G711a"),
            Self::Transport => f.write_str("UDP, TCP or TLS"),
            Self::Device => f.write_str("Speaker or Headset"),
            Self::Extension => f.write_str("1, 2, 3, 4 or Disabled"),
            Self::Address => f.write_str("an IPv4 address"),
        }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expected {
            None => write!(f, "{}: no such setting", self.tag),
            Some(expected) => write!(f, "{}: expected {expected}", self.tag),
        }
    }
}

impl core::error::Error for SettingError {}
