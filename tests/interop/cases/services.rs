//! Services of a whole phone as SIPp sees them: do not disturb, forwarding, anonymous callers.

use crate::office::{Office, with_phones};
use interop::ports;
use interop::sipp::Sipp;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::options::Options;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("service_do_not_disturb", |stage| refused(stage, &DO_NOT_DISTURB)),
    case("service_do_not_disturb_and_forward_busy", |stage| refused(stage, &DISTURBED_AND_FORWARDED)),
    case("service_forward_all", |stage| refused(stage, &FORWARD_ALL)),
    case("service_anonymous_turned_down", |stage| refused(stage, &ANONYMOUS)),
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
struct Neighbour<'a> {
    sipp_port: u16,
    phone: SocketAddr,
    part: &'a Refused,
}

/// The person dials the codes; then SIPp calls.
fn refused(stage: &Stage, part: &'static Refused) -> Result<(), String> {
    let (sipp_port, phone_port) = (ports::free(2)?, ports::free(2)?);
    let here = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let own = |(tag, value): (&str, String)| (tag.to_owned(), value);
    let settings = [
        ("SIP_Port_1_", phone_port.to_string()),
        ("Register_1_", "no".to_owned()),
        ("Make_Call_Without_Reg_1_", "yes".to_owned()),
        ("Ans_Call_Without_Reg_1_", "yes".to_owned()),
    ];
    let options = Options {
        server: Some(here(sipp_port).to_string()),
        settings: settings.into_iter().map(own).collect(),
        ..Options::default()
    };
    let neighbour = Neighbour { sipp_port, phone: here(phone_port), part };
    with_phones(stage, neighbour, &options, |stage, office| {
        for code in office.server.part.codes {
            dial(office, code);
        }
        let part = office.server.part;
        let scenario = include_str!("../scenarios/refused.xml")
            .replace("@FROM@", part.from)
            .replace("@STATUS@", part.status)
            .replace("@CONTACT@", part.says);
        play(stage, office, &scenario)?;
        stage.say(format!("{:?} dialled: SIPp's call got {}", part.codes, part.status));
        Ok(())
    })
}

/// Dials a code that is acted upon while the phone is off hook.
fn dial(office: &mut Office<Neighbour<'_>>, code: &str) {
    office.world.set_handset(1, true);
    office.world.dial(1, code);
    office.world.run_for(SHORT_TIMER);
    office.world.set_handset(1, false);
}

/// SIPp plays a scenario to its end.
fn play(stage: &Stage, office: &mut Office<Neighbour<'_>>, scenario: &str) -> Result<(), String> {
    let path = stage.write("scenario.xml", scenario)?.display().to_string();
    let Neighbour { sipp_port, phone, .. } = office.server;
    let target = phone.to_string();
    let arguments = ["-sf", &path, "-key", "phone", &target, "-m", "1", "-timeout", "20", "-timeout_error"];
    let mut sipp = Sipp::start(stage, sipp_port, Some(phone), &arguments)?;
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
