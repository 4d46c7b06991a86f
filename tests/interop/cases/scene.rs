//! One SIPp scenario of the suite's own against our phone, judged from both sides: SIPp by its exit code, the
//! phone by what it was told, how its calls ended, and that nothing of them is left.

use deskphone::transaction::{Timers, Transport};
use deskphone::ua::{Account, Event, Settings};
use interop::host::Host;
use interop::person::{Deed, Habit, Occasion, habit};
use interop::ports;
use interop::sipp::Sipp;
use interop::stage::Stage;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

/// A scenario, the person at the phone, and what must come of it there.
pub(crate) struct Scene {
    /// SIPp's part.
    pub(crate) scenario: &'static str,
    /// Who calls.
    pub(crate) caller: Caller,
    /// How many calls at once; the phone makes one.
    pub(crate) calls: u32,
    pub(crate) habits: &'static [Habit],
    pub(crate) settings: fn(&mut Settings, &mut Account),
    /// The phone looks at what has come from time to time only: SIPp says several things before it is
    /// answered.
    pub(crate) sluggish: bool,
    /// How each call ends: once, and so.
    pub(crate) ends: &'static str,
    /// Whether the person learns that it was answered.
    pub(crate) answered: bool,
    /// What else must hold at the phone.
    pub(crate) check: fn(&Host) -> Result<(), String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Phone,
    Sipp,
}

/// The phone calls, and hangs up a little after the answer.
pub(crate) const WE_CALL: Scene = Scene {
    scenario: "",
    caller: Caller::Phone,
    calls: 1,
    habits: &[habit(Occasion::TheyAnswer, 300, Deed::HangUp)],
    settings: |_, _| {},
    sluggish: false,
    ends: "local",
    answered: true,
    check: |_| Ok(()),
};

/// SIPp calls and hangs up; the phone rings for a while before it is answered.
pub(crate) const SIPP_CALLS: Scene = Scene {
    caller: Caller::Sipp,
    habits: &[habit(Occasion::TheyCall, 0, Deed::Ring), habit(Occasion::TheyCall, 700, Deed::Answer)],
    ends: "remote",
    ..WE_CALL
};

/// Plays it.
pub(crate) fn play(stage: &Stage, scene: &Scene) -> Result<(), String> {
    let (port, sipp_port) = (ports::free(2)?, ports::free(2)?);
    let here = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut host = Host::start(port, Some((here(sipp_port), Transport::Udp)), QUICK, 1)?;
    host.adjust(scene.settings);
    host.set_habits(scene.habits);
    let path = stage.write("scenario.xml", scene.scenario)?.display().to_string();
    let (phone, messages) = (here(port).to_string(), stage.folder().join("messages.log"));
    let messages = messages.display().to_string();
    let calls = scene.calls.to_string();
    let mut arguments = vec!["-sf", &path, "-key", "phone", &phone, "-recv_timeout", "12000"];
    arguments.extend(["-m", &calls, "-l", &calls, "-r", "100"]);
    arguments.extend(["-trace_msg", "-message_file", &messages, "-timeout", "40", "-timeout_error"]);
    let mut sipp = Sipp::start(stage, sipp_port, Some(here(port)), &arguments)?;
    if scene.caller == Caller::Phone {
        sipp.wait_until_it_listens(Transport::Udp, stage)?;
        host.call("service")?;
    }
    let verdict =
        watch(stage, &mut host, &mut sipp, scene.sluggish).and_then(|()| judge(stage, &mut host, scene));
    stage.keep(format!("SIPp says:\n{}", sipp.complaints()));
    stage.keep(format!("the phone's ladder:\n{}", host.trace.last(60)));
    verdict
}

/// Lets the phone work until SIPp has ended.
fn watch(stage: &Stage, host: &mut Host, sipp: &mut Sipp, sluggish: bool) -> Result<(), String> {
    while sipp.is_running()? && !stage.is_late() {
        if sluggish {
            thread::sleep(Duration::from_millis(150));
        }
        host.turn(Duration::from_millis(if sluggish { 0 } else { 20 }));
    }
    match sipp.code()? {
        Some(0) => Ok(()),
        Some(code) => Err(format!("SIPp ended with {code}: {}", sipp.complaints())),
        None => Err("SIPp does not end".to_owned()),
    }
}

fn judge(stage: &Stage, host: &mut Host, scene: &Scene) -> Result<(), String> {
    let since = Instant::now();
    while host.load() != (0, 0) && since.elapsed() < AFTERMATH {
        host.turn(Duration::from_millis(50));
    }
    let calls = host.tally.incoming + host.tally.outgoing;
    stage.say(format!(
        "{} messages; ended: {:?}; empty {:.1} s after SIPp's end",
        host.trace.lines().count(),
        host.tally.ended,
        since.elapsed().as_secs_f32()
    ));
    if host.load() != (0, 0) {
        return Err(format!("still there after {AFTERMATH:?}: {:?}", host.load()));
    }
    let ended: Vec<_> = host.tally.ended.iter().map(|(why, count)| (why.as_str(), *count)).collect();
    if (calls, &ended[..]) != (scene.calls, &[(scene.ends, scene.calls)]) {
        return Err(format!("{calls} calls that ended {ended:?}, not {} {}", scene.calls, scene.ends));
    }
    if host.tally.answered != if scene.answered { scene.calls } else { 0 } {
        return Err(format!("answered {} times", host.tally.answered));
    }
    if host.ua().counters().malformed > 0 || host.ua().transaction_counters().misused > 0 {
        return Err("something was malformed or misused".to_owned());
    }
    (scene.check)(host)
}

/// So many different messages of ours, requests (`PRACK`) or answers (`422 INVITE`), however often repeated.
pub(crate) fn sent(host: &Host, what: &str, wanted: usize) -> Result<(), String> {
    let count = host.trace.told(false, what).len();
    if count == wanted { Ok(()) } else { Err(format!("the phone sent {count} {what}, not {wanted}")) }
}

/// How often the person was told something.
pub(crate) fn events(host: &Host, wanted: fn(&Event) -> bool) -> usize {
    host.told.iter().filter(|event| wanted(event)).count()
}

/// The RFC's times, a fifth of them: the pools are empty soon.
const QUICK: Timers = Timers {
    t1_ms: 100,
    t2_ms: 800,
    t4_ms: 1_000,
    b_ms: 6_400,
    d_ms: 2_000,
    f_ms: 6_400,
    h_ms: 6_400,
    j_ms: 2_000,
};

const AFTERMATH: Duration = Duration::from_secs(15);
