//! The brain of a four-line SIP desk phone as a pure `no_std`, sans-I/O library.
//!
//! It opens no socket, reads no clock, draws no randomness and touches no hardware: a host feeds it
//! datagrams, key presses, answers and the time, and carries out what it says.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod base;
pub mod calls;
pub mod config;
pub mod crypto;
pub mod dialog;
pub mod dialplan;
pub mod limits;
pub mod media;
pub mod phone;
pub mod rtp;
pub mod script;
pub mod sdp;
pub mod secure_call;
pub mod sip;
pub mod srtp;
pub mod stun;
pub mod transaction;
pub mod ua;

#[cfg(feature = "defmt")]
#[doc(hidden)]
pub use ::defmt as __defmt;
#[cfg(feature = "log")]
#[doc(hidden)]
pub use ::log as __log;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
