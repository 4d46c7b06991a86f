//! The cases of the interop suite.

mod asterisk;
mod asterisk_srtp;
mod asterisk_transfer;
mod calls;
mod conference;
mod music;
mod office;
mod pair;
mod registration;
mod scenarios;
mod scene;
mod services;
mod shared;
mod sipp;
mod srtp;
mod transfer;

use interop::suite;
use std::process::ExitCode;

fn main() -> ExitCode {
    let conversations = [calls::CASES, transfer::CASES, conference::CASES, music::CASES].concat();
    let kamailio = [&conversations, registration::CASES, pair::CASES, shared::CASES].concat();
    let asterisk =
        [asterisk::CASES, asterisk_srtp::CASES, asterisk_transfer::CASES, music::ASTERISK_CASES].concat();
    suite::run(&[sipp::CASES, srtp::CASES, scenarios::CASES, services::CASES, &kamailio, &asterisk].concat())
}
