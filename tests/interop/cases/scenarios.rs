//! SIPp scenarios of the suite's own (`scenarios/`): reliable provisional responses, UPDATE, session timers,
//! forks, CANCEL, glare, strays, peers of RFC 2543.
//!
//! A scenario also runs by hand: `sipp PHONE:PORT -sf scenarios/NAME.xml -key phone PHONE:PORT -m 1`.

use crate::scene::{SIPP_CALLS, Scene, WE_CALL, events, play, sent};
use deskphone::base::text;
use deskphone::ua::{Account, Event, Settings};
use interop::host::Host;
use interop::person::{Deed, Habit, Occasion, habit};
use interop::stage::Stage;
use interop::suite::{Case, Program};
use std::time::Duration;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("scenario_prack_from_phone", 11, |stage| play(stage, &PRACK_FROM_PHONE)),
    case("scenario_prack_from_sipp", 11, |stage| play(stage, &PRACK_FROM_SIPP)),
    case("scenario_prack_with_the_answer", 11, |stage| play(stage, &PRACK_WITH_THE_ANSWER)),
    case("scenario_prack_never", 11, |stage| play(stage, &PRACK_NEVER)),
    case("scenario_prack_in_four_calls", 11, |stage| play(stage, &PRACK_IN_FOUR_CALLS)),
    case("scenario_rfc2543_four_calls", 12, |stage| play(stage, &RFC2543_FOUR_CALLS)),
    case("scenario_update_confirmed", 11, |stage| play(stage, &UPDATE_CONFIRMED)),
    case("scenario_update_early", 11, |stage| play(stage, &UPDATE_EARLY)),
    case("scenario_rfc2543_hangs_up", 11, |stage| play(stage, &RFC2543_HANGS_UP)),
    case("scenario_rfc2543_calls", 13, |stage| play(stage, &RFC2543_CALLS)),
    case("scenario_refresh_by_sipp", 12, |stage| play(stage, &REFRESH_BY_SIPP)),
    case("scenario_refresh_by_phone_update", 12, |stage| play(stage, &REFRESH_BY_UPDATE)),
    case("scenario_refresh_by_phone_invite", 12, |stage| play(stage, &REFRESH_BY_INVITE)),
    case("scenario_refresh_for_a_proxy", 12, |stage| play(stage, &REFRESH_FOR_A_PROXY)),
    case("scenario_refresh_stops", 12, |stage| play(stage, &REFRESH_STOPS)),
    case("scenario_refresh_of_a_lost_session", 12, |stage| play(stage, &REFRESH_OF_A_LOST_SESSION)),
    case("scenario_rfc2543_called", 14, |stage| play(stage, &RFC2543_CALLED)),
    case("scenario_interval_too_small_for_sipp", 13, |stage| play(stage, &TOO_SMALL_FOR_SIPP)),
    case("scenario_interval_too_small_for_phone", 13, |stage| play(stage, &TOO_SMALL_FOR_PHONE)),
    case("scenario_fork_two_answers", 13, |stage| play(stage, &FORK_TWO_ANSWERS)),
    case("scenario_fork_late_answer", 13, |stage| play(stage, &FORK_LATE_ANSWER)),
    case("scenario_cancel_forks", 14, |stage| play(stage, &CANCEL_FORKS)),
    case("scenario_glare_of_refreshes", 11, |stage| play(stage, &GLARE_OF_REFRESHES)),
    case("scenario_fork_both_acknowledged", 13, |stage| play(stage, &FORK_BOTH_ACKNOWLEDGED)),
    case("scenario_answer_repeated", 13, |stage| play(stage, &ANSWER_REPEATED)),
    case("scenario_rfc2543_cancels", 13, |stage| play(stage, &RFC2543_CANCELS)),
    case("scenario_cancel_crossed", 14, |stage| play(stage, &CANCEL_CROSSED)),
    case("scenario_cancel_waits", 14, |stage| play(stage, &CANCEL_WAITS)),
    case("scenario_cancel_after_answer", 14, |stage| play(stage, &CANCEL_AFTER_ANSWER)),
    case("scenario_bye_while_ringing", 14, |stage| play(stage, &BYE_WHILE_RINGING)),
    case("scenario_changes_overlap", 11, |stage| play(stage, &CHANGES_OVERLAP)),
    case("scenario_glare_of_holds", 14, |stage| play(stage, &GLARE_OF_HOLDS)),
    case("scenario_glare_sipp_called", 14, |stage| play(stage, &GLARE_SIPP_CALLED)),
    case("scenario_stray_ack_and_200", 14, |stage| play(stage, &STRAYS)),
    case("scenario_answered_elsewhere", 14, |stage| play(stage, &ANSWERED_ELSEWHERE)),
];

const fn case(name: &'static str, lane: u8, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane, needs: &[Program::Sipp], limit: Duration::from_secs(60), run }
}

