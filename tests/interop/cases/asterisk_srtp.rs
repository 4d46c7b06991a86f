//! Calls through an Asterisk that takes SRTP only, with keys in session descriptions (RFC 4568). Each phone
//! has its own keys with Asterisk, which decrypts and encrypts in between.

use crate::asterisk::with_this_asterisk;
use crate::office::{Office, state};
use deskphone::calls::{CallState, LineKey};
use deskphone::phone::Key;
use interop::asterisk::Asterisk;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::script::Heard;
use softphone::world::World;
use std::time::Duration;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("asterisk_srtp_echo_and_tones_udp", |stage| protected(stage, 1, false, ALWAYS, echo_and_tone)),
    case("asterisk_srtp_echo_and_tones_tcp", |stage| protected(stage, 1, true, ALWAYS, echo_and_tone)),
    case("asterisk_srtp_phone_calls_phone_and_both_hold", |stage| {
        protected(stage, 2, false, ALWAYS, phone_calls_phone)
    }),
    case("asterisk_srtp_for_one_call", |stage| protected(stage, 2, false, AS_ASKED, for_one_call)),
];

/// All calls of the phone offer SRTP and nothing else.
const ALWAYS: &[(&str, &str)] =
    &[("SRTP_Method", "s-descriptor"), ("Secure_Call_Setting", "Yes"), ("RFC_2543_Call_Hold", "No")];
/// None of them does; those that are offered it take it.
const AS_ASKED: &[(&str, &str)] = &[("SRTP_Method", "s-descriptor"), ("RFC_2543_Call_Hold", "No")];

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 8, needs: &[Program::Asterisk], limit: Duration::from_secs(110), run }
}

fn protected(
    stage: &Stage,
    phones: usize,
    tcp: bool,
    settings: &[(&str, &str)],
    act: fn(&Stage, &mut Office<Asterisk>) -> Result<(), String>,
) -> Result<(), String> {
    with_this_asterisk(stage, Asterisk::protected(stage)?, phones, tcp, settings, act)
}

/// The phone calls: it hears itself, before and after a hold with the same keys, and then a tone.
fn echo_and_tone(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.speak(1, 440.0)?;
    office.record(stage, 1)?;
    office.call(1, "600");
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("600: phone 1 hears {}", office.hears(1, Heard::Hertz(440.0))?));
    office.world.run_for(Duration::from_millis(1_500));
    hold_and_resume(stage, office, 1)?;
    stage.say(format!("held and taken back, phone 1 hears {}", office.hears(1, Heard::Hertz(440.0))?));
    office.recorded(stage, 1, 440)?;
    descriptions(stage, &office.world, 1)?;
    office.all_idle()?;
    office.record(stage, 1)?;
    office.call(1, "601");
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("601: phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    office.world.run_for(Duration::from_millis(1_500));
    office.recorded(stage, 1, 700)?;
    office.all_idle()
}

/// Phone 1 calls Asterisk, which calls phone 2: SRTP on both sides. Each of them holds the call and takes it
/// back.
fn phone_calls_phone(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.speak(1, 440.0)?;
    office.speak(2, 700.0)?;
    office.record(stage, 1)?;
    office.record(stage, 2)?;
    office.call(1, "102");
    talk(stage, office)?;
    for phone in [1, 2] {
        hold_and_resume(stage, office, phone)?;
        hear_each_other(stage, office)?;
    }
    for phone in [1, 2] {
        descriptions(stage, &office.world, phone)?;
    }
    office.world.set_handset(2, false);
    office
        .wait("phone 1 knows that phone 2 hung up", |world| state(world, 1) != Some(CallState::Connected))?;
    office.all_idle()?;
    office.recorded(stage, 1, 700)?;
    office.recorded(stage, 2, 440)
}

/// In clear Asterisk takes no call; with `*18` before the number it does.
fn for_one_call(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.speak(1, 440.0)?;
    office.speak(2, 700.0)?;
    let mark = office.world.record.ladder.mark();
    office.call(1, "102");
    office.passes(mark, 1, false, "488 INVITE")?;
    stage.say("an offer in clear: 488");
    office.all_idle()?;
    office.call(1, "*18102");
    talk(stage, office)?;
    descriptions(stage, &office.world, 2)?;
    office.all_idle()
}

fn talk(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.comes_to(2, CallState::Ringing)?;
    office.world.set_handset(2, true);
    office.comes_to(1, CallState::Connected)?;
    office.comes_to(2, CallState::Connected)?;
    hear_each_other(stage, office)?;
    office.world.run_for(Duration::from_millis(1_500));
    Ok(())
}

fn hear_each_other(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    stage.say(format!("phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    stage.say(format!("phone 2 hears {}", office.hears(2, Heard::Hertz(440.0))?));
    Ok(())
}

/// Through a hold the phone keeps its key, and its audio stays SRTP.
fn hold_and_resume(stage: &Stage, office: &mut Office<Asterisk>, phone: usize) -> Result<(), String> {
    let before = own_key(&office.world, phone)?;
    office.world.press(phone, Key::Hold);
    office.comes_to(phone, CallState::Held)?;
    office.world.run_for(Duration::from_millis(700));
    office.world.press(phone, Key::Line(LineKey::L1));
    office.comes_to(phone, CallState::Connected)?;
    office.world.run_for(Duration::from_millis(300));
    if own_key(&office.world, phone)? != before {
        return Err(format!("phone {phone} has another key after the hold"));
    }
    stage.say(format!("phone {phone} held and took back, with the same key"));
    Ok(())
}

/// The key that a phone sends with.
fn own_key(world: &World, phone: usize) -> Result<Vec<u8>, String> {
    let desk = world.desk(phone).ok_or("no such phone")?;
    let stream = desk.view().audio.streams.first().copied().flatten().ok_or("no audio")?;
    let keys = desk.phone().media_keys(LineKey::L1).filter(|_| stream.protected).ok_or("no SRTP")?;
    Ok([keys.send.key(), keys.send.salt()].concat())
}

/// Each description that the phone sent or got speaks of SRTP, and has a key.
fn descriptions(stage: &Stage, world: &World, phone: usize) -> Result<(), String> {
    let passed = world.record.ladder.since(0).filter(|passed| passed.phone == phone);
    let texts: Vec<String> =
        passed.map(|passed| String::from_utf8_lossy(&passed.bytes).into_owned()).collect();
    let count = |word: &str| texts.iter().filter(|text| text.contains(word)).count();
    let (all, protected) = (count("m=audio"), count("RTP/SAVP "));
    let keys = texts.iter().filter(|text| text.contains("RTP/SAVP ") && text.contains("a=crypto:")).count();
    stage.say(format!("phone {phone}: {protected} of {all} descriptions are RTP/SAVP, {keys} with keys"));
    if all >= 2 && protected == all && keys == all {
        Ok(())
    } else {
        Err("a description without SRTP".to_owned())
    }
}
