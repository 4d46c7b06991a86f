use std::format;
use std::string::String;
use std::vec::Vec;

use super::*;
use crate::base::golden;
use crate::config::Config;
use crate::dialplan::Plan;

/// A desk with the factory's settings and a plan that lets every number be dialled.
struct Office {
    config: Config,
    plan: Plan,
}

impl Office {
    fn new() -> Self {
        Self { config: Config::new(), plan: Plan::parse("([0-9*#]xxxxxxx)").unwrap() }
    }

    fn desk(&self) -> Desk<'_> {
        Desk { config: &self.config, plan: &self.plan }
    }
}

const fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

fn key(symbol: char) -> Input<'static> {
    Input::Collect(dialplan::Input::Key(DialKey::new(symbol).unwrap()))
}

fn session() -> SessionId {
    SessionId::numbered(7)
}

/// An appearance to which these inputs happened, a second apart.
fn after(inputs: &[Input<'_>]) -> Appearance {
    let office = Office::new();
    let mut appearance = Appearance::new();
    for (second, input) in (0u64..).zip([Input::Enable(true)].iter().chain(inputs)) {
        let _ = appearance.step(Instant::ZERO.plus_ms(second.saturating_mul(1_000)), office.desk(), *input);
    }
    appearance
}

const SEIZE: Input<'_> = Input::Seize { ready: true, tone: Tone::Dial };

const fn called_back(answered: bool) -> Input<'static> {
    Input::CalledBack(Reached { session: SessionId::numbered(7), answered })
}

fn connected() -> Vec<Input<'static>> {
    std::vec![SEIZE, key('6'), key('#'), Input::Begun(session()), Input::Answered]
}

fn every_state() -> Vec<(&'static str, Appearance)> {
    let call = |more: &[Input<'static>]| {
        let begun = [SEIZE, key('6'), key('#'), Input::Begun(session())];
        after(&[&begun[..], more].concat())
    };
    std::vec![
        ("", Appearance::new()),
        ("", after(&[])),
        ("prompted", after(&[SEIZE])),
        ("silent", after(&[Input::Seize { ready: false, tone: Tone::Dial }])),
        ("one digit", after(&[SEIZE, key('6')])),
        ("not begun", after(&[SEIZE, key('6'), key('#')])),
        ("", call(&[])),
        ("", call(&[Input::Progress { status: 180, early_media: false }])),
        ("early media", call(&[Input::Progress { status: 183, early_media: true }])),
        ("", after(&[Input::Incoming(session())])),
        ("called back", after(&[called_back(false)])),
        ("waits there", after(&[called_back(true)])),
        ("", call(&[Input::Answered])),
        ("on hold there", call(&[Input::Answered, Input::Media { held_by_peer: true }])),
        ("", call(&[Input::Answered, Input::Hold])),
        ("sent elsewhere", call(&[Input::Answered, Input::Hold, Input::Followed(SessionId::numbered(9))])),
        ("disabled meanwhile", call(&[Input::Answered, Input::Hold, Input::Enable(false)])),
        ("failed", call(&[Input::Ended(EndReason::Failed(404))])),
        ("hung up there", call(&[Input::Answered, Input::Ended(EndReason::Remote)])),
        ("", after(&[Input::Elsewhere(true)])),
    ]
}

fn every_input() -> Vec<Input<'static>> {
    std::vec![
        Input::Enable(true),
        Input::Enable(false),
        Input::Elsewhere(true),
        Input::Elsewhere(false),
        Input::Join { number: "2000" },
        SEIZE,
        Input::Seize { ready: false, tone: Tone::Dial },
        Input::Ready,
        key('5'),
        key('#'),
        Input::Collect(dialplan::Input::Delete),
        Input::Collect(dialplan::Input::Send),
        Input::Whole("601"),
        Input::Target { target: "sip:joe@example.com", by_keys: false },
        Input::Target { target: "*74600", by_keys: true },
        Input::Served(Served::Prompt { purpose: Some(Service::ForwardAllOn), tone: Some(Tone::Prompt) }),
        Input::Served(Served::Confirm(Tone::Dial)),
        Input::Served(Served::Reject),
        Input::Begun(session()),
        Input::Refused(Order::Invite),
        Input::Refused(Order::Answer(session())),
        Input::Refused(Order::Hold(session())),
        Input::Incoming(session()),
        called_back(false),
        called_back(true),
        Input::Progress { status: 180, early_media: false },
        Input::Progress { status: 183, early_media: true },
        Input::Answered,
        Input::Media { held_by_peer: true },
        Input::Media { held_by_peer: false },
        Input::MediaFailed { on_hold: true },
        Input::MediaFailed { on_hold: false },
        Input::Followed(SessionId::numbered(9)),
        Input::Replaced(SessionId::numbered(9)),
        Input::Transferred,
        Input::Left,
        Input::Ended(EndReason::Remote),
        Input::Ended(EndReason::Cancelled),
        Input::Ended(EndReason::Failed(486)),
        Input::Ended(EndReason::Failed(404)),
        Input::Answer,
        Input::Decline(Refusal::Busy),
        Input::Decline(Refusal::ForwardNoAnswer),
        Input::Hold,
        Input::Resume,
        Input::Release,
        Input::Timeout,
    ]
}

fn face(appearance: &Appearance) -> String {
    let tone = appearance.tone().map_or("silence", |(tone, _)| tone.name());
    format!("{} ({tone})", appearance.state().name())
}

