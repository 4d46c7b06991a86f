//! Phones and an office in a network that loses, delays, doubles, reorders and parts, with people who press
//! whatever they like. Beside each phone stands a model of it ([`watched`]): after each event both show the
//! same, and the rules of [`rules`] hold. When everybody has hung up and the network is whole again, nothing
//! is left over.
//!
//! A seed decides everything. When one fails, its number is printed: `SIMULATION_SEED=N` runs that one alone
//! and prints its ladder, with `SIMULATION_SUBJECT` (anna) on the left. `SIMULATION_SEEDS` (how many) and
//! `SIMULATION_MOVES` (how long each) make it more; with `SIMULATION_RULES_ONLY` no model stands beside, and
//! all phones are as they left the factory.
#![cfg(test)]
#![allow(
    clippy::arithmetic_side_effects,
    reason = "counts and dates of a run; a wrong one fails this test only"
)]

mod appearances;
mod beside;
mod message;
mod moves;
mod rules;
mod watched;

use deskphone::limits;
use moves::Party;
use moves::shared::Sharing;
use std::env;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// How many seeds, and how many moves in each, when the environment does not say.
const SEEDS: u64 = 224;
const SHARED_SEEDS: u64 = 200;
const MOVES: u64 = 250;

#[test]
fn whatever_people_and_the_network_do_the_rules_hold_and_nothing_is_left_over() {
    every_seed(SEEDS, |seed, moves, aloud| run(seed, moves, aloud).close());
}

#[test]
fn whatever_stations_of_a_shared_line_do_they_agree_with_its_server() {
    // A phone with room for less refuses by itself what the server has granted.
    if limits::SESSIONS >= limits::LINE_KEYS {
        every_seed(SHARED_SEEDS, |seed, moves, aloud| run_shared(seed, moves, aloud).close());
    }
}

/// Runs as many seeds as are wanted, and says which of them fail.
fn every_seed(most: u64, run: impl Fn(u64, u64, bool) + Sync) {
    let moves = number("SIMULATION_MOVES").unwrap_or(MOVES);
    if let Some(seed) = number("SIMULATION_SEED") {
        return run(seed, moves, true);
    }
    let (next, most) = (AtomicU64::new(0), number("SIMULATION_SEEDS").unwrap_or(most));
    let work = || {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= most {
                return failed;
            }
            if catch_unwind(AssertUnwindSafe(|| run(seed, moves, false))).is_err() {
                failed.push(seed);
            }
        }
    };
    let workers = thread::available_parallelism().map_or(2, NonZero::get);
    let failed: Vec<u64> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    assert!(failed.is_empty(), "SIMULATION_SEED=N runs one alone; of {most} seeds these fail: {failed:?}");
}

#[test]
fn a_seed_replays_exactly() {
    for seed in [3, 4] {
        let [once, again] = [(); 2].map(|()| run(seed, 30, false).world.ladder.render("anna"));
        assert_eq!(once, again);
    }
}

/// Everything up to the last move.
fn run(seed: u64, moves: u64, aloud: bool) -> Party {
    let mut party = Party::new(seed, aloud);
    for _ in 0..moves {
        party.play();
    }
    party
}

/// The same with a shared line.
fn run_shared(seed: u64, moves: u64, aloud: bool) -> Sharing {
    let mut sharing = Sharing::new(seed, aloud);
    for _ in 0..moves {
        sharing.play();
    }
    sharing
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}
