//! A shared line at Kamailio's `sca`: three stations with two appearances of account 109, and a fourth phone
//! that shares nothing.

use crate::office::{Office, is_held, line_state, state};
use deskphone::calls::{CallState, LineKey, Tone};
use deskphone::phone::Key;
use interop::kamailio::Kamailio;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::options::Options;
use softphone::script::{Heard, NetFault};
use softphone::world::World;
use std::time::{Duration, Instant};

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("shared_line_of_three_stations", |stage| in_shared_office(stage, &[], a_call_and_its_holds)),
    case("shared_line_is_called", |stage| in_shared_office(stage, &[], called)),
    case("shared_line_pressed_by_two_at_once", |stage| in_shared_office(stage, &[], races)),
    case("shared_line_server_restarted", |stage| in_shared_office(stage, BRISK, server_restarted)),
    case("shared_line_server_restarted_during_a_call", |stage| {
        in_shared_office(stage, BRISK, server_restarted_during_a_call)
    }),
    case("shared_line_server_forgets", |stage| in_shared_office(stage, FLEETING, server_forgets)),
    case("shared_line_station_gone_while_dialling", |stage| {
        in_shared_office(stage, &[], gone_while_dialling)
    }),
    case("shared_line_station_gone_during_a_call", |stage| in_shared_office(stage, &[], gone_during_a_call)),
];

/// Registrations are refreshed and retried within seconds.
const BRISK: &[(&str, &str)] = &[
    ("Register_Expires_1_", "4"),
    ("Register_Expires_2_", "4"),
    ("Reg_Retry_Intvl", "1"),
    ("Reg_Retry_Long_Intvl", "1"),
    ("SIP_Timer_F", "2"),
];
/// Subscriptions last ten seconds at least (`Sub Min Expires`), are refreshed after five, and asked for anew
/// after two.
const FLEETING: &[(&str, &str)] = &[("Subscription_Expires_2_", "10"), ("Sub_Retry_Intvl", "2")];
/// The stations, and the phone that shares nothing.
const STATIONS: [usize; 3] = [1, 2, 3];
const OUTSIDE: usize = 4;
/// The lamp of a free appearance, of one that others use or of which nothing is known, of a held call.
const FREE: &str = "green steady";
const ELSEWHERE: &str = "red double";
const HELD: &str = "red slow";
/// The lamp of an appearance of which nothing is known: the extension is not registered, or not told.
const UNKNOWN: [&str; 3] = [ELSEWHERE, "red slow", "amber steady"];
/// How many races are run unless `DESKPHONE_RACES` says otherwise.
const RACES: usize = 25;
/// `sca` lends a seized appearance for 15 s, and looks every second (`purge_expired_interval`).
const LENT: Duration = Duration::from_secs(15);

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 7, needs: &[Program::Kamailio], limit: Duration::from_secs(120), run }
}

fn in_shared_office(
    stage: &Stage,
    settings: &[(&str, &str)],
    act: fn(&Stage, &mut Office) -> Result<(), String>,
) -> Result<(), String> {
    let server = Kamailio::start_shared(stage)?;
    let own = |(tag, value): &(&str, &str)| ((*tag).to_owned(), (*value).to_owned());
    let options = Options {
        phones: OUTSIDE,
        server: Some(server.address().to_string()),
        shared: true,
        settings: settings.iter().map(own).collect(),
        ..Options::default()
    };
    let mut world = World::new(&options)?;
    world.set(OUTSIDE, "Register_2_", "No")?;
    let mut office = Office { server, world };
    office.world.start()?;
    let verdict = come_up(stage, &mut office).and_then(|()| act(stage, &mut office));
    if verdict.is_err() {
        stage.keep(office.world.record.ladder.draw());
    }
    verdict
}

