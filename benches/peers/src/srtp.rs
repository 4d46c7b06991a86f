//! SRTP beside its peers, interleaved in one run: nanoseconds a packet, and each peer's time relative to
//! ours. libsrtp is Debian's, and every build of it whose path is given; webrtc-srtp is the registry's.

use crate::table::{Table, times};
use deskphone::crypto::{MasterKey, Suite};
use deskphone::rtp::Packet;
use deskphone::srtp::{Receiver, Sender};
use std::ffi::{CString, c_char, c_int};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use webrtc_srtp::context::Context;
use webrtc_srtp::option::{srtp_no_replay_protection, srtp_replay_protection};
use webrtc_srtp::protection_profile::ProtectionProfile;

const ROUNDS: usize = 101;
const PACKETS: u16 = 1_000;
const ROOM: usize = 1_300;
const KEY: [u8; 64] = [7; 64];
/// The suites that the shim knows, by its numbers.
const SUITES: [Suite; 5] =
    [Suite::Aes128Sha1_80, Suite::Aes128Sha1_32, Suite::Aes256Sha1_80, Suite::Aes128Gcm, Suite::Aes256Gcm];
const DEBIAN: &str = "libsrtp2.so.1";

unsafe extern "C" {
    fn shim_srtp_open(path: *const c_char) -> c_int;
    fn shim_srtp_start(build: c_int, suite: c_int, key: *const u8, inbound: c_int) -> c_int;
    fn shim_srtp_protect(build: c_int, packet: *mut u8, length: *mut c_int) -> c_int;
    fn shim_srtp_unprotect(build: c_int, packet: *mut u8, length: *mut c_int) -> c_int;
}

type Buffers = Vec<([u8; ROOM], usize)>;

/// Who protects.
enum Party {
    Ours,
    /// A build of libsrtp, by the shim's number.
    Libsrtp(c_int),
    Webrtc,
}

#[derive(Clone, Copy)]
enum Act {
    Protect,
    Unprotect,
}

/// The table. `builds` are paths of shared libraries.
pub fn compare(builds: &[String]) -> String {
    let mut parties = vec![("deskphone".to_owned(), Party::Ours)];
    for path in [DEBIAN].into_iter().chain(builds.iter().map(String::as_str)) {
        match open(path) {
            Some(build) => parties.push((name(path), Party::Libsrtp(build))),
            None => eprintln!("{path} is no libsrtp that can be opened: left out"),
        }
    }
    parties.push(("webrtc-srtp".to_owned(), Party::Webrtc));
    let heads = ["suite", "payload", "what"].into_iter().map(str::to_owned);
    let mut table = Table::new(heads.chain(parties.iter().map(|(name, _)| name.clone())).collect());
    for suite in SUITES {
        for payload in [160, 1_200] {
            let clear = packets(payload);
            let mut sealed = clear.clone();
            Party::Ours.act(suite, Act::Protect, &mut sealed);
            for (name, party) in parties.iter().filter(|(_, party)| party.has(suite)) {
                let mut theirs = clear.clone();
                party.act(suite, Act::Protect, &mut theirs);
                assert!(theirs == sealed, "{suite:?}: {name} protects as we do");
            }
            for (what, act, given) in
                [("protect", Act::Protect, &clear), ("unprotect", Act::Unprotect, &sealed)]
            {
                let line = [format!("{suite:?}"), payload.to_string(), what.to_owned()];
                table.row(line.into_iter().chain(row(&parties, suite, act, given)).collect());
            }
        }
    }
    table.markdown()
}

/// Our median, and the others' with the median of the rounds' ratios.
fn row(parties: &[(String, Party)], suite: Suite, act: Act, given: &Buffers) -> Vec<String> {
    let mut rounds: Vec<Vec<f64>> = vec![Vec::new(); parties.len()];
    for round in 0..ROUNDS {
        // Nobody is always the first.
        for turn in 0..parties.len() {
            let place = (round + turn) % parties.len();
            if parties[place].1.has(suite) {
                rounds[place].push(time(given, |packets| parties[place].1.act(suite, act, packets)));
            }
        }
    }
    let ours = rounds[0].clone();
    let cell = |theirs: Vec<f64>| {
        if theirs.is_empty() {
            return "–".to_owned();
        }
        let ratio = median(theirs.iter().zip(&ours).map(|(theirs, ours)| theirs / ours).collect());
        format!("{:.0} · {}", median(theirs), times(ratio))
    };
    rounds.into_iter().map(cell).collect()
}

impl Party {
    fn has(&self, suite: Suite) -> bool {
        match self {
            Self::Ours => true,
            // A build with its own ciphers has no GCM.
            Self::Libsrtp(build) => start(*build, suite, Act::Protect),
            Self::Webrtc => profile(suite).is_some(),
        }
    }

