//! A four-line desk phone in a terminal, and a script player that drives several of them: the library
//! `deskphone` with sockets, a clock, sound and a screen.

pub mod hearing;
pub mod keys;
pub mod ladder;
pub mod pcap;
pub mod script;
pub mod wav;
