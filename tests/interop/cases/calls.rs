//! Calls through Kamailio: our phones and baresip call each other, talk, hold, press keys and hang up.

use crate::office::{
    CAPTURE, Office, PLAIN, Setup, in_office, is_held, line_state, measure, registration_of,
};
use deskphone::calls::{CallState, LineKey};
use deskphone::media::g711::Law;
use deskphone::phone::Key;
use deskphone::ua::{ExtensionId, RegistrationState};
use interop::baresip::{Baresip, Microphone};
use interop::kamailio::Digest;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::script::Heard;
use softphone::world::World;
use std::collections::BTreeMap;
use std::time::Duration;
use testbed::goertzel;

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("kamailio_md5_phone_calls_baresip", |stage| in_office(stage, &TWO, phone_calls_baresip)),
    case("kamailio_md5_baresip_calls_phone", |stage| in_office(stage, &TWO, baresip_calls_phone)),
    case("kamailio_md5_echo_before_and_after_hold", |stage| in_office(stage, &PLAIN, echo)),
    case("kamailio_md5_two_lines_of_one_phone", |stage| in_office(stage, &ONE, two_lines)),
    case("kamailio_md5_phone_calls_phone", |stage| in_office(stage, &TWO, phone_calls_phone)),
    case("kamailio_sha256_phone_calls_phone", |stage| {
        in_office(stage, &Setup { digest: Digest::Sha256, ..TWO }, phone_calls_phone)
    }),
    case("kamailio_tcp_phone_calls_baresip", |stage| in_office(stage, &Setup { tcp: true, ..ONE }, over_tcp)),
    case("kamailio_tcp_phone_calls_phone", |stage| {
        in_office(stage, &Setup { tcp: true, ..TWO }, phone_calls_phone)
    }),
    case("kamailio_srtp_phone_calls_baresip", |stage| in_office(stage, &PROTECTED, protected_call)),
    case("kamailio_srtp_baresip_calls_phone", |stage| in_office(stage, &PROTECTED, protected_call_in)),
    case("kamailio_srtp_phone_calls_phone", |stage| {
        in_office(stage, &Setup { phones: 2, ..PROTECTED }, phone_calls_phone)
    }),
    case("kamailio_secure_call_of_two_phones", |stage| in_office(stage, &SECURE, secure_call)),
];

/// The new form of hold alone: `sendonly` without `c=0.0.0.0`.
const NEW_HOLD: &[(&str, &str)] = &[("RFC_2543_Call_Hold", "No")];
/// SRTP with keys in session descriptions.
const SDES: &[(&str, &str)] = &[("SRTP_Method", "s-descriptor"), ("Secure_Call_Setting", "Yes")];
const PROTECTED: Setup<'_> = Setup { settings: SDES, ..PLAIN };
/// A certificate each, and calls become secure.
const SECURE: Setup<'_> =
    Setup { phones: 2, secure: true, settings: &[("Secure_Call_Setting", "Yes")], ..PLAIN };
const ONE: Setup<'_> = Setup { settings: NEW_HOLD, ..PLAIN };
const TWO: Setup<'_> = Setup { phones: 2, ..ONE };

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    let needs = &[Program::Kamailio, Program::Baresip];
    Case { name, lane: 4, needs, limit: Duration::from_secs(60), run }
}

/// The phone calls, holds, resumes, presses keys and hangs up.
fn phone_calls_baresip(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mut baresip = office.baresip(stage, "103", Microphone::Sine(700))?;
    office.speak(1, 440.0)?;
    office.record(stage, 1)?;
    connect(stage, office, &mut baresip, 700.0)?;
    hold_and_resume(stage, office, &baresip, 700.0)?;
    for digit in ["1", "5", "9", "*"] {
        office.world.dial(1, digit);
        let seen = office.told(&mut baresip, "CALL_DTMF_START")?;
        if seen != digit {
            return Err(format!("baresip saw the key {seen}, not {digit}"));
        }
    }
    stage.say("baresip saw the keys 1 5 9 * (RFC 4733)");
    office.world.set_handset(1, false);
    office.told(&mut baresip, "CALL_CLOSED")?;
    stage.say("the phone hung up, baresip knows");
    measure(stage, "baresip", &baresip.heard()?, 440)?;
    office.recorded(stage, 1, 700)?;
    office.all_idle()
}

