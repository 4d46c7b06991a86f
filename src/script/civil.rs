//! Calendar and clock: what a person reads from them, and which day of the week it is (Gregorian calendar).
//!
//! ```
//! use deskphone::script::CivilTime;
//! let noon = CivilTime { year: 2005, month: 4, day: 3, hour: 12, minute: 0, second: 0 };
//! assert_eq!(noon.weekday(), 7, "a Sunday");
//! assert_eq!(noon.seconds(), 1_112_529_600);
//! assert_eq!(CivilTime::of_seconds(1_112_529_600), noon);
//! ```

/// A date and a time of day in some place; the order of two is that of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilTime {
    /// The year.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute.
    pub minute: u8,
    /// The second.
    pub second: u8,
}

impl CivilTime {
    /// The date and time that many seconds after 1970-01-01 00:00:00 of the same place; within the years 0 to
    /// 65,535.
    #[must_use]
    pub fn of_seconds(seconds: i64) -> Self {
        let last = days(i64::from(u16::MAX), 12, 31).saturating_mul(DAY_S).saturating_add(DAY_S - 1);
        let seconds = seconds.max(days(0, 1, 1).saturating_mul(DAY_S)).min(last);
        let (day_number, of_day) = (seconds.div_euclid(DAY_S), seconds.rem_euclid(DAY_S));
        // 400 years have 146,097 days; the guess is off by one year at most.
        let guess = day_number.saturating_mul(400).div_euclid(146_097).saturating_add(1_970);
        let years = [guess.saturating_add(1), guess];
        let year = years.into_iter().find(|year| days(*year, 1, 1) <= day_number);
        let year = year.unwrap_or_else(|| guess.saturating_sub(1));
        let month = (1..=12).rev().find(|month| days(year, *month, 1) <= day_number).unwrap_or(1);
        let day = day_number.saturating_sub(days(year, month, 1)).saturating_add(1);
        Self {
            year: u16::try_from(year).unwrap_or(0),
            month: byte(month),
            day: byte(day),
            hour: byte(of_day / 3_600),
            minute: byte(of_day / 60 % 60),
            second: byte(of_day % 60),
        }
    }

    /// Seconds since 1970-01-01 00:00:00 of the same place.
    #[must_use]
    pub fn seconds(self) -> i64 {
        let days = days(self.year.into(), self.month.into(), self.day.into());
        let of_day = i64::from(self.hour).saturating_mul(3_600);
        let of_day = of_day.saturating_add(i64::from(self.minute).saturating_mul(60));
        days.saturating_mul(DAY_S).saturating_add(of_day).saturating_add(self.second.into())
    }

    /// The day of the week: 1 is Monday, 7 is Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        weekday(days(self.year.into(), self.month.into(), self.day.into()))
    }
}

/// Seconds of a day.
pub(super) const DAY_S: i64 = 86_400;

/// Days from 1970-01-01 to a date; a day past the month's end belongs to the next month.
pub(super) const fn days(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that the leap day is its last.
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let months = month.saturating_add(9).rem_euclid(12);
    let of_year = months.saturating_mul(153).saturating_add(2).div_euclid(5).saturating_add(day);
    let leap_days =
        year.div_euclid(4).saturating_sub(year.div_euclid(100)).saturating_add(year.div_euclid(400));
    let before = year.saturating_mul(365).saturating_add(leap_days);
    before.saturating_add(of_year).saturating_sub(719_469)
}

/// The day of the week, 1 (Monday) to 7, of a day counted from 1970-01-01, a Thursday.
pub(super) fn weekday(day_number: i64) -> u8 {
    byte(day_number.saturating_add(3).rem_euclid(7).saturating_add(1))
}

fn byte(number: i64) -> u8 {
    u8::try_from(number).unwrap_or(0)
}
