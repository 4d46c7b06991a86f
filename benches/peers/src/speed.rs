//! Messages a second, interleaved: in each round every parser does every message for about the same time, and
//! the ratio of two parsers is the median of the rounds' ratios. A machine that is busy for a while then
//! slows all of them.

use crate::messages::Sample;
use crate::peer::{Act, Peer};
use crate::table::{Table, grouped};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 31;
const SLICE: Duration = Duration::from_micros(400);
/// The least of so many slices is a round: what is more, another program took.
const SLICES: u32 = 4;

/// One cell: a parser's way with one message.
struct Cell {
    act: Act,
    /// Repetitions that take about [`SLICE`].
    times: u32,
    /// Nanoseconds a message, a round; empty when the parser refuses the message.
    rounds: Vec<f64>,
}

/// Both tables.
pub fn compare(peers: &[Peer], samples: &[Sample]) -> String {
    let parse: Vec<_> = peers.iter().map(|peer| (peer.name, peer.parse)).collect();
    let read: Vec<_> = peers.iter().filter_map(|peer| Some((peer.name, peer.read?))).collect();
    let title = |act| format!("### {act}: thousands of messages a second, and time relative to ours\n\n");
    [("parse", parse), ("read", read)].map(|(name, acts)| title(name) + &measure(&acts, samples)).join("\n")
}

fn measure(acts: &[(&'static str, Act)], samples: &[Sample]) -> String {
    let cell = |act: Act, sample: &Sample| Cell {
        act,
        times: if act(&sample.bytes) { calibrate(act, &sample.bytes) } else { 0 },
        rounds: Vec::new(),
    };
    let mut rows: Vec<Vec<Cell>> =
        acts.iter().map(|(_, act)| samples.iter().map(|sample| cell(*act, sample)).collect()).collect();
    for round in 0..ROUNDS {
        for (place, sample) in samples.iter().enumerate() {
            // Nobody is always the one that comes after a certain other.
            for row in (0..rows.len()).map(|row| (row + round) % acts.len()) {
                rows[row][place].run(&sample.bytes);
            }
        }
    }
    table(acts, samples, &rows)
}

fn calibrate(act: Act, bytes: &[u8]) -> u32 {
    let mut times = 1;
    loop {
        let took = time(act, bytes, times);
        if took >= SLICE / 2 {
            let whole = f64::from(times) * SLICE.as_secs_f64() / took.as_secs_f64();
            return whole as u32 + 1;
        }
        times *= 2;
    }
}

fn time(act: Act, bytes: &[u8], times: u32) -> Duration {
    let began = Instant::now();
    for _ in 0..times {
        black_box(act(black_box(bytes)));
    }
    began.elapsed()
}

impl Cell {
    fn run(&mut self, bytes: &[u8]) {
        if self.times > 0 {
            let took = (0..SLICES).map(|_| time(self.act, bytes, self.times)).min().unwrap_or_default();
            self.rounds.push(took.as_secs_f64() * 1e9 / f64::from(self.times));
        }
    }
}

fn table(acts: &[(&'static str, Act)], samples: &[Sample], rows: &[Vec<Cell>]) -> String {
    let mut heads = vec!["parser".to_owned()];
    heads.extend(samples.iter().map(|sample| sample.name.clone()));
    heads.push("mix".to_owned());
    let mut table = Table::new(heads);
    for ((name, _), row) in acts.iter().zip(rows) {
        let mut columns = vec![(*name).to_owned()];
        for (cell, ours) in row.iter().zip(&rows[0]) {
            columns.push(entry(&cell.rounds, &ours.rounds));
        }
        columns.push(match mix(row) {
            Ok(mixed) => entry(&mixed, &mix(&rows[0]).unwrap_or_default()),
            Err(refused) => format!("refuses {refused} of {}", row.len()),
        });
        table.row(columns);
    }
    table.markdown()
}

/// The mean over the messages, a round; or how many of them are refused.
fn mix(row: &[Cell]) -> Result<Vec<f64>, usize> {
    let refused = row.iter().filter(|cell| cell.rounds.is_empty()).count();
    if refused > 0 {
        return Err(refused);
    }
    let mean = |round: usize| row.iter().map(|cell| cell.rounds[round]).sum::<f64>() / row.len() as f64;
    Ok((0..ROUNDS).map(mean).collect())
}

fn entry(rounds: &[f64], ours: &[f64]) -> String {
    if rounds.is_empty() {
        return "refused".to_owned();
    }
    let ratios: Vec<f64> = rounds.iter().zip(ours).map(|(theirs, ours)| theirs / ours).collect();
    format!("{} · {}", grouped(1e6 / median(rounds)), crate::table::times(median(&ratios)))
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
