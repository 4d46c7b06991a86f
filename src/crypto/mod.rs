//! Digest computations and constant-time comparison, in one place.

pub mod digest;

pub use digest::{Algorithm, Hash, Hex, Protection, Question, same};
