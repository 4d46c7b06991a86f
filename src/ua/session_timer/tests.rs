//! RFC 4028, and every state with every input.

use std::format;
use std::string::String;

use super::*;
use crate::base::golden;

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn agreed(interval_s: u32, ours: bool) -> SessionTimer {
    let mut timer = SessionTimer::new();
    let _ = timer.step(at(0), Input::Agreed { interval_s, ours });
    timer
}

#[test]
fn every_state_and_every_input() {
    let mut late = agreed(1_800, true);
    let _ = late.step(at(900_000), Input::Timeout);
    let machines = [
        ("off", SessionTimer::new()),
        ("ours", agreed(1_800, true)),
        ("ours, refreshing", late),
        ("theirs", agreed(90, false)),
    ];
    let inputs = [
        Input::Agreed { interval_s: 600, ours: true },
        Input::Agreed { interval_s: 600, ours: false },
        Input::Unlimited,
        Input::Least { least_s: 3_600 },
        Input::TooSmall { least_s: 3_600 },
        Input::TooSmall { least_s: 60 },
        Input::Refused,
        Input::Timeout,
    ];
    let mut text = String::new();
    for ((label, machine), input) in machines.iter().flat_map(|line| inputs.map(|input| (line, input))) {
        let mut machine = machine.clone();
        let from = machine.state();
        let now = machine.deadline().unwrap_or_else(|| at(1_000));
        let notify = machine.step(now, input).map_or_else(|| "-".into(), |notify| format!("{notify:?}"));
        let due = machine.deadline().map_or(-1, |due| i64::try_from(due.since_ms(now)).unwrap());
        let Request { expires, least_s } = machine.request(0);
        let (expires_s, refresher) =
            expires.map_or((0, None), |expires| (expires.interval_s, expires.refresher));
        text += &format!(
            "{label} {from:?} @{now:?} {input:?} -> {:?} tell={notify} next={due} says={expires_s} \
             {} min={}\n",
            machine.state(),
            refresher.map_or_else(|| "-".into(), |refresher| format!("{refresher:?}")),
            least_s.unwrap_or(0)
        );
    }
    golden::compare("ua_session_timer", &text);
}

#[test]
fn rfc4028_10_half_the_interval_and_a_little_before_its_end() {
    for (interval_s, refresh_ms, end_ms) in [(1_800, 900_000, 1_768_000), (90, 45_000, 60_000)] {
        let mut timer = agreed(interval_s, true);
        assert_eq!(timer.deadline(), Some(at(refresh_ms)));
        assert_eq!(timer.step(at(refresh_ms), Input::Timeout), Some(Notify::Refresh));
        assert_eq!(timer.deadline(), Some(at(end_ms)), "the answer is awaited");
        assert_eq!(timer.step(at(end_ms), Input::Timeout), Some(Notify::Expired));
        assert_eq!(agreed(interval_s, false).deadline(), Some(at(end_ms)));
    }
}

#[test]
fn rfc4028_10_refreshes_that_fail_come_to_an_end() {
    let mut timer = agreed(90, true);
    let mut tries = 0;
    loop {
        let now = timer.deadline().unwrap();
        match timer.step(now, Input::Timeout) {
            Some(Notify::Refresh) => {
                tries += 1;
                let _ = timer.step(now, Input::Refused);
            }
            Some(Notify::Expired) => break,
            None => panic!("a deadline without a reason"),
        }
    }
    assert_eq!(tries, 2);
}

#[test]
fn rfc4028_7_4_and_9_the_intervals_that_we_name() {
    let mut timer = SessionTimer::new();
    assert_eq!(timer.request(0), Request { expires: None, least_s: None });
    assert_eq!(timer.request(60).expires, Some(SessionExpires { interval_s: 90, refresher: None }));
    assert_eq!(timer.step(at(0), Input::TooSmall { least_s: 600 }), Some(Notify::Refresh), "§7.3");
    let expected = SessionExpires { interval_s: 600, refresher: None };
    assert_eq!(timer.request(60), Request { expires: Some(expected), least_s: Some(600) });
    assert_eq!(timer.step(at(0), Input::TooSmall { least_s: 600 }), None, "the same again");
}

#[test]
fn rfc4028_9_table_2() {
    let asked = |supported, expires: Option<(u32, Option<Refresher>)>| Asked {
        expires: expires.map(|(interval_s, refresher)| SessionExpires { interval_s, refresher }),
        least_s: None,
        supported,
    };
    let granted = |interval_s, refresher, required| {
        Ok(Grant { expires: Some(SessionExpires { interval_s, refresher: Some(refresher) }), required })
    };
    let (uac, uas) = (Refresher::Uac, Refresher::Uas);
    let cases = [
        (asked(false, Some((1_800, None))), granted(1_800, uas, false)),
        (asked(false, Some((60, None))), granted(60, uas, false)),
        (asked(true, Some((1_800, None))), granted(1_800, uac, true)),
        (asked(true, Some((1_800, Some(uac)))), granted(1_800, uac, true)),
        (asked(true, Some((1_800, Some(uas)))), granted(1_800, uas, true)),
        (asked(true, Some((89, None))), Err(90)),
        (asked(true, None), Ok(Grant { expires: None, required: false })),
        (asked(false, None), Ok(Grant { expires: None, required: false })),
    ];
    for (asked, expected) in cases {
        assert_eq!(asked.judge(0, 0), expected, "{asked:?}");
    }
    assert_eq!(asked(true, None).judge(90, 600), granted(600, uas, true), "we ask");
    assert_eq!(asked(true, Some((100, None))).judge(120, 0), Err(120));
}
