//! Spans of time and dates: Expires, Min-Expires, Session-Expires, Min-SE, Retry-After, Date.
//!
//! ```text
//! delta-seconds   = 1*DIGIT                                                 RFC 3261 §25.1
//! Session-Expires = delta-seconds *( SEMI se-params )                       RFC 4028 §4
//! Retry-After     = delta-seconds [ comment ] *( SEMI retry-param )         RFC 3261 §20.33
//! SIP-date        = wkday "," SP date1 SP time SP "GMT"                     RFC 3261 §20.17
//! ```

use super::grammar::{blanks, params, whole};
use super::{HeaderName, Message, Params, ParseError};
use crate::base::{UnixTime, text};

/// Who refreshes a session (RFC 4028 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// The side that sent the request.
    Uac,
    /// The side that answered it.
    Uas,
}

/// A session interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires {
    /// The interval.
    pub interval_s: u32,
    /// Who refreshes, if it is settled.
    pub refresher: Option<Refresher>,
}

/// When to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter {
    /// How long to wait.
    pub wait_s: u32,
    /// How long the peer will then be there.
    pub duration_s: Option<u32>,
}

/// Seconds as a number; one that does not fit counts as the largest (RFC 3261 §20.19 leaves it to us).
///
/// ```
/// use deskphone::sip::timing::delta_seconds;
/// assert_eq!(delta_seconds(b"3600"), Some(3600));
/// assert_eq!(delta_seconds(b"99999999999"), Some(u32::MAX));
/// assert_eq!(delta_seconds(b"soon"), None);
/// ```
#[must_use]
pub fn delta_seconds(digits: &[u8]) -> Option<u32> {
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all_digits.then(|| text::decimal(digits).unwrap_or(u32::MAX))
}

/// A number at the start of a value, and what follows it.
fn leading_seconds(value: &[u8]) -> Result<(u32, &[u8]), ParseError> {
    let end = value.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    let (digits, rest) = value.split_at_checked(end).unwrap_or((value, &[]));
    delta_seconds(digits)
        .map(|seconds| (seconds, rest))
        .ok_or(ParseError { expected: "a number of seconds", at: 0 })
}

impl SessionExpires {
    /// Reads the value.
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &[u8]) -> Result<Self, ParseError> {
        let (interval_s, rest) = leading_seconds(value)?;
        let params = whole(value, params(rest)).map(Params::new)?;
        let refresher = match params.get(b"refresher") {
            Some(who) if who.eq_ignore_ascii_case(b"uac") => Some(Refresher::Uac),
            Some(who) if who.eq_ignore_ascii_case(b"uas") => Some(Refresher::Uas),
            Some(_) | None => None,
        };
        Ok(Self { interval_s, refresher })
    }

    /// Writes the value.
    pub fn compose(&self, out: &mut crate::base::Writer<'_>) {
        out.number(u64::from(self.interval_s));
        match self.refresher {
            Some(Refresher::Uac) => out.put(b";refresher=uac"),
            Some(Refresher::Uas) => out.put(b";refresher=uas"),
            None => {}
        }
    }
}

impl RetryAfter {
    /// Reads the value; a comment is skipped.
    ///
    /// # Errors
    /// What was expected, and at which byte of the value.
    pub fn parse(value: &[u8]) -> Result<Self, ParseError> {
        let (wait_s, rest) = leading_seconds(value)?;
        let rest = match blanks(rest) {
            comment @ [b'(', ..] => {
                let end = memchr::memchr(b')', comment).and_then(|end| comment.get(end.checked_add(1)?..));
                end.ok_or(ParseError { expected: "the end of the comment", at: value.len() })?
            }
            rest => rest,
        };
        let params = whole(value, params(rest)).map(Params::new)?;
        Ok(Self { wait_s, duration_s: params.get(b"duration").and_then(delta_seconds) })
    }
}