fn reliably(_: &mut Settings, account: &mut Account) {
    account.reliable_provisional = true;
    account.auth_user = account.user.clone();
    account.password = text::shortened("secret");
}

fn with_session_timer(settings: &mut Settings, _: &mut Account) {
    settings.session_expires_s = 90;
}

/// Rings and is never answered.
const RINGS: &[Habit] = &[habit(Occasion::TheyCall, 0, Deed::Ring)];

/// SIPp hangs up.
const WE_STAY: Scene = Scene { habits: &[], ends: "remote", ..WE_CALL };

const PRACK_FROM_PHONE: Scene = Scene {
    scenario: include_str!("../scenarios/prack_from_phone.xml"),
    settings: reliably,
    sluggish: true,
    check: |host| {
        let early = events(host, |event| matches!(event, Event::Progress { early_media: true, .. }));
        let all = events(host, |event| matches!(event, Event::Progress { .. }));
        if (early, all) != (1, 3) {
            return Err(format!("{all} provisional answers were told, {early} with early media"));
        }
        sent(host, "PRACK", 4)
    },
    ..WE_CALL
};

const PRACK_FROM_SIPP: Scene = Scene {
    scenario: include_str!("../scenarios/prack_from_sipp.xml"),
    check: |host| {
        let ringing = host.trace.lines().filter(|line| line.first().starts_with("SIP/2.0 180")).count();
        if ringing < 3 { Err(format!("180 was sent {ringing} times")) } else { sent(host, "180 INVITE", 1) }
    },
    ..SIPP_CALLS
};

/// As many calls at once as there are call appearances.
const PRACK_IN_FOUR_CALLS: Scene = Scene {
    calls: 4,
    check: |host| sent(host, "180 INVITE", 4).and_then(|()| sent(host, "481 PRACK", 4)),
    ..PRACK_FROM_SIPP
};

const PRACK_WITH_THE_ANSWER: Scene = Scene {
    scenario: include_str!("../scenarios/prack_with_the_answer.xml"),
    check: |host| match host.trace.told(false, "200 INVITE").first() {
        Some(line) if line.header("Content-Length") == "0" => media_changed(host, 1),
        line => Err(format!("the 200 has a description, or there is none: {line:?}")),
    },
    ..SIPP_CALLS
};

const PRACK_NEVER: Scene = Scene {
    scenario: include_str!("../scenarios/prack_never.xml"),
    habits: RINGS,
    ends: "lost",
    answered: false,
    ..SIPP_CALLS
};

const UPDATE_CONFIRMED: Scene = Scene {
    scenario: include_str!("../scenarios/update_confirmed.xml"),
    check: |host| media_changed(host, 2),
    ..SIPP_CALLS
};

const UPDATE_EARLY: Scene = Scene {
    scenario: include_str!("../scenarios/update_early.xml"),
    settings: reliably,
    check: |host| media_changed(host, 2),
    ..WE_CALL
};

const REFRESH_BY_SIPP: Scene =
    Scene { scenario: include_str!("../scenarios/refresh_by_sipp.xml"), ..SIPP_CALLS };

const REFRESH_BY_UPDATE: Scene = Scene {
    scenario: include_str!("../scenarios/refresh_by_phone_update.xml"),
    settings: with_session_timer,
    check: |host| sent(host, "UPDATE", 2),
    ..WE_STAY
};

const GLARE_OF_REFRESHES: Scene = Scene {
    scenario: include_str!("../scenarios/glare_of_refreshes.xml"),
    settings: with_session_timer,
    check: |host| media_changed(host, 1),
    ..WE_STAY
};

const REFRESH_BY_INVITE: Scene = Scene {
    scenario: include_str!("../scenarios/refresh_by_phone_invite.xml"),
    settings: with_session_timer,
    check: same_description,
    ..WE_STAY
};

const REFRESH_OF_A_LOST_SESSION: Scene = Scene {
    scenario: include_str!("../scenarios/refresh_of_a_lost_session.xml"),
    settings: with_session_timer,
    ends: "lost",
    ..WE_STAY
};

const REFRESH_FOR_A_PROXY: Scene = Scene {
    scenario: include_str!("../scenarios/refresh_for_a_proxy.xml"),
    check: |host| sent(host, "INVITE", 1),
    ..SIPP_CALLS
};

const REFRESH_STOPS: Scene = Scene {
    scenario: include_str!("../scenarios/refresh_stops.xml"),
    habits: &[],
    settings: with_session_timer,
    ends: "lost",
    check: |host| {
        let at = |what| host.trace.told(false, what).first().map_or(0, |line| line.at_ms);
        let lasted_ms = at("BYE").saturating_sub(at("ACK"));
        // RFC 4028 §10: 12 s less a third of them.
        if (7_900..9_000).contains(&lasted_ms) { Ok(()) } else { Err(format!("BYE after {lasted_ms} ms")) }
    },
    ..WE_CALL
};

