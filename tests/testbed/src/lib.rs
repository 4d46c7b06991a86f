//! A small SIP office, a lossy network under virtual time and a ladder recorder: for tests, benches and
//! examples.
//!
//! Everything here is sans-I/O like the library itself: time comes in with each call and a seed replays
//! exactly.
#![forbid(unsafe_code)]

pub mod framing;
pub mod goertzel;
pub mod golden;
pub mod ladder;
pub mod model;
pub mod network;
pub mod office;
pub mod seeded;
pub mod summary;
pub mod world;
