//! See `softphone --help`.

fn main() {}
