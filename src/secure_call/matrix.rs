//! Every state × every input of both machines, at a due deadline: a golden file each.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::tests::{Dice, Pair, TODAY, jane, joe};
use super::*;
use crate::base::{Instant, golden};

fn sent(body: Option<&Body>) -> String {
    body.map_or_else(
        || "-".into(),
        |body| match Message::read(body) {
            Ok(Message::Hello(hello)) => format!("{:?}Hello", hello.role),
            Ok(Message::Final(_)) => "Final".into(),
            Err(_) => "empty".into(),
        },
    )
}

fn told(notify: Option<Notify>) -> String {
    notify.map_or_else(|| "-".into(), |notify| format!("{notify:?}"))
}

fn next(due: Option<Instant>, now: Instant) -> i64 {
    due.map_or(-1, |due| i64::try_from(due.since_ms(now)).unwrap())
}

/// A call that goes well, step by step; each of its states once.
fn course() -> (Vec<Caller>, Vec<Callee>, [Body; 3]) {
    let (mut callers, mut callees) = (Vec::new(), Vec::new());
    let mut pair = Pair::new(1);
    callees.push(pair.callee.clone());
    callers.push(pair.caller.clone());
    let hello = pair.caller_works().unwrap();
    callers.push(pair.caller.clone());
    let own = jane();
    let means = Means { own: Ok(&own), local_time: Some(TODAY), rtcp: true };
    let _ = pair.callee(callee::Input::Request { body: &hello, means });
    callees.push(pair.callee.clone());
    let mut answer = None;
    while answer.is_none() {
        let job = pair.callee.job().unwrap();
        answer = pair.callee(callee::Input::Done(&engine::perform(&job)));
        callees.push(pair.callee.clone());
    }
    let answer = answer.unwrap().body;
    let _ = pair.caller(caller::Input::Response { status: 200, body: &answer });
    callers.push(pair.caller.clone());
    let mut sealed = None;
    while sealed.is_none() {
        let job = pair.caller.job().unwrap();
        sealed = pair.caller(caller::Input::Done(&engine::perform(&job)));
        callers.push(pair.caller.clone());
    }
    let sealed = sealed.unwrap();
    let _ = pair.callee(callee::Input::Request { body: &sealed, means });
    callees.push(pair.callee.clone());
    let _ = pair.callee_works();
    callees.push(pair.callee.clone());
    let _ = pair.caller(caller::Input::Response { status: 200, body: b"" });
    callers.push(pair.caller.clone());
    pair.media();
    callers.push(pair.caller.clone());
    callees.push(pair.callee.clone());
    let other = joe();
    callers.push(Caller::begin(pair.now, &Attempt { local_time: None, ..Pair::attempt(&other, "1") }).0);
    let unique = |states: &mut Vec<String>, state: String| {
        let new = !states.contains(&state);
        states.push(state);
        new
    };
    let (mut seen, mut seen_too) = (Vec::new(), Vec::new());
    callers.retain(|caller| unique(&mut seen, format!("{:?}", caller.state())));
    callees.retain(|callee| unique(&mut seen_too, format!("{:?}", callee.state())));
    (callers, callees, [hello, answer, sealed])
}

#[test]
fn caller_matrix() {
    let (callers, _, [hello, answer, sealed]) = course();
    let mut text = String::new();
    for caller in callers {
        let from = caller.state();
        let now = caller.deadline().unwrap_or(Instant::from_millis(9_000));
        let good = caller.job().map(|job| engine::perform(&job));
        let good = good.unwrap_or(Done { ticket: Ticket(0), answer: Answer::Failed });
        let broken = Done { answer: Answer::Failed, ..good.clone() };
        let late = Done { ticket: Ticket(99), ..good.clone() };
        let response = |status, body| caller::Input::Response { status, body };
        let inputs = [
            ("Done(answer)", caller::Input::Done(&good)),
            ("Done(Failed)", caller::Input::Done(&broken)),
            ("Done(other ticket)", caller::Input::Done(&late)),
            ("Response(100)", response(100, b"")),
            ("Response(200, CalleeHello)", response(200, &answer)),
            ("Response(200, CallerHello)", response(200, &hello)),
            ("Response(200, Final)", response(200, &sealed)),
            ("Response(200)", response(200, b"")),
            ("Response(415)", response(415, b"")),
            ("Authenticated", caller::Input::Authenticated),
            ("Timeout", caller::Input::Timeout),
        ];
        for (label, input) in inputs {
            let (next_state, step) = caller.clone().step(now, &mut Dice::new(1), input);
            let to = next_state.state();
            text.push_str(&format!(
                "{from:?} {label} -> {to:?} send={} tell={} job={} next={}\n",
                sent(step.send.as_ref()),
                told(step.notify),
                next_state.job().map_or_else(|| "-".into(), |job| format!("{:?}", job.work)),
                next(next_state.deadline(), now),
            ));
            assert!(next_state.deadline().is_none_or(|due| due >= now), "{text}");
        }
    }
    golden::compare("secure_call_caller", &text);
}

#[test]
fn callee_matrix() {
    let (_, callees, [hello, answer, sealed]) = course();
    let own = jane();
    let means = Means { own: Ok(&own), local_time: Some(TODAY), rtcp: true };
    let bare = Means { own: Err(Fault::NotProvisioned), ..means };
    let mut text = String::new();
    for callee in callees {
        let from = callee.state();
        let now = callee.deadline().unwrap_or(Instant::from_millis(9_000));
        let good = callee.job().map(|job| engine::perform(&job));
        let good = good.unwrap_or(Done { ticket: Ticket(0), answer: Answer::Failed });
        let broken = Done { answer: Answer::Failed, ..good.clone() };
        let late = Done { ticket: Ticket(99), ..good.clone() };
        let request = |body, means| callee::Input::Request { body, means };
        let inputs = [
            ("Request(CallerHello)", request(&hello, means)),
            ("Request(CallerHello) unprovisioned", request(&hello, bare)),
            ("Request(CalleeHello)", request(&answer, means)),
            ("Request(Final)", request(&sealed, means)),
            ("Request(garbage)", request(b"?", means)),
            ("Done(answer)", callee::Input::Done(&good)),
            ("Done(Failed)", callee::Input::Done(&broken)),
            ("Done(other ticket)", callee::Input::Done(&late)),
            ("Authenticated", callee::Input::Authenticated),
            ("Timeout", callee::Input::Timeout),
        ];
        for (label, input) in inputs {
            let (next_state, step) = callee.clone().step(now, &mut Dice::new(1), input);
            let to = next_state.state();
            let answer = step.answer.map_or_else(
                || "-".into(),
                |answer| format!("{:?} {} {}", answer.to, answer.status, sent(Some(&answer.body))),
            );
            text.push_str(&format!(
                "{from:?} {label} -> {to:?} answer={answer} tell={} job={} next={}\n",
                told(step.notify),
                next_state.job().map_or_else(|| "-".into(), |job| format!("{:?}", job.work)),
                next(next_state.deadline(), now),
            ));
            assert!(next_state.deadline().is_none_or(|due| due >= now), "{text}");
        }
    }
    golden::compare("secure_call_callee", &text);
}