/// The phone calls a baresip that takes SRTP only, holds and resumes.
fn protected_call(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mut baresip = office.protected_baresip(stage, "103", Microphone::Sine(700))?;
    office.speak(1, 440.0)?;
    office.record(stage, 1)?;
    connect(stage, office, &mut baresip, 700.0)?;
    hold_and_resume(stage, office, &baresip, 700.0)?;
    protected_only(stage, &baresip)?;
    office.world.set_handset(1, false);
    office.told(&mut baresip, "CALL_CLOSED")?;
    measure(stage, "baresip", &baresip.heard()?, 440)?;
    office.recorded(stage, 1, 700)?;
    office.all_idle()
}

/// baresip offers SRTP.
fn protected_call_in(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mut baresip = office.protected_baresip(stage, "103", Microphone::Sine(700))?;
    office.speak(1, 440.0)?;
    office.record(stage, 1)?;
    let uri = format!("sip:101@{}", office.server.address());
    baresip.command("dial", &uri)?;
    office.comes_to(1, CallState::Ringing)?;
    office.world.set_handset(1, true);
    office.told(&mut baresip, "CALL_ESTABLISHED")?;
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    office.world.run_for(Duration::from_millis(1_500));
    protected_only(stage, &baresip)?;
    baresip.command("hangup", "")?;
    office.wait("phone 1 knows that baresip hung up", |world| {
        crate::office::state(world, 1) != Some(CallState::Connected)
    })?;
    measure(stage, "baresip", &baresip.heard()?, 440)?;
    office.recorded(stage, 1, 700)?;
    office.all_idle()
}

/// Each description that baresip saw speaks of SRTP.
fn protected_only(stage: &Stage, baresip: &Baresip) -> Result<(), String> {
    let log = baresip.log();
    let (protected, clear) = (log.matches("RTP/SAVP ").count(), log.matches("m=audio").count());
    stage.say(format!("{protected} of {clear} descriptions are RTP/SAVP"));
    if protected >= 2 && protected == clear { Ok(()) } else { Err("a description without SRTP".to_owned()) }
}

/// baresip calls, holds, resumes and hangs up.
fn baresip_calls_phone(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mut baresip = office.baresip(stage, "103", Microphone::Sine(700))?;
    office.speak(1, 440.0)?;
    office.record(stage, 1)?;
    let uri = format!("sip:101@{}", office.server.address());
    baresip.command("dial", &uri)?;
    office.comes_to(1, CallState::Ringing)?;
    office.told(&mut baresip, "CALL_RINGING")?;
    office.world.set_handset(1, true);
    office.told(&mut baresip, "CALL_ESTABLISHED")?;
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    office.world.run_for(Duration::from_millis(1_500));
    baresip.command("hold", "")?;
    office.wait("phone 1 held by baresip", |world| is_held(world, 1))?;
    // Through Kamailio the next INVITE must not overtake the ACK of this one: that would be 500, and 6 s.
    office.world.run_for(Duration::from_millis(500));
    baresip.command("resume", "")?;
    office.wait("phone 1 taken back by baresip", |world| !is_held(world, 1))?;
    stage.say(format!(
        "held and taken back by baresip, phone 1 hears {}",
        office.hears(1, Heard::Hertz(700.0))?
    ));
    baresip.command("hangup", "")?;
    office.wait("phone 1 knows that baresip hung up", |world| {
        crate::office::state(world, 1) != Some(CallState::Connected)
    })?;
    stage.say("baresip hung up, the phone knows");
    measure(stage, "baresip", &baresip.heard()?, 440)?;
    office.recorded(stage, 1, 700)?;
    office.all_idle()
}