fn come_up(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    for phone in STATIONS {
        office.shows(&[phone], LineKey::L2, FREE)?;
        office.shows(&[phone], LineKey::L3, FREE)?;
    }
    for (phone, hertz) in (1_u8..).zip([440.0, 700.0, 900.0, 1_200.0]) {
        office.speak(usize::from(phone), hertz)?;
    }
    stage.say("three stations know that both appearances are free");
    Ok(())
}

/// Seize, dial, progress, answer, hold, take back, private hold, retrieve elsewhere, hang up.
fn a_call_and_its_holds(stage: &Stage, office: &mut Office) -> Result<(), String> {
    seize(stage, office, 1)?;
    office.tells(2, 1, "seized")?;
    // What others use is not to be had, the other appearance is.
    office.world.press(2, Key::Line(LineKey::L2));
    office.world.run_for(Duration::from_millis(300));
    if tone(office, 2).is_some() {
        return Err("station 2 hears a tone on a line that station 1 has".to_owned());
    }
    office.world.press(2, Key::Line(LineKey::L3));
    office.hears_tone(2, Tone::Dial)?;
    office.shows(&[1, 3], LineKey::L3, ELSEWHERE)?;
    office.world.press(2, Key::Speaker);
    office.shows(&STATIONS, LineKey::L3, FREE)?;

    connect(stage, office, 1)?;
    hold(office, 1, Key::Hold)?;
    office.tells(3, 1, "held")?;
    office.shows(&[2, 3], LineKey::L2, HELD)?;
    take(office, 1)?;
    office.tells(3, 1, "active")?;
    office.shows(&[2, 3], LineKey::L2, ELSEWHERE)?;
    stage.say("held and taken back by station 1");

    if !office.world.press_soft(1, "phold") {
        return Err("there is no soft key phold".to_owned());
    }
    office.tells(3, 1, "held-private")?;
    office.world.press(2, Key::Line(LineKey::L2));
    office.world.run_for(Duration::from_millis(500));
    office.line_is(2, CallState::Busy)?;
    take(office, 1)?;
    stage.say("private hold: station 2 could not take it, station 1 could");

    hold(office, 1, Key::Hold)?;
    office.shows(&[2, 3], LineKey::L2, HELD)?;
    let began = Instant::now();
    take(office, 2)?;
    office.hears(2, Heard::Hertz(1_200.0))?;
    office.hears(OUTSIDE, Heard::Hertz(700.0))?;
    stage.say(format!("station 2 took the held call over in {} ms", began.elapsed().as_millis()));
    office.line_is(1, CallState::Busy)?;
    office.shows(&[1, 3], LineKey::L2, ELSEWHERE)?;
    office.world.press(2, Key::Speaker);
    all_free(stage, office)?;
    office.all_idle()
}

/// A call to the line rings at all stations and is one's.
fn called(stage: &Stage, office: &mut Office) -> Result<(), String> {
    for _ in 0..2 {
        office.call(OUTSIDE, "109");
        for phone in STATIONS {
            office.line_is(phone, CallState::Ringing)?;
        }
        office.world.press(3, Key::Line(LineKey::L2));
        office.line_is(3, CallState::Connected)?;
        office.hears(3, Heard::Hertz(1_200.0))?;
        office.shows(&[1, 2], LineKey::L2, ELSEWHERE)?;
        stage.say("all ring, station 3 answers, the others see it");
        hold(office, 3, Key::Hold)?;
        office.shows(&[1, 2], LineKey::L2, HELD)?;
        take(office, 3)?;
        office.shows(&[1, 2], LineKey::L2, ELSEWHERE)?;
        office.world.set_handset(OUTSIDE, false);
        office.world.run_for(Duration::from_millis(200));
        office.world.press(3, Key::Speaker);
        all_free(stage, office)?;
    }
    office.all_idle()
}

