//! The longest time that one datagram takes us: every prefix of every torture message, and every line, value
//! and parameter of them repeated until the datagram is full. The time is that of all that a phone asks of a
//! message: parse, judge, what an answer needs, and if it is admitted each value of the list headers too.

use crate::messages::Sample;
use crate::table::{Table, grouped};
use deskphone::sip::admission::{Abilities, Verdict, judge};
use deskphone::sip::{Address, Message, Method};
use std::hint::black_box;
use std::time::{Duration, Instant};

const SIZES: [usize; 5] = [1_024, 4_096, 16_384, 49_152, 65_535];
/// The least of so many runs is the time of a datagram: what is more is the machine's.
const RUNS: usize = 5;

/// The worst of one size.
struct Worst {
    took: Duration,
    what: String,
}

/// The table, and the worst of the prefixes.
pub fn measure(samples: &[Sample]) -> String {
    let mut heads = vec!["bytes".to_owned()];
    heads.extend(["datagrams", "longest, µs", "ns a byte", "which"].map(str::to_owned));
    let mut table = Table::new(heads);
    for size in SIZES {
        let (count, worst) = repetitions(samples, size);
        let ns = worst.took.as_secs_f64() * 1e9;
        table.row(vec![
            grouped(size as f64),
            grouped(f64::from(count)),
            format!("{:.1}", ns / 1e3),
            format!("{:.2}", ns / size as f64),
            worst.what,
        ]);
    }
    let (count, worst) = prefixes(samples);
    table.row(vec![
        "prefixes".to_owned(),
        grouped(f64::from(count)),
        format!("{:.1}", worst.took.as_secs_f64() * 1e6),
        "–".to_owned(),
        worst.what,
    ]);
    table.markdown()
}

fn prefixes(samples: &[Sample]) -> (u32, Worst) {
    let all = samples.iter().flat_map(|sample| {
        (0..=sample.bytes.len())
            .map(|end| (format!("{}, {end} bytes", sample.name), sample.bytes[..end].to_vec()))
    });
    longest(all)
}

fn repetitions(samples: &[Sample], size: usize) -> (u32, Worst) {
    longest(samples.iter().flat_map(move |sample| grown(sample, size)))
}

fn longest(datagrams: impl Iterator<Item = (String, Vec<u8>)>) -> (u32, Worst) {
    let mut worst = Worst { took: Duration::ZERO, what: String::new() };
    let mut count = 0;
    for (what, bytes) in datagrams {
        count += 1;
        let took = (0..RUNS).map(|_| time(&bytes)).min().unwrap_or_default();
        if took > worst.took {
            worst = Worst { took, what };
        }
    }
    (count, worst)
}

fn time(bytes: &[u8]) -> Duration {
    let began = Instant::now();
    everything(black_box(bytes));
    began.elapsed()
}

/// What a phone like the one that the library is for can do.
const PHONE: Abilities<'static> = Abilities {
    methods: &[Method::Invite, Method::Ack, Method::Bye, Method::Cancel, Method::Options, Method::Notify],
    options: &[b"100rel", b"replaces", b"timer"],
    bodies: &[b"application/sdp"],
    answers: &[b"application/sdp"],
};

fn everything(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes) else { return };
    let verdict = black_box(judge(&message, &PHONE));
    let tag =
        |address: Option<Address<'_>>| black_box(address).and_then(|address| address.tag().map(<[u8]>::len));
    black_box((message.via(), tag(message.from()), tag(message.to()), message.call_id(), message.cseq()));
    if verdict == Verdict::Admit {
        black_box((message.contact(), message.body().len()));
        black_box(message.vias().count() + message.contacts().count());
        black_box(message.routes().count() + message.record_routes().count());
    }
}

/// The datagrams of `size` bytes that one message grows into.
fn grown(sample: &Sample, size: usize) -> Vec<(String, Vec<u8>)> {
    let bytes = &sample.bytes;
    let mut datagrams = vec![(format!("{}, whole", sample.name), fill(&[], bytes, &[], size))];
    let mut at = 0;
    for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (before, after) = (&bytes[..at], &bytes[at + line.len()..]);
        at += line.len();
        let mut add = |how: &str, head: &[u8], unit: &[u8], tail: &[u8]| {
            let head = [before, head].concat();
            let tail = [tail, after].concat();
            datagrams.push((
                format!("{}, line {}, {how}", sample.name, number + 1),
                fill(&head, unit, &tail, size),
            ));
        };
        add("the line", line, line, b"");
        let text = line.trim_ascii_end();
        let ending = &line[text.len()..];
        if let Some(colon) = text.iter().position(|byte| *byte == b':') {
            let value = &text[colon + 1..];
            add("its value after a comma", text, &[b",", value].concat(), ending);
            add("its value in folds", text, &[b"\r\n", value].concat(), ending);
            let value_end =
                value.iter().position(|byte| *byte == b';').map_or(text.len(), |end| colon + 1 + end);
            let parameters = &text[value_end..];
            let unit = if parameters.is_empty() { b";a=b" } else { parameters };
            add("its parameters", text, unit, ending);
            add("names of parameters", text, b";a", ending);
        }
        for unit in [&b"\""[..], b"<", b"\\\"", b"%41", b"[", b" ", b",", b",a", b";", b"\r\n ", b"9", b"a"] {
            add(&format!("{:?}", unit.escape_ascii().to_string()), text, unit, ending);
        }
    }
    datagrams
}

/// `head`, `unit` as often as there is room, `tail`.
fn fill(head: &[u8], unit: &[u8], tail: &[u8], size: usize) -> Vec<u8> {
    let room = size.saturating_sub(head.len() + tail.len());
    let mut bytes = head.to_vec();
    bytes.extend(unit.iter().cycle().take(room / unit.len() * unit.len()));
    bytes.extend(tail);
    bytes.truncate(size);
    bytes
}
