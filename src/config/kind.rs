//! The types of settings (guide, chapter Data Types): which texts are values, and what they mean.
//!
//! [`Kind`] is a type as the catalogue holds it. For each there is a type of the same name that stands for it
//! in [`super::Setting`], so that a setting is read as what it is.

use core::fmt;
use core::net::Ipv4Addr;

use super::error::Wrong;
use super::{name, number};
use crate::dialplan::{self, CodeListFault, Plan, Template};
use crate::script::{self, CadenceScript, DaylightRule, LedScript, RingScript, ToneScript};

/// The type of a setting, with its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Bool`: `yes` or `no`, in any case.
    Bool,
    /// One of these, in any case.
    Choice(&'static [&'static str]),
    /// `Uns<n>`, `Int`, `Byte`: a whole number between two, decimal or hexadecimal (`0x68`).
    Number(u32, u32),
    /// `Sig<n>`: the same with a sign.
    Signed(i32, i32),
    /// `Time0`: whole seconds between two; decimals are ignored.
    Seconds(u32, u32),
    /// `Time3`: seconds with up to three decimals, between two numbers of milliseconds; further decimals are
    /// ignored.
    Millis(u32, u32),
    /// The length of an audio packet: 0.01 to 0.16 seconds in steps of 0.01.
    PacketTime,
    /// Seconds from 0 to 254; `inf` or 255 is never.
    Delay,
    /// `PwrLevel`: dBm with one decimal.
    Power,
    /// `IP`: an IPv4 address.
    Ip,
    /// `Port`: 0 to 65535.
    Port,
    /// `Str<n>`: a text of at most so many bytes, without control characters: it may become a part of a
    /// message's header.
    Text(usize),
    /// A text that is shown to nobody.
    Secret(usize),
    /// `UserID`: what may stand before the `@` of an address, at most so many bytes.
    UserId(usize),
    /// `FQDN`: a host name or address, with `:port` if need be, or a name as `$PROXY`; at most 63 bytes.
    Fqdn,
    /// `Phone`: a number or a URL; at most 39 bytes.
    Phone,
    /// `ActCode`: a star code; at most 11 keys of the dial pad.
    ActCode,
    /// `PhTmplt`, `RscTmplt`: patterns of numbers or statuses; at most 39 bytes.
    Pattern,
    /// A list of star codes with tone letters; at most 79 bytes.
    CodeList,
    /// `CadScript`.
    Cadence,
    /// `ToneScript`.
    Tone,
    /// `RingScript`.
    Ring,
    /// `LedScript`; the empty text stands for the state's own pattern.
    Led,
    /// `DialPlanScript`.
    DialPlan,
    /// The same, for callers' numbers; the empty text leaves them as they are.
    NumberMap,
    /// The rule of daylight saving time.
    Daylight,
    /// `GMT-12:00` to `GMT+14:00`.
    TimeZone,
    /// `[-]HH/mm`; the empty text is none.
    TimeOffset,
}

/// What [`super::Config::read`] gives for a setting.
pub trait Read {
    /// The value.
    type Value<'a>: Default;

    /// The value that a text stands for; `None` for a text that the setting does not take.
    fn read(text: &str) -> Option<Self::Value<'_>>;
}

macro_rules! kinds {
    ($( $kind:ident => $value:ty, $read:expr; )*) => { $(
        #[doc = concat!("Stands for [`Kind::", stringify!($kind), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub enum $kind {}

        impl Read for $kind {
            type Value<'a> = $value;

            fn read<'a>(text: &'a str) -> Option<$value> {
                let read: fn(&'a str) -> Option<$value> = $read;
                read(text)
            }
        }
    )* };
}

