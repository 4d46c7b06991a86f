//! Two Kamailios behind SRV names (RFC 3263): one of them is killed between calls, or during one.

use crate::office::{Office, state, with_phones};
use deskphone::calls::{CallState, LineKey};
use deskphone::phone::Key;
use interop::kamailio::{DOMAIN, Kamailio, Route};
use interop::name_server::NameServer;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::options::Options;
use softphone::script::Heard;
use softphone::world::World;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("pair_killed_between_calls_udp", |stage| {
        in_pair(stage, Route::Address, Options { phones: 2, ..Options::default() }, between_calls)
    }),
    case("pair_killed_between_calls_tcp", |stage| {
        in_pair(stage, Route::Address, Options { phones: 2, tcp: true, ..Options::default() }, between_calls)
    }),
    case("pair_killed_during_a_call_routed_by_address", |stage| {
        in_pair(stage, Route::Address, Options { phones: 4, ..Options::default() }, during_a_call)
    }),
    case("pair_killed_during_a_call_routed_by_domain", |stage| {
        in_pair(stage, Route::Domain, Options { phones: 4, ..Options::default() }, during_a_call)
    }),
    case("pair_killed_and_nobody_else_there", |stage| {
        in_pair(stage, Route::Address, Options::default(), both_gone)
    }),
];

/// The two servers and who knows their names.
struct Pair {
    first: Kamailio,
    second: Kamailio,
    route: Route,
    _names: NameServer,
}

/// A server that says nothing is given up after two seconds, and tried again six seconds later.
const SETTINGS: &[(&str, &str)] = &[
    ("Use_DNS_SRV_1_", "Yes"),
    ("DNS_SRV_Auto_Prefix_1_", "Yes"),
    ("Proxy_Fallback_Intvl_1_", "6"),
    ("Register_Expires_1_", "8"),
    ("Reg_Retry_Intvl", "1"),
    ("SIP_Timer_B", "2"),
    ("SIP_Timer_F", "2"),
    ("RFC_2543_Call_Hold", "No"),
];
/// Timers B and F of these settings.
const GIVEN_UP: Duration = Duration::from_secs(2);
/// What the machine and the person's keys may add.
const SLACK: Duration = Duration::from_millis(1_500);

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 6, needs: &[Program::Kamailio], limit: Duration::from_secs(60), run }
}

fn in_pair(
    stage: &Stage,
    route: Route,
    options: Options,
    act: fn(&Stage, &mut Office<Pair>) -> Result<(), String>,
) -> Result<(), String> {
    let [first, second] = Kamailio::start_pair(stage, route)?;
    let names = NameServer::start(DOMAIN, &[first.address().port(), second.address().port()])?;
    let options = Options {
        server: Some(DOMAIN.to_owned()),
        address: Some(Ipv4Addr::LOCALHOST.into()),
        dns: Some(names.address()),
        settings: SETTINGS.iter().map(|(tag, value)| ((*tag).to_owned(), (*value).to_owned())).collect(),
        ..options
    };
    with_phones(stage, Pair { first, second, route, _names: names }, &options, act)
}

/// The better server goes between two calls: the next call rings all the same, the registrations follow, and
/// all go back when it is there again.
fn between_calls(stage: &Stage, office: &mut Office<Pair>) -> Result<(), String> {
    let (first, second) = (office.server.first.address().port(), office.server.second.address().port());
    office.register(stage)?;
    let tcp = office.world.record.ladder.since(0).any(|passed| passed.tcp);
    office.registered_at(first)?;
    let rang = talk(office, first)?;
    stage.say(format!("a call through the first server rang after {} ms", rang.as_millis()));

    office.server.first.kill();
    let killed = Instant::now();
    let rang = talk(office, second)?;
    stage.say(format!(
        "the first server killed: the next call rang through the second after {} ms",
        rang.as_millis()
    ));
    // A closed port of TCP says so; over UDP Timer B does (RFC 3263 section 4.3).
    let allowed = if tcp { SLACK } else { GIVEN_UP + SLACK };
    if rang > allowed {
        return Err(format!("the call took longer than {} ms", allowed.as_millis()));
    }
    office.registered_at(second)?;
    stage.say(format!(
        "both phones registered with the second server {} ms after the kill",
        killed.elapsed().as_millis()
    ));
    let rang = talk(office, second)?;
    stage.say(format!("another call rang after {} ms", rang.as_millis()));
    if rang > SLACK {
        return Err("the dead server was tried again".to_owned());
    }

    office.server.first.restart()?;
    let back = Instant::now();
    office.registered_at(first)?;
    stage.say(format!(
        "the first server is back: both phones are with it after {} ms (Proxy_Fallback_Intvl 6 s)",
        back.elapsed().as_millis()
    ));
    let rang = talk(office, first)?;
    stage.say(format!("a call through the first server rang after {} ms", rang.as_millis()));
    Ok(())
}