const TOO_SMALL_FOR_SIPP: Scene = Scene {
    scenario: include_str!("../scenarios/interval_too_small_for_sipp.xml"),
    settings: with_session_timer,
    check: |host| sent(host, "INVITE", 2),
    ..WE_CALL
};

/// The refused INVITE is no call for the person.
const TOO_SMALL_FOR_PHONE: Scene =
    Scene { scenario: include_str!("../scenarios/interval_too_small_for_phone.xml"), ..SIPP_CALLS };

const FORK_TWO_ANSWERS: Scene = Scene {
    scenario: include_str!("../scenarios/fork_two_answers.xml"),
    check: |host| sent(host, "ACK", 2).and_then(|()| sent(host, "BYE", 2)),
    ..WE_CALL
};

const FORK_LATE_ANSWER: Scene = Scene {
    scenario: include_str!("../scenarios/fork_late_answer.xml"),
    check: |host| sent(host, "ACK", 2).and_then(|()| sent(host, "BYE", 2)),
    ..WE_CALL
};

const CANCEL_FORKS: Scene = Scene {
    scenario: include_str!("../scenarios/cancel_forks.xml"),
    habits: &[habit(Occasion::TheyRing, 200, Deed::HangUp)],
    answered: false,
    check: |host| sent(host, "ACK", 2).and_then(|()| sent(host, "BYE", 2)),
    ..WE_CALL
};

const FORK_BOTH_ACKNOWLEDGED: Scene = Scene {
    scenario: include_str!("../scenarios/fork_both_acknowledged.xml"),
    settings: reliably,
    habits: &[habit(Occasion::TheyAnswer, 1_500, Deed::HangUp)],
    check: |host| sent(host, "PRACK", 2).and_then(|()| sent(host, "INVITE", 2)),
    ..WE_CALL
};

const CANCEL_CROSSED: Scene = Scene {
    scenario: include_str!("../scenarios/cancel_crossed.xml"),
    habits: &[habit(Occasion::TheyRing, 200, Deed::HangUp)],
    sluggish: true,
    answered: false,
    ..WE_CALL
};

const CANCEL_WAITS: Scene = Scene {
    scenario: include_str!("../scenarios/cancel_waits.xml"),
    habits: &[habit(Occasion::WeDial, 300, Deed::HangUp)],
    answered: false,
    check: |host| {
        let at = |incoming, what| host.trace.told(incoming, what).first().map_or(0, |line| line.at_ms);
        let (ringing, cancelled) = (at(true, "180 INVITE"), at(false, "CANCEL"));
        if cancelled >= ringing { sent(host, "BYE", 0) } else { Err("CANCEL before the 180".to_owned()) }
    },
    ..WE_CALL
};

const CANCEL_AFTER_ANSWER: Scene =
    Scene { scenario: include_str!("../scenarios/cancel_after_answer.xml"), ..SIPP_CALLS };

const BYE_WHILE_RINGING: Scene = Scene {
    scenario: include_str!("../scenarios/bye_while_ringing.xml"),
    habits: RINGS,
    ends: "cancelled",
    answered: false,
    ..SIPP_CALLS
};

const CHANGES_OVERLAP: Scene = Scene {
    scenario: include_str!("../scenarios/changes_overlap.xml"),
    habits: &[
        habit(Occasion::TheyCall, 0, Deed::Ring),
        habit(Occasion::TheyCall, 100, Deed::Answer),
        habit(Occasion::WeAnswered, 500, Deed::Hold),
    ],
    check: no_failed_change,
    ..SIPP_CALLS
};

const GLARE_OF_HOLDS: Scene = Scene {
    scenario: include_str!("../scenarios/glare_of_holds.xml"),
    habits: &[habit(Occasion::TheyAnswer, 200, Deed::Hold), habit(Occasion::TheyAnswer, 5_500, Deed::HangUp)],
    check: |host| {
        let invites = host.trace.told(false, "INVITE");
        let at = |place: usize| invites.get(place).map_or(0, |line| line.at_ms);
        let waited_ms = at(2).saturating_sub(at(1));
        if (2_100..4_600).contains(&waited_ms) {
            no_failed_change(host)
        } else {
            Err(format!("tried again after {waited_ms} ms"))
        }
    },
    ..WE_CALL
};

const GLARE_SIPP_CALLED: Scene = Scene {
    scenario: include_str!("../scenarios/glare_sipp_called.xml"),
    habits: &[
        habit(Occasion::TheyCall, 0, Deed::Ring),
        habit(Occasion::TheyCall, 100, Deed::Answer),
        habit(Occasion::WeAnswered, 200, Deed::Hold),
    ],
    check: no_failed_change,
    ..SIPP_CALLS
};

