//! Registrations that fail: a wrong password, and a registrar that goes and comes back.

use crate::office::{Office, PLAIN, Setup, in_office, registration};
use deskphone::ua::RegistrationState;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use softphone::world::World;
use std::time::{Duration, Instant};

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("kamailio_wrong_password", |stage| {
        let settings = &[("Password_1_", "wrong"), ("Reg_Retry_Long_Intvl", "2")];
        in_office(stage, &Setup { settings, ..PLAIN }, wrong_password)
    }),
    case("kamailio_stale_nonces", |stage| {
        in_office(stage, &Setup { nonce_s: 1, settings: BRISK, ..PLAIN }, stale_nonces)
    }),
    case("kamailio_killed_and_restarted_udp", |stage| {
        in_office(stage, &Setup { phones: 2, settings: BRISK, ..PLAIN }, restarted)
    }),
    case("kamailio_killed_and_restarted_tcp", |stage| {
        in_office(stage, &Setup { phones: 2, tcp: true, settings: BRISK, ..PLAIN }, restarted)
    }),
];

/// Registrations are refreshed and retried within seconds.
const BRISK: &[(&str, &str)] = &[
    ("Register_Expires_1_", "4"),
    ("Reg_Retry_Intvl", "1"),
    ("Reg_Retry_Long_Intvl", "1"),
    ("SIP_Timer_F", "2"),
];

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 5, needs: &[Program::Kamailio], limit: Duration::from_secs(60), run }
}

/// The phone says so, tries again as it is set up, and no more than that.
fn wrong_password(stage: &Stage, office: &mut Office) -> Result<(), String> {
    let failed = |world: &World| matches!(registration(world, 1), RegistrationState::Failed(401 | 403));
    let took = office.wait("registration failed", failed)?;
    stage.say(format!("registration {:?} after {} ms", registration(&office.world, 1), took.as_millis()));
    office.world.run_for(Duration::from_millis(7_000).saturating_sub(took));
    let sent = requests(office);
    stage.say(format!("REGISTERs in 7 s with Reg_Retry_Long_Intvl 2 s, at ms: {sent:?}"));
    // Four attempts (at 0, 2, 4, 6 s), each at most once without and once with an answer to the challenge,
    // and once more when the nonce is stale.
    let mut attempts = 1;
    for pair in sent.windows(2) {
        if let [before, after] = pair
            && after - before > 1_000
        {
            attempts += 1;
        }
    }
    if !failed(&office.world) {
        return Err(format!("the registration is {:?}", registration(&office.world, 1)));
    }
    if !(3..=4).contains(&attempts) || sent.len() > 2 * attempts {
        return Err(format!("{attempts} attempts with {} REGISTERs", sent.len()));
    }
    stage.say(format!("{attempts} attempts, {} REGISTERs, no storm", sent.len()));
    office.world.set(1, "Password_1_", "pw101")?;
    office.register(stage)?;
    stage.say("with the right password it is registered");
    Ok(())
}

/// Each refresh meets a nonce that is not good any more: the phone answers the new one and stays registered.
fn stale_nonces(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mark = office.world.record.ladder.mark();
    let lost = |world: &World| registration(world, 1) != RegistrationState::Registered;
    if office.world.run_until(Duration::from_secs(9), lost) {
        return Err(format!("the registration is {:?}", registration(&office.world, 1)));
    }
    let ladder = &office.world.record.ladder;
    let stale = ladder
        .since(mark)
        .filter(|passed| !passed.sent && String::from_utf8_lossy(&passed.bytes).contains("stale=true"));
    let (stale, sent) = (stale.count(), ladder.since(mark).filter(|passed| passed.sent).count());
    stage.say(format!("registered for 9 s: {sent} REGISTERs, {stale} challenges with stale=true"));
    if stale == 0 || sent > 12 {
        return Err("refreshes with stale nonces went wrong".to_owned());
    }
    Ok(())
}

/// The server goes without a word and comes back without its memory.
fn restarted(stage: &Stage, office: &mut Office) -> Result<(), String> {
    office.register(stage)?;
    let mark = office.world.record.ladder.mark();
    office.server.kill();
    let gone = Instant::now();
    let lost = |world: &World| {
        (1..=2).all(|phone| matches!(registration(world, phone), RegistrationState::Failed(_)))
    };
    let took = office.wait("the phones notice", lost)?;
    stage.say(format!(
        "Kamailio killed; phones {:?} after {} ms",
        registration(&office.world, 1),
        took.as_millis()
    ));
    office.world.run_for(Duration::from_secs(3));
    let since = office.world.record.ladder.since(mark);
    let meanwhile = since.filter(|passed| passed.sent && passed.name() == "REGISTER").count();
    let seconds = gone.elapsed().as_secs_f32();
    stage.say(format!("{meanwhile} REGISTERs of both phones in the {seconds:.1} s without Kamailio"));
    // An attempt a second and phone, and over UDP its retransmissions 0.5 and 1.5 s later.
    if meanwhile > 40 {
        return Err("the phones storm".to_owned());
    }
    office.server.restart()?;
    let took = office.wait("both registered again", |world| {
        (1..=2).all(|phone| registration(world, phone) == RegistrationState::Registered)
    })?;
    stage.say(format!("Kamailio restarted; both registered again after {} ms", took.as_millis()));
    for phone in 1..=2 {
        let answer = office.ask(&format!("10{phone}"))?;
        if !answer.starts_with("SIP/2.0 200") {
            return Err(format!("OPTIONS to phone {phone}: {answer}"));
        }
    }
    stage.say("both answer OPTIONS through Kamailio");
    Ok(())
}

/// When phone 1 sent each REGISTER for the first time; a busy machine makes it repeat one.
fn requests(office: &Office) -> Vec<u64> {
    let passed = office.world.record.ladder.since(0);
    let registers = passed.filter(|passed| passed.phone == 1 && passed.sent && passed.name() == "REGISTER");
    let mut first: Vec<(u64, &[u8])> = Vec::new();
    for passed in registers {
        if first.iter().all(|(_, bytes)| *bytes != passed.bytes) {
            first.push((passed.at_ms, &passed.bytes));
        }
    }
    first.into_iter().map(|(at_ms, _)| at_ms).collect()
}