/// The server goes that a call was made through: the talk goes on, other calls are made through the second,
/// and what belongs to the call goes there too if its route is the domain's name.
fn during_a_call(stage: &Stage, office: &mut Office<Pair>) -> Result<(), String> {
    let (first, second) = (office.server.first.address().port(), office.server.second.address().port());
    office.register(stage)?;
    office.registered_at(first)?;
    office.speak(1, 440.0)?;
    office.speak(2, 700.0)?;
    ring(office, 1, 2)?;
    answer(office, 1, 2)?;
    went_through(office, 1, first)?;
    office.hears(1, Heard::Hertz(700.0))?;
    office.hears(2, Heard::Hertz(440.0))?;

    office.server.first.kill();
    office.world.run_for(Duration::from_secs(1));
    office.hears(1, Heard::Hertz(700.0))?;
    office.hears(2, Heard::Hertz(440.0))?;
    stage.say("the first server killed: both still hear each other");
    let rang = ring(office, 3, 4)?;
    answer(office, 3, 4)?;
    went_through(office, 3, second)?;
    stage.say(format!("phone 3's call rang at phone 4 after {} ms", rang.as_millis()));
    if rang > GIVEN_UP + SLACK {
        return Err("a new call took too long".to_owned());
    }
    office.world.set_handset(3, false);
    office.wait("phone 4 knows", |world| state(world, 4) != Some(CallState::Connected))?;
    office.hears(1, Heard::Hertz(700.0))?;
    match office.server.route {
        Route::Domain => ends_through_the_other(stage, office)?,
        Route::Address => ends_alone(stage, office)?,
    }
    office.all_idle()
}

/// The Route is `office.test`: the second server is a suitable stand-in (RFC 3261 section 16.6, RFC 3263
/// section 4.3), so that hold, resume and BYE get through.
fn ends_through_the_other(stage: &Stage, office: &mut Office<Pair>) -> Result<(), String> {
    let began = Instant::now();
    office.world.press(1, Key::Hold);
    office.wait("phone 2 held by phone 1", |world| crate::office::is_held(world, 2))?;
    stage.say(format!(
        "Route names the domain: hold reached phone 2 after {} ms",
        began.elapsed().as_millis()
    ));
    let began = Instant::now();
    office.world.press(1, Key::Line(LineKey::L1));
    office.wait("phone 2 taken back", |world| !crate::office::is_held(world, 2))?;
    office.hears(2, Heard::Hertz(440.0))?;
    stage.say(format!("taken back after {} ms", began.elapsed().as_millis()));
    let began = Instant::now();
    office.world.set_handset(1, false);
    office
        .wait("phone 2 knows that phone 1 hung up", |world| state(world, 2) != Some(CallState::Connected))?;
    let took = began.elapsed();
    stage.say(format!("BYE reached phone 2 after {} ms", took.as_millis()));
    if took > GIVEN_UP + SLACK {
        return Err("BYE took too long".to_owned());
    }
    Ok(())
}

/// The Route is the dead server's address: RFC 3263 knows no other, and RFC 3261 section 12.2.1.1 lets no
/// request of a dialog pass its route by. The BYE is lost; our end is free at once all the same.
fn ends_alone(stage: &Stage, office: &mut Office<Pair>) -> Result<(), String> {
    let mark = office.world.record.ladder.mark();
    office.world.set_handset(1, false);
    office.comes_to(1, CallState::Idle)?;
    office.world.run_for(GIVEN_UP + SLACK);
    let dead = office.server.first.address();
    let byes = office.world.record.ladder.since(mark).filter(|passed| passed.sent && passed.name() == "BYE");
    let byes: Vec<_> = byes.map(|passed| passed.remote).collect();
    if byes.is_empty() || byes.iter().any(|remote| *remote != dead) {
        return Err(format!("the BYE went to {byes:?}"));
    }
    if state(&office.world, 2) != Some(CallState::Connected) {
        return Err("phone 2 heard of a BYE that could not reach it".to_owned());
    }
    stage.say(format!(
        "Route names the dead server: the BYE went there {} times and nowhere else; phone 2 ends by itself",
        byes.len()
    ));
    Ok(())
}

