//! libsrtp: packets that we protect it unprotects, and back, over two roll-overs of the sequence numbers.

use deskphone::crypto::{MasterKey, Suite};
use deskphone::rtp::Packet;
use deskphone::srtp::{Error, Receiver, Sender};
use interop::asterisk;
use interop::stage::Stage;
use interop::suite::{Case, Program};
use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

/// All suites that it has in common with us. Before 2.8.0 libsrtp got other session keys with 192 bits than
/// RFC 6188 §7 prints (its issue 763), which ours are; so Debian's 2.5.0 is no judge of those. The one in the
/// folder with Asterisk is.
pub(crate) const CASES: &[Case] = &[
    case("libsrtp_aes_cm_128_hmac_sha1_80", |stage| both_ways(stage, Suite::Aes128Sha1_80)),
    case("libsrtp_aes_cm_128_hmac_sha1_32", |stage| both_ways(stage, Suite::Aes128Sha1_32)),
    case("libsrtp_aes_256_cm_hmac_sha1_80", |stage| both_ways(stage, Suite::Aes256Sha1_80)),
    case("libsrtp_aes_256_cm_hmac_sha1_32", |stage| both_ways(stage, Suite::Aes256Sha1_32)),
    case("libsrtp_aead_aes_128_gcm", |stage| both_ways(stage, Suite::Aes128Gcm)),
    case("libsrtp_aead_aes_256_gcm", |stage| both_ways(stage, Suite::Aes256Gcm)),
    case("libsrtp_null_cipher", |stage| both_ways(stage, Suite::NullSha1_80)),
    newer("asterisk_libsrtp_aes_192_cm_hmac_sha1_80", |stage| in_the_folder(stage, Suite::Aes192Sha1_80)),
    newer("asterisk_libsrtp_aes_192_cm_hmac_sha1_32", |stage| in_the_folder(stage, Suite::Aes192Sha1_32)),
];

const fn case(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    Case { name, lane: 6, needs: &[Program::Libsrtp], limit: Duration::from_secs(60), run }
}

/// With the libsrtp of the system that Asterisk is in.
const fn newer(name: &'static str, run: fn(&Stage) -> Result<(), String>) -> Case {
    let needs = &[Program::Asterisk, Program::Libsrtp];
    Case { name, lane: 8, needs, limit: Duration::from_secs(110), run }
}

const SOURCE: &str = include_str!("../peers/libsrtp.c");
/// Two roll-overs and a little.
const PACKETS: u32 = 100_000;
const FIRST: u32 = 65_000;
/// Each so many packets a report.
const REPORTS: u32 = 100;
const MOST: usize = 512;
// What libsrtp says (srtp_err_status_t).
const DONE: u8 = 0;
const REPLAY_FAIL: u8 = 9;
const REPLAY_OLD: u8 = 10;

/// What libsrtp is asked, in order.
#[derive(Default)]
struct Orders {
    bytes: Vec<u8>,
}

