//! Transfers between our phones and baresip through Kamailio (RFC 3515, RFC 3891, RFC 5589).
//!
//! baresip 1.0.0 sends and follows a REFER, but knows no Replaces: neither its program nor its library holds
//! the word, an INVITE with it is a new call there, and a Refer-To with it is cut at the first escape (500).
//! So it cannot follow an attended transfer, nor send the INVITE that takes our phone's call over. Where it
//! sends a REFER with Replaces, the value is written by the case.

use crate::office::{Office, PLAIN, Setup, in_office, line_state, state};
use deskphone::calls::{CallState, LineKey, Transfer};
use deskphone::phone::Key;
use interop::baresip::{Baresip, Microphone};
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::script::Heard;
use softphone::world::World;
use std::time::Duration;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("transfer_blind_phone_sends_baresip", |stage| in_office(stage, &TWO, phone_sends_baresip)),
    case("transfer_blind_phone_sends_baresip_in_vain", |stage| in_office(stage, &TWO, in_vain)),
    case("transfer_blind_baresip_sends_phone", |stage| in_office(stage, &TWO, baresip_sends_phone)),
    case("transfer_attended_phone_sends_phone_to_baresip", |stage| {
        in_office(stage, &TWO, phone_sends_phone_to_baresip)
    }),
    case("transfer_attended_phone_sends_baresip_to_phone", |stage| {
        in_office(stage, &TWO, phone_sends_baresip_to_phone)
    }),
    case("transfer_attended_phone_sends_baresip_by_number", |stage| {
        in_office(stage, &TWO, phone_sends_baresip_by_number)
    }),
    case("transfer_semi_attended_phone_sends_baresip", |stage| {
        in_office(stage, &TWO, phone_sends_baresip_while_it_rings)
    }),
    case("transfer_attended_baresip_sends_phone_to_phone", |stage| {
        in_office(stage, &TWO, baresip_sends_phone_to_phone)
    }),
];

const TWO: Setup<'_> = Setup { phones: 2, settings: &[("RFC_2543_Call_Hold", "No")], ..PLAIN };

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 7, needs: &[Program::Kamailio, Program::Baresip], limit: Duration::from_secs(60), run }
}

/// Our phone is the transferor, baresip follows (RFC 5589 §6.1).
fn phone_sends_baresip(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let mut baresip = phone_1_calls_baresip(stage, office)?;
    soft(office, 1, "bxfer")?;
    office.comes_to(1, CallState::Held)?;
    office.world.dial(1, "102#");
    stage.say(format!("baresip is sent to {}", office.told(&mut baresip, "TRANSFER")?));
    office.comes_to(2, CallState::Ringing)?;
    office.world.set_handset(2, true);
    office.comes_to(2, CallState::Connected)?;
    office.comes_to(1, CallState::Idle)?;
    stage.say(format!("phone 1 is idle, phone 2 hears {}", office.hears(2, Heard::Hertz(700.0))?));
    expect(&baresip, &["REFER sip:", "Refer-To: <sip:102@", "message/sipfrag"])?;
    office.world.set_handset(2, false);
    office.told(&mut baresip, "CALL_CLOSED")?;
    office.all_idle()
}

/// The same, but the target is busy: the call comes back (RFC 5589 §6.4).
fn in_vain(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.world.set(2, "DND_Setting", "yes")?;
    let mut baresip = phone_1_calls_baresip(stage, office)?;
    soft(office, 1, "bxfer")?;
    office.world.dial(1, "102#");
    office.wait("the transfer failed", |world| transfer_of(world) == Some(Transfer::Failed))?;
    office.comes_to(1, CallState::Held)?;
    soft(office, 1, "resume")?;
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("taken back, phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    office.world.set_handset(1, false);
    office.told(&mut baresip, "CALL_CLOSED")?;
    office.all_idle()
}

/// baresip is the transferor, our phone follows.
fn baresip_sends_phone(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let mut baresip = phone_1_calls_baresip(stage, office)?;
    office.speak(2, 1_000.0)?;
    let target = format!("sip:102@{}", office.server.address());
    baresip.command("transfer", &target)?;
    office.comes_to(2, CallState::Ringing)?;
    office.world.set_handset(2, true);
    office.comes_to(2, CallState::Connected)?;
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!(
        "baresip sent phone 1 to phone 2, it hears {}",
        office.hears(1, Heard::Hertz(1_000.0))?
    ));
    stage.say(format!("baresip's call is over: {}", office.told(&mut baresip, "CALL_CLOSED")?));
    office.world.set_handset(2, false);
    office.all_idle()
}