/// Neither server is there: the call is refused once both were tried, and works again when one is back.
fn both_gone(stage: &Stage, office: &mut Office<Pair>) -> Result<(), String> {
    let (first, second) = (office.server.first.address(), office.server.second.address());
    office.register(stage)?;
    office.registered_at(first.port())?;
    office.server.first.kill();
    office.server.second.kill();
    let mark = office.world.record.ladder.mark();
    office.call(1, "102");
    let began = Instant::now();
    office.wait("the call fails", |world| {
        !matches!(state(world, 1), Some(CallState::Calling | CallState::Dialing))
    })?;
    let ladder = &office.world.record.ladder;
    let mut tried: Vec<_> = ladder.since(mark).filter(|passed| passed.name() == "INVITE").collect();
    tried.dedup_by_key(|passed| passed.remote);
    let tried: Vec<_> = tried.into_iter().map(|passed| passed.remote).collect();
    stage.say(format!(
        "both killed: the call failed after {} ms, tried {tried:?}",
        began.elapsed().as_millis()
    ));
    if tried != [first, second] {
        return Err("each server is tried once, in order".to_owned());
    }
    office.all_idle()?;
    office.server.second.restart()?;
    let back = Instant::now();
    office.registered_at(second.port())?;
    stage.say(format!("the second is back: registered there after {} ms", back.elapsed().as_millis()));
    Ok(())
}

/// Phone 1 calls phone 2, they hear each other, phone 2 hangs up; how long it took to ring. The call must
/// have gone through one server.
fn talk(office: &mut Office<Pair>, through: u16) -> Result<Duration, String> {
    office.speak(1, 440.0)?;
    office.speak(2, 700.0)?;
    let rang = ring(office, 1, 2)?;
    answer(office, 1, 2)?;
    went_through(office, 1, through)?;
    office.hears(1, Heard::Hertz(700.0))?;
    office.hears(2, Heard::Hertz(440.0))?;
    office.world.set_handset(2, false);
    office
        .wait("phone 1 knows that phone 2 hung up", |world| state(world, 1) != Some(CallState::Connected))?;
    office.all_idle()?;
    Ok(rang)
}

/// One phone calls another; how long it took to ring.
fn ring(office: &mut Office<Pair>, from: usize, to: usize) -> Result<Duration, String> {
    office.world.set_handset(from, true);
    office.world.dial(from, &(100 + to).to_string());
    let began = Instant::now();
    office.world.dial(from, "#");
    office.comes_to(to, CallState::Ringing)?;
    Ok(began.elapsed())
}

fn answer(office: &mut Office<Pair>, from: usize, to: usize) -> Result<(), String> {
    office.world.set_handset(to, true);
    office.comes_to(from, CallState::Connected)?;
    office.comes_to(to, CallState::Connected)?;
    Ok(())
}

/// The answer to the last INVITE came from that server.
fn went_through(office: &Office<Pair>, phone: usize, port: u16) -> Result<(), String> {
    let ladder = &office.world.record.ladder;
    let mut answers = ladder.since(0).filter(|passed| passed.phone == phone && !passed.sent);
    let last = answers.rfind(|passed| passed.label().starts_with("200 INVITE"));
    match last.map(|passed| passed.remote.port()) {
        Some(from) if from == port => Ok(()),
        other => Err(format!("the call went through {other:?}, not {port}")),
    }
}

impl Office<Pair> {
    /// Waits until each phone's last successful REGISTER was answered by that server.
    fn registered_at(&mut self, port: u16) -> Result<Duration, String> {
        let at = |world: &World, phone: usize| {
            let ladder = &world.record.ladder;
            let mut taken = ladder.since(0).rev().filter(|passed| passed.phone == phone && !passed.sent);
            taken.find(|passed| passed.label().starts_with("200 REGISTER")).map(|passed| passed.remote.port())
        };
        let began = Instant::now();
        let all = |world: &World| (1..=world.phones()).all(|phone| at(world, phone) == Some(port));
        if self.world.run_until(Duration::from_secs(20), all) {
            return Ok(began.elapsed());
        }
        let seen: Vec<_> = (1..=self.world.phones()).map(|phone| at(&self.world, phone)).collect();
        Err(format!("registered at {seen:?}, not all at {port}"))
    }
}