/// Two press the key of the same free appearance in the same millisecond: one hears dial tone, the other is
/// refused.
fn races(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let wanted = std::env::var("DESKPHONE_RACES").ok().and_then(|text| text.parse().ok());
    let (rounds, mut won) = (wanted.unwrap_or(RACES), [0; 3]);
    let key = Key::Line(LineKey::L2);
    for round in 0..rounds {
        let (first, second) = if round % 2 == 0 { (1, 2) } else { (2, 1) };
        office.world.keys_down(&[(first, key), (second, key)]);
        office.world.key_up(first, key);
        office.world.key_up(second, key);
        let both = |world: &World| [1, 2].iter().all(|phone| tone_of(world, *phone).is_some());
        office.wait("both know", both)?;
        office.shows(&[3], LineKey::L2, ELSEWHERE)?;
        let tones = [1, 2].map(|phone| tone(office, phone));
        match tones {
            [Some(Tone::Dial), Some(Tone::Reorder)] => won[1] += 1,
            [Some(Tone::Reorder), Some(Tone::Dial)] => won[2] += 1,
            other => return Err(format!("round {round}: {other:?}")),
        }
        office.world.press(1, Key::Speaker);
        office.world.press(2, Key::Speaker);
        office.shows(&STATIONS, LineKey::L2, FREE)?;
    }
    stage.say(format!("{rounds} races: station 1 won {}, station 2 won {}", won[1], won[2]));
    Ok(())
}

/// The server goes and comes back without its memory: nothing is known, then everything.
fn server_restarted(stage: &Stage, office: &mut Office) -> Result<(), String> {
    restart(stage, office)?;
    all_free(stage, office)?;
    seize(stage, office, 3)?;
    connect(stage, office, 3)?;
    office.world.press(3, Key::Speaker);
    all_free(stage, office)?;
    office.all_idle()
}

/// The call goes on, and ends as if nothing had been.
fn server_restarted_during_a_call(stage: &Stage, office: &mut Office) -> Result<(), String> {
    seize(stage, office, 1)?;
    connect(stage, office, 1)?;
    restart(stage, office)?;
    office.line_is(1, CallState::Connected)?;
    office.hears(1, Heard::Hertz(1_200.0))?;
    office.shows(&STATIONS, LineKey::L3, FREE)?;
    stage.say("the call went on meanwhile");
    office.world.press(1, Key::Speaker);
    all_free(stage, office)?;
    seize(stage, office, 1)?;
    office.world.press(1, Key::Speaker);
    all_free(stage, office)?;
    office.all_idle()
}

/// The server forgets everything between two refreshes of the subscriptions: these are refused, and asked for
/// anew.
fn server_forgets(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.server.kill();
    office.server.restart()?;
    let (began, mark) = (Instant::now(), office.world.record.ladder.mark());
    office.wait("all stations are told again", |world| {
        STATIONS.iter().all(|station| {
            let mut since = world.record.ladder.since(mark).filter(|passed| passed.phone == *station);
            since.any(|passed| !passed.sent && passed.name() == "NOTIFY")
        })
    })?;
    stage.say(format!("Kamailio forgot: told again after {} ms", began.elapsed().as_millis()));
    let refused = |text: &str| text.starts_with("481 SUBSCRIBE");
    let count = office.world.record.ladder.since(mark).filter(|passed| refused(&passed.label())).count();
    stage.say(format!("{count} refreshes were answered 481"));
    if count == 0 {
        return Err("no subscription was found gone".to_owned());
    }
    all_free(stage, office)?;
    seize(stage, office, 1)?;
    office.world.press(1, Key::Speaker);
    all_free(stage, office)?;
    office.all_idle()
}

fn restart(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.server.kill();
    let began = Instant::now();
    let unknown = |world: &World| {
        let lamps = STATIONS.iter().map(|station| lamp(world, *station, LineKey::L3));
        lamps.filter(|lamp| UNKNOWN.contains(&lamp.as_str())).count() == STATIONS.len()
    };
    office.wait("lamps without word", unknown)?;
    stage.say(format!("Kamailio killed: nothing is known after {} ms", began.elapsed().as_millis()));
    office.world.press(2, Key::Line(LineKey::L3));
    office.world.run_for(Duration::from_millis(300));
    if tone(office, 2).is_some() {
        return Err("station 2 hears a tone on a line of which nothing is known".to_owned());
    }
    office.server.restart()?;
    let began = Instant::now();
    office.shows(&STATIONS, LineKey::L3, FREE)?;
    stage.say(format!("Kamailio restarted: lamps are back after {} ms", began.elapsed().as_millis()));
    Ok(())
}

