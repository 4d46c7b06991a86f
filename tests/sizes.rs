//! How large the library's parts are; `-- --nocapture` prints the table. A part that grows past its bound is
//! a decision, not an accident.
#![cfg(test)]

use deskphone::base::{Instant, Pool, Timer};

/// Prints the size of a type and holds it to a bound, in bytes.
macro_rules! bounded {
    ($($type:ty, $most:expr;)*) => {$(
        let (name, size) = (stringify!($type), size_of::<$type>());
        println!("{name:<40} {size:>8}");
        assert!(size <= $most, "{name} takes {size} bytes, {} at most", $most);
    )*};
}

#[test]
fn each_part_stays_within_its_bound() {
    bounded! {
        Instant, 8;
        Timer, 16;
        Pool<u64, 4>, 96;
    }
}
