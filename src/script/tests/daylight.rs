//! Summer time in both hemispheres, the calendar, time zones.

use crate::script::*;
use std::string::ToString;

/// `2005-04-03 00:00:00`.
fn at(text: &str) -> CivilTime {
    let mut numbers = text.split(['-', ' ', ':']).map(|number| number.parse::<u16>().unwrap());
    let year = numbers.next().unwrap();
    let mut byte = || u8::try_from(numbers.next().unwrap()).unwrap();
    CivilTime { year, month: byte(), day: byte(), hour: byte(), minute: byte(), second: byte() }
}

/// A rule; the last second before summer, the first of it, the last of it, the first after it, all in
/// standard time.
const SUMMERS: &[(&str, [&str; 4])] = &[
    // The default rule: from 2005-04-03 00:00 to 2005-10-30 00:00 by the wall clock.
    (
        "start=4/1/7;end=10/-1/7;save=1",
        ["2005-04-02 23:59:59", "2005-04-03 00:00:00", "2005-10-29 22:59:59", "2005-10-29 23:00:00"],
    ),
    // North America since 2007: second Sunday of March to first Sunday of November, both at two.
    (
        "start=3/8/7/2:0:0;end=11/1/7/2:0:0;save=1",
        ["2024-03-10 01:59:59", "2024-03-10 02:00:00", "2024-11-03 00:59:59", "2024-11-03 01:00:00"],
    ),
    // Central Europe: last Sundays, two o'clock and three.
    (
        "start=3/-1/7/2:;end=10/-1/7/3:0;save=1",
        ["2024-03-31 01:59:59", "2024-03-31 02:00:00", "2024-10-27 01:59:59", "2024-10-27 02:00:00"],
    ),
    // The southern hemisphere: the summer that begins in 2023 ends in 2024.
    (
        "start=10/1/7/2:;end=4/1/7/3:;save=1",
        ["2023-10-01 01:59:59", "2023-10-01 02:00:00", "2024-04-07 01:59:59", "2024-04-07 02:00:00"],
    ),
    // Exactly the given dates; half an hour.
    (
        "start=3/21/0;end=9/23/0/12:30:15;save=0:30",
        ["2025-03-20 23:59:59", "2025-03-21 00:00:00", "2025-09-23 12:00:14", "2025-09-23 12:00:15"],
    ),
    // On or before the 8th; time goes back in "summer".
    (
        "start=5/-8/1;end=8/-8/5;save=-1",
        ["2025-05-04 23:59:59", "2025-05-05 00:00:00", "2025-08-08 00:59:59", "2025-08-08 01:00:00"],
    ),
    // The last Monday of December; the boundary after it falls into the year before its own.
    (
        "start=12/-1/1;end=1/-3/7;save=1",
        ["2021-12-26 23:59:59", "2021-12-27 00:00:00", "2022-01-01 22:59:59", "2022-01-01 23:00:00"],
    ),
    // The Friday on or after New Year's Eve is one of January.
    (
        "start=12/31/5;end=2/29/0;save=1",
        ["2025-01-02 23:59:59", "2025-01-03 00:00:00", "2025-02-28 22:59:59", "2025-02-28 23:00:00"],
    ),
];

#[test]
fn summers_begin_and_end_to_the_second() {
    for (text, instants) in SUMMERS {
        let rule = DaylightRule::parse(text).unwrap();
        let summers = instants.map(|instant| rule.is_summer(at(instant)));
        assert_eq!(summers, [false, true, true, false], "{text}");
        assert_eq!(DaylightRule::parse(&rule.to_string()), Ok(rule), "{rule}");
    }
}

#[test]
fn what_summer_time_adds() {
    for (save, seconds) in
        [("1", 3_600), ("-1", -3_600), ("/+0:30", 1_800), ("/-1:30:15", -5_415), ("0:0:1", 1)]
    {
        let rule = DaylightRule::parse(&std::format!("start=4/1/7;end=10/-1/7;save={save}")).unwrap();
        let offsets =
            ["2005-07-01 00:00:00", "2005-12-01 00:00:00"].map(|instant| rule.offset_s(at(instant)));
        assert_eq!((rule.save_s(), offsets), (seconds, [seconds, 0]), "{save}");
        assert_eq!(DaylightRule::parse(&rule.to_string()), Ok(rule), "{save}");
    }
    let rule = DaylightRule::parse(" start = 4/+1/7 ; end=10/-1/7/0:0:0 ; save=1 ; ").unwrap();
    assert_eq!(rule.to_string(), "start=4/1/7;end=10/-1/7;save=1");
}

