//! Services of a whole phone as SIPp sees them: do not disturb, forwarding, anonymous callers, call back.

use crate::office::{Office, with_phones};
use deskphone::calls::CallState;
use deskphone::transaction::Transport;
use interop::ports;
use interop::sipp::Sipp;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::options::Options;
use softphone::script::Heard;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("service_do_not_disturb", |stage| refused(stage, &DO_NOT_DISTURB)),
    case("service_do_not_disturb_and_forward_busy", |stage| refused(stage, &DISTURBED_AND_FORWARDED)),
    case("service_forward_all", |stage| refused(stage, &FORWARD_ALL)),
    case("service_anonymous_turned_down", |stage| refused(stage, &ANONYMOUS)),
    case("service_call_back", |stage| beside_sipp(stage, (), call_back)),
];

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 14, needs: &[Program::Sipp], limit: Duration::from_secs(40), run }
}

/// A call that is not taken.
struct Refused {
    /// What the person dials before it.
    codes: &'static [&'static str],
    /// The caller's From.
    from: &'static str,
    status: &'static str,
    /// What the answer says, as a regular expression.
    says: &'static str,
}

const DO_NOT_DISTURB: Refused =
    Refused { codes: &["*78"], from: KNOWN, status: "486", says: "^SIP/2.0 486 Busy Here" };
const FORWARD_ALL: Refused = Refused { codes: &["*725551#"], from: KNOWN, status: "302", says: SENT_ON };
const DISTURBED_AND_FORWARDED: Refused = Refused { codes: &["*905551#", "*78"], ..FORWARD_ALL };
const ANONYMOUS: Refused = Refused {
    codes: &["*77"],
    from: "\"Anonymous\" <sip:anonymous@anonymous.invalid>",
    status: "406",
    says: "^SIP/2.0 406 Not Acceptable",
};

const KNOWN: &str = "<sip:caller@127.0.0.1>";
const SENT_ON: &str = "Contact: &lt;sip:5551@";

/// SIPp beside one phone that has no registrar: each calls the other directly.
struct Neighbour<P> {
    sipp_port: u16,
    phone: SocketAddr,
    part: P,
}

/// What happens beside SIPp.
type Act<P> = fn(&Stage, &mut Office<Neighbour<P>>) -> Result<(), String>;

fn beside_sipp<P>(stage: &Stage, part: P, act: Act<P>) -> Result<(), String> {
    let (sipp_port, phone_port) = (ports::free(2)?, ports::free(2)?);
    let here = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let own = |(tag, value): (&str, String)| (tag.to_owned(), value);
    let settings = [
        ("SIP_Port_1_", phone_port.to_string()),
        ("Register_1_", "no".to_owned()),
        ("Make_Call_Without_Reg_1_", "yes".to_owned()),
        ("Ans_Call_Without_Reg_1_", "yes".to_owned()),
        ("Call_Back_Retry_Intvl", "1".to_owned()),
    ];
    let options = Options {
        server: Some(here(sipp_port).to_string()),
        settings: settings.into_iter().map(own).collect(),
        ..Options::default()
    };
    with_phones(stage, Neighbour { sipp_port, phone: here(phone_port), part }, &options, act)
}

/// The person dials the codes; then SIPp calls.
fn refused(stage: &Stage, part: &'static Refused) -> Result<(), String> {
    beside_sipp(stage, part, |stage, office| {
        let part = office.server.part;
        for code in part.codes {
            dial(office, code);
        }
        let scenario = include_str!("../scenarios/refused.xml")
            .replace("@FROM@", part.from)
            .replace("@STATUS@", part.status)
            .replace("@CONTACT@", part.says);
        play(stage, office, &scenario)?;
        stage.say(format!("{:?} dialled: SIPp's call got {}", part.codes, part.status));
        Ok(())
    })
}

/// SIPp is busy when the person calls it and when the order first calls again; then it rings, answers and
/// sends back what it hears.
fn call_back(stage: &Stage, office: &mut Office<Neighbour<()>>) -> Result<(), String> {
    let path = stage.write("busy_twice.xml", include_str!("../scenarios/busy_twice.xml"))?;
    let path = path.display().to_string();
    let arguments = ["-sf", &path, "-m", "3", "-rtp_echo", "-timeout", "30", "-timeout_error"];
    let mut sipp = Sipp::start(stage, office.server.sipp_port, None, &arguments)?;
    sipp.wait_until_it_listens(Transport::Udp, stage)?;
    office.speak(1, 440.0)?;
    office.call(1, "605");
    office.comes_to(1, CallState::Invalid)?;
    office.world.set_handset(1, false);
    office.comes_to(1, CallState::Idle)?;
    dial(office, "*66");
    let took = office.comes_to(1, CallState::Ringing)?;
    stage.say(format!(
        "busy; *66 dialled; somebody was there {} ms after the handset was put down",
        took.as_millis()
    ));
    office.world.set_handset(1, true);
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!(
        "answered, phone 1 hears its own voice from SIPp: {}",
        office.hears(1, Heard::Hertz(440.0))?
    ));
    office.all_idle()?;
    end(stage, office, &mut sipp)
}

/// Dials a code that is acted upon while the phone is off hook.
fn dial<P>(office: &mut Office<Neighbour<P>>, code: &str) {
    office.world.set_handset(1, true);
    office.world.dial(1, code);
    office.world.run_for(SHORT_TIMER);
    office.world.set_handset(1, false);
}

/// SIPp plays a scenario to its end.
fn play<P>(stage: &Stage, office: &mut Office<Neighbour<P>>, scenario: &str) -> Result<(), String> {
    let path = stage.write("scenario.xml", scenario)?.display().to_string();
    let Neighbour { sipp_port, phone, .. } = office.server;
    let target = phone.to_string();
    let arguments = ["-sf", &path, "-key", "phone", &target, "-m", "1", "-timeout", "20", "-timeout_error"];
    let mut sipp = Sipp::start(stage, sipp_port, Some(phone), &arguments)?;
    end(stage, office, &mut sipp)
}

/// SIPp comes to its end, each call as the scenario says.
fn end<P>(stage: &Stage, office: &mut Office<Neighbour<P>>, sipp: &mut Sipp) -> Result<(), String> {
    while sipp.is_running()? && !stage.is_late() {
        office.world.run_for(Duration::from_millis(20));
    }
    stage.keep(format!("SIPp says:\n{}", sipp.complaints()));
    match sipp.code()? {
        Some(0) => Ok(()),
        code => Err(format!("SIPp ended with {code:?}: {}", sipp.complaints())),
    }
}

/// `Interdigit Short Timer`, and a little more.
const SHORT_TIMER: Duration = Duration::from_millis(3_500);