kinds! {
    Bool => bool, number::flag;
    Choice => &'a str, Some;
    Number => u32, number::unsigned;
    Signed => i32, number::signed;
    Seconds => u32, number::seconds;
    Millis => u32, number::millis;
    PacketTime => u32, number::millis;
    Delay => Option<u8>, |text| Some(Some(number::delay(text)?).filter(|delay| *delay != u8::MAX));
    Power => i16, number::tenths;
    Ip => Option<Ipv4Addr>, |text| {
        let address: Ipv4Addr = text.parse().ok()?;
        Some(Some(address).filter(|address| !address.is_unspecified()))
    };
    Port => u16, |text| u16::try_from(number::unsigned(text)?).ok();
    Text => &'a str, Some;
    Secret => &'a str, Some;
    UserId => &'a str, Some;
    Fqdn => &'a str, Some;
    Phone => &'a str, Some;
    ActCode => &'a str, Some;
    Pattern => Template<'a>, |text| Some(Template::new(text));
    CodeList => dialplan::CodeList<'a>, |text| dialplan::CodeList::parse(text).ok();
    Cadence => CadenceScript, |text| CadenceScript::parse(text).ok();
    Tone => ToneScript, |text| ToneScript::parse(text).ok();
    Ring => Option<RingScript<'a>>, |text| Some(RingScript::parse(text).ok());
    Led => Option<LedScript>, |text| Some(LedScript::parse(text).ok());
    DialPlan => &'a str, Some;
    NumberMap => &'a str, Some;
    Daylight => Option<DaylightRule>, |text| Some(DaylightRule::parse(text).ok());
    TimeZone => script::TimeZone, |text| script::TimeZone::parse(text).ok();
    TimeOffset => script::TimeOffset, |text| script::TimeOffset::parse(text).ok();
}

impl Kind {
    /// Whether a text is a value of this type.
    pub(super) fn takes(self, text: &str) -> Result<(), Wrong> {
        let script = |read: Result<(), script::Fault>| read.map_err(Wrong::Script);
        let taken = match self {
            Self::Bool => Bool::read(text).is_some(),
            Self::Choice(choices) => chosen(choices, text).is_some(),
            Self::Number(least, most) => Number::read(text).is_some_and(|n| (least..=most).contains(&n)),
            Self::Signed(least, most) => Signed::read(text).is_some_and(|n| (least..=most).contains(&n)),
            Self::Seconds(least, most) => Seconds::read(text).is_some_and(|n| (least..=most).contains(&n)),
            Self::Millis(least, most) => Millis::read(text).is_some_and(|n| (least..=most).contains(&n)),
            Self::PacketTime => {
                PacketTime::read(text).is_some_and(|ms| (10..=160).contains(&ms) && ms % 10 == 0)
            }
            Self::Delay => Delay::read(text).is_some(),
            Self::Power => Power::read(text).is_some(),
            Self::Ip => Ip::read(text).is_some(),
            Self::Port => Port::read(text).is_some(),
            Self::Text(most) | Self::Secret(most) => text.len() <= most && name::is_printable(text),
            Self::UserId(most) => text.len() <= most && name::is_user_id(text),
            Self::Fqdn => text.len() <= MOST_HOST && name::is_host(text),
            Self::Phone => text.len() <= MOST_PHONE && text.bytes().all(|byte| byte.is_ascii_graphic()),
            Self::ActCode => text.len() <= MOST_CODE && name::is_dialled(text),
            Self::Pattern => text.len() <= MOST_PHONE && name::is_printable(text),
            Self::CodeList => {
                let fault = |fault: CodeListFault| script::Fault {
                    position: fault.position,
                    expected: fault.expected,
                };
                return script(dialplan::CodeList::parse(text).map(drop).map_err(fault));
            }
            Self::Cadence => return script(CadenceScript::parse(text).map(drop)),
            Self::Tone => return script(ToneScript::parse(text).map(drop)),
            Self::Ring => return script(RingScript::parse(text).map(drop)),
            Self::Led if text.is_empty() => true,
            Self::Led => return script(LedScript::parse(text).map(drop)),
            Self::DialPlan | Self::NumberMap => return Plan::check(text).map_err(Wrong::Plan),
            Self::Daylight => return script(DaylightRule::parse(text).map(drop)),
            Self::TimeZone => return script(script::TimeZone::parse(text).map(drop)),
            Self::TimeOffset => return script(script::TimeOffset::parse(text).map(drop)),
        };
        if taken { Ok(()) } else { Err(Wrong::Value(Expected(self))) }
    }