/// Our phone is the transferor, our other one follows with Replaces, baresip is the target: it does not know
/// the header, and RFC 3891 §3 lets it take the INVITE as a new call.
fn phone_sends_phone_to_baresip(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mut baresip = office.baresip(stage, "103", Microphone::Sine(700))?;
    office.call(1, "102");
    office.comes_to(2, CallState::Ringing)?;
    office.world.set_handset(2, true);
    office.comes_to(1, CallState::Connected)?;
    soft(office, 1, "xfer")?;
    office.comes_to(1, CallState::Held)?;
    office.world.dial(1, "103#");
    office.told(&mut baresip, "CALL_INCOMING")?;
    baresip.command("accept", "")?;
    office.told(&mut baresip, "CALL_ESTABLISHED")?;
    office
        .wait("line 2 connected", |world| line_state(world, 1, LineKey::L2) == Some(CallState::Connected))?;
    soft(office, 1, "xfer")?;
    office.told(&mut baresip, "CALL_INCOMING")?;
    expect(&baresip, &["Replaces: ", "Referred-By: "])?;
    baresip.command("accept", "")?;
    office.comes_to(2, CallState::Connected)?;
    office.wait("phone 1 is idle", |world| {
        [LineKey::L1, LineKey::L2].iter().all(|key| line_state(world, 1, *key) == Some(CallState::Idle))
    })?;
    stage.say(format!("phone 1 is idle, phone 2 hears {}", office.hears(2, Heard::Hertz(700.0))?));
    office.world.set_handset(2, false);
    office.all_idle()
}

