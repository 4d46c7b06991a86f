//! A conference of one phone and two baresips through Kamailio: each hears the two others, and not itself.
//!
//! What the first party of a conference hears is heard by the others: it sends back all that it hears.
//! (baresip 1.0.0 records only until its first hold, and sends nothing back after a hold by `sendonly` alone;
//! so that case holds in the old form, `c=0.0.0.0`.)

use crate::office::{Office, PLAIN, Setup, in_office, line_state};
use deskphone::calls::{CallState, LineKey};
use interop::baresip::{Baresip, Microphone};
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::wav;
use softphone::world::World;
use std::time::Duration;
use testbed::goertzel;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("conference_phone_and_two_baresips", |stage| in_office(stage, &PHONE, three_talk)),
    case("conference_the_first_party_hears_both", |stage| in_office(stage, &PLAIN, first_echoes)),
];

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 7, needs: &[Program::Kamailio, Program::Baresip], limit: Duration::from_secs(60), run }
}

const PHONE: Setup<'_> = Setup { settings: &[("RFC_2543_Call_Hold", "No")], ..PLAIN };

/// What the three say.
const OURS: u16 = 440;
const FIRST: u16 = 700;
const SECOND: u16 = 1_000;

/// The phone hears 103 and 104, 104 hears the phone and 103. Hanging up ends it for all.
fn three_talk(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let [mut first, mut second] = confer(stage, office, Microphone::Sine(FIRST))?;
    let ours = listen(stage, office)?;
    both_and_not_oneself(stage, "the phone", &ours, [FIRST, SECOND], Some(OURS))?;
    hang_up(office, &mut first, &mut second)?;
    both_and_not_oneself(stage, "104", &second.heard()?, [OURS, FIRST], Some(SECOND))
}

/// 103 sends back what it hears. So the phone hears its own voice only because 103 hears the phone, and 104
/// its own only because 103 hears 104.
fn first_echoes(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let [mut first, mut second] = confer(stage, office, Microphone::Echo)?;
    let ours = listen(stage, office)?;
    both_and_not_oneself(stage, "the phone", &ours, [OURS, SECOND], None)?;
    hang_up(office, &mut first, &mut second)?;
    both_and_not_oneself(stage, "104", &second.heard()?, [OURS, SECOND], None)
}

/// The phone calls 103 and 104, and brings them together.
fn confer(stage: &Stage, office: &mut Office, first: Microphone) -> Result<[Baresip; 2], String> {
    office.register(stage)?;
    let mut first = office.baresip(stage, "103", first)?;
    let mut second = office.baresip(stage, "104", Microphone::Sine(SECOND))?;
    office.speak(1, f32::from(OURS))?;
    office.call(1, "103");
    answer(office, &mut first, LineKey::L1)?;
    // baresip gets its sound devices going, and stops them on hold, in its own time.
    office.world.run_for(Duration::from_millis(1_500));
    press(office, "conf")?;
    office.world.run_for(Duration::from_millis(700));
    office.world.dial(1, "104#");
    answer(office, &mut second, LineKey::L2)?;
    press(office, "conf")?;
    office.wait("both lines are connected", |world| {
        [LineKey::L1, LineKey::L2].iter().all(|key| line_state(world, 1, *key) == Some(CallState::Connected))
    })?;
    // The conference tone is over then.
    office.world.run_for(Duration::from_millis(3_300));
    Ok([first, second])
}

/// What the phone hears in two seconds.
fn listen(stage: &Stage, office: &mut Office) -> Result<Vec<i16>, String> {
    office.record(stage, 1)?;
    office.world.run_for(Duration::from_secs(2));
    office.world.desk_mut(1).ok_or("no phone")?.audio.recording = None;
    wav::read(&stage.folder().join("phone-1.wav"))
}

fn hang_up(office: &mut Office, first: &mut Baresip, second: &mut Baresip) -> Result<(), String> {
    office.world.set_handset(1, false);
    office.told(first, "CALL_CLOSED")?;
    office.told(second, "CALL_CLOSED")?;
    office.all_idle()
}

fn answer(office: &mut Office, baresip: &mut Baresip, line: LineKey) -> Result<(), String> {
    office.told(baresip, "CALL_INCOMING")?;
    baresip.command("accept", "")?;
    office.told(baresip, "CALL_ESTABLISHED")?;
    let connected = |world: &World| line_state(world, 1, line) == Some(CallState::Connected);
    office.wait("connected", connected)?;
    Ok(())
}

fn press(office: &mut Office, label: &str) -> Result<(), String> {
    if office.world.press_soft(1, label) { Ok(()) } else { Err(format!("phone 1 offers no {label}")) }
}

/// Two tones sound at once in pieces of 100 ms for a second, and one's own never with them.
fn both_and_not_oneself(
    stage: &Stage,
    who: &str,
    heard: &[i16],
    wanted: [u16; 2],
    own: Option<u16>,
) -> Result<(), String> {
    let sounds = |piece: &[i16], hertz: u16| goertzel::level_dbm(piece, hertz) > AUDIBLE_DBM;
    let together: Vec<&[i16]> =
        heard.chunks_exact(800).filter(|piece| wanted.iter().all(|hertz| sounds(piece, *hertz))).collect();
    let with_own = together.iter().filter(|piece| own.is_some_and(|own| sounds(piece, own))).count();
    let [one, other] = wanted;
    stage.say(format!(
        "{who} hears {one} Hz and {other} Hz together in {} of {} pieces of 100 ms, itself in {with_own}; \
         loudest {:.0} and {:.0} dBm0",
        together.len(),
        heard.len() / 800,
        loudest(heard, one),
        loudest(heard, other)
    ));
    if together.len() < 10 {
        return Err(format!("{who} does not hear both others for a second"));
    }
    if with_own > 0 { Err(format!("{who} hears what it says itself")) } else { Ok(()) }
}

fn loudest(heard: &[i16], hertz: u16) -> f64 {
    heard.chunks_exact(800).map(|piece| goertzel::level_dbm(piece, hertz)).fold(f64::MIN, f64::max)
}

/// A tone at this level is plain to hear.
const AUDIBLE_DBM: f64 = -35.0;
