//! How fast a datagram becomes a message: `parse` is the index over its lines, `read` takes besides what
//! every request and response is asked for (Via branch and sent-by, From and To with URI and tag, Call-ID,
//! CSeq, Contact), `check` judges the whole message.
//!
//! Five messages of our own; MESSAGES_DIR names a folder with others (`*.sip`). `sip_parse --count WHAT
//! ROUNDS` runs one of the three without measuring, for an instruction counter.
#![allow(clippy::expect_used, reason = "a bench that cannot run says so by panicking")]

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use deskphone::sip::Message;

fn main() {
    let messages = messages();
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, what, rounds, ..] = arguments.as_slice()
        && flag == "--count"
    {
        return count(&messages, what, rounds.parse().expect("a number of rounds"));
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for (what, act) in ACTS {
        let mut group = criterion.benchmark_group(what);
        for (name, bytes) in &messages {
            group.throughput(Throughput::Elements(1));
            group.bench_function(name, |bencher| bencher.iter(|| act(black_box(bytes))));
        }
        group.throughput(Throughput::Elements(messages.len() as u64));
        group.bench_function("mix", |bencher| {
            bencher.iter(|| messages.iter().for_each(|(_, bytes)| act(bytes)))
        });
        group.finish();
    }
    criterion.final_summary();
}

type Act = fn(&[u8]);

const ACTS: [(&str, Act); 3] = [("parse", parse), ("read", read), ("check", check)];

fn count(messages: &[(String, Vec<u8>)], what: &str, rounds: usize) {
    let (_, act) = ACTS.into_iter().find(|(name, _)| *name == what).expect("parse, read or check");
    for _ in 0..rounds {
        messages.iter().for_each(|(_, bytes)| act(black_box(bytes)));
    }
}

fn messages() -> Vec<(String, Vec<u8>)> {
    let own = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/messages"));
    let folder = std::env::var_os("MESSAGES_DIR").map_or_else(own, PathBuf::from);
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sip"));
    files.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read(path).expect("a message"))).collect()
}

fn parse(bytes: &[u8]) {
    black_box(Message::parse(bytes).expect("a message"));
}

fn read(bytes: &[u8]) {
    let message = Message::parse(bytes).expect("a message");
    let via = message.via().expect("a Via");
    black_box((via.branch(), via.host, via.port));
    for address in [message.from(), message.to()] {
        let address = address.expect("an address");
        black_box((address.uri, address.tag()));
    }
    black_box((message.call_id().expect("a Call-ID"), message.cseq().expect("a CSeq")));
    black_box(message.contact().expect("a Contact"));
}

fn check(bytes: &[u8]) {
    let message = Message::parse(bytes).expect("a message");
    assert_eq!(message.check(), Ok(()));
}