#[test]
fn a_rule_is_refused_with_its_place() {
    let table = [
        ("", "at 0: expected start="),
        ("start=0/1/7;end=10/-1/7;save=1", "at 6: expected a month, 1 to 12"),
        ("start=13/1/7;end=10/-1/7;save=1", "at 6: expected a month, 1 to 12"),
        ("start=4/32/7;end=10/-1/7;save=1", "at 8: expected a day, 1 to 31"),
        ("start=4/-0/7;end=10/-1/7;save=1", "at 9: expected a day, 1 to 31"),
        ("start=4/1/8;end=10/-1/7;save=1", "at 10: expected a weekday, 0 to 7"),
        ("start=4/-1/0;end=10/-1/7;save=1", "at 11: expected a weekday, 1 to 7, for a negative day"),
        ("start=4/1;end=10/-1/7;save=1", "at 9: expected / and the weekday"),
        ("start=4/1/7/24:;end=10/-1/7;save=1", "at 12: expected hours, 0 to 23"),
        ("start=4/1/7/2:60;end=10/-1/7;save=1", "at 14: expected minutes, 0 to 59"),
        ("start=4/1/7", "at 11: expected ; and end="),
        ("start=4/1/7;end=10/-1/7", "at 23: expected ; and save="),
        ("start=4/1/7;end=10/-1/7;save=", "at 29: expected hours, 0 to 23"),
        ("start=4/1/7;end=10/-1/7;save=1;x", "at 31: expected the end"),
    ];
    for (text, expected) in table {
        assert_eq!(DaylightRule::parse(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn time_zones_and_offsets() {
    for (text, seconds) in [
        ("GMT", 0),
        ("GMT-08:00", -28_800),
        ("GMT+02:00", 7_200),
        ("GMT-3:30", -12_600),
        ("GMT+13:00", 46_800),
    ] {
        let zone = TimeZone::parse(text).unwrap();
        assert_eq!(zone.seconds(), seconds, "{text}");
        assert_eq!(TimeZone::parse(&zone.to_string()), Ok(zone), "{text}");
    }
    assert_eq!(TimeZone::parse("GMT-08:00").unwrap().to_string(), "GMT-08:00");
    for (text, fault) in [
        ("UTC", "at 0: expected GMT"),
        ("GMT8", "at 3: expected + or -"),
        ("GMT-13:00", "at 4: expected hours, -12 to +14"),
        ("GMT+1:60", "at 6: expected minutes, 0 to 59"),
    ] {
        assert_eq!(TimeZone::parse(text).unwrap_err().to_string(), fault, "{text}");
    }
    for (text, seconds) in [("", 0), ("1/30", 5_400), ("-01/30", -5_400), ("0/5", 300)] {
        let offset = TimeOffset::parse(text).unwrap();
        assert_eq!(offset.seconds(), seconds, "{text}");
        assert_eq!(TimeOffset::parse(&offset.to_string()), Ok(offset), "{text}");
    }
    for (text, fault) in [
        ("1", "at 1: expected / and minutes"),
        ("24/0", "at 0: expected hours, 0 to 23"),
        ("-1/60", "at 3: expected minutes, 0 to 59"),
        ("1/30x", "at 4: expected the end"),
    ] {
        assert_eq!(TimeOffset::parse(text).unwrap_err().to_string(), fault, "{text}");
    }
}

#[test]
fn the_calendar_goes_on_day_by_day() {
    let mut seconds = at("1899-12-31 12:34:56").seconds();
    let (mut expected, mut weekday) = (at("1899-12-31 12:34:56"), 7);
    while expected.year < 2_101 {
        assert_eq!(CivilTime::of_seconds(seconds), expected);
        assert_eq!((expected.seconds(), expected.weekday()), (seconds, weekday));
        let leap = expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0);
        let length = match expected.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (seconds, weekday) = (seconds + 86_400, weekday % 7 + 1);
        expected.day += 1;
        if expected.day > length {
            (expected.month, expected.day) = (expected.month + 1, 1);
        }
        if expected.month > 12 {
            (expected.year, expected.month) = (expected.year + 1, 1);
        }
    }
    assert_eq!(CivilTime::of_seconds(i64::MIN), at("0-1-1 0:0:0"));
    assert_eq!(CivilTime::of_seconds(i64::MAX), at("65535-12-31 23:59:59"));
}