    fn act(&self, suite: Suite, act: Act, packets: &mut Buffers) {
        match (self, act) {
            (Self::Ours, Act::Protect) => {
                let mut sender = Sender::new(&key(suite)).expect("a suite of this build");
                for (buffer, length) in packets {
                    *length = sender.protect(buffer, *length).expect("protected");
                }
            }
            (Self::Ours, Act::Unprotect) => {
                let mut receiver = Receiver::new(&key(suite)).expect("a suite of this build");
                for (buffer, length) in packets {
                    *length = receiver.unprotect(buffer, *length).expect("authentic");
                }
            }
            (Self::Libsrtp(build), act) => libsrtp(*build, suite, act, packets),
            (Self::Webrtc, act) => webrtc(suite, act, packets),
        }
    }
}

fn key(suite: Suite) -> MasterKey {
    MasterKey::new(suite, &KEY[..suite.key_bytes()], &KEY[..suite.salt_bytes()]).expect("a key")
}

fn profile(suite: Suite) -> Option<ProtectionProfile> {
    match suite {
        Suite::Aes128Sha1_80 => Some(ProtectionProfile::Aes128CmHmacSha1_80),
        Suite::Aes128Sha1_32 => Some(ProtectionProfile::Aes128CmHmacSha1_32),
        Suite::Aes128Gcm => Some(ProtectionProfile::AeadAes128Gcm),
        Suite::Aes256Gcm => Some(ProtectionProfile::AeadAes256Gcm),
        _ => None,
    }
}

/// What it gives is a buffer of its own; copying that back is one part in fifty of its time.
fn webrtc(suite: Suite, act: Act, packets: &mut Buffers) {
    let profile = profile(suite).expect("a suite that it has");
    let replay = match act {
        Act::Protect => srtp_no_replay_protection(),
        Act::Unprotect => srtp_replay_protection(128),
    };
    let (key, salt) = (&KEY[..suite.key_bytes()], &KEY[..suite.salt_bytes()]);
    let mut context = Context::new(key, salt, profile, Some(replay), None).expect("a context");
    for (buffer, length) in packets {
        let packet = &buffer[..*length];
        let given = match act {
            Act::Protect => context.encrypt_rtp(packet),
            Act::Unprotect => context.decrypt_rtp(packet),
        };
        let given = given.expect("webrtc-srtp does it");
        buffer[..given.len()].copy_from_slice(&given);
        *length = given.len();
    }
}

/// The name of a build: that of its file.
fn name(path: &str) -> String {
    if path == DEBIAN {
        return "libsrtp, Debian (NSS)".to_owned();
    }
    let stem = Path::new(path).file_stem().unwrap_or_default();
    format!("libsrtp, {}", stem.to_string_lossy())
}

fn open(path: &str) -> Option<c_int> {
    let path = CString::new(path).ok()?;
    // SAFETY: a string that ends in 0; the shim copies nothing of it.
    let build = unsafe { shim_srtp_open(path.as_ptr()) };
    (build >= 0).then_some(build)
}

fn packets(payload: usize) -> Buffers {
    let payload = vec![0xD5; payload];
    (0..PACKETS)
        .map(|sequence| {
            let mut buffer = [0; ROOM];
            let packet = Packet { sequence, ssrc: 7, payload: &payload, ..Packet::default() };
            let length = packet.compose(&mut buffer).expect("room");
            (buffer, length)
        })
        .collect()
}

/// Nanoseconds a packet. Making the session counts, a thousandth of it a packet.
fn time(given: &Buffers, act: impl Fn(&mut Buffers)) -> f64 {
    let mut packets = given.clone();
    let began = Instant::now();
    act(black_box(&mut packets));
    began.elapsed().as_secs_f64() * 1e9 / f64::from(PACKETS)
}

fn libsrtp(build: c_int, suite: Suite, act: Act, packets: &mut Buffers) {
    assert!(start(build, suite, act), "libsrtp has the suite");
    for (buffer, length) in packets {
        let mut bytes = c_int::try_from(*length).expect("a length");
        // SAFETY: the buffer has room for what libsrtp adds (SRTP_MAX_TRAILER_LEN).
        let fine = unsafe {
            match act {
                Act::Protect => shim_srtp_protect(build, buffer.as_mut_ptr(), &raw mut bytes),
                Act::Unprotect => shim_srtp_unprotect(build, buffer.as_mut_ptr(), &raw mut bytes),
            }
        };
        assert!(fine != 0, "libsrtp does it");
        *length = usize::try_from(bytes).expect("a length");
    }
}

/// Begins a session of the shim, in place of the one before.
fn start(build: c_int, suite: Suite, act: Act) -> bool {
    let number = (0..).zip(SUITES).find(|(_, known)| *known == suite).map_or(-1, |(number, _)| number);
    let inbound = c_int::from(matches!(act, Act::Unprotect));
    // SAFETY: the key is longer than any suite's.
    unsafe { shim_srtp_start(build, number, KEY.as_ptr(), inbound) != 0 }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
