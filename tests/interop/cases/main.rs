//! The cases of the interop suite.

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
    let families =
        [sipp::CASES, scenarios::CASES, calls::CASES, transfer::CASES, registration::CASES, pair::CASES];
    suite::run(&families.concat())
}