/// A station is cut off with dial tone: the server frees what it lent.
fn gone_while_dialling(stage: &Stage, office: &mut Office) -> Result<(), String> {
    seize(stage, office, 1)?;
    let began = Instant::now();
    office.world.set_fault(1, NetFault::Down);
    office.world.run_for(LENT.saturating_sub(Duration::from_secs(3)));
    office.shows(&[2, 3], LineKey::L2, ELSEWHERE)?;
    office.shows(&[2, 3], LineKey::L2, FREE)?;
    stage.say(format!("station 1 cut off: its appearance is free after {} ms", began.elapsed().as_millis()));
    office.world.press(2, Key::Line(LineKey::L2));
    office.hears_tone(2, Tone::Dial)?;
    office.shows(&[3], LineKey::L2, ELSEWHERE)?;
    office.world.press(2, Key::Speaker);
    office.shows(&[2, 3], LineKey::L2, FREE)?;
    office.world.restart(1)?;
    office.world.set_fault(1, NetFault::Up);
    all_free(stage, office)
}

/// A station is switched off with a call: when it is back, its subscription frees the appearance; when it is
/// not, the far end's hanging up does.
fn gone_during_a_call(stage: &Stage, office: &mut Office) -> Result<(), String> {
    seize(stage, office, 1)?;
    connect(stage, office, 1)?;
    office.world.restart(1)?;
    let began = Instant::now();
    all_free(stage, office)?;
    stage.say(format!("station 1 switched off and on: free after {} ms", began.elapsed().as_millis()));
    office.world.set_handset(OUTSIDE, false);
    office.comes_to(OUTSIDE, CallState::Idle)?;

    seize(stage, office, 2)?;
    connect(stage, office, 2)?;
    office.world.set_fault(2, NetFault::Down);
    office.world.run_for(Duration::from_secs(1));
    office.shows(&[1, 3], LineKey::L2, ELSEWHERE)?;
    let began = Instant::now();
    office.world.set_handset(OUTSIDE, false);
    office.shows(&[1, 3], LineKey::L2, FREE)?;
    stage.say(format!(
        "station 2 cut off, the far end hung up: free after {} ms",
        began.elapsed().as_millis()
    ));
    Ok(())
}

/// A station presses the first appearance's key and hears dial tone; the others see it.
fn seize(stage: &Stage, office: &mut Office, phone: usize) -> Result<(), String> {
    let began = Instant::now();
    office.world.press(phone, Key::Line(LineKey::L2));
    office.hears_tone(phone, Tone::Dial)?;
    stage.say(format!("station {phone} has dial tone {} ms after its key", began.elapsed().as_millis()));
    office.shows(&others(phone), LineKey::L2, ELSEWHERE)
}

/// The station that has dial tone calls the phone outside, which answers.
fn connect(stage: &Stage, office: &mut Office, phone: usize) -> Result<(), String> {
    let watcher = others(phone).first().copied().unwrap_or(phone);
    office.world.dial(phone, "104#");
    office.comes_to(OUTSIDE, CallState::Ringing)?;
    office.tells(watcher, 1, "progressing")?;
    office.world.set_handset(OUTSIDE, true);
    office.line_is(phone, CallState::Connected)?;
    office.tells(watcher, 1, "active")?;
    office.hears(phone, Heard::Hertz(1_200.0))?;
    office.shows(&others(phone), LineKey::L2, ELSEWHERE)?;
    stage.say(format!("station {phone} talks, the others saw it progress and become active"));
    Ok(())
}

