//! The cases of the interop suite.

mod asterisk;
mod calls;
mod office;
mod pair;
mod registration;
mod scenarios;
mod scene;
mod sipp;
mod transfer;

use interop::suite;
use std::process::ExitCode;

fn main() -> ExitCode {
    let kamailio = [calls::CASES, transfer::CASES, registration::CASES, pair::CASES].concat();
    suite::run(&[sipp::CASES, scenarios::CASES, &kamailio, asterisk::CASES].concat())
}