const ANSWER_REPEATED: Scene = Scene {
    scenario: include_str!("../scenarios/answer_repeated.xml"),
    sluggish: true,
    check: |host| {
        let passed = |incoming: bool, what: &str| {
            let lines = host.trace.lines().filter(|line| line.incoming == incoming);
            lines
                .filter(|line| line.first().starts_with(what) && !line.header("CSeq").ends_with("BYE"))
                .count()
        };
        let (answers, acks) = (passed(true, "SIP/2.0 200"), passed(false, "ACK "));
        if answers >= 4 && acks == answers {
            sent(host, "ACK", 1)
        } else {
            Err(format!("{acks} ACKs to {answers} answers"))
        }
    },
    ..WE_STAY
};

const STRAYS: Scene = Scene {
    scenario: include_str!("../scenarios/stray_ack_and_200.xml"),
    habits: &[habit(Occasion::TheyCall, 0, Deed::Ring), habit(Occasion::TheyCall, 100, Deed::Answer)],
    check: |host| {
        let strays = host.ua().counters().strays;
        let answers =
            host.trace.lines().filter(|line| !line.incoming && line.header("CSeq").ends_with(" ACK"));
        match (answers.count(), strays) {
            (0, 2..) => sent(host, "200 INVITE", 1),
            (answers, strays) => Err(format!("{answers} messages with CSeq ACK, {strays} strays counted")),
        }
    },
    ..SIPP_CALLS
};

const RFC2543_CALLS: Scene = Scene {
    scenario: include_str!("../scenarios/rfc2543_calls.xml"),
    habits: &[habit(Occasion::TheyCall, 150, Deed::Ring), habit(Occasion::TheyCall, 700, Deed::Answer)],
    check: |host| {
        let answers = host.trace.told(false, "200 INVITE");
        let directions = ["a=sendrecv", "a=recvonly", "a=sendrecv"];
        let sound = |place: usize| answers.get(place).map_or("", |line| line.text.as_str());
        for (place, direction) in directions.into_iter().enumerate() {
            // RFC 3264 §6.1: `sendrecv` may be left out.
            let other =
                ["a=recvonly", "a=inactive", "a=sendonly"].into_iter().find(|other| *other != direction);
            let said = sound(place).contains(direction);
            if !said && (place == 1 || other.is_some_and(|other| sound(place).contains(other))) {
                return Err(format!("answer {place} is not {direction}: {}", sound(place)));
            }
        }
        media_changed(host, 2)
    },
    ..SIPP_CALLS
};

/// Only Call-IDs tell them apart.
const RFC2543_FOUR_CALLS: Scene = Scene { calls: 4, check: |host| media_changed(host, 8), ..RFC2543_CALLS };

const RFC2543_CALLED: Scene =
    Scene { scenario: include_str!("../scenarios/rfc2543_called.xml"), ..WE_CALL_LONGER };

/// The 200 may be repeated before our BYE.
const WE_CALL_LONGER: Scene =
    Scene { habits: &[habit(Occasion::TheyAnswer, 1_000, Deed::HangUp)], ..WE_CALL };

const RFC2543_HANGS_UP: Scene = Scene {
    scenario: include_str!("../scenarios/rfc2543_hangs_up.xml"),
    check: |host| media_changed(host, 1),
    ..WE_STAY
};

const RFC2543_CANCELS: Scene = Scene {
    scenario: include_str!("../scenarios/rfc2543_cancels.xml"),
    habits: RINGS,
    ends: "cancelled",
    answered: false,
    ..SIPP_CALLS
};

const ANSWERED_ELSEWHERE: Scene = Scene {
    scenario: include_str!("../scenarios/answered_elsewhere.xml"),
    habits: RINGS,
    ends: "answeredelsewhere",
    answered: false,
    ..SIPP_CALLS
};

/// The person was told so often that the sound changed.
fn media_changed(host: &Host, wanted: usize) -> Result<(), String> {
    let count = events(host, |event| matches!(event, Event::Media(_)));
    if count == wanted { Ok(()) } else { Err(format!("media changed {count} times, not {wanted}")) }
}

fn no_failed_change(host: &Host) -> Result<(), String> {
    match events(host, |event| matches!(event, Event::MediaFailed { .. })) {
        0 => Ok(()),
        _ => Err("the hold failed".to_owned()),
    }
}

/// RFC 4028 §7.4: a refresh by re-INVITE says the same description again, number and all.
fn same_description(host: &Host) -> Result<(), String> {
    let invites = host.trace.told(false, "INVITE");
    let body = |place: usize| invites.get(place).and_then(|line| line.text.split("\r\n\r\n").nth(1));
    match (body(0), body(1)) {
        (Some(first), Some(second)) if first == second => Ok(()),
        other => Err(format!("the refresh changes the description: {other:?}")),
    }
}