/// Phone 1 calls phone 2, which hangs up.
fn phone_calls_phone(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    office.speak(1, 440.0)?;
    office.speak(2, 700.0)?;
    office.record(stage, 1)?;
    office.record(stage, 2)?;
    for phone in 1..=2 {
        let answer = office.ask(&format!("10{phone}"))?;
        stage.say(format!("OPTIONS through Kamailio to phone {phone}: {answer}"));
        if !answer.starts_with("SIP/2.0 200") {
            return Err(format!("OPTIONS was answered {answer}"));
        }
    }
    office.call(1, "102");
    office.comes_to(2, CallState::Ringing)?;
    office.comes_to(1, CallState::Proceeding)?;
    office.world.set_handset(2, true);
    office.comes_to(1, CallState::Connected)?;
    office.comes_to(2, CallState::Connected)?;
    stage.say(format!("phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    stage.say(format!("phone 2 hears {}", office.hears(2, Heard::Hertz(440.0))?));
    office.world.run_for(Duration::from_millis(1_500));
    office.world.press(1, Key::Hold);
    office.wait("phone 2 held by phone 1", |world| is_held(world, 2))?;
    office.hears(2, Heard::Silence)?;
    office.world.press(1, Key::Line(LineKey::L1));
    office.wait("phone 2 taken back by phone 1", |world| !is_held(world, 2))?;
    stage.say(format!("held and taken back, phone 2 hears {}", office.hears(2, Heard::Hertz(440.0))?));
    office.world.set_handset(2, false);
    office.comes_to(2, CallState::Idle)?;
    office.all_idle()?;
    stage.say("phone 2 hung up, both are idle");
    office.recorded(stage, 1, 700)?;
    office.recorded(stage, 2, 440)
}

/// Two calls of two phones through Kamailio, one in clear by `*19`, one secure: who reads what passed hears
/// the first one, and nothing of the second one after the switch.
fn secure_call(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    office.speak(1, 440.0)?;
    office.speak(2, 700.0)?;
    for (number, secure) in [("*19102", false), ("102", true)] {
        office.call(1, number);
        office.comes_to(2, CallState::Ringing)?;
        office.world.set_handset(2, true);
        office.comes_to(1, CallState::Connected)?;
        if secure {
            office.wait("both phones secure", |world| (1..=2).all(|phone| is_secure(world, phone)))?;
        }
        let before = stage.folder().join(CAPTURE);
        let before = std::fs::metadata(before).map_err(|error| error.to_string())?.len();
        // The tone that tells of it is over then.
        office.world.run_for(Duration::from_millis(if secure { 16_000 } else { 2_000 }));
        stage.say(format!("phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
        stage.say(format!("phone 2 hears {}", office.hears(2, Heard::Hertz(440.0))?));
        let passed = passed_audio(stage, before)?;
        let pieces = passed.chunks_exact(800);
        let (all, heard) = (pieces.len(), pieces.filter(|piece| goertzel::hears(piece, 440)).count());
        stage.say(format!("read on the way, secure {secure}: 440 Hz in {heard} of {all} pieces of 100 ms"));
        if all < 10 || (secure && heard > 0) || (!secure && heard < 10) {
            return Err(format!("secure {secure}: 440 Hz in {heard} of {all} pieces"));
        }
        if secure != (1..=2).all(|phone| is_secure(&office.world, phone)) {
            return Err(format!("secure {secure} is not what the phones show"));
        }
        office.all_idle()?;
    }
    Ok(())
}

fn is_secure(world: &World, phone: usize) -> bool {
    world.desk(phone).is_some_and(|desk| desk.view().lines.first().is_some_and(|line| line.secure))
}

/// The payloads of the busiest RTP stream in a capture from a place on, read as G.711u.
fn passed_audio(stage: &Stage, from: u64) -> Result<Vec<i16>, String> {
    let bytes = std::fs::read(stage.folder().join(CAPTURE)).map_err(|error| error.to_string())?;
    let mut rest = bytes.get(usize::try_from(from).unwrap_or(0)..).ok_or("a shorter capture")?;
    let mut streams: BTreeMap<[u8; 4], BTreeMap<[u8; 2], Vec<i16>>> = BTreeMap::new();
    // A header of 16 bytes, IPv4 and UDP of 28, RTP of 12; both phones see each packet.
    while let Some((length, after)) = rest.get(12..16).and_then(<[u8]>::first_chunk).zip(rest.get(16..)) {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(0);
        let Some((packet, next)) = after.split_at_checked(length) else { break };
        rest = next;
        let rtp = packet.get(28..).unwrap_or_default();
        let (Some([0x80, kind, s0, s1, _, _, _, _, x0, x1, x2, x3]), Some(payload)) =
            (rtp.first_chunk().copied(), rtp.get(12..))
        else {
            continue;
        };
        if kind & 0x7F == 0 {
            let samples = payload.iter().map(|byte| Law::Mu.decode(*byte)).collect();
            streams.entry([x0, x1, x2, x3]).or_default().insert([s0, s1], samples);
        }
    }
    let whole = |packets: BTreeMap<_, Vec<i16>>| packets.into_values().flatten().collect::<Vec<_>>();
    let mut streams: Vec<Vec<i16>> = streams.into_values().map(whole).collect();
    // The one with 440 Hz first, if there is one.
    streams.sort_by_key(|samples| (!goertzel::hears(samples, 440), usize::MAX - samples.len()));
    streams.into_iter().next().ok_or_else(|| "no audio passed".into())
}

/// Extensions 1 and 2 of one phone: line 1 calls baresip, then baresip calls line 2, which is answered while
/// line 1 is held.
fn two_lines(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let server = office.server.address().to_string();
    for (tag, value) in [("Proxy_2_", server.as_str()), ("Password_2_", "pw104"), ("User_ID_2_", "104")] {
        office.world.set(1, tag, value)?;
    }
    office.world.set(1, "Extension_2_", "2")?;
    office.register(stage)?;
    let second = ExtensionId::new(2).ok_or("no second extension")?;
    office.wait("extension 2 registered", |world| {
        registration_of(world, 1, second) == RegistrationState::Registered
    })?;
    stage.say("extensions 1 and 2 of phone 1 registered as 101 and 104");
    let mut baresip = office.baresip(stage, "103", Microphone::Sine(700))?;
    office.speak(1, 440.0)?;
    office.record(stage, 1)?;
    connect(stage, office, &mut baresip, 700.0)?;
    let uri = format!("sip:104@{}", office.server.address());
    baresip.command("dial", &uri)?;
    let line_2 = |wanted| move |world: &World| line_state(world, 1, LineKey::L2) == Some(wanted);
    office.wait("line 2 rings", line_2(CallState::Ringing))?;
    office.world.press(1, Key::Line(LineKey::L2));
    office.wait("line 2 connected", line_2(CallState::Connected))?;
    office.comes_to(1, CallState::Held)?;
    office.told(&mut baresip, "CALL_ESTABLISHED")?;
    stage.say(format!(
        "baresip called 104: line 2 answered, line 1 held; phone 1 hears {}",
        office.hears(1, Heard::Hertz(700.0))?
    ));
    office.world.set_handset(1, false);
    office.wait("line 2 idle", line_2(CallState::Idle))?;
    office.told(&mut baresip, "CALL_CLOSED")?;
    office.world.set_handset(1, true);
    office.world.press(1, Key::Line(LineKey::L1));
    office.comes_to(1, CallState::Connected)?;
    office.world.set_handset(1, false);
    office.told(&mut baresip, "CALL_CLOSED")?;
    stage.say("line 2 ended, line 1 taken back and ended");
    office.all_idle()
}

/// baresip sends back what it hears: our sound reaches it before the hold and after it.
fn echo(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mut baresip = office.baresip(stage, "103", Microphone::Echo)?;
    office.speak(1, 440.0)?;
    connect(stage, office, &mut baresip, 440.0)?;
    hold_and_resume(stage, office, &baresip, 440.0)?;
    if offers(&baresip.log(), "sendonly") == 0 || !baresip.log().contains("c=IN IP4 0.0.0.0") {
        return Err("the hold offer had no c=0.0.0.0".to_owned());
    }
    stage.say("the echo came back before the hold and after it; the hold offer had c=0.0.0.0 and sendonly");
    office.world.set_handset(1, false);
    office.told(&mut baresip, "CALL_CLOSED")?;
    office.all_idle()
}

/// Everything over TCP on our side, UDP on baresip's.
fn over_tcp(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mut baresip = office.baresip(stage, "103", Microphone::Sine(700))?;
    office.speak(1, 440.0)?;
    office.record(stage, 1)?;
    connect(stage, office, &mut baresip, 700.0)?;
    hold_and_resume(stage, office, &baresip, 700.0)?;
    baresip.command("hangup", "")?;
    office.wait("phone 1 knows that baresip hung up", |world| {
        crate::office::state(world, 1) != Some(CallState::Connected)
    })?;
    measure(stage, "baresip", &baresip.heard()?, 440)?;
    office.recorded(stage, 1, 700)?;
    let ladder = &office.world.record.ladder;
    if let Some(stray) = ladder.since(0).find(|passed| !passed.tcp) {
        return Err(format!("{} went over UDP", stray.label()));
    }
    stage.say(format!("all {} messages of the phone went over TCP", ladder.mark()));
    office.all_idle()
}

/// Phone 1 calls baresip, which answers; both hear each other.
fn connect(stage: &Stage, office: &mut Office, baresip: &mut Baresip, hertz: f32) -> Result<(), String> {
    office.call(1, "103");
    office.told(baresip, "CALL_INCOMING")?;
    office.comes_to(1, CallState::Proceeding)?;
    baresip.command("accept", "")?;
    office.comes_to(1, CallState::Connected)?;
    office.told(baresip, "CALL_ESTABLISHED")?;
    stage.say(format!("phone 1 hears {}", office.hears(1, Heard::Hertz(hertz))?));
    office.world.run_for(Duration::from_millis(1_500));
    Ok(())
}

/// The Hold key, then the line key, as baresip sees it in the offers that reach it.
fn hold_and_resume(stage: &Stage, office: &mut Office, baresip: &Baresip, hertz: f32) -> Result<(), String> {
    let offers = |attribute: &str| offers(&baresip.log(), attribute);
    let (held, resumed) = (offers("sendonly"), offers("sendrecv"));
    office.world.press(1, Key::Hold);
    office.comes_to(1, CallState::Held)?;
    office.wait("a sendonly offer at baresip", |_| offers("sendonly") > held)?;
    office.hears(1, Heard::Silence)?;
    office.world.run_for(Duration::from_millis(500));
    office.world.press(1, Key::Line(LineKey::L1));
    office.comes_to(1, CallState::Connected)?;
    office.wait("a sendrecv offer at baresip", |_| offers("sendrecv") > resumed)?;
    stage.say(format!(
        "held (baresip got sendonly), taken back (sendrecv), phone 1 hears {}",
        office.hears(1, Heard::Hertz(hertz))?
    ));
    office.world.run_for(Duration::from_millis(500));
    Ok(())
}

/// How many INVITEs with a media attribute a trace of SIP messages holds.
fn offers(trace: &str, attribute: &str) -> usize {
    let line = format!("a={attribute}");
    let invites = trace.split("INVITE sip:").skip(1);
    invites.filter(|text| text.split("\nSIP/2.0 ").next().is_some_and(|own| own.contains(&line))).count()
}