    /// A value in the form that is kept: a choice as the catalogue writes it.
    pub(super) fn canonical(self, text: &str) -> &str {
        match self {
            Self::Choice(choices) => chosen(choices, text).unwrap_or(text),
            Self::Bool => match number::flag(text) {
                Some(true) => "yes",
                Some(false) => "no",
                None => text,
            },
            Self::Number(..)
            | Self::Signed(..)
            | Self::Seconds(..)
            | Self::Millis(..)
            | Self::PacketTime
            | Self::Delay
            | Self::Power
            | Self::Ip
            | Self::Port
            | Self::Text(_)
            | Self::Secret(_)
            | Self::UserId(_)
            | Self::Fqdn
            | Self::Phone
            | Self::ActCode
            | Self::Pattern
            | Self::CodeList
            | Self::Cadence
            | Self::Tone
            | Self::Ring
            | Self::Led
            | Self::DialPlan
            | Self::NumberMap
            | Self::Daylight
            | Self::TimeZone
            | Self::TimeOffset => text,
        }
    }

    /// Whether the value may be shown to nobody.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Secret(_))
    }
}

/// What a setting takes, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected(pub Kind);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Bool => f.write_str("yes or no"),
            Kind::Choice(choices) => {
                let mut choices = choices.iter().peekable();
                f.write_str(choices.next().copied().unwrap_or("nothing"))?;
                while let Some(choice) = choices.next() {
                    write!(f, "{}{choice}", if choices.peek().is_some() { ", " } else { " or " })?;
                }
                Ok(())
            }
            Kind::Number(least, most) => write!(f, "a whole number, {least} to {most}"),
            Kind::Signed(least, most) => write!(f, "a whole number, {least} to {most}"),
            Kind::Seconds(least, most) => write!(f, "seconds, {least} to {most}"),
            Kind::Millis(least, most) => {
                let (least, most) = (Thousandths(least), Thousandths(most));
                write!(f, "seconds, {least} to {most}")
            }
            Kind::PacketTime => f.write_str("0.01 to 0.16 seconds in steps of 0.01"),
            Kind::Delay => f.write_str("seconds, 0 to 255, or inf"),
            Kind::Power => f.write_str("a level in dBm with one decimal"),
            Kind::Ip => f.write_str("an IPv4 address"),
            Kind::Port => f.write_str("a port, 0 to 65535"),
            Kind::Text(most) | Kind::Secret(most) => {
                write!(f, "a text of at most {most} bytes, without control characters")
            }
            Kind::UserId(most) => write!(f, "a user id of at most {most} bytes"),
            Kind::Fqdn => {
                write!(f, "a host name or address, with :port if need be, at most {MOST_HOST} bytes")
            }
            Kind::Phone => write!(f, "a number or URL of at most {MOST_PHONE} bytes"),
            Kind::ActCode => write!(f, "at most {MOST_CODE} keys of the dial pad"),
            Kind::CodeList => f.write_str("star codes with | between them, at most 79 bytes"),
            Kind::Cadence => f.write_str("a CadScript"),
            Kind::Tone => f.write_str("a ToneScript"),
            Kind::Ring => f.write_str("a RingScript"),
            Kind::Led => f.write_str("a LedScript"),
            Kind::DialPlan | Kind::NumberMap => f.write_str("a dial plan"),
            Kind::Daylight => f.write_str("start=…;end=…;save=…"),
            Kind::TimeZone => f.write_str("GMT-12:00 to GMT+14:00"),
            Kind::TimeOffset => f.write_str("[-]HH/mm"),
            Kind::Pattern => write!(f, "patterns with ? and *, at most {MOST_PHONE} bytes"),
        }
    }
}

/// A number of thousandths, without needless zeros.
struct Thousandths(u32);

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1_000, self.0 % 1_000);
        match rest {
            0 => write!(f, "{whole}"),
            _ if rest % 100 == 0 => write!(f, "{whole}.{}", rest / 100),
            _ if rest % 10 == 0 => write!(f, "{whole}.{:02}", rest / 10),
            _ => write!(f, "{whole}.{rest:03}"),
        }
    }
}

fn chosen(choices: &'static [&'static str], text: &str) -> Option<&'static str> {
    choices.iter().copied().find(|choice| choice.eq_ignore_ascii_case(text))
}

const MOST_HOST: usize = 63;
const MOST_PHONE: usize = 39;
const MOST_CODE: usize = 11;
