//! Transfers through Asterisk, which ends each call and so follows every REFER itself (RFC 3515, RFC 3891).

use crate::asterisk::{connect, with_asterisk};
use crate::office::{Office, line_state, state};
use deskphone::calls::{CallState, LineKey};
use interop::asterisk::Asterisk;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::script::Heard;
use softphone::world::World;
use std::time::Duration;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("asterisk_blind_transfer", |stage| with_asterisk(stage, 3, false, &[], blind)),
    case("asterisk_attended_transfer", |stage| with_asterisk(stage, 3, false, &[], attended)),
    case("asterisk_semi_attended_transfer", |stage| with_asterisk(stage, 3, false, &[], semi_attended)),
];

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 8, needs: &[Program::Asterisk], limit: Duration::from_secs(60), run }
}

/// Phone 1 sends phone 2 to phone 3 without asking there.
fn blind(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.speak(3, 1_000.0)?;
    connect(office, 1, 2)?;
    soft(office, "bxfer")?;
    office.comes_to(1, CallState::Held)?;
    office.world.dial(1, "103#");
    office.comes_to(3, CallState::Ringing)?;
    office.world.set_handset(3, true);
    office.comes_to(3, CallState::Connected)?;
    both_hear_each_other(stage, office)?;
    office.passes(0, 1, false, "202 REFER")?;
    office.all_idle()
}

/// Phone 1 talks to phone 3 first. Asterisk finds its own dialog by the Replaces in the REFER.
fn attended(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.speak(3, 1_000.0)?;
    connect(office, 1, 2)?;
    soft(office, "xfer")?;
    office.comes_to(1, CallState::Held)?;
    office.world.dial(1, "103#");
    office.comes_to(3, CallState::Ringing)?;
    office.world.set_handset(3, true);
    office
        .wait("line 2 connected", |world| line_state(world, 1, LineKey::L2) == Some(CallState::Connected))?;
    stage.say(format!("phone 1 asks phone 3, it hears {}", office.hears(1, Heard::Hertz(1_000.0))?));
    soft(office, "xfer")?;
    both_hear_each_other(stage, office)?;
    let refers = |world: &World| {
        let mut all = world.record.ladder.since(0).filter(|passed| passed.sent && passed.name() == "REFER");
        all.any(|passed| String::from_utf8_lossy(&passed.bytes).contains("?Replaces="))
    };
    if !refers(&office.world) {
        return Err("the REFER named no dialog".to_owned());
    }
    office.all_idle()
}

/// Phone 1 hears that phone 3 rings, and sends phone 2 there: its own call is given up, the number is given
/// (RFC 5589 §7.6).
fn semi_attended(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.speak(3, 1_000.0)?;
    connect(office, 1, 2)?;
    soft(office, "xfer")?;
    office.comes_to(1, CallState::Held)?;
    office.world.dial(1, "103#");
    office.comes_to(3, CallState::Ringing)?;
    office.wait("line 2 rings there", |world| {
        line_state(world, 1, LineKey::L2) == Some(CallState::Proceeding)
    })?;
    let mark = office.world.record.ladder.mark();
    soft(office, "xfer")?;
    office.passes(mark, 1, true, "CANCEL")?;
    office.passes(mark, 1, true, "REFER")?;
    office.passes(mark, 3, false, "INVITE")?;
    office.comes_to(3, CallState::Ringing)?;
    office.world.set_handset(3, true);
    office.comes_to(3, CallState::Connected)?;
    both_hear_each_other(stage, office)?;
    office.all_idle()
}

/// Phone 1 is out of it: phones 2 and 3 talk, until phone 3 hangs up.
fn both_hear_each_other(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.wait("phone 1 is idle", |world| {
        [LineKey::L1, LineKey::L2].iter().all(|key| line_state(world, 1, *key) == Some(CallState::Idle))
    })?;
    stage.say(format!("phone 1 is idle, phone 2 hears {}", office.hears(2, Heard::Hertz(1_000.0))?));
    stage.say(format!("phone 3 hears {}", office.hears(3, Heard::Hertz(700.0))?));
    office.world.set_handset(3, false);
    office
        .wait("phone 2 knows that phone 3 hung up", |world| state(world, 2) != Some(CallState::Connected))?;
    Ok(())
}

/// Presses a soft key of phone 1.
fn soft(office: &mut Office<Asterisk>, label: &str) -> Result<(), String> {
    if office.world.press_soft(1, label) { Ok(()) } else { Err(format!("phone 1 offers no {label}")) }
}
