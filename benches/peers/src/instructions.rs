//! Instructions a message, by valgrind's cachegrind: this program runs itself twice with different numbers of
//! repetitions, and the difference is theirs alone.

use crate::messages::Sample;
use crate::peer::{Act, Peer};
use crate::table::{Table, grouped};
use std::hint::black_box;
use std::process::Command;

const FEW: u32 = 20;
const MANY: u32 = 120;

/// Both tables.
pub fn compare(peers: &[Peer], samples: &[Sample]) -> String {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return "valgrind is not here: apt-get install valgrind\n".to_owned();
    }
    ["parse", "read"]
        .map(|act| format!("### {act}: instructions\n\n{}", table(peers, samples, act)))
        .join("\n")
}

fn table(peers: &[Peer], samples: &[Sample], act: &str) -> String {
    let mut heads = vec!["parser".to_owned()];
    heads.extend(samples.iter().map(|sample| sample.name.clone()));
    heads.extend(["mix".to_owned(), "to ours".to_owned()]);
    let mut table = Table::new(heads);
    let mut ours = f64::NAN;
    for peer in peers {
        let Some(run) = act_of(peer, act) else { continue };
        let mut columns = vec![peer.name.to_owned()];
        let mut counts = Vec::new();
        for sample in samples {
            let count = run(&sample.bytes).then(|| count(peer.name, act, &sample.name)).flatten();
            columns.push(count.map_or_else(|| "refused".to_owned(), grouped));
            counts.extend(count);
        }
        let mix = if counts.len() == samples.len() {
            counts.iter().sum::<f64>() / counts.len() as f64
        } else {
            f64::NAN
        };
        if ours.is_nan() {
            ours = mix;
        }
        let known = |text: String| if mix.is_nan() { "–".to_owned() } else { text };
        columns.extend([known(grouped(mix)), known(crate::table::times(mix / ours))]);
        table.row(columns);
    }
    table.markdown()
}

fn act_of(peer: &Peer, act: &str) -> Option<Act> {
    if act == "parse" { Some(peer.parse) } else { peer.read }
}

fn count(peer: &str, act: &str, sample: &str) -> Option<f64> {
    let few = run(peer, act, sample, FEW)?;
    let many = run(peer, act, sample, MANY)?;
    Some((many - few) / f64::from(MANY - FEW))
}

fn run(peer: &str, act: &str, sample: &str, times: u32) -> Option<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .args(["repeat", peer, act, sample, &times.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("I ") && line.contains("refs:"))?;
    line.rsplit(':').next()?.trim().replace(',', "").parse().ok()
}

/// What valgrind runs: `repeat PEER ACT MESSAGE TIMES`.
pub fn repeat(peers: &[Peer], samples: &[Sample], arguments: &[String]) -> Result<(), &'static str> {
    let [peer, act, sample, times] = arguments else { return Err("repeat PEER ACT MESSAGE TIMES") };
    let peer = peers.iter().find(|found| found.name == peer).ok_or("no such peer")?;
    let run = act_of(peer, act).ok_or("it cannot do that")?;
    let sample = samples.iter().find(|found| found.name == *sample).ok_or("no such message")?;
    for _ in 0..times.parse::<u32>().map_err(|_| "a number of times")? {
        black_box(run(black_box(&sample.bytes)));
    }
    Ok(())
}
