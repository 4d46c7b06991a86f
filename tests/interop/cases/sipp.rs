//! SIPp's built-in scenarios against a user agent host: SIPp calls us, we call SIPp; then the same over a
//! lossy relay.

use deskphone::transaction::{Timers, Transport};
use interop::host::Host;
use interop::ports;
use interop::relay::Relay;
use interop::sipp::{Counted, Sipp};
use interop::stage::Stage;
use interop::suite::{Case, Program};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// All of them.
pub(crate) const CASES: &[Case] = &[
    case("sipp_calls_us_udp", 1, |stage| sipp_calls(stage, Transport::Udp, 0)),
    case("we_call_sipp_udp", 1, |stage| we_call(stage, Transport::Udp, 0)),
    case("sipp_calls_us_tcp", 2, |stage| sipp_calls(stage, Transport::Tcp, 0)),
    case("we_call_sipp_tcp", 2, |stage| we_call(stage, Transport::Tcp, 0)),
    case("sipp_calls_us_udp_5_percent_lost", 3, |stage| sipp_calls(stage, Transport::Udp, 5)),
    case("we_call_sipp_udp_5_percent_lost", 3, |stage| we_call(stage, Transport::Udp, 5)),
];

const CALLS: u32 = 1_000;
const CALLS_A_SECOND: u32 = 50;

const fn case(name: &'static str, lane: u8, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane, needs: &[Program::Sipp], limit: Duration::from_secs(110), run }
}

fn here(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

const fn mode(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "u1",
        Transport::Tcp | Transport::Tls => "t1",
    }
}

/// `sipp -sn uac`: INVITE, 180, 200, ACK, BYE, 200, each call from SIPp.
fn sipp_calls(stage: &Stage, transport: Transport, lost_percent: u32) -> Result<(), String> {
    let mut host = Host::start(ports::free(2)?, None, timers(lost_percent), SEED)?;
    let sipp_port = ports::free(2)?;
    let relay = lossy(lost_percent, here(sipp_port), here(host.port()))?;
    let target = relay.as_ref().map_or(here(host.port()), Relay::for_near);
    let (calls, rate) = (CALLS.to_string(), CALLS_A_SECOND.to_string());
    let arguments =
        ["-sn", "uac", "-s", "desk", "-m", &calls, "-r", &rate, "-t", mode(transport), "-timeout", "70"];
    let began = Instant::now();
    let mut sipp = Sipp::start(stage, sipp_port, Some(target), &arguments)?;
    while sipp.is_running()? && !stage.is_late() {
        host.turn(Duration::from_millis(20));
    }
    conclude(stage, &mut host, &sipp, (relay.as_ref(), began))
}

/// `sipp -sn uas`: we send INVITE and ACK, then BYE at once.
fn we_call(stage: &Stage, transport: Transport, lost_percent: u32) -> Result<(), String> {
    let (port, sipp_port) = (ports::free(2)?, ports::free(2)?);
    let relay = lossy(lost_percent, here(port), here(sipp_port))?;
    let target = relay.as_ref().map_or(here(sipp_port), Relay::for_near);
    let mut host = Host::start(port, Some((target, transport)), timers(lost_percent), SEED)?;
    let calls = CALLS.to_string();
    let arguments = ["-sn", "uas", "-m", &calls, "-t", mode(transport), "-timeout", "70"];
    let mut sipp = Sipp::start(stage, sipp_port, None, &arguments)?;
    sipp.wait_until_it_listens(transport, stage)?;
    let began = Instant::now();
    let interval = Duration::from_secs(1) / CALLS_A_SECOND;
    let mut next = began;
    while sipp.is_running()? && !stage.is_late() {
        if host.tally.outgoing < CALLS && Instant::now() >= next {
            next += interval;
            host.call("service")?;
        }
        host.turn(next.saturating_duration_since(Instant::now()).min(Duration::from_millis(20)));
        let over: u32 = host.tally.ended.values().sum();
        if host.tally.outgoing == CALLS && over == CALLS && host.load().0 == 0 {
            break;
        }
    }
    // SIPp keeps each call for 4 s after its BYE; then it ends by itself.
    let patience = Instant::now() + Duration::from_secs(6);
    while sipp.is_running()? && Instant::now() < patience {
        host.turn(Duration::from_millis(20));
    }
    conclude(stage, &mut host, &sipp, (relay.as_ref(), began))
}

