//! Tools that know no protocol: time, timers, pools, bounded storage and text, a buffer writer, a scanner,
//! randomness.

pub mod bounded;
#[cfg(test)]
pub(crate) mod golden;
pub mod log;
pub mod pool;
pub mod rng;
pub mod scan;
pub mod text;
pub mod time;
pub mod timers;
pub(crate) mod turn;
pub mod write;

pub use pool::{Handle, Pool};
pub use rng::Rng;
pub use time::{Instant, UnixTime};
pub use timers::{Timer, earliest};
pub use write::{Overflow, Writer};