/// The station that talks puts the outside phone on hold.
fn hold(office: &mut Office, phone: usize, key: Key) -> Result<(), String> {
    office.world.press(phone, key);
    office.line_is(phone, CallState::Held)?;
    office.wait("the far end is held", |world| is_held(world, OUTSIDE)).map(|_| ())
}

/// A station takes a held call, its own or another's.
fn take(office: &mut Office, phone: usize) -> Result<(), String> {
    office.world.press(phone, Key::Line(LineKey::L2));
    office.line_is(phone, CallState::Connected)?;
    office
        .wait("the far end talks again", |world| {
            state(world, OUTSIDE) == Some(CallState::Connected) && !is_held(world, OUTSIDE)
        })
        .map(|_| ())
}

fn all_free(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.shows(&STATIONS, LineKey::L2, FREE)?;
    office.shows(&STATIONS, LineKey::L3, FREE)?;
    stage.say("all appearances are free everywhere");
    Ok(())
}

fn others(phone: usize) -> Vec<usize> {
    STATIONS.into_iter().filter(|station| *station != phone).collect()
}

fn tone_of(world: &World, phone: usize) -> Option<Tone> {
    world.desk(phone).and_then(|desk| desk.view().tone)
}

fn tone(office: &Office, phone: usize) -> Option<Tone> {
    tone_of(&office.world, phone)
}

fn lamp(world: &World, phone: usize, key: LineKey) -> String {
    let lamp = world.desk(phone).and_then(|desk| desk.view().lines.get(key.index()).map(|line| line.lamp));
    lamp.map(|lamp| format!("{} {}", lamp.colour.name(), lamp.pattern.name())).unwrap_or_default()
}

impl Office {
    /// Waits until a line key's lamp shows the same at some phones.
    fn shows(&mut self, phones: &[usize], key: LineKey, wanted: &str) -> Result<(), String> {
        let all = |world: &World| phones.iter().all(|phone| lamp(world, *phone, key) == wanted);
        let waited = self.wait(&format!("{key:?} {wanted} at {phones:?}"), all);
        let seen: Vec<String> = phones.iter().map(|phone| lamp(&self.world, *phone, key)).collect();
        waited.map(|_| ()).map_err(|error| format!("{error}, but {seen:?}"))
    }

    /// Waits until a station's first appearance is in a state.
    fn line_is(&mut self, phone: usize, wanted: CallState) -> Result<(), String> {
        let what = format!("station {phone}'s shared line {}", wanted.name());
        let waited = self.wait(&what, |world| line_state(world, phone, LineKey::L2) == Some(wanted));
        let seen = line_state(&self.world, phone, LineKey::L2);
        waited.map(|_| ()).map_err(|error| format!("{error}, but {seen:?}"))
    }

    fn hears_tone(&mut self, phone: usize, wanted: Tone) -> Result<(), String> {
        let waited = self.wait(&format!("station {phone} hears {}", wanted.name()), |world| {
            tone_of(world, phone) == Some(wanted)
        });
        waited.map(|_| ()).map_err(|error| format!("{error}, but {:?}", tone(self, phone)))
    }

    /// Waits until the last notification that a station got says so of an appearance.
    fn tells(&mut self, phone: usize, index: u8, wanted: &str) -> Result<(), String> {
        let wanted = format!("appearance-index={index};appearance-state={wanted}");
        self.wait(&format!("station {phone} is told {wanted}"), |world| {
            let ladder = &world.record.ladder;
            let mut told = ladder
                .since(0)
                .rev()
                .filter(|passed| passed.phone == phone && !passed.sent && passed.name() == "NOTIFY");
            told.next().is_some_and(|passed| {
                let text = String::from_utf8_lossy(&passed.bytes).into_owned();
                text.split([',', '\r'])
                    .any(|part| part.split_once(&wanted).is_some_and(|(_, rest)| !rest.starts_with('-')))
            })
        })
        .map(|_| ())
    }
}
