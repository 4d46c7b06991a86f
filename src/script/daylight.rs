//! The rule of daylight saving time.
//!
//! ```text
//! rule     := "start=" datetime ";end=" datetime ";save=" savetime
//! datetime := month "/" day "/" weekday [ "/" HH ":" [ mm [ ":" ss ] ] ]
//! savetime := [ "/" ] [ "+" / "-" ] HH [ ":" mm [ ":" ss ] ]
//! ```
//! Weekdays are 1 (Monday) to 7; with 0 it is exactly the given day. Otherwise a positive day means that
//! weekday on or after it, a negative one on or before it, and -1 the last one of the month. What is left out
//! is 0. Both instants are read from the wall clock: the start in standard time, the end in summer time.
//!
//! ```
//! use deskphone::script::{CivilTime, DaylightRule};
//! let rule = DaylightRule::parse("start=4/1/7;end=10/-1/7;save=1").unwrap();
//! let noon = |month, day| CivilTime { year: 2005, month, day, hour: 12, minute: 0, second: 0 };
//! assert!(!rule.is_summer(noon(4, 2)) && rule.is_summer(noon(4, 3)));
//! assert!(rule.is_summer(noon(10, 29)) && !rule.is_summer(noon(10, 30)));
//! assert_eq!(rule.offset_s(noon(7, 1)), 3_600);
//! ```

use core::fmt;

use super::civil::{DAY_S, days, weekday};
use super::number::Reader;
use super::{CivilTime, Fault};

/// When summer time begins and ends, and by how much it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DaylightRule {
    start: Boundary,
    end: Boundary,
    save_s: i32,
}

/// An instant that comes once a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Boundary {
    month: u8,
    /// 1 to 31, or -1 to -31.
    day: i8,
    /// 1 to 7, or 0 for exactly the day.
    weekday: u8,
    time_s: i32,
}

impl DaylightRule {
    /// Reads a rule.
    ///
    /// # Errors
    /// Where the text does not follow the grammar.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader::new(text);
        let start = read_boundary(&mut reader, "start", "start=")?;
        reader.need(b';', "; and end=")?;
        let end = read_boundary(&mut reader, "end", "end=")?;
        reader.need(b';', "; and save=")?;
        read_name(&mut reader, "save", "save=")?;
        reader.take(b'/');
        let is_negative = reader.take(b'-');
        if !is_negative {
            reader.take(b'+');
        }
        let save_s = read_clock(&mut reader)?;
        reader.take(b';');
        reader.end("the end")?;
        Ok(Self { start, end, save_s: if is_negative { save_s.saturating_neg() } else { save_s } })
    }

    /// Whether it is summer at an instant, given in local *standard* time.
    #[must_use]
    pub fn is_summer(&self, standard: CivilTime) -> bool {
        let now = standard.seconds();
        // A boundary near the turn of a year may fall into the year beside its own.
        let year = i64::from(standard.year);
        let years = [year.saturating_sub(1), year, year.saturating_add(1)];
        let last = |boundary: Boundary, save_s: i32| {
            let all = years.into_iter().map(|year| boundary.seconds_in(year).saturating_sub(save_s.into()));
            all.filter(|at| *at <= now).max()
        };
        last(self.start, 0) > last(self.end, self.save_s)
    }

    /// What is added to standard time at an instant, given in local standard time.
    #[must_use]
    pub fn offset_s(&self, standard: CivilTime) -> i32 {
        if self.is_summer(standard) { self.save_s } else { 0 }
    }

    /// What is added to standard time in summer.
    #[must_use]
    pub const fn save_s(&self) -> i32 {
        self.save_s
    }
}

impl Boundary {
    /// When it comes in a year, by the wall clock, in seconds since 1970.
    fn seconds_in(self, year: i64) -> i64 {
        let (month, given) = (i64::from(self.month), i64::from(self.day));
        let day = match given {
            // The last day of the month stands before the first of the next.
            -1 if month == 12 => days(year.saturating_add(1), 1, 0),
            -1 => days(year, month.saturating_add(1), 0),
            _ => days(year, month, given.saturating_abs()),
        };
        let past = i64::from(weekday(day)).saturating_sub(self.weekday.into());
        let day = match self.weekday {
            0 => day,
            _ if given > 0 => day.saturating_add(past.saturating_neg().rem_euclid(7)),
            _ => day.saturating_sub(past.rem_euclid(7)),
        };
        day.saturating_mul(DAY_S).saturating_add(self.time_s.into())
    }
}

fn read_name(reader: &mut Reader<'_>, name: &str, expected: &'static str) -> Result<(), Fault> {
    if reader.take_word(name) { reader.need(b'=', "=") } else { Err(reader.fault(expected)) }
}

fn read_boundary(reader: &mut Reader<'_>, name: &str, expected: &'static str) -> Result<Boundary, Fault> {
    read_name(reader, name, expected)?;
    let month = reader.ranged(1, 12, "a month, 1 to 12")?;
    reader.need(b'/', "/ and the day")?;
    let is_negative = reader.take(b'-');
    if !is_negative {
        reader.take(b'+');
    }
    let day = i8::try_from(reader.ranged(1, 31, "a day, 1 to 31")?).unwrap_or(1);
    let day = if is_negative { day.saturating_neg() } else { day };
    reader.need(b'/', "/ and the weekday")?;
    let least = u32::from(is_negative);
    let expected = if is_negative { "a weekday, 1 to 7, for a negative day" } else { "a weekday, 0 to 7" };
    let weekday = reader.ranged(least, 7, expected)?;
    let time_s = if reader.take(b'/') { read_clock(reader)? } else { 0 };
    Ok(Boundary { month: byte(month), day, weekday: byte(weekday), time_s })
}

/// Hours, then minutes and seconds if they are there.
fn read_clock(reader: &mut Reader<'_>) -> Result<i32, Fault> {
    let mut seconds = reader.ranged(0, 23, "hours, 0 to 23")?.saturating_mul(3_600);
    if reader.take(b':') && reader.peek().is_some_and(|next| next.is_ascii_digit()) {
        seconds = seconds.saturating_add(reader.ranged(0, 59, "minutes, 0 to 59")?.saturating_mul(60));
        if reader.take(b':') {
            seconds = seconds.saturating_add(reader.ranged(0, 59, "seconds, 0 to 59")?);
        }
    }
    Ok(i32::try_from(seconds).unwrap_or(0))
}

fn byte(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(0)
}

impl fmt::Display for DaylightRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.save_s < 0 { "-" } else { "" };
        write!(f, "start={};end={};save={sign}", self.start, self.end)?;
        write_clock(f, self.save_s)
    }
}

impl fmt::Display for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.month, self.day, self.weekday)?;
        if self.time_s == 0 {
            return Ok(());
        }
        f.write_str("/")?;
        write_clock(f, self.time_s)?;
        // The grammar of a date wants the colon.
        if self.time_s % 3_600 == 0 { f.write_str(":") } else { Ok(()) }
    }
}

fn write_clock(f: &mut fmt::Formatter<'_>, seconds: i32) -> fmt::Result {
    let all = seconds.unsigned_abs();
    let (hours, minutes, seconds) = (all / 3_600, all / 60 % 60, all % 60);
    match (minutes, seconds) {
        (0, 0) => write!(f, "{hours}"),
        (_, 0) => write!(f, "{hours}:{minutes}"),
        _ => write!(f, "{hours}:{minutes}:{seconds}"),
    }
}
