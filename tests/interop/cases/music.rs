//! Music on hold from a server (`MOH Server`): the phone hears the server and lets who is on hold hear it.

use crate::asterisk::with_asterisk;
use crate::office::{Office, PLAIN, Setup, in_office, line_state, measure};
use deskphone::calls::{CallState, LineKey};
use deskphone::phone::Key;
use interop::asterisk::Asterisk;
use interop::baresip::{Baresip, Microphone};
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::script::Heard;
use softphone::wav;
use softphone::world::World;
use std::time::Duration;

/// Those through Kamailio.
pub(crate) const CASES: &[Case] = &[
    case("music_on_hold_from_baresip", |stage| in_office(stage, &TWO, from_baresip)),
    case("music_on_hold_server_declines", |stage| in_office(stage, &TWO, declines)),
];

/// That with Asterisk, which plays and is on hold at once.
pub(crate) const ASTERISK_CASES: &[Case] = &[Case {
    name: "asterisk_music_on_hold",
    lane: 8,
    needs: &[Program::Asterisk],
    limit: Duration::from_secs(60),
    run: |stage| with_asterisk(stage, 1, false, &[("MOH_Server_1_", "601")], from_and_to_asterisk),
}];

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 7, needs: &[Program::Kamailio, Program::Baresip], limit: Duration::from_secs(60), run }
}

/// Phone 1 has 103 as its music server.
const TWO: Setup<'_> = Setup { phones: 2, settings: &[("MOH_Server_1_", "103")], ..PLAIN };

/// What the music server plays, and what the person says.
const MUSIC: u16 = 1_000;
const VOICE: u16 = 440;

/// Phone 2 hears the person, on hold baresip's tone, and then the person again; baresip is called with
/// `a=recvonly` and hung up. A second hold calls it again, and ends it with the call.
fn from_baresip(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let mut server = talking(stage, office)?;
    for round in 1..=2 {
        office.world.press(1, Key::Hold);
        office.comes_to(1, CallState::Held)?;
        office.told(&mut server, "CALL_INCOMING")?;
        office.world.run_for(Duration::from_millis(500));
        server.command("accept", "")?;
        office.told(&mut server, "CALL_ESTABLISHED")?;
        let heard = office.hears(2, Heard::Hertz(f32::from(MUSIC)))?;
        stage.say(format!("hold {round}: phone 2 hears {heard}"));
        office.record(stage, 2)?;
        office.world.run_for(Duration::from_secs(2));
        office.recorded(stage, 2, MUSIC)?;
        office.hears(1, Heard::Silence)?;
        if (2..=4).any(|line| !is_idle(&office.world, line)) {
            return Err("the music server is on a line".into());
        }
        if round == 1 {
            office.world.press(1, Key::Line(LineKey::L1));
            office.told(&mut server, "CALL_CLOSED")?;
            let heard = office.hears(2, Heard::Hertz(f32::from(VOICE)))?;
            stage.say(format!("taken back: phone 2 hears {heard}"));
        }
    }
    if !server.log().contains("a=recvonly") {
        return Err("baresip was not offered recvonly".into());
    }
    // Who is on hold hangs up: there is nobody left to play for.
    office.world.set_handset(2, false);
    office.told(&mut server, "CALL_CLOSED")?;
    office.comes_to(1, CallState::Idle)?;
    office.all_idle()
}

/// baresip refuses: silence, one attempt, and the call goes on.
fn declines(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let mut server = talking(stage, office)?;
    office.world.press(1, Key::Hold);
    office.told(&mut server, "CALL_INCOMING")?;
    server.command("hangup", "")?;
    office.world.run_for(Duration::from_secs(3));
    office.hears(2, Heard::Silence)?;
    if server.event("CALL_INCOMING").is_some() {
        return Err("baresip is called again".into());
    }
    office.comes_to(1, CallState::Held)?;
    office.world.press(1, Key::Line(LineKey::L1));
    stage.say(format!("taken back: phone 2 hears {}", office.hears(2, Heard::Hertz(f32::from(VOICE)))?));
    office.all_idle()
}

/// Phone 1 talks with phone 2, baresip is there.
fn talking(stage: &Stage, office: &mut Office) -> Result<Baresip, String> {
    office.register(stage)?;
    let server = office.baresip(stage, "103", Microphone::Sine(MUSIC))?;
    office.speak(1, f32::from(VOICE))?;
    office.call(1, "102");
    office.comes_to(2, CallState::Ringing)?;
    office.world.set_handset(2, true);
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("connected: phone 2 hears {}", office.hears(2, Heard::Hertz(f32::from(VOICE)))?));
    Ok(server)
}

/// 606 writes down what it hears, 601 plays: on hold 606 hears 601 by way of the phone.
fn from_and_to_asterisk(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.speak(1, f32::from(VOICE))?;
    office.call(1, "606");
    office.comes_to(1, CallState::Connected)?;
    office.world.run_for(Duration::from_millis(1_500));
    office.world.press(1, Key::Hold);
    office.comes_to(1, CallState::Held)?;
    let plays = |world: &World| world.desk(1).is_some_and(|desk| desk.view().audio.music.is_some());
    let took = office.wait("601 plays", plays)?;
    stage.say(format!("601 plays {} ms after the hold", took.as_millis()));
    office.world.run_for(Duration::from_millis(2_500));
    office.world.press(1, Key::Line(LineKey::L1));
    office.comes_to(1, CallState::Connected)?;
    office.world.run_for(Duration::from_millis(1_500));
    office.all_idle()?;
    // The file is whole when 606 has ended.
    let Office { server, world } = office;
    if !world.run_until(Duration::from_secs(5), |_| server.log().contains("(office, 606, 2) exited")) {
        return Err("606 does not end".into());
    }
    let heard = wav::read(&server.heard())?;
    for hertz in [VOICE, ASTERISKS] {
        measure(stage, "606", &heard, hertz)?;
    }
    Ok(())
}

/// What 601 of Asterisk plays.
const ASTERISKS: u16 = 700;

fn is_idle(world: &World, line: u8) -> bool {
    LineKey::new(line).and_then(|key| line_state(world, 1, key)) == Some(CallState::Idle)
}