impl Orders {
    fn push(&mut self, letter: u8, packet: &[u8]) {
        self.bytes.push(letter);
        self.bytes.extend(u16::try_from(packet.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.bytes.extend_from_slice(packet);
    }
}

/// A seeded generator: each run is the same.
struct Chance(u32);

impl Chance {
    /// A number below a bound.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        usize::try_from(self.0).unwrap_or(0) % bound
    }
}

fn both_ways(stage: &Stage, suite: Suite) -> Result<(), String> {
    let program = compiled(stage)?;
    judged(stage, &[program.as_str()], suite)
}

/// The same program, run in the folder with Asterisk: it finds that system's libsrtp.
fn in_the_folder(stage: &Stage, suite: Suite) -> Result<(), String> {
    let program = compiled(stage)?;
    let system = asterisk::system().ok_or("no system with Asterisk")?;
    let name = stage.folder().file_name().unwrap_or_default().to_string_lossy().into_owned();
    let inside = format!("/run/{name}-libsrtp");
    let copy = system.join(inside.trim_start_matches('/'));
    fs::copy(&program, &copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    let verdict = judged(stage, &["chroot", &system.display().to_string(), &inside], suite);
    let _gone = fs::remove_file(&copy);
    verdict
}

fn judged(stage: &Stage, program: &[&str], suite: Suite) -> Result<(), String> {
    let bytes: Vec<u8> = (0..46u8).map(|byte| byte.wrapping_mul(37).wrapping_add(11)).collect();
    let (key, salt) = bytes.split_at(suite.key_bytes());
    let salt = salt.get(..suite.salt_bytes()).unwrap_or_default();
    let key = MasterKey::new(suite, key, salt).ok_or("the key does not fit")?;
    theirs_opens_ours(stage, program, &key)?;
    ours_opens_theirs(stage, program, &key)
}

fn compiled(stage: &Stage) -> Result<String, String> {
    let source = stage.write("libsrtp.c", SOURCE)?.display().to_string();
    let program = stage.folder().join("libsrtp").display().to_string();
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", "libsrtp2"]).output();
    let flags =
        String::from_utf8_lossy(&flags.map_err(|error| format!("pkg-config: {error}"))?.stdout).into_owned();
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-o", &program, &source]).args(flags.split_whitespace());
    let output = compiler.output().map_err(|error| format!("cc: {error}"))?;
    if output.status.success() {
        Ok(program)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// Lets libsrtp carry out the orders; its answers, each a status and a packet.
fn carried_out(
    stage: &Stage,
    program: &[&str],
    key: &MasterKey,
    orders: &Orders,
) -> Result<Vec<(u8, Vec<u8>)>, String> {
    let failed = |error: std::io::Error| format!("libsrtp: {error}");
    let path = stage.folder().join("orders");
    fs::write(&path, &orders.bytes).map_err(failed)?;
    let digits: String = [key.key(), key.salt()].concat().iter().map(|byte| format!("{byte:02x}")).collect();
    let suite = key.suite().name().unwrap_or("NULL");
    let input = File::open(&path).map_err(failed)?;
    let (first, rest) = program.split_first().ok_or("no program")?;
    let mut command = Command::new(first);
    command.args(rest).args([suite, &digits]).stdin(input);
    let output = command.output().map_err(failed)?;
    if !output.status.success() {
        return Err(format!("libsrtp ended with {}", output.status));
    }
    let (mut answers, mut rest) = (Vec::new(), &output.stdout[..]);
    while let Some(([status, high, low], behind)) = rest.split_first_chunk::<3>() {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (packet, behind) = behind.split_at_checked(length).ok_or("libsrtp's answer is cut off")?;
        answers.push((*status, packet.to_vec()));
        rest = behind;
    }
    Ok(answers)
}

/// The packet with this number of one stream.
fn packet(number: u32) -> Vec<u8> {
    let [_, _, high, low] = (FIRST + number).to_be_bytes();
    let length = usize::try_from(number % 200).unwrap_or(0);
    let payload: Vec<u8> = number.to_le_bytes().iter().copied().cycle().take(length).collect();
    let packet = Packet {
        marker: number.is_multiple_of(7),
        sequence: u16::from_be_bytes([high, low]),
        timestamp: number.wrapping_mul(160),
        ssrc: 0xDEC0_0001,
        contributing: if number.is_multiple_of(11) { &[1, 2, 3, 4] } else { &[] },
        payload: &payload,
        ..Packet::default()
    };
    let mut buffer = [0; MOST];
    let length = packet.compose(&mut buffer).unwrap_or(0);
    buffer.get(..length).unwrap_or_default().to_vec()
}

fn report(number: u32) -> Vec<u8> {
    [&[0x80, 201, 0, 7, 0xDE, 0xC0, 0, 1][..], &number.to_be_bytes(), &[7; 20]].concat()
}

type Act<T> = fn(&mut T, &mut [u8], usize) -> Result<usize, Error>;

fn done<T>(machine: &mut T, act: Act<T>, packet: &[u8]) -> Result<Vec<u8>, Error> {
    let mut buffer = [0; MOST];
    buffer.get_mut(..packet.len()).ok_or(Error::NoRoom)?.copy_from_slice(packet);
    let length = act(machine, &mut buffer, packet.len())?;
    Ok(buffer.get(..length).unwrap_or_default().to_vec())
}

/// What the network makes of a stream: a tenth is lost, an eighth doubled, all of it out of order.
fn network(packets: Vec<(u32, Vec<u8>)>) -> Vec<(u32, Vec<u8>)> {
    let mut chance = Chance(7);
    let (mut waiting, mut arrived) = (Vec::new(), Vec::new());
    for sent in packets {
        if chance.below(10) > 0 {
            waiting.push(sent);
        }
        while waiting.len() > 20 {
            let next = waiting.remove(chance.below(20));
            if chance.below(8) == 0 {
                arrived.push(next.clone());
            }
            arrived.push(next);
        }
    }
    arrived.append(&mut waiting);
    arrived
}

/// We protect; libsrtp must say of each packet that arrives what our own receiver says.
fn theirs_opens_ours(stage: &Stage, program: &[&str], key: &MasterKey) -> Result<(), String> {
    let failed = |error: Error| format!("protect: {error}");
    let mut sender = Sender::new(key).map_err(failed)?;
    let mut sent = Vec::new();
    for number in 0..PACKETS {
        sent.push((number, done(&mut sender, Sender::protect, &packet(number)).map_err(failed)?));
    }
    let arrived = network(sent);
    let mut orders = Orders::default();
    let mut expected = Vec::new();
    let mut receiver = Receiver::new(key).map_err(failed)?;
    for (number, sealed) in &arrived {
        orders.push(b'u', sealed);
        expected.push((*number, done(&mut receiver, Receiver::unprotect, sealed)));
    }
    for number in 0..PACKETS / REPORTS {
        let sealed = done(&mut sender, Sender::protect_rtcp, &report(number)).map_err(failed)?;
        orders.push(b'U', &sealed);
        expected.push((number, Ok(report(number))));
    }
    let answers = carried_out(stage, program, key, &orders)?;
    if answers.len() != expected.len() {
        return Err(format!("{} answers to {} packets", answers.len(), expected.len()));
    }
    let (mut accepted, mut replayed) = (0, 0);
    for ((status, opened), (number, ours)) in answers.iter().zip(&expected) {
        match (status, ours) {
            (&DONE, Ok(ours)) if ours == opened => accepted += 1,
            (&REPLAY_FAIL, Err(Error::Replayed)) | (&REPLAY_OLD, Err(Error::Old)) => replayed += 1,
            _ => return Err(format!("packet {number}: libsrtp says {status}, we say {ours:?}")),
        }
    }
    let tampered = tampered(stage, program, key, &arrived)?;
    stage.say(format!(
        "libsrtp took {accepted} of our packets, refused {replayed} again and {tampered} changed ones"
    ));
    if accepted > 85_000 && replayed > 8_000 { Ok(()) } else { Err("too few packets".to_owned()) }
}

/// A changed bit: libsrtp refuses it, too.
fn tampered(
    stage: &Stage,
    program: &[&str],
    key: &MasterKey,
    arrived: &[(u32, Vec<u8>)],
) -> Result<usize, String> {
    let mut orders = Orders::default();
    for (place, (_, sealed)) in arrived.iter().enumerate().step_by(1_000) {
        let mut changed = sealed.clone();
        let at = 12 + place % (changed.len() - 12);
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1;
        }
        orders.push(b'u', &changed);
    }
    let answers = carried_out(stage, program, key, &orders)?;
    match answers.iter().find(|(status, _)| *status == DONE) {
        Some(_) => Err("libsrtp took a packet that was changed".to_owned()),
        None => Ok(answers.len()),
    }
}

/// libsrtp protects: the same bytes as ours, and we take each packet once.
fn ours_opens_theirs(stage: &Stage, program: &[&str], key: &MasterKey) -> Result<(), String> {
    let failed = |error: Error| format!("unprotect: {error}");
    let mut orders = Orders::default();
    (0..PACKETS).for_each(|number| orders.push(b'p', &packet(number)));
    (0..PACKETS / REPORTS).for_each(|number| orders.push(b'P', &report(number)));
    let answers = carried_out(stage, program, key, &orders)?;
    let mut sender = Sender::new(key).map_err(failed)?;
    let mut receiver = Receiver::new(key).map_err(failed)?;
    let mut sent = Vec::new();
    let (packets, reports) =
        answers.split_at_checked(usize::try_from(PACKETS).unwrap_or(0)).ok_or("too few")?;
    for (number, (status, sealed)) in (0..).zip(packets) {
        let ours = done(&mut sender, Sender::protect, &packet(number)).map_err(failed)?;
        if *status != DONE || ours != *sealed {
            return Err(format!("packet {number}: libsrtp (status {status}) and we protect it differently"));
        }
        sent.push((number, sealed.clone()));
    }
    let (mut accepted, mut last) = (0, None);
    for (number, sealed) in network(sent) {
        match done(&mut receiver, Receiver::unprotect, &sealed) {
            Ok(opened) if opened == packet(number) => accepted += 1,
            Err(Error::Replayed) if last == Some(number) => {}
            Err(Error::Old) => {}
            other => return Err(format!("packet {number}: {other:?}")),
        }
        last = Some(number);
    }
    // libsrtp numbers its first report 1, the RFC says 0: ours comes one later.
    done(&mut sender, Sender::protect_rtcp, &report(0)).map_err(failed)?;
    for (number, (status, sealed)) in (0..).zip(reports) {
        let ours = done(&mut sender, Sender::protect_rtcp, &report(number)).map_err(failed)?;
        let opened = done(&mut receiver, Receiver::unprotect_rtcp, sealed).map_err(failed)?;
        if *status != DONE || ours != *sealed || opened != report(number) {
            return Err(format!("report {number} differs"));
        }
    }
    stage.say(format!(
        "we took {accepted} of libsrtp's packets and {} reports, each byte as ours",
        reports.len()
    ));
    Ok(())
}