fn lossy(percent: u32, near: SocketAddr, far: SocketAddr) -> Result<Option<Relay>, String> {
    if percent == 0 {
        return Ok(None);
    }
    Relay::start(near, far, percent, SEED).map(Some)
}

/// Waits until everything has ended, says the figures, and judges them.
fn conclude(
    stage: &Stage,
    host: &mut Host,
    sipp: &Sipp,
    (relay, began): (Option<&Relay>, Instant),
) -> Result<(), String> {
    let took = began.elapsed().as_secs_f32();
    let since = Instant::now();
    while host.load() != (0, 0) && since.elapsed() < AFTERMATH {
        host.turn(Duration::from_millis(50));
    }
    let counted = sipp.counted().ok_or("SIPp left no figures")?;
    let Counted { successful, failed, retransmissions } = counted;
    stage.say(format!(
        "SIPp: {successful} calls successful, {failed} failed, {retransmissions} retransmissions, {took:.1} s"
    ));
    let tally = &host.tally;
    stage.say(format!(
        "user agent: {} in, {} out, {} answered, {} postponed, ended: {:?}",
        tally.incoming, tally.outgoing, tally.answered, tally.postponed, tally.ended
    ));
    let (ours, table) = (host.ua().counters(), host.ua().transaction_counters());
    stage.say(format!("user agent: {ours:?}, {table:?}"));
    stage.say(format!("user agent refused: {:?}", host.trace.refusals()));
    if let Some((carried, lost)) = relay.map(Relay::counts) {
        stage.say(format!("relay: {carried} datagrams carried, {lost} lost, seed {SEED}"));
    }
    stage.say(format!(
        "{:?} sessions and transactions {:.1} s after SIPp's end; {}",
        host.load(),
        since.elapsed().as_secs_f32(),
        if relay.is_none() { "timers as in RFC 3261" } else { "T1 100 ms, timers B, D, F, H, J 6.4 s" }
    ));
    stage.keep(format!("SIPp says:\n{}", sipp.complaints()));
    stage.keep(format!("the end of the ladder:\n{}", host.trace.last(60)));
    if host.load() != (0, 0) {
        return Err(format!("still there after {AFTERMATH:?}: {:?}", host.load()));
    }
    if ours.malformed > 0 || table.misused > 0 {
        return Err("something was malformed or misused".to_owned());
    }
    if relay.is_none() && (successful, failed) != (CALLS, 0) {
        return Err("calls failed".to_owned());
    }
    if relay.is_some() && successful + failed != CALLS {
        return Err("calls are stuck at SIPp".to_owned());
    }
    // Both answers of SIPp lost: it turns the repeated INVITE down. Its ACK and BYE lost: it takes our
    // repeated 200 for the answer to the BYE. Its BYE repeated after 25 other calls: our transaction has
    // given its place away, 481.
    if failed > CALLS / 25 {
        return Err("more calls failed than losses explain".to_owned());
    }
    if tally.ended.values().sum::<u32>() != tally.incoming + tally.outgoing {
        return Err("a call did not end, or ended twice".to_owned());
    }
    Ok(())
}

/// The RFC's times; with losses a fifth of them, so that what is lost is repeated soon.
const fn timers(lost_percent: u32) -> Timers {
    if lost_percent == 0 {
        return Timers::RFC_3261;
    }
    Timers {
        t1_ms: 100,
        t2_ms: 800,
        t4_ms: 1_000,
        b_ms: 6_400,
        d_ms: 6_400,
        f_ms: 6_400,
        h_ms: 6_400,
        j_ms: 6_400,
    }
}

const SEED: u64 = 0x5349_5070;

/// 64·T1 for what absorbs retransmissions; with losses twice that, after a request that was given up.
const AFTERMATH: Duration = Duration::from_secs(35);
