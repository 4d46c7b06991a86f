//! `Time Zone` and `Time Offset (HH/mm)`: what stands between Greenwich and the clock on the wall.
//!
//! ```text
//! zone   := "GMT" [ ( "+" / "-" ) HH ":" mm ]
//! offset := [ [ "-" ] HH "/" mm ]
//! ```
//!
//! ```
//! use deskphone::script::{TimeOffset, TimeZone};
//! assert_eq!(TimeZone::parse("GMT-08:00").unwrap().seconds(), -8 * 3_600);
//! assert_eq!(TimeOffset::parse("-1/30").unwrap().seconds(), -90 * 60);
//! ```

use core::fmt;

use super::Fault;
use super::number::Reader;

/// A time zone: its distance from Greenwich.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TimeZone {
    seconds: i32,
}

/// What is added to the time of the zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TimeOffset {
    seconds: i32,
}

impl TimeZone {
    /// Reads a zone: `GMT-12:00` to `GMT+14:00`.
    ///
    /// # Errors
    /// Where the text does not follow the grammar.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader::new(text);
        if !reader.take_word("GMT") {
            return Err(reader.fault("GMT"));
        }
        let is_negative = reader.take(b'-');
        if !is_negative && !reader.take(b'+') {
            reader.end("+ or -")?;
            return Ok(Self { seconds: 0 });
        }
        let hours = reader.ranged(0, if is_negative { 12 } else { 14 }, "hours, -12 to +14")?;
        reader.need(b':', ": and minutes")?;
        let minutes = reader.ranged(0, 59, "minutes, 0 to 59")?;
        reader.end("the end")?;
        Ok(Self { seconds: signed(is_negative, hours, minutes) })
    }

    /// What is added to the time in Greenwich.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.seconds
    }
}

impl TimeOffset {
    /// Reads an offset; a blank one is none.
    ///
    /// # Errors
    /// Where the text does not follow the grammar.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader::new(text);
        if reader.peek().is_none() {
            return Ok(Self { seconds: 0 });
        }
        let is_negative = reader.take(b'-');
        let hours = reader.ranged(0, 23, "hours, 0 to 23")?;
        reader.need(b'/', "/ and minutes")?;
        let minutes = reader.ranged(0, 59, "minutes, 0 to 59")?;
        reader.end("the end")?;
        Ok(Self { seconds: signed(is_negative, hours, minutes) })
    }

    /// What is added.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.seconds
    }
}

fn signed(is_negative: bool, hours: u32, minutes: u32) -> i32 {
    let seconds = hours.saturating_mul(3_600).saturating_add(minutes.saturating_mul(60));
    let seconds = i32::try_from(seconds).unwrap_or(0);
    if is_negative { seconds.saturating_neg() } else { seconds }
}

/// Hours and minutes of a number of seconds, whatever its sign.
const fn clock(seconds: i32) -> (u32, u32) {
    let minutes = seconds.unsigned_abs() / 60;
    (minutes / 60, minutes % 60)
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes) = clock(self.seconds);
        let sign = if self.seconds < 0 { '-' } else { '+' };
        write!(f, "GMT{sign}{hours:02}:{minutes:02}")
    }
}

impl fmt::Display for TimeOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes) = clock(self.seconds);
        let sign = if self.seconds < 0 { "-" } else { "" };
        write!(f, "{sign}{hours:02}/{minutes:02}")
    }
}