#[test]
fn every_state_and_every_input() {
    let office = Office::new();
    let mut text = String::new();
    for (label, appearance) in every_state() {
        for input in every_input() {
            let mut after = appearance.clone();
            let now = after.deadline().unwrap_or(at(9_000));
            let order = after.step(now, office.desk(), input).order;
            let order = order.map_or_else(|| "-".into(), |order| format!("{order:?}"));
            let due = after.deadline().map_or_else(|| "-".into(), |due| format!("{}ms", due.since_ms(now)));
            assert!(after.deadline().is_none_or(|due| due >= now));
            assert!(input != Input::Timeout || after.deadline().is_none_or(|due| due > now), "{after:?}");
            let (from, to) = (face(&appearance), face(&after));
            text.push_str(&format!("{label:18} {from}, {input:?} -> {to}, order {order}, next {due}\n"));
        }
    }
    golden::compare("call_appearance", &text);
}

#[test]
fn every_state_is_reached() {
    let reached: Vec<CallState> = every_state().iter().map(|(_, appearance)| appearance.state()).collect();
    assert!(CallState::ALL.iter().all(|state| reached.contains(state)));
}

/// The tones that follow one another when nobody does anything, with the moment each begins.
fn tones_of(mut appearance: Appearance) -> Vec<(u64, &'static str)> {
    let office = Office::new();
    let mut heard = Vec::new();
    while let Some(due) = appearance.deadline() {
        let _ = appearance.step(due, office.desk(), Input::Timeout);
        heard.push((due.as_millis(), appearance.tone().map_or("silence", |(tone, _)| tone.name())));
    }
    heard
}

#[test]
fn nobody_dials_dial_reorder_warning() {
    let chain = tones_of(after(&[SEIZE]));
    assert_eq!(chain, [(11_000, "reorder"), (21_000, "warning"), (31_000, "silence")]);
}

#[test]
fn the_far_end_hangs_up_silence_for_the_reorder_delay_then_reorder_and_warning() {
    let over = after(&[&connected()[..], &[Input::Ended(EndReason::Remote)]].concat());
    assert_eq!((over.state(), over.tone()), (CallState::Invalid, None));
    assert_eq!(tones_of(over), [(11_000, "reorder"), (21_000, "warning"), (31_000, "silence")]);
}

#[test]
fn a_reorder_delay_of_zero_is_at_once_and_infinite_is_never() {
    for (delay, tone, due) in [("0", Some(Tone::Reorder), Some(at(19_000))), ("inf", None, None)] {
        let mut office = Office::new();
        office.config.set("Reorder_Delay", delay).unwrap();
        let mut appearance = after(&connected());
        let _ = appearance.step(at(9_000), office.desk(), Input::Ended(EndReason::Remote));
        assert_eq!(appearance.tone().map(|(tone, _)| tone), tone);
        assert_eq!(appearance.deadline(), due);
    }
}

#[test]
fn a_busy_far_end_is_heard_as_busy_then_as_warning() {
    let calling = [SEIZE, key('6'), key('#'), Input::Begun(session())];
    for (status, tone) in [(486, "busy"), (600, "busy"), (404, "reorder"), (408, "reorder"), (503, "reorder")]
    {
        let failed = after(&[&calling[..], &[Input::Ended(EndReason::Failed(status))]].concat());
        assert_eq!(face(&failed), format!("invalid ({tone})"), "{status}");
        assert_eq!(tones_of(failed), [(15_000, "warning"), (25_000, "silence")]);
    }
}

#[test]
fn ringback_stops_for_early_media_and_returns_with_a_later_180() {
    let calling = [SEIZE, key('6'), key('#'), Input::Begun(session())];
    let mut call = after(&calling);
    for (status, early_media, tone) in [
        (183, false, None),
        (180, false, Some(Tone::Ringback)),
        (183, true, None),
        (180, false, Some(Tone::Ringback)),
    ] {
        let _ = call.step(at(9_000), Office::new().desk(), Input::Progress { status, early_media });
        assert_eq!(call.tone().map(|(tone, _)| tone), tone, "{status} {early_media}");
        assert_eq!(call.state(), CallState::Proceeding);
    }
}

#[test]
fn no_dial_tone_until_registered() {
    let mut appearance = after(&[Input::Seize { ready: false, tone: Tone::Dial }]);
    assert_eq!((appearance.tone(), appearance.deadline()), (None, None));
    let _ = appearance.step(at(5_000), Office::new().desk(), Input::Ready);
    assert_eq!(appearance.tone(), Some((Tone::Dial, at(5_000))));
    let mut typed = after(&[Input::Seize { ready: false, tone: Tone::Dial }, key('6')]);
    let _ = typed.step(at(5_000), Office::new().desk(), Input::Ready);
    assert_eq!(typed.tone(), None, "a key has been pressed");
}

#[test]
fn a_disabled_line_key_keeps_its_call_to_the_end() {
    let mut appearance = after(&connected());
    let _ = appearance.step(at(9_000), Office::new().desk(), Input::Enable(false));
    assert_eq!(appearance.state(), CallState::Connected);
    let step = appearance.step(at(9_500), Office::new().desk(), Input::Release);
    assert_eq!(step.order, Some(Order::End(session())));
    assert_eq!(appearance.state(), CallState::Disabled);
}

#[test]
fn a_call_that_cannot_be_answered_fails_and_ends() {
    let mut appearance = after(&[Input::Incoming(session()), Input::Answer]);
    let step = appearance.step(at(9_000), Office::new().desk(), Input::Refused(Order::Answer(session())));
    assert_eq!(step.order, Some(Order::End(session())));
    assert_eq!(face(&appearance), "invalid (reorder)");
}
