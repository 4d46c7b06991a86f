//! The cases of the interop suite.

mod sipp;

use interop::suite;
use std::process::ExitCode;

fn main() -> ExitCode {
    suite::run(sipp::CASES)
}
