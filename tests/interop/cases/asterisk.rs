//! Calls through Asterisk, which stands in the middle of each of them, and what it tells of messages.

use crate::office::{Office, is_held, registration, state, with_phones};
use deskphone::calls::{CallState, LineKey};
use deskphone::phone::{Key, Tone};
use deskphone::ua::RegistrationState;
use interop::asterisk::Asterisk;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::options::Options;
use softphone::script::Heard;
use softphone::world::World;
use std::time::{Duration, Instant};

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("asterisk_registers_md5_and_sha256", |stage| with_asterisk(stage, 3, false, &[], registers)),
    case("asterisk_echo_and_tones_udp", |stage| with_asterisk(stage, 1, false, &[], echo_and_tones)),
    case("asterisk_echo_and_tones_tcp", |stage| with_asterisk(stage, 1, true, &[], echo_and_tones)),
    case("asterisk_phone_calls_phone_and_holds", |stage| {
        with_asterisk(stage, 2, false, NEW_HOLD, phone_calls_phone)
    }),
    case("asterisk_hold_as_in_rfc2543", |stage| with_asterisk(stage, 2, false, &[], phone_calls_phone)),
    case("asterisk_busy_ringing_and_early_media", |stage| with_asterisk(stage, 1, false, &[], unanswered)),
    case("asterisk_keys_as_rfc4733", |stage| with_asterisk(stage, 1, false, &[], keys)),
    case("asterisk_message_waiting", |stage| {
        with_asterisk(stage, 3, false, &[("Mailbox_ID_1_", "101")], message_waiting)
    }),
    case("asterisk_qualifies", |stage| with_asterisk(stage, 1, false, &[], qualifies)),
    case("asterisk_steps_out_of_the_way", |stage| with_asterisk(stage, 4, false, &[], direct_media)),
    case("asterisk_session_timers", |stage| with_asterisk(stage, 5, false, &[], session_timers)),
];

/// The new form of hold alone: `sendonly` without `c=0.0.0.0`.
const NEW_HOLD: &[(&str, &str)] = &[("RFC_2543_Call_Hold", "No")];

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 8, needs: &[Program::Asterisk], limit: Duration::from_secs(110), run }
}

/// Runs a case with an Asterisk of its own.
pub(crate) fn with_asterisk(
    stage: &Stage,
    phones: usize,
    tcp: bool,
    settings: &[(&str, &str)],
    act: fn(&Stage, &mut Office<Asterisk>) -> Result<(), String>,
) -> Result<(), String> {
    with_this_asterisk(stage, Asterisk::start(stage)?, phones, tcp, settings, act)
}

/// Runs a case with this Asterisk.
pub(crate) fn with_this_asterisk(
    stage: &Stage,
    asterisk: Asterisk,
    phones: usize,
    tcp: bool,
    settings: &[(&str, &str)],
    act: fn(&Stage, &mut Office<Asterisk>) -> Result<(), String>,
) -> Result<(), String> {
    let own = |(tag, value): &(&str, &str)| ((*tag).to_owned(), (*value).to_owned());
    let options = Options {
        phones,
        tcp,
        server: Some(asterisk.address().to_string()),
        settings: settings.iter().map(own).collect(),
        ..Options::default()
    };
    with_phones(stage, asterisk, &options, act)
}

/// 101 and 102 with MD5, 103 with SHA-256 (RFC 8760); a wrong password is refused.
fn registers(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    for (phone, algorithm) in [(1, "MD5"), (3, "SHA-256")] {
        if !office.world.record.ladder.since(0).any(|passed| {
            let text = String::from_utf8_lossy(&passed.bytes).to_ascii_lowercase();
            let named = format!("algorithm={}", algorithm.to_ascii_lowercase());
            passed.phone == phone && passed.sent && text.contains("authorization:") && text.contains(&named)
        }) {
            return Err(format!("phone {phone} did not answer with {algorithm}"));
        }
    }
    stage.say("phone 1 by MD5, phone 3 by SHA-256");
    office.world.set(2, "Password_1_", "wrong")?;
    let refused = |world: &World| matches!(registration(world, 2), RegistrationState::Failed(_));
    office.wait("the wrong password is refused", refused)?;
    stage.say(format!("with a wrong password phone 2 is {:?}", registration(&office.world, 2)));
    office.world.set(2, "Password_1_", "pw102")?;
    office.register(stage)
}