/// Our phone is the transferor and sends baresip, which cuts the URI at the escaped Replaces and gives up
/// with 500: both calls are there again.
fn phone_sends_baresip_to_phone(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let mut baresip = phone_1_calls_baresip(stage, office)?;
    consult_phone_2(office, true)?;
    soft(office, 1, "xfer")?;
    stage.say(format!("baresip is sent to {}", office.told(&mut baresip, "TRANSFER")?));
    office.wait("the transfer failed", |world| transfer_of(world) == Some(Transfer::Failed))?;
    expect(&baresip, &["?Replaces=", "SIP/2.0 500 Call Error"])?;
    office.comes_to(1, CallState::Held)?;
    office.world.press(1, Key::Line(LineKey::L1));
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("taken back, phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    office.world.set_handset(1, false);
    office.told(&mut baresip, "CALL_CLOSED")?;
    office.world.set_handset(1, true);
    office.world.press(1, Key::Line(LineKey::L2));
    office
        .wait("line 2 connected", |world| line_state(world, 1, LineKey::L2) == Some(CallState::Connected))?;
    office.all_idle()
}

/// The same with `Blind Attn-Xfer Enable`: baresip gets the number alone, and calls.
fn phone_sends_baresip_by_number(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.world.set(1, "Blind_Attn-Xfer_Enable_1_", "yes")?;
    let mut baresip = phone_1_calls_baresip(stage, office)?;
    consult_phone_2(office, true)?;
    soft(office, 1, "xfer")?;
    baresip_reaches(stage, office, &mut baresip, LineKey::L2)
}

/// Semi-attended: phone 2 only rings when baresip is sent there.
fn phone_sends_baresip_while_it_rings(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let mut baresip = phone_1_calls_baresip(stage, office)?;
    consult_phone_2(office, false)?;
    soft(office, 1, "xfer")?;
    baresip_reaches(stage, office, &mut baresip, LineKey::L1)
}

fn consult_phone_2(office: &mut Office, answered: bool) -> Result<(), String> {
    soft(office, 1, "xfer")?;
    office.world.dial(1, "102#");
    office.comes_to(2, CallState::Ringing)?;
    office.world.set_handset(2, answered);
    let wanted = if answered { CallState::Connected } else { CallState::Proceeding };
    office.wait("line 2 is there", |world| line_state(world, 1, LineKey::L2) == Some(wanted))?;
    Ok(())
}

/// baresip's own call to phone 2, on this line there.
fn baresip_reaches(
    stage: &Stage,
    office: &mut Office,
    baresip: &mut Baresip,
    line: LineKey,
) -> Result<(), String> {
    stage.say(format!("baresip is sent to {}", office.told(baresip, "TRANSFER")?));
    office.wait("phone 2 rings", |world| {
        let view = world.desk(2).map(|desk| desk.view());
        let line = view.as_ref().and_then(|view| view.lines.get(line.index()));
        line.is_some_and(|line| line.state == CallState::Ringing && line.number == "103")
    })?;
    office.world.press(2, Key::Line(line));
    office.comes_to(1, CallState::Idle)?;
    stage.say(format!("phone 1 is idle, phone 2 hears {}", office.hears(2, Heard::Hertz(700.0))?));
    baresip.command("hangup", "")?;
    office.world.set_handset(2, true);
    office.all_idle()
}

/// baresip is the transferor, our phones are transferee and target: the INVITE with Replaces takes baresip's
/// place in its call with phone 2.
fn baresip_sends_phone_to_phone(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mut baresip = office.baresip(stage, "103", Microphone::Sine(700))?;
    office.speak(2, 1_000.0)?;
    // The consultation.
    baresip.command("dial", &format!("sip:102@{}", office.server.address()))?;
    office.comes_to(2, CallState::Ringing)?;
    office.world.set_handset(2, true);
    office.told(&mut baresip, "CALL_ESTABLISHED")?;
    office.comes_to(2, CallState::Connected)?;
    let replaces = dialog_with_phone_2(&baresip.log())?;
    // The call of whoever is sent.
    office.call(1, "103");
    office.told(&mut baresip, "CALL_INCOMING")?;
    baresip.command("accept", "")?;
    office.told(&mut baresip, "CALL_ESTABLISHED")?;
    office.comes_to(1, CallState::Connected)?;
    let target = format!("<sip:102@{}?Replaces={replaces}>", office.server.address());
    stage.say(format!("baresip: transfer {target}"));
    baresip.command("transfer", &target)?;
    office.hears(1, Heard::Hertz(1_000.0))?;
    let (one, two) = (state(&office.world, 1), state(&office.world, 2));
    stage.say(format!("phone 1 is {one:?} and hears phone 2, which did not ring and is {two:?}"));
    if (one, two) != (Some(CallState::Connected), Some(CallState::Connected)) {
        return Err("phone 2 did not take the call as the one it had".to_owned());
    }
    let second = line_state(&office.world, 2, LineKey::L2);
    if second != Some(CallState::Idle) {
        return Err(format!("line 2 of phone 2 is {second:?}"));
    }
    office.told(&mut baresip, "CALL_CLOSED")?;
    office.world.set_handset(1, false);
    office.all_idle()
}

/// Phone 1 and baresip talk; phone 2 is there.
fn phone_1_calls_baresip(stage: &Stage, office: &mut Office) -> Result<Baresip, String> {
    office.register(stage)?;
    let mut baresip = office.baresip(stage, "103", Microphone::Sine(700))?;
    office.call(1, "103");
    office.told(&mut baresip, "CALL_INCOMING")?;
    baresip.command("accept", "")?;
    office.comes_to(1, CallState::Connected)?;
    office.told(&mut baresip, "CALL_ESTABLISHED")?;
    stage.say(format!("phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    Ok(baresip)
}

fn soft(office: &mut Office, phone: usize, label: &str) -> Result<(), String> {
    if office.world.press_soft(phone, label) { Ok(()) } else { Err(format!("no soft key {label}")) }
}

/// What becomes of the transfer of phone 1's first call.
fn transfer_of(world: &World) -> Option<Transfer> {
    world.desk(1).and_then(|desk| desk.view().lines.first().map(|line| line.transfer))
}

/// What baresip's trace must hold.
fn expect(baresip: &Baresip, words: &[&str]) -> Result<(), String> {
    let log = baresip.log();
    match words.iter().find(|word| !log.contains(**word)) {
        Some(word) => Err(format!("baresip has not seen {word:?}")),
        None => Ok(()),
    }
}

/// The name of baresip's dialog with phone 2 as phone 2 knows it (RFC 3891 §3), from the 200 that baresip
/// got, escaped for a URI.
fn dialog_with_phone_2(log: &str) -> Result<String, String> {
    let answers = log.split("SIP/2.0 200 ").skip(1).filter(|text| {
        let head = text.split("\r\n\r\n").next().unwrap_or(text);
        head.contains(" INVITE") && head.contains("sip:102@")
    });
    let answer = answers.last().ok_or("baresip's call was not answered")?;
    let value = |name: &str| {
        answer.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).ok_or(format!("no {name}"))
    };
    let tag = |name: &str| {
        let tag = value(name)?.split(";tag=").nth(1).map(|tag| tag.split(';').next().unwrap_or(tag));
        tag.ok_or(format!("no tag in {name}"))
    };
    let (call_id, to, from) = (value("Call-ID:")?, tag("To:")?, tag("From:")?);
    let escaped = call_id.replace('@', "%40");
    Ok(format!("{escaped}%3Bto-tag%3D{to}%3Bfrom-tag%3D{from}"))
}
