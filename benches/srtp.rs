//! What protecting one packet costs: 160 bytes (20 ms of G.711) and 1,200 bytes, each suite, both directions.
//! `-- instructions` counts under valgrind instead. `benches/peers -- srtp` sets libsrtp beside it.
#![allow(clippy::expect_used, reason = "a bench that cannot run says so by panicking")]

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use deskphone::crypto::{MasterKey, Suite};
use deskphone::rtp::Packet;
use deskphone::srtp::{Receiver, Sender};

const PAYLOADS: [usize; 2] = [160, 1_200];
/// Packets of one run; more than the window, less than a roll-over.
const PACKETS: u16 = 1_000;
const ROOM: usize = 1_300;

type Buffers = Vec<([u8; ROOM], usize)>;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
    match words.as_slice() {
        ["instructions"] => instructions(),
        ["repeat", act, suite, payload, times] => repeat(act, suite, payload, times),
        _ => speed(),
    }
}

fn suites() -> impl Iterator<Item = Suite> {
    Suite::ALL.into_iter().filter(|suite| suite.is_available())
}

fn key(suite: Suite) -> MasterKey {
    let bytes = [7; Suite::KEY_BYTES];
    let (key, salt) = (bytes.get(..suite.key_bytes()), bytes.get(..suite.salt_bytes()));
    key.zip(salt).and_then(|(key, salt)| MasterKey::new(suite, key, salt)).expect("a key")
}

fn packets(payload: usize) -> Buffers {
    let payload = vec![0xD5; payload];
    let composed = (0..PACKETS).map(|sequence| {
        let mut buffer = [0; ROOM];
        let packet = Packet { sequence, ssrc: 7, payload: &payload, ..Packet::default() };
        let length = packet.compose(&mut buffer).expect("room");
        (buffer, length)
    });
    composed.collect()
}

fn protect(suite: Suite, packets: &mut Buffers) {
    let mut sender = Sender::new(&key(suite)).expect("a suite of this build");
    for (buffer, length) in packets {
        *length = sender.protect(black_box(buffer), *length).expect("protected");
    }
}

fn unprotect(suite: Suite, packets: &mut Buffers) {
    let mut receiver = Receiver::new(&key(suite)).expect("a suite of this build");
    for (buffer, length) in packets {
        *length = receiver.unprotect(black_box(buffer), *length).expect("authentic");
    }
}

fn speed() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for payload in PAYLOADS {
        let mut group = criterion.benchmark_group(format!("srtp {payload} bytes, {PACKETS} packets"));
        group.throughput(Throughput::Elements(u64::from(PACKETS)));
        for suite in suites() {
            let clear = packets(payload);
            group.bench_function(BenchmarkId::new("protect", format!("{suite:?}")), |bencher| {
                bencher.iter_batched_ref(
                    || clear.clone(),
                    |packets| protect(suite, packets),
                    criterion::BatchSize::LargeInput,
                );
            });
            let mut sealed = packets(payload);
            protect(suite, &mut sealed);
            group.bench_function(BenchmarkId::new("unprotect", format!("{suite:?}")), |bencher| {
                bencher.iter_batched_ref(
                    || sealed.clone(),
                    |packets| unprotect(suite, packets),
                    criterion::BatchSize::LargeInput,
                );
            });
        }
        group.finish();
    }
    criterion.final_summary();
}

/// The difference of two runs of this program under valgrind, so that starting up does not count.
fn instructions() {
    println!("| suite | protect 160 | unprotect 160 | protect 1,200 | unprotect 1,200 |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for suite in suites() {
        let mut line = format!("| {suite:?} |");
        for payload in PAYLOADS {
            for act in ["protect", "unprotect"] {
                let count = |times| counted(act, suite, payload, times);
                let packets = u64::from(PACKETS) * 2;
                let each = count(3)
                    .zip(count(1))
                    .and_then(|(more, less)| more.checked_sub(less)?.checked_div(packets));
                line.push_str(&each.map_or_else(|| " – |".to_owned(), |each| format!(" {each} |")));
            }
        }
        println!("{line}");
    }
}

fn counted(act: &str, suite: Suite, payload: usize, times: u32) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .args(["repeat", act, &format!("{suite:?}"), &payload.to_string(), &times.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(':').next()?.trim().parse().ok()
}

/// What valgrind runs. Everything is made once; only the act is repeated.
fn repeat(act: &str, suite: &str, payload: &str, times: &str) {
    let suite = suites().find(|known| format!("{known:?}") == suite).expect("a suite");
    let clear = packets(payload.parse().expect("a length"));
    let mut sealed = clear.clone();
    protect(suite, &mut sealed);
    for _ in 0..times.parse::<u32>().expect("a number") {
        match act {
            "protect" => protect(suite, &mut clear.clone()),
            _ => unprotect(suite, &mut sealed.clone()),
        }
    }
}