/// The phone hears itself, before and after a hold, then a tone; Asterisk learns that it hung up.
fn echo_and_tones(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.speak(1, 440.0)?;
    office.record(stage, 1)?;
    office.call(1, "600");
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("600: phone 1 hears {}", office.hears(1, Heard::Hertz(440.0))?));
    office.world.run_for(Duration::from_millis(1_500));
    office.world.press(1, Key::Hold);
    office.comes_to(1, CallState::Held)?;
    office.world.run_for(Duration::from_millis(700));
    office.world.press(1, Key::Line(LineKey::L1));
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("held and taken back, phone 1 hears {}", office.hears(1, Heard::Hertz(440.0))?));
    office.recorded(stage, 1, 440)?;
    office.all_idle()?;
    office.record(stage, 1)?;
    office.call(1, "601");
    office.comes_to(1, CallState::Proceeding)?;
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("601: phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    office.world.run_for(Duration::from_millis(1_500));
    office.recorded(stage, 1, 700)?;
    let mark = office.world.record.ladder.mark();
    office.all_idle()?;
    office.passes(mark, 1, false, "200 BYE")?;
    stage.say("the phone hung up, Asterisk knows");
    Ok(())
}

/// Phone 1 calls phone 2, holds it and takes it back; phone 2 hangs up.
fn phone_calls_phone(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.speak(1, 440.0)?;
    office.speak(2, 700.0)?;
    office.record(stage, 1)?;
    office.record(stage, 2)?;
    office.call(1, "102");
    office.comes_to(2, CallState::Ringing)?;
    office.comes_to(1, CallState::Proceeding)?;
    let caller =
        office.world.desk(2).and_then(|desk| desk.view().lines.first().map(|line| line.name.to_owned()));
    stage.say(format!("phone 2 rings: it is {}", caller.as_deref().unwrap_or("nobody")));
    if caller.as_deref() != Some("Desk") {
        return Err("Asterisk says that it is Desk".to_owned());
    }
    office.world.set_handset(2, true);
    office.comes_to(1, CallState::Connected)?;
    office.comes_to(2, CallState::Connected)?;
    stage.say(format!("phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    stage.say(format!("phone 2 hears {}", office.hears(2, Heard::Hertz(440.0))?));
    office.world.run_for(Duration::from_millis(1_500));
    office.world.press(1, Key::Hold);
    office.comes_to(1, CallState::Held)?;
    office.hears(2, Heard::Silence)?;
    if is_held(&office.world, 2) {
        return Err("Asterisk keeps holds to itself".to_owned());
    }
    office.world.run_for(Duration::from_millis(500));
    office.world.press(1, Key::Line(LineKey::L1));
    office.comes_to(1, CallState::Connected)?;
    stage.say(format!("held and taken back, phone 2 hears {}", office.hears(2, Heard::Hertz(440.0))?));
    stage.say(format!("phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    office.world.set_handset(2, false);
    office
        .wait("phone 1 knows that phone 2 hung up", |world| state(world, 1) != Some(CallState::Connected))?;
    office.all_idle()?;
    office.recorded(stage, 1, 700)?;
    office.recorded(stage, 2, 440)
}

/// Busy; ringing that is given up; a tone before the answer.
fn unanswered(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.call(1, "603");
    let sounds =
        |tone| move |world: &World| world.desk(1).is_some_and(|desk| desk.view().audio.tone == Some(tone));
    office.wait("the busy tone", sounds(Tone::Busy))?;
    office.all_idle()?;
    stage.say("603 is busy");
    office.call(1, "604");
    office.comes_to(1, CallState::Proceeding)?;
    office.wait("the ringback tone", sounds(Tone::Ringback))?;
    let mark = office.world.record.ladder.mark();
    office.all_idle()?;
    office.passes(mark, 1, false, "200 CANCEL")?;
    office.passes(mark, 1, false, "487 INVITE")?;
    stage.say("604 rang, the phone gave up: CANCEL, 487");
    office.call(1, "605");
    office.comes_to(1, CallState::Proceeding)?;
    stage.say(format!("605 before the answer: phone 1 hears {}", office.hears(1, Heard::Hertz(700.0))?));
    office.comes_to(1, CallState::Connected)?;
    office.all_idle()
}

/// Four keys as telephone events.
fn keys(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.call(1, "602");
    office.comes_to(1, CallState::Connected)?;
    office.world.run_for(Duration::from_millis(300));
    for key in ["1", "5", "9", "*"] {
        office.world.dial(1, key);
        office.world.run_for(Duration::from_millis(200));
    }
    let began = Instant::now();
    while !office.server.log().contains("the keys were 159*") {
        if began.elapsed() > Duration::from_secs(5) {
            let log = office.server.log();
            let seen = log.lines().find(|line| line.contains("the keys were")).unwrap_or("nothing");
            return Err(format!("Asterisk saw {seen}"));
        }
        office.world.run_for(Duration::from_millis(50));
    }
    stage.say("Asterisk saw 1 5 9 *");
    office.wait("Asterisk hangs up", |world| state(world, 1) != Some(CallState::Connected))?;
    office.all_idle()
}

/// 101 subscribes to its mailbox (RFC 3842), 102 is told without asking: a message gives a stutter dial tone
/// until it is gone.
fn message_waiting(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.world.set(2, "Mailbox_ID_1_", "")?;
    office.world.set(3, "Mailbox_ID_1_", "")?;
    office.register(stage)?;
    office.passes(0, 1, false, "200 SUBSCRIBE")?;
    office.passes(0, 1, false, "NOTIFY")?;
    for (phone, how) in [(1, "it subscribed"), (2, "it did not ask")] {
        dial_tone(office, phone, Tone::Dial)?;
        let mailbox = (100 + phone).to_string();
        office.speak(3, 440.0)?;
        office.call(3, &format!("8{mailbox}"));
        office.comes_to(3, CallState::Connected)?;
        office.world.run_for(Duration::from_millis(3_500));
        office.world.set_handset(3, false);
        let began = Instant::now();
        while office.server.messages(&mailbox) == 0 && began.elapsed() < Duration::from_secs(5) {
            office.world.run_for(Duration::from_millis(50));
        }
        office.wait("the phone is told", |world| waiting(world, phone))?;
        stage.say(format!(
            "{how}: phone {phone} is told {} ms after the message",
            began.elapsed().as_millis()
        ));
        dial_tone(office, phone, Tone::Stutter)?;
        office.server.clear(&mailbox)?;
        office.wait("the phone is told that it is gone", |world| !waiting(world, phone))?;
        dial_tone(office, phone, Tone::Dial)?;
        stage.say("stutter dial tone until the message was gone");
    }
    if office.world.record.ladder.since(0).any(|passed| passed.phone == 2 && passed.name() == "SUBSCRIBE") {
        return Err("phone 2 subscribed".to_owned());
    }
    office.all_idle()
}

fn waiting(world: &World, phone: usize) -> bool {
    let setting = deskphone::config::catalogue::ext::MESSAGE_WAITING.of(1);
    world.desk(phone).is_some_and(|desk| desk.phone().config().read(setting))
}

/// Lifts the handset, listens, and puts it down.
fn dial_tone(office: &mut Office<Asterisk>, phone: usize, tone: Tone) -> Result<(), String> {
    office.world.set_handset(phone, true);
    let heard = |world: &World| world.desk(phone).is_some_and(|desk| desk.view().audio.tone == Some(tone));
    office.wait(&format!("phone {phone} has the tone {}", tone.name()), heard)?;
    office.world.set_handset(phone, false);
    office.comes_to(phone, CallState::Idle)?;
    Ok(())
}

/// Asterisk asks every two seconds whether the phone is there.
fn qualifies(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    office.world.run_for(Duration::from_secs(7));
    let ladder = &office.world.record.ladder;
    let asked = ladder.since(0).filter(|passed| !passed.sent && passed.name() == "OPTIONS").count();
    let answered = ladder.since(0).filter(|passed| passed.sent && passed.label().starts_with("200 OPTIONS"));
    let answered = answered.count();
    stage.say(format!("{asked} OPTIONS in 7 s, {answered} answered 200"));
    if asked < 3 || answered != asked || office.server.log().contains("Unreachable") {
        return Err("Asterisk takes the phone for unreachable".to_owned());
    }
    Ok(())
}

/// Once both have answered, Asterisk tells each where the other one is (re-INVITE, RFC 3264 section 8.3):
/// they hear each other all the time, through a hold too.
fn direct_media(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    connect(office, 3, 4)?;
    let mark = office.world.record.ladder.mark();
    let stream = |world: &World, phone: usize| {
        world.desk(phone).and_then(|desk| *desk.view().audio.streams.first()?)
    };
    let to_each_other = |world: &World| match (stream(world, 3), stream(world, 4)) {
        (Some(one), Some(other)) => {
            one.remote.port() == other.local_port && other.remote.port() == one.local_port
        }
        (None, _) | (_, None) => false,
    };
    office.wait("each is told where the other is", to_each_other)?;
    stage.say("Asterisk told each phone the other's port: they talk without it");
    office.world.run_for(Duration::from_millis(500));
    stage.say(format!("phone 3 hears {}", office.hears(3, Heard::Hertz(700.0))?));
    stage.say(format!("phone 4 hears {}", office.hears(4, Heard::Hertz(440.0))?));
    office.world.press(3, Key::Hold);
    office.comes_to(3, CallState::Held)?;
    office.hears(4, Heard::Silence)?;
    office.world.run_for(Duration::from_millis(500));
    office.world.press(3, Key::Line(LineKey::L1));
    office.comes_to(3, CallState::Connected)?;
    stage.say(format!("held and taken back, phone 4 hears {}", office.hears(4, Heard::Hertz(440.0))?));
    office.hears(3, Heard::Hertz(700.0))?;
    let since = office.world.record.ladder.since(mark);
    let glares = since.filter(|passed| passed.name() == "491").count();
    stage.say(format!("{glares} times both offered at once (491)"));
    office.all_idle()
}

/// 104's and 105's calls have a session timer of 90 s (RFC 4028). Asterisk offers to refresh the session that
/// it began, and keeps the other one for itself as well: half of the time goes by, it refreshes both, and all
/// still hear each other.
fn session_timers(stage: &Stage, office: &mut Office<Asterisk>) -> Result<(), String> {
    office.register(stage)?;
    connect(office, 1, 4)?;
    office.speak(5, 440.0)?;
    office.call(5, "600");
    office.comes_to(5, CallState::Connected)?;
    office.hears(5, Heard::Hertz(440.0))?;
    for (phone, sent, refresher) in [(4, true, "refresher=uac"), (5, false, "refresher=uas")] {
        let agreed = agreed_timer(&office.world, phone, sent);
        stage.say(format!("phone {phone}'s call: {}", agreed.as_deref().unwrap_or("no timer")));
        if !agreed.is_some_and(|agreed| agreed.contains(refresher)) {
            return Err(format!("Asterisk refreshes: {refresher}"));
        }
    }
    let mark = office.world.record.ladder.mark();
    let began = Instant::now();
    for phone in [4, 5] {
        let refreshed = |world: &World| {
            let mut after =
                world.record.ladder.since(mark).filter(|passed| passed.phone == phone && passed.sent);
            after.any(|passed| ["200 INVITE", "200 UPDATE"].iter().any(|own| passed.label().starts_with(own)))
        };
        if !office.world.run_until(Duration::from_secs(60).saturating_sub(began.elapsed()), refreshed) {
            return Err(format!("phone {phone}'s session is not refreshed within 60 s"));
        }
        stage.say(format!("phone {phone}'s session refreshed {:.1} s later", began.elapsed().as_secs_f32()));
    }
    office.hears(1, Heard::Hertz(700.0))?;
    office.hears(4, Heard::Hertz(440.0))?;
    office.hears(5, Heard::Hertz(440.0))?;
    office.world.set_handset(1, false);
    office
        .wait("phone 4 knows that phone 1 hung up", |world| state(world, 4) != Some(CallState::Connected))?;
    office.all_idle()
}

/// The last Session-Expires in a 200 that a phone sent or received.
fn agreed_timer(world: &World, phone: usize, sent: bool) -> Option<String> {
    let header = |text: &str| {
        let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with("session-expires:"));
        line.map(|line| line.trim_end().to_owned())
    };
    let answers = world.record.ladder.since(0).rev();
    let mut answers =
        answers.filter(|passed| passed.phone == phone && passed.sent == sent && passed.name() == "200");
    answers.find_map(|passed| header(&String::from_utf8_lossy(&passed.bytes)))
}

/// A phone calls another; the caller sounds at 440 Hz and the other one at 700 Hz, and both hear it.
pub(crate) fn connect(office: &mut Office<Asterisk>, from: usize, to: usize) -> Result<(), String> {
    office.speak(from, 440.0)?;
    office.speak(to, 700.0)?;
    office.call(from, &(100 + to).to_string());
    office.comes_to(to, CallState::Ringing)?;
    office.world.set_handset(to, true);
    office.comes_to(from, CallState::Connected)?;
    office.comes_to(to, CallState::Connected)?;
    office.hears(from, Heard::Hertz(700.0))?;
    office.hears(to, Heard::Hertz(440.0))?;
    Ok(())
}

impl Office<Asterisk> {
    /// Waits until a message whose line begins so passes a phone.
    pub(crate) fn passes(
        &mut self,
        mark: usize,
        phone: usize,
        sent: bool,
        label: &str,
    ) -> Result<(), String> {
        let is = |passed: &softphone::ladder::Passed| {
            passed.phone == phone && passed.sent == sent && passed.label().starts_with(label)
        };
        self.wait(&format!("{label} at phone {phone}"), |world| world.record.ladder.since(mark).any(is))?;
        Ok(())
    }
}
