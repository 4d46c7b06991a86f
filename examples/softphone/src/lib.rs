//! A four-line desk phone in a terminal, and a script player that drives several of them: the library
//! `deskphone` with sockets, a clock, sound and a screen.

pub mod audio;
pub mod desk;
mod dns;
pub mod expect;
mod fault;
mod framing;
pub mod hearing;
mod issuer;
pub mod ladder;
mod mapping;
mod microphone;
mod network;
pub mod office;
pub mod options;
pub mod pcap;
pub mod player;
mod port_range;
mod protection;
pub mod record;
mod resolver;
pub mod script;
mod stream;
pub mod tui;
pub mod wav;
pub mod world;