impl Message<'_> {
    /// Expires.
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        delta_seconds(self.raw(HeaderName::Expires)?)
    }

    /// Min-Expires, the word of a 423.
    #[must_use]
    pub fn min_expires(&self) -> Option<u32> {
        delta_seconds(self.raw(HeaderName::MinExpires)?)
    }

    /// Session-Expires.
    #[must_use]
    pub fn session_expires(&self) -> Option<SessionExpires> {
        SessionExpires::parse(self.raw(HeaderName::SessionExpires)?).ok()
    }

    /// Min-SE; its parameters mean nothing.
    #[must_use]
    pub fn min_se(&self) -> Option<u32> {
        leading_seconds(self.raw(HeaderName::MinSe)?).ok().map(|(seconds, _)| seconds)
    }

    /// Retry-After.
    #[must_use]
    pub fn retry_after(&self) -> Option<RetryAfter> {
        RetryAfter::parse(self.raw(HeaderName::RetryAfter)?).ok()
    }

    /// Date, by which a registrar lets the phone set its clock.
    #[must_use]
    pub fn date(&self) -> Option<UnixTime> {
        date(self.raw(HeaderName::Date)?)
    }
}

/// The time that a SIP-date means; `None` for anything else, other zones included.
///
/// ```
/// use deskphone::base::UnixTime;
/// use deskphone::sip::timing::date;
/// assert_eq!(date(b"Sat, 13 Nov 2010 23:29:00 GMT"), Some(UnixTime(1_289_690_940)));
/// assert_eq!(date(b"Sat, 13 Nov 2010 23:29:00 EST"), None);
/// ```
#[must_use]
pub fn date(value: &[u8]) -> Option<UnixTime> {
    let mut words = value.split(|byte| matches!(byte, b' ' | b',' | b':')).filter(|word| !word.is_empty());
    words.next()?;
    let day = text::decimal(words.next()?).filter(|day| (1..=31).contains(day))?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    let year = text::decimal(words.next()?).filter(|year| (1970..=9999).contains(year))?;
    let mut clock = [0u64; 3];
    for (part, limit) in clock.iter_mut().zip([23, 59, 60]) {
        *part = u64::from(text::decimal(words.next()?).filter(|number| *number <= limit)?);
    }
    if words.next()? != b"GMT" {
        return None;
    }
    let days = days_since_1970(u64::from(year), u64::try_from(month).ok()?, u64::from(day))?;
    let [hours, minutes, seconds] = clock;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    let seconds = minutes.checked_mul(60)?.checked_add(seconds)?;
    days.checked_mul(86_400)?.checked_add(seconds).map(UnixTime)
}

/// `month` counts from January = 0. Years are counted from March, so that the leap day comes last.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let (year, month) = if month >= 2 {
        (year, month.checked_sub(2)?)
    } else {
        (year.checked_sub(1)?, month.checked_add(10)?)
    };
    let leap_days = (year / 4).checked_sub(year / 100)?.checked_add(year / 400)?;
    // 306 days in the ten months from March, rounded as the month lengths 31, 30, 31, 30, 31 repeat.
    let in_year = month.checked_mul(306)?.checked_add(5)? / 10;
    let days = year.checked_mul(365)?.checked_add(leap_days)?.checked_add(in_year)?.checked_add(day)?;
    days.checked_sub(719_469)
}

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4028_4_and_rfc3261_20_33() {
        let session = SessionExpires::parse(b"1800 ; refresher=UAS").unwrap();
        assert_eq!(session, SessionExpires { interval_s: 1800, refresher: Some(Refresher::Uas) });
        let retry = RetryAfter::parse(b"120 (in a meeting) ;duration=3600").unwrap();
        assert_eq!(retry, RetryAfter { wait_s: 120, duration_s: Some(3600) });
        assert!(RetryAfter::parse(b"18000 (open").is_err());
    }

    #[test]
    fn dates_at_their_ends() {
        assert_eq!(date(b"Thu, 01 Jan 1970 00:00:00 GMT"), Some(UnixTime(0)));
        assert_eq!(date(b"Thu, 29 Feb 2024 12:00:00 GMT"), Some(UnixTime(1_709_208_000)));
        assert_eq!(date(b"Fri, 01 Mar 2024 00:00:00 GMT"), Some(UnixTime(1_709_251_200)));
        assert_eq!(date(b"Fri, 01 Foo 2024 00:00:00 GMT"), None);
    }
}
