//! SRTP beside libsrtp, interleaved in one run: nanoseconds a packet, and the ratio to ours.

use crate::table::{Table, times};
use deskphone::crypto::{MasterKey, Suite};
use deskphone::rtp::Packet;
use deskphone::srtp::{Receiver, Sender};
use std::ffi::c_int;
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 101;
const PACKETS: u16 = 1_000;
const ROOM: usize = 1_300;
/// The suites that the shim knows, by its numbers.
const SUITES: [Suite; 5] =
    [Suite::Aes128Sha1_80, Suite::Aes128Sha1_32, Suite::Aes256Sha1_80, Suite::Aes128Gcm, Suite::Aes256Gcm];

unsafe extern "C" {
    fn shim_srtp_start(suite: c_int, key: *const u8, inbound: c_int) -> c_int;
    fn shim_srtp_stop();
    fn shim_srtp_protect(packet: *mut u8, length: *mut c_int) -> c_int;
    fn shim_srtp_unprotect(packet: *mut u8, length: *mut c_int) -> c_int;
}

type Buffers = Vec<([u8; ROOM], usize)>;

/// The table.
pub fn compare() -> String {
    let heads = ["suite", "payload", "what", "deskphone, ns", "libsrtp, ns", "to ours"];
    let mut table = Table::new(heads.map(str::to_owned).to_vec());
    for (number, suite) in (0..).zip(SUITES) {
        let bytes = [7; 64];
        let key =
            MasterKey::new(suite, &bytes[..suite.key_bytes()], &bytes[..suite.salt_bytes()]).expect("a key");
        for payload in [160, 1_200] {
            let clear = packets(payload);
            let (mut ours, mut sealed) = (clear.clone(), clear.clone());
            protect(&key, &mut ours);
            their(number, &bytes, false, &mut sealed);
            assert!(ours == sealed, "{suite:?}: both protect alike");
            for (what, inbound, given) in [("protect", false, &clear), ("unprotect", true, &sealed)] {
                let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
                    .map(|round| {
                        let our = || {
                            time(
                                given,
                                |given| if inbound { unprotect(&key, given) } else { protect(&key, given) },
                            )
                        };
                        let their = || time(given, |given| their(number, &bytes, inbound, given));
                        // Nobody is always the second.
                        if round % 2 == 0 {
                            let first = our();
                            (first, their())
                        } else {
                            let first = their();
                            (our(), first)
                        }
                    })
                    .collect();
                let ratio = median(rounds.iter().map(|(ours, theirs)| theirs / ours).collect());
                rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
                let ours = median(rounds.iter().map(|round| round.0).collect());
                let theirs = median(rounds.iter().map(|round| round.1).collect());
                let figures = [format!("{ours:.0}"), format!("{theirs:.0}"), times(ratio)];
                let names = [format!("{suite:?}"), payload.to_string(), what.to_owned()];
                table.row(names.into_iter().chain(figures).collect());
            }
        }
    }
    table.markdown()
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

fn protect(key: &MasterKey, packets: &mut Buffers) {
    let mut sender = Sender::new(key).expect("a suite of this build");
    for (buffer, length) in packets {
        *length = sender.protect(buffer, *length).expect("protected");
    }
}

fn unprotect(key: &MasterKey, packets: &mut Buffers) {
    let mut receiver = Receiver::new(key).expect("a suite of this build");
    for (buffer, length) in packets {
        *length = receiver.unprotect(buffer, *length).expect("authentic");
    }
}

fn their(suite: c_int, key: &[u8; 64], inbound: bool, packets: &mut Buffers) {
    // SAFETY: the key is longer than any suite's; sessions are made and ended one at a time.
    assert!(unsafe { shim_srtp_start(suite, key.as_ptr(), inbound.into()) } != 0, "libsrtp has the suite");
    for (buffer, length) in packets {
        let mut bytes = c_int::try_from(*length).expect("a length");
        // SAFETY: the buffer has room for what libsrtp adds (SRTP_MAX_TRAILER_LEN).
        let fine = unsafe {
            if inbound {
                shim_srtp_unprotect(buffer.as_mut_ptr(), &raw mut bytes)
            } else {
                shim_srtp_protect(buffer.as_mut_ptr(), &raw mut bytes)
            }
        };
        assert!(fine != 0, "libsrtp does it");
        *length = usize::try_from(bytes).expect("a length");
    }
    // SAFETY: the session that was made above.
    unsafe { shim_srtp_stop() };
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
