//! The cases of the interop suite.

mod calls;
mod office;
mod pair;
mod registration;
mod scenarios;
mod scene;
mod sipp;

use interop::suite;
use std::process::ExitCode;

fn main() -> ExitCode {
    suite::run(&[sipp::CASES, scenarios::CASES, calls::CASES, registration::CASES, pair::CASES].concat())
}
