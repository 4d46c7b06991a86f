//! Scenarios that read as scripts: what a person does at the phone, what it shows and sounds, and what goes
//! over the wire, under virtual time. Each is compared with a golden in `tests/golden/ladders`; these
//! goldens are the documentation of the features.
#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "a scenario that does not go as written fails")]

mod answering;
mod audio;
mod call_back;
mod calling;
mod codes;
mod conferencing;
mod dialling;
mod ending;
mod holding;
mod music;
mod network;
mod registration;
mod rfc3665;
mod rfc5359;
mod scene;
mod securing;
mod service_keys;
mod services;
mod sharing;
mod transferring;
mod waiting;
