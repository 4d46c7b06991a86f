//! Digest computations and constant-time comparison, in one place.

pub mod digest;

pub use self::digest::{Algorithm, Hash, Hex, Protection, Question, same};
